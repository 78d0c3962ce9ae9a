//! Which of the user's settings hold, and which would break the environment.

use std::ffi::OsString;

use fs_err as fs;
use passthrough_build::installer::{self, Kind};
use passthrough_wheelhouse::Wheel;

use crate::world::{BOTH, World, module};

fn on_index() -> [Wheel; 4] {
    [
        module("hostlib", "2.0"),
        module("hostlib", "3.0"),
        module("bar", "1.0").requires("hostlib>=1").requires("deep"),
        module("deep", "0.5"),
    ]
}

/// Installs bar; whatever the settings say, it and what it needs are in the
/// environment then, what is exposed is untouched, and nothing is elsewhere.
fn install_unharmed(world: &World, kind: Kind, context: &str) {
    let before = world.files("env/lib");
    world
        .install(kind, &["bar"])
        .unwrap_or_else(|error| panic!("{kind}, {context}: {error}\n{}", error.words));
    assert_eq!(
        world.installed(),
        ["bar 1.0", "deep 0.5", "hostlib 2.0"],
        "{kind}, {context}"
    );
    let after = world.files("env/lib");
    for (path, size) in before {
        assert_eq!(
            after.get(&path),
            Some(&size),
            "{kind}, {context}: {}",
            path.display()
        );
    }
    for path in after.keys() {
        let real = fs::canonicalize(path).unwrap();
        let root = fs::canonicalize(world.path("env")).unwrap();
        assert!(
            real.starts_with(root),
            "{kind}, {context}: {} leads out",
            path.display()
        );
    }
    assert!(!world.path("elsewhere").exists(), "{kind}, {context}");
}

#[test]
fn no_variable_breaks_the_environment() {
    let mut world = World::new(&on_index());
    let elsewhere: OsString = world.path("elsewhere").into();
    let pins = world.write("override.txt", "hostlib==3.0\n");
    let excluded = world.write("exclude.txt", "deep\n");
    let other: OsString = world.host.executable.clone().into();
    let one: OsString = "1".into();
    let variables: Vec<(Kind, &str, OsString)> = vec![
        (Kind::Pip, "PIP_TARGET", elsewhere.clone()),
        (Kind::Pip, "PIP_PREFIX", elsewhere.clone()),
        (Kind::Pip, "PIP_ROOT", elsewhere.clone()),
        (Kind::Pip, "PIP_USER", one.clone()),
        (Kind::Pip, "PIP_FORCE_REINSTALL", one.clone()),
        (Kind::Pip, "PIP_IGNORE_INSTALLED", one.clone()),
        (Kind::Pip, "PIP_NO_DEPS", one.clone()),
        (Kind::Pip, "PIP_DRY_RUN", one.clone()),
        (Kind::Pip, "PIP_PYTHON", other.clone()),
        (Kind::Pip, "PIP_REQUIREMENT", pins.clone().into()),
        (Kind::Pip, "PIP_EDITABLE", "/nowhere".into()),
        (Kind::Pip, "PIP_PYTHON_VERSION", "3.1".into()),
        (Kind::Pip, "PIP_PLATFORM", "win32".into()),
        (Kind::Pip, "PIP_CONFIG_SETTINGS", "nonsense".into()),
        (Kind::Pip, "PIP_USE_DEPRECATED", "legacy-resolver".into()),
        (
            Kind::Pip,
            "PIP_CONFIG_FILE",
            world.write("wrong.conf", "[install]\nno-deps = 1\n").into(),
        ),
        (Kind::Uv, "UV_SYSTEM_PYTHON", one.clone()),
        (Kind::Uv, "UV_PYTHON", other),
        (Kind::Uv, "UV_MANAGED_PYTHON", one.clone()),
        (Kind::Uv, "UV_WORKING_DIR", "/nowhere".into()),
        (Kind::Uv, "UV_PROJECT_ENVIRONMENT", elsewhere.clone()),
        (Kind::Uv, "UV_OVERRIDE", pins.into()),
        (Kind::Uv, "UV_EXCLUDE", excluded.into()),
        (Kind::Uv, "UV_LINK_MODE", "symlink".into()),
        (
            Kind::Uv,
            "UV_CONFIG_FILE",
            world.write("wrong.toml", "[pip]\nno-deps = true\n").into(),
        ),
    ];
    for (kind, name, value) in variables {
        world.renew();
        world.set(name, value);
        install_unharmed(&world, kind, name);
        world.unset(name);
    }
    // What concerns neither of them alone.
    world.write("shadow/pip.py", "raise SystemExit('not pip')");
    world.write("shadow/encodings.py", "raise SystemExit('not Python')");
    for (name, value) in [
        ("PYTHONPATH", world.path("shadow").into()),
        ("PYTHONHOME", elsewhere),
        ("VIRTUAL_ENV", world.host.prefix.clone().into_os_string()),
    ] {
        world.set(name, value);
    }
    for kind in BOTH {
        world.renew();
        install_unharmed(&world, kind, "variables of Python");
    }
}

