//! Where reminders and ladders are used: the clauses `remind` and `escalate`, and the nodes each holds for.
//!
//! A clause in the workflow's head holds for many nodes; the same named ladder may stand in many clauses. The rules
//! about both ask here, so that one mistake in one clause is one finding. Nodes that are alike are asked about once.
//! Invariant: every reminder and ladder of every node stands in exactly one use.

use crate::place::{Place, Problem};
use crate::readings::{Reading, readings};
use crate::typed::{Deadline, Ladder, Node, NodeKind, Reminder, Typed};
use std::collections::BTreeMap;
use std::sync::Arc;
use wf_plan::plan::NodeId;

/// Who uses what in one workflow; made once for all rules.
#[derive(Debug)]
pub struct Uses<'a> {
    /// Every clause `escalate`.
    pub ladders: Vec<Use<'a, Ladder>>,
    /// Every ladder, whatever clause it is used by: one entry per declaration.
    pub declared_ladders: Vec<Use<'a, Ladder>>,
    /// Every clause `remind`.
    pub reminders: Vec<Use<'a, Reminder>>,
    /// By node: nodes of one number are alike.
    pub kinds: Vec<usize>,
    /// Every reading.
    pub readings: Vec<Reading>,
}

impl<'a> Uses<'a> {
    /// Those of a workflow.
    #[must_use]
    pub fn of(typed: &'a Typed) -> Self {
        let kinds = kinds(typed);
        Self {
            ladders: gathered(typed, &kinds, |node| &node.ladders, |ladder| ladder.used_at),
            declared_ladders: gathered(typed, &kinds, |node| &node.ladders, |ladder| ladder.at),
            reminders: gathered(typed, &kinds, |node| &node.reminders, |reminder| reminder.used_at),
            readings: readings(typed),
            kinds,
        }
    }
}

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
    /// Nodes of one number are alike.
    kind: usize,
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

fn gathered<'a, T>(
    typed: &'a Typed,
    kinds: &[usize],
    of: impl Fn(&'a Node) -> &'a [Arc<T>],
    at: impl Fn(&T) -> Place,
) -> Vec<Use<'a, T>> {
    let mut uses: BTreeMap<Place, Vec<User<'a, T>>> = BTreeMap::new();
    for ((id, node), kind) in nodes(typed).zip(kinds) {
        for used in of(node) {
            uses.entry(at(used)).or_default().push(User { id, node, used, kind: *kind });
        }
    }
    uses.into_iter().map(|(at, by)| Use { at, by }).collect()
}

/// So many kinds are kept in mind while nodes are told apart.
const MOST_KINDS: usize = 8;

/// By node a number: nodes of one number have the same people, reminders, ladders and deadlines, wherever those stand,
/// and lateness does the same to them. Others may be alike all the same.
fn kinds(typed: &Typed) -> Vec<usize> {
    let mut recent: Vec<(usize, &Node)> = Vec::new();
    let mut next = 0;
    let mut kinds = Vec::with_capacity(typed.nodes.len());
    for node in &typed.nodes {
        let known = recent.iter().find(|(_, other)| are_alike(node, other)).map(|(kind, _)| *kind);
        kinds.push(known.unwrap_or(next));
        if known.is_none() {
            recent.insert(0, (next, node));
            recent.truncate(MOST_KINDS);
            next += 1;
        }
    }
    kinds
}

fn are_alike(one: &Node, other: &Node) -> bool {
    let late = |node: &Node| match &node.kind {
        NodeKind::Decision { if_late, .. } => (*if_late, None),
        NodeKind::Wait { if_late, .. } => (None, *if_late),
        _ => (None, None),
    };
    std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind)
        && late(one) == late(other)
        && one.owners.len() == other.owners.len()
        && one.owners.iter().zip(&other.owners).all(|(one, other)| one.value == other.value)
        && one.on.overdue.is_empty()
        && other.on.overdue.is_empty()
        && are_same(&one.ladders, &other.ladders)
        && are_same(&one.reminders, &other.reminders)
        && one.deadlines.len() == other.deadlines.len()
        && one.deadlines.iter().zip(&other.deadlines).all(|(one, other)| are_as_long(one, other))
}

fn are_same<T>(one: &[Arc<T>], other: &[Arc<T>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| Arc::ptr_eq(one, other))
}

fn are_as_long(one: &Deadline, other: &Deadline) -> bool {
    let is_conditional = one.condition.is_some() || other.condition.is_some();
    let mut limits = one.limits.iter().zip(&other.limits);
    !is_conditional
        && one.pause == other.pause
        && one.limits.len() == other.limits.len()
        && limits.all(|(one, other)| {
            one.kind == other.kind && one.moved_to_working_day == other.moved_to_working_day
        })
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

    /// The nodes at which something is wrong, and what; nodes that are alike are asked about once. The answer must not
    /// depend on more than what makes them alike.
    pub fn faulty<F: Clone>(&self, ask: impl Fn(&User<'a, T>) -> Option<F>) -> Faulty<'a, T, F> {
        let mut known: BTreeMap<(usize, *const T), Option<F>> = BTreeMap::new();
        let mut answer = |user: &User<'a, T>| {
            let key = (user.kind, std::ptr::from_ref(user.used));
            known.entry(key).or_insert_with(|| ask(user)).clone()
        };
        self.by.iter().filter_map(|user| Some((*user, answer(user)?))).collect()
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
