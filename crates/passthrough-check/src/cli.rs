//! The command line, as clap reads it.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the text of --help, not Markdown"
)]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};
use passthrough_conformance::partition::Partition;
use passthrough_requirement::{PackageName, Requirement};

use crate::render::Format;

mod building;
mod frontends;

pub use building::{
    AnswerFormat, ArtefactName, BuildArgs, BuildingArgs, EnvArgs, InstallerName, LinkModeName,
    MakingArgs, RunFrontendArgs, SayingArgs,
};
pub use frontends::{FrontendArgs, WorldArgs};

/// Which build dependencies come from the host, and why.
///
/// Without a command, `check` is meant.
#[derive(Debug, Parser)]
#[command(
    name = "passthrough-check",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// The command; `check` if there is none.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of `check`.
    #[command(flatten)]
    pub check: CheckArgs,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Decide for a project and a host what would pass through, and say why.
    Check(Box<CheckArgs>),
    /// Make the environment that a project would be built in.
    Env(Box<EnvArgs>),
    /// Build a project in an environment that holds what passes through.
    ///
    /// Without --wheel, --sdist or --editable: a source distribution, and a
    /// wheel out of it.
    Build(Box<BuildArgs>),
    /// Have an existing frontend build a project, or run any command, in an
    /// environment that holds what passes through.
    Run(Box<RunFrontendArgs>),
    /// Run the conformance suite against the reference or another implementation.
    Conformance {
        /// What to do with it.
        #[command(subcommand)]
        command: ConformanceCommand,
    },
    /// Answer the conformance suite's questions: the reference planner, as an
    /// adapter on standard input and output.
    Adapter {
        /// Answer one request, and end.
        #[arg(long)]
        oneshot: bool,
    },
    /// Print the JSON Schema of a document.
    Schema {
        /// Which document.
        #[arg(value_parser = schema_names())]
        name: String,
    },
    /// Explain a diagnostic: what, why, an example, and how to mend it.
    Explain {
        /// Its code, such as BIP114, or its name, or a requirement that it
        /// reports on; without one, all are listed.
        name: Option<String>,
    },
    /// Print a completion script for a shell.
    GenerateShellCompletion {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// What can be done with the conformance suite.
#[derive(Debug, Subcommand)]
pub enum ConformanceCommand {
    /// List the cases.
    List(LevelArgs),
    /// Run the cases and judge the answers.
    ///
    /// Exit codes: 0 as expected, 1 a case fails, 2 usage or a case file, 3 a
    /// stale expectation, 4 nothing was run, 5 cases could not be judged, 6 the
    /// suite itself is at fault. Where several apply, the first of 6, 2, 1, 5,
    /// 3, 4.
    Run(Box<RunArgs>),
    /// Show which requirement has which cases; exit 6 if one that binds has none.
    Coverage(LevelArgs),
    /// Break the second implementation, one rule at a time, and see which cases
    /// notice.
    ///
    /// Exit codes: 0 every mutant is killed by a case that cites the rule, 2
    /// usage or a file, 4 nothing was run, 6 a mutant survives, or a case kills
    /// none.
    Mutants(MutantsArgs),
    /// Make the world of a black-box case, to look at and to run by hand.
    World(Box<WorldArgs>),
    /// Put the reports of all partitions together, as JSON.
    Merge {
        /// The reports.
        #[arg(value_name = "REPORT", required = true, value_hint = ValueHint::FilePath)]
        reports: Vec<PathBuf>,
    },
    /// Print the cases as one JSON document, to vendor.
    Export(LevelArgs),
    /// Run the cases, and write what fails down as expected to fail.
    InitXfail(Box<InitXfailArgs>),
    /// Render reports, several side by side.
    Report {
        /// The form.
        #[arg(long, visible_alias = "format", value_enum, default_value_t = ReportFormat::Full)]
        output_format: ReportFormat,
        /// The reports, as JSON.
        #[arg(value_name = "REPORT", required = true, value_hint = ValueHint::FilePath)]
        reports: Vec<PathBuf>,
    },
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportFormat {
    /// For people: what is wrong, and the sum.
    Full,
    /// The report document.
    Json,
    /// `JUnit` XML.
    Junit,
    /// Markdown, for the summary of a job.
    Markdown,
    /// A page that needs nothing else.
    Html,
    /// The endpoint document of shields.io.
    Badge,
}

/// Which cases are meant.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cases")]
pub struct SuiteArgs {
    /// A directory with more cases. One with the id of a case of the suite
    /// takes its place.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub cases: Vec<PathBuf>,
    /// Only the case with this id; of a black-box case, `CASE/CHECK` means one
    /// check.
    #[arg(long, value_name = "ID")]
    pub case: Vec<String>,
    /// Only cases with this in their `group/id`, or that cite this requirement;
    /// of black-box cases, checks.
    #[arg(long, value_name = "TEXT|REQUIREMENT")]
    pub filter: Vec<String>,
}

/// Which cases of which level are meant.
#[derive(Debug, Args)]
pub struct LevelArgs {
    /// Which cases.
    #[command(flatten)]
    pub suite: SuiteArgs,
    /// Where the cases look.
    #[arg(long, value_enum, default_value_t = LevelName::Decision, help_heading = "Cases")]
    pub level: LevelName,
}

/// Where cases look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LevelName {
    /// At decisions, which an adapter gives.
    Decision,
    /// At the builds of real frontends.
    Blackbox,
}

/// Who is asked what, and in which order.
#[derive(Debug, Args)]
pub struct SubjectArgs {
    /// Which cases.
    #[command(flatten)]
    pub suite: SuiteArgs,
    /// Only a part of the cases: `hash:M/N` (a case stays in its part when
    /// others come) or `slice:M/N` (parts of one size).
    #[arg(long, value_name = "PART", help_heading = "Cases")]
    pub partition: Option<Partition>,
    /// The command of an adapter, split as a shell would. Without it, the
    /// reference is asked.
    #[arg(long, value_name = "CMD", value_hint = ValueHint::CommandString)]
    pub adapter: Option<String>,
    /// Start the adapter anew for each case: it reads one request, up to the
    /// end of its input, writes one answer, and ends.
    #[arg(long, requires = "adapter")]
    pub oneshot: bool,
    /// How long an adapter may take for an answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// What the order of the cases is made from; another each time by default.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Which real frontends are run.
    #[command(flatten)]
    pub frontends: FrontendArgs,
}

/// Options of `conformance run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Who is asked what.
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// The failures that are known (see `schema expectations`). By default, those
    /// that the suite has for a profile of its own.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub expectations: Option<PathBuf>,
    /// Expect no failure of a profile of the suite.
    #[arg(long, requires = "profile", conflicts_with = "expectations")]
    pub no_expectations: bool,
    /// The form of what is printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Full)]
    pub output_format: ReportFormat,
    /// Write the report as JSON as well.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub report: Option<PathBuf>,
    /// When to use colour. NO_COLOR is respected.
    #[arg(long, value_enum, default_value_t = clap::ColorChoice::Auto)]
    pub color: clap::ColorChoice,
    /// Every case and requirement, not only what is wrong.
    #[arg(short, long)]
    pub verbose: bool,
}

