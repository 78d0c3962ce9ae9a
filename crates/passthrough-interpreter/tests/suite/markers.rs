//! Markers have the values that `packaging` gives them.

use std::path::Path;
use std::process::Command;

use fs_err as fs;
use passthrough_requirement::MarkerEnvironment;
use passthrough_world::python;
use serde_json::{Value, json};

use crate::support::{ask_in, scratch, shell, site, venv};

const PACKAGING: &str = "packaging==26.3";

fn as_packaging_names_them(markers: &MarkerEnvironment) -> Value {
    json!({
        "implementation_name": markers.implementation_name,
        "implementation_version": markers.implementation_version,
        "os_name": markers.os_name,
        "platform_machine": markers.platform_machine,
        "platform_python_implementation": markers.platform_python_implementation,
        "platform_release": markers.platform_release,
        "platform_system": markers.platform_system,
        "platform_version": markers.platform_version,
        "python_full_version": markers.python_full_version,
        "python_version": markers.python_version,
        "sys_platform": markers.sys_platform,
    })
}

fn according_to_packaging(python: &Path) -> Value {
    let output = python::run(Command::new(python).args([
        "-c",
        "import json, packaging.markers as m; print(json.dumps(m.default_environment()))",
    ]));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn all_eleven_agree() {
    for python in python::all().values() {
        let (_guard, scratch) = scratch();
        let executable = python::environment(python, &[PACKAGING]).join("bin/python");
        let markers = ask_in(&executable, &shell(&scratch)).markers;
        assert_eq!(
            as_packaging_names_them(&markers),
            according_to_packaging(&executable)
        );
    }
}

/// Asks an interpreter that start-up code has changed, and `packaging` in it.
fn both_with(customize: &str) -> (Value, Value) {
    let (_guard, scratch) = scratch();
    // Debian's has a sitecustomize of its own, so a .pth file it is.
    let executable = venv(&python::any(), &scratch.join("venv"), &[]);
    let installed = python::environment(&python::any(), &[PACKAGING]).join("bin/python");
    let shell = shell(&scratch);
    let site = site(&ask_in(&executable, &shell));
    let packaging = self::site(&ask_in(&installed, &shell));
    fs::write(site.join("packaging.pth"), packaging.to_str().unwrap()).unwrap();
    fs::write(site.join("changes.py"), customize).unwrap();
    fs::write(site.join("changes.pth"), "import changes").unwrap();
    let said = ask_in(&executable, &shell).markers;
    (
        as_packaging_names_them(&said),
        according_to_packaging(&executable),
    )
}

fn with_version(version: &str, level: &str) -> (Value, Value) {
    both_with(&format!(
        "import sys\n\
         from collections import namedtuple\n\
         info = namedtuple('info', 'major minor micro releaselevel serial')\n\
         sys.implementation.version = info(3, 14, 0, {level:?}, 1)\n\
         sys.version = '{version} (main, Aug  1 2025, 10:00:00) [GCC 12.2.0]'\n"
    ))
}

#[test]
fn pre_releases_agree() {
    for (version, level, implementation) in [
        ("3.14.0a1", "alpha", "3.14.0a1"),
        ("3.14.0b1", "beta", "3.14.0b1"),
        ("3.14.0rc1", "candidate", "3.14.0c1"),
        ("3.14.0+", "final", "3.14.0"),
        ("3.14", "final", "3.14.0"),
    ] {
        let (said, expected) = with_version(version, level);
        assert_eq!(said, expected);
        assert_eq!(said["implementation_version"], implementation);
        assert_eq!(said["python_version"], "3.14");
    }
}

#[test]
fn what_start_up_code_patches_counts() {
    let (said, expected) = both_with(
        "import platform, sysconfig\n\
         platform.machine = lambda: 'riscv64'\n\
         platform.release = lambda: 'crossed'\n",
    );
    assert_eq!(said, expected);
    assert_eq!(said["platform_machine"], "riscv64");
}
