use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// A progress line is shown after this time.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far a long run is, for a terminal.
pub(super) struct Progress {
    start: Instant,
    shown: Option<Instant>,
    done: usize,
    all: usize,
    what: &'static str,
    wanted: bool,
}

impl Progress {
    /// Of `all` things that are called `what`.
    pub(super) fn new(all: usize, what: &'static str) -> Self {
        Self {
            start: Instant::now(),
            shown: None,
            done: 0,
            all,
            what,
            wanted: io::stderr().is_terminal(),
        }
    }

    pub(super) fn step(&mut self) {
        self.done += 1;
        let due = match self.shown {
            None => self.start.elapsed() > PATIENCE,
            Some(shown) => shown.elapsed() > PATIENCE / 10,
        };
        if self.wanted && due {
            self.shown = Some(Instant::now());
            let line = format!("\r{}/{} {}", self.done, self.all, self.what);
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    pub(super) fn clear(&self) {
        if self.shown.is_some() {
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }
}

/// A line for a terminal, while something takes long that cannot be counted.
#[derive(Default)]
pub(super) struct Notice {
    shown: bool,
}

impl Notice {
    pub(super) fn show(&mut self, text: &str) {
        if io::stderr().is_terminal() {
            self.shown = true;
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }

    pub(super) fn clear(&self) {
        if self.shown {
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }
}