/// Options of `conformance mutants`.
#[derive(Debug, Args)]
pub struct MutantsArgs {
    /// A directory with more mutants. One with the name of a mutant of the suite
    /// takes its place.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub mutants: Option<PathBuf>,
    /// Only the mutant with this name.
    #[arg(long, value_name = "NAME")]
    pub mutant: Vec<String>,
    /// An interpreter with `packaging` 26.3. By default an environment is made
    /// for `python3` on PATH, from PyPI, once.
    #[arg(short, long, value_name = "PATH|VERSION", value_hint = ValueHint::ExecutablePath)]
    pub python: Option<std::ffi::OsString>,
    /// Where that environment is kept.
    #[arg(long, value_name = "DIR", env = "PASSTHROUGH_CACHE_DIR", value_hint = ValueHint::DirPath)]
    pub cache_dir: Option<PathBuf>,
    /// The form of what is printed.
    #[arg(long, value_enum, default_value_t = MutantsFormat::Full)]
    pub output_format: MutantsFormat,
    /// Which cases; last, as its heading holds for what follows.
    #[command(flatten)]
    pub suite: SuiteArgs,
}

/// The form of a report on mutants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum MutantsFormat {
    /// For people: every mutant with the cases that kill it.
    Full,
    /// The report document.
    Json,
    /// Markdown, for the summary of a job.
    Markdown,
}

