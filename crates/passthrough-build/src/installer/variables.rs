//! Which of the user's variables an installer gets.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use passthrough_interpreter::Environment;

use super::places::{Shape, User, absolute};

/// pip's options that hold, by the name they have in `pip.conf`; a variable is
/// `PIP_` and the name in capitals. pip 26.3's.
pub(super) const PIP: &[(&str, Shape)] = &[
    ("index-url", Shape::Place),
    ("pypi-url", Shape::Place),
    ("extra-index-url", Shape::Places(' ')),
    ("find-links", Shape::Places(' ')),
    ("no-index", Shape::Plain),
    ("proxy", Shape::Plain),
    ("no-proxy-env", Shape::Plain),
    ("cert", Shape::Path),
    ("client-cert", Shape::Path),
    ("trusted-host", Shape::Plain),
    ("keyring-provider", Shape::Plain),
    ("timeout", Shape::Plain),
    ("default-timeout", Shape::Plain),
    ("retries", Shape::Plain),
    ("resume-retries", Shape::Plain),
    ("cache-dir", Shape::Path),
    ("no-cache-dir", Shape::Plain),
    ("constraint", Shape::Places(' ')),
    ("build-constraint", Shape::Places(' ')),
    ("pre", Shape::Plain),
    ("all-releases", Shape::Plain),
    ("only-final", Shape::Plain),
    ("prefer-binary", Shape::Plain),
    ("no-binary", Shape::Plain),
    ("only-binary", Shape::Plain),
    ("uploaded-prior-to", Shape::Plain),
    // What guards the user stays: if it cannot be met, the installer says so.
    ("require-hashes", Shape::Plain),
];

/// uv's variables that hold. uv 0.13.8's.
const UV: &[(&str, Shape)] = &[
    ("UV_DEFAULT_INDEX", Shape::Place),
    ("UV_INDEX", Shape::Places(' ')),
    ("UV_INDEX_URL", Shape::Place),
    ("UV_EXTRA_INDEX_URL", Shape::Places(' ')),
    ("UV_FIND_LINKS", Shape::Places(',')),
    ("UV_NO_INDEX", Shape::Plain),
    ("UV_INDEX_STRATEGY", Shape::Plain),
    ("UV_TORCH_BACKEND", Shape::Plain),
    ("UV_CUDA_DRIVER_VERSION", Shape::Plain),
    ("UV_AMD_GPU_ARCHITECTURE", Shape::Plain),
    ("UV_KEYRING_PROVIDER", Shape::Plain),
    ("UV_CREDENTIALS_DIR", Shape::Path),
    ("UV_NO_HF_TOKEN", Shape::Plain),
    ("UV_S3_ENDPOINT_URL", Shape::Plain),
    ("UV_GCS_ENDPOINT_URL", Shape::Plain),
    ("UV_AZURE_ENDPOINT_URL", Shape::Plain),
    ("UV_NATIVE_TLS", Shape::Plain),
    ("UV_SYSTEM_CERTS", Shape::Plain),
    ("UV_INSECURE_HOST", Shape::Plain),
    ("UV_OFFLINE", Shape::Plain),
    ("UV_HTTP_TIMEOUT", Shape::Plain),
    ("UV_REQUEST_TIMEOUT", Shape::Plain),
    ("UV_HTTP_CONNECT_TIMEOUT", Shape::Plain),
    ("UV_HTTP_RETRIES", Shape::Plain),
    ("UV_CONCURRENT_DOWNLOADS", Shape::Plain),
    ("UV_CONCURRENT_BUILDS", Shape::Plain),
    ("UV_CONCURRENT_INSTALLS", Shape::Plain),
    ("UV_CACHE_DIR", Shape::Path),
    ("UV_NO_CACHE", Shape::Plain),
    ("UV_BUILD_CONSTRAINT", Shape::Places(' ')),
    ("UV_EXCLUDE_NEWER", Shape::Plain),
    ("UV_PRERELEASE", Shape::Plain),
    ("UV_RESOLUTION", Shape::Plain),
    ("UV_NO_BUILD", Shape::Plain),
    ("UV_NO_BUILD_PACKAGE", Shape::Plain),
    ("UV_NO_BINARY", Shape::Plain),
    ("UV_NO_BINARY_PACKAGE", Shape::Plain),
    ("UV_REQUIRE_HASHES", Shape::Plain),
    ("UV_MALWARE_CHECK", Shape::Plain),
    ("UV_LIBC", Shape::Plain),
];

