//! How long one `Requires-Dist` line and its use take.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use passthrough_requirement::{MarkerEnvironment, Requirement, Source, Specifiers, Version};

const LINES: [(&str, &str); 4] = [
    ("name", "sympy"),
    ("specifiers", "numpy<2.3,>=1.25.2,!=1.26.*"),
    (
        "marker",
        "nvidia-cublas-cu12==12.4.5.8; platform_system == \"Linux\" and platform_machine == \"x86_64\"",
    ),
    (
        "all",
        "importlib-metadata[Test,doc] (>=4.6,<9) ; (python_version < \"3.10\" and extra == 'all') or os_name == 'nt'",
    ),
];

fn environment() -> MarkerEnvironment {
    MarkerEnvironment {
        implementation_name: "cpython".to_owned(),
        implementation_version: "3.11.7".to_owned(),
        os_name: "posix".to_owned(),
        platform_machine: "x86_64".to_owned(),
        platform_python_implementation: "CPython".to_owned(),
        platform_release: "6.1.0".to_owned(),
        platform_system: "Linux".to_owned(),
        platform_version: "#1 SMP".to_owned(),
        python_full_version: "3.11.7".to_owned(),
        python_version: "3.11".to_owned(),
        sys_platform: "linux".to_owned(),
    }
}

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (name, line) in LINES {
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(line).parse::<Requirement>());
        });
    }
}

fn decide(criterion: &mut Criterion) {
    let environment = environment();
    let requirement: Requirement = LINES[3].1.parse().expect("a requirement");
    criterion.bench_function("evaluate", |bencher| {
        bencher.iter(|| black_box(&requirement.marker).evaluate(&environment, &[]));
    });
    let Source::Specifiers(specifiers) = &requirement.source else {
        unreachable!("the requirement has no URL");
    };
    let version: Version = "8.2.post1".parse().expect("a version");
    criterion.bench_function("admits", |bencher| {
        bencher.iter(|| black_box(specifiers).admits(&version));
    });
    let other: Specifiers = "!=5.*,>=3.6".parse().expect("specifiers");
    criterion.bench_function("is_unsatisfiable", |bencher| {
        bencher.iter(|| black_box(specifiers).and(&other).is_unsatisfiable());
    });
}

criterion_group!(benches, parse, decide);
criterion_main!(benches);
