//! Which part of a file a client wants, and whether it has it already
//! (RFC 9110, 13 and 14).

use std::ops::Range;

use crate::http::Head;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    Part(Range<usize>),
    Unsatisfiable,
}

/// What of a file of that size is asked for.
pub(super) fn wanted(head: &Head, etag: &str, size: usize) -> Wanted {
    let fresh = head.field("if-range").is_none_or(|known| known == etag);
    match head.field("range") {
        Some(range) if fresh && head.method == "GET" => part(&range, size),
        _ => Wanted::All,
    }
}

/// One range; what is not understood, and several at once, is the whole file.
fn part(range: &str, size: usize) -> Wanted {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that is too large to be counted is beyond the end.
        digits.then(|| text.parse().unwrap_or(usize::MAX))
    };
    let Some((start, end)) = range
        .trim()
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Wanted::All;
    };
    let (start, end) = (start.trim(), end.trim());
    let bytes = match (number(start), number(end)) {
        (Some(start), Some(end)) if start > end => return Wanted::All,
        (Some(start), Some(end)) => start..end.saturating_add(1).min(size),
        (Some(start), None) if end.is_empty() => start..size,
        (None, Some(length)) if start.is_empty() => size.saturating_sub(length)..size,
        _ => return Wanted::All,
    };
    if bytes.is_empty() {
        Wanted::Unsatisfiable
    } else {
        Wanted::Part(bytes)
    }
}

/// Whether the client's copy is the one that would be sent.
pub(super) fn is_unchanged(head: &Head, etag: &str, modified: Option<&str>) -> bool {
    if let Some(known) = head.field("if-none-match") {
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        return known
            .split(',')
            .any(|tag| tag.trim() == "*" || bare(tag) == etag);
    }
    // Clients repeat the time that they were told.
    modified.is_some() && head.field("if-modified-since").as_deref() == modified
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Wanted, part};

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=2-", Wanted::Part(2..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-30", Wanted::Part(0..10)),
            ("bytes=5-99", Wanted::Part(5..10)),
            ("bytes=9-9", Wanted::Part(9..10)),
            ("bytes=10-", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=99999999999999999999999-", Wanted::Unsatisfiable),
            ("bytes=0-1,3-4", Wanted::All),
            ("bytes=4-3", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("items=0-1", Wanted::All),
            ("", Wanted::All),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_never_beyond_the_file(range in "(bytes=)?[0-9,-]{0,12}", size in 0_usize..20) {
            if let Wanted::Part(bytes) = part(&range, size) {
                prop_assert!(bytes.start < bytes.end && bytes.end <= size);
            }
        }
    }
}
