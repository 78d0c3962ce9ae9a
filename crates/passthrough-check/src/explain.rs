//! What a diagnostic's rule or a requirement of the specification is about:
//! for a terminal, and as the page `docs/diagnostics.md`.

use std::collections::BTreeSet;
use std::fmt::Write;

use passthrough_diagnostic::Rule;

use crate::escape::escape;
use crate::prose::{Block, blocks, first_sentence};
use crate::render::Options;
use crate::render::text::{FAINT, PLAIN, Page, STRONG, Styled};
use crate::render::words::severity_style;

use self::requirements::Requirement;

pub mod requirements;

/// Nothing is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule or requirement is called `{}`", escape(query))]
pub struct UnknownRule {
    /// What was asked for.
    pub query: String,
    /// What is called almost so, the nearest first; at most three.
    pub nearest: Vec<&'static str>,
}

impl UnknownRule {
    /// The remedy, if there is one.
    pub fn hint(&self) -> Option<String> {
        let quoted: Vec<String> = self
            .nearest
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        (!quoted.is_empty()).then(|| format!("did you mean {}?", quoted.join(" or ")))
    }
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The rule of a diagnostic.
    Rule(&'static Rule),
    /// A requirement of the specification, and the rules that report on it,
    /// by code.
    Requirement(&'static Requirement, Vec<&'static Rule>),
}

/// What `query` means: the rule with that code or name, or the requirement of
/// the specification with that id. Case is ignored.
pub fn find(
    rules: impl IntoIterator<Item = &'static Rule>,
    query: &str,
) -> Result<Found, UnknownRule> {
    let rules = sorted(rules);
    let asked = |name: &str| name.eq_ignore_ascii_case(query.trim());
    let one = rules
        .iter()
        .find(|rule| asked(rule.code) || asked(rule.name));
    if let Some(rule) = one {
        return Ok(Found::Rule(rule));
    }
    let all = requirements::all();
    let Some(requirement) = all.iter().find(|requirement| asked(&requirement.id)) else {
        let ids = all.iter().map(|requirement| requirement.id.as_str());
        return Err(UnknownRule {
            query: query.to_owned(),
            nearest: nearest(&rules, ids, query.trim()),
        });
    };
    let reports = |rule: &&Rule| rule.requirements.contains(&requirement.id.as_str());
    let reporting = rules.iter().copied().filter(reports).collect();
    Ok(Found::Requirement(requirement, reporting))
}

/// What was found, for a terminal.
pub fn terminal(found: &Found, options: Options) -> String {
    let mut page = Page::new(options.color, options.width.min(88));
    match found {
        Found::Rule(rule) => explain(&mut page, rule),
        Found::Requirement(requirement, rules) => state(&mut page, requirement, rules),
    }
    page.finish()
}

/// Every rule in a line or two, for a terminal.
pub fn list(rules: impl IntoIterator<Item = &'static Rule>, options: Options) -> String {
    let mut page = Page::new(options.color, options.width);
    for rule in sorted(rules) {
        line(&mut page, rule);
    }
    page.finish()
}

fn line(page: &mut Page, rule: &Rule) {
    let title = Styled::new(severity_style(rule.severity), rule.code)
        .and(PLAIN, " ")
        .and(STRONG, rule.name)
        .and(PLAIN, ": ");
    let words = brief(rule);
    let words = words.split_whitespace();
    page.hanging(&title, words.map(|word| Styled::new(PLAIN, word)));
}

/// A requirement: what it says, why, where it stands, and who reports on it.
fn state(page: &mut Page, requirement: &Requirement, rules: &[&'static Rule]) {
    let Requirement {
        id,
        level,
        basis,
        section,
        text,
        rationale,
        ..
    } = requirement;
    let standing = if level == basis {
        format!(" ({basis})")
    } else {
        format!(" ({level}, {basis})")
    };
    page.hanging(&Styled::new(STRONG, id).and(PLAIN, standing), []);
    page.hanging(&Styled::new(FAINT, format!("spec/{section}")), []);
    page.blank_line();
    prose(page, text);
    page.blank_line();
    page.hanging(&Styled::new(STRONG, "Why"), []);
    prose(page, rationale);
    page.blank_line();
    page.hanging(&Styled::new(STRONG, "Diagnostics"), []);
    if rules.is_empty() {
        prose(page, "None.");
    }
    for rule in rules {
        line(page, rule);
    }
}

fn explain(page: &mut Page, rule: &Rule) {
    let severity = rule.severity;
    let title = Styled::new(
        severity_style(severity),
        format!("{severity}[{}]", rule.code),
    )
    .and(PLAIN, ": ")
    .and(STRONG, rule.name);
    page.hanging(&title, []);
    if !rule.requirements.is_empty() {
        let ids = rule.requirements.join(", ");
        page.hanging(&Styled::new(FAINT, format!("reports on {ids}")), []);
    }
    for (heading, text) in sections(rule) {
        page.blank_line();
        if let Some(heading) = heading {
            page.hanging(&Styled::new(STRONG, heading), []);
        }
        prose(page, text);
    }
}

fn prose(page: &mut Page, text: &str) {
    let plain = |word| Styled::new(PLAIN, word);
    let mut after_item = false;
    for (index, block) in blocks(text).into_iter().enumerate() {
        let is_item = matches!(block, Block::Item(_));
        if index > 0 && !(is_item && after_item) {
            page.blank_line();
        }
        match block {
            Block::Paragraph(words) => {
                page.hanging(&Styled::default(), words.into_iter().map(plain));
            }
            Block::Item(words) => {
                page.hanging(&plain("- "), words.into_iter().map(plain));
            }
            Block::Code(lines) => {
                for line in lines {
                    page.hanging(&Styled::new(PLAIN, format!("    {line}")), []);
                }
            }
        }
        after_item = is_item;
    }
}

/// The page of all rules, in Markdown: the bytes of `docs/diagnostics.md`.
pub fn page(rules: impl IntoIterator<Item = &'static Rule>) -> String {
    let rules = sorted(rules);
    let mut page = String::from(
        "# Diagnostics\n\n\
         <!-- Generated from the rules; a test says how to write it anew. -->\n\n\
         What `passthrough-check` finds, by code. Codes are never reused: `BIP1xx` speak of\n\
         `pyproject.toml`, `BIP2xx` of decisions, `BIP3xx` of the host. An error makes\n\
         `passthrough-check check` exit 1; a warning or an info never does. The same text\n\
         comes from `passthrough-check explain CODE`.\n\n\
         | code | name | severity | reports on |\n|---|---|---|---|\n",
    );
    for rule in &rules {
        let Rule {
            code,
            name,
            severity,
            ..
        } = rule;
        let anchor = code.to_ascii_lowercase();
        let ids = rule.requirements.join(", ");
        // Writing to a string does not fail.
        let _ = writeln!(
            page,
            "| [{code}](#{anchor}) | {name} | {severity} | {ids} |"
        );
    }
    for rule in &rules {
        let _ = write!(
            page,
            "\n## {}\n\n`{}`, {}",
            rule.code, rule.name, rule.severity
        );
        if !rule.requirements.is_empty() {
            let _ = write!(page, ", reports on {}", rule.requirements.join(", "));
        }
        let _ = write!(page, "\n\n{}", markdown(rule));
    }
    page
}

/// The text of a rule without its title, in Markdown.
pub(crate) fn markdown(rule: &Rule) -> String {
    let sections = sections(rule).map(|(heading, text)| match heading {
        Some(heading) => format!("### {heading}\n\n{}\n", text.trim()),
        None => format!("{}\n", text.trim()),
    });
    sections.join("\n")
}

/// The text of a rule in a line or several.
pub(crate) fn plain(rule: &'static Rule) -> String {
    terminal(&Found::Rule(rule), Options::default())
}

/// What a rule checks, in one sentence on one line.
pub(crate) fn brief(rule: &Rule) -> String {
    let words = first_sentence(rule.what).split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

fn sections(rule: &Rule) -> [(Option<&'static str>, &'static str); 4] {
    [
        (None, rule.what),
        (Some("Why it matters"), rule.why),
        (Some("Example"), rule.example),
        (Some("What to do"), rule.mend),
    ]
}

fn sorted(rules: impl IntoIterator<Item = &'static Rule>) -> Vec<&'static Rule> {
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|rule| rule.code);
    rules
}

/// The names within a few edits of `query`.
fn nearest(
    rules: &[&'static Rule],
    ids: impl Iterator<Item = &'static str>,
    query: &str,
) -> Vec<&'static str> {
    // No name is longer, so nothing longer is near one.
    if query.chars().count() > 60 {
        return Vec::new();
    }
    let query = query.to_ascii_lowercase();
    let names = rules.iter().flat_map(|rule| [rule.code, rule.name]);
    let near: BTreeSet<(usize, &str)> = names
        .chain(ids)
        .map(|name| (distance(&query, &name.to_ascii_lowercase()), name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .collect();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How many characters have to be added, removed or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (column, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
