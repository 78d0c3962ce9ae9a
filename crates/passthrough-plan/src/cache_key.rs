use passthrough_host::Inventory;
use sha2::{Digest, Sha256};

use crate::plan::Plan;

impl Plan {
    /// The identity of all that is exposed, `sha256:…` (CACHE-1): over the
    /// sorted (name, version, digest of RECORD).
    ///
    /// None when nothing is exposed, when the result is not cacheable, or when
    /// a digest cannot be had.
    pub fn cache_key(&self, inventory: &dyn Inventory) -> Option<String> {
        if self.expose.is_empty() || !self.cacheable() {
            return None;
        }
        let mut hash = Sha256::new();
        for exposed in &self.expose {
            let digest = inventory.digest(&exposed.installed)?;
            let line = format!("{}=={} {digest}\n", exposed.installed.name, exposed.version);
            hash.update(line.as_bytes());
        }
        let hex: String = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Some(format!("sha256:{hex}"))
    }
}
