//! What each frontend can do, as data.

use std::fmt;
use std::str::FromStr;

use super::error::{FrontendError, FrontendErrorKind};
use crate::hooks::Artefact;

/// A frontend that can be run in a prepared environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frontend {
    /// pip.
    Pip,
    /// The Python Packaging Authority's `build`.
    Build,
    /// uv.
    Uv,
    /// PDM.
    Pdm,
    /// Hatch.
    Hatch,
}

/// What there is to know of a frontend.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Which one.
    pub frontend: Frontend,
    /// Its name, and that of its distribution on PyPI.
    pub name: &'static str,
    /// The oldest version that uses the environment and nothing else.
    pub oldest: &'static str,
    /// What it can build.
    pub artefacts: &'static [Artefact],
    /// Its option for config settings, if it has one.
    pub settings: Option<&'static str>,
    /// The command for a wheel, in short, for people to read.
    pub command: &'static str,
    /// Variables of the user that do not hold: they name another environment,
    /// or something else to build.
    pub(super) withheld: &'static [&'static str],
}

const BOTH: &[Artefact] = &[Artefact::Wheel, Artefact::Sdist];

/// All of them. None builds an editable wheel as a file.
pub const PROFILES: &[Profile] = &[
    Profile {
        frontend: Frontend::Pip,
        name: "pip",
        oldest: "22.3",
        artefacts: &[Artefact::Wheel],
        settings: Some("-C KEY=VALUE"),
        command: "pip --python {python} wheel --no-build-isolation --check-build-dependencies \
                  --no-deps -w OUT PROJECT",
        withheld: &[
            "PIP_EDITABLE",
            "PIP_GROUP",
            "PIP_PYTHON",
            "PIP_REQUIREMENT",
            "PIP_REQUIREMENTS_FROM_SCRIPT",
        ],
    },
    Profile {
        frontend: Frontend::Build,
        name: "build",
        oldest: "1.0.0",
        artefacts: BOTH,
        settings: Some("-C KEY=VALUE"),
        command: "python -m build --no-isolation --skip-dependency-check --wheel -o OUT PROJECT",
        withheld: &[],
    },
    Profile {
        frontend: Frontend::Uv,
        name: "uv",
        oldest: "0.5.0",
        artefacts: BOTH,
        settings: Some("-C KEY=VALUE"),
        command: "uv build --no-build-isolation --force-pep517 --python {python} --wheel -o OUT \
                  PROJECT",
        withheld: &[
            "UV_MANAGED_PYTHON",
            "UV_NO_BUILD_ISOLATION",
            "UV_NO_MANAGED_PYTHON",
            "UV_PROJECT",
            "UV_PYTHON",
            "UV_PYTHON_PREFERENCE",
            "UV_SYSTEM_PYTHON",
            "UV_WORKING_DIR",
        ],
    },
    Profile {
        frontend: Frontend::Pdm,
        name: "pdm",
        oldest: "2.20.0",
        artefacts: BOTH,
        settings: Some("-C KEY=VALUE"),
        command: "PDM_PYTHON={python} pdm build --no-isolation --no-clean --no-sdist -d OUT -p \
                  PROJECT",
        withheld: &[
            "PDM_BUILD_ISOLATION",
            "PDM_IGNORE_ACTIVE_VENV",
            "PDM_IGNORE_SAVED_PYTHON",
            "PDM_PROJECT",
            "PDM_PYTHON_VERSION",
        ],
    },
    Profile {
        frontend: Frontend::Hatch,
        name: "hatch",
        oldest: "1.16.0",
        artefacts: BOTH,
        settings: None,
        command: "HATCH_ENV_TYPE_VIRTUAL_PATH={env} hatch build -t wheel OUT",
        withheld: &[
            "HATCH_BUILD_LOCATION",
            "HATCH_ENV",
            "HATCH_ENV_ACTIVE",
            "HATCH_ENV_TYPE_VIRTUAL_UV_PATH",
            "HATCH_PROJECT",
        ],
    },
];

impl Frontend {
    /// What there is to know of it.
    pub fn profile(self) -> &'static Profile {
        match self {
            Self::Pip => &PROFILES[0],
            Self::Build => &PROFILES[1],
            Self::Uv => &PROFILES[2],
            Self::Pdm => &PROFILES[3],
            Self::Hatch => &PROFILES[4],
        }
    }
}

impl fmt::Display for Frontend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.profile().name)
    }
}

impl FromStr for Frontend {
    type Err = FrontendError;

    /// A frontend by its name; of some others the error says why not.
    fn from_str(name: &str) -> Result<Self, FrontendError> {
        let known = PROFILES.iter().find(|profile| profile.name == name);
        known.map(|profile| profile.frontend).ok_or_else(|| {
            let kind = match name {
                "poetry" => FrontendErrorKind::Poetry,
                "flit" => FrontendErrorKind::Flit,
                _ => FrontendErrorKind::Unknown(name.to_owned()),
            };
            FrontendError {
                kind,
                frontend: None,
                words: String::new(),
            }
        })
    }
}

/// What each frontend can do, one line each, as a table for people to read.
pub fn table() -> String {
    let mut lines = vec![format!(
        "{:<9} {:<7} {:<13} {:<13} {}",
        "frontend", "from", "builds", "settings", "command"
    )];
    lines.extend(PROFILES.iter().map(|profile| {
        let artefacts: Vec<&str> = profile.artefacts.iter().map(|each| each.as_str()).collect();
        format!(
            "{:<9} {:<7} {:<13} {:<13} {}",
            profile.name,
            profile.oldest,
            artefacts.join(", "),
            profile.settings.unwrap_or("none"),
            profile.command
        )
    }));
    lines.join("\n")
}
