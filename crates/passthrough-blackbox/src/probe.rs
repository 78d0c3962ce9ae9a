//! The probe backend: a file with what it has to know written into it.

use std::collections::BTreeSet;
use std::path::Path;

use passthrough_protocol::DynamicRequires;
use serde_json::json;

/// The backend, but for its settings.
const SOURCE: &str = include_str!("probe/backend.py");

/// The module of the backend in a source tree, and the directory that it is in.
pub(crate) const MODULE: &str = "probe_backend";
pub(crate) const DIRECTORY: &str = "_probe";

/// The beginning of the names of the distributions that are the backend as a
/// wheel. They are part of no world.
pub(crate) const DISTRIBUTION: &str = "passthrough-probe-";

/// What there is to look for in a world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    pub(crate) modules: BTreeSet<String>,
    pub(crate) scripts: BTreeSet<String>,
    pub(crate) groups: BTreeSet<String>,
    pub(crate) data: BTreeSet<String>,
}

/// What a backend has to know.
pub(crate) struct Settings<'a> {
    pub(crate) nonce: &'a str,
    /// The directory for its recordings.
    pub(crate) recordings: &'a Path,
    /// The project that it builds.
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    /// The label of what it builds.
    pub(crate) copy: &'a str,
    pub(crate) dynamic: &'a DynamicRequires,
    /// The modules whose files it does harm to.
    pub(crate) overwrites: &'a [String],
    pub(crate) watch: &'a Watch,
}

/// The backend of a project.
pub(crate) fn source(settings: &Settings<'_>) -> String {
    let watch = settings.watch;
    let text = json!({
        "nonce": settings.nonce,
        "recordings": settings.recordings,
        "name": settings.name,
        "version": settings.version,
        "copy": settings.copy,
        "dynamic": {
            "wheel": settings.dynamic.wheel,
            "editable": settings.dynamic.editable,
            "sdist": settings.dynamic.sdist,
        },
        "overwrites": settings.overwrites,
        "modules": watch.modules,
        "scripts": watch.scripts,
        "groups": watch.groups,
        "data": watch.data,
    })
    .to_string();
    // A string of JSON is one of Python: it has no escape that Python lacks.
    SOURCE.replace("@SETTINGS@", &json!(text).to_string())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use passthrough_protocol::{DynamicRequires, Recording};
    use passthrough_world::python;

    use super::{Settings, Watch, source};

    fn settings<'a>(
        recordings: &'a Path,
        dynamic: &'a DynamicRequires,
        watch: &'a Watch,
    ) -> Settings<'a> {
        Settings {
            nonce: "n\"0\\",
            recordings,
            name: "demo",
            version: "1.0",
            copy: "index",
            dynamic,
            overwrites: &[],
            watch,
        }
    }

    #[test]
    fn what_is_to_be_overwritten_is_after_it_was_recorded() {
        let directory = tempfile::tempdir().unwrap();
        let recordings = directory.path().join("recordings");
        let package = directory.path().join("package");
        fs_err::create_dir(&recordings).unwrap();
        fs_err::create_dir(&package).unwrap();
        fs_err::write(package.join("__init__.py"), "COPY = 'host@n'\n").unwrap();
        let watch = Watch {
            modules: ["package".to_owned()].into(),
            ..Watch::default()
        };
        let dynamic = DynamicRequires::default();
        let overwrites = ["package".to_owned(), "gone".to_owned()];
        let text = source(&Settings {
            overwrites: &overwrites,
            ..settings(&recordings, &dynamic, &watch)
        });
        fs_err::write(directory.path().join("probe_backend.py"), text).unwrap();
        python::run(
            Command::new(python::any())
                .args(["-c", "import probe_backend as p; p.build_wheel('.')"])
                .current_dir(directory.path()),
        );
        assert!(!package.join("__init__.py").exists());
        assert!(package.join("harm.py").is_file());
        let recording = fs_err::read_dir(&recordings).unwrap().next().unwrap();
        let text = fs_err::read_to_string(recording.unwrap().path()).unwrap();
        let recorded: Recording = serde_json::from_str(&text).unwrap();
        let import = &recorded.seen.imports["package"];
        assert_eq!(import.copy.as_deref(), Some("host@n"));
    }

    /// Every interpreter runs the backend, and what it writes is a recording.
    #[test]
    fn hooks_record_with_every_interpreter() {
        for (version, python) in python::all() {
            let directory = tempfile::tempdir().unwrap();
            let recordings = directory.path().join("r \u{e9}'\"");
            fs_err::create_dir(&recordings).unwrap();
            let dynamic = DynamicRequires {
                wheel: vec!["dep; python_version >= '3'".to_owned()],
                ..DynamicRequires::default()
            };
            let watch = Watch {
                modules: ["gone".to_owned(), "json".to_owned()].into(),
                scripts: ["no-such-script".to_owned()].into(),
                ..Watch::default()
            };
            let text = source(&settings(&recordings, &dynamic, &watch));
            fs_err::write(directory.path().join("probe_backend.py"), text).unwrap();
            let program = "import probe_backend as p; print(p.get_requires_for_build_wheel()); print(p.build_wheel('.')); print(p.build_sdist('.'))";
            let output = python::run(
                Command::new(&python)
                    .args(["-c", program])
                    .env_remove("PYTHONPATH")
                    .current_dir(directory.path()),
            );
            let said = String::from_utf8(output.stdout).unwrap();
            assert_eq!(
                said,
                "[\"dep; python_version >= '3'\"]\ndemo-1.0-py3-none-any.whl\ndemo-1.0.tar.gz\n"
            );
            let mut files: Vec<_> = fs_err::read_dir(&recordings)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            files.sort();
            let recorded: Vec<Recording> = files
                .iter()
                .map(|path| serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap())
                .collect();
            let hooks: Vec<&str> = recorded.iter().map(|found| found.hook.as_str()).collect();
            assert_eq!(
                hooks,
                ["get_requires_for_build_wheel", "build_wheel", "build_sdist"]
            );
            for found in &recorded {
                assert_eq!(found.nonce, "n\"0\\");
                assert!(found.seen.version.starts_with(&version));
                assert_eq!(found.seen.imports["json"].error, None);
                let child = found.child.seen.as_ref().unwrap();
                let isolated = found.isolated_child.seen.as_ref().unwrap();
                for seen in [&found.seen, child, isolated] {
                    let error = seen.imports["gone"].error.as_deref();
                    assert!(
                        error.unwrap().starts_with("ModuleNotFoundError"),
                        "{error:?}"
                    );
                    assert!(seen.scripts.is_empty());
                }
                // The one starts with the current directory on its path, and the other does not.
                assert_eq!(child.sys_path[0], "");
                assert_ne!(isolated.sys_path[0], "");
            }
        }
    }
}
