//! Why an installer failed: what we know of the pins, found again in its words.
//!
//! An installer has no other language for it. What counts is found by our own
//! names and versions wherever they stand; what is not found leaves the words
//! for the user to read.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitStatus;

use passthrough_requirement::{PackageName, Requirement, Specifiers, Version};

use super::error::{Clash, InstallErrorKind};

pub(super) fn explain(
    words: &str,
    status: ExitStatus,
    requirements: &[Requirement],
    pins: &BTreeMap<PackageName, Version>,
    offline: bool,
    environment: &Path,
) -> InstallErrorKind {
    let clashes = clashes(words, pins);
    if !clashes.is_empty() {
        return InstallErrorKind::Conflict(clashes);
    }
    let says = |any: &[&str]| any.iter().any(|each| words.contains(each));
    let wanted = missing(words, requirements);
    if says(&FULL) {
        InstallErrorKind::Full {
            environment: environment.to_owned(),
        }
    } else if says(&DISABLED) || offline && (!wanted.is_empty() || says(&NETWORK)) {
        InstallErrorKind::Offline { wanted }
    } else if says(&CREDENTIALS) {
        InstallErrorKind::Credentials
    } else if says(&NETWORK) {
        InstallErrorKind::Network
    } else if says(&BUILD) {
        InstallErrorKind::Build
    } else if !wanted.is_empty() {
        InstallErrorKind::Missing { wanted }
    } else {
        InstallErrorKind::Failed(status)
    }
}

const FULL: [&str; 2] = ["No space left on device", "Disk quota exceeded"];
const DISABLED: [&str; 2] = ["network was disabled", "Network connectivity is disabled"];
const CREDENTIALS: [&str; 6] = [
    "401 Unauthorized",
    "403 Forbidden",
    "401 Error",
    "403 Error",
    "401 Client Error",
    "403 Client Error",
];
const NETWORK: [&str; 10] = [
    "connection broken by",
    "NewConnectionError",
    "Max retries exceeded",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "SSLError",
    "error sending request",
    "dns error",
    "Failed to fetch",
];
const BUILD: [&str; 5] = [
    "Failed to build",
    "Failed building wheel",
    "subprocess-exited-with-error",
    "metadata-generation-failed",
    "The build backend returned an error",
];

/// The most clashes, or missing requirements, that are told of.
const MOST: usize = 4;

/// The most clashes that are looked at, and the most words of a line: they can
/// come from an index.
const ENOUGH: usize = 64;
const LONGEST: usize = 4096;

/// Every requirement in the words that excludes a pin: `hostlib<2` where
/// hostlib 2.0 is exposed.
fn clashes(words: &str, pins: &BTreeMap<PackageName, Version>) -> Vec<Clash> {
    let mut clashes: Vec<Clash> = Vec::new();
    for line in words.lines() {
        if clashes.len() >= ENOUGH {
            break;
        }
        for (at, token) in tokens(line).take(LONGEST) {
            let Some((name, specifiers)) = required(token, &line[at + token.len()..]) else {
                continue;
            };
            let Some(version) = pins.get(&name) else {
                continue;
            };
            if specifiers.admits(version) {
                continue;
            }
            let wanted = format!("{name}{specifiers}");
            let by = dependent(&line[..at]);
            match clashes.iter_mut().find(|clash| clash.wanted == wanted) {
                Some(clash) => clash.by = clash.by.take().or(by),
                None => clashes.push(Clash {
                    version: version.clone(),
                    name,
                    wanted,
                    by,
                }),
            }
        }
    }
    // Those with a culprit are causes; the others may be conclusions.
    if clashes.iter().any(|clash| clash.by.is_some()) {
        clashes.retain(|clash| clash.by.is_some());
    }
    clashes.truncate(MOST);
    clashes
}

/// The words of a line, with their places.
fn tokens(line: &str) -> impl Iterator<Item = (usize, &str)> {
    const BETWEEN: [char; 7] = [' ', '\t', '(', ')', '`', '\'', '"'];
    let mut next = 0;
    line.split_inclusive(BETWEEN)
        .map(move |piece| {
            let at = next;
            next += piece.len();
            (at, piece.trim_end_matches(BETWEEN))
        })
        .filter(|(_, token)| !token.is_empty())
}

