use std::borrow::Cow;

/// The values that environment markers are evaluated with, but for `extra`.
///
/// The names are those of the "dependency specifiers" specification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the marker of that name")]
pub struct MarkerEnvironment {
    pub implementation_name: String,
    pub implementation_version: String,
    pub os_name: String,
    pub platform_machine: String,
    pub platform_python_implementation: String,
    pub platform_release: String,
    pub platform_system: String,
    pub platform_version: String,
    pub python_full_version: String,
    pub python_version: String,
    pub sys_platform: String,
}

/// The name of a marker's variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    DependencyGroups,
    Extra,
    Extras,
    ImplementationName,
    ImplementationVersion,
    OsName,
    PlatformMachine,
    PlatformPythonImplementation,
    PlatformRelease,
    PlatformSystem,
    PlatformVersion,
    PythonFullVersion,
    PythonVersion,
    SysPlatform,
}

const VARIABLES: [Variable; 14] = [
    Variable::DependencyGroups,
    Variable::Extra,
    Variable::Extras,
    Variable::ImplementationName,
    Variable::ImplementationVersion,
    Variable::OsName,
    Variable::PlatformMachine,
    Variable::PlatformPythonImplementation,
    Variable::PlatformRelease,
    Variable::PlatformSystem,
    Variable::PlatformVersion,
    Variable::PythonFullVersion,
    Variable::PythonVersion,
    Variable::SysPlatform,
];

impl Variable {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::DependencyGroups => "dependency_groups",
            Self::Extra => "extra",
            Self::Extras => "extras",
            Self::ImplementationName => "implementation_name",
            Self::ImplementationVersion => "implementation_version",
            Self::OsName => "os_name",
            Self::PlatformMachine => "platform_machine",
            Self::PlatformPythonImplementation => "platform_python_implementation",
            Self::PlatformRelease => "platform_release",
            Self::PlatformSystem => "platform_system",
            Self::PlatformVersion => "platform_version",
            Self::PythonFullVersion => "python_full_version",
            Self::PythonVersion => "python_version",
            Self::SysPlatform => "sys_platform",
        }
    }

    /// The variable of exactly this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        VARIABLES
            .into_iter()
            .find(|variable| variable.as_str() == name)
    }

    /// The variable of this name or of a spelling from before PEP 508.
    pub(super) fn read(name: &str) -> Option<Self> {
        match name {
            "os.name" => Some(Self::OsName),
            "platform.machine" => Some(Self::PlatformMachine),
            "platform.python_implementation" | "python_implementation" => {
                Some(Self::PlatformPythonImplementation)
            }
            "platform.version" => Some(Self::PlatformVersion),
            "sys.platform" => Some(Self::SysPlatform),
            _ => Self::named(name),
        }
    }

    /// Whether its values are versions (`platform_release` where it can be).
    pub(super) fn is_version(self) -> bool {
        matches!(
            self,
            Self::ImplementationVersion
                | Self::PlatformRelease
                | Self::PythonFullVersion
                | Self::PythonVersion
        )
    }

    /// Its value; none for what only lock files have.
    pub(super) fn value<'a>(
        self,
        environment: &'a MarkerEnvironment,
        extra: &'a str,
    ) -> Option<Cow<'a, str>> {
        let value = match self {
            Self::DependencyGroups | Self::Extras => return None,
            Self::Extra => extra,
            Self::ImplementationName => &environment.implementation_name,
            Self::ImplementationVersion => &environment.implementation_version,
            Self::OsName => &environment.os_name,
            Self::PlatformMachine => &environment.platform_machine,
            Self::PlatformPythonImplementation => &environment.platform_python_implementation,
            Self::PlatformRelease => &environment.platform_release,
            Self::PlatformSystem => &environment.platform_system,
            Self::PlatformVersion => &environment.platform_version,
            // A Python built from an untagged commit says `3.15.0a1+`.
            Self::PythonFullVersion if environment.python_full_version.ends_with('+') => {
                return Some(format!("{}local", environment.python_full_version).into());
            }
            Self::PythonFullVersion => &environment.python_full_version,
            Self::PythonVersion => &environment.python_version,
            Self::SysPlatform => &environment.sys_platform,
        };
        Some(value.into())
    }
}
