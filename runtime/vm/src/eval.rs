//! Runs a program's pieces of code: conditions, values and texts.
//!
//! Straight-line stack code over borrowed values; see `wf_plan::op` for each instruction. Numbers are in
//! `eval/number.rs`, what code may read in `eval/read.rs`, how a value reads to a person in `eval/show.rs`, whether
//! it fits a type in `eval/fits.rs`. Invariant: total; code that a verifier would refuse yields missing.

mod fits;
mod number;
mod read;
pub(crate) mod show;

pub(crate) use fits::{fits, is_missing_required};
pub(crate) use read::owners;

use crate::event::Place;
use crate::prepared::Prepared;
use crate::state::{State, Work};
use std::borrow::Cow;
use wf_plan::Value;
use wf_plan::calendar::{Duration, Unit};
use wf_plan::op::Op;
use wf_plan::plan::{CodeId, NodeId};

/// Pieces of code that run inside one another (titles in texts, conditions in aggregates) at most.
const MAX_DEPTH: u8 = 4;

/// Where a piece of code runs: what its names mean.
#[derive(Clone, Copy, Default)]
pub(crate) struct Scope<'a> {
    /// The node (and copy) it stands at.
    pub place: Option<Place>,
    /// The ladder's level.
    pub level: Option<u16>,
    /// The reader's language tag; `None`: that of the source.
    pub language: Option<&'a str>,
    /// Fields of the event under test.
    pub event: Option<&'a [Value]>,
    /// The copy an aggregate looks at.
    pub copy: Option<&'a Work>,
    /// How deep code runs inside code.
    pub depth: u8,
}

impl<'a> Scope<'a> {
    /// At a place, in the language of the source.
    pub(crate) fn at(place: Option<Place>) -> Self {
        Self { place, ..Self::default() }
    }

    /// The same place for a reader of this language.
    pub(crate) fn read_in(self, language: Option<&'a str>) -> Self {
        Self { language, ..self }
    }
}

/// The value a piece of code yields.
pub(crate) fn value(prepared: &Prepared, state: &State, code: CodeId, scope: &Scope<'_>) -> Value {
    run(prepared, state, code, scope).map_or(Value::Missing, Cow::into_owned)
}

/// Whether a condition is true; one that ends missing is false.
pub(crate) fn is_true(prepared: &Prepared, state: &State, code: CodeId, scope: &Scope<'_>) -> bool {
    run(prepared, state, code, scope).is_some_and(|value| *value == Value::Bool(true))
}

/// The text a piece of code yields; any other value as a person reads it.
pub(crate) fn text(prepared: &Prepared, state: &State, code: CodeId, scope: &Scope<'_>) -> String {
    match run(prepared, state, code, scope).map(Cow::into_owned) {
        Some(Value::Text(text)) => text,
        Some(other) => show::show(prepared, &other, scope.language),
        None => show::show(prepared, &Value::Missing, scope.language),
    }
}

fn run<'a>(
    prepared: &'a Prepared,
    state: &'a State,
    code: CodeId,
    scope: &Scope<'a>,
) -> Option<Cow<'a, Value>> {
    if scope.depth > MAX_DEPTH {
        return None;
    }
    let ops = &prepared.code(code)?.ops;
    if let [only] = ops.as_slice() {
        return push(prepared, state, *only, scope);
    }
    let mut stack: Vec<Cow<'a, Value>> = Vec::with_capacity(8);
    for op in ops {
        step(prepared, state, *op, scope, &mut stack)?;
    }
    stack.pop()
}

/// One instruction: those with operands here, those without in [`push`]. `None`: the stack has too little on it.
fn step<'a>(
    prepared: &'a Prepared,
    state: &'a State,
    op: Op,
    scope: &Scope<'a>,
    stack: &mut Vec<Cow<'a, Value>>,
) -> Option<()> {
    let result = match op {
        Op::Field(field) => match stack.pop()? {
            Cow::Borrowed(Value::Record(fields)) => {
                Cow::Borrowed(fields.get(field.index()).unwrap_or(&MISSING))
            }
            Cow::Owned(Value::Record(fields)) => {
                Cow::Owned(fields.into_iter().nth(field.index()).unwrap_or_default())
            }
            _ => Cow::Borrowed(&MISSING),
        },
        Op::Not => Cow::Owned(match *stack.pop()? {
            Value::Bool(value) => Value::Bool(!value),
            _ => Value::Missing,
        }),
        Op::And | Op::Or => {
            let right = stack.pop()?;
            let left = stack.pop()?;
            // What decides alone hides the right side; a missing left side makes all missing.
            match *left {
                Value::Bool(decided) if decided == (op == Op::Or) => left,
                Value::Bool(_) => right,
                _ => Cow::Borrowed(&MISSING),
            }
        }
        Op::IsMissing => Cow::Owned(Value::Bool(*stack.pop()? == Value::Missing)),
        Op::Show => Cow::Owned(Value::Text(show::show(prepared, &*stack.pop()?, scope.language))),
        Op::Concat(count) => Cow::Owned(concatenated(stack, usize::from(count))?),
        Op::OneOf(count) => Cow::Owned(one_of(stack, usize::from(count))?),
        Op::RoundMoney => Cow::Owned(number::rounded(&*stack.pop()?)),
        Op::EndOfDay | Op::StartOfDay => {
            let date = stack.pop()?;
            Cow::Owned(bound_of_day(prepared, &date, op == Op::EndOfDay))
        }
        Op::Equal
        | Op::NotEqual
        | Op::Less
        | Op::LessOrEqual
        | Op::Greater
        | Op::GreaterOrEqual
        | Op::Add
        | Op::Subtract
        | Op::Multiply
        | Op::Divide
        | Op::After
        | Op::Before => {
            let right = stack.pop()?;
            let left = stack.pop()?;
            Cow::Owned(of_two(prepared, op, &left, &right))
        }
        _ => push(prepared, state, op, scope)?,
    };
    stack.push(result);
    Some(())
}

