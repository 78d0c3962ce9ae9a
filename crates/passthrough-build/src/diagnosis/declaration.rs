//! Lines of `pyproject.toml`: where the backend is named, and what to write.

use passthrough_requirement::PackageName;
use toml_edit::Document;

use super::Scene;

/// The line that `build-backend` is on, counted from 1.
pub(super) fn line(source: &str) -> Option<usize> {
    let document = Document::parse(source).ok()?;
    let build_system = document.as_table().get("build-system")?.as_table_like()?;
    let (key, _) = build_system.get_key_value("build-backend")?;
    let start = key.span()?.start;
    let before = source.get(..start)?;
    Some(before.bytes().filter(|&byte| byte == b'\n').count() + 1)
}

/// `[build-system] requires` with one more requirement.
pub(super) fn requires_with(name: &PackageName, scene: &Scene<'_>) -> String {
    let requires = &scene.pyproject.requires;
    let mut entries: Vec<String> = requires
        .requirements
        .iter()
        .map(|requirement| quoted(&requirement.value.to_string()))
        .collect();
    entries.push(quoted(name.as_str()));
    let mut lines = format!("[build-system]\nrequires = [{}]", entries.join(", "));
    if let Some((key, value)) = backend_to_keep(scene) {
        lines.push_str(&format!("\n{key} = {}", quoted(value)));
    }
    lines
}

/// A project without `[build-system]` keeps the backend that it had.
fn backend_to_keep<'s>(scene: &Scene<'s>) -> Option<(&'static str, &'s str)> {
    (!scene.pyproject.requires.declared).then_some(("build-backend", scene.backend.name))
}

/// The passthrough list with one more name.
pub(super) fn list_with(name: &PackageName, scene: &Scene<'_>) -> String {
    // The draft's own spelling is no place to add to.
    let declaration = scene
        .pyproject
        .declarations
        .iter()
        .find(|declaration| declaration.table.starts_with("tool."));
    let (table, names) = match declaration {
        Some(declaration) => (declaration.table.as_str(), &declaration.names[..]),
        None => (scene.table, &[][..]),
    };
    let mut entries: Vec<String> = names
        .iter()
        .map(|each| quoted(each.value.as_str()))
        .collect();
    entries.push(quoted(name.as_str()));
    format!(
        "[{table}]\n{} = [{}]",
        passthrough_config::KEY,
        entries.join(", ")
    )
}

/// A TOML string: a JSON string of the same text is one, but for DEL.
pub(super) fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_backend_is_found() {
        for (source, expected) in [
            ("", None),
            ("[build-system]\nrequires = []\n", None),
            (
                "[build-system]\nrequires = []\nbuild-backend = 'x'\n",
                Some(3),
            ),
            (
                "build-system = {requires = [\n], build-backend = 'x'}",
                Some(2),
            ),
            ("\n\nbuild-system.build-backend = 'x'\n", Some(3)),
            ("[project]\nbuild-backend = 'x'\n", None),
            ("[build-system\nbuild-backend = 'x'\n", None),
        ] {
            assert_eq!(line(source), expected, "{source}");
        }
    }

    #[test]
    fn what_is_quoted_is_toml() {
        for text in [
            "a",
            "a>=1; python_version > \"3\"",
            "\\ \u{7f} \u{0} é \u{1f40d}",
        ] {
            let source = format!("key = {}", quoted(text));
            let document = Document::parse(source.as_str()).unwrap();
            assert_eq!(document.as_table()["key"].as_str(), Some(text));
        }
    }
}
