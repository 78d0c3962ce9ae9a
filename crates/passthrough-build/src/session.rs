//! One build, from the plan to the artefact.
//!
//! A [`Job`] says what does not change: the project, the host, what the user
//! wishes. [`Job::prepare`] makes the build environment: it exposes what passes
//! through, installs the rest, asks the backend for what else it needs, and
//! does the same for that (DYN-1). [`Job::build`] has the backend make the
//! artefact, and hands it over only if the host is as it was before.
//!
//! One choice holds for all hooks of one build: where the rest cannot be
//! installed beside what is exposed, everything starts again without
//! passthrough (CLOS-6), in another environment.

mod error;
mod output;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use passthrough_config::Pyproject;
use passthrough_diagnostic::Severity;
use passthrough_env::{BuildEnvironment, EnvError, LinkMode};
use passthrough_host::Installed;
use passthrough_interpreter::{Environment, Interpreter};
use passthrough_plan::{Pass, Plan};
use passthrough_requirement::{PackageName, Requirement, Version};

use crate::diagnosis::{Scene, diagnose};
use crate::frontends::{self, FrontendErrorKind, Tool};
use crate::hooks::{Artefact, Backend, ConfigSettings, Hook, HookError};
use crate::installer::{self, Installation, Installer, User};

pub use error::{BuildError, HookFailed};

use output::Output;

/// What is to be built, for whom, and how.
pub struct Job<'a> {
    /// Decides. Asked once a pass.
    pub decide: &'a dyn Fn(Pass<'_>, Passthrough) -> Plan,
    /// The host's interpreter.
    pub host: &'a Interpreter,
    /// Which distributions of the host have a module.
    pub owners: &'a dyn Fn(&str) -> Vec<Rc<Installed>>,
    /// The project's directory; absolute.
    pub project: &'a Path,
    /// The text of its `pyproject.toml`; empty if there is none.
    pub source: &'a str,
    /// What was read from that text.
    pub pyproject: &'a Pyproject,
    /// The table to name where a passthrough list would help, and there is none.
    pub table: &'a str,
    /// What the user says to the backend.
    pub settings: &'a ConfigSettings,
    /// The variables that this program was started with.
    pub environment: &'a Environment,
    /// How files are exposed.
    pub link_mode: LinkMode,
    /// What installs the rest, if there is anything.
    pub installer: Option<&'a Installer>,
    /// Whose settings the installer goes by.
    pub user: &'a User<'a>,
    /// Constraint files that the user named.
    pub constraints: &'a [PathBuf],
    /// Whether nothing may be fetched over the network.
    pub offline: bool,
    /// How long one hook may take.
    pub hook_timeout: Option<Duration>,
    /// Whether to fail where a build without passthrough might still succeed.
    pub strict: bool,
    /// Whether to keep the environment of a build that failed.
    pub keep: bool,
    /// Whether the user has had enough.
    pub interrupted: &'a dyn Fn() -> bool,
    /// Hears what goes on.
    pub tell: &'a dyn Fn(Event<'_>),
}

/// Whether anything may pass through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passthrough {
    /// As the plan decides.
    On,
    /// Nothing: the user's refusal, or the second attempt.
    Off,
}

