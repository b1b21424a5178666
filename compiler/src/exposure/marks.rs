//! The marks of an expression or text: those its fields have, and those that come in by another name.
//!
//! `{title}` and `{reference}` show what they are made of, `{owner}` the field that names the owner, the variable of
//! `for each` an element of its list, and a record shown whole each of its fields. Invariant: each field stands once,
//! with one way to it.

use super::only_asks_for_presence;
use crate::place::Place;
use crate::readings::parts;
use crate::typed::{Expr, ExprKind, Mark, Node, Owner, RecordType, Text, TextPart, Typed, Words};
use wf_plan::op::Context;
use wf_plan::value::{Scalar, Type};

/// Records within records that are looked into; deeper ones are refused by the limits of the language.
const DEEPEST_RECORD: u8 = 16;

/// What marks come with the names of one workflow.
pub(super) struct Marks<'a> {
    typed: &'a Typed,
    title: Vec<Mark>,
    reference: Vec<Mark>,
}

impl<'a> Marks<'a> {
    pub(super) fn of(typed: &'a Typed) -> Self {
        let mut marks = Self { typed, title: Vec::new(), reference: Vec::new() };
        // The title may name the reference, so that one is known first.
        marks.reference = typed.reference.iter().flat_map(|text| marks.of_text(None, text)).collect();
        marks.title = typed.title.iter().flat_map(|text| marks.of_text(None, text)).collect();
        marks
    }

    /// What stands on every message: title and reference, and where they are written.
    pub(super) fn of_heading(&self) -> Vec<(Vec<Mark>, Place)> {
        let title = self.typed.title.iter().map(|text| (self.title.clone(), text.at));
        let reference = self.typed.reference.iter().map(|text| (self.reference.clone(), text.at));
        title.chain(reference).filter(|(marks, _)| !marks.is_empty()).collect()
    }

    pub(super) fn of_words(&self, node: Option<&Node>, words: &Words) -> Vec<Mark> {
        let mut found = self.of_text(node, &words.text);
        for (_, text) in &words.languages {
            add(&mut found, self.of_text(node, text));
        }
        for argument in words.templates.iter().flat_map(|template| &template.arguments) {
            add(&mut found, self.of_expr(node, argument));
        }
        found
    }

    pub(super) fn of_text(&self, node: Option<&Node>, text: &Text) -> Vec<Mark> {
        let mut found = Vec::new();
        for part in &text.parts {
            if let TextPart::Value(value) = part {
                add(&mut found, self.of_expr(node, value));
            }
        }
        found
    }

    pub(super) fn of_expr(&self, node: Option<&Node>, expr: &Expr) -> Vec<Mark> {
        if only_asks_for_presence(expr) {
            return Vec::new();
        }
        let mut found = expr.marks.clone();
        let mut open = vec![expr];
        while let Some(part) = open.pop() {
            let hidden = match (&part.kind, node) {
                // The title's own marks are among the expression's; those of its reference are not.
                (ExprKind::Context(Context::Title), _) => self.title.clone(),
                (ExprKind::Context(Context::Reference), _) => self.reference.clone(),
                (ExprKind::Context(Context::Owner), Some(node)) => self.of_owners(node),
                (ExprKind::Element, Some(node)) => {
                    node.for_each.iter().flat_map(|each| each.list.marks.clone()).collect()
                }
                _ => Vec::new(),
            };
            add(&mut found, hidden.into_iter().map(|mark| seen_at(mark, part.at)).collect());
            open.extend(parts(part));
        }
        add(&mut found, self.of_record(expr.ty, "", expr.at, DEEPEST_RECORD));
        found
    }

    fn of_owners(&self, node: &Node) -> Vec<Mark> {
        let of_owner = |owner: &Owner| match owner {
            Owner::Person(person) => person.marks.clone(),
            Owner::Role(_) => Vec::new(),
        };
        node.owners.iter().flat_map(|owner| of_owner(&owner.value)).collect()
    }

    /// The marked fields of a record that is shown whole.
    fn of_record(&self, ty: Type, outer: &str, at: Place, depth: u8) -> Vec<Mark> {
        let Scalar::Record(id) = ty.of else { return Vec::new() };
        let Some(record) = self.typed.records.get(id.index()).filter(|_| depth > 0) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for field in &record.fields {
            let name = name_in(record, outer, &field.data.name);
            for (secret, marked) in [(false, field.data.personal), (true, field.data.secret)] {
                if marked {
                    found.push(Mark { secret, field: name.clone(), path: vec![field.at, at] });
                }
            }
            found.extend(self.of_record(field.data.kind, &name, at, depth - 1));
        }
        found
    }
}

fn name_in(record: &RecordType, outer: &str, field: &str) -> String {
    if outer.is_empty() { format!("{}.{field}", record.name) } else { format!("{outer}.{field}") }
}

fn seen_at(mut mark: Mark, at: Place) -> Mark {
    mark.path.push(at);
    mark
}

/// Adds those that are not there yet.
fn add(marks: &mut Vec<Mark>, more: Vec<Mark>) {
    for mark in more {
        if !marks.iter().any(|known| known.field == mark.field && known.secret == mark.secret) {
            marks.push(mark);
        }
    }
}
