//! Editable installs, made by the build backends themselves.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_host::{FileList, Inventory, Site};
use passthrough_interpreter::Origin;
use passthrough_world::python;

use crate::support::{interpreter, name};

const BACKENDS: &[&str] = &[
    "setuptools==80.9.0",
    "hatchling==1.27.0",
    "editables==0.5",
    "flit_core==3.12.0",
    "pdm-backend==2.4.5",
    "poetry-core==2.1.3",
    "meson-python==0.18.0",
    "meson==1.8.2",
    "ninja==1.11.1.4",
    "scikit-build-core==1.1.2",
    "cmake==3.31.6",
];

/// A virtual environment that projects are installed into.
struct Host {
    directory: tempfile::TempDir,
    backends: PathBuf,
}

struct Project<'a> {
    name: &'a str,
    requires: &'a str,
    backend: &'a str,
    /// Further TOML, and further arguments for pip.
    table: &'a str,
    arguments: &'a [&'a str],
    files: &'a [(&'a str, &'a str)],
    /// What the installation is to leave in the site directory.
    leaves: &'a str,
    /// The part of the project without which nothing can be imported.
    imported: &'a str,
}

const PLAIN: Project<'_> = Project {
    name: "",
    requires: "",
    backend: "",
    table: "",
    arguments: &[],
    files: &[],
    leaves: "",
    imported: "",
};

impl Host {
    fn new() -> Self {
        let python = python::any();
        let backends = python::environment(&python, BACKENDS);
        let directory = tempfile::tempdir().unwrap();
        let host = Self {
            directory,
            backends,
        };
        let venv = host.directory.path().join("venv");
        python::run(
            Command::new(python)
                .args(["-m", "venv", "--without-pip"])
                .arg(&venv),
        );
        // The backends are seen, but not installed.
        let backends = site_packages(&host.backends);
        fs::write(
            host.site().join("zz_backends.pth"),
            backends.to_str().unwrap(),
        )
        .unwrap();
        host
    }

    fn site(&self) -> PathBuf {
        site_packages(&self.directory.path().join("venv"))
    }

    fn source(&self, project: &Project<'_>) -> PathBuf {
        self.directory.path().join(project.name)
    }

