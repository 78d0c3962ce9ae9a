//! The prefix that a site directory belongs to.

use std::ffi::OsStr;
use std::path::Path;

/// The prefix of the installation whose site directory `location` is, told by
/// its name: `PREFIX/lib/python3.11/site-packages`, `PREFIX/lib64/…`, Debian's
/// `PREFIX/lib/python3/dist-packages`. None where the name says nothing, as of
/// a source tree that a `.pth` file adds, or where it would be the root.
pub(crate) fn prefix(location: &Path) -> Option<&Path> {
    let is_site = matches!(name(location)?, "site-packages" | "dist-packages");
    let versioned = location.parent()?;
    let version = ["python", "pypy"]
        .iter()
        .find_map(|stem| name(versioned)?.strip_prefix(stem))?;
    let library = versioned.parent()?;
    let is_library = matches!(name(library)?, "lib" | "lib32" | "lib64");
    let prefix = library.parent()?;
    let fits = is_site
        && version.starts_with('3')
        && is_library
        && prefix.is_absolute()
        && prefix.parent().is_some();
    fits.then_some(prefix)
}

fn name(path: &Path) -> Option<&str> {
    path.file_name().and_then(OsStr::to_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_told_by_the_name() {
        for (location, expected) in [
            ("/v/lib/python3.11/site-packages", Some("/v")),
            ("/v/lib64/python3.13t/site-packages", Some("/v")),
            ("/v/lib/pypy3.10/site-packages", Some("/v")),
            ("/usr/lib/python3/dist-packages", Some("/usr")),
            (
                "/usr/local/lib/python3.11/dist-packages",
                Some("/usr/local"),
            ),
            // Everything is below the root.
            ("/lib/python3/dist-packages", None),
            ("lib/python3.11/site-packages", None),
            ("/project/src", None),
            ("/v/site-packages", None),
            ("/v/share/python3.11/site-packages", None),
            ("/v/lib/python2.7/site-packages", None),
            ("/v/lib/site-packages/python3.11", None),
            ("/", None),
        ] {
            let found = prefix(Path::new(location));
            assert_eq!(found, expected.map(Path::new), "{location}");
        }
    }
}
