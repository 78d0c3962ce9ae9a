//! Large and hostile files: all of them end, and soon (quadratic time would
//! take minutes or more here).

use crate::testing::{only, read};

const MANY: usize = 100_000;

#[test]
fn many_names() {
    let names: Vec<String> = (0..MANY).map(|n| format!("'p{n}'")).collect();
    let read = read(&format!(
        "[tool.x]\nno-build-isolation-package = [{}]",
        names.join(",")
    ));
    assert_eq!(read.declarations[0].names.len(), MANY);
    assert_eq!(read.findings.len(), 1);
}

#[test]
fn many_duplicates() {
    let read = read(&format!(
        "[tool.x]\nno-build-isolation-package = [{}]",
        "'p',".repeat(MANY)
    ));
    assert_eq!(read.declarations[0].names.len(), 1);
    assert_eq!(read.findings.len(), 1 + MANY - 1);
}

#[test]
fn many_faults() {
    let read = read(&format!(
        "[build-system]\nrequires = [{}]\n[tool.x]\nno-build-isolation-package = [{}]",
        "'p>>1',".repeat(MANY),
        "'p>1',1,".repeat(MANY / 2)
    ));
    assert_eq!(read.findings.len(), 2 * MANY);
}

#[test]
fn many_tables_and_keys() {
    let tables: String = (0..9_000)
        .map(|n| format!("[tool.t{n}]\nno-build-isolation-package = ['p']\n"))
        .collect();
    assert_eq!(read(&tables).declarations.len(), 9_000);
    let keys: String = (0..MANY).map(|n| format!("k{n} = {{}}\n")).collect();
    assert!(read(&format!("[tool.t]\n{keys}")).declarations.is_empty());
    let dotted: String = (0..MANY)
        .map(|n| format!("t{n}.no-build-isolation-package = []\n"))
        .collect();
    assert_eq!(read(&format!("[tool]\n{dotted}")).declarations.len(), MANY);
    let array = "[[tool.x]]\nno-build-isolation-package = []\n".repeat(9_000);
    assert_eq!(only("BIP110", &array).matches("BIP110").count(), 9_000);
}

#[test]
fn implicit_tables_opened_late() {
    // Each late header takes its table out of the middle of all others.
    let implicit: String = (0..5_000).map(|n| format!("[t{n}.x]\n")).collect();
    let opened: String = (0..5_000).map(|n| format!("[t{n}]\n")).collect();
    assert_eq!(only("BIP101", &format!("{implicit}{opened}")), "");
}

#[test]
fn huge_strings() {
    let huge = "x".repeat(1_000_000);
    let source = format!(
        "[build-system]\nrequires = ['{huge}!']\nbuild-backend = '{huge}!'\nbackend-path = ['/{huge}']\n\
         [tool.{huge}]\nno-build-isolation-packages = ['{huge}']\n[tool.y]\nno-build-isolation-package = ['{huge}>1', '{huge}']"
    );
    let read = read(&source);
    assert_eq!(
        read.declarations[0].names[0].value.as_str().len(),
        huge.len()
    );
    for code in ["BIP107", "BIP108", "BIP112"] {
        assert!(only(code, &source).contains('…'), "{code}");
    }
}

#[test]
fn many_keys_below_many_tables() {
    let level = format!("{{{}a = ", "a.".repeat(79));
    let innermost: String = (0..20_000)
        .map(|n| format!("t{n}.no-build-isolation-package = 1,"))
        .collect();
    let source = format!("a = {}{{{innermost}}}{}", level.repeat(75), "}".repeat(75));
    assert_eq!(only("BIP122", &source).matches("BIP122").count(), 20_000);
}

#[test]
fn many_keys_below_a_huge_name() {
    let source = format!(
        "[tool]\n{} = [{}]",
        "x".repeat(1_000_000),
        "{ no-build-isolation-package = [] },".repeat(20_000)
    );
    let read = read(&source);
    assert_eq!(read.findings.len(), 1 + 20_000);
    assert!(
        read.findings
            .iter()
            .all(|finding| finding.message.len() < 200)
    );
}

#[test]
fn unclosed_strings_and_escapes() {
    for source in [
        "'".repeat(1_000_001),
        "\"".repeat(1_000_001),
        format!("a = \"\"\"{}", "\\\\".repeat(1_000_000)),
        format!("a = \"\"\"{}\"\"\"", "\\\\".repeat(1_000_000)),
        format!("a = \"{}\"", "\\e".repeat(MANY)),
        format!("a = \"\"\"{}\"\"\"", "\\q".repeat(MANY)),
        format!("a = [{}]", "'a' ".repeat(MANY)),
        format!("#{}", "\u{1}".repeat(1_000_000)),
        format!("a = {}", "'''".repeat(1_000_000)),
        "a=".repeat(1_000_000),
        "[".repeat(1_000_000),
        "{".repeat(1_000_000),
        "a = [".repeat(MANY),
        "\0".repeat(1_000_000),
        "\r".repeat(1_000_000),
        "#".repeat(1_000_000),
        "a.".repeat(1_000_000),
    ] {
        let _ = read(&source);
    }
}
