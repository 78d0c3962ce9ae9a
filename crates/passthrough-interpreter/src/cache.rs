//! Remembered answers: one file an interpreter.
//!
//! An answer is taken for true as long as everything that it depends upon
//! keeps its stamp. No directory is listed for that: a site directory in which
//! anything was installed since makes the interpreter be asked again, which
//! costs some 15 ms once, and keeps every other time below 0.1 ms.
//!
//! Nothing here is ever an error: what cannot be recalled is
//! asked again, and what cannot be written is not remembered.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt;
use passthrough_requirement::MarkerEnvironment;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::facts::Markers;
use crate::stamp::{self, Stamp};
use crate::survey::Survey;
use crate::text::Bytes;
use crate::{Environment, Identity, Interpreter, Knowledge, Origin, PathEntry, probe};

/// The form of the file.
const FORMAT: &str = "passthrough-interpreter/1";

/// The largest file that is read or written, in bytes.
const LIMIT: u64 = 1 << 20;

/// Variables other than Python's own that an interpreter's answer depends upon:
/// they say where the user's site is, which library is loaded, and how names
/// are encoded.
const VARIABLES: [&str; 7] = [
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "DYLD_LIBRARY_PATH",
];

/// Where the answer of one interpreter is remembered, and under what.
pub(crate) struct Place {
    file: PathBuf,
    executable: PathBuf,
    setting: String,
}

impl Place {
    pub(crate) fn new(directory: &Path, executable: &Path, environment: &Environment) -> Self {
        let name = hexadecimal(Sha256::digest(executable.as_os_str().as_encoded_bytes()));
        Self {
            file: directory
                .join("interpreters")
                .join(format!("{}.json", &name[..32])),
            executable: executable.to_owned(),
            setting: setting(environment),
        }
    }

    /// The remembered answer, if it is still true.
    pub(crate) fn recall(&self) -> Option<Interpreter> {
        let record: Record = serde_json::from_slice(&self.read()?).ok()?;
        let fits = record.format == FORMAT
            && record.setting == self.setting
            && record.executable == self.executable.as_path().into()
            && record.stamps.iter().all(Stamp::holds);
        fits.then(|| record.interpreter.into())
    }

    /// Remembers the answer of a probe that was started at `asked`.
    pub(crate) fn remember(&self, survey: &Survey, asked: SystemTime) {
        // A shim answers for another interpreter, and may choose another one tomorrow.
        if survey.interpreter.executable != self.executable {
            return;
        }
        let mut stamps = Vec::with_capacity(survey.depends_on.len());
        for (path, aspect) in &survey.depends_on {
            let (stamp, changed) = Stamp::take(path, *aspect);
            // What changed since, or so shortly before that a later change
            // could carry the same time, may not be what the probe has seen.
            let settled = changed.is_none_or(|changed| {
                changed
                    .checked_add(stamp::granularity(changed))
                    .is_some_and(|settled| settled < asked)
            });
            if !settled {
                return;
            }
            stamps.push(stamp);
        }
        let record = Record {
            format: FORMAT.to_owned(),
            executable: self.executable.as_path().into(),
            setting: self.setting.clone(),
            stamps,
            interpreter: (&survey.interpreter).into(),
        };
        let _ = self.write(&record);
    }

    /// The content of the file, unless somebody else could have written it.
    fn read(&self) -> Option<Vec<u8>> {
        let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
        let file = fs::OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(&self.file)
            .ok()?;
        let metadata = file.metadata().ok()?;
        let trusted = metadata.is_file()
            && metadata.uid() == rustix::process::geteuid().as_raw()
            && metadata.mode() & 0o022 == 0
            && metadata.len() <= LIMIT;
        if !trusted {
            return None;
        }
        // One read: the file is only ever replaced, never written to.
        let mut content = vec![0; usize::try_from(metadata.len()).ok()?];
        std::io::Read::read_exact(&mut { file }, &mut content).ok()?;
        Some(content)
    }

    fn write(&self, record: &Record) -> std::io::Result<()> {
        let content = serde_json::to_vec(record)?;
        let Some(directory) = self.file.parent() else {
            return Ok(());
        };
        if u64::try_from(content.len()).is_ok_and(|length| length > LIMIT) {
            return Ok(());
        }
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
        // Readable and writable by the user alone, as temporary files are.
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        file.write_all(&content)?;
        file.persist(&self.file)?;
        Ok(())
    }
}