/// Options of `conformance init-xfail`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("because").required(true).multiple(true).args(["issue", "reason"])))]
pub struct InitXfailArgs {
    /// Who is asked what.
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// The file to write; one that is there is not touched.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// Where the failures are tracked.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub issue: Option<String>,
    /// Why they are there.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Directories or pyproject.toml files; a directory means the nearest
    /// pyproject.toml upward. `-` reads the text from standard input.
    #[arg(value_name = "PROJECT", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub projects: Vec<PathBuf>,
    /// The path to show, and to look for a `.venv` from, when the text comes
    /// from standard input.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub stdin_filename: Option<PathBuf>,

    /// How the host is found.
    #[command(flatten)]
    pub host: HostArgs,
    /// Whose table counts.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// What is decided.
    #[command(flatten)]
    pub decision: DecisionArgs,
    /// A requirement as if the backend had asked for it (get_requires_for_build_*).
    #[arg(long, value_name = "REQ", help_heading = "Decision")]
    pub require: Vec<Requirement>,
    /// As in a frontend's hash-checking mode.
    #[arg(long, help_heading = "Decision")]
    pub require_hashes: bool,
    /// What is printed.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How the host's interpreter is found and asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "Host")]
pub struct InterpreterArgs {
    /// The host's interpreter: a path, the directory of an environment, a
    /// command, or a version. By default VIRTUAL_ENV, CONDA_PREFIX, the
    /// nearest `.venv` upward, then `python3` on PATH.
    #[arg(short, long, value_name = "PATH|VERSION", value_hint = ValueHint::ExecutablePath)]
    pub python: Option<std::ffi::OsString>,
    /// How long an interpreter may take to say its facts.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Neither use nor keep the facts of an interpreter from an earlier run.
    #[arg(long)]
    pub no_cache: bool,
    /// Where the facts of interpreters are kept.
    #[arg(long, value_name = "DIR", env = "PASSTHROUGH_CACHE_DIR", value_hint = ValueHint::DirPath)]
    pub cache_dir: Option<PathBuf>,
}

/// How a host is found and read that nothing is built for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Host")]
pub struct HostArgs {
    /// The host's interpreter.
    #[command(flatten)]
    pub interpreter: InterpreterArgs,
    /// A host given in a document (see `schema host`) instead of read.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["python", "no_spawn"])]
    pub host_json: Option<PathBuf>,
    /// Never start the host's interpreter: read files alone.
    #[arg(long)]
    pub no_spawn: bool,
    /// The interpreter that the build would run on, if it is not the host's.
    #[arg(long, value_name = "PATH|VERSION", value_hint = ValueHint::ExecutablePath)]
    pub build_python: Option<std::ffi::OsString>,
}

/// Whose declaration is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Decision")]
pub struct ReadingArgs {
    /// Read only this frontend's own table, `[tool.NAME]`, as NAME would. By
    /// default every `[tool.*]` table counts.
    #[arg(long, value_name = "NAME")]
    pub frontend: Option<String>,
}

/// What the user decides.
#[derive(Debug, Args)]
#[command(next_help_heading = "Decision")]
pub struct DecisionArgs {
    /// Refuse to pass this package through, in any role.
    #[arg(long, value_name = "NAME")]
    pub deny: Vec<PackageName>,
    /// Refuse to pass anything through.
    #[arg(long)]
    pub no_passthrough: bool,
    /// A package of which the host is about to have another copy, or none.
    #[arg(long, value_name = "NAME")]
    pub replacing: Vec<PackageName>,
    /// Constraints that the frontend would apply, one a line, as for pip.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub constraint: Vec<PathBuf>,
    /// Make it an error when a required listed package falls back.
    #[arg(long)]
    pub strict: bool,
}

/// What is printed, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The format of the answer.
    #[arg(long, value_enum, default_value_t = Format::Full)]
    pub output_format: Format,
    /// When to use colour. NO_COLOR is respected.
    #[arg(long, value_enum, default_value_t = clap::ColorChoice::Auto)]
    pub color: clap::ColorChoice,
    /// Say more: every remark with its place.
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say less: errors and warnings only; twice, errors only.
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "verbose")]
    pub quiet: u8,
}

fn schema_names() -> Vec<&'static str> {
    passthrough_protocol::SCHEMAS
        .iter()
        .map(|schema| schema.name)
        .collect()
}
