//! Formats `json` and `json-lines`: the plan document, see
//! [`passthrough_protocol::Plan`].
//!
//! `json` prints one object for one project and an array for any other number
//! of them; `json-lines` prints one object a line for any number.

use serde_json::Result;

use crate::escape::escape_json;
use crate::report::Report;

pub(super) fn render(reports: &[Report]) -> Result<String> {
    let mut text = match reports {
        [report] => serde_json::to_string_pretty(&report.plan)?,
        _ => {
            let plans: Vec<_> = reports.iter().map(|report| &report.plan).collect();
            serde_json::to_string_pretty(&plans)?
        }
    };
    text.push('\n');
    Ok(escape_json(text))
}

pub(super) fn render_lines(reports: &[Report]) -> Result<String> {
    let mut text = String::new();
    for report in reports {
        text.push_str(&serde_json::to_string(&report.plan)?);
        text.push('\n');
    }
    Ok(escape_json(text))
}

#[cfg(test)]
mod tests;
