//! Which cases are run.

use crate::suite::Loaded;

/// Whether a case is one that the user asks for: any of the words is a part of
/// its `group/id`, or a requirement that it cites. No words: every case is.
pub fn matches(loaded: &Loaded, filters: &[String]) -> bool {
    filters.is_empty()
        || filters.iter().any(|filter| {
            let place = loaded.path.strip_suffix(".json").unwrap_or(&loaded.path);
            place.contains(filter.as_str())
                || loaded
                    .case
                    .cites
                    .iter()
                    .any(|cited| cited.eq_ignore_ascii_case(filter))
        })
}
