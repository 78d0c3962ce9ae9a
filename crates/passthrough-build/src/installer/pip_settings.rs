//! The settings of pip that hold: the user's variables and configuration files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use passthrough_interpreter::Environment;

use super::error;
use super::error::InstallErrorKind;
use super::ini;
use super::places::{Shape, User, absolute, is_local};
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

/// pip's settings of where packages come from and how that is reached, each
/// with uv's settings of the same: a name in capitals is a variable, any other
/// a key of `uv.toml`.
const ROUTES: &[(&str, &[&str])] = &[
    ("index-url", SOURCES),
    ("pypi-url", SOURCES),
    ("extra-index-url", SOURCES),
    ("find-links", SOURCES),
    ("no-index", SOURCES),
    ("proxy", PROXIES),
    ("cert", CERTIFICATES),
    ("client-cert", &["SSL_CLIENT_CERT"]),
    ("trusted-host", &["UV_INSECURE_HOST", "allow-insecure-host"]),
];

const SOURCES: &[&str] = &[
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_NO_INDEX",
    "index",
    "index-url",
    "extra-index-url",
    "find-links",
    "no-index",
];
const PROXIES: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "https-proxy",
    "http-proxy",
];
const CERTIFICATES: &[&str] = &[
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS",
    "native-tls",
    "system-certs",
];

impl PipSettings {
    /// The first option that tells pip where packages come from, or how to get
    /// there, of which uv is told nothing.
    pub(super) fn unknown_to_uv(
        &self,
        environment: &Environment,
        uv_keys: &[String],
    ) -> Option<&str> {
        let known = |setting: &&str| {
            environment.get(setting).is_some() || uv_keys.iter().any(|key| key == setting)
        };
        ROUTES
            .iter()
            .find(|(option, counterparts)| {
                self.0.contains_key(*option) && !counterparts.iter().any(|each| known(&each))
            })
            .map(|(option, _)| *option)
    }

    /// The constraint files.
    pub(super) fn constraints(&self) -> Vec<PathBuf> {
        self.words("constraint").map(PathBuf::from).collect()
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
