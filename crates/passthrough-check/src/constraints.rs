//! Constraint files, as pip reads them.

use std::path::{Path, PathBuf};

use passthrough_requirement::{Requirement, RequirementError};

use crate::failure::Failure;
use crate::input;

/// In MiB.
const LARGEST: u64 = 16;
const DEEPEST: usize = 16;

/// What the constraint files say.
#[derive(Debug, Default)]
pub struct Constraints {
    /// Their requirements, in order.
    pub requirements: Vec<Requirement>,
    /// Whether any has a hash, which switches pip's hash-checking mode on.
    pub hashes: bool,
}

impl Constraints {
    /// Adds constraints that stand in the settings of `whom`.
    pub fn add(&mut self, lines: &[String], whom: &str) -> Result<(), Failure> {
        for line in lines {
            let requirement = line.parse().map_err(|error: RequirementError| {
                Failure::unable(format_args!(
                    "the constraint `{line}` in the settings of {whom} is no requirement: {}",
                    error.message
                ))
            })?;
            self.requirements.push(requirement);
        }
        Ok(())
    }
}

/// Reads constraint files and those that they include.
pub fn read(paths: &[PathBuf]) -> Result<Constraints, Failure> {
    let mut constraints = Constraints::default();
    for path in paths {
        read_one(path, 0, &mut constraints)?;
    }
    Ok(constraints)
}

fn read_one(path: &Path, depth: usize, constraints: &mut Constraints) -> Result<(), Failure> {
    if depth > DEEPEST {
        return Err(Failure::unable(format_args!(
            "{}: constraint files include each other {DEEPEST} levels deep",
            path.display()
        )));
    }
    let text = input::utf8(input::read(path, LARGEST)?, path)?;
    for (number, line) in logical_lines(&text) {
        let wrong = |message: &str| {
            Failure::unable(format_args!(
                "{}:{number}: {message}: {line}",
                path.display()
            ))
        };
        if let Some(included) = included(&line) {
            let base = path.parent().unwrap_or(Path::new(""));
            read_one(&base.join(included), depth + 1, constraints)?;
        } else if line.starts_with('-') {
            return Err(wrong("this option has no meaning in constraints")
                .hint("constraints are requirements with a version, one a line"));
        } else {
            let requirement = match line.split_once(" --hash") {
                Some((requirement, _)) => {
                    constraints.hashes = true;
                    requirement
                }
                None => &line,
            };
            let requirement = requirement.trim().parse::<Requirement>();
            constraints
                .requirements
                .push(requirement.map_err(|error| wrong(&error.message))?);
        }
    }
    Ok(())
}

/// The file of a `-c FILE` line.
fn included(line: &str) -> Option<&str> {
    ["-c", "--constraint"].into_iter().find_map(|option| {
        let rest = line.strip_prefix(option)?;
        let file = rest.strip_prefix(['=', ' ', '\t'])?;
        Some(file.trim())
    })
}

/// Lines without comments and blanks, `\` at the end joined with the next;
/// each with the number of its first physical line.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut continues = false;
    for (index, line) in text.lines().enumerate() {
        let line = without_comment(line);
        let (line, goes_on) = match line.strip_suffix('\\') {
            Some(line) => (line, true),
            None => (line, false),
        };
        match lines.last_mut() {
            Some((_, start)) if continues => {
                start.push(' ');
                start.push_str(line.trim());
            }
            _ => lines.push((index + 1, line.trim().to_owned())),
        }
        continues = goes_on;
    }
    lines.retain(|(_, line)| !line.is_empty());
    lines
}

/// A `#` starts a comment at the start of a line or after a blank: it may
/// stand in a URL.
fn without_comment(line: &str) -> &str {
    let start = line.char_indices().find(|&(at, c)| {
        c == '#'
            && line[..at]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace)
    });
    start.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use fs_err as fs;

    use super::*;

    fn read_text(text: &str) -> Result<Constraints, Failure> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("constraints.txt");
        fs::write(&path, text).unwrap();
        fs::write(directory.path().join("more.txt"), "wheel<1\n").unwrap();
        read(&[path])
    }

    #[test]
    fn reads_what_pip_reads() {
        let constraints = read_text(
            "# first\n\nnumpy==1.26.4  # pinned\ntorch @ https://example.org/t.whl#sha256=00\n-c more.txt\nsetuptools \\\n  <80\n",
        )
        .unwrap();
        let texts: Vec<String> = constraints
            .requirements
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(texts.len(), 4);
        assert_eq!(texts[0], "numpy==1.26.4");
        assert!(texts[1].contains("#sha256=00"));
        assert_eq!(texts[2..], ["wheel<1", "setuptools<80"]);
        assert!(!constraints.hashes);
    }

    #[test]
    fn hashes_switch_the_mode_on() {
        let constraints =
            read_text("numpy==1.26.4 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n").unwrap();
        assert!(constraints.hashes);
        assert_eq!(constraints.requirements[0].to_string(), "numpy==1.26.4");
    }

    #[test]
    fn settings_add_their_own() {
        let mut constraints = read_text("numpy<2\n").unwrap();
        constraints.add(&["wheel<1".to_owned()], "uv").unwrap();
        assert_eq!(constraints.requirements[1].to_string(), "wheel<1");
        let error = constraints.add(&["no ==".to_owned()], "uv").unwrap_err();
        assert!(
            error.message.contains("settings of uv"),
            "{}",
            error.message
        );
    }

    #[test]
    fn errors_name_file_and_line() {
        let error = read_text("numpy\n\nnot a requirement ==\n").unwrap_err();
        assert!(
            error.message.contains("constraints.txt:3: "),
            "{}",
            error.message
        );
        let error = read_text("--index-url x\n").unwrap_err();
        assert!(
            error.message.contains("constraints.txt:1: "),
            "{}",
            error.message
        );
        let error = read_text("-c constraints.txt\n").unwrap_err();
        assert!(error.message.contains("levels deep"), "{}", error.message);
    }
}
