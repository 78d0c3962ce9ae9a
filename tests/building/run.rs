//! `run`: by real frontends, and by any other command.

mod command;
mod failing;
mod finding;
mod places;

use std::process::Command;

use super::toy::Toy;
use super::world;

/// A run of a frontend, which builds a wheel of the toy into `out`. Its backend
/// does what the variable `TOY_DO` says.
fn by(toy: &Toy, frontend: &str, more: &[&str]) -> Command {
    let (project, out) = (toy.context.project(), toy.out());
    let named = world::frontend(frontend);
    let mut arguments = vec![
        "run",
        project.to_str().unwrap(),
        "--frontend",
        &named,
        "--output",
        out.to_str().unwrap(),
    ];
    arguments.extend(more);
    let mut run = world::command(&toy.context, &toy.host, &arguments);
    run.env("UV_NO_INDEX", "1").env("PIP_NO_INDEX", "1");
    run
}

/// A run of any other command.
fn of(toy: &Toy, words: &[&str]) -> Command {
    let project = toy.context.project();
    let mut command = world::command(
        &toy.context,
        &toy.host,
        &["run", project.to_str().unwrap(), "-q"],
    );
    command.arg("--").args(words);
    command
}
