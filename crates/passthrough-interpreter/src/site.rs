//! What `site` makes of `sys.path`, without running it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::habits::Habits;
use crate::layout::{Implementation, Layout};
use crate::{Environment, Origin, files, pth};

/// A `sys.path` as it is built up.
struct Builder {
    entries: Vec<(PathBuf, Origin)>,
    known: HashSet<PathBuf>,
    processed: HashSet<PathBuf>,
    notes: Vec<String>,
    habits: Habits,
    minor: u32,
}

/// The entries of `sys.path`, existing or not, and what is not known of them.
pub(crate) fn path(
    layout: &Layout,
    environment: &Environment,
) -> (Vec<(PathBuf, Origin)>, Vec<String>) {
    let stdlib = layout.base.directory();
    let mut builder = Builder {
        entries: Vec::new(),
        known: HashSet::new(),
        processed: HashSet::new(),
        notes: Vec::new(),
        habits: Habits::of(&stdlib),
        minor: layout.base.kind.minor,
    };
    let kind = layout.base.kind;
    if kind.implementation == Implementation::CPython {
        let t = if kind.free_threaded { "t" } else { "" };
        let zip = format!("python3{}{t}.zip", kind.minor);
        let library = layout.base.prefix.join(layout.base.library);
        builder.add(library.join(zip), Origin::Stdlib);
    }
    builder.add(stdlib.clone(), Origin::Stdlib);
    if kind.implementation == Implementation::CPython {
        builder.add(stdlib.join("lib-dynload"), Origin::Stdlib);
    }

    let (own, system) = match &layout.config {
        Some(config) => (Some(&layout.prefix), config.system_site),
        None => (None, true),
    };
    let habits = builder.habits;
    if let Some(own) = own {
        for directory in packages(layout, habits, own) {
            builder.add_site(&directory, Origin::Site);
        }
    }
    let mut user = false;
    if system {
        match user_site(layout, environment) {
            Ok(directory) => {
                if let Some(directory) = directory {
                    user = true;
                    builder.add_site(&directory, Origin::UserSite);
                }
            }
            Err(note) => builder.notes.push(note),
        }
        for directory in packages(layout, habits, &layout.base.prefix) {
            let own = layout.config.is_none() && !directory.ends_with("dist-packages");
            let origin = if own {
                Origin::Site
            } else {
                Origin::SystemSite
            };
            builder.add_site(&directory, origin);
        }
    }
    builder.note_customization("sitecustomize");
    if user {
        builder.note_customization("usercustomize");
    }
    (builder.entries, builder.notes)
}

impl Builder {
    fn add(&mut self, path: PathBuf, origin: Origin) {
        if self.known.insert(path.clone()) {
            self.entries.push((path, origin));
        }
    }

    fn add_site(&mut self, directory: &Path, origin: Origin) {
        let directory = files::normalize(directory);
        if !directory.is_dir() || !self.processed.insert(directory.clone()) {
            return;
        }
        self.add(directory.clone(), origin);
        let Some(names) = pth::names(&directory, self.habits) else {
            self.notes.push(format!(
                "`{}` cannot be listed, so its .pth files are not known",
                directory.display()
            ));
            return;
        };
        for name in names {
            let file = pth::read(&directory, &name, self.minor);
            match file.content {
                Ok(content) => {
                    for path in content.paths.into_iter().filter(|path| path.exists()) {
                        self.add(path, Origin::Pth(file.path.clone()));
                    }
                    if content.code > 0 {
                        self.notes
                            .push(format!("the code in `{}` is not run", file.path.display()));
                    }
                }
                Err(problem) => self
                    .notes
                    .push(format!("{problem}: its lines do not count")),
            }
        }
    }

    /// Says that there is a module that a started interpreter would run.
    fn note_customization(&mut self, module: &str) {
        let found = self.entries.iter().find_map(|(directory, _)| {
            let file = directory.join(format!("{module}.py"));
            let package = directory.join(module).join("__init__.py");
            [file, package].into_iter().find(|path| path.is_file())
        });
        if let Some(path) = found {
            self.notes.push(format!("`{}` is not run", path.display()));
        }
    }
}

/// The site directories below one prefix, existing or not.
fn packages(layout: &Layout, habits: Habits, prefix: &Path) -> Vec<PathBuf> {
    let name = layout.base.kind.directory();
    let mut libraries = vec![layout.base.library];
    if layout.base.library != "lib" {
        libraries.push("lib");
    }
    let site = |library| prefix.join(library).join(&name).join("site-packages");
    if !habits.dist_packages {
        return libraries.into_iter().map(site).collect();
    }
    let mut packages = Vec::new();
    if layout.config.is_some() {
        packages.push(site("lib"));
    }
    packages.push(prefix.join("local/lib").join(&name).join("dist-packages"));
    packages.push(prefix.join("lib/python3/dist-packages"));
    if layout.base.kind.implementation == Implementation::CPython {
        packages.push(prefix.join("lib").join(&name).join("dist-packages"));
    }
    packages
}

/// The user's site directory, existing or not. None: it is switched off. The
/// error: it is not known, in words.
fn user_site(layout: &Layout, environment: &Environment) -> Result<Option<PathBuf>, String> {
    if environment.get("PYTHONNOUSERSITE").is_some() {
        return Ok(None);
    }
    let base = environment
        .get("PYTHONUSERBASE")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(environment.get("HOME")?).join(".local")))
        .ok_or("HOME is not set, so the user's site directory is not known")?;
    let directory = base
        .join("lib")
        .join(layout.base.kind.directory())
        .join("site-packages");
    // A relative one is relative to where the interpreter runs.
    Ok(Some(Path::new("/").join(directory)))
}
