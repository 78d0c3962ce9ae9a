//! Whether a module that is missing lies in the project itself.

use std::path::{Path, PathBuf};

use fs_err as fs;

/// The most directories that are looked into.
const MOST: usize = 1000;

/// The directory, relative to the root, that would have to be on `sys.path`
/// for the module to be found: the root itself, or one in it.
pub(super) fn directory(project: &Path, module: &str) -> Option<PathBuf> {
    let parts: Vec<&str> = module.split('.').collect();
    let is_name = |part: &&str| !part.is_empty() && !part.contains(['/', '\0']);
    if !parts.iter().all(is_name) {
        return None;
    }
    let relative: PathBuf = parts.iter().collect();
    let has = |directory: &Path| {
        let place = directory.join(&relative);
        place.with_extension("py").is_file() || place.join("__init__.py").is_file()
    };
    if has(project) {
        return Some(PathBuf::from("."));
    }
    let mut names: Vec<_> = fs::read_dir(project)
        .ok()?
        .flatten()
        .take(MOST)
        .map(|entry| entry.file_name())
        .collect();
    names.sort();
    let found = names.into_iter().find(|name| has(&project.join(name)));
    found.map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_directory_of_the_project_has_counts() {
        let project = tempfile::tempdir().unwrap();
        let root = project.path();
        for file in [
            "helper.py",
            "pkg/__init__.py",
            "pkg/sub.py",
            "b/own.py",
            "a/own.py",
            "data/x",
        ] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        for (module, expected) in [
            ("helper", Some(".")),
            ("pkg", Some(".")),
            ("pkg.sub", Some(".")),
            ("own", Some("a")),
            ("sub", Some("pkg")),
            ("data", None),
            ("pkg.other", None),
            ("", None),
            ("../helper", None),
            ("..helper", None),
        ] {
            let found = directory(root, module);
            assert_eq!(found.as_deref(), expected.map(Path::new), "{module}");
        }
        assert_eq!(directory(&root.join("gone"), "helper"), None);
    }
}
