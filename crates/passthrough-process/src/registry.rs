//! What runs now, for the moment when all of it has to end.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::tree;

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    running: Vec::new(),
    ended: false,
});

/// How long [`end`] waits for its turn. Others have theirs for as long as it
/// takes to start or end something; for ever only a thread that panicked in
/// that, and that is the one which asks.
const PATIENCE: Duration = Duration::from_secs(2);

struct Registry {
    running: Vec<Entry>,
    ended: bool,
}

struct Entry {
    child: Pid,
    mark: String,
}

/// A child that runs, until it is dropped. As long as it is not, the child is
/// not waited for, so that its id names nothing else.
pub(crate) struct Running {
    child: Pid,
}

/// Ends everything that runs now, with all that it started, and lets nothing
/// start any more: what a program does that is interrupted. Each [`crate::run`]
/// that is under way returns [`crate::Reason::Interrupted`].
///
/// A child is in a process group of its own, so that a terminal's Ctrl-C does
/// not reach it.
pub fn end() {
    let deadline = Instant::now() + PATIENCE;
    let mut registry = loop {
        match REGISTRY.try_lock() {
            Ok(registry) => break registry,
            Err(TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(TryLockError::WouldBlock) => return,
        }
    };
    registry.ended = true;
    for entry in &registry.running {
        tree::end(entry.child, &entry.mark);
    }
}

/// Whether [`end`] was called.
pub(crate) fn is_ended() -> bool {
    lock().ended
}

/// Starts a child, unless everything has ended; `start` runs while nothing
/// else can start or end.
pub(crate) fn start<T>(
    mark: &str,
    start: impl FnOnce() -> std::io::Result<(Pid, T)>,
) -> Option<std::io::Result<(Running, T)>> {
    let mut registry = lock();
    if registry.ended {
        return None;
    }
    Some(start().map(|(child, value)| {
        registry.running.push(Entry {
            child,
            mark: mark.to_owned(),
        });
        (Running { child }, value)
    }))
}

impl Drop for Running {
    fn drop(&mut self) {
        lock().running.retain(|entry| entry.child != self.child);
    }
}

fn lock() -> MutexGuard<'static, Registry> {
    // Nothing is left half-done by a panic: each change is a single one.
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}
