//! Whole files, as projects have them: what is read, and what is found.

use insta::assert_snapshot;
use passthrough_diagnostic::Place;

use crate::{Pyproject, Reading};

/// What a reading returns, with places as `line`.
fn show(source: &str, read: &Pyproject) -> String {
    let line = |at: usize| source[..at].matches('\n').count() + 1;
    let name = read.name.as_ref().map_or("?", |name| name.as_str());
    let backend = &read.backend;
    let default = if read.requires.declared {
        ""
    } else {
        " (default)"
    };
    let requirements = read.requires.requirements.iter();
    let requirements: Vec<String> = requirements.map(|one| one.value.to_string()).collect();
    let mut lines = vec![
        format!("{name} by {} {:?}", backend.name, backend.path),
        format!("requires{default}: [{}]", requirements.join(" | ")),
    ];
    lines.extend(read.declarations.iter().map(|declaration| {
        let names = declaration.names.iter();
        let names: Vec<String> = names
            .map(|name| format!("{}@{}", name.value, line(name.span.start)))
            .collect();
        let at = line(declaration.key.start);
        format!("{at}: {} [{}]", declaration.table, names.join(" "))
    }));
    lines.extend(read.findings.iter().map(|finding| {
        let at = match &finding.place {
            Place::Source(span) => line(span.start).to_string(),
            _ => "-".to_owned(),
        };
        let code = finding.rule.code;
        format!("{at}: {code} {} {}", finding.severity, finding.message)
    }));
    lines.join("\n")
}

fn neutral(source: &str) -> String {
    show(source, &crate::read(source, &Reading::Neutral))
}

fn for_frontend(name: &str, source: &str) -> String {
    show(
        source,
        &crate::read(source, &Reading::Frontend(name.to_owned())),
    )
}

