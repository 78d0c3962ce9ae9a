use std::path::Path;

use super::{Bench, FRONTEND, passes};
use crate::context::Ran;

/// The command could not do its job, says so, and says nothing of a frontend.
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    for words in words {
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
}

#[test]
fn a_wrong_profile_is_no_wrong_frontend() {
    let bench = Bench::new(&["all-is-well"]);
    for (program, words) in [
        ("", "a wheel of demo is built: expected yes, found no"),
        ("raise SystemExit('no such option')", "no such option"),
        (
            "import urllib.request as u\ntry: u.urlopen('http://pypi.invalid/')\nexcept OSError: pass",
            "hosts asked for beside the index: expected nothing, found pypi.invalid",
        ),
    ] {
        let profile = bench.profile("fake", program, 60);
        let ran = Ran::of(&mut bench.run(profile.to_str().unwrap()));
        refused(&ran, &["is wrong", "a project without a list", words]);
        assert!(bench.is_clean());
    }
}

#[test]
fn a_frontend_that_cannot_be_had_is_said() {
    let bench = Bench::new(&["all-is-well"]);
    let path = bench.profile("fake", FRONTEND, 60);
    let text = fs_err::read_to_string(&path).unwrap();
    for (right, wrong, words) in [
        (
            "\"/bin/sh\", \"-c\", \"echo 7.1\"",
            "\"/no/such/frontend\"",
            "/no/such/frontend",
        ),
        (
            "echo 7.1",
            "exit 3",
            "does not say a version: it ended with exit code 3",
        ),
        (
            "\"{project}\", \"{out}\"",
            "\"{out}\", \"{project}\"",
            "is wrong: its frontend does not build a project without a list",
        ),
        (
            "[\"{python}\", ",
            "[\"/no/such/frontend\", ",
            "could not be started: /no/such/frontend",
        ),
        ("[\"backend-path\"]", "[\"magic\"]", "unknown variant"),
        ("{python}", "{pyhton}", "stands for nothing"),
    ] {
        let changed = text.replacen(right, wrong, 1);
        assert_ne!(changed, text);
        fs_err::write(&path, changed).unwrap();
        let ran = Ran::of(&mut bench.run(path.to_str().unwrap()));
        refused(&ran, &[words]);
    }
    refused(
        &Ran::of(&mut bench.run("pipp")),
        &["there is no profile `pipp`", "pip"],
    );
    refused(
        &Ran::of(&mut bench.run("poetry+passthrough")),
        &["no command for a prepared"],
    );
    fs_err::write(&path, &text).unwrap();
    let profile = path.to_str().unwrap();
    refused(
        &Ran::of(&mut bench.run(&format!("{profile}+passthrough"))),
        &["no command for a prepared"],
    );
    let mut without_python = bench.conformance();
    without_python.args(["run", "--profile", profile, "--python", "/no/such/python"]);
    refused(&Ran::of(&mut without_python), &["/no/such/python"]);
}

/// One that cannot be run does not keep the others from it.
#[test]
fn of_several_frontends_each_has_its_report() {
    let bench = Bench::new(&["all-is-well"]);
    let wrong = bench.profile("wrong", "", 60);
    let right = bench.profile("right", FRONTEND, 60);
    let mut command = bench.run(wrong.to_str().unwrap());
    command.arg("--profile").arg(&right);
    let ran = Ran::of(command.args(["--output-format", "json"]));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let report: passthrough_protocol::ConformanceReport =
        serde_json::from_str(&ran.stdout).unwrap();
    assert!(passes(&report, "all-is-well"));
    let frontend = report.frontend.unwrap();
    assert_eq!(
        (frontend.version.as_str(), frontend.prepared),
        ("7.1", false)
    );
    assert_eq!(frontend.profile.name, "right");
    assert!(ran.stderr.contains("wrong.toml is wrong"), "{ran:?}");
}

#[test]
fn kept_worlds_stay_and_nothing_is_written_over() {
    let bench = Bench::new(&["all-is-well"]);
    let profile = bench.profile("fake", FRONTEND, 60);
    let profile = profile.to_str().unwrap();
    let keep = bench.context.path("kept");
    let run = || Ran::of(bench.run(profile).arg("--keep").arg(&keep));
    let ran = run();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let world: &Path = &keep.join("fake/all-is-well");
    for name in [
        "evidence.json",
        "case.json",
        "host/bin/python",
        "project/pyproject.toml",
    ] {
        assert!(world.join(name).exists(), "{name}");
    }
    refused(&run(), &["is not empty"]);
}
