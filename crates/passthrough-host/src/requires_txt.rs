//! An egg's `requires.txt`: requirements in sections `[extra:marker]`, where
//! either half may be missing; read as `importlib.metadata` reads it.

/// The requirements as `Requires-Dist` would have them, and the extras.
pub(crate) fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let mut requirements = Vec::new();
    let mut extras: Vec<String> = Vec::new();
    let mut condition = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            let (extra, marker) = section.split_once(':').unwrap_or((section, ""));
            if !extra.is_empty() && extras.last().is_none_or(|last| last != extra) {
                extras.push(extra.to_owned());
            }
            condition = conjunction(marker, extra);
            continue;
        }
        requirements.push(match &condition {
            None => line.to_owned(),
            Some(condition) => match line.split_once(';') {
                Some((requirement, marker)) => {
                    format!("{requirement} ; ({marker}) and {condition}")
                }
                // The blank ends a URL.
                None => format!("{line} ; {condition}"),
            },
        });
    }
    (requirements, extras)
}

fn conjunction(marker: &str, extra: &str) -> Option<String> {
    match (marker.is_empty(), extra.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("({marker})")),
        (true, false) => Some(format!("extra == {}", quoted(extra))),
        (false, false) => Some(format!("({marker}) and extra == {}", quoted(extra))),
    }
}

/// A marker's string has no escapes. An extra with a quote is none that could
/// be asked for, and must not end its string.
fn quoted(extra: &str) -> String {
    format!("\"{}\"", extra.replace('"', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use passthrough_requirement::Requirement;

    #[test]
    fn sections_become_markers() {
        let (requirements, extras) = read(
            "# made by hand\na>=1\n\n b[x] \n[:python_version<'3']\nc\n[test]\nd==1\n\
             e @ https://example.org/e.zip\n[docs:os_name == 'nt' or os_name == 'x']\nf\n\
             [docs]\ng; os_name == 'y' or os_name == 'z'\n",
        );
        assert_eq!(
            requirements,
            [
                "a>=1",
                "b[x]",
                "c ; (python_version<'3')",
                "d==1 ; extra == \"test\"",
                "e @ https://example.org/e.zip ; extra == \"test\"",
                "f ; (os_name == 'nt' or os_name == 'x') and extra == \"docs\"",
                "g ; ( os_name == 'y' or os_name == 'z') and extra == \"docs\"",
            ]
        );
        assert_eq!(extras, ["test", "docs"]);
        for requirement in requirements {
            let parsed: Result<Requirement, _> = requirement.parse();
            assert!(parsed.is_ok(), "{requirement}");
        }
    }

    #[test]
    fn an_extra_cannot_break_out_of_its_quotes() {
        let (requirements, _) = read("[x\" or os_name != \"]\na\n");
        assert_eq!(
            requirements,
            ["a ; extra == \"x\u{fffd} or os_name != \u{fffd}\""]
        );
    }

    #[test]
    fn sections_without_a_name_ask_for_nothing() {
        assert_eq!(
            read("[]\na\n[:]\nb\n"),
            (vec!["a".to_owned(), "b".to_owned()], vec![])
        );
    }
}
