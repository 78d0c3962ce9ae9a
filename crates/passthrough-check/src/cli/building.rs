//! The arguments of `env`, `build` and `run`.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the text of --help, not Markdown"
)]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use passthrough_build::frontends;
use passthrough_build::hooks::Artefact;
use passthrough_build::installer;
use passthrough_env::LinkMode;

use super::{DecisionArgs, InterpreterArgs, ReadingArgs};

/// How a build environment is made, and what is said of it.
#[derive(Debug, Args)]
pub struct BuildingArgs {
    /// How the host is found.
    #[command(flatten)]
    pub host: InterpreterArgs,
    /// What is decided.
    #[command(flatten)]
    pub decision: DecisionArgs,
    /// How the build environment is made.
    #[command(flatten)]
    pub making: MakingArgs,
    /// What is said of it.
    #[command(flatten)]
    pub saying: SayingArgs,
}

/// How a build environment is made.
#[derive(Debug, Args)]
#[command(next_help_heading = "Build environment")]
pub struct MakingArgs {
    /// How the host's files get into the build environment.
    #[arg(long, value_enum, default_value_t = LinkModeName::Auto)]
    pub link_mode: LinkModeName,
    /// What installs the rest. By default uv where there is one, else pip.
    #[arg(long, value_enum)]
    pub installer: Option<InstallerName>,
    /// Fetch nothing over the network.
    #[arg(long)]
    pub offline: bool,
    /// A setting for the backend; one that is given again makes a list.
    #[arg(short = 'C', long = "config-setting", value_name = "KEY[=VALUE]")]
    pub config_setting: Vec<String>,
    /// How long a hook of the backend may take; as long as it likes by default.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub hook_timeout: Option<u64>,
}

/// What is said, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct SayingArgs {
    /// When to use colour. NO_COLOR is respected.
    #[arg(long, value_enum, default_value_t = clap::ColorChoice::Auto)]
    pub color: clap::ColorChoice,
    /// Say more: every step, and every remark with its place.
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say less: not the decision, and not what the backend prints; twice,
    /// nothing but errors.
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "verbose")]
    pub quiet: u8,
}

/// Options of `env`.
#[derive(Debug, Args)]
pub struct EnvArgs {
    /// The project's directory, or a source distribution.
    #[arg(value_name = "PROJECT", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub project: PathBuf,
    /// Where to make the environment. One that was made by this command is
    /// replaced; anything else is left alone.
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath, required_unless_present = "dry_run")]
    pub output: Option<PathBuf>,
    /// Print which file of the host would go where, as JSON, and make nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// What is to be built in it: the backend is asked for what it needs for that.
    #[arg(long = "for", value_enum, default_value_t = ArtefactName::Wheel, value_name = "ARTEFACT")]
    pub artefact: ArtefactName,
    /// Whose table counts.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How it is made.
    #[command(flatten)]
    pub building: BuildingArgs,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = AnswerFormat::Full, help_heading = "Output")]
    pub output_format: AnswerFormat,
}

/// Options of `build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The project's directory, or a source distribution.
    #[arg(value_name = "PROJECT", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub project: PathBuf,
    /// Build a wheel from the source tree.
    #[arg(long)]
    pub wheel: bool,
    /// Build a source distribution.
    #[arg(long)]
    pub sdist: bool,
    /// Build a wheel for an editable installation (PEP 660).
    #[arg(long, conflicts_with = "wheel")]
    pub editable: bool,
    /// Where to put what is built; `dist` in the project, or beside a source
    /// distribution, by default.
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    /// Keep the build environment, and say where it is; if a hook fails, also
    /// a source distribution that was unpacked.
    #[arg(long, help_heading = "Build environment")]
    pub keep_env: bool,
    /// Whose table counts.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How it is made.
    #[command(flatten)]
    pub building: BuildingArgs,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = AnswerFormat::Full, help_heading = "Output")]
    pub output_format: AnswerFormat,
}

/// Options of `run`.
#[derive(Debug, Args)]
#[command(
    group(clap::ArgGroup::new("what").required(true).multiple(true).args(["frontend", "command"])),
    after_help = frontends::table()
)]
pub struct RunFrontendArgs {
    /// The project's directory.
    #[arg(value_name = "PROJECT", default_value = ".", value_hint = ValueHint::DirPath)]
    pub project: PathBuf,
    /// The frontend that builds: pip, build, uv, pdm or hatch, as it is
    /// installed; with a `=`, where it is: `pip=/path/to/pip`.
    #[arg(long, value_name = "NAME[=PATH]")]
    pub frontend: Option<String>,
    /// With --frontend, more arguments for it; else a command, in which
    /// `{python}` and `{env}` are replaced.
    #[arg(value_name = "COMMAND|ARGS", last = true)]
    pub command: Vec<OsString>,
    /// What is to be built.
    #[arg(long = "for", value_enum, default_value_t = ArtefactName::Wheel, value_name = "ARTEFACT")]
    pub artefact: ArtefactName,
    /// Where a frontend puts what it builds; `dist` in the project by default.
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    /// Keep the build environment, and say where it is.
    #[arg(long, help_heading = "Build environment")]
    pub keep_env: bool,
    /// Read only this table, `[tool.NAME]`, as a frontend of that name would. By
    /// default every `[tool.*]` table counts: no frontend reads its own yet.
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// How it is made.
    #[command(flatten)]
    pub building: BuildingArgs,
}

/// What can be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ArtefactName {
    /// A wheel.
    Wheel,
    /// A source distribution.
    Sdist,
    /// A wheel for an editable installation.
    Editable,
}

impl From<ArtefactName> for Artefact {
    fn from(name: ArtefactName) -> Self {
        match name {
            ArtefactName::Wheel => Self::Wheel,
            ArtefactName::Sdist => Self::Sdist,
            ArtefactName::Editable => Self::Editable,
        }
    }
}

/// The form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum AnswerFormat {
    /// The path of what was made.
    Full,
    /// A document: the manifest of the environment, the records of the build.
    Json,
}

/// How a file of the host becomes one of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LinkModeName {
    /// A clone where the volume can; else what is small or is text is copied,
    /// and other files are hard-linked.
    Auto,
    /// Clones, or copies.
    Clone,
    /// Copies.
    Copy,
    /// Hard links, or copies. A build that writes to a file writes to the host's.
    Hardlink,
    /// Symbolic links, or copies. Code that asks for its own real place finds
    /// the whole host.
    Symlink,
}

impl From<LinkModeName> for LinkMode {
    fn from(name: LinkModeName) -> Self {
        match name {
            LinkModeName::Auto => Self::Auto,
            LinkModeName::Clone => Self::Clone,
            LinkModeName::Copy => Self::Copy,
            LinkModeName::Hardlink => Self::Hardlink,
            LinkModeName::Symlink => Self::Symlink,
        }
    }
}

/// What installs the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum InstallerName {
    /// uv.
    Uv,
    /// pip.
    Pip,
}

impl From<InstallerName> for installer::Kind {
    fn from(name: InstallerName) -> Self {
        match name {
            InstallerName::Uv => Self::Uv,
            InstallerName::Pip => Self::Pip,
        }
    }
}
