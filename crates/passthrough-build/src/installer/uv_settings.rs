//! The settings of uv that hold, from the system's and the user's `uv.toml`.

use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, Value};

use super::error::{InstallErrorKind, read_configuration};
use super::places::{Shape, User, absolute};
use super::variables::value;

/// The keys that hold, at the top and in `[pip]`. uv 0.13.8's; one that stands
/// where uv does not know it is left for uv to refuse.
const KEYS: &[&str] = &[
    "allow-insecure-host",
    "build-constraint-dependencies",
    "cache-dir",
    "concurrent-builds",
    "concurrent-downloads",
    "concurrent-installs",
    "constraint-dependencies",
    "exclude-newer",
    "exclude-newer-package",
    "extra-index-url",
    "find-links",
    "http-proxy",
    "https-proxy",
    "index",
    "index-strategy",
    "index-url",
    "keyring-provider",
    "link-mode",
    "native-tls",
    "no-binary",
    "no-binary-package",
    "no-build",
    "no-build-package",
    "no-cache",
    "no-index",
    "no-proxy",
    "offline",
    "only-binary",
    "prerelease",
    "prerelease-package",
    "require-build-hashes",
    "require-hashes",
    "required-version",
    "resolution",
    "system-certs",
    "torch-backend",
    "verify-hashes",
];

/// One `uv.toml` that has only what holds.
#[derive(Debug, Default)]
pub(super) struct UvSettings(DocumentMut);

/// Reads the files that uv reads, but for those of projects.
pub(super) fn read(user: &User<'_>) -> Result<UvSettings, InstallErrorKind> {
    let mut all = UvSettings::default();
    // The more important one first.
    for file in files(user) {
        let Some(text) = read_configuration(&file)? else {
            if value(user.environment, "UV_CONFIG_FILE").is_some() {
                return Err(InstallErrorKind::Configuration {
                    path: file,
                    message: "UV_CONFIG_FILE names it, and it is not there".to_owned(),
                });
            }
            continue;
        };
        let document: DocumentMut = text.parse().map_err(|problem: toml_edit::TomlError| {
            InstallErrorKind::Configuration {
                path: file.clone(),
                message: problem.message().to_owned(),
            }
        })?;
        let mut table = document.into_table();
        let base = file.parent().unwrap_or(Path::new("/"));
        restrict(&mut table, true, base, user);
        combine(all.0.as_table_mut(), table);
    }
    Ok(all)
}

fn files(user: &User<'_>) -> Vec<PathBuf> {
    if value(user.environment, "UV_NO_CONFIG").is_some_and(is_true) {
        return Vec::new();
    }
    if let Some(named) = value(user.environment, "UV_CONFIG_FILE") {
        return vec![PathBuf::from(absolute(named, Shape::Path, user.directory))];
    }
    let own = user.config_home().map(|home| home.join("uv/uv.toml"));
    let directories = user.config_directories().into_iter();
    let systems = directories
        .map(|directory| directory.join("uv/uv.toml"))
        .chain([user.system("/etc/uv/uv.toml")])
        .find(|file| file.is_file());
    own.into_iter().chain(systems).collect()
}

fn is_true(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().as_str(),
        "1" | "y" | "yes" | "t" | "true" | "on"
    )
}

/// Takes out what does not hold, and makes paths absolute.
fn restrict(table: &mut Table, at_top: bool, base: &Path, user: &User<'_>) {
    table.retain(|key, _| KEYS.contains(&key) || at_top && key == "pip");
    if table.get("link-mode").and_then(Item::as_str) == Some("symlink") {
        table.remove("link-mode");
    }
    for (key, item) in table.iter_mut() {
        // Tables of tables become arrays of inline tables, so that two files
        // can be put together.
        match key.get() {
            "index" | "find-links" | "extra-index-url" | "index-url" => {
                item.make_value();
                if let Some(value) = item.as_value_mut() {
                    make_absolute(value, base);
                }
            }
            "cache-dir" => {
                if let Some(path) = item.as_str() {
                    *item = absolute(path, Shape::Path, user.directory).into();
                }
            }
            _ => {}
        }
    }
    let pip = table.remove("pip").map(Item::into_table);
    if let Some(Ok(mut pip)) = pip {
        restrict(&mut pip, false, base, user);
        table.insert("pip", Item::Table(pip));
    }
}

/// URLs are strings, or the `url` of an inline table.
fn make_absolute(value: &mut Value, base: &Path) {
    match value {
        Value::String(text) => *value = absolute(text.value(), Shape::Place, base).into(),
        Value::Array(array) => array.iter_mut().for_each(|each| make_absolute(each, base)),
        Value::InlineTable(table) => {
            if let Some(url) = table.get_mut("url") {
                make_absolute(url, base);
            }
        }
        _ => {}
    }
}

/// Adds what a less important file says, as uv does: lists are joined.
fn combine(into: &mut Table, from: Table) {
    for (key, item) in from {
        match (into.get_mut(&key), item) {
            (None, item) => {
                into.insert(&key, item);
            }
            (Some(Item::Table(into)), Item::Table(from)) => combine(into, from),
            (Some(Item::Value(Value::Array(into))), Item::Value(Value::Array(from))) => {
                into.extend(from);
            }
            (Some(_), _) => {}
        }
    }
}

