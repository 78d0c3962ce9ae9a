//! Versions, flags and the platform of an interpreter, from files.

use std::path::Path;

use fs_err as fs;
use serde::Deserialize;

use crate::files;
use crate::layout::{Implementation, Layout};
use crate::version::{Level, PythonVersion};

/// What a file that is read here may have, in bytes.
const LIMIT: u64 = 1 << 20;

/// What the files say; what none says is None.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Details {
    /// The version of the language.
    pub(crate) version: Option<PythonVersion>,
    /// `sys.implementation.version`, written as the marker is.
    pub(crate) implementation_version: Option<String>,
    /// `sys.abiflags`.
    pub(crate) abi_flags: Option<String>,
    /// `sysconfig.get_platform()`.
    pub(crate) platform: Option<String>,
}

/// Reads what there is, from the most to the least reliable:
/// `build-details.json` (PEP 739), the C headers, and for the version
/// `pyvenv.cfg`, which keeps that of the day that the environment was made.
pub(crate) fn read(layout: &Layout) -> Details {
    let stdlib = layout.base.directory();
    let kind = layout.base.kind;
    let document = build_details(&stdlib);
    let headers = header(layout);
    let stated = document.as_ref().and_then(Document::version);
    let version = [
        stated,
        headers
            .as_deref()
            .and_then(|text| defined(text, "PY_VERSION"))
            .and_then(PythonVersion::parse),
        layout.config.as_ref().and_then(|config| config.version),
    ]
    .into_iter()
    .flatten()
    // An environment outlives the interpreter it was made with.
    .find(|version| (version.major, version.minor) == (3, kind.minor));
    let implementation_version = match kind.implementation {
        Implementation::CPython => version.map(PythonVersion::implementation),
        Implementation::PyPy => headers
            .as_deref()
            .and_then(|text| defined(text, "PYPY_VERSION"))
            .map(str::to_owned),
    };
    Details {
        version,
        implementation_version,
        abi_flags: match (&document, kind.implementation) {
            (Some(document), _) => Some(document.abi.flags.concat()),
            (None, Implementation::PyPy) => Some(String::new()),
            (None, Implementation::CPython) => abi_flags(layout, &stdlib),
        },
        platform: document.map(|document| document.platform),
    }
}

/// The value of a C macro that is a string.
fn defined<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("#define")?.trim_start();
        let value = rest.strip_prefix(name)?.trim();
        value.strip_prefix('"')?.split('"').next()
    })
}

/// The header that states the version, if the headers are installed.
fn header(layout: &Layout) -> Option<String> {
    let include = layout.base.prefix.join("include");
    let directory = layout.base.kind.directory();
    ["", "d"].into_iter().find_map(|debug| {
        let file = include.join(format!("{directory}{debug}/patchlevel.h"));
        files::read_text(&file, LIMIT).ok()
    })
}

/// A build configuration is installed for each set of flags, and is named after it.
fn abi_flags(layout: &Layout, stdlib: &Path) -> Option<String> {
    let by_name: String = layout
        .name
        .trim_start_matches(|c: char| c.is_ascii_alphabetic())
        .chars()
        .filter(char::is_ascii_alphabetic)
        .collect();
    let t = if layout.base.kind.free_threaded {
        "t"
    } else {
        ""
    };
    let d = if by_name == "d" || by_name == "td" {
        "d"
    } else {
        ""
    };
    let expected = format!("{t}{d}");
    let installed: Vec<String> = fs::read_dir(stdlib)
        .ok()?
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let rest = name.strip_prefix("_sysconfigdata_")?;
            let (flags, _) = rest.strip_suffix(".py")?.split_once('_')?;
            Some(flags.to_owned())
        })
        .collect();
    match &installed[..] {
        [only] => Some(only.clone()),
        several if several.contains(&expected) => Some(expected),
        _ => None,
    }
}

/// The part of `build-details.json` that counts here.
#[derive(Deserialize)]
struct Document {
    platform: String,
    language: Language,
    #[serde(default)]
    abi: Abi,
}

#[derive(Deserialize)]
struct Language {
    version_info: Option<VersionInfo>,
}

#[derive(Deserialize)]
struct VersionInfo {
    major: u32,
    minor: u32,
    micro: u32,
    releaselevel: String,
    serial: u32,
}

#[derive(Default, Deserialize)]
struct Abi {
    #[serde(default)]
    flags: Vec<String>,
}

impl Document {
    fn version(&self) -> Option<PythonVersion> {
        let info = self.language.version_info.as_ref()?;
        Some(PythonVersion {
            major: info.major,
            minor: info.minor,
            patch: info.micro,
            level: Level::named(&info.releaselevel)?,
            serial: info.serial,
            between: false,
        })
    }
}

fn build_details(stdlib: &Path) -> Option<Document> {
    let content = files::read(&stdlib.join("build-details.json"), LIMIT).ok()?;
    serde_json::from_slice(&content).ok()
}
