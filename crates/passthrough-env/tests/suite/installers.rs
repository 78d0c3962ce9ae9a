//! What pip and uv do in an environment does not reach the host (I5, I8).

use std::path::Path;
use std::process::{Command, Output};

use passthrough_env::{BuildEnvironment, EnvErrorKind, LinkMode};
use passthrough_world::python::{any, environment as packages};

use crate::closure::HOST;
use crate::support::{World, command, output, python, shown};

struct Tools {
    python: std::path::PathBuf,
    uv: std::path::PathBuf,
}

fn tools() -> Tools {
    let root = packages(&any(), &["uv==0.13.8", "pip==26.3"]);
    Tools {
        python: root.join("bin/python"),
        uv: root.join("bin/uv"),
    }
}

impl Tools {
    fn pip(&self, environment: &BuildEnvironment, arguments: &[&str]) -> Output {
        let mut pip = command(environment, &self.python);
        pip.args(["-m", "pip", "--python"])
            .arg(environment.python())
            .args([
                "install",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
            ]);
        run(pip, environment, arguments)
    }

    fn uv(&self, environment: &BuildEnvironment, arguments: &[&str]) -> Output {
        let mut uv = command(environment, &self.uv);
        uv.args(["pip", "install", "--quiet", "--python"])
            .arg(environment.python());
        run(uv, environment, arguments)
    }
}

fn run(mut command: Command, environment: &BuildEnvironment, arguments: &[&str]) -> Output {
    let constraints = environment.layout().constraints();
    for argument in arguments {
        match *argument {
            "CONSTRAINTS" => command.arg("--constraint").arg(&constraints),
            other => command.arg(other),
        };
    }
    output(&mut command)
}

#[test]
fn another_version_is_refused_or_stays_in_the_environment() {
    let world = World::with(&HOST);
    let tools = tools();
    for mode in [LinkMode::Auto, LinkMode::Hardlink, LinkMode::Symlink] {
        let other = ["numpy==2.2.5", "--no-deps"];
        for is_uv in [false, true] {
            let environment = world.environment(&["numpy"], mode);
            let install = |arguments: &[&str]| {
                if is_uv {
                    tools.uv(&environment, arguments)
                } else {
                    tools.pip(&environment, arguments)
                }
            };
            let refused = install(&["numpy==2.2.5", "CONSTRAINTS"]);
            assert!(!refused.status.success(), "{}", shown(&refused));
            environment.present().unwrap();
            let replaced = install(&other);
            assert!(replaced.status.success(), "{}", shown(&replaced));
            assert_eq!(
                python(&environment, "import numpy; print(numpy.__version__)"),
                "2.2.5"
            );
            let error = environment.present().unwrap_err();
            assert!(matches!(error.kind, EnvErrorKind::Replaced(_)), "{error}");
            assert_eq!(environment.verify(), []);
            environment.remove().unwrap();
            world.assert_untouched();
        }
    }
}

#[test]
fn downloads_join_the_namespaces_of_what_is_exposed() {
    let world = World::with(&HOST);
    let tools = tools();
    for (mode, link_mode) in [
        (LinkMode::Auto, "copy"),
        (LinkMode::Hardlink, "copy"),
        (LinkMode::Hardlink, "hardlink"),
    ] {
        let environment = world.environment(&["backports-tarfile", "protobuf"], mode);
        let installed = tools.uv(
            &environment,
            &[
                "CONSTRAINTS",
                "--link-mode",
                link_mode,
                "backports.functools_lru_cache==2.0.0",
                "googleapis-common-protos==1.70.0",
            ],
        );
        assert!(installed.status.success(), "{}", shown(&installed));
        let told = python(
            &environment,
            "import backports.tarfile, backports.functools_lru_cache, google.rpc.code_pb2\n\
             import google.protobuf, importlib.metadata as m\n\
             print(google.protobuf.__version__, sorted(d.name.lower().replace('_', '-') for d in m.distributions()))",
        );
        assert_eq!(
            told,
            "6.31.1 ['backports.functools-lru-cache', 'backports.tarfile', \
             'googleapis-common-protos', 'protobuf']"
        );
        let present = environment.present().unwrap();
        let exposed: Vec<_> = present
            .iter()
            .filter(|(_, present)| present.exposed)
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(exposed, ["backports-tarfile", "protobuf"]);
        assert_eq!(present.len(), 4);
        assert_eq!(environment.verify(), []);
        environment.remove().unwrap();
        world.assert_untouched();
    }
}

/// A hook that writes to a large library that is linked is found out (I6).
#[test]
fn writing_through_a_link_is_told() {
    let scratch = tempfile::tempdir().unwrap();
    let venv = scratch.path().join("host");
    passthrough_world::python::run(
        Command::new(any())
            .args(["-m", "venv", "--without-pip"])
            .arg(&venv),
    );
    let host = crate::support::interpreter(&venv.join("bin/python"));
    let site = host
        .sys_path
        .iter()
        .find(|entry| entry.path.starts_with(&venv));
    passthrough_world::site::SiteBuilder::new(&site.unwrap().path)
        .dist_info("foo", "1.0")
        .file("foo/core.so", vec![1; 2 << 20])
        .write();
    let inventory = passthrough_host::Site::new(&host);
    let exposed = crate::support::exposed(&host, &inventory, &["foo"]);
    for append in [true, false] {
        let root = scratch.path().join("env");
        let mut environment = BuildEnvironment::create(&root, &host).unwrap();
        environment.expose(&exposed, LinkMode::Auto).unwrap();
        assert_eq!(environment.verify(), []);
        let library = environment.layout().site_packages.join("foo/core.so");
        scribble(&environment, &library, append);
        let changed = environment.verify();
        let is_clone = environment.manifest().distributions[0]
            .files
            .iter()
            .any(|file| file.mode == passthrough_protocol::FileMode::Clone);
        assert_eq!(changed.len(), usize::from(!is_clone), "{changed:?}");
    }
}

fn scribble(environment: &BuildEnvironment, library: &Path, append: bool) {
    let code = if append {
        "open(sys.argv[1], 'ab').write(b'x')"
    } else {
        "os.chmod(sys.argv[1], 0o777)"
    };
    let mut hook = command(environment, environment.python());
    let done = output(
        hook.args(["-c", &format!("import sys, os; {code}")])
            .arg(library),
    );
    assert!(done.status.success(), "{}", shown(&done));
}
