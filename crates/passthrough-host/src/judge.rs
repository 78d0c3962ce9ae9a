//! What one copy says of itself, judged; the same for a copy that was read
//! and for one that was given.

use std::path::Path;

use passthrough_diagnostic::Diagnostic;
use passthrough_requirement::{PackageName, Version};

use crate::header::Fields;
use crate::model::{Metadata, Problem};
use crate::rules::{self, Fault, Told};

/// What one copy says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    /// The version in the name of its directory.
    pub(crate) directory_version: Option<String>,
    /// Its metadata, or why there are none.
    pub(crate) fields: Result<Fields, Fault>,
    /// What was odd about reading them.
    pub(crate) oddities: Vec<Fault>,
}

/// The judgement.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// The version that it gives, right or wrong.
    pub(crate) told: Told,
    /// Its version, if exactly one can be told.
    pub(crate) version: Option<Version>,
    pub(crate) metadata: Result<Metadata, Problem>,
    pub(crate) findings: Vec<Diagnostic>,
}

/// Judges the copy of `name` whose metadata are at `info`.
pub(crate) fn judge(name: &PackageName, info: &Path, claims: Claims) -> Judged {
    let directory = claims.directory_version.as_deref();
    let mut faults = Vec::new();
    let told = rules::told(directory, claims.fields.as_ref().ok());
    let (version, metadata) = match claims.fields {
        Ok(fields) => metadata(name, directory, &fields, &mut faults),
        Err(fault) => {
            let problem = fault.problem();
            faults.push(fault);
            (directory.and_then(|text| text.parse().ok()), Err(problem))
        }
    };
    faults.extend(claims.oddities);
    Judged {
        told,
        version,
        metadata,
        findings: faults.into_iter().map(|fault| fault.at(info)).collect(),
    }
}

/// The first fault is the problem; all are reported.
fn metadata(
    name: &PackageName,
    directory: Option<&str>,
    fields: &Fields,
    faults: &mut Vec<Fault>,
) -> (Option<Version>, Result<Metadata, Problem>) {
    faults.extend(rules::metadata_version(fields.metadata_version.as_deref()));
    faults.extend(rules::name_field(name, fields.name.as_deref()));
    let (version, known) = match rules::version(directory, fields) {
        Ok(version) => (Some(version.clone()), Some(version)),
        Err((fault, known)) => {
            faults.push(fault);
            (None, known)
        }
    };
    let requires = rules::requires_dist(&fields.requires_dist).unwrap_or_else(|invalid| {
        faults.extend(invalid);
        Vec::new()
    });
    let problem = faults.first().map(Fault::problem);
    let (extras, fault) = rules::provides_extra(&fields.provides_extra);
    faults.extend(fault);
    let (requires_python, fault) = rules::requires_python(fields.requires_python.as_deref());
    faults.extend(fault);
    let metadata = match (problem, version) {
        (None, Some(version)) => Ok(Metadata {
            version,
            requires,
            extras,
            requires_python,
        }),
        (problem, _) => Err(problem.unwrap_or_else(|| Problem::new("it has no version"))),
    };
    (known, metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(directory: &str, header: &str) -> Claims {
        Claims {
            directory_version: Some(directory.to_owned()),
            fields: Ok(crate::header::read_stream(header.as_bytes())
                .unwrap()
                .fields),
            oddities: Vec::new(),
        }
    }

    fn judged(directory: &str, header: &str) -> Judged {
        judge(
            &"foo".parse().unwrap(),
            Path::new("/x"),
            claims(directory, header),
        )
    }

    const GOOD: &str = "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n";

    #[test]
    fn sound_metadata_are_taken() {
        let judged = judged(
            "1.0",
            &format!("{GOOD}Requires-Dist: a\nProvides-Extra: x\nRequires-Python: >=3.9\n"),
        );
        let metadata = judged.metadata.unwrap();
        assert_eq!(metadata.version, "1.0".parse().unwrap());
        assert_eq!(metadata.requires.len(), 1);
        assert_eq!(metadata.extras.len(), 1);
        assert_eq!(metadata.requires_python.unwrap().to_string(), ">=3.9");
        assert_eq!(judged.version, Some(metadata.version));
        assert!(judged.findings.is_empty());
    }

    #[test]
    fn the_first_fault_is_the_problem_and_all_are_found() {
        let judged = judged(
            "1.0",
            "Metadata-Version: 9.0\nName: bar\nVersion: 2.0\nRequires-Dist: !\nRequires-Python: !\n",
        );
        assert_eq!(
            judged.metadata.unwrap_err().message,
            "its Metadata-Version `9.0` is not known"
        );
        assert_eq!(judged.version, None);
        let codes: Vec<_> = judged.findings.iter().map(|f| f.rule.code).collect();
        assert_eq!(codes, ["BIP312", "BIP311", "BIP303", "BIP307", "BIP313"]);
    }

    #[test]
    fn optional_fields_are_no_problem() {
        let judged = judged(
            "1.0",
            &format!("{GOOD}Requires-Python: x\nProvides-Extra: !\n"),
        );
        assert!(judged.metadata.is_ok());
        assert_eq!(judged.findings.len(), 2);
    }

    #[test]
    fn a_bad_requirement_leaves_the_version_known() {
        let judged = judged("1.0", &format!("{GOOD}Requires-Dist: baz >>3\n"));
        assert_eq!(judged.version, Some("1.0".parse().unwrap()));
        let problem = judged.metadata.unwrap_err();
        assert!(problem.message.contains("`baz >>3`"), "{problem}");
    }

    #[test]
    fn unreadable_metadata_leave_the_version_of_the_directory() {
        let fault = rules::unreadable("METADATA is missing");
        let claims = Claims {
            fields: Err(fault),
            ..claims("1.0", "")
        };
        let judged = judge(&"foo".parse().unwrap(), Path::new("/x"), claims);
        assert_eq!(judged.version, Some("1.0".parse().unwrap()));
        assert_eq!(judged.metadata.unwrap_err().message, "METADATA is missing");
        assert_eq!(judged.findings.len(), 1);
    }
}