static MISSING: Value = Value::Missing;

/// Instructions that only push.
fn push<'a>(prepared: &'a Prepared, state: &'a State, op: Op, scope: &Scope<'a>) -> Option<Cow<'a, Value>> {
    let borrowed = match op {
        Op::Constant(constant) => prepared.constant(constant),
        Op::Missing => None,
        Op::Input(field) => state.inputs.get(field.index()),
        Op::Form(node, field) => read::form(state, scope, node, field),
        Op::Event(field) => scope.event.and_then(|fields| fields.get(field.index())),
        Op::Element => read::element(state, scope),
        Op::Copy(field) => scope.copy.and_then(|copy| copy.values.get(field.index())),
        Op::Context(name) => {
            let deeper = Scope { depth: scope.depth.saturating_add(1), ..*scope };
            return Some(Cow::Owned(read::context(prepared, state, name, &deeper)));
        }
        Op::AnyWhere(node, code) => {
            return Some(Cow::Owned(Value::Bool(
                matching(prepared, state, scope, node, code).any(|holds| holds),
            )));
        }
        Op::EveryWhere(node, code) => {
            return Some(Cow::Owned(Value::Bool(
                matching(prepared, state, scope, node, code).all(|holds| holds),
            )));
        }
        Op::CountWhere(node, code) => {
            let count = matching(prepared, state, scope, node, code).filter(|holds| *holds).count();
            return Some(Cow::Owned(Value::Number(u64::try_from(count).unwrap_or(u64::MAX).into())));
        }
        Op::TotalOf(node, field) => {
            let values =
                read::completed_copies(state, node).filter_map(|copy| copy.values.get(field.index()));
            return Some(Cow::Owned(number::total(values)));
        }
        // An operation that needs operands, alone in a piece of code.
        _ => return None,
    };
    Some(Cow::Borrowed(borrowed.unwrap_or(&MISSING)))
}

/// For each completed copy of a node, whether a condition over it holds.
fn matching<'a>(
    prepared: &'a Prepared,
    state: &'a State,
    scope: &Scope<'a>,
    node: NodeId,
    condition: CodeId,
) -> impl Iterator<Item = bool> + use<'a> {
    let outer = Scope { depth: scope.depth.saturating_add(1), ..*scope };
    read::completed_copies(state, node)
        .map(move |copy| is_true(prepared, state, condition, &Scope { copy: Some(copy), ..outer }))
}

fn concatenated(stack: &mut Vec<Cow<'_, Value>>, count: usize) -> Option<Value> {
    let parts = stack.split_off(stack.len().checked_sub(count)?);
    let mut joined = String::with_capacity(parts.len() * 16);
    for part in &parts {
        if let Value::Text(text) = &**part {
            joined.push_str(text);
        }
    }
    Some(Value::Text(joined))
}

/// `x is one of …`: missing if x is, else whether one of them is the same.
fn one_of(stack: &mut Vec<Cow<'_, Value>>, count: usize) -> Option<Value> {
    let among = stack.split_off(stack.len().checked_sub(count)?);
    let asked = stack.pop()?;
    if *asked == Value::Missing {
        return Some(Value::Missing);
    }
    Some(Value::Bool(among.iter().any(|one| number::equal(&asked, one) == Value::Bool(true))))
}

fn of_two(prepared: &Prepared, op: Op, left: &Value, right: &Value) -> Value {
    match op {
        Op::Equal => number::equal(left, right),
        Op::NotEqual => match number::equal(left, right) {
            Value::Bool(same) => Value::Bool(!same),
            other => other,
        },
        Op::Less => number::compare(left, right, |order| order.is_lt()),
        Op::LessOrEqual => number::compare(left, right, |order| order.is_le()),
        Op::Greater => number::compare(left, right, |order| order.is_gt()),
        Op::GreaterOrEqual => number::compare(left, right, |order| order.is_ge()),
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide => number::arithmetic(op, left, right),
        Op::After => moved(prepared, left, right, true),
        Op::Before => moved(prepared, left, right, false),
        _ => Value::Missing,
    }
}

/// A moment or date moved by a duration in the workflow's calendar. A date moved by days, weeks, months or years
/// stays a date; by anything else it counts from its start.
fn moved(prepared: &Prepared, from: &Value, by: &Value, forward: bool) -> Value {
    let (Some(calendar), Value::Duration(duration)) = (prepared.workflow_calendar(), by) else {
        return Value::Missing;
    };
    let go = |moment| {
        if forward { calendar.add(moment, duration) } else { calendar.subtract(moment, duration) }
    };
    let result = match from {
        Value::Moment(moment) => go(*moment).map(Value::Moment),
        Value::Date(date) => calendar.from_local(*date, 0).and_then(go).and_then(|moment| {
            if is_calendar(duration) {
                calendar.local(moment).map(|local| Value::Date(local.date))
            } else {
                Some(Value::Moment(moment))
            }
        }),
        _ => None,
    };
    result.unwrap_or(Value::Missing)
}

fn is_calendar(duration: &Duration) -> bool {
    matches!(duration.unit, Unit::Days | Unit::Weeks | Unit::Months | Unit::Years)
}

fn bound_of_day(prepared: &Prepared, date: &Value, end: bool) -> Value {
    let (Some(calendar), Value::Date(date)) = (prepared.workflow_calendar(), date) else {
        return Value::Missing;
    };
    let bound = if end { calendar.end_of_day(*date) } else { calendar.from_local(*date, 0) };
    bound.map_or(Value::Missing, Value::Moment)
}
