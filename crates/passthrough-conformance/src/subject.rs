//! Who is put to the test.

use passthrough_protocol::{CaseInput, Reply, Started};

/// An implementation that answers inputs one after the other.
pub trait Subject {
    /// Who it is, if it has said so.
    fn identity(&self) -> Option<&Started>;

    /// Puts an input to it.
    ///
    /// Trouble leaves it ready for the next input, if it can be.
    fn ask(&mut self, input: &CaseInput) -> Result<Reply, Trouble>;

    /// No more inputs. What comes to light only now speaks of the last answer.
    fn finish(&mut self) -> Option<Trouble> {
        None
    }

    /// What else is to be said when all is over.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Why there is no answer to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// A stable word: `timeout`, `garbage`, …
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// The end of what it wrote to stderr.
    pub stderr: Option<String>,
    /// It is the answer before that was at fault; this input has to be put
    /// again. Never so for the first input of a process.
    pub previous: bool,
}

/// An implementation in this process.
#[derive(Debug)]
pub struct InProcess<F> {
    identity: Started,
    answer: F,
}

impl<F: FnMut(&CaseInput) -> Reply> InProcess<F> {
    /// Takes the function that answers.
    pub fn new(identity: Started, answer: F) -> Self {
        Self { identity, answer }
    }
}

impl<F: FnMut(&CaseInput) -> Reply> Subject for InProcess<F> {
    fn identity(&self) -> Option<&Started> {
        Some(&self.identity)
    }

    fn ask(&mut self, input: &CaseInput) -> Result<Reply, Trouble> {
        Ok((self.answer)(input))
    }
}
