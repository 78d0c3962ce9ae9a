//! The `toml` blocks in the rules' own documentation.

use passthrough_diagnostic::Severity;

use crate::{RULES, Reading};

/// The `toml` blocks of a Markdown text, each with the reading that its info
/// string asks for (`frontend=NAME`).
fn blocks(markdown: &str) -> Vec<(Reading, String)> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```toml") else {
            continue;
        };
        let reading = info
            .trim()
            .strip_prefix("frontend=")
            .map_or(Reading::Neutral, |name| Reading::Frontend(name.to_owned()));
        let block = lines.by_ref().take_while(|line| *line != "```");
        blocks.push((reading, block.flat_map(|line| [line, "\n"]).collect()));
    }
    blocks
}

#[test]
fn every_example_raises_its_rule_at_its_severity() {
    for rule in RULES {
        let blocks = blocks(rule.example);
        assert!(!blocks.is_empty(), "{} has no example", rule.code);
        for (reading, block) in blocks {
            let findings = crate::read(&block, &reading).findings;
            let raised = findings.iter().find(|finding| finding.rule == *rule);
            let raised =
                raised.unwrap_or_else(|| panic!("{} is not raised by\n{block}", rule.code));
            assert_eq!(raised.severity, rule.severity, "{}", rule.code);
        }
    }
}

#[test]
fn every_mend_mends_and_is_free_of_errors() {
    for rule in RULES {
        let blocks = blocks(rule.mend);
        assert!(!blocks.is_empty(), "{} has no mend", rule.code);
        for (reading, block) in blocks {
            for finding in crate::read(&block, &reading).findings {
                assert_ne!(finding.rule, *rule, "{block}");
                assert_ne!(finding.severity, Severity::Error, "{}\n{block}", rule.code);
            }
        }
    }
}

#[test]
fn rules_are_sorted_and_complete() {
    assert!(RULES.is_sorted_by(|a, b| a.code < b.code));
    for rule in RULES {
        assert!(rule.code.starts_with("BIP1") && rule.code.len() == 6);
        let is_kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(rule.name.chars().all(is_kebab), "{}", rule.name);
        for text in [rule.what, rule.why, rule.example, rule.mend] {
            assert!(!text.trim().is_empty(), "{}", rule.code);
        }
    }
    let files = fs_err::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".rs") && name != "mod.rs");
    assert_eq!(files.count(), RULES.len(), "each rule is one file");
}

#[test]
fn blocks_are_found() {
    assert_eq!(
        blocks("x\n```toml\na = 1\n\n```\ny\n```toml frontend=uv\n```\n```text\nb\n```"),
        [
            (Reading::Neutral, "a = 1\n\n".to_owned()),
            (Reading::Frontend("uv".to_owned()), String::new()),
        ]
    );
}
