use std::process::Command;
use std::time::Duration;

/// Fails unless each process whose id is in `pids`, a line each, dies soon.
pub(crate) fn assert_dead(pids: &[u8]) {
    let pids = std::str::from_utf8(pids).expect("text").trim_end();
    assert!(!pids.is_empty(), "no process was started");
    for pid in pids.lines() {
        let pid: i32 = pid.parse().expect("a process id");
        let lives = || {
            let state = Command::new("ps")
                .args(["-o", "state=", "-p", &pid.to_string()])
                .output()
                .expect("ps runs");
            !matches!(state.stdout.trim_ascii(), b"" | b"Z" | b"X")
        };
        let soon = (0..200).any(|_| {
            let lives = lives();
            if lives {
                std::thread::sleep(Duration::from_millis(20));
            }
            !lives
        });
        assert!(soon, "process {pid} still runs");
    }
}
