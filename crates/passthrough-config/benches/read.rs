//! How long a typical `pyproject.toml` takes.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use passthrough_config::{Reading, read};

const TYPICAL: &str = include_str!("typical.toml");

fn typical(criterion: &mut Criterion) {
    criterion.bench_function("typical", |bencher| {
        bencher.iter(|| read(black_box(TYPICAL), &Reading::Neutral));
    });
}

criterion_group!(benches, typical);
criterion_main!(benches);
