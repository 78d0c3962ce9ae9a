use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use passthrough_world::python;

use super::{Bench, FRONTEND};
use crate::context::Ran;

fn world(bench: &Bench, case: &str) -> Command {
    let profile = bench.profile("fake", FRONTEND, 60);
    let mut command = bench.conformance();
    command
        .args(["world", case, "--output"])
        .arg(bench.context.path("world"))
        .arg("--cases")
        .arg(bench.context.path("cases-here"))
        .arg("--profile")
        .arg(profile)
        .arg("--python")
        .arg(python::any());
    command
}

/// It has all that a person needs to run the frontend, while its index serves.
#[test]
fn a_world_can_be_run_by_hand() {
    let bench = Bench::new(&["all-is-well"]);
    let mut serving = world(&bench, "all-is-well")
        .arg("--serve")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let readme = bench.context.path("world/README.md");
    let deadline = Instant::now() + Duration::from_secs(300);
    while !readme.exists() {
        assert!(serving.try_wait().unwrap().is_none(), "it ended by itself");
        assert!(Instant::now() < deadline, "there is no world");
        std::thread::sleep(Duration::from_millis(20));
    }
    let script = bench.context.path("world/run.sh");
    let ran = Ran::of(Command::new(&script).current_dir("/"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let wheel = bench.context.path("world/out-1/demo-1.0-py3-none-any.whl");
    assert!(wheel.exists());
    python::run(Command::new("kill").args(["-INT", &serving.id().to_string()]));
    let output = serving.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("GET /simple/plain/ 200"), "{said}");
    // The index is gone, and the world stays.
    let again = Ran::of(&mut Command::new(&script));
    assert_ne!(again.code, Some(0), "{again:?}");
    assert!(readme.exists());
}

#[test]
fn what_cannot_be_made_is_said() {
    let bench = Bench::new(&["all-is-well"]);
    let refused = |command: &mut Command, words: &str| {
        let ran = Ran::of(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    };
    refused(
        &mut world(&bench, "no-such-case"),
        "no black-box case `no-such-case`",
    );
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(
        world(&bench, "all-is-well").args(["--port", &port]),
        &format!("port {port} of the loopback interface is taken"),
    );
    let ran = Ran::of(&mut world(&bench, "baseline-wheel"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    refused(&mut world(&bench, "all-is-well"), "is not empty");
}
