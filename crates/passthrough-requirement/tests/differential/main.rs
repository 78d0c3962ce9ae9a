//! This crate against `packaging` 26.3: every difference is explained in
//! `tests/explained-differences.toml`, and every explanation is needed.

#![expect(clippy::unwrap_used, reason = "this is a test")]

mod explain;
mod generate;
mod handpicked;
mod question;
mod random;

use std::process::Command;

use passthrough_world::python;
use serde_json::Value;

use crate::explain::Explanations;
use crate::question::Question;
use crate::random::Random;

fn questions() -> Vec<Question> {
    let random = &mut Random::new(0x9e52_6330);
    let mut questions = Vec::new();
    questions.extend(handpicked::VERSIONS.map(Question::version));
    questions.extend(
        handpicked::SPECIFIERS
            .map(|(text, versions)| Question::specifiers(text, versions.iter().copied())),
    );
    questions.extend(handpicked::REQUIREMENTS.map(Question::requirement));
    for text in handpicked::MARKERS {
        for extras in [&[][..], &["test"], &["Test.Extra"]] {
            let environment = generate::environment(random);
            questions.push(Question::marker(text, &environment, extras));
        }
    }
    for depth in [100, 101] {
        let text = format!("{}os_name == 'nt'{}", "(".repeat(depth), ")".repeat(depth));
        let environment = generate::environment(random);
        questions.push(Question::marker(&text, &environment, &[]));
    }
    for _ in 0..400 {
        questions.push(Question::name(&generate::name(random)));
    }
    for _ in 0..2500 {
        questions.push(Question::version(&generate::version(random)));
    }
    for _ in 0..2000 {
        let [a, b] = [(); 2].map(|()| generate::close_version(random));
        questions.push(Question::order(&a, &b));
    }
    for _ in 0..3000 {
        let (text, versions) = generate::specifiers(random);
        questions.push(Question::specifiers(
            &text,
            versions.iter().map(String::as_str),
        ));
    }
    for _ in 0..3000 {
        let text = generate::marker(random);
        let environment = generate::environment(random);
        let extras = generate::extras(random);
        questions.push(Question::marker(&text, &environment, &extras));
    }
    for _ in 0..3000 {
        questions.push(Question::requirement(&generate::requirement(random)));
    }
    questions
}

/// One JSON document a question, from one process.
fn answers_of_packaging(questions: &[Question]) -> Vec<Value> {
    let lines: String = questions
        .iter()
        .map(|question| format!("{}\n", question.asked))
        .collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs_err::write(file.path(), lines).unwrap();
    let environment = python::environment(&python::any(), &["packaging==26.3"]);
    let output = python::run(
        Command::new(environment.join("bin/python"))
            .args([
                "-I",
                concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/oracle.py"),
            ])
            .arg(file.path()),
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn agrees_with_packaging() {
    let questions = questions();
    let answers = answers_of_packaging(&questions);
    assert_eq!(questions.len(), answers.len());
    let mut explanations = Explanations::read();
    let mut unexplained = Vec::new();
    let mut differences = 0;
    let mut accepted = 0;
    for (question, theirs) in questions.iter().zip(&answers) {
        accepted += usize::from(question.answer["accepts"] == true);
        for difference in question.differences(theirs) {
            differences += 1;
            if !explanations.explain(&difference) {
                unexplained.push(difference.to_string());
            }
        }
    }
    let cases: usize = questions.iter().map(Question::cases).sum();
    println!(
        "{cases} cases in {} questions, {accepted} accepted, {differences} explained differences",
        questions.len()
    );
    assert!(
        unexplained.is_empty(),
        "{} unexplained differences:\n{}",
        unexplained.len(),
        unexplained[..unexplained.len().min(60)].join("\n")
    );
    assert_eq!(explanations.unused(), Vec::<String>::new());
    assert!(cases >= 4000, "only {cases} cases");
    // Both sides of every reader's decision are seen.
    assert!(accepted * 4 > questions.len() && accepted * 10 < questions.len() * 9);
}
