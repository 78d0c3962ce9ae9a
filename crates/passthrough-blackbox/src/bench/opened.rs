//! A world for a person: made, served, and left to them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fs_err as fs;
use passthrough_protocol::{BlackboxCase, RecordedRequest};
use passthrough_wheelhouse::{Index, IndexOptions, TrapProxy};

use super::command::command;
use super::{Bench, Prepared, RunError, Stage, recorded_request};
use crate::tool::Frontend;
use crate::world::World;

/// A world whose index serves, and whose way out is shut, while this lives.
#[derive(Debug)]
pub struct Opened {
    /// The world.
    pub world: World,
    index: Index,
    proxy: TrapProxy,
}

/// What a frontend is run with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The command and its arguments.
    pub argv: Vec<String>,
    /// Where it runs.
    pub directory: PathBuf,
    /// All of its environment.
    pub environment: BTreeMap<String, String>,
}

impl Opened {
    /// The address of the index.
    pub fn index(&self) -> String {
        self.index.url()
    }

    /// What was asked of the index so far.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.index.requests().iter().map(recorded_request).collect()
    }
}

impl Bench {
    /// Makes the world of a case in a directory that is empty or not there, and
    /// serves its index at this port, 0 for a free one. Nothing is run.
    pub fn open(
        &self,
        case: &BlackboxCase,
        frontend: &Frontend,
        directory: &Path,
        port: u16,
    ) -> Result<Opened, RunError> {
        let options = IndexOptions {
            port,
            ..IndexOptions::default()
        };
        let index = Index::start(Vec::new(), options)?;
        let proxy = TrapProxy::start(0)?;
        let mut world = self.world(case, frontend, &index.url(), directory)?;
        index.add(std::mem::take(&mut world.archives));
        Ok(Opened {
            world,
            index,
            proxy,
        })
    }

    /// What the frontend would be run with: once for each host. Without, what the
    /// frontend lacks for the case.
    pub fn command_lines(
        &self,
        opened: &Opened,
        case: &BlackboxCase,
        frontend: &Frontend,
        prepared: Option<&Prepared>,
    ) -> Result<Vec<CommandLine>, RunError> {
        let world = &opened.world;
        let stage = Stage {
            bench: self,
            case,
            frontend,
            prepared,
            command: command(case, frontend, prepared).map_err(RunError::Lacking)?,
            world,
            index: &opened.index,
            proxy: &opened.proxy,
        };
        let mut lines = Vec::new();
        for (number, host) in world.hosts.iter().enumerate() {
            let out = world.directory.join(format!("out-{}", number + 1));
            fs::create_dir_all(&out)?;
            let (argv, environment) = stage.filled(host, &out);
            lines.push(CommandLine {
                argv,
                directory: world.project.clone(),
                environment,
            });
        }
        Ok(lines)
    }
}
