//! From a mapping to files: all of them, or none.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use passthrough_protocol::FileMode;
use passthrough_requirement::PackageName;

use crate::directories::{Directories, Source, split, take_away};
use crate::facts::Facts;
use crate::link::{Method, Refusal};
use crate::mapping::{MappedDistribution, Origin};
use crate::operations::{At, Operations};
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

impl<'a> Job<'a> {
    fn source(&self) -> Option<&'a Path> {
        match self.origin {
            Origin::Host { source, .. } | Origin::Script { source, .. } => Some(source.as_path()),
            Origin::EntryPoint(_) | Origin::Text(_) => None,
        }
    }
}

/// How each file was made; None for one that was written from nothing.
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
    jobs.sort_by_key(|job| split(job.place).0);
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
    let Done { mut files, made } = work.run();
    let first = work.first.into_inner();
    if let Some((_, error)) = first.unwrap_or_else(std::sync::PoisonError::into_inner) {
        // In the order of their directories.
        files.sort_unstable_by_key(|(index, _)| *index);
        let files = files.iter().map(|(index, _)| jobs[*index].place);
        take_away(root, files, made);
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

/// The jobs that one thread takes at a time, by the end of each share: whole
/// directories.
fn chunks(jobs: &[Job<'_>]) -> Vec<usize> {
    let mut ends = vec![0];
    for (index, pair) in jobs.windows(2).enumerate() {
        let end = index + 1;
        let size = end - ends.last().copied().unwrap_or_default();
        if size >= WORTH && split(pair[0].place).0 != split(pair[1].place).0 {
            ends.push(end);
        }
    }
    ends.push(jobs.len());
    ends
}

/// What one thread has made, or all of them.
#[derive(Default)]
struct Done<'a> {
    /// By the index of the job.
    files: Vec<(usize, Option<FileMode>)>,
    /// The directories.
    made: Vec<&'a str>,
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

impl<'a, O: Operations> Work<'a, O> {
    fn run(&self) -> Done<'a> {
        let threads = threads::count(self.chunks.len() - 1);
        let mut done = Done::default();
        for part in threads::run(threads, || self.take_chunks()) {
            done.files.extend(part.files);
            done.made.extend(part.made);
        }
        done
    }

    fn take_chunks(&self) -> Done<'a> {
        let mut done = Done::default();
        let mut directories = match Directories::new(self.root) {
            Ok(directories) => directories,
            Err(error) => {
                self.fail(0, error);
                return done;
            }
        };
        let mut refusals = Refusals::default();
        let mut source = Source::default();
        loop {
            let chunk = self.next.fetch_add(1, Ordering::Relaxed);
            let ends = self.chunks.get(chunk).zip(self.chunks.get(chunk + 1));
            let Some((&start, &end)) = ends else { break };
            for (index, job) in self.jobs.iter().enumerate().take(end).skip(start) {
                if self.failed.load(Ordering::Relaxed) {
                    break;
                }
                let (directory, name) = split(job.place);
                let made = directories.make(directory).and_then(|(parent, handle)| {
                    let target = At {
                        directory: handle,
                        parent,
                        name: OsStr::new(name),
                    };
                    self.make(job, &mut source, target, &mut refusals)
                });
                match made {
                    Ok(Made::New(mode)) => done.files.push((index, mode)),
                    Ok(Made::Already) => {}
                    Err(error) => self.fail(index, error),
                }
            }
        }
        done.made = directories.made;
        done
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

    fn make(
        &self,
        job: &Job<'_>,
        source: &mut Source,
        target: At<'_>,
        refusals: &mut Refusals,
    ) -> Result<Made, EnvError> {
        let error = match self.attempt(job, source, target, refusals) {
            Ok(mode) => return Ok(Made::New(mode)),
            Err(error) => error,
        };
        let path = target.path();
        Err(match error.kind() {
            io::ErrorKind::AlreadyExists => {
                if is_already(job, source, target) {
                    return Ok(Made::Already);
                }
                let kind = EnvErrorKind::Clash {
                    first: "a download".to_owned(),
                    second: job.owner.clone(),
                };
                EnvError::new(&path, kind)
            }
            io::ErrorKind::NotFound => {
                let source = job.source().unwrap_or(&path);
                EnvError::new(source, EnvErrorKind::ChangedMeanwhile(job.owner.clone()))
            }
            io::ErrorKind::PermissionDenied => match unreadable(job, source) {
                Some(error) => error,
                None => EnvError::io(&path, "created")(error),
            },
            _ => EnvError::io(&path, "created")(error),
        })
    }

    fn attempt(
        &self,
        job: &Job<'_>,
        source: &mut Source,
        target: At<'_>,
        refusals: &mut Refusals,
    ) -> io::Result<Option<FileMode>> {
        match job.origin {
            Origin::Host {
                source: path,
                facts,
                methods,
            } => self.place(at(path, source)?, facts, methods, target, refusals),
            Origin::Script { source: path, .. } => self.rewrite(at(path, source)?, target),
            Origin::EntryPoint(script) => {
                let text = script.text(self.python);
                self.operations.write(&text, true, target).map(|()| None)
            }
            Origin::Text(text) => {
                let text = text.as_bytes();
                self.operations.write(text, false, target).map(|()| None)
            }
        }
    }

    fn place(
        &self,
        source: At<'_>,
        facts: &Facts,
        methods: &[Method],
        target: At<'_>,
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

    fn rewrite(&self, source: At<'_>, target: At<'_>) -> io::Result<Option<FileMode>> {
        let text = content::read_to_end(&mut source.open()?, u64::MAX - 1)?.unwrap_or_default();
        // It had such a header a moment ago.
        let text = launcher::rewritten(&text, self.python).ok_or(io::ErrorKind::NotFound)?;
        self.operations.write(&text, true, target)?;
        Ok(Some(FileMode::Rewritten))
    }
}

/// A file of the host.
fn at<'a>(path: &'a Path, source: &'a mut Source) -> io::Result<At<'a>> {
    let whole = || io::Error::from(io::ErrorKind::NotFound);
    let parent = path.parent().ok_or_else(whole)?;
    Ok(At {
        directory: source.open(parent)?,
        parent,
        name: path.file_name().ok_or_else(whole)?,
    })
}

/// Whether what is there has the content that it should have: a package that
/// was downloaded may share a file with one that is exposed.
fn is_already(job: &Job<'_>, source: &mut Source, target: At<'_>) -> bool {
    let Origin::Host { source: path, .. } = job.origin else {
        return false;
    };
    let mut same = || -> io::Result<bool> {
        let mut expected = at(path, source)?.open()?;
        let mut found = target.open()?;
        Ok(found.metadata()?.is_file() && content::is_same(&mut expected, &mut found)?)
    };
    same().unwrap_or(false)
}

enum Made {
    New(Option<FileMode>),
    /// It was there, with the same content.
    Already,
}

/// That it is the host's file which may not be read, if it is: the system does
/// not say which of the two it refused.
fn unreadable(job: &Job<'_>, source: &mut Source) -> Option<EnvError> {
    let path = job.source()?;
    let error = at(path, source).and_then(|source| source.open()).err()?;
    let owner = job.owner.clone();
    Some(EnvError::new(
        path,
        EnvErrorKind::Unreadable { owner, error },
    ))
}