impl UvSettings {
    /// The keys that are set, those of `[pip]` included.
    pub(super) fn keys(&self) -> Vec<String> {
        let of = |table: &Table| -> Vec<String> {
            table.iter().map(|(key, _)| key.to_owned()).collect()
        };
        let pip = self.0.get("pip").and_then(Item::as_table);
        of(self.0.as_table())
            .into_iter()
            .chain(pip.map(of).unwrap_or_default())
            .collect()
    }

    /// The text of the file, if it says anything.
    pub(super) fn to_text(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.to_string())
    }

    /// `constraint-dependencies`.
    pub(super) fn constraints(&self) -> Vec<String> {
        let listed = self.0.get("constraint-dependencies");
        let listed = listed.and_then(Item::as_array).into_iter().flatten();
        listed
            .filter_map(|each| each.as_str().map(str::to_owned))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use fs_err as fs;
    use passthrough_interpreter::Environment;
    use proptest::prelude::*;

    use super::*;

    /// The settings of files of the system and of the user, in a home of theirs.
    fn settings(
        system: &str,
        own: &str,
        variables: &[(&str, &str)],
    ) -> (tempfile::TempDir, String) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for (folder, text) in [("etc/uv", system), ("home/.config/uv", own)] {
            fs::create_dir_all(root.join(folder)).unwrap();
            fs::write(root.join(folder).join("uv.toml"), text).unwrap();
        }
        let home = root.join("home").display().to_string();
        let set = variables.iter().copied().chain([("HOME", home.as_str())]);
        let environment: Environment = set.collect();
        let user = User {
            environment: &environment,
            directory: Path::new("/cwd"),
            system: root,
        };
        let text = read(&user).unwrap().to_text().unwrap_or_default();
        let text = text.replace(&root.display().to_string(), "<root>");
        (directory, text)
    }

    #[test]
    fn the_users_file_comes_before_the_systems() {
        let (_kept, text) = settings(
            "index-url = 'https://system/'\noffline = true\nfind-links = ['b']\n\
             [[index]]\nurl = 'https://two/'\n[pip]\nprerelease = 'allow'\ntarget = '/x'\n",
            "index-url = 'https://own/'\nfind-links = ['./a', 'https://x/']\ncache-dir = 'cache'\n\
             no-build-isolation-package = ['numpy']\n\
             [[index]]\nname = 'one'\nurl = '../one'\nexplicit = true\n\
             [pip]\nprefix = '/x'\nno-index = true\n[pip.extra]\nx = 1\n",
            &[],
        );
        insta::assert_snapshot!(text, @r#"
        index-url = "https://own/"
        find-links = ["<root>/home/.config/uv/./a", "https://x/", "<root>/etc/uv/b"]
        cache-dir = "/cwd/cache"
        index = [{ name = 'one', url = "<root>/home/.config/uv/../one", explicit = true },{ url = "https://two/" }]
        offline = true
        [pip]
        no-index = true
        prerelease = 'allow'
        "#);
    }

    #[test]
    fn a_named_file_is_the_only_one() {
        let own = "offline = true\n";
        assert_eq!(settings("", own, &[("UV_NO_CONFIG", "1")]).1, "");
        assert_eq!(settings("", own, &[("UV_NO_CONFIG", "false")]).1, own);
        let (kept, _) = settings("", "", &[]);
        let named = kept.path().join("named.toml");
        fs::write(&named, "no-cache = true\n").unwrap();
        let named = named.display().to_string();
        let (_other, text) = settings("", own, &[("UV_CONFIG_FILE", &named)]);
        assert_eq!(text, "no-cache = true\n");

        let environment: Environment = [("UV_CONFIG_FILE", "not/there")].into_iter().collect();
        let missing = read(&User::new(&environment, Path::new("/cwd")));
        assert!(matches!(
            missing,
            Err(InstallErrorKind::Configuration { path, .. }) if path == Path::new("/cwd/not/there")
        ));
    }

    proptest! {
        /// What is handed on is TOML again, whatever came in.
        #[test]
        fn what_is_left_is_a_document(text in "(\\[\\[?(pip|index|x)\\]\\]?\n|(index|find-links|pip|link-mode|target)(\\.url)? = ('a'|\\['b', \\{url='c'\\}\\]|\\{url='d'\\})\n){0,6}") {
            if let Ok(document) = text.parse::<DocumentMut>() {
                let mut table = document.into_table();
                let environment = Environment::default();
                let user = User::new(&environment, Path::new("/cwd"));
                restrict(&mut table, true, Path::new("/base"), &user);
                let mut all = UvSettings::default();
                combine(all.0.as_table_mut(), table);
                let left = all.to_text().unwrap_or_default();
                let left: Result<DocumentMut, _> = left.parse();
                let left = left.map_err(|error| TestCaseError::fail(error.to_string()))?;
                let pip = left.get("pip").and_then(Item::as_table);
                for table in [Some(left.as_table()), pip].into_iter().flatten() {
                    prop_assert!(!table.contains_key("target") && !table.contains_key("x"));
                }
            }
        }
    }
}
