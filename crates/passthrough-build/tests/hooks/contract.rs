//! What PEP 517 and PEP 660 promise to a backend.

use fs_err as fs;
use passthrough_build::hooks::{
    Artefact, ConfigSettings, Hook, HookErrorKind, NameFault, WheelKind,
};
use passthrough_world::python;

use crate::support::{NAME, Project, WHEEL, names};

fn none() -> ConfigSettings {
    ConfigSettings::default()
}

#[test]
fn every_python_calls_every_hook() {
    let source = format!(
        r#"{WHEEL}
import tarfile
def get_requires_for_build_wheel(config_settings=None): return ["w"]
def get_requires_for_build_sdist(config_settings=None): return ("s", "t>=1")
def get_requires_for_build_editable(config_settings=None): return []
def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    os.mkdir(os.path.join(metadata_directory, "demo-1.0.dist-info"))
    open(os.path.join(metadata_directory, "demo-1.0.dist-info", "METADATA"), "w").close()
    return "demo-1.0.dist-info"
prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
build_editable = build_wheel
def build_sdist(sdist_directory, config_settings=None):
    tarfile.open(os.path.join(sdist_directory, "demo-1.0.tar.gz"), "w:gz").close()
    return "demo-1.0.tar.gz"
"#
    );
    for (version, python) in python::all() {
        let mut project = Project::with(&source);
        project.python = python;
        let backend = project.backend();
        let requires = |artefact| backend.get_requires(artefact, &none()).unwrap();
        assert_eq!(requires(Artefact::Wheel), ["w"], "{version}");
        assert_eq!(requires(Artefact::Sdist), ["s", "t>=1"]);
        assert_eq!(requires(Artefact::Editable), [] as [&str; 0]);
        for kind in [WheelKind::Standard, WheelKind::Editable] {
            let metadata = backend.metadata(kind, &none()).unwrap();
            assert!(metadata.dist_info().join("METADATA").is_file());
        }
        for (artefact, name) in [
            (Artefact::Wheel, NAME),
            (Artefact::Editable, NAME),
            (Artefact::Sdist, "demo-1.0.tar.gz"),
        ] {
            let path = project.build(artefact).unwrap();
            assert_eq!(path, project.out.join(name));
            assert!(path.is_file());
        }
        assert_eq!(names(&project.out), [NAME, "demo-1.0.tar.gz"]);
    }
}

/// A backend that writes down what it is called with.
const WITNESS: &str = r#"
import json
def note(**seen):
    with open("seen.json", "w") as file:
        json.dump(seen, file)
"#;

fn seen(project: &Project) -> serde_json::Value {
    let text = fs::read(project.root.join("seen.json")).expect("what the backend wrote");
    serde_json::from_slice(&text).expect("what the backend wrote")
}

#[test]
fn config_settings_arrive_as_strings_and_lists_or_not_at_all() {
    let project = Project::with(&format!(
        "{WITNESS}
def get_requires_for_build_wheel(config_settings=None):
    note(settings=config_settings)
    return []
"
    ));
    let settings: ConfigSettings = [("--a", "1"), ("b", "x y"), ("b", ""), ("é\"", "\u{1f40d}")]
        .into_iter()
        .collect();
    let get = |settings| project.backend().get_requires(Artefact::Wheel, settings);
    get(&settings).unwrap();
    assert_eq!(
        seen(&project)["settings"],
        serde_json::json!({"--a": "1", "b": ["x y", ""], "é\"": "\u{1f40d}"})
    );
    get(&none()).unwrap();
    assert_eq!(seen(&project)["settings"], serde_json::Value::Null);
}

#[test]
fn a_hook_sees_an_ordinary_start_of_the_interpreter() {
    let mut project = Project::new();
    project.path = vec!["tools".to_owned()];
    project.file(
        "tools/backend.py",
        format!(
            "{WITNESS}
import os, sys
def get_requires_for_build_wheel(config_settings=None):
    note(
        cwd=os.getcwd(), path=sys.path, argv=len(sys.argv), isolated=sys.flags.isolated,
        epoch=os.environ.get('SOURCE_DATE_EPOCH'), home=os.environ.get('HOME'),
        stdin=sys.stdin.read(), main=os.path.dirname(sys.modules['__main__'].__file__),
    )
    return []
"
        ),
    );
    project.variables = project
        .variables
        .iter()
        .chain([("SOURCE_DATE_EPOCH".as_ref(), "315532800".as_ref())])
        .collect();
    project
        .backend()
        .get_requires(Artefact::Wheel, &none())
        .unwrap();
    let seen = seen(&project);
    let root = project.root.to_str().unwrap();
    assert_eq!(seen["cwd"], root);
    assert_eq!(seen["path"][0], format!("{root}/tools"));
    let path: Vec<&str> = seen["path"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e.as_str().unwrap())
        .collect();
    assert!(!path.contains(&"") && !path.contains(&root), "{path:?}");
    assert!(!path.contains(&seen["main"].as_str().unwrap()), "{path:?}");
    assert_eq!((&seen["argv"], &seen["isolated"]), (&1.into(), &0.into()));
    assert_eq!(seen["epoch"], "315532800");
    assert_eq!(seen["home"], serde_json::Value::Null);
    assert_eq!(seen["stdin"], "");
}

