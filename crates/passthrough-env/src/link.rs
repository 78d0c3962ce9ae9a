//! How a file of the host becomes one of the environment.

use std::io;
use std::path::Path;

/// How files of the host become files of the environment.
///
/// Metadata directories are copied and scripts written in every mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LinkMode {
    /// By file: a clone where the volume can. Else a copy of what is small, or
    /// is text and might be edited or imported; else a hard link, and where
    /// that cannot be, a symbolic link, and then a copy.
    #[default]
    Auto,
    /// Clones (copies that share blocks until written to); copies where the
    /// volume has none.
    Clone,
    /// Copies.
    Copy,
    /// Hard links; copies where these cannot be. What the build does to the
    /// content of a file, it does to the host's.
    Hardlink,
    /// Symbolic links; copies where these cannot be. Code that looks for its
    /// own real place finds the host, and everything else in it.
    Symlink,
}

/// One way to make a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Clone,
    Copy,
    Hardlink,
    Symlink,
}

/// What is copied however it is named, in bytes. Of the files of torch and
/// its closure one in five hundred is larger, with six of seven bytes.
const SMALL: u64 = 1 << 20;

/// The suffixes of what is imported, included, parsed or edited: a build might
/// write to it, or ask for its real place.
const TEXT: &[&str] = &[
    "c", "cc", "cfg", "cmake", "cpp", "cu", "cuh", "cxx", "f", "f90", "h", "hh", "hpp", "hxx",
    "in", "inc", "ini", "inl", "ipp", "js", "json", "md", "pc", "pth", "pxd", "pxi", "py", "pyc",
    "pyi", "pyw", "pyx", "rst", "sh", "start", "toml", "tpp", "txt", "xml", "yaml", "yml",
];

impl LinkMode {
    /// The ways to try for one file, in order; the last is always a copy.
    /// `verbatim`: the file is part of a metadata directory.
    pub(crate) fn methods(self, path: &Path, size: u64, verbatim: bool) -> &'static [Method] {
        match self {
            _ if verbatim && self != Self::Clone => &[Method::Copy],
            Self::Auto if size <= SMALL || is_text(path) => &[Method::Clone, Method::Copy],
            Self::Auto if cfg!(unix) => &[
                Method::Clone,
                Method::Hardlink,
                Method::Symlink,
                Method::Copy,
            ],
            Self::Auto => &[Method::Clone, Method::Hardlink, Method::Copy],
            Self::Clone => &[Method::Clone, Method::Copy],
            Self::Copy => &[Method::Copy],
            Self::Hardlink => &[Method::Hardlink, Method::Copy],
            Self::Symlink => &[Method::Symlink, Method::Copy],
        }
    }
}

fn is_text(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| {
            let extension = extension.to_ascii_lowercase();
            TEXT.binary_search(&extension.as_str()).is_ok()
        })
}

/// Whether a failure means that this method is out of the question here, so
/// that the next one is to be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No, it is a failure that any other method would meet as well.
    None,
    /// Of this file.
    File,
    /// Of every file on its device.
    Device,
}

/// `ERROR_CLOUD_FILE_INCOMPATIBLE_HARDLINKS`: what Windows says of a directory
/// that a cloud service looks after.
const WINDOWS_CLOUD_FILE: i32 = 396;

/// `ERROR_PRIVILEGE_NOT_HELD`: what Windows says of symbolic links to those
/// who may not make them.
const WINDOWS_PRIVILEGE: i32 = 1314;

