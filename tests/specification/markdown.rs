//! Markdown, as far as the specification uses it.

/// A block of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The line that it begins in, from 1.
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    /// Its text as it stands: of a fence, what is between the marks; of all
    /// others, the lines joined, without what marks the block.
    pub(crate) raw: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Heading(usize),
    /// A paragraph or a list item.
    Text,
    /// A row of a table, the heading row included.
    Row,
    Quote,
    /// A fenced block, with the word behind its opening mark.
    Fence(String),
}

impl Block {
    /// The text without anchors, the targets of links, and footnotes.
    pub(crate) fn plain(&self) -> String {
        plain(&self.raw)
    }

    /// The cells of a row.
    pub(crate) fn cells(&self) -> Vec<String> {
        let plain = self.plain();
        let cells = plain.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    }
}

/// Takes a document apart.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // Whether the next line goes on with the last block.
    let mut open = false;
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let block = |kind, raw: &str| Block {
            line: index + 1,
            kind,
            raw: raw.trim().to_owned(),
        };
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        if let Some(info) = line.strip_prefix("```") {
            let inside = lines.by_ref().map(|(_, line)| line);
            let inside: Vec<&str> = inside.take_while(|line| *line != "```").collect();
            blocks.push(Block {
                line: index + 1,
                kind: Kind::Fence(info.to_owned()),
                raw: inside.join("\n"),
            });
            open = false;
        } else if line.trim().is_empty() {
            open = false;
        } else if hashes > 0 && line[hashes..].starts_with(' ') {
            blocks.push(block(Kind::Heading(hashes), &line[hashes..]));
            open = false;
        } else if line.starts_with('|') {
            if !line.chars().all(|c| matches!(c, '|' | '-' | ' ')) {
                blocks.push(block(Kind::Row, line));
            }
            open = false;
        } else if let Some(quoted) = line.strip_prefix('>') {
            match blocks
                .last_mut()
                .filter(|last| open && last.kind == Kind::Quote)
            {
                Some(last) => join(&mut last.raw, quoted),
                None => blocks.push(block(Kind::Quote, quoted)),
            }
            open = true;
        } else if let Some(item) = item(line) {
            blocks.push(block(Kind::Text, item));
            open = true;
        } else {
            match blocks
                .last_mut()
                .filter(|last| open && last.kind == Kind::Text)
            {
                Some(last) => join(&mut last.raw, line),
                None => blocks.push(block(Kind::Text, line)),
            }
            open = true;
        }
    }
    blocks
}

fn join(text: &mut String, line: &str) {
    text.push(' ');
    text.push_str(line.trim());
}

/// The text of a list item that begins in this line.
fn item(line: &str) -> Option<&str> {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() < line.len() {
        digits.strip_prefix(". ")
    } else {
        line.strip_prefix("- ")
    }
}

/// The blocks below a heading, up to the next of its level or above.
pub(crate) fn section<'b>(blocks: &'b [Block], heading: &str) -> &'b [Block] {
    let is_it = |block: &Block| matches!(block.kind, Kind::Heading(_)) && block.raw == heading;
    let start = blocks
        .iter()
        .position(is_it)
        .unwrap_or_else(|| panic!("no heading `{heading}`"));
    let Kind::Heading(level) = blocks[start].kind else {
        unreachable!("a heading was looked for");
    };
    let below = &blocks[start + 1..];
    let ends = |block: &Block| matches!(block.kind, Kind::Heading(other) if other <= level);
    &below[..below.iter().position(ends).unwrap_or(below.len())]
}

/// `[words](target)` of a text, outside of code.
pub(crate) fn links(text: &str) -> Vec<(String, String)> {
    let text = without_code(text);
    let mut links = Vec::new();
    let mut rest = text.as_str();
    while let Some(middle) = rest.find("](") {
        let words = rest[..middle]
            .rfind('[')
            .map_or("", |at| &rest[at + 1..middle]);
        let target = &rest[middle + 2..];
        let end = target.find(')').unwrap_or(target.len());
        links.push((words.to_owned(), target[..end].to_owned()));
        rest = &target[end..];
    }
    links
}

/// The names of the footnotes that a text refers to.
pub(crate) fn footnotes(text: &str) -> Vec<&str> {
    text.split("[^")
        .skip(1)
        .filter_map(|rest| rest.split_once(']').map(|(name, _)| name))
        .collect()
}

/// The text with its code spans emptied.
pub(crate) fn without_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let outside = parts.filter(|(index, _)| index % 2 == 0);
    outside.map(|(_, part)| part).collect::<Vec<_>>().join("``")
}

/// The names that an explicit anchor gives to places, `<a id="…"></a>`.
pub(crate) fn anchors(text: &str) -> Vec<&str> {
    text.split("<a id=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once("\"></a>").map(|(name, _)| name))
        .collect()
}

/// The anchor that a heading has on GitHub.
pub(crate) fn slug(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn plain(raw: &str) -> String {
    let mut text = raw.to_owned();
    for name in anchors(raw) {
        text = text.replace(&format!("<a id=\"{name}\"></a>"), "");
    }
    for name in footnotes(raw) {
        text = text.replace(&format!("[^{name}]"), "");
    }
    for (words, target) in links(raw) {
        text = text.replace(&format!("[{words}]({target})"), &words);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn blocks_are_told_apart() {
    let text = "# One\n\ntwo\nthree\n- four\n  five\n1. six\n\n| a | b |\n|---|---|\n| <a id=\"x\"></a>**c** | d |\n\n> seven\n> eight\n\n> nine\n\n```toml\n- ten\n\n# eleven\n```\ntwelve[^n] [thirteen](#x)\n";
    let found: Vec<(usize, Kind, String)> = blocks(text)
        .into_iter()
        .map(|block| (block.line, block.kind.clone(), block.plain()))
        .collect();
    let text = |line, kind, text: &str| (line, kind, text.to_owned());
    assert_eq!(
        found,
        [
            text(1, Kind::Heading(1), "One"),
            text(3, Kind::Text, "two three"),
            text(5, Kind::Text, "four five"),
            text(7, Kind::Text, "six"),
            text(9, Kind::Row, "| a | b |"),
            text(11, Kind::Row, "| **c** | d |"),
            text(13, Kind::Quote, "seven eight"),
            text(16, Kind::Quote, "nine"),
            text(18, Kind::Fence("toml".to_owned()), "- ten # eleven"),
            text(23, Kind::Text, "twelve thirteen"),
        ]
    );
}

#[test]
fn links_in_code_are_none() {
    assert_eq!(
        links("`[a](b)` [c](d) `e` [f](g#h)"),
        [
            ("c".to_owned(), "d".to_owned()),
            ("f".to_owned(), "g#h".to_owned())
        ]
    );
    assert_eq!(slug("CONF: declaring the list"), "conf-declaring-the-list");
}
