//! A source distribution that has to be built on the way.

use std::collections::BTreeMap;

use fs_err as fs;
use passthrough_build::installer::InstallErrorKind;
use passthrough_wheelhouse::{Archive, Wheel, sdist};

use crate::world::{BOTH, World};

/// A backend of one module; it writes into its wheel whether it saw hostlib.
const BACKEND: &str = "\
import importlib.util, os, zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    if os.path.exists('broken'):
        raise SystemExit('the sdist is broken')
    seen = importlib.util.find_spec('hostlib') is not None
    name = 'source-1.0-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as wheel:
        wheel.writestr('source.py', f'{seen}\\n')
        wheel.writestr('source-1.0.dist-info/METADATA',
                       'Metadata-Version: 2.1\\nName: source\\nVersion: 1.0\\n')
        wheel.writestr('source-1.0.dist-info/WHEEL',
                       'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr('source-1.0.dist-info/RECORD', '')
    return name
";

fn source(broken: bool) -> Archive {
    let project = "[build-system]\nrequires = ['toybackend']\nbuild-backend = 'toybackend'\n\
                   [project]\nname = 'source'\nversion = '1.0'\n\
                   [tool.uv]\nno-build-isolation-package = ['hostlib']\n";
    let mut tree = BTreeMap::from([("pyproject.toml".to_owned(), project.into())]);
    if broken {
        tree.insert("broken".to_owned(), Vec::new());
    }
    sdist("source", "1.0", &tree, None).unwrap()
}

fn world(broken: bool) -> World {
    let backend = Wheel::new("toybackend", "1.0").file("toybackend.py", BACKEND);
    World::with_archives(vec![backend.archive().unwrap(), source(broken)])
}

#[test]
fn it_is_built_by_its_own_declaration() {
    for kind in BOTH {
        let mut world = world(false);
        // Nothing that the user has set takes the isolation away.
        world.set("PIP_NO_BUILD_ISOLATION", "0");
        world.set("UV_NO_BUILD_ISOLATION", "1");
        world
            .install(kind, &["source"])
            .unwrap_or_else(|error| panic!("{kind}: {error}\n{}", error.words));
        let version = &world.host.identity.version;
        let site = world.path(&format!("env/lib/python{version}/site-packages"));
        let seen = fs::read_to_string(site.join("source.py")).unwrap();
        assert_eq!(seen.trim(), "False", "{kind}");
        assert_eq!(world.installed(), ["hostlib 2.0", "source 1.0"], "{kind}");
    }
}

#[test]
fn one_that_cannot_be_built_is_told_so() {
    for kind in BOTH {
        let world = world(true);
        let error = world.install(kind, &["source"]).unwrap_err();
        assert!(
            matches!(error.kind, InstallErrorKind::Build),
            "{kind}: {error}\n{}",
            error.words
        );
        assert!(
            error.words.contains("the sdist is broken"),
            "{kind}: {}",
            error.words
        );
    }
}
