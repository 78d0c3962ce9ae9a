//! Which of the copies in one directory counts.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::entry_name::Form;
use crate::judge::Judged;
use crate::rules::{self, Told};

/// What the metadata of a copy are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A directory, which may hold further files.
    Directory,
    /// A file.
    File,
    /// A part of a zip file.
    Zipped,
    /// Nothing that could hold metadata: a dangling link, a file named like a
    /// directory.
    Hollow,
}

/// A copy, judged.
#[derive(Debug)]
pub(crate) struct Copy {
    /// Its place among its kin, whose order must not be a file system's whim.
    pub(crate) place: usize,
    pub(crate) form: Form,
    pub(crate) info: PathBuf,
    pub(crate) shape: Shape,
    pub(crate) judged: Judged,
}

/// The copy that counts among those of one name in one directory.
///
/// Different versions contradict each other; of copies of one version the
/// readable one counts, a `.dist-info` before an `.egg-info` (Debian ships
/// both). An entry that could not hold metadata never stands against one that
/// does.
pub(crate) fn choose(copies: Vec<Copy>) -> Option<Copy> {
    let (hollow, solid): (Vec<_>, Vec<_>) = copies
        .into_iter()
        .partition(|copy| copy.shape == Shape::Hollow);
    let (mut copies, ignored) = if solid.is_empty() {
        (hollow, solid)
    } else {
        (solid, hollow)
    };
    copies.sort_by_key(|copy| (copy.judged.metadata.is_err(), copy.form, copy.place));
    let versions: BTreeSet<&Told> = copies
        .iter()
        .map(|copy| &copy.judged.told)
        .filter(|told| **told != Told::Nothing)
        .collect();
    let contradiction = (versions.len() > 1).then(|| rules::several_versions(&versions));
    let mut copies = copies.into_iter();
    let mut chosen = copies.next()?;
    if let Some(fault) = contradiction {
        chosen.judged.metadata = Err(fault.problem());
        chosen.judged.version = None;
        let directory = chosen.info.parent().unwrap_or(&chosen.info);
        chosen.judged.findings.insert(0, fault.at(directory));
    }
    for copy in ignored {
        let fault = rules::odd("this entry is no metadata of the package, and is ignored");
        chosen.judged.findings.push(fault.at(&copy.info));
    }
    Some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::Fields;
    use crate::judge::{Claims, judge};

    fn copy(form: Form, file: &str, version: &str) -> Copy {
        let info = PathBuf::from("/site").join(file);
        let claims = Claims {
            directory_version: None,
            fields: Ok(Fields {
                name: Some("foo".to_owned()),
                version: Some(version.to_owned()),
                ..Fields::default()
            }),
            oddities: Vec::new(),
        };
        Copy {
            place: 0,
            form,
            judged: judge(&"foo".parse().unwrap(), &info, claims),
            info,
            shape: Shape::Directory,
        }
    }

    fn unreadable(form: Form, file: &str, version: Option<&str>) -> Copy {
        let info = PathBuf::from("/site").join(file);
        let claims = Claims {
            directory_version: version.map(str::to_owned),
            fields: Err(rules::unreadable("METADATA is missing")),
            oddities: Vec::new(),
        };
        Copy {
            place: 0,
            form,
            judged: judge(&"foo".parse().unwrap(), &info, claims),
            info,
            shape: Shape::Directory,
        }
    }

    /// The chosen file, and the problem; the order of the entries is nothing.
    fn chosen(copies: impl Fn() -> Vec<Copy>) -> (String, Result<String, String>) {
        let outcome = |copies| {
            let copy = choose(copies).unwrap();
            (
                copy.info
                    .file_name()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned(),
                match copy.judged.metadata {
                    Ok(metadata) => Ok(metadata.version.to_string()),
                    Err(problem) => Err(problem.message),
                },
            )
        };
        let numbered = || copies().into_iter().enumerate();
        let numbered = || numbered().map(|(place, copy)| Copy { place, ..copy });
        let forward = outcome(numbered().collect());
        let mut backward: Vec<_> = numbered().collect();
        backward.reverse();
        assert_eq!(outcome(backward), forward);
        forward
    }

    #[test]
    fn nothing_is_nothing() {
        assert!(choose(Vec::new()).is_none());
    }

    #[test]
    fn of_one_version_dist_info_counts() {
        let copies = || {
            vec![
                copy(Form::EggInfo, "foo.egg-info", "1.0"),
                copy(Form::DistInfo, "foo-1.dist-info", "1"),
            ]
        };
        assert_eq!(
            chosen(copies),
            ("foo-1.dist-info".to_owned(), Ok("1".to_owned()))
        );
    }

    #[test]
    fn of_one_version_the_readable_counts() {
        let copies = || {
            vec![
                copy(Form::EggInfo, "foo.egg-info", "1.0"),
                unreadable(Form::DistInfo, "foo-1.0.dist-info", Some("1.0")),
            ]
        };
        assert_eq!(
            chosen(copies),
            ("foo.egg-info".to_owned(), Ok("1.0".to_owned()))
        );
    }

    #[test]
    fn two_versions_contradict() {
        let copies = || {
            vec![
                copy(Form::DistInfo, "foo-10.0.dist-info", "10.0"),
                copy(Form::DistInfo, "foo-9.0.dist-info", "9.0"),
            ]
        };
        let (_, problem) = chosen(copies);
        assert_eq!(
            problem.unwrap_err(),
            "several versions in one directory: 9.0 and 10.0"
        );
        let chosen = choose(copies()).unwrap();
        assert_eq!(chosen.judged.version, None);
        assert_eq!(chosen.judged.findings[0].rule.code, "BIP302");
    }

    #[test]
    fn a_version_that_is_only_a_directory_name_contradicts() {
        for version in ["2.0", "unknown"] {
            let copies = || {
                vec![
                    copy(Form::DistInfo, "foo-1.0.dist-info", "1.0"),
                    unreadable(Form::DistInfo, "foo-2.dist-info", Some(version)),
                ]
            };
            assert!(chosen(copies).1.is_err());
        }
    }

    #[test]
    fn what_tells_no_version_contradicts_nothing() {
        let copies = || {
            vec![
                copy(Form::EggInfo, "foo-1.0.egg-info", "1.0"),
                unreadable(Form::EggInfo, "foo.egg-info", None),
            ]
        };
        assert_eq!(
            chosen(copies),
            ("foo-1.0.egg-info".to_owned(), Ok("1.0".to_owned()))
        );
    }

    #[test]
    fn a_hollow_entry_hides_nothing() {
        let hollow = || Copy {
            shape: Shape::Hollow,
            ..unreadable(Form::DistInfo, "foo-2.0.dist-info", Some("2.0"))
        };
        let copies = || vec![hollow(), copy(Form::EggInfo, "foo.egg-info", "1.0")];
        assert_eq!(
            chosen(copies),
            ("foo.egg-info".to_owned(), Ok("1.0".to_owned()))
        );
        assert_eq!(
            choose(copies()).unwrap().judged.findings[0].rule.code,
            "BIP310"
        );
        assert!(chosen(|| vec![hollow()]).1.is_err());
    }

    #[test]
    fn many_versions_are_not_all_named() {
        let copies = (0..100)
            .map(|n| {
                copy(
                    Form::DistInfo,
                    &format!("foo-{n}.dist-info"),
                    &n.to_string(),
                )
            })
            .collect();
        assert_eq!(
            choose(copies).unwrap().judged.metadata.unwrap_err().message,
            "several versions in one directory: 0, 1, 2, 3, 4 and others"
        );
    }
}
