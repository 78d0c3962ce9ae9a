//! Loading a backend, and every way that can fail.

use passthrough_build::hooks::{EntryFault, HookErrorKind, Stage, Unavailable};

use crate::support::Project;

fn unavailable(project: &Project) -> Unavailable {
    match project.kind() {
        HookErrorKind::Unavailable(unavailable) => *unavailable,
        other => panic!("{other}"),
    }
}

/// The files of the way to the failure, relative to the project, with lines.
fn way(project: &Project, unavailable: &Unavailable) -> Vec<String> {
    let failure = unavailable.failure.as_ref().expect("an exception");
    let root = format!("{}/", project.root.display());
    let frames = failure.exception.frames.iter();
    frames
        .map(|frame| format!("{}:{}", frame.file.replace(&root, ""), frame.line))
        .collect()
}

#[test]
fn a_backend_that_is_nowhere() {
    let mut project = Project::new();
    project.path.clear();
    project.name = "flit_nope.buildapi".to_owned();
    let found = unavailable(&project);
    assert_eq!(found.stage, Stage::Import);
    assert_eq!(found.found, []);
    let exception = found.failure.as_ref().unwrap().exception.clone();
    assert_eq!(exception.class, "ModuleNotFoundError");
    assert_eq!(exception.module.as_deref(), Some("flit_nope"));
    assert_eq!(exception.frames, []);
}

#[test]
fn a_package_that_has_no_such_module() {
    let mut project = Project::new();
    project.file("pkg/sub/__init__.py", "");
    project.name = "pkg.sub.gone".to_owned();
    let found = unavailable(&project);
    let root = project.root.display();
    assert_eq!(
        found.found,
        [
            ("pkg".to_owned(), format!("{root}/pkg")),
            ("pkg.sub".to_owned(), format!("{root}/pkg/sub/__init__.py"))
        ]
    );
    let exception = found.failure.unwrap().exception;
    assert_eq!(exception.module.as_deref(), Some("pkg.sub.gone"));
    assert_eq!(exception.frames, []);
}

#[test]
fn a_backend_whose_own_import_fails() {
    let mut project = Project::new();
    project.file("badbk/__init__.py", "\nfrom . import deep\n");
    project.file("badbk/deep.py", "import json\nimport tomli_nope.x\n");
    project.name = "badbk.api".to_owned();
    let found = unavailable(&project);
    assert_eq!(
        way(&project, &found),
        ["badbk/__init__.py:2", "badbk/deep.py:2"]
    );
    let exception = found.failure.unwrap().exception;
    assert_eq!(exception.module.as_deref(), Some("tomli_nope"));
    assert_eq!(exception.frames[1].text, "import tomli_nope.x");
}

#[test]
fn a_backend_that_python_cannot_read() {
    let project = Project::with("import os\n\ndef build_wheel(:\n");
    let found = unavailable(&project);
    assert_eq!(way(&project, &found), ["backend.py:3"]);
    let exception = found.failure.unwrap().exception;
    assert_eq!(exception.class, "SyntaxError");
    assert_eq!(exception.frames[0].text, "def build_wheel(:");
    // No import error, no line: not even text.
    let project = Project::with(
        b"\xff\x00"
            .map(char::from)
            .iter()
            .collect::<String>()
            .as_str(),
    );
    assert_eq!(unavailable(&project).stage, Stage::Import);
}

#[test]
fn anything_that_is_raised_on_import() {
    for (source, class, words) in [
        (
            "import ctypes\nctypes.CDLL('libnope.so.3')\n",
            "OSError",
            "libnope.so.3",
        ),
        ("import os\nos.nope\n", "AttributeError", "nope"),
        ("import sys\nsys.exit(3)\n", "SystemExit", "3"),
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt", ""),
        (
            "class Odd(BaseException):\n  def __str__(self): 1/0\nraise Odd\n",
            "Odd",
            "cannot say",
        ),
        ("def f(): f()\nf()\n", "RecursionError", "recursion"),
    ] {
        let project = Project::with(source);
        let found = unavailable(&project);
        assert_eq!(found.stage, Stage::Import);
        let exception = found.failure.unwrap().exception;
        assert_eq!(exception.class, class);
        assert!(exception.message.contains(words), "{}", exception.message);
        assert!(exception.frames.len() <= 64);
    }
}

#[test]
fn a_backend_that_lacks_its_object() {
    let mut project = Project::with("class A:\n  class b: pass\n");
    project.name = "backend:A.b.c".to_owned();
    let found = unavailable(&project);
    assert_eq!(found.stage, Stage::Attribute);
    assert_eq!(
        found.found[0].1,
        project.root.join("backend.py").to_str().unwrap()
    );
    let exception = found.failure.unwrap().exception;
    assert_eq!(exception.class, "AttributeError");
    assert!(exception.message.contains("'c'"), "{}", exception.message);
}

