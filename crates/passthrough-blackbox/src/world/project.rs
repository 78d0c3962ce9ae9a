//! Source trees with the probe backend.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use passthrough_protocol::{DynamicRequires, GivenDistribution, GivenProject, NestedProject};
use serde_json::Value;

use super::WorldError;
use crate::probe;

/// A project that is built by the probe backend.
pub(super) struct Project<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    /// The label of what is built of it.
    pub(super) copy: &'a str,
    requires: &'a [String],
    list: Option<&'a Value>,
    build_system: Option<&'a BTreeMap<String, Value>>,
    pub(super) dynamic: DynamicRequires,
    pub(super) overwrites: &'a [String],
    appended: &'a str,
}

impl<'a> Project<'a> {
    /// The one that the case is about.
    pub(super) fn given(given: &'a GivenProject) -> Self {
        Self {
            name: &given.name,
            version: &given.version,
            copy: "project",
            requires: &given.requires,
            list: given.list.as_ref(),
            build_system: Some(&given.build_system),
            dynamic: given.dynamic.clone(),
            overwrites: &given.overwrites,
            appended: &given.pyproject,
        }
    }

    /// One that the index has as an sdist.
    pub(super) fn nested(given: &'a GivenDistribution, nested: &'a NestedProject) -> Self {
        Self {
            name: &given.name,
            version: &given.version,
            copy: given.copy.as_deref().unwrap_or("index"),
            requires: &nested.requires,
            list: nested.list.as_ref(),
            build_system: None,
            dynamic: DynamicRequires::default(),
            overwrites: &[],
            appended: "",
        }
    }

    /// The name of the distribution that is its backend as a wheel.
    pub(super) fn backend(&self) -> String {
        format!("{}{}", probe::DISTRIBUTION, self.name)
    }

    /// The module of its backend.
    pub(super) fn module(&self, in_tree: bool) -> String {
        if in_tree {
            probe::MODULE.to_owned()
        } else {
            format!("{}_{}", probe::MODULE, super::generate::module(self.name))
        }
    }

    /// Its `pyproject.toml` for a frontend that reads `table`, with what that
    /// frontend needs.
    pub(super) fn pyproject(
        &self,
        table: &str,
        in_tree: bool,
        frontends: &str,
    ) -> Result<String, WorldError> {
        let mut requires = self.requires.to_vec();
        if !in_tree {
            requires.push(format!("{}=={}", self.backend(), self.version));
        }
        let mut text = format!(
            "[build-system]\nrequires = {}\nbuild-backend = {}\n",
            toml("requires", &Value::from(requires))?,
            toml("build-backend", &Value::from(self.module(in_tree)))?,
        );
        if in_tree {
            let _ = writeln!(text, "backend-path = [\"{}\"]", probe::DIRECTORY);
        }
        for (key, value) in self.build_system.into_iter().flatten() {
            let _ = writeln!(text, "{} = {}", quoted(key), toml(key, value)?);
        }
        let _ = write!(
            text,
            "\n[project]\nname = {}\nversion = {}\n",
            quoted(self.name),
            quoted(self.version)
        );
        if let Some(list) = self.list {
            let list = toml("list", list)?;
            let _ = write!(
                text,
                "\n[tool.{table}]\nno-build-isolation-package = {list}\n"
            );
        }
        for more in [frontends, self.appended] {
            if !more.is_empty() {
                let _ = write!(text, "\n{}\n", more.trim_matches('\n'));
            }
        }
        Ok(text)
    }
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// A value as TOML writes it.
fn toml(key: &str, value: &Value) -> Result<String, WorldError> {
    fn convert(value: &Value) -> Option<toml_edit::Value> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => integer.into(),
                None => number.as_f64()?.into(),
            },
            Value::String(text) => text.as_str().into(),
            Value::Array(items) => {
                let items: Option<Vec<_>> = items.iter().map(convert).collect();
                toml_edit::Value::Array(items?.into_iter().collect())
            }
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(key, value)| Some((key.as_str(), convert(value)?)));
                let fields: Option<Vec<_>> = fields.collect();
                toml_edit::Value::InlineTable(fields?.into_iter().collect())
            }
        })
    }
    let converted = convert(value).ok_or_else(|| WorldError::Toml {
        key: key.to_owned(),
    })?;
    Ok(converted.to_string())
}

#[cfg(test)]
mod tests {
    use passthrough_protocol::GivenProject;
    use serde_json::json;

    use super::Project;

    fn pyproject(given: serde_json::Value, in_tree: bool) -> String {
        let given: GivenProject = serde_json::from_value(given).unwrap();
        let project = Project::given(&given);
        project
            .pyproject("uv", in_tree, "[tool.y]\nb = 2\n")
            .unwrap()
    }

    #[test]
    fn the_text_is_toml_and_says_what_is_given() {
        let given = json!({
            "requires": ["lib>=1; python_version >= \"3\""],
            "list": ["lib", 1, {"a": true}],
            "build_system": {"build_isolation_passthrough": ["lib"]},
            "pyproject": "[tool.x]\na = 1"
        });
        let text = pyproject(given, true);
        assert_eq!(
            text,
            r#"[build-system]
requires = ['lib>=1; python_version >= "3"']
build-backend = "probe_backend"
backend-path = ["_probe"]
"build_isolation_passthrough" = ["lib"]

[project]
name = "demo"
version = "1.0"

[tool.uv]
no-build-isolation-package = ["lib", 1, { a = true }]

[tool.y]
b = 2

[tool.x]
a = 1
"#
        );
        text.parse::<toml_edit::Document<String>>().unwrap();
    }

    #[test]
    fn without_a_list_there_is_no_table_and_without_a_tree_a_requirement() {
        let text = pyproject(json!({"requires": []}), false);
        assert!(!text.contains("tool.uv"), "{text}");
        assert!(!text.contains("backend-path"), "{text}");
        assert!(
            text.contains("requires = [\"passthrough-probe-demo==1.0\"]"),
            "{text}"
        );
        assert!(
            text.contains("build-backend = \"probe_backend_demo\""),
            "{text}"
        );
    }

    #[test]
    fn null_is_no_toml() {
        let given: GivenProject = serde_json::from_value(json!({"list": [null]})).unwrap();
        let error = Project::given(&given)
            .pyproject("uv", true, "")
            .unwrap_err();
        assert!(error.to_string().contains("`list`"), "{error}");
    }
}
