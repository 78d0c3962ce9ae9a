use passthrough_diagnostic::{Rule, Severity};
use passthrough_requirement::Requirement;

use super::{Fault, excerpt};

pub(super) static RULE: Rule = Rule {
    code: "BIP307",
    name: "invalid-requires-dist",
    severity: Severity::Warning,
    requirements: &["ELIG-metadata"],
    what: "A `Requires-Dist` line (or a line of an egg's `requires.txt`) of an installed package is not a dependency specifier.",
    why: "What the package needs at run time cannot be told, so that the build might see half of it.",
    example: "```text
Requires-Dist: numpy >>3
```",
    mend: "Upgrade the package in the host to a release with valid metadata.",
};

/// How many lines are reported: a hostile header has room for 100,000.
const REPORTED: usize = 10;

/// The requirements, or what is wrong: at least one fault.
pub(crate) fn requires_dist(lines: &[String]) -> Result<Vec<Requirement>, Vec<Fault>> {
    let mut requirements = Vec::with_capacity(lines.len());
    let mut faults = Vec::new();
    let mut more = 0;
    for line in lines {
        match line.parse() {
            Ok(requirement) => requirements.push(requirement),
            Err(_) if faults.len() == REPORTED => more += 1,
            Err(error) => faults.push(fault(line, &error)),
        }
    }
    if more > 0 {
        faults.push(Fault::new(
            &RULE,
            format!("{more} more requirements are invalid"),
        ));
    }
    if faults.is_empty() {
        Ok(requirements)
    } else {
        Err(faults)
    }
}

fn fault(line: &str, error: &passthrough_requirement::RequirementError) -> Fault {
    Fault::new(
        &RULE,
        format!("the requirement {} is invalid: {error}", excerpt(line)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn every_bad_line_is_named() {
        let faults = requires_dist(&lines(&["a>=1", "baz >>3", "b", "-x"])).unwrap_err();
        assert_eq!(faults.len(), 2);
        assert!(
            faults[0]
                .message
                .starts_with("the requirement `baz >>3` is invalid: ")
        );
        assert!(
            faults[1]
                .message
                .starts_with("the requirement `-x` is invalid: ")
        );
    }

    #[test]
    fn a_flood_is_counted() {
        let faults = requires_dist(&vec!["!".to_owned(); 1000]).unwrap_err();
        assert_eq!(faults.len(), 11);
        assert_eq!(faults[10].message, "990 more requirements are invalid");
        let faults = requires_dist(&vec!["!".to_owned(); 10]).unwrap_err();
        assert_eq!(faults.len(), 10);
    }

    #[test]
    fn valid_lines_are_requirements() {
        let requirements = requires_dist(&lines(&["a>=1", "B[x] ; extra == 'y'"])).unwrap();
        let names: Vec<_> = requirements.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
