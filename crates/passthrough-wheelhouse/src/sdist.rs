use std::collections::BTreeMap;
use std::io;

use flate2::{Compression, GzBuilder};
use passthrough_requirement::{PackageName, Version};

use crate::archive::{Archive, ArchiveKind, escaped, is_below};

/// Why a source tree makes no sdist.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SdistError {
    /// The name of a distribution.
    #[error("`{0}` is not the name of a distribution")]
    Name(String),
    /// The version of a distribution.
    #[error("`{0}` is not a version (PEP 440)")]
    Version(String),
    /// There is no `pyproject.toml` at the top.
    #[error("the tree has no pyproject.toml")]
    NoProject,
    /// A path leads out of the tree.
    #[error("`{0}` is not a path below a source tree")]
    Path(String),
    /// The archive could not be written.
    #[error("the archive cannot be written: {0}")]
    Archive(#[from] io::Error),
}

/// The sdist of a source tree (PEP 625), whose `pyproject.toml` is at its top:
/// the same bytes for the same tree. `PKG-INFO` is made where there is none.
pub fn sdist(
    name: &str,
    version: &str,
    tree: &BTreeMap<String, Vec<u8>>,
    copy: Option<&str>,
) -> Result<Archive, SdistError> {
    let normalised: PackageName = name
        .parse()
        .map_err(|_| SdistError::Name(name.to_owned()))?;
    let _: Version = version
        .parse()
        .map_err(|_| SdistError::Version(version.to_owned()))?;
    if !tree.contains_key("pyproject.toml") {
        return Err(SdistError::NoProject);
    }
    let stem = format!("{}-{}", escaped(normalised.as_str()), escaped(version));
    if !is_below(&stem) || stem.contains(['/', ' ']) {
        return Err(SdistError::Version(version.to_owned()));
    }
    let made = format!("Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n").into_bytes();
    let metadata = tree.get("PKG-INFO").cloned().unwrap_or(made);
    let mut files: BTreeMap<&str, &[u8]> = BTreeMap::from([("PKG-INFO", metadata.as_slice())]);
    for (path, content) in tree {
        if !is_below(path) {
            return Err(SdistError::Path(path.clone()));
        }
        files.insert(path, content);
    }
    let encoder = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::default());
    let mut builder = tar::Builder::new(encoder);
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // Some readers take a time before 1980 for a mistake.
        header.set_mtime(315_532_800);
        builder.append_data(&mut header, format!("{stem}/{path}"), content)?;
    }
    let content = builder.into_inner()?.finish()?;
    Ok(Archive {
        kind: ArchiveKind::Sdist,
        name: normalised.as_str().to_owned(),
        version: version.to_owned(),
        file_name: format!("{stem}.tar.gz"),
        content,
        metadata,
        requires_python: None,
        copy: copy.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read as _;

    use super::{SdistError, sdist};

    fn tree(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        let files = files.iter();
        files
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn the_tree_is_below_one_directory_and_the_bytes_are_the_same() {
        let files = tree(&[("pyproject.toml", "[project]\n"), ("a/b.py", "x = 1\n")]);
        let made = sdist("Some.Demo", "1.0", &files, Some("index")).unwrap();
        assert_eq!(made.file_name, "some_demo-1.0.tar.gz");
        assert_eq!(
            made,
            sdist("Some.Demo", "1.0", &files, Some("index")).unwrap()
        );
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(made.content.as_slice()));
        let mut found = BTreeMap::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            found.insert(path, text);
        }
        let paths: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "some_demo-1.0/PKG-INFO",
                "some_demo-1.0/a/b.py",
                "some_demo-1.0/pyproject.toml"
            ]
        );
        assert_eq!(found["some_demo-1.0/a/b.py"], "x = 1\n");
    }

    #[test]
    fn what_is_no_source_tree_is_refused() {
        let good = tree(&[("pyproject.toml", "")]);
        assert!(matches!(
            sdist("a", "1", &tree(&[]), None),
            Err(SdistError::NoProject)
        ));
        assert!(matches!(
            sdist("a/b", "1", &good, None),
            Err(SdistError::Name(_))
        ));
        assert!(matches!(
            sdist("a", "x", &good, None),
            Err(SdistError::Version(_))
        ));
        let bad = tree(&[("pyproject.toml", ""), ("../x", "")]);
        assert!(matches!(
            sdist("a", "1", &bad, None),
            Err(SdistError::Path(_))
        ));
    }
}
