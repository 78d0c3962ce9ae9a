//! The file that a profile begins with, and its guide.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_blackbox::Profiles;
use passthrough_protocol::Profile;
use regex_lite::Regex;
use serde_json::Value;

fn at(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join(path)
}

fn template() -> String {
    fs::read_to_string(at("conformance/profiles/template.toml")).unwrap()
}

fn schema() -> Value {
    let text = fs::read_to_string(at("spec/schema/profile.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The template with everything in it that is left to choose.
fn with_all() -> String {
    let lines = template();
    let lines = lines.lines().map(|line| {
        let code = line.strip_prefix('#');
        code.filter(|code| !code.is_empty() && !code.starts_with(' '))
            .unwrap_or(line)
    });
    lines.map(|line| format!("{line}\n")).collect()
}

fn profile(text: &str) -> Profile {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("template.toml");
    fs::write(&path, text).unwrap();
    Profiles::from_file(&path).unwrap()
}

#[test]
fn the_template_is_a_profile_and_none_of_the_suites() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    assert_ne!(template(), with_all());
    for text in [template(), with_all()] {
        assert_eq!(profile(&text).name, "template");
        let value: Value = toml_edit::de::from_str(&text).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, [""; 0]);
    }
    assert!(!Profiles::embedded().profiles.contains_key("template"));
}

/// What a profile can have is in the template, and what it can say in its words.
#[test]
fn the_template_leaves_nothing_out() {
    let schema = schema();
    let keys = |at: &str| -> BTreeSet<String> {
        let properties = schema.pointer(at).unwrap()["properties"].as_object();
        properties.unwrap().keys().cloned().collect()
    };
    let text = with_all();
    let value: Value = toml_edit::de::from_str(&text).unwrap();
    let used: BTreeSet<String> = value.as_object().unwrap().keys().cloned().collect();
    let mut all = keys("");
    // Nobody has a frontend that is wrong on purpose.
    assert!(all.remove("control"));
    assert_eq!(used, all);
    for key in keys("/$defs/StepCommand") {
        assert!(text.contains(&format!("\n{key} = ")), "{key}");
    }
    for step in keys("/$defs/Steps") {
        assert!(text.contains(&format!("\n#   steps.{step} ")), "{step}");
    }
    for of in ["HostDiscovery", "Capability"] {
        let words = schema["$defs"][of]["oneOf"].as_array().unwrap();
        assert!(words.len() > 2, "{of}");
        for word in words {
            let word = word["const"].as_str().unwrap();
            assert!(text.contains(&format!("\n#   {word} ")), "{word}");
        }
    }
}

/// Every word in braces that the schema tells of is in the guide, and stands for
/// something.
#[test]
fn the_guide_has_every_word() {
    let words = |text: &str| -> BTreeSet<String> {
        let word = Regex::new(r"`(\{[a-z]+\})`").unwrap();
        let found = word.captures_iter(text);
        found.map(|found| found[1].to_owned()).collect()
    };
    let told = words(schema()["description"].as_str().unwrap());
    let guide = fs::read_to_string(at("conformance/profiles/README.md")).unwrap();
    let rows: Vec<&str> = guide
        .lines()
        .filter(|line| line.starts_with("| `{"))
        .collect();
    assert_eq!(words(&rows.join("\n")), told);
    for word in told.iter().filter(|word| *word != "{prepared}") {
        profile(&template().replacen("{project}", word, 1));
    }
}
