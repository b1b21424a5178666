//! Conditions as the model reads them: comparisons of fields with constants, `and`, `or`, `not`, and opaque tests.
//!
//! What compares a field of a followed type with a constant is exact; everything else is opaque: a free variable, the
//! same one where the same words can only have the same answer. Three-valued as in rule 1 of *Meaning*: what is missing
//! makes a condition neither true nor false. Invariant: a test is exact or says that it is not.

use super::case::FieldKey;
use super::cells::compares;
use crate::place::Place;
use crate::typed::{Expr, ExprKind, Operator, TextPart};
use std::fmt::Write;
use wf_plan::Value;
use wf_plan::value::Constant;

/// A condition.
#[derive(Clone, Debug)]
pub enum Test {
    /// True or false.
    Constant(bool),
    /// A field compared with constants: true where one of the comparisons is.
    Field(FieldKey, Vec<(Operator, Constant)>, Place),
    /// A field is missing.
    Missing(FieldKey, Place),
    /// The list is not empty.
    NotEmpty(FieldKey, Place),
    /// What is not looked into: its words, the fields it reads, whether it may answer otherwise at another moment.
    Opaque { words: String, reads: Vec<FieldKey>, changes: bool, at: Place },
    /// It does not hold.
    Not(Box<Test>),
    /// Both hold, the second asked only if the first does.
    And(Box<Test>, Box<Test>),
    /// One of them holds, the second asked only if the first does not.
    Or(Box<Test>, Box<Test>),
}

/// A condition as the model reads it.
pub fn test(expr: &Expr) -> Test {
    match &expr.kind {
        ExprKind::Constant(Constant::Bool(value)) => Test::Constant(*value),
        ExprKind::Not(inner) => Test::Not(Box::new(test(inner))),
        ExprKind::Binary(Operator::And, a, b) => Test::And(Box::new(test(a)), Box::new(test(b))),
        ExprKind::Binary(Operator::Or, a, b) => Test::Or(Box::new(test(a)), Box::new(test(b))),
        ExprKind::Binary(operator, a, b) => {
            compared(*operator, a, b).unwrap_or_else(|| between_two(*operator, a, b, expr))
        }
        ExprKind::OneOf(field, values) => one_of(field, values, expr.at).unwrap_or_else(|| opaque(expr)),
        ExprKind::IsMissing(field) => match key(field) {
            Some(key) => Test::Missing(key, expr.at),
            None => opaque(expr),
        },
        _ => match key(expr) {
            Some(key) if !expr.ty.list => {
                Test::Field(key, vec![(Operator::Equal, Constant::Bool(true))], expr.at)
            }
            _ => opaque(expr),
        },
    }
}

/// That a `for each` has something to go through.
pub fn not_empty(list: &Expr) -> Test {
    match key(list) {
        Some(key) => Test::NotEmpty(key, list.at),
        None => opaque(list),
    }
}

fn compared(operator: Operator, a: &Expr, b: &Expr) -> Option<Test> {
    if let (Some(key), Some(constant)) = (key(a), constant(b)) {
        return comparable(operator).then(|| Test::Field(key, vec![(operator, constant)], a.at));
    }
    let (key, constant) = (key(b)?, constant(a)?);
    comparable(operator).then(|| Test::Field(key, vec![(turned(operator), constant)], b.at))
}

fn one_of(field: &Expr, values: &[Expr], at: Place) -> Option<Test> {
    let key = key(field)?;
    let values: Option<Vec<_>> =
        values.iter().map(|value| Some((Operator::Equal, constant(value)?))).collect();
    Some(Test::Field(key, values?, at))
}

fn comparable(operator: Operator) -> bool {
    use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    matches!(operator, Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual)
}

/// The operator with its sides exchanged.
fn turned(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        same => same,
    }
}

/// A constant that a field may be compared with.
fn constant(expr: &Expr) -> Option<Constant> {
    match &expr.kind {
        ExprKind::Constant(Constant::Moment(_) | Constant::Duration(_)) => None,
        ExprKind::Constant(constant) => Some(constant.clone()),
        ExprKind::Text(text) => match text.parts.as_slice() {
            [] => Some(Constant::Text(String::new())),
            [TextPart::Words(words)] => Some(Constant::Text(words.clone())),
            _ => None,
        },
        ExprKind::RoundMoney(inner) => constant(inner),
        _ => None,
    }
}

/// The field that an expression reads and nothing else.
fn key(expr: &Expr) -> Option<FieldKey> {
    match &expr.kind {
        ExprKind::Input(field) => Some(FieldKey { node: None, path: vec![*field] }),
        ExprKind::Form(node, field) => Some(FieldKey { node: Some(*node), path: vec![*field] }),
        ExprKind::Field(record, field) => {
            let mut key = key(record)?;
            key.path.push(*field);
            Some(key)
        }
        ExprKind::RoundMoney(inner) => key(inner),
        _ => None,
    }
}

fn opaque(expr: &Expr) -> Test {
    let mut found = Looked::default();
    found.look(expr);
    found.test(expr.at)
}

