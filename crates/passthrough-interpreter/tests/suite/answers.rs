//! What an interpreter that is asked answers: its `sys.path`, and what put
//! each entry there.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_interpreter::{Interpreter, Origin};
use passthrough_world::python;

use crate::support::{
    ask_in, beyond_stdlib, debian, interpreters, scratch, script, shell, site, variables, venv,
};

fn user_site_below(base: &Path, interpreter: &Interpreter) -> PathBuf {
    let version = &interpreter.identity.version;
    base.join(format!("lib/python{version}/site-packages"))
}

#[test]
fn a_plain_environment_sees_the_standard_library_and_its_own_packages() {
    for (version, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let executable = venv(python, &scratch.join("venv"), &[]);
        let interpreter = ask_in(&executable, &shell(&scratch));
        let own = scratch.join(format!("venv/lib/python{version}/site-packages"));
        assert_eq!(beyond_stdlib(&interpreter), [(own, Origin::Site)]);
        assert_eq!(interpreter.executable, executable);
        assert_eq!(interpreter.prefix, scratch.join("venv"));
        assert_ne!(interpreter.base_prefix, interpreter.prefix);
        assert_eq!(&interpreter.identity.version, version);
        let first = &interpreter.sys_path[0];
        assert_eq!(first.origin, Origin::Stdlib);
        assert!(first.path.join("os.py").is_file());
        let dynamic = first.path.join("lib-dynload");
        assert_eq!(interpreter.sys_path[1].path, dynamic);
        for entry in &interpreter.sys_path {
            assert!(entry.path.is_absolute() && entry.path.exists(), "{entry:?}");
        }
    }
}

#[test]
fn system_site_packages_come_last() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let executable = venv(python, &scratch.join("venv"), &["--system-site-packages"]);
        let interpreter = ask_in(&executable, &shell(&scratch));
        let base = ask_in(python, &shell(&scratch));
        let system: Vec<_> = beyond_stdlib(&base)
            .into_iter()
            .map(|(path, origin)| {
                let known = matches!(origin, Origin::Site | Origin::SystemSite);
                (path, if known { Origin::SystemSite } else { origin })
            })
            .collect();
        let mut expected = vec![(site(&interpreter), Origin::Site)];
        expected.extend(system);
        assert_eq!(beyond_stdlib(&interpreter), expected);
        assert!(expected.len() > 1, "the base has no site directory");
    }
}

#[test]
fn the_user_site_counts_where_the_interpreter_enables_it() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let base = scratch.join("user");
        let interpreter = ask_in(python, &shell(&scratch));
        let user = user_site_below(&base, &interpreter);
        fs::create_dir_all(&user).unwrap();
        fs::write(user.join("more.pth"), scratch.to_str().unwrap()).unwrap();
        let with = variables(&scratch, &[("PYTHONUSERBASE", &base)]);
        let without = variables(
            &scratch,
            &[
                ("PYTHONUSERBASE", &base),
                ("PYTHONNOUSERSITE", Path::new("1")),
            ],
        );
        let ours = [
            (user.clone(), Origin::UserSite),
            (scratch.clone(), Origin::Pth(user.join("more.pth"))),
        ];

        let system = beyond_stdlib(&interpreter);
        assert_eq!(
            beyond_stdlib(&ask_in(python, &with)),
            [&ours[..], &system].concat()
        );
        assert_eq!(beyond_stdlib(&ask_in(python, &without)), system);

        let plain = venv(python, &scratch.join("plain"), &[]);
        assert_eq!(beyond_stdlib(&ask_in(&plain, &with)).len(), 1);

        let open = venv(python, &scratch.join("open"), &["--system-site-packages"]);
        let seen = beyond_stdlib(&ask_in(&open, &with));
        assert_eq!(seen[0].1, Origin::Site);
        assert_eq!(seen[1..3], ours);
        assert_eq!(seen[3].1, Origin::SystemSite);
    }
}

#[test]
fn the_user_site_is_below_home_by_default() {
    let (_guard, scratch) = scratch();
    let interpreter = ask_in(&python::any(), &shell(&scratch));
    let user = user_site_below(&scratch.join(".local"), &interpreter);
    fs::create_dir_all(&user).unwrap();
    let seen = beyond_stdlib(&ask_in(&python::any(), &shell(&scratch)));
    assert_eq!(seen[0], (user, Origin::UserSite));
}

#[test]
fn pythonpath_does_not_count() {
    let (_guard, scratch) = scratch();
    let executable = venv(&python::any(), &scratch.join("venv"), &[]);
    let trap = scratch.join("trap");
    fs::create_dir(&trap).unwrap();
    fs::write(trap.join("sitecustomize.py"), "import os; os._exit(9)").unwrap();
    let plain = ask_in(&executable, &shell(&scratch));
    let trapped = ask_in(&executable, &variables(&scratch, &[("PYTHONPATH", &trap)]));
    assert_eq!(trapped, plain);
}

