/// A text of the specification as HTML: code spans and emphasis, as its
/// Markdown has them; everything else is escaped. A mark without a partner is
/// a character like any other.
pub(super) fn inline(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(start) = rest.find(['`', '*']) {
        escape(&rest[..start], &mut html);
        let mark = &rest[start..=start];
        let after = &rest[start + 1..];
        match after.find(mark) {
            Some(end) if end > 0 => {
                let tag = if mark == "`" { "code" } else { "em" };
                html.push_str(&format!("<{tag}>"));
                escape(&after[..end], &mut html);
                html.push_str(&format!("</{tag}>"));
                rest = &after[end + 1..];
            }
            _ => {
                html.push_str(mark);
                rest = after;
            }
        }
    }
    escape(rest, &mut html);
    html
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#x27;"),
            _ => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::inline;

    #[test]
    fn code_and_emphasis_are_marked() {
        for (text, html) in [
            ("plain", "plain"),
            (
                "a `[tool.<x>]` of a *build* & more",
                "a <code>[tool.&lt;x&gt;]</code> of a <em>build</em> &amp; more",
            ),
            (
                "`==1.*` and `a*b`",
                "<code>==1.*</code> and <code>a*b</code>",
            ),
            ("2 * 3, a ` b", "2 * 3, a ` b"),
            ("``", "``"),
            ("*<script>*", "<em>&lt;script&gt;</em>"),
            ("", ""),
        ] {
            assert_eq!(inline(text), html, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_but_the_two_tags_comes_out(text in "[`*<>&\"'a/ ]{0,24}") {
            let mut html = inline(&text);
            for tag in ["<code>", "</code>", "<em>", "</em>"] {
                html = html.replace(tag, "");
            }
            prop_assert!(!html.contains(['<', '>', '"', '\'']), "{html}");
        }
    }
}
