//! Lists the files of `conformance/` that make the suite, so that the binary
//! carries them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, io};

fn main() -> io::Result<()> {
    let variable = |name| env::var(name).map_err(io::Error::other);
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../../conformance");
    let out = PathBuf::from(variable("OUT_DIR")?);
    for (directory, extension, list) in [
        ("cases/decision", "json", "decision.rs"),
        ("cases/blackbox", "json", "blackbox.rs"),
        ("expectations", "toml", "expectations.rs"),
        ("profiles", "toml", "profiles.rs"),
    ] {
        let directory = root.join(directory);
        println!("cargo::rerun-if-changed={}", directory.display());
        fs_err::write(out.join(list), listed(&directory, extension)?)?;
    }
    Ok(())
}

fn listed(directory: &Path, extension: &str) -> io::Result<String> {
    let mut files = Vec::new();
    find(directory, extension, &mut files)?;
    // What is copied to begin a profile is the profile of nothing.
    files.retain(|path| path.file_name() != Some("template.toml".as_ref()));
    files.sort();
    let mut list = String::from("&[\n");
    for path in &files {
        let shown = path.strip_prefix(directory).map_err(io::Error::other)?;
        let _ = writeln!(
            list,
            "({:?}, include_str!({:?})),",
            shown.display().to_string(),
            path.display().to_string()
        );
    }
    list.push(']');
    Ok(list)
}

fn find(directory: &Path, extension: &str, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs_err::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, extension, files)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    Ok(())
}
