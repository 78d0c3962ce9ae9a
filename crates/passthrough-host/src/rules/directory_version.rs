use passthrough_diagnostic::{Rule, Severity};
use passthrough_requirement::Version;

use super::{Fault, excerpt};
use crate::header::Fields;

pub(super) static RULE: Rule = Rule {
    code: "BIP303",
    name: "version-unclear",
    severity: Severity::Warning,
    requirements: &["ELIG-metadata"],
    what: "The version of the installed package cannot be told: its metadata has none or one outside PEP 440, or another one than the name of the metadata directory.",
    why: "pip and uv go by the directory's name, `importlib.metadata` and build by the `Version` field. A copy that has two versions satisfies a requirement for one tool and fails it for the next.",
    example: "```text
site-packages/torch-2.4.0.dist-info/METADATA

Metadata-Version: 2.1
Name: torch
Version: 2.5.0
```",
    mend: "Reinstall the package in the host.",
};

/// The version that one copy gives for itself, right or wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Told {
    /// A version of PEP 440.
    Version(Version),
    /// Some other text.
    Text(String),
    /// None.
    Nothing,
}

impl Told {
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Version(version) => Some(version.to_string()),
            Self::Text(text) => Some(excerpt(text)),
            Self::Nothing => None,
        }
    }

    fn of(text: Option<&str>) -> Self {
        match text.map(|text| (text, text.parse())) {
            None => Self::Nothing,
            Some((_, Ok(version))) => Self::Version(version),
            Some((text, Err(_))) => Self::Text(text.to_owned()),
        }
    }

    fn version(self) -> Option<Version> {
        match self {
            Self::Version(version) => Some(version),
            Self::Text(_) | Self::Nothing => None,
        }
    }
}

/// The version that a copy gives: its metadata's if that says one, else that
/// of its directory's name.
pub(crate) fn told(directory: Option<&str>, fields: Option<&Fields>) -> Told {
    Told::of(
        fields
            .and_then(|fields| fields.version.as_deref())
            .or(directory),
    )
}

/// The version on which directory and metadata agree; else what is wrong, and
/// the version if there is but one that it can be.
pub(crate) fn version(
    directory: Option<&str>,
    fields: &Fields,
) -> Result<Version, (Fault, Option<Version>)> {
    let in_directory = Told::of(directory);
    let in_metadata = Told::of(fields.version.as_deref());
    match (in_directory, in_metadata) {
        (Told::Nothing, Told::Version(version)) => Ok(version),
        (Told::Version(directory), Told::Version(metadata)) if directory == metadata => {
            Ok(metadata)
        }
        (Told::Version(directory), Told::Version(metadata)) => Err((
            Fault::new(
                &RULE,
                format!(
                    "its metadata has version {metadata}, the name of its directory {directory}"
                ),
            ),
            None,
        )),
        (in_directory, Told::Nothing) => Err((
            Fault::new(&RULE, "its metadata has no `Version`"),
            in_directory.version(),
        )),
        (_, Told::Text(text)) => Err((outside(&text, "its metadata"), None)),
        (Told::Text(text), Told::Version(_)) => {
            Err((outside(&text, "the name of its directory"), None))
        }
    }
}

fn outside(text: &str, place: &str) -> Fault {
    let why = text.parse::<Version>().err();
    let why = why.map_or_else(String::new, |error| format!(": {error}"));
    Fault::new(
        &RULE,
        format!("the version {} in {place} is invalid{why}", excerpt(text)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(directory: Option<&str>, metadata: Option<&str>) -> (String, Option<String>) {
        let fields = Fields {
            version: metadata.map(str::to_owned),
            ..Fields::default()
        };
        match version(directory, &fields) {
            Ok(version) => ("ok".to_owned(), Some(version.to_string())),
            Err((fault, version)) => (fault.message, version.map(|version| version.to_string())),
        }
    }

    #[test]
    fn equal_after_normalisation_is_equal() {
        for (directory, metadata, version) in [
            (Some("1.0"), Some("1.0"), "1.0"),
            (Some("1.0.0rc1"), Some("1.0.0.RC1"), "1.0.0rc1"),
            (Some("1"), Some("1.0.0"), "1.0.0"),
            (Some("1.0-1"), Some("1.0.post1"), "1.0.post1"),
            (None, Some("v2"), "2"),
        ] {
            let expected = ("ok".to_owned(), Some(version.to_owned()));
            assert_eq!(shown(directory, metadata), expected);
        }
    }

    #[test]
    fn anything_else_is_a_fault() {
        for (directory, metadata, message, version) in [
            (
                Some("1.0"),
                Some("2.0"),
                "its metadata has version 2.0, the name of its directory 1.0",
                None,
            ),
            (
                // A local version is a part of the version.
                Some("1.0"),
                Some("1.0+cu121"),
                "its metadata has version 1.0+cu121, the name of its directory 1.0",
                None,
            ),
            (
                Some("1.0"),
                None,
                "its metadata has no `Version`",
                Some("1.0"),
            ),
            (None, None, "its metadata has no `Version`", None),
            (
                Some("1.0"),
                Some("new"),
                "the version `new` in its metadata is invalid: not a version of PEP 440",
                None,
            ),
            (
                Some("new"),
                Some("new"),
                "the version `new` in its metadata is invalid: not a version of PEP 440",
                None,
            ),
            (
                Some("unknown"),
                Some("1.0"),
                "the version `unknown` in the name of its directory is invalid: not a version of PEP 440",
                None,
            ),
            (Some("unknown"), None, "its metadata has no `Version`", None),
            (
                None,
                Some(""),
                "the version `` in its metadata is invalid: not a version of PEP 440",
                None,
            ),
        ] {
            let expected = (message.to_owned(), version.map(str::to_owned));
            assert_eq!(shown(directory, metadata), expected);
        }
    }
}
