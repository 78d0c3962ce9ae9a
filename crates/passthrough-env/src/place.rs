//! Where a file of the host belongs in the environment. Pure.

use std::path::{Component, Path};

use crate::layout::NOTES;

/// How the places of one distribution's files translate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scheme<'a> {
    /// The site directory of the host that the distribution is in.
    pub(crate) location: &'a Path,
    /// The prefix that the location belongs to.
    pub(crate) prefix: Option<&'a Path>,
    /// An unpacked egg's own directory of metadata, and what it is called in a
    /// site directory: `EGG-INFO`, `foo-1.0-py3.11.egg-info`.
    pub(crate) egg: Option<&'a str>,
    /// The environment's site directory, relative to it.
    pub(crate) site: &'a str,
}

/// A place cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// The file is neither in the location nor below the prefix.
    Outside,
    /// Its name is not UTF-8.
    Encoding,
    /// The place is taken by the environment itself.
    Reserved,
}

impl Scheme<'_> {
    /// The place of the host's file `path`, relative to the environment, in
    /// normal form with `/`. `path` is absolute and without `..`.
    pub(crate) fn place(&self, path: &Path) -> Result<String, Misplaced> {
        let place = if let Ok(relative) = path.strip_prefix(self.location) {
            let relative = normal(relative)?;
            match (self.egg, relative.strip_prefix("EGG-INFO")) {
                (Some(egg), Some(rest)) if rest.is_empty() || rest.starts_with('/') => {
                    format!("{}/{egg}{rest}", self.site)
                }
                _ if relative.is_empty() => self.site.to_owned(),
                _ => format!("{}/{relative}", self.site),
            }
        } else {
            let relative = self
                .prefix
                .and_then(|prefix| path.strip_prefix(prefix).ok())
                .ok_or(Misplaced::Outside)?;
            let relative = normal(relative)?;
            // `lib64` of the environment is a link to `lib`.
            match relative.strip_prefix("lib64/") {
                Some(rest) => format!("lib/{rest}"),
                None => relative,
            }
        };
        if is_reserved(&place, self.site) {
            return Err(Misplaced::Reserved);
        }
        Ok(place)
    }
}

/// A relative path as text; refuses all but names.
fn normal(relative: &Path) -> Result<String, Misplaced> {
    let mut text = String::with_capacity(relative.as_os_str().len());
    for component in relative.components() {
        let Component::Normal(name) = component else {
            return Err(Misplaced::Outside);
        };
        if !text.is_empty() {
            text.push('/');
        }
        text.push_str(name.to_str().ok_or(Misplaced::Encoding)?);
    }
    Ok(text)
}

/// Whether a place belongs to the environment itself: what makes it one, its
/// interpreter, our notes, and the directories that hold all the rest.
pub(crate) fn is_reserved(place: &str, site: &str) -> bool {
    let (first, rest) = place.split_once('/').unwrap_or((place, ""));
    match first {
        "pyvenv.cfg" | NOTES | "lib64" => true,
        "bin" => rest.is_empty() || is_interpreter(rest.split('/').next().unwrap_or(rest)),
        _ => place.is_empty() || site == place || site.starts_with(&format!("{place}/")),
    }
}

