//! Frontends, installed in the version that their profiles pin.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fs_err as fs;
use passthrough_protocol::{Ending, Profile, VersionCommand};
use regex_lite::Regex;
use sha2::{Digest, Sha256};

use crate::interpreter::Interpreter;
use crate::nonce::nonce;
use crate::process::{self, Ended, Task};
use crate::profile::pinned;
use crate::template::{Places, filled};

/// How long an installation may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// A frontend that can be run.
#[derive(Clone, Debug)]
pub struct Frontend {
    /// How.
    pub profile: Profile,
    /// The environment that it is installed in; none where nothing had to be.
    pub directory: Option<PathBuf>,
    /// The version that it says it has.
    pub version: String,
}

/// Why a frontend cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// It could not be installed.
    #[error("{requirements} cannot be installed: {reason}")]
    Install {
        /// What was asked for.
        requirements: String,
        /// Why, in a line.
        reason: String,
        /// The end of what was said.
        said: String,
    },
    /// It does not say its version.
    #[error("`{command}` does not say a version: {reason}")]
    NoVersion {
        /// What was run.
        command: String,
        /// What it did instead.
        reason: String,
        /// What it said.
        said: String,
    },
    /// It is another version than the profile pins.
    #[error("it is version {found}, and the profile pins {pinned}")]
    OtherVersion {
        /// What it says.
        found: String,
        /// What the profile says.
        pinned: String,
    },
    /// The file system said no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl ToolError {
    /// The last lines of what was said by the program that failed.
    pub fn said(&self) -> Option<String> {
        const LINES: usize = 10;
        const LONGEST: usize = 300;
        let (Self::Install { said, .. } | Self::NoVersion { said, .. }) = self else {
            return None;
        };
        let lines: Vec<String> = said
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.chars().take(LONGEST).collect())
            .collect();
        let last = &lines[lines.len().saturating_sub(LINES)..];
        (!last.is_empty()).then(|| last.join("\n"))
    }

    /// What can be done about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Install { .. } => Some(
                "pip installs it with your own settings, PIP_INDEX_URL or a proxy; once it is there, no network is needed",
            ),
            Self::NoVersion { .. } => {
                Some("`version` in the profile has the command, and the pattern for its output")
            }
            Self::OtherVersion { .. } => {
                Some("the command of a profile has to be of what `requirements` installs")
            }
            Self::Io(_) => None,
        }
    }
}

/// Makes a frontend available below `cache`.
pub(crate) fn frontend(
    profile: &Profile,
    interpreter: &Interpreter,
    cache: &Path,
    this: Option<&Path>,
) -> Result<Frontend, ToolError> {
    let directory = if profile.requirements.is_empty() {
        None
    } else {
        Some(installed(&profile.requirements, interpreter, cache)?)
    };
    let mut places = Places::new();
    if let Some(directory) = &directory {
        let directory = directory.display();
        places.insert("tool", directory.to_string());
        places.insert("python", format!("{directory}/bin/python"));
    }
    if let Some(this) = this {
        places.insert("self", this.display().to_string());
    }
    let version = version(profile, &places, cache)?;
    // The version of this program is its own: what is installed goes beside it.
    let is_this = profile
        .version
        .argv
        .first()
        .is_some_and(|program| program == "{self}");
    let frontend = profile.requirements.first().filter(|_| !is_this);
    let pinned = frontend.and_then(|first| pinned(first));
    if let Some(pinned) = pinned
        && pinned != version
    {
        return Err(ToolError::OtherVersion {
            found: version,
            pinned,
        });
    }
    Ok(Frontend {
        profile: profile.clone(),
        directory,
        version,
    })
}

