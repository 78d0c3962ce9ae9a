use super::comparison::{Comparison, MarkerOperator, Operand};
use super::environment::Variable;
use super::{Alternatives, Marker, Term, literal};
use crate::RequirementError;
use crate::cursor::Cursor;
use crate::explain::quote;
use crate::name::canonicalise;
use crate::scan::Operator;

/// How deep parentheses may be nested: what is deeper was not written by
/// anyone in earnest, and must not exhaust the stack.
const MAX_DEPTH: usize = 100;

/// Reads a marker up to the end of the text.
pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Marker, RequirementError> {
    let alternatives = alternatives(cursor, 0)?;
    if !cursor.is_at_end() {
        return Err(cursor.error_here("`and`, `or` or the end of the marker is expected here"));
    }
    Ok(Marker(Some(match single_group(alternatives) {
        Ok(group) => group,
        Err(alternatives) => alternatives,
    })))
}

/// What is left of `(…)` without its parentheses.
fn single_group(mut alternatives: Alternatives) -> Result<Alternatives, Alternatives> {
    if let [terms] = alternatives.0.as_mut_slice()
        && let [Term::Group(_)] = terms.as_slice()
        && let Some(Term::Group(group)) = terms.pop()
    {
        return Ok(group);
    }
    Err(alternatives)
}

fn alternatives(cursor: &mut Cursor<'_>, depth: usize) -> Result<Alternatives, RequirementError> {
    let mut alternatives = vec![vec![term(cursor, depth)?]];
    loop {
        if keyword(cursor, "and") {
            let term = term(cursor, depth)?;
            if let Some(terms) = alternatives.last_mut() {
                terms.push(term);
            }
        } else if keyword(cursor, "or") {
            alternatives.push(vec![term(cursor, depth)?]);
        } else {
            return Ok(Alternatives(alternatives));
        }
    }
}

fn term(cursor: &mut Cursor<'_>, depth: usize) -> Result<Term, RequirementError> {
    cursor.blanks();
    let open = cursor.at();
    let term = if cursor.eat("(") {
        if depth == MAX_DEPTH {
            let message = format!("parentheses are nested more than {MAX_DEPTH} deep");
            return Err(cursor.error(open..cursor.at(), message));
        }
        let mut group = alternatives(cursor, depth + 1)?;
        if cursor.is_at_end() {
            return Err(cursor.error(open..cursor.at(), "this parenthesis is not closed"));
        }
        if !cursor.eat(")") {
            return Err(cursor.error_here("`and`, `or` or `)` is expected here"));
        }
        // Parentheses around one term are not kept.
        match group.0.as_mut_slice() {
            [terms] if terms.len() == 1 => terms.remove(0),
            _ => Term::Group(group),
        }
    } else {
        Term::Comparison(comparison(cursor)?)
    };
    cursor.blanks();
    Ok(term)
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Comparison, RequirementError> {
    let mut left = operand(cursor)?;
    cursor.blanks();
    let operator = operator(cursor)?;
    cursor.blanks();
    let mut right = operand(cursor)?;
    // Names of extras compare normalised (PEP 685), those of groups too (PEP 735).
    match (&mut left, &mut right) {
        (Operand::Variable(Variable::Extra), Operand::Literal(name))
        | (
            Operand::Literal(name),
            Operand::Variable(Variable::Extra | Variable::Extras | Variable::DependencyGroups),
        ) => *name = canonicalise(name),
        _ => {}
    }
    Ok(Comparison {
        left,
        operator,
        right,
    })
}

fn operand(cursor: &mut Cursor<'_>) -> Result<Operand, RequirementError> {
    let start = cursor.at();
    for mark in ['\'', '"'] {
        if !cursor.rest().starts_with(mark) {
            continue;
        }
        cursor.take(1);
        let inner = cursor.take_while(|c| c != mark);
        if cursor.is_at_end() {
            return Err(cursor.error(start..cursor.at(), "this string is not closed"));
        }
        cursor.take(1);
        return literal::decode(inner)
            .map(Operand::Literal)
            .map_err(|message| cursor.error(start..cursor.at(), message));
    }
    let word = cursor.take_while(|c| is_word(c) || c == '.');
    if word.is_empty() {
        return Err(cursor.error_here("a marker variable or a string in quotes is expected here"));
    }
    Variable::read(word).map(Operand::Variable).ok_or_else(|| {
        let message = format!(
            "{} is neither a marker variable nor a string in quotes",
            quote(word)
        );
        cursor.error(start..cursor.at(), message)
    })
}

fn operator(cursor: &mut Cursor<'_>) -> Result<MarkerOperator, RequirementError> {
    if keyword(cursor, "in") {
        return Ok(MarkerOperator::In);
    }
    if keyword(cursor, "not") {
        let after = cursor.at();
        cursor.blanks();
        if cursor.at() > after && keyword(cursor, "in") {
            return Ok(MarkerOperator::NotIn);
        }
        return Err(cursor.error_here("`in` is expected after `not`"));
    }
    if let Some(operator) = Operator::at_start(cursor.rest()) {
        cursor.take(operator.as_str().len());
        return Ok(MarkerOperator::Version(operator));
    }
    Err(cursor
        .error_here("a comparison (`==`, `!=`, `<`, `>`, …, `in`, `not in`) is expected here"))
}

/// Reads `word` if it comes next and does not go on.
fn keyword(cursor: &mut Cursor<'_>, word: &str) -> bool {
    let rest = cursor.rest();
    let ends = rest
        .strip_prefix(word)
        .is_some_and(|after| !after.starts_with(is_word));
    if ends {
        cursor.take(word.len());
    }
    ends
}

/// What a word of Python's regular expressions consists of.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
