//! Conditions taken apart: which fields they read, and which constants cut the values of a field into cells.
//!
//! Invariant: only comparisons of one field with one constant make cells; all else is left to whoever asks.

use crate::model::case::FieldKey;
use crate::typed::{Expr, ExprKind, NodeKind, Operator, TextPart, Typed};
use rust_decimal::Decimal;
use wf_plan::plan::{FieldIndex, NodeId};
use wf_plan::value::{Constant, Scalar};
use wf_plan::{Value, time};

/// Every `when` of a workflow: of its nodes, and of the options of its decisions.
pub(super) fn conditions(typed: &Typed) -> Vec<&Expr> {
    let mut found = Vec::new();
    for node in &typed.nodes {
        found.extend(node.when.as_ref());
        if let NodeKind::Decision { options, .. } = &node.kind {
            found.extend(options.iter().filter_map(|option| option.when.as_ref()));
        }
    }
    found
}

/// An expression with everything in it, and the node whose copies an aggregate around it looks at.
pub(super) fn parts(expr: &Expr) -> Vec<(&Expr, Option<NodeId>)> {
    let mut found = Vec::new();
    let mut open = vec![(expr, None)];
    while let Some((expr, copies)) = open.pop() {
        found.push((expr, copies));
        match &expr.kind {
            ExprKind::Field(inner, _)
            | ExprKind::Not(inner)
            | ExprKind::IsMissing(inner)
            | ExprKind::RoundMoney(inner)
            | ExprKind::StartOfDay(inner)
            | ExprKind::EndOfDay(inner) => open.push((inner, copies)),
            ExprKind::Binary(_, left, right) => open.extend([(&**right, copies), (&**left, copies)]),
            ExprKind::OneOf(inner, among) => {
                open.extend(among.iter().map(|one| (one, copies)));
                open.push((inner, copies));
            }
            ExprKind::AnyWhere(node, inner)
            | ExprKind::EveryWhere(node, inner)
            | ExprKind::CountWhere(node, inner) => open.push((inner, Some(*node))),
            ExprKind::Text(text) => open.extend(text.parts.iter().filter_map(|part| match part {
                TextPart::Words(_) => None,
                TextPart::Value(value) => Some((value, copies)),
            })),
            _ => {}
        }
    }
    found
}

/// The field that an expression is, if it is one.
pub(super) fn key_of(expr: &Expr, copies: Option<NodeId>) -> Option<FieldKey> {
    match &expr.kind {
        ExprKind::Input(field) => Some(FieldKey { node: None, path: vec![*field] }),
        ExprKind::Form(node, field) => Some(FieldKey { node: Some(*node), path: vec![*field] }),
        ExprKind::Copy(field) => Some(FieldKey { node: Some(copies?), path: vec![*field] }),
        ExprKind::Field(inner, field) => {
            let mut key = key_of(inner, copies)?;
            key.path.push(*field);
            Some(key)
        }
        _ => None,
    }
}

/// The fields that a condition reads, each once, in the order in which it does.
#[must_use]
pub fn fields_read(condition: &Expr) -> Vec<FieldKey> {
    let mut read: Vec<FieldKey> = Vec::new();
    for key in parts(condition).into_iter().filter_map(|(part, copies)| key_of(part, copies)) {
        if !read.contains(&key) {
            read.push(key);
        }
    }
    read
}

/// Whether a condition only compares fields with constants, so that the values of the fields tell its answer.
pub(super) fn is_plain(condition: &Expr) -> bool {
    match &condition.kind {
        ExprKind::Not(inner) => is_plain(inner),
        ExprKind::Binary(Operator::And | Operator::Or, left, right) => is_plain(left) && is_plain(right),
        ExprKind::Binary(_, left, right) => {
            (key_of(left, None).is_some() && constant(right).is_some())
                || (key_of(right, None).is_some() && constant(left).is_some())
        }
        ExprKind::OneOf(inner, among) => {
            key_of(inner, None).is_some() && among.iter().all(|one| constant(one).is_some())
        }
        ExprKind::IsMissing(inner) => key_of(inner, None).is_some(),
        _ => key_of(condition, None).is_some() || constant(condition).is_some(),
    }
}

