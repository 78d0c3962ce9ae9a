//! Paths in JSON: every character of a string stands for one byte, since a
//! path need not be UTF-8.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

pub(crate) fn of_path(path: &Path) -> String {
    path.as_os_str()
        .as_bytes()
        .iter()
        .map(|&byte| char::from(byte))
        .collect()
}
