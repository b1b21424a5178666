//! Who reads what from whom, and when: every place of a workflow that needs a field of a node to have a value, or a
//! node to have settled.
//!
//! [`readings`] collects them from the typed workflow; the rules about missing values, about forms that nothing uses
//! and about `redo` ask it, and so does the model. The workflow's own clauses (title, deadline, addresses of roles)
//! stand nowhere here: they know inputs only. Invariant: every mention of a form or event field in a node's clauses
//! stands here exactly once per node that uses it.

mod roots;

use crate::place::Place;
use crate::typed::{Expr, ExprKind, Ladder, Node, Operator, TextPart, Typed};
use roots::{Root, of_ladder, roots};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wf_plan::plan::{FieldIndex, NodeId};

/// One place where a node reads from a node.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Reading {
    /// The node that reads.
    pub reader: NodeId,
    /// When it reads.
    pub moment: Moment,
    /// The node that is read; may be the reader itself.
    pub node: NodeId,
    /// What is read of it.
    pub what: What,
    /// Where the words stand; of a named ladder, reminder or message, there.
    pub at: Place,
    /// Where the reader uses those words, if they belong to a named ladder or reminder.
    pub used_at: Option<Place>,
    /// Something of `node` is tested with `is missing` in the same expression, or the reader's own `when` holds only
    /// where it has a value.
    pub guarded: bool,
    /// It stands right of an `and` or `or`, whose left side may exclude that nothing is there.
    pub behind: bool,
    /// The test it stands in, in a condition that says what may happen.
    pub test: Option<Test>,
    /// It stands in a text, where a missing value shows as "(missing)"; elsewhere it makes a condition false, or a
    /// deadline, receiver or given value is not there.
    pub in_text: bool,
}

/// A test of a condition: what is left of it once `and`, `or` and `not` are taken away.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Test {
    /// Of which condition of the reader.
    pub of: Condition,
    /// Which of its tests, from the left, from 0.
    pub at: usize,
    /// It asks itself whether there is a value, or the whole condition holds only where there is one.
    pub excluded: bool,
}

/// A condition of a node that says what may happen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Condition {
    /// Its own `when`.
    When,
    /// That of an option, by position.
    Option(u16),
}

/// What is read of a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum What {
    /// A field of its form, or of the event it waited for.
    Field(FieldIndex),
    /// A field of its completed copies: `any`, `every`, `count of` and `total of` are never missing.
    Copies(FieldIndex),
    /// How many of its copies are completed.
    Count,
    /// When it settled: `deadline … after NODE`.
    Settling,
}

/// When a node reads, in the course of its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Moment {
    /// Its `after` holds: its own `when` is asked.
    Ready,
    /// Its `when` holds: the list of its `for each` is asked.
    List,
    /// It becomes active: options' `when`, `with`, `until`, `where`, deadlines, owner, `say`, `on start`.
    Start,
    /// It is active, or overdue or blocked: reminders, ladders and what their alternatives do, `on overdue`, `on block`.
    Active,
    /// It was completed, chosen, or its event arrived: `on done`.
    Done,
    /// It was skipped, by rule or by a person: `on skip`.
    Skip,
    /// It ends the instance: effects of an outcome.
    Outcome,
}

/// Every reading of a workflow: by reader in file order, of each by moment, node and field.
#[must_use]
pub fn readings(typed: &Typed) -> Vec<Reading> {
    // Most nodes have the workflow's own ladder, and most ladders read nothing.
    let mut known: BTreeMap<*const Ladder, bool> = BTreeMap::new();
    let mut reads =
        |ladder: &Arc<Ladder>| *known.entry(Arc::as_ptr(ladder)).or_insert_with(|| ladder_reads(ladder));
    let readers = (0..).map(NodeId).zip(&typed.nodes);
    readers.flat_map(|(reader, node)| of_node(reader, node, &mut reads)).collect()
}

/// Whether anything in a ladder mentions a node.
fn ladder_reads(ladder: &Ladder) -> bool {
    of_ladder(ladder).iter().any(|root| match root {
        Root::Settling { .. } => true,
        Root::Value { expr, .. } => !mentions(expr).is_empty(),
    })
}

/// What one node reads. A message written out in several languages says the same once.
fn of_node(reader: NodeId, node: &Node, reads: &mut dyn FnMut(&Arc<Ladder>) -> bool) -> BTreeSet<Reading> {
    let present = node.when.as_ref().map(present_where_true).unwrap_or_default();
    let mut found = BTreeSet::new();
    for root in roots(node, reads) {
        match root {
            Root::Settling { node, at } => {
                let (moment, what) = (Moment::Start, What::Settling);
                let guarded = present.contains(&node);
                found.insert(Reading {
                    reader,
                    moment,
                    node,
                    what,
                    at,
                    used_at: None,
                    guarded,
                    behind: false,
                    test: None,
                    in_text: false,
                });
            }
            Root::Value { expr, moment, in_text, used_at, asked } => {
                let (tested, behind) = (tested(expr), behind_a_test(expr));
                let tests = asked.map(|_| tests(expr)).unwrap_or_default();
                let own = asked.map(|_| present_where_true(expr)).unwrap_or_default();
                for (node, what, at, within) in mentions(expr) {
                    let in_text = in_text || within;
                    let behind_when = moment.is_behind_when() && present.contains(&node);
                    let excluded = own.contains(&node) || behind_when;
                    let position =
                        tests.iter().position(|test| mentions(test).iter().any(|mention| mention.2 == at));
                    let is_question = position
                        .and_then(|at| tests.get(at))
                        .is_some_and(|test| matches!(test.kind, ExprKind::IsMissing(_)));
                    let excluded = excluded || is_question;
                    let test = asked.zip(position).map(|(of, at)| Test { of, at, excluded });
                    let guarded = tested.contains(&node) || behind_when;
                    let behind = behind.contains(&at);
                    found.insert(Reading {
                        reader,
                        moment,
                        node,
                        what,
                        at,
                        used_at,
                        guarded,
                        behind,
                        test,
                        in_text,
                    });
                }
            }
        }
    }
    found
}

