//! What the arguments of `conformance` mean.

use std::ffi::OsStr;
use std::time::{SystemTime, UNIX_EPOCH};

use super::blackbox::Wanted;
use crate::cli::SubjectArgs;
use crate::failure::Failure;

/// The words of a command, as a shell would split it; nothing is expanded.
pub(super) fn words(command: &str) -> Result<Vec<String>, Failure> {
    match shlex::split(command) {
        Some(words) if !words.is_empty() => Ok(words),
        Some(_) => Err(Failure::unable("the adapter's command is empty")),
        None => Err(Failure::unable(format_args!(
            "the adapter's command has a quote without an end: {command}"
        ))),
    }
}

/// Another one each time. It is printed, so that it can be given again; the
/// numbers are short, so that they can be typed.
pub(super) fn seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| u64::from(now.subsec_micros()))
}

/// The options that run the same suite against the same subject.
pub(super) fn again(args: &SubjectArgs) -> String {
    let mut options = String::new();
    if let Some(adapter) = &args.adapter {
        options.push_str(&format!(" --adapter {}", quoted(adapter)));
    }
    if args.oneshot {
        options.push_str(" --oneshot");
    }
    options + &cases(args)
}

/// The directories of cases, by names that hold anywhere.
fn cases(args: &SubjectArgs) -> String {
    let directories = args.suite.cases.iter().map(|directory| {
        let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.clone());
        format!(" --cases {}", quoted(&directory.to_string_lossy()))
    });
    directories.collect()
}

/// A word for a shell. One with a NUL cannot have come from a command line.
fn quoted(value: &str) -> String {
    shlex::try_quote(value).unwrap_or_default().into_owned()
}

/// The options that run a frontend in the same suite again, and show its
/// failures whether they are known or not.
pub(super) fn again_with(wanted: &Wanted, args: &SubjectArgs) -> String {
    let mut options = format!(" --profile {}", quoted(&wanted.said));
    if wanted.is_of_suite {
        options.push_str(" --no-expectations");
    }
    if let Some(python) = &args.frontends.python {
        options.push_str(&format!(" --python {}", quoted(&from_anywhere(python))));
    }
    options + &cases(args)
}

/// The same interpreter, whatever the directory: a path is absolute, and a command
/// or a version is as it is.
fn from_anywhere(python: &OsStr) -> String {
    let said = || python.to_string_lossy().into_owned();
    if !said().contains('/') {
        return said();
    }
    std::path::absolute(python).map_or_else(|_| said(), |path| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::again;
    use crate::cli::{Cli, Command, ConformanceCommand};

    #[test]
    fn what_is_shown_holds_in_any_directory() {
        let said = ["", "conformance", "run", "--cases", "it's here"];
        let cli = Cli::try_parse_from(said).unwrap();
        let Some(Command::Conformance {
            command: ConformanceCommand::Run(args),
        }) = cli.command
        else {
            panic!("{cli:?}");
        };
        let here = std::env::current_dir().unwrap();
        let shown = again(&args.subject);
        let words = shlex::split(&shown).unwrap();
        let absolute = here.join("it's here");
        assert_eq!(words, ["--cases", absolute.to_str().unwrap()]);
    }
}
