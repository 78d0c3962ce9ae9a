//! `passthrough-check`: arguments to calls to an exit code.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use clap::{ColorChoice, CommandFactory as _, Parser as _};
use passthrough_check::building::{self, Ui};
use passthrough_check::cli::{
    AnswerFormat, BuildArgs, CheckArgs, Cli, Command, ConformanceCommand, EnvArgs, OutputArgs,
    RunFrontendArgs, SayingArgs,
};
use passthrough_check::escape::escape;
use passthrough_check::failure::Failure;
use passthrough_check::render::{self, Options};
use passthrough_check::{adapter, check, conformance, explain, internal_error, interrupt, rules};
use passthrough_diagnostic::Severity;
use passthrough_interpreter::Environment;
use passthrough_protocol::ExitCode;

/// The width of text that goes to no terminal.
const WIDTH: usize = 100;

fn main() -> std::process::ExitCode {
    internal_error::report_and_exit_on_panic();
    let code = run(Cli::parse());
    // What was ended in the middle failed for no other reason.
    if interrupt::is_interrupted() {
        return ExitCode::Interrupted.into();
    }
    code.into()
}

fn run(cli: Cli) -> ExitCode {
    match cli.command {
        None => run_check(&cli.check),
        Some(Command::Check(args)) => run_check(&args),
        Some(Command::Env(args)) => run_env(&args),
        Some(Command::Build(args)) => run_build(&args),
        Some(Command::Run(args)) => run_frontend(&args),
        Some(Command::Conformance { command }) => run_conformance(&command),
        Some(Command::Adapter { oneshot }) => run_adapter(oneshot),
        Some(Command::Schema { name }) => print_schema(&name),
        Some(Command::Explain { name }) => run_explain(name.as_deref()),
        Some(Command::GenerateShellCompletion { shell }) => {
            let mut script = Vec::new();
            let mut command = Cli::command();
            clap_complete::generate(shell, &mut command, "passthrough-check", &mut script);
            print(&script, ExitCode::Success)
        }
    }
}

fn run_check(args: &CheckArgs) -> ExitCode {
    let mut answers = check::check(args, &Environment::of_process());
    for failure in &answers.failures {
        report_failure(failure, args.output.color);
    }
    let code = answers.exit_code();
    if answers.reports.is_empty() {
        return code;
    }
    let least = match args.output.quiet {
        0 => Severity::Info,
        1 => Severity::Warning,
        _ => Severity::Error,
    };
    for report in &mut answers.reports {
        report.diagnostics.retain(|found| found.severity >= least);
    }
    let mut text = Vec::new();
    let format = args.output.output_format;
    match render::write(&answers.reports, format, options(&args.output), &mut text) {
        Ok(()) => print(&text, code),
        Err(error) => {
            report_failure(&Failure::unable(error), args.output.color);
            ExitCode::Unable
        }
    }
}

fn run_env(args: &EnvArgs) -> ExitCode {
    let saying = &args.building.saying;
    match building::env(args, &Environment::of_process(), &ui(saying, &to_stderr)) {
        Err(failure) => fail(&failure, saying.color),
        Ok(made) => match (&made.root, args.output_format) {
            (Some(root), AnswerFormat::Full) => print_paths([root.as_path()]),
            _ => print_json(&made.manifest),
        },
    }
}

fn run_build(args: &BuildArgs) -> ExitCode {
    let saying = &args.building.saying;
    match building::build(args, &Environment::of_process(), &ui(saying, &to_stderr)) {
        Err(failure) => fail(&failure, saying.color),
        Ok(built) => match args.output_format {
            AnswerFormat::Full => print_paths(built.iter().map(|built| built.path.as_path())),
            AnswerFormat::Json => {
                let records: Vec<_> = built.iter().map(|built| &built.record).collect();
                print_json(&records)
            }
        },
    }
}

fn run_frontend(args: &RunFrontendArgs) -> ExitCode {
    let saying = &args.building.saying;
    match building::run(args, &Environment::of_process(), &ui(saying, &to_stderr)) {
        Err(failure) => fail(&failure, saying.color),
        Ok(built) => print_paths(built.iter().map(|built| built.path.as_path())),
    }
}

fn ui<'a>(saying: &'a SayingArgs, out: &'a dyn Fn(&[u8])) -> Ui<'a> {
    Ui {
        saying,
        options: Options {
            verbose: saying.verbose > 0,
            color: wants_color(saying.color, &io::stderr()),
            width: width(),
        },
        terminal: io::stderr().is_terminal(),
        out,
    }
}

/// Writes what is said on the way. Nobody is left to tell that stderr is gone.
fn to_stderr(bytes: &[u8]) {
    let _ = io::stderr().lock().write_all(bytes);
}

