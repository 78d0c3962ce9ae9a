//! The settings of pip that hold: the user's variables and configuration files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error;
use super::error::InstallErrorKind;
use super::ini;
use super::places::{Shape, User, absolute, is_local, is_url};
use super::variables::{PIP, value};

/// Options by their name, with the values that hold for `pip install`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PipSettings(BTreeMap<String, String>);

/// Reads what pip reads, in its order: the system's, the user's, the
/// environment's file (at `prefix`) and that of `PIP_CONFIG_FILE`; over them,
/// the variables. In each file `[install]` is over `[global]`.
pub(super) fn read(user: &User<'_>, prefix: &Path) -> Result<PipSettings, InstallErrorKind> {
    let mut sections: BTreeMap<(u8, String), String> = BTreeMap::new();
    for file in files(user, prefix) {
        let Some(text) = error::read_configuration(&file)? else {
            continue;
        };
        let entries = ini::parse(&text).map_err(|problem| InstallErrorKind::Configuration {
            path: file.clone(),
            message: problem.to_string(),
        })?;
        for entry in entries {
            let rank = match entry.section.as_str() {
                "global" => 0,
                "install" => 1,
                _ => continue,
            };
            sections.insert((rank, normalized(&entry.option)), entry.value);
        }
    }
    for (name, value) in user.environment.iter() {
        if let (Some(name), Some(value)) = (name.to_str(), value.to_str())
            && let Some(option) = name.strip_prefix("PIP_")
        {
            sections.insert((2, normalized(option)), value.to_owned());
        }
    }
    // An empty value is as good as none, and does not hide another.
    let effective = sections
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|((_, option), value)| (option, value))
        .collect::<BTreeMap<_, _>>();
    Ok(PipSettings(
        effective
            .into_iter()
            .filter_map(|(option, value)| held(&option, &value, user).map(|held| (option, held)))
            .collect(),
    ))
}

/// What of an option's value holds, if anything.
fn held(option: &str, value: &str, user: &User<'_>) -> Option<String> {
    // The features of which certificates are trusted; others change what is installed.
    let only = match option {
        "use-feature" => Some("truststore"),
        "use-deprecated" => Some("legacy-certs"),
        _ => None,
    };
    if let Some(only) = only {
        return value
            .split_whitespace()
            .any(|each| each == only)
            .then(|| only.to_owned());
    }
    let (_, shape) = PIP.iter().find(|(known, _)| *known == option)?;
    Some(absolute(value, *shape, user.directory))
}

fn normalized(option: &str) -> String {
    let option = option.to_lowercase().replace('_', "-");
    option.strip_prefix("--").unwrap_or(&option).to_owned()
}

fn files(user: &User<'_>, prefix: &Path) -> Vec<PathBuf> {
    let named = value(user.environment, "PIP_CONFIG_FILE");
    if named == Some("/dev/null") {
        return Vec::new();
    }
    let named = named.map(|path| PathBuf::from(absolute(path, Shape::Path, user.directory)));
    let mut files = Vec::new();
    if cfg!(target_os = "macos") {
        files.push(user.system("/Library/Application Support/pip/pip.conf"));
    } else {
        let directories = user.config_directories();
        files.extend(directories.iter().map(|path| path.join("pip/pip.conf")));
        files.push(user.system("/etc/pip.conf"));
    }
    if !named.as_ref().is_some_and(|named| named.exists()) {
        files.extend(user.home().map(|home| home.join(".pip/pip.conf")));
        files.extend(users_file(user));
    }
    files.push(prefix.join("pip.conf"));
    files.extend(named);
    files
}

fn users_file(user: &User<'_>) -> Option<PathBuf> {
    if cfg!(target_os = "macos") {
        let home = user.home()?;
        let directory = home.join("Library/Application Support/pip");
        return Some(if directory.is_dir() {
            directory.join("pip.conf")
        } else {
            home.join(".config/pip/pip.conf")
        });
    }
    Some(user.config_home()?.join("pip/pip.conf"))
}

impl PipSettings {
    /// Whether an option holds.
    pub(super) fn has(&self, option: &str) -> bool {
        self.0.contains_key(option)
    }

    /// The constraint files that are files.
    pub(super) fn constraints(&self) -> Vec<PathBuf> {
        let files = self.words("constraint").filter(|place| !is_url(place));
        files.map(PathBuf::from).collect()
    }

    /// Without what leads to a network.
    pub(super) fn offline(mut self) -> Self {
        for option in ["extra-index-url", "find-links"] {
            let local: Vec<&str> = self.words(option).filter(|place| is_local(place)).collect();
            let local = local.join(" ");
            if local.is_empty() {
                self.0.remove(option);
            } else {
                self.0.insert(option.to_owned(), local);
            }
        }
        for option in ["index-url", "pypi-url"] {
            if self.0.get(option).is_some_and(|url| !is_local(url)) {
                self.0.remove(option);
            }
        }
        if !self.0.contains_key("index-url") && !self.0.contains_key("pypi-url") {
            // Without one of its own, pip would ask PyPI.
            match self.0.get("extra-index-url").cloned() {
                None => self.0.insert("no-index".to_owned(), "1".to_owned()),
                Some(local) => {
                    let first = local.split(' ').next().unwrap_or_default().to_owned();
                    self.0.insert("index-url".to_owned(), first)
                }
            };
        }
        self
    }

    /// As variables, for a pip that reads no file.
    pub(super) fn variables(&self) -> impl Iterator<Item = (String, &str)> {
        self.0.iter().map(|(option, value)| {
            let name = option.to_uppercase().replace('-', "_");
            (format!("PIP_{name}"), value.as_str())
        })
    }

