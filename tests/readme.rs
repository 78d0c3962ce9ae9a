//! The console blocks of the README and the documentation, run as they stand.

#[test]
fn console_blocks_run_as_shown() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    trycmd::TestCases::new()
        .default_bin_path(trycmd::cargo::cargo_bin("passthrough-check"))
        .register_bin(
            "passthrough-check",
            trycmd::cargo::cargo_bin("passthrough-check"),
        )
        .case(root.join("README.md"))
        .run();
}
