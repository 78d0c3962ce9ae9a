//! Modules whose distribution bears another name, and which builds often miss.

/// The distribution on PyPI that a module is known to come from.
pub(super) fn distribution(module: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 20] = [
        ("Cython", "cython"),
        ("distutils", "setuptools"),
        ("flit.buildapi", "flit"),
        ("flit_core", "flit-core"),
        ("flit_scm", "flit-scm"),
        ("hatchling", "hatchling"),
        ("jupyter_packaging", "jupyter-packaging"),
        ("maturin", "maturin"),
        ("mesonpy", "meson-python"),
        ("numpy", "numpy"),
        ("pbr", "pbr"),
        ("pdm.backend", "pdm-backend"),
        ("pkg_resources", "setuptools"),
        ("poetry.core", "poetry-core"),
        ("pybind11", "pybind11"),
        ("scikit_build_core", "scikit-build-core"),
        ("setuptools", "setuptools"),
        ("setuptools_scm", "setuptools-scm"),
        ("sipbuild", "sip"),
        ("uv_build", "uv-build"),
    ];
    let is_in = |known: &str| {
        module
            .strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let known = KNOWN.iter().find(|(known, _)| is_in(known));
    known.map(|(_, distribution)| *distribution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_parts_of_a_name_count() {
        for (module, expected) in [
            ("poetry.core", Some("poetry-core")),
            ("poetry.core.masonry.api", Some("poetry-core")),
            ("poetry", None),
            ("setuptools_scm", Some("setuptools-scm")),
            ("setuptools_rust", None),
        ] {
            assert_eq!(distribution(module), expected, "{module}");
        }
    }
}