    fn install(&self, project: &Project<'_>) {
        let source = self.source(project);
        let write = |file: &str, content: &str| {
            let path = source.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        write(
            "pyproject.toml",
            &format!(
                "[build-system]\nrequires = [\"{}\"]\nbuild-backend = \"{}\"\n\
                 [project]\nname = \"{}\"\nversion = \"1.0\"\ndescription = \"x\"\n{}\n",
                project.requires, project.backend, project.name, project.table
            ),
        );
        for (file, content) in project.files {
            write(file, content);
        }
        let bin = self.backends.join("bin");
        let mut path = OsString::from(&bin);
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        python::run(
            Command::new(bin.join("python"))
                .args(["-m", "pip", "--python"])
                .arg(self.directory.path().join("venv/bin/python"))
                .args([
                    "install",
                    "--quiet",
                    "--no-input",
                    "--no-index",
                    "--no-deps",
                ])
                .args(["--no-build-isolation", "--disable-pip-version-check"])
                .args(project.arguments)
                .arg("--editable")
                .arg(&source)
                .env("PATH", path),
        );
    }

    fn inventory(&self) -> Site {
        Site::new(&interpreter(&[(&self.site(), Origin::Site)]))
    }

    /// Source and existence, as the inventory has them.
    fn editable(&self, project: &Project<'_>) -> (Option<PathBuf>, bool) {
        let found = self
            .inventory()
            .get(&name(project.name))
            .expect(project.name);
        assert_eq!(found.version, Some("1.0".parse().unwrap()), "{found:?}");
        assert!(matches!(found.files, FileList::Record(_)), "{found:?}");
        assert!(found.findings.is_empty(), "{found:?}");
        let editable = found.editable.clone();
        let editable = editable.unwrap_or_else(|| panic!("not editable: {found:?}"));
        (editable.source, editable.exists)
    }
}

fn site_packages(environment: &Path) -> PathBuf {
    let mut versions = fs::read_dir(environment.join("lib")).unwrap();
    let version = versions.next().unwrap().unwrap().path();
    version.join("site-packages")
}

#[test]
fn every_backend() {
    let host = Host::new();
    let projects = [
        Project {
            name: "by-setuptools-src",
            requires: "setuptools",
            backend: "setuptools.build_meta",
            files: &[("src/by_setuptools_src/__init__.py", "")],
            leaves: "__editable__.by_setuptools_src-1.0.pth",
            imported: "src",
            ..PLAIN
        },
        Project {
            name: "by-setuptools-finder",
            requires: "setuptools",
            backend: "setuptools.build_meta",
            table: "[tool.setuptools]\npackages = [\"by_setuptools_finder\"]\n\
                    package-dir = {by_setuptools_finder = \"lib\"}",
            files: &[("lib/__init__.py", "")],
            leaves: "__editable___by_setuptools_finder_1_0_finder.py",
            ..PLAIN
        },
        Project {
            name: "by-setuptools-strict",
            requires: "setuptools",
            backend: "setuptools.build_meta",
            arguments: &["--config-settings", "editable_mode=strict"],
            files: &[("src/by_setuptools_strict/__init__.py", "")],
            leaves: "__editable__.by_setuptools_strict-1.0.pth",
            imported: "build",
            ..PLAIN
        },
        Project {
            name: "by-hatchling",
            requires: "hatchling",
            backend: "hatchling.build",
            files: &[("src/by_hatchling/__init__.py", "")],
            leaves: "_by_hatchling.pth",
            imported: "src",
            ..PLAIN
        },
        Project {
            name: "by-hatchling-exact",
            requires: "hatchling",
            backend: "hatchling.build",
            table: "[tool.hatch.build]\ndev-mode-exact = true",
            files: &[("src/by_hatchling_exact/__init__.py", "")],
            leaves: "_editable_impl_by_hatchling_exact.py",
            ..PLAIN
        },
        Project {
            name: "by-flit",
            requires: "flit_core",
            backend: "flit_core.buildapi",
            files: &[("src/by_flit/__init__.py", "\"\"\"Docs.\"\"\"\n")],
            leaves: "by_flit.pth",
            imported: "src",
            ..PLAIN
        },
        Project {
            name: "by-pdm",
            requires: "pdm-backend",
            backend: "pdm.backend",
            files: &[("src/by_pdm/__init__.py", "")],
            leaves: "by_pdm.pth",
            imported: "src",
            ..PLAIN
        },
        Project {
            name: "by-poetry",
            requires: "poetry-core",
            backend: "poetry.core.masonry.api",
            files: &[("src/by_poetry/__init__.py", "")],
            leaves: "by_poetry.pth",
            imported: "src",
            ..PLAIN
        },
        Project {
            name: "by-meson",
            requires: "meson-python",
            backend: "mesonpy",
            files: &[
                (
                    "meson.build",
                    "project('by-meson', version: '1.0')\npy = import('python').find_installation()\n\
                     py.install_sources('by_meson.py')\n",
                ),
                ("by_meson.py", ""),
            ],
            leaves: "by-meson-editable.pth",
            ..PLAIN
        },
        Project {
            name: "by-scikit-build",
            requires: "scikit-build-core",
            backend: "scikit_build_core.build",
            files: &[
                (
                    "CMakeLists.txt",
                    "cmake_minimum_required(VERSION 3.15)\nproject(x LANGUAGES NONE)\n",
                ),
                ("src/by_scikit_build/__init__.py", ""),
            ],
            leaves: "_editable_skbc_by_scikit_build.pth",
            ..PLAIN
        },
    ];
    for project in &projects {
        host.install(project);
        let left = host.site().join(project.leaves);
        assert!(left.is_file(), "{} is not there", left.display());
        let source = host.source(project);
        assert_eq!(
            host.editable(project),
            (Some(source.clone()), true),
            "{}",
            project.name
        );
        if !project.imported.is_empty() {
            fs::rename(source.join(project.imported), source.join("away")).unwrap();
            let expected = (Some(source.clone()), false);
            assert_eq!(host.editable(project), expected, "{}", project.name);
            fs::rename(source.join("away"), source.join(project.imported)).unwrap();
        }
        // By the look of the files alone; the wording of RECORD does not matter.
        let info = host
            .inventory()
            .get(&name(project.name))
            .unwrap()
            .info
            .clone();
        let direct_url = fs::read(info.join("direct_url.json")).unwrap();
        fs::remove_file(info.join("direct_url.json")).unwrap();
        let (by_look, exists) = host.editable(project);
        assert!(
            exists && by_look.unwrap().starts_with(&source),
            "{}",
            project.name
        );
        fs::rename(&source, source.with_extension("away")).unwrap();
        assert!(!host.editable(project).1, "{}", project.name);
        fs::write(info.join("direct_url.json"), direct_url).unwrap();
        assert_eq!(
            host.editable(project),
            (Some(source.clone()), false),
            "{}",
            project.name
        );
        fs::rename(source.with_extension("away"), &source).unwrap();
        assert_eq!(
            host.editable(project),
            (Some(source), true),
            "{}",
            project.name
        );
    }
}
