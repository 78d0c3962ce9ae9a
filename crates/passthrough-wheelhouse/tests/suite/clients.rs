//! Real pip and uv install from the index, and what they did is in the record.

use std::path::{Path, PathBuf};
use std::process::Command;

use passthrough_wheelhouse::{Answered, Index, IndexOptions, Request, TrapProxy, fetched, sdist};
use passthrough_world::python;

use crate::support::{archives, bare, empty_environment, wheel};

fn pip() -> PathBuf {
    python::environment(&python::any(), &["pip==26.3"]).join("bin/python")
}

fn uv() -> PathBuf {
    python::environment(&python::any(), &["uv==0.13.8"]).join("bin/uv")
}

fn files(requests: &[Request]) -> Vec<(String, Option<String>, bool)> {
    let files = fetched(requests).into_iter();
    files
        .map(|file| (file.file_name, file.copy, file.whole))
        .collect()
}

fn copy_of(environment: &Path, module: &str) -> String {
    let program = format!("import {module}; print({module}.COPY)");
    let output = python::run(Command::new(environment.join("bin/python")).args(["-c", &program]));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn pip_install(environment: &Path, home: &Path, url: &str, requirement: &str) -> Command {
    let mut command = bare(pip(), home);
    command
        .args(["-m", "pip", "--python"])
        .arg(environment.join("bin/python"))
        .args(["install", "--no-input", "--index-url", url, requirement])
        // pip keeps nothing that came without TLS, but from a host that it trusts.
        .args(["--trusted-host", "127.0.0.1"]);
    command
}

fn uv_install(environment: &Path, home: &Path, url: &str, requirement: &str) -> Command {
    let mut command = bare(uv(), home);
    command
        .args(["pip", "install", "--no-config", "--default-index", url])
        .arg("--python")
        .arg(environment.join("bin/python"))
        .arg(requirement);
    command
}

/// Both resolve by the metadata alone, and fetch what they install and no more.
fn installs(install: impl Fn(&Path, &Path, &str, &str) -> Command) {
    let directory = tempfile::tempdir().unwrap();
    let environment = empty_environment(directory.path());
    let lib = wheel("some-lib", "1.0", "index").requires("dep>=1; python_version >= '3'");
    let old = wheel("some-lib", "0.9+local", "old");
    let future = wheel("some-lib", "2.0", "future").requires_python(">=4");
    let dep = wheel("dep", "1.5", "index").entry_point("console_scripts", "dep-tool", "dep:main");
    let other = wheel("other", "1.0", "index");
    let index = Index::start(
        archives(&[&lib, &old, &future, &dep, &other]),
        IndexOptions::default(),
    )
    .unwrap();
    python::run(&mut install(
        &environment,
        directory.path(),
        &index.url(),
        "Some.Lib",
    ));
    assert_eq!(copy_of(&environment, "some_lib"), "index@n0");
    let script = python::run(&mut Command::new(environment.join("bin/dep-tool")));
    assert_eq!(String::from_utf8_lossy(&script.stdout).trim(), "index@n0");

    let requests = index.stop();
    let whole = |name: &str| (name.to_owned(), Some("index".to_owned()), true);
    assert_eq!(
        files(&requests),
        [
            whole("dep-1.5-py3-none-any.whl"),
            whole("some_lib-1.0-py3-none-any.whl")
        ]
    );
    let about =
        |wanted: fn(&Answered) -> bool| requests.iter().any(|found| wanted(&found.answered));
    assert!(about(|found| matches!(found, Answered::Metadata { .. })));
    assert!(about(
        |found| matches!(found, Answered::Project { project } if project == "dep")
    ));
    assert!(!about(
        |found| matches!(found, Answered::Project { project } if project == "other")
    ));
    assert!(requests.iter().all(|found| found.user_agent.is_some()));
}

#[test]
fn pip_installs_and_is_recorded() {
    installs(pip_install);
}

#[test]
fn uv_installs_and_is_recorded() {
    installs(uv_install);
}

/// The versions of uv and pip that this is about keep what they downloaded:
/// the second environment asks whether pages changed, and fetches no file.
fn reuses(install: impl Fn(&Path, &Path, &str, &str) -> Command) {
    let directory = tempfile::tempdir().unwrap();
    let index = Index::start(
        archives(&[&wheel("a", "1", "index")]),
        IndexOptions::default(),
    );
    let index = index.unwrap();
    let first = empty_environment(&directory.path().join("1"));
    python::run(&mut install(&first, directory.path(), &index.url(), "a"));
    let before = index.requests();
    assert_eq!(files(&before).len(), 1);
    let second = empty_environment(&directory.path().join("2"));
    python::run(&mut install(&second, directory.path(), &index.url(), "a"));
    assert_eq!(copy_of(&second, "a"), "index@n0");
    let after = index.stop();
    assert!(files(&after[before.len()..]).is_empty(), "{after:#?}");
}

#[test]
fn pip_keeps_what_it_downloaded() {
    reuses(pip_install);
}

#[test]
fn uv_keeps_what_it_downloaded() {
    reuses(uv_install);
}

#[test]
fn a_page_that_has_not_changed_is_not_sent_again() {
    let directory = tempfile::tempdir().unwrap();
    let index = Index::start(
        archives(&[&wheel("a", "1", "index")]),
        IndexOptions::default(),
    )
    .unwrap();
    for number in ["1", "2"] {
        let environment = empty_environment(&directory.path().join(number));
        let mut command = uv_install(&environment, directory.path(), &index.url(), "a");
        python::run(command.arg("--refresh"));
    }
    let requests = index.stop();
    let statuses: Vec<u16> = requests
        .iter()
        .filter(|found| matches!(found.answered, Answered::Project { .. }))
        .map(|found| found.status)
        .collect();
    assert_eq!(statuses, [200, 304]);
}

/// Without metadata apart, uv reads the end of the wheel where those are.
#[test]
fn uv_reads_metadata_by_ranges() {
    let directory = tempfile::tempdir().unwrap();
    let environment = empty_environment(directory.path());
    let large = wheel("large", "1", "index").file("large/data.bin", vec![b'x'; 1 << 20]);
    let rejected = wheel("large", "2", "index")
        .file("large/data.bin", vec![b'x'; 1 << 20])
        .requires("absent>=1");
    let options = IndexOptions {
        metadata: false,
        ..IndexOptions::default()
    };
    let index = Index::start(archives(&[&large, &rejected]), options).unwrap();
    python::run(&mut uv_install(
        &environment,
        directory.path(),
        &index.url(),
        "large",
    ));
    let requests = index.stop();
    assert!(
        requests
            .iter()
            .any(|found| found.status == 206 && found.range.is_some())
    );
    let version = |version: &str| format!("large-{version}-py3-none-any.whl");
    let copy = Some("index".to_owned());
    assert_eq!(
        files(&requests),
        [
            (version("1"), copy.clone(), true),
            (version("2"), copy, false)
        ]
    );
}

/// What the index does not have is looked for nowhere else, and who tries to
/// leave is caught.
#[test]
fn pip_and_uv_that_leave_are_caught() {
    let directory = tempfile::tempdir().unwrap();
    let environment = empty_environment(directory.path());
    for install in [pip_install, uv_install] {
        let proxy = TrapProxy::start(0).unwrap();
        let elsewhere = "https://elsewhere.invalid/simple/";
        let mut command = install(&environment, directory.path(), elsewhere, "a");
        command
            .env("https_proxy", proxy.url())
            .env("PIP_RETRIES", "0")
            .env("UV_HTTP_RETRIES", "0");
        let output = command.output().unwrap();
        assert!(!output.status.success());
        let attempts = proxy.stop();
        let attempt = attempts.first().unwrap();
        assert_eq!(attempt.method, "CONNECT");
        assert_eq!(attempt.host, "elsewhere.invalid");
        assert_eq!(attempt.port, Some(443));
    }
}

/// An sdist is taken from the index, and built.
#[test]
fn pip_builds_an_sdist_of_ours() {
    let backend = "\
import zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = 'demo-1.0-py3-none-any.whl'
    with zipfile.ZipFile(directory + '/' + name, 'w') as wheel:
        wheel.writestr('demo.py', 'COPY = \"built\"\\n')
        wheel.writestr('demo-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n')
        wheel.writestr('demo-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nTag: py3-none-any\\n')
        wheel.writestr('demo-1.0.dist-info/RECORD', '')
    return name
";
    let project =
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n";
    let tree = [("pyproject.toml", project), ("backend.py", backend)]
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    let archive = sdist("demo", "1.0", &tree.into(), Some("index")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let environment = empty_environment(directory.path());
    let index = Index::start(vec![archive], IndexOptions::default()).unwrap();
    python::run(&mut pip_install(
        &environment,
        directory.path(),
        &index.url(),
        "demo==1.0",
    ));
    assert_eq!(copy_of(&environment, "demo"), "built");
    let file = ("demo-1.0.tar.gz".to_owned(), Some("index".to_owned()), true);
    assert_eq!(files(&index.stop()), [file]);
}
