//! A diagnosis as lines of text.

use std::path::Path;

use super::{Diagnosis, Source, Stage};

/// The most lines of a traceback that are shown: its end.
const TRACEBACK: usize = 40;

/// The most entries of anything else.
const MOST: usize = 24;

/// The most characters of a line.
const LONGEST: usize = 1000;

impl Diagnosis {
    /// The diagnosis for a reader, without ends of lines. What a text holds
    /// besides its own lines is raw; very long ones are cut, but for what is
    /// meant to be copied.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.summary.clone()];
        lines.push(format!("  stage: {}", self.stage.as_str()));
        lines.push(format!("  backend: {}", self.declared()));
        self.chain(&mut lines);
        self.interpreter(&mut lines);
        self.origins(&mut lines);
        self.host(&mut lines);
        lines.iter_mut().for_each(cut);
        self.remedies(&mut lines);
        lines
    }

    fn interpreter(&self, lines: &mut Vec<String>) {
        let Some(surroundings) = &self.surroundings else {
            return;
        };
        lines.push(format!(
            "  interpreter: {} (Python {})",
            surroundings.executable, surroundings.version
        ));
        lines.push(format!("  prefix: {}", surroundings.prefix));
        lines.push("  sys.path:".to_owned());
        push_some(lines, surroundings.sys_path.iter().cloned());
    }

    fn origins(&self, lines: &mut Vec<String>) {
        if self.requirements.is_empty() {
            return;
        }
        lines.push("  build requirements:".to_owned());
        let origins = self.requirements.iter().map(|origin| {
            let by = if origin.dynamic {
                " (asked for by the backend)"
            } else {
                ""
            };
            format!("{}{by}: {}", origin.requirement, words(&origin.source))
        });
        push_some(lines, origins);
    }

    fn host(&self, lines: &mut Vec<String>) {
        let Some(missing) = &self.missing else {
            return;
        };
        lines.push(format!("  missing: {}", missing.name));
        let copies = missing.host.iter().map(|copy| {
            let version = copy.version.as_deref().unwrap_or("of unknown version");
            let place = copy.location.display();
            format!("the host has it: {} {version}, in {place}", copy.name)
        });
        push_some(lines, copies);
        if missing.host.is_empty() {
            lines.push(indented("the host does not have it"));
        }
    }

    fn remedies(&self, lines: &mut Vec<String>) {
        for advice in &self.advice {
            let mut text = format!("  help: {}", advice.text);
            cut(&mut text);
            lines.push(text);
            let toml = advice.toml.iter().flat_map(|toml| toml.lines());
            lines.extend(toml.map(indented));
        }
        if let Some(command) = &self.reproduce {
            lines.push("  to do the same again:".to_owned());
            lines.push(indented(command));
        }
    }

    fn declared(&self) -> String {
        let place = match self.declared.line {
            Some(line) => format!("pyproject.toml, line {line}"),
            None => "the default of PEP 517".to_owned(),
        };
        let path = if self.declared.path.is_empty() {
            String::new()
        } else {
            format!(", in-tree: {}", self.declared.path.join(", "))
        };
        format!("{} ({place}{path})", self.declared.name)
    }

    /// How it came to the failure.
    fn chain(&self, lines: &mut Vec<String>) {
        for (module, place) in &self.found {
            lines.push(format!("  found: {module} at {place}"));
        }
        let Some(exception) = &self.exception else {
            return;
        };
        if self.stage == Stage::Hook && !self.traceback.is_empty() {
            let all: Vec<&str> = self.traceback.lines().collect();
            let skipped = all.len().saturating_sub(TRACEBACK);
            if skipped > 0 {
                lines.push(format!("      ... {skipped} lines before"));
            }
            lines.extend(all[skipped..].iter().map(|line| indented(line)));
            return;
        }
        for frame in &exception.frames {
            let file = Path::new(&frame.file).display();
            lines.push(format!("  {file}:{}: {}", frame.line, frame.text));
        }
        let mut message = exception.message.lines();
        let first = message.next().unwrap_or_default();
        lines.push(format!("  {}: {first}", exception.class));
        push_some(lines, message.map(str::to_owned));
    }
}

fn words(source: &Source) -> String {
    match source {
        Source::Host {
            version,
            location,
            editable,
        } => {
            let editable = if *editable {
                ", an editable install"
            } else {
                ""
            };
            format!("{version} from the host, {}{editable}", location.display())
        }
        Source::Downloaded { version } => format!("{version}, downloaded"),
        Source::NotNeeded => "not needed here".to_owned(),
        Source::Missing => "missing".to_owned(),
    }
}

/// Cuts a line that nobody would read to its end.
fn cut(line: &mut String) {
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push_str(" ...");
    }
}

fn indented(line: &str) -> String {
    format!("      {line}").trim_end().to_owned()
}

/// Adds entries below a heading; not all of very many.
fn push_some(lines: &mut Vec<String>, entries: impl Iterator<Item = String>) {
    let mut entries = entries;
    lines.extend(entries.by_ref().take(MOST).map(|entry| indented(&entry)));
    let more = entries.count();
    if more > 0 {
        lines.push(format!("      ... and {more} more"));
    }
}
