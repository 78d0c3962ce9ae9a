//! A closure of everything that is awkward: shared directories, namespaces,
//! libraries beside packages, scripts of all kinds. Invariants I1 to I4 and I9.

use std::path::Path;
use std::process::Command;

use fs_err as fs;
use passthrough_env::{BuildEnvironment, LinkMode};

use crate::support::{World, command, output, python, shown};

pub(crate) const HOST: [&str; 17] = [
    "numpy==2.2.6",
    "scipy==1.15.3",
    "cython==3.1.1",
    "pybind11==2.13.6",
    "cmake==4.0.2",
    "ninja==1.11.1.4",
    "protobuf==6.31.1",
    "googleapis-common-protos==1.70.0",
    "google-cloud-storage==3.1.0",
    "backports.tarfile==1.2.0",
    "backports.functools_lru_cache==2.0.0",
    "nvidia-nvtx==13.0.85",
    "nvidia-cuda-runtime==13.0.96",
    "setuptools==80.9.0",
    "typing_extensions==4.14.0",
    "six==1.17.0",
    "meson-python==0.18.0",
];

const LISTED: [&str; 11] = [
    "scipy",
    "cython",
    "pybind11",
    "cmake",
    "ninja",
    "googleapis-common-protos",
    "backports-tarfile",
    "nvidia-nvtx",
    "setuptools",
    "typing-extensions",
    "meson-python",
];

/// What the host has, and a build must not see.
const UNLISTED: [&str; 7] = [
    "six",
    "pip",
    "requests",
    "google.cloud.storage",
    "google.auth",
    "google.api_core",
    "backports.functools_lru_cache",
];

#[test]
fn a_closure_is_there_and_alone() {
    let world = World::with(&HOST);
    for mode in [LinkMode::Auto, LinkMode::Hardlink] {
        let environment = world.environment(&LISTED, mode);
        let names: Vec<&str> = environment
            .manifest()
            .distributions
            .iter()
            .map(|distribution| distribution.name.as_str())
            .collect();
        for name in [
            "numpy",
            "protobuf",
            "meson",
            "pyproject-metadata",
            "packaging",
        ] {
            assert!(names.contains(&name), "{names:?}");
        }
        own_files(&environment);
        equal_metadata(&world, &environment, &names);
        imports(&environment);
        isolation(&environment, &names);
        scripts(&world, &environment);
        compilers(&world, &environment);
        scribbles(&environment);
        nested(&world, &environment);
        assert_eq!(environment.verify(), []);
        environment.remove().unwrap();
        declarations(&world, mode);
        world.assert_untouched();
    }
}

/// Cython puts the real directory of its own file first on its path: it finds
/// no declarations of what the host has and nobody listed.
fn declarations(world: &World, mode: LinkMode) {
    let environment = world.environment(&["cython", "numpy"], mode);
    let missing = "'scipy/linalg/cython_blas.pxd' not found";
    for (module, missing) in [
        ("cimport numpy\n", None),
        ("cimport scipy.linalg.cython_blas\n", Some(missing)),
    ] {
        let file = world.scratch.path().join("module.pyx");
        fs::write(&file, module).unwrap();
        let mut cython = command(&environment, environment.python());
        let compiled = output(cython.args(["-m", "cython"]).arg(&file));
        let text = shown(&compiled);
        assert_eq!(compiled.status.success(), missing.is_none(), "{text}");
        assert!(text.contains(missing.unwrap_or_default()), "{text}");
    }
    environment.remove().unwrap();
}

/// I1 and I2: nothing is a link but what is named here, and where a large
/// program or library is one, no Python file is.
fn own_files(environment: &BuildEnvironment) {
    let root = environment.root();
    let links: Vec<_> = crate::support::tree(root)
        .into_iter()
        .filter(|(_, what)| what.contains("-> "))
        .map(|(path, _)| path.strip_prefix(root).unwrap().display().to_string())
        .collect();
    let version = &python(
        environment,
        "import sys; print('%d.%d' % sys.version_info[:2])",
    );
    let expected = [
        "bin/python",
        "bin/python3",
        &format!("bin/python{version}"),
        "lib64",
    ];
    assert_eq!(links, expected);
}

