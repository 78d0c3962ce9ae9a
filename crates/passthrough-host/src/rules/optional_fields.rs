use std::collections::BTreeSet;

use passthrough_diagnostic::{Rule, Severity};
use passthrough_requirement::{ExtraName, Specifiers};

use super::{Fault, excerpt};

pub(super) static RULE: Rule = Rule {
    code: "BIP313",
    name: "invalid-optional-field",
    severity: Severity::Info,
    requirements: &[],
    what: "A `Provides-Extra` or `Requires-Python` field of an installed package is invalid. It is left out of account.",
    why: "An extra with an invalid name can never be asked for; which Python versions the package supports is not known.",
    example: "```text
Requires-Python: >=3.6.*
```",
    mend: "Nothing, or upgrade the package in the host.",
};

/// `Requires-Python`, if valid, and what is wrong otherwise.
pub(crate) fn requires_python(field: Option<&str>) -> (Option<Specifiers>, Option<Fault>) {
    let Some(text) = field.filter(|text| !text.is_empty()) else {
        return (None, None);
    };
    match text.parse() {
        Ok(specifiers) => (Some(specifiers), None),
        Err(error) => (
            None,
            Some(Fault::new(
                &RULE,
                format!("Requires-Python {} is invalid: {error}", excerpt(text)),
            )),
        ),
    }
}

/// The valid extras, and what is wrong with the first invalid one.
pub(crate) fn provides_extra(fields: &[String]) -> (BTreeSet<ExtraName>, Option<Fault>) {
    let mut extras = BTreeSet::new();
    let mut fault = None;
    for text in fields {
        match text.parse() {
            Ok(extra) => {
                extras.insert(extra);
            }
            Err(error) => {
                fault.get_or_insert_with(|| {
                    Fault::new(
                        &RULE,
                        format!("Provides-Extra {} is invalid: {error}", excerpt(text)),
                    )
                });
            }
        }
    }
    (extras, fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_extras_are_left_out() {
        let fields = ["a", "B_c", "é", "-"].map(str::to_owned);
        let (extras, fault) = provides_extra(&fields);
        let names: Vec<_> = extras.iter().map(ExtraName::as_str).collect();
        assert_eq!(names, ["a", "b-c"]);
        assert!(fault.unwrap().message.contains("`é`"));
    }

    #[test]
    fn an_invalid_requires_python_is_left_out() {
        assert_eq!(requires_python(None), (None, None));
        assert_eq!(requires_python(Some("")), (None, None));
        let (specifiers, fault) = requires_python(Some(">=3.9, <4"));
        assert_eq!(specifiers.unwrap().to_string(), "<4,>=3.9");
        assert_eq!(fault, None);
        let (specifiers, fault) = requires_python(Some("3.9"));
        assert_eq!(specifiers, None);
        assert!(
            fault
                .unwrap()
                .message
                .starts_with("Requires-Python `3.9` is invalid")
        );
    }
}
