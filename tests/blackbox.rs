//! Black-box conformance through the command line: whatever a frontend does, the
//! run ends, says what happened where, and judges every other case.

mod alike;
mod broken;
mod controls;
mod coverage;
mod frontends;
mod interrupt;
mod missing;
mod prepared;
mod profiles;
mod reports;
mod reproduce;
mod world;

use std::path::PathBuf;
use std::process::Command;

use fs_err as fs;
use passthrough_protocol::{ConformanceReport, Verdict};
use passthrough_world::python;
use serde_json::json;

use crate::context::{Context, Ran};

/// A frontend in a few lines: `project out index`. It takes build requirements as
/// wheels from the index, without their dependencies, and runs the backend with
/// them in the host's interpreter. What it does wrong the name of the case says.
const FRONTEND: &str = r#"
import os, re, signal, subprocess, sys, time, urllib.parse, urllib.request
project, out, index = sys.argv[1:]
does = os.path.basename(os.path.dirname(project))
opened = urllib.request.build_opener(urllib.request.ProxyHandler({}))
def leave():
    left = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    with open(os.path.join(os.path.dirname(__file__), does + ".left"), "w") as file:
        file.write(str(left.pid))
if does == "crashes":
    leave()
    os.kill(os.getpid(), signal.SIGKILL)
if does == "hangs":
    leave()
    open(os.path.join(out, "begun"), "w").close()
    time.sleep(1000)
if does == "floods":
    while True:
        print("x" * 1000000)
if does == "writes-nothing":
    sys.exit()
if does == "ignores-the-index":
    opened, index = urllib.request.build_opener(), "http://pypi.invalid/simple/"
if does == "goes-elsewhere":
    try:
        urllib.request.urlopen("http://pypi.invalid/simple/")
    except OSError:
        pass
if does == "repeats-itself":
    backend = os.path.join(project, "_probe", "probe_backend.py")
    text = open(backend).read()
    text = re.sub(r'(nonce\\?"\s*:\s*\\?")[0-9a-f]+', r"\g<1>0123", text)
    open(backend, "w").write(text)
pyproject = open(os.path.join(project, "pyproject.toml")).read()
for name in re.findall(r'"([a-z]+)"', re.search(r"requires = \[(.*?)\]", pyproject, re.S)[1]):
    page = index + name + "/"
    for href in re.findall(r'href="([^"]+\.whl)[#"]', opened.open(page).read().decode()):
        address = urllib.parse.urljoin(page, href)
        path = os.path.join(os.environ["TMPDIR"], os.path.basename(href))
        with open(path, "wb") as file:
            file.write(opened.open(address).read())
        sys.path.insert(0, path)
os.chdir(project)
sys.path.insert(0, "_probe")
import probe_backend
probe_backend.build_wheel(out)
if does == "leaves-processes":
    leave()
if does == "removes-the-world":
    import shutil
    shutil.rmtree(os.path.dirname(project), ignore_errors=True)
if does == "fails-afterwards":
    sys.exit(3)
"#;

/// Cases and frontends of a test's own.
struct Bench {
    context: Context,
}

impl Bench {
    /// With a case for each of these names, which all ask for the same.
    fn new(cases: &[&str]) -> Self {
        let bench = Self {
            context: Context::new(),
        };
        for id in cases {
            let case = json!({
                "id": id, "title": "a project is built", "why": "nothing would work",
                "world": {
                    "host": [{"name": "plain", "version": "1.0"}],
                    "index": [{"name": "plain", "version": "1.0"}],
                    "project": {"requires": ["plain"]}
                },
                "checks": [
                    {"id": "built", "cites": ["CONF-7"], "what": "built", "is": ["yes"]},
                    {"id": "import", "cites": ["EXP-2"], "what": "import", "of": "plain", "is": ["index"]},
                    {"id": "nowhere-else", "cites": ["CONF-7"], "what": "elsewhere", "is": []}
                ]
            });
            bench
                .context
                .write(&format!("cases-here/{id}.json"), case.to_string());
        }
        bench
    }

