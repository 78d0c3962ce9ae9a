//! What comes from the host: each distribution once, and who needs whom.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use passthrough_protocol::{Exposed, Role};

use crate::escape::escape;
use crate::render::text::{FAINT, PLAIN, Page, STRONG, Styled, column, listing, padded};
use crate::render::words::counted;

pub(super) fn section(page: &mut Page, expose: &[Exposed], verbose: bool) {
    heading(page, expose);
    if verbose {
        rows(page, expose);
    } else {
        paragraphs(page, expose);
    }
}

fn heading(page: &mut Page, expose: &[Exposed]) {
    let text = format!("From the host: {}", counted(expose.len(), "distribution"));
    let place = common_location(expose)
        .map(|location| Styled::new(FAINT, format!("in {}", escape(location))));
    let title = Styled::new(STRONG, text).and(PLAIN, if place.is_some() { " " } else { "" });
    page.hanging(&title, place);
}

fn common_location(expose: &[Exposed]) -> Option<&str> {
    let first = expose.first()?.location.as_str();
    let same = |exposed: &Exposed| exposed.location == first;
    expose.iter().all(same).then_some(first)
}

/// A line for each distribution that needs others, breadth first from the
/// listed ones; a version is named where its distribution first appears.
fn paragraphs(page: &mut Page, expose: &[Exposed]) {
    let needs = Needs::of(expose);
    let order = needs.breadth_first();
    let parents = || order.iter().filter(|&&parent| !needs.of[parent].is_empty());
    let width = column(parents().map(|&parent| expose[parent].name.as_str()), 40);
    // The listed ones have a line with their version above.
    let mut named: BTreeSet<usize> = needs.listed().collect();
    for &parent in parents() {
        let children = needs.of[parent].iter().map(|&child| {
            let exposed = &expose[child];
            let name = Styled::new(PLAIN, escape(&exposed.name));
            if named.insert(child) {
                name.and(PLAIN, " ").and(FAINT, version(exposed))
            } else {
                name
            }
        });
        let children = listing(children.collect());
        let name = padded(&escape(&expose[parent].name), width);
        let first = Styled::new(PLAIN, format!("  {name} ")).and(FAINT, "needs ");
        page.hanging(&first, children);
    }
    let rest = (0..expose.len()).filter(|index| !named.contains(index));
    let rest: Vec<Styled> = rest
        .map(|index| {
            Styled::new(PLAIN, format!("{} ", escape(&expose[index].name)))
                .and(FAINT, version(&expose[index]))
        })
        .collect();
    if !rest.is_empty() {
        page.hanging(&Styled::new(FAINT, "  also "), listing(rest));
    }
}

fn rows(page: &mut Page, expose: &[Exposed]) {
    let names = column(expose.iter().map(|exposed| exposed.name.as_str()), 40);
    let versions: Vec<String> = expose.iter().map(version).collect();
    let width = column(versions.iter().map(String::as_str), 24);
    let common = common_location(expose).is_some();
    for (exposed, version) in expose.iter().zip(&versions) {
        let name = padded(&escape(&exposed.name), names);
        let first = format!("  {name}  {}  ", padded(version, width));
        let mut pieces = Vec::new();
        if exposed.role == Role::Listed {
            let comma = if exposed.required_by.is_empty() {
                ""
            } else {
                ","
            };
            pieces.push(Styled::new(PLAIN, format!("listed{comma}")));
        }
        if !exposed.required_by.is_empty() {
            let by = exposed.required_by.iter();
            pieces.push(Styled::new(FAINT, "needed by"));
            pieces.extend(listing(
                by.map(|name| Styled::new(PLAIN, escape(name))).collect(),
            ));
        }
        if !common {
            pieces.push(Styled::new(
                FAINT,
                format!("in {}", escape(&exposed.location)),
            ));
        }
        page.hanging(&Styled::new(PLAIN, first), pieces);
    }
}

fn version(exposed: &Exposed) -> String {
    let editable = if exposed.editable { " (editable)" } else { "" };
    format!("{}{editable}", escape(&exposed.version))
}

/// Who needs whom, as indices into what is exposed.
struct Needs<'a> {
    expose: &'a [Exposed],
    of: Vec<Vec<usize>>,
}

impl<'a> Needs<'a> {
    fn of(expose: &'a [Exposed]) -> Self {
        let index: BTreeMap<&str, usize> = expose
            .iter()
            .enumerate()
            .map(|(index, exposed)| (exposed.name.as_str(), index))
            .collect();
        let mut of = vec![Vec::new(); expose.len()];
        for (child, exposed) in expose.iter().enumerate() {
            let parents = exposed.required_by.iter();
            for &parent in parents.filter_map(|parent| index.get(parent.as_str())) {
                of[parent].push(child);
            }
        }
        Self { expose, of }
    }

    fn listed(&self) -> impl Iterator<Item = usize> {
        let all = self.expose.iter().enumerate();
        all.filter(|(_, exposed)| exposed.role == Role::Listed)
            .map(|(index, _)| index)
    }

    /// Every index once; what no listed one leads to comes last.
    fn breadth_first(&self) -> Vec<usize> {
        let mut seen = vec![false; self.expose.len()];
        let mut order = Vec::with_capacity(self.expose.len());
        let mut visit = |starts: Vec<usize>| {
            let mut queue = VecDeque::from(starts);
            while let Some(next) = queue.pop_front() {
                if !std::mem::replace(&mut seen[next], true) {
                    order.push(next);
                    queue.extend(&self.of[next]);
                }
            }
        };
        visit(self.listed().collect());
        for index in 0..self.expose.len() {
            visit(vec![index]);
        }
        order
    }
}
