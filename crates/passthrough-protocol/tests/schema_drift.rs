//! The schemas in `spec/schema/` are those of the types.
//!
//! `UPDATE_SCHEMAS=1 cargo test -p passthrough-protocol` writes them anew.

use std::path::Path;

use passthrough_protocol::SCHEMAS;

#[test]
fn committed_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/schema");
    for schema in SCHEMAS {
        let path = folder.join(format!("{}.json", schema.name));
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs_err::write(&path, schema.text()).unwrap();
        }
        let committed = fs_err::read_to_string(&path).unwrap();
        assert!(
            committed == schema.text(),
            "{} is not what the types say: run `UPDATE_SCHEMAS=1 cargo test -p passthrough-protocol`",
            path.display()
        );
    }
}
