//! An implementation put to the cases.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use passthrough_conformance::adapter::Adapter;
use passthrough_conformance::run::{self, Outcome};
use passthrough_conformance::{Judgement, Subject, Trouble};
use passthrough_protocol::{Case, CaseInput, Patch, Reply, Started};

use super::implementation::{Implementation, PROGRAM};
use crate::failure::Failure;

/// How long an answer may take: ten thousand times as long as it does.
const PATIENCE: Duration = Duration::from_secs(10);

/// The order of the cases is of no consequence: any seed will do.
const SEED: u64 = 0;

/// What became of the cases that do not pass, by id.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// The answer is another one, in these ways.
    pub(super) failed: BTreeMap<String, Vec<String>>,
    /// There is no answer, for this reason.
    pub(super) crashed: BTreeMap<String, String>,
    /// Why there is not one answer, if there is none.
    pub(super) silent: Option<Silence>,
}

/// An implementation that answers nothing.
#[derive(Clone, Debug)]
pub(super) struct Silence {
    pub(super) message: String,
    /// The end of what it wrote to stderr.
    pub(super) stderr: Option<String>,
}

impl Silence {
    /// In a line: Python says last what is wrong.
    pub(super) fn line(&self) -> String {
        let said = self.stderr.as_deref().unwrap_or_default();
        let said = said.lines().map(str::trim).rfind(|line| !line.is_empty());
        said.unwrap_or(&self.message).to_owned()
    }
}

/// Puts an implementation to the cases. Fails where it cannot be written or
/// `python` cannot be started.
pub(super) fn of(
    python: &Path,
    implementation: &Implementation,
    cases: &[&Case],
) -> Result<Trial, Failure> {
    // With a name that tells what an interrupted run has left.
    let directory = tempfile::Builder::new()
        .prefix("passthrough-mutant-")
        .tempdir()
        .map_err(Failure::unable)?;
    implementation
        .write(directory.path())
        .map_err(Failure::unable)?;
    let command = vec![
        path(python)?,
        // Without PYTHONPATH, and without bytecode of what runs once.
        "-EB".to_owned(),
        path(&directory.path().join(PROGRAM))?,
    ];
    let mut subject = Impatient {
        subject: Adapter::start(command, PATIENCE).map_err(Failure::unable)?,
        hangs: None,
    };
    Ok(Trial::new(run::run(&mut subject, cases, SEED, &mut |_| {})))
}

/// Puts the implementations with these patches to the cases, as many at once as
/// there are processors. The trials come in the order of the patches; `done`
/// hears of each.
pub(super) fn all(
    python: &Path,
    patches: &[&[Patch]],
    cases: &[&Case],
    mut done: impl FnMut(),
) -> Result<Vec<Trial>, Failure> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..processors.min(patches.len()) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(patches) = patches.get(place) else {
                        break;
                    };
                    let trial = Implementation::patched(patches)
                        .map_err(Failure::unable)
                        .and_then(|mutant| of(python, &mutant, cases));
                    // Whoever no longer listens has had an error.
                    if sender.send((place, trial)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut trials = BTreeMap::new();
        // By value: an error drops it, and ends the others.
        for (place, trial) in receiver {
            trials.insert(place, trial?);
            done();
        }
        Ok(trials.into_values().collect())
    })
}

impl Trial {
    fn new(outcomes: BTreeMap<String, Outcome>) -> Self {
        let mut trial = Self::default();
        let mut silence = None;
        let all = outcomes.len();
        for (id, outcome) in outcomes {
            match outcome.judgement {
                Judgement::Pass => {}
                Judgement::Fail { differences, .. } => {
                    trial.failed.insert(id, differences);
                }
                Judgement::Unsupported { feature } => {
                    let message = format!("it lacks `{}`", feature.as_str());
                    trial.crashed.insert(id, message);
                }
                Judgement::Error { message, .. } => {
                    silence.get_or_insert_with(|| Silence {
                        message: message.clone(),
                        stderr: outcome.stderr,
                    });
                    trial.crashed.insert(id, message);
                }
            }
        }
        trial.silent = silence.filter(|_| trial.crashed.len() == all);
        trial
    }
}

fn path(path: &Path) -> Result<String, Failure> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::unable(format_args!("{}: the path is not UTF-8", path.display())))
}

/// One that does not answer in time is not waited for again: a mutant with an
/// endless loop would take minutes.
struct Impatient<S> {
    subject: S,
    hangs: Option<Trouble>,
}

impl<S: Subject> Subject for Impatient<S> {
    fn identity(&self) -> Option<&Started> {
        self.subject.identity()
    }

    fn ask(&mut self, input: &CaseInput) -> Result<Reply, Trouble> {
        if let Some(trouble) = &self.hangs {
            return Err(trouble.clone());
        }
        let asked = self.subject.ask(input);
        if let Err(trouble) = &asked
            && trouble.code == "timeout"
        {
            self.hangs = Some(trouble.clone());
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use passthrough_conformance::suite::Suite;
    use passthrough_protocol::Implementation;

    use super::*;

    /// Answers as `says` says of the number of the question.
    struct Told<F> {
        identity: Started,
        asked: usize,
        says: F,
    }

    impl<F: FnMut(usize) -> Result<Reply, Trouble>> Subject for Told<F> {
        fn identity(&self) -> Option<&Started> {
            Some(&self.identity)
        }

        fn ask(&mut self, _: &CaseInput) -> Result<Reply, Trouble> {
            self.asked += 1;
            (self.says)(self.asked)
        }
    }

    fn trouble(code: &'static str) -> Trouble {
        Trouble {
            code,
            message: "no answer".to_owned(),
            stderr: Some("Traceback\nSyntaxError: invalid syntax\n\n".to_owned()),
            previous: false,
        }
    }

    /// The trial of three cases, and how many questions were put.
    fn trial(says: impl FnMut(usize) -> Result<Reply, Trouble>) -> (Trial, usize) {
        let suite = Suite::embedded();
        let cases: Vec<&Case> = suite
            .cases
            .values()
            .map(|loaded| &loaded.case)
            .take(3)
            .collect();
        let identity = Started {
            implementation: Implementation {
                name: "told".to_owned(),
                version: "1".to_owned(),
            },
            features: Vec::new(),
        };
        let mut subject = Impatient {
            subject: Told {
                identity,
                asked: 0,
                says,
            },
            hangs: None,
        };
        let outcomes = run::run(&mut subject, &cases, SEED, &mut |_| {});
        (Trial::new(outcomes), subject.subject.asked)
    }

    fn refusal() -> Reply {
        serde_json::from_str(r#"{"error": {"stage": "configuration", "code": "none"}}"#).unwrap()
    }

    #[test]
    fn after_one_timeout_nothing_is_asked() {
        let (trial, asked) = trial(|asked| match asked {
            1 => Ok(refusal()),
            _ => Err(trouble("timeout")),
        });
        assert_eq!((trial.failed.len(), trial.crashed.len(), asked), (1, 2, 2));
        assert!(trial.silent.is_none());
    }

    #[test]
    fn a_crash_is_no_wrong_answer() {
        let (trial, asked) = trial(|_| Err(trouble("crashed")));
        assert_eq!((trial.failed.len(), trial.crashed.len(), asked), (0, 3, 3));
        assert_eq!(trial.silent.unwrap().line(), "SyntaxError: invalid syntax");
    }
}
