mod command;
mod opened;

pub(crate) use command::steps;
pub use opened::{CommandLine, Opened};

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use passthrough_protocol::{
    BlackboxCase, Capability, Evidence, EvidenceSchema, Profile, RecordedAttempt, RecordedRequest,
    RefusalArguments, RunEvidence, StepCommand,
};
use passthrough_wheelhouse::{
    Answered, Attempt, Index, IndexOptions, Request, StartError, TrapProxy,
};

use self::command::{command, command_line, refused, unsupported};
use crate::built::{self, Statement};
use crate::interpreter::{Interpreter, InterpreterError};
use crate::judge::judge;
use crate::portable::portable;
use crate::process::{self, Ended, Task};
use crate::recordings;
use crate::snapshot::Snapshot;
use crate::template::{Places, filled};
use crate::tool::{self, Frontend, ToolError};
use crate::world::environment::Template;
use crate::world::{World, WorldError};

/// Where cases are run.
#[derive(Clone, Debug)]
pub struct Bench {
    interpreter: Interpreter,
    template: Template,
    cache: PathBuf,
    this: Option<PathBuf>,
}

/// An environment that is prepared for a frontend before it runs.
///
/// The frontend's command is that of its profile for a prepared environment,
/// with `environment` for `{prepared}`; `wrapper` comes before it, with the words
/// of a profile. A program that prepares one and then runs a command in it can
/// so be put in front of any frontend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The environment, with the words of a profile; or what stands for it in
    /// the wrapper's own language.
    pub environment: String,
    /// What is put in front of the command; nothing where the environment is
    /// there already.
    pub wrapper: Vec<String>,
    /// What the program in front can do, whatever the frontend can.
    pub capabilities: Vec<Capability>,
    /// How its user refuses what a project asks for, by arguments in the place of
    /// the wrapper's `{refused}`.
    pub refusal: Option<RefusalArguments>,
}

