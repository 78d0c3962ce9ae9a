//! What the planner is asked, from what the user says and the files hold.

use passthrough_config::{Pyproject, Reading};
use passthrough_interpreter::Identity;
use passthrough_plan::{BuildRequirement, Input, Listing, Pass, Plan, Policy};
use passthrough_requirement::Requirement;

use crate::cli::DecisionArgs;
use crate::constraints::Constraints;
use crate::host::Host;

/// Whose tables count: that of one frontend, or all.
pub fn reading(table: Option<&str>) -> Reading {
    match table {
        Some(name) => Reading::Frontend(name.to_owned()),
        None => Reading::Neutral,
    }
}

/// What the user refuses.
pub fn policy(args: &DecisionArgs, constraints: &Constraints) -> Policy {
    Policy {
        denied: args.deny.iter().cloned().collect(),
        deny_all: args.no_passthrough,
        replacing: args.replacing.iter().cloned().collect(),
        hash_mode: constraints.hashes,
        strict: args.strict,
    }
}

/// A project, a host, and what the user says: all that a decision needs.
pub struct Question<'a> {
    /// The project's file.
    pub pyproject: &'a Pyproject,
    /// The host.
    pub host: &'a Host,
    /// The interpreter that the build runs on.
    pub build_interpreter: &'a Identity,
    /// The constraints that the frontend applies.
    pub constraints: &'a [Requirement],
    /// What the user refuses.
    pub policy: &'a Policy,
}

impl Question<'_> {
    /// Asks the planner.
    pub fn ask(&self, pass: Pass<'_>) -> Plan {
        let names = self.pyproject.declarations.iter();
        let listed: Vec<Listing> = names
            .flat_map(|declaration| &declaration.names)
            .map(|name| Listing {
                name: name.value.clone(),
                span: name.span.clone(),
            })
            .collect();
        let requirements = self.pyproject.requires.requirements.iter();
        let requirements: Vec<BuildRequirement> = requirements
            .map(|requirement| BuildRequirement {
                requirement: requirement.value.clone(),
                span: requirement.span.clone(),
            })
            .collect();
        passthrough_plan::plan(Input {
            project: self.pyproject.name.as_ref(),
            listed: &listed,
            requirements: &requirements,
            pass,
            constraints: self.constraints,
            host: passthrough_plan::Host {
                inventory: self.host.inventory.as_ref(),
                identity: &self.host.interpreter.identity,
                markers: &self.host.interpreter.markers,
            },
            build_interpreter: self.build_interpreter,
            policy: self.policy,
        })
    }
}
