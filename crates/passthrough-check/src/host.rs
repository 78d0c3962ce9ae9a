//! The host that a project is checked against.

use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy as _;
use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use passthrough_host::{Given, Inventory, Site};
use passthrough_interpreter::{
    AskError, AskOptions, Environment, How, Identity, Interpreter, Request,
};

use crate::cli::{HostArgs, InterpreterArgs};
use crate::failure::Failure;
use crate::{input, interrupt};

/// In MiB. No real host's inventory is larger.
const LARGEST_DOCUMENT: u64 = 256;

/// Raised with `--no-spawn` for what files alone do not tell.
pub static RULE: Rule = Rule {
    code: "BIP341",
    name: "host-not-asked",
    severity: Severity::Info,
    requirements: &["ELIG-interpreter"],
    what: "With `--no-spawn` the host's interpreter is not started, and something about it is not known or was left out.",
    why: "Code in `.pth` files and `sitecustomize` can change `sys.path`. Not to run it is the point of `--no-spawn`, but then what it would have added is not seen.",
    example: "```console\n$ passthrough-check check --no-spawn\ninfo[BIP341]: the `import` line of distutils-precedence.pth was not run\n```",
    mend: "Leave out `--no-spawn` if you trust the host.",
};

/// Whether an interpreter may be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spawn {
    /// It is asked, if no earlier answer is known.
    Yes,
    /// Its files are read instead.
    No,
}

/// A host, ready to be asked name by name.
pub struct Host {
    /// Its interpreter.
    pub interpreter: Interpreter,
    /// What is installed in it.
    pub inventory: Box<dyn Inventory>,
    /// How it was found.
    pub note: String,
    /// What was found odd about it as a whole.
    pub findings: Vec<Diagnostic>,
}

/// Finds and reads the host, as seen from the project's `directory`.
pub fn read(args: &HostArgs, directory: &Path, environment: &Environment) -> Result<Host, Failure> {
    if let Some(path) = &args.host_json {
        return given(path);
    }
    let spawn = spawn(args);
    installed(&args.interpreter, spawn, directory, environment)
}

fn spawn(args: &HostArgs) -> Spawn {
    if args.no_spawn { Spawn::No } else { Spawn::Yes }
}

/// The host whose interpreter the user means, read from the disk.
pub fn installed(
    args: &InterpreterArgs,
    spawn: Spawn,
    directory: &Path,
    environment: &Environment,
) -> Result<Host, Failure> {
    let request = args
        .python
        .as_deref()
        .map_or(Request::Unsaid, Request::parse);
    let Known {
        interpreter,
        how,
        notes,
    } = know(&request, args, spawn, directory, environment)?;
    let notes = notes.into_iter();
    let mut findings: Vec<_> = notes.map(|note| Diagnostic::new(&RULE, note)).collect();
    let site = Site::new(&interpreter);
    findings.extend(site.path_findings().iter().cloned());
    Ok(Host {
        interpreter,
        inventory: Box::new(site),
        note: how.to_string(),
        findings,
    })
}

/// The interpreter that the build would run on, when it is not the host's.
pub fn build_interpreter(
    args: &HostArgs,
    directory: &Path,
    environment: &Environment,
) -> Result<Option<Identity>, Failure> {
    let Some(said) = &args.build_python else {
        return Ok(None);
    };
    let spawn = spawn(args);
    let request = Request::parse(said);
    let known = know(&request, &args.interpreter, spawn, directory, environment)?;
    Ok(Some(known.interpreter.identity))
}

/// An interpreter whose facts are known.
struct Known {
    interpreter: Interpreter,
    how: How,
    /// What its files alone did not tell.
    notes: Vec<String>,
}

/// Finds the interpreter that `request` means, and asks it or reads its files.
fn know(
    request: &Request,
    args: &InterpreterArgs,
    spawn: Spawn,
    directory: &Path,
    environment: &Environment,
) -> Result<Known, Failure> {
    let options = ask_options(args);
    let may_ask = (spawn == Spawn::Yes).then_some(&options);
    // What the user names is relative to where the user is.
    let start = match request {
        Request::Unsaid => directory,
        _ => Path::new("."),
    };
    let located = passthrough_interpreter::locate(request, start, environment, may_ask)
        .map_err(|error| Failure::unable(&error).hint(error.hint))?;
    let (interpreter, notes) = if spawn == Spawn::No {
        let reading = passthrough_interpreter::read(&located.executable, environment)
            .map_err(|error| Failure::unable(&error).hinted(error.hint()))?;
        (reading.interpreter, reading.notes)
    } else {
        let interpreter = passthrough_interpreter::ask(&located.executable, environment, &options)
            .map_err(|error| asking_failed(&error))?;
        (interpreter, Vec::new())
    };
    Ok(Known {
        interpreter,
        how: located.how,
        notes,
    })
}

fn ask_options(args: &InterpreterArgs) -> AskOptions {
    let cache = (!args.no_cache)
        .then(|| args.cache_dir.clone().or_else(default_cache))
        .flatten();
    AskOptions {
        timeout: Duration::from_secs(args.timeout),
        cache,
        before_start: interrupt::prepare,
    }
}

/// The user's cache directory; none when there is no home.
pub(crate) fn default_cache() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.cache_dir().join("passthrough-check"))
}

fn asking_failed(error: &AskError) -> Failure {
    let stderr = String::from_utf8_lossy(&error.stderr);
    let detail = (!stderr.trim().is_empty()).then(|| format!("it wrote:\n{}", stderr.trim_end()));
    Failure::unable(error).detail(detail).hinted(error.hint())
}

/// A host from a document, `--host-json`.
fn given(path: &Path) -> Result<Host, Failure> {
    let hint = "`passthrough-check schema host` prints the schema of the document";
    let text = input::read(path, LARGEST_DOCUMENT)?;
    let document: passthrough_protocol::Host = serde_json::from_slice(&text)
        .map_err(|error| Failure::unable(format_args!("{}: {error}", path.display())).hint(hint))?;
    let interpreter = passthrough_host::interpreter(&document);
    let inventory = Given::from_document(document)
        .map_err(|error| Failure::unable(format_args!("{}: {error}", path.display())).hint(hint))?;
    Ok(Host {
        interpreter,
        inventory: Box::new(inventory),
        note: format!("given by {}", path.display()),
        findings: Vec::new(),
    })
}
