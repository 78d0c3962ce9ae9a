//! What the name of a directory entry says: `foo_bar-1.0.dist-info`.
//!
//! The specification escapes names so that the first dash ends the name. Not
//! everybody keeps to it, so that a stem with more dashes has several readings;
//! which one is right, only its metadata can tell.

use passthrough_requirement::{PackageName, Version};

/// The ways to say "installed here", best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Form {
    /// `*.dist-info`: a directory.
    DistInfo,
    /// `*.egg-info`: a directory or a file.
    EggInfo,
    /// An `EGG-INFO` directory in an egg that is an entry of `sys.path`.
    Egg,
    /// `*.egg-link`: a file that names a source directory.
    EggLink,
}

/// The most readings of one stem; a file name has room for 127 dashes, and a
/// directory for any number of such names.
const READINGS: usize = 16;

/// One reading of a stem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) name: PackageName,
    /// The text of the version, if the stem has one.
    pub(crate) version: Option<String>,
}

/// Tells the form of an entry and the stem of its name; none if the entry has
/// nothing to do with distributions.
pub(crate) fn form(file_name: &str) -> Option<(Form, &str)> {
    let (stem, extension) = file_name.rsplit_once('.')?;
    let form = if extension.eq_ignore_ascii_case("dist-info") {
        Form::DistInfo
    } else if extension.eq_ignore_ascii_case("egg-info") {
        Form::EggInfo
    } else if extension.eq_ignore_ascii_case("egg-link") {
        Form::EggLink
    } else {
        return None;
    };
    Some((form, stem))
}

/// Every reading of a stem, likeliest first; more than one only if the stem
/// departs from the specification. None: it is no distribution (`~oo-1.0` is
/// what an interrupted uninstallation leaves behind).
pub(crate) fn readings(form: Form, stem: &str) -> Vec<Reading> {
    let reading = |name: &str, version: Option<&str>| {
        Some(Reading {
            name: name.parse().ok()?,
            version: version.map(|version| version_text(form, version)),
        })
    };
    if form == Form::EggLink {
        return reading(stem, None).into_iter().collect();
    }
    let stem = without_tags(form, stem);
    let splits = || {
        let dashes = stem.match_indices('-').map(|(place, _)| place);
        dashes.take(READINGS)
    };
    let Some(first) = splits().next() else {
        return reading(stem, None).into_iter().collect();
    };
    let (name, version) = (&stem[..first], &stem[first + 1..]);
    if splits().count() == 1 && version.starts_with(|c: char| c.is_ascii_digit()) {
        return reading(name, Some(version)).into_iter().collect();
    }
    let mut readings: Vec<Reading> = splits()
        .filter_map(|place| reading(&stem[..place], Some(&stem[place + 1..])))
        .chain(reading(stem, None))
        .collect();
    let likeliest = readings
        .iter()
        .position(|reading| version_of(reading).is_some());
    if let Some(likeliest) = likeliest {
        readings[..=likeliest].rotate_right(1);
    }
    readings
}

/// The name in a stem of the specified form, `foo_bar-1.0`, which has this one
/// reading: nothing of it has to be taken apart until somebody asks for it.
pub(crate) fn specified_name(form: Form, stem: &str) -> Option<&str> {
    let (name, version) = stem.split_once('-')?;
    let is_specified = form == Form::DistInfo
        && version.starts_with(|c: char| c.is_ascii_digit())
        && !version.contains('-');
    is_specified.then_some(name)
}

/// Equal for names that are equal after normalisation (PEP 503), and seldom
/// for others.
pub(crate) fn fingerprint(name: &str) -> u64 {
    // FNV-1a: short texts, no adversary who could do more than slow us down to
    // a comparison of names.
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut after_separator = false;
    for byte in name.bytes() {
        let is_separator = matches!(byte, b'-' | b'_' | b'.');
        if !(is_separator && after_separator) {
            let normal = if is_separator {
                b'-'
            } else {
                byte.to_ascii_lowercase()
            };
            hash = (hash ^ u64::from(normal)).wrapping_mul(0x0100_0000_01b3);
        }
        after_separator = is_separator;
    }
    hash
}

fn version_of(reading: &Reading) -> Option<Version> {
    reading.version.as_deref()?.parse().ok()
}

/// Undoes the escaping of a version: no normal form has an underscore, except
/// that escaping makes one of a dash.
fn version_text(form: Form, text: &str) -> String {
    let is_version = || text.parse::<Version>().is_ok();
    if text.contains('_') && (form != Form::DistInfo || !is_version()) {
        text.replace('_', "-")
    } else {
        text.to_owned()
    }
}

