//! Reads what a candidate says of itself.

use std::io;
use std::path::{Path, PathBuf};

use crate::archive::Archive;
use crate::choose::Shape;
use crate::entry_name::Form;
use crate::header::{self, Fields, Header};
use crate::open::{self, ReadError};
use crate::requires_txt;
use crate::rules::{self, Fault};
use crate::scan::Candidate;

/// The most bytes of an egg's `requires.txt`.
const REQUIRES_LIMIT: usize = 1024 * 1024;

/// What was read of a candidate.
pub(crate) struct Read {
    pub(crate) fields: Result<Fields, Fault>,
    pub(crate) oddities: Vec<Fault>,
    pub(crate) shape: Shape,
}

/// Reads the metadata of `candidate` at `info`, in the entry `location` of
/// `sys.path`.
pub(crate) fn read(location: &Path, info: &Path, candidate: &Candidate) -> Read {
    let mut container = if candidate.zipped {
        match Archive::open(location) {
            Ok(archive) => Container::Archive(
                Box::new(archive),
                candidate.file_name.to_string_lossy().into_owned(),
            ),
            Err(error) => {
                let words = format!("its zip file cannot be read: {error}");
                return Read {
                    shape: Shape::Zipped,
                    ..Read::failed(rules::unreadable(words))
                };
            }
        }
    } else {
        Container::Directory(info.to_owned())
    };
    let mut read = match candidate.form {
        Form::DistInfo => dist_info(&mut container),
        Form::EggInfo | Form::Egg | Form::EggLink => egg_info(&mut container),
    };
    if candidate.zipped {
        read.shape = Shape::Zipped;
        read.oddities.push(rules::zipped());
    }
    read
}

/// Where the files of one metadata directory are.
enum Container {
    Directory(PathBuf),
    Archive(Box<Archive>, String),
}

impl Container {
    /// The header of one of its files.
    fn header(&mut self, file: &str) -> Result<Header, ReadError> {
        match self {
            Self::Directory(info) => header::read(&info.join(file)),
            Self::Archive(archive, info) => archive.header(&format!("{info}/{file}")),
        }
    }

    /// The header of the thing itself, where that is a file.
    fn own_header(&mut self) -> Result<Header, ReadError> {
        match self {
            Self::Directory(info) => header::read(info),
            Self::Archive(archive, info) => archive.header(info),
        }
    }

    /// Why there can be no metadata in it at all, if so.
    fn hollowness(&self) -> Option<String> {
        let Self::Directory(info) = self else {
            return None;
        };
        match fs_err::metadata(info) {
            Ok(metadata) if metadata.is_dir() => None,
            Ok(_) => Some("its metadata directory is a file".to_owned()),
            Err(error) if open::is_absent(&error) => {
                Some("its metadata directory is a link to nowhere".to_owned())
            }
            Err(_) => Some("its metadata directory cannot be reached".to_owned()),
        }
    }
}

impl Read {
    fn failed(fault: Fault) -> Self {
        Self {
            fields: Err(fault),
            oddities: Vec::new(),
            shape: Shape::Directory,
        }
    }

    fn hollow(words: String) -> Self {
        Self {
            shape: Shape::Hollow,
            ..Self::failed(rules::unreadable(words))
        }
    }

    fn of(file: &str, header: Header) -> Self {
        Self {
            oddities: rules::encoding(file, header.byte_order_mark, header.lossy),
            fields: Ok(header.fields),
            shape: Shape::Directory,
        }
    }
}

fn dist_info(container: &mut Container) -> Read {
    let error = match container.header("METADATA") {
        Ok(header) => return Read::of("METADATA", header),
        Err(error) => error,
    };
    if let Some(words) = container.hollowness() {
        return Read::hollow(words);
    }
    if error.is_absent()
        && let Ok(header) = container.header("PKG-INFO")
    {
        let mut read = Read::of("PKG-INFO", header);
        let words = "its metadata are in PKG-INFO, which is for eggs; METADATA is missing";
        read.oddities.push(rules::odd(words));
        return read;
    }
    Read::failed(fault("METADATA", &error))
}

fn egg_info(container: &mut Container) -> Read {
    let error = match container.header("PKG-INFO") {
        Ok(header) => {
            let mut read = Read::of("PKG-INFO", header);
            if let Err(fault) = add_requires_txt(container, &mut read) {
                read.fields = Err(fault);
            }
            return read;
        }
        Err(error) => error,
    };
    if !error.is_absent() {
        if let Some(words) = container.hollowness() {
            return Read::hollow(words);
        }
        return Read::failed(fault("PKG-INFO", &error));
    }
    match container.own_header() {
        Ok(header) => Read {
            shape: Shape::File,
            ..Read::of("the egg-info file", header)
        },
        Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::IsADirectory => {
            Read::failed(rules::unreadable("PKG-INFO is missing"))
        }
        Err(error) if error.is_absent() => match container {
            Container::Directory(_) => {
                Read::hollow("its metadata directory is a link to nowhere".to_owned())
            }
            Container::Archive(..) => Read::failed(rules::unreadable("PKG-INFO is missing")),
        },
        Err(error) => Read::failed(fault("the egg-info file", &error)),
    }
}

fn fault(file: &str, error: &ReadError) -> Fault {
    match error {
        ReadError::TooLarge => rules::too_large(file),
        ReadError::Io(_) => rules::unreadable(format!("{file} {}", error.words())),
    }
}

/// Old setuptools keep an egg's requirements in a file of their own only.
fn add_requires_txt(container: &Container, read: &mut Read) -> Result<(), Fault> {
    let (Ok(fields), Container::Directory(info)) = (&mut read.fields, container) else {
        return Ok(());
    };
    if !fields.requires_dist.is_empty() {
        return Ok(());
    }
    match open::read_text(&info.join("requires.txt"), REQUIRES_LIMIT) {
        Ok(text) => {
            let (requirements, extras) = requires_txt::read(&text);
            fields.requires_dist = requirements;
            fields.provides_extra.extend(extras);
            Ok(())
        }
        Err(error) if error.is_absent() => Ok(()),
        Err(error) => Err(fault("requires.txt", &error)),
    }
}
