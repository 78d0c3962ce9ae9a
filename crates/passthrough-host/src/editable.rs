//! Editable installs, as build backends leave them on disk.
//!
//! | made by | what is in the site directory |
//! |---|---|
//! | setuptools, src layout or strict | `__editable__.N-V.pth`: the source directory |
//! | setuptools, other layouts | `__editable__.N-V.pth`: imports `__editable___N_V_finder.py`, which maps packages |
//! | hatchling | `_N.pth` or `_editable_impl_N.pth`: the source directory |
//! | hatchling and pdm-backend, by `editables` | the same or `N.pth`: imports `_editable_impl_N.py`, which maps packages |
//! | flit, pdm-backend, poetry, maturin | `N.pth`: the source directory |
//! | meson-python | `N-editable.pth`: imports `_N_editable_loader.py`, which rebuilds on import |
//! | scikit-build-core | `_editable_skbc_N.pth` (before 1.0 `_N_editable.pth`): imports a `.py` of that name, and source directories |
//! | `setup.py develop` | `N.egg-link`, and a line in `easy-install.pth` |
//!
//! From Python 3.15 on, a `.start` file of the same name may have the imports.
//!
//! The last has its egg-info in the source tree, and that is its list of files
//! ([`FileList::Develop`](crate::FileList::Develop)). All others also say so in `direct_url.json`; the files count where
//! that is missing, and tell where the importable files are.

use std::path::{Path, PathBuf};

use crate::model::{DirectUrl, Editable, Origin};
use crate::open;

/// The most bytes of a `.pth` file or finder.
const LIMIT: usize = 1024 * 1024;

/// Where a `.pth` file leads.
#[derive(Debug, Default, PartialEq, Eq)]
struct Leads {
    /// By its own lines: each is an entry of `sys.path`.
    paths: Vec<PathBuf>,
    /// By the finders that it imports: places that these name.
    mapped: Vec<PathBuf>,
    /// Whether the file has, or imports, a name that only backends give, and
    /// only to editable installs.
    by_name: bool,
}

/// Tells whether a copy with this `direct_url.json` and these `.pth` files
/// beside it is an editable install.
pub(crate) fn editable(direct_url: Option<&DirectUrl>, pth_files: &[PathBuf]) -> Option<Editable> {
    let declared = direct_url.is_some_and(|direct_url| {
        matches!(direct_url.origin, Origin::Directory { editable: true })
    });
    if !declared && pth_files.is_empty() {
        return None;
    }
    let mut leads = Leads::default();
    for file in pth_files {
        if let Some(found) = read(file)
            && (declared || found.by_name || leads_away(&found, file))
        {
            leads.paths.extend(found.paths);
            leads.mapped.extend(found.mapped);
            leads.by_name |= found.by_name;
        }
    }
    let source = match direct_url.filter(|_| declared) {
        Some(direct_url) => direct_url.directory(),
        None if leads == Leads::default() => return None,
        None => leads.paths.first().or(leads.mapped.first()).cloned(),
    };
    let leads_to = if leads.paths.is_empty() {
        &leads.mapped
    } else {
        &leads.paths
    };
    let exists = match &source {
        // Without its source directory a project is gone; with it, the part
        // that is imported may be.
        Some(source) if declared => {
            source.is_dir() && (leads.paths.is_empty() || any_exists(leads_to))
        }
        _ => any_exists(leads_to),
    };
    Some(Editable { source, exists })
}

fn any_exists(paths: &[PathBuf]) -> bool {
    paths.iter().any(|path| path.exists())
}

/// Whether backends give this name to the files of editable installs only.
fn is_editable_name(stem: &str) -> bool {
    stem.starts_with("__editable__")
        || stem.starts_with("_editable_impl_")
        || stem.starts_with("_editable_skbc_")
        || stem.ends_with("-editable")
        || stem.ends_with("_editable_loader")
        || (stem.starts_with('_') && stem.ends_with("_editable"))
}

/// Whether a `.pth` file of any other name leads out of its directory: many
/// packages have one that does not.
fn leads_away(leads: &Leads, file: &Path) -> bool {
    let directory = file.parent().unwrap_or(file);
    leads.paths.iter().any(|path| !path.starts_with(directory))
}

fn read(file: &Path) -> Option<Leads> {
    let text = open::read_text(file, LIMIT).ok()?;
    let directory = file.parent()?;
    let mut leads = Leads {
        by_name: is_editable_name(&file.file_stem()?.to_string_lossy()),
        ..Leads::default()
    };
    // PEP 829: `.start` files take over the import lines of `.pth` files.
    let is_start = file.extension()?.eq_ignore_ascii_case("start");
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    for line in text.lines().map(str::trim_end) {
        let imports = line
            .strip_prefix("import ")
            .or_else(|| line.strip_prefix("import\t"))
            .or_else(|| is_start.then_some(line));
        if let Some(imports) = imports {
            if let Some(finder) = module(imports).filter(|module| is_editable_name(module)) {
                leads.by_name = true;
                let code = open::read_text(&directory.join(format!("{finder}.py")), LIMIT);
                leads
                    .mapped
                    .extend(absolute_paths(&code.unwrap_or_default()));
            }
        } else if Path::new(line).is_absolute() {
            leads.paths.push(PathBuf::from(line));
        }
    }
    Some(leads)
}

/// The first module of an import statement.
fn module(imports: &str) -> Option<&str> {
    let imports = imports.trim_start();
    let end = imports
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(imports.len());
    (end > 0).then(|| &imports[..end])
}

