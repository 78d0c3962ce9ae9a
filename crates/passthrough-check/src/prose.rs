//! The Markdown of rules, as far as they use it, for a terminal: paragraphs,
//! list items and fenced blocks.

/// A block of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block<'a> {
    /// Words to be broken into lines; the marker of a list item is the first.
    Paragraph(Vec<&'a str>),
    /// Lines to be left alone.
    Code(Vec<&'a str>),
}

/// Takes a text apart; a fence that is not closed reaches to the end.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut words: Vec<&str> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let fenced = line.trim_start().starts_with("```");
        let item = line.trim_start().starts_with("- ");
        if (fenced || item || line.trim().is_empty()) && !words.is_empty() {
            blocks.push(Block::Paragraph(std::mem::take(&mut words)));
        }
        if fenced {
            let code = lines.by_ref();
            let code = code.take_while(|line| !line.trim_start().starts_with("```"));
            blocks.push(Block::Code(code.collect()));
        } else {
            words.extend(line.split_whitespace());
        }
    }
    if !words.is_empty() {
        blocks.push(Block::Paragraph(words));
    }
    blocks
}

/// The first sentence of a text: up to the first full stop that ends a word
/// which is not the last.
pub(crate) fn first_sentence(text: &str) -> &str {
    let text = text.trim();
    let paragraph = text.find("\n\n").map_or(text, |end| &text[..end]);
    let end = paragraph
        .match_indices('.')
        .map(|(at, _)| at + 1)
        .find(|&end| paragraph[end..].starts_with([' ', '\n']));
    &paragraph[..end.unwrap_or(paragraph.len())]
}

#[cfg(test)]
mod tests {
    use super::{Block, blocks, first_sentence};

    #[test]
    fn blocks_are_told_apart() {
        let text =
            "One\ntwo.\n- three\n  four\n- five\n\nsix:\n```toml\na = 1\n\nb = 2\n```\nseven";
        assert_eq!(
            blocks(text),
            [
                Block::Paragraph(vec!["One", "two."]),
                Block::Paragraph(vec!["-", "three", "four"]),
                Block::Paragraph(vec!["-", "five"]),
                Block::Paragraph(vec!["six:"]),
                Block::Code(vec!["a = 1", "", "b = 2"]),
                Block::Paragraph(vec!["seven"]),
            ]
        );
        assert_eq!(blocks("```\nx"), [Block::Code(vec!["x"])]);
        assert_eq!(blocks("\n\n"), []);
    }

    #[test]
    fn the_first_sentence_ends_at_a_full_stop() {
        assert_eq!(first_sentence("Reads `a.b`. Then more."), "Reads `a.b`.");
        assert_eq!(first_sentence("One\nlong line. Two."), "One\nlong line.");
        assert_eq!(first_sentence("No stop\n\nNext. One."), "No stop");
        assert_eq!(first_sentence("Only one."), "Only one.");
    }
}
