//! What is remembered is true, and is not asked again.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use fs_err as fs;
use passthrough_interpreter::{AskOptions, Environment, Interpreter, Origin, ask};
use passthrough_world::python;
use tempfile::TempDir;

use crate::support::{ask_in, beyond_stdlib, scratch, script, settle, site, variables, venv};

/// An environment whose interpreter counts how often it is started.
struct Host {
    _guard: TempDir,
    root: PathBuf,
    executable: PathBuf,
    site: PathBuf,
    shell: Environment,
    cache: PathBuf,
}

impl Host {
    fn new() -> Self {
        let (guard, root) = scratch();
        let executable = venv(&python::any(), &root.join("venv"), &[]);
        let shell = variables(&root, &[]);
        let site = site(&ask_in(&executable, &shell));
        let real = fs::canonicalize(&executable).unwrap();
        // The name that it is started under makes it the environment's interpreter.
        let counting = format!(
            "#!/bin/bash\necho >> '{}'\nexec -a \"$0\" '{}' \"$@\"\n",
            root.join("spawns").display(),
            real.display()
        );
        fs::remove_file(&executable).unwrap();
        script(&executable, &counting);
        let host = Self {
            _guard: guard,
            cache: root.join("cache"),
            root,
            executable,
            site,
            shell,
        };
        settle();
        host
    }

    fn ask(&self) -> Interpreter {
        self.ask_with(&self.shell)
    }

    fn ask_with(&self, shell: &Environment) -> Interpreter {
        let options = AskOptions {
            cache: Some(self.cache.clone()),
            ..AskOptions::default()
        };
        ask(&self.executable, shell, &options).unwrap()
    }

    fn spawns(&self) -> usize {
        let lines = fs::read_to_string(self.root.join("spawns")).unwrap_or_default();
        lines.lines().count()
    }

    /// The one file in the cache.
    fn file(&self) -> PathBuf {
        let entries = fs::read_dir(self.cache.join("interpreters")).unwrap();
        let files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }

    fn pth(&self, name: &str, target: &Path) {
        fs::write(self.site.join(name), target.to_str().unwrap()).unwrap();
    }

    fn directory(&self, name: &str) -> PathBuf {
        let directory = self.root.join(name);
        fs::create_dir(&directory).unwrap();
        directory
    }

    /// Asserts that `change` is seen, and that all is remembered afterwards.
    #[track_caller]
    fn assert_seen(&self, change: impl FnOnce(&Self)) {
        self.ask();
        let before = self.spawns();
        self.ask();
        assert_eq!(self.spawns(), before, "not remembered before the change");
        change(self);
        settle();
        let after = self.ask();
        assert_eq!(self.spawns(), before + 1, "the change is not seen");
        assert_eq!(self.ask(), after);
        assert_eq!(self.spawns(), before + 1, "not remembered after the change");
        assert_eq!(ask_in(&self.executable, &self.shell), after);
    }
}

#[test]
fn an_answer_is_remembered() {
    let host = Host::new();
    let first = host.ask();
    assert_eq!(first.executable, host.executable);
    assert_eq!(host.spawns(), 1);
    for _ in 0..3 {
        assert_eq!(host.ask(), first);
    }
    assert_eq!(host.spawns(), 1);
    assert_eq!(ask_in(&host.executable, &host.shell), first);
    assert_eq!(host.spawns(), 2);
}

#[test]
fn every_origin_is_remembered() {
    let host = Host::new();
    let named = host.directory("named");
    host.pth("a.pth", &named);
    let added = host.directory("added");
    fs::write(
        host.site.join("b.pth"),
        format!("import sys; sys.path.append({added:?})"),
    )
    .unwrap();
    let configuration = host.root.join("venv/pyvenv.cfg");
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, text.replace("= false", "= true")).unwrap();
    let user = host.root.join("user");
    let shell = variables(&host.root, &[("PYTHONUSERBASE", &user)]);
    let version = host.ask_with(&shell).identity.version;
    fs::create_dir_all(user.join(format!("lib/python{version}/site-packages"))).unwrap();
    settle();
    let first = host.ask_with(&shell);
    let mut origins: Vec<Origin> = Vec::new();
    for entry in &first.sys_path {
        if !origins.contains(&entry.origin) {
            origins.push(entry.origin.clone());
        }
    }
    assert_eq!(origins.len(), 6, "{first:#?}");
    let spawns = host.spawns();
    assert_eq!(host.ask_with(&shell), first);
    assert_eq!(host.spawns(), spawns);
}

