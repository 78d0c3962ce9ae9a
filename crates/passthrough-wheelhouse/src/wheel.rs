use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{self, Cursor, Write as _};

use passthrough_requirement::{PackageName, Requirement, Version};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::archive::{Archive, ArchiveKind, escaped, is_below};

/// The file in a `.dist-info` that holds the mark of a copy.
pub(crate) const MARK: &str = "passthrough-copy";

/// The files of a `.dist-info` that follow from the description, or are written
/// by whoever installs.
const OWN: [&str; 6] = [
    "INSTALLER",
    "METADATA",
    "RECORD",
    "WHEEL",
    "entry_points.txt",
    MARK,
];

/// The directories of a `.data` directory that an installer knows.
const SCHEMES: [&str; 5] = ["data", "headers", "platlib", "purelib", "scripts"];

/// What tells one copy of a distribution from another of the same version.
///
/// Both parts are made of ASCII letters, digits and `._-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CopyMark {
    /// Whose copy it is: `host`, `index`.
    pub label: String,
    /// The run that it was made for: what an earlier run left does not pass
    /// for a copy of this one.
    pub nonce: String,
}

impl fmt::Display for CopyMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.label, self.nonce)
    }
}

/// A pure wheel (`py3-none-any`), described.
///
/// ```
/// use passthrough_wheelhouse::Wheel;
///
/// let wheel = Wheel::new("Some-Package", "1.0+local")
///     .requires("other>=2; extra == 'more'")
///     .extra("more")
///     .file("some_package/__init__.py", "answer = 42\n")
///     .entry_point("console_scripts", "ask", "some_package:main");
/// let archive = wheel.archive()?;
/// assert_eq!(archive.file_name, "some_package-1.0+local-py3-none-any.whl");
/// assert_eq!(archive, wheel.archive()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a description alone makes no file"]
pub struct Wheel {
    name: String,
    version: String,
    requires: Vec<String>,
    extras: Vec<String>,
    requires_python: Option<String>,
    entry_points: BTreeMap<String, BTreeMap<String, String>>,
    files: BTreeMap<String, Vec<u8>>,
    data: BTreeMap<String, Vec<u8>>,
    info: BTreeMap<String, Vec<u8>>,
    copy: Option<CopyMark>,
}

