//! Environments of runs that were killed.

use fs_err as fs;
use fs_err::os::unix::fs::symlink;

use super::world::{World, tree};
use crate::workspace::Workspace;
use crate::{BuildEnvironment, remove_left_overs};

#[test]
fn the_next_run_removes_what_is_dead_and_nothing_else() {
    let world = World::new();
    let host = world.host(&[]);
    let temporary = world.path("tmp");
    fs::create_dir(&temporary).unwrap();
    let create = || BuildEnvironment::create_temporary(&temporary, &host).unwrap();
    let (living, dead, kept) = (create(), create(), create());
    let root = dead.root().to_owned();
    let living_root = living.root().to_owned();
    let kept_root = kept.keep().unwrap();
    // As the system does when the process is killed.
    drop(dead);
    assert!(root.is_dir());
    // Others that look alike.
    world.write("tmp/passthrough-env-file", "");
    world.write("tmp/passthrough-env-foreign/lock", "somebody else's");
    world.write("tmp/passthrough-env-foreign/data", "");
    fs::create_dir(world.path("tmp/passthrough-env-new")).unwrap();
    world.write(
        "tmp/other/lock",
        fs::read(root.with_file_name("lock")).unwrap(),
    );
    let elsewhere = world.write(
        "elsewhere/lock",
        fs::read(root.with_file_name("lock")).unwrap(),
    );
    symlink(
        world.path("elsewhere"),
        world.path("tmp/passthrough-env-link"),
    )
    .unwrap();
    fs::create_dir(world.path("tmp/passthrough-env-linked")).unwrap();
    symlink(&elsewhere, world.path("tmp/passthrough-env-linked/lock")).unwrap();
    symlink(world.path("elsewhere"), root.join("escape")).unwrap();
    let before = tree(&world.path(""));
    let found = remove_left_overs(&temporary);
    let gone = root.parent().unwrap();
    assert_eq!(found.removed, [gone]);
    assert!(found.failed.is_empty(), "{:?}", found.failed);
    let mut expected = before;
    let relative = gone.strip_prefix(world.path("")).unwrap();
    expected.retain(|path, _| !path.starts_with(relative));
    assert_eq!(tree(&world.path("")), expected);
    assert!(living_root.join("bin/python").is_symlink());
    assert!(kept_root.join("bin/python").is_symlink());
    living.remove().unwrap();
    assert!(!living_root.parent().unwrap().exists());
    assert!(remove_left_overs(&temporary).removed.is_empty());
    assert!(remove_left_overs(&world.path("nowhere")).removed.is_empty());
}

/// A new environment that was being made in the user's own folder.
#[test]
fn half_made_environments_go_when_the_next_is_made_there() {
    let world = World::new();
    let workspace = Workspace::new(&world.path("")).unwrap();
    let path = workspace.path().to_owned();
    fs::create_dir(path.join("new")).unwrap();
    drop(workspace);
    let environment = world.environment();
    assert!(!path.exists());
    let entries = fs::read_dir(world.path("")).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["base", "env", "host"]);
    environment.remove().unwrap();
}

/// A file that cannot be removed now (a loaded DLL on Windows) is left to the
/// next run.
#[test]
fn what_cannot_be_removed_is_tried_again() {
    let world = World::new();
    let workspace = Workspace::new(&world.path("")).unwrap();
    let path = workspace.path().to_owned();
    fs::write(path.join("a"), "").unwrap();
    let busy = |path: &std::path::Path| {
        let error = std::io::Error::from_raw_os_error(5);
        Err(crate::EnvError::io(path, "removed")(error))
    };
    workspace.remove_with(&busy).unwrap_err();
    assert!(path.join("lock").is_file());
    assert_eq!(remove_left_overs(&world.path("")).removed, [path]);
}