/// The environment that has the requirements, and nothing else.
fn installed(
    requirements: &[String],
    interpreter: &Interpreter,
    cache: &Path,
) -> Result<PathBuf, ToolError> {
    let mut identity = Sha256::new();
    identity.update(interpreter.identity()?);
    for requirement in requirements {
        identity.update([0]);
        identity.update(requirement);
    }
    let digest = identity.finalize();
    let digest: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    fs::create_dir_all(cache)?;
    let cache = fs::canonicalize(cache)?;
    let directory = cache.join(&digest);
    let lock = fs::File::create(cache.join(format!("{digest}.lock")))?;
    lock.file().lock()?;
    // It is written last: what was interrupted is made anew.
    let marker = directory.join("complete");
    if marker.exists() {
        return Ok(directory);
    }
    // Who was killed on the way has left an installer that still writes there.
    let mark = directory.display().to_string();
    process::end_scattered(&mark);
    if fs::symlink_metadata(&directory).is_ok() {
        fs::remove_dir_all(&directory)?;
    }
    let run = |command: &mut Command| {
        // These would lead elsewhere: what is there is not what the profile pins.
        for variable in [
            "PYTHONHOME",
            "PYTHONPATH",
            "PIP_USER",
            "PIP_TARGET",
            "PIP_PREFIX",
            "PIP_ROOT",
        ] {
            command.env_remove(variable);
        }
        let done = process::helper(command.env(process::MARK, &mark), PATIENCE);
        done.map_err(|error| ToolError::Install {
            requirements: requirements.join(" "),
            reason: if is_out_of_reach(&error.said) {
                format!("the index cannot be reached; pip {}", error.reason)
            } else {
                format!("pip {}", error.reason)
            },
            said: error.said,
        })
    };
    let mut venv = Command::new(&interpreter.path);
    run(venv.args(["-I", "-m", "venv"]).arg(&directory))?;
    let python = directory.join("bin/python");
    let pip = |arguments: &[&str]| {
        let mut command = Command::new(&python);
        command
            .args(["-m", "pip", "--disable-pip-version-check", "--no-input"])
            .args(arguments);
        command
    };
    // Interpreters before 3.12 bring it along, and it is not asked for.
    run(
        pip(&["uninstall", "--quiet", "--yes", "setuptools"]).env("PIP_ROOT_USER_ACTION", "ignore")
    )?;
    run(pip(&["install", "--quiet"]).args(requirements))?;
    fs::write(marker, requirements.join("\n"))?;
    Ok(directory)
}

/// Whether pip says that it found nobody to talk to; that it found no version
/// then, which it says last, means nothing.
fn is_out_of_reach(said: &str) -> bool {
    said.lines().any(|line| line.contains("Retrying (Retry("))
        || said.contains("Could not fetch URL")
}

/// Asks a frontend for its version.
fn version(profile: &Profile, places: &Places, cache: &Path) -> Result<String, ToolError> {
    let argv: Vec<String> = profile
        .version
        .argv
        .iter()
        .map(|text| filled(text, places))
        .collect();
    fs::create_dir_all(cache)?;
    // Nobody else's: another question may be under way at the same time.
    let nonce = nonce(cache);
    let directory = fs::canonicalize(cache)?.join(format!("version-{nonce}"));
    fs::create_dir_all(&directory)?;
    let home = directory.display().to_string();
    let variables = [
        ("PATH", "/usr/bin:/bin"),
        ("HOME", &home),
        ("LANG", "C.UTF-8"),
    ];
    let environment: BTreeMap<String, String> = variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let ended = process::run(&Task {
        argv: &argv,
        directory: &directory,
        environment: &environment,
        nonce: &nonce,
        timeout: Duration::from_secs(profile.version.timeout.into()),
    });
    let _ = fs::remove_dir_all(&directory);
    said_version(&profile.version, &argv, &ended)
}

