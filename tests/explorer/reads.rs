//! Conditions and readings, evaluated anew from *Words and lines*: the value, and which node's missing field was read.
//!
//! A condition that reads a missing value is false as a whole; `and`, `or` go left to right and stop early; a field
//! may be read once its node has been done. What stands under `is missing` is no use of the field. Invariant: an
//! expression this cannot evaluate is said to be so and never guessed.

use wf_compiler::typed::{Expr, ExprKind, Operator, Text, TextPart, Words};
use wf_plan::Value;
use wf_plan::value::Constant;
use wf_vm::State;

/// What reading an expression gave.
pub struct Reading {
    pub value: Value,
    /// A field was read (not under `is missing`) whose node had not been done.
    pub missed: bool,
    /// A field was looked at, guarded or not, whose node had not been done: the value depends on who is faster.
    pub early: bool,
}

impl Reading {
    /// Whether a condition of this value holds.
    pub fn holds(&self) -> bool {
        self.value == Value::Bool(true)
    }
}

/// Reads an expression; `None`: it holds something this does not know.
pub fn read(expr: &Expr, state: &State) -> Option<Reading> {
    let plain = |value| Some(Reading { value, missed: false, early: false });
    match &expr.kind {
        ExprKind::Constant(constant) => plain(constant_value(constant)),
        ExprKind::Input(field) => plain(state.inputs.get(field.index()).cloned().unwrap_or_default()),
        ExprKind::Form(node, field) => {
            let work = &state.nodes.get(node.index())?.own;
            if work.state.is_done() {
                let value = work.values.get(field.index()).cloned().unwrap_or_default();
                let missed = value == Value::Missing;
                return Some(Reading { value, missed, early: false });
            }
            Some(Reading { value: Value::Missing, missed: true, early: true })
        }
        ExprKind::Not(inner) => {
            let inner = read(inner, state)?;
            let value = match inner.value {
                Value::Bool(value) => Value::Bool(!value),
                _ => Value::Missing,
            };
            Some(Reading { value, ..inner })
        }
        ExprKind::IsMissing(inner) => {
            let inner = read(inner, state)?;
            Some(Reading {
                value: Value::Bool(inner.value == Value::Missing),
                missed: false,
                early: inner.early,
            })
        }
        ExprKind::Binary(operator @ (Operator::And | Operator::Or), left, right) => {
            let left = read(left, state)?;
            match left.value {
                Value::Bool(value) if value == (*operator == Operator::Or) => Some(left),
                Value::Bool(_) => {
                    let right = read(right, state)?;
                    let (missed, early) = (left.missed || right.missed, left.early || right.early);
                    Some(Reading { value: right.value, missed, early })
                }
                _ => Some(Reading { value: Value::Missing, ..left }),
            }
        }
        ExprKind::Binary(operator, left, right) => {
            let (left, right) = (read(left, state)?, read(right, state)?);
            let (missed, early) = (left.missed || right.missed, left.early || right.early);
            Some(Reading { value: compare(*operator, &left.value, &right.value)?, missed, early })
        }
        ExprKind::OneOf(inner, of) => {
            let inner = read(inner, state)?;
            if inner.value == Value::Missing {
                return Some(inner);
            }
            let of: Option<Vec<Value>> = of.iter().map(|one| Some(read(one, state)?.value)).collect();
            Some(Reading { value: Value::Bool(of?.contains(&inner.value)), ..inner })
        }
        _ => None,
    }
}

/// Whether a text of a message reads a field that is missing.
pub fn words_miss(words: &Words, state: &State) -> bool {
    let languages = words.languages.iter().map(|(_, text)| text);
    std::iter::once(&words.text).chain(languages).chain(&words.draft).any(|text| text_misses(text, state))
}

fn text_misses(text: &Text, state: &State) -> bool {
    text.parts.iter().any(|part| match part {
        TextPart::Words(_) => false,
        TextPart::Value(expr) => read(expr, state).is_some_and(|reading| reading.missed),
    })
}

fn compare(operator: Operator, left: &Value, right: &Value) -> Option<Value> {
    use std::cmp::Ordering as O;
    if *left == Value::Missing || *right == Value::Missing {
        return Some(Value::Missing);
    }
    let order = match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.cmp(right),
        (Value::Money(left, _), Value::Money(right, _)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (left, right) if matches!(operator, Operator::Equal | Operator::NotEqual) => {
            if left == right {
                O::Equal
            } else {
                O::Less
            }
        }
        _ => return None,
    };
    Some(Value::Bool(match operator {
        Operator::Equal => order == O::Equal,
        Operator::NotEqual => order != O::Equal,
        Operator::Less => order == O::Less,
        Operator::LessOrEqual => order != O::Greater,
        Operator::Greater => order == O::Greater,
        Operator::GreaterOrEqual => order != O::Less,
        _ => return None,
    }))
}

pub(super) fn constant_value(constant: &Constant) -> Value {
    match constant {
        Constant::Bool(value) => Value::Bool(*value),
        Constant::Number(value) => Value::Number(*value),
        Constant::Money(amount, currency) => Value::Money(*amount, *currency),
        Constant::Text(text) => Value::Text(text.clone()),
        Constant::Date(date) => Value::Date(*date),
        Constant::Moment(moment) => Value::Moment(*moment),
        Constant::Duration(duration) => Value::Duration(*duration),
        Constant::Enum(of, position) => Value::Enum(*of, *position),
    }
}
