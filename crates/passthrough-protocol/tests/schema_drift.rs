//! The schemas in `spec/schema/` are those of the types.
//!
//! `PASSTHROUGH_BLESS=1 cargo test --workspace` writes them anew.

use std::path::Path;

use passthrough_protocol::SCHEMAS;

#[test]
fn committed_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/schema");
    for schema in SCHEMAS {
        let path = folder.join(format!("{}.json", schema.name));
        if std::env::var_os("PASSTHROUGH_BLESS").is_some() {
            fs_err::write(&path, schema.text()).unwrap();
        }
        let committed = fs_err::read_to_string(&path).unwrap();
        assert!(
            committed == schema.text(),
            "{} is not what the types say: run `PASSTHROUGH_BLESS=1 cargo test --workspace`",
            path.display()
        );
    }
}
