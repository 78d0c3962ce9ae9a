use super::render;
use crate::render::{Options, fixture};

#[test]
fn a_bit_of_everything() {
    insta::assert_snapshot!("mixed", render(&[fixture::mixed()], Options::default()));
}

#[test]
fn hostile() {
    insta::assert_snapshot!("hostile", render(&[fixture::hostile()], Options::default()));
}

#[test]
fn one_line_each_and_nothing_else() {
    for report in fixture::every() {
        let lines = report.plan.listed.len() + report.diagnostics.len();
        let text = render(
            &[report],
            Options {
                verbose: true,
                color: false,
                width: 1,
            },
        );
        assert_eq!(text.lines().count(), lines);
    }
}