/// Why a description is none of a wheel.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WheelError {
    /// The name of a distribution.
    #[error("`{0}` is not the name of a distribution")]
    Name(String),
    /// The version of a distribution.
    #[error("`{0}` is not a version (PEP 440)")]
    Version(String),
    /// A `Requires-Dist` is no requirement.
    #[error("`{text}` is not a requirement: {reason}")]
    Requirement {
        /// The text.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// A text that stands in a line of its own has another line in it, or is empty.
    #[error("{field} `{text}` is empty or has a character that cannot stand there")]
    Line {
        /// Where it was to stand.
        field: &'static str,
        /// The text.
        text: String,
    },
    /// A path leads out of the wheel, or into its own records.
    #[error("`{0}` is not a path that a file of a wheel can have")]
    Path(String),
    /// A path is a file and a directory at once.
    #[error("`{0}` is a file and a directory")]
    Clash(String),
    /// The archive could not be written.
    #[error("the archive cannot be written: {0}")]
    Archive(#[from] io::Error),
}

/// All files of a wheel but `RECORD`, and what they are about.
pub(crate) struct Layout {
    pub(crate) name: PackageName,
    /// `<name>-<version>`.
    pub(crate) stem: String,
    pub(crate) metadata: Vec<u8>,
    /// By path in the wheel.
    pub(crate) members: BTreeMap<String, Vec<u8>>,
}

impl Wheel {
    /// A distribution without any content. The name is as it is to stand in
    /// its metadata.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            requires: Vec::new(),
            extras: Vec::new(),
            requires_python: None,
            entry_points: BTreeMap::new(),
            files: BTreeMap::new(),
            data: BTreeMap::new(),
            info: BTreeMap::new(),
            copy: None,
        }
    }

    /// Adds a `Requires-Dist`.
    pub fn requires(mut self, requirement: impl Into<String>) -> Self {
        self.requires.push(requirement.into());
        self
    }

    /// Adds a `Provides-Extra`.
    pub fn extra(mut self, name: impl Into<String>) -> Self {
        self.extras.push(name.into());
        self
    }

    /// Sets `Requires-Python`.
    pub fn requires_python(mut self, specifiers: impl Into<String>) -> Self {
        self.requires_python = Some(specifiers.into());
        self
    }

    /// Adds an entry point; those of the group `console_scripts` become scripts.
    pub fn entry_point(
        mut self,
        group: impl Into<String>,
        name: impl Into<String>,
        reference: impl Into<String>,
    ) -> Self {
        let group = self.entry_points.entry(group.into()).or_default();
        group.insert(name.into(), reference.into());
        self
    }

    /// Adds a file at a path below `site-packages`.
    pub fn file(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), content.into());
        self
    }

    /// Adds a file that goes elsewhere: the path begins with `scripts/`,
    /// `data/` or `headers/` (or `purelib/`, `platlib/`).
    pub fn data(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.data.insert(path.into(), content.into());
        self
    }

    /// Adds a file to the `.dist-info`, such as `direct_url.json`, beside those
    /// that follow from the description.
    pub fn info_file(mut self, name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.info.insert(name.into(), content.into());
        self
    }

    /// Marks this copy: the mark stands in the file `passthrough-copy` of its
    /// `.dist-info`.
    pub fn copy(mut self, mark: CopyMark) -> Self {
        self.copy = Some(mark);
        self
    }

    /// The wheel as a file.
    pub fn archive(&self) -> Result<Archive, WheelError> {
        let layout = self.layout()?;
        let record_path = format!("{}.dist-info/RECORD", layout.stem);
        let mut record = String::new();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in &layout.members {
            record.push_str(&record_line(path, content));
            add(&mut writer, path, content)?;
        }
        let _ = writeln!(record, "{},,", csv_field(&record_path));
        // The specification asks for the records at the end of the file.
        add(&mut writer, &record_path, record.as_bytes())?;
        let content = writer.finish().map_err(io::Error::from)?.into_inner();
        Ok(Archive {
            kind: ArchiveKind::Wheel,
            name: layout.name.as_str().to_owned(),
            version: self.version.clone(),
            file_name: format!("{}-py3-none-any.whl", layout.stem),
            content,
            metadata: layout.metadata,
            requires_python: self.requires_python.clone(),
            copy: self.copy.as_ref().map(|copy| copy.label.clone()),
        })
    }

    /// The name, as it was given.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn entry_points(&self, group: &str) -> impl Iterator<Item = (&str, &str)> {
        let group = self.entry_points.get(group).into_iter().flatten();
        group.map(|(name, reference)| (name.as_str(), reference.as_str()))
    }

    pub(crate) fn layout(&self) -> Result<Layout, WheelError> {
        let name: PackageName = self
            .name
            .parse()
            .map_err(|_| WheelError::Name(self.name.clone()))?;
        let _: Version = self
            .version
            .parse()
            .map_err(|_| WheelError::Version(self.version.clone()))?;
        line("the version", &self.version, |character| {
            !character.is_whitespace() && !"/\\".contains(character)
        })?;
        let stem = format!("{}-{}", escaped(name.as_str()), escaped(&self.version));
        let metadata = self.metadata()?.into_bytes();
        let mut members = BTreeMap::new();
        for (path, content) in &self.files {
            // What ends in it is read as a distribution, and this wheel is one.
            let top = path.split('/').next().unwrap_or_default();
            if !is_below(path) || top.ends_with(".dist-info") || top.ends_with(".data") {
                return Err(WheelError::Path(path.clone()));
            }
            members.insert(path.clone(), content.clone());
        }
        for (path, content) in &self.data {
            let scheme = path.split_once('/').map(|(scheme, _)| scheme);
            if !is_below(path) || scheme.is_none_or(|scheme| !SCHEMES.contains(&scheme)) {
                return Err(WheelError::Path(path.clone()));
            }
            members.insert(format!("{stem}.data/{path}"), content.clone());
        }
        for (name, content) in &self.info {
            if !is_below(name) || name.contains('/') || OWN.contains(&name.as_str()) {
                return Err(WheelError::Path(name.clone()));
            }
            members.insert(format!("{stem}.dist-info/{name}"), content.clone());
        }
        let mut info = |file: &str, content: Vec<u8>| {
            members.insert(format!("{stem}.dist-info/{file}"), content);
        };
        info("METADATA", metadata.clone());
        info(
            "WHEEL",
            b"Wheel-Version: 1.0\nGenerator: passthrough-wheelhouse\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
                .to_vec(),
        );
        if !self.entry_points.is_empty() {
            info("entry_points.txt", self.entry_points_text()?.into_bytes());
        }
        if let Some(copy) = &self.copy {
            for part in [&copy.label, &copy.nonce] {
                line("the mark of a copy", part, |character| {
                    character.is_ascii_alphanumeric() || "._-".contains(character)
                })?;
            }
            info(MARK, format!("{copy}\n").into_bytes());
        }
        for path in members.keys() {
            let mut above = path.as_str();
            while let Some((parent, _)) = above.rsplit_once('/') {
                if members.contains_key(parent) {
                    return Err(WheelError::Clash(parent.to_owned()));
                }
                above = parent;
            }
        }
        Ok(Layout {
            name,
            stem,
            metadata,
            members,
        })
    }

    fn metadata(&self) -> Result<String, WheelError> {
        let mut text = format!(
            "Metadata-Version: 2.1\nName: {}\nVersion: {}\n",
            self.name, self.version
        );
        let mut field = |name: &'static str, value: &str| {
            line(name, value, |character| !character.is_control())?;
            let _ = writeln!(text, "{name}: {value}");
            Ok::<_, WheelError>(())
        };
        if let Some(specifiers) = &self.requires_python {
            field("Requires-Python", specifiers)?;
        }
        for requirement in &self.requires {
            let _: Requirement = requirement
                .parse()
                .map_err(|error| WheelError::Requirement {
                    text: requirement.clone(),
                    reason: format!("{error}"),
                })?;
            field("Requires-Dist", requirement)?;
        }
        for extra in &self.extras {
            field("Provides-Extra", extra)?;
        }
        Ok(text)
    }

    fn entry_points_text(&self) -> Result<String, WheelError> {
        let mut text = String::new();
        for (group, points) in &self.entry_points {
            let allowed = |character: char| !character.is_control() && !"[]=".contains(character);
            line("the group of entry points", group, allowed)?;
            let _ = writeln!(text, "[{group}]");
            for (name, reference) in points {
                // It becomes the name of a file, where it is a script.
                line("the entry point", name, |character| {
                    allowed(character) && !"/\\".contains(character)
                })?;
                line("the reference", reference, |character| {
                    character.is_alphanumeric() || "._:".contains(character)
                })?;
                let _ = writeln!(text, "{name} = {reference}");
            }
        }
        Ok(text)
    }
}

