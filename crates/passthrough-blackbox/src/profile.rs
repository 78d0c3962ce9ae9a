mod words;

use std::collections::BTreeMap;
use std::path::Path;

use fs_err as fs;
use passthrough_conformance::embedded;
use passthrough_protocol::Profile;
use passthrough_requirement::{Requirement, Source};
use regex_lite::Regex;

/// No profile needs more, in bytes.
const LARGEST: u64 = 256 << 10;

/// Profiles, by name.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    /// Those that can be used.
    pub profiles: BTreeMap<String, Profile>,
    /// What is wrong with the others.
    pub problems: Vec<ProfileProblem>,
}

/// What is wrong with a profile, before anything is run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct ProfileProblem {
    /// The file.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl Profiles {
    /// The profiles that the library carries.
    pub fn embedded() -> Self {
        let mut all = Self::default();
        for (path, text) in embedded::PROFILES {
            match read(path, text) {
                Ok(profile) => {
                    all.profiles.insert(profile.name.clone(), profile);
                }
                Err(problem) => all.problems.push(problem),
            }
        }
        all
    }

    /// The profile of a file.
    pub fn from_file(path: &Path) -> Result<Profile, ProfileProblem> {
        let shown = path.display().to_string();
        let problem = |message: String| ProfileProblem {
            path: shown.clone(),
            message,
        };
        let metadata = fs::metadata(path).map_err(|error| problem(error.to_string()))?;
        if !metadata.is_file() || metadata.len() > LARGEST {
            return Err(problem("not a regular file of a profile's size".to_owned()));
        }
        let text = fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
        read(&shown, &text)
    }
}

/// A profile that is whole: what is wrong with it can only be seen by running it.
fn read(path: &str, text: &str) -> Result<Profile, ProfileProblem> {
    let problem = |message: String| ProfileProblem {
        path: path.to_owned(),
        message,
    };
    let profile: Profile =
        toml_edit::de::from_str(text).map_err(|error| problem(error.to_string()))?;
    check(path, &profile).map_err(problem)?;
    Ok(profile)
}

fn check(path: &str, profile: &Profile) -> Result<(), String> {
    let stem = Path::new(path).file_stem();
    if stem.is_none_or(|stem| stem != profile.name.as_str()) {
        return Err(format!("the name `{}` is not the file's", profile.name));
    }
    let is_bare = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if !is_bare(&profile.table) {
        return Err(format!("`{}` is no name of a table", profile.table));
    }
    for requirement in &profile.requirements {
        if pinned(requirement).is_none() {
            return Err(format!("`{requirement}` is not `name==version`"));
        }
    }
    let pattern = Regex::new(&profile.version.pattern)
        .map_err(|error| format!("the pattern of the version is wrong: {error}"))?;
    if pattern.captures_len() != 2 {
        return Err("the pattern of the version has not one group".to_owned());
    }
    if words::all(&profile.steps).next().is_none() {
        return Err("it has no step".to_owned());
    }
    let steps = words::all(&profile.steps).chain(words::all(&profile.prepared));
    let mut commands = steps
        .map(|(_, command)| &command.argv)
        .chain([&profile.version.argv]);
    if commands.any(|argv| argv.first().is_none_or(String::is_empty)) {
        return Err("a command has no program".to_owned());
    }
    words::check(profile)?;
    Ok(())
}

/// The version that a requirement pins.
pub(crate) fn pinned(requirement: &str) -> Option<String> {
    let parsed: Requirement = requirement.parse().ok()?;
    let Source::Specifiers(_) = parsed.source else {
        return None;
    };
    let (_, version) = requirement.split_once("==")?;
    let version = version.trim();
    let is_one = !version.contains(['*', ',', ';', '=']) && !version.is_empty();
    is_one.then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Profiles, pinned, read};

    const GOOD: &str = r#"
