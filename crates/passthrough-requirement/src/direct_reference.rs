use std::collections::BTreeMap;
use std::fmt;

use url::Url;

/// The URL of a direct reference (`name @ url`), its text kept as written:
/// nothing in it is expanded, and a relative path is not refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirectReference(String);

/// A direct reference in the parts that PEP 610 records of an install.
///
/// Two spellings of one place give equal parts: scheme and host are lower
/// case, a default port and `.` and `..` segments are gone, percent-encoding is
/// that of RFC 3986 section 6.2.2.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReferenceParts {
    /// `git`, `hg`, `bzr` or `svn`, from a scheme such as `git+https`.
    pub vcs: Option<String>,
    /// The URL without the `git+`, credentials, requested revision and fragment.
    pub url: String,
    /// What a VCS reference names after the last `@` of its path: a branch, a
    /// tag or a commit id.
    pub revision: Option<String>,
    /// `subdirectory=` of the fragment.
    pub subdirectory: Option<String>,
    /// The hashes of the fragment, in lower case, by the name of the algorithm.
    pub hashes: BTreeMap<String, String>,
}

const VERSION_CONTROL: [&str; 4] = ["git", "hg", "bzr", "svn"];

/// What `hashlib` guarantees.
const HASHES: [&str; 14] = [
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha3_224",
    "sha3_256",
    "sha3_384",
    "sha3_512",
    "shake_128",
    "shake_256",
    "blake2b",
    "blake2s",
];

impl DirectReference {
    /// Keeps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The reference taken apart; none when it is not an absolute URL, in which
    /// case it can only be compared as text.
    ///
    /// `egg=` and all other keys of the fragment have no meaning and are gone.
    pub fn parts(&self) -> Option<ReferenceParts> {
        // The URL standard drops tabs and line feeds from inside a URL.
        if self
            .0
            .contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return None;
        }
        let (scheme, rest) = self.0.split_once(':')?;
        let scheme = scheme.to_ascii_lowercase();
        let (vcs, transport) = match scheme.split_once('+') {
            Some((vcs, transport)) if VERSION_CONTROL.contains(&vcs) => (Some(vcs), transport),
            _ => (None, scheme.as_str()),
        };
        let mut url = Url::parse(&format!("{transport}:{rest}")).ok()?;
        if url.cannot_be_a_base() || (!url.has_host() && transport != "file") {
            return None;
        }
        if !url.username().is_empty() || url.password().is_some() {
            url.set_username("").ok()?;
            url.set_password(None).ok()?;
        }
        // Hosts of schemes that the URL standard does not know are left as written.
        if let Some(host) = url.host_str() {
            let lower = host.to_ascii_lowercase();
            if lower != host {
                url.set_host(Some(&lower)).ok()?;
            }
        }
        let (subdirectory, hashes) = read_fragment(url.fragment().unwrap_or_default());
        url.set_fragment(None);
        let mut revision = None;
        if vcs.is_some() {
            let path = url.path().to_owned();
            if let Some((path, requested)) = path.rsplit_once('@') {
                if requested.is_empty() {
                    return None;
                }
                url.set_path(path);
                revision = Some(requested.to_owned());
            }
        }
        Some(ReferenceParts {
            vcs: vcs.map(str::to_owned),
            url: normalise_percent_encoding(url.as_str()),
            revision,
            subdirectory,
            hashes,
        })
    }
}

fn read_fragment(fragment: &str) -> (Option<String>, BTreeMap<String, String>) {
    let mut subdirectory = None;
    let mut hashes = BTreeMap::new();
    for (key, value) in fragment.split('&').filter_map(|pair| pair.split_once('=')) {
        if value.is_empty() {
            continue;
        }
        if key == "subdirectory" {
            subdirectory.get_or_insert_with(|| value.to_owned());
        } else if HASHES.contains(&key) {
            hashes
                .entry(key.to_owned())
                .or_insert_with(|| value.to_ascii_lowercase());
        }
    }
    (subdirectory, hashes)
}

/// Decodes what need not be encoded, and writes the rest in upper case.
fn normalise_percent_encoding(url: &str) -> String {
    let mut pieces = url.split('%');
    let mut normal = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece
            .get(..2)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                normal.push(byte.into());
                normal.push_str(&piece[2..]);
            }
            Some(byte) => {
                normal.push_str(&format!("%{byte:02X}"));
                normal.push_str(&piece[2..]);
            }
            None => {
                normal.push('%');
                normal.push_str(piece);
            }
        }
    }
    normal
}

