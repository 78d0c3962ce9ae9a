//! Texts near enough to each other to matter.

use crate::random::Random;

const SEPARATORS: [&str; 7] = ["", "", "", ".", "-", "_", "."];

/// A version in any of its spellings, now and then a wrong one.
pub(crate) fn version(random: &mut Random) -> String {
    let mut text = close_version(random);
    if random.once_in(3) {
        text = respell(random, &text);
    }
    if random.once_in(5) {
        text = random.garble(&text);
    }
    if random.once_in(60) {
        let large = random.pick(&[
            "18446744073709551614",
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999999999",
        ]);
        text = text.replacen('1', large, 1);
    }
    text
}

/// Where numbers of 8, 16, 32 and 64 bits end.
const LARGE: [&str; 7] = [
    "255",
    "256",
    "65535",
    "65536",
    "16777216",
    "4294967296",
    "18446744073709551614",
];

/// A valid version with few numbers, so that two of them are often related.
pub(crate) fn close_version(random: &mut Random) -> String {
    let number = |random: &mut Random, small: &[&'static str]| {
        if random.once_in(30) {
            random.pick(&LARGE)
        } else {
            random.pick(small)
        }
    };
    let mut text = String::new();
    if random.once_in(12) {
        text += number(random, &["0", "1", "2"]);
        text += "!";
    }
    text += number(random, &["0", "1", "1", "1", "2"]);
    for _ in 0..random.pick(&[0, 1, 1, 1, 2, 3, 4]) {
        text += ".";
        text += number(random, &["0", "0", "1", "2", "10"]);
    }
    if random.once_in(4) {
        text += random.pick(&["a", "b", "rc", "c", "alpha", "pre"]);
        text += number(random, &["", "0", "1", "1", "2"]);
    }
    if random.once_in(4) {
        text += random.pick(&[".post", "-", "rev", "r", "-"]);
        text += number(random, &["0", "1", "2"]);
    }
    if random.once_in(4) {
        text += random.pick(&[".dev", "dev"]);
        text += number(random, &["", "0", "1", "2"]);
    }
    if random.once_in(5) {
        text += "+";
        text += number(
            random,
            &["a", "1", "a.1", "a.b", "2", "cu121", "0a", "1.a.02"],
        );
    }
    text
}

fn respell(random: &mut Random, text: &str) -> String {
    let mut out = random
        .pick(&["", "v", "V", " ", "\n", "\u{1c}", "\u{3000}v"])
        .to_owned();
    let mut word = false;
    for c in text.chars() {
        if c.is_ascii_alphabetic() {
            if !word {
                out += random.pick(&SEPARATORS);
            }
            word = true;
            if random.once_in(3) {
                out.push(c.to_ascii_uppercase());
                continue;
            }
        } else if word {
            out += random.pick(&SEPARATORS);
            word = false;
        }
        out.push(c);
    }
    out + random.pick(&["", "", ".", "-", " ", "\t\n", "\u{85}"])
}

/// One specifier.
fn specifier(random: &mut Random, version: &str) -> String {
    let operator = random.pick(&[
        "==", "==", "!=", "!=", "<", "<", ">", ">", "<=", ">=", "~=", "===",
    ]);
    let is_equality = operator == "==" || operator == "!=";
    let mut version = version.to_owned();
    if !is_equality && operator != "===" && !random.once_in(15) {
        version = version.split('+').next().unwrap_or_default().to_owned();
    }
    if is_equality && random.once_in(3) {
        let end = version
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '!')))
            .unwrap_or(version.len());
        version.truncate(end);
        version += ".*";
    } else if random.once_in(40) {
        version += ".*";
    }
    if operator == "===" && random.once_in(3) {
        version = random
            .pick(&[
                "foobar",
                "",
                "1.0.0",
                "1.0-RC1",
                "2004d",
                "1.0+CU121",
                "É",
                "a,b",
            ])
            .to_owned();
    }
    let blank = random.pick(&["", "", "", " ", "  ", "\t", "\n", "\u{1d}"]);
    format!("{operator}{blank}{version}")
}

