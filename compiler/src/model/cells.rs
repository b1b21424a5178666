//! The values of a field, cut into the cells that its comparisons tell apart.
//!
//! A number compared with 10 and with 50 has five cells: below 10, 10, between, 50, above. Each cell has one value that
//! stands for it, so a comparison is decided by comparing that value, and a counterexample names it. Invariant: all
//! values of a cell give the same answer to every comparison of the workflow, and no cell is empty.

use crate::typed::Operator;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use wf_plan::value::{Constant, EnumType, Scalar, Type};
use wf_plan::{Date, Value};

/// Values of one field that no condition tells apart, by one of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The value; [`Value::Missing`], where the field may be missing.
    pub value: Value,
}

/// The cells of a field of this type that is compared with these constants. Empty: the type is not one whose values
/// are followed.
pub fn cells(kind: Type, optional: bool, compared: &[Constant], enums: &[EnumType]) -> Vec<Cell> {
    if kind.list {
        return lists(optional);
    }
    let kind = kind.of;
    let mut values = match kind {
        Scalar::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Scalar::Enum(id) => {
            let count = enums.get(id.index()).map_or(0, |declared| declared.values.len());
            (0..u16::try_from(count).unwrap_or(u16::MAX)).map(|value| Value::Enum(id, value)).collect()
        }
        Scalar::Number | Scalar::Money(_) | Scalar::Date => between(kind, compared),
        _ if is_text(kind) => texts(kind, compared),
        _ => Vec::new(),
    };
    if values.is_empty() {
        return Vec::new();
    }
    if optional {
        values.push(Value::Missing);
    }
    values.into_iter().map(|value| Cell { value }).collect()
}

/// A list is empty or not: that is all that is followed. The one element stands for any.
fn lists(optional: bool) -> Vec<Cell> {
    let full = Value::List(vec![Value::Missing]);
    let missing = optional.then_some(Value::Missing);
    [full, Value::List(Vec::new())].into_iter().chain(missing).map(|value| Cell { value }).collect()
}

fn is_text(kind: Scalar) -> bool {
    matches!(kind, Scalar::Text | Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::Person)
}

/// Whether a value compares as an operator says; `None` if either is missing or they cannot be compared.
pub fn compares(operator: Operator, value: &Value, with: &Constant) -> Option<bool> {
    let order = order(value, with)?;
    Some(match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        _ => return None,
    })
}

fn order(value: &Value, with: &Constant) -> Option<Ordering> {
    match (value, with) {
        (Value::Bool(a), Constant::Bool(b)) => Some(a.cmp(b)),
        (Value::Number(a), Constant::Number(b)) => Some(a.cmp(b)),
        (Value::Money(a, one), Constant::Money(b, other)) if one == other => Some(a.cmp(b)),
        (Value::Text(a), Constant::Text(b)) => Some(a.cmp(b)),
        (Value::Date(a), Constant::Date(b)) => Some(a.cmp(b)),
        (Value::Enum(one, a), Constant::Enum(other, b)) if one == other => Some(a.cmp(b)),
        _ => None,
    }
}

/// The constants in order, and a value below, between and above them wherever there is one.
fn between(kind: Scalar, compared: &[Constant]) -> Vec<Value> {
    let mut cuts: Vec<Decimal> = compared.iter().filter_map(place_of).collect();
    cuts.sort();
    cuts.dedup();
    let step = step(kind);
    let mut points: Vec<Decimal> = Vec::new();
    let Some((first, last)) = cuts.first().zip(cuts.last()) else { return Vec::new() };
    points.extend(first.checked_sub(step.unwrap_or(Decimal::ONE)));
    for (index, cut) in cuts.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).and_then(|index| cuts.get(index)) {
            points.extend(inside(*before, *cut, step));
        }
        points.push(*cut);
    }
    points.extend(last.checked_add(step.unwrap_or(Decimal::ONE)));
    if !matches!(kind, Scalar::Date) && cuts.iter().all(|cut| *cut >= Decimal::ZERO) {
        // The first that will do stands in the message, and nobody counts or pays less than nothing.
        points.sort_by_key(|point| *point < Decimal::ZERO);
    }
    points.into_iter().filter_map(|point| value_at(kind, point)).collect()
}

/// The distance between two neighbouring values of a type, where there is one.
fn step(kind: Scalar) -> Option<Decimal> {
    match kind {
        Scalar::Date => Some(Decimal::ONE),
        Scalar::Money(currency) => Some(Decimal::new(1, currency.minor_digits())),
        _ => None,
    }
}

/// A value between two others, if there is one: a whole number if possible, because people read it.
fn inside(low: Decimal, high: Decimal, step: Option<Decimal>) -> Option<Decimal> {
    let next = low.floor().checked_add(Decimal::ONE)?;
    if next < high {
        return Some(next);
    }
    match step {
        Some(step) => low.checked_add(step).filter(|value| *value < high),
        None => {
            low.checked_add(high)?.checked_div(Decimal::TWO).filter(|value| low < *value && *value < high)
        }
    }
}

fn place_of(constant: &Constant) -> Option<Decimal> {
    match constant {
        Constant::Number(number) | Constant::Money(number, _) => Some(*number),
        Constant::Date(date) => Some(Decimal::from(date.0)),
        _ => None,
    }
}

fn value_at(kind: Scalar, place: Decimal) -> Option<Value> {
    match kind {
        Scalar::Number => Some(Value::Number(place)),
        Scalar::Money(currency) => Some(Value::Money(place, currency)),
        Scalar::Date => i32::try_from(place).ok().map(|day| Value::Date(Date(day))),
        _ => None,
    }
}

/// The texts compared with, and one that is none of them.
fn texts(kind: Scalar, compared: &[Constant]) -> Vec<Value> {
    let mut known: Vec<String> = Vec::new();
    for constant in compared {
        if let Constant::Text(text) = constant
            && !known.contains(text)
        {
            known.push(text.clone());
        }
    }
    if known.is_empty() {
        return Vec::new();
    }
    let mut other = match kind {
        Scalar::Email => "somebody@example.com".to_owned(),
        Scalar::Url => "https://example.com".to_owned(),
        Scalar::Phone => "+390000000".to_owned(),
        _ => "something else".to_owned(),
    };
    while known.contains(&other) {
        other.push('1');
    }
    known.push(other);
    known.into_iter().map(Value::Text).collect()
}
