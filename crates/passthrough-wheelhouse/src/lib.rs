//! What a frontend installs from, made up and watched.
//!
//! A [`Wheel`] is a description; [`Wheel::archive`] makes the file, of the same
//! bytes for the same description, and [`Wheel::install`] puts it into an
//! environment as an installer would. [`sdist`] does the same for a source tree.
//! A [`CopyMark`] stands inside, so that two copies of one version can be told
//! apart wherever they turn up.
//!
//! An [`Index`] serves archives on a port of its own, as PyPI does, and records
//! every request: what it sent is the evidence of what was downloaded. A
//! [`TrapProxy`] is the way to everywhere else. It lets nothing pass, and
//! records who tried.
//!
//! Nothing here panics, and a client that is broken or means harm costs one of a
//! bounded number of threads for a bounded time.

mod archive;
mod date;
mod http;
mod index;
mod install;
mod proxy;
mod sdist;
mod server;
mod wheel;

pub use archive::{Archive, ArchiveKind};
pub use index::{Answered, Fetched, Index, IndexOptions, Request, fetched};
pub use install::{InstallError, Scheme};
pub use proxy::{Attempt, TrapProxy};
pub use sdist::{SdistError, sdist};
pub use server::StartError;
pub use wheel::{CopyMark, Wheel, WheelError};
