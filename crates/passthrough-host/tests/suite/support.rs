//! Interpreters made by hand, and answers in one line.

use std::path::{Path, PathBuf};

use passthrough_host::{FileList, Installed, Inventory, Site};
use passthrough_interpreter::{Identity, Interpreter, Knowledge, Origin, PathEntry};
use passthrough_requirement::{MarkerEnvironment, PackageName};

pub(crate) fn name(text: &str) -> PackageName {
    text.parse().unwrap()
}

/// An interpreter with these entries on its `sys.path`.
pub(crate) fn interpreter(entries: &[(&Path, Origin)]) -> Interpreter {
    let text = |text: &str| text.to_owned();
    Interpreter {
        executable: PathBuf::from("/venv/bin/python"),
        prefix: PathBuf::from("/venv"),
        base_prefix: PathBuf::from("/usr"),
        identity: Identity {
            implementation: text("cpython"),
            version: text("3.11"),
            abi_flags: String::new(),
            platform: text("linux-x86_64"),
        },
        markers: MarkerEnvironment {
            implementation_name: text("cpython"),
            implementation_version: text("3.11.7"),
            os_name: text("posix"),
            platform_machine: text("x86_64"),
            platform_python_implementation: text("CPython"),
            platform_release: text("6.1.0"),
            platform_system: text("Linux"),
            platform_version: text("#1"),
            python_full_version: text("3.11.7"),
            python_version: text("3.11"),
            sys_platform: text("linux"),
        },
        sys_path: entries
            .iter()
            .map(|(path, origin)| PathEntry {
                path: path.to_path_buf(),
                origin: origin.clone(),
            })
            .collect(),
        knowledge: Knowledge::Asked,
    }
}

/// The inventory of site directories.
pub(crate) fn site(directories: &[&Path]) -> Site {
    let entries: Vec<_> = directories
        .iter()
        .map(|&directory| (directory, Origin::Site))
        .collect();
    Site::new(&interpreter(&entries))
}

/// An answer in one line: version, kind of file list, problem, codes of the
/// findings.
pub(crate) fn shown(site: &dyn Inventory, text: &str) -> String {
    match site.get(&name(text)) {
        None => "none".to_owned(),
        Some(installed) => line(&installed),
    }
}

pub(crate) fn line(installed: &Installed) -> String {
    let version = match &installed.version {
        Some(version) => version.to_string(),
        None => "?".to_owned(),
    };
    let files = match installed.files {
        FileList::Record(_) => "record",
        FileList::Dpkg(_) => "dpkg",
        FileList::Conda(_) => "conda",
        FileList::Tree(_) => "tree",
        FileList::Given => "given",
        FileList::Develop(_) => "develop",
        FileList::Missing => "missing",
    };
    let problem = match &installed.metadata {
        Ok(metadata) => {
            assert_eq!(Some(&metadata.version), installed.version.as_ref());
            String::new()
        }
        Err(problem) => format!(" | {problem}"),
    };
    let mut line = format!("{version} {files}{problem}");
    for finding in &installed.findings {
        line.push_str(&format!(" [{}]", finding.rule.code));
    }
    line
}