/// The pipe by which the runner learns that we are gone stays its own.
#[cfg(target_os = "linux")]
#[test]
fn what_a_hook_starts_inherits_its_streams_alone() {
    let project = Project::with(&format!(
        "{WITNESS}
import os, subprocess, threading
def opened(directory):
    names = [os.path.join(directory, name) for name in os.listdir(directory)]
    return [os.readlink(name) for name in names if os.path.islink(name)]
def get_requires_for_build_wheel(config_settings=None):
    # Descriptors that nobody closes on the way.
    child = subprocess.Popen(['sleep', '1000'], close_fds=False)
    try:
        note(hook=opened('/proc/self/fd'), child=opened('/proc/%d/fd' % child.pid),
             threads=threading.active_count(), tasks=len(os.listdir('/proc/self/task')))
    finally:
        child.kill()
        child.wait()
    return []
"
    ));
    let get = || project.backend().get_requires(Artefact::Wheel, &none());
    get().unwrap();
    let seen = seen(&project);
    let pipes = |of: &str| -> Vec<String> {
        let opened = seen[of].as_array().unwrap().iter();
        let opened = opened.filter_map(|each| each.as_str());
        let pipes = opened.filter(|name| name.starts_with("pipe:"));
        let pipes: std::collections::BTreeSet<&str> = pipes.collect();
        pipes.into_iter().map(str::to_owned).collect()
    };
    // Its output, and ours; what this test itself was given is older than both.
    let mine: Vec<String> = fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .collect();
    let new = |of: &str| -> usize {
        let pipes = pipes(of);
        pipes.iter().filter(|name| !mine.contains(name)).count()
    };
    assert_eq!((new("hook"), new("child")), (2, 1), "{seen}");
    // A fork beside a thread is what Python warns of.
    assert_eq!((&seen["threads"], &seen["tasks"]), (&1.into(), &1.into()));
}

#[test]
fn a_safe_path_costs_no_entry_of_sys_path() {
    // With PYTHONSAFEPATH, 3.11 and later do not put the script's directory there.
    let mut paths = Vec::new();
    for safe in [false, true] {
        let mut project = Project::with(&format!(
            "{WITNESS}
import sys
def get_requires_for_build_wheel(config_settings=None):
    note(path=[each for each in sys.path if 'python' in each])
    return []
"
        ));
        if safe {
            let variables = project.variables.iter();
            project.variables = variables
                .chain([("PYTHONSAFEPATH".as_ref(), "1".as_ref())])
                .collect();
        }
        project
            .backend()
            .get_requires(Artefact::Wheel, &none())
            .unwrap();
        paths.push(seen(&project)["path"].clone());
    }
    assert_eq!(paths[0], paths[1]);
    assert!(!paths[0].as_array().unwrap().is_empty());
}

#[test]
fn optional_hooks_need_not_be_there() {
    let project = Project::with(WHEEL);
    for artefact in [Artefact::Wheel, Artefact::Sdist, Artefact::Editable] {
        let requires = project.backend().get_requires(artefact, &none()).unwrap();
        assert_eq!(requires, [] as [&str; 0]);
    }
    for artefact in [Artefact::Sdist, Artefact::Editable] {
        let error = project.build(artefact).unwrap_err();
        assert!(matches!(error.kind, HookErrorKind::Missing(_)), "{error}");
        assert_eq!(error.hook, Hook::Build(artefact));
    }
    let error = project.build(Artefact::Editable).unwrap_err();
    assert_eq!(
        error.to_string(),
        "build_editable is not a hook that the backend has"
    );
    assert!(error.hint().unwrap().contains("PEP 660"));
}

#[test]
fn a_wheel_built_for_its_metadata_is_not_built_again() {
    let project = Project::with(&format!(
        "{WHEEL}
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    assert metadata_directory is None
    with open('count', 'a') as file:
        file.write('x')
    return make(wheel_directory)
build_editable = build_wheel
"
    ));
    let built = || {
        fs::read_to_string(project.root.join("count"))
            .unwrap()
            .len()
    };
    let backend = project.backend();
    let metadata = backend.metadata(WheelKind::Standard, &none()).unwrap();
    assert!(metadata.dist_info().ends_with("demo-1.0.dist-info"));
    assert!(metadata.dist_info().join("METADATA").is_file());
    assert_eq!(built(), 1);
    // Neither with other settings nor of another kind it is the same wheel.
    let other: ConfigSettings = [("a", "b")].into_iter().collect();
    let build = |artefact, settings: &ConfigSettings| {
        let metadata = Some(&metadata);
        let path = backend
            .build(artefact, &project.out, settings, metadata)
            .unwrap();
        fs::remove_file(path).unwrap();
        built()
    };
    assert_eq!(build(Artefact::Wheel, &other), 2);
    assert_eq!(build(Artefact::Editable, &none()), 3);
    assert_eq!(build(Artefact::Wheel, &none()), 3);
    // It has been handed out.
    assert_eq!(build(Artefact::Wheel, &none()), 4);
}

