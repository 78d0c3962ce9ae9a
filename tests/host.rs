//! Real interpreters and environments, through the binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use fs_err as fs;
use passthrough_world::python::{all, any, run};

use crate::context::{Context, Ran, codes, names, status};

const PIP: &str = r#"[build-system]
requires = ["pip"]

[tool.example]
no-build-isolation-package = ["pip"]
"#;

fn demo(version: &str) -> [(&'static str, String); 2] {
    [
        (
            "METADATA",
            format!("Metadata-Version: 2.1\nName: demo\nVersion: {version}\n\n"),
        ),
        ("RECORD", "demo.py,,\n".to_owned()),
    ]
}

/// Writes a `demo` distribution by hand, where no installer would put one.
fn install_demo(context: &Context, directory: &str, version: &str) -> PathBuf {
    for (name, text) in demo(version) {
        context.write(
            &format!("{directory}/demo-{version}.dist-info/{name}"),
            text,
        );
    }
    context.write(&format!("{directory}/demo.py"), "");
    context.path(directory)
}

fn lists_demo(context: &Context) {
    context.pyproject(&PIP.replace("pip", "demo"));
}

/// The `site-packages` of a venv.
fn site_packages(venv: &Path) -> PathBuf {
    let library = fs::read_dir(venv.join("lib")).unwrap();
    let version = library.map(|entry| entry.unwrap().path()).next().unwrap();
    version.join("site-packages")
}

#[test]
fn a_venv_of_every_interpreter() {
    for (version, python) in all() {
        let context = Context::new();
        context.pyproject(PIP);
        let venv = context.venv("venv", &python, &[]);
        for arguments in [&[][..], &["--no-spawn"]] {
            let plan = context.plan(["--python", venv.to_str().unwrap()].iter().chain(arguments));
            assert_eq!(
                status(&plan, "pip"),
                "host",
                "{version} {arguments:?}: {plan}"
            );
            let full = plan["host"]["version"].as_str().unwrap();
            assert!(
                full.starts_with(&version),
                "{version} {arguments:?}: {plan}"
            );
        }
    }
}

#[test]
fn system_site_packages_are_seen_when_the_venv_exposes_them() {
    let context = Context::new();
    context.pyproject(PIP);
    let open = context.venv("open", &any(), &["--system-site-packages", "--without-pip"]);
    let closed = context.venv("closed", &any(), &["--without-pip"]);
    // The base of the test's interpreter has pip, or `venv` could not seed one.
    for arguments in [&[][..], &["--no-spawn"]] {
        let of = |venv: &Path| {
            let plan = context.plan(["--python", venv.to_str().unwrap()].iter().chain(arguments));
            status(&plan, "pip").to_owned()
        };
        assert_ne!(of(&open), "not-installed", "{arguments:?}");
        assert_eq!(of(&closed), "not-installed", "{arguments:?}");
    }
}

#[test]
fn user_site_counts_where_the_interpreter_enables_it() {
    let context = Context::new();
    lists_demo(&context);
    let open = context.venv("open", &any(), &["--system-site-packages", "--without-pip"]);
    let user = context.path("user");
    let ask = |variables: &[(&str, &str)]| {
        let mut command = Command::new(open.join("bin/python"));
        command.args(["-c", "import site; print(site.getusersitepackages())"]);
        command
            .env("PYTHONUSERBASE", &user)
            .envs(variables.iter().copied());
        String::from_utf8(run(&mut command).stdout).unwrap()
    };
    let directory = ask(&[]);
    let relative = Path::new(directory.trim())
        .strip_prefix(context.path(""))
        .unwrap();
    install_demo(&context, relative.to_str().unwrap(), "1.0");
    let check = |variables: &[(&str, &str)], arguments: &[&str]| {
        let ran = Ran::of(
            context
                .command()
                .args(["check", "--output-format", "json", "--python"])
                .arg(&open)
                .args(arguments)
                .env("PYTHONUSERBASE", &user)
                .envs(variables.iter().copied()),
        );
        let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        status(&plan, "demo").to_owned()
    };
    for arguments in [&[][..], &["--no-spawn"]] {
        assert_eq!(check(&[], arguments), "host", "{arguments:?}");
        assert_eq!(
            check(&[("PYTHONNOUSERSITE", "1")], arguments),
            "not-installed",
            "{arguments:?}"
        );
    }
}

#[test]
fn pythonpath_and_the_current_directory_do_not_count() {
    let context = Context::new();
    lists_demo(&context);
    let venv = context.venv("venv", &any(), &["--without-pip"]);
    let elsewhere = install_demo(&context, "elsewhere", "1.0");
    install_demo(&context, "project", "2.0");
    let ran = Ran::of(
        context
            .command()
            .args(["check", "--output-format", "json", "--python"])
            .arg(&venv)
            .env("PYTHONPATH", elsewhere),
    );
    let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(status(&plan, "demo"), "not-installed");
}

#[test]
fn directories_that_a_pth_file_adds_count() {
    let context = Context::new();
    lists_demo(&context);
    let venv = context.venv("venv", &any(), &["--without-pip"]);
    let elsewhere = install_demo(&context, "elsewhere", "1.0");
    let site = site_packages(&venv);
    let check = || context.plan(["--python", venv.to_str().unwrap()]);
    assert_eq!(status(&check(), "demo"), "not-installed");
    // The second run had a cached interpreter: a new .pth file must be seen.
    let pth = site.join("extra.pth");
    fs::write(&pth, format!("{}\n", elsewhere.display())).unwrap();
    assert_eq!(status(&check(), "demo"), "host");
    let no_spawn = context.plan(["--no-spawn", "--python", venv.to_str().unwrap()]);
    assert_eq!(status(&no_spawn, "demo"), "host");
    // So must a change inside of it, which leaves the directory as it was.
    let other = install_demo(&context, "other-one", "2.0");
    let before = fs::metadata(&site).unwrap().modified().unwrap();
    fs::write(&pth, format!("{}\n", other.display())).unwrap();
    assert_eq!(fs::metadata(&site).unwrap().modified().unwrap(), before);
    assert_eq!(check()["listed"][0]["version"], "2.0");
    fs::remove_file(&pth).unwrap();
    assert_eq!(status(&check(), "demo"), "not-installed");
}

#[test]
fn the_first_entry_wins_and_the_later_copy_is_reported() {
    let context = Context::new();
    lists_demo(&context);
    let venv = context.venv("venv", &any(), &["--without-pip"]);
    let site = site_packages(&venv);
    let elsewhere = install_demo(&context, "elsewhere", "9.0");
    let relative = site.strip_prefix(context.path("")).unwrap().to_owned();
    install_demo(&context, relative.to_str().unwrap(), "1.0");
    fs::write(site.join("extra.pth"), format!("{}\n", elsewhere.display())).unwrap();
    let plan = context.plan(["--python", venv.to_str().unwrap()]);
    assert_eq!(plan["listed"][0]["version"], "1.0");
    assert!(plan["diagnostics"].to_string().contains("9.0"), "{plan}");
}

/// Debian keeps its packages in `dist-packages`, mostly as `.egg-info`.
#[test]
fn debians_own_python() {
    let debian = Path::new("/usr/bin/python3");
    if !Path::new("/etc/debian_version").exists()
        || !Path::new("/usr/lib/python3/dist-packages").is_dir()
    {
        // There is no such Python on this machine: nothing to read.
        return;
    }
    let listing = run(Command::new(debian).args([
        "-c",
        "import importlib.metadata as m; print('\\n'.join(sorted({d.metadata['Name'] + '==' + d.version for d in m.distributions() if 'dist-packages' in str(d._path)})))",
    ]));
    let listing = String::from_utf8(listing.stdout).unwrap();
    let installed: BTreeMap<&str, &str> = listing
        .lines()
        .filter_map(|line| line.split_once("=="))
        .collect();
    let context = Context::new();
    let quoted: Vec<String> = installed.keys().map(|name| format!("{name:?}")).collect();
    let list = quoted.join(", ");
    context.pyproject(&format!(
        "[build-system]\nrequires = [{list}]\n[tool.example]\nno-build-isolation-package = [{list}]\n"
    ));
    for arguments in [&[][..], &["--no-spawn"]] {
        let plan = context.plan(["--python", "/usr/bin/python3"].iter().chain(arguments));
        assert_eq!(
            names(&plan, "listed").len(),
            installed.len(),
            "{arguments:?}"
        );
        for listed in plan["listed"].as_array().unwrap() {
            assert_ne!(listed["status"], "not-installed", "{arguments:?} {listed}");
        }
    }
}

/// Every path below `root` with its size, time and mode.
fn digest(root: &Path) -> BTreeMap<PathBuf, (u64, SystemTime, u32)> {
    use std::os::unix::fs::PermissionsExt as _;

    let mut found = BTreeMap::new();
    let mut queue = vec![root.to_owned()];
    while let Some(path) = queue.pop() {
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            queue.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
        let entry = (
            metadata.len(),
            metadata.modified().unwrap(),
            metadata.permissions().mode(),
        );
        found.insert(path, entry);
    }
    found
}

#[test]
fn the_host_is_not_modified() {
    let context = Context::new();
    context.pyproject(PIP);
    let venv = context.venv("venv", &any(), &[]);
    let site = site_packages(&venv);
    // A module that the interpreter imports at start, without its bytecode.
    fs::write(site.join("startup_hook.py"), "value = 1\n").unwrap();
    fs::write(site.join("hook.pth"), "import startup_hook\n").unwrap();
    let before = digest(&venv);
    for arguments in [&[][..], &["--no-cache"], &["--no-spawn"]] {
        context.plan(["--python", venv.to_str().unwrap()].iter().chain(arguments));
    }
    assert_eq!(digest(&venv), before);
}

#[test]
fn another_build_interpreter_rules_passthrough_out() {
    let pythons = all();
    let context = Context::new();
    context.pyproject(PIP);
    let (version, host) = pythons.first_key_value().unwrap();
    let venv = context.venv("venv", host, &[]);
    let of = |build: &Path| {
        let plan = context.plan([
            Path::new("--python"),
            &venv,
            Path::new("--build-python"),
            build,
        ]);
        status(&plan, "pip").to_owned()
    };
    assert_eq!(of(host), "host");
    // One interpreter is enough for the test above; a second makes it complete.
    for (other, python) in &pythons {
        assert_eq!(
            of(python),
            if other == version {
                "host"
            } else {
                "interpreter"
            }
        );
    }
}

#[test]
fn no_spawn_starts_nothing_and_says_what_it_left_out() {
    let context = Context::new();
    context.pyproject(PIP);
    let venv = context.venv("venv", &any(), &[]);
    let proof = context.path("started");
    let code = format!(
        "import os; open({:?}, 'w').close()\n",
        proof.display().to_string()
    );
    fs::write(site_packages(&venv).join("hook.pth"), code).unwrap();
    let plan = context.plan([Path::new("--no-spawn"), Path::new("--python"), &venv]);
    assert_eq!(status(&plan, "pip"), "host");
    assert!(!proof.exists());
    assert!(codes(&plan).contains(&"BIP341"), "{plan}");
    context.plan([Path::new("--python"), &venv]);
    assert!(proof.exists());
}