impl fmt::Display for DirectReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<ReferenceParts> {
        DirectReference::new(text).parts()
    }

    fn plain(url: &str) -> ReferenceParts {
        ReferenceParts {
            vcs: None,
            url: url.to_owned(),
            revision: None,
            subdirectory: None,
            hashes: BTreeMap::new(),
        }
    }

    #[test]
    fn the_text_is_kept() {
        for text in [
            "./x",
            "https://${USER}@example.org/${A}.whl",
            "HTTPS://A/%7e",
        ] {
            assert_eq!(DirectReference::new(text).as_str(), text);
            assert_eq!(DirectReference::new(text).to_string(), text);
        }
    }

    #[test]
    fn spellings_of_one_archive_are_equal() {
        let archive = plain("https://example.org/d~/a-1.0.zip?x=%2F");
        for text in [
            "https://example.org/d~/a-1.0.zip?x=%2F",
            "HTTPS://Example.ORG:443/d%7e/./b/../a%2D1.0.zip?x=%2f",
            "https://user:secret@example.org/d~/a-1.0.zip?x=%2F#egg=a",
            "https://${TOKEN}@example.org/d~/a-1.0.zip?x=%2F#",
        ] {
            assert_eq!(parts(text), Some(archive.clone()), "{text}");
        }
    }

    #[test]
    fn different_places_are_not_equal() {
        let place = parts("https://example.org/a.zip");
        for text in [
            "http://example.org/a.zip",
            "https://example.org:8443/a.zip",
            "https://example.com/a.zip",
            "https://example.org/A.zip",
            "https://example.org/a.zip/",
            "https://example.org/a.zip?b",
            "https://example.org/a.zip#subdirectory=b",
            "git+https://example.org/a.zip",
        ] {
            assert_ne!(parts(text), place, "{text}");
        }
    }

    #[test]
    fn a_vcs_reference_has_a_revision() {
        let expected = ReferenceParts {
            vcs: Some("git".to_owned()),
            revision: Some("feature/x".to_owned()),
            subdirectory: Some("python/a".to_owned()),
            ..plain("ssh://example.org/o@p/r.git")
        };
        assert_eq!(
            parts("Git+SSH://git@Example.org/o@p/r.git@feature/x#egg=a&subdirectory=python/a"),
            Some(expected)
        );
        for (text, url) in [
            ("git+file:///src/r", "file:///src/r"),
            ("hg+https://a:b@h/r", "https://h/r"),
            ("svn+http://h/r", "http://h/r"),
            ("bzr+sftp://h:22/r", "sftp://h:22/r"),
        ] {
            let parts = parts(text).unwrap();
            assert_eq!((parts.url.as_str(), parts.revision), (url, None));
            assert_eq!(parts.vcs.as_deref(), text.split('+').next());
        }
    }

    #[test]
    fn an_archive_has_no_revision() {
        assert_eq!(
            parts("https://example.org/a@1.0/a.zip@2"),
            Some(plain("https://example.org/a@1.0/a.zip@2"))
        );
    }

    #[test]
    fn hashes_are_read() {
        let parts =
            parts("https://h/a.whl#md5=&sha256=AbC0&md5=1&egg=sha1&subdirectory=&sha9=2&sha256=f")
                .unwrap();
        assert_eq!(parts.url, "https://h/a.whl");
        assert_eq!(parts.subdirectory, None);
        let hashes: Vec<_> = parts.hashes.iter().collect();
        assert_eq!(
            format!("{hashes:?}"),
            r#"[("md5", "1"), ("sha256", "abc0")]"#
        );
    }

    #[test]
    fn directories_are_file_urls() {
        for text in [
            "file:///home/me/src",
            "FILE:///home/me/src",
            "file://localhost/home/me/src",
            "file:/home/me/./src",
        ] {
            assert_eq!(parts(text), Some(plain("file:///home/me/src")), "{text}");
        }
    }

    #[test]
    fn what_is_no_absolute_url_has_no_parts() {
        for text in [
            "",
            "./x",
            "/srv/x",
            "x.whl",
            "https:",
            "https://",
            "https://a b/",
            "https://h/\n",
            "https://h/\u{1}",
            "mailto:a@b",
            "git+git@github.com:o/r.git",
            "git+https://h/r@",
            "git+",
            ":",
            "::",
            "https://[::1/a",
            "https://h:99999/",
        ] {
            assert_eq!(parts(text), None, "{text:?}");
        }
    }

    #[test]
    fn broken_percent_encoding_is_kept() {
        for (text, normal) in [
            ("%", "%"),
            ("%e", "%e"),
            ("%é1", "%é1"),
            ("%+1", "%+1"),
            ("%zz%41", "%zzA"),
        ] {
            assert_eq!(normalise_percent_encoding(text), normal);
        }
    }
}
