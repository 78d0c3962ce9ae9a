//! Which frontend is meant by `--profile`.

use std::path::Path;

use passthrough_blackbox::Profiles;
use passthrough_protocol::{Profile, Steps};

use crate::failure::Failure;

/// A frontend that is to be run.
pub(in crate::conformance) struct Wanted {
    /// How.
    pub(super) profile: Profile,
    /// Whether an environment is prepared for it.
    pub(super) prepared: bool,
    /// What means it, from any directory.
    pub(in crate::conformance) said: String,
    /// Whether its profile is one of the suite's.
    pub(in crate::conformance) is_of_suite: bool,
}

/// What is said after the profile of a frontend that an environment is prepared
/// for.
const PREPARED: &str = "+passthrough";

impl Wanted {
    /// What it is called in a report.
    pub(super) fn name(&self) -> String {
        let plus = if self.prepared { PREPARED } else { "" };
        format!("{}{plus}", self.profile.name)
    }
}

/// A name of one of the suite's profiles, or the path of a file, which has a
/// separator or the ending `.toml`.
pub(super) fn read(said: &str, profiles: &Profiles) -> Result<Wanted, Failure> {
    let (name, prepared) = match said.strip_suffix(PREPARED) {
        Some(name) => (name, true),
        None => (said, false),
    };
    let plus = if prepared { PREPARED } else { "" };
    let is_file = name.contains('/') || name.ends_with(".toml");
    let (profile, said) = if is_file {
        let path = std::path::absolute(name).map_err(Failure::unable)?;
        let profile = Profiles::from_file(Path::new(name)).map_err(|problem| {
            Failure::unable(problem)
                .hint("`passthrough-check schema profile` prints what a profile may be")
        })?;
        (profile, format!("{}{plus}", path.display()))
    } else {
        let profile = profiles.profiles.get(name).cloned().ok_or_else(|| {
            let names: Vec<&str> = profiles.profiles.keys().map(String::as_str).collect();
            Failure::unable(format_args!("there is no profile `{name}`")).hint(format!(
                "the suite has {}; a file is meant by a path with a `/` or the ending `.toml`",
                names.join(", ")
            ))
        })?;
        (profile, said.to_owned())
    };
    if prepared && profile.prepared == Steps::default() {
        return Err(Failure::unable(format_args!(
            "the profile `{}` has no command for a prepared environment",
            profile.name
        ))
        .hint("it goes below `[prepared.wheel]`"));
    }
    Ok(Wanted {
        profile,
        prepared,
        said,
        is_of_suite: !is_file,
    })
}
