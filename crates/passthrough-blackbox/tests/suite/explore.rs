use passthrough_blackbox::{Suite, is_sound};

use crate::support::{bench, frontend, others};

#[test]
fn explore() {
    let names = std::env::var("PROFILES").unwrap_or("pip uv".to_owned());
    let suite = Suite::embedded();
    for name in names.split(' ') {
        let frontend = frontend(name);
        let directory = std::path::PathBuf::from(format!("/tmp/wheelhouse/worlds/{name}"));
        let _ = fs_err::remove_dir_all(&directory);
        let start = std::time::Instant::now();
        let baseline = bench().baseline(&frontend, None, &directory.join("baseline")).unwrap();
        println!("{name} {} baseline {} {:?}", frontend.version, is_sound(&baseline), start.elapsed());
        for evidence in &baseline {
            for check in &evidence.checks {
                println!("  {} {} {} {:?} {:?}", evidence.case, check.id, check.verdict.as_str(), check.observed, check.message);
            }
            if !is_sound(std::slice::from_ref(evidence)) {
                for run in &evidence.runs {
                    println!("{:?} {:?}\n{}\n{}", run.ending, run.exit_code, run.stdout, run.stderr);
                }
            }
        }
        if std::env::var_os("BASELINE").is_some() { continue; }
        for loaded in suite.cases.values() {
            let start = std::time::Instant::now();
            let evidence = bench().run(&loaded.case, &frontend, None, &directory.join(&loaded.case.id)).unwrap();
            let took: u64 = evidence.runs.iter().map(|run| run.millis).sum();
            println!("{name} {} {:?} of which {took}", loaded.case.id, start.elapsed());
            for check in &evidence.checks {
                println!("    {} {} {:?} {:?} {:?}", check.verdict.as_str(), check.id, check.code, check.observed, check.message);
            }
            others(&evidence);
        }
    }
}