/// A comparison of two things that are no constants, said in one way only: `a > b` is `b < a`, `a <= b` is not that.
/// So what contradicts each other has one answer between them.
fn between_two(operator: Operator, a: &Expr, b: &Expr, expr: &Expr) -> Test {
    let told = |word: &str, a: &Expr, b: &Expr| {
        let mut found = Looked::default();
        found.words.push_str(word);
        found.look(a);
        found.look(b);
        found.test(expr.at)
    };
    let not = |test: Test| Test::Not(Box::new(test));
    match operator {
        Operator::Less => told("less ", a, b),
        Operator::Greater => told("less ", b, a),
        Operator::GreaterOrEqual => not(told("less ", a, b)),
        Operator::LessOrEqual => not(told("less ", b, a)),
        Operator::Equal => told("equal ", a, b),
        Operator::NotEqual => not(told("equal ", a, b)),
        _ => opaque(expr),
    }
}

/// What an opaque test says, without places, and what its answer depends on.
#[derive(Default)]
struct Looked {
    words: String,
    reads: Vec<FieldKey>,
    changes: bool,
}

impl Looked {
    fn test(self, at: Place) -> Test {
        Test::Opaque { words: self.words, reads: self.reads, changes: self.changes, at }
    }

    fn look(&mut self, expr: &Expr) {
        if let Some(key) = key(expr) {
            let _ = write!(self.words, "{key:?} ");
            return self.reads.push(key);
        }
        match &expr.kind {
            ExprKind::Input(_) | ExprKind::Form(..) => {}
            ExprKind::Constant(constant) => drop(write!(self.words, "{constant:?} ")),
            ExprKind::LocalMoment(date, minute) => drop(write!(self.words, "{date:?} {minute} ")),
            ExprKind::Event(_) | ExprKind::Element | ExprKind::Copy(_) => {
                let _ = write!(self.words, "{:?} ", expr.kind);
            }
            ExprKind::Context(context) => {
                let _ = write!(self.words, "{context:?} ");
                self.changes = true;
            }
            ExprKind::AnyWhere(node, inner)
            | ExprKind::EveryWhere(node, inner)
            | ExprKind::CountWhere(node, inner) => {
                let _ = write!(self.words, "{} {node:?} ", kind(&expr.kind));
                self.reads.push(FieldKey { node: Some(*node), path: Vec::new() });
                self.look(inner);
            }
            ExprKind::TotalOf(node, field) => {
                let _ = write!(self.words, "total {node:?} {field:?} ");
                self.reads.push(FieldKey { node: Some(*node), path: Vec::new() });
            }
            _ => self.look_inside(expr),
        }
    }

    fn look_inside(&mut self, expr: &Expr) {
        let _ = write!(self.words, "{}(", kind(&expr.kind));
        match &expr.kind {
            ExprKind::Field(inner, field) => {
                let _ = write!(self.words, "{field:?} ");
                self.look(inner);
            }
            ExprKind::Not(inner)
            | ExprKind::IsMissing(inner)
            | ExprKind::RoundMoney(inner)
            | ExprKind::StartOfDay(inner)
            | ExprKind::EndOfDay(inner) => self.look(inner),
            ExprKind::Binary(operator, a, b) => {
                let _ = write!(self.words, "{operator:?} ");
                self.look(a);
                self.look(b);
            }
            ExprKind::OneOf(field, values) => {
                self.look(field);
                values.iter().for_each(|value| self.look(value));
            }
            ExprKind::Text(text) => {
                for part in &text.parts {
                    match part {
                        TextPart::Words(words) => drop(write!(self.words, "{words:?} ")),
                        TextPart::Value(value) => self.look(value),
                    }
                }
            }
            _ => self.changes = true,
        }
        self.words.push(')');
    }
}

fn kind(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::AnyWhere(..) => "any",
        ExprKind::EveryWhere(..) => "every",
        ExprKind::CountWhere(..) => "count",
        ExprKind::Field(..) => "field",
        ExprKind::Not(_) => "not",
        ExprKind::IsMissing(_) => "missing",
        ExprKind::Binary(..) => "binary",
        ExprKind::OneOf(..) => "one of",
        ExprKind::Text(_) => "text",
        ExprKind::RoundMoney(_) => "rounded",
        ExprKind::StartOfDay(_) => "start",
        ExprKind::EndOfDay(_) => "end",
        _ => "value",
    }
}

/// Whether a test of a field is true for a value of it; `None`: the value is missing.
pub fn answer(comparisons: &[(Operator, Constant)], value: &Value) -> Option<bool> {
    let mut answer = None;
    for (operator, constant) in comparisons {
        let one = compares(*operator, value, constant)?;
        answer = Some(answer.unwrap_or(false) || one);
    }
    answer
}

impl Test {
    /// Every test in it that is no connective.
    pub fn leaves(&self) -> Vec<&Test> {
        match self {
            Self::Not(inner) => inner.leaves(),
            Self::And(a, b) | Self::Or(a, b) => a.leaves().into_iter().chain(b.leaves()).collect(),
            leaf => vec![leaf],
        }
    }
}
