//! Which cases are run.

use passthrough_protocol::Case;

use crate::suite::Loaded;

/// Whether a case is one that the user asks for: by its id, or because any of
/// the filters is a part of its `group/id` or a requirement that it cites.
/// Where nothing is asked for, every case is.
pub fn matches(loaded: &Loaded<Case>, ids: &[String], filters: &[String]) -> bool {
    let place = loaded.path.strip_suffix(".json").unwrap_or(&loaded.path);
    is_asked_for(&[&loaded.case.id], place, &loaded.case.cites, ids, filters)
}

/// Whether something with these `names` is asked for: by one of them, or because
/// any of the filters is a part of its `place` or a requirement that it `cites`.
pub fn is_asked_for(
    names: &[&str],
    place: &str,
    cites: &[String],
    ids: &[String],
    filters: &[String],
) -> bool {
    if ids.is_empty() && filters.is_empty() {
        return true;
    }
    let is_cited = |filter: &str| cites.iter().any(|cited| cited.eq_ignore_ascii_case(filter));
    ids.iter().any(|id| names.contains(&id.as_str()))
        || filters
            .iter()
            .any(|filter| place.contains(filter.as_str()) || is_cited(filter))
}

#[cfg(test)]
mod tests {
    use super::matches;
    use crate::suite::Suite;

    fn selected(ids: &[&str], filters: &[&str]) -> Vec<String> {
        let owned = |texts: &[&str]| -> Vec<String> {
            texts.iter().map(|text| (*text).to_owned()).collect()
        };
        let (ids, filters) = (owned(ids), owned(filters));
        let suite = Suite::embedded();
        let cases = suite.cases.iter();
        cases
            .filter(|(_, loaded)| matches(loaded, &ids, &filters))
            .map(|(id, _)| id.clone())
            .collect()
    }

    #[test]
    fn an_id_is_one_case_and_a_filter_is_many() {
        assert_eq!(selected(&["cycle"], &[]), ["cycle"]);
        assert!(selected(&[], &["cycle"]).len() > 1);
        assert_eq!(selected(&["no-such-case"], &[]), Vec::<String>::new());
        assert_eq!(selected(&[], &[]).len(), Suite::embedded().cases.len());
        assert_eq!(
            selected(&["cycle"], &["config/"]).len(),
            1 + selected(&[], &["config/"]).len()
        );
    }

    #[test]
    fn a_requirement_is_that_one_alone() {
        let suite = Suite::embedded();
        let of_one = selected(&[], &["clos-1"]);
        assert!(!of_one.is_empty());
        for id in of_one {
            assert!(suite.cases[&id].case.cites.contains(&"CLOS-1".to_owned()));
        }
    }
}
