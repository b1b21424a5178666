//! Where reminders and ladders are used: the clauses `remind` and `escalate`, and the nodes each holds for.
//!
//! A clause in the workflow's head holds for many nodes; the same named ladder may stand in many clauses. The rules
//! about both ask here, so that one mistake in one clause is one finding. Invariant: every reminder and ladder of
//! every node stands in exactly one use.

use crate::place::{Place, Problem};
use crate::typed::{Ladder, Node, Reminder, Typed};
use std::collections::BTreeMap;
use wf_plan::plan::NodeId;

/// One clause, and the nodes it holds for.
#[derive(Debug)]
pub struct Use<'a, T> {
    /// The clause.
    pub at: Place,
    /// In file order; never empty.
    pub by: Vec<User<'a, T>>,
}

/// A node, and the reminder or ladder as it is fitted to it.
#[derive(Debug)]
pub struct User<'a, T> {
    /// The node's number.
    pub id: NodeId,
    /// The node.
    pub node: &'a Node,
    /// What holds for it.
    pub used: &'a T,
}

// By hand, because what is used need not be copied for it.
impl<T> Clone for User<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for User<'_, T> {}

/// Nodes that have the same fault, each with what is wrong there.
pub type Faulty<'a, T, F> = Vec<(User<'a, T>, F)>;

/// Every clause `escalate`.
#[must_use]
pub fn ladders(typed: &Typed) -> Vec<Use<'_, Ladder>> {
    gathered(typed, |node| &node.ladders, |ladder| ladder.used_at)
}

/// Every ladder, whatever clause it is used by: one entry per declaration.
#[must_use]
pub fn declared_ladders(typed: &Typed) -> Vec<Use<'_, Ladder>> {
    gathered(typed, |node| &node.ladders, |ladder| ladder.at)
}

/// Every clause `remind`.
#[must_use]
pub fn reminders(typed: &Typed) -> Vec<Use<'_, Reminder>> {
    gathered(typed, |node| &node.reminders, |reminder| reminder.used_at)
}

fn gathered<'a, T>(
    typed: &'a Typed,
    of: impl Fn(&'a Node) -> &'a Vec<T>,
    at: impl Fn(&T) -> Place,
) -> Vec<Use<'a, T>> {
    let mut uses: BTreeMap<Place, Vec<User<'a, T>>> = BTreeMap::new();
    for (id, node) in nodes(typed) {
        for used in of(node) {
            uses.entry(at(used)).or_default().push(User { id, node, used });
        }
    }
    uses.into_iter().map(|(at, by)| Use { at, by }).collect()
}

/// The nodes of a workflow with their numbers.
pub fn nodes(typed: &Typed) -> impl Iterator<Item = (NodeId, &Node)> {
    (0..=u16::MAX).map(NodeId).zip(&typed.nodes)
}

impl<'a, T> Use<'a, T> {
    /// Whether the clause stands in the node itself, not in the workflow's head.
    #[must_use]
    pub fn is_own(&self) -> bool {
        match self.by.as_slice() {
            [user] => self.at.decl == user.node.at.decl && self.at.at > user.node.at.at,
            _ => false,
        }
    }

    /// Where a finding about some of its nodes stands, and which nodes it is about: the clause for all of them
    /// together, else each node that has it.
    #[must_use]
    pub fn told<F>(&self, faulty: Vec<(User<'a, T>, F)>) -> Vec<(Place, Faulty<'a, T, F>)> {
        if faulty.is_empty() {
            return Vec::new();
        }
        if self.is_own() || faulty.len() == self.by.len() {
            return vec![(self.at, faulty)];
        }
        faulty.into_iter().map(|fault| (fault.0.node.at, vec![fault])).collect()
    }
}

/// Names of nodes as a sentence has them: `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and 3 more ``.
#[must_use]
pub fn names<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> String {
    let names: Vec<String> = nodes.into_iter().map(|node| format!("`{}`", node.name)).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}

/// `` `gentle` ``, or a plain word where it has no name.
#[must_use]
pub fn called(name: &str, what: &str) -> String {
    if name.is_empty() { format!("this {what}") } else { format!("the {what} `{name}`") }
}

/// Shows a second place beside a finding, unless the finding already stands there.
#[must_use]
pub fn also_at(problem: Problem, at: Place, message: impl Into<String>) -> Problem {
    let known = problem.at == at || problem.related.iter().any(|related| related.at == at);
    if known { problem } else { problem.with_related(at, message) }
}
