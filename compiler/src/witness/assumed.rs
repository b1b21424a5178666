//! Values for the tests that the model leaves open: a case says whether such a test holds, not with which values.
//!
//! A few values of the fields that the tests read are tried until all of them come out as assumed. Where none do,
//! natural values stay, and the replay decides. Invariant: what the case itself says of a field is never changed.

use super::cells;
use super::evaluate::evaluate;
use super::values::Values;
use crate::model::case::{Case, FieldKey};
use crate::typed::{Expr, ExprKind, Typed};
use rust_decimal::Decimal;
use wf_plan::Value;
use wf_plan::plan::NodeId;
use wf_plan::value::Type;

/// Combinations of values that are tried at most.
const MAX_TRIES: usize = 4_000;

/// Fills in fields so that every assumed test comes out as the case says, if it can be found.
pub(super) fn suppose(typed: &Typed, case: &Case, values: &mut Values<'_>) {
    let tests: Vec<(&Expr, bool)> = case
        .assumed
        .iter()
        .filter_map(|(place, holds)| {
            let mut parts = cells::conditions(typed).into_iter().flat_map(cells::parts);
            parts.find(|(part, _)| part.at == *place).map(|(part, _)| (part, *holds))
        })
        .collect();
    let mut fields: Vec<(FieldKey, Type)> = Vec::new();
    let mut near: Vec<Value> = Vec::new();
    for (test, _) in &tests {
        near.extend(cells::around(test, typed));
        for (part, copies) in cells::parts(test) {
            let Some(key) = cells::key_of(part, copies) else { continue };
            let whole = !matches!(part.ty.of, wf_plan::value::Scalar::Record(_)) && !part.ty.list;
            if whole && values.given(&key).is_none() && !fields.iter().any(|(other, _)| *other == key) {
                fields.push((key, part.ty));
            }
        }
    }
    near.extend(case.values.iter().flat_map(|(_, value)| cells::neighbours(value)));
    let choices: Vec<Vec<Value>> = fields.iter().map(|(_, ty)| choices(values, *ty, &near)).collect();
    let tries = choices.iter().map(Vec::len).fold(1usize, usize::saturating_mul).min(MAX_TRIES);
    for turn in 0..tries {
        let mut tried = values.clone();
        let mut rest = turn;
        for ((key, _), choices) in fields.iter().zip(&choices) {
            let at = rest.checked_rem(choices.len()).unwrap_or(0);
            rest = rest.checked_div(choices.len()).unwrap_or(0);
            if let Some(value) = choices.get(at) {
                tried.suppose(key.clone(), value.clone());
            }
        }
        if tests.iter().all(|(test, holds)| comes_out(test, *holds, &tried)) {
            *values = tried;
            return;
        }
    }
}

fn choices(values: &Values<'_>, ty: Type, near: &[Value]) -> Vec<Value> {
    let natural = values.natural(ty.of, 0, 0);
    let mut choices = vec![natural.clone()];
    let wide = wide(&natural);
    for other in near.iter().chain(&wide).filter(|other| cells::same_kind(other, &natural)) {
        if !choices.contains(other) {
            choices.push(other.clone());
        }
    }
    choices
}

/// Amounts far from the natural one, for tests that compare two fields.
fn wide(natural: &Value) -> Vec<Value> {
    let amounts = [Decimal::ZERO, Decimal::ONE_THOUSAND, Decimal::new(1_000_000, 0)];
    match natural {
        Value::Number(_) => amounts.into_iter().map(Value::Number).collect(),
        Value::Money(_, currency) => {
            amounts.into_iter().map(|amount| Value::Money(amount, *currency)).collect()
        }
        _ => Vec::new(),
    }
}

fn comes_out(test: &Expr, holds: bool, values: &Values<'_>) -> bool {
    let read = |key: &FieldKey| Some(values.read(key));
    let copies = copies_of(test);
    evaluate(test, copies, &read).is_none_or(|value| (value == Value::Bool(true)) == holds)
}

/// An aggregate names its copies itself; a test within one is asked over the copies of no node.
fn copies_of(test: &Expr) -> Option<NodeId> {
    match &test.kind {
        ExprKind::AnyWhere(node, _) | ExprKind::EveryWhere(node, _) => Some(*node),
        _ => None,
    }
}
