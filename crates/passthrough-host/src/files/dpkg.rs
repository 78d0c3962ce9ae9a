//! Debian's package database: each `.list` file of `/var/lib/dpkg/info` names
//! every file of one package, by its absolute path.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::Wanted;
use crate::open;

/// The most bytes of one list. The longest of Debian have a few megabytes.
const LIMIT: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Database {
    directory: PathBuf,
    /// The list that names a metadata path; made when a guess fails.
    index: OnceCell<HashMap<PathBuf, PathBuf>>,
}

impl Database {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            index: OnceCell::new(),
        }
    }

    /// The list that names `info`.
    pub(super) fn find(&self, wanted: Wanted<'_>) -> Option<PathBuf> {
        if !is_debian(wanted.location) {
            return None;
        }
        self.guess(wanted).or_else(|| {
            let index = self.index.get_or_init(|| self.read());
            index.get(wanted.info).cloned()
        })
    }

    /// The package is `python3-foo` for nearly every distribution `foo`.
    fn guess(&self, wanted: Wanted<'_>) -> Option<PathBuf> {
        let name = wanted.name.as_str();
        let name = name.strip_prefix("python-").unwrap_or(name);
        let list = self.directory.join(format!("python3-{name}.list"));
        let info = wanted.info.to_str()?;
        let text = open::read_text(&list, LIMIT).ok()?;
        text.lines().any(|line| line == info).then_some(list)
    }

    fn read(&self) -> HashMap<PathBuf, PathBuf> {
        let mut index = HashMap::new();
        let Ok(entries) = fs::read_dir(&self.directory) else {
            return index;
        };
        let mut lists: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "list")
            })
            .collect();
        // Two packages that name one directory: the same answer every time.
        lists.sort();
        for list in lists {
            let Ok(text) = open::read_text(&list, LIMIT) else {
                continue;
            };
            for line in text.lines() {
                if line.ends_with(".egg-info") || line.ends_with(".dist-info") {
                    index
                        .entry(PathBuf::from(line))
                        .or_insert_with(|| list.clone());
                }
            }
        }
        index
    }
}

/// Debian's packages install into `/usr/lib/python3/dist-packages`; the
/// administrator's own (pip) into `/usr/local`, of which dpkg knows nothing.
fn is_debian(location: &Path) -> bool {
    (location.ends_with("dist-packages") && !location.starts_with("/usr/local"))
        || location.starts_with("/usr/lib")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_name::Form;

    fn find(database: &Database, name: &str, info: &str) -> Option<String> {
        let info = Path::new(info);
        let found = database.find(Wanted {
            name: &name.parse().unwrap(),
            form: Form::EggInfo,
            info,
            location: info.parent().unwrap(),
        })?;
        Some(found.file_name()?.to_str()?.to_owned())
    }

    #[test]
    fn lists_are_found_by_guess_and_by_index() {
        let directory = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            fs::write(directory.path().join(file), text).unwrap();
        };
        const SITE: &str = "/usr/lib/python3/dist-packages";
        write(
            "python3-six.list",
            &format!(
                "/.\n{SITE}/six.py\n{SITE}/six-1.16.0.egg-info\n{SITE}/six-1.16.0.egg-info/PKG-INFO\n"
            ),
        );
        write(
            "python3-dbus.list",
            &format!("{SITE}/dbus_python-1.3.2.egg-info\n"),
        );
        write(
            "python3-apt:amd64.list",
            &format!("{SITE}/python_apt-2.6.0.egg-info\n"),
        );
        write("python3-liar.list", &format!("{SITE}/liar-2.0.egg-info\n"));
        write("other.list", &format!("{SITE}/liar-1.0.dist-info\n\u{0}\n"));
        write("other.md5sums", &format!("{SITE}/sums-1.0.egg-info\n"));
        let database = Database::new(directory.path().to_owned());
        let found = |name: &str, file: &str| find(&database, name, &format!("{SITE}/{file}"));
        assert_eq!(
            found("six", "six-1.16.0.egg-info").as_deref(),
            Some("python3-six.list")
        );
        assert!(database.index.get().is_none(), "the guess was enough");
        assert_eq!(
            found("dbus-python", "dbus_python-1.3.2.egg-info").as_deref(),
            Some("python3-dbus.list")
        );
        assert_eq!(
            found("python-apt", "python_apt-2.6.0.egg-info").as_deref(),
            Some("python3-apt:amd64.list")
        );
        assert_eq!(
            found("liar", "liar-1.0.dist-info").as_deref(),
            Some("other.list")
        );
        assert_eq!(found("six", "six-1.15.0.egg-info"), None);
        assert_eq!(found("sums", "sums-1.0.egg-info"), None);
    }

    #[test]
    fn other_places_are_not_searched() {
        let directory = tempfile::tempdir().unwrap();
        for site in [
            "/venv/lib/python3.11/site-packages",
            "/usr/local/lib/python3.11/dist-packages",
        ] {
            let info = format!("{site}/six-1.16.0.egg-info");
            fs::write(
                directory.path().join("python3-six.list"),
                format!("{info}\n"),
            )
            .unwrap();
            let database = Database::new(directory.path().to_owned());
            assert_eq!(find(&database, "six", &info), None);
        }
    }

    #[test]
    fn without_a_database_nothing_is_found() {
        let database = Database::new(PathBuf::from("/nonexistent"));
        assert_eq!(
            find(
                &database,
                "six",
                "/usr/lib/python3/dist-packages/six.egg-info"
            ),
            None
        );
    }
}
