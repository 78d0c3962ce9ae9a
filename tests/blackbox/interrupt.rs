use std::time::{Duration, Instant};

use passthrough_world::python;

use super::{Bench, FRONTEND};

/// An interrupt ends the frontend, and leaves no world behind.
#[test]
fn an_interrupt_ends_all_and_removes_the_worlds() {
    let bench = Bench::new(&["hangs", "all-is-well"]);
    let profile = bench.profile("fake", FRONTEND, 600);
    let mut command = bench.run(profile.to_str().unwrap());
    let mut child = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begun = || {
        let mut worlds = fs_err::read_dir(bench.temporary()).unwrap();
        worlds.any(|world| {
            world
                .unwrap()
                .path()
                .join("fake/hangs/out-1/begun")
                .exists()
        })
    };
    let deadline = Instant::now() + Duration::from_secs(300);
    while !begun() {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        assert!(Instant::now() < deadline, "the frontend never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = child.id().to_string();
    python::run(std::process::Command::new("kill").args(["-INT", &pid]));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(bench.is_clean());
}