/// Why a case could not be run at all: nothing of this is the frontend's fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The case has no world.
    #[error("the world cannot be made: {0}")]
    World(#[from] WorldError),
    /// The frontend cannot run it.
    #[error("the profile lacks {0}")]
    Lacking(String),
    /// There is no index, or no proxy.
    #[error(transparent)]
    Server(#[from] StartError),
    /// The file system said no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Bench {
    /// A bench whose environments are made with the interpreter at `python`.
    /// What takes long to make is kept below `cache`, which any number of
    /// programs may share. `this` is the program that `{self}` stands for.
    pub fn new(
        python: &Path,
        cache: &Path,
        this: Option<PathBuf>,
    ) -> Result<Self, InterpreterError> {
        let interpreter = Interpreter::ask(python)?;
        let template = Template::of(&interpreter, cache)?;
        Ok(Self {
            interpreter,
            template,
            cache: cache.to_path_buf(),
            this,
        })
    }

    /// What the environments are made with.
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// Makes a frontend available: installs it on first use, with the pip that
    /// comes with the interpreter and the user's own settings for it, and asks
    /// for its version.
    pub fn frontend(&self, profile: &Profile) -> Result<Frontend, ToolError> {
        tool::frontend(
            profile,
            &self.interpreter,
            &self.cache,
            self.this.as_deref(),
        )
    }

    /// Makes the world of a case for a frontend, in a directory that is empty or
    /// not there; nothing is run in it. `index` is the address that its archives
    /// will be served at.
    pub fn world(
        &self,
        case: &BlackboxCase,
        frontend: &Frontend,
        index: &str,
        directory: &Path,
    ) -> Result<World, WorldError> {
        let tool = frontend.directory.as_deref();
        World::make(
            case,
            &frontend.profile,
            tool,
            &self.template,
            index,
            directory,
        )
    }

    /// Runs a case with a frontend, in a world that is made in `directory` and
    /// stays there, with the evidence as `evidence.json`.
    pub fn run(
        &self,
        case: &BlackboxCase,
        frontend: &Frontend,
        prepared: Option<&Prepared>,
        directory: &Path,
    ) -> Result<Evidence, RunError> {
        let mut evidence = Evidence {
            schema: EvidenceSchema::V1,
            case: case.id.clone(),
            title: case.title.clone(),
            why: case.why.clone(),
            profile: frontend.profile.name.clone(),
            version: frontend.version.clone(),
            prepared: prepared.is_some(),
            step: case.step,
            nonce: String::new(),
            checks: Vec::new(),
            runs: Vec::new(),
            reproduce: reproduce(case, frontend, prepared),
        };
        let command = match command(case, frontend, prepared) {
            Ok(command) => command,
            Err(lack) => {
                evidence.checks = unsupported(case, &lack);
                return Ok(evidence);
            }
        };
        let index = Index::start(Vec::new(), IndexOptions::default())?;
        let proxy = TrapProxy::start(0)?;
        let mut world = self.world(case, frontend, &index.url(), directory)?;
        index.add(std::mem::take(&mut world.archives));
        let stage = Stage {
            bench: self,
            case,
            frontend,
            prepared,
            command,
            world: &world,
            index: &index,
            proxy: &proxy,
        };
        for number in 0..world.hosts.len() {
            evidence.runs.push(stage.run(number)?);
        }
        evidence.nonce.clone_from(&world.nonce);
        let hosts: Vec<String> = world
            .hosts
            .iter()
            .map(|host| host.display().to_string())
            .collect();
        evidence.checks = judge(case, &evidence.runs, &hosts, &world.nonce);
        // The frontend may have removed the world; the evidence is here as well.
        if let Ok(text) = serde_json::to_string_pretty(&evidence) {
            let _ = fs::write(world.directory.join("evidence.json"), text);
        }
        Ok(evidence)
    }

    /// The evidence of a run in `directory`, for a report that travels: it says
    /// `{world}`, `{tool}`, `{self}`, `{cache}` and `{base}` (the prefix of the
    /// base interpreter) for the places of this machine.
    pub fn portable(&self, evidence: Evidence, frontend: &Frontend, directory: &Path) -> Evidence {
        // Its own prefix, where it is no link of an environment.
        let base = fs::canonicalize(&self.interpreter.path).ok();
        let base = base.as_deref().and_then(|file| file.parent()?.parent());
        let own = [
            ("base", base),
            ("world", Some(directory)),
            ("tool", frontend.directory.as_deref()),
            ("self", self.this.as_deref()),
            ("cache", Some(self.cache.as_path())),
        ];
        let own = own
            .into_iter()
            .filter_map(|(word, place)| Some((word, place?)));
        portable(evidence, &own.collect::<Vec<_>>())
    }
}

fn reproduce(case: &BlackboxCase, frontend: &Frontend, prepared: Option<&Prepared>) -> String {
    let plus = if prepared.is_some() {
        "+passthrough"
    } else {
        ""
    };
    format!(
        "passthrough-check conformance run --profile {}{plus} --case {}",
        frontend.profile.name, case.id
    )
}

/// All that a run needs.
struct Stage<'a> {
    bench: &'a Bench,
    case: &'a BlackboxCase,
    frontend: &'a Frontend,
    prepared: Option<&'a Prepared>,
    command: &'a StepCommand,
    world: &'a World,
    index: &'a Index,
    proxy: &'a TrapProxy,
}

