//! Any command in the environment, on the user's own terminal.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use passthrough_world::python::any;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::of;
use crate::building::toy::{Toy, assert_nothing_left};
use crate::building::volume::wrap;
use crate::building::world::{Snapshot, temporary};
use crate::context::Ran;

/// Its streams are the user's own: nothing of ours is in between, nor anything
/// of ours among what it says.
#[test]
fn its_streams_are_its_own() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let code = "import sys, toolkit\n\
                sys.stdout.write('half a line'); sys.stdout.flush()\n\
                asked = sys.stdin.buffer.readline()\n\
                sys.stderr.write('\\x1b[31mraw\\x1b[0m\\n')\n\
                sys.stdout.buffer.write(b', then ' + asked + sys.stdin.buffer.read())\n";
    let mut child = of(&toy, &["{python}", "-c", code])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut asks, mut says) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    // It waits for an answer: what it said until then is here all the same.
    let mut half = [0; 11];
    says.read_exact(&mut half).unwrap();
    assert_eq!(&half, b"half a line");
    asks.write_all(b"this\nand \xff").unwrap();
    drop(asks);
    let mut rest = Vec::new();
    says.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b", then this\nand \xff");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(output.stderr, b"\x1b[31mraw\x1b[0m\n");
    assert_nothing_left(&temporary(&toy.context));
    before.assert_unchanged(&toy.host, "a command");
}

#[test]
fn how_it_fails() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let is_exposed = "import sys, toolkit; sys.exit(toolkit.answer)";
    for (words, code, error) in [
        (
            &["{python}", "-c", is_exposed][..],
            1,
            "`{python}` ended with exit status: 42",
        ),
        (&["sh", "-c", "exit 2"], 1, "`sh` ended with exit status: 2"),
        (
            &["sh", "-c", "kill -9 $$"],
            1,
            "`sh` ended with signal: 9 (SIGKILL)",
        ),
        (&["sh", "-c", "exit 130"], 130, "interrupted"),
        (
            &["not-there", "--version"],
            2,
            "`not-there` cannot be started: No such file or directory (os error 2)",
        ),
        // A name that is none of ours stays as it is.
        (
            &["{pyhton}"],
            2,
            "`{pyhton}` cannot be started: No such file or directory (os error 2)",
        ),
        (
            &["{{python}}"],
            2,
            "`{python}` cannot be started: No such file or directory (os error 2)",
        ),
        (
            &["/"],
            2,
            "`/` cannot be started: Permission denied (os error 13)",
        ),
        (
            &[""],
            2,
            "`` cannot be started: No such file or directory (os error 2)",
        ),
    ] {
        let ran = Ran::of(&mut of(&toy, words));
        assert_eq!(ran.code, Some(code), "{words:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{words:?}");
        assert_eq!(ran.stderr, format!("error: {error}\n"), "{words:?}");
        assert_nothing_left(&temporary(&toy.context));
    }
    // The environment is there while it runs, and not afterwards.
    let ran = Ran::of(&mut of(
        &toy,
        &[
            "sh",
            "-c",
            "test -x \"$1\" && test -d \"$2\" && echo \"$2 {env} {{env}} {x}\"",
            "-",
            "{python}",
            "{env}",
        ],
    ));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said: Vec<&str> = ran.stdout.split_whitespace().collect();
    let [first, second, "{env}", "{x}"] = said.as_slice() else {
        panic!("{ran:?}");
    };
    assert_eq!(first, second);
    assert!(!std::path::Path::new(first).exists());
    before.assert_unchanged(&toy.host, "commands that failed");
}

#[test]
fn one_that_changes_the_host_fails_whatever_it_says() {
    let toy = Toy::new();
    for end in ["0", "3"] {
        let code = format!(
            "import toolkit, pathlib, sys\n\
             package = pathlib.Path(toolkit.__file__).parent\n\
             with open(package / 'large.bin', 'ab') as file: file.write(b'x')\n\
             sys.exit({end})"
        );
        let ran = Ran::of(&mut of(&toy, &["{python}", "-c", &code]));
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let error = "error: files of the host are not what they were before the build\n";
        assert!(ran.stderr.starts_with(error), "{ran:?}");
        assert!(
            ran.stderr.contains("of toolkit has another size"),
            "{ran:?}"
        );
        assert_nothing_left(&temporary(&toy.context));
    }
}