#[test]
fn prepared_metadata_is_handed_to_the_build_of_the_same_artefact_only() {
    let project = Project::with(&format!(
        "{WHEEL}{WITNESS}
def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    os.mkdir(os.path.join(metadata_directory, 'demo-1.0.dist-info'))
    open(os.path.join(metadata_directory, 'demo-1.0.dist-info', 'METADATA'), 'w').close()
    return 'demo-1.0.dist-info'
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    note(metadata=metadata_directory)
    return make(wheel_directory)
build_editable = build_wheel
"
    ));
    let backend = project.backend();
    let metadata = backend.metadata(WheelKind::Standard, &none()).unwrap();
    for (artefact, expected) in [
        (Artefact::Wheel, metadata.dist_info().to_str()),
        (Artefact::Editable, None),
    ] {
        let metadata = Some(&metadata);
        backend
            .build(artefact, &project.out, &none(), metadata)
            .unwrap();
        assert_eq!(seen(&project)["metadata"].as_str(), expected);
    }
}

/// As pip, build and uv call them.
#[test]
fn a_hook_may_name_its_parameters_as_it_likes() {
    let project = Project::with(
        "def get_requires_for_build_wheel(x=None):
    return [repr(x)]
def build_wheel(a, b=None, c=None):
    raise RuntimeError(repr((a, b, c)))
",
    );
    let backend = project.backend();
    let requires = backend.get_requires(Artefact::Wheel, &none()).unwrap();
    assert_eq!(requires, ["None"]);
    let error = project.error().to_string();
    assert!(
        error.starts_with("build_wheel raised RuntimeError: ('/"),
        "{error}"
    );
    assert!(error.ends_with("', None, None)"), "{error}");
}

#[test]
fn unsupported_is_not_raised() {
    let project = Project::with(
        "class UnsupportedOperation(Exception): pass
def build_sdist(sdist_directory, config_settings=None):
    raise UnsupportedOperation('no tar here')
def build_wheel(wheel_directory, *, config_settings=None):
    pass
",
    );
    let error = project.build(Artefact::Sdist).unwrap_err();
    assert!(matches!(error.kind, HookErrorKind::Unsupported(_)));
    assert_eq!(
        error.to_string(),
        "build_sdist is not supported by the backend: no tar here"
    );
    let error = project.error();
    assert_eq!(
        error.to_string(),
        "build_wheel raised TypeError: build_wheel() takes 1 positional argument but 2 were given"
    );
}

#[test]
fn what_was_raised_is_told_with_its_way() {
    let project = Project::with(
        "import sys
def inner():
    raise ValueError('first line\\nsecond') from KeyError('cause')
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    print('on stdout'); print('on stderr', file=sys.stderr)
    inner()
",
    );
    let error = project.error();
    assert_eq!(
        error.to_string(),
        "build_wheel raised ValueError: first line"
    );
    assert_eq!(error.output, b"on stdout\non stderr\n");
    let HookErrorKind::Raised(failure) = error.kind else {
        panic!("{error}");
    };
    let way: Vec<_> = failure
        .exception
        .frames
        .iter()
        .map(|frame| (frame.function.as_str(), frame.line, frame.text.as_str()))
        .collect();
    assert_eq!(
        way,
        [
            ("build_wheel", 6, "inner()"),
            (
                "inner",
                3,
                "raise ValueError('first line\\nsecond') from KeyError('cause')"
            )
        ]
    );
    assert_eq!(failure.causes.len(), 1);
    assert_eq!(failure.causes[0].message, "'cause'");
    assert!(
        failure
            .traceback
            .contains("The above exception was the direct cause")
    );
    assert!(
        failure
            .surroundings
            .sys_path
            .contains(&project.root.to_str().unwrap().to_owned())
    );
}

#[test]
fn ending_the_interpreter_politely_is_raising() {
    let project =
        Project::with("import sys\ndef build_wheel(*a, **k): sys.exit('error: no compiler')\n");
    assert_eq!(
        project.error().to_string(),
        "build_wheel raised SystemExit: error: no compiler"
    );
}

