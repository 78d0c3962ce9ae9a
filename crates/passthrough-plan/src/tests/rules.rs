//! Small worlds by hand: what each sentence of the specification means.

use passthrough_protocol::{Because, Role, Status};

use super::world::{URL, World};
use crate::Plan;

fn status(plan: &Plan, name: &str) -> Status {
    plan.listed
        .iter()
        .find(|decision| decision.name.as_str() == name)
        .unwrap()
        .status
}

fn exposed(plan: &Plan) -> Vec<(&str, Role)> {
    plan.expose
        .iter()
        .map(|exposed| (exposed.installed.name.as_str(), exposed.role))
        .collect()
}

fn install(plan: &Plan) -> Vec<(String, Because)> {
    plan.install
        .iter()
        .map(|install| (install.requirement.to_string(), install.because))
        .collect()
}

fn codes(plan: &Plan) -> Vec<&str> {
    plan.diagnostics
        .iter()
        .map(|diagnostic| diagnostic.rule.code)
        .collect()
}

fn detail(plan: &Plan, name: &str) -> String {
    plan.listed
        .iter()
        .find(|decision| decision.name.as_str() == name)
        .and_then(|decision| decision.detail.clone())
        .unwrap_or_default()
}

#[test]
fn a_closure_passes_through_whole() {
    let plan = World::default()
        .installed("torch", "2.4.0+cu121", &["sympy", "fsspec; extra == 'x'"])
        .installed("sympy", "1.12", &["mpmath>=1"])
        .installed("mpmath", "1.3", &[])
        .installed("fsspec", "1", &[])
        .lists(&["torch"])
        .requires(&["torch==2.4.0", "wheel"])
        .plan();
    assert_eq!(status(&plan, "torch"), Status::Host);
    assert_eq!(
        exposed(&plan),
        [
            ("mpmath", Role::Closure),
            ("sympy", Role::Closure),
            ("torch", Role::Listed)
        ]
    );
    assert_eq!(install(&plan), [("wheel".to_owned(), Because::Unlisted)]);
    assert_eq!(
        plan.constraints(),
        ["mpmath==1.3", "sympy==1.12", "torch==2.4.0+cu121"]
    );
}

#[test]
fn extras_of_requirements_and_edges_widen_the_closure() {
    let world = World::default()
        .installed("a", "1", &["b[x]"])
        .installed("b", "1", &["c; extra == 'x'", "d; extra == 'y'"])
        .installed("c", "1", &[])
        .installed("d", "1", &[])
        .lists(&["a"]);
    let plan = world.clone().requires(&["a"]).plan();
    assert_eq!(exposed(&plan).len(), 3, "{plan:?}");
    // The build's own extras count for a member, and an undeclared one does not.
    let plan = world.clone().requires(&["a", "b[y]"]).plan();
    assert_eq!(exposed(&plan).len(), 3, "{plan:?}");
    assert!(codes(&plan).contains(&"BIP221"));
    let plan = world
        .with("b", |b| b.extras = vec!["x", "y"])
        .requires(&["a", "b[y]"])
        .plan();
    assert_eq!(exposed(&plan).len(), 4, "{plan:?}");
}

#[test]
fn a_member_is_visited_again_for_a_further_extra() {
    let plan = World::default()
        .installed("a", "1", &["b", "z"])
        .installed("b", "1", &["c; extra == 'x'"])
        .installed("c", "1", &[])
        .installed("z", "1", &["b[x]"])
        .lists(&["a"])
        .requires(&["a"])
        .plan();
    let names: Vec<&str> = exposed(&plan).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "b", "c", "z"]);
}

#[test]
fn an_old_setuptools_costs_no_torch() {
    let world = World::default()
        .installed("torch", "2.4.0", &["setuptools>=77.0.3"])
        .installed("setuptools", "65.5.0", &["ghost"])
        .lists(&["torch"]);
    let plan = world.clone().requires(&["setuptools", "torch"]).plan();
    assert_eq!(status(&plan, "torch"), Status::Host);
    assert_eq!(
        install(&plan),
        [("setuptools>=77.0.3".to_owned(), Because::Displaced)]
    );
    assert!(codes(&plan).contains(&"BIP220"));
    // Unless setuptools is no build requirement: then the gap is torch's.
    let plan = world.requires(&["torch"]).plan();
    assert_eq!(status(&plan, "torch"), Status::Closure);
    assert_eq!(
        detail(&plan, "torch"),
        "torch -> setuptools: setuptools is 65.5.0 in the host, torch requires `>=77.0.3`"
    );
}

