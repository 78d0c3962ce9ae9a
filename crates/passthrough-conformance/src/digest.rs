use sha2::{Digest, Sha256};

/// The digest of texts, `sha256:…`: it tells where one ends and another begins.
pub(crate) fn of<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    let digest = hasher.finalize();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn it_tells_where_a_text_ends() {
        let digests = [
            of([b"ab".as_slice(), b"c"]),
            of([b"a".as_slice(), b"bc"]),
            of([b"abc".as_slice()]),
            of([]),
        ];
        for (place, digest) in digests.iter().enumerate() {
            assert!(digest.starts_with("sha256:") && digest.len() == 71);
            assert!(!digests[..place].contains(digest), "{digests:?}");
        }
        assert_eq!(digests[0], of([b"ab".as_slice(), b"c"]));
    }
}
