//! Synthetic site-packages directories: single distributions, well-formed or
//! not ([`SiteBuilder`]), and whole hosts of any size ([`synthetic`]).

mod host;
mod record;

use std::path::{Path, PathBuf};

use fs_err as fs;

pub use host::synthetic;

/// Writes distributions into one directory.
///
/// ```
/// # let directory = tempfile::tempdir().unwrap();
/// let site = passthrough_world::site::SiteBuilder::new(directory.path());
/// site.dist_info("foo", "1.0")
///     .requires(["bar>=2"])
///     .file("foo/__init__.py", "")
///     .write();
/// assert!(directory.path().join("foo-1.0.dist-info/RECORD").is_file());
/// ```
#[derive(Debug)]
pub struct SiteBuilder {
    directory: PathBuf,
}

/// A `.dist-info` to be written, with the files of its distribution.
#[derive(Debug)]
#[must_use = "nothing is written before `write`"]
pub struct DistInfo<'a> {
    site: &'a SiteBuilder,
    directory_name: String,
    header: String,
    metadata: Option<Vec<u8>>,
    description: String,
    files: Vec<(String, Vec<u8>)>,
    record: bool,
}

impl SiteBuilder {
    /// Writes into `directory`, which is made if it is not there.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        fs::create_dir_all(&directory).expect("a site directory");
        Self { directory }
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A distribution: the name as it is to stand in METADATA, the version
    /// likewise. The directory's name is escaped as the specification says.
    pub fn dist_info(&self, name: &str, version: &str) -> DistInfo<'_> {
        let escaped = |text: &str| text.replace('-', "_");
        DistInfo {
            site: self,
            directory_name: format!(
                "{}-{}.dist-info",
                escaped(&normalised(name)),
                escaped(version)
            ),
            header: format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"),
            metadata: None,
            description: String::new(),
            files: Vec::new(),
            record: true,
        }
    }

    /// Any other file, whatever it is for.
    pub fn file(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.join(path);
        write(&path, content.as_ref());
        path
    }
}

impl DistInfo<'_> {
    /// Another name for the `.dist-info` directory.
    pub fn directory_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.directory_name);
        self
    }

    /// Adds `Requires-Dist` fields.
    pub fn requires<T: AsRef<str>>(self, requirements: impl IntoIterator<Item = T>) -> Self {
        requirements.into_iter().fold(self, |this, requirement| {
            this.field("Requires-Dist", requirement.as_ref())
        })
    }

    /// Adds a `Provides-Extra` field.
    pub fn extra(self, name: &str) -> Self {
        self.field("Provides-Extra", name)
    }

    /// Adds any field to METADATA.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.header.push_str(&format!("{name}: {value}\n"));
        self
    }

    /// The description, below the fields of METADATA.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// METADATA as a whole, in place of what the fields would make.
    pub fn metadata(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.metadata = Some(content.into());
        self
    }

    /// Adds a file of the distribution; the path is relative to the site
    /// directory, as in RECORD.
    pub fn file(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.files
            .push((path.to_owned(), content.as_ref().to_vec()));
        self
    }

    /// Adds a `direct_url.json`.
    pub fn direct_url(self, json: &str) -> Self {
        let path = format!("{}/direct_url.json", self.directory_name);
        self.file(&path, json)
    }

    /// Whether there is to be a RECORD; there is by default.
    pub fn record(mut self, record: bool) -> Self {
        self.record = record;
        self
    }

    /// Writes everything, and returns the path of the `.dist-info`.
    pub fn write(self) -> PathBuf {
        let Self {
            site,
            directory_name,
            header,
            metadata,
            description,
            mut files,
            record,
        } = self;
        let own = |file: &str| format!("{directory_name}/{file}");
        let metadata = metadata.unwrap_or_else(|| format!("{header}\n{description}").into_bytes());
        files.push((own("METADATA"), metadata));
        files.push((own("INSTALLER"), b"passthrough-world\n".to_vec()));
        files.push((own("WHEEL"), WHEEL.as_bytes().to_vec()));
        files.sort();
        for (path, content) in &files {
            write(&site.directory.join(path), content);
        }
        let directory = site.directory.join(&directory_name);
        if record {
            write(
                &directory.join("RECORD"),
                record::record(&files, &own("RECORD")).as_bytes(),
            );
        }
        directory
    }
}

const WHEEL: &str = "Wheel-Version: 1.0
Generator: passthrough-world
Root-Is-Purelib: true
Tag: py3-none-any
";

fn write(path: &Path, content: &[u8]) {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).expect("a directory for the file");
    }
    fs::write(path, content).expect("the file can be written");
}

/// PEP 503, for valid names.
fn normalised(name: &str) -> String {
    let words: Vec<&str> = name
        .split(['-', '_', '.'])
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_written_and_recorded() {
        let directory = tempfile::tempdir().unwrap();
        let site = SiteBuilder::new(directory.path().join("a/b"));
        let info = site
            .dist_info("Foo.Bar", "1.0+x-1")
            .requires(["bar", "baz ; extra == 'x'"])
            .extra("x")
            .description("About.\n")
            .direct_url("{}")
            .file("foo/__init__.py", "x = 1\n")
            .write();
        assert_eq!(info, site.directory().join("foo_bar-1.0+x_1.dist-info"));
        let read = |file: &str| fs::read_to_string(info.join(file)).unwrap();
        assert_eq!(
            read("METADATA"),
            "Metadata-Version: 2.1\nName: Foo.Bar\nVersion: 1.0+x-1\nRequires-Dist: bar\n\
             Requires-Dist: baz ; extra == 'x'\nProvides-Extra: x\n\nAbout.\n"
        );
        assert_eq!(read("direct_url.json"), "{}");
        let record = read("RECORD");
        assert!(
            record
                .contains("foo/__init__.py,sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q,6\n"),
            "{record}"
        );
        assert!(
            record.ends_with("foo_bar-1.0+x_1.dist-info/RECORD,,\n"),
            "{record}"
        );
        assert_eq!(record.lines().count(), 6);
    }

    #[test]
    fn broken_ones_can_be_made() {
        let directory = tempfile::tempdir().unwrap();
        let site = SiteBuilder::new(directory.path());
        let info = site
            .dist_info("foo", "1.0")
            .directory_name("foo-2.0.dist-info")
            .metadata(&b"\xff"[..])
            .record(false)
            .write();
        assert_eq!(fs::read(info.join("METADATA")).unwrap(), b"\xff");
        assert!(info.ends_with("foo-2.0.dist-info") && !info.join("RECORD").exists());
    }
}
