//! The command line of an installer.

use std::io::Write;
use std::process::Command;

use passthrough_requirement::Source;
use tempfile::NamedTempFile;

use super::choose::{Installer, Program};
use super::error::InstallErrorKind;
use super::places::is_local;
use super::{Installation, pip_settings, uv_settings, variables};

/// A command, and the settings that it will read.
pub(super) struct Prepared {
    pub(super) command: Command,
    /// It may hold credentials of the user: it goes when this goes.
    _settings: Option<NamedTempFile>,
}

pub(super) fn prepare(
    installer: &Installer,
    installation: &Installation<'_>,
) -> Result<Prepared, InstallErrorKind> {
    let mut prepared = match &installer.program {
        Program::Uv(uv) => with_uv(Command::new(uv), installation)?,
        Program::Pip(python) => {
            let mut command = Command::new(python);
            command
                .args(["-m", "pip", "--python"])
                .arg(installation.python);
            with_pip(command, installer, installation)?
        }
        Program::Wheel(wheel) => {
            let mut command = Command::new(installation.python);
            command.arg(wheel.join("pip"));
            with_pip(command, installer, installation)?
        }
    };
    let requirements = installation.requirements.iter().map(ToString::to_string);
    prepared
        .command
        .arg("--")
        .args(requirements)
        .current_dir(installation.scratch)
        // The host's own pip is not to leave bytecode in the host.
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(prepared)
}

fn with_uv(
    mut command: Command,
    installation: &Installation<'_>,
) -> Result<Prepared, InstallErrorKind> {
    if let Some(requirement) = installation.requirements.iter().find(|requirement| {
        matches!(&requirement.source, Source::Url(url) if url.as_str().contains("${"))
    }) {
        return Err(InstallErrorKind::Variable {
            requirement: requirement.to_string(),
        });
    }
    let user = installation.user;
    command
        .env_clear()
        .envs(variables::common(user))
        .envs(variables::of_uv(user))
        // What it says of a conflict is read again.
        .env("UV_NO_WRAP", "1")
        .env("UV_PYTHON_DOWNLOADS", "never")
        .args(["pip", "install", "--color", "never", "--no-progress"])
        .arg("--python")
        .arg(installation.python);
    let settings = match uv_settings::read(user)?.to_text() {
        None => {
            command.arg("--no-config");
            None
        }
        Some(text) => {
            // Readable for its owner alone.
            let mut file = tempfile::Builder::new()
                .prefix("uv-")
                .suffix(".toml")
                .tempfile_in(installation.scratch)
                .map_err(InstallErrorKind::Io)?;
            file.write_all(text.as_bytes())
                .map_err(InstallErrorKind::Io)?;
            command.arg("--config-file").arg(file.path());
            Some(file)
        }
    };
    // Those of the variable: on the command line, ours would take their place.
    let constraints = variables::uv_constraints(user);
    for constraint in installation.constraints.iter().chain(&constraints) {
        command.arg("--constraint").arg(constraint);
    }
    if installation.offline {
        command.arg("--offline");
    }
    Ok(Prepared {
        command,
        _settings: settings,
    })
}

fn with_pip(
    mut command: Command,
    installer: &Installer,
    installation: &Installation<'_>,
) -> Result<Prepared, InstallErrorKind> {
    let user = installation.user;
    let mut settings = pip_settings::read(user, installer.prefix())?;
    if installation.offline {
        // pip has no such mode: it is kept from every place that is not local.
        settings = settings.offline();
        let remote = installation.requirements.iter().filter(|requirement| {
            matches!(&requirement.source, Source::Url(url) if !is_local(url.as_str()))
        });
        let wanted: Vec<String> = remote.map(ToString::to_string).collect();
        if !wanted.is_empty() {
            return Err(InstallErrorKind::Offline { wanted });
        }
    }
    command
        .env_clear()
        .envs(variables::common(user))
        .envs(settings.variables())
        // Its files have been read: they hold more than what holds here.
        .env("PIP_CONFIG_FILE", "/dev/null")
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .env("PIP_NO_INPUT", "1")
        .env("PIP_NO_COLOR", "1")
        .env("PIP_PROGRESS_BAR", "off")
        .args(["install", "--no-compile", "--no-warn-script-location"]);
    // The settings' own constraints hold beside these.
    for constraint in installation.constraints {
        command.arg("--constraint").arg(constraint);
    }
    Ok(Prepared {
        command,
        _settings: None,
    })
}
