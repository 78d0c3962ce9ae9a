//! The place for an environment.

use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use passthrough_interpreter::{Environment, Interpreter};

use super::world::{SITE, World, tree};
use crate::{BuildEnvironment, EnvErrorKind, LinkMode};

#[test]
fn only_nothing_empty_or_ours_is_replaced() {
    let world = World::new();
    let host = world.host(&[]);
    let create = || BuildEnvironment::create(&world.root(), &host);
    fs::create_dir(world.root()).unwrap();
    create().unwrap();
    world.write("env/downloaded", "");
    create().unwrap();
    assert!(!world.path("env/downloaded").exists());
    fs::remove_dir_all(world.root()).unwrap();
    for foreign in ["env/file", "env/pyvenv.cfg", "env/.passthrough"] {
        world.write(foreign, "home = /usr/bin\n");
        let before = tree(&world.path(""));
        let error = create().unwrap_err();
        assert!(matches!(error.kind, EnvErrorKind::Foreign), "{error}");
        assert_eq!(tree(&world.path("")), before);
        fs::remove_dir_all(world.root()).unwrap();
    }
    world.write("env", "a file");
    assert!(matches!(create().unwrap_err().kind, EnvErrorKind::Foreign));
    fs::remove_file(world.root()).unwrap();
    symlink(world.path("elsewhere"), world.root()).unwrap();
    assert!(matches!(create().unwrap_err().kind, EnvErrorKind::Foreign));
}

#[test]
fn places_in_the_host_are_refused() {
    let world = World::new();
    let host = world.host(&[]);
    for place in [
        "host",
        &format!("host/{SITE}"),
        &format!("host/{SITE}/env"),
        "x/../host",
    ] {
        let before = tree(&world.path(""));
        let error = BuildEnvironment::create(&world.path(place), &host).unwrap_err();
        assert!(
            matches!(error.kind, EnvErrorKind::InHost),
            "{place}: {error}"
        );
        assert_eq!(tree(&world.path("")), before);
    }
    symlink(world.path("host").join(SITE), world.path("link")).unwrap();
    let error = BuildEnvironment::create(&world.path("link/env"), &host).unwrap_err();
    assert!(matches!(error.kind, EnvErrorKind::InHost), "{error}");
}

#[test]
fn names_that_cannot_be_in_a_script_or_path_are_refused() {
    let world = World::new();
    for name in ["a:b", "a\"b", "a$b", "a`b", "a\\b", "a\nb"] {
        let error = BuildEnvironment::create(&world.path(name), &world.host(&[])).unwrap_err();
        assert!(
            matches!(error.kind, EnvErrorKind::Name(_)),
            "{name:?}: {error}"
        );
    }
    for name in ["a b", "ünï", "o'neil"] {
        BuildEnvironment::create(&world.path(name), &world.host(&[])).unwrap();
    }
}

#[test]
fn an_unwritable_place_is_an_error_that_leaves_nothing() {
    let world = World::new();
    world.write("file", "");
    let error = BuildEnvironment::create(&world.path("file/env"), &world.host(&[])).unwrap_err();
    assert!(matches!(error.kind, EnvErrorKind::Io { .. }), "{error}");
}

#[test]
fn a_host_without_a_base_is_refused() {
    let world = World::new();
    let mut host = world.host(&[]);
    host.executable = world.path("host/bin/python");
    let error = BuildEnvironment::create(&world.root(), &host).unwrap_err();
    assert!(matches!(error.kind, EnvErrorKind::NoBase), "{error}");
    // A virtual environment of copies leads on to its base; one whose base is
    // of another kind than the host says it is does not pass (I7).
    world.write("host/bin/python", "");
    let home = world.path("base/bin").display().to_string();
    world.write("host/pyvenv.cfg", format!("home = {home}\n"));
    BuildEnvironment::create(&world.root(), &host).unwrap();
    assert_eq!(
        fs::canonicalize(world.in_env("bin/python3")).unwrap(),
        fs::canonicalize(world.path("base/bin/python3.11")).unwrap()
    );
    host.base_prefix = world.path("other");
    let error = BuildEnvironment::create(&world.root(), &host).unwrap_err();
    assert!(matches!(error.kind, EnvErrorKind::Abi { .. }), "{error}");
}

#[test]
fn variables_of_the_user_stay_but_for_those_that_mislead() {
    let world = World::new();
    let environment = world.environment();
    let outer: Environment = [
        ("PYTHONPATH", "/x"),
        ("PYTHONHOME", "/x"),
        ("PYTHONUSERBASE", "/x"),
        ("PYTHONNOUSERSITE", ""),
        ("VIRTUAL_ENV", "/x"),
        ("SOURCE_DATE_EPOCH", "1"),
        ("PYTHONWARNINGS", "error"),
    ]
    .into_iter()
    .collect();
    let variables = environment.variables(&outer);
    let shown: Vec<_> = variables
        .iter()
        .map(|(name, value)| format!("{}={}", name.display(), value.display()))
        .collect();
    let root = environment.root().display();
    assert_eq!(
        shown,
        [
            format!("PATH={root}/bin"),
            "PYTHONNOUSERSITE=1".to_owned(),
            "PYTHONWARNINGS=error".to_owned(),
            "SOURCE_DATE_EPOCH=1".to_owned(),
            format!("VIRTUAL_ENV={root}"),
        ]
    );
}

/// However `PATH` names it; the scripts of any other host are among the
/// system's programs.
#[test]
fn the_scripts_of_a_virtual_host_are_not_on_the_path() {
    let world = World::new();
    world.write("host/bin/tool", "");
    symlink(world.path("host"), world.path("link")).unwrap();
    let path = |path: &str| world.path(path).display().to_string();
    let outer = [
        path("host/bin"),
        "/usr/bin".to_owned(),
        path("link/bin/"),
        path("host/../host/bin"),
        path("base/bin"),
    ];
    let outer: Environment = [("PATH", outer.join(":").as_str())].into_iter().collect();
    let mut host = world.host(&[]);
    let shown = |host: &Interpreter| {
        let environment = BuildEnvironment::create(&world.root(), host).unwrap();
        let variables = environment.variables(&outer);
        variables.get("PATH").unwrap().display().to_string()
    };
    assert_eq!(
        shown(&host),
        format!("{}:/usr/bin:{}", path("env/bin"), path("base/bin"))
    );
    host.prefix.clone_from(&host.base_prefix);
    let outer = outer.get("PATH").unwrap().display().to_string();
    assert_eq!(shown(&host), format!("{}:{outer}", path("env/bin")));
}

/// What a build has made read-only goes as well; what it was linked to stays.
#[test]
fn removal_changes_nothing_elsewhere() {
    let world = World::new();
    world
        .site()
        .dist_info("a", "1.0")
        .file("a/__init__.py", "x")
        .write();
    let before = tree(&world.path("host"));
    for mode in [LinkMode::Hardlink, LinkMode::Symlink] {
        let environment = world.expose(&["a"], mode).unwrap();
        symlink(world.path("host"), world.in_site("a/host")).unwrap();
        let locked = std::os::unix::fs::PermissionsExt::from_mode(0o500);
        fs::set_permissions(world.in_site("a"), locked).unwrap();
        environment.remove().unwrap();
        assert!(!world.root().exists());
        assert_eq!(tree(&world.path("host")), before);
    }
}
