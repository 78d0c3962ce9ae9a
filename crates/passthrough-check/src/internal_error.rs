//! What becomes of a panic: a bug of this program, and no verdict of it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo};

use passthrough_protocol::ExitCode;

use crate::escape::escape;
use crate::interrupt;

/// From now on a panic, in any thread, is told on stderr in a few lines and
/// ends the process with 70.
///
/// It does so whether panics unwind or abort. An answer is printed in one go
/// when all is done, so that there is none: stdout has nothing, or all.
pub fn report_and_exit_on_panic() {
    panic::set_hook(Box::new(|info| {
        interrupt::end_children();
        let text = text(info, &Backtrace::capture());
        // Nobody is left to tell that stderr is gone.
        let _ = io::stderr().lock().write_all(text.as_bytes());
        std::process::exit(ExitCode::Internal as i32);
    }));
}

fn text(info: &PanicHookInfo<'_>, backtrace: &Backtrace) -> String {
    let payload = info.payload();
    let message = (payload.downcast_ref::<&str>().copied())
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it does not say why");
    let mut text = format!("internal error: {}\n", escape(message));
    if let Some(place) = info.location() {
        let _ = writeln!(text, "  at {}:{}", place.file(), place.line());
    }
    let words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let words = shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default();
    let _ = writeln!(
        text,
        "  in passthrough-check {} {}",
        env!("CARGO_PKG_VERSION"),
        escape(&words)
    );
    if backtrace.status() == BacktraceStatus::Captured {
        let _ = writeln!(text, "{backtrace}");
    }
    text.push_str(
        "hint: this is a bug of passthrough-check, and says nothing about the project or the host; \
         please report it with these lines\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use passthrough_protocol::ExitCode;

    use super::report_and_exit_on_panic;

    const CHILD: &str = "PASSTHROUGH_TEST_PANIC";

    /// This test starts itself: a panic with the hook ends the process.
    #[test]
    fn a_panic_ends_the_process_with_70_and_says_what_to_do() {
        if let Ok(how) = std::env::var(CHILD) {
            report_and_exit_on_panic();
            match how.as_str() {
                "thread" => {
                    let _ = std::thread::spawn(|| panic!("in \u{1b}[31m a thread")).join();
                }
                "no text" => std::panic::panic_any(7),
                _ => panic!("in {how}"),
            }
            // Reached only if the hook let the panic of the thread pass.
            std::process::exit(0);
        }
        let child = |how: &str, stderr: Stdio| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "--nocapture", "--test-threads=1"])
                .arg(std::thread::current().name().unwrap())
                .env(CHILD, how)
                .env_remove("RUST_BACKTRACE")
                .env_remove("RUST_LIB_BACKTRACE")
                .stderr(stderr)
                .output()
                .unwrap()
        };
        for (how, says) in [
            ("main", "internal error: in main\n"),
            ("thread", "internal error: in \\u{1b}[31m a thread\n"),
            ("no text", "internal error: it does not say why\n"),
        ] {
            let output = child(how, Stdio::piped());
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(70), "{how}: {said}");
            assert!(said.starts_with(says), "{said}");
            for part in [
                "  at crates/passthrough-check/src/internal_error.rs:",
                concat!(
                    "  in passthrough-check ",
                    env!("CARGO_PKG_VERSION"),
                    " --exact --nocapture"
                ),
                "please report it",
            ] {
                assert!(said.contains(part), "{part}: {said}");
            }
            assert!(said.lines().count() == 4, "{said}");
        }
        assert_eq!(ExitCode::Internal as i32, 70);
        // A stderr that nobody reads is no second panic, which would abort.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        assert_eq!(child("main", writer.into()).status.code(), Some(70));
    }
}
