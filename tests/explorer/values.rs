//! Which values of inputs, forms and events are worth trying: one for each way that conditions can tell apart.
//!
//! Enums and truth values are tried in full; numbers, money and dates at the constants they are compared with,
//! between, below and above them. A field that no condition reads has one value. Invariant: two values of a field that
//! some condition of the workflow tells apart are never represented by one.

use super::reads::constant_value;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use wf_compiler::typed::{Expr, ExprKind, NodeKind, Typed};
use wf_plan::plan::{FieldIndex, NodeId};
use wf_plan::value::{Field, Scalar, Type};
use wf_plan::{Date, Moment, Value};

/// A field: of the inputs, or of a node's form or event.
type Key = (Option<NodeId>, FieldIndex);

/// The values of every field.
pub struct Cells {
    /// All combinations for the inputs.
    pub inputs: Vec<Vec<Value>>,
    /// All combinations for each node's form (of a wait: the event's fields).
    pub forms: Vec<Vec<Vec<Value>>>,
}

/// Cuts the fields of a workflow.
pub fn cells(typed: &Typed) -> Cells {
    let mut read: BTreeMap<Key, Vec<Value>> = BTreeMap::new();
    for (place, expr) in conditions(typed) {
        note(place, expr, &[], &mut read);
    }
    let values = |key: Key, field: &Field| values(typed, field, read.get(&key).map(Vec::as_slice));
    let of = |node: Option<NodeId>, fields: Vec<&Field>| {
        let each = fields.iter().zip(0u16..).map(|(field, at)| values((node, FieldIndex(at)), field));
        combinations(&each.collect::<Vec<_>>())
    };
    let inputs = of(None, typed.inputs.iter().map(|field| &field.data).collect());
    let forms = typed
        .nodes
        .iter()
        .zip(0u16..)
        .map(|(node, id)| of(Some(NodeId(id)), node.form.iter().map(|field| &field.data).collect()));
    Cells { inputs, forms: forms.collect() }
}

/// Every condition that decides what happens, and every list.
fn conditions(typed: &Typed) -> Vec<(NodeId, &Expr)> {
    let mut found = Vec::new();
    for (id, node) in (0u16..).zip(&typed.nodes) {
        let mut of_node: Vec<&Expr> = node.when.iter().collect();
        of_node.extend(node.deadlines.iter().filter_map(|deadline| deadline.condition.as_ref()));
        of_node.extend(node.for_each.as_ref().map(|for_each| &for_each.list));
        match &node.kind {
            NodeKind::Decision { options, .. } => {
                of_node.extend(options.iter().filter_map(|option| option.when.as_ref()));
            }
            NodeKind::Wait { condition, .. } => of_node.extend(condition),
            _ => {}
        }
        found.extend(of_node.into_iter().map(|expr| (NodeId(id), expr)));
    }
    found
}

/// Notes each field that an expression reads, with the constants it is held against.
fn note(place: NodeId, expr: &Expr, against: &[&Expr], read: &mut BTreeMap<Key, Vec<Value>>) {
    let key = match &expr.kind {
        ExprKind::Input(field) => Some((None, *field)),
        ExprKind::Form(node, field) => Some((Some(*node), *field)),
        ExprKind::Event(field) => Some((Some(place), *field)),
        _ => None,
    };
    if let Some(key) = key {
        let known = read.entry(key).or_default();
        for constant in against {
            if let ExprKind::Constant(constant) = &constant.kind {
                known.push(constant_value(constant));
            }
        }
    }
    match &expr.kind {
        ExprKind::Not(inner) | ExprKind::IsMissing(inner) | ExprKind::Field(inner, _) => {
            note(place, inner, &[], read)
        }
        ExprKind::Binary(_, left, right) => {
            note(place, left, &[right], read);
            note(place, right, &[left], read);
        }
        ExprKind::OneOf(inner, of) => note(place, inner, &of.iter().collect::<Vec<_>>(), read),
        _ => {}
    }
}

fn values(typed: &Typed, field: &Field, read: Option<&[Value]>) -> Vec<Value> {
    let Some(constants) = read else {
        return vec![if field.optional { Value::Missing } else { any(typed, field.kind) }];
    };
    let mut values = match field.kind {
        Type { list: true, of } => {
            vec![Value::List(vec![]), Value::List(vec![any(typed, Type { of, list: false })])]
        }
        Type { of: Scalar::Bool, .. } => vec![Value::Bool(false), Value::Bool(true)],
        Type { of: Scalar::Enum(id), .. } => {
            let count = typed.enums[id.index()].value.values.len();
            (0..u16::try_from(count).unwrap()).map(|at| Value::Enum(id, at)).collect()
        }
        Type { of: Scalar::Number, .. } => {
            let known = constants.iter().filter_map(|value| match value {
                Value::Number(number) => Some(*number),
                _ => None,
            });
            cut(known).into_iter().map(Value::Number).collect()
        }
        Type { of: Scalar::Money(currency), .. } => {
            let known = constants.iter().filter_map(|value| match value {
                Value::Money(amount, _) => Some(*amount),
                _ => None,
            });
            cut(known).into_iter().map(|amount| Value::Money(amount, currency)).collect()
        }
        Type { of: Scalar::Date, .. } => {
            let known = constants.iter().filter_map(|value| match value {
                Value::Date(date) => Some(Decimal::from(date.0)),
                _ => None,
            });
            let date = |day: Decimal| Value::Date(Date(i32::try_from(day.floor()).unwrap()));
            cut(known).into_iter().map(date).collect()
        }
        kind => vec![any(typed, kind)],
    };
    values.dedup();
    if field.optional {
        values.push(Value::Missing);
    }
    values
}

/// Each number, one between each two, one below and one above all.
fn cut(numbers: impl Iterator<Item = Decimal>) -> Vec<Decimal> {
    let mut known: Vec<Decimal> = numbers.collect();
    known.sort();
    known.dedup();
    let (Some(first), Some(last)) = (known.first().copied(), known.last().copied()) else {
        return vec![Decimal::ONE];
    };
    let mut cut = vec![first - Decimal::TEN];
    for (at, number) in known.iter().enumerate() {
        if let Some(before) = at.checked_sub(1).map(|before| known[before]) {
            cut.push((before + number) / Decimal::TWO);
        }
        cut.push(*number);
    }
    cut.push(last + Decimal::TEN);
    cut
}

/// Some value of a type.
fn any(typed: &Typed, kind: Type) -> Value {
    if kind.list {
        return Value::List(vec![any(typed, Type { list: false, ..kind })]);
    }
    match kind.of {
        Scalar::Number => Value::Number(Decimal::ONE),
        Scalar::Money(currency) => Value::Money(Decimal::ONE, currency),
        Scalar::Bool => Value::Bool(false),
        Scalar::Date => Value::Date(Date::from_ymd(2026, 3, 2).unwrap()),
        Scalar::Moment => Value::Moment(Moment(0)),
        Scalar::Duration => Value::Missing,
        Scalar::Enum(id) => Value::Enum(id, 0),
        Scalar::Record(id) => {
            let fields = &typed.records[id.index()].fields;
            Value::Record(fields.iter().map(|field| any(typed, field.data.kind)).collect())
        }
        _ => Value::Text("x".to_owned()),
    }
}

fn combinations(each: &[Vec<Value>]) -> Vec<Vec<Value>> {
    each.iter().fold(vec![Vec::new()], |all, values| {
        let with = |start: &Vec<Value>, value: &Value| start.iter().chain([value]).cloned().collect();
        all.iter().flat_map(|start| values.iter().map(move |value| with(start, value))).collect()
    })
}
