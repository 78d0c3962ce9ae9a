//! Projects of PyPI, built with the host's numpy, Cython, setuptools, Meson and
//! cmake, and once more with everything downloaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_world::python::{run, target_directory};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::world::{REAL, Snapshot, command, names, only, python, real_host, records};
use crate::context::{Context, Ran};

struct Project {
    requirement: &'static str,
    sha256: &'static str,
    /// What is to pass through: all that it is built with.
    listed: &'static [&'static str],
    /// Uses the built extension, with what the host has; prints `ok`.
    smoke: &'static str,
}

/// C against numpy's interface, with the version out of the archive.
const FAST_HISTOGRAM: Project = Project {
    requirement: "fast-histogram==0.14",
    sha256: "390973b98af22bda85c29dcf6f008ba0d626321e9bd3f5a9d7a43e5690ea69ea",
    listed: &["setuptools", "setuptools-scm", "numpy"],
    smoke: "
import fast_histogram, numpy
assert numpy.__version__ == '2.1.3', numpy.__version__
values = numpy.array([0.5, 1.5, 1.5, 9.0])
assert fast_histogram.histogram1d(values, bins=2, range=(0, 2)).tolist() == [1.0, 2.0]
print('ok')
",
};

/// Cython with numpy's declarations.
const CFTIME: Project = Project {
    requirement: "cftime==1.6.4.post1",
    sha256: "50ac76cc9f10ab7bd46e44a71c51a6927051b499b4407df4f29ab13d741b942f",
    listed: &["setuptools", "cython", "wheel", "numpy"],
    smoke: "
import cftime, numpy
assert numpy.__version__ == '2.1.3', numpy.__version__
dates = cftime.num2date(numpy.array([0, 30]), 'days since 2000-02-01', '360_day')
assert [str(date) for date in dates] == ['2000-02-01 00:00:00', '2000-03-01 00:00:00'], dates
print('ok')
",
};

/// C++ with headers out of a package.
const KIWISOLVER: Project = Project {
    requirement: "kiwisolver==1.4.8",
    sha256: "23d5f023bdc8c7e54eb65f03ca5d5bb25b601eac4d7f1a042888a1f45237987e",
    listed: &["setuptools", "setuptools-scm", "cppy"],
    smoke: "
import kiwisolver
x = kiwisolver.Variable('x')
solver = kiwisolver.Solver()
solver.addConstraint(x * 2 == 84)
solver.updateVariables()
assert x.value() == 42
print('ok')
",
};

/// `cmake` finds numpy and drives the compiler.
const SPGLIB: Project = Project {
    requirement: "spglib==2.6.0",
    sha256: "d66eda2ba00a1e14fd96ec9c3b4dbf8ab0fb3f124643e35785c71ee455b408eb",
    // The last three because the backend asks for it.
    listed: &[
        "scikit-build-core",
        "numpy",
        "cmake",
        "ninja",
        "setuptools-scm",
    ],
    smoke: "
import numpy, spglib
assert numpy.__version__ == '2.1.3', numpy.__version__
assert spglib.get_spacegroup((numpy.eye(3), [[0, 0, 0]], [1])) == 'Pm-3m (221)'
print('ok')
",
};

/// Meson drives Cython and the compiler.
const CYSIGNALS: Project = Project {
    requirement: "cysignals==1.12.3",
    sha256: "89f7626dbf29db5ab3d6eff15a89978f4eb5193c320e9099bcc157dacdefd1eb",
    listed: &["meson-python", "cython", "ninja"],
    smoke: "
import cysignals.alarm, cysignals.signals
try:
    cysignals.alarm.alarm(0.01)
    import time
    time.sleep(5)
except cysignals.signals.AlarmInterrupt:
    print('ok')
",
};

/// The project's source tree, fetched once.
fn source(project: &Project, context: &Context) -> PathBuf {
    let shared = target_directory().join("python/sdists");
    fs::create_dir_all(&shared).unwrap();
    let lock = fs::File::create(shared.join("lock")).unwrap();
    lock.file().lock().unwrap();
    let (name, version) = project.requirement.split_once("==").unwrap();
    let archive = shared.join(format!("{}-{version}.tar.gz", name.replace('-', "_")));
    if !archive.exists() {
        // pip runs the backend for the metadata, even of what it only fetches.
        let host = real_host();
        let path = std::env::var("PATH").unwrap();
        run(Command::new(host.join("bin/python"))
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--no-input",
            ])
            .args(["--no-build-isolation", "--no-binary", ":all:", "--dest"])
            .arg(&shared)
            .arg(project.requirement)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PATH", format!("{}:{path}", host.join("bin").display())));
    }
    drop(lock);
    let digest = Sha256::digest(fs::read(&archive).unwrap());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, project.sha256, "{}", archive.display());
    run(Command::new("tar")
        .arg("-xzf")
        .arg(&archive)
        .arg("-C")
        .arg(context.path("")));
    context.path(format!("{}-{version}", name.replace('-', "_")))
}

