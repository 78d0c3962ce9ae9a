//! Looks at the files that a list names, and follows links as far as these
//! stay where the distribution is installed.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_host::ListedFile;
use passthrough_requirement::PackageName;
use rustix::fs::{AtFlags, FileType, Stat, lstat, stat, statat};

use crate::content;
use crate::directories::Source;
use crate::facts::Facts;
use crate::{EnvError, EnvErrorKind};

/// The most files of one linked directory.
const LINKED: usize = 100_000;

/// Looks at the files of one distribution.
pub(crate) struct Inspector<'a> {
    owner: &'a PackageName,
    /// What need not be looked at: the location and the prefix.
    trusted: Vec<PathBuf>,
    /// The same, resolved: where links may lead.
    inside: Vec<PathBuf>,
    directories: HashMap<PathBuf, Directory>,
    source: Source,
}

/// What a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directory {
    /// A directory, or a link to one inside.
    Inside,
    /// It is reached through a link that leads away.
    Outside,
    Missing,
}

/// A file that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The file, links resolved.
    pub(crate) source: PathBuf,
    pub(crate) facts: Facts,
}

/// What a listed path is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    File(Found),
    /// A link to a directory, and the files below it with their relative paths.
    Linked(Vec<(PathBuf, Found)>),
    /// A directory, which is nothing by itself.
    Directory,
    Missing,
}

impl<'a> Inspector<'a> {
    /// For files in `location` and below `prefix`.
    pub(crate) fn new(owner: &'a PackageName, location: &Path, prefix: Option<&Path>) -> Self {
        let trusted: Vec<PathBuf> = [Some(location), prefix]
            .into_iter()
            .flatten()
            .map(Path::to_owned)
            .collect();
        let inside = trusted
            .iter()
            .filter_map(|path| fs::canonicalize(path).ok())
            .collect();
        Self {
            owner,
            trusted,
            inside,
            directories: HashMap::new(),
            source: Source::default(),
        }
    }

    /// Looks at one file. Those of one directory are best looked at in turn:
    /// it stays open.
    pub(crate) fn look(&mut self, file: &ListedFile) -> Result<Look, EnvError> {
        let path = file.path.as_path();
        let Some((parent, name)) = path.parent().zip(path.file_name()) else {
            return Ok(Look::Missing);
        };
        let directory = self.directory(parent)?;
        if directory == Directory::Missing {
            return Ok(Look::Missing);
        }
        let handle = self.source.open(parent);
        let found = handle.and_then(|handle| Ok(statat(handle, name, AtFlags::SYMLINK_NOFOLLOW)?));
        let Some(entry) = present(path, found)? else {
            return Ok(Look::Missing);
        };
        if kind(&entry) != FileType::Symlink {
            if directory == Directory::Outside {
                self.recorded(file)?;
            }
            return self.plain(path, path, &entry);
        }
        // A link to nowhere is as good as a missing file.
        let Some(entry) = present(path, stat(path).map_err(io::Error::from))? else {
            return Ok(Look::Missing);
        };
        let target = fs::canonicalize(path).map_err(EnvError::io(path, "resolved"))?;
        let is_inside = self.is_inside(&target);
        if kind(&entry) == FileType::Directory {
            if !is_inside {
                return Err(self.leads_away(path, target));
            }
            return self.linked(&target).map(Look::Linked);
        }
        if !is_inside {
            self.recorded(file)?;
        }
        self.plain(path, &target, &entry)
    }

    fn plain(&self, path: &Path, source: &Path, entry: &Stat) -> Result<Look, EnvError> {
        match kind(entry) {
            FileType::RegularFile => Ok(Look::File(Found {
                source: source.to_owned(),
                facts: Facts::from(entry),
            })),
            FileType::Directory => Ok(Look::Directory),
            _ => Err(EnvError::new(
                path,
                EnvErrorKind::NotAFile(self.owner.clone()),
            )),
        }
    }

    /// A file that is reached through a link that leads away counts only if
    /// its content is what RECORD says: then it is the distribution's own, and
    /// an installer has put it elsewhere (`uv --link-mode symlink`, pdm's
    /// cache, Nix).
    fn recorded(&self, file: &ListedFile) -> Result<(), EnvError> {
        let is_recorded = |expected: &String| {
            let hash = content::record_hash(&file.path);
            hash.is_ok_and(|hash| &hash == expected)
        };
        if file.sha256.as_ref().is_some_and(is_recorded) {
            return Ok(());
        }
        let target = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        Err(self.leads_away(&file.path, target))
    }

    fn leads_away(&self, path: &Path, target: PathBuf) -> EnvError {
        let owner = self.owner.clone();
        EnvError::new(path, EnvErrorKind::LeadsAway { owner, target })
    }

    fn is_inside(&self, target: &Path) -> bool {
        self.inside.iter().any(|inside| target.starts_with(inside))
    }

    /// What a directory is; each is looked at once.
    fn directory(&mut self, path: &Path) -> Result<Directory, EnvError> {
        if let Some(&known) = self.directories.get(path) {
            return Ok(known);
        }
        let is_top = self.trusted.iter().any(|trusted| trusted.starts_with(path));
        let found = match path.parent() {
            Some(parent) if !is_top => match self.directory(parent)? {
                Directory::Inside => self.entry(path)?,
                above => above,
            },
            _ => Directory::Inside,
        };
        self.directories.insert(path.to_owned(), found);
        Ok(found)
    }

    /// A directory whose parent is inside.
    fn entry(&self, path: &Path) -> Result<Directory, EnvError> {
        let Some(entry) = present(path, lstat(path).map_err(io::Error::from))? else {
            return Ok(Directory::Missing);
        };
        match kind(&entry) {
            FileType::Directory => return Ok(Directory::Inside),
            FileType::Symlink => {}
            _ => return Ok(Directory::Missing),
        }
        Ok(match fs::canonicalize(path) {
            Ok(target) if self.is_inside(&target) => Directory::Inside,
            Ok(_) => Directory::Outside,
            Err(_) => Directory::Missing,
        })
    }

    /// The files below a directory that a link leads to, with their paths
    /// relative to it.
    fn linked(&self, root: &Path) -> Result<Vec<(PathBuf, Found)>, EnvError> {
        let mut files = Vec::new();
        let mut directories = vec![root.to_owned()];
        while let Some(directory) = directories.pop() {
            let doing = "listed";
            for entry in fs::read_dir(&directory).map_err(EnvError::io(&directory, doing))? {
                let path = entry.map_err(EnvError::io(&directory, doing))?.path();
                let found = lstat(&path).map_err(io::Error::from);
                let found = found.map_err(EnvError::io(&path, "read"))?;
                let too_many = files.len() + directories.len() > LINKED;
                if kind(&found) == FileType::Symlink || too_many {
                    // A link in a linked directory may lead in a circle.
                    return Err(self.leads_away(&path, path.clone()));
                }
                if kind(&found) == FileType::Directory {
                    directories.push(path);
                } else if let Look::File(found) = self.plain(&path, &path, &found)? {
                    let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
                    files.push((relative, found));
                }
            }
        }
        files.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(files)
    }
}

fn kind(entry: &Stat) -> FileType {
    FileType::from_raw_mode(entry.st_mode)
}

/// What the system says of a path; None if there is no such thing.
fn present(path: &Path, result: io::Result<Stat>) -> Result<Option<Stat>, EnvError> {
    match result {
        Ok(entry) => Ok(Some(entry)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(EnvError::io(path, "read")(error)),
    }
}
