//! The scenario of a real project: a venv with packages from PyPI and an
//! editable install.

use std::path::Path;
use std::process::Command;

use passthrough_world::python::{any, run};

use crate::context::{Context, codes, names, status};

const BOTH: &str = r#"[build-system]
requires = ["setuptools>=77", "numpy>=1.26", "scipy"]
build-backend = "setuptools.build_meta"

[project]
name = "demo"
version = "1.0"

[tool.uv]
no-build-isolation-package = ["numpy", "scipy"]
"#;

const ONLY_SCIPY: &str = r#"[build-system]
requires = ["setuptools>=77", "scipy"]
build-backend = "setuptools.build_meta"

[project]
name = "demo"
version = "1.0"

[tool.uv]
no-build-isolation-package = ["numpy", "scipy"]
"#;

const EDITABLE: &str = r#"[build-system]
requires = ["setuptools>=64"]
build-backend = "setuptools.build_meta"

[project]
name = "kernels"
version = "0.1.dev3"
dependencies = ["numpy"]
"#;

fn pip(venv: &Path, arguments: &[&str]) {
    run(Command::new(venv.join("bin/python"))
        .args(["-m", "pip", "--quiet", "--no-input"])
        .args(arguments));
}

#[test]
fn numpy_scipy_and_an_editable_project() {
    let context = Context::new();
    let venv = context.venv("project/.venv", &any(), &[]);
    context.write("kernels/pyproject.toml", EDITABLE);
    context.write("kernels/src/kernels/__init__.py", "");
    let kernels = context.path("kernels");
    pip(
        &venv,
        &[
            "install",
            "numpy==1.26.4",
            "scipy==1.13.1",
            "setuptools==70.0.0",
        ],
    );
    pip(
        &venv,
        &[
            "install",
            "--no-deps",
            "--editable",
            kernels.to_str().unwrap(),
        ],
    );

    // Both from the host, setuptools downloaded, and the ambiguity of uv's key.
    context.pyproject(BOTH);
    let plan = context.plan(["."]);
    assert_eq!(status(&plan, "numpy"), "host");
    assert_eq!(status(&plan, "scipy"), "host");
    assert_eq!(names(&plan, "expose"), ["numpy", "scipy"]);
    assert_eq!(
        plan["expose"][0]["required_by"],
        serde_json::json!(["scipy"])
    );
    assert_eq!(
        plan["install"],
        serde_json::json!([{"name": "setuptools", "requirement": "setuptools>=77", "because": "unlisted"}])
    );
    assert_eq!(
        plan["constraints"],
        serde_json::json!(["numpy==1.26.4", "scipy==1.13.1"])
    );
    assert_eq!(plan["cacheable"], true);
    assert!(plan["cache_key"].as_str().unwrap().starts_with("sha256:"));
    assert!(codes(&plan).contains(&"BIP114"));
    let ran = context.check(["."]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.stderr, "");
    for expected in [
        "numpy",
        "1.26.4",
        "scipy",
        "1.13.1",
        "setuptools>=77",
        "BIP114",
        ".venv",
    ] {
        assert!(ran.stdout.contains(expected), "{expected}: {}", ran.stdout);
    }

    // An editable host package passes through, and forbids caching.
    context.pyproject(&BOTH.replace("\"scipy\"]", "\"scipy\", \"kernels\"]"));
    let plan = context.plan(["."]);
    assert_eq!(status(&plan, "kernels"), "host");
    assert_eq!(names(&plan, "expose"), ["kernels", "numpy", "scipy"]);
    assert_eq!(plan["expose"][0]["editable"], true);
    assert_eq!(plan["expose"][0]["version"], "0.1.dev3");
    assert_eq!(
        (&plan["cacheable"], &plan["cache_key"]),
        (&false.into(), &serde_json::Value::Null)
    );

    // Without numpy in the host, scipy stays and numpy is displaced.
    pip(&venv, &["uninstall", "--yes", "numpy"]);
    context.pyproject(BOTH);
    let plan = context.plan(["."]);
    assert_eq!(status(&plan, "numpy"), "not-installed");
    assert_eq!(status(&plan, "scipy"), "host");
    assert_eq!(names(&plan, "expose"), ["scipy"]);
    assert_eq!(plan["install"][0]["name"], "numpy");
    assert_eq!(plan["install"][0]["because"], "displaced");
    // The edge of scipy is merged in: `numpy<2.3,>=1.22.4` of scipy 1.13.1.
    assert_eq!(
        plan["install"][0]["requirement"],
        "numpy<2.3,>=1.22.4,>=1.26"
    );
    let displaced = plan["diagnostics"].as_array().unwrap().iter();
    let displaced: Vec<_> = displaced
        .filter(|found| found["code"] == "BIP220")
        .collect();
    assert_eq!(displaced.len(), 1);
    assert_eq!(displaced[0]["severity"], "warning");

    // Nobody requires numpy any more: then the gap is scipy's.
    context.pyproject(ONLY_SCIPY);
    let plan = context.plan(["."]);
    assert_eq!(status(&plan, "numpy"), "not-required");
    assert_eq!(status(&plan, "scipy"), "closure");
    let scipy = &plan["listed"][1]["detail"];
    assert_eq!(scipy, "scipy -> numpy: numpy is not installed in the host");
    assert!(names(&plan, "expose").is_empty());

    // Strict makes that an error.
    let ran = context.check(["--strict"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn the_example_finds_pip_and_misses_a_private_package() {
    let context = Context::new();
    let venv = context.venv("venv", &any(), &[]);
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/torch-extension"
    );
    let plan = context.plan(["--python", venv.to_str().unwrap(), example]);
    assert_eq!(status(&plan, "pip"), "host");
    assert_eq!(status(&plan, "acme-kernels"), "not-installed");
}
