//! WF602: where a form or event field is read whose node may not have completed, and deadlines that count from a node
//! that may not have settled.
//!
//! Conditions are read when their node becomes ready, `say` and `on start` when it starts, `on done` when it is done,
//! an outcome's effects when it ends the instance. Invariant: a reading that its condition's left side hides is none.

use super::reads::{read, words_miss};
use wf_compiler::typed::{Action, ActionKind, Expr, LimitKind, Node, NodeKind};
use wf_plan::node::CountFrom;
use wf_vm::State;

/// Whether what a node reads at its start misses something, conditions of its options left out.
pub fn start_misses(node: &Node, state: &State) -> bool {
    let misses = |expr: &Expr| read(expr, state).is_some_and(|reading| !reading.missed.is_empty());
    let with = match &node.kind {
        NodeKind::Run { with, .. } => with.as_slice(),
        _ => &[],
    };
    with.iter().any(|(_, expr)| misses(expr))
        || node.say.as_ref().is_some_and(|say| words_miss(say, state))
        || actions_miss(&node.on.start, state)
        || deadline_misses(node, state)
}

/// Whether effects read something that is missing.
pub fn actions_miss(actions: &[Action], state: &State) -> bool {
    let misses = |expr: &Expr| read(expr, state).is_some_and(|reading| !reading.missed.is_empty());
    actions.iter().any(|action| match &action.kind {
        ActionKind::Set { value, .. } => misses(value),
        ActionKind::Note { words, .. } | ActionKind::Tell { words, .. } => words_miss(words, state),
        ActionKind::Call { arguments, .. } => arguments.iter().any(|(_, value)| misses(value)),
        ActionKind::Start { with, .. } => with.iter().any(|(_, value)| misses(value)),
        _ => false,
    })
}

/// Nodes that a deadline counts from and that have not settled.
pub fn unsettled(node: &Node, state: &State) -> Vec<usize> {
    let limits = node.deadlines.iter().flat_map(|line| &line.limits);
    let since = limits.filter_map(|limit| match &limit.kind {
        LimitKind::Within(_, CountFrom::Settled(of)) | LimitKind::EndOf(_, CountFrom::Settled(of)) => {
            Some(of.index())
        }
        _ => None,
    });
    since.filter(|of| !state.nodes[*of].own.state.is_settled()).collect()
}

/// The deadline lines up to the first that holds: their conditions, and what it counts from.
fn deadline_misses(node: &Node, state: &State) -> bool {
    for line in &node.deadlines {
        let truth = line.condition.as_ref().map(|condition| read(condition, state));
        if let Some(Some(reading)) = truth {
            if !reading.missed.is_empty() {
                return true;
            }
            if !reading.holds() {
                continue;
            }
        }
        return line.limits.iter().any(|limit| match &limit.kind {
            LimitKind::Within(_, CountFrom::Settled(of)) | LimitKind::EndOf(_, CountFrom::Settled(of)) => {
                !state.nodes[of.index()].own.state.is_settled()
            }
            LimitKind::By(expr) => read(expr, state).is_some_and(|reading| !reading.missed.is_empty()),
            _ => false,
        });
    }
    false
}
