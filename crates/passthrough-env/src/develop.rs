//! Installations by `setup.py develop`: nothing of them is put into the
//! environment but what leads to their source tree, which is on `sys.path` there
//! as it is on the host's.

use std::path::Path;

use passthrough_host::ListedFile;

use crate::inspect::{Found, Inspector, Look};
use crate::mapping::{Collected, Develop, MappedDistribution, Origin, Wanted};
use crate::{EnvError, EnvErrorKind};

/// Maps one, whose egg-info directory has these files.
///
/// It gets a `.pth` file with its source tree alone (the host's has all such
/// trees in one), and an `.egg-link`, by which pip and uv know it. Scripts that
/// `setup.py` names by `scripts` are on no list, and are left out.
pub(crate) fn map(
    wanted: &Wanted<'_>,
    mut collected: Collected<'_>,
    metadata: &[ListedFile],
    inspector: &mut Inspector<'_>,
) -> Result<MappedDistribution, EnvError> {
    let installed = wanted.installed;
    let source = line(&installed.location).ok_or_else(|| {
        let kind = EnvErrorKind::NotALine(collected.name.clone());
        EnvError::new(&installed.location, kind)
    })?;
    let stem = installed.info.file_stem().and_then(|stem| stem.to_str());
    let stem = stem.unwrap_or(collected.name.as_str());
    let site = collected.scheme.site;
    // setuptools' own name for such a file.
    let path = format!("{site}/__editable__.{stem}-{}.pth", wanted.version());
    // uv goes from this name to that of the egg-info, and pip from the metadata
    // to this one.
    let link = format!("{site}/{}.egg-link", stem.replace('_', "-"));
    let files = &mut collected.files;
    files.insert(path, Origin::Text(format!("{source}\n")));
    files.insert(link.clone(), Origin::Text(format!("{source}\n.\n")));
    let mut watched = Vec::new();
    let mut watch = |found: Found| watched.push((found.source, found.facts));
    for file in metadata {
        match inspector.look(file)? {
            Look::File(found) => watch(found),
            Look::Linked(files) => files.into_iter().for_each(|(_, found)| watch(found)),
            Look::Directory | Look::Missing => {}
        }
    }
    let develop = Develop {
        source: installed.location.clone(),
        watched,
    };
    collected.finish(wanted, link, Some(develop))
}

/// A directory as a line of a `.pth` file, which is stripped at its end and
/// split wherever Python sees a line end.
fn line(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    let is_line = |text: &str| !text.contains(|c: char| c.is_control() || is_separator(c));
    (text.starts_with('/') && text.trim_end() == text && is_line(text)).then_some(text)
}

/// The line ends of Unicode that are no control characters.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        for text in ["/a", "/a b/c", "/ü", "/#a", "/a\\b"] {
            assert_eq!(line(Path::new(text)), Some(text));
        }
        for text in [
            "a",
            "",
            "import os",
            "/a\nimport os",
            "/a\r",
            "/a ",
            "/a\u{2028}b",
            "/a\u{85}b",
            "/a\0",
        ] {
            assert_eq!(line(Path::new(text)), None, "{text:?}");
        }
        let bytes: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"/a\xff");
        assert_eq!(line(Path::new(bytes)), None);
    }
}
