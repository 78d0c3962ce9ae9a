//! How far the grammars of PEP 440 reach into a text.
//!
//! `packaging` defines versions and specifiers by regular expressions. They
//! never have to go back on a choice, so a scan from left to right accepts the
//! same texts.

/// What `\s` and `str.strip` of Python take for white space.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Without the white space at both ends.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// A comparison operator of a version specifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Operator {
    Arbitrary,
    Equal,
    NotEqual,
    Compatible,
    AtMost,
    AtLeast,
    Less,
    Greater,
}

/// Longer operators come before their beginnings.
const OPERATORS: [Operator; 8] = [
    Operator::Arbitrary,
    Operator::Equal,
    Operator::NotEqual,
    Operator::Compatible,
    Operator::AtMost,
    Operator::AtLeast,
    Operator::Less,
    Operator::Greater,
];

impl Operator {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Arbitrary => "===",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Compatible => "~=",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::Greater => ">",
        }
    }

    /// Whether a version after it may end in `.*` or have a local part.
    pub(crate) fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }

    /// The longest operator that the text begins with.
    pub(crate) fn at_start(text: &str) -> Option<Self> {
        OPERATORS
            .into_iter()
            .find(|operator| text.starts_with(operator.as_str()))
    }
}

/// The bytes that a version specifier takes at the start of a text.
pub(crate) struct SpecifierScan {
    pub(crate) operator: Operator,
    /// Whether the version ends in `.*`.
    pub(crate) wildcard: bool,
    pub(crate) len: usize,
}

/// The longest specifier that the text begins with.
pub(crate) fn specifier(text: &str) -> Option<SpecifierScan> {
    let operator = Operator::at_start(text)?;
    let after = &text[operator.as_str().len()..];
    let version = after.trim_start_matches(is_space);
    let start = text.len() - version.len();
    if operator == Operator::Arbitrary {
        let end = version
            .find(|c: char| is_space(c) || matches!(c, ';' | ')'))
            .unwrap_or(version.len());
        return Some(SpecifierScan {
            operator,
            wildcard: false,
            len: start + end,
        });
    }
    let mut scan = Scan::new(version);
    let numbers = scan.release()?;
    let mut wildcard = false;
    if operator.is_equality() {
        wildcard = scan.exactly(b".*");
        if !wildcard {
            scan.suffixes();
            scan.local();
        }
    } else if operator == Operator::Compatible && numbers < 2 {
        return None;
    } else {
        scan.suffixes();
    }
    Some(SpecifierScan {
        operator,
        wildcard,
        len: start + scan.at,
    })
}

/// Whether the whole text is a version, with no white space around it.
pub(crate) fn is_version(text: &str) -> bool {
    let mut scan = Scan::new(text);
    if scan.release().is_none() {
        return false;
    }
    scan.suffixes();
    scan.local();
    scan.at == text.len()
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
        }
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    fn exactly(&mut self, word: &[u8]) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn word(&mut self, words: &[&str]) -> bool {
        let found = words.iter().find(|word| {
            self.rest()
                .get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        });
        self.at += found.map_or(0, |word| word.len());
        found.is_some()
    }

    fn separator(&mut self) {
        if matches!(self.rest().first(), Some(b'-' | b'_' | b'.')) {
            self.at += 1;
        }
    }

    fn run(&mut self, belongs: impl Fn(&u8) -> bool) -> bool {
        let len = self.rest().iter().take_while(|byte| belongs(byte)).count();
        self.at += len;
        len > 0
    }

    fn digits(&mut self) -> bool {
        self.run(u8::is_ascii_digit)
    }

    /// `v`, an epoch and the release; the count of the release's numbers.
    fn release(&mut self) -> Option<usize> {
        self.word(&["v"]);
        if !self.digits() {
            return None;
        }
        let epoch = self.at;
        if self.exactly(b"!") && !self.digits() {
            self.at = epoch;
        }
        let mut numbers = 1;
        while let [b'.', digit, ..] = self.rest()
            && digit.is_ascii_digit()
        {
            self.at += 1;
            self.digits();
            numbers += 1;
        }
        Some(numbers)
    }

    /// The pre-, post- and development release, all optional.
    fn suffixes(&mut self) {
        self.suffix(&["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"]);
        if let [b'-', digit, ..] = self.rest()
            && digit.is_ascii_digit()
        {
            self.at += 1;
            self.digits();
        } else {
            self.suffix(&["post", "rev", "r"]);
        }
        self.suffix(&["dev"]);
    }

    fn suffix(&mut self, words: &[&str]) {
        let start = self.at;
        self.separator();
        if self.word(words) {
            self.separator();
            self.digits();
        } else {
            self.at = start;
        }
    }

    fn local(&mut self) {
        let start = self.at;
        if !self.exactly(b"+") || !self.run(u8::is_ascii_alphanumeric) {
            self.at = start;
            return;
        }
        while let [b'-' | b'_' | b'.', next, ..] = self.rest()
            && next.is_ascii_alphanumeric()
        {
            self.at += 1;
            self.run(u8::is_ascii_alphanumeric);
        }
    }
}
