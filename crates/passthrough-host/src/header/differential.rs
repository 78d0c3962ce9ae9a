//! The reader against Python's `email` and `packaging` 26.3: on the METADATA
//! of real distributions, and on headers made by chance.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fs_err as fs;
use passthrough_world::python;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde::Deserialize;

use super::{Fields, read};

#[derive(Deserialize)]
struct Answer {
    email: PythonFields,
    packaging: PythonFields,
}

#[derive(Debug, PartialEq, Deserialize)]
struct PythonFields {
    metadata_version: Option<String>,
    name: Option<String>,
    version: Option<String>,
    requires_python: Option<String>,
    requires_dist: Vec<String>,
    provides_extra: Vec<String>,
}

/// White space is where a line was folded; nobody's parser cares which it is.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl PythonFields {
    fn squeezed(self) -> Self {
        let each = |texts: Vec<String>| texts.iter().map(|text| squeezed(text)).collect();
        let one = |text: Option<String>| text.as_deref().map(squeezed);
        Self {
            metadata_version: one(self.metadata_version),
            name: one(self.name),
            version: one(self.version),
            requires_python: one(self.requires_python),
            requires_dist: each(self.requires_dist),
            provides_extra: each(self.provides_extra),
        }
    }
}

fn ours(path: &Path) -> PythonFields {
    let Fields {
        metadata_version,
        name,
        version,
        requires_dist,
        provides_extra,
        requires_python,
    } = read(path).unwrap().fields;
    PythonFields {
        metadata_version,
        name,
        version,
        requires_python,
        requires_dist,
        provides_extra,
    }
    .squeezed()
}

fn environment() -> PathBuf {
    python::environment(
        &python::any(),
        &[
            "packaging==26.3",
            "hatchling==1.27.0",
            "numpy==2.0.2",
            "requests==2.32.5",
            "scipy==1.13.1",
            "setuptools==80.9.0",
        ],
    )
}

fn answers(files: &[PathBuf]) -> Vec<Answer> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/header/differential.py");
    let mut child = Command::new(environment().join("bin/python"))
        .arg("-I")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = files
        .iter()
        .map(|file| format!("{}\n", file.display()))
        .collect();
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Answer> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), files.len());
    answers
}

#[test]
fn real_metadata_are_read_as_python_reads_them() {
    let lib = fs::read_dir(environment().join("lib"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    // setuptools brings some twenty more of its own.
    let vendored = "setuptools/_vendor";
    let mut files = Vec::new();
    for directory in ["", vendored] {
        let directory = lib.path().join("site-packages").join(directory);
        files.extend(
            fs::read_dir(directory)
                .unwrap()
                .map(|entry| entry.unwrap().path().join("METADATA"))
                .filter(|path| path.is_file()),
        );
    }
    assert!(files.len() > 20, "{files:?}");
    for (file, answer) in files.iter().zip(answers(&files)) {
        let ours = ours(file);
        assert!(ours.name.is_some() && ours.version.is_some());
        assert_eq!(ours, answer.email.squeezed(), "{}", file.display());
        assert_eq!(ours, answer.packaging.squeezed(), "{}", file.display());
    }
}

/// Lines that are fields, nearly fields, continuations, and none of these.
fn line() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec![
        "Name",
        "VERSION",
        "requires-dist",
        "Requires-Dist",
        "Provides-Extra",
        "X",
        "Requires-Python",
        "Metadata-Version",
    ]);
    let value = "[ a-z>=;'\u{e9}\t]{0,12}";
    prop_oneof![
        30 => (field.clone(), value).prop_map(|(field, value)| format!("{field}:{value}")),
        4 => value.prop_map(|value| format!(" {value}")),
        1 => value.prop_map(|value| format!("\t{value}")),
        1 => (field, value).prop_map(|(field, value)| format!("{field} :{value}")),
        1 => "[a-z:\u{e9} ]{0,6}",
    ]
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        8 => Just("\n"),
        2 => Just("\r\n"),
        2 => Just("\r"),
        1 => Just("\n\n"),
    ]
}

#[test]
fn generated_headers_are_read_as_python_reads_them() {
    let strategy = proptest::collection::vec((line(), line_end()), 0..10).prop_map(|lines| {
        let pieces = lines
            .into_iter()
            .flat_map(|(line, end)| [line, end.to_owned()]);
        pieces.collect::<String>()
    });
    let mut runner = TestRunner::deterministic();
    let directory = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = (0..2000)
        .map(|index| {
            let path = directory.path().join(index.to_string());
            fs::write(&path, strategy.new_tree(&mut runner).unwrap().current()).unwrap();
            path
        })
        .collect();
    let mut read = 0;
    for (file, answer) in files.iter().zip(answers(&files)) {
        let ours = ours(file);
        read += usize::from(ours.requires_dist.len() > 1);
        let content = fs::read_to_string(file).unwrap();
        assert_eq!(ours, answer.email.squeezed(), "{content:?}");
    }
    assert!(read > 200, "the headers are too short to tell: {read}");
}
