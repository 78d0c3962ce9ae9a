//! Every case once, in an order that a seed decides.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use passthrough_protocol::{Case, Reply};

use crate::bounds;
use crate::judge::{Judgement, judge};
use crate::shuffle::shuffle;
use crate::subject::{Subject, Trouble};

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The verdict.
    pub judgement: Judgement,
    /// What was answered, if anything was, and it is not too long to keep.
    pub reply: Option<Reply>,
    /// The end of the adapter's stderr, where there was trouble.
    pub stderr: Option<String>,
    /// How long the answer took.
    pub took: Duration,
}

/// Puts all cases to the subject, and judges what it answers. `progress` hears
/// of every case that is done. The outcomes are by id.
pub fn run(
    subject: &mut dyn Subject,
    cases: &[&Case],
    seed: u64,
    progress: &mut dyn FnMut(&str),
) -> BTreeMap<String, Outcome> {
    let mut order: Vec<&Case> = cases.to_vec();
    // The order may depend on nothing but the seed and the ids.
    order.sort_by(|a, b| a.id.cmp(&b.id));
    shuffle(&mut order, seed);
    let mut outcomes = BTreeMap::new();
    let mut previous: Option<&Case> = None;
    for case in order {
        let start = Instant::now();
        let mut asked = subject.ask(&case.input);
        if let Err(trouble) = &asked
            && trouble.previous
        {
            blame(&mut outcomes, previous, trouble);
            asked = subject.ask(&case.input);
        }
        outcomes.insert(
            case.id.clone(),
            outcome(subject, case, asked, start.elapsed()),
        );
        previous = Some(case);
        progress(&case.id);
    }
    if let Some(trouble) = subject.finish() {
        blame(&mut outcomes, previous, &trouble);
    }
    outcomes
}

fn outcome(
    subject: &dyn Subject,
    case: &Case,
    asked: Result<Reply, Trouble>,
    took: Duration,
) -> Outcome {
    match (asked, subject.identity()) {
        (Ok(reply), Some(identity)) => Outcome {
            judgement: bounds::judgement(judge(case, identity, &reply)),
            reply: Some(reply).filter(bounds::can_be_kept),
            stderr: None,
            took,
        },
        (Ok(_), None) => trouble_outcome(
            &Trouble {
                code: "start",
                message: "an answer from nobody".to_owned(),
                stderr: None,
                previous: false,
            },
            took,
        ),
        (Err(trouble), _) => trouble_outcome(&trouble, took),
    }
}

fn trouble_outcome(trouble: &Trouble, took: Duration) -> Outcome {
    Outcome {
        judgement: bounds::judgement(Judgement::Error {
            code: trouble.code,
            message: trouble.message.clone(),
        }),
        reply: None,
        stderr: trouble.stderr.clone(),
        took,
    }
}

/// The answer before was at fault: it counts for nothing.
fn blame(outcomes: &mut BTreeMap<String, Outcome>, previous: Option<&Case>, trouble: &Trouble) {
    if let Some(outcome) = previous.and_then(|case| outcomes.get_mut(&case.id)) {
        *outcome = trouble_outcome(trouble, outcome.took);
    }
}
