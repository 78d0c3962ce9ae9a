//! Every frontend builds in the environment, and in nothing else.

use fs_err as fs;
use passthrough_build::frontends::Frontend;
use passthrough_build::hooks::Artefact;

use crate::workshop::{ALL, Workshop};

/// One build a frontend and artefact; after each the environment is as it was.
fn build_all(workshop: &Workshop, looks: bool) {
    let foreign = workshop.write("out/other.txt", "mine");
    let before = workshop.environment.present().unwrap();
    for frontend in ALL {
        let tool = workshop.tool(frontend);
        for &artefact in frontend.profile().artefacts {
            let context = format!("{tool} {artefact:?}");
            let made = workshop
                .run(&tool, artefact, &[])
                .unwrap_or_else(|error| panic!("{context}: {error}\n{}", error.words));
            let [made] = made.as_slice() else {
                panic!("{context}: {made:?}");
            };
            let name = made.file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with("demo-1.0"), "{context}: {name}");
            assert_eq!(
                name.ends_with(".whl"),
                artefact == Artefact::Wheel,
                "{context}: {name}"
            );
            assert_eq!(fs::read_to_string(&foreign).unwrap(), "mine", "{context}");
            fs::remove_file(made).unwrap();
            let seen = workshop.seen();
            assert_eq!(seen.is_empty(), !looks, "{context}");
            for seen in seen {
                assert_eq!(seen.executable, workshop.environment.python(), "{context}");
                assert_eq!(seen.prefix, workshop.environment.root(), "{context}");
                assert!(
                    seen.hostlib.starts_with(workshop.environment.root()),
                    "{context}"
                );
                // The project's own, once setuptools has made it, and nothing of the frontend.
                let mut names = seen.distributions;
                names.retain(|name| name != "demo");
                assert_eq!(names, ["flit_core", "hostlib", "setuptools"], "{context}");
            }
            workshop.assert_nothing_was_fetched(&context);
            assert_eq!(workshop.environment.present().unwrap(), before, "{context}");
        }
    }
}

#[test]
fn a_project_of_setuptools_is_built_in_the_environment_alone() {
    let workshop = Workshop::new().with_setuptools();
    build_all(&workshop, true);
    // Whose work is setuptools's; no frontend left anything.
    let left = [
        "build",
        "demo.egg-info",
        "demo.py",
        "pyproject.toml",
        "setup.py",
    ];
    assert_eq!(workshop.names("project"), left);
}

#[test]
fn a_project_of_flit_is_built_in_the_environment_alone() {
    let workshop = Workshop::new().with_flit();
    build_all(&workshop, false);
    assert_eq!(workshop.names("project"), ["demo.py", "pyproject.toml"]);
}

#[test]
fn arguments_of_the_user_arrive() {
    let workshop = Workshop::new().with_own_backend();
    for frontend in [Frontend::Pip, Frontend::Build, Frontend::Uv, Frontend::Pdm] {
        let tool = workshop.tool(frontend);
        let arguments = ["-C", "one=1", "-C", "two=a b"];
        workshop
            .run(&tool, Artefact::Wheel, &arguments)
            .unwrap_or_else(|error| panic!("{tool}: {error}\n{}", error.words));
        let settings = fs::read_to_string(workshop.path("seen-settings")).unwrap();
        assert_eq!(settings, r#"{"one": "1", "two": "a b"}"#, "{tool}");
        fs::remove_file(workshop.path("seen-settings")).unwrap();
        assert_eq!(
            frontend.profile().settings.map(|option| &option[..2]),
            Some("-C")
        );
    }
    assert_eq!(Frontend::Hatch.profile().settings, None);
}

#[test]
fn any_command_runs_in_the_environment() {
    let workshop = Workshop::new();
    let code = "import hostlib, os, sys; print(os.getcwd(), sys.argv[1:], sys.prefix)";
    let words = ["{python}", "-c", code, "--at={env}/x", "{{env}}"];
    let output = workshop.custom(&words).output().unwrap();
    let root = workshop.environment.root().display();
    let project = workshop.path("project");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        format!("{} ['--at={root}/x', '{{env}}'] {root}", project.display()),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // A plain name is looked for in the environment first.
    let output = workshop
        .custom(&["python", "-c", "import hostlib"])
        .output()
        .unwrap();
    assert!(output.status.success());
}

/// What it starts does not find the host's scripts: `env` looks on `PATH`.
#[test]
fn a_program_of_the_host_is_found_where_the_user_would_find_it() {
    let mut workshop = Workshop::new();
    let scripts = workshop.host.prefix.join("bin");
    workshop.set("PATH", format!("{}:/usr/bin:/bin", scripts.display()));
    let said = |words: &[&str]| {
        let output = workshop.custom(words).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let hosts = workshop.host.prefix.display().to_string();
    let pip = said(&["pip", "--version"]);
    assert!(pip.contains(&hosts), "{pip}");
    let pip = said(&["env", "pip", "--version"]);
    assert!(!pip.contains(&hosts), "{pip}");
    // A path is no name.
    for word in ["./pip", "bin/pip", "", ".."] {
        let started = workshop.custom(&[word]).output();
        assert!(started.is_err(), "{word}: {started:?}");
    }
}

#[test]
fn what_a_frontend_says_can_be_followed() {
    let workshop = Workshop::new().with_flit();
    let tool = workshop.tool(Frontend::Uv);
    let mut said = Vec::new();
    let mut follow = |_, line: &[u8]| said.push(String::from_utf8_lossy(line).into_owned());
    workshop
        .run_following(&tool, Artefact::Wheel, &[], Some(&mut follow))
        .unwrap();
    assert!(
        said.iter()
            .any(|line| line.starts_with("Successfully built")),
        "{said:?}"
    );
}