/// The files of a wheel with the digests of their content, and its METADATA.
fn wheel(path: &Path) -> (BTreeMap<String, String>, String) {
    let script = format!(
        "
import hashlib, json, zipfile
with zipfile.ZipFile({path:?}) as wheel:
    files = {{name: hashlib.sha256(wheel.read(name)).hexdigest() for name in wheel.namelist()}}
    [metadata] = [name for name in files if name.endswith('.dist-info/METADATA')]
    print(json.dumps([files, wheel.read(metadata).decode()]))
"
    );
    let answer = python(&real_host().join("bin/python"), Path::new("/"), &script);
    serde_json::from_str(&answer).unwrap()
}

fn build(context: &Context, project: &Path, out: &str, more: &[&str]) -> (PathBuf, Value) {
    let mut arguments = vec!["build", "--wheel", "--quiet", "--output-format", "json"];
    arguments.extend(["--output", out, project.to_str().unwrap()]);
    arguments.extend(more);
    let ran = Ran::of(&mut command(context, &real_host(), &arguments));
    let [record] = records(&ran).try_into().unwrap();
    let wheel = only(Path::new(out), ".whl");
    assert_eq!(
        record["artefact"]["file"],
        wheel.file_name().unwrap().to_str().unwrap()
    );
    (wheel, record)
}

fn builds_as_well_with_the_hosts_copies(project: &Project) {
    let context = Context::new();
    let tree = source(project, &context);
    let file = tree.join("pyproject.toml");
    let listed = serde_json::to_string(project.listed).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        format!("{text}\n[tool.frontend]\nno-build-isolation-package = {listed}\n"),
    )
    .unwrap();
    let pins = context.write("pins.txt", REAL.join("\n"));
    let host = real_host();
    let before = Snapshot::of(&host);

    let out = context.path("passed");
    let (passed, record) = build(&context, &tree, out.to_str().unwrap(), &["--strict"]);
    assert_eq!(record["passthrough"], true);
    let status: BTreeMap<&str, &str> = record["plan"]["listed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|listed| {
            (
                listed["name"].as_str().unwrap(),
                listed["status"].as_str().unwrap(),
            )
        })
        .collect();
    for name in project.listed {
        assert_eq!(status[name], "host", "{record}");
    }
    // Nothing that passes through is downloaded as well.
    let exposed = record["plan"]["expose"].as_array().unwrap();
    for entry in record["downloaded"].as_array().unwrap() {
        assert!(
            exposed
                .iter()
                .all(|exposed| exposed["name"] != entry["name"]),
            "{record}"
        );
    }
    assert!(
        record["plan"]["cache_key"]
            .as_str()
            .unwrap()
            .starts_with("sha256:")
    );
    let beside = out
        .join(".passthrough")
        .join(names(&out.join(".passthrough"))[0].as_str());
    assert_eq!(
        serde_json::from_slice::<Value>(&fs::read(beside).unwrap()).unwrap(),
        record
    );

    // The same versions, all of them downloaded.
    let out = context.path("isolated");
    let constraint = ["--no-passthrough", "--constraint", pins.to_str().unwrap()];
    let (isolated, record) = build(&context, &tree, out.to_str().unwrap(), &constraint);
    assert_eq!(record["passthrough"], false);
    assert_eq!(record["plan"]["expose"].as_array().unwrap().len(), 0);
    for name in project.listed {
        let downloaded = record["downloaded"].as_array().unwrap();
        assert!(
            downloaded.iter().any(|entry| entry["name"] == *name),
            "{name}: {record}"
        );
    }

    assert_eq!(passed.file_name(), isolated.file_name());
    let ((passed_files, metadata), (isolated_files, other)) = (wheel(&passed), wheel(&isolated));
    assert_eq!(metadata, other);
    let differing: Vec<&String> = passed_files
        .iter()
        .filter(|(name, digest)| isolated_files.get(*name) != Some(digest))
        .map(|(name, _)| name)
        .collect();
    assert!(
        passed_files.keys().eq(isolated_files.keys()),
        "{passed_files:?} {isolated_files:?}"
    );
    // What is compiled may hold the path of the build environment, a pkg-config
    // file that of scikit-build-core's own temporary directory, and RECORD has
    // the digests of both.
    for name in differing {
        let ends = [".so", ".pc", ".dist-info/RECORD"];
        let explained = ends.iter().any(|end| name.ends_with(*end));
        assert!(explained, "{name}");
    }
    let unpacked = context.path("unpacked");
    let script = format!("import zipfile; zipfile.ZipFile({passed:?}).extractall({unpacked:?})");
    python(&host.join("bin/python"), Path::new("/"), &script);
    let said = python(&host.join("bin/python"), &unpacked, project.smoke);
    assert_eq!(said, "ok");
    before.assert_unchanged(&host, project.requirement);
}

#[test]
fn c_against_numpy() {
    builds_as_well_with_the_hosts_copies(&FAST_HISTOGRAM);
}

#[test]
fn cython_with_numpy() {
    builds_as_well_with_the_hosts_copies(&CFTIME);
}

#[test]
fn cxx_with_setuptools() {
    builds_as_well_with_the_hosts_copies(&KIWISOLVER);
}

#[test]
fn cmake_with_scikit_build_core() {
    builds_as_well_with_the_hosts_copies(&SPGLIB);
}

#[test]
fn meson_with_cython() {
    builds_as_well_with_the_hosts_copies(&CYSIGNALS);
}
