//! Libraries that find each other by where they are: an extension of one
//! distribution, and the library of another that it is linked against.

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;
use passthrough_wheelhouse::Wheel;
use passthrough_world::python::run;
use serde_json::Value;

use super::toy::{PYPROJECT, Toy};
use super::world::{Snapshot, command, python};
use crate::context::Ran;

/// More than is copied in the default link mode.
const PAD: &str = "__attribute__((used)) static const char pad[1200000] = {1};\n";

/// Compiles a shared library.
fn library(toy: &Toy, name: &str, source: &str, more: &[&str]) -> Vec<u8> {
    let source = toy
        .context
        .write(&format!("c/{name}.c"), format!("{PAD}{source}"));
    let target = toy.context.path(format!("c/{name}"));
    run(Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&target)
        .arg(source)
        .args(more)
        .current_dir(toy.context.path("c")));
    fs::read(target).unwrap()
}

/// A host with `kernels`, whose extension finds the library of `vendor-runtime`
/// in the way that torch's do those of nvidia's, and `repaired`, whose
/// extension has its own library in a folder beside it, as auditwheel does it.
fn host() -> Toy {
    let toy = Toy::new();
    let answer = "int runtime_answer(void) { return 42; }\n";
    let runtime = library(
        &toy,
        "libruntime.so.13",
        answer,
        &["-Wl,-soname,libruntime.so.13"],
    );
    toy.install(
        &Wheel::new("vendor-runtime", "13.0")
            .file("vendor/cu13/lib/libruntime.so.13", runtime)
            .file(
                "vendor/cu13/include/runtime.h",
                "int runtime_answer(void);\n",
            ),
    );
    // Of the same folder, and nobody's business.
    let other = library(&toy, "libother.so.1", "int other;\n", &[]);
    toy.install(&Wheel::new("vendor-other", "13.0").file("vendor/cu13/lib/libother.so.1", other));
    let call = "int runtime_answer(void); int answer(void) { return runtime_answer(); }\n";
    let origin = "-Wl,-rpath,$ORIGIN/../../vendor/cu13/lib";
    let kernels = library(&toy, "libkernels.so", call, &["libruntime.so.13", origin]);
    let load = "import ctypes, pathlib\n\
                here = pathlib.Path(__file__).parent\n\
                def answer(): return ctypes.CDLL(str(here / 'lib' / 'libkernels.so')).answer()\n";
    for (name, requires) in [("kernels", true), ("careless", false)] {
        let mut wheel = Wheel::new(name, "1.0")
            .file(format!("{name}/__init__.py"), load)
            .file(format!("{name}/lib/libkernels.so"), kernels.clone());
        if requires {
            wheel = wheel.requires("vendor-runtime");
        }
        toy.install(&wheel);
    }
    let own = library(
        &toy,
        "libown-5eed.so",
        "int own_answer(void) { return 42; }\n",
        &[],
    );
    let call = "int own_answer(void); int answer(void) { return own_answer(); }\n";
    let origin = "-Wl,-rpath,$ORIGIN/../../repaired.libs";
    let repaired = library(&toy, "libkernels.so", call, &["libown-5eed.so", origin]);
    toy.install(
        &Wheel::new("repaired", "1.0")
            .file("repaired/__init__.py", load)
            .file("repaired/lib/libkernels.so", repaired)
            .file("repaired.libs/libown-5eed.so", own),
    );
    toy
}

/// Makes an environment that has what is listed; returns its root and what is
/// in it.
fn environment(toy: &Toy, listed: &str, mode: &str) -> (PathBuf, Value) {
    toy.context
        .pyproject(&PYPROJECT.replace("[\"toolkit\"]", &format!("[\"toolkit\", {listed}]")));
    let (project, env) = (toy.context.project(), toy.context.path("env"));
    let arguments = [
        "env",
        project.to_str().unwrap(),
        "-q",
        "-o",
        env.to_str().unwrap(),
        "--link-mode",
        mode,
        "--output-format",
        "json",
    ];
    let ran = Ran::of(&mut command(&toy.context, &toy.host, &arguments));
    assert_eq!(ran.code, Some(0), "{mode}: {ran:?}");
    (env, serde_json::from_str(&ran.stdout).unwrap())
}

/// How a file came into the environment.
fn mode_of<'m>(manifest: &'m Value, end: &str) -> &'m str {
    let distributions = manifest["distributions"].as_array().unwrap().iter();
    let mut files = distributions.flat_map(|each| each["files"].as_array().unwrap());
    let found = files.find(|file| file["path"].as_str().unwrap().ends_with(end));
    found.unwrap_or_else(|| panic!("{end}: {manifest}"))["mode"]
        .as_str()
        .unwrap()
}

/// What loading a module's library comes to.
fn load(env: &Path, module: &str) -> String {
    let code = format!(
        "import {module}\n\
         try: print({module}.answer())\n\
         except OSError as error: print(error)"
    );
    python(&env.join("bin/python"), Path::new("/"), &code)
}

const LIBRARY: &str = "vendor/cu13/lib/libruntime.so.13";

#[test]
fn libraries_find_each_other_in_every_link_mode() {
    let toy = host();
    let before = Snapshot::of(&toy.host);
    for (mode, expected) in [
        ("auto", &["clone", "hardlink"][..]),
        ("clone", &["clone", "copy"]),
        ("copy", &["copy"]),
        ("hardlink", &["hardlink"]),
        ("symlink", &["symlink"]),
    ] {
        let (env, manifest) = environment(&toy, "\"kernels\", \"repaired\"", mode);
        for file in [
            "kernels/lib/libkernels.so",
            LIBRARY,
            "repaired.libs/libown-5eed.so",
        ] {
            let way = mode_of(&manifest, file);
            assert!(expected.contains(&way), "{mode}: {file} by {way}");
        }
        for module in ["kernels", "repaired"] {
            assert_eq!(load(&env, module), "42", "{mode}: {module}");
        }
        let site = toy.site();
        let site = env.join(site.strip_prefix(&toy.host).unwrap());
        // Of the folder that two distributions share, the one's files alone.
        let shared = super::world::names(&site.join("vendor/cu13/lib"));
        assert_eq!(shared, ["libruntime.so.13"], "{mode}");
        // Nor is the host's library taken where the environment has none.
        fs::remove_file(site.join(LIBRARY)).unwrap();
        let said = load(&env, "kernels");
        assert!(
            said.starts_with("libruntime.so.13: cannot open"),
            "{mode}: {said}"
        );
        assert_eq!(load(&toy.host, "kernels"), "42");
        before.assert_unchanged(&toy.host, mode);
    }
}

/// What the metadata do not say, nobody can know: the library stays behind, the
/// loader names it, and to list it is enough.
#[test]
fn a_library_that_no_metadata_name_is_missed_by_name() {
    let toy = host();
    let before = Snapshot::of(&toy.host);
    for mode in ["auto", "symlink"] {
        let (env, manifest) = environment(&toy, "\"careless\"", mode);
        assert!(!manifest.to_string().contains(LIBRARY), "{manifest}");
        let said = load(&env, "careless");
        assert!(said.starts_with("libruntime.so.13: cannot open"), "{said}");
        let (env, _) = environment(&toy, "\"careless\", \"vendor-runtime\"", mode);
        assert_eq!(load(&env, "careless"), "42", "{mode}");
    }
    before.assert_unchanged(&toy.host, "libraries that are missed");
}
