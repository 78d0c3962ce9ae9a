//! The documents that cross a process boundary, and the exit codes.
//!
//! This is the one crate with a stability promise: within a schema's number
//! nothing is renamed or removed, and nothing changes its meaning. It depends
//! on no other crate of ours; whoever holds richer types converts them.
//!
//! | document | type | schema |
//! |---|---|---|
//! | what `check --output-format json` prints | [`Plan`] | `passthrough-plan/1` |
//! | what is kept in a build environment, and `env --dry-run` prints | [`Manifest`] | `passthrough-manifest/1` |
//! | what is kept beside an artefact | [`BuildRecord`] | `passthrough-build/1` |
//! | what `--host-json` takes | [`Host`] | `passthrough-host/1` |
//! | a file of `conformance/cases/decision` | [`Case`] | |
//! | what `conformance export` prints | [`Vectors`] | `passthrough-vectors/1` |
//! | what `--expectations` takes, as TOML | [`Expectations`] | `passthrough-expectations/1` |
//! | what `conformance run` found | [`ConformanceReport`] | `passthrough-report/1` |
//! | a file of `conformance/mutants`, as TOML | [`Mutants`] | `passthrough-mutants/1` |
//! | what `conformance mutants` found | [`MutantsReport`] | `passthrough-mutants-report/1` |
//! | a file of `conformance/cases/blackbox` | [`BlackboxCase`] | |
//! | a file of `conformance/profiles`, as TOML | [`Profile`] | `passthrough-profile/1` |
//! | what the probe backend writes | [`Recording`] | `passthrough-recording/1` |
//! | what a black-box case came to | [`Evidence`] | `passthrough-evidence/1` |
//! | a line between the suite and an adapter | [`AdapterMessage`] | protocol 1 |

mod adapter;
mod blackbox;
mod build;
mod case;
mod exit;
mod expectations;
mod fields;
mod host;
mod manifest;
mod mutants;
mod number;
mod plan;
mod report;
mod schema;
mod vectors;

pub use adapter::{
    AdapterMessage, Answer, AnsweredDiagnostic, AnsweredPlan, Crashed, Implementation, PROTOCOL,
    Reply, Request, Started, Unsupported,
};
pub use blackbox::case::{
    BlackboxCase, BlackboxWorld, Check, Defect, DynamicRequires, Form, GivenDistribution,
    GivenProject, NestedProject, Run, View, What,
};
pub use blackbox::evidence::{
    CheckResult, Ending, Evidence, EvidenceSchema, RecordedAttempt, RecordedRequest, RunEvidence,
};
pub use blackbox::profile::{
    Capability, Control, HostDiscovery, Profile, ProfileSchema, RefusalArguments, Step,
    StepCommand, Steps, VersionCommand,
};
pub use blackbox::recording::{
    ChildSight, Recording, RecordingSchema, Seen, SeenDistribution, SeenEntryPoint, SeenImport,
    SeenScript,
};
pub use build::{ArtefactKind, BuildRecord, BuildRecordSchema, BuiltArtefact, Downloaded};
pub use case::{
    BuildInterpreter, Case, CaseInput, CasePolicy, Expectation, ExpectedError, ExpectedPlan,
    Feature, PartialDiagnostic, PartialExposed, PartialInstall, PartialListed, PresentDistribution,
    Refusal, Stage, Twin,
};
pub use exit::ExitCode;
pub use expectations::{Expectations, ExpectationsSchema, ExpectedFailure};
pub use host::{Distribution, Editable, Host, HostSchema, Markers, PathEntry, Python};
pub use manifest::{FileMode, Manifest, ManifestDistribution, ManifestFile, ManifestSchema};
pub use mutants::{
    Mutant, MutantResult, MutantVerdict, Mutants, MutantsReport, MutantsReportSchema,
    MutantsSchema, Patch,
};
pub use plan::{
    Because, Declaration, Diagnostic, Exposed, HostSummary, Install, Listed, Plan, PlanSchema,
    Project, Role, Severity, Status,
};
pub use report::{
    CaseResult, ConformanceReport, FrontendRun, Level, Met, ReportSchema, RequirementResult,
    RequirementVerdict, Summary, Verdict, Verdicts,
};
pub use schema::{SCHEMAS, Schema};
pub use vectors::{VectorRequirement, Vectors, VectorsSchema};
