//! What every renderer is tried on: one project with a bit of everything, and
//! the edges of it.

use passthrough_diagnostic::{Diagnostic, Rule, Severity, Span};
use passthrough_protocol::{
    Because, Declaration, Exposed, HostSummary, Install, Listed, Plan, PlanSchema, Project, Role,
    Status,
};

use crate::report::Report;

pub(crate) static NOT_A_NAME: Rule = Rule {
    code: "BIP112",
    name: "entry-not-a-name",
    severity: Severity::Error,
    requirements: &["CONF-2"],
    what: "An entry of a passthrough list is not a valid name. Specifiers, extras and\n\
           markers belong to the build requirement.",
    why: "A list that is half understood passes something else through than its author meant.",
    example: "```toml\n[tool.pixi]\nno-build-isolation-package = [\"torch>=2\"]\n```",
    mend: "Keep the name alone:\n\n```toml\n[tool.pixi]\nno-build-isolation-package = [\"torch\"]\n```",
};

pub(crate) static DUPLICATE: Rule = Rule {
    code: "BIP113",
    name: "duplicate-entry",
    severity: Severity::Warning,
    requirements: &["CONF-3"],
    what: "A name is listed twice.",
    why: "It counts once; the second one is noise.",
    example: "```toml\n[tool.pixi]\nno-build-isolation-package = [\"torch\", \"Torch\"]\n```",
    mend: "Remove one of them.",
};

pub(crate) static NOT_REQUIRED: Rule = Rule {
    code: "BIP201",
    name: "listed-but-not-required",
    severity: Severity::Info,
    requirements: &["ELIG-2", "REP-1"],
    what: "A listed name is no build requirement.",
    why: "Listing a name never makes it a dependency:\n\n- it is not installed,\n- it is not exposed.",
    example: "A list that names `wheel`, and `requires` that does not.",
    mend: "Remove it from the list, or require it.",
};

pub(crate) static SHADOWED: Rule = Rule {
    code: "BIP301",
    name: "shadowed-copy",
    severity: Severity::Warning,
    requirements: &[],
    what: "The host has a second copy of a distribution behind the first.",
    why: "Which copy is imported depends on the order of `sys.path`.",
    example: "`numpy` in the user site and in the system's.",
    mend: "Uninstall one of them.",
};

pub(crate) static RULES: &[&Rule] = &[&SHADOWED, &NOT_REQUIRED, &DUPLICATE, &NOT_A_NAME];

pub(crate) const SOURCE: &str = r#"[build-system]
requires = ["setuptools>=77.0.3", "torch~=2.4.0", "numpy>=2.1"]
build-backend = "setuptools.build_meta"

[project]
name = "demo"
version = "1.0"

[tool.pixi]
no-build-isolation-package = [
    "torch",
    "Torch",	# näïve 東京 again
    "numpy>=2.1",
    "wheel",
]
"#;

const SITE: &str = "/home/me/demo/.venv/lib/python3.11/site-packages";

/// One project with a bit of everything.
pub(crate) fn mixed() -> Report {
    let mut plan = Plan {
        declarations: vec![declaration(&["torch", "numpy", "wheel"])],
        listed: vec![
            listed(
                "numpy",
                Status::Version,
                Some("1.26.4"),
                Some(
                    "`numpy>=2.1` in build-system.requires excludes 1.26.4, and pre-releases of the host count",
                ),
            ),
            listed("torch", Status::Host, Some("2.4.0+cu121"), None),
            listed("wheel", Status::NotRequired, None, None),
        ],
        expose: vec![
            exposed("filelock", "3.15.4", &["torch", "triton"]),
            exposed("fsspec", "2024.6.1", &["torch"]),
            exposed("jinja2", "3.1.4", &["torch"]),
            exposed("markupsafe", "2.1.5", &["jinja2"]),
            exposed("mpmath", "1.3.0", &["sympy"]),
            exposed("networkx", "3.3", &["torch"]),
            Exposed {
                editable: true,
                ..exposed("sympy", "1.13.1", &["torch"])
            },
            exposed("torch", "2.4.0+cu121", &[]),
            exposed("triton", "3.0.0", &["torch"]),
            exposed("typing-extensions", "4.12.2", &["torch"]),
        ],
        install: vec![
            install("numpy", "numpy>=2.1", Because::Fallback),
            install("setuptools", "setuptools>=77.0.3", Because::Displaced),
        ],
        cacheable: false,
        ..nothing()
    };
    plan.constraints = pins(&plan.expose);
    let line = SOURCE.find("    \"Torch\"").unwrap();
    let diagnostics = vec![
        Diagnostic::new(&SHADOWED, "numpy 1.21.5 is shadowed by 1.26.4")
            .on("/usr/lib/python3/dist-packages/numpy-1.21.5.dist-info"),
        Diagnostic::new(
            &NOT_REQUIRED,
            "wheel is listed, but no build requirement names it",
        )
        .at(span("\"wheel\""))
        .help("remove it from the list"),
        Diagnostic::new(&NOT_A_NAME, "`numpy>=2.1` is not a name")
            .at(span("\"numpy>=2.1\",\n"))
            .label("a name, without a specifier, was expected")
            .help("write \"numpy\", and the specifier in [build-system] requires"),
        Diagnostic::new(&DUPLICATE, "torch is listed twice")
            .at(line + 4..line + 11)
            .label("again here")
            .also(span("\"torch\""), "first here"),
        Diagnostic::new(&NOT_A_NAME, "`numpy` is required, and not as it is listed")
            .severity(Severity::Warning)
            .also(span("\"numpy>=2.1\"]"), "required here"),
    ];
    report(plan, SOURCE, diagnostics)
}

