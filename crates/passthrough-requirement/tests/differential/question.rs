//! A question to both sides, and this crate's answer to it.

use std::fmt;

use passthrough_requirement::{
    ExtraName, Marker, MarkerEnvironment, PackageName, Requirement, Source, Specifiers, Version,
};
use serde_json::{Value, json};

pub(crate) struct Question {
    /// As the oracle reads it.
    pub(crate) asked: Value,
    /// What this crate says.
    pub(crate) answer: Value,
}

/// One field of an answer that is not the same on both sides.
pub(crate) struct Difference<'a> {
    pub(crate) kind: &'a str,
    pub(crate) text: &'a str,
    pub(crate) field: String,
    pub(crate) ours: &'a Value,
    pub(crate) theirs: &'a Value,
}

const REFUSED: &str = "accepts";

impl Question {
    pub(crate) fn name(text: &str) -> Self {
        let answer = text.parse::<PackageName>().map_or_else(
            |_| json!({REFUSED: false}),
            |name| json!({REFUSED: true, "normal": name.as_str()}),
        );
        Self {
            asked: json!({"kind": "name", "text": text}),
            answer,
        }
    }

    pub(crate) fn version(text: &str) -> Self {
        let answer = text.parse::<Version>().map_or_else(
            |_| json!({REFUSED: false}),
            |version| json!({REFUSED: true, "normal": version.to_string()}),
        );
        Self {
            asked: json!({"kind": "version", "text": text}),
            answer,
        }
    }

    /// Both texts are versions.
    pub(crate) fn order(a: &str, b: &str) -> Self {
        let order = version(a).cmp(&version(b));
        assert_eq!(order.is_eq(), version(a) == version(b), "{a} {b}");
        Self {
            asked: json!({"kind": "order", "text": a, "other": b}),
            answer: json!({REFUSED: true, "order": order as i8}),
        }
    }

    /// All but the first text are versions.
    pub(crate) fn specifiers<'a>(text: &str, versions: impl Iterator<Item = &'a str>) -> Self {
        let versions: Vec<&str> = versions.collect();
        let parsed = text.parse::<Specifiers>();
        let ours = parsed.as_ref().ok().map(ToString::to_string);
        let answer = parsed.map_or_else(
            |error| {
                assert!(text.get(error.span).is_some_and(|part| !part.is_empty()));
                json!({REFUSED: false})
            },
            |specifiers| {
                let admits: Vec<bool> = versions
                    .iter()
                    .map(|text| specifiers.admits(&version(text)))
                    .collect();
                json!({
                    REFUSED: true,
                    "text": ours,
                    "admits": admits,
                    "unsatisfiable": specifiers.is_unsatisfiable(),
                    "reads_ours": true,
                })
            },
        );
        Self {
            asked: json!({"kind": "specifiers", "text": text, "versions": versions, "ours": ours}),
            answer,
        }
    }

    pub(crate) fn marker(text: &str, environment: &[&str; 11], extras: &[&str]) -> Self {
        let environment = marker_environment(environment);
        let parsed = text.parse::<Marker>();
        let ours = parsed.as_ref().ok().map(ToString::to_string);
        let answer = parsed.map_or_else(
            |error| {
                assert!(text.get(error.span).is_some());
                json!({REFUSED: false})
            },
            |marker| {
                let extras: Vec<ExtraName> =
                    extras.iter().map(|extra| extra.parse().unwrap()).collect();
                let verdict = marker.evaluate(&environment, &extras);
                json!({
                    REFUSED: true,
                    "text": ours,
                    "applies": verdict.applies,
                    "dubious": !verdict.dubious.is_empty(),
                    "reads_ours": true,
                })
            },
        );
        let asked = json!({
            "kind": "marker",
            "text": text,
            "environment": environment_of(&environment),
            "extras": extras,
            "ours": ours,
        });
        Self { asked, answer }
    }

    pub(crate) fn requirement(text: &str) -> Self {
        let parsed = text.parse::<Requirement>();
        let ours = parsed.as_ref().ok().map(ToString::to_string);
        let answer = parsed.map_or_else(
            |error| {
                assert!(text.get(error.span).is_some());
                json!({REFUSED: false})
            },
            |requirement| {
                let (specifiers, url) = match &requirement.source {
                    Source::Specifiers(specifiers) => (Some(specifiers.to_string()), None),
                    Source::Url(url) => (None, Some(url.as_str())),
                };
                let extras: Vec<&str> = requirement.extras.iter().map(ExtraName::as_str).collect();
                json!({
                    REFUSED: true,
                    "name": requirement.name.as_str(),
                    "extras": extras,
                    "specifiers": specifiers,
                    "url": url,
                    "marker": requirement.marker.to_string(),
                    "text": ours,
                    "reads_ours": true,
                })
            },
        );
        Self {
            asked: json!({"kind": "requirement", "text": text, "ours": ours}),
            answer,
        }
    }

    /// How many cases the question stands for.
    pub(crate) fn cases(&self) -> usize {
        let versions = self.asked["versions"].as_array();
        1 + versions.map_or(0, Vec::len)
    }

    pub(crate) fn differences<'a>(&'a self, theirs: &'a Value) -> Vec<Difference<'a>> {
        let difference = |field: &str| Difference {
            kind: self.asked["kind"].as_str().unwrap(),
            text: self.asked["text"].as_str().unwrap(),
            field: field.to_owned(),
            ours: &self.answer[field],
            theirs: &theirs[field],
        };
        if self.answer[REFUSED] != theirs[REFUSED] {
            return vec![difference(REFUSED)];
        }
        let fields = self.answer.as_object().unwrap().keys();
        assert!(
            fields.clone().eq(theirs.as_object().unwrap().keys()),
            "{theirs}"
        );
        fields
            .filter(|&field| self.answer[field] != theirs[field])
            .map(|field| difference(field))
            .collect()
    }
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {:?}: {} is {} here, {} in packaging",
            self.kind, self.text, self.field, self.ours, self.theirs
        )
    }
}

fn version(text: &str) -> Version {
    text.parse()
        .unwrap_or_else(|_| panic!("{text:?} is a version"))
}

fn marker_environment(values: &[&str; 11]) -> MarkerEnvironment {
    let [
        implementation_name,
        implementation_version,
        os_name,
        platform_machine,
        platform_python_implementation,
        platform_release,
        platform_system,
        platform_version,
        python_full_version,
        python_version,
        sys_platform,
    ] = values.map(str::to_owned);
    MarkerEnvironment {
        implementation_name,
        implementation_version,
        os_name,
        platform_machine,
        platform_python_implementation,
        platform_release,
        platform_system,
        platform_version,
        python_full_version,
        python_version,
        sys_platform,
    }
}

fn environment_of(environment: &MarkerEnvironment) -> Value {
    json!({
        "implementation_name": environment.implementation_name,
        "implementation_version": environment.implementation_version,
        "os_name": environment.os_name,
        "platform_machine": environment.platform_machine,
        "platform_python_implementation": environment.platform_python_implementation,
        "platform_release": environment.platform_release,
        "platform_system": environment.platform_system,
        "platform_version": environment.platform_version,
        "python_full_version": environment.python_full_version,
        "python_version": environment.python_version,
        "sys_platform": environment.sys_platform,
    })
}
