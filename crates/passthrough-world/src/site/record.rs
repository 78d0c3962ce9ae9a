//! RECORD, as installers write it.

use sha2::{Digest, Sha256};

/// The text of a RECORD of `files`, which is itself at `own`.
pub(super) fn record(files: &[(String, Vec<u8>)], own: &str) -> String {
    let mut text = String::new();
    for (path, content) in files {
        let digest = base64(&Sha256::digest(content));
        text.push_str(&format!(
            "{},sha256={digest},{}\n",
            field(path),
            content.len()
        ));
    }
    text.push_str(&format!("{},,\n", field(own)));
    text
}

/// A field of CSV.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// URL-safe, without padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, &byte| (bits << 8) | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * place)) & 63;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_url_safe_and_unpadded() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (b"\xfb\xff\xfe", "-__-"),
        ] {
            assert_eq!(base64(bytes), text);
        }
    }

    #[test]
    fn odd_paths_are_quoted() {
        let files = [("a,\"b\".py".to_owned(), Vec::new())];
        assert!(record(&files, "RECORD").starts_with("\"a,\"\"b\"\".py\",sha256="));
    }
}