/// Specifiers about related versions.
pub(crate) fn specifiers(random: &mut Random) -> (String, Vec<String>) {
    let mut versions = vec![close_version(random)];
    let mut text = String::new();
    for index in 0..random.pick(&[1, 1, 2, 2, 2, 3, 3, 4, 5]) {
        if index > 0 {
            text += random.pick(&[",", ",", ", ", " ,", ",,", " , "]);
        }
        let version = if random.once_in(3) {
            close_version(random)
        } else {
            let origin = versions[random.below(versions.len())].clone();
            relative(random, &origin)
        };
        text += &specifier(random, &version);
        versions.push(version);
    }
    if random.once_in(12) {
        text = format!(
            "{}{text}{}",
            random.pick(&["", ",", " "]),
            random.pick(&["", ",", "\n"])
        );
    }
    if random.once_in(10) {
        text = random.garble(&text);
    }
    let mut candidates = Vec::new();
    for _ in 0..6 {
        let origin = versions[random.below(versions.len())].clone();
        candidates.push(relative(random, &origin));
    }
    (text, candidates)
}

/// A version that shares much with another.
fn relative(random: &mut Random, version: &str) -> String {
    let public = version.split('+').next().unwrap_or_default();
    let end = public
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '!')))
        .unwrap_or(public.len());
    let release = public[..end].trim_end_matches('.');
    match random.below(8) {
        0 => version.to_owned(),
        1 => public.to_owned(),
        2 => format!("{public}+{}", random.pick(&["a", "b", "1", "a.b", "cu121"])),
        3 => format!("{release}.0"),
        4 => format!(
            "{release}{}",
            random.pick(&["a1", "a2", "rc1", ".dev0", ".dev1"])
        ),
        5 => format!(
            "{release}{}",
            random.pick(&[".post0", ".post1", ".post0.dev0", ".post1.dev2"])
        ),
        6 => format!(
            "{release}{}",
            random.pick(&["a1.post0", "a1.dev0", "a2.dev0", "a1.post1.dev0"])
        ),
        _ => format!(
            "{release}.{}",
            random.pick(&["0.1", "1", "2", "0.0.1.dev0"])
        ),
    }
}

/// A name, right or wrong.
pub(crate) fn name(random: &mut Random) -> String {
    let mut name = String::new();
    for _ in 0..=random.below(5) {
        name += random.pick(&["a", "B", "foo", "9", "Zope", "-", "_", ".", "x", "torch"]);
    }
    if random.once_in(4) {
        name = random.garble(&name);
    }
    name
}

const VARIABLES: [&str; 20] = [
    "python_version",
    "python_version",
    "python_full_version",
    "implementation_version",
    "implementation_name",
    "os_name",
    "os.name",
    "platform_machine",
    "platform.machine",
    "platform_python_implementation",
    "python_implementation",
    "platform.python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "platform.version",
    "sys_platform",
    "sys.platform",
    "extra",
    "extra",
];

const LITERALS: [&str; 40] = [
    "3",
    "3.8",
    "3.9",
    "3.10",
    "3.11",
    "3.11.7",
    "3.11.*",
    "3.13.0a2",
    "3.13.0a2+local",
    " 3.9 ",
    "=3.11",
    "3.9,3.11",
    "3.8 3.9 3.11",
    "3.abc",
    "linux",
    "win32",
    "Linux",
    "posix",
    "nt",
    "x86_64",
    "CPython",
    "cpython",
    "PyPy",
    "5.10.0",
    "5.10.0-28-amd64",
    "10",
    "#1 SMP",
    "",
    "test",
    "Test",
    "TEST_extra",
    "test-extra",
    "a.b",
    "a test",
    "python_version",
    "extra",
    "3.11.4",
    "7.3.13",
    "é",
    "18446744073709551615",
];

fn operand(random: &mut Random, variable: bool) -> String {
    if variable {
        if random.once_in(25) {
            return random.pick(&["extras", "dependency_groups"]).to_owned();
        }
        return random.pick(&VARIABLES).to_owned();
    }
    let literal = random.pick(&LITERALS);
    if random.once_in(40) {
        let literal = random.pick(&[
            r"'a\\b'",
            r"'\x33.11'",
            r"'\u0033.9'",
            r"'\63.9'",
            r"'a\'",
            r"'\x4'",
            r"'\d'",
            r"'\n'",
            r#"'"'"#,
            r#""'""#,
            r#"'\x27"'"#,
            r"'\N{DIGIT THREE}.9'",
            r"'\ud800'",
            "'a\nb'",
            "'a\\\nb'",
            r"'\777'",
            r"'\U0001F600'",
            r"'\U00110000'",
            r"'\0'",
            r"'\18'",
        ]);
        return literal.to_owned();
    }
    let quote = random.pick(&["'", "\""]);
    format!("{quote}{literal}{quote}")
}

