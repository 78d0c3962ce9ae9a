use std::collections::BTreeMap;

use serde::Serialize;

/// `config_settings`: what a user tells the backend, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ConfigSettings(BTreeMap<String, Setting>);

/// The value of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Setting {
    /// Given once: a string to the backend.
    One(String),
    /// Given several times: a list of strings, in the order given.
    Many(Vec<String>),
}

impl ConfigSettings {
    /// Adds a value. A key's second value makes a list of it.
    pub fn add(&mut self, key: impl Into<String>, value: impl Into<String>) {
        use std::collections::btree_map::Entry;

        let value = value.into();
        match self.0.entry(key.into()) {
            Entry::Vacant(vacant) => {
                vacant.insert(Setting::One(value));
            }
            Entry::Occupied(mut occupied) => match occupied.get_mut() {
                Setting::Many(values) => values.push(value),
                Setting::One(first) => {
                    let values = vec![std::mem::take(first), value];
                    occupied.insert(Setting::Many(values));
                }
            },
        }
    }

    /// Whether nothing was set: a backend is then given `None`.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every key with its value, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for ConfigSettings {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut settings = Self::default();
        for (key, value) in pairs {
            settings.add(key, value);
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_given_again_is_a_list() {
        let settings: ConfigSettings = [("a", "1"), ("b", ""), ("a", "2"), ("a", "1")]
            .into_iter()
            .collect();
        assert_eq!(
            serde_json::to_string(&settings).unwrap(),
            r#"{"a":["1","2","1"],"b":""}"#
        );
        assert!(!settings.is_empty() && ConfigSettings::default().is_empty());
    }
}