#[test]
fn setuptools() {
    assert_snapshot!(neutral(r#"
[build-system]
requires = ["setuptools>=77", "setuptools-scm[toml]>=8"]
build-backend = "setuptools.build_meta"

[project]
name = "plain.Package"
dynamic = ["version"]
dependencies = ["requests"]

[tool.setuptools_scm]
"#), @r#"
    plain-package by setuptools.build_meta []
    requires: [setuptools>=77 | setuptools-scm[toml]>=8]
    "#);
}

#[test]
fn requires_without_a_backend() {
    assert_snapshot!(neutral(r#"
[build-system]
requires = ["setuptools", "wheel", "Cython<3.1"]
"#), @r#"
    ? by setuptools.build_meta:__legacy__ []
    requires: [setuptools | wheel | cython<3.1]
    "#);
}

#[test]
fn tools_only() {
    assert_snapshot!(neutral(r#"
[tool.black]
line-length = 100

[tool.isort]
profile = "black"
"#), @r#"
    ? by setuptools.build_meta:__legacy__ []
    requires (default): [setuptools>=40.8.0]
    -: BIP103 info no `[build-system]`: setuptools>=40.8.0 and its legacy backend are used
    "#);
}

#[test]
fn hatchling_without_requirements_of_its_own() {
    assert_snapshot!(neutral(r#"
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "hatch-demo"
version = "1"
[tool.hatch.envs.default]
dependencies = ["pytest"]
[tool.hatch.build.targets.wheel]
packages = ["src/demo"]
"#), @r#"
    hatch-demo by hatchling.build []
    requires: [hatchling]
    "#);
}

#[test]
fn poetry() {
    assert_snapshot!(neutral(r#"
[tool.poetry]
name = "poetry-demo"
version = "1.2.0"
no-build-isolation-package = ["numpy"]

[tool.poetry.dependencies]
python = "^3.10"
numpy = { version = "^2.0", markers = "sys_platform == 'linux'" }

[build-system]
requires = ["poetry-core>=1.9", "numpy"]
build-backend = "poetry.core.masonry.api"
"#), @r#"
    poetry-demo by poetry.core.masonry.api []
    requires: [poetry-core>=1.9 | numpy]
    5: tool.poetry [numpy@5]
    5: BIP117 warning poetry 2.5 refuses a project with `no-build-isolation-package` in `[tool.poetry]`
    "#);
}

#[test]
fn meson_python() {
    assert_snapshot!(neutral(r#"
[build-system]
build-backend = "mesonpy"
requires = [
    "meson-python>=0.15.0",
    "Cython>=3.0.6", # and no newer
    "numpy>=2.0.0rc1 ; python_version >= '3.9'",
]

[project]
name = "stats"
version = "0.1"

[tool.meson-python.args]
setup = ["-Dblas=openblas"]

[tool.example]
no-build-isolation-package = [
    # the ABI of the numpy that is there
    "numpy",
]
"#), @r#"
    stats by mesonpy []
    requires: [meson-python>=0.15.0 | cython>=3.0.6 | numpy>=2.0.0rc1; python_version >= "3.9"]
    18: tool.example [numpy@20]
    "#);
}

#[test]
fn in_tree_backend() {
    assert_snapshot!(neutral(r#"
[build-system]
requires = []
build-backend = "backend"
backend-path = ["_build", "./tools/.."]
[project]
name = "bootstrapped"
"#), @r#"
    bootstrapped by backend ["_build", "./tools/.."]
    requires: []
    "#);
}

#[test]
fn torch_extension() {
    assert_snapshot!(neutral(r#"
[build-system]
requires = ["setuptools>=77.0.3,<80", "torch==2.4.0", "ninja; platform_system != 'Windows'", "pybind11>=2.13"]
build-backend = "setuptools.build_meta"

[project]
name = "fused-kernels"
version = "0.3"
dependencies = ["torch"]

[tool.example]
no-build-isolation-package = ["torch"]
"#), @r#"
    fused-kernels by setuptools.build_meta []
    requires: [setuptools<80,>=77.0.3 | torch==2.4.0 | ninja; platform_system != "Windows" | pybind11>=2.13]
    12: tool.example [torch@12]
    "#);
}

#[test]
fn the_drafts_example_under_uv() {
    const SOURCE: &str = r#"
[build-system]
requires = ["cmake>=3.26", "ninja", "packaging", "setuptools>=61", "torch == 2.4.0", "wheel", "jinja2"]
build-backend = "setuptools.build_meta"

[project]
name = "served-model"
dynamic = ["version", "dependencies"]

[tool.uv]
no-build-isolation-package = ["torch"]
"#;
    assert_snapshot!(neutral(SOURCE), @r#"
    served-model by setuptools.build_meta []
    requires: [cmake>=3.26 | ninja | packaging | setuptools>=61 | torch==2.4.0 | wheel | jinja2]
    11: tool.uv [torch@11]
    11: BIP114 warning for uv, `no-build-isolation-package` names packages that are being built, not build dependencies
    "#);
    assert_snapshot!(for_frontend("uv", SOURCE), @r#"
    served-model by setuptools.build_meta []
    requires: [cmake>=3.26 | ninja | packaging | setuptools>=61 | torch==2.4.0 | wheel | jinja2]
    11: tool.uv [torch@11]
    11: BIP114 warning for uv, `no-build-isolation-package` names packages that are being built, not build dependencies
    "#);
    assert_snapshot!(for_frontend("pip", SOURCE), @r#"
    served-model by setuptools.build_meta []
    requires: [cmake>=3.26 | ninja | packaging | setuptools>=61 | torch==2.4.0 | wheel | jinja2]
    11: BIP118 info the list in `[tool.uv]` does not count: `pip` reads `[tool.pip]` only
    "#);
}

#[test]
fn uvs_own_meaning() {
    assert_snapshot!(neutral(r#"
[project]
name = "trainer"
version = "0"
dependencies = ["flash-attn", "torch"]

[tool.uv]
no-build-isolation-package = ["flash-attn", "trainer"]

[tool.uv.extra-build-dependencies]
flash-attn = [{ requirement = "torch", match-runtime = true }]

[tool.uv.sources]
torch = { index = "pytorch" }

[[tool.uv.index]]
name = "pytorch"
url = "https://download.example.org/whl/cu121"
explicit = true

[tool.uv.pip]
no-build-isolation-package = ["flash-attn"]
"#), @r#"
    trainer by setuptools.build_meta:__legacy__ []
    requires (default): [setuptools>=40.8.0]
    8: tool.uv [flash-attn@8 trainer@8]
    -: BIP103 info no `[build-system]`: setuptools>=40.8.0 and its legacy backend are used
    8: BIP114 warning for uv, `no-build-isolation-package` names packages that are being built, not build dependencies
    8: BIP115 warning the project lists itself: `trainer`
    22: BIP114 warning for uv, `no-build-isolation-package` names packages that are being built, not build dependencies
    "#);
}

#[test]
fn pixi_workspace() {
    assert_snapshot!(neutral(r#"
[project]
name = "lab"
version = "0"
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.pixi.workspace]
channels = ["conda-forge"]
platforms = ["linux-64"]
[tool.pixi.pypi-options]
no-build-isolation = ["detectron2"]
[tool.pixi.feature.cpu.pypi-options]
no-build-isolation = false
"#), @r#"
    lab by hatchling.build []
    requires: [hatchling]
    12: BIP119 warning for pixi, `no-build-isolation` names packages that are being built, not build dependencies
    "#);
}

#[test]
fn the_published_draft() {
    const SOURCE: &str = r#"
[build-system]
requires = ["setuptools", "wheel", "torch==2.4.0", "pybind11>=2.13"]
build-backend = "setuptools.build_meta"
build_isolation_passthrough = ["torch", "PyBind11"]

[project]
name = "torch-extension"
"#;
    assert_snapshot!(neutral(SOURCE), @r#"
    torch-extension by setuptools.build_meta []
    requires: [setuptools | wheel | torch==2.4.0 | pybind11>=2.13]
    5: build-system [torch@5 pybind11@5]
    5: BIP116 warning build 1.6 and poetry 2.5 refuse a project with `build_isolation_passthrough`
    "#);
    assert_snapshot!(for_frontend("example", SOURCE), @r#"
    torch-extension by setuptools.build_meta []
    requires: [setuptools | wheel | torch==2.4.0 | pybind11>=2.13]
    5: BIP116 warning build 1.6 and poetry 2.5 refuse a project with `build_isolation_passthrough`
    "#);
}

#[test]
fn a_list_for_each_frontend() {
    const SOURCE: &str = r#"
[build-system]
requires = ["mesonpy", "numpy", "scipy"]
[tool.one]
no-build-isolation-package = ["numpy", "scipy"]
[tool.two]
no-build-isolation-package = ["numpy"]
[tool.three]
no-build-isolation-package = []
"#;
    assert_snapshot!(neutral(SOURCE), @r#"
    ? by setuptools.build_meta:__legacy__ []
    requires: [mesonpy | numpy | scipy]
    5: tool.one [numpy@5 scipy@5]
    7: tool.two [numpy@7]
    9: tool.three []
    "#);
    assert_snapshot!(for_frontend("two", SOURCE), @r#"
    ? by setuptools.build_meta:__legacy__ []
    requires: [mesonpy | numpy | scipy]
    7: tool.two [numpy@7]
    5: BIP118 info the list in `[tool.one]` does not count: `two` reads `[tool.two]` only
    9: BIP118 info the list in `[tool.three]` does not count: `two` reads `[tool.two]` only
    "#);
}

#[test]
fn dotted_and_inline_tables_with_windows_line_ends() {
    let source = "build-system = { requires = ['setuptools', 'numpy'] }\r\n\
                  project.name = 'compact'\r\n\
                  tool.a.no-build-isolation-package = [\r\n  'numpy', # \u{e9}\r\n]\r\n\
                  tool.b = { no-build-isolation-package = [\"\"\"\r\nnumpy\"\"\"] }\r\n\
                  tool.\"c.d\".no-build-isolation-package = ['\u{e9}']\r\n";
    assert_snapshot!(neutral(source), @r#"
    compact by setuptools.build_meta:__legacy__ []
    requires: [setuptools | numpy]
    3: tool.a [numpy@4]
    6: tool.b [numpy@6]
    8: tool."c.d" []
    8: BIP112 error `é` has a character that names do not have
    "#);
}

#[test]
fn what_only_newer_readers_read() {
    assert_snapshot!(neutral("\u{feff}
[build-system]
requires = ['uv_build']
build-backend = 'uv_build'
[project]
name = 'modern'
authors = [
    {
        name = 'A',
        email = 'a@example.org',
    },
]
"), @r#"
    modern by uv_build []
    requires: [uv-build]
    1: BIP102 warning Python cannot read a file that starts with a byte order mark
    8: BIP102 warning Python before 3.15 cannot read an inline table over several lines
    10: BIP102 warning Python before 3.15 cannot read an inline table with a trailing comma
    "#);
}

#[test]
fn a_file_full_of_mistakes() {
    assert_snapshot!(neutral(r#"
no-build-isolation-package = ["torch"]

[build-system]
requires = ["torch>>2", 3, "numpy", ""]
build-backend = "my backend"
backend-path = ["..", "/usr", 1]

[project]
name = "mistaken"
no-build-isolation-package = ["torch"]

[tool.a]
no-build-isolation-package = "torch"

[tool.b]
no-build-isolation-package = ["torch>=2", "", 1, "numpy", "NumPy", "https://example.org/x.whl", "mistaken"]

[tool.c]
no_build_isolation_package = ["torch"]

[[tool.d]]
no-build-isolation-package = ["torch"]

[tool.e]
no-build-isolation-package.torch = true

[tool.f.build]
no-build-isolation-package = ["torch"]
"#), @r#"
    mistaken by setuptools.build_meta:__legacy__ []
    requires: [numpy]
    17: tool.b [numpy@17 mistaken@17]
    2: BIP122 warning `no-build-isolation-package` at the top of the file lists nothing
    5: BIP107 error `torch>>2` is not a requirement
    5: BIP106 error an entry of `requires` is an integer
    5: BIP107 error an empty string is not a requirement
    6: BIP108 error `my backend` is not an object reference
    7: BIP108 error `..` leads out of the project
    7: BIP108 error `/usr` is an absolute path
    7: BIP108 error an entry of `backend-path` is an integer, not a string
    11: BIP122 warning `no-build-isolation-package` in `project` lists nothing
    14: BIP110 error `no-build-isolation-package` is a string, not an array of names
    17: BIP112 error `torch>=2` has a version specifier
    17: BIP112 error an empty string is not a name
    17: BIP111 error an entry of a passthrough list is an integer
    17: BIP113 warning `numpy` is listed twice
    17: BIP112 error `https://example.org/x.whl` is a URL, not a name
    17: BIP115 warning the project lists itself: `mistaken`
    20: BIP120 warning `no_build_isolation_package` in `[tool.c]` is not a key that lists anything
    23: BIP110 error `tool.d` is an array of tables, so `no-build-isolation-package` has no meaning
    26: BIP110 error `no-build-isolation-package` is a table, not an array of names
    29: BIP122 warning `no-build-isolation-package` in `tool.f.build` lists nothing
    "#);
}

#[test]
fn a_file_that_is_cut_short() {
    assert_snapshot!(neutral(r#"
[build-system
requires = ["torch"
[tool.a]
no-build-isolation-package = ["torch", 'numpy]
"#), @r#"
    ? by setuptools.build_meta:__legacy__ []
    requires: []
    2: BIP101 error unclosed table
    4: BIP101 error missing comma between array elements
    5: BIP101 error `no-build-isolation-package` is not a value
    "#);
}

#[test]
fn a_key_defined_twice() {
    assert_snapshot!(neutral(r#"
[tool.a]
no-build-isolation-package = ["torch"]
no-build-isolation-package = ["numpy"]
"#), @r#"
    ? by setuptools.build_meta:__legacy__ []
    requires: []
    4: BIP101 error `no-build-isolation-package` is defined twice
    "#);
}

#[test]
fn tables_of_the_wrong_type() {
    assert_snapshot!(neutral(r#"
build-system = "setuptools"
project = 1
tool = ["a"]
"#), @r#"
    ? by setuptools.build_meta:__legacy__ []
    requires: []
    2: BIP104 error `build-system` is a string, not a table
    4: BIP121 error `tool` is an array, not a table
    "#);
    assert_snapshot!(neutral(r#"
[build-system]
build-backend = "flit_core.buildapi"
[[project]]
name = "listed"
[tool]
a = "b"
"#), @r#"
    ? by flit_core.buildapi []
    requires: []
    2: BIP105 error `[build-system]` has no `requires`
    "#);
}
