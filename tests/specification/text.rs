//! The three places that state the rules, and what must hold between them.

use std::collections::{BTreeMap, BTreeSet};

use passthrough_check::explain::requirements::Requirement;

use super::markdown::{
    Block, Kind, anchors, blocks, footnotes, links, section, slug, without_code,
};

/// The files of the specification, in the order of the PEP's sections.
pub(crate) const FILES: [&str; 7] = [
    "terms.md",
    "declaration.md",
    "eligibility.md",
    "closure.md",
    "algorithm.md",
    "exposure.md",
    "build.md",
];

/// The levels, which are words of RFC 2119, the strongest first.
const LEVELS: [&str; 3] = ["MUST", "SHOULD", "MAY"];
const OTHER_KEYWORDS: [&str; 5] = ["REQUIRED", "SHALL", "RECOMMENDED", "OPTIONAL", "CANNOT"];

/// The texts that the checks compare.
#[derive(Clone)]
pub(crate) struct Texts {
    pub(crate) registry: Vec<Requirement>,
    pub(crate) pep: String,
    /// By path from the root of the repository: those of [`FILES`] first.
    pub(crate) spec: Vec<(String, String)>,
}

/// A definition of a rule, in a document.
#[derive(Debug, PartialEq, Eq)]
struct Definition {
    id: String,
    standing: String,
    text: String,
}

/// `**ID** (LEVEL, basis). Text`, or a row of the table of statuses.
fn definition(block: &Block) -> Option<Definition> {
    if block.kind == Kind::Row {
        let cells = block.cells();
        let id = cells.first()?.strip_prefix("**")?.strip_suffix("**")?;
        let [_, status, when, standing] = cells.as_slice() else {
            return None;
        };
        return Some(Definition {
            id: id.to_owned(),
            standing: standing.clone(),
            text: format!("{status}: {when}"),
        });
    }
    if block.kind != Kind::Text {
        return None;
    }
    let plain = block.plain();
    let (id, rest) = plain.strip_prefix("**")?.split_once("** (")?;
    let (standing, text) = rest.split_once("). ")?;
    let is_id = id.contains('-') && !id.contains(' ');
    is_id.then(|| Definition {
        id: id.to_owned(),
        standing: standing.to_owned(),
        text: text.to_owned(),
    })
}

impl Texts {
    fn spec_blocks(&self) -> Vec<(&str, Vec<Block>)> {
        let files = self.spec.iter();
        files
            .map(|(name, text)| (name.as_str(), blocks(text)))
            .collect()
    }

    /// The blocks that are the specification: neither quoted nor fenced.
    fn normative_of_spec(&self) -> Vec<(String, String)> {
        let of_file = |(name, text): &(String, String)| {
            let blocks = blocks(text).into_iter();
            let place = |block: &Block| format!("{name}:{}", block.line);
            blocks
                .filter(|block| is_normative(block, 2))
                .map(|block| (place(&block), block.plain()))
                .collect::<Vec<_>>()
        };
        self.spec[..FILES.len()].iter().flat_map(of_file).collect()
    }

    fn normative_of_pep(&self) -> Vec<(String, String)> {
        let all = blocks(&self.pep);
        let place = |block: &Block| format!("pep-draft.md:{}", block.line);
        section(&all, "Specification")
            .iter()
            .filter(|block| is_normative(block, 3))
            .map(|block| (place(block), block.plain()))
            .collect()
    }

    /// Where the PEP and the files of the specification first differ.
    pub(crate) fn drift(&self) -> Vec<String> {
        let (spec, pep) = (self.normative_of_spec(), self.normative_of_pep());
        let differs = spec.iter().zip(&pep).find(|((_, a), (_, b))| a != b);
        if let Some(((spec_place, spec), (pep_place, pep))) = differs {
            return vec![format!("{spec_place}: {spec}\n{pep_place}: {pep}")];
        }
        let longer = spec.get(pep.len()).or_else(|| pep.get(spec.len()));
        longer
            .map(|(place, text)| format!("{place}: only here: {text}"))
            .into_iter()
            .collect()
    }