#[test]
fn no_configuration_file_breaks_the_environment() {
    let mut world = World::new(&on_index());
    let elsewhere = world.path("elsewhere").display().to_string();
    // The index comes from the same files, so that they are known to be read.
    let index = world.index.url();
    world.unset("PIP_INDEX_URL");
    world.unset("UV_INDEX_URL");
    let pip = [
        format!("target = {elsewhere}"),
        format!("prefix = {elsewhere}"),
        format!("root = {elsewhere}"),
        "force-reinstall = true".to_owned(),
        "no_deps = true".to_owned(),
        "dry-run = yes".to_owned(),
    ];
    for setting in &pip {
        for section in ["global", "install"] {
            let text = format!("[{section}]\nindex-url = {index}\n{setting}\n");
            world.renew();
            world.write("home/.config/pip/pip.conf", &text);
            install_unharmed(&world, Kind::Pip, &text);
        }
    }
    let uv = [
        format!("target = '{elsewhere}'"),
        format!("prefix = '{elsewhere}'"),
        "no-deps = true".to_owned(),
        "reinstall = true".to_owned(),
        "upgrade = true".to_owned(),
        "system = true".to_owned(),
        "python = '/nowhere'".to_owned(),
        "link-mode = 'symlink'".to_owned(),
        "override-dependencies = ['hostlib==3.0']".to_owned(),
        "no-build-isolation = true".to_owned(),
    ];
    for setting in &uv {
        for at_top in [true, false] {
            let text = if at_top {
                format!("index-url = '{index}'\n{setting}\n")
            } else {
                format!("[pip]\nindex-url = '{index}'\n{setting}\n")
            };
            world.renew();
            world.write("home/.config/uv/uv.toml", &text);
            install_unharmed(&world, Kind::Uv, &text);
        }
    }
    // Nothing of the user's stays behind.
    assert_eq!(world.files("scratch"), Default::default());
}

#[test]
fn the_projects_settings_do_not_hold() {
    // The environment is below a project that would have everything go wrong.
    let mut world = World::new(&on_index());
    for file in ["pyproject.toml", "uv.toml"] {
        let table = if file == "uv.toml" { "" } else { "tool.uv." };
        let text = format!(
            "[[{table}index]]\nurl = 'http://127.0.0.1:9/'\ndefault = true\n[{table}pip]\ntarget = '{}'\n",
            world.path("elsewhere").display()
        );
        world.write(file, &text);
    }
    world.write("setup.cfg", "[install]\nprefix = /nowhere\n");
    for file in ["user/pip.py", "pip.py"] {
        world.write(file, "raise SystemExit('not pip')");
    }
    for kind in BOTH {
        world.renew();
        install_unharmed(&world, kind, "a project's settings");
    }
}

#[test]
fn relative_paths_mean_what_they_mean_to_the_user() {
    let mut world = World::new(&[]);
    for (folder, name) in [("user/wheels", "bar"), ("home/.config/uv/more", "baz")] {
        let archive = module(name, "1.0").archive().unwrap();
        fs::create_dir_all(world.path(folder)).unwrap();
        fs::write(world.path(folder).join(&archive.file_name), archive.content).unwrap();
    }
    world.write("home/.config/uv/uv.toml", "find-links = ['./more']\n");
    world.write(
        "etc/pip.conf",
        "[install]\nfind-links =\n    wheels\n    ../home/.config/uv/more\n",
    );
    // uv takes a variable for the file's setting, as it always does.
    world.set("UV_FIND_LINKS", "wheels");
    world.set("UV_CONSTRAINT", "constraints.txt");
    world.set("PIP_CONSTRAINT", "constraints.txt");
    world.write("user/constraints.txt", "bar<2\n");
    for kind in BOTH {
        world.renew();
        world.install(kind, &["bar"]).unwrap();
        assert_eq!(world.installed(), ["bar 1.0", "hostlib 2.0"], "{kind}");
    }
    world.renew();
    world.install(Kind::Pip, &["baz"]).unwrap();
    world.unset("UV_FIND_LINKS");
    world.renew();
    world.install(Kind::Uv, &["baz"]).unwrap();
    assert_eq!(world.installed(), ["baz 1.0", "hostlib 2.0"]);
    // Both the user's constraints and ours hold.
    world.write("user/constraints.txt", "baz<1\n");
    for kind in BOTH {
        world.renew();
        world.install(kind, &["baz"]).unwrap_err();
        assert_eq!(world.installed(), ["hostlib 2.0"], "{kind}");
    }
}

#[test]
fn the_host_gets_no_bytecode() {
    use std::process::Command;

    use passthrough_world::python;

    let mut world = World::new(&on_index());
    let own = world.path("own");
    python::run(
        Command::new(&world.host.executable)
            .args(["-m", "venv"])
            .arg(&own)
            .env("PYTHONDONTWRITEBYTECODE", "1"),
    );
    python::run(
        Command::new("find")
            .arg(&own)
            .args(["-name", "*.pyc", "-delete"]),
    );
    world.host = crate::world::asked(&own.join("bin/python"));
    let before = world.files("own");
    install_unharmed(&world, Kind::Pip, "a host without bytecode");
    assert_eq!(world.files("own"), before);
}

#[test]
fn the_plan_can_know_the_users_constraints() {
    let mut world = World::new(&[]);
    world.set("UV_CONSTRAINT", "one.txt /two.txt");
    world.write(
        "home/.config/uv/uv.toml",
        "constraint-dependencies = ['foo<2']\n",
    );
    world.write(
        "etc/pip.conf",
        "[install]\nconstraint = three.txt https://x/four.txt\n",
    );
    let found = |world: &World, kind| {
        let installer = world.choose(Some(kind)).unwrap();
        let environment = world.environment();
        let user = world.user(&environment);
        (
            installer::constraint_files(&installer, &user).unwrap(),
            installer::constraints_in_settings(&installer, &user).unwrap(),
        )
    };
    let one = world.path("user/one.txt");
    let three = world.path("user/three.txt");
    assert_eq!(
        found(&world, Kind::Uv),
        (vec![one, "/two.txt".into()], vec!["foo<2".to_owned()])
    );
    assert_eq!(found(&world, Kind::Pip), (vec![three], vec![]));
}
