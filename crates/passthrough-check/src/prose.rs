//! The Markdown of rules, as far as they use it, for a terminal: paragraphs,
//! list items and fenced blocks.

/// A block of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block<'a> {
    /// Words to be broken into lines.
    Paragraph(Vec<&'a str>),
    /// The words of a list item, without its marker.
    Item(Vec<&'a str>),
    /// Lines to be left alone.
    Code(Vec<&'a str>),
}

/// Takes a text apart; a fence that is not closed reaches to the end.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let is_fence = |line: &str| line.trim_start().starts_with("```");
    let mut blocks = Vec::new();
    // Whether the next line of words goes on with the last block.
    let mut open = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if is_fence(line) {
            blocks.push(Block::Code(
                lines.by_ref().take_while(|line| !is_fence(line)).collect(),
            ));
            open = false;
        } else if let Some(item) = line.trim_start().strip_prefix("- ") {
            blocks.push(Block::Item(item.split_whitespace().collect()));
            open = true;
        } else if line.trim().is_empty() {
            open = false;
        } else if let Some(Block::Paragraph(words) | Block::Item(words)) =
            blocks.last_mut().filter(|_| open)
        {
            words.extend(line.split_whitespace());
        } else {
            blocks.push(Block::Paragraph(line.split_whitespace().collect()));
            open = true;
        }
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
                Block::Item(vec!["three", "four"]),
                Block::Item(vec!["five"]),
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
