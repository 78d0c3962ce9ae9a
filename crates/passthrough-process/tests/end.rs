//! What an interrupt does. Nothing can run afterwards, so that this is a test
//! binary of its own.

use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use passthrough_process::{Bounds, Broken, Dialogue, Output, Reason, Stopped, Stream, end, run};

fn sleep(started: &mpsc::Sender<()>) -> Result<(), Stopped> {
    let mut follow = |_, _: &[u8]| started.send(()).expect("somebody waits");
    let bounds = Bounds {
        timeout: None,
        output: Output::Joined(Stream::tail(10)),
        follow: Some(&mut follow),
    };
    run(Command::new("sh").args(["-c", "echo; sleep 1000"]), bounds).map(|_| ())
}

#[test]
fn all_that_runs_is_ended_and_nothing_starts_any_more() {
    let cat = || Dialogue::start(&mut Command::new("cat"));
    let mut dialogue = cat().unwrap();
    let (sender, receiver) = mpsc::channel();
    let runs: Vec<_> = (0..3)
        .map(|_| {
            let sender = sender.clone();
            std::thread::spawn(move || sleep(&sender))
        })
        .collect();
    for _ in &runs {
        receiver.recv().unwrap();
    }
    end();
    for each in runs {
        let stopped = each.join().unwrap().unwrap_err();
        assert!(matches!(stopped.reason, Reason::Interrupted), "{stopped}");
    }
    let stopped = sleep(&sender).unwrap_err();
    assert!(matches!(stopped.reason, Reason::Interrupted), "{stopped}");
    let broken = dialogue.exchange(b"\n", Duration::from_secs(60));
    assert!(matches!(broken, Err(Broken::Ended(Some(_)))), "{broken:?}");
    assert_eq!(cat().err().unwrap().to_string(), "was interrupted");
}
