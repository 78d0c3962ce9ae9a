//! What the probe backend left.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use fs_err as fs;
use passthrough_protocol::Recording;

/// The largest recording that is read, in bytes.
const LARGEST: u64 = 8 << 20;

/// The most recordings that are read.
const MOST: usize = 200;

/// The recordings of a run, in the order of the hooks.
#[derive(Debug, Default)]
pub(crate) struct Recordings {
    pub(crate) recordings: Vec<Recording>,
    /// Files that are none of this run, and why.
    pub(crate) refused: Vec<String>,
}

/// The names of the files that there are.
pub(crate) fn names(directory: &Path) -> std::io::Result<BTreeSet<String>> {
    let entries = fs::read_dir(directory)?;
    entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}

/// Reads the recordings that were not there before.
pub(crate) fn read(
    directory: &Path,
    before: &BTreeSet<String>,
    nonce: &str,
) -> std::io::Result<Recordings> {
    let mut found = Recordings::default();
    let names = names(directory)?;
    let new: Vec<&String> = names.difference(before).collect();
    for name in new.iter().take(MOST) {
        match one(&directory.join(name), nonce) {
            Ok(recording) => found.recordings.push(recording),
            Err(reason) => found.refused.push(format!("{name}: {reason}")),
        }
    }
    if new.len() > MOST {
        let more = new.len() - MOST;
        found.refused.push(format!("{more} more than are read"));
    }
    Ok(found)
}

fn one(path: &Path, nonce: &str) -> Result<Recording, String> {
    if path.extension().is_none_or(|extension| extension != "json") {
        return Err("the hook did not finish it".to_owned());
    }
    // A link, or a pipe: the backend writes none.
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    if !is_file {
        return Err("it is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("it is larger than {} MiB", LARGEST >> 20));
    }
    let recording: Recording = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    if recording.nonce == nonce {
        Ok(recording)
    } else {
        Err(format!("it is of the run {:?}", recording.nonce))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fs_err as fs;

    use super::{names, read};

    const RECORDING: &str = include_str!("../../passthrough-protocol/tests/data/recording.json");

    #[test]
    fn only_recordings_of_this_run_count() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            fs::write(directory.path().join(name), text).unwrap();
        };
        write("0.json", RECORDING);
        let before = names(directory.path()).unwrap();
        write("1.json", &RECORDING.replace("build_wheel", "build_sdist"));
        write("2.json", RECORDING);
        write("3.json", &RECORDING.replace("\"n0\"", "\"n1\""));
        write("4.json", "{");
        write("5.json.part", RECORDING);
        write("6.json", &" ".repeat(9 << 20));
        fs::create_dir(directory.path().join("7.json")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", directory.path().join("8.json")).unwrap();
        let found = read(directory.path(), &before, "n0").unwrap();
        let hooks: Vec<&str> = found
            .recordings
            .iter()
            .map(|found| found.hook.as_str())
            .collect();
        assert_eq!(hooks, ["build_sdist", "build_wheel"]);
        let refused: Vec<&str> = found.refused.iter().map(|reason| &reason[..6]).collect();
        assert_eq!(
            refused,
            ["3.json", "4.json", "5.json", "6.json", "7.json", "8.json"]
        );
        assert!(found.refused[0].contains("it is of the run \"n1\""));
        assert!(read(&directory.path().join("gone"), &BTreeSet::new(), "n0").is_err());
    }
}
