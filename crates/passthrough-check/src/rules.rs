//! Every rule of every crate.

use passthrough_diagnostic::Rule;

/// All rules, by the crate that checks them.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        passthrough_config::RULES,
        passthrough_plan::RULES,
        passthrough_host::RULES,
        OWN,
    ]
    .into_iter()
    .flatten()
    .copied()
}

static OWN: &[&Rule] = &[&crate::host::RULE];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn no_code_or_name_is_used_twice() {
        let rules: Vec<_> = super::all().collect();
        let codes: BTreeSet<_> = rules.iter().map(|rule| rule.code).collect();
        let names: BTreeSet<_> = rules.iter().map(|rule| rule.name).collect();
        assert_eq!((codes.len(), names.len()), (rules.len(), rules.len()));
    }
}
