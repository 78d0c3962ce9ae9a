//! The command that a failed hook is called again with, as a person would use
//! it: copied from the screen, pasted into a shell.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use fs_err as fs;

use super::toy::{Toy, assert_nothing_left};
use super::world::temporary;
use crate::context::Ran;

const FAILS: &str = "do=raise ValueError('it\\'s in', os.getcwd())";

/// The command in what a failed build said.
fn command(ran: &Ran) -> Option<&str> {
    let mut lines = ran.stderr.lines();
    lines.find(|line| line.trim() == "to do the same again:")?;
    lines.next()
}

/// What a shell says that gets a line on its standard input.
fn pasted(line: &str) -> String {
    let mut shell = Command::new("sh")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(shell.stdin.take().unwrap(), "{line}").unwrap();
    let output = shell.wait_with_output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

fn assert_it_fails_again(ran: &Ran, directory: &str) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let line = command(ran).unwrap_or_else(|| panic!("{ran:?}"));
    assert!(!ran.stderr.contains("hint: "), "{ran:?}");
    let said = pasted(line);
    let last = said.lines().last().unwrap_or_default();
    assert!(last.starts_with("ValueError: (\"it's in\", '"), "{said}");
    assert!(last.ends_with(&format!("{directory}')")), "{said}");
}

#[test]
fn it_can_be_pasted_as_long_as_the_environment_is_there() {
    let toy = Toy::new();
    let odd = toy.context.path("an $(odd) `name`\u{1b}[31m é");
    fs::rename(toy.context.project(), &odd).unwrap();
    let build = |project: &Path, more: &[&str]| {
        let mut command = toy.build(&["-q", "-C", FAILS]);
        Ran::of(
            command
                .arg(project)
                .args(more)
                .current_dir(toy.out().parent().unwrap()),
        )
    };
    let kept = build(&odd, &["--keep-env"]);
    assert_it_fails_again(&kept, "an $(odd) `name`\\x1b[31m é");
    fs::remove_dir_all(temporary(&toy.context)).unwrap();
    temporary(&toy.context);
    // Nothing is printed that would lead to nowhere.
    let gone = build(&odd, &[]);
    assert_eq!(command(&gone), None, "{gone:?}");
    assert!(gone.stderr.contains("hint: with --keep-env "), "{gone:?}");
    assert_nothing_left(&temporary(&toy.context));
}

#[test]
fn what_was_unpacked_stays_with_the_environment() {
    let toy = Toy::new();
    let sdist = toy.sdist();
    let build = |setting: &str| {
        let mut command = toy.build(&["-q", "--keep-env", "-C", setting]);
        Ran::of(command.arg(&sdist))
    };
    let ran = build(FAILS);
    assert_it_fails_again(&ran, "/demo-1.0");
    assert!(
        ran.stderr
            .contains("the unpacked source distribution is kept: "),
        "{ran:?}"
    );
    // Nobody needs it for an environment in which all went well.
    let passes = build("do=pass");
    assert_eq!(passes.code, Some(0), "{passes:?}");
    assert!(!passes.stderr.contains("source distribution"), "{passes:?}");
    // The next run takes neither for left over.
    assert_it_fails_again(&ran, "/demo-1.0");
}
