//! What the probe answers.

use passthrough_requirement::MarkerEnvironment;
use serde::{Deserialize, Serialize};

use crate::text::Bytes;

/// The probe's answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The facts of a Python that is supported.
    Facts(Box<Facts>),
    /// The version of one that is not.
    TooOld(Bytes),
}

/// What an interpreter says of itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facts {
    /// `sys.executable`, may be empty.
    pub(crate) executable: Bytes,
    pub(crate) prefix: Bytes,
    pub(crate) base_prefix: Bytes,
    pub(crate) base_exec_prefix: Bytes,
    pub(crate) abi_flags: Bytes,
    pub(crate) platform: Bytes,
    pub(crate) markers: Markers,
    /// The absolute entries of `sys.path`, existing or not.
    pub(crate) path: Vec<Bytes>,
    /// The directory of the module `os`, may be empty.
    pub(crate) stdlib: Bytes,
    /// `site.getsitepackages()`, existing or not.
    pub(crate) packages: Vec<Bytes>,
    /// `site.USER_SITE` if it is enabled, existing or not: none or one.
    pub(crate) user: Vec<Bytes>,
    /// The files of `sitecustomize` and `usercustomize`, where there are such.
    pub(crate) customize: Vec<Bytes>,
}

/// The values of the environment markers, as they are written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Markers {
    implementation_name: Bytes,
    implementation_version: Bytes,
    os_name: Bytes,
    platform_machine: Bytes,
    platform_python_implementation: Bytes,
    platform_release: Bytes,
    platform_system: Bytes,
    platform_version: Bytes,
    python_full_version: Bytes,
    python_version: Bytes,
    sys_platform: Bytes,
}

impl From<Markers> for MarkerEnvironment {
    fn from(markers: Markers) -> Self {
        Self {
            implementation_name: markers.implementation_name.into_string(),
            implementation_version: markers.implementation_version.into_string(),
            os_name: markers.os_name.into_string(),
            platform_machine: markers.platform_machine.into_string(),
            platform_python_implementation: markers.platform_python_implementation.into_string(),
            platform_release: markers.platform_release.into_string(),
            platform_system: markers.platform_system.into_string(),
            platform_version: markers.platform_version.into_string(),
            python_full_version: markers.python_full_version.into_string(),
            python_version: markers.python_version.into_string(),
            sys_platform: markers.sys_platform.into_string(),
        }
    }
}

impl From<&MarkerEnvironment> for Markers {
    fn from(markers: &MarkerEnvironment) -> Self {
        Self {
            implementation_name: markers.implementation_name.as_str().into(),
            implementation_version: markers.implementation_version.as_str().into(),
            os_name: markers.os_name.as_str().into(),
            platform_machine: markers.platform_machine.as_str().into(),
            platform_python_implementation: markers.platform_python_implementation.as_str().into(),
            platform_release: markers.platform_release.as_str().into(),
            platform_system: markers.platform_system.as_str().into(),
            platform_version: markers.platform_version.as_str().into(),
            python_full_version: markers.python_full_version.as_str().into(),
            python_version: markers.python_version.as_str().into(),
            sys_platform: markers.sys_platform.as_str().into(),
        }
    }
}