    fn words(&self, option: &str) -> impl Iterator<Item = &str> {
        self.0
            .get(option)
            .into_iter()
            .flat_map(|value| value.split_whitespace())
    }
}

#[cfg(test)]
mod tests {
    use fs_err as fs;
    use passthrough_interpreter::Environment;

    use super::*;

    /// The variables that come of files and variables; `<root>` stands for the
    /// place of the files.
    fn settings(files: &[(&str, &str)], variables: &[(&str, &str)], offline: bool) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let home = root.join("home").display().to_string();
        let variables: Vec<(String, String)> = variables
            .iter()
            .map(|(name, value)| (*name, value.replace("<root>", &root.display().to_string())))
            .chain([("HOME", home)])
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let environment: Environment = variables.into_iter().collect();
        let user = User {
            environment: &environment,
            directory: Path::new("/cwd"),
            system: root,
        };
        let settings = read(&user, &root.join("prefix")).unwrap();
        let settings = if offline {
            settings.offline()
        } else {
            settings
        };
        settings
            .variables()
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    const ALL: [(&str, &str); 5] = [
        (
            "etc/xdg/pip/pip.conf",
            "[global]\nproxy = xdg\ntimeout = 1\n",
        ),
        ("etc/pip.conf", "[global]\nproxy = system\nretries = 1\n"),
        (
            "home/.pip/pip.conf",
            "[global]\nretries = 2\ncert = old.pem\n",
        ),
        (
            "home/.config/pip/pip.conf",
            "[global]\ncert = ca.pem\nindex_url = https://own/\n",
        ),
        (
            "prefix/pip.conf",
            "[global]\nindex-url = https://site/\npre = 1\n",
        ),
    ];

    #[test]
    fn later_files_come_before_earlier_ones() {
        assert_eq!(
            settings(&ALL, &[], false),
            [
                "PIP_CERT=/cwd/ca.pem",
                "PIP_INDEX_URL=https://site/",
                "PIP_PRE=1",
                "PIP_PROXY=system",
                "PIP_RETRIES=2",
                "PIP_TIMEOUT=1",
            ]
        );
    }

    #[test]
    fn a_named_file_takes_the_place_of_the_users() {
        let mut files = ALL.to_vec();
        files.push(("named", "[global]\nproxy = named\n"));
        assert_eq!(
            settings(&files, &[("PIP_CONFIG_FILE", "<root>/named")], false),
            [
                "PIP_INDEX_URL=https://site/",
                "PIP_PRE=1",
                "PIP_PROXY=named",
                "PIP_RETRIES=1",
                "PIP_TIMEOUT=1",
            ]
        );
        assert!(settings(&ALL, &[("PIP_CONFIG_FILE", "/dev/null")], false).is_empty());
        let missing = settings(&ALL, &[("PIP_CONFIG_FILE", "<root>/missing")], false);
        assert!(missing.contains(&"PIP_CERT=/cwd/ca.pem".to_owned()));
    }

    #[test]
    fn sections_and_variables_have_their_order() {
        let file = "[install]\nproxy = install\nretries =\n[global]\nproxy = global\nretries = 3\n\
                    --timeout = 4\n[wheel]\npre = 1\n";
        let files = [("etc/pip.conf", file)];
        assert_eq!(
            settings(
                &files,
                &[
                    ("PIP_TIMEOUT", ""),
                    ("PIP_Cert", "~/c"),
                    ("PIP_TARGET", "/x")
                ],
                false
            ),
            [
                "PIP_CERT=~/c",
                "PIP_PROXY=install",
                "PIP_RETRIES=3",
                "PIP_TIMEOUT=4"
            ]
        );
        assert_eq!(
            settings(&files, &[("PIP_PROXY", "variable")], false)[0],
            "PIP_PROXY=variable"
        );
    }

    #[test]
    fn of_features_those_of_certificates_hold() {
        let variables = [
            ("PIP_USE_FEATURE", "fast-deps truststore"),
            ("PIP_USE_DEPRECATED", "legacy-resolver"),
        ];
        assert_eq!(
            settings(&[], &variables, false),
            ["PIP_USE_FEATURE=truststore"]
        );
    }

    #[test]
    fn offline_keeps_what_is_local() {
        let remote = [
            ("PIP_INDEX_URL", "https://x/"),
            ("PIP_EXTRA_INDEX_URL", "https://y/"),
            ("PIP_FIND_LINKS", "https://z/ wheels"),
        ];
        assert_eq!(
            settings(&[], &remote, true),
            ["PIP_FIND_LINKS=/cwd/wheels", "PIP_NO_INDEX=1"]
        );
        assert_eq!(settings(&[], &[], true), ["PIP_NO_INDEX=1"]);
        let mixed = [
            ("PIP_INDEX_URL", "https://x/"),
            ("PIP_EXTRA_INDEX_URL", "https://y/ file:///a file:///b"),
        ];
        assert_eq!(
            settings(&[], &mixed, true),
            [
                "PIP_EXTRA_INDEX_URL=file:///a file:///b",
                "PIP_INDEX_URL=file:///a"
            ]
        );
        let local = [
            ("PIP_INDEX_URL", "file:///x"),
            ("PIP_EXTRA_INDEX_URL", "https://y/"),
        ];
        assert_eq!(settings(&[], &local, true), ["PIP_INDEX_URL=file:///x"]);
    }
}