    /// Examples of the PEP that no file of the specification has.
    pub(crate) fn examples_of_the_pep_alone(&self) -> Vec<String> {
        let fences = |blocks: &[Block]| -> BTreeSet<String> {
            let fences = blocks.iter();
            fences
                .filter(|block| matches!(block.kind, Kind::Fence(_)))
                .map(|block| block.raw.clone())
                .collect()
        };
        let pep = fences(section(&blocks(&self.pep), "Specification"));
        let spec = self.spec_blocks();
        let spec: BTreeSet<String> = spec.iter().flat_map(|(_, blocks)| fences(blocks)).collect();
        pep.difference(&spec).cloned().collect()
    }

    /// Where the registry and the definitions of a document differ.
    pub(crate) fn definitions(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let pep = blocks(&self.pep);
        let pep = pep.iter().filter_map(definition).collect::<Vec<_>>();
        let mut spec = Vec::new();
        for (file, blocks) in self.spec_blocks() {
            for block in &blocks {
                let Some(definition) = definition(block) else {
                    continue;
                };
                let anchor = definition.id.to_ascii_lowercase();
                let section = format!("{file}#{anchor}");
                let registered = self.registry.iter().find(|r| r.id == definition.id);
                if registered.is_none_or(|r| format!("spec/{}", r.section) != section)
                    || anchors(&block.raw) != [anchor.as_str()]
                {
                    wrong.push(format!("{}: its section is {section}", definition.id));
                }
                spec.push(definition);
            }
        }
        let registry: Vec<Definition> = self.registry.iter().map(registered).collect();
        for (place, definitions) in [("pep-draft.md", pep), ("spec/*.md", spec)] {
            let mut rest: Vec<&Definition> = registry.iter().collect();
            for definition in &definitions {
                match rest.iter().position(|other| *other == definition) {
                    Some(at) => {
                        rest.remove(at);
                    }
                    None => wrong.push(format!("{place}: not as in the registry: {definition:?}")),
                }
            }
            let missing = rest.iter().map(|rest| format!("{place}: no {rest:?}"));
            wrong.extend(missing);
        }
        wrong
    }

    /// What is wrong within the registry, and with its reasons in the text.
    pub(crate) fn registry_faults(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let spec = self.spec_blocks();
        let quotes = spec.iter().flat_map(|(_, blocks)| blocks);
        let quotes: Vec<String> = quotes
            .filter(|block| block.kind == Kind::Quote)
            .map(Block::plain)
            .collect();
        let mut ids = BTreeSet::new();
        for requirement in &self.registry {
            let Requirement {
                id,
                level,
                basis,
                text,
                observable,
                excluded,
                rationale,
                ..
            } = requirement;
            let mut fault = |what: &str| wrong.push(format!("{id}: {what}"));
            if !ids.insert(id) {
                fault("registered twice");
            }
            let levels = match basis.as_str() {
                "open" => ["open"].as_slice(),
                "draft" | "decided" => &LEVELS,
                _ => &[],
            };
            if !levels.contains(&level.as_str()) {
                fault("no such level and basis");
            }
            if !["decision", "blackbox", "both", "none"].contains(&observable.as_str()) {
                fault("no such `observable`");
            }
            if (observable == "none") != excluded.is_some() {
                fault("`excluded` goes with `observable = \"none\"`, and with nothing else");
            }
            // The rows of the table of statuses get their word from ELIG-order.
            let strongest = keyword(text).unwrap_or("open");
            let is_row = text.starts_with('`') && text.contains("`: ");
            if !is_row && strongest != level.as_str() {
                fault("the level is not that of the strongest word");
            }
            let why = format!("*Why {id}.* {rationale}");
            if quotes.iter().filter(|quote| **quote == why).count() != 1 {
                fault("its reason does not stand once in spec/*.md, as it is");
            }
        }
        for quote in quotes
            .iter()
            .filter_map(|quote| quote.strip_prefix("*Why "))
        {
            let id = quote.split(".*").next().unwrap_or_default();
            if !self.registry.iter().any(|requirement| requirement.id == id) {
                wrong.push(format!("{id}: a reason, and no rule"));
            }
        }
        wrong
    }

