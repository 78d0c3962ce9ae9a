use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{MAIN_SEPARATOR, PathBuf};

/// Which interpreter the user means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Request {
    /// Nothing was said: the active environment, else the nearest `.venv`,
    /// else `python3` or `python` on `PATH`.
    #[default]
    Unsaid,
    /// An executable, or the directory of an environment.
    Path(PathBuf),
    /// The name of a command on `PATH`, such as `python3.12`; else a file or
    /// directory of that name in the start directory.
    Name(OsString),
    /// A version: `3`, `3.12`, `3.12.1`, `3.13t`.
    Version(VersionRequest),
}

/// A version as a user asks for it: what is not said may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRequest {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: Option<u32>,
    /// The third number.
    pub patch: Option<u32>,
    /// Whether a free-threaded interpreter was asked for (a final `t`).
    pub free_threaded: bool,
}

impl Request {
    /// What the value of `--python` means: a path if it has a separator in it,
    /// a version if it reads as one, else a name.
    pub fn parse(said: &OsStr) -> Self {
        let bytes = said.as_encoded_bytes();
        if bytes.contains(&(MAIN_SEPARATOR as u8)) || said == "." || said == ".." {
            return Self::Path(said.into());
        }
        match said.to_str().and_then(VersionRequest::parse) {
            Some(version) => Self::Version(version),
            None => Self::Name(said.to_owned()),
        }
    }
}

impl VersionRequest {
    fn parse(text: &str) -> Option<Self> {
        let (text, free_threaded) = match text.strip_suffix('t') {
            Some(text) => (text, true),
            None => (text, false),
        };
        let mut numbers = text.split('.').map(|number| {
            let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| number.parse().ok()).flatten()
        });
        let major = numbers.next()??;
        let minor = numbers.next();
        let patch = numbers.next();
        let complete = numbers.next().is_none();
        let valid = complete && minor != Some(None) && patch != Some(None);
        (valid && (minor.is_some() || !free_threaded)).then_some(Self {
            major,
            minor: minor.flatten(),
            patch: patch.flatten(),
            free_threaded,
        })
    }
}

impl fmt::Display for VersionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.major)?;
        for number in [self.minor, self.patch].into_iter().flatten() {
            write!(f, ".{number}")?;
        }
        f.write_str(if self.free_threaded { "t" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_user_says_is_a_path_a_version_or_a_name() {
        let version = |major, minor, patch, free_threaded| {
            Request::Version(VersionRequest {
                major,
                minor,
                patch,
                free_threaded,
            })
        };
        for (said, request) in [
            ("/usr/bin/python3", Request::Path("/usr/bin/python3".into())),
            ("venv/", Request::Path("venv/".into())),
            ("..", Request::Path("..".into())),
            ("./3.12", Request::Path("./3.12".into())),
            ("3", version(3, None, None, false)),
            ("3.12", version(3, Some(12), None, false)),
            ("3.12.1", version(3, Some(12), Some(1), false)),
            ("3.13t", version(3, Some(13), None, true)),
            ("2.7", version(2, Some(7), None, false)),
            ("python3.12", Request::Name("python3.12".into())),
            (".venv", Request::Name(".venv".into())),
            ("3.", Request::Name("3.".into())),
            ("3t", Request::Name("3t".into())),
            ("3.12.1.0", Request::Name("3.12.1.0".into())),
            ("3.+1", Request::Name("3.+1".into())),
            ("", Request::Name("".into())),
            ("99999999999", Request::Name("99999999999".into())),
        ] {
            assert_eq!(Request::parse(said.as_ref()), request, "{said}");
        }
    }

    #[test]
    fn a_version_is_written_as_it_was_read() {
        for text in ["3", "3.12", "3.12.1", "3.13t", "3.13.0t"] {
            assert_eq!(VersionRequest::parse(text).unwrap().to_string(), text);
        }
    }
}
