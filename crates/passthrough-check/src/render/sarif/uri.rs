//! Paths as URI references (RFC 3986, RFC 8089).

use std::path::Path;

/// A path as a URI reference: relative if the path is, `file:` if it is absolute.
pub(super) fn reference(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    // Elsewhere a backslash is a character of a name like any other.
    let separator = |byte: u8| byte == b'/' || (cfg!(windows) && byte == b'\\');
    let mut uri = String::with_capacity(bytes.len() + 8);
    if path.is_absolute() {
        uri.push_str("file://");
        // A drive letter has no slash in front of it, the path of a URI has.
        if !bytes.first().copied().is_some_and(separator) {
            uri.push('/');
        }
    }
    for &byte in bytes {
        match byte {
            byte if separator(byte) => uri.push('/'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::reference;
    use std::path::Path;

    #[test]
    fn relative_paths_stay_relative() {
        for (path, uri) in [
            ("pyproject.toml", "pyproject.toml"),
            ("sub dir/pyproject.toml", "sub%20dir/pyproject.toml"),
            ("../ü/a%b.toml", "../%C3%BC/a%25b.toml"),
            ("c:d?e#f", "c%3Ad%3Fe%23f"),
            ("<stdin>", "%3Cstdin%3E"),
        ] {
            assert_eq!(reference(Path::new(path)), uri);
        }
    }

    #[cfg(unix)]
    #[test]
    fn absolute_paths_are_file_uris() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        assert_eq!(reference(Path::new("/a b/c\\d")), "file:///a%20b/c%5Cd");
        let path = Path::new(OsStr::from_bytes(b"/x\xff"));
        assert_eq!(reference(path), "file:///x%FF");
    }
}