impl Method {
    /// What a failure of the method means.
    pub(crate) fn refusal(self, error: &io::Error) -> Refusal {
        use io::ErrorKind as Kind;

        match (self, error.kind()) {
            (
                _,
                Kind::NotFound
                | Kind::NotADirectory
                | Kind::AlreadyExists
                | Kind::StorageFull
                | Kind::QuotaExceeded
                | Kind::ReadOnlyFilesystem,
            )
            | (Self::Copy, _) => Refusal::None,
            // EOPNOTSUPP, EXDEV, EINVAL, ENOTTY: whether a volume can.
            (Self::Clone, Kind::PermissionDenied) => Refusal::File,
            (Self::Clone, _) => Refusal::Device,
            (Self::Hardlink, Kind::CrossesDevices) => Refusal::Device,
            (Self::Hardlink, Kind::PermissionDenied | Kind::TooManyLinks | Kind::Unsupported)
            | (Self::Symlink, Kind::PermissionDenied | Kind::Unsupported) => Refusal::File,
            (Self::Hardlink, _) if error.raw_os_error() == Some(WINDOWS_CLOUD_FILE) => {
                Refusal::File
            }
            (Self::Symlink, _) if error.raw_os_error() == Some(WINDOWS_PRIVILEGE) => Refusal::File,
            _ => Refusal::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

    fn methods(mode: LinkMode, path: &str, size: u64) -> &'static [Method] {
        mode.methods(Path::new(path), size, false)
    }

    #[test]
    fn suffixes_are_sorted() {
        assert!(TEXT.is_sorted());
    }

    #[test]
    fn only_large_binaries_are_linked_by_default() {
        use Method::{Clone, Copy, Hardlink, Symlink};

        let copied = [Clone, Copy];
        let linked = [Clone, Hardlink, Symlink, Copy];
        for (path, size, expected) in [
            ("a/b.so", SMALL, &copied[..]),
            ("a/b.so", SMALL + 1, &linked),
            ("a/libb.so.12", 100 * SMALL, &linked),
            ("a/b.a", 100 * SMALL, &linked),
            ("bin/cmake", 100 * SMALL, &linked),
            ("a/b.py", 100 * SMALL, &copied),
            ("a/b.pyc", 100 * SMALL, &copied),
            ("a/b.pyi", 100 * SMALL, &copied),
            ("a/B.H", 100 * SMALL, &copied),
            ("a/b.pth", 100 * SMALL, &copied),
            ("a/b.json", 100 * SMALL, &copied),
        ] {
            assert_eq!(methods(LinkMode::Auto, path, size), expected, "{path}");
        }
    }

    #[test]
    fn every_chain_ends_in_a_copy_and_metadata_is_never_linked() {
        for mode in [
            LinkMode::Auto,
            LinkMode::Clone,
            LinkMode::Copy,
            LinkMode::Hardlink,
            LinkMode::Symlink,
        ] {
            for path in ["a.py", "a.so"] {
                for size in [0, 100 * SMALL] {
                    let path = Path::new(path);
                    assert_eq!(
                        mode.methods(path, size, false).last(),
                        Some(&Method::Copy),
                        "{mode:?}"
                    );
                    let verbatim = mode.methods(path, size, true);
                    assert!(!verbatim.contains(&Method::Hardlink), "{mode:?}");
                    assert!(!verbatim.contains(&Method::Symlink), "{mode:?}");
                }
            }
        }
    }

    #[test]
    fn refusals_are_told_from_failures() {
        use Method::{Clone, Copy, Hardlink, Symlink};

        let of = |errno: Errno| io::Error::from_raw_os_error(errno.raw_os_error());
        for (method, error, expected) in [
            (Clone, of(Errno::OPNOTSUPP), Refusal::Device),
            (Clone, of(Errno::XDEV), Refusal::Device),
            (Clone, of(Errno::INVAL), Refusal::Device),
            (Clone, of(Errno::NOTTY), Refusal::Device),
            (Clone, of(Errno::PERM), Refusal::File),
            (Hardlink, of(Errno::XDEV), Refusal::Device),
            (Hardlink, of(Errno::PERM), Refusal::File),
            (Hardlink, of(Errno::ACCESS), Refusal::File),
            (Hardlink, of(Errno::MLINK), Refusal::File),
            (Hardlink, io::Error::from_raw_os_error(396), Refusal::File),
            (Symlink, of(Errno::PERM), Refusal::File),
            (Symlink, io::Error::from_raw_os_error(1314), Refusal::File),
            (Symlink, io::Error::from_raw_os_error(396), Refusal::None),
            (Hardlink, of(Errno::IO), Refusal::None),
        ] {
            assert_eq!(method.refusal(&error), expected, "{method:?} {error}");
        }
        for method in [Clone, Copy, Hardlink, Symlink] {
            for errno in [Errno::NOSPC, Errno::NOENT, Errno::EXIST, Errno::ROFS] {
                assert_eq!(method.refusal(&of(errno)), Refusal::None, "{method:?}");
            }
            assert_eq!(Copy.refusal(&of(Errno::PERM)), Refusal::None);
        }
    }
}
