//! Values for inputs, forms and events: those of the case, and natural ones for the rest.
//!
//! Invariant: every value fits the type of its field; what may be missing and is not named by the case is missing.

use crate::model::case::{Case, FieldKey, How};
use crate::typed::{Field, NodeKind, Typed};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use wf_plan::calendar::{Duration, Unit};
use wf_plan::plan::{FieldIndex, NodeId};
use wf_plan::value::Scalar;
use wf_plan::{Date, Moment, Value, time};

/// How long after the start natural dates lie.
const LATER_DAYS: i64 = 60;
/// Records inside records that are filled at most.
const MAX_DEPTH: u8 = 32;
/// People for fields of type person, so that two fields name two people.
const PEOPLE: [&str; 6] = ["anna", "bruno", "carla", "dario", "elena", "fabio"];

/// The values of one case.
#[derive(Clone)]
pub(super) struct Values<'a> {
    typed: &'a Typed,
    given: BTreeMap<FieldKey, Value>,
    about: Date,
    begin: Moment,
    elements: usize,
}

impl<'a> Values<'a> {
    pub fn new(typed: &'a Typed, case: &Case, about: Date, begin: Moment) -> Self {
        // Children of one run that end differently are two at least.
        let differ = |(node, how): &(NodeId, How)| {
            let run = typed.nodes.get(node.index()).map(|node| &node.kind);
            *how == How::Completed && matches!(run, Some(NodeKind::Run { .. }))
        };
        let elements = if case.finished.iter().any(differ) { 2 } else { 1 };
        Self { typed, given: case.values.iter().cloned().collect(), about, begin, elements }
    }

    /// Says what a field holds, unless the case says so.
    pub fn suppose(&mut self, key: FieldKey, value: Value) {
        self.given.entry(key).or_insert(value);
    }

    /// What the case says of a field.
    pub fn given(&self, key: &FieldKey) -> Option<&Value> {
        self.given.get(key)
    }

    /// All inputs in order.
    pub fn inputs(&self) -> Vec<Value> {
        self.fields(None, &self.typed.inputs)
    }

    /// A node's form, or the event that a wait takes.
    pub fn form(&self, node: NodeId) -> Vec<Value> {
        let fields = self.typed.nodes.get(node.index()).map_or(&[][..], |node| node.form.as_slice());
        self.fields(Some(node), fields)
    }

    /// What a field holds.
    pub fn read(&self, key: &FieldKey) -> Value {
        let all = match key.node {
            None => self.inputs(),
            Some(node) => self.form(node),
        };
        let mut value = Value::Record(all);
        for at in &key.path {
            value = match value {
                Value::Record(fields) => fields.into_iter().nth(at.index()).unwrap_or_default(),
                _ => return Value::Missing,
            };
        }
        value
    }

    fn fields(&self, node: Option<NodeId>, fields: &[Field]) -> Vec<Value> {
        let one = |(at, field): (u16, &Field)| {
            let key = FieldKey { node, path: vec![FieldIndex(at)] };
            self.field(&key, field, usize::from(at) + node.map_or(0, |node| node.index() + 1), 0)
        };
        (0u16..).zip(fields).map(one).collect()
    }

    /// What one field holds: what the case says of it or of a field within it, else nothing where that may be.
    fn field(&self, key: &FieldKey, field: &Field, which: usize, depth: u8) -> Value {
        let within = |other: &FieldKey| {
            other.node == key.node && other.path.len() > key.path.len() && other.path.starts_with(&key.path)
        };
        match self.given.get(key) {
            Some(Value::List(elements)) => return Value::List(self.elements(field, elements, which)),
            Some(Value::Missing) | None => {}
            Some(value) => return value.clone(),
        }
        if field.data.optional && !self.given.keys().any(within) {
            return Value::Missing;
        }
        if field.data.kind.list {
            let natural = (0..self.elements).map(|at| self.natural(field.data.kind.of, which + at, depth));
            return Value::List(natural.collect());
        }
        match field.data.kind.of {
            Scalar::Record(_) => self.record(Some(key), field.data.kind.of, which, depth),
            of => self.natural(of, which, depth),
        }
    }

    /// A list that the case names; of its elements it may say no more than that they are there.
    fn elements(&self, field: &Field, given: &[Value], which: usize) -> Vec<Value> {
        let one = |(at, element): (usize, &Value)| match element {
            Value::Missing => self.natural(field.data.kind.of, which + at, 0),
            value => value.clone(),
        };
        let mut elements: Vec<Value> = given.iter().enumerate().map(one).collect();
        while !elements.is_empty() && elements.len() < self.elements {
            elements.push(self.natural(field.data.kind.of, which + elements.len(), 0));
        }
        elements
    }

    fn record(&self, key: Option<&FieldKey>, of: Scalar, which: usize, depth: u8) -> Value {
        let Scalar::Record(id) = of else { return Value::Missing };
        let fields = self.typed.records.get(id.index()).map_or(&[][..], |record| record.fields.as_slice());
        let one = |(at, field): (u16, &Field)| {
            let which = which + usize::from(at);
            match key {
                _ if depth >= MAX_DEPTH => Value::Missing,
                Some(key) => {
                    let mut inner = key.clone();
                    inner.path.push(FieldIndex(at));
                    self.field(&inner, field, which, depth + 1)
                }
                None if field.data.optional => Value::Missing,
                None if field.data.kind.list => Value::List(Vec::new()),
                None => self.natural(field.data.kind.of, which, depth + 1),
            }
        };
        Value::Record((0u16..).zip(fields).map(one).collect())
    }

    /// A plausible value of a type.
    pub fn natural(&self, of: Scalar, which: usize, depth: u8) -> Value {
        let text = |words: &str| Value::Text(words.to_owned());
        let later = self.begin.plus_ms(LATER_DAYS * time::DAY_MS).unwrap_or(self.begin);
        match of {
            Scalar::Text => text("example"),
            Scalar::Number => Value::Number(Decimal::TEN),
            Scalar::Bool => Value::Bool(false),
            Scalar::Date => Value::Date(self.about.plus_days(LATER_DAYS).unwrap_or(self.about)),
            Scalar::Moment => Value::Moment(later),
            Scalar::Duration => Value::Duration(Duration::new(1, Unit::Days)),
            Scalar::Money(currency) => Value::Money(Decimal::ONE_HUNDRED, currency),
            Scalar::Email => text("anna@example.org"),
            Scalar::Phone => text("+39 055 0100"),
            Scalar::Url => text("https://example.org"),
            Scalar::File => text("example.pdf"),
            Scalar::Person => {
                let turn = which.checked_div(PEOPLE.len()).filter(|turn| *turn > 0);
                let name = PEOPLE.get(which % PEOPLE.len()).copied().unwrap_or("anna");
                Value::Text(turn.map_or(name.to_owned(), |turn| format!("{name}-{}", turn + 1)))
            }
            Scalar::Enum(id) => Value::Enum(id, 0),
            Scalar::Record(_) => self.record(None, of, which, depth),
        }
    }
}
