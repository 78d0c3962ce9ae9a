//! From a mapping to files: all of them, or none.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use fs_err as fs;
use passthrough_protocol::FileMode;
use passthrough_requirement::PackageName;

use crate::facts::Facts;
use crate::link::{Method, Refusal};
use crate::mapping::{MappedDistribution, Origin};
use crate::operations::Operations;
use crate::{EnvError, EnvErrorKind, content, directories, launcher};

/// More threads than this have nothing to do but to wait for the file system.
const THREADS: usize = 8;

/// The fewest files that are worth a thread.
const WORTH: usize = 64;

/// One file to be made.
struct Job<'a> {
    owner: &'a PackageName,
    place: &'a str,
    origin: &'a Origin,
    /// Where its outcome belongs: among the distributions, and among the files.
    slot: (usize, usize),
}

/// How each file was made; None for a script that was written from nothing.
pub(crate) type Modes = Vec<Vec<Option<FileMode>>>;

/// Makes every file of `distributions` in the environment at `root`. When one
/// cannot be made, nothing of it stays.
pub(crate) fn materialise(
    distributions: &[MappedDistribution],
    root: &Path,
    python: &Path,
    operations: &impl Operations,
) -> Result<Modes, EnvError> {
    let mut made = Vec::new();
    let mut jobs = jobs(distributions);
    let places = jobs.iter().map(|job| job.place);
    let result = directories::make(root, places, &mut made);
    // Directory by directory: two threads that write into one get in each
    // other's way.
    jobs.sort_by_key(directory);
    let work = Work {
        root,
        python,
        operations,
        jobs: &jobs,
        chunks: chunks(&jobs),
        next: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
        first: Mutex::new(None),
    };
    let done = match result {
        Ok(()) => work.run(),
        Err(error) => {
            work.fail(0, error);
            Vec::new()
        }
    };
    let first = work.first.into_inner();
    if let Some((_, error)) = first.unwrap_or_else(std::sync::PoisonError::into_inner) {
        for (index, _) in done {
            let _ = fs::remove_file(root.join(jobs[index].place));
        }
        for directory in made.iter().rev() {
            let _ = fs::remove_dir(directory);
        }
        return Err(error);
    }
    let mut modes: Modes = distributions
        .iter()
        .map(|distribution| vec![None; distribution.files.len()])
        .collect();
    for (index, mode) in done {
        let (distribution, file) = jobs[index].slot;
        modes[distribution][file] = mode;
    }
    Ok(modes)
}

fn jobs(distributions: &[MappedDistribution]) -> Vec<Job<'_>> {
    let distributions = distributions.iter().enumerate();
    distributions
        .flat_map(|(index, distribution)| {
            let files = distribution.files.iter().enumerate();
            files.map(move |(file, mapped)| Job {
                owner: &distribution.name,
                place: &mapped.path,
                origin: &mapped.origin,
                slot: (index, file),
            })
        })
        .collect()
}

fn directory<'a>(job: &Job<'a>) -> Option<&'a str> {
    let (directory, _) = job.place.rsplit_once('/')?;
    Some(directory)
}

/// The jobs that one thread takes at a time, by the end of each share: whole
/// directories.
fn chunks(jobs: &[Job<'_>]) -> Vec<usize> {
    let mut ends = vec![0];
    for (index, pair) in jobs.windows(2).enumerate() {
        let end = index + 1;
        let size = end - ends.last().copied().unwrap_or_default();
        if size >= WORTH && directory(&pair[0]) != directory(&pair[1]) {
            ends.push(end);
        }
    }
    ends.push(jobs.len());
    ends
}

struct Work<'a, O> {
    root: &'a Path,
    python: &'a Path,
    operations: &'a O,
    jobs: &'a [Job<'a>],
    chunks: Vec<usize>,
    next: AtomicUsize,
    failed: AtomicBool,
    /// The first failure in the order of the jobs, whichever thread met it.
    first: Mutex<Option<(usize, EnvError)>>,
}

/// The devices whose files cannot be taken in some way, as one thread found out.
#[derive(Default)]
struct Refusals {
    clone: HashSet<u64>,
    hard_link: HashSet<u64>,
}