    /// A profile of a frontend that is this Python program.
    fn profile(&self, name: &str, program: &str, timeout: u16) -> PathBuf {
        let script = self.context.write(&format!("{name}.py"), program);
        let text = format!(
            r#"
schema = "passthrough-profile/1"
name = "{name}"
source = "tests/blackbox.rs"
requirements = []
version = {{ argv = ["/bin/sh", "-c", "echo 7.1"], pattern = '(\S+)' }}
host = "python-flag"
table = "{name}"
capabilities = ["backend-path"]

[steps.wheel]
argv = ["{{python}}", "{}", "{{project}}", "{{out}}", "{{index}}"]
timeout = {timeout}
"#,
            script.display()
        );
        self.context.write(&format!("{name}.toml"), text)
    }

    /// The profile of a frontend, with what `requirements` installs; its version
    /// is what this Python program prints there.
    fn installed(&self, name: &str, requirement: &str, version: &str) -> PathBuf {
        let path = self.profile(name, FRONTEND, 60);
        let text = fs::read_to_string(&path).unwrap();
        let text = text
            .replacen(
                "requirements = []",
                &format!("requirements = [{requirement:?}]"),
                1,
            )
            .replacen(
                r#"["/bin/sh", "-c", "echo 7.1"]"#,
                &format!(r#"["{{tool}}/bin/python", "-c", {version:?}]"#),
                1,
            );
        fs::write(&path, text).unwrap();
        path
    }

    /// Whether what the frontend left running in this case is there no more, on
    /// Linux.
    fn is_ended(&self, case: &str) -> bool {
        let left = fs::read_to_string(self.context.path(format!("{case}.left"))).unwrap();
        let Ok(stat) = fs::read_to_string(format!("/proc/{}/stat", left.trim())) else {
            return true;
        };
        // A dead one that nobody waited for is still there, as a zombie.
        let (_, state) = stat.rsplit_once(") ").unwrap();
        state.starts_with('Z')
    }

    /// `conformance`, with what takes long to make kept from test to test.
    fn conformance(&self) -> Command {
        let mut command = self.context.command();
        command
            .env(
                "PASSTHROUGH_CACHE_DIR",
                python::target_directory().join("blackbox"),
            )
            .env("TMPDIR", self.temporary())
            .arg("conformance");
        command
    }

    /// Where worlds are made.
    fn temporary(&self) -> PathBuf {
        let path = self.context.path("tmp");
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// A run of the bench's own cases.
    fn run(&self, profile: &str) -> Command {
        let mut command = self.conformance();
        command
            .args([
                "run",
                "--profile",
                profile,
                "--filter",
                "cases-here/",
                "--cases",
            ])
            .arg(self.context.path("cases-here"))
            .arg("--python")
            .arg(python::any());
        command
    }

    fn report(&self, profile: &str, arguments: &[&str]) -> (Ran, ConformanceReport) {
        let mut command = self.run(profile);
        let ran = Ran::of(command.args(["--output-format", "json"]).args(arguments));
        let report =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        (ran, report)
    }

    /// Whether nothing is left of any world.
    fn is_clean(&self) -> bool {
        fs::read_dir(self.temporary()).unwrap().next().is_none()
    }
}

/// The checks of a case, with verdict and code: `built fail nothing`.
fn checks(report: &ConformanceReport, case: &str) -> Vec<String> {
    let rows = report.cases.iter();
    let of_case = rows.filter_map(|row| Some((row.id.strip_prefix(case)?.strip_prefix('/')?, row)));
    of_case
        .map(|(check, row)| {
            let code = row.code.as_deref().unwrap_or_default();
            format!("{check} {} {code}", row.verdict.as_str())
                .trim_end()
                .to_owned()
        })
        .collect()
}

fn passes(report: &ConformanceReport, case: &str) -> bool {
    let rows = report.cases.iter();
    let mut rows = rows
        .filter(|row| row.id.starts_with(&format!("{case}/")))
        .peekable();
    rows.peek().is_some() && rows.all(|row| row.verdict == Verdict::Pass)
}