#[test]
fn the_current_directory_does_not_count_even_where_a_wrapper_chooses_it() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let trap = scratch.join("trap");
        fs::create_dir(&trap).unwrap();
        // The variable makes the probe import this module.
        fs::write(trap.join("sysconfig.py"), "import os; os._exit(9)").unwrap();
        let wrapper = script(
            &scratch.join("wrapper"),
            &format!(
                "#!/bin/sh\ncd '{}'\nexec '{}' \"$@\"\n",
                trap.display(),
                python.display()
            ),
        );
        let shell = variables(&scratch, &[("_PYTHON_HOST_PLATFORM", Path::new("crossed"))]);
        let interpreter = ask_in(&wrapper, &shell);
        assert_eq!(interpreter.identity.platform, "crossed");
        let entries = &interpreter.sys_path;
        assert!(entries.iter().all(|entry| !entry.path.starts_with(&trap)));
    }
}

#[test]
fn what_start_up_code_says_is_the_current_directory_does_not_count() {
    let (_guard, scratch) = scratch();
    let executable = venv(&python::any(), &scratch.join("venv"), &[]);
    let plain = ask_in(&executable, &shell(&scratch));
    fs::write(
        site(&plain).join("code.pth"),
        "import os, sys; sys.path += ['', '.', 'usr', os.getcwd(), None, b'/usr']",
    )
    .unwrap();
    assert_eq!(ask_in(&executable, &shell(&scratch)), plain);
}

#[test]
fn paths_in_pth_files_are_told_with_the_file() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let executable = venv(python, &scratch.join("venv"), &[]);
        let site = site(&ask_in(&executable, &shell(&scratch)));
        for directory in ["one", "two", "three"] {
            fs::create_dir(scratch.join(directory)).unwrap();
        }
        let absolute = |name: &str| scratch.join(name).to_str().unwrap().to_owned();
        let first = [
            absolute("two"),
            absolute("missing"),
            absolute("one") + "/../one",
        ];
        fs::write(site.join("b.pth"), first.join("\n")).unwrap();
        fs::write(
            site.join("c.pth"),
            [absolute("one"), absolute("three")].join("\r\n"),
        )
        .unwrap();
        fs::create_dir(site.join("below")).unwrap();
        fs::write(site.join("a.pth"), "below\n").unwrap();
        // What a .pth file adds is no site directory.
        fs::create_dir(scratch.join("four")).unwrap();
        fs::write(scratch.join("one/d.pth"), absolute("four")).unwrap();

        let expected = [
            (site.clone(), Origin::Site),
            (site.join("below"), Origin::Pth(site.join("a.pth"))),
            (scratch.join("two"), Origin::Pth(site.join("b.pth"))),
            (scratch.join("one"), Origin::Pth(site.join("b.pth"))),
            (scratch.join("three"), Origin::Pth(site.join("c.pth"))),
        ];
        assert_eq!(
            beyond_stdlib(&ask_in(&executable, &shell(&scratch))),
            expected
        );
    }
}

#[test]
fn an_entry_that_leads_to_the_same_place_counts_once() {
    let (_guard, scratch) = scratch();
    let executable = venv(&python::any(), &scratch.join("venv"), &[]);
    let plain = ask_in(&executable, &shell(&scratch));
    let link = scratch.join("link");
    fs_err::os::unix::fs::symlink(site(&plain), &link).unwrap();
    fs::write(site(&plain).join("a.pth"), link.to_str().unwrap()).unwrap();
    assert_eq!(ask_in(&executable, &shell(&scratch)), plain);
}

#[test]
fn start_up_code_may_print_and_add_entries() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let executable = venv(python, &scratch.join("venv"), &[]);
        let plain = ask_in(&executable, &shell(&scratch));
        let site = site(&plain);
        let added = scratch.join("added");
        fs::create_dir(&added).unwrap();
        // More than a pipe holds, before and after the answer.
        let noise = "import sys, atexit; print('{' * 100000); sys.stdout.flush(); \
                     atexit.register(print, '}' * 100000); sys.stderr.write('x' * 100000)";
        fs::write(site.join("noise.pth"), noise).unwrap();
        fs::write(
            site.join("sitecustomize.py"),
            format!("import sys; print('hello'); sys.path.append({added:?})"),
        )
        .unwrap();
        let mut expected = plain.clone();
        expected.sys_path.push(passthrough_interpreter::PathEntry {
            path: added,
            origin: Origin::Other,
        });
        let host = debian();
        let noisy = ask_in(&executable, &shell(&scratch));
        // Debian's own sitecustomize comes first on the path.
        if host.as_ref() == Some(python) {
            assert_eq!(noisy, plain);
        } else {
            assert_eq!(noisy, expected);
        }
    }
}

