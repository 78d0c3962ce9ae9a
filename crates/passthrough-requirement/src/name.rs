use std::fmt;
use std::str::FromStr;

/// The name of a distribution, normalised as PEP 503 says.
///
/// ```
/// # use passthrough_requirement::PackageName;
/// let name: PackageName = "Zope.Interface".parse()?;
/// assert_eq!(name.as_str(), "zope-interface");
/// # Ok::<(), passthrough_requirement::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName(String);

/// The name of an extra, normalised as PEP 685 says (by the rules of PEP 503).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExtraName(String);

/// The text is not a name: letters, digits, `-`, `_` and `.` only, with a
/// letter or digit at both ends, all ASCII.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid name")]
#[non_exhaustive]
pub struct NameError;

impl PackageName {
    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ExtraName {
    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PackageName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        normalise(text).map(Self)
    }
}

impl FromStr for ExtraName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        normalise(text).map(Self)
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ExtraName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn normalise(text: &str) -> Result<String, NameError> {
    let bytes = text.as_bytes();
    let ends_well = bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric);
    if !ends_well
        || !bytes
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || is_separator(byte.into()))
    {
        return Err(NameError);
    }
    Ok(canonicalise(text))
}

/// Lower case, with one dash for each run of separators; the text need not be
/// a name.
pub(crate) fn canonicalise(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.chars() {
        if !is_separator(c) {
            name.push(c);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    if name.is_ascii() {
        name.make_ascii_lowercase();
        return name;
    }
    name.to_lowercase()
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_separators_become_one_dash() {
        for (text, name) in [
            ("torch", "torch"),
            ("Zope.Interface", "zope-interface"),
            ("a-_.b", "a-b"),
            ("A__b--C..d", "a-b-c-d"),
            ("0x", "0x"),
        ] {
            assert_eq!(text.parse::<PackageName>().unwrap().as_str(), name);
            assert_eq!(text.parse::<ExtraName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "", "-a", "a-", ".a", "a b", "a\n", " a", "é", "a>=1", "a[x]", "\0",
        ] {
            assert_eq!(text.parse::<PackageName>(), Err(NameError), "{text:?}");
        }
    }
}
