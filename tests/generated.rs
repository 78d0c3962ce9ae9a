//! Files that are generated from the code and committed. To write them anew:
//! `PASSTHROUGH_BLESS=1 cargo test --workspace`.

use std::path::Path;

use fs_err as fs;
use passthrough_check::{explain, rules};

#[test]
fn the_page_of_diagnostics_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnostics.md");
    let page = explain::page(rules::all());
    if std::env::var_os("PASSTHROUGH_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page,
        "docs/diagnostics.md is out of date: run `PASSTHROUGH_BLESS=1 cargo test --workspace`"
    );
}
