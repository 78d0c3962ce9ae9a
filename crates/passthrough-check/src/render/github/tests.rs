use super::render;
use crate::render::fixture;

#[test]
fn a_bit_of_everything() {
    insta::assert_snapshot!("mixed", render(&[fixture::mixed()]));
}

#[test]
fn hostile() {
    insta::assert_snapshot!("hostile", render(&[fixture::hostile()]));
}

/// A command as the runner takes it apart.
fn parse(line: &str) -> (&str, Vec<(&str, String)>, String) {
    let (head, data) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (level, properties) = head.split_once(' ').unwrap();
    let decoded = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let properties = properties.split(',').map(|property| {
        let (key, value) = property.split_once('=').unwrap();
        let value = decoded(value).replace("%3A", ":").replace("%2C", ",");
        (key, value.replace("%25", "%"))
    });
    (
        level,
        properties.collect(),
        decoded(data).replace("%25", "%"),
    )
}

#[test]
fn one_command_a_finding_whatever_it_holds() {
    for report in fixture::every() {
        let text = render(std::slice::from_ref(&report));
        assert_eq!(text.lines().count(), report.diagnostics.len());
        for line in text.lines() {
            let (level, properties, _) = parse(line);
            assert!(["error", "warning", "notice"].contains(&level));
            let keys: Vec<&str> = properties.iter().map(|(key, _)| *key).collect();
            assert!(
                keys == ["title", "file"]
                    || keys == ["title", "file", "line", "col", "endLine", "endColumn"],
                "{keys:?}"
            );
        }
    }
}

#[test]
fn the_texts_survive_the_encoding() {
    let mut report = fixture::mixed();
    report.project_file = "100%,a:b/pyproject.toml".to_owned();
    report.diagnostics.truncate(2);
    report.diagnostics[1].message = "50% of %0A, and :: more".to_owned();
    let text = render(&[report]);
    let (level, properties, data) = parse(text.lines().nth(1).unwrap());
    assert_eq!(level, "error");
    assert_eq!(
        properties[0],
        ("title", "passthrough-check (BIP112)".to_owned())
    );
    assert_eq!(
        properties[1],
        ("file", "100%,a:b/pyproject.toml".to_owned())
    );
    assert_eq!(properties[2], ("line", "13".to_owned()));
    assert_eq!(properties[3], ("col", "5".to_owned()));
    assert_eq!(
        data,
        "100%,a:b/pyproject.toml:13:5: BIP112 50% of %0A, and :: more\n\
         help: write \"numpy\", and the specifier in [build-system] requires"
    );
}
