//! Lists the decision cases of the repository, so that the binary carries them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, io};

fn main() -> io::Result<()> {
    let variable = |name| env::var(name).map_err(io::Error::other);
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..");
    let directory = root.join("conformance/cases/decision");
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut files = Vec::new();
    find(&directory, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for path in &files {
        let shown = path.strip_prefix(&directory).map_err(io::Error::other)?;
        let _ = writeln!(
            list,
            "({:?}, include_str!({:?})),",
            shown.display().to_string(),
            path.display().to_string()
        );
    }
    list.push(']');
    let out = PathBuf::from(variable("OUT_DIR")?);
    fs_err::write(out.join("cases.rs"), list)
}

fn find(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs_err::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    Ok(())
}