#[test]
fn what_is_printed_is_seen_as_it_comes() {
    let project = Project::with(&format!(
        "{WHEEL}
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    # Only who sees the first line before the hook has ended makes the file.
    print('waiting')
    while not os.path.exists('go'):
        pass
    return make(wheel_directory)
"
    ));
    let follow = |line: &[u8]| {
        assert_eq!(line, b"waiting\n");
        project.file("go", "");
    };
    let mut backend = project.backend();
    backend.follow = Some(&follow);
    backend
        .build(Artefact::Wheel, &project.out, &none(), None)
        .unwrap();
}

#[test]
fn wrong_results_are_refused() {
    for (value, words) in [
        ("None", "returned NoneType, not a string"),
        ("b'a.whl'", "returned bytes, not a string"),
        ("['a.whl']", "returned list, not a string"),
        ("''", "returned ``, which is not a file name"),
        ("'../a-1-py3-none-any.whl'", "is not a file name"),
        (
            "os.path.abspath('a-1-py3-none-any.whl')",
            "is not a file name",
        ),
        ("'demo-1.0.tar.gz'", "is not the name of a wheel"),
        (
            "'demo-1.0-py3-none-any.whl'",
            "does not exist in the folder that the hook was given",
        ),
    ] {
        let project = Project::with(&format!(
            "import os\ndef build_wheel(*a, **k): return {value}\n"
        ));
        let error = project.error();
        assert!(error.to_string().contains(words), "{value}: {error}");
        assert!(error.hint().is_some());
    }
    for (value, words) in [
        ("None", "returned NoneType, not a list of strings"),
        ("'setuptools'", "returned str, not a list of strings"),
        ("{'a'}", "returned set, not a list of strings"),
        ("['a', 1]", "returned list with int, not a list of strings"),
    ] {
        let project = Project::with(&format!(
            "def get_requires_for_build_wheel(*a, **k): return {value}\n"
        ));
        let error = project
            .backend()
            .get_requires(Artefact::Wheel, &none())
            .unwrap_err();
        assert!(error.to_string().contains(words), "{value}: {error}");
    }
}

#[test]
fn a_link_out_of_the_folder_is_no_artefact() {
    let project = Project::with(&format!(
        "{WHEEL}
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = make('.')
    os.symlink(os.path.abspath(name), os.path.join(wheel_directory, name))
    return name
"
    ));
    let kind = project.kind();
    let HookErrorKind::Name { fault, .. } = kind else {
        panic!("{kind}");
    };
    assert_eq!(fault, NameFault::NotAFile);
}

#[test]
fn only_the_artefact_reaches_the_output_folder() {
    let project = Project::with(&format!(
        "{WHEEL}
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    os.makedirs(os.path.join(wheel_directory, 'build', 'tmp'))
    open(os.path.join(wheel_directory, 'other-1.0-py3-none-any.whl'), 'w').close()
    return make(wheel_directory)
"
    ));
    project.build(Artefact::Wheel).unwrap();
    assert_eq!(names(&project.out), [NAME]);
}

#[test]
fn metadata_that_is_none_is_refused() {
    for (body, words) in [
        ("return 'demo'", "is not the name of a metadata directory"),
        ("return 'demo-1.dist-info'", "does not exist"),
        (
            "os.mkdir(d + '/demo-1.dist-info'); return 'demo-1.dist-info'",
            "has no METADATA",
        ),
        (
            "open(d + '/demo-1.dist-info', 'w').close(); return 'demo-1.dist-info'",
            "is not a directory",
        ),
        (
            "os.symlink('/', d + '/demo-1.dist-info'); return 'demo-1.dist-info'",
            "is not a directory",
        ),
    ] {
        let project = Project::with(&format!(
            "import os\ndef prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    d = metadata_directory\n    {body}\n"
        ));
        let error = project
            .backend()
            .metadata(WheelKind::Standard, &none())
            .unwrap_err();
        assert!(error.to_string().contains(words), "{body}: {error}");
    }
}

#[test]
fn paths_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let mut project = Project::with(WHEEL);
    let odd = |name: &[u8]| project.root.with_file_name(OsStr::from_bytes(name));
    let (root, out) = (odd(b"pro\xff\n'ject"), odd(b"o\xfeut"));
    fs::rename(&project.root, &root).unwrap();
    fs::create_dir(&out).unwrap();
    (project.root, project.out) = (root, out);
    project.build(Artefact::Wheel).unwrap();
    assert_eq!(names(&project.out), [NAME]);
    project.file("backend.py", "def build_wheel(*a, **k): raise ValueError\n");
    let error = project.build(Artefact::Wheel).unwrap_err();
    let HookErrorKind::Raised(failure) = error.kind else {
        panic!("{error}");
    };
    assert!(
        failure.exception.frames[0]
            .file
            .contains("pro\\udcff\n'ject")
    );
}
