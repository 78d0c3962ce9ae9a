//! `{python}` and `{env}` in a command.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// `argument` with each `{python}` replaced by the environment's interpreter,
/// and each `{env}` by its directory, inside of words too.
///
/// `{{python}}` and `{{env}}` are `{python}` and `{env}` themselves. All other
/// braces stay as they are, since shells, awk and JSON have their own use for them.
pub fn replace(argument: &OsStr, python: &Path, environment: &Path) -> OsString {
    let replacements: [(&[u8], &[u8]); 4] = [
        (b"{{python}}", b"{python}"),
        (b"{{env}}", b"{env}"),
        (b"{python}", python.as_os_str().as_bytes()),
        (b"{env}", environment.as_os_str().as_bytes()),
    ];
    let mut rest = argument.as_bytes();
    let mut replaced = Vec::with_capacity(rest.len());
    while let Some((&first, after)) = rest.split_first() {
        let found = replacements
            .iter()
            .find_map(|(from, to)| Some((to, rest.strip_prefix(*from)?)));
        if let Some((to, after)) = found {
            replaced.extend_from_slice(to);
            rest = after;
        } else {
            replaced.push(first);
            rest = after;
        }
    }
    OsString::from_vec(replaced)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replaced(text: &str) -> String {
        let replaced = replace(
            OsStr::new(text),
            Path::new("/e/bin/python"),
            Path::new("/e"),
        );
        replaced.into_string().unwrap()
    }

    #[test]
    fn the_two_names_are_replaced_wherever_they_are() {
        for (text, expected) in [
            ("{python}", "/e/bin/python"),
            ("--x={env}/lib:{env}", "--x=/e/lib:/e"),
            ("{env}{python}", "/e/e/bin/python"),
            ("{{env}} {{python}}", "{env} {python}"),
            // Only the double pair is an escape.
            ("{{env}", "{/e"),
            ("{env}}", "/e}"),
            ("{{{env}}}", "{{env}}"),
            (
                "{\"a\": {}} ${HOME} {print} {Python}",
                "{\"a\": {}} ${HOME} {print} {Python}",
            ),
            ("", ""),
        ] {
            assert_eq!(replaced(text), expected, "{text}");
        }
        let raw = OsStr::from_bytes(b"\xff{env}");
        let replaced = replace(raw, Path::new("/p"), Path::new("/e"));
        assert_eq!(replaced.as_bytes(), b"\xff/e");
    }

    proptest! {
        /// What is put in is never looked at again.
        #[test]
        fn what_is_put_in_stays(path in "[{}a-z]{0,12}") {
            let argument = OsStr::new("{python}");
            prop_assert_eq!(replace(argument, Path::new(&path), Path::new("/e")), OsString::from(&path));
        }

        #[test]
        fn other_text_stays(text in "[{} pythonev]{0,30}") {
            if !text.contains("{python}") && !text.contains("{env}") {
                prop_assert_eq!(replaced(&text), text);
            }
        }
    }
}
