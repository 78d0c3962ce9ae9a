//! `conformance world`: the world of a case, for a person.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use fs_err as fs;
use passthrough_blackbox::{CommandLine, Opened, baseline_case};
use passthrough_protocol::{BlackboxCase, Step};

use super::prepared::Preparation;
use super::{bench, profiles, select, wanted};
use crate::cli::{SuiteArgs, WorldArgs};
use crate::escape::escape;
use crate::failure::Failure;
use crate::interrupt;

/// How often it is looked for an interrupt.
const TICK: Duration = Duration::from_millis(100);

/// Makes the world, and serves its index if that is asked for. Returns what is
/// printed: the directory, or what was asked of the index.
pub(in crate::conformance) fn world(args: &WorldArgs) -> Result<String, Failure> {
    let profiles = profiles()?;
    let wanted = wanted::read(&args.profile, &profiles)?;
    let case = case(args)?;
    interrupt::clean_up_first();
    let bench = bench::bench(args.python.as_deref(), args.cache_dir.as_deref())?;
    let frontend = bench::frontend(&bench, &wanted.profile, &wanted.said)?;
    let prepared = if wanted.prepared {
        Some(Preparation::new(&bench, &profiles)?.of(case.step, &wanted.profile.table))
    } else {
        None
    };
    let opened = bench
        .open(&case, &frontend, &args.output, args.port)
        .map_err(Failure::unable)?;
    let lines = bench
        .command_lines(&opened, &case, &frontend, prepared.as_ref())
        .map_err(Failure::unable)?;
    let directory = &opened.world.directory;
    for (number, line) in lines.iter().enumerate() {
        let path = directory.join(script_name(number));
        fs::write(&path, script(line)).map_err(Failure::unable)?;
        let executable = std::fs::Permissions::from_mode(0o755);
        fs::set_permissions(&path, executable).map_err(Failure::unable)?;
    }
    let readme = readme(args, &case, &opened, lines.len());
    fs::write(directory.join("README.md"), readme).map_err(Failure::unable)?;
    if args.serve {
        serve(&opened, directory);
    }
    let mut text = format!("{}\n", escape(&directory.display().to_string()));
    for request in opened.requests() {
        let line = format!("{} {} {}", request.method, request.target, request.status);
        let _ = writeln!(text, "{}", escape(&line));
    }
    Ok(text)
}

/// The case that is meant.
fn case(args: &WorldArgs) -> Result<BlackboxCase, Failure> {
    let mut steps = Step::ALL.into_iter();
    let name = args.case.strip_prefix("baseline-");
    if let Some(step) = steps.find(|step| name == Some(step.as_str())) {
        return Ok(baseline_case(step));
    }
    let mut selection = select(&SuiteArgs {
        cases: args.cases.clone(),
        case: Vec::new(),
        filter: Vec::new(),
    })?;
    selection.cases.remove(&args.case).ok_or_else(|| {
        Failure::unable(format_args!("there is no black-box case `{}`", args.case))
            .hint("`passthrough-check conformance list --level blackbox` has them all")
    })
}

/// Serves until there is an interrupt.
fn serve(opened: &Opened, directory: &Path) {
    let index = opened.index();
    let text = format!(
        "{} serves {}; interrupt it when you are done\n",
        index,
        escape(&directory.display().to_string())
    );
    // Nobody is left to tell that stderr is gone.
    let _ = std::io::stderr().write_all(text.as_bytes());
    while !interrupt::is_interrupted() {
        std::thread::sleep(TICK);
    }
}

fn script_name(number: usize) -> String {
    match number {
        0 => "run.sh".to_owned(),
        more => format!("run-{}.sh", more + 1),
    }
}

/// The command, with its environment and no other.
fn script(line: &CommandLine) -> String {
    // What has a NUL in it could not have been run.
    let quoted = |word: &str| shlex::try_quote(word).unwrap_or_default().into_owned();
    let directory = quoted(&line.directory.to_string_lossy());
    let mut text = format!("#!/bin/sh\ncd {directory} || exit\nexec env -i");
    for (name, value) in &line.environment {
        let _ = write!(text, " \\\n    {}", quoted(&format!("{name}={value}")));
    }
    for word in &line.argv {
        let _ = write!(text, " \\\n    {}", quoted(word));
    }
    text.push('\n');
    text
}

fn readme(args: &WorldArgs, case: &BlackboxCase, opened: &Opened, runs: usize) -> String {
    let mut text = format!(
        "# The world of `{}`\n\nThe rule: {}.\n\nWithout it: {}.\n\n\
         | here | is |\n|---|---|\n\
         | `project` | what is built |\n\
         | `host`, `second-host` | the environments that it is built for |\n\
         | `index` | the files that the index serves |\n\
         | `recordings` | what the build backend saw, a file for each hook |\n\
         | `out-1` | where the result goes |\n\
         | `home`, `tmp` | the frontend's home, with its caches, and its temporary files |\n\
         | `case.json` | the case, with what it looks at |\n\n\
         The marks of this world end in `@{}`.\n\n## By hand\n\n",
        case.id, case.title, case.why, opened.world.nonce
    );
    let _ = write!(
        text,
        "The frontend is run by {}. Its index is at <{}>, and what it looks for\n\
         elsewhere goes to a proxy that lets nothing pass. Both are there as long as the command\n\
         that made this world runs, which takes `--serve`; to have them again, make another world:\n\n\
         ```console\n$ passthrough-check conformance world {} --profile '{}' --serve --output NEW-DIRECTORY\n```\n",
        (0..runs)
            .map(|number| format!("`./{}`", script_name(number)))
            .collect::<Vec<_>>()
            .join(", then "),
        opened.index(),
        case.id,
        args.profile
    );
    text
}
