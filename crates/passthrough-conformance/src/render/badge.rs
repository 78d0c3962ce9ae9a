use passthrough_protocol::ConformanceReport;
use serde_json::json;

/// The endpoint document of shields.io. The words never say more than what
/// was counted.
pub(super) fn write(reports: &[ConformanceReport]) -> String {
    let (message, color) = match reports.first() {
        None => ("no report".to_owned(), "lightgrey"),
        Some(report) => {
            let must = report.summary.must;
            let message = format!(
                "{}/{} MUST · revision {}",
                must.met, must.tested, report.revision
            );
            let color = match report.summary.exit_code {
                0 if must.met == must.tested => "brightgreen",
                0 => "yellow",
                _ => "red",
            };
            (message, color)
        }
    };
    let badge = json!({
        "schemaVersion": 1,
        "label": "build isolation passthrough",
        "message": message,
        "color": color,
    });
    format!("{badge:#}\n")
}
