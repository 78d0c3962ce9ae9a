//! Environments on every interpreter of this machine (I7).

use std::process::Command;

use fs_err as fs;
use passthrough_env::BuildEnvironment;
use passthrough_interpreter::{AskOptions, Environment, ask};
use passthrough_world::python;

use crate::support::{command, interpreter, output, shown};

const PROBE: &str = "import sys, sysconfig, site\n\
    p = sys.prefix\n\
    print([x.replace(p, 'ENV') for x in sys.path[1:]])\n\
    print(sys.base_prefix, sys.version, sys.flags.no_user_site, site.ENABLE_USER_SITE)\n\
    print(sysconfig.get_config_vars('SOABI', 'EXT_SUFFIX', 'LDVERSION'))\n\
    print({k: v.replace(p, 'ENV') for k, v in sysconfig.get_paths().items()})\n\
    print(sys.executable.replace(p, 'ENV'))\n";

#[test]
fn an_environment_is_what_venv_makes() {
    let scratch = tempfile::tempdir().unwrap();
    let all = python::all();
    assert!(!all.is_empty());
    for (version, base) in all {
        let venv = scratch.path().join(format!("venv{version}"));
        python::run(
            Command::new(&base)
                .args(["-m", "venv", "--without-pip"])
                .arg(&venv),
        );
        // On the interpreter itself, on an environment of links, and of copies.
        let copies = scratch.path().join(format!("copies{version}"));
        python::run(
            Command::new(&base)
                .args(["-m", "venv", "--without-pip", "--copies"])
                .arg(&copies),
        );
        for host in [base, venv.join("bin/python"), copies.join("bin/python")] {
            let root = scratch.path().join("env");
            let environment = BuildEnvironment::create(&root, &interpreter(&host)).unwrap();
            let told = |program: &std::path::Path| {
                let output = output(command(&environment, program).args(["-c", PROBE]));
                assert!(output.status.success(), "{}", shown(&output));
                String::from_utf8(output.stdout).unwrap()
            };
            let expected = told(&venv.join("bin/python"));
            assert_eq!(told(environment.python()), expected, "{}", host.display());
            // What we believe of it is what it says.
            let asked = ask(
                environment.python(),
                &Environment::of_process(),
                &AskOptions::default(),
            )
            .unwrap();
            let host = interpreter(&host);
            assert_eq!(asked.identity, host.identity);
            assert_eq!(asked.base_prefix, host.base_prefix);
            assert_eq!(asked.prefix, root);
            assert_eq!(
                asked.sys_path.last().unwrap().path,
                environment.layout().site_packages
            );
            environment.remove().unwrap();
            assert!(!root.exists());
        }
        let _ = fs::remove_dir_all(copies);
    }
}

/// Too long for a first line, and with a space.
#[test]
fn scripts_work_in_places_with_awkward_names() {
    let scratch = tempfile::tempdir().unwrap();
    let host = interpreter(&python::any());
    let site = passthrough_world::site::SiteBuilder::new(scratch.path().join("site"));
    site.dist_info("foo", "1.0")
        .file(
            "foo.py",
            "import sys\ndef main(): print(sys.argv[1:], sys.prefix)\n",
        )
        .file(
            "foo-1.0.dist-info/entry_points.txt",
            "[console_scripts]\nfoo = foo:main\n",
        )
        .write();
    let mut host_with = host.clone();
    host_with.sys_path.push(passthrough_interpreter::PathEntry {
        path: site.directory().to_owned(),
        origin: passthrough_interpreter::Origin::Other,
    });
    let inventory = passthrough_host::Site::new(&host_with);
    let exposed = crate::support::exposed(&host_with, &inventory, &["foo"]);
    for name in [
        "with space".to_owned(),
        "x".repeat(150),
        "o'neil ünï".to_owned(),
    ] {
        let root = scratch.path().join(name);
        let mut environment = BuildEnvironment::create(&root, &host_with).unwrap();
        environment
            .expose(&exposed, passthrough_env::LinkMode::Auto)
            .unwrap();
        let script = environment.layout().scripts.join("foo");
        let output = output(command(&environment, &script).args(["a b", "$c"]));
        assert_eq!(
            String::from_utf8(output.stdout.clone()).unwrap(),
            format!("['a b', '$c'] {}\n", root.display()),
            "{}",
            shown(&output)
        );
    }
}