/// I4: version, files and entry points are the host's; every file that the
/// host has is there, but for byte code.
fn equal_metadata(world: &World, environment: &BuildEnvironment, names: &[&str]) {
    let code = format!(
        "import importlib.metadata as m\n\
         for name in {names:?}:\n\
         \x20   d = m.distribution(name)\n\
         \x20   print(name, d.version, sorted(d.requires or []))\n\
         \x20   print(sorted((e.group, e.name, e.value) for e in d.entry_points))\n\
         \x20   for f in sorted(d.files):\n\
         \x20       if f.suffix != '.pyc': print(f, f.size, f.locate().exists())\n"
    );
    let host =
        passthrough_world::python::run(Command::new(&world.host.executable).args(["-c", &code]));
    let host = String::from_utf8(host.stdout).unwrap();
    let own = python(environment, &code);
    for (own, host) in own.lines().zip(host.lines()) {
        assert_eq!(own, host);
    }
    assert_eq!(own.lines().count(), host.lines().count());
}

fn imports(environment: &BuildEnvironment) {
    let told = python(
        environment,
        "import numpy, scipy.linalg, google.protobuf, google.rpc.code_pb2, backports.tarfile\n\
         import typing_extensions, setuptools, distutils, pathlib, sys, mesonpy, glob\n\
         assert scipy.linalg.inv(numpy.eye(3)).shape == (3, 3)\n\
         assert distutils.__file__.startswith(setuptools.__path__[0]), distutils.__file__\n\
         site = pathlib.Path(numpy.__file__).parents[1]\n\
         for module in list(sys.modules.values()):\n\
         \x20   file = getattr(module, '__file__', None)\n\
         \x20   if file and 'site-packages' in file:\n\
         \x20       assert pathlib.Path(file).resolve().is_relative_to(site.resolve()), file\n\
         print(sorted(p.name.split('.')[0] for p in (site / 'nvidia/cu13/lib').iterdir()))\n\
         hooks = [f for f in sys.meta_path if 'distutils' in type(f).__name__.lower()]\n\
         print(len([p for p in sys.path if p.endswith('site-packages')]), len(glob.glob(str(site / '*.pth'))), len(hooks))",
    );
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].contains("libnvtx"), "{told}");
    assert!(!lines[0].contains("libcudart"), "{told}");
    // setuptools' own .pth file, and none of ours (I9); what runs twice in every
    // virtual environment is there once.
    assert_eq!(lines[1], "1 1 1");
}

/// I3.
fn isolation(environment: &BuildEnvironment, names: &[&str]) {
    let probe = format!(
        "import importlib.util as u, importlib.metadata as m, sys\n\
         def find(name):\n\
         \x20   try: return u.find_spec(name)\n\
         \x20   except ModuleNotFoundError: return None\n\
         assert not [n for n in {UNLISTED:?} if find(n)], [n for n in {UNLISTED:?} if find(n)]\n\
         import re\n\
         found = sorted(re.sub('[-_.]+', '-', d.name).lower() for d in m.distributions())\n\
         assert found == sorted({names:?}), found\n"
    );
    python(environment, &probe);
    // Cython puts the real directory of its own file first on sys.path.
    let leak = "import sys, os, cython\n\
                sys.path.insert(0, os.path.dirname(os.path.realpath(cython.__file__)))\n\
                sys.path = list(dict.fromkeys(sys.path))\n";
    python(environment, &format!("{leak}{probe}"));
    for flag in ["-I", "-E", "-s"] {
        let mut isolated = command(environment, environment.python());
        let output = output(isolated.args([flag, "-c", &probe]));
        assert!(output.status.success(), "{flag}: {}", shown(&output));
    }
}

fn scripts(world: &World, environment: &BuildEnvironment) {
    for (script, argument, expected) in [
        ("cython", "--version", "3.1.1"),
        ("f2py", "-v", "2.2.6"),
        ("cmake", "--version", "4.0.2"),
        ("ninja", "--version", "1.11.1"),
        ("meson", "--version", ""),
        ("pybind11-config", "--cmakedir", "pybind11"),
    ] {
        // Found on PATH.
        let mut shell = command(environment, Path::new("/bin/sh"));
        let output =
            output(shell.args(["-c", &format!("{script} {argument}; command -v {script}")]));
        let text = shown(&output);
        assert!(output.status.success() && text.contains(expected), "{text}");
        let place = environment.layout().scripts.join(script);
        assert!(text.contains(place.to_str().unwrap()), "{text}");
    }
    let host = world.host.prefix.to_str().unwrap();
    for entry in fs::read_dir(&environment.layout().scripts).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read(&path).unwrap();
        if text.starts_with(b"#!") {
            let text = String::from_utf8(text).unwrap();
            assert!(!text.contains(host), "{}", path.display());
        }
    }
}

