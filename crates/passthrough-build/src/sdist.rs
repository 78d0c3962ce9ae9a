//! Unpacking a source distribution (PEP 625), which may be anybody's.
//!
//! What is taken is what PEP 706 calls the `data` filter: files, directories
//! and links that stay inside; no owner, no special bits, no devices.

use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use fs_err as fs;
use tar::{Archive, Entry, EntryType};

/// The most that a source distribution may unpack to, in bytes.
const LARGEST: u64 = 4 << 30;

/// The most entries.
const MOST: usize = 1_000_000;

/// Why a source distribution could not be unpacked.
#[derive(Debug, thiserror::Error)]
#[error("{}: {kind}", path.display())]
pub struct SdistError {
    /// The archive.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: SdistErrorKind,
}

/// What is wrong with a source distribution.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SdistErrorKind {
    /// It cannot be read, or its content not be written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// An entry that no source distribution has: outside of the directory, a
    /// device, a link that leads out.
    #[error("`{entry}` {problem}")]
    Entry {
        /// The entry's name.
        entry: String,
        /// What is wrong with it, to be said of it.
        problem: &'static str,
    },
    /// It holds more than one directory, or none, at its top.
    #[error("does not hold one directory with everything in it")]
    Layout,
    /// It unpacks to more than is reasonable.
    #[error("unpacks to more than {} GiB or {MOST} entries", LARGEST >> 30)]
    TooLarge,
}

/// Whether a file's name is that of a source distribution.
pub fn is_sdist(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".tar.gz") && path.is_file()
}

/// Unpacks `archive` into `directory`, which must be empty, and returns the
/// project's directory in it.
pub fn unpack(archive: &Path, directory: &Path) -> Result<PathBuf, SdistError> {
    let wrong = |kind| SdistError {
        path: archive.to_owned(),
        kind,
    };
    let unpack = || -> Result<PathBuf, SdistErrorKind> {
        let file = fs::File::open(archive)?;
        extract(GzDecoder::new(file).take(LARGEST + 1), directory)?;
        top(directory)
    };
    unpack().map_err(wrong)
}

/// A link, made when everything else is there: nothing is written through one.
struct Link {
    at: PathBuf,
    to: PathBuf,
}

fn extract(content: impl Read, directory: &Path) -> Result<(), SdistErrorKind> {
    let mut archive = Archive::new(content);
    let mut links = Vec::new();
    let mut total = 0_u64;
    for (count, entry) in archive.entries()?.enumerate() {
        let entry = entry?;
        total = total.saturating_add(entry.size());
        if total > LARGEST || count >= MOST {
            return Err(SdistErrorKind::TooLarge);
        }
        extract_one(entry, directory, &mut links)?;
    }
    for link in &links {
        std::os::unix::fs::symlink(&link.to, &link.at)?;
    }
    // Several links, each of which looks harmless, may lead out together.
    let root = fs::canonicalize(directory)?;
    for link in links {
        if fs::canonicalize(&link.at).is_ok_and(|target| !target.starts_with(&root)) {
            return Err(SdistErrorKind::Entry {
                entry: link.to.display().to_string(),
                problem: "is a link out of the archive",
            });
        }
    }
    Ok(())
}

fn extract_one(
    mut entry: Entry<'_, impl Read>,
    directory: &Path,
    links: &mut Vec<Link>,
) -> Result<(), SdistErrorKind> {
    let name = entry.path()?.into_owned();
    let wrong = |problem| SdistErrorKind::Entry {
        entry: name.display().to_string(),
        problem,
    };
    let kind = entry.header().entry_type();
    if matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
        return Ok(());
    }
    let inside = inside(&name).ok_or_else(|| wrong("leads out of the archive"))?;
    let at = directory.join(&inside);
    if let Some(parent) = at.parent() {
        fs::create_dir_all(parent)?;
    }
    match kind {
        EntryType::Directory => fs::create_dir_all(&at)?,
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            // A later entry of the same name counts, as for tar.
            remove_file(&at)?;
            let mut file = fs::File::create_new(&at)?;
            io::copy(&mut entry, &mut file)?;
            set_executable(&at, entry.header().mode()?)?;
        }
        EntryType::Symlink | EntryType::Link => {
            let target = entry
                .link_name()?
                .ok_or_else(|| wrong("is a link to nothing"))?;
            if kind == EntryType::Link {
                let target = self::inside(&target);
                let target = target.ok_or_else(|| wrong("is a link out of the archive"))?;
                fs::copy(directory.join(target), &at)?;
            } else {
                let parent = inside.parent().unwrap_or(Path::new(""));
                let stays = self::inside(&parent.join(&target))
                    .is_some_and(|target| target.components().next() == inside.components().next());
                if target.is_absolute() || !stays {
                    return Err(wrong("is a link out of the archive"));
                }
                links.push(Link {
                    at,
                    to: target.into_owned(),
                });
            }
        }
        _ => return Err(wrong("is neither a file, a directory nor a link")),
    }
    Ok(())
}

