//! Another file system, Debian's packages, and a host that sees several sites.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use fs_err as fs;
use passthrough_env::{BuildEnvironment, LinkMode};
use passthrough_host::{FileList, Inventory as _, Site};
use passthrough_protocol::FileMode;

use crate::support::{World, exposed, interpreter, python};

/// Hard links cannot be made across devices: small files are copied, and the
/// few large programs linked symbolically, whose packages still work.
#[test]
fn an_environment_on_another_device() {
    let shared = Path::new("/dev/shm");
    let world = World::with(&["numpy==2.2.6", "six==1.17.0"]);
    let device = |path: &Path| fs::metadata(path).unwrap().dev();
    assert_ne!(
        device(shared),
        device(&world.host.prefix),
        "{}",
        shared.display()
    );
    for (mode, large) in [
        (LinkMode::Auto, FileMode::Symlink),
        (LinkMode::Hardlink, FileMode::Copy),
    ] {
        let mut environment = BuildEnvironment::create_temporary(shared, &world.host).unwrap();
        environment
            .expose(&world.exposed(&["numpy"]), mode)
            .unwrap();
        let files = &environment.manifest().distributions[0].files;
        for file in files {
            let is_large = file.size > 1 << 20 && file.path.contains(".so");
            let expected = match file.mode {
                FileMode::Rewritten => continue,
                _ if is_large => large,
                _ => FileMode::Copy,
            };
            assert_eq!(file.mode, expected, "{}", file.path);
        }
        assert!(files.iter().any(|file| file.size > 1 << 20));
        let told = python(
            &environment,
            "import numpy, importlib.util as u; print(numpy.ones(3).sum(), u.find_spec('six'))",
        );
        assert_eq!(told, "3.0 None");
        environment.remove().unwrap();
    }
    world.assert_untouched();
}

/// Debian's own Python, where there is one with packages that dpkg lists.
#[test]
fn packages_of_debian() {
    let debian = Path::new("/usr/bin/python3");
    let lists = Path::new("/var/lib/dpkg/info");
    if !debian.is_file() || !lists.is_dir() {
        // Constructed ones are tested in any case, beside the code.
        return;
    }
    let host = interpreter(debian);
    let site = Site::new(&host);
    let scratch = tempfile::tempdir().unwrap();
    for name in ["six", "pygments", "argcomplete", "distro"] {
        let installed = site.get(&name.parse().unwrap());
        let Some(installed) = installed.filter(|found| matches!(found.files, FileList::Dpkg(_)))
        else {
            continue;
        };
        let root = scratch.path().join(name);
        let mut environment = BuildEnvironment::create(&root, &host).unwrap();
        environment
            .expose(&exposed(&host, &site, &[name]), LinkMode::Auto)
            .unwrap();
        let told = python(
            &environment,
            &format!(
                "import {name}, importlib.metadata as m; print({name}.__file__, m.version('{name}'))"
            ),
        );
        let (file, version) = told.split_once(' ').unwrap();
        assert!(Path::new(file).starts_with(&root), "{told}");
        assert_eq!(version, installed.version.as_ref().unwrap().to_string());
        assert_eq!(environment.verify(), []);
        environment.remove().unwrap();
    }
}
