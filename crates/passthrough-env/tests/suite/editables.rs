//! Editable installs, made by the six kinds of backend.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_env::{BuildEnvironment, LinkMode};
use passthrough_host::Site;
use passthrough_world::python;

use crate::support::{
    assert_same, command, exposed, interpreter, output, python as run, shown, tree,
};

const BACKENDS: [&str; 10] = [
    "setuptools==80.9.0",
    "hatchling==1.27.0",
    "editables==0.5",
    "meson-python==0.18.0",
    "meson==1.8.2",
    "ninja==1.11.1.4",
    "scikit-build-core==1.1.2",
    "cmake==3.31.6",
    "maturin==1.8.6",
    "pip==26.3",
];

struct Project {
    name: &'static str,
    backend: (&'static str, &'static str),
    table: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const CODE: &str = "def main(): print('it runs')\n";

const PROJECTS: [Project; 6] = [
    Project {
        name: "by-setuptools-src",
        backend: ("setuptools", "setuptools.build_meta"),
        table: "",
        files: &[("src/by_setuptools_src/__init__.py", CODE)],
    },
    Project {
        name: "by-setuptools-finder",
        backend: ("setuptools", "setuptools.build_meta"),
        table: "[tool.setuptools]\npackages = [\"by_setuptools_finder\"]\n\
                package-dir = {by_setuptools_finder = \"lib\"}",
        files: &[("lib/__init__.py", CODE)],
    },
    Project {
        name: "by-hatchling",
        backend: ("hatchling", "hatchling.build"),
        table: "",
        files: &[("src/by_hatchling/__init__.py", CODE)],
    },
    Project {
        name: "by-meson",
        backend: ("meson-python", "mesonpy"),
        table: "",
        files: &[
            (
                "meson.build",
                "project('by-meson', version: '1.0')\npy = import('python').find_installation()\n\
                 py.install_sources('by_meson.py')\n",
            ),
            ("by_meson.py", CODE),
        ],
    },
    Project {
        name: "by-scikit-build",
        backend: ("scikit-build-core", "scikit_build_core.build"),
        table: "",
        files: &[
            (
                "CMakeLists.txt",
                "cmake_minimum_required(VERSION 3.15)\nproject(x LANGUAGES NONE)\n",
            ),
            ("src/by_scikit_build/__init__.py", CODE),
        ],
    },
    // Its script is the program itself.
    Project {
        name: "bymaturin",
        backend: ("maturin>=1.0,<2.0", "maturin"),
        table: "[tool.maturin]\nbindings = \"bin\"\npython-source = \"python\"\n",
        files: &[
            (
                "Cargo.toml",
                "[package]\nname = \"bymaturin\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\
                 [[bin]]\nname = \"bymaturin\"\npath = \"main.rs\"\n[workspace]\n",
            ),
            ("main.rs", "fn main() { println!(\"it runs\"); }\n"),
            ("python/bymaturin/__init__.py", CODE),
        ],
    },
];

fn install(project: &Project, source: &Path, venv: &Path, backends: &Path) {
    let write = |file: &str, content: &str| {
        let path = source.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let (requires, backend) = project.backend;
    let module = project.name.replace('-', "_");
    let name = project.name;
    write(
        "pyproject.toml",
        &format!(
            "[build-system]\nrequires = [\"{requires}\"]\nbuild-backend = \"{backend}\"\n\
             [project]\nname = \"{name}\"\nversion = \"1.0\"\n\
             {}{}\n",
            if backend == "maturin" {
                String::new()
            } else {
                format!("[project.scripts]\n{name} = \"{module}:main\"\n")
            },
            project.table
        ),
    );
    for (file, content) in project.files {
        write(file, content);
    }
    let mut path = OsString::from(backends.join("bin"));
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    python::run(
        Command::new(backends.join("bin/python"))
            .args(["-m", "pip", "--python"])
            .arg(venv.join("bin/python"))
            .args([
                "install",
                "--quiet",
                "--no-input",
                "--no-index",
                "--no-deps",
            ])
            .args([
                "--no-build-isolation",
                "--disable-pip-version-check",
                "--editable",
            ])
            .arg(source)
            .env("PATH", path)
            .env_remove("CARGO_TARGET_DIR"),
    );
}

fn site_packages(environment: &Path) -> PathBuf {
    let mut versions = fs::read_dir(environment.join("lib")).unwrap();
    versions
        .next()
        .unwrap()
        .unwrap()
        .path()
        .join("site-packages")
}

#[test]
fn six_kinds_of_editable_install_pass_through() {
    let backends = python::environment(&python::any(), &BACKENDS);
    let scratch = tempfile::tempdir().unwrap();
    let venv = scratch.path().join("venv");
    python::run(
        Command::new(python::any())
            .args(["-m", "venv", "--without-pip"])
            .arg(&venv),
    );
    // The backends are seen, but not installed.
    let link = site_packages(&venv).join("zz_backends.pth");
    fs::write(link, site_packages(&backends).to_str().unwrap()).unwrap();
    for project in &PROJECTS {
        install(
            project,
            &scratch.path().join(project.name),
            &venv,
            &backends,
        );
    }
    let host = interpreter(&venv.join("bin/python"));
    let site = Site::new(&host);
    for mode in [LinkMode::Auto, LinkMode::Hardlink] {
        for project in &PROJECTS {
            let name = project.name;
            let root = scratch.path().join("env");
            let mut environment = BuildEnvironment::create(&root, &host).unwrap();
            environment
                .expose(&exposed(&host, &site, &[name]), mode)
                .unwrap();
            assert!(environment.manifest().distributions[0].editable, "{name}");
            let module = name.replace('-', "_");
            let told = run(
                &environment,
                &format!(
                    "import {module}, importlib.metadata as m, importlib.util as u\n\
                     assert m.version('{name}') == '1.0'\n\
                     assert not u.find_spec('pip') and not u.find_spec('mesonbuild')\n\
                     print({module}.__file__)"
                ),
            );
            let source = scratch.path().join(name);
            assert!(Path::new(&told).starts_with(&source), "{told}");
            let script = environment.layout().scripts.join(name);
            let output = output(&mut command(&environment, &script));
            assert_eq!(output.stdout, b"it runs\n", "{name}: {}", shown(&output));
            let present = environment.present().unwrap();
            assert!(present[&name.parse().unwrap()].exposed);
            assert_eq!(environment.verify(), []);
            environment.remove().unwrap();
        }
    }
}

/// The form before `direct_url.json`: an `.egg-link`, a line that all such
/// installs share, and the metadata in the source tree.
#[test]
fn an_install_by_setup_py_develop_passes_through() {
    let tools = ["setuptools==69.5.1", "uv==0.13.8", "pip==26.3"];
    let tools = python::environment(&python::any(), &tools);
    let scratch = tempfile::tempdir().unwrap();
    let venv = scratch.path().join("venv");
    python::run(
        Command::new(python::any())
            .args(["-m", "venv", "--without-pip"])
            .arg(&venv),
    );
    let link = site_packages(&venv).join("zz_tools.pth");
    fs::write(&link, site_packages(&tools).to_str().unwrap()).unwrap();
    for name in ["by-develop", "unlisted"] {
        let source = scratch.path().join(name);
        let module = name.replace('-', "_");
        fs::create_dir_all(source.join("src")).unwrap();
        fs::write(source.join("src").join(format!("{module}.py")), CODE).unwrap();
        let setup = format!(
            "from setuptools import setup\n\
             setup(name='{name}', version='1.0', py_modules=['{module}'], package_dir={{'': 'src'}},\n\
             \x20     entry_points={{'console_scripts': ['{name} = {module}:main']}})\n"
        );
        fs::write(source.join("setup.py"), setup).unwrap();
        python::run(
            Command::new(venv.join("bin/python"))
                .args(["setup.py", "--quiet", "develop", "--no-deps"])
                .current_dir(&source),
        );
    }
    fs::remove_file(link).unwrap();
    let host = interpreter(&venv.join("bin/python"));
    let before = tree(scratch.path());
    let site = Site::new(&host);
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("env");
    let mut environment = BuildEnvironment::create(&root, &host).unwrap();
    environment
        .expose(&exposed(&host, &site, &["by-develop"]), LinkMode::Auto)
        .unwrap();
    let told = run(
        &environment,
        "import sys; sys.dont_write_bytecode = True\n\
         import by_develop, importlib.metadata as m, importlib.util as u\n\
         assert m.version('by-develop') == '1.0' and not u.find_spec('unlisted')\n\
         print(len(list(m.distributions())), by_develop.__file__)",
    );
    let file = scratch.path().join("by-develop/src/by_develop.py");
    assert_eq!(told, format!("1 {}", file.display()));
    let script = environment.layout().scripts.join("by-develop");
    let ran = output(command(&environment, &script).env("PYTHONDONTWRITEBYTECODE", "1"));
    assert_eq!(ran.stdout, b"it runs\n", "{}", shown(&ran));
    // Installers know it, and it satisfies what asks for it.
    let list = ["list", "--format=freeze"];
    let pip = output(
        command(&environment, &tools.join("bin/python"))
            .args(["-m", "pip", "--python"])
            .arg(environment.python())
            .args(list),
    );
    let uv = output(
        command(&environment, &tools.join("bin/uv"))
            .args(["pip", "list", "--format=freeze", "--python"])
            .arg(environment.python()),
    );
    for listed in [pip, uv] {
        let text = String::from_utf8_lossy(&listed.stdout).replace('_', "-");
        assert!(text.starts_with("by-develop==1.0"), "{}", shown(&listed));
        assert!(!text.contains("unlisted"), "{text}");
    }
    assert!(environment.present().unwrap()[&"by-develop".parse().unwrap()].exposed);
    assert_eq!(environment.verify(), []);
    environment.remove().unwrap();
    assert_same(&before, &tree(scratch.path()));
}
