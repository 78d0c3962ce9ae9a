//! What the tests share.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use passthrough_wheelhouse::{Archive, CopyMark, Wheel};
use passthrough_world::python;

/// A wheel that can be told from others of its version.
pub(crate) fn wheel(name: &str, version: &str, label: &str) -> Wheel {
    let mark = CopyMark {
        label: label.to_owned(),
        nonce: "n0".to_owned(),
    };
    let module = format!("{}/__init__.py", name.replace('-', "_"));
    let code = format!(
        "COPY = {:?}\n\n\ndef main():\n    print(COPY)\n",
        mark.to_string()
    );
    Wheel::new(name, version).file(module, code).copy(mark)
}

pub(crate) fn archives(wheels: &[&Wheel]) -> Vec<Archive> {
    wheels
        .iter()
        .map(|wheel| wheel.archive().unwrap())
        .collect()
}

/// A virtual environment without anything in it.
pub(crate) fn empty_environment(directory: &Path) -> PathBuf {
    let environment = directory.join("env");
    let mut command = Command::new(python::any());
    python::run(
        command
            .args(["-m", "venv", "--without-pip"])
            .arg(&environment),
    );
    environment
}

/// `X.Y` of an interpreter.
pub(crate) fn version(python: &Path) -> String {
    let program = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = python::run(Command::new(python).args(["-c", program]));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A command that has nothing from the environment of the tests: no other
/// index, no configuration, no cache but the one in `home`.
pub(crate) fn bare(program: impl AsRef<Path>, home: &Path) -> Command {
    let mut command = Command::new(program.as_ref());
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home)
        .env("PIP_CONFIG_FILE", "/dev/null")
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    command
}

/// Says something to a server and returns all that it says before it ends, or
/// is silent for long.
pub(crate) fn exchange(url: &str, said: impl AsRef<[u8]>) -> String {
    let mut stream = connect(url);
    // It may have answered and ended before all was said.
    let _ = stream.write_all(said.as_ref());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) fn connect(url: &str) -> TcpStream {
    let address = url.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address.split('/').next().unwrap()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream
}

/// A request that ends its connection.
pub(crate) fn request(url: &str, method: &str, path: &str, fields: &str) -> String {
    exchange(
        url,
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n"),
    )
}

/// The value of a field in an answer.
pub(crate) fn field<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

pub(crate) fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}