/// `python`, `python3`, `python3.11`.
fn is_interpreter(name: &str) -> bool {
    name.strip_prefix("python")
        .or_else(|| name.strip_prefix("pypy"))
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SITE: &str = "lib/python3.11/site-packages";

    fn place(location: &str, prefix: Option<&str>, path: &str) -> Result<String, Misplaced> {
        let scheme = Scheme {
            location: Path::new(location),
            prefix: prefix.map(Path::new),
            egg: None,
            site: SITE,
        };
        scheme.place(Path::new(path))
    }

    #[test]
    fn places_are_the_same_below_the_prefix() {
        let venv = |path: &str| place("/v/lib/python3.11/site-packages", Some("/v"), path);
        for (path, expected) in [
            (
                "/v/lib/python3.11/site-packages/a/b.py",
                "lib/python3.11/site-packages/a/b.py",
            ),
            ("/v/bin/f2py", "bin/f2py"),
            ("/v/bin/python-config", "bin/python-config"),
            ("/v/share/man/man1/x.1", "share/man/man1/x.1"),
            (
                "/v/include/site/python3.11/a/a.h",
                "include/site/python3.11/a/a.h",
            ),
            ("/v/etc/x", "etc/x"),
            ("/v/lib64/libx.so", "lib/libx.so"),
            ("/v/lib/libx.so", "lib/libx.so"),
        ] {
            assert_eq!(venv(path).as_deref(), Ok(expected));
        }
        let fedora = place(
            "/v/lib64/python3.11/site-packages",
            Some("/v"),
            "/v/lib64/python3.11/site-packages/a.so",
        );
        assert_eq!(fedora.as_deref(), Ok("lib/python3.11/site-packages/a.so"));
        let debian = |path: &str| place("/usr/lib/python3/dist-packages", Some("/usr"), path);
        for (path, expected) in [
            (
                "/usr/lib/python3/dist-packages/a.py",
                "lib/python3.11/site-packages/a.py",
            ),
            ("/usr/bin/cython3", "bin/cython3"),
            (
                "/usr/include/python3.11/numpy/a.h",
                "include/python3.11/numpy/a.h",
            ),
        ] {
            assert_eq!(debian(path).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn an_egg_becomes_part_of_the_site_directory() {
        let scheme = Scheme {
            location: Path::new("/s/foo-1.0-py3.11.egg"),
            prefix: None,
            egg: Some("foo-1.0-py3.11.egg-info"),
            site: SITE,
        };
        let place = |path: &str| scheme.place(Path::new(path)).unwrap();
        assert_eq!(
            place("/s/foo-1.0-py3.11.egg/EGG-INFO/PKG-INFO"),
            format!("{SITE}/foo-1.0-py3.11.egg-info/PKG-INFO")
        );
        assert_eq!(
            place("/s/foo-1.0-py3.11.egg/foo.py"),
            format!("{SITE}/foo.py")
        );
        assert_eq!(
            place("/s/foo-1.0-py3.11.egg/EGG-INFO2"),
            format!("{SITE}/EGG-INFO2")
        );
    }

    #[test]
    fn the_environment_itself_cannot_be_replaced() {
        for path in [
            "/v/pyvenv.cfg",
            "/v/bin",
            "/v/bin/python",
            "/v/bin/python3",
            "/v/bin/python3.11",
            "/v/bin/python3.11/x",
            "/v/.passthrough/manifest.json",
            "/v/.passthrough",
            "/v/lib64",
            "/v/lib",
            "/v/lib/python3.11",
            "/v/lib/python3.11/site-packages",
            "/v",
        ] {
            let found = place("/v/lib/python3.11/site-packages", Some("/v"), path);
            assert_eq!(found, Err(Misplaced::Reserved), "{path}");
        }
    }

    #[test]
    fn what_is_elsewhere_has_no_place() {
        for path in ["/etc/passwd", "/v2/x", "/", "/vv"] {
            assert_eq!(
                place("/v/lib/python3.11/site-packages", Some("/v"), path),
                Err(Misplaced::Outside),
                "{path}"
            );
        }
        assert_eq!(place("/s", None, "/t/x"), Err(Misplaced::Outside));
        assert_eq!(place("/s", None, "/s/../x"), Err(Misplaced::Outside));
    }

    proptest! {
        /// Whatever the path, the place is below the environment and is named
        /// by plain names.
        #[test]
        fn no_place_is_outside(
            parts in prop::collection::vec(
                prop_oneof!["[a-z]{1,3}", Just("..".to_owned()), Just(".".to_owned()),
                    Just("lib64".to_owned()), Just("bin".to_owned()), Just("EGG-INFO".to_owned())],
                0..8,
            ),
            location in prop_oneof![
                Just("/v/lib/python3.11/site-packages"), Just("/usr/lib/python3/dist-packages"), Just("/s"),
            ],
            start in prop_oneof![
                Just("/v/lib/python3.11/site-packages"), Just("/v"), Just("/usr"), Just("/s"), Just("/"),
            ],
        ) {
            let path = format!("{start}/{}", parts.join("/"));
            for prefix in [None, Some("/v"), Some("/usr")] {
                if let Ok(place) = place(location, prefix, &path) {
                    prop_assert!(!place.is_empty() && !place.starts_with('/'));
                    for name in place.split('/') {
                        prop_assert!(!name.is_empty() && name != "." && name != "..", "{place}");
                    }
                    prop_assert!(!place.starts_with("lib64/"));
                }
            }
        }
    }
}
