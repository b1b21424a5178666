//! The value of a typed condition over given fields: only to find values for tests that the model leaves open.
//!
//! The interpreter has the last word when the run is replayed. Invariant: an answer is what the interpreter says
//! where every copy of a `for each` has the same form; what is not known here is `None`.

use super::cells;
use crate::model::case::FieldKey;
use crate::typed::{Expr, ExprKind, Operator};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use wf_plan::Value;
use wf_plan::plan::NodeId;

/// What an expression yields; `Missing` where it reads what is missing, `None` where it is not known.
pub(super) fn evaluate(
    expr: &Expr,
    copies: Option<NodeId>,
    read: &dyn Fn(&FieldKey) -> Option<Value>,
) -> Option<Value> {
    if let Some(key) = cells::key_of(expr, copies) {
        return read(&key);
    }
    if let Some(constant) = cells::constant(expr) {
        return Some(constant);
    }
    match &expr.kind {
        ExprKind::Not(inner) => match evaluate(inner, copies, read)? {
            Value::Bool(holds) => Some(Value::Bool(!holds)),
            other => Some(other),
        },
        ExprKind::IsMissing(inner) => Some(Value::Bool(evaluate(inner, copies, read)? == Value::Missing)),
        ExprKind::RoundMoney(inner) => evaluate(inner, copies, read),
        ExprKind::AnyWhere(node, inner) | ExprKind::EveryWhere(node, inner) => {
            Some(Value::Bool(evaluate(inner, Some(*node), read)? == Value::Bool(true)))
        }
        ExprKind::OneOf(inner, among) => {
            let asked = evaluate(inner, copies, read)?;
            if asked == Value::Missing {
                return Some(Value::Missing);
            }
            let among: Option<Vec<Value>> = among.iter().map(|one| evaluate(one, copies, read)).collect();
            Some(Value::Bool(among?.iter().any(|one| order(&asked, one) == Some(Ordering::Equal))))
        }
        ExprKind::Binary(operator @ (Operator::And | Operator::Or), left, right) => {
            // Left to right, stopping early.
            let stops = *operator == Operator::Or;
            match evaluate(left, copies, read)? {
                Value::Bool(holds) if holds != stops => evaluate(right, copies, read),
                other => Some(other),
            }
        }
        ExprKind::Binary(operator, left, right) => {
            let (left, right) = (evaluate(left, copies, read)?, evaluate(right, copies, read)?);
            if left == Value::Missing || right == Value::Missing {
                return Some(Value::Missing);
            }
            of_two(*operator, &left, &right)
        }
        _ => None,
    }
}

fn of_two(operator: Operator, left: &Value, right: &Value) -> Option<Value> {
    let compared = |holds: fn(Ordering) -> bool| order(left, right).map(|order| Value::Bool(holds(order)));
    match operator {
        Operator::Equal => Some(Value::Bool(equal(left, right))),
        Operator::NotEqual => Some(Value::Bool(!equal(left, right))),
        Operator::Less => compared(Ordering::is_lt),
        Operator::LessOrEqual => compared(Ordering::is_le),
        Operator::Greater => compared(Ordering::is_gt),
        Operator::GreaterOrEqual => compared(Ordering::is_ge),
        Operator::Add => calculated(left, right, Decimal::checked_add),
        Operator::Subtract => calculated(left, right, Decimal::checked_sub),
        Operator::Multiply => calculated(left, right, Decimal::checked_mul),
        Operator::Divide => calculated(left, right, Decimal::checked_div),
        Operator::And | Operator::Or | Operator::After | Operator::Before => None,
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    order(left, right).map_or(left == right, Ordering::is_eq)
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::Money(left, one), Value::Money(right, other)) if one == other => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Moment(left), Value::Moment(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        _ => (left == right).then_some(Ordering::Equal),
    }
}

fn calculated(
    left: &Value,
    right: &Value,
    calculate: fn(Decimal, Decimal) -> Option<Decimal>,
) -> Option<Value> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            Some(calculate(*left, *right).map_or(Value::Missing, Value::Number))
        }
        (Value::Money(left, currency), Value::Money(right, _) | Value::Number(right))
        | (Value::Number(left), Value::Money(right, currency)) => {
            Some(calculate(*left, *right).map_or(Value::Missing, |amount| Value::Money(amount, *currency)))
        }
        _ => None,
    }
}