/// No list at all, and an empty one.
pub(crate) fn unlisted() -> [Report; 2] {
    let empty = Plan {
        declarations: vec![declaration(&[])],
        ..nothing()
    };
    [
        report(nothing(), SOURCE, vec![]),
        report(empty, SOURCE, vec![]),
    ]
}

/// A file that cannot be read as TOML: there is no decision.
pub(crate) fn broken() -> Report {
    let source = "[build-system\n";
    let mut broken = report(
        Plan {
            install: vec![],
            host: None,
            project: Project {
                path: "/home/me/demo".to_owned(),
                name: None,
            },
            ..nothing()
        },
        source,
        vec![Diagnostic::new(&NOT_A_NAME, "the file is not TOML: expected `]`").at(13..13)],
    );
    broken.host_note = None;
    broken
}

/// Everything listed comes from the host, with a closure of forty.
pub(crate) fn all_host() -> Report {
    let mut expose: Vec<Exposed> = (0..40)
        .map(|number| {
            let parent = if number % 7 == 6 {
                format!("nvidia-part-{:02}", number - 1)
            } else {
                "torch".to_owned()
            };
            exposed(
                &format!("nvidia-part-{number:02}"),
                &format!("12.{number}.105"),
                &[&parent],
            )
        })
        .collect();
    expose.push(exposed("torch", "2.4.0+cu121", &["nvidia-part-00"]));
    let plan = Plan {
        declarations: vec![declaration(&["torch"])],
        listed: vec![listed("torch", Status::Host, Some("2.4.0+cu121"), None)],
        constraints: pins(&expose),
        cache_key: Some(format!("sha256:{}", "0123456789abcdef".repeat(4))),
        install: vec![install(
            "setuptools",
            "setuptools>=40.8.0",
            Because::Unlisted,
        )],
        expose,
        ..nothing()
    };
    report(plan, SOURCE, vec![])
}

/// Nothing listed comes from the host; the reasons are those of the statuses.
pub(crate) fn all_fall_back() -> Report {
    let statuses = [
        Status::Denied,
        Status::NotRequired,
        Status::Marker,
        Status::Interpreter,
        Status::NotInstalled,
        Status::Replaced,
        Status::Metadata,
        Status::Version,
        Status::Url,
        Status::NotExposable,
        Status::Closure,
        Status::Conflict,
    ];
    let all = statuses.into_iter().zip(1..);
    let plan = Plan {
        declarations: vec![
            declaration(&[]),
            Declaration {
                table: "tool.uv".to_owned(),
                names: vec![],
                line: 31,
            },
        ],
        listed: all
            .map(|(status, number)| {
                listed(
                    &format!("name-{number}"),
                    status,
                    (number > 5).then_some("1.0"),
                    None,
                )
            })
            .collect(),
        install: vec![install("name-8", "name-8>=2", Because::Fallback)],
        ..nothing()
    };
    report(plan, SOURCE, vec![])
}