#[test]
fn an_object_of_the_module_can_be_the_backend() {
    let source = format!(
        "{}
class A:
  class b:
    @staticmethod
    def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
        return make(wheel_directory)
del build_wheel
",
        crate::support::WHEEL
    );
    let mut project = Project::with(&source);
    project.name = "backend:A.b".to_owned();
    project
        .build(passthrough_build::hooks::Artefact::Wheel)
        .unwrap();
}

#[test]
fn a_backend_path_that_leaves_the_project() {
    let mut project = Project::new();
    // It begins with the same characters as the project's own.
    let sibling = project.root.with_file_name("project2");
    fs_err::create_dir(&sibling).unwrap();
    fs_err::write(sibling.join("backend.py"), crate::support::WHEEL).unwrap();
    std::os::unix::fs::symlink(&sibling, project.root.join("link")).unwrap();
    for entry in ["../project2", "link", sibling.to_str().unwrap()] {
        project.path = vec![".".to_owned(), entry.to_owned()];
        let HookErrorKind::BackendPath { entry: told, fault } = project.kind() else {
            panic!("{entry}");
        };
        assert_eq!(told, entry);
        assert!(matches!(
            fault,
            EntryFault::Outside(_) | EntryFault::Absolute
        ));
    }
}

#[test]
fn a_backend_must_be_where_backend_path_says() {
    let mut project = Project::new();
    project.path = vec!["gone".to_owned(), "empty".to_owned()];
    project.file("empty/x", "");
    project.name = "json".to_owned();
    let found = unavailable(&project);
    assert_eq!(found.stage, Stage::InTree);
    assert_eq!(found.missing_entries, ["gone"]);
    assert!(found.found[0].1.ends_with("json/__init__.py"), "{found:?}");
    assert!(found.failure.is_none());
    // All of them gone: there is nothing the backend may come from.
    project.path = vec!["gone".to_owned()];
    assert_eq!(unavailable(&project).stage, Stage::InTree);
}

#[test]
fn a_module_linked_into_the_tree_is_in_the_tree() {
    // The entry itself may not leave the project; what is in it may be a link
    // to a backend under development elsewhere.
    let mut project = Project::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let module = elsewhere.path().join("mybackend");
    fs_err::create_dir(&module).unwrap();
    fs_err::write(module.join("__init__.py"), crate::support::WHEEL).unwrap();
    fs_err::create_dir(project.root.join(".local-packages")).unwrap();
    std::os::unix::fs::symlink(&module, project.root.join(".local-packages/mybackend")).unwrap();
    project.path = vec![".local-packages".to_owned()];
    project.name = "mybackend".to_owned();
    project
        .build(passthrough_build::hooks::Artefact::Wheel)
        .unwrap();
}

#[test]
fn the_in_tree_backend_wins_over_one_that_is_installed() {
    let mut project = Project::new();
    project.name = "json.backend".to_owned();
    project.file("json/__init__.py", "");
    project.file("json/backend.py", crate::support::WHEEL);
    // What the script itself has imported by that name is in the way: told, not used.
    assert_eq!(unavailable(&project).stage, Stage::Import);
    project.name = "wave".to_owned();
    project.file("wave.py", crate::support::WHEEL);
    project
        .build(passthrough_build::hooks::Artefact::Wheel)
        .unwrap();
}

#[test]
fn no_finder_of_an_installed_package_comes_before_the_tree() {
    // As some editable installs do it, when the interpreter starts.
    let mut project = Project::with(crate::support::WHEEL);
    let site = tempfile::tempdir().unwrap();
    let elsewhere = site.path().join("elsewhere");
    fs_err::create_dir(&elsewhere).unwrap();
    fs_err::write(elsewhere.join("backend.py"), "raise RuntimeError\n").unwrap();
    fs_err::write(
        site.path().join("sitecustomize.py"),
        format!(
            "import sys
from importlib.machinery import PathFinder
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == 'backend':
            return PathFinder.find_spec(name, [{elsewhere:?}])
sys.meta_path.insert(0, Finder)
"
        ),
    )
    .unwrap();
    project.variables = project
        .variables
        .iter()
        .chain([("PYTHONPATH".as_ref(), site.path().as_os_str())])
        .collect();
    project
        .build(passthrough_build::hooks::Artefact::Wheel)
        .unwrap();
}

#[test]
fn there_must_be_something_to_build() {
    let mut project = Project::new();
    fs_err::remove_file(project.root.join("pyproject.toml")).unwrap();
    let kind = project.kind();
    assert!(matches!(kind, HookErrorKind::NotAProject(_)), "{kind}");
    project.file("setup.py", "");
    // Only the default backend builds what says nothing of a backend.
    assert!(matches!(project.kind(), HookErrorKind::NotAProject(_)));
    project.name = "setuptools.build_meta:__legacy__".to_owned();
    project.path.clear();
    project.python = passthrough_world::python::any();
    assert!(!matches!(project.kind(), HookErrorKind::NotAProject(_)));
}

#[test]
fn an_interpreter_that_is_not_there() {
    let mut project = Project::new();
    project.python = project.root.join("python");
    let error = project.error();
    assert!(matches!(&error.kind, HookErrorKind::Process(_)), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("build_wheel cannot be started: "),
        "{error}"
    );
}
