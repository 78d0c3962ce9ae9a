//! The command of a step, and what a frontend lacks for a case.

use passthrough_protocol::{
    BlackboxCase, CheckResult, HostDiscovery, RefusalArguments, Step, StepCommand, Verdict,
};

use super::Prepared;
use crate::judge::about;
use crate::template::{Places, filled};
use crate::tool::Frontend;

/// The command of a case's step, or what the frontend lacks for it.
pub(super) fn command<'a>(
    case: &BlackboxCase,
    frontend: &'a Frontend,
    prepared: Option<&Prepared>,
) -> Result<&'a StepCommand, String> {
    let profile = &frontend.profile;
    let (steps, capabilities, refusal) = match prepared {
        Some(prepared) => (&profile.prepared, &prepared.capabilities, &prepared.refusal),
        None => (&profile.steps, &profile.capabilities, &profile.refusal),
    };
    let mut needs = case.needs.iter();
    if let Some(lack) = needs.find(|need| !capabilities.contains(need)) {
        return Err(lack.as_str().to_owned());
    }
    let world = &case.world;
    let takes_active = matches!(
        profile.host,
        HostDiscovery::ActiveVenv | HostDiscovery::ManagedEnv
    );
    if world.active_environment.is_some() && takes_active {
        return Err("a host that is not the activated environment".to_owned());
    }
    let step = case.step;
    let command = steps
        .get(step)
        .ok_or_else(|| format!("the step {}", step.as_str()))?;
    let mut line = prepared
        .map_or(&command.argv, |prepared| &prepared.wrapper)
        .iter();
    let refuses = refusal.is_some() && line.any(|argument| argument == "{refused}");
    if (world.refuses_all || !world.refused.is_empty()) && !refuses {
        return Err("a way to refuse what a project asks for".to_owned());
    }
    Ok(command)
}

pub(super) fn unsupported(case: &BlackboxCase, lack: &str) -> Vec<CheckResult> {
    let checks = case.checks.iter();
    checks
        .map(|check| CheckResult {
            id: check.id.clone(),
            cites: check.cites.clone(),
            verdict: Verdict::Unsupported,
            code: None,
            about: about(case, check),
            expected: String::new(),
            observed: None,
            message: Some(format!("the profile lacks {lack}")),
        })
        .collect()
}

/// The arguments by which the user of the case refuses.
pub(super) fn refused(case: &BlackboxCase, refusal: Option<&RefusalArguments>) -> Vec<String> {
    let Some(refusal) = refusal else {
        return Vec::new();
    };
    let world = &case.world;
    let mut arguments = Vec::new();
    for name in &world.refused {
        let words = refusal.name.iter();
        arguments.extend(words.map(|word| word.replace("{name}", name)));
    }
    if world.refuses_all {
        arguments.extend(refusal.all.iter().cloned());
    }
    arguments
}

/// A command with the places of a world, and with the arguments that `{refused}`
/// stands for.
pub(super) fn command_line(argv: &[String], refused: &[String], places: &Places) -> Vec<String> {
    let mut line = Vec::new();
    for argument in argv {
        if argument == "{refused}" {
            line.extend_from_slice(refused);
        } else {
            line.push(filled(argument, places));
        }
    }
    line
}

/// The steps that a profile has.
pub(crate) fn steps(frontend: &Frontend, prepared: bool) -> Vec<Step> {
    let profile = &frontend.profile;
    let steps = if prepared {
        &profile.prepared
    } else {
        &profile.steps
    };
    Step::ALL
        .into_iter()
        .filter(|step| steps.get(*step).is_some())
        .collect()
}

#[cfg(test)]
mod tests {
    use passthrough_protocol::{BlackboxCase, Capability, HostDiscovery, RefusalArguments, Step};

    use super::{Prepared, command, command_line, refused};
    use crate::profile::Profiles;
    use crate::template::Places;
    use crate::tool::Frontend;

    fn frontend() -> Frontend {
        let mut profile = Profiles::embedded().profiles["pip"].clone();
        profile.capabilities = Vec::new();
        profile.refusal = None;
        Frontend {
            profile,
            directory: None,
            version: "1".to_owned(),
        }
    }

    fn case() -> BlackboxCase {
        crate::baseline::baseline_case(Step::Wheel)
    }

    fn refusal() -> RefusalArguments {
        RefusalArguments {
            name: ["--deny", "{name}"].map(str::to_owned).to_vec(),
            all: vec!["--none".to_owned()],
        }
    }

    fn prepared() -> Prepared {
        Prepared {
            environment: "{host}".to_owned(),
            wrapper: vec!["{refused}".to_owned()],
            capabilities: vec![Capability::Constraints],
            refusal: Some(refusal()),
        }
    }

    #[test]
    fn what_a_frontend_lacks_is_said() {
        let frontend = frontend();
        assert!(command(&case(), &frontend, None).is_ok());
        type Change = fn(&mut BlackboxCase);
        let changes: [(Change, &str); 4] = [
            (
                |case| case.needs = vec![Capability::Constraints],
                "constraints",
            ),
            (|case| case.world.refuses_all = true, "a way to refuse"),
            (
                |case| case.world.refused = vec!["x".to_owned()],
                "a way to refuse",
            ),
            (|case| case.step = Step::Sdist, "the step sdist"),
        ];
        for (change, said) in changes {
            let mut case = case();
            change(&mut case);
            let lack = command(&case, &frontend, None).unwrap_err();
            assert!(lack.contains(said), "{lack}");
            // What prepares its environment can do more than it can.
            let of_prepared = command(&case, &frontend, Some(&prepared()));
            assert_eq!(of_prepared.is_ok(), case.step == Step::Wheel);
        }
        // To know how is not enough where the command has no place for it.
        let mut case = case();
        case.world.refuses_all = true;
        let mut frontend = frontend;
        frontend.profile.refusal = Some(refusal());
        let lack = command(&case, &frontend, None).unwrap_err();
        assert!(lack.contains("a way to refuse"), "{lack}");
        let wheel = frontend.profile.steps.wheel.as_mut().unwrap();
        wheel.argv.push("{refused}".to_owned());
        assert!(command(&case, &frontend, None).is_ok());
    }

    #[test]
    fn one_that_takes_the_activated_environment_has_no_other_host() {
        let mut frontend = frontend();
        let mut case = case();
        case.world.active_environment = Some(Vec::new());
        assert!(command(&case, &frontend, None).is_ok());
        for host in [HostDiscovery::ActiveVenv, HostDiscovery::ManagedEnv] {
            frontend.profile.host = host;
            let lack = command(&case, &frontend, None).unwrap_err();
            assert!(lack.contains("a host that is not"), "{lack}");
        }
    }

    #[test]
    fn refusals_are_arguments_in_their_place() {
        let mut case = case();
        let argv = ["x", "{refused}", "{refused}y", "{out}"].map(str::to_owned);
        let places = Places::from([("out", "/o".to_owned())]);
        let line = |case: &BlackboxCase| {
            command_line(&argv, &refused(case, Some(&refusal())), &places).join(" ")
        };
        assert_eq!(line(&case), "x {refused}y /o");
        case.world.refused = vec!["a".to_owned(), "{out}".to_owned()];
        assert_eq!(line(&case), "x --deny a --deny {out} {refused}y /o");
        case.world.refuses_all = true;
        assert!(line(&case).contains("--deny {out} --none {refused}y"));
        assert!(refused(&case, None).is_empty());
    }
}