/// Writes paths to stdout: escaped for a terminal, as they are for a program.
fn print_paths<'a>(paths: impl IntoIterator<Item = &'a Path>) -> ExitCode {
    let mut bytes = Vec::new();
    for path in paths {
        if io::stdout().is_terminal() {
            bytes.extend_from_slice(escape(&path.to_string_lossy()).as_bytes());
        } else {
            bytes.extend_from_slice(path.as_os_str().as_encoded_bytes());
        }
        bytes.push(b'\n');
    }
    print(&bytes, ExitCode::Success)
}

fn print_json(document: &impl serde::Serialize) -> ExitCode {
    match serde_json::to_string_pretty(document) {
        Ok(text) => print(format!("{text}\n").as_bytes(), ExitCode::Success),
        Err(error) => fail(&Failure::unable(error), ColorChoice::Auto),
    }
}

fn run_conformance(command: &ConformanceCommand) -> ExitCode {
    let color = match command {
        ConformanceCommand::Run(args) => args.color,
        _ => ColorChoice::Auto,
    };
    match conformance::conformance(command, wants_color(color, &io::stdout())) {
        Ok(answer) => {
            for failure in &answer.failures {
                report_failure(failure, color);
            }
            print(answer.text.as_bytes(), answer.code)
        }
        Err(failure) => fail(&failure, color),
    }
}

fn run_adapter(oneshot: bool) -> ExitCode {
    let (requests, answers) = (io::stdin().lock(), io::stdout().lock());
    let served = if oneshot {
        adapter::serve_one(requests, answers)
    } else {
        adapter::serve(requests, answers)
    };
    match served {
        Ok(()) => ExitCode::Success,
        Err(failure) => fail(&failure, ColorChoice::Auto),
    }
}

fn fail(failure: &Failure, color: ColorChoice) -> ExitCode {
    report_failure(failure, color);
    failure.exit
}

fn print_schema(name: &str) -> ExitCode {
    let mut schemas = passthrough_protocol::SCHEMAS.iter();
    match schemas.find(|schema| schema.name == name) {
        Some(schema) => print(schema.text().as_bytes(), ExitCode::Success),
        None => {
            report_failure(&Failure::unable("no such schema"), ColorChoice::Auto);
            ExitCode::Unable
        }
    }
}

fn run_explain(name: Option<&str>) -> ExitCode {
    let options = Options {
        color: wants_color(ColorChoice::Auto, &io::stdout()),
        width: width(),
        ..Options::default()
    };
    let Some(name) = name else {
        return print(
            explain::list(rules::all(), options).as_bytes(),
            ExitCode::Success,
        );
    };
    match explain::find(rules::all(), name) {
        Ok(found) => print(
            explain::terminal(&found, options).as_bytes(),
            ExitCode::Success,
        ),
        Err(unknown) => {
            let mut failure = Failure::unable(&unknown);
            failure.hint = unknown
                .hint()
                .or_else(|| Some("`passthrough-check explain` lists every code".to_owned()));
            report_failure(&failure, ColorChoice::Auto);
            ExitCode::Unable
        }
    }
}

fn options(args: &OutputArgs) -> Options {
    Options {
        verbose: args.verbose > 0,
        color: wants_color(args.color, &io::stdout()),
        width: width(),
    }
}

/// `NO_COLOR` wins over the option: it is how a user says it once for all.
fn wants_color(choice: ColorChoice, stream: &impl io::IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused
        && match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                stream.is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
}

fn width() -> usize {
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    if io::stdout().is_terminal() {
        terminal().unwrap_or(WIDTH).clamp(40, 140)
    } else {
        WIDTH
    }
}

/// Writes the answer to stdout, in one go. Whoever closed the pipe has what
/// they wanted.
fn print(bytes: &[u8], code: ExitCode) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => code,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => code,
        Err(error) => {
            report_failure(
                &Failure::unable(format_args!("stdout: {error}")),
                ColorChoice::Auto,
            );
            ExitCode::Unable
        }
    }
}

/// Writes an error and its remedy to stderr.
fn report_failure(failure: &Failure, color: ColorChoice) {
    if interrupt::is_interrupted() && failure.exit != ExitCode::Interrupted {
        return;
    }
    let (red, cyan, reset) = if wants_color(color, &io::stderr()) {
        ("\x1b[1;31m", "\x1b[1;36m", "\x1b[0m")
    } else {
        ("", "", "")
    };
    let mut text = format!("{red}error{reset}: {}\n", escape(&failure.message));
    if let Some(detail) = &failure.detail {
        for line in detail.lines() {
            text.push_str(&format!("  {}\n", escape(line)));
        }
    }
    if let Some(hint) = &failure.hint {
        text.push_str(&format!("{cyan}hint{reset}: {}\n", escape(hint)));
    }
    // Nobody is left to tell that stderr is gone.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