#[test]
fn the_walk_stops_at_a_displaced_member() {
    let plan = World::default()
        .installed("a", "1", &["b"])
        .installed("b", "1", &["ghost"])
        .lists(&["a"])
        .requires(&["a", "b>=2"])
        .plan();
    assert_eq!(status(&plan, "a"), Status::Host);
    assert_eq!(install(&plan), [("b>=2".to_owned(), Because::Displaced)]);
}

#[test]
fn a_host_name_is_never_displaced_by_an_edge() {
    let plan = World::default()
        .installed("scipy", "1", &["numpy>=2"])
        .installed("numpy", "1.26", &[])
        .lists(&["numpy", "scipy"])
        .requires(&["numpy", "scipy"])
        .plan();
    assert_eq!(status(&plan, "numpy"), Status::Host);
    assert_eq!(status(&plan, "scipy"), Status::Closure);
}

#[test]
fn the_three_numpy_and_scipy_outcomes() {
    let full = World::default()
        .installed("numpy", "2.3.1", &[])
        .installed("scipy", "1.17", &["numpy>=1.26"])
        .lists(&["numpy", "scipy"]);
    let plan = full.clone().requires(&["numpy", "scipy"]).plan();
    assert_eq!(exposed(&plan).len(), 2);
    let mut without = full;
    without.host.remove(&"numpy".parse().unwrap());
    let plan = without.clone().requires(&["numpy", "scipy"]).plan();
    assert_eq!(status(&plan, "numpy"), Status::NotInstalled);
    assert_eq!(status(&plan, "scipy"), Status::Host);
    assert_eq!(
        install(&plan),
        [("numpy>=1.26".to_owned(), Because::Displaced)]
    );
    assert!(codes(&plan).contains(&"BIP220"));
    let plan = without.requires(&["scipy"]).plan();
    assert_eq!(status(&plan, "numpy"), Status::NotRequired);
    assert_eq!(status(&plan, "scipy"), Status::Closure);
    assert_eq!(
        detail(&plan, "scipy"),
        "scipy -> numpy: numpy is not installed in the host"
    );
}

#[test]
fn conflicts_alone_and_together() {
    let alone = World::default()
        .installed("a", "1", &["lib>=3"])
        .lists(&["a"])
        .requires(&["a", "lib<2"])
        .plan();
    assert_eq!(status(&alone, "a"), Status::Conflict);
    assert_eq!(
        install(&alone),
        [
            ("a".to_owned(), Because::Fallback),
            ("lib<2".to_owned(), Because::Unlisted)
        ]
    );
    let jointly = World::default()
        .installed("a", "1", &["lib>=3"])
        .installed("b", "1", &["lib<3"])
        .lists(&["b", "a"])
        .requires(&["a", "b", "lib"])
        .plan();
    assert_eq!(status(&jointly, "a"), Status::Host);
    assert_eq!(status(&jointly, "b"), Status::Conflict);
}

#[test]
fn a_url_needs_the_same_origin() {
    let world = World::default()
        .installed("a", "1", &[])
        .lists(&["a"])
        .requires(&[&format!("a @ {URL}#sha256=00")]);
    assert_eq!(status(&world.plan(), "a"), Status::Url);
    let recorded = world.with("a", |a| a.from_url = true);
    assert_eq!(status(&recorded.plan(), "a"), Status::Host);
    let same = recorded.clone().with("a", |a| a.hash = Some("00"));
    assert_eq!(status(&same.plan(), "a"), Status::Host);
    let other = recorded.with("a", |a| a.hash = Some("11")).plan();
    assert_eq!(status(&other, "a"), Status::Url);
    // The hash is all that differs, so that it has to be told.
    assert_eq!(
        detail(&other, "a"),
        format!(
            "required from `{URL}#sha256=00`, which the host's copy does not record as its origin"
        )
    );
}

#[test]
fn not_required_speaks_louder_once_the_backend_was_asked() {
    use passthrough_diagnostic::Severity;

    let world = World::default().lists(&["a"]).requires(&["b"]);
    let severity = |plan: &Plan| plan.diagnostics[0].severity;
    assert_eq!(severity(&world.plan()), Severity::Info);
    assert_eq!(
        severity(&world.second(&[], &[], &[]).plan()),
        Severity::Warning
    );
}

