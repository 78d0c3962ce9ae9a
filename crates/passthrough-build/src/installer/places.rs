//! Paths and URLs in settings, as the user meant them.

use std::path::{Path, PathBuf};

use passthrough_interpreter::Environment;

/// Where the settings of the user come from.
#[derive(Clone, Copy, Debug)]
pub struct User<'a> {
    /// Their variables.
    pub environment: &'a Environment,
    /// Where they are: what a relative path in a variable, or in a `pip.conf`,
    /// is relative to. Absolute.
    pub directory: &'a Path,
    /// `/`, below which the system's configuration files are. Another one is
    /// for tests.
    pub system: &'a Path,
}

impl<'a> User<'a> {
    /// The user of this machine, in `directory`.
    pub fn new(environment: &'a Environment, directory: &'a Path) -> Self {
        Self {
            environment,
            directory,
            system: Path::new("/"),
        }
    }

    /// A file of the system, by its absolute path.
    pub(super) fn system(&self, path: &str) -> PathBuf {
        self.system.join(path.trim_start_matches('/'))
    }

    /// The user's home directory.
    pub(super) fn home(&self) -> Option<PathBuf> {
        self.environment.get("HOME").map(PathBuf::from)
    }

    /// `$XDG_CONFIG_HOME`, or `~/.config`.
    pub(super) fn config_home(&self) -> Option<PathBuf> {
        let named = self.environment.get("XDG_CONFIG_HOME").map(PathBuf::from);
        named.or_else(|| Some(self.home()?.join(".config")))
    }

    /// `$XDG_CONFIG_DIRS`, or `/etc/xdg`: the more important first.
    pub(super) fn config_directories(&self) -> Vec<PathBuf> {
        match self.environment.get("XDG_CONFIG_DIRS") {
            Some(directories) => std::env::split_paths(directories)
                .filter(|directory| !directory.as_os_str().is_empty())
                .collect(),
            None => vec![self.system("/etc/xdg")],
        }
    }
}

/// What a setting's value consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Anything that does not depend on where it is read.
    Plain,
    /// A path.
    Path,
    /// Paths, separated by this character.
    Paths(char),
    /// A URL or a path.
    Place,
    /// URLs or paths, separated by this character; a blank stands for any
    /// white space.
    Places(char),
}

/// `value` with every relative path in it made absolute, from `base`.
pub(super) fn absolute(value: &str, shape: Shape, base: &Path) -> String {
    let each = |separator: char, one: fn(&str, &Path) -> String| {
        let parts: Vec<&str> = if separator == ' ' {
            value.split_whitespace().collect()
        } else {
            value.split(separator).map(str::trim).collect()
        };
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| one(part, base))
            .collect();
        parts.join(&separator.to_string())
    };
    match shape {
        Shape::Plain => value.to_owned(),
        Shape::Path => absolute_path(value, base),
        Shape::Paths(separator) => each(separator, absolute_path),
        Shape::Place => absolute_place(value, base),
        Shape::Places(separator) => each(separator, absolute_place),
    }
}

fn absolute_path(path: &str, base: &Path) -> String {
    // `~` is for the installer to expand.
    if path.starts_with('~') {
        return path.to_owned();
    }
    base.join(path).to_string_lossy().into_owned()
}

/// uv lets an index have a name: `name=URL`.
fn absolute_place(place: &str, base: &Path) -> String {
    if is_url(place) {
        return place.to_owned();
    }
    match place.split_once('=') {
        Some((name, url)) if is_index_name(name) => format!("{name}={}", absolute_place(url, base)),
        _ => absolute_path(place, base),
    }
}

fn is_index_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Whether it starts with a scheme: `https://…`, `file:…`, `git+ssh://…`.
pub(super) fn is_url(place: &str) -> bool {
    place.split_once(':').is_some_and(|(scheme, rest)| {
        let known = scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        known
            && !scheme.is_empty()
            && (rest.starts_with("//") || scheme.eq_ignore_ascii_case("file"))
    })
}

/// Whether nothing has to be fetched for it over a network.
pub(super) fn is_local(place: &str) -> bool {
    !is_url(place)
        || place.split_once(':').is_some_and(|(scheme, _)| {
            // `git+file` too.
            let transport = scheme.rsplit('+').next().unwrap_or(scheme);
            transport.eq_ignore_ascii_case("file")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relative_paths_change() {
        let base = Path::new("/work");
        let cases = [
            ("wheels", Shape::Plain, "wheels"),
            ("certs/ca.pem", Shape::Path, "/work/certs/ca.pem"),
            ("/etc/ca.pem", Shape::Path, "/etc/ca.pem"),
            ("~/ca.pem", Shape::Path, "~/ca.pem"),
            ("https://x/simple", Shape::Place, "https://x/simple"),
            ("FILE:///srv", Shape::Place, "FILE:///srv"),
            ("corp=../simple", Shape::Place, "corp=/work/../simple"),
            ("corp=https://x/a=b", Shape::Place, "corp=https://x/a=b"),
            ("./a=b/c", Shape::Place, "/work/./a=b/c"),
            (
                " a\n  https://x/ ~/b ",
                Shape::Places(' '),
                "/work/a https://x/ ~/b",
            ),
            (
                "a b, /c,,https://x/",
                Shape::Places(','),
                "/work/a b,/c,https://x/",
            ),
            ("a.txt b.txt", Shape::Paths(' '), "/work/a.txt /work/b.txt"),
        ];
        for (value, shape, expected) in cases {
            assert_eq!(
                absolute(value, shape, base),
                expected,
                "{value} as {shape:?}"
            );
        }
    }

    #[test]
    fn local_is_what_needs_no_network() {
        for local in [
            "wheels",
            "/srv",
            "file:///srv",
            "file:srv",
            "git+file:///r",
            "C",
            "~/w",
        ] {
            assert!(is_local(local), "{local}");
        }
        for remote in ["https://x/", "http://localhost/", "git+https://x", "s3://b"] {
            assert!(!is_local(remote), "{remote}");
        }
    }
}