/// Starts a script of Python, in a group of its own, and waits until it says
/// that it is ready.
fn start(toy: &Toy, code: &str) -> (Child, BufReader<std::process::ChildStdout>) {
    let code = format!("print('ready', flush=True)\n{code}");
    let code = format!("import signal, sys, time\n{code}");
    let mut child = of(toy, &["{python}", "-c", &code])
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut says = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    says.read_line(&mut line).unwrap();
    if line != "ready\n" {
        panic!("{line}: {:?}", child.wait_with_output());
    }
    (child, says)
}

/// Where there is no terminal, one who interrupts may mean the group or this
/// process alone: the command hears of it in both cases, and how it ends says
/// how the run does.
#[test]
fn an_interrupt_is_the_commands_to_judge() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    // Ended at once: it may hear of an interrupt of the group twice.
    let handled = |end: u8| {
        format!(
            "import os\nsignal.signal(2, lambda *_: os._exit({end}))\n\
             print('go', flush=True)\ntime.sleep(600)"
        )
    };
    for (code, expected, error) in [
        (
            "print('go', flush=True)\ntime.sleep(600)".to_owned(),
            130,
            "error: interrupted\n",
        ),
        (handled(0), 0, ""),
        (
            handled(3),
            1,
            "error: `{python}` ended with exit status: 3\n",
        ),
    ] {
        for all in [true, false] {
            let (child, mut says) = start(&toy, &code);
            let mut line = String::new();
            says.read_line(&mut line).unwrap();
            assert_eq!(line, "go\n");
            let pid = Pid::from_child(&child);
            if all {
                kill_process_group(pid, Signal::INT).unwrap();
            } else {
                kill_process(pid, Signal::INT).unwrap();
            }
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(expected), "{all}: {stderr}");
            // Python may say what interrupted it.
            assert!(stderr.ends_with(error), "{all}: {stderr}");
            assert_nothing_left(&temporary(&toy.context));
        }
    }
    before.assert_unchanged(&toy.host, "interrupts");
}

/// A terminal whose user presses Ctrl-C twice, and then answers.
const TERMINAL: &str = r"
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b''
def until(mark):
    global said
    while mark not in said:
        said += os.read(terminal, 4096)
try:
    until(b'ready')
    os.write(terminal, b'\x03')
    until(b'caught 1')
    os.write(terminal, b'\x03')
    until(b'caught 2')
    os.write(terminal, b'end\n')
    until(b'nothing ever')
except OSError:
    pass
status = os.waitpid(child, 0)[1]
print(os.WIFEXITED(status) and os.WEXITSTATUS(status), said.decode())
";

/// An interactive interpreter has its own use for Ctrl-C: each arrives there,
/// once, and none ends what it runs in.
#[test]
fn a_terminals_interrupts_reach_the_command_once() {
    let toy = Toy::new();
    let before = Snapshot::of(&toy.host);
    let code = "import os, signal, sys\n\
                count = 0\n\
                def caught(*_):\n\
                \x20   global count\n\
                \x20   count += 1\n\
                \x20   os.write(1, b'caught %d\\n' % count)\n\
                signal.signal(signal.SIGINT, caught)\n\
                print('ready', flush=True)\n\
                print('answer', sys.stdin.readline().strip(), count)\n";
    let run = of(&toy, &["{python}", "-c", code]);
    let mut terminal = Command::new(any());
    terminal.args(["-c", TERMINAL]);
    let ran = Ran::of(&mut wrap(terminal, &run));
    assert!(ran.stdout.starts_with("0 "), "{ran:?}");
    assert!(ran.stdout.contains("answer end 2"), "{ran:?}");
    assert_nothing_left(&temporary(&toy.context));
    before.assert_unchanged(&toy.host, "a terminal");
}
