//! What is wrong with a distribution, on purpose.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_protocol::{Defect, GivenDistribution};

/// Spoils a distribution that is installed in `site`; its source tree, where it
/// is editable, is `source`.
pub(super) fn make(
    defect: Defect,
    given: &GivenDistribution,
    site: &Path,
    source: &Path,
) -> io::Result<()> {
    if defect == Defect::SourceGone {
        return fs::remove_dir_all(source);
    }
    let info = info(given, site)?;
    let metadata = info.join("METADATA");
    let said = format!("Version: {}\n", given.version);
    // No version of a case: the two have to differ.
    let another = "Version: 0.0.1.dev1\n";
    match defect {
        Defect::NoRecord => fs::remove_file(info.join("RECORD")),
        Defect::NoMetadata => fs::remove_file(metadata),
        Defect::OtherVersion => {
            let text = fs::read_to_string(&metadata)?;
            fs::write(&metadata, text.replacen(&said, another, 1))
        }
        Defect::SecondVersion => {
            let text = fs::read_to_string(&metadata)?;
            let name = given.name.replace('-', "_");
            let second = site.join(format!("{name}-0.0.1.dev1.dist-info"));
            fs::create_dir(&second)?;
            fs::write(second.join("METADATA"), text.replacen(&said, another, 1))
        }
        Defect::BadRequirement => {
            let text = fs::read_to_string(&metadata)?;
            let with = format!("{said}Requires-Dist: (\n");
            fs::write(&metadata, text.replacen(&said, &with, 1))
        }
        Defect::SourceGone => Ok(()),
    }
}

/// The `.dist-info` of a distribution.
fn info(given: &GivenDistribution, site: &Path) -> io::Result<PathBuf> {
    for entry in fs::read_dir(site)? {
        let path = entry?.path();
        let metadata = fs::read_to_string(path.join("METADATA")).unwrap_or_default();
        let name = format!("Name: {}", given.name);
        if metadata.lines().any(|line| line == name) {
            return Ok(path);
        }
    }
    let message = format!("no metadata of {} were installed", given.name);
    Err(io::Error::new(io::ErrorKind::NotFound, message))
}