#[test]
fn the_other_variables_of_python_keep_their_effect_and_do_no_harm() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let executable = venv(python, &scratch.join("venv"), &[]);
        let plain = ask_in(&executable, &shell(&scratch));
        for (name, value) in [
            ("PYTHONSAFEPATH", "1"),
            ("PYTHONINSPECT", "1"),
            ("PYTHONVERBOSE", "1"),
            ("PYTHONWARNINGS", "error"),
            ("PYTHONUTF8", "0"),
            ("PYTHONIOENCODING", "utf-16"),
            ("PYTHONUNBUFFERED", "1"),
            ("PYTHONDEVMODE", "1"),
            ("LC_ALL", "C"),
        ] {
            let seen = ask_in(
                &executable,
                &variables(&scratch, &[(name, Path::new(value))]),
            );
            assert_eq!(seen, plain, "{name}");
        }
    }
}

#[test]
fn no_bytecode_is_written_into_the_host() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let executable = venv(python, &scratch.join("venv"), &[]);
        let site = site(&ask_in(&executable, &shell(&scratch)));
        fs::write(site.join("started.py"), "").unwrap();
        fs::write(
            site.join("code.pth"),
            "import started, subprocess, sys; subprocess.call([sys.executable, '-S', '-c', \
             'import sys; sys.path.insert(0, %r); import child' % started.__file__[:-10]])",
        )
        .unwrap();
        fs::write(
            site.join("child.py"),
            format!("open({:?}, 'w')", scratch.join("ran")),
        )
        .unwrap();
        ask_in(&executable, &shell(&scratch));
        assert!(
            scratch.join("ran").exists(),
            "the code of the .pth file did not run"
        );
        assert!(!site.join("__pycache__").exists());
    }
}

#[test]
fn paths_need_not_be_text() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        venv(python, &scratch.join("venv"), &[]);
        let odd = scratch.join(OsStr::from_bytes(b"v\xff\"\\\n\xe2\x82\xac"));
        fs::rename(scratch.join("venv"), &odd).unwrap();
        let executable = odd.join("bin/python");
        let interpreter = ask_in(&executable, &shell(&scratch));
        assert_eq!(interpreter.executable, executable);
        assert_eq!(interpreter.prefix, odd);
        assert!(site(&interpreter).starts_with(&odd));
    }
}

#[test]
fn a_relative_executable_is_made_absolute() {
    let (_guard, scratch) = scratch();
    let executable = venv(&python::any(), &scratch.join("venv"), &[]);
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let relative = up.join(executable.strip_prefix("/").unwrap());
    assert!(relative.is_relative());
    let interpreter = ask_in(&relative, &shell(&scratch));
    assert!(interpreter.executable.is_absolute());
    assert_eq!(
        fs::canonicalize(interpreter.prefix).unwrap(),
        scratch.join("venv")
    );
}

#[test]
fn a_script_may_print_its_arguments_and_then_become_python() {
    let (_guard, scratch) = scratch();
    let executable = venv(&python::any(), &scratch.join("venv"), &[]);
    let wrapper = script(
        &scratch.join("wrapper"),
        &format!(
            "#!/bin/sh\necho \"$@\"\nset -x\nexec '{}' \"$@\"\n",
            executable.display()
        ),
    );
    let shell = shell(&scratch);
    assert_eq!(ask_in(&wrapper, &shell), ask_in(&executable, &shell));
}

#[test]
fn what_was_left_running_is_not_waited_for() {
    let (_guard, scratch) = scratch();
    let executable = venv(&python::any(), &scratch.join("venv"), &[]);
    // Both pipes stay open for longer than the interpreter may take.
    let wrapper = script(
        &scratch.join("wrapper"),
        &format!(
            "#!/bin/sh\nsleep 30 &\nexec '{}' \"$@\"\n",
            executable.display()
        ),
    );
    let shell = shell(&scratch);
    assert_eq!(ask_in(&wrapper, &shell), ask_in(&executable, &shell));
}

#[test]
fn debian_keeps_its_packages_in_dist_packages() {
    let Some(python) = debian() else {
        // Not Debian: nothing to see. Constructed trees are tested elsewhere.
        return;
    };
    let (_guard, scratch) = scratch();
    let interpreter = ask_in(&python, &shell(&scratch));
    let dist = Path::new("/usr/lib/python3/dist-packages");
    let entry = (dist.to_owned(), Origin::SystemSite);
    assert!(
        beyond_stdlib(&interpreter).contains(&entry),
        "{interpreter:#?}"
    );
}

#[test]
fn flags_and_platform_are_those_of_sysconfig() {
    for (_, python) in &interpreters() {
        let (_guard, scratch) = scratch();
        let output = python::run(Command::new(python).args([
            "-c",
            "import sys, sysconfig; print(sys.implementation.name, \
             '%d.%d' % sys.version_info[:2], sys.abiflags, sysconfig.get_platform(), sep='|')",
        ]));
        let identity = ask_in(python, &shell(&scratch)).identity;
        let said = [
            identity.implementation,
            identity.version,
            identity.abi_flags,
            identity.platform,
        ];
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim_end(),
            said.join("|")
        );
    }
}
