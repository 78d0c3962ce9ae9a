use std::fmt;

use super::MarkerEnvironment;
use super::environment::Variable;
use super::literal;
use crate::specifier::Specifier;

/// `left operator right`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) left: Operand,
    pub(super) operator: MarkerOperator,
    pub(super) right: Operand,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Variable(Variable),
    Literal(String),
}

/// An operator between two operands of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MarkerOperator {
    Version(crate::scan::Operator),
    In,
    NotIn,
}

/// Why a comparison has no outcome.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Undefined(pub(super) String);

impl Comparison {
    /// The outcome in `packaging` 26.3, with its ways: a variable on the right
    /// of a variable stands for its own name, a literal on the right of a
    /// literal for the variable of that name.
    pub(super) fn holds(
        &self,
        environment: &MarkerEnvironment,
        extra: &str,
    ) -> Result<bool, Undefined> {
        let value = |variable: Variable| {
            variable
                .value(environment, extra)
                .ok_or_else(|| Undefined(format!("only lock files have `{}`", variable.as_str())))
        };
        match (&self.left, &self.right) {
            (Operand::Variable(variable), right) => {
                self.compare(*variable, &value(*variable)?, right.text())
            }
            (Operand::Literal(left), right) => {
                let variable = match right {
                    Operand::Variable(variable) => Some(*variable),
                    Operand::Literal(text) => Variable::named(text),
                };
                let variable = variable
                    .ok_or_else(|| Undefined("neither side is a marker variable".to_owned()))?;
                self.compare(variable, left, &value(variable)?)
            }
        }
    }

    fn compare(&self, variable: Variable, left: &str, right: &str) -> Result<bool, Undefined> {
        let operator = self.operator.as_str();
        if variable.is_version()
            && let Some(specifier) = Specifier::parse(&format!("{operator}{right}"))
        {
            return specifier
                .and_then(|specifier| specifier.admits_text(left))
                .map_err(|error| Undefined(error.to_string()));
        }
        // Texts have no order: `<=` and `>=` are true of equal ones only.
        match operator {
            "in" => Ok(right.contains(left)),
            "not in" => Ok(!right.contains(left)),
            "==" | "<=" | ">=" => Ok(left == right),
            "!=" => Ok(left != right),
            "<" | ">" => Ok(false),
            _ => Err(Undefined(format!("`{operator}` compares versions only"))),
        }
    }
}

impl Operand {
    fn text(&self) -> &str {
        match self {
            Self::Variable(variable) => variable.as_str(),
            Self::Literal(text) => text,
        }
    }
}

impl MarkerOperator {
    fn as_str(self) -> &'static str {
        match self {
            Self::Version(operator) => operator.as_str(),
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.operator.as_str(), self.right)
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(variable) => f.write_str(variable.as_str()),
            Self::Literal(text) => f.write_str(&literal::quote(text)),
        }
    }
}
