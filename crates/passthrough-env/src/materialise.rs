//! From a mapping to files: all of them, or none.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use fs_err as fs;
use passthrough_protocol::FileMode;
use passthrough_requirement::PackageName;

use crate::directories::Directories;
use crate::facts::Facts;
use crate::link::{Method, Refusal};
use crate::mapping::{MappedDistribution, Origin};
use crate::operations::Operations;
use crate::{EnvError, EnvErrorKind, content, launcher, threads};

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
    let mut jobs = jobs(distributions);
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
    let Done { files, mut made } = work.run();
    let first = work.first.into_inner();
    if let Some((_, error)) = first.unwrap_or_else(std::sync::PoisonError::into_inner) {
        for (index, _) in files {
            let _ = fs::remove_file(root.join(jobs[index].place));
        }
        // Those within others first.
        made.sort();
        for directory in made.iter().rev() {
            let _ = fs::remove_dir(directory);
        }
        return Err(error);
    }
    let mut modes: Modes = distributions
        .iter()
        .map(|distribution| vec![None; distribution.files.len()])
        .collect();
    for (index, mode) in files {
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

/// What one thread has made, or all of them.
#[derive(Default)]
struct Done {
    /// By the index of the job.
    files: Vec<(usize, Option<FileMode>)>,
    made: Vec<PathBuf>,
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
    fn run(&self) -> Done {
        let threads = threads::count(self.chunks.len() - 1);
        let mut done = Done::default();
        for part in threads::run(threads, || self.take_chunks()) {
            done.files.extend(part.files);
            done.made.extend(part.made);
        }
        done
    }

    fn take_chunks(&self) -> Done {
        let mut refusals = Refusals::default();
        let mut directories = Directories::new(self.root);
        let mut files = Vec::new();
        loop {
            let chunk = self.next.fetch_add(1, Ordering::Relaxed);
            let ends = self.chunks.get(chunk).zip(self.chunks.get(chunk + 1));
            let Some((&start, &end)) = ends else { break };
            for index in start..end {
                if self.failed.load(Ordering::Relaxed) {
                    break;
                }
                let job = &self.jobs[index];
                let made = directories
                    .make_for(job.place)
                    .and_then(|()| self.make(job, &mut refusals));
                match made {
                    Ok(Made::New(mode)) => files.push((index, mode)),
                    Ok(Made::Already) => {}
                    Err(error) => self.fail(index, error),
                }
            }
        }
        Done {
            files,
            made: directories.made,
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
