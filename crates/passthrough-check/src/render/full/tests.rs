use insta::assert_snapshot;
use passthrough_diagnostic::Diagnostic;

use super::render;
use crate::render::{Options, fixture};
use crate::report::Report;

fn plain(reports: &[Report]) -> String {
    render(reports, Options::default())
}

#[test]
fn a_bit_of_everything() {
    assert_snapshot!("mixed", plain(&[fixture::mixed()]));
}

#[test]
fn verbose() {
    let options = Options {
        verbose: true,
        ..Options::default()
    };
    assert_snapshot!("verbose", render(&[fixture::mixed()], options));
}

#[test]
fn styled() {
    let options = Options {
        color: true,
        ..Options::default()
    };
    let text = render(&[fixture::mixed()], options);
    assert_snapshot!("styled", text.replace('\x1b', "␛"));
}

#[test]
fn narrow() {
    let options = Options {
        width: 60,
        ..Options::default()
    };
    assert_snapshot!("narrow", render(&[fixture::mixed()], options));
}

#[test]
fn all_host_with_a_long_closure() {
    assert_snapshot!("all_host", plain(&[fixture::all_host()]));
}

#[test]
fn all_fall_back() {
    assert_snapshot!("all_fall_back", plain(&[fixture::all_fall_back()]));
}

#[test]
fn nothing_listed() {
    assert_snapshot!("nothing_listed", plain(&fixture::unlisted()));
}

#[test]
fn not_toml() {
    assert_snapshot!("not_toml", plain(&[fixture::broken()]));
}

#[test]
fn hostile() {
    assert_snapshot!("hostile", plain(&[fixture::hostile()]));
}

#[test]
fn no_project_is_no_text() {
    assert_eq!(plain(&[]), "");
}

#[test]
fn no_line_ends_in_a_blank() {
    for report in fixture::every() {
        let text = plain(&[report]);
        // An excerpt shows a line as it is; the fixtures have none that end so.
        for line in text.lines() {
            assert_eq!(line, line.trim_end());
        }
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    }
}

#[test]
fn a_long_closure_does_not_flood_but_unfolds() {
    let report = fixture::all_host();
    let folded = plain(std::slice::from_ref(&report));
    assert!(folded.lines().count() < 40);
    assert!(!folded.contains("nvidia-part-39=="));
    for exposed in &report.plan.expose {
        assert!(
            folded.contains(&format!("{} {}", exposed.name, exposed.version))
                || exposed.name == "torch"
        );
    }
    let options = Options {
        verbose: true,
        ..Options::default()
    };
    let unfolded = render(&[report], options);
    assert!(unfolded.contains("nvidia-part-39==12.39.105"));
}

#[test]
fn far_and_many_places_are_shown_apart_and_few() {
    let source = format!("first\n{}last\n{}", "\n".repeat(3000), "x".repeat(3000));
    let last = source.find("last").unwrap();
    let mut finding = Diagnostic::new(&fixture::DUPLICATE, "far apart")
        .at(0..5)
        .also(last..last + 4, "far away")
        .also(source.len() - 9..source.len(), "in a line that is too long");
    for _ in 0..20 {
        finding = finding.also(0..1, "here, too");
    }
    let report = Report::new(
        fixture::broken().plan,
        "p.toml".to_owned(),
        source,
        None,
        vec![finding],
    );
    assert_snapshot!("far_and_many", plain(&[report]));
}

#[test]
fn an_editable_install_is_called_one_and_few_pins_are_listed() {
    let mut report = fixture::all_host();
    report.plan.expose.drain(..40);
    report.plan.expose[0].editable = true;
    report.plan.constraints.drain(..40);
    report.plan.cacheable = false;
    report.plan.cache_key = None;
    assert_snapshot!("editable", plain(&[report]));
}
