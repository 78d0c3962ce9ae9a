//! One package with its scripts, in every mode.

use passthrough_env::LinkMode;
use passthrough_interpreter::Environment;

use crate::support::{World, command, output, python, shown};

#[test]
fn numpy_works_and_nothing_else_is_there() {
    let world = World::with(&["numpy==2.2.6", "six==1.17.0"]);
    for mode in [
        LinkMode::Auto,
        LinkMode::Clone,
        LinkMode::Copy,
        LinkMode::Hardlink,
        LinkMode::Symlink,
    ] {
        let environment = world.environment(&["numpy"], mode);
        let root = environment.root().display();
        let told = python(
            &environment,
            "import numpy, numpy.linalg, importlib.metadata as m, importlib.util as u, sys\n\
             assert numpy.linalg.inv(numpy.eye(2))[0, 0] == 1\n\
             print(m.version('numpy'), numpy.get_include(), sys.prefix)\n\
             print(u.find_spec('six'), u.find_spec('pip'), [d.name for d in m.distributions()])\n\
             print([str(f) for f in m.files('numpy') if f.suffix != '.pyc' and not f.locate().exists()])",
        );
        assert_eq!(
            told,
            format!(
                "2.2.6 {root}/lib/python{version}/site-packages/numpy/_core/include {root}\n\
                 None None ['numpy']\n[]",
                version = world.host.identity.version
            ),
            "{mode:?}"
        );
        let script = environment.layout().scripts.join("f2py");
        let output = output(command(&environment, &script).arg("-v"));
        assert!(output.status.success(), "{}", shown(&output));
        let present = environment.present().unwrap();
        assert_eq!(present.len(), 1);
        assert!(present.values().all(|present| present.exposed));
        assert_eq!(environment.verify(), []);
        let constraints = fs_err::read_to_string(environment.layout().constraints()).unwrap();
        assert_eq!(constraints, "numpy==2.2.6\n");
        let scripts = world.host.prefix.join("bin");
        let path = format!("/x:{}:/usr/bin", scripts.display());
        let outer: Environment = [("PATH", path.as_str()), ("PYTHONPATH", "/y"), ("A", "b")]
            .into_iter()
            .collect();
        let variables = environment.variables(&outer);
        let shown: Vec<_> = variables
            .iter()
            .map(|(name, value)| format!("{}={}", name.display(), value.display()))
            .collect();
        assert_eq!(
            shown,
            [
                "A=b".to_owned(),
                format!("PATH={root}/bin:/x:/usr/bin"),
                "PYTHONNOUSERSITE=1".to_owned(),
                format!("VIRTUAL_ENV={root}"),
            ]
        );
        environment.remove().unwrap();
        assert!(!world.scratch.path().join("env").exists());
    }
    world.assert_untouched();
}
