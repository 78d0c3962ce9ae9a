//! Volumes of a test's own, mounted where nobody else sees them.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use passthrough_world::python::run;

use crate::context::Context;

/// A volume in a namespace of mounts, which is gone when this is dropped.
pub(super) struct Volume {
    /// Lives in the namespace, until nobody has its standard input.
    holder: Child,
    /// How others get into it.
    enter: &'static [&'static str],
    at: PathBuf,
}

/// A namespace of one's own: as root, or as somebody who is root in there.
const WAYS: [(&[&str], &[&str]); 2] = [
    (&["--mount"], &["--mount"]),
    (
        &["--user", "--map-root-user", "--mount"],
        &["--user", "--preserve-credentials", "--mount"],
    ),
];

impl Volume {
    /// Mounts a volume over the folder `at`; where the system does not permit
    /// that, says why.
    pub(super) fn mount(at: &Path, arguments: &[&str]) -> Result<Self, String> {
        let mut reasons = Vec::new();
        for (namespace, enter) in WAYS {
            let mut holder = Command::new("unshare")
                .args(namespace)
                .args(["sh", "-c", "mount \"$@\" && echo mounted && exec cat", "sh"])
                .args(arguments)
                .arg(at)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .map_err(|error| format!("unshare: {error}"))?;
            let mut line = String::new();
            BufReader::new(holder.stdout.as_mut().unwrap())
                .read_line(&mut line)
                .unwrap();
            if line == "mounted\n" {
                return Ok(Self {
                    holder,
                    enter,
                    at: at.to_owned(),
                });
            }
            let mut reason = String::new();
            let mut stderr = holder.stderr.take().unwrap();
            stderr.read_to_string(&mut reason).unwrap();
            holder.wait().unwrap();
            reasons.push(reason.trim().to_owned());
        }
        Err(reasons.join("; "))
    }

    /// A volume whose files can share their blocks.
    ///
    /// The image is an empty file system of 16 MiB, as made by btrfs-progs 6.2:
    /// `mkfs.btrfs --mixed --nodesize 4096 --sectorsize 4096 --metadata single
    /// --data single`, and then `gzip -9n`. To mount one takes root, loop
    /// devices and a kernel with btrfs.
    pub(super) fn with_reflinks(context: &Context, at: &Path) -> Result<Self, String> {
        let packed = context.write("btrfs.img.gz", include_bytes!("volume/btrfs.img.gz"));
        run(Command::new("gzip").arg("-d").arg(&packed));
        let image = packed.with_extension("");
        Self::mount(at, &["-t", "btrfs", "-o", "loop", image.to_str().unwrap()])
    }

    /// The command, where the volume is seen.
    pub(super) fn command(&self, command: &Command) -> Command {
        let mut inside = Command::new("nsenter");
        inside.arg("--target").arg(self.holder.id().to_string());
        // It starts at the root of the namespace.
        inside
            .args(self.enter)
            .args(["sh", "-c", "cd \"$0\" && exec \"$@\""]);
        inside.arg(command.get_current_dir().unwrap_or(&self.at));
        wrap(inside, command)
    }

    /// Runs a program there, to its good end.
    pub(super) fn run<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) {
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap());
        run(&mut self.command(command.args(words)));
    }

    /// A path of the volume, as the test itself can see it.
    pub(super) fn seen(&self, path: &Path) -> PathBuf {
        let mut seen = OsString::from(format!("/proc/{}/root", self.holder.id()));
        seen.push(std::path::absolute(path).unwrap());
        seen.into()
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

/// `outer` with a command as its last arguments, in that one's folder and with
/// its variables.
pub(super) fn wrap(mut outer: Command, command: &Command) -> Command {
    outer.arg(command.get_program());
    with_arguments_of(outer, command)
}

/// Another program in the place of the command's own.
pub(super) fn with_arguments_of(mut other: Command, command: &Command) -> Command {
    other.args(command.get_args());
    if let Some(directory) = command.get_current_dir() {
        other.current_dir(directory);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other
}

/// A command none of whose files may be larger, in units of 1024 bytes. A write
/// beyond fails; it would end the process otherwise.
pub(super) fn limited(command: &Command, size: u32) -> Command {
    let mut outer = Command::new("bash");
    outer.arg("-c");
    outer.arg(format!(
        "trap '' XFSZ; ulimit -f {size}; exec \"$0\" \"$@\""
    ));
    wrap(outer, command)
}

/// Whether files on a volume can share their blocks, as `cp` finds it.
pub(super) fn has_reflinks(folder: &Path) -> bool {
    let (from, to) = (folder.join("reflink-from"), folder.join("reflink-to"));
    fs_err::write(&from, "content").unwrap();
    let copied = Command::new("cp")
        .arg("--reflink=always")
        .args([&from, &to])
        .output()
        .unwrap();
    fs_err::remove_file(from).unwrap();
    let _ = fs_err::remove_file(to);
    copied.status.success()
}
