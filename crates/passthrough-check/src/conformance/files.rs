//! The files that the suite's commands read and write.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_conformance::expectations;
use passthrough_protocol::{ConformanceReport, Expectations};

use crate::failure::Failure;
use crate::input;

/// In MiB. A report of some hundred cases has one.
const LARGEST_REPORT: u64 = 256;
/// In MiB.
const LARGEST_EXPECTATIONS: u64 = 8;

/// The reports in these files, in their order. A run of several frontends writes
/// an array of them.
pub(super) fn reports(paths: &[PathBuf]) -> Result<Vec<ConformanceReport>, Failure> {
    let mut reports = Vec::new();
    for path in paths {
        let bytes = input::read(path, LARGEST_REPORT)?;
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        let read = match first {
            Some(b'[') => serde_json::from_slice(&bytes),
            _ => serde_json::from_slice(&bytes).map(|report| vec![report]),
        };
        reports.extend(read.map_err(|error| {
            Failure::unable(format_args!("{}: not a report: {error}", path.display()))
                .hint("`conformance run --report FILE` writes one")
        })?);
    }
    Ok(reports)
}

pub(super) fn expectations(path: &Path) -> Result<Expectations, Failure> {
    let text = input::utf8(input::read(path, LARGEST_EXPECTATIONS)?, path)?;
    expectations::read(&text).map_err(|error| {
        let mut lines = error.trim_end().splitn(2, '\n');
        let first = lines.next().unwrap_or_default();
        Failure::unable(format_args!("{}: {first}", path.display()))
            .detail(lines.next().map(str::to_owned))
            .hint("`passthrough-check schema expectations` prints what it may be")
    })
}

pub(super) fn must_be_new(path: &Path) -> Result<(), Failure> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(
            Failure::unable(format_args!("{} is there already", path.display()))
                .hint("mend it by hand, or name another file"),
        );
    }
    Ok(())
}

pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(Failure::unable)
}
