//! The second implementation, which mutants are made of.

use std::borrow::Cow;
use std::path::Path;

use fs_err as fs;
use passthrough_protocol::Patch;

/// A file below `conformance/adapters/python`, and its text.
macro_rules! file {
    ($path:literal) => {
        (
            $path,
            include_str!(concat!(
                "../../../../../conformance/adapters/python/",
                $path
            )),
        )
    };
}

/// The program and the modules that it needs.
static FILES: [(&str, &str); 6] = [
    file!("adapter.py"),
    file!("passthrough/__init__.py"),
    file!("passthrough/decide.py"),
    file!("passthrough/declaration.py"),
    file!("passthrough/host.py"),
    file!("passthrough/requirement.py"),
];

/// The one to start.
pub(super) const PROGRAM: &str = "adapter.py";

/// The files of one implementation: of the right one, or of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Implementation {
    files: Vec<(&'static str, Cow<'static, str>)>,
}

impl Implementation {
    /// The right one.
    pub(super) fn unpatched() -> Self {
        let files = FILES
            .iter()
            .map(|(path, text)| (*path, Cow::Borrowed(*text)));
        Self {
            files: files.collect(),
        }
    }

    /// The right one with these patches, one after the other. Fails where a
    /// text is not there exactly once.
    pub(super) fn patched(patches: &[Patch]) -> Result<Self, String> {
        if patches.is_empty() {
            return Err("it has no patch".to_owned());
        }
        let mut implementation = Self::unpatched();
        for patch in patches {
            implementation.apply(patch)?;
        }
        Ok(implementation)
    }

    fn apply(&mut self, patch: &Patch) -> Result<(), String> {
        let Patch { find, replace, .. } = patch;
        if find.is_empty() || find == replace {
            return Err("a patch that changes nothing".to_owned());
        }
        let wanted = patch.file.as_deref();
        if let Some(wanted) = wanted
            && !self.files.iter().any(|(path, _)| *path == wanted)
        {
            return Err(format!("the implementation has no file `{wanted}`"));
        }
        let searched = self
            .files
            .iter_mut()
            .filter(|(path, _)| wanted.is_none_or(|wanted| wanted == *path));
        let mut places = 0;
        for (_, text) in searched {
            let here = text.matches(find.as_str()).count();
            places += here;
            if here == 1 && places == 1 {
                *text = text.replacen(find.as_str(), replace, 1).into();
            }
        }
        match places {
            1 => Ok(()),
            0 => Err(format!("`find` occurs nowhere: {}", excerpt(find))),
            _ => Err(format!("`find` occurs {places} times: {}", excerpt(find))),
        }
    }

    /// Writes it into an empty directory.
    pub(super) fn write(&self, directory: &Path) -> std::io::Result<()> {
        for (path, text) in &self.files {
            let path = directory.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text.as_bytes())?;
        }
        Ok(())
    }
}

/// What a reader needs of a text of several lines.
fn excerpt(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let short: String = line.chars().take(80).collect();
    format!("`{short}`")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    fn patch(file: Option<&str>, find: &str, replace: &str) -> Patch {
        Patch {
            file: file.map(str::to_owned),
            find: find.to_owned(),
            replace: replace.to_owned(),
        }
    }

    fn refusal(patches: &[Patch]) -> String {
        Implementation::patched(patches).unwrap_err()
    }

    #[test]
    fn it_is_complete() {
        fn modules(directory: &Path, found: &mut BTreeSet<PathBuf>) {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    modules(&path, found);
                } else if path.extension().is_some_and(|extension| extension == "py") {
                    found.insert(path);
                }
            }
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/adapters/python");
        let mut found = BTreeSet::new();
        modules(&root, &mut found);
        let carried: BTreeSet<_> = FILES.iter().map(|(path, _)| root.join(path)).collect();
        assert_eq!(found, carried);
        assert!(FILES.iter().any(|(path, _)| *path == PROGRAM));
    }

    #[test]
    fn a_text_that_is_there_once_is_replaced() {
        let once = "def local_status(";
        let mutant = Implementation::patched(&[patch(None, once, "def other(")]).unwrap();
        let changed: Vec<&str> = mutant
            .files
            .iter()
            .zip(FILES)
            .filter(|((_, mutant), (_, right))| mutant != right)
            .map(|((path, _), _)| *path)
            .collect();
        assert_eq!(changed, ["passthrough/decide.py"]);
        // A patch sees what the one before it made.
        let twice = [
            patch(None, once, "def other("),
            patch(None, "def other(", once),
        ];
        assert_eq!(
            Implementation::patched(&twice).unwrap(),
            Implementation::unpatched()
        );
    }

    #[test]
    fn a_text_that_is_not_there_once_is_refused() {
        assert_eq!(
            refusal(&[patch(None, "no such text\nat all", "")]),
            "`find` occurs nowhere: `no such text`"
        );
        // In several files, and in one.
        for find in ["from __future__ import annotations", "displaced"] {
            let refusal = refusal(&[patch(None, find, "")]);
            assert!(refusal.starts_with("`find` occurs ") && refusal.contains(" times: "));
        }
        let refusal = refusal(&[patch(Some("adapter.py"), "def local_status(", "x")]);
        assert!(refusal.starts_with("`find` occurs nowhere"), "{refusal}");
    }

    #[test]
    fn a_file_narrows_the_search() {
        let everywhere = "from __future__ import annotations\n";
        let narrow = [patch(Some("passthrough/host.py"), everywhere, "\n")];
        assert!(Implementation::patched(&narrow).is_ok());
        let unknown = [patch(Some("../host.py"), everywhere, "\n")];
        assert_eq!(
            refusal(&unknown),
            "the implementation has no file `../host.py`"
        );
    }

    #[test]
    fn a_patch_that_changes_nothing_is_refused() {
        for patches in [
            &[][..],
            &[patch(None, "", "x")],
            &[patch(None, "def ", "def ")],
        ] {
            assert!(Implementation::patched(patches).is_err(), "{patches:?}");
        }
    }
}