#[test]
fn what_does_not_matter_is_not_asked_about() {
    let host = Host::new();
    let source = host.directory("source");
    host.pth("editable.pth", &source);
    fs::create_dir(host.site.join("package")).unwrap();
    settle();
    host.ask();
    let trap = host.directory("trap");
    fs::write(host.site.join("package/new.py"), "").unwrap();
    fs::write(source.join("new.py"), "").unwrap();
    let shell = variables(
        &host.root,
        &[("PYTHONPATH", &trap), ("EDITOR", Path::new("ed"))],
    );
    host.ask_with(&shell);
    assert_eq!(host.spawns(), 1);
}

#[test]
fn a_new_pth_file_is_seen() {
    Host::new().assert_seen(|host| host.pth("new.pth", &host.directory("new")));
}

#[test]
fn an_edited_pth_file_is_seen() {
    let host = Host::new();
    host.pth("a.pth", &host.directory("one"));
    settle();
    host.assert_seen(|host| host.pth("a.pth", &host.directory("two")));
    let last = beyond_stdlib(&host.ask()).pop().unwrap();
    assert_eq!(last.0, host.root.join("two"));
}

#[test]
fn a_removed_pth_file_is_seen() {
    let host = Host::new();
    host.pth("a.pth", &host.directory("one"));
    settle();
    host.assert_seen(|host| fs::remove_file(host.site.join("a.pth")).unwrap());
    assert_eq!(beyond_stdlib(&host.ask()).len(), 1);
}

#[test]
fn a_directory_that_a_pth_file_names_is_seen_to_come_and_go() {
    let host = Host::new();
    host.pth("a.pth", &host.root.join("late"));
    settle();
    host.assert_seen(|host| {
        host.directory("late");
    });
    assert_eq!(beyond_stdlib(&host.ask()).len(), 2);
    host.assert_seen(|host| fs::remove_dir(host.root.join("late")).unwrap());
    assert_eq!(beyond_stdlib(&host.ask()).len(), 1);
}

#[test]
fn an_edited_configuration_is_seen() {
    Host::new().assert_seen(|host| {
        let file = host.root.join("venv/pyvenv.cfg");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("= false", "= true")).unwrap();
    });
}

#[test]
fn an_edited_configuration_of_the_same_size_and_time_is_seen() {
    let host = Host::new();
    host.assert_seen(|host| {
        let file = host.root.join("venv/pyvenv.cfg");
        let before = fs::metadata(&file).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("= false", "= true ")).unwrap();
        let handle = fs::OpenOptions::new().write(true).open(&file).unwrap();
        handle.set_modified(before.modified().unwrap()).unwrap();
        let after = fs::metadata(&file).unwrap();
        assert_eq!(
            (before.len(), before.modified().unwrap(), before.ino()),
            (after.len(), after.modified().unwrap(), after.ino())
        );
    });
    let entries = beyond_stdlib(&host.ask());
    assert!(
        entries
            .iter()
            .any(|(_, origin)| *origin == Origin::SystemSite)
    );
}

#[test]
fn a_configuration_beside_the_executable_is_seen() {
    // It wins over the one above.
    Host::new().assert_seen(|host| {
        let file = host.root.join("venv/pyvenv.cfg");
        let text = fs::read_to_string(&file).unwrap();
        let beside = host.root.join("venv/bin/pyvenv.cfg");
        fs::write(beside, text.replace("= false", "= true")).unwrap();
    });
}

#[test]
fn start_up_modules_are_seen_to_come_and_to_change() {
    let host = Host::new();
    let module = host.site.join("usercustomize.py");
    let configuration = host.root.join("venv/pyvenv.cfg");
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, text.replace("= false", "= true")).unwrap();
    let (one, two) = (host.directory("one"), host.directory("two"));
    let adding = |directory: &Path| format!("import sys; sys.path.append({directory:?})");
    settle();
    host.assert_seen(|_| fs::write(&module, adding(&one)).unwrap());
    host.assert_seen(|_| fs::write(&module, adding(&two)).unwrap());
    let last = host.ask().sys_path.pop().unwrap();
    assert_eq!((last.path, last.origin), (two, Origin::Other));
}

