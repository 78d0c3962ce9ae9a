//! `backend-path`: where an in-tree backend may be.

use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use fs_err as fs;

/// The directories of `backend-path`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InTree {
    /// Those that exist: absolute, as written, symbolic links and all.
    pub directories: Vec<PathBuf>,
    /// The entries that are no directory.
    pub missing: Vec<String>,
}

/// Why an entry of `backend-path` cannot be used.
#[derive(Debug)]
pub enum EntryFault {
    /// It is an absolute path.
    Absolute,
    /// It leads out of the project, to this place.
    Outside(PathBuf),
    /// It cannot be looked at.
    Unreadable(io::Error),
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absolute => f.write_str("is an absolute path"),
            Self::Outside(place) => {
                write!(f, "leads out of the project, to `{}`", place.display())
            }
            Self::Unreadable(error) => write!(f, "cannot be looked at: {error}"),
        }
    }
}

/// Where the entries lead. Each must lead to a place within the project, after
/// symbolic links are resolved (PEP 517); one that leads nowhere is told, as
/// the backend may be found through another.
pub(crate) fn resolve(project: &Path, entries: &[String]) -> Result<InTree, (String, EntryFault)> {
    let mut in_tree = InTree::default();
    if entries.is_empty() {
        return Ok(in_tree);
    }
    let of = |entry: &str, fault| (entry.to_owned(), fault);
    let root = fs::canonicalize(project)
        .map_err(|error| of(&entries[0], EntryFault::Unreadable(error)))?;
    for entry in entries {
        if Path::new(entry).is_absolute() {
            return Err(of(entry, EntryFault::Absolute));
        }
        // Checked as written too: what is not there cannot be resolved.
        if let Some(outside) = lexically_outside(&root, entry) {
            return Err(of(entry, EntryFault::Outside(outside)));
        }
        let directory = root.join(entry);
        match fs::canonicalize(&directory) {
            Ok(place) if !place.starts_with(&root) => {
                return Err(of(entry, EntryFault::Outside(place)));
            }
            Ok(place) if place.is_dir() => in_tree.directories.push(plain(&root, entry)),
            Ok(_) => in_tree.missing.push(entry.clone()),
            Err(error) if is_absent(&error) => in_tree.missing.push(entry.clone()),
            Err(error) => return Err(of(entry, EntryFault::Unreadable(error))),
        }
    }
    Ok(in_tree)
}

fn is_absent(error: &io::Error) -> bool {
    // A path that no system could name leads nowhere either.
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput
    )
}

/// Where an entry leads that has more `..` than directories, as written.
fn lexically_outside(root: &Path, entry: &str) -> Option<PathBuf> {
    let mut place = root.to_owned();
    let mut is_outside = false;
    for component in Path::new(entry).components() {
        match component {
            Component::ParentDir => {
                place.pop();
            }
            Component::Normal(name) => place.push(name),
            _ => {}
        }
        is_outside |= !place.starts_with(root);
    }
    is_outside.then_some(place)
}

/// The entry as an absolute path, without `.`. A `..` stays: after a symbolic
/// link it is not the directory before it.
fn plain(root: &Path, entry: &str) -> PathBuf {
    let mut path = root.to_owned();
    path.extend(
        Path::new(entry)
            .components()
            .filter(|component| *component != Component::CurDir),
    );
    path
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    struct Tree {
        _scratch: tempfile::TempDir,
        project: PathBuf,
    }

    fn tree() -> Tree {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        let project = root.join("proj");
        for directory in ["proj/backend/deep", "proj2", "elsewhere"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        fs::write(project.join("file"), "").unwrap();
        symlink("../elsewhere", project.join("out")).unwrap();
        symlink("backend", project.join("in")).unwrap();
        symlink("loop", project.join("loop")).unwrap();
        Tree {
            _scratch: scratch,
            project,
        }
    }

    fn resolve_one(tree: &Tree, entry: &str) -> Result<InTree, (String, EntryFault)> {
        resolve(&tree.project, &[entry.to_owned()])
    }

    #[test]
    fn entries_inside_keep_their_names() {
        let tree = tree();
        for (entry, expected) in [
            (".", ""),
            ("backend", "backend"),
            ("./backend/", "backend"),
            ("backend/deep", "backend/deep"),
            ("in", "in"),
        ] {
            let in_tree = resolve_one(&tree, entry).unwrap();
            assert_eq!(
                in_tree.directories,
                [tree.project.join(expected)],
                "{entry}"
            );
            assert!(in_tree.missing.is_empty());
        }
    }

    #[test]
    fn entries_that_lead_out_are_refused() {
        let tree = tree();
        // `../proj2` begins with the same characters as the project; the
        // others leave through a symbolic link, or come back.
        for entry in [
            "../proj2",
            "..",
            "out",
            "backend/../../elsewhere",
            "../proj/backend",
            "../gone",
        ] {
            let (told, fault) = resolve_one(&tree, entry).unwrap_err();
            assert_eq!(told, entry);
            assert!(matches!(fault, EntryFault::Outside(_)), "{entry}: {fault}");
        }
        let absolute = tree.project.join("backend");
        let (_, fault) = resolve_one(&tree, absolute.to_str().unwrap()).unwrap_err();
        assert!(matches!(fault, EntryFault::Absolute));
    }

    #[test]
    fn a_parent_after_a_link_is_the_links_target() {
        let tree = tree();
        // As written, this is the project itself; really it is beside it.
        symlink("../elsewhere", tree.project.join("hop")).unwrap();
        let (_, fault) = resolve_one(&tree, "hop/../proj2").unwrap_err();
        assert!(matches!(fault, EntryFault::Outside(place) if place.ends_with("proj2")));
    }

    #[test]
    fn what_is_no_directory_is_told() {
        let tree = tree();
        for entry in ["gone", "file", "file/below", "nul\0"] {
            let in_tree = resolve_one(&tree, entry).unwrap();
            assert_eq!(in_tree.missing, [entry]);
            assert!(in_tree.directories.is_empty());
        }
        let (_, fault) = resolve_one(&tree, "loop").unwrap_err();
        assert!(matches!(fault, EntryFault::Unreadable(_)), "{fault}");
    }

    #[test]
    fn a_project_reached_by_a_link_is_itself() {
        let tree = tree();
        let link = tree.project.parent().unwrap().join("link");
        symlink("proj", &link).unwrap();
        let in_tree = resolve(&link, &["backend".to_owned()]).unwrap();
        assert_eq!(in_tree.directories, [tree.project.join("backend")]);
    }
}