    /// Ids that the texts mention and the registry does not have.
    pub(crate) fn unknown_ids(&self) -> Vec<String> {
        let known: BTreeSet<&str> = self.registry.iter().map(|r| r.id.as_str()).collect();
        let families: BTreeSet<&str> = known.iter().filter_map(|id| id.split('-').next()).collect();
        let texts = self.spec.iter().map(|(name, text)| (name.as_str(), text));
        let mut unknown = Vec::new();
        for (name, text) in texts.chain([("pep-draft.md", &self.pep)]) {
            let is_of_id = |c: char| c.is_ascii_alphanumeric() || c == '-';
            for word in text.split(|c| !is_of_id(c)) {
                let word = word.trim_end_matches('-');
                let family = word.split('-').next().unwrap_or_default();
                let is_id = families.contains(family) && word.len() > family.len();
                if is_id && !known.contains(word) {
                    unknown.push(format!("{name}: {word}"));
                }
            }
        }
        unknown
    }

    /// Words of RFC 2119 that stand outside of a rule.
    pub(crate) fn stray_keywords(&self) -> Vec<String> {
        let mut stray = Vec::new();
        for (file, blocks) in self.spec_blocks() {
            let mut heading = String::new();
            for block in &blocks {
                match block.kind {
                    Kind::Heading(_) => heading = block.plain(),
                    Kind::Fence(_) => continue,
                    _ => {}
                }
                // This section says what the words mean.
                let says_it = heading == "Conventions" && block.kind == Kind::Text;
                let words = without_code(&block.plain());
                let has_word = keyword(&words).is_some()
                    || OTHER_KEYWORDS.iter().any(|word| has(&words, word));
                if has_word && !says_it && definition(block).is_none() {
                    stray.push(format!("{file}:{}: {words}", block.line));
                }
            }
        }
        stray
    }

    /// Links that lead nowhere; `exists` answers for files outside of the texts.
    pub(crate) fn broken_links(&self, exists: impl Fn(&str) -> bool) -> Vec<String> {
        let pep = ("pep-draft.md".to_owned(), self.pep.clone());
        let texts: BTreeMap<&str, &str> = self
            .spec
            .iter()
            .chain([&pep])
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let mut broken = Vec::new();
        for (name, text) in &texts {
            let blocks = blocks(text);
            let prose = blocks.iter().filter(|b| !matches!(b.kind, Kind::Fence(_)));
            for (_, target) in prose.flat_map(|block| links(&block.raw)) {
                if target.starts_with("https://") {
                    continue;
                }
                let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
                let path = resolve(name, path);
                let is_there = match texts.get(path.as_str()) {
                    Some(text) => anchor.is_empty() || has_anchor(text, anchor),
                    None => anchor.is_empty() && exists(&path),
                };
                if !is_there {
                    broken.push(format!("{name}: {target}"));
                }
            }
            let (defined, used): (Vec<&str>, Vec<&str>) = footnotes(text)
                .into_iter()
                .partition(|note| text.contains(&format!("\n[^{note}]: ")));
            broken.extend(used.iter().map(|note| format!("{name}: no note [^{note}]")));
            let unused = defined
                .iter()
                .filter(|note| defined.iter().filter(|other| other == note).count() < 2);
            broken.extend(unused.map(|note| format!("{name}: nothing refers to [^{note}]")));
        }
        broken
    }
}

fn is_normative(block: &Block, top: usize) -> bool {
    match block.kind {
        Kind::Heading(level) => level >= top,
        Kind::Text | Kind::Row => true,
        Kind::Quote | Kind::Fence(_) => false,
    }
}

fn registered(requirement: &Requirement) -> Definition {
    let Requirement { level, basis, .. } = requirement;
    Definition {
        id: requirement.id.clone(),
        standing: if level == basis {
            basis.clone()
        } else {
            format!("{level}, {basis}")
        },
        text: requirement.text.clone(),
    }
}

/// The level that the strongest word of a text gives to it.
fn keyword(text: &str) -> Option<&'static str> {
    LEVELS.into_iter().find(|word| has(text, word))
}

fn has(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|part| part == word)
}

fn has_anchor(text: &str, anchor: &str) -> bool {
    let of_heading =
        |block: &Block| matches!(block.kind, Kind::Heading(_)) && slug(&block.plain()) == anchor;
    anchors(text).contains(&anchor) || blocks(text).iter().any(of_heading)
}

/// `path` as seen from the file `from`, both with `/`.
fn resolve(from: &str, path: &str) -> String {
    if path.is_empty() {
        return from.to_owned();
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}
