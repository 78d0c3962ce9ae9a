//! The version of an interpreter, as its files write it.

/// A version of Python 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PythonVersion {
    pub(crate) major: u32,
    pub(crate) minor: u32,
    pub(crate) patch: u32,
    pub(crate) level: Level,
    pub(crate) serial: u32,
    /// Built between two releases: `3.13.0+`.
    pub(crate) between: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Alpha,
    Beta,
    Candidate,
    Final,
}

impl PythonVersion {
    /// Reads `3.12.1`, `3.14.0rc1`, `3.13.0+`, `3.12.1.final.0`; None for
    /// anything else, also for a version without its third number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (text, between) = match text.strip_suffix('+') {
            Some(text) => (text, true),
            None => (text, false),
        };
        let mut parts = text.splitn(4, '.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let last = parts.next()?;
        let digits = last
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(last.len());
        let patch = last[..digits].parse().ok()?;
        let (level, serial) = match (&last[digits..], parts.next()) {
            ("", None) => (Level::Final, 0),
            ("", Some(rest)) => {
                let (name, serial) = rest.split_once('.')?;
                (Level::named(name)?, serial.parse().ok()?)
            }
            (suffix, None) => {
                let letters = suffix.find(|c: char| c.is_ascii_digit())?;
                (
                    Level::abbreviated(&suffix[..letters])?,
                    suffix[letters..].parse().ok()?,
                )
            }
            (_, Some(_)) => return None,
        };
        Some(Self {
            major,
            minor,
            patch,
            level,
            serial,
            between,
        })
    }

    /// As `platform.python_version()` has it: `3.14.0rc1`.
    pub(crate) fn full(self) -> String {
        self.format("rc") + if self.between { "+" } else { "" }
    }

    /// As the marker `implementation_version` has it: `3.14.0c1`.
    pub(crate) fn implementation(self) -> String {
        self.format("c")
    }

    fn format(self, candidate: &str) -> String {
        let level = match self.level {
            Level::Alpha => "a",
            Level::Beta => "b",
            Level::Candidate => candidate,
            Level::Final => "",
        };
        let serial = if self.level == Level::Final {
            String::new()
        } else {
            self.serial.to_string()
        };
        format!(
            "{}.{}.{}{level}{serial}",
            self.major, self.minor, self.patch
        )
    }
}

impl Level {
    /// By its name in `sys.version_info`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "alpha" => Self::Alpha,
            "beta" => Self::Beta,
            "candidate" => Self::Candidate,
            "final" => Self::Final,
            _ => return None,
        })
    }

    fn abbreviated(letters: &str) -> Option<Self> {
        Some(match letters {
            "a" => Self::Alpha,
            "b" => Self::Beta,
            "rc" | "c" => Self::Candidate,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_read_and_write() {
        for (text, full, implementation) in [
            ("3.12.1", "3.12.1", "3.12.1"),
            ("3.14.0rc1", "3.14.0rc1", "3.14.0c1"),
            ("3.15.0a2", "3.15.0a2", "3.15.0a2"),
            ("3.15.0b3+", "3.15.0b3+", "3.15.0b3"),
            ("3.13.0+", "3.13.0+", "3.13.0"),
            ("3.12.1.final.0", "3.12.1", "3.12.1"),
            ("3.14.0.candidate.2", "3.14.0rc2", "3.14.0c2"),
        ] {
            let version = PythonVersion::parse(text).unwrap();
            assert_eq!(version.full(), full);
            assert_eq!(version.implementation(), implementation);
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in [
            "",
            "3",
            "3.12",
            "3.12.",
            "3.x.1",
            "3.12.1x",
            "3.12.1rc",
            "3.12.1rc1.final.0",
            "3.12.1.final",
            "3.12.1.last.0",
            "3.12.99999999999",
            "3.12.1 ",
        ] {
            assert_eq!(PythonVersion::parse(text), None, "{text}");
        }
    }
}
