use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::wheel::{Wheel, WheelError, csv_field, record_line};

/// The longest first line of a script that every Unix takes, in bytes.
const LONGEST_SHEBANG: usize = 127;

/// Where the files of a distribution go in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// `site-packages`.
    pub site: PathBuf,
    /// Where scripts go.
    pub scripts: PathBuf,
    /// Where headers go, each distribution's in a directory of its own.
    pub headers: PathBuf,
    /// Where data go: the prefix.
    pub data: PathBuf,
    /// The interpreter of its scripts.
    pub python: PathBuf,
}

/// Why a wheel is not installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// It is no wheel.
    #[error(transparent)]
    Wheel(#[from] WheelError),
    /// A file of that path is there.
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    /// The file system said no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Scheme {
    /// That of a virtual environment on Unix, for Python `X.Y`.
    pub fn posix(environment: &Path, version: &str) -> Self {
        let bin = environment.join("bin");
        Self {
            site: environment.join(format!("lib/python{version}/site-packages")),
            headers: environment.join(format!("include/site/python{version}")),
            data: environment.to_path_buf(),
            python: bin.join("python"),
            scripts: bin,
        }
    }
}

impl Wheel {
    /// Puts the files where an installer would put them, with `INSTALLER`, the
    /// scripts, and the `RECORD` of all that. Nothing is compiled, nothing is
    /// replaced; an error can leave a part of the files behind.
    pub fn install(&self, scheme: &Scheme) -> Result<(), InstallError> {
        let layout = self.layout()?;
        let info = format!("{}.dist-info", layout.stem);
        let mut files: Vec<(PathBuf, Vec<u8>, bool)> = Vec::new();
        let data = format!("{}.data/", layout.stem);
        for (path, content) in &layout.members {
            match path
                .strip_prefix(&data)
                .and_then(|path| path.split_once('/'))
            {
                Some(("scripts", path)) => {
                    let content = with_interpreter(content, &scheme.python);
                    files.push((scheme.scripts.join(path), content, true));
                }
                Some(("headers", path)) => {
                    let own = scheme.headers.join(self.name());
                    files.push((own.join(path), content.clone(), false));
                }
                Some(("data", path)) => {
                    files.push((scheme.data.join(path), content.clone(), false));
                }
                Some((_, path)) => files.push((scheme.site.join(path), content.clone(), false)),
                None => files.push((scheme.site.join(path), content.clone(), false)),
            }
        }
        for (name, reference) in self.entry_points("console_scripts") {
            let script = script(reference, &scheme.python);
            files.push((scheme.scripts.join(name), script.into_bytes(), true));
        }
        let installer = scheme.site.join(&info).join("INSTALLER");
        files.push((installer, b"passthrough-wheelhouse\n".to_vec(), false));
        let mut record = String::new();
        for (path, content, executable) in &files {
            write(path, content, *executable)?;
            record.push_str(&record_line(&relative(path, &scheme.site), content));
        }
        let path = scheme.site.join(&info).join("RECORD");
        let _ = writeln!(record, "{},,", csv_field(&relative(&path, &scheme.site)));
        write(&path, record.as_bytes(), false)
    }
}

/// The script of an entry point, as an installer makes it.
fn script(reference: &str, python: &Path) -> String {
    let (module, object) = reference.split_once(':').unwrap_or((reference, ""));
    let call = if object.is_empty() {
        format!("import {module}\n")
    } else {
        format!("import sys\nimport {module}\n\nsys.exit({module}.{object}())\n")
    };
    format!("{}{call}", first_lines(python))
}

/// The lines that have the script run by the interpreter. A path that the kernel
/// does not take is left to the shell; for Python its line is a string.
fn first_lines(python: &Path) -> String {
    let python = python.display().to_string();
    if python.len() + "#!\n".len() > LONGEST_SHEBANG || python.contains(char::is_whitespace) {
        format!("#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n")
    } else {
        format!("#!{python}\n")
    }
}

/// A script of the wheel itself, whose `#!python` stands for the interpreter.
fn with_interpreter(content: &[u8], python: &Path) -> Vec<u8> {
    let Some(rest) = content.strip_prefix(b"#!python") else {
        return content.to_vec();
    };
    let end = rest.iter().position(|&byte| byte == b'\n');
    let rest = end.map_or(&[][..], |end| &rest[end + 1..]);
    let mut whole = first_lines(python).into_bytes();
    whole.extend_from_slice(rest);
    whole
}

/// A path as `RECORD` has it: from `site-packages`, with `/`.
fn relative(path: &Path, site: &Path) -> String {
    let above = site
        .ancestors()
        .position(|above| path.starts_with(above))
        .unwrap_or(0);
    let common = site.ancestors().nth(above).unwrap_or(site);
    let rest = path.strip_prefix(common).unwrap_or(path);
    let mut text = "../".repeat(above);
    for (index, part) in rest.iter().enumerate() {
        if index > 0 {
            text.push('/');
        }
        text.push_str(&part.to_string_lossy());
    }
    text
}

fn write(path: &Path, content: &[u8], executable: bool) -> Result<(), InstallError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt as _;
        options.mode(if executable { 0o755 } else { 0o644 });
    }
    let mut file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(InstallError::Exists(path.to_path_buf()));
        }
        opened => opened?,
    };
    io::Write::write_all(&mut file, content)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Scheme, first_lines, relative, with_interpreter};
    use crate::{InstallError, Wheel};

    #[test]
    fn paths_are_told_from_the_site_directory() {
        let site = Path::new("/e/lib/python3.11/site-packages");
        for (path, told) in [
            ("/e/lib/python3.11/site-packages/a/b.py", "a/b.py"),
            ("/e/bin/tool", "../../../bin/tool"),
            ("/e/lib/python3.11/x", "../x"),
        ] {
            assert_eq!(relative(Path::new(path), site), told);
        }
    }

    #[test]
    fn a_path_that_the_kernel_refuses_goes_through_the_shell() {
        assert_eq!(first_lines(Path::new("/e/bin/python")), "#!/e/bin/python\n");
        let long = format!("/{}/python", "x".repeat(130));
        for path in [long.as_str(), "/a b/python"] {
            let lines = first_lines(Path::new(path));
            assert!(lines.starts_with("#!/bin/sh\n"), "{lines}");
            assert!(lines.contains(path), "{lines}");
        }
    }

    #[test]
    fn only_the_placeholder_is_replaced() {
        let python = Path::new("/e/bin/python");
        let replaced = with_interpreter(b"#!python -E\nprint()\n", python);
        assert_eq!(replaced, b"#!/e/bin/python\nprint()\n");
        assert_eq!(with_interpreter(b"#!/bin/sh\n", python), b"#!/bin/sh\n");
        assert_eq!(with_interpreter(b"#!python", python), b"#!/e/bin/python\n");
    }

    #[test]
    fn nothing_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let scheme = Scheme::posix(directory.path(), "3.11");
        let wheel = Wheel::new("a", "1").file("shared.py", "");
        wheel.install(&scheme).unwrap();
        let again = Wheel::new("b", "1").file("shared.py", "").install(&scheme);
        assert!(matches!(again, Err(InstallError::Exists(path)) if path.ends_with("shared.py")));
    }
}