/// A name with specifiers: `hostlib<2`, and what pip puts after a blank:
/// ` and >=0.5`.
fn required(token: &str, rest: &str) -> Option<(PackageName, Specifiers)> {
    let end = token.find(['<', '>', '=', '!', '~'])?;
    let (name, specifiers) = token.split_at(end);
    let name = name.split_once('[').map_or(name, |(name, _)| name);
    let mut specifiers = specifiers.trim_end_matches([',', '.', ';', ':']).to_owned();
    let mut rest = rest;
    while let Some(more) = rest.strip_prefix(" and ")
        && more.starts_with(['<', '>', '=', '!', '~'])
    {
        let (one, after) = more.split_at(more.find(' ').unwrap_or(more.len()));
        specifiers.push(',');
        specifiers.push_str(one);
        rest = after;
    }
    Some((name.parse().ok()?, specifiers.parse().ok()?))
}

/// What stands before `depends on`: `foo 1.0` with pip, `foo<=1.0` and
/// `all versions of foo` with uv.
fn dependent(before: &str) -> Option<String> {
    let before = before.trim_end();
    let subject = before
        .strip_suffix("depends on")
        .or_else(|| before.strip_suffix("depend on"))?;
    let subject = [" and ", "ecause ", ", ", ": "]
        .iter()
        .filter_map(|separator| Some(subject.rfind(separator)? + separator.len()))
        .max()
        .map_or(subject, |start| &subject[start..]);
    let subject = subject.trim();
    (!subject.is_empty()).then(|| subject.to_owned())
}

