//! Environments that are prepared for frontends, as a user would: by `run`.

use std::path::PathBuf;

use passthrough_blackbox::{Bench, Prepared, Profiles};
use passthrough_protocol::{Capability, RefusalArguments, Step};

use super::bench;
use crate::failure::Failure;

/// What prepares environments.
pub(super) struct Preparation {
    /// What installs the rest: the uv of the suite's own profile, whatever the
    /// frontend, so that the preparation is the same for all.
    uv: PathBuf,
}

impl Preparation {
    pub(super) fn new(bench: &Bench, profiles: &Profiles) -> Result<Self, Failure> {
        let profile = profiles
            .profiles
            .get("uv")
            .ok_or_else(|| Failure::unable("the suite has no profile of uv"))?;
        let said = "the uv that environments are prepared with";
        let frontend = bench::frontend(bench, profile, said)?;
        let directory = frontend.directory.unwrap_or_default();
        Ok(Self {
            uv: directory.join("bin/uv"),
        })
    }

    /// The environment that a step is run in, by the list in `table`.
    ///
    /// The words in braces are those of a profile, but for `{env}`, which `run`
    /// replaces.
    pub(super) fn of(&self, step: Step, table: &str) -> Prepared {
        let artefact = match step {
            Step::Editable => "editable",
            Step::Sdist => "sdist",
            Step::Wheel | Step::Metadata | Step::Requirement | Step::Archive => "wheel",
        };
        let uv = format!("UV={}", self.uv.display());
        let words = [
            "/usr/bin/env",
            &uv,
            "UV_DEFAULT_INDEX={index}",
            "UV_HTTP_RETRIES=0",
            "{self}",
            "run",
            "{project}",
            "--python",
            "{python}",
            "--installer",
            "uv",
            "--constraint",
            "{constraints}",
            "--for",
            artefact,
            "--table",
            table,
            "{refused}",
            "--",
        ];
        Prepared {
            environment: "{env}".to_owned(),
            wrapper: words.map(str::to_owned).to_vec(),
            capabilities: vec![
                Capability::BackendPath,
                Capability::Constraints,
                Capability::SdistRequirements,
            ],
            refusal: Some(RefusalArguments {
                name: ["--deny", "{name}"].map(str::to_owned).to_vec(),
                all: vec!["--no-passthrough".to_owned()],
            }),
        }
    }
}