/// The string literals of Python code that are absolute paths of more than one
/// component: what a finder maps, with few exceptions.
fn absolute_paths(code: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    // A list on a line of its own is meson-python's command to rebuild.
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with('['));
    for line in lines {
        for quote in ['\'', '"'] {
            // Every second piece is between quotes. No path of a finder holds
            // one: Python would have escaped it, or changed the kind.
            for literal in line.split(quote).skip(1).step_by(2) {
                let path = Path::new(literal);
                if path.is_absolute() && path.components().count() > 2 {
                    paths.push(path.to_owned());
                }
            }
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use fs_err as fs;

    struct World {
        _directory: tempfile::TempDir,
        site: PathBuf,
        source: PathBuf,
    }

    fn world() -> World {
        let directory = tempfile::tempdir().unwrap();
        let (site, source) = (
            directory.path().join("site"),
            directory.path().join("project"),
        );
        fs::create_dir_all(&site).unwrap();
        fs::create_dir_all(source.join("src")).unwrap();
        World {
            _directory: directory,
            site,
            source,
        }
    }

    impl World {
        fn write(&self, file: &str, content: &str) -> Vec<PathBuf> {
            let path = self.site.join(file);
            fs::write(&path, content).unwrap();
            vec![path]
        }

        fn direct_url(&self) -> DirectUrl {
            DirectUrl {
                url: format!("file://{}", self.source.display()),
                subdirectory: None,
                origin: Origin::Directory { editable: true },
            }
        }

        fn at(&self, path: &Path, exists: bool) -> Option<Editable> {
            Some(Editable {
                source: Some(path.to_owned()),
                exists,
            })
        }
    }

    #[test]
    fn direct_url_says_it() {
        let world = world();
        let direct_url = world.direct_url();
        assert_eq!(
            editable(Some(&direct_url), &[]),
            world.at(&world.source, true)
        );
        fs::remove_dir_all(&world.source).unwrap();
        assert_eq!(
            editable(Some(&direct_url), &[]),
            world.at(&world.source, false)
        );
        let plain = DirectUrl {
            origin: Origin::Directory { editable: false },
            ..direct_url
        };
        assert_eq!(editable(Some(&plain), &[]), None);
        assert_eq!(editable(None, &[]), None);
    }

    #[test]
    fn what_is_imported_may_be_gone_alone() {
        let world = world();
        let src = world.source.join("src");
        let pth = world.write("_editable_impl_foo.pth", &format!("{}\n", src.display()));
        let direct_url = world.direct_url();
        assert_eq!(
            editable(Some(&direct_url), &pth),
            world.at(&world.source, true)
        );
        fs::remove_dir_all(&src).unwrap();
        assert_eq!(
            editable(Some(&direct_url), &pth),
            world.at(&world.source, false)
        );
    }

    #[test]
    fn an_url_that_is_no_path_has_no_source() {
        let direct_url = DirectUrl {
            url: "https://example.org/x".to_owned(),
            subdirectory: None,
            origin: Origin::Directory { editable: true },
        };
        let expected = Editable {
            source: None,
            exists: false,
        };
        assert_eq!(editable(Some(&direct_url), &[]), Some(expected));
    }

    #[test]
    fn path_lines_say_it_without_direct_url() {
        let world = world();
        let src = world.source.join("src");
        for file in [
            "__editable__.foo-1.0.pth",
            "_editable_impl_foo.pth",
            "foo.pth",
        ] {
            let pth = world.write(file, &format!("# x\n\n{}\n", src.display()));
            assert_eq!(editable(None, &pth), world.at(&src, true), "{file}");
        }
        let gone = world.source.join("gone");
        let pth = world.write("foo.pth", &format!("{}\n", gone.display()));
        assert_eq!(editable(None, &pth), world.at(&gone, false));
    }

    #[test]
    fn finders_say_it_without_direct_url() {
        let world = world();
        let package = world.source.join("foo");
        fs::create_dir_all(&package).unwrap();
        world.write(
            "__editable___foo_1_0_finder.py",
            &format!(
                "import sys\nMAPPING: dict[str, str] = {{'foo': '{}'}}\nROOT = '/'\n",
                package.display()
            ),
        );
        let pth = world.write(
            "__editable__.foo-1.0.pth",
            "import __editable___foo_1_0_finder; __editable___foo_1_0_finder.install()",
        );
        assert_eq!(editable(None, &pth), world.at(&package, true));
        assert_eq!(
            editable(Some(&world.direct_url()), &pth),
            world.at(&world.source, true)
        );
        fs::remove_dir_all(&package).unwrap();
        assert_eq!(editable(None, &pth), world.at(&package, false));
    }

    #[test]
    fn start_files_name_finders_too() {
        let world = world();
        let package = world.source.join("foo");
        fs::create_dir_all(&package).unwrap();
        let code = format!("install({{'foo': '{}'}})\n", package.display());
        world.write("_editable_skbc_foo.py", &code);
        let start = world.write(
            "_editable_skbc_foo.start",
            "\u{feff}_editable_skbc_foo:entrypoint",
        );
        assert_eq!(editable(None, &start), world.at(&package, true));
    }

    #[test]
    fn ordinary_pth_files_say_nothing() {
        let world = world();
        let inside = world.site.join("win32");
        for content in [
            "import foo_startup",
            "win32\nwin32/lib\n",
            "",
            &format!("{}\n", inside.display()),
            "\u{0}",
        ] {
            let pth = world.write("foo.pth", content);
            assert_eq!(editable(None, &pth), None, "{content:?}");
        }
    }

    #[test]
    fn a_module_name_never_leads_elsewhere() {
        for (imports, expected) in [
            ("a_b; a_b.install()", Some("a_b")),
            (" a.b", Some("a")),
            ("../../x", None),
            ("", None),
        ] {
            assert_eq!(module(imports), expected);
        }
    }
}
