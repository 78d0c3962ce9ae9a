use schemars::JsonSchema;

/// A published JSON Schema (draft 2020-12).
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Its name: `plan`, `host`.
    pub name: &'static str,
    /// What it describes.
    pub about: &'static str,
    make: fn() -> schemars::Schema,
}

/// Every published schema, by name.
pub static SCHEMAS: &[Schema] = &[
    Schema {
        name: "adapter",
        about: "what the suite and an adapter say to each other, line by line",
        make: || make::<crate::AdapterMessage>("adapter"),
    },
    Schema {
        name: "blackbox-case",
        about: "a black-box case of the conformance suite",
        make: || make::<crate::BlackboxCase>("blackbox-case"),
    },
    Schema {
        name: "build",
        about: "what build leaves beside an artefact",
        make: || make::<crate::BuildRecord>("build"),
    },
    Schema {
        name: "case",
        about: "a decision case of the conformance suite",
        make: || make::<crate::Case>("case"),
    },
    Schema {
        name: "evidence",
        about: "what a black-box case came to, and what shows it",
        make: || make::<crate::Evidence>("evidence"),
    },
    Schema {
        name: "expectations",
        about: "what conformance run --expectations takes",
        make: || make::<crate::Expectations>("expectations"),
    },
    Schema {
        name: "host",
        about: "what --host-json takes",
        make: || make::<crate::Host>("host"),
    },
    Schema {
        name: "manifest",
        about: "what of the host is in a build environment",
        make: || make::<crate::Manifest>("manifest"),
    },
    Schema {
        name: "mutants",
        about: "a file of conformance mutants --mutants",
        make: || make::<crate::Mutants>("mutants"),
    },
    Schema {
        name: "mutants-report",
        about: "what conformance mutants found",
        make: || make::<crate::MutantsReport>("mutants-report"),
    },
    Schema {
        name: "plan",
        about: "what check --output-format json prints",
        make: || make::<crate::Plan>("plan"),
    },
    Schema {
        name: "profile",
        about: "how the conformance suite runs a real frontend",
        make: || make::<crate::Profile>("profile"),
    },
    Schema {
        name: "recording",
        about: "what the probe backend saw in a hook",
        make: || make::<crate::Recording>("recording"),
    },
    Schema {
        name: "report",
        about: "what conformance run found",
        make: || make::<crate::ConformanceReport>("report"),
    },
    Schema {
        name: "vectors",
        about: "what conformance export prints",
        make: || make::<crate::Vectors>("vectors"),
    },
];

impl Schema {
    /// The schema itself.
    pub fn document(&self) -> serde_json::Value {
        (self.make)().to_value()
    }

    /// The schema as text, indented, with a final newline: the bytes that are
    /// committed in `spec/schema/`.
    pub fn text(&self) -> String {
        let mut text = format!("{:#}", self.document());
        text.push('\n');
        text
    }
}

fn make<T: JsonSchema>(name: &str) -> schemars::Schema {
    let mut schema = schemars::schema_for!(T);
    schema.insert("$id".into(), format!("urn:passthrough:{name}:1").into());
    schema
}
