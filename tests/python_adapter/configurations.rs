//! Generated `pyproject.toml` files: sound and unsound, on a host that has it all.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::worlds::host_with;

/// Values of a passthrough list; most are none.
const LISTS: [&str; 24] = [
    "[\"torch\"]",
    "[\"torch\"]",
    "[\"torch\", \"numpy\"]",
    "[\"Torch\", \"torch\"]",
    "[\"NumPy\", \"demo\"]",
    "[\"not.required_\"]",
    "[]",
    "[\"not.required\"]",
    "[\"1\", \"torch\"]",
    "\"torch\"",
    "true",
    "1",
    "{}",
    "{ torch = true }",
    "[\"torch\", 2]",
    "[[\"torch\"]]",
    "[\"\"]",
    "[\"torch>=1\"]",
    "[\"torch[cuda]\"]",
    "[\"torch @ https://example.org/torch.zip\"]",
    "[\" torch\"]",
    "[\"torch\\n\"]",
    "[\"t\u{f6}rch\"]",
    "[\"torch-\"]",
];
/// Lines of a `[build-system]` table, besides `requires`.
const BUILD_SYSTEM: [&str; 15] = [
    "build-backend = \"backend\"",
    "build-backend = \"a.b:c.d\"",
    "build-backend = 3",
    "build-backend = \"a/b.py\"",
    "build-backend = \"\"",
    "build-backend = \"a:\"",
    "backend-path = [\".\"]",
    "backend-path = [\"a/../b\"]",
    "backend-path = [\"a/../..\"]",
    "backend-path = [\"/a\"]",
    "backend-path = \".\"",
    "backend-path = [1]",
    "unknown = 1",
    "build_isolation_passthrough = [\"torch\"]",
    "build-isolation-passthrough = \"torch\"",
];
const REQUIRES: [&str; 12] = [
    "requires = [\"torch\", \"numpy\"]",
    "requires = [\"torch\", \"numpy\"]",
    "requires = [\"Torch >= 1\", \"numpy ; python_version > '3'\"]",
    "requires = [\"torch\", \"demo\"]",
    "requires = []",
    "",
    "requires = \"torch\"",
    "requires = [\"torch\", 1]",
    "requires = [\"torch >> 1\"]",
    "requires = [\"torch>=1.*\"]",
    "requires = [\"\"]",
    "requires = [\"torch; python_version\"]",
];
const TABLES: [&str; 9] = [
    "tool.one",
    "tool.two",
    "tool.uv",
    "tool.uv.pip",
    "tool.poetry",
    "[tool.three]",
    "tool.pixi",
    "tool.one.deeper",
    "tool.\"a b\"",
];
const PIXI: [&str; 4] = [
    "[tool.pixi.pypi-options]\nno-build-isolation = [\"torch\"]\n",
    "[tool.pixi.feature.x.pypi-options]\nno-build-isolation = true\n",
    "[tool.pixi.feature]\nx = 1\n",
    "[tool.pixi.pypi-options]\nno-build-isolation-package = [\"torch\"]\n",
];
const PROJECTS: [&str; 5] = [
    "[project]\nname = \"demo\"\n",
    "[project]\nname = \"Torch\"\n",
    "[project]\nname = 3\n",
    "[project]\n",
    "",
];
/// What can only be at the start of a file.
const TOPS: [&str; 8] = [
    "",
    "",
    "",
    "",
    "tool = 3\n",
    "build-system = 3\n",
    "project = 3\n",
    "no-build-isolation-package = [\"torch\"]\n",
];

fn build_system() -> impl Strategy<Value = String> {
    let others = subsequence(BUILD_SYSTEM.to_vec(), 0..3);
    let table = (select(&REQUIRES[..]), others, any::<bool>());
    let table = table.prop_map(|(requires, mut lines, last)| {
        lines.insert(if last { lines.len() } else { 0 }, requires);
        format!("[build-system]\n{}\n", lines.join("\n"))
    });
    prop_oneof![1 => Just(String::new()), 6 => table]
}

fn tool() -> impl Strategy<Value = String> {
    let list = (select(&TABLES[..]), select(&LISTS[..]));
    let lists = prop::collection::vec(list, 1..3);
    let pixi = prop_oneof![5 => Just(""), 1 => select(&PIXI[..])];
    (lists, pixi).prop_map(|(lists, pixi)| {
        let tables = lists
            .iter()
            .map(|(table, list)| format!("[{table}]\nno-build-isolation-package = {list}\n"));
        tables.collect::<String>() + pixi
    })
}

/// The input of a first pass. A file can also be no TOML, by what is in it twice.
pub(crate) fn configuration() -> impl Strategy<Value = Value> {
    let frontend = select(vec![
        None,
        None,
        Some("one"),
        Some("uv"),
        Some("three"),
        Some("no"),
    ]);
    let parts = (build_system(), tool(), any::<bool>(), select(&PROJECTS[..]));
    (select(&TOPS[..]), parts, frontend).prop_map(|(top, parts, frontend)| {
        let (build_system, tool, tool_first, project) = parts;
        let (one, other) = if tool_first {
            (tool, build_system)
        } else {
            (build_system, tool)
        };
        json!({
            "pyproject": format!("{top}{one}{project}{other}"),
            "host": host_with(&[
                json!({"name": "torch", "version": "2.4.0"}),
                json!({"name": "numpy", "version": "1.26.4"}),
                json!({"name": "setuptools", "version": "80.9.0"}),
                json!({"name": "demo", "version": "1"}),
            ], &[]),
            "constraints": [],
            "frontend": frontend,
            "policy": {
                "denied": [], "deny_all": false, "replacing": [], "hash_mode": false,
                "strict": false,
            },
        })
    })
}