/// Whatever a file or a host could hold to fool a terminal or a parser.
pub(crate) fn hostile() -> Report {
    let evil = "\x1b[31mred\x1b[0m\u{202e}\r\n::error::x,y:z%0A\u{9b}2J](1){0}";
    let source = "# \x1b]0;title\x07\u{202e}\r\nx = [\"\u{9b}2J\tü\", \"]8;;\"]\r\n";
    let plan = Plan {
        project: Project {
            path: evil.to_owned(),
            name: Some(evil.to_owned()),
        },
        host: Some(HostSummary {
            python: evil.to_owned(),
            version: evil.to_owned(),
            prefix: evil.to_owned(),
        }),
        declarations: vec![Declaration {
            table: evil.to_owned(),
            names: vec![evil.to_owned()],
            line: 2,
        }],
        listed: vec![listed(evil, Status::Version, Some(evil), Some(evil))],
        expose: vec![
            Exposed {
                role: Role::Listed,
                location: evil.to_owned(),
                ..exposed(evil, evil, &[evil])
            },
            Exposed {
                location: "elsewhere\u{2028}".to_owned(),
                ..exposed("orphan\u{85}", evil, &["nobody"])
            },
        ],
        install: vec![install(evil, evil, Because::Displaced)],
        constraints: vec![evil.to_owned()],
        cache_key: Some(evil.to_owned()),
        ..nothing()
    };
    let start = source.find('ü').unwrap();
    let diagnostics = vec![
        Diagnostic::new(&NOT_A_NAME, evil)
            .at(start..start + 2)
            .label(evil)
            .also(0..1, evil)
            .help(evil),
        Diagnostic::new(&NOT_REQUIRED, evil).at(start + 1..usize::MAX),
        Diagnostic::new(&SHADOWED, evil).on(evil),
        Diagnostic::new(&SHADOWED, evil),
    ];
    Report::new(
        plan,
        format!("a{evil}/pyproject.toml"),
        source.to_owned(),
        Some(evil.to_owned()),
        diagnostics,
    )
}

pub(crate) fn every() -> Vec<Report> {
    let mut every = vec![mixed(), broken(), all_host(), all_fall_back(), hostile()];
    every.extend(unlisted());
    every
}

fn span(needle: &str) -> Span {
    let start = SOURCE.find(needle).unwrap();
    start..start + needle.trim_end_matches([',', '\n', ']']).len()
}

fn report(plan: Plan, source: &str, diagnostics: Vec<Diagnostic>) -> Report {
    Report::new(
        plan,
        "demo/pyproject.toml".to_owned(),
        source.to_owned(),
        Some("from demo/.venv".to_owned()),
        diagnostics,
    )
}

/// A plan for a project without a list.
fn nothing() -> Plan {
    Plan {
        schema: PlanSchema::V1,
        project: Project {
            path: "/home/me/demo".to_owned(),
            name: Some("demo".to_owned()),
        },
        host: Some(HostSummary {
            python: "/home/me/demo/.venv/bin/python".to_owned(),
            version: "3.11.7".to_owned(),
            prefix: "/home/me/demo/.venv".to_owned(),
        }),
        declarations: vec![],
        listed: vec![],
        expose: vec![],
        install: vec![install(
            "setuptools",
            "setuptools>=40.8.0",
            Because::Unlisted,
        )],
        constraints: vec![],
        cacheable: true,
        cache_key: None,
        diagnostics: vec![],
    }
}

fn declaration(names: &[&str]) -> Declaration {
    Declaration {
        table: "tool.pixi".to_owned(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
        line: 10,
    }
}

fn listed(name: &str, status: Status, version: Option<&str>, detail: Option<&str>) -> Listed {
    Listed {
        name: name.to_owned(),
        status,
        version: version.map(str::to_owned),
        detail: detail.map(str::to_owned),
    }
}

fn exposed(name: &str, version: &str, required_by: &[&str]) -> Exposed {
    Exposed {
        name: name.to_owned(),
        version: version.to_owned(),
        role: if name == "torch" {
            Role::Listed
        } else {
            Role::Closure
        },
        required_by: required_by.iter().map(|&name| name.to_owned()).collect(),
        editable: false,
        location: SITE.to_owned(),
    }
}

fn pins(expose: &[Exposed]) -> Vec<String> {
    let pin = |exposed: &Exposed| format!("{}=={}", exposed.name, exposed.version);
    expose.iter().map(pin).collect()
}

fn install(name: &str, requirement: &str, because: Because) -> Install {
    Install {
        name: name.to_owned(),
        requirement: requirement.to_owned(),
        because,
    }
}