impl Moment {
    /// Whether the reader's `when` was true by then. (`on skip` also follows a `when` that was false.)
    fn is_behind_when(self) -> bool {
        matches!(self, Self::List | Self::Start | Self::Active | Self::Done | Self::Outcome)
    }
}

/// A mention of a node: what of it, where, and whether inside of a text.
type Mention = (NodeId, What, Place, bool);

fn mentions(expr: &Expr) -> Vec<Mention> {
    let mut found = Vec::new();
    collect(expr, None, false, &mut found);
    found
}

/// `copies`: the node whose copies an aggregate around it looks at.
fn collect(expr: &Expr, copies: Option<NodeId>, in_text: bool, found: &mut Vec<Mention>) {
    match &expr.kind {
        ExprKind::Form(node, field) => found.push((*node, What::Field(*field), expr.at, in_text)),
        ExprKind::TotalOf(node, field) => found.push((*node, What::Copies(*field), expr.at, in_text)),
        ExprKind::Copy(field) => {
            found.extend(copies.map(|node| (node, What::Copies(*field), expr.at, in_text)));
        }
        ExprKind::AnyWhere(node, inner)
        | ExprKind::EveryWhere(node, inner)
        | ExprKind::CountWhere(node, inner) => {
            let before = found.len();
            collect(inner, Some(*node), in_text, found);
            if found.iter().skip(before).all(|(read, ..)| read != node) {
                found.push((*node, What::Count, expr.at, in_text));
            }
        }
        ExprKind::Text(text) => {
            for part in &text.parts {
                if let TextPart::Value(value) = part {
                    collect(value, copies, true, found);
                }
            }
        }
        _ => parts(expr).into_iter().for_each(|part| collect(part, copies, in_text, found)),
    }
}

/// The expressions an expression is made of, one level down; the values of a text among them.
#[must_use]
pub fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Constant(_)
        | ExprKind::LocalMoment(..)
        | ExprKind::Input(_)
        | ExprKind::Form(..)
        | ExprKind::Event(_)
        | ExprKind::Element
        | ExprKind::Copy(_)
        | ExprKind::Context(_)
        | ExprKind::TotalOf(..) => Vec::new(),
        ExprKind::Field(inner, _)
        | ExprKind::Not(inner)
        | ExprKind::IsMissing(inner)
        | ExprKind::AnyWhere(_, inner)
        | ExprKind::EveryWhere(_, inner)
        | ExprKind::CountWhere(_, inner)
        | ExprKind::RoundMoney(inner)
        | ExprKind::StartOfDay(inner)
        | ExprKind::EndOfDay(inner) => vec![inner],
        ExprKind::Binary(_, left, right) => vec![left, right],
        ExprKind::OneOf(subject, among) => std::iter::once(subject.as_ref()).chain(among.iter()).collect(),
        ExprKind::Text(text) => text
            .parts
            .iter()
            .filter_map(|part| match part {
                TextPart::Value(value) => Some(value),
                TextPart::Words(_) => None,
            })
            .collect(),
    }
}

/// The tests of a condition, from the left.
fn tests(condition: &Expr) -> Vec<&Expr> {
    match &condition.kind {
        ExprKind::Not(inner) => tests(inner),
        ExprKind::Binary(Operator::And | Operator::Or, left, right) => {
            tests(left).into_iter().chain(tests(right)).collect()
        }
        _ => vec![condition],
    }
}

/// Where an expression reads right of `and` or `or`: only if the left side does not decide, which may be what excludes
/// that nothing is there. Nothing is claimed of such a reading.
fn behind_a_test(expr: &Expr) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        if let ExprKind::Binary(Operator::And | Operator::Or, _, right) = &expr.kind {
            found.extend(mentions(right).into_iter().map(|(_, _, at, _)| at));
        }
        open.extend(parts(expr));
    }
    found
}

/// Nodes of which a field is tested with `is missing` anywhere in an expression.
fn tested(expr: &Expr) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::new();
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        if let ExprKind::IsMissing(inner) = &expr.kind {
            found.extend(mentions(inner).into_iter().map(|(node, ..)| node));
        }
        open.extend(parts(expr));
    }
    found
}

/// Nodes of which some field has a value wherever a condition is true: `a.b is not missing`, alone or joined to other
/// conditions by `and`.
fn present_where_true(condition: &Expr) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::new();
    let mut open = vec![condition];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Binary(Operator::And, left, right) => open.extend([left.as_ref(), right.as_ref()]),
            ExprKind::Not(inner) => {
                if let ExprKind::IsMissing(tested) = &inner.kind {
                    found.extend(mentions(tested).into_iter().map(|(node, ..)| node));
                }
            }
            _ => {}
        }
    }
    found
}
