//! An artefact's way from the private directory to the output folder.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::error::HookErrorKind;

/// Moves a file into a directory, whole or not at all.
pub(crate) fn deliver(file: &Path, out: &Path) -> Result<PathBuf, HookErrorKind> {
    let name = file.file_name().unwrap_or_default();
    let target = out.join(name);
    match fs::rename(file, &target) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy(file, out, &target),
        Err(error) => Err(error),
    }
    .map_err(HookErrorKind::Deliver)?;
    Ok(target)
}

/// To another file system: under another name first.
fn copy(file: &Path, out: &Path, target: &Path) -> io::Result<()> {
    let mut from = fs::File::open(file)?;
    let mode = from.metadata()?.permissions();
    let mut half = tempfile::Builder::new()
        .prefix(".passthrough-")
        .tempfile_in(out)?;
    io::copy(&mut from, half.as_file_mut())?;
    half.as_file().set_permissions(mode)?;
    half.persist(target)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_replaces_one_of_its_name() {
        let (from, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = from.path().join("a");
        for way in ["rename", "copy"] {
            fs::write(&file, way).unwrap();
            let target = out.path().join("a");
            if way == "copy" {
                copy(&file, out.path(), &target).unwrap();
            } else {
                assert_eq!(deliver(&file, out.path()).unwrap(), target);
                assert!(!file.exists());
            }
            assert_eq!(fs::read_to_string(&target).unwrap(), way);
            assert_eq!(names(out.path()), ["a"]);
        }
    }

    #[test]
    fn a_folder_that_cannot_take_it_stays_as_it_is() {
        let (from, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = from.path().join("a");
        fs::write(&file, "").unwrap();
        // In the way of the file itself.
        fs::create_dir_all(out.path().join("a/b")).unwrap();
        let error = deliver(&file, out.path()).unwrap_err();
        assert!(matches!(error, HookErrorKind::Deliver(_)), "{error}");
        copy(&file, out.path(), &out.path().join("a")).unwrap_err();
        assert_eq!(names(out.path()), ["a"]);
        let error = deliver(&file, &out.path().join("gone")).unwrap_err();
        assert!(matches!(error, HookErrorKind::Deliver(_)), "{error}");
    }
}