impl<O: Operations> Work<'_, O> {
    fn run(&self) -> Vec<(usize, Option<FileMode>)> {
        let available = thread::available_parallelism().map_or(1, usize::from);
        let threads = available.min(THREADS).min(self.chunks.len() - 1).max(1);
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .map(|_| scope.spawn(|| self.take_chunks()))
                .collect();
            let mut done = self.take_chunks();
            for other in others {
                match other.join() {
                    Ok(more) => done.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            done
        })
    }

    fn take_chunks(&self) -> Vec<(usize, Option<FileMode>)> {
        let mut refusals = Refusals::default();
        let mut done = Vec::new();
        loop {
            let chunk = self.next.fetch_add(1, Ordering::Relaxed);
            let (Some(&start), Some(&end)) = (self.chunks.get(chunk), self.chunks.get(chunk + 1))
            else {
                return done;
            };
            for index in start..end {
                if self.failed.load(Ordering::Relaxed) {
                    return done;
                }
                match self.make(&self.jobs[index], &mut refusals) {
                    Ok(Made::New(mode)) => done.push((index, mode)),
                    Ok(Made::Already) => {}
                    Err(error) => self.fail(index, error),
                }
            }
        }
    }

    fn fail(&self, index: usize, error: EnvError) {
        let mut first = self
            .first
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if first.as_ref().is_none_or(|(other, _)| index < *other) {
            *first = Some((index, error));
        }
        self.failed.store(true, Ordering::Relaxed);
    }

    fn make(&self, job: &Job<'_>, refusals: &mut Refusals) -> Result<Made, EnvError> {
        let target = self.root.join(job.place);
        let result = match job.origin {
            Origin::Host {
                source,
                facts,
                methods,
            } => self.place(source, facts, methods, &target, refusals),
            Origin::Script { source, .. } => self.rewrite(source, &target),
            Origin::EntryPoint(script) => {
                let text = script.text(self.python);
                self.operations.write(&text, &target).map(|()| None)
            }
        };
        let error = match result {
            Ok(mode) => return Ok(Made::New(mode)),
            Err(error) => error,
        };
        Err(match error.kind() {
            io::ErrorKind::AlreadyExists => {
                if self.is_already(job, &target) {
                    return Ok(Made::Already);
                }
                let kind = EnvErrorKind::Clash {
                    first: "a download".to_owned(),
                    second: job.owner.clone(),
                };
                EnvError::new(&target, kind)
            }
            io::ErrorKind::NotFound => {
                let source = match job.origin {
                    Origin::Host { source, .. } | Origin::Script { source, .. } => source,
                    Origin::EntryPoint(_) => &target,
                };
                EnvError::new(source, EnvErrorKind::ChangedMeanwhile(job.owner.clone()))
            }
            _ => EnvError::io(&target, "created")(error),
        })
    }

    fn place(
        &self,
        source: &Path,
        facts: &Facts,
        methods: &[Method],
        target: &Path,
        refusals: &mut Refusals,
    ) -> io::Result<Option<FileMode>> {
        let mut outcome = Err(io::ErrorKind::Unsupported.into());
        for &method in methods {
            let (result, mode) = match method {
                Method::Clone if refusals.clone.contains(&facts.device) => continue,
                Method::Hardlink if refusals.hard_link.contains(&facts.device) => continue,
                Method::Clone => (
                    self.operations.clone(source, facts, target),
                    FileMode::Clone,
                ),
                Method::Copy => (self.operations.copy(source, facts, target), FileMode::Copy),
                Method::Hardlink => (
                    self.operations.hard_link(source, target),
                    FileMode::Hardlink,
                ),
                Method::Symlink => (
                    self.operations.symbolic_link(source, target),
                    FileMode::Symlink,
                ),
            };
            let Err(error) = result else {
                return Ok(Some(mode));
            };
            match (method.refusal(&error), method) {
                (Refusal::None, _) => return Err(error),
                (Refusal::Device, Method::Clone) => {
                    refusals.clone.insert(facts.device);
                }
                (Refusal::Device, Method::Hardlink) => {
                    refusals.hard_link.insert(facts.device);
                }
                _ => {}
            }
            outcome = Err(error);
        }
        outcome
    }

    fn rewrite(&self, source: &Path, target: &Path) -> io::Result<Option<FileMode>> {
        let text = content::read(source, u64::MAX - 1)?.unwrap_or_default();
        // It had such a header a moment ago.
        let text = launcher::rewritten(&text, self.python).ok_or(io::ErrorKind::NotFound)?;
        self.operations.write(&text, target)?;
        Ok(Some(FileMode::Rewritten))
    }

    /// Whether what is there has the content that it should have: a package
    /// that was downloaded may share a file with one that is exposed.
    fn is_already(&self, job: &Job<'_>, target: &Path) -> bool {
        let is_file = fs::symlink_metadata(target).is_ok_and(|metadata| metadata.is_file());
        is_file
            && match job.origin {
                Origin::Host { source, .. } => content::is_same(source, target).unwrap_or(false),
                Origin::Script { .. } | Origin::EntryPoint(_) => false,
            }
    }
}

enum Made {
    New(Option<FileMode>),
    /// It was there, with the same content.
    Already,
}
