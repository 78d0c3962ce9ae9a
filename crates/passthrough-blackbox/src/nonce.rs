use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

/// A word that no other run has: sixteen hexadecimal digits.
pub(crate) fn nonce(directory: &Path) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut hasher = Sha256::new();
    hasher.update(directory.as_os_str().as_encoded_bytes());
    hasher.update(std::process::id().to_be_bytes());
    hasher.update(COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    hasher.update(now.map_or(0, |now| now.as_nanos()).to_be_bytes());
    let digest = hasher.finalize();
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
