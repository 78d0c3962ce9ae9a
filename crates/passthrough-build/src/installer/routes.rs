//! Whether uv would go where pip goes.

use passthrough_interpreter::Environment;

use super::pip_settings::PipSettings;
use super::uv_settings::UvSettings;

/// pip's settings of where packages come from and how that is reached, each
/// with uv's settings of the same: a name in capitals is a variable, any other
/// a key of `uv.toml`.
const ROUTES: &[(&str, &[&str])] = &[
    ("index-url", SOURCES),
    ("pypi-url", SOURCES),
    ("extra-index-url", SOURCES),
    ("find-links", SOURCES),
    ("no-index", SOURCES),
    ("proxy", PROXIES),
    ("cert", CERTIFICATES),
    ("client-cert", &["SSL_CLIENT_CERT"]),
    ("trusted-host", &["UV_INSECURE_HOST", "allow-insecure-host"]),
];

const SOURCES: &[&str] = &[
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_NO_INDEX",
    "index",
    "index-url",
    "extra-index-url",
    "find-links",
    "no-index",
];
const PROXIES: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "https-proxy",
    "http-proxy",
];
const CERTIFICATES: &[&str] = &[
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS",
    "native-tls",
    "system-certs",
];

/// The first option that tells pip where packages come from, or how to get
/// there, of which uv is told nothing.
pub(super) fn unknown_to_uv(
    pip: &PipSettings,
    uv: &UvSettings,
    environment: &Environment,
) -> Option<&'static str> {
    let keys = uv.keys();
    let known =
        |setting: &str| environment.get(setting).is_some() || keys.iter().any(|key| key == setting);
    ROUTES
        .iter()
        .find(|(option, counterparts)| {
            pip.has(option) && !counterparts.iter().any(|each| known(each))
        })
        .map(|(option, _)| *option)
}