#[test]
fn the_second_pass_cannot_undo_the_first() {
    let world = World::default()
        .installed("a", "1", &["b>=1"])
        .installed("b", "1", &[])
        .lists(&["a", "b"])
        .requires(&["a"]);
    // A dynamic requirement that excludes what is exposed is an error.
    let plan = world
        .clone()
        .second(&["a>=2", "b"], &["a==1", "b==1"], &[])
        .plan();
    assert_eq!(status(&plan, "a"), Status::Host);
    assert_eq!(status(&plan, "b"), Status::Host);
    assert!(codes(&plan).contains(&"BIP226"));
    assert_eq!(install(&plan), []);
    // What was downloaded is displaced when it satisfies the edges, else a conflict.
    let late = World::default()
        .installed("a", "1", &["b>=2"])
        .installed("b", "2", &[])
        .lists(&["a"])
        .requires(&["c"]);
    let fits = late.clone().second(&["a"], &[], &["b==3", "c==1"]).plan();
    assert_eq!(status(&fits, "a"), Status::Host);
    assert_eq!(exposed(&fits), [("a", Role::Listed)]);
    assert_eq!(install(&fits), []);
    let clash = late.clone().second(&["a"], &[], &["b==1", "c==1"]).plan();
    assert_eq!(status(&clash, "a"), Status::Conflict);
    // A listed name that was downloaded cannot be exposed any more.
    let downloaded = late.second(&["a"], &[], &["a==1"]).plan();
    assert_eq!(status(&downloaded, "a"), Status::Conflict);
}

#[test]
fn a_new_name_is_not_blamed_for_what_was_settled_before() {
    let plan = World::default()
        .installed("torch", "1", &["wheel<=0.44"])
        .installed("kernels", "1", &["wheel>=0.40"])
        .lists(&["torch", "kernels"])
        .requires(&["torch", "wheel"])
        .second(&["kernels", "wheel>0.44"], &["torch==1"], &["wheel==0.44"])
        .plan();
    assert_eq!(status(&plan, "kernels"), Status::Host);
}

#[test]
fn a_dynamic_reference_to_another_source_than_that_of_the_exposed_is_an_error() {
    let hook = format!("a @ {}#sha256=00", URL.replace("//", "//user:secret@"));
    let world = World::default()
        .installed("a", "1", &["b"])
        .installed("b", "1", &[])
        .lists(&["a"])
        .requires(&["a"]);
    let world = world.second(&[&hook], &["a==1", "b==1"], &[]);
    let plan = world.plan();
    assert_eq!(status(&plan, "a"), Status::Host);
    assert_eq!(install(&plan), []);
    assert_eq!(codes(&plan), ["BIP226"]);
    assert_eq!(
        plan.diagnostics[0].message,
        format!(
            "the backend requires a from `{URL}#sha256=00`, but a 1 of the host is already exposed, and does not record that as its origin"
        )
    );
    let recorded = world.with("a", |a| a.from_url = true);
    assert_eq!(codes(&recorded.plan()), [""; 0]);
    // Of a member that nobody has listed it is the same.
    let hook = format!("b @ {URL}");
    let mut member = recorded;
    member.dynamic = Some(vec![hook.parse().unwrap()]);
    assert_eq!(codes(&member.plan()), ["BIP226"]);
}

#[test]
fn a_host_that_has_changed_since_the_first_pass_is_an_error() {
    let world = World::default()
        .installed("a", "1.0", &["b"])
        .installed("b", "1", &[])
        .lists(&["a"])
        .requires(&["a"]);
    let said = |exposed: &[&str], downloaded: &[&str]| {
        let plan = world.clone().second(&["a>=2"], exposed, downloaded).plan();
        let first = plan.diagnostics.first().unwrap();
        (first.rule.code, first.message.clone())
    };
    assert_eq!(
        said(&["a==2", "b==1"], &[]),
        (
            "BIP228",
            "a 2 was exposed to the build, and the host has a 1.0 now".to_owned()
        )
    );
    assert_eq!(
        said(&["a==1", "gone==3"], &[]),
        (
            "BIP228",
            "gone 3 was exposed to the build, and the host has no gone any more".to_owned()
        )
    );
    // Equal versions in other words are none, and downloads are another matter.
    assert_eq!(said(&["a==1", "b==1.0"], &["gone==3"]).0, "BIP226");
}