/// What conditions compare a field with.
pub(super) fn comparisons(typed: &Typed, key: &FieldKey) -> Vec<(Operator, Value)> {
    let parts = conditions(typed).into_iter().flat_map(parts);
    parts.filter_map(|(part, copies)| comparison(part, copies, key)).collect()
}

fn comparison(part: &Expr, copies: Option<NodeId>, key: &FieldKey) -> Option<(Operator, Value)> {
    let ExprKind::Binary(operator, left, right) = &part.kind else { return None };
    if key_of(left, copies).as_ref() == Some(key) {
        return Some((*operator, constant(right)?));
    }
    if key_of(right, copies).as_ref() != Some(key) {
        return None;
    }
    let turned = match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        other => *other,
    };
    Some((turned, constant(left)?))
}

/// The value of a constant expression.
pub(super) fn constant(expr: &Expr) -> Option<Value> {
    let ExprKind::Constant(constant) = &expr.kind else { return None };
    Some(match constant {
        Constant::Bool(value) => Value::Bool(*value),
        Constant::Number(value) => Value::Number(*value),
        Constant::Money(amount, currency) => Value::Money(*amount, *currency),
        Constant::Text(text) => Value::Text(text.clone()),
        Constant::Date(date) => Value::Date(*date),
        Constant::Moment(moment) => Value::Moment(*moment),
        Constant::Duration(duration) => Value::Duration(*duration),
        Constant::Enum(of, position) => Value::Enum(*of, *position),
    })
}

/// Values at and beside the constants of a condition, and all values of the enums it reads.
pub(super) fn around(condition: &Expr, typed: &Typed) -> Vec<Value> {
    let mut found = vec![Value::Bool(true), Value::Bool(false)];
    for (part, _) in parts(condition) {
        found.extend(constant(part).iter().flat_map(neighbours));
        if let Scalar::Enum(id) = part.ty.of {
            let values = typed.enums.get(id.index()).map_or(0, |of| of.value.values.len());
            found.extend((0..u16::try_from(values).unwrap_or(u16::MAX)).map(|at| Value::Enum(id, at)));
        }
    }
    found
}

/// A value, and those beside it.
pub(super) fn neighbours(value: &Value) -> Vec<Value> {
    let mut found = vec![value.clone()];
    match value {
        Value::Number(number) => {
            let beside = [number.checked_add(Decimal::ONE), number.checked_sub(Decimal::ONE)];
            found.extend(beside.into_iter().flatten().map(Value::Number));
        }
        Value::Money(amount, currency) => {
            let beside = [amount.checked_add(Decimal::ONE), amount.checked_sub(Decimal::ONE)];
            found.extend(beside.into_iter().flatten().map(|amount| Value::Money(amount, *currency)));
        }
        Value::Date(date) => {
            found.extend([1, -1].into_iter().filter_map(|days| date.plus_days(days)).map(Value::Date));
        }
        Value::Moment(moment) => {
            let beside = [time::DAY_MS, -time::DAY_MS].into_iter().filter_map(|ms| moment.plus_ms(ms));
            found.extend(beside.map(Value::Moment));
        }
        _ => {}
    }
    found
}

/// Whether a condition over an event reads one of its fields.
pub(super) fn reads_event(condition: &Expr, field: FieldIndex) -> bool {
    parts(condition).iter().any(|(part, _)| part.kind == ExprKind::Event(field))
}

/// Whether two values are of one type, as far as a value shows it.
pub(super) fn same_kind(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Money(_, one), Value::Money(_, other)) => one == other,
        (Value::Enum(one, _), Value::Enum(other, _)) => one == other,
        (Value::Record(_) | Value::List(_), _) => false,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}
