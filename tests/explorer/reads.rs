//! Conditions and readings, evaluated anew from *Words and lines*: the value, and whose missing fields were read.
//!
//! A condition that reads a missing value is false as a whole; `and`, `or` go left to right and stop early; a field
//! may be read once its node has been done. What stands under `is missing` is no use of the field. Invariant: an
//! expression this cannot evaluate is said to be so and never guessed.

use std::collections::BTreeSet;
use wf_compiler::typed::{Expr, ExprKind, Operator, Text, TextPart, Words};
use wf_plan::Value;
use wf_plan::value::Constant;
use wf_vm::State;
use wf_vm::state::NodeState;

/// What reading an expression gave.
pub struct Reading {
    pub value: Value,
    /// Fields that were read (not under `is missing`) and had no value.
    pub missed: Vec<Missed>,
    /// Nodes of which a field was looked at, guarded or not.
    pub looked_at: BTreeSet<usize>,
    /// Those of them that might still have been done: the value depends on who is faster.
    pub early: BTreeSet<usize>,
}

/// A field without value that was read.
pub struct Missed {
    /// Its node.
    pub node: usize,
    /// Nodes of which fields were looked at to see whether it is read at all.
    pub beside: BTreeSet<usize>,
}

impl Reading {
    /// Whether a condition of this value holds.
    pub fn holds(&self) -> bool {
        self.value == Value::Bool(true)
    }

    fn plain(value: Value) -> Self {
        Self { value, missed: Vec::new(), looked_at: BTreeSet::new(), early: BTreeSet::new() }
    }

    /// With what another reading has looked at.
    fn and_also(mut self, other: Self) -> Self {
        self.missed.extend(other.missed);
        self.looked_at.extend(other.looked_at);
        self.early.extend(other.early);
        self
    }
}

/// Nodes that have a value wherever a condition holds: those it says so of itself, alone or by `and`.
pub fn present(condition: &Expr) -> BTreeSet<usize> {
    match &condition.kind {
        ExprKind::Binary(Operator::And, left, right) => {
            present(left).into_iter().chain(present(right)).collect()
        }
        ExprKind::Not(inner) => match &inner.kind {
            ExprKind::IsMissing(tested) => nodes_of(tested),
            _ => BTreeSet::new(),
        },
        _ => BTreeSet::new(),
    }
}

/// Nodes of which a condition may look at a field.
pub fn nodes_of(expr: &Expr) -> BTreeSet<usize> {
    match &expr.kind {
        ExprKind::Form(node, _) => BTreeSet::from([node.index()]),
        ExprKind::Not(inner) | ExprKind::IsMissing(inner) | ExprKind::OneOf(inner, _) => nodes_of(inner),
        ExprKind::Binary(_, left, right) => nodes_of(left).into_iter().chain(nodes_of(right)).collect(),
        _ => BTreeSet::new(),
    }
}

/// Reads an expression; `None`: it holds something this does not know.
pub fn read(expr: &Expr, state: &State) -> Option<Reading> {
    let plain = |value| Some(Reading::plain(value));
    match &expr.kind {
        ExprKind::Constant(constant) => plain(constant_value(constant)),
        ExprKind::Input(field) => plain(state.inputs.get(field.index()).cloned().unwrap_or_default()),
        ExprKind::Form(node, field) => {
            let work = &state.nodes.get(node.index())?.own;
            let value = if work.state.is_done() { work.values.get(field.index()).cloned() } else { None };
            let mut reading = Reading::plain(value.unwrap_or_default());
            let node = node.index();
            reading.looked_at.insert(node);
            if reading.value == Value::Missing {
                reading.missed.push(Missed { node, beside: BTreeSet::new() });
            }
            if !work.state.is_settled() && work.state != NodeState::NotTaken {
                reading.early.insert(node);
            }
            Some(reading)
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
            let value = Value::Bool(inner.value == Value::Missing);
            Some(Reading { value, missed: Vec::new(), ..inner })
        }
        ExprKind::Binary(operator @ (Operator::And | Operator::Or), left, right) => {
            let left = read(left, state)?;
            match left.value {
                Value::Bool(value) if value == (*operator == Operator::Or) => Some(left),
                Value::Bool(_) => {
                    let mut right = read(right, state)?;
                    for missed in &mut right.missed {
                        missed.beside.extend(&left.looked_at);
                    }
                    Some(right.and_also(left))
                }
                _ => Some(Reading { value: Value::Missing, ..left }),
            }
        }
        ExprKind::Binary(operator, left, right) => {
            let (left, right) = (read(left, state)?, read(right, state)?);
            let value = compare(*operator, &left.value, &right.value)?;
            Some(Reading { value, ..left.and_also(right) })
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
        TextPart::Value(expr) => read(expr, state).is_some_and(|reading| !reading.missed.is_empty()),
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
