//! What the files say is what the interpreter says.

mod support;

use std::path::Path;

use fs_err as fs;
use passthrough_interpreter::{Environment, Interpreter, Knowledge, Reading, read};
use passthrough_world::python;
use support::{ask_in, scratch, shell, variables, venv};

fn both(executable: &Path, environment: &Environment) -> (Interpreter, Reading) {
    let asked = ask_in(executable, environment);
    let reading = read(executable, environment).unwrap();
    assert_eq!(reading.interpreter.knowledge, Knowledge::Read);
    assert_eq!(asked.knowledge, Knowledge::Asked);
    (asked, reading)
}

/// Asserts that both say the same, and returns the notes.
#[track_caller]
fn agree(executable: &Path, environment: &Environment) -> Vec<String> {
    let (asked, reading) = both(executable, environment);
    let mut read = reading.interpreter;
    read.knowledge = Knowledge::Asked;
    assert_eq!(read, asked);
    reading.notes
}

#[test]
fn in_plain_environments() {
    for python in python::all().values() {
        let (_guard, scratch) = scratch();
        let python = venv(python, &scratch.join("venv"), &[]);
        let notes = agree(&python, &shell(&scratch));
        assert!(
            notes.iter().all(|note| note.contains("sitecustomize")),
            "{notes:?}"
        );
    }
}