schema = "passthrough-profile/1"
name = "x"
source = "https://example.org"
requirements = ["x[all]==1.0"]
host = "active-venv"
table = "x"
version = { argv = ["{tool}/bin/x"], pattern = 'x (\S+)' }

[steps.wheel]
argv = ["{tool}/bin/x", "{project}"]
timeout = 60
"#;

    #[test]
    fn those_that_the_library_carries_are_whole() {
        let all = Profiles::embedded();
        assert_eq!(all.problems, []);
        for name in ["pip", "build", "uv", "hatch", "pdm", "poetry"] {
            assert!(all.profiles.contains_key(name), "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        read("x.toml", GOOD).unwrap();
        for (right, wrong, said) in [
            ("\"x\"\nsource", "\"y\"\nsource", "not the file's"),
            ("==1.0", ">=1.0", "is not `name==version`"),
            ("==1.0", "==1.*", "is not `name==version`"),
            ("==1.0", "==1.0,!=2", "is not `name==version`"),
            ("(\\S+)", "\\S+", "not one group"),
            ("(\\S+)", "(", "pattern of the version is wrong"),
            ("{project}", "{porject}", "`{porject}` stands for nothing"),
            (
                "{project}",
                "{prepared}",
                "`{prepared}` stands for nothing in `steps.wheel`",
            ),
            (
                "{project}",
                "{archive}",
                "`{archive}` stands for nothing in `steps.wheel`",
            ),
            (
                "[steps.wheel]",
                "[steps.archive]",
                "`steps.archive` has no `{archive}`",
            ),
            (
                "[steps.wheel]",
                "[steps.requirement]",
                "`steps.requirement` has no `{requirement}`",
            ),
            (
                "\"{project}\"",
                "\"--no={refused}\"",
                "`{refused}` has to be an argument of its own",
            ),
            (
                "[\"x[all]==1.0\"]",
                "[]",
                "`{tool}` stands for nothing without `requirements`",
            ),
            (
                "[\"{tool}/bin/x\"]",
                "[\"{host}/bin/x\"]",
                "`{host}` stands for nothing in `version`",
            ),
            (
                "\n[steps",
                "\n[environment]\nX = \"{refused}\"\n[steps",
                "`{refused}` stands for nothing in `environment`",
            ),
            (
                "table =",
                "pyproject = \"[x]\\ny = '{host}'\"\ntable =",
                "`{host}` stands for nothing in `pyproject`",
            ),
            (
                "table =",
                "capabilities = [\"constraints\"]\ntable =",
                "nothing has `{constraints}`",
            ),
            (
                "table =",
                "refusal = { name = [\"--no\", \"{name}\"], all = [] }\ntable =",
                "no step has the argument `{refused}`",
            ),
            ("timeout = 60", "timeout = 0", "between 1 and 3600"),
            ("table = \"x\"", "table = \"x]\"", "no name of a table"),
            ("active-venv", "venv", "unknown variant"),
            ("timeout = 60", "timeout = 60\nretries = 1", "unknown field"),
            ("[\"{tool}/bin/x\", \"{project}\"]", "[]", "no program"),
            ("[steps.wheel]", "[prepared.wheel]", "missing field `steps`"),
            (
                "[steps.wheel]",
                "[refusal]\nname = [\"--deny\"]\nall = []\n\n[steps.wheel]",
                "has no `{name}`",
            ),
        ] {
            let text = GOOD.replacen(right, wrong, 1);
            assert_ne!(text, GOOD, "{right}");
            let problem = read("x.toml", &text).unwrap_err().to_string();
            assert!(problem.contains(said), "{wrong}: {problem}");
        }
    }

    #[test]
    fn a_pin_is_one_version() {
        assert_eq!(pinned("pdm[locked]==2.29.3").as_deref(), Some("2.29.3"));
        for loose in ["pip", "pip>=1", "pip===1", "pip @ https://x/y==1", "=="] {
            assert_eq!(pinned(loose), None, "{loose}");
        }
    }
}