fn comparison(random: &mut Random) -> String {
    let operator = random.pick(&[
        "==", "==", "!=", "<", "<=", ">", ">=", ">=", "~=", "===", "in", "not in", "not  in",
    ]);
    let (left, right) = match random.below(20) {
        0 => (true, true),
        1 => (false, false),
        2..=5 => (false, true),
        _ => (true, false),
    };
    let left = operand(random, left);
    let right = operand(random, right);
    let blank = random.pick(&[" ", " ", " ", "  ", "\t", ""]);
    format!("{left}{blank}{operator}{blank}{right}")
}

/// A marker, now and then a wrong one.
pub(crate) fn marker(random: &mut Random) -> String {
    let mut text = marker_of_depth(random, 0);
    if random.once_in(10) {
        text = random.garble(&text);
    }
    text
}

fn marker_of_depth(random: &mut Random, depth: usize) -> String {
    let mut text = String::new();
    for index in 0..random.pick(&[1, 1, 1, 2, 2, 3]) {
        if index > 0 {
            text += random.pick(&[" and ", " or ", " and ", " or ", "and", "  or\t"]);
        }
        if depth < 4 && random.once_in(4) {
            let inner = marker_of_depth(random, depth + 1);
            let blank = random.pick(&["", "", " "]);
            text += &format!("({blank}{inner}{blank})");
        } else {
            text += &comparison(random);
        }
    }
    text
}

/// A requirement, now and then a wrong one.
pub(crate) fn requirement(random: &mut Random) -> String {
    let blank = |random: &mut Random| random.pick(&["", "", "", "", " ", "  ", "\t"]);
    let mut text = blank(random).to_owned();
    text += &name(random);
    text += blank(random);
    if random.once_in(4) {
        text += "[";
        for index in 0..random.below(4) {
            if index > 0 {
                text += random.pick(&[",", ", ", " ,", " , "]);
            }
            text += &name(random);
        }
        text += random.pick(&["]", "]", "]", " ]", ",]"]);
        text += blank(random);
    }
    match random.below(8) {
        0 => {
            text += random.pick(&["@", " @ ", "@ ", " @"]);
            text += random.pick(&[
                "https://example.org/a-1.0.zip",
                "git+https://example.org/r@main#egg=a",
                "./x",
                "file:///a b",
                "https://${USER}@h/a.whl#sha256=00",
                "https://h/a;b",
                "https://h/a\n",
                "",
            ]);
            text += random.pick(&["", " ", " ", "\t"]);
        }
        1 | 2 => {}
        3 => {
            let (specifiers, _) = specifiers(random);
            text += &format!("({}{specifiers}{})", blank(random), blank(random));
        }
        _ => text += &specifiers(random).0,
    }
    text += blank(random);
    if random.once_in(3) {
        text += random.pick(&[";", "; ", ";"]);
        text += &marker(random);
    }
    text += random.pick(&["", "", "", "", " ", "\n", ";", "#"]);
    if random.once_in(8) {
        text = random.garble(&text);
    }
    text
}

const ENVIRONMENTS: [[&str; 11]; 5] = [
    [
        "cpython",
        "3.11.7",
        "posix",
        "x86_64",
        "CPython",
        "5.10.0-28-amd64",
        "Linux",
        "#1 SMP Debian 5.10.209-2",
        "3.11.7",
        "3.11",
        "linux",
    ],
    [
        "cpython",
        "3.13.0a2",
        "posix",
        "arm64",
        "CPython",
        "23.1.0",
        "Darwin",
        "Darwin Kernel Version 23.1.0",
        "3.13.0a2+",
        "3.13",
        "darwin",
    ],
    [
        "pypy",
        "7.3.13",
        "nt",
        "AMD64",
        "PyPy",
        "10",
        "Windows",
        "10.0.19045",
        "3.9.18",
        "3.9",
        "win32",
    ],
    ["", "", "", "", "", "", "", "", "", "", ""],
    [
        "graalpy",
        "24.1",
        "posix",
        "aarch64",
        "GraalVM",
        "5.10.0",
        "Linux",
        "3.9",
        "not a version",
        "3.8",
        "linux2",
    ],
];

/// The values of the variables, in alphabetical order of their names.
pub(crate) fn environment(random: &mut Random) -> [&'static str; 11] {
    random.pick(&ENVIRONMENTS)
}

/// Extras that are asked for.
pub(crate) fn extras(random: &mut Random) -> Vec<&'static str> {
    (0..random.pick(&[0, 0, 1, 1, 2]))
        .map(|_| random.pick(&["test", "Test.Extra", "a_b", "docs", "a-test"]))
        .collect()
}