/// `clone`, `copy` and `hardlink` hold. A symlink into the cache would have
/// files resolve to outside the environment (invariant I2).
const UV_LINK_MODE: &str = "UV_LINK_MODE";

/// Variables of others that hold a path.
const PATHS: &[(&str, Shape)] = &[
    ("NETRC", Shape::Path),
    ("SSL_CERT_FILE", Shape::Path),
    ("SSL_CERT_DIR", Shape::Paths(':')),
    ("SSL_CLIENT_CERT", Shape::Path),
    ("REQUESTS_CA_BUNDLE", Shape::Path),
    ("CURL_CA_BUNDLE", Shape::Path),
];

/// Variables that name another environment, or put something else on the path
/// of every interpreter that is started.
const WITHHELD: &[&str] = &[
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONINSPECT",
    "__PYVENV_LAUNCHER__",
];

/// The user's variables without any setting of an installer.
pub(super) fn common(user: &User<'_>) -> Vec<(OsString, OsString)> {
    user.environment
        .iter()
        .filter(|(name, _)| {
            let name = name.as_encoded_bytes();
            !name.starts_with(b"PIP_")
                && !name.starts_with(b"UV_")
                && name != b"UV"
                && !WITHHELD.iter().any(|withheld| withheld.as_bytes() == name)
        })
        .map(|(name, value)| {
            let path = PATHS.iter().find(|(path, _)| *path == name);
            let value = path.map_or_else(
                || value.to_owned(),
                |&(_, shape)| absolute_os(value, shape, user),
            );
            (name.to_owned(), value)
        })
        .collect()
}

/// uv's variables of the user that hold.
pub(super) fn of_uv(user: &User<'_>) -> Vec<(OsString, OsString)> {
    user.environment
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, value)| {
            let text = name.to_str()?;
            let shape = UV
                .iter()
                .find(|(known, _)| *known == text)
                .map(|(_, shape)| *shape)
                .or_else(|| is_credential(text).then_some(Shape::Plain))
                .or_else(|| (text == UV_LINK_MODE && value != "symlink").then_some(Shape::Plain))?;
            Some((name.to_owned(), absolute_os(value, shape, user)))
        })
        .collect()
}

/// The constraint files of `UV_CONSTRAINT`. They are for the command line,
/// where ours would otherwise replace them.
pub(super) fn uv_constraints(user: &User<'_>) -> Vec<PathBuf> {
    value(user.environment, "UV_CONSTRAINT").map_or_else(Vec::new, |files| {
        absolute(files, Shape::Places(' '), user.directory)
            .split(' ')
            .map(PathBuf::from)
            .collect()
    })
}

/// A variable that is set to text.
pub(super) fn value<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    environment.get(name)?.to_str()
}

/// `UV_INDEX_<NAME>_USERNAME` and `…_PASSWORD`.
fn is_credential(name: &str) -> bool {
    name.strip_prefix("UV_INDEX_")
        .is_some_and(|rest| rest.ends_with("_USERNAME") || rest.ends_with("_PASSWORD"))
}

fn absolute_os(value: &OsStr, shape: Shape, user: &User<'_>) -> OsString {
    match value.to_str() {
        Some(text) => absolute(text, shape, user.directory).into(),
        None if shape == Shape::Path => user.directory.join(value).into(),
        None => value.to_owned(),
    }
}