/// A digest of what else an answer depends upon: the variables, the kernel
/// (which markers tell of), the probe.
fn setting(environment: &Environment) -> String {
    let mut digest = Sha256::new();
    let mut add = |bytes: &[u8]| {
        // Lengths keep one value from being taken for two.
        digest.update(bytes.len().to_le_bytes());
        digest.update(bytes);
    };
    add(probe::SOURCE.as_bytes());
    // The next version may make something else of the same answer.
    add(env!("CARGO_PKG_VERSION").as_bytes());
    let system = rustix::system::uname();
    for value in [
        system.sysname(),
        system.release(),
        system.version(),
        system.machine(),
    ] {
        add(value.to_bytes());
    }
    for (name, value) in environment.iter() {
        let bytes = name.as_encoded_bytes();
        let python = bytes.starts_with(b"PYTHON") || bytes.starts_with(b"_PYTHON");
        let other = VARIABLES.iter().any(|variable| name == *variable);
        if (python && name != "PYTHONPATH") || other {
            add(bytes);
            add(value.as_encoded_bytes());
        }
    }
    hexadecimal(digest.finalize())
}

fn hexadecimal(digest: impl AsRef<[u8]>) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for byte in digest.as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    format: String,
    executable: Bytes,
    setting: String,
    stamps: Vec<Stamp>,
    interpreter: Stored,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    executable: Bytes,
    prefix: Bytes,
    base_prefix: Bytes,
    abi_flags: Bytes,
    platform: Bytes,
    markers: Markers,
    sys_path: Vec<(Bytes, StoredOrigin)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredOrigin {
    Stdlib,
    Site,
    SystemSite,
    UserSite,
    Pth(Bytes),
    Other,
}

impl From<Stored> for Interpreter {
    fn from(stored: Stored) -> Self {
        let markers: MarkerEnvironment = stored.markers.into();
        Self {
            executable: stored.executable.into_path(),
            prefix: stored.prefix.into_path(),
            base_prefix: stored.base_prefix.into_path(),
            identity: Identity {
                implementation: markers.implementation_name.clone(),
                version: markers.python_version.clone(),
                abi_flags: stored.abi_flags.into_string(),
                platform: stored.platform.into_string(),
            },
            markers,
            sys_path: stored
                .sys_path
                .into_iter()
                .map(|(path, origin)| PathEntry {
                    path: path.into_path(),
                    origin: match origin {
                        StoredOrigin::Stdlib => Origin::Stdlib,
                        StoredOrigin::Site => Origin::Site,
                        StoredOrigin::SystemSite => Origin::SystemSite,
                        StoredOrigin::UserSite => Origin::UserSite,
                        StoredOrigin::Pth(file) => Origin::Pth(file.into_path()),
                        StoredOrigin::Other => Origin::Other,
                    },
                })
                .collect(),
            knowledge: Knowledge::Asked,
        }
    }
}

impl From<&Interpreter> for Stored {
    fn from(interpreter: &Interpreter) -> Self {
        Self {
            executable: interpreter.executable.as_path().into(),
            prefix: interpreter.prefix.as_path().into(),
            base_prefix: interpreter.base_prefix.as_path().into(),
            abi_flags: interpreter.identity.abi_flags.as_str().into(),
            platform: interpreter.identity.platform.as_str().into(),
            markers: (&interpreter.markers).into(),
            sys_path: interpreter
                .sys_path
                .iter()
                .map(|entry| {
                    let origin = match &entry.origin {
                        Origin::Stdlib => StoredOrigin::Stdlib,
                        Origin::Site => StoredOrigin::Site,
                        Origin::SystemSite => StoredOrigin::SystemSite,
                        Origin::UserSite => StoredOrigin::UserSite,
                        Origin::Pth(file) => StoredOrigin::Pth(file.as_path().into()),
                        Origin::Other => StoredOrigin::Other,
                    };
                    (entry.path.as_path().into(), origin)
                })
                .collect(),
        }
    }
}
