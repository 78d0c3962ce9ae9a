//! A made-up host, and a project with a backend that does as it is told.

use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_wheelhouse::{Scheme, Wheel};
use passthrough_world::python::{any, run};

use crate::context::Context;

/// More than is copied in the default link mode.
pub(super) const LARGE: usize = 1_200_000;

/// A context with `toolkit` 1.0 in a host of its own, at `host`, and a project
/// that is built with it, at `project`.
pub(super) struct Toy {
    pub(super) context: Context,
    pub(super) host: PathBuf,
}

pub(super) const PYPROJECT: &str = r#"[build-system]
requires = ["toolkit"]
build-backend = "backend"
backend-path = ["."]

[project]
name = "demo"
version = "1.0"

[tool.frontend]
no-build-isolation-package = ["toolkit"]
"#;

/// Does what the setting `do` says, a line of Python, before it builds; where
/// a frontend has no settings, the variable `TOY_DO`. Its wheel holds as many
/// bytes more as `TOY_SIZE` says.
const BACKEND: &str = r#"
import os, sys, tarfile, zipfile
from pathlib import Path

def obey(settings, key, directory=None):
    import toolkit
    names = {"os": os, "sys": sys, "Path": Path, "toolkit": toolkit,
             "directory": directory, "package": Path(toolkit.__file__).parent}
    exec((settings or {}).get(key) or os.environ.get("TOY_" + key.upper(), ""), names)
    return names.get("answer")

def get_requires_for_build_wheel(config_settings=None):
    return obey(config_settings, "requires") or []

get_requires_for_build_sdist = get_requires_for_build_editable = get_requires_for_build_wheel

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    answer = obey(config_settings, "do", wheel_directory)
    name = "demo-1.0-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory, name), "w") as wheel:
        info = "demo-1.0.dist-info/"
        wheel.writestr("demo.py", "")
        wheel.writestr("demo.bin", bytes(int(os.environ.get("TOY_SIZE", 0))))
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(info + "RECORD", "".join(f"{info}{file},,\n" for file in ("METADATA", "WHEEL", "RECORD")) + "demo.py,,\ndemo.bin,,\n")
    return name if answer is None else answer

build_editable = build_wheel

def build_sdist(sdist_directory, config_settings=None):
    obey(config_settings, "do", sdist_directory)
    name = "demo-1.0.tar.gz"
    with tarfile.open(Path(sdist_directory, name), "w:gz") as archive:
        for file in ("pyproject.toml", "backend.py"):
            archive.add(file, "demo-1.0/" + file)
    return name
"#;

impl Toy {
    pub(super) fn new() -> Self {
        Self::on(&any())
    }

    /// With the host on this interpreter.
    pub(super) fn on(python: &Path) -> Self {
        let context = Context::new();
        let host = context.venv("host", python, &["--without-pip"]);
        let toy = Self { context, host };
        let toolkit = Wheel::new("toolkit", "1.0")
            .file("toolkit/__init__.py", "answer = 42\n")
            .file("toolkit/data.txt", "data\n")
            .file("toolkit/large.bin", vec![7; LARGE])
            .entry_point("console_scripts", "toolkit", "toolkit:main");
        toy.install(&toolkit);
        toy.context.pyproject(PYPROJECT);
        toy.context.write("project/backend.py", BACKEND);
        toy
    }

    /// With the backend in the host as well, as `toy-backend`: hatch 1.18.2 knows
    /// of no other place.
    pub(super) fn with_installed_backend() -> Self {
        let toy = Self::new();
        toy.install(&Wheel::new("toy-backend", "1.0").file("backend.py", BACKEND));
        fs::remove_file(toy.context.path("project/backend.py")).unwrap();
        toy.context
            .pyproject(&Self::listing(&["toy-backend"]).replace("backend-path = [\".\"]\n", ""));
        toy
    }

    /// A `pyproject.toml` that requires and lists more than the toolkit.
    pub(super) fn listing(more: &[&str]) -> String {
        let names: Vec<String> = more.iter().map(|name| format!("{name:?}")).collect();
        PYPROJECT.replace(
            "[\"toolkit\"]",
            &format!("[\"toolkit\", {}]", names.join(", ")),
        )
    }

    /// Puts a distribution into the host.
    pub(super) fn install(&self, wheel: &Wheel) -> PathBuf {
        let scheme = Scheme::posix(&self.host, &self.version());
        wheel.install(&scheme).unwrap();
        self.site()
    }

    /// The host's `site-packages`.
    pub(super) fn site(&self) -> PathBuf {
        let library = format!("lib/python{}/site-packages", self.version());
        self.host.join(library)
    }

    /// `X.Y`, as the name of the library says it.
    fn version(&self) -> String {
        let library = fs::read_dir(self.host.join("lib")).unwrap().next();
        let name = library.unwrap().unwrap().file_name();
        name.to_str()
            .unwrap()
            .trim_start_matches("python")
            .to_owned()
    }

    /// The project as a source distribution.
    pub(super) fn sdist(&self) -> PathBuf {
        let path = self.context.path("demo-1.0.tar.gz");
        run(std::process::Command::new("tar")
            .arg("-czf")
            .arg(&path)
            .args(["--transform", "s,^project,demo-1.0,", "-C"])
            .arg(self.context.path(""))
            .args(["project/pyproject.toml", "project/backend.py"]));
        path
    }

    /// Serves wheels from a directory, for `--find-links`.
    pub(super) fn wheels(&self, wheels: &[Wheel]) -> PathBuf {
        let directory = self.context.path("wheels");
        fs::create_dir_all(&directory).unwrap();
        for wheel in wheels {
            let archive = wheel.archive().unwrap();
            fs::write(directory.join(&archive.file_name), &archive.content).unwrap();
        }
        directory
    }

    pub(super) fn out(&self) -> PathBuf {
        self.context.path("out")
    }

    /// A `build` of a wheel into `out`, with a setting for the backend.
    pub(super) fn build(&self, more: &[&str]) -> std::process::Command {
        let out = self.out();
        let mut arguments = vec!["build", "--wheel", "--output", out.to_str().unwrap()];
        arguments.extend(more);
        super::world::command(&self.context, &self.host, &arguments)
    }
}

/// That nothing of ours is in the folder for temporary files.
pub(super) fn assert_nothing_left(temporary: &Path) {
    let names = super::world::names(temporary);
    let left = names.iter().any(|name| name.starts_with("passthrough-"));
    assert!(!left, "{names:?}");
}

/// That a process has ended. Whoever inherits it may not have waited for it
/// yet; and where there is no `/proc`, nothing is known.
pub(super) fn assert_ended(pid: &str) {
    let stat = || fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let is_running = |stat: String| {
        let (_, state) = stat.rsplit_once(") ")?;
        (!state.starts_with(['Z', 'X'])).then_some(())
    };
    for _ in 0..400 {
        if is_running(stat()).is_none() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("{pid} runs: {}", stat());
}