#[test]
fn a_start_up_module_in_a_source_tree_is_seen() {
    let host = Host::new();
    let source = host.directory("source");
    host.pth("editable.pth", &source);
    let added = host.directory("added");
    settle();
    host.assert_seen(|_| {
        let text = format!("import sys; sys.path.append({added:?})");
        fs::write(source.join("sitecustomize.py"), text).unwrap();
    });
}

#[test]
fn a_replaced_site_directory_is_seen() {
    Host::new().assert_seen(|host| {
        let metadata = fs::metadata(&host.site).unwrap();
        fs::rename(&host.site, host.root.join("old")).unwrap();
        fs::create_dir(&host.site).unwrap();
        let handle = fs::File::open(&host.site).unwrap();
        handle.set_modified(metadata.modified().unwrap()).unwrap();
    });
}

#[test]
fn a_user_site_that_comes_into_being_is_seen() {
    let host = Host::new();
    let configuration = host.root.join("venv/pyvenv.cfg");
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, text.replace("= false", "= true")).unwrap();
    settle();
    let version = host.ask().identity.version;
    let user = host
        .root
        .join(format!(".local/lib/python{version}/site-packages"));
    host.assert_seen(|_| fs::create_dir_all(&user).unwrap());
    let entries = beyond_stdlib(&host.ask());
    assert!(entries.contains(&(user, Origin::UserSite)));
}

#[test]
fn another_executable_is_seen() {
    let host = Host::new();
    let twin = host.root.join("twin");
    fs::copy(&host.executable, &twin).unwrap();
    host.assert_seen(|host| fs::rename(&twin, &host.executable).unwrap());
    host.assert_seen(|host| {
        let text = fs::read_to_string(&host.executable).unwrap();
        script(&host.executable, &(text + "\n# changed\n"));
    });
}

#[test]
fn a_link_that_leads_to_another_name_of_the_executable_is_seen() {
    let mut host = Host::new();
    let link = host.executable.with_file_name("link");
    fs::hard_link(&host.executable, host.executable.with_file_name("again")).unwrap();
    fs_err::os::unix::fs::symlink("python", &link).unwrap();
    host.executable = link;
    settle();
    host.assert_seen(|host| {
        fs::remove_file(&host.executable).unwrap();
        fs_err::os::unix::fs::symlink("again", &host.executable).unwrap();
    });
}

#[test]
fn variables_of_python_and_the_home_are_seen() {
    let host = Host::new();
    for (name, value) in [
        ("PYTHONUSERBASE", "/nowhere"),
        ("PYTHONNOUSERSITE", "1"),
        ("PYTHONSAFEPATH", "1"),
        ("_PYTHON_HOST_PLATFORM", "crossed"),
        ("HOME", "/nowhere"),
        ("LC_ALL", "C"),
    ] {
        host.ask();
        let spawns = host.spawns();
        let shell = variables(&host.root, &[(name, Path::new(value))]);
        let first = host.ask_with(&shell);
        assert_eq!(host.spawns(), spawns + 1, "{name}");
        assert_eq!(host.ask_with(&shell), first);
        assert_eq!(host.spawns(), spawns + 1, "{name}");
    }
}

#[test]
fn files_that_are_damaged_or_foreign_are_written_anew() {
    let host = Host::new();
    let first = host.ask();
    let file = host.file();
    let good = fs::read(&file).unwrap();
    let other = String::from_utf8(good.clone()).unwrap();
    let replaced = |from: &str, to: &str| {
        let text = other.replace(from, to);
        assert_ne!(text, other);
        text.into_bytes()
    };
    let contents = [
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        good[..good.len() / 2].to_vec(),
        good[1..].to_vec(),
        vec![0xff; 100],
        vec![b' '; 2 << 20],
        replaced("passthrough-interpreter/1", "passthrough-interpreter/0"),
        // The record of another interpreter, under this one's name.
        replaced("venv/bin/python\",\"setting", "venv/bin/other\",\"setting"),
        replaced("\"format\"", "\"unknown\":1,\"format\""),
        replaced("\"stdlib\"", "\"stldib\""),
    ];
    for (count, content) in contents.into_iter().enumerate() {
        fs::write(&file, &content).unwrap();
        assert_eq!(host.ask(), first);
        let spawns = count + 2;
        assert_eq!(
            host.spawns(),
            spawns,
            "{}",
            String::from_utf8_lossy(&content)
        );
        assert_eq!(host.ask(), first);
        assert_eq!(host.spawns(), spawns);
        assert_eq!(fs::read(host.file()).unwrap(), good);
    }
}