impl Stage<'_> {
    /// Runs the frontend with one of the hosts and gathers all that shows what
    /// it did.
    fn run(&self, number: usize) -> Result<RunEvidence, RunError> {
        let world = self.world;
        let host = &world.hosts[number];
        let out = world.directory.join(format!("out-{}", number + 1));
        fs::create_dir_all(&out)?;
        let (argv, environment) = self.filled(host, &out);
        let before = Snapshot::of(host)?;
        let recorded = recordings::names(&world.recordings)?;
        let (requests, attempts) = (self.index.requests().len(), self.proxy.attempts().len());
        let ended = process::run(&Task {
            argv: &argv,
            directory: &world.project,
            environment: &environment,
            nonce: &world.nonce,
            timeout: Duration::from_secs(self.command.timeout.into()),
        });
        for (name, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
            // For a person who looks; the frontend may have removed the world.
            let name = format!("{name}-{}.txt", number + 1);
            let _ = fs::write(world.directory.join(name), text);
        }

        let mut trouble = Vec::new();
        let mut note = |what: &str, error: io::Error| trouble.push(format!("{what}: {error}"));
        let installs = self.command.installs;
        let project = &self.case.world.project.name;
        let but_for = installs.then_some(project.as_str());
        let host_changes = match Snapshot::of(host) {
            Ok(after) => before.changes(&after, but_for),
            Err(error) => {
                note("the host cannot be read", error);
                Vec::new()
            }
        };
        let found = recordings::read(&world.recordings, &recorded, &world.nonce);
        let found = found.unwrap_or_else(|error| {
            note("the recordings cannot be read", error);
            recordings::Recordings::default()
        });
        let results = built::results(&out).unwrap_or_else(|error| {
            note("the results cannot be read", error);
            Vec::new()
        });
        let statement = if installs {
            built::of_installed(&world.site(host), project)
        } else {
            built::of_wheel(&out, project)
        };
        Ok(RunEvidence {
            argv,
            directory: world.project.display().to_string(),
            environment,
            ending: ended.ending,
            exit_code: ended.exit_code,
            millis: millis(&ended),
            stdout: ended.stdout,
            stderr: ended.stderr,
            left_processes: ended.left,
            recordings: found.recordings,
            refused_recordings: found.refused,
            requests: self.index.requests()[requests..]
                .iter()
                .map(recorded_request)
                .collect(),
            attempts: self.proxy.attempts()[attempts..]
                .iter()
                .map(recorded_attempt)
                .collect(),
            host_changes,
            results,
            built_with: statement.and_then(|statement| self.of_this_run(statement)),
            trouble,
        })
    }

    /// The command and the environment, with the places of the world.
    fn filled(&self, host: &Path, out: &Path) -> (Vec<String>, BTreeMap<String, String>) {
        let world = self.world;
        let shown = |path: &Path| path.display().to_string();
        let mut places = Places::from([
            ("constraints", shown(&world.constraints)),
            ("host", shown(host)),
            ("index", self.index.url()),
            ("out", shown(out)),
            ("project", shown(&world.project)),
            ("python", shown(&host.join("bin/python"))),
            ("requirement", world.requirement.clone()),
        ]);
        if let Some(archive) = &world.archive {
            places.insert("archive", shown(archive));
        }
        if let Some(tool) = &self.frontend.directory {
            places.insert("tool", shown(tool));
        }
        if let Some(this) = &self.bench.this {
            places.insert("self", shown(this));
        }
        let profile = &self.frontend.profile;
        let mut argv = Vec::new();
        if let Some(prepared) = self.prepared {
            let refused = refused(self.case, prepared.refusal.as_ref());
            argv.extend(command_line(&prepared.wrapper, &refused, &places));
            places.insert("prepared", filled(&prepared.environment, &places));
        }
        let refused = match self.prepared {
            Some(_) => Vec::new(),
            None => refused(self.case, profile.refusal.as_ref()),
        };
        argv.extend(command_line(&self.command.argv, &refused, &places));
        let mut environment = world.environment(profile, host, &self.proxy.url());
        for (name, value) in profile
            .environment
            .iter()
            .chain(&self.case.world.environment)
        {
            environment.insert(name.clone(), filled(value, &places));
        }
        (argv, environment)
    }

    /// What a result says, if it is one of this world.
    fn of_this_run(&self, statement: Statement) -> Option<BTreeMap<String, Vec<String>>> {
        (statement.nonce == self.world.nonce).then_some(statement.copies)
    }
}

fn millis(ended: &Ended) -> u64 {
    u64::try_from(ended.took.as_millis()).unwrap_or(u64::MAX)
}

fn recorded_request(request: &Request) -> RecordedRequest {
    let (project, copy) = match &request.answered {
        Answered::File { project, copy, .. } => (Some(project.clone()), copy.clone()),
        _ => (None, None),
    };
    RecordedRequest {
        method: request.method.clone(),
        target: request.target.clone(),
        status: request.status,
        sent: request.sent,
        range: request.range.clone(),
        user_agent: request.user_agent.clone(),
        project,
        copy,
    }
}

fn recorded_attempt(attempt: &Attempt) -> RecordedAttempt {
    RecordedAttempt {
        method: attempt.method.clone(),
        host: attempt.host.clone(),
        port: attempt.port,
        target: attempt.target.clone(),
    }
}
