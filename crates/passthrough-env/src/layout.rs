use std::path::{Path, PathBuf};

use passthrough_interpreter::Identity;

/// Where the parts of a build environment are. It is that of a virtual
/// environment on Unix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The environment: `sys.prefix` of its interpreter.
    pub root: PathBuf,
    /// Its interpreter.
    pub python: PathBuf,
    /// Where scripts are.
    pub scripts: PathBuf,
    /// Where packages are, pure or not.
    pub site_packages: PathBuf,
}

impl Layout {
    /// The layout below `root` for an interpreter of this kind.
    pub fn new(root: &Path, identity: &Identity) -> Self {
        Self {
            root: root.to_owned(),
            python: root.join("bin/python"),
            scripts: root.join("bin"),
            site_packages: root.join(site_packages(identity)),
        }
    }

    /// Where the notes about the environment are.
    pub fn notes(&self) -> PathBuf {
        self.root.join(NOTES)
    }

    /// `name==version` of everything exposed, a line each: what the installer
    /// is to be held to.
    pub fn constraints(&self) -> PathBuf {
        self.notes().join("constraints.txt")
    }

    /// What is exposed, file by file.
    pub fn manifest(&self) -> PathBuf {
        self.notes().join("manifest.json")
    }
}

/// The directory of the environment that holds what we write about it.
pub(crate) const NOTES: &str = ".passthrough";

/// Where packages are, relative to the environment.
pub(crate) fn site_packages(identity: &Identity) -> String {
    let version = &identity.version;
    let directory = if identity.implementation == "pypy" {
        format!("pypy{version}")
    } else if identity.abi_flags.contains('t') {
        format!("python{version}t")
    } else {
        format!("python{version}")
    };
    format!("lib/{directory}/site-packages")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_named_as_the_interpreter_names_them() {
        for (implementation, version, flags, expected) in [
            ("cpython", "3.11", "", "lib/python3.11/site-packages"),
            ("cpython", "3.13", "t", "lib/python3.13t/site-packages"),
            ("cpython", "3.13", "td", "lib/python3.13t/site-packages"),
            ("cpython", "3.11", "d", "lib/python3.11/site-packages"),
            ("pypy", "3.10", "", "lib/pypy3.10/site-packages"),
        ] {
            let identity = Identity {
                implementation: implementation.to_owned(),
                version: version.to_owned(),
                abi_flags: flags.to_owned(),
                platform: "linux-x86_64".to_owned(),
            };
            assert_eq!(site_packages(&identity), expected);
        }
    }
}
