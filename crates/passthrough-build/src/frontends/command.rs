//! The command line of a frontend.

use std::ffi::OsString;
use std::process::Command;

use super::Job;
use super::find::{Program, Tool};
use super::profile::Frontend;
use crate::hooks::Artefact;
use crate::installer::version_of;

/// Starts a module as `python -m` does, but for the current directory, which
/// would come before the module's own. Hooks do not see the user's own site
/// directory, where the module itself may be.
///
/// A module that builds with `sys.executable`, and has no option to name
/// another interpreter, is given one in the first argument.
const MODULE: &str = "\
import sys
sys.path[:] = filter(None, sys.path)
import os, runpy
os.environ['PYTHONNOUSERSITE'] = '1'
sys.executable = sys.argv.pop(1) or sys.executable
module = sys.argv.pop(1)
runpy.run_module(module, run_name='__main__', alter_sys=True)
";

/// uv calls its own backend directly, past what the environment has of it,
/// unless it is told not to; from this version on it can be told.
const FORCE_PEP_517: &str = "0.7.0";

pub(super) fn command(tool: &Tool, job: &Job<'_>) -> Command {
    let profile = tool.frontend().profile();
    let mut command = start(tool, job);
    command
        .args(arguments(tool, job))
        .args(job.arguments)
        .current_dir(job.project)
        .env_clear()
        .envs(job.variables.iter())
        // The frontend may be in the user's own site directory; the
        // environment's interpreter does without anyway.
        .env_remove("PYTHONNOUSERSITE")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    for variable in profile.withheld {
        command.env_remove(variable);
    }
    match tool.frontend() {
        Frontend::Uv => {
            command.env("UV_PYTHON_DOWNLOADS", "never");
        }
        Frontend::Pdm => {
            command
                .env("PDM_PYTHON", job.python)
                .env("PDM_CHECK_UPDATE", "0")
                // It would have uv build, in isolation.
                .env("PDM_USE_UV", "0");
        }
        Frontend::Hatch => {
            // It keeps notes on what it has installed into an environment, by
            // the project's place: another one's are not true of this one.
            let notes = job.environment.join(".passthrough/hatch");
            command
                .env("HATCH_ENV_TYPE_VIRTUAL_PATH", job.environment)
                .env("HATCH_DATA_DIR", notes);
        }
        Frontend::Pip => {
            command.env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        }
        Frontend::Build => {}
    }
    command
}

/// The program, as far as the frontend's own arguments.
fn start(tool: &Tool, job: &Job<'_>) -> Command {
    match tool.program() {
        Program::Executable(path) => Command::new(path),
        Program::Module(python, module) => {
            let mut command = Command::new(python);
            command.args(["-c", MODULE]);
            match tool.frontend() {
                Frontend::Build => command.arg(job.python),
                _ => command.arg(""),
            };
            command.arg(module);
            command
        }
        Program::Wheel(wheel) => {
            let mut command = Command::new(job.python);
            command.arg(wheel.join("pip"));
            command
        }
    }
}

fn arguments(tool: &Tool, job: &Job<'_>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut add = |words: &[&str]| arguments.extend(words.iter().map(OsString::from));
    let wheel = job.artefact == Artefact::Wheel;
    let kind = if wheel { "--wheel" } else { "--sdist" };
    match tool.frontend() {
        Frontend::Pip => {
            if !matches!(tool.program(), Program::Wheel(_)) {
                add(&["--python"]);
                arguments.push(job.python.into());
            }
            arguments.extend(
                [
                    "wheel",
                    "--no-build-isolation",
                    "--check-build-dependencies",
                    "--no-deps",
                    "-w",
                ]
                .map(OsString::from),
            );
            arguments.extend([job.output.into(), job.project.into()]);
        }
        Frontend::Build => {
            add(&["--no-isolation", "--skip-dependency-check", kind, "-o"]);
            arguments.extend([job.output.into(), job.project.into()]);
        }
        Frontend::Uv => {
            add(&["build", "--no-build-isolation", kind]);
            if tool.version() >= &version_of(FORCE_PEP_517) {
                add(&["--force-pep517"]);
            }
            add(&["--python"]);
            arguments.extend([job.python.into(), "-o".into()]);
            arguments.extend([job.output.into(), job.project.into()]);
        }
        Frontend::Pdm => {
            let other = if wheel { "--no-sdist" } else { "--no-wheel" };
            // Cleaning removes all that is in the output directory.
            add(&["build", "--no-isolation", "--no-clean", other, "-d"]);
            arguments.extend([job.output.into(), "-p".into(), job.project.into()]);
        }
        Frontend::Hatch => {
            add(&["build", "-t", job.artefact.as_str()]);
            arguments.push(job.output.into());
        }
    }
    arguments
}
