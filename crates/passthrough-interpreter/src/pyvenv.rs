//! `pyvenv.cfg`: what makes a directory a virtual environment.

use std::io;
use std::path::{Path, PathBuf};

use crate::files;
use crate::version::PythonVersion;

/// What a `pyvenv.cfg` says, whoever wrote it: `venv`, `virtualenv` or uv.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// The directory of the base interpreter's executable.
    pub(crate) home: Option<PathBuf>,
    /// Whether the base's site directories, and the user's, are on the path.
    pub(crate) system_site: bool,
    /// The version of the interpreter that the environment was made with.
    pub(crate) version: Option<PythonVersion>,
    /// Its implementation in lower case, if that is said.
    pub(crate) implementation: Option<String>,
}

/// The configuration that counts for an executable: beside it, or one
/// directory up. None: it is not that of a virtual environment.
pub(crate) fn find(executable: &Path) -> Option<PathBuf> {
    let directory = executable.parent()?;
    [Some(directory), directory.parent()]
        .into_iter()
        .flatten()
        .map(|directory| directory.join("pyvenv.cfg"))
        .find(|file| file.is_file())
}

/// Reads a `pyvenv.cfg`.
pub(crate) fn read(file: &Path) -> io::Result<Config> {
    files::read_text(file, 1 << 16).map(|text| parse(&text))
}

fn parse(text: &str) -> Config {
    let mut config = Config {
        home: None,
        // What `site` assumes when nothing is said.
        system_site: true,
        version: None,
        implementation: None,
    };
    for line in text.lines() {
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let value = value.trim();
        match key.trim().to_lowercase().as_str() {
            "home" => config.home = Some(PathBuf::from(value)),
            "include-system-site-packages" => {
                config.system_site = value.eq_ignore_ascii_case("true");
            }
            // virtualenv writes both; this one says more about a pre-release.
            "version_info" => config.version = PythonVersion::parse(value).or(config.version),
            "version" => config.version = config.version.or_else(|| PythonVersion::parse(value)),
            "implementation" => config.implementation = Some(value.to_lowercase()),
            _ => {}
        }
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_tool_writes_is_understood() {
        let venv = "home = /usr/bin\ninclude-system-site-packages = true\nversion = 3.11.2\n\
                    command = /usr/bin/python3 -m venv --prompt=a /v\n";
        let virtualenv = "home = /usr/bin\nimplementation = PyPy\nversion_info = 3.14.0.candidate.1\n\
                          version = 3.14.0\ninclude-system-site-packages = false\n";
        let uv = "home = /a = b/bin\nimplementation = CPython\nuv = 0.13.8\nversion_info = 3.12.1\n\
                  include-system-site-packages = false\n";
        let read = |text| {
            let config = parse(text);
            (
                config.home.unwrap().to_str().unwrap().to_owned(),
                config.system_site,
                config.version.unwrap().full(),
                config.implementation,
            )
        };
        assert_eq!(read(venv), ("/usr/bin".into(), true, "3.11.2".into(), None));
        assert_eq!(
            read(virtualenv),
            (
                "/usr/bin".into(),
                false,
                "3.14.0rc1".into(),
                Some("pypy".into())
            )
        );
        assert_eq!(
            read(uv),
            (
                "/a = b/bin".into(),
                false,
                "3.12.1".into(),
                Some("cpython".into())
            )
        );
    }

    #[test]
    fn system_site_packages_are_in_unless_they_are_said_to_be_out() {
        assert!(parse("home = /usr/bin\n").system_site);
        assert!(parse("Include-System-Site-Packages=TRUE").system_site);
        assert!(!parse("include-system-site-packages = yes").system_site);
    }
}