/// What goes on in a build.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    /// The host's copies are put into the environment.
    Exposing(&'a Plan),
    /// The rest is installed.
    Installing(&'a Plan),
    /// A hook is called.
    Calling(Hook),
    /// What does not pass through cannot be installed beside what does: the
    /// build starts again, without passthrough.
    Retrying(&'a BuildError),
    /// The decision is final: what it says is there, or would be.
    Decided(&'a Plan),
    /// The environment is kept, here.
    Kept(&'a Path),
    /// A line that the installer or the backend printed, raw, with its end.
    Line(&'a [u8]),
}

/// An environment in which the hooks of one artefact can run.
pub struct Prepared {
    /// The environment.
    pub environment: BuildEnvironment,
    /// What is in it, and why.
    pub content: Content,
}

/// What an environment was filled with.
#[derive(Clone, Debug)]
pub struct Content {
    /// The last decision.
    pub plan: Plan,
    /// Whether anything could pass through.
    pub passthrough: Passthrough,
    /// What the backend asked for.
    pub dynamic: Vec<Requirement>,
    /// Everything downloaded.
    pub downloaded: BTreeMap<PackageName, Version>,
}

/// Makes an empty environment.
pub type Make<'a> = &'a dyn Fn() -> Result<BuildEnvironment, EnvError>;

impl Job<'_> {
    /// Makes the environment in which an artefact can be built, out of the
    /// empty one that `make` gives.
    pub fn prepare(&self, artefact: Artefact, make: Make<'_>) -> Result<Prepared, BuildError> {
        let prepared = match self.attempt(artefact, make, Passthrough::On) {
            Err(error) if error.may_pass_without_passthrough() && !self.strict => {
                (self.tell)(Event::Retrying(&error));
                self.attempt(artefact, make, Passthrough::Off)
            }
            result => result,
        }?;
        (self.tell)(Event::Decided(&prepared.content.plan));
        Ok(prepared)
    }

    /// The decision alone, where nothing is to be made. Without an environment
    /// the backend cannot be asked for what else it needs.
    pub fn preview(&self) -> Result<Plan, BuildError> {
        let plan = accepted((self.decide)(Pass::First, Passthrough::On))?;
        (self.tell)(Event::Decided(&plan));
        Ok(plan)
    }

    /// Does `work` in an environment of its own, which is gone afterwards, or
    /// kept. That the host's files are no longer what they were (I6) is a
    /// failure, whatever came of the work.
    pub fn in_environment<T>(
        &self,
        artefact: Artefact,
        make: Make<'_>,
        work: impl FnOnce(&Prepared) -> Result<T, BuildError>,
    ) -> Result<(T, Content), BuildError> {
        let mut prepared = self.prepare(artefact, make)?;
        let result = self.go_on().and_then(|()| work(&prepared));
        // A frontend may have installed more, and may have replaced something.
        let result = result.and_then(|value| {
            prepared.content.downloaded = downloaded(&prepared.environment)?;
            Ok(value)
        });
        let result = verified(&prepared.environment, result);
        let finished = self.finish(prepared.environment);
        let value = result?;
        finished?;
        Ok((value, prepared.content))
    }

    /// Has the backend build an artefact into `out`, which is made if it is
    /// not there. Nothing appears in it if anything fails.
    pub fn build(
        &self,
        artefact: Artefact,
        make: Make<'_>,
        out: &Path,
    ) -> Result<(PathBuf, Content), BuildError> {
        let output = Output::open(out).map_err(BuildError::output(out))?;
        let (built, content) = self.in_environment(artefact, make, |prepared| {
            let built = self.call(prepared, Hook::Build(artefact), |backend| {
                backend.build(artefact, output.staging(), self.settings, None)
            });
            built.map_err(|error| error.of_delivery(out))
        })?;
        let artefact = output.take(&built).map_err(BuildError::output(out))?;
        Ok((artefact, content))
    }

    /// Has a frontend build into `out`, under the same terms as
    /// [`Job::build`]: the frontend is given a folder aside, and what it made
    /// there appears in `out` as a whole, once the host is known to be as it
    /// was. Where `arguments` of the user may have led it elsewhere, there need
    /// not be anything.
    pub fn run(
        &self,
        tool: &Tool,
        artefact: Artefact,
        make: Make<'_>,
        out: &Path,
        arguments: &[OsString],
    ) -> Result<(Vec<PathBuf>, Content), BuildError> {
        let output = Output::open(out).map_err(BuildError::output(out))?;
        let staging = output.staging();
        let run = |place: &frontends::Job<'_>| {
            let mut follow = |_, line: &[u8]| self.line(&output.as_in_the_end(line));
            frontends::run(tool, place, None, Some(&mut follow)).map_err(|mut error| {
                if let FrontendErrorKind::NoArtefact(place) = &mut error.kind {
                    out.clone_into(place);
                }
                BuildError::Frontend(error)
            })
        };
        let (built, content) = self.in_frontends_place(artefact, make, staging, arguments, run)?;
        let artefacts = built.iter().map(|built| output.take(built));
        let artefacts: io::Result<Vec<PathBuf>> = artefacts.collect();
        Ok((artefacts.map_err(BuildError::output(out))?, content))
    }

    /// Does `work` where a frontend, or any other command, would run that
    /// builds into `output`.
    pub fn in_frontends_place<T>(
        &self,
        artefact: Artefact,
        make: Make<'_>,
        output: &Path,
        arguments: &[OsString],
        work: impl FnOnce(&frontends::Job<'_>) -> Result<T, BuildError>,
    ) -> Result<(T, Content), BuildError> {
        self.in_environment(artefact, make, |prepared| {
            let environment = &prepared.environment;
            work(&frontends::Job {
                environment: environment.root(),
                python: environment.python(),
                variables: &environment.variables(self.environment),
                users_path: self.environment.get("PATH"),
                project: self.project,
                output,
                artefact,
                arguments,
            })
        })
    }

    /// Tells of a line that a child printed.
    pub fn line(&self, line: &[u8]) {
        (self.tell)(Event::Line(line));
    }

    /// Removes an environment, or keeps it where it is to be kept.
    fn finish(&self, environment: BuildEnvironment) -> Result<(), BuildError> {
        if self.keep {
            let root = environment.keep()?;
            (self.tell)(Event::Kept(&root));
        } else {
            environment.remove()?;
        }
        Ok(())
    }

    fn attempt(
        &self,
        artefact: Artefact,
        make: Make<'_>,
        passthrough: Passthrough,
    ) -> Result<Prepared, BuildError> {
        let plan = accepted((self.decide)(Pass::First, passthrough))?;
        let mut prepared = Prepared {
            environment: make()?,
            content: Content {
                plan,
                passthrough,
                dynamic: Vec::new(),
                downloaded: BTreeMap::new(),
            },
        };
        let filled = self.fill_twice(artefact, &mut prepared);
        match verified(&prepared.environment, filled) {
            Ok(()) => Ok(prepared),
            Err(error) => {
                // The failure counts, not what becomes of the rest.
                let _ = self.finish(prepared.environment);
                Err(error)
            }
        }
    }

    /// Fills the environment with what the project declares, then with what
    /// its backend asks for (DYN-1).
    fn fill_twice(&self, artefact: Artefact, prepared: &mut Prepared) -> Result<(), BuildError> {
        self.fill(prepared)?;
        let hook = Hook::GetRequires(artefact);
        let answer = self.call(prepared, hook, |backend| {
            backend.get_requires(artefact, self.settings)
        })?;
        let content = &mut prepared.content;
        content.dynamic = requirements(hook, &answer)?;
        let present = prepared.environment.present()?;
        let second = Pass::Second {
            dynamic: &content.dynamic,
            present: &present,
        };
        content.plan = accepted((self.decide)(second, content.passthrough))?;
        self.fill(prepared)
    }

    /// Adds to the environment what the plan says and is not there yet.
    fn fill(&self, prepared: &mut Prepared) -> Result<(), BuildError> {
        let Prepared {
            environment,
            content,
        } = prepared;
        let plan = &content.plan;
        self.go_on()?;
        if plan.expose.len() > environment.manifest().distributions.len() {
            (self.tell)(Event::Exposing(plan));
            environment.expose(&plan.expose, self.link_mode)?;
        }
        if !plan.install.is_empty() {
            self.go_on()?;
            (self.tell)(Event::Installing(plan));
            self.install(environment, plan)?;
        }
        content.downloaded = downloaded(environment)?;
        Ok(())
    }

    fn install(&self, environment: &BuildEnvironment, plan: &Plan) -> Result<(), BuildError> {
        let requirements: Vec<Requirement> = plan
            .install
            .iter()
            .map(|install| install.requirement.clone())
            .collect();
        let pins = plan
            .expose
            .iter()
            .map(|exposed| (exposed.installed.name.clone(), exposed.version.clone()))
            .collect();
        let layout = environment.layout();
        let mut constraints = vec![layout.constraints()];
        constraints.extend_from_slice(self.constraints);
        let mut follow = |_, line: &[u8]| self.line(line);
        installer::install(
            self.installer.ok_or(BuildError::NoInstaller)?,
            Installation {
                requirements: &requirements,
                pins: &pins,
                constraints: &constraints,
                python: environment.python(),
                scratch: &layout.notes(),
                user: self.user,
                offline: self.offline,
                timeout: None,
                follow: Some(&mut follow),
            },
        )?;
        Ok(())
    }

    fn call<T>(
        &self,
        prepared: &Prepared,
        hook: Hook,
        call: impl FnOnce(&Backend<'_>) -> Result<T, HookError>,
    ) -> Result<T, BuildError> {
        self.go_on()?;
        (self.tell)(Event::Calling(hook));
        let environment = &prepared.environment;
        let backend = Backend {
            python: environment.python(),
            project: self.project,
            name: &self.pyproject.backend.name,
            path: &self.pyproject.backend.path,
            variables: &environment.variables(self.environment),
            scratch: &environment.layout().notes(),
            timeout: self.hook_timeout,
            follow: Some(&|line| self.line(line)),
        };
        call(&backend).map_err(|error| self.hook_failed(error, backend, prepared))
    }

    fn hook_failed(
        &self,
        error: HookError,
        backend: Backend<'_>,
        prepared: &Prepared,
    ) -> BuildError {
        let scene = Scene {
            backend,
            settings: self.settings,
            source: self.source,
            pyproject: self.pyproject,
            table: self.table,
            dynamic: &prepared.content.dynamic,
            plan: &prepared.content.plan,
            // What cannot be told any more counts as gone.
            present: &prepared.environment.present().unwrap_or_default(),
            owners: self.owners,
        };
        let mut diagnosis = diagnose(&error, &scene);
        if !self.keep {
            // It names the environment, which is about to go.
            diagnosis.reproduce = None;
        }
        BuildError::Hook(Box::new(HookFailed {
            error,
            diagnosis,
            kept: self.keep,
        }))
    }

    fn go_on(&self) -> Result<(), BuildError> {
        if (self.interrupted)() {
            return Err(BuildError::Interrupted);
        }
        Ok(())
    }
}

/// What was downloaded into an environment. That something exposed is no
/// longer in place is an error (I5).
fn downloaded(environment: &BuildEnvironment) -> Result<BTreeMap<PackageName, Version>, EnvError> {
    let present = environment.present()?.into_iter();
    Ok(present
        .filter(|(_, present)| !present.exposed)
        .map(|(name, present)| (name, present.version))
        .collect())
}

/// A plan that may be carried out: one without errors.
fn accepted(plan: Plan) -> Result<Plan, BuildError> {
    let is_error = plan
        .diagnostics
        .iter()
        .any(|found| found.severity == Severity::Error);
    if is_error {
        Err(BuildError::Refused(Box::new(plan)))
    } else {
        Ok(plan)
    }
}

/// What a hook asked for; one that is no requirement is an error.
fn requirements(hook: Hook, answer: &[String]) -> Result<Vec<Requirement>, BuildError> {
    let parse = |text: &String| {
        text.parse().map_err(|error| BuildError::Requirement {
            hook,
            text: text.clone(),
            error,
        })
    };
    answer.iter().map(parse).collect()
}

/// The result, unless the host was changed meanwhile: that weighs more.
fn verified<T>(
    environment: &BuildEnvironment,
    result: Result<T, BuildError>,
) -> Result<T, BuildError> {
    let changed = environment.verify();
    if changed.is_empty() {
        result
    } else {
        Err(BuildError::HostChanged {
            changed,
            besides: result.err().map(Box::new),
        })
    }
}
