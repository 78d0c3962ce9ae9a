//! Why an installer failed: what we know of the pins, found again in its words.
//!
//! An installer has no other language for it. What counts is found by our own
//! names and versions wherever they stand; what is not found leaves the words
//! for the user to read.

use std::collections::BTreeMap;
use std::process::ExitStatus;

use passthrough_requirement::{PackageName, Requirement, Specifiers, Version};

use super::error::{Clash, InstallErrorKind};

pub(super) fn explain(
    words: &str,
    status: ExitStatus,
    requirements: &[Requirement],
    pins: &BTreeMap<PackageName, Version>,
    offline: bool,
) -> InstallErrorKind {
    let clashes = clashes(words, pins);
    if !clashes.is_empty() {
        return InstallErrorKind::Conflict(clashes);
    }
    let says = |any: &[&str]| any.iter().any(|each| words.contains(each));
    let wanted = missing(words, requirements);
    if says(&DISABLED) || offline && (!wanted.is_empty() || says(&NETWORK)) {
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

/// The most clashes that are told of.
const MOST: usize = 4;

/// Every requirement in the words that excludes a pin: `hostlib<2` where
/// hostlib 2.0 is exposed.
fn clashes(words: &str, pins: &BTreeMap<PackageName, Version>) -> Vec<Clash> {
    let mut clashes: Vec<Clash> = Vec::new();
    for line in words.lines() {
        for (at, token) in tokens(line) {
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
    line.split([' ', '\t', '(', ')', '`', '\'', '"'])
        .filter(|token| !token.is_empty())
        .map(|token| (token.as_ptr().addr() - line.as_ptr().addr(), token))
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
