use crate::ExtraName;

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

/// An environment marker; the default one is always true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marker(pub(crate) pep508_rs::MarkerTree);

/// What a marker says, and what in it has no defined meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the marker is true.
    pub applies: bool,
    /// Comparisons whose outcome `packaging` leaves undefined, in words. Such
    /// a comparison counts as true: to ask for too much is the safe side.
    pub dubious: Vec<String>,
}

impl Marker {
    /// Evaluates once with `extra=""` and once with each of `extras`; true
    /// when any of these is.
    pub fn evaluate<'a>(
        &self,
        environment: &MarkerEnvironment,
        extras: impl IntoIterator<Item = &'a ExtraName>,
    ) -> Verdict {
        let _ = (environment, extras.into_iter().count());
        todo!()
    }
}
