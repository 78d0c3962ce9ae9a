//! The interpreter that a host is made on, told from files alone.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_interpreter::Interpreter;

use crate::{EnvError, EnvErrorKind};

/// The most bytes of a `pyvenv.cfg`.
const LIMIT: u64 = 1 << 16;

/// The base interpreter's executable, all links resolved: where a virtual
/// environment is made of a copy and not of a link, and where one is made on
/// another, `pyvenv.cfg` leads on.
pub(crate) fn executable(host: &Interpreter) -> Result<PathBuf, EnvError> {
    let fail = || EnvError::new(&host.executable, EnvErrorKind::NoBase);
    let mut path = fs::canonicalize(&host.executable).map_err(|_| fail())?;
    // More than anybody nests.
    for _ in 0..8 {
        let Some(home) = home(&path) else {
            return Ok(path);
        };
        let own = path
            .file_name()
            .and_then(|name| name.to_str())
            .map(str::to_owned);
        let versioned = format!("python{}", host.identity.version);
        let names = own
            .iter()
            .map(String::as_str)
            .chain([versioned.as_str(), "python3", "python"]);
        let found = names
            .map(|name| home.join(name))
            .find_map(|candidate| fs::canonicalize(candidate).ok());
        path = found.ok_or_else(fail)?;
    }
    Err(fail())
}

/// The `home` of the `pyvenv.cfg` that counts for an executable.
fn home(executable: &Path) -> Option<PathBuf> {
    let directory = executable.parent()?;
    [Some(directory), directory.parent()]
        .into_iter()
        .flatten()
        .find_map(|directory| {
            let mut text = String::new();
            let file = fs::File::open(directory.join("pyvenv.cfg")).ok()?;
            file.take(LIMIT).read_to_string(&mut text).ok()?;
            text.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                let is_home = key.trim().eq_ignore_ascii_case("home");
                is_home.then(|| PathBuf::from(value.trim()))
            })
        })
}