fn line(field: &'static str, text: &str, allowed: impl Fn(char) -> bool) -> Result<(), WheelError> {
    if text.trim().is_empty() || !text.chars().all(allowed) {
        let text = text.to_owned();
        return Err(WheelError::Line { field, text });
    }
    Ok(())
}

/// A member, executable if it is a script, with the time that zip begins at, uncompressed: its bytes depend on
/// nothing but the content, whatever the versions of the libraries.
fn add(writer: &mut ZipWriter<Cursor<Vec<u8>>>, path: &str, content: &[u8]) -> io::Result<()> {
    let mut parts = path.split('/');
    let is_script =
        parts.next().is_some_and(|top| top.ends_with(".data")) && parts.next() == Some("scripts");
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(if is_script { 0o755 } else { 0o644 });
    writer.start_file(path, options).map_err(io::Error::from)?;
    writer.write_all(content)
}

/// A line of `RECORD`: path, digest, size.
pub(crate) fn record_line(path: &str, content: &[u8]) -> String {
    let digest = base64(&Sha256::digest(content));
    let path = csv_field(path);
    format!("{path},sha256={digest},{}\n", content.len())
}

pub(crate) fn csv_field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Base 64 with the alphabet for URLs and without padding, as `RECORD` has it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = [0, 1, 2].map(|index| u32::from(chunk.get(index).copied().unwrap_or(0)));
        let number = group[0] << 16 | group[1] << 8 | group[2];
        for index in 0..=chunk.len() {
            let six = number >> (18 - 6 * index) & 0x3f;
            text.push(char::from(ALPHABET[six as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests;
