//! Mutants of what surrounds the planner: how the project and the host are
//! read, and what is done with an error. Each changes the question, or the
//! answer, and has the reference decide.

use serde_json::{Value, json};

use crate::case::answer;

/// A reader that breaks one rule.
pub(crate) struct Reader {
    pub(crate) name: &'static str,
    pub(crate) breaks: &'static str,
    pub(crate) what: &'static str,
    pub(crate) answer: fn(&Value) -> Value,
}

const KEY: &str = "no-build-isolation-package";

pub(crate) static READERS: &[Reader] = &[
    Reader {
        name: "NamesWhatIsBuilt",
        breaks: "CONF-1",
        what: "a list concerns the packages that are built, as uv means it",
        answer: |input| {
            let text = lines(pyproject(input), |line| !line.starts_with(KEY));
            answer(&with(input, "pyproject", text.into()))
        },
    },
    Reader {
        name: "ListsOfAllTablesCount",
        breaks: "CONF-4",
        what: "a frontend acts on the tables of others",
        answer: |input| answer(&with(input, "frontend", Value::Null)),
    },
    Reader {
        name: "FirstListOnly",
        breaks: "CONF-4",
        what: "the neutral reading takes the first list only",
        answer: |input| {
            let text = pyproject(input);
            let mut seen = false;
            let first = lines(text, |line| {
                !line.starts_with(KEY) || !std::mem::replace(&mut seen, true)
            });
            answer(&with(input, "pyproject", first.into()))
        },
    },
    Reader {
        name: "PublishedSpellingIgnored",
        breaks: "CONF-5",
        what: "the spelling in [build-system] does not count",
        answer: |input| {
            let text = lines(pyproject(input), |line| !is_published(line));
            answer(&with(input, "pyproject", text.into()))
        },
    },
    Reader {
        name: "PublishedSpellingCountsForAll",
        breaks: "CONF-4",
        what: "a frontend acts on the spelling in [build-system]",
        answer: |input| {
            if pyproject(input).lines().any(is_published) {
                answer(&with(input, "frontend", Value::Null))
            } else {
                answer(input)
            }
        },
    },
    Reader {
        name: "PublishedSpellingIsSilent",
        breaks: "CONF-5",
        what: "the spelling in [build-system] is not reported",
        answer: |input| silent(input, "BIP116"),
    },
    Reader {
        name: "OtherMeaningIsSilent",
        breaks: "CONF-6",
        what: "that uv reads the key in another sense is not reported",
        answer: |input| silent(input, "BIP114"),
    },
    Reader {
        name: "OwnNameIsSilent",
        breaks: "CONF-6",
        what: "a list with the project's own name is not warned of",
        answer: |input| silent(input, "BIP115"),
    },
    Reader {
        name: "PixisListIsRead",
        breaks: "CONF-6",
        what: "the list of pixi is read as a passthrough list",
        answer: |input| {
            let text = pyproject(input).replace("no-build-isolation = ", &format!("{KEY} = "));
            let text = text.replace("[tool.pixi.pypi-options]", "[tool.pixi]");
            answer(&with(input, "pyproject", text.into()))
        },
    },
    Reader {
        name: "DuplicatesAreSilent",
        breaks: "CONF-3",
        what: "names that are listed twice are not warned of",
        answer: |input| silent(input, "BIP113"),
    },
    Reader {
        name: "EmptyListsAreErrors",
        breaks: "CONF-3",
        what: "an empty list is an error",
        answer: |input| {
            if pyproject(input).contains(&format!("{KEY} = []")) {
                error("CONF-2")
            } else {
                answer(input)
            }
        },
    },
    Reader {
        name: "NoListMeansAll",
        breaks: "CONF-7",
        what: "without a list every build requirement passes through",
        answer: |input| {
            let text = pyproject(input);
            if text.contains("isolation") {
                return answer(input);
            }
            let names = "[\"setuptools\", \"torch\", \"numpy\"]";
            let text = format!("{text}\n[tool.example]\n{KEY} = {names}\n");
            answer(&with(input, "pyproject", text.into()))
        },
    },
    Reader {
        name: "InvalidListsAreIgnored",
        breaks: "CONF-2",
        what: "an invalid list counts as absent",
        answer: |input| {
            let answered = answer(input);
            if answered["error"]["code"] != "CONF-2" {
                return answered;
            }
            let text = lines(pyproject(input), |line| !line.starts_with(KEY));
            answer(&with(input, "pyproject", text.into()))
        },
    },
    Reader {
        name: "InvalidListsAreOtherErrors",
        breaks: "CONF-2",
        what: "an invalid list is reported as an invalid build requirement",
        answer: |input| {
            let answered = answer(input);
            if answered["error"]["code"] == "CONF-2" {
                error("CONF-8")
            } else {
                answered
            }
        },
    },
    Reader {
        name: "InvalidRequirementsAreIgnored",
        breaks: "CONF-8",
        what: "what is invalid in [build-system] is left out",
        answer: |input| {
            let answered = answer(input);
            if answered["error"]["code"] == "CONF-8" {
                answer(&with(input, "pyproject", "".into()))
            } else {
                answered
            }
        },
    },
    Reader {
        name: "InvalidAnswersOfHooksAreIgnored",
        breaks: "CONF-8",
        what: "what is invalid in the answer of a hook is left out",
        answer: |input| {
            let answered = answer(input);
            if answered["error"] == serde_json::json!({"stage": "second-pass", "code": "CONF-8"}) {
                answer(&with(input, "dynamic_requires", serde_json::json!([])))
            } else {
                answered
            }
        },
    },
    Reader {
        name: "UnknownKeysAreErrors",
        breaks: "CONF-8",
        what: "an unknown key in [build-system] is an error",
        answer: |input| {
            let mut keys = pyproject(input)
                .lines()
                .filter_map(|line| line.split_once(" = "));
            if keys.any(|(key, _)| key == "unknown-key") {
                error("CONF-8")
            } else {
                answer(input)
            }
        },
    },
    Reader {
        name: "ForeignListsAreErrors",
        breaks: "CONF-4",
        what: "an invalid list in the table of another tool is an error",
        answer: |input| {
            let neutral = answer(&with(input, "frontend", Value::Null));
            if neutral["error"]["code"] == "CONF-2" {
                neutral
            } else {
                answer(input)
            }
        },
    },
    Reader {
        name: "NoDefaultRequirements",
        breaks: "ELIG-not-required",
        what: "without [build-system] nothing is required",
        answer: |input| {
            let text = pyproject(input);
            if text.contains("[build-system]") {
                return answer(input);
            }
            let text = format!("[build-system]\nrequires = []\n\n{text}");
            answer(&with(input, "pyproject", text.into()))
        },
    },
    Reader {
        name: "AnyBuildInterpreterDiffers",
        breaks: "ELIG-interpreter",
        what: "an interpreter that is given for the build counts as another one",
        answer: |input| {
            let mut input = input.clone();
            if let Some(given) = input.get_mut("build_interpreter") {
                given["implementation"] = "other".into();
            }
            answer(&input)
        },
    },
    Reader {
        name: "FullVersionIsShort",
        breaks: "ELIG-marker",
        what: "python_full_version is X.Y",
        answer: |input| {
            let mut input = input.clone();
            let short = input["host"]["markers"]["python_version"].clone();
            input["host"]["markers"]["python_full_version"] = short;
            answer(&input)
        },
    },
    Reader {
        name: "ListedNamesAreNotNormalised",
        breaks: "CONF-3",
        what: "listed names are compared as they are written",
        answer: |input| {
            let text = lines(pyproject(input), |line| {
                !line.starts_with(KEY)
                    || line[KEY.len()..]
                        .chars()
                        .all(|c| !"ABCDEFGHIJKLMNOPQRSTUVWXYZ._".contains(c))
            });
            answer(&with(input, "pyproject", text.into()))
        },
    },
    Reader {
        name: "LastCopyWins",
        breaks: "ELIG-version",
        what: "of several copies of a name the last on sys.path counts",
        answer: |input| {
            let mut input = input.clone();
            if let Some(path) = input["host"]["sys_path"].as_array_mut() {
                path.reverse();
            }
            answer(&input)
        },
    },
    Reader {
        name: "FirstDirectoryOnly",
        breaks: "ELIG-host",
        what: "only the first directory of sys.path is the host's",
        answer: |input| {
            let mut input = input.clone();
            if let Some(path) = input["host"]["sys_path"].as_array_mut() {
                path.truncate(1);
            }
            answer(&input)
        },
    },
    Reader {
        name: "DirectoryNamesIgnored",
        breaks: "ELIG-metadata",
        what: "the version in the name of a directory is not looked at",
        answer: |input| {
            answer(&each_distribution(input, |distribution| {
                if let Some(fields) = distribution.as_object_mut() {
                    fields.remove("directory_version");
                }
            }))
        },
    },
    Reader {
        name: "DirectoryNamesAsText",
        breaks: "ELIG-metadata",
        what: "the version in the name of a directory is compared as text",
        answer: |input| {
            answer(&each_distribution(input, |distribution| {
                if let Some(given) = distribution.get("directory_version").cloned()
                    && given != distribution["version"]
                {
                    distribution["directory_version"] = "0+other".into();
                }
            }))
        },
    },
    Reader {
        name: "BadRequiresDistIgnored",
        breaks: "ELIG-metadata",
        what: "a Requires-Dist that does not parse is left out",
        answer: |input| {
            answer(&each_distribution(input, |distribution| {
                if let Some(edges) = distribution
                    .get_mut("requires_dist")
                    .and_then(Value::as_array_mut)
                {
                    edges.retain(|edge| {
                        let text = edge.as_str().unwrap_or_default();
                        text.parse::<passthrough_requirement::Requirement>().is_ok()
                    });
                }
            }))
        },
    },
    Reader {
        name: "FirstOfTwoVersionsCounts",
        breaks: "ELIG-metadata",
        what: "of two versions in one directory the first counts",
        answer: |input| {
            let mut input = input.clone();
            for entry in input["host"]["sys_path"]
                .as_array_mut()
                .into_iter()
                .flatten()
            {
                let mut seen = std::collections::BTreeSet::new();
                if let Some(distributions) = entry["distributions"].as_array_mut() {
                    distributions.retain(|one| seen.insert(one["name"].to_string()));
                }
            }
            answer(&input)
        },
    },
    Reader {
        name: "UnreadableIsAbsent",
        breaks: "ELIG-metadata",
        what: "a copy with unreadable metadata counts as not installed",
        answer: |input| {
            let mut input = input.clone();
            for entry in input["host"]["sys_path"]
                .as_array_mut()
                .into_iter()
                .flatten()
            {
                if let Some(distributions) = entry["distributions"].as_array_mut() {
                    distributions.retain(|one| one.get("unreadable").is_none());
                }
            }
            answer(&input)
        },
    },
    Reader {
        name: "ConflictsOfPassesAreIgnored",
        breaks: "DYN-3",
        what: "the plan is carried out although the backend cannot be satisfied",
        answer: |input| {
            let answered = answer(input);
            if answered["error"]["code"] == "DYN-3" {
                json!({"plan": {"listed": [], "expose": [], "install": [], "diagnostics": []}})
            } else {
                answered
            }
        },
    },
    Reader {
        name: "NamesAreInTheirNormalForm",
        breaks: "CONF-2",
        what: "a listed name with a capital, a dot or an underscore is an error",
        answer: |input| {
            let mut listed = pyproject(input)
                .lines()
                .filter(|line| line.starts_with(KEY));
            if listed
                .any(|line| line.contains(|c: char| c.is_ascii_uppercase() || "._".contains(c)))
            {
                error("CONF-2")
            } else {
                answer(input)
            }
        },
    },
    Reader {
        name: "AnyRefusalIsOfAll",
        breaks: "ELIG-denied",
        what: "who refuses a name refuses all",
        answer: |input| {
            let mut input = input.clone();
            if input["policy"]["denied"] != json!([]) {
                input["policy"]["deny_all"] = true.into();
            }
            answer(&input)
        },
    },
    Reader {
        name: "HooksMayNotAskForWhatIsExposed",
        breaks: "DYN-3",
        what: "a dynamic requirement of something exposed is an error, whatever its version",
        answer: |input| {
            let exposed: Vec<&str> = (input["present"].as_array().into_iter().flatten())
                .filter(|present| present["exposed"] == true)
                .filter_map(|present| present["name"].as_str())
                .collect();
            let dynamic = input["dynamic_requires"].as_array().into_iter().flatten();
            let mut dynamic = dynamic.filter_map(Value::as_str);
            if dynamic.any(|text| exposed.iter().any(|name| text.starts_with(name))) {
                json!({"error": {"stage": "second-pass", "code": "DYN-3"}})
            } else {
                answer(input)
            }
        },
    },
];