/// Drops `-py3.11` and what follows it from an egg's stem.
fn without_tags(form: Form, stem: &str) -> &str {
    if form == Form::DistInfo {
        return stem;
    }
    let is_tag =
        |place: usize| stem[place + "-py".len()..].starts_with(|c: char| c.is_ascii_digit());
    stem.rmatch_indices("-py")
        .map(|(place, _)| place)
        .find(|&place| is_tag(place))
        .map_or(stem, |place| &stem[..place])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(form: Form, stem: &str) -> Vec<String> {
        readings(form, stem)
            .into_iter()
            .map(|reading| match reading.version {
                Some(version) => format!("{} {version}", reading.name),
                None => reading.name.to_string(),
            })
            .collect()
    }

    #[test]
    fn suffixes_in_any_case() {
        for (file, expected) in [
            ("foo-1.0.dist-info", Some((Form::DistInfo, "foo-1.0"))),
            ("Foo-1.0.DIST-Info", Some((Form::DistInfo, "Foo-1.0"))),
            ("foo.egg-info", Some((Form::EggInfo, "foo"))),
            ("foo.EGG-LINK", Some((Form::EggLink, "foo"))),
            (".dist-info", Some((Form::DistInfo, ""))),
            ("dist-info", None),
            ("foo.egg", None),
            ("foo.dist-info.bak", None),
            ("foo-1.0.dist-infos", None),
        ] {
            assert_eq!(form(file), expected, "{file}");
        }
    }

    #[test]
    fn names_of_the_specified_form_are_those_of_the_reading() {
        for (form, stem) in [
            (Form::DistInfo, "foo_bar-1.0"),
            (Form::DistInfo, "Foo.Bar-1.0+cu121"),
            (Form::DistInfo, "foo-bar-1.0"),
            (Form::DistInfo, "foo-unknown"),
            (Form::DistInfo, "foo"),
            (Form::EggInfo, "foo-1.0"),
        ] {
            let readings = readings(form, stem);
            match specified_name(form, stem) {
                Some(name) => {
                    assert_eq!(readings.len(), 1, "{stem}");
                    assert_eq!(readings[0].name, name.parse().unwrap(), "{stem}");
                    let normal = readings[0].name.as_str();
                    assert_eq!(fingerprint(name), fingerprint(normal), "{stem}");
                }
                None => assert!(readings.len() > 1 || form != Form::DistInfo || stem == "foo"),
            }
        }
        assert_eq!(fingerprint("A-_.b"), fingerprint("a-b"));
        assert_ne!(fingerprint("ab"), fingerprint("a-b"));
    }

    #[test]
    fn the_specified_form_has_one_reading() {
        for (stem, expected) in [
            ("foo_bar-1.0", "foo-bar 1.0"),
            ("Foo.Bar-1.0", "foo-bar 1.0"),
            ("foo-1.0.0.RC1", "foo 1.0.0.RC1"),
            ("foo-1.0+cu121", "foo 1.0+cu121"),
            ("foo-1!2.0", "foo 1!2.0"),
            // A dash, escaped.
            ("foo-1.0_1", "foo 1.0-1"),
            ("foo-1.0+a_b", "foo 1.0+a_b"),
            ("foo-1.0_cu121", "foo 1.0-cu121"),
            ("foo", "foo"),
        ] {
            assert_eq!(shown(Form::DistInfo, stem), [expected], "{stem}");
        }
    }

    #[test]
    fn eggs_may_have_tags() {
        for (stem, expected) in [
            ("foo-1.0-py3.12", "foo 1.0"),
            ("foo-1.0-py3.12-linux-x86_64", "foo 1.0"),
            ("foo-1.0_1-py2.7", "foo 1.0-1"),
            ("PyGObject-3.42.2", "pygobject 3.42.2"),
            ("cryptography", "cryptography"),
            ("zope.interface-5.0-py3.9", "zope-interface 5.0"),
        ] {
            assert_eq!(shown(Form::EggInfo, stem), [expected], "{stem}");
            assert_eq!(shown(Form::Egg, stem), [expected], "{stem}");
        }
        assert_eq!(
            shown(Form::DistInfo, "foo-1.0-py3.12"),
            ["foo 1.0-py3.12", "foo-1-0 py3.12", "foo-1-0-py3-12"]
        );
    }

    #[test]
    fn a_link_has_a_name_only() {
        assert_eq!(shown(Form::EggLink, "foo-bar"), ["foo-bar"]);
        assert_eq!(shown(Form::EggLink, "foo-1.0"), ["foo-1-0"]);
    }

    #[test]
    fn other_dashes_have_several_readings() {
        assert_eq!(
            shown(Form::DistInfo, "foo-bar-1.0"),
            ["foo-bar 1.0", "foo bar-1.0", "foo-bar-1-0"]
        );
        // `1.0-1` is a version, with an implicit post-release.
        assert_eq!(
            shown(Form::DistInfo, "foo-1.0-1"),
            ["foo 1.0-1", "foo-1-0 1", "foo-1-0-1"]
        );
        assert_eq!(
            shown(Form::DistInfo, "foo-unknown"),
            ["foo unknown", "foo-unknown"]
        );
        assert_eq!(shown(Form::EggInfo, "foo-bar"), ["foo bar", "foo-bar"]);
        // What is not a name is no reading.
        assert_eq!(shown(Form::DistInfo, "foo-"), ["foo "]);
    }

    #[test]
    fn readings_are_bounded() {
        assert_eq!(readings(Form::DistInfo, &"a-".repeat(127)).len(), READINGS);
    }

    #[test]
    fn what_has_no_valid_name_is_nothing() {
        for stem in [
            "",
            "~oo-1.0",
            "-1.0",
            "é-1.0",
            "a b-1.0",
            ".-1",
            "\u{fffd}-1.0",
        ] {
            assert_eq!(shown(Form::DistInfo, stem), [] as [&str; 0], "{stem}");
        }
    }
}
