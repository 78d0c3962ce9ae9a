//! The folder that artefacts appear in, as a whole or not at all.

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_env::Scratch;

use crate::record;

/// An output folder, with a place on the same file system for what is not
/// finished.
///
/// Dropped, it leaves nothing of its own behind: neither that place nor a
/// folder that was made for nothing.
pub(super) struct Output<'a> {
    folder: &'a Path,
    staging: Option<Scratch>,
    /// The folders that were not there before, outermost first.
    made: Vec<PathBuf>,
}

impl<'a> Output<'a> {
    /// Makes the folder if it is not there. One that cannot be written to is
    /// told before anything is built.
    pub(super) fn open(folder: &'a Path) -> io::Result<Self> {
        let hidden = record::directory(folder);
        let missing = hidden.ancestors().take_while(|path| !path.exists());
        let mut output = Self {
            folder,
            staging: None,
            made: missing.map(Path::to_owned).collect(),
        };
        output.made.reverse();
        fs::create_dir_all(&hidden)?;
        output.staging = Some(Scratch::new(&hidden).map_err(io::Error::other)?);
        Ok(output)
    }

    /// Where to build.
    pub(super) fn staging(&self) -> &Path {
        self.staging.as_ref().map_or(self.folder, Scratch::path)
    }

    /// What a frontend says of the folder that it was given, as it will be
    /// true: the artefact is in the folder itself in the end.
    pub(super) fn as_in_the_end(&self, line: &[u8]) -> Vec<u8> {
        // The end of the path alone: some name it relative to the project.
        let aside = self.staging().strip_prefix(self.folder);
        let aside = match aside {
            Ok(aside) if aside != Path::new("") => [aside.as_os_str().as_bytes(), b"/"].concat(),
            _ => return line.to_owned(),
        };
        let mut rest = line;
        let mut said = Vec::with_capacity(line.len());
        while let Some(at) = rest.windows(aside.len()).position(|part| part == aside) {
            said.extend_from_slice(&rest[..at]);
            rest = &rest[at + aside.len()..];
        }
        said.extend_from_slice(rest);
        said
    }

    /// Moves what was built to where it is wanted; a file of its name is replaced.
    pub(super) fn take(&self, built: &Path) -> io::Result<PathBuf> {
        let target = self.folder.join(built.file_name().unwrap_or_default());
        fs::rename(built, &target)?;
        Ok(target)
    }
}

impl Drop for Output<'_> {
    fn drop(&mut self) {
        self.staging = None;
        for folder in self.made.iter().rev() {
            // Fails, as it should, if there is anything in it.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_was_made_for_nothing_goes() {
        let world = tempfile::tempdir().unwrap();
        let there = world.path().join("there");
        fs::create_dir(&there).unwrap();
        drop(Output::open(&there.join("a/b")).unwrap());
        assert_eq!(fs::read_dir(&there).unwrap().count(), 0);
        assert!(there.is_dir());
    }

    #[test]
    fn what_is_taken_is_all_that_stays() {
        let world = tempfile::tempdir().unwrap();
        let folder = world.path().join("dist");
        let output = Output::open(&folder).unwrap();
        let built = output.staging().join("artefact");
        fs::write(&built, "new").unwrap();
        fs::write(output.staging().join("other"), "").unwrap();
        fs::write(folder.join("artefact"), "old").unwrap();
        let taken = output.take(&built).unwrap();
        assert_eq!(taken, folder.join("artefact"));
        assert_eq!(fs::read_to_string(taken).unwrap(), "new");
        drop(output);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn what_is_said_of_the_place_aside_holds_in_the_end() {
        let world = tempfile::tempdir().unwrap();
        let folder = world.path().join("dist");
        let output = Output::open(&folder).unwrap();
        let aside = output.staging().display().to_string();
        let relative = aside.replace(world.path().to_str().unwrap(), "..");
        for (said, expected) in [
            (
                format!("built {aside}/a.whl\n"),
                format!("built {}/a.whl\n", folder.display()),
            ),
            (
                format!("{relative}/a.whl, {relative}/b.whl"),
                "../dist/a.whl, ../dist/b.whl".to_owned(),
            ),
            // The folder itself has no other name.
            (format!("into {aside}"), format!("into {aside}")),
            (
                "/ and // and .passthrough/".to_owned(),
                "/ and // and .passthrough/".to_owned(),
            ),
            (String::new(), String::new()),
        ] {
            let line = output.as_in_the_end(said.as_bytes());
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
        let line = output.as_in_the_end(b"\xff\n");
        assert_eq!(line, b"\xff\n");
    }

    #[test]
    fn a_file_in_its_place_is_told_at_once() {
        let world = tempfile::tempdir().unwrap();
        let file = world.path().join("file");
        fs::write(&file, "mine").unwrap();
        assert!(Output::open(&file).is_err());
        assert!(Output::open(&file.join("below")).is_err());
        assert_eq!(fs::read_to_string(file).unwrap(), "mine");
    }
}
