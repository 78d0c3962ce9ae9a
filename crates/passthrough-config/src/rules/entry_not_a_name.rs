//! BIP112: an entry of a passthrough list is not a name.

use std::ops::Range;

use passthrough_diagnostic::{Diagnostic, Rule, Severity};
use passthrough_requirement::PackageName;

use crate::Spanned;
use crate::text::{Text, quoted};

/// BIP112.
pub static RULE: Rule = Rule {
    code: "BIP112",
    name: "entry-not-a-name",
    severity: Severity::Error,
    requirements: &["CONF-2"],
    what: "An entry of a passthrough list is a string, but not the name of a distribution: it is \
           empty, it is no valid name, or it has a version specifier, extras, a marker or a URL.",
    why: "A list says which build requirements may come from the host, never which versions of \
          them: that is what `requires` says. Were the rest of the entry dropped, the author's \
          condition would be dropped with it.",
    example: "```toml
[tool.example]
no-build-isolation-package = [\"torch>=2.4\"]
```",
    mend: "Write the name alone, and the condition where the requirement is:
```toml
[build-system]
requires = [\"setuptools\", \"torch>=2.4\"]

[tool.example]
no-build-isolation-package = [\"torch\"]
```",
};

/// The name, if the text is one.
pub(crate) fn name(
    text: &Text<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Spanned<PackageName>> {
    if let Ok(value) = text.value.parse() {
        return Some(Spanned {
            value,
            span: text.span.clone(),
        });
    }
    let fault = fault(text.value);
    let message = format!("{} {}", quoted(text.value), fault.what);
    let finding = Diagnostic::new(&RULE, message).at(text.place(fault.part));
    findings.push(match fault.help {
        Some(help) => finding.help(help),
        None => finding,
    });
    None
}

struct Fault {
    /// Completes the sentence that starts with the entry.
    what: &'static str,
    /// The bytes at fault.
    part: Range<usize>,
    help: Option<String>,
}

/// What keeps `text` from being a name.
fn fault(text: &str) -> Fault {
    let trimmed = text.trim();
    let is_in_names = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let length = trimmed.find(|c| !is_in_names(c)).unwrap_or(trimmed.len());
    let (stem, rest) = trimmed.split_at(length);
    let name: Option<PackageName> = stem.parse().ok();
    let just_the_name = name.map(|name| format!("write just {}", quoted(name.as_str())));

    let rest = rest.trim_start();
    let end = text.trim_end().len();
    let the_rest = end - rest.len()..end;
    let follows_a_blank = stem.len() + rest.len() < trimmed.len();
    let whole = |what| Fault {
        what,
        part: 0..text.len(),
        help: None,
    };
    let condition = |what, belongs| Fault {
        what,
        part: the_rest.clone(),
        help: just_the_name
            .as_ref()
            .map(|help| format!("{help}; {belongs} in `[build-system] requires`")),
    };
    let is_drive = stem.len() == 1 && rest.starts_with(':');
    match rest.chars().next() {
        None if trimmed.is_empty() => whole("is not a name"),
        None if just_the_name.is_none() => whole("does not start and end with a letter or digit"),
        None => Fault {
            help: just_the_name,
            ..whole("has blanks around the name")
        },
        Some(':' | '+') if rest.contains("://") => whole("is a URL, not a name"),
        Some('/' | '\\') => whole("is a path, not a name"),
        Some(':') if is_drive => whole("is a path, not a name"),
        Some('<' | '>' | '=' | '!' | '~' | '(') => {
            condition("has a version specifier", "the versions belong")
        }
        Some('[') => condition("has extras", "the extras belong"),
        Some(';') => condition("has a marker", "the marker belongs"),
        Some('@') => condition("has a URL", "the URL belongs"),
        Some(',') => Fault {
            what: "has a comma in it",
            part: the_rest,
            help: Some("write each name as an entry of its own".to_owned()),
        },
        Some(_) if follows_a_blank => Fault {
            what: "has more than a name",
            part: the_rest,
            help: just_the_name,
        },
        Some(character) => Fault {
            what: "has a character that names do not have",
            part: the_rest.start..the_rest.start + character.len_utf8(),
            help: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::testing::{only, read};

    fn check(entry: &str) -> String {
        only(
            "BIP112",
            &format!("[tool.x]\nno-build-isolation-package = [{entry}]"),
        )
    }

    #[test]
    fn each_kind_is_named_and_placed() {
        let entries = [
            "''",
            "' \t'",
            "'torch>=2'",
            "'Torch (==2)'",
            "'torch ~= 2'",
            "'torch[cuda]>=2'",
            "'torch ; python_version > \"3\"'",
            "'torch @ https://x/y'",
            "'https://x/torch.whl'",
            "'git+https://x/torch'",
            "'./torch'",
            "'dir/torch'",
            "'C:\\torch'",
            "' torch '",
            "'torch 2'",
            "'torch,numpy'",
            "'tórch'",
            "'-torch'",
            "'torch-'",
            "'*'",
            "\"tor\\u0000ch\"",
            "\"\"\"\ntorch>=2\"\"\"",
            "\"torch\\n\"",
            "\"torch\\u003e=2\"",
        ];
        assert_snapshot!(check(&entries.join(",\n")), @r#"
        BIP112 error 2:31 «''»: an empty string is not a name
        BIP112 error 3:2 « \t»: ` \t` is not a name
        BIP112 error 4:7 «>=2»: `torch>=2` has a version specifier
          ? write just `torch`; the versions belong in `[build-system] requires`
        BIP112 error 5:8 «(==2)»: `Torch (==2)` has a version specifier
          ? write just `torch`; the versions belong in `[build-system] requires`
        BIP112 error 6:8 «~= 2»: `torch ~= 2` has a version specifier
          ? write just `torch`; the versions belong in `[build-system] requires`
        BIP112 error 7:7 «[cuda]>=2»: `torch[cuda]>=2` has extras
          ? write just `torch`; the extras belong in `[build-system] requires`
        BIP112 error 8:8 «; python_version > "3"»: `torch ; python_version > "3"` has a marker
          ? write just `torch`; the marker belongs in `[build-system] requires`
        BIP112 error 9:8 «@ https://x/y»: `torch @ https://x/y` has a URL
          ? write just `torch`; the URL belongs in `[build-system] requires`
        BIP112 error 10:2 «https://x/torch.whl»: `https://x/torch.whl` is a URL, not a name
        BIP112 error 11:2 «git+https://x/torch»: `git+https://x/torch` is a URL, not a name
        BIP112 error 12:2 «./torch»: `./torch` is a path, not a name
        BIP112 error 13:2 «dir/torch»: `dir/torch` is a path, not a name
        BIP112 error 14:2 «C:\torch»: `C:\torch` is a path, not a name
        BIP112 error 15:2 « torch »: ` torch ` has blanks around the name
          ? write just `torch`
        BIP112 error 16:8 «2»: `torch 2` has more than a name
          ? write just `torch`
        BIP112 error 17:7 «,numpy»: `torch,numpy` has a comma in it
          ? write each name as an entry of its own
        BIP112 error 18:3 «ó»: `tórch` has a character that names do not have
        BIP112 error 19:2 «-torch»: `-torch` does not start and end with a letter or digit
        BIP112 error 20:2 «torch-»: `torch-` does not start and end with a letter or digit
        BIP112 error 21:2 «*»: `*` has a character that names do not have
        BIP112 error 22:1 «"tor\u0000ch"»: `tor\u{0}ch` has a character that names do not have
        BIP112 error 24:6 «>=2»: `torch>=2` has a version specifier
          ? write just `torch`; the versions belong in `[build-system] requires`
        BIP112 error 25:1 «"torch\n"»: `torch\n` has blanks around the name
          ? write just `torch`
        BIP112 error 26:1 «"torch\u003e=2"»: `torch>=2` has a version specifier
          ? write just `torch`; the versions belong in `[build-system] requires`
        "#);
    }

    #[test]
    fn long_entries_are_not_repeated_in_full() {
        let message = check(&format!("'{}!'", "x".repeat(100_000)));
        assert!(message.len() < 500, "{}", message.len());
    }

    #[test]
    fn the_valid_names_are_kept_normalised() {
        let source = "[tool.x]\nno-build-isolation-package = ['Zope.Interface', 'torch>=2', 'a']";
        let read = read(source);
        let names: Vec<(&str, &str)> = read.declarations[0]
            .names
            .iter()
            .map(|name| (name.value.as_str(), &source[name.span.clone()]))
            .collect();
        assert_eq!(
            names,
            [("zope-interface", "'Zope.Interface'"), ("a", "'a'")]
        );
    }

    #[test]
    fn every_text_has_a_part_within_it() {
        for text in [
            "é",
            " é ",
            "a é",
            "[",
            "a[é",
            "é>=1",
            "\u{2003}a\u{2003}",
            "a\u{2003}b",
        ] {
            let part = fault(text).part;
            assert!(
                text.get(part.clone()).is_some_and(|part| !part.is_empty()),
                "{text:?} {part:?}"
            );
        }
    }
}