#[test]
fn a_dynamic_extra_without_its_closure_is_an_error() {
    let plan = World::default()
        .installed("a", "1", &["ghost; extra == 'x'"])
        .lists(&["a"])
        .requires(&["a"])
        .second(&["a[x]"], &["a==1"], &[])
        .plan();
    assert_eq!(status(&plan, "a"), Status::Host);
    assert!(codes(&plan).contains(&"BIP227"));
}

#[test]
fn a_dynamic_extra_that_excludes_a_download_is_an_error_unless_it_is_installed_again() {
    let world = |hook: &[&str], downloaded: &str| {
        World::default()
            .installed("a", "1", &["b>=2; extra == 'x'"])
            .installed("b", "2", &[])
            .lists(&["a"])
            .requires(&["a", "c"])
            .second(hook, &["a==1"], &["c==1", downloaded])
            .plan()
    };
    let plan = world(&["a[x]"], "b==1");
    assert_eq!(codes(&plan), ["BIP227"]);
    assert_eq!(
        plan.diagnostics[0].message,
        "the backend asks more of `a` than the build environment can give: a -> b: b 1 is already downloaded, a requires `>=2`"
    );
    assert_eq!(status(&plan, "a"), Status::Host);
    let fits = world(&["a[x]"], "b==2.1");
    assert_eq!((codes(&fits), install(&fits)), (vec![], vec![]));
    let again = world(&["a[x]", "b"], "b==1");
    assert_eq!(codes(&again), [""; 0]);
    assert_eq!(install(&again), [("b>=2".to_owned(), Because::Displaced)]);
    // A marker that is false requires nothing.
    let not_here = world(&["a[x]", "b; sys_platform == 'win32'"], "b==1");
    assert_eq!(codes(&not_here), ["BIP227"]);
}

#[test]
fn constraints_exclude_and_are_merged() {
    let world = World::default()
        .installed("a", "1", &["b"])
        .installed("b", "1", &[])
        .lists(&["a"]);
    let plan = world
        .clone()
        .requires(&["a", "lib"])
        .constrains(&["a<1", "lib<9"])
        .plan();
    assert_eq!(status(&plan, "a"), Status::Version);
    assert_eq!(
        install(&plan),
        [
            ("a<1".to_owned(), Because::Fallback),
            ("lib<9".to_owned(), Because::Unlisted)
        ]
    );
    // On a member it costs the whole name.
    let plan = world.requires(&["a"]).constrains(&["b>1"]).plan();
    assert_eq!(status(&plan, "a"), Status::Closure);
}

#[test]
fn a_denied_member_is_exposed_in_no_role() {
    let world = World::default()
        .installed("a", "1", &["b"])
        .installed("b", "1", &[])
        .lists(&["a"])
        .denies(&["b"]);
    assert_eq!(
        status(&world.clone().requires(&["a"]).plan(), "a"),
        Status::Closure
    );
    let plan = world.requires(&["a", "b"]).plan();
    assert_eq!(exposed(&plan), [("a", Role::Listed)]);
    assert_eq!(install(&plan), [("b".to_owned(), Because::Displaced)]);
}

#[test]
fn an_editable_is_exposed_and_not_cacheable() {
    let plan = World::default()
        .installed("a", "1", &[])
        .with("a", |a| a.editable = true)
        .lists(&["a"])
        .requires(&["a"])
        .plan();
    assert_eq!(status(&plan, "a"), Status::Host);
    assert!(!plan.cacheable());
    assert!(codes(&plan).contains(&"BIP224"));
}

#[test]
fn not_required_says_when_it_passes_through_anyway() {
    let plan = World::default()
        .installed("a", "1", &["b"])
        .installed("b", "1", &[])
        .lists(&["a", "b"])
        .requires(&["a"])
        .plan();
    assert_eq!(status(&plan, "b"), Status::NotRequired);
    assert_eq!(
        detail(&plan, "b"),
        "no build requirement names it; it passes through in the closure of a"
    );
    assert_eq!(exposed(&plan), [("a", Role::Listed), ("b", Role::Closure)]);
}