#[test]
fn what_others_may_write_is_not_believed() {
    let host = Host::new();
    let first = host.ask();
    let file = host.file();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&host.cache), 0o700);
    assert_eq!(mode(file.parent().unwrap()), 0o700);

    fs::set_permissions(&file, PermissionsExt::from_mode(0o666)).unwrap();
    assert_eq!(host.ask(), first);
    assert_eq!(host.spawns(), 2);
    assert_eq!(mode(&file), 0o600);

    let elsewhere = host.root.join("elsewhere");
    fs::rename(&file, &elsewhere).unwrap();
    fs_err::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    assert_eq!(host.ask(), first);
    assert_eq!(host.spawns(), 3);
    assert!(fs::symlink_metadata(&file).unwrap().is_file());
}

#[test]
fn odd_things_in_the_place_of_the_file_do_no_harm() {
    let host = Host::new();
    let first = host.ask();
    let file = host.file();
    fs::remove_file(&file).unwrap();
    python::run(std::process::Command::new("mkfifo").arg(&file));
    assert_eq!(host.ask(), first);
    assert!(fs::symlink_metadata(&file).unwrap().is_file());
    fs::remove_file(&file).unwrap();
    fs::create_dir_all(file.join("full")).unwrap();
    assert_eq!(host.ask(), first);
    assert_eq!(host.ask(), first);
    assert_eq!(host.spawns(), 4);
    assert_eq!(host.file(), file, "a temporary file is left");
}

#[test]
fn a_cache_that_cannot_be_written_is_no_error() {
    let mut host = Host::new();
    for cache in [host.executable.clone(), PathBuf::from("/proc/nowhere")] {
        host.cache = cache;
        let first = host.ask();
        assert_eq!(host.ask(), first);
    }
    assert_eq!(host.spawns(), 4);
}

#[test]
fn a_shim_is_asked_every_time() {
    let (_guard, root) = scratch();
    let one = venv(&python::any(), &root.join("one"), &[]);
    let two = venv(&python::any(), &root.join("two"), &[]);
    let choice = root.join("choice");
    let shim = script(
        &root.join("shim"),
        &format!("#!/bin/sh\nexec \"$(cat '{}')\" \"$@\"\n", choice.display()),
    );
    settle();
    let options = AskOptions {
        cache: Some(root.join("cache")),
        ..AskOptions::default()
    };
    for executable in [&one, &two, &one] {
        fs::write(&choice, executable.to_str().unwrap()).unwrap();
        let interpreter = ask(&shim, &variables(&root, &[]), &options).unwrap();
        assert_eq!(&interpreter.executable, executable);
    }
}

#[test]
fn many_may_ask_at_once() {
    let host = Host::new();
    let first = ask_in(&host.executable, &host.shell);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(host.ask(), first);
                }
            });
        }
    });
    let spawns = host.spawns();
    assert!(spawns <= 9, "{spawns} spawns");
    assert_eq!(host.ask(), first);
    assert_eq!(host.spawns(), spawns);
    host.file();
}

#[test]
fn what_changed_while_it_was_asked_is_not_remembered() {
    let host = Host::new();
    let target = host.directory("late");
    // Its own code adds a .pth file, too late to count this time.
    fs::write(
        host.site.join("z.pth"),
        format!(
            "import atexit; atexit.register(lambda: open({:?}, 'w').write({:?}))",
            host.site.join("zz.pth"),
            target.to_str().unwrap()
        ),
    )
    .unwrap();
    settle();
    let listed = |interpreter: &Interpreter| {
        interpreter
            .sys_path
            .iter()
            .any(|entry| entry.path == target)
    };
    assert!(!listed(&host.ask()));
    settle();
    assert!(listed(&host.ask()));
}

#[test]
fn a_file_from_the_future_is_not_trusted() {
    let host = Host::new();
    host.pth("a.pth", &host.directory("one"));
    let file = host.site.join("a.pth");
    let handle = fs::OpenOptions::new().write(true).open(file).unwrap();
    let future = SystemTime::now() + std::time::Duration::from_secs(3600);
    handle.set_modified(future).unwrap();
    settle();
    host.ask();
    host.ask();
    assert_eq!(host.spawns(), 2);
}