fn said_version(
    asked: &VersionCommand,
    argv: &[String],
    ended: &Ended,
) -> Result<String, ToolError> {
    let reason = match (ended.ending, ended.exit_code) {
        (Ending::Exit, Some(0)) => {
            let version = Regex::new(&asked.pattern).ok().and_then(|pattern| {
                let captures = pattern.captures(&ended.stdout)?;
                Some(captures.get(1)?.as_str().to_owned())
            });
            match version {
                Some(version) => return Ok(version),
                None => format!("its output does not fit the pattern `{}`", asked.pattern),
            }
        }
        (Ending::Exit, Some(code)) => format!("it ended with exit code {code}"),
        (Ending::Exit | Ending::Signal, _) => "it was ended by a signal".to_owned(),
        (Ending::Timeout, _) => format!("it did not end within {} s", asked.timeout),
        (Ending::Flood, _) => "it did not stop writing".to_owned(),
        (Ending::NotStarted, _) => "it cannot be started".to_owned(),
    };
    Err(ToolError::NoVersion {
        command: argv.join(" "),
        reason,
        said: [ended.stdout.as_str(), ended.stderr.as_str()].join("\n"),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use passthrough_protocol::Profile;
    use passthrough_world::python;

    use super::{Frontend, ToolError};
    use crate::interpreter::Interpreter;
    use crate::profile::Profiles;

    fn profile(change: impl FnOnce(&mut Profile)) -> Profile {
        let mut profile = Profiles::embedded().profiles["pip"].clone();
        profile.requirements.clear();
        change(&mut profile);
        profile
    }

    fn install(profile: &Profile) -> Result<Frontend, ToolError> {
        let interpreter = Interpreter::ask(&python::any()).unwrap();
        let cache = tempfile::tempdir().unwrap();
        super::frontend(profile, &interpreter, cache.path(), None)
    }

    fn says(program: &str) -> Profile {
        profile(|profile| {
            profile.version.argv = ["/bin/sh", "-c", program].map(str::to_owned).into();
        })
    }

    #[test]
    fn the_version_is_what_the_frontend_says() {
        let frontend = install(&says("echo pip 7.1 from here")).unwrap();
        assert_eq!(frontend.version, "7.1");
        assert_eq!(frontend.directory, None);
        for (program, reason, said) in [
            (
                "echo no; echo why >&2",
                "does not fit the pattern `^pip",
                "no\nwhy",
            ),
            ("echo pip 7.1; exit 1", "ended with exit code 1", "pip 7.1"),
            ("exit 0", "does not fit the pattern", ""),
            ("kill -9 $$", "ended by a signal", ""),
            ("yes pip", "did not stop writing", "pip\npip"),
            ("echo well; sleep 1000", "did not end within 2 s", "well"),
        ] {
            let mut profile = says(program);
            profile.version.timeout = 2;
            let error = install(&profile).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
            assert!(
                error.said().unwrap_or_default().ends_with(said),
                "{program}: {error:?}"
            );
        }
        let mut profile = says("");
        profile.version.argv = vec!["/no/such/frontend".to_owned()];
        let error = install(&profile).unwrap_err();
        assert!(
            error.to_string().ends_with("it cannot be started"),
            "{error}"
        );
        assert!(error.said().unwrap().contains("No such file"), "{error:?}");
    }

    #[test]
    fn another_version_than_the_pinned_one_is_refused() {
        let mut profile = says("echo pip 7.1");
        profile.requirements = vec!["pip==23.3.2".to_owned()];
        let error = install(&profile).unwrap_err();
        assert!(
            matches!(&error, ToolError::OtherVersion { found, pinned } if found == "7.1" && pinned == "23.3.2"),
            "{error}"
        );
    }

    /// What a profile of this program requires is not this program.
    #[test]
    fn this_program_is_of_its_own_version() {
        let mut own = profile(|profile| {
            profile.requirements = vec!["packaging==26.3".to_owned()];
            profile.version.argv = ["{self}", "-c", "echo pip 7.1"].map(str::to_owned).into();
        });
        let interpreter = Interpreter::ask(&python::any()).unwrap();
        let cache = tempfile::tempdir().unwrap();
        let shell = Path::new("/bin/sh");
        let frontend =
            |profile: &Profile| super::frontend(profile, &interpreter, cache.path(), Some(shell));
        let found = frontend(&own).unwrap();
        assert_eq!(found.version, "7.1");
        assert!(found.directory.unwrap().join("bin/python").exists());
        own.version.argv[0] = "/bin/sh".to_owned();
        assert!(matches!(
            frontend(&own),
            Err(ToolError::OtherVersion { .. })
        ));
    }

    #[test]
    fn what_cannot_be_had_is_said() {
        let profile = profile(|profile| {
            profile.requirements = vec!["passthrough-no-such-frontend==1.0".to_owned()];
        });
        let error = install(&profile).unwrap_err();
        assert!(matches!(error, ToolError::Install { .. }), "{error}");
        assert!(error.to_string().contains("ERROR"), "{error}");
    }
}