/// Cython finds `.pxd` files, and cmake the interpreter, numpy and pybind11.
fn compilers(world: &World, environment: &BuildEnvironment) {
    let project = world.scratch.path().join("project");
    let _ = fs::remove_dir_all(&project);
    fs::create_dir(&project).unwrap();
    let module = "cimport numpy as np\nfrom scipy.linalg cimport cython_blas\nnp.import_array()\n";
    fs::write(project.join("module.pyx"), module).unwrap();
    let mut cython = command(environment, &environment.layout().scripts.join("cython"));
    let compiled = output(cython.arg("module.pyx").current_dir(&project));
    assert!(compiled.status.success(), "{}", shown(&compiled));
    fs::write(
        project.join("CMakeLists.txt"),
        "cmake_minimum_required(VERSION 3.15...4.0)\nproject(x LANGUAGES C CXX)\n\
         find_package(Python REQUIRED COMPONENTS Interpreter NumPy)\n\
         find_package(pybind11 CONFIG REQUIRED)\n\
         message(\"<${Python_EXECUTABLE}|${Python_NumPy_INCLUDE_DIRS}|${pybind11_INCLUDE_DIR}>\")\n",
    )
    .unwrap();
    let cmakedir = python(
        environment,
        "import pybind11; print(pybind11.get_cmake_dir())",
    );
    let mut cmake = command(environment, &environment.layout().scripts.join("cmake"));
    let configured = output(
        cmake
            .args(["-S", ".", "-B", "build", "-G", "Ninja"])
            .arg(format!("-Dpybind11_DIR={cmakedir}"))
            .current_dir(&project),
    );
    let text = shown(&configured);
    assert!(configured.status.success(), "{text}");
    let found = text.split(['<', '>']).nth(1).unwrap();
    for path in found.split('|') {
        assert!(Path::new(path).starts_with(environment.root()), "{found}");
    }
}

/// What a build does to its own copies does not reach the host.
fn scribbles(environment: &BuildEnvironment) {
    let appends = environment
        .manifest()
        .distributions
        .iter()
        .any(|distribution| {
            let is_copied = |path: &str| {
                distribution.files.iter().any(|file| {
                    file.path.ends_with(path) && file.mode == passthrough_protocol::FileMode::Copy
                })
            };
            is_copied("numpy/version.py")
        });
    python(
        environment,
        &format!(
            "import numpy, os, pathlib, compileall\n\
             here = pathlib.Path(numpy.__file__).parent\n\
             if {}:\n\
             \x20   with open(here / 'version.py', 'a') as file: file.write('# more')\n\
             \x20   os.chmod(here / 'version.py', 0o600)\n\
             (here / 'new.py').write_text('x = 1')\n\
             os.remove(here / '__config__.py')\n\
             compileall.compile_dir(here / 'linalg', quiet=1)\n\
             (here / 'linalg' / 'lapack_lite.py').write_text('')\n",
            if appends { "True" } else { "False" }
        ),
    );
}

/// An environment that is made from this one's interpreter is empty.
fn nested(world: &World, environment: &BuildEnvironment) {
    let nested = world.scratch.path().join("nested");
    let _ = fs::remove_dir_all(&nested);
    let mut venv = command(environment, environment.python());
    let made = output(venv.args(["-m", "venv", "--without-pip"]).arg(&nested));
    assert!(made.status.success(), "{}", shown(&made));
    let mut inner = Command::new(nested.join("bin/python"));
    let told = output(inner.args([
        "-c",
        "import importlib.metadata as m; print(list(m.distributions()))",
    ]));
    assert_eq!(String::from_utf8(told.stdout).unwrap(), "[]\n");
}
