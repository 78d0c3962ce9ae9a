//! Evidence that can be read on another machine.

use std::path::Path;

use passthrough_protocol::Evidence;
use serde_json::Value;

/// What are no places of one machine.
const EVERYWHERE: [&str; 3] = ["/", "/usr", "/usr/local"];

/// The evidence with words in braces for these places, and with `{base}` for
/// those of the interpreters that the hooks ran in. The command that runs it again
/// stays as it can be pasted.
pub(crate) fn portable(evidence: Evidence, places: &[(&str, &Path)]) -> Evidence {
    let recordings = evidence.runs.iter().flat_map(|run| &run.recordings);
    let bases = recordings.map(|recording| ("base", Path::new(&recording.seen.base_prefix)));
    let mut words: Vec<(String, String)> = places
        .iter()
        .copied()
        .chain(bases)
        .flat_map(|(word, place)| spelled(place).map(move |place| (place, format!("{{{word}}}"))))
        .filter(|(place, _)| !place.is_empty() && !EVERYWHERE.contains(&place.as_str()))
        .collect();
    // What is within another place has a word of its own.
    words.sort_by_key(|(place, _)| std::cmp::Reverse(place.len()));
    words.dedup();
    let Ok(mut value) = serde_json::to_value(&evidence) else {
        return evidence;
    };
    replace(&mut value, &words);
    let reproduce = evidence.reproduce.clone();
    let portable = serde_json::from_value(value).unwrap_or(evidence);
    Evidence {
        reproduce,
        ..portable
    }
}

/// A place as it was given, and as programs say it that resolve links.
fn spelled(place: &Path) -> impl Iterator<Item = String> {
    let resolved = fs_err::canonicalize(place).ok();
    let both = [Some(place.to_path_buf()), resolved];
    both.into_iter()
        .flatten()
        .map(|place| place.display().to_string())
}

fn replace(value: &mut Value, words: &[(String, String)]) {
    match value {
        Value::String(text) => {
            for (place, word) in words {
                if text.contains(place) {
                    *text = text.replace(place, word);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, words)),
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::{portable, replace};
    use passthrough_protocol::Evidence;

    fn evidence(base: &str) -> Evidence {
        let seen = json!({
            "executable": "/w/host/bin/python", "version": "3.11.7", "prefix": "/w/host",
            "base_prefix": base, "sys_path": [format!("{base}/lib"), "/w/site"],
            "distributions": [], "imports": {}, "scripts": {}, "entry_points": [], "data": []
        });
        let recording = json!({
            "schema": "passthrough-recording/1", "nonce": "n", "project": "demo",
            "hook": "build_wheel", "pid": 1, "directory": "/w/project", "environment": {},
            "seen": seen, "child": {"seen": seen, "error": null},
            "isolated_child": {"seen": null, "error": "/c/tool/bin/x and /c/other"}
        });
        serde_json::from_value(json!({
            "schema": "passthrough-evidence/1", "case": "x", "title": "", "why": "",
            "profile": "p", "version": "1", "prepared": false, "step": "wheel", "nonce": "n",
            "checks": [], "reproduce": "x --python /c/tool/python",
            "runs": [{
                "argv": ["/c/tool/bin/x", "--out=/w/out"], "directory": "/w/project",
                "environment": {"PATH": "/w/host/bin:/usr/bin:/bin"},
                "ending": "exit", "exit_code": 0, "millis": 1, "stdout": "", "stderr": "",
                "left_processes": 0, "recordings": [recording], "refused_recordings": [],
                "requests": [], "attempts": [], "host_changes": [], "results": [],
                "built_with": null, "trouble": []
            }]
        }))
        .unwrap()
    }

    fn places() -> [(&'static str, &'static Path); 3] {
        [
            ("cache", Path::new("/c")),
            ("tool", Path::new("/c/tool")),
            ("world", Path::new("/w")),
        ]
    }

    #[test]
    fn no_place_of_the_machine_is_left() {
        let found = portable(evidence("/opt/python"), &places());
        let run = &found.runs[0];
        assert_eq!(run.argv, ["{tool}/bin/x", "--out={world}/out"]);
        assert_eq!(run.environment["PATH"], "{world}/host/bin:/usr/bin:/bin");
        let recording = &run.recordings[0];
        assert_eq!(recording.seen.base_prefix, "{base}");
        assert_eq!(recording.seen.sys_path, ["{base}/lib", "{world}/site"]);
        let said = recording.isolated_child.error.as_deref();
        assert_eq!(said, Some("{tool}/bin/x and {cache}/other"));
        assert_eq!(found.reproduce, "x --python /c/tool/python");
    }

    #[test]
    fn what_is_everywhere_is_said() {
        let found = portable(evidence("/usr"), &places());
        assert_eq!(found.runs[0].recordings[0].seen.base_prefix, "/usr");
        assert_eq!(
            found.runs[0].environment["PATH"],
            "{world}/host/bin:/usr/bin:/bin"
        );
    }

    #[test]
    fn keys_are_names_and_stay() {
        let mut value = json!({"/w": "/w"});
        replace(&mut value, &[("/w".to_owned(), "{world}".to_owned())]);
        assert_eq!(value, json!({"/w": "{world}"}));
    }
}