/// What was not found: the requirement as we stated it where it is one of ours.
fn missing(words: &str, requirements: &[Requirement]) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    let after = [
        "No matching distribution found for ",
        "is available and you require ",
        "are available and you require ",
        "there is no version of ",
        "there are no versions of ",
    ];
    let before = [
        " was not found in",
        " was not found because",
        " could not be found in",
    ];
    for line in words.lines() {
        let found = after
            .iter()
            .filter_map(|phrase| {
                let (_, rest) = line.split_once(phrase)?;
                rest.split_whitespace().next()
            })
            .chain(before.iter().filter_map(|phrase| {
                let (start, _) = line.split_once(phrase)?;
                start.split_whitespace().next_back()
            }));
        for text in found {
            let text = text.trim_matches([',', '.', ';', '`', '(', ')']);
            let Ok(named) = text.parse::<Requirement>() else {
                continue;
            };
            let ours = requirements.iter().find(|ours| ours.name == named.name);
            let said = ours.unwrap_or(&named).to_string();
            if !missing.contains(&said) {
                missing.push(said);
            }
        }
    }
    missing.truncate(MOST);
    missing
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use proptest::prelude::*;

    use super::*;

    /// What comes of words, where hostlib 2.0 and numpy 2.4+cu are exposed and
    /// foo and nonesuch>=3 are asked for.
    fn kind(words: &str) -> InstallErrorKind {
        let pins = [("hostlib", "2.0"), ("numpy", "2.4+cu")]
            .map(|(name, version)| (name.parse().unwrap(), version.parse().unwrap()));
        let requirements = ["foo", "nonesuch>=3"].map(|text| text.parse().unwrap());
        let status = ExitStatus::from_raw(1 << 8);
        explain(
            words,
            status,
            &requirements,
            &pins.into(),
            false,
            Path::new("/env"),
        )
    }

    fn said(words: &str) -> String {
        kind(words).to_string()
    }

    /// In the words of pip 26.3 and uv 0.13.8.
    #[test]
    fn both_sides_of_a_conflict_are_found() {
        let pip = "\
ERROR: Cannot install foo==1.0 and foo==1.1 because these package versions have conflicting dependencies.

The conflict is caused by:
    foo 1.1 depends on hostlib<2 and >=0.5
    foo 1.0 depends on Hostlib<2
    bar 1.0 depends on numpy==2.4
    The user requested (constraint) hostlib==2.0
";
        assert_eq!(
            said(pip),
            "`hostlib` 2.0 passes through from the host, but `hostlib<2,>=0.5` is required by foo 1.1; \
             `hostlib` 2.0 passes through from the host, but `hostlib<2` is required by foo 1.0"
        );
        let uv = "\
error: No solution found when resolving dependencies
  cause: Because foo<=1.0 depends on hostlib<2 and all versions of foo depend on hostlib==2.0, we can conclude that foo<=1.0 cannot be used.
         Because foo>=1.1 depends on hostlib>=0.5,<2 and hostlib==2.0, we can conclude that foo>=1.1 cannot be used.
         And because all versions of bar depend on numpy!=2.4.*, and hostlib<1 is unavailable, we fail.
";
        assert_eq!(
            said(uv),
            "`hostlib` 2.0 passes through from the host, but `hostlib<2` is required by foo<=1.0; \
             `hostlib` 2.0 passes through from the host, but `hostlib<2,>=0.5` is required by foo>=1.1; \
             `numpy` 2.4+cu passes through from the host, but `numpy!=2.4.*` is required by all versions of bar"
        );
        assert_eq!(
            said(
                "    The user requested hostlib<2\n    The user requested (constraint) hostlib==2.0"
            ),
            "`hostlib` 2.0 passes through from the host, but `hostlib<2` is required by what is to be installed"
        );
    }

    #[test]
    fn what_is_missing_is_said_as_it_was_asked_for() {
        for (words, expected) in [
            (
                "ERROR: No matching distribution found for nonesuch>=3 (from x)",
                "`nonesuch>=3`",
            ),
            (
                "ERROR: No matching distribution found for deep<1",
                "`deep<1`",
            ),
            (
                "Because nonesuch was not found in the package registry and you",
                "`nonesuch>=3`",
            ),
            (
                "Because only foo==1.0 is available and you require foo>5, we",
                "`foo`",
            ),
            (
                "Because there are no versions of deep and you require",
                "`deep`",
            ),
        ] {
            let InstallErrorKind::Missing { wanted } = kind(words) else {
                panic!("{words}: {}", said(words));
            };
            assert_eq!(list(&wanted), expected, "{words}");
        }
    }

    fn list(wanted: &[String]) -> String {
        let quoted: Vec<String> = wanted.iter().map(|each| format!("`{each}`")).collect();
        quoted.join(", ")
    }

    #[test]
    fn the_deeper_reason_comes_first() {
        let unreachable = "WARNING: Retrying (Retry(total=0)) after connection broken by \
                           'NewConnectionError(...)'\n\
                           ERROR: No matching distribution found for foo";
        assert!(matches!(kind(unreachable), InstallErrorKind::Network));
        let refused = "Because foo was not found in the package registry and you require foo, we \
                       can conclude that your requirements are unsatisfiable.\n\n\
                       hint: An index URL (http://x/) could not be queried due to a lack of valid \
                       authentication credentials (401 Unauthorized)";
        assert!(matches!(kind(refused), InstallErrorKind::Credentials));
        let disabled = "Because foo was not found in the cache and you require foo, we can \
                        conclude\nhint: Packages were unavailable because the network was disabled.";
        assert!(matches!(kind(disabled), InstallErrorKind::Offline { .. }));
        // Whatever else could not be done for that.
        for full in [
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "error: Failed to fetch: `http://x/foo.whl`\n  Caused by: No space left on device (os error 28)",
        ] {
            assert!(
                matches!(kind(full), InstallErrorKind::Full { .. }),
                "{full}"
            );
        }
        let broken = "error: subprocess-exited-with-error\nNo matching distribution found for x";
        assert!(matches!(kind(broken), InstallErrorKind::Build));
        for words in ["", "Segmentation fault", "hostlib<2", "depends on foo<1"] {
            let kind = kind(words);
            let conflict = words == "hostlib<2";
            assert_eq!(
                matches!(kind, InstallErrorKind::Conflict(_)),
                conflict,
                "{words}"
            );
            assert!(
                conflict || matches!(kind, InstallErrorKind::Failed(_)),
                "{words}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_words_have_some_reason(words in "(hostlib|numpy|[<>=!~,.;:()`' \n\u{e9}]| and | depends? on |\\[|[0-9]){0,40}") {
            let _ = said(&words);
        }
    }
}