/// The path without `.` and `..`, if it is relative and stays where it is.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => clean.push(part),
            Component::CurDir => {}
            Component::ParentDir if clean.pop() => {}
            _ => return None,
        }
    }
    Some(clean)
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn set_executable(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = if mode & 0o100 == 0 { 0o644 } else { 0o755 };
    fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

/// The one directory in it.
fn top(directory: &Path) -> Result<PathBuf, SdistErrorKind> {
    let mut entries = fs::read_dir(directory)?;
    match (entries.next().transpose()?, entries.next()) {
        (Some(only), None) if only.file_type()?.is_dir() => Ok(only.path()),
        _ => Err(SdistErrorKind::Layout),
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, Header};

    use super::*;

    /// An archive of (name, kind, link or content); names are written as they
    /// are, however bad.
    fn archive(directory: &Path, entries: &[(&str, EntryType, &str)]) -> PathBuf {
        let path = directory.join("demo-1.0.tar.gz");
        let file = fs::File::create(&path).unwrap();
        let mut builder = Builder::new(GzEncoder::new(file, Compression::fast()));
        for (name, kind, text) in entries {
            let mut header = Header::new_gnu();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(*kind);
            header.set_mode(0o4777);
            let mut content: &[u8] = &[];
            if matches!(kind, EntryType::Symlink | EntryType::Link) {
                header.set_link_name_literal(text).unwrap();
            } else {
                content = text.as_bytes();
            }
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append(&header, content).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap();
        path
    }

    fn unpacked(entries: &[(&str, EntryType, &str)]) -> Result<tempfile::TempDir, SdistErrorKind> {
        let world = tempfile::tempdir().unwrap();
        let into = world.path().join("into");
        fs::create_dir(&into).unwrap();
        fs::write(world.path().join("outside"), "before").unwrap();
        let path = archive(world.path(), entries);
        let result = unpack(&path, &into);
        assert_eq!(
            fs::read_to_string(world.path().join("outside")).unwrap(),
            "before"
        );
        result.map(|_| world).map_err(|error| error.kind)
    }

    use EntryType as T;

    #[test]
    fn files_and_links_that_stay_inside_are_taken() {
        let world = unpacked(&[
            ("demo-1.0/", T::Directory, ""),
            ("demo-1.0/a/b.py", T::Regular, "b"),
            ("demo-1.0/c.py", T::Symlink, "a/b.py"),
            ("demo-1.0/d.py", T::Link, "demo-1.0/a/b.py"),
            ("demo-1.0/a/b.py", T::Regular, "again"),
        ])
        .unwrap();
        let project = world.path().join("into/demo-1.0");
        let read = |name: &str| fs::read_to_string(project.join(name)).unwrap();
        assert_eq!(
            (read("a/b.py"), read("c.py"), read("d.py")),
            ("again".to_owned(), "again".to_owned(), "b".to_owned())
        );
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(project.join("a/b.py")).unwrap().permissions();
        assert_eq!(mode.mode() & 0o7777, 0o755);
    }

    #[test]
    fn nothing_leaves_the_directory() {
        for entry in [
            ("../outside", T::Regular, "after"),
            ("demo-1.0/../../outside", T::Regular, "after"),
            ("/outside", T::Regular, "after"),
            ("demo-1.0/link", T::Symlink, "../../outside"),
            ("demo-1.0/link", T::Symlink, "../other"),
            ("demo-1.0/link", T::Symlink, "/etc/passwd"),
            ("demo-1.0/link", T::Link, "../outside"),
            ("demo-1.0/fifo", T::Fifo, ""),
            ("demo-1.0/device", T::Char, ""),
        ] {
            let result = unpacked(&[entry]);
            assert!(
                matches!(result, Err(SdistErrorKind::Entry { .. })),
                "{entry:?}: {result:?}"
            );
        }
    }

    #[test]
    fn links_do_not_lead_out_together() {
        let result = unpacked(&[
            ("demo-1.0/a/b/c", T::Regular, ""),
            ("demo-1.0/a/b/up", T::Symlink, "../.."),
            ("demo-1.0/out", T::Symlink, "a/b/up/../../outside"),
        ]);
        assert!(
            matches!(result, Err(SdistErrorKind::Entry { .. })),
            "{result:?}"
        );
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let result = unpacked(&[
            ("demo-1.0/d", T::Symlink, "."),
            ("demo-1.0/d/x.py", T::Regular, "x"),
        ]);
        // The directory `d` was made for the file: the link has no place.
        assert!(matches!(result, Err(SdistErrorKind::Io(_))), "{result:?}");
    }

    #[test]
    fn there_is_one_directory() {
        for entries in [
            &[][..],
            &[("setup.py", T::Regular, "")],
            &[("a/x", T::Regular, ""), ("b/x", T::Regular, "")],
        ] {
            let result = unpacked(entries);
            assert!(matches!(result, Err(SdistErrorKind::Layout)), "{result:?}");
        }
    }

    #[test]
    fn what_is_no_archive_is_an_error() {
        let world = tempfile::tempdir().unwrap();
        let path = world.path().join("demo-1.0.tar.gz");
        fs::write(&path, "not gzip").unwrap();
        let error = unpack(&path, &world.path().join("into")).unwrap_err();
        assert!(error.to_string().contains("demo-1.0.tar.gz"));
    }
}