fn pyproject(input: &Value) -> &str {
    input["pyproject"].as_str().unwrap()
}

fn is_published(line: &str) -> bool {
    line.starts_with("build_isolation_passthrough")
        || line.starts_with("build-isolation-passthrough")
}

/// The lines to keep.
fn lines(text: &str, keep: impl FnMut(&&str) -> bool) -> String {
    let kept: Vec<&str> = text.lines().filter(keep).collect();
    kept.join("\n") + "\n"
}

fn with(input: &Value, key: &str, value: Value) -> Value {
    let mut input = input.clone();
    input[key] = value;
    input
}

fn each_distribution(input: &Value, change: impl Fn(&mut Value)) -> Value {
    let mut input = input.clone();
    for entry in input["host"]["sys_path"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        for distribution in entry["distributions"].as_array_mut().into_iter().flatten() {
            change(distribution);
        }
    }
    input
}

/// The answer without the findings of one code.
fn silent(input: &Value, code: &str) -> Value {
    let mut answer = answer(input);
    if let Some(found) = answer
        .pointer_mut("/plan/diagnostics")
        .and_then(Value::as_array_mut)
    {
        found.retain(|one| one["code"] != code);
    }
    answer
}

fn error(code: &str) -> Value {
    json!({"error": {"stage": "configuration", "code": code}})
}
