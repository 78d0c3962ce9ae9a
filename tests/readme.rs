//! The console blocks of the README, run from the top of the checkout. To
//! write their output anew: `PASSTHROUGH_BLESS=1 cargo test --workspace`.

use std::path::Path;
use std::process::Command;

use fs_err as fs;

#[test]
fn console_blocks_print_what_they_show() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = root.join("README.md");
    let shown = fs::read_to_string(&readme).unwrap();
    let (actual, commands) = rerun(&shown, &root);
    assert!(commands > 0, "the README shows no command");
    if std::env::var_os("PASSTHROUGH_BLESS").is_some() {
        fs::write(&readme, &actual).unwrap();
    } else {
        assert_same(&shown, &actual);
    }
}

/// The text with the output of each `$ command` of a console block replaced by
/// what it prints now; and how many there are.
fn rerun(text: &str, root: &Path) -> (String, usize) {
    let (mut result, mut commands, mut in_block) = (String::new(), 0, false);
    for line in text.lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| in_block) {
            commands += 1;
            result.push_str(&format!("{line}\n{}", output(command, root)));
            continue;
        } else if in_block {
            continue;
        }
        result.push_str(line);
        result.push('\n');
    }
    (result, commands)
}

fn output(command: &str, root: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_passthrough-check"));
    let path = std::env::join_paths([
        binary.parent().unwrap(),
        Path::new("/usr/bin"),
        Path::new("/bin"),
    ]);
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(root)
        .env("PATH", path.unwrap())
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    assert!(output.status.success(), "{command}: {output:?}");
    assert!(output.stderr.is_empty(), "{command}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn assert_same(shown: &str, actual: &str) {
    let first = shown
        .lines()
        .zip(actual.lines())
        .find(|(shown, actual)| shown != actual);
    assert!(
        shown == actual,
        "README.md is out of date at {first:?}: run `PASSTHROUGH_BLESS=1 cargo test --workspace`"
    );
}
