//! Words that the findings of the proofs share: names, lists, and what must come together for a finding.
//!
//! Between a verdict of the model and the message that tells it. Invariant: whatever is named stands in backticks as
//! the user wrote it.

use crate::after_text;
use crate::model::{Case, How};
use crate::place::Problem;
use crate::typed::{NodeKind, Typed};
use crate::witness;
use wf_plan::node::Needed;
use wf_plan::plan::NodeId;

/// How long the facts may be that stand under a line; longer ones stand in the message only.
const MOST_UNDER: usize = 60;

/// A node's name.
#[must_use]
pub fn name(typed: &Typed, node: NodeId) -> &str {
    typed.nodes.get(node.index()).map(|node| node.name.as_str()).unwrap_or_default()
}

/// A node with its kind: "the step `ship`".
#[must_use]
pub fn with_kind(typed: &Typed, node: NodeId) -> String {
    format!("the {} `{}`", kind(typed, node), name(typed, node))
}

fn kind(typed: &Typed, node: NodeId) -> &'static str {
    match typed.nodes.get(node.index()).map(|node| &node.kind) {
        Some(NodeKind::Decision { .. }) => "decision",
        Some(NodeKind::Converge) => "converge",
        Some(NodeKind::Wait { .. }) => "wait",
        Some(NodeKind::PauseFor(_) | NodeKind::PauseUntil(_)) => "pause",
        Some(NodeKind::Run { .. }) => "run",
        Some(NodeKind::Outcome { .. }) => "outcome",
        Some(NodeKind::Step) | None => "step",
    }
}

/// A result as the user would write it: "`go_live.yes`".
#[must_use]
pub fn result(typed: &Typed, node: NodeId, needed: Needed) -> String {
    format!("`{}`", after_text::named(typed, node, needed))
}

/// "a, b and c", or with another last word.
#[must_use]
pub fn listed(parts: &[String], last_word: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} {last_word} {last}", others.join(", ")),
    }
}

/// What follows, behind the facts that lead to it: "if `scope` is decided as `small`, …".
#[must_use]
pub fn in_case(typed: &Typed, case: &Case, follows: &str) -> String {
    let facts = facts(typed, case);
    if facts.is_empty() { follows.to_owned() } else { format!("{facts}, {follows}") }
}

/// The same without what the case says of some nodes: what the finding itself says of them is enough.
#[must_use]
pub fn in_case_but_for(typed: &Typed, case: &Case, nodes: &[NodeId], follows: &str) -> String {
    let mut shorter = case.clone();
    shorter.needed.retain(|node| !nodes.contains(node));
    in_case(typed, &shorter, follows)
}

/// The facts behind something short: "never starts if `scope` is decided as `small`".
#[must_use]
pub fn under(typed: &Typed, case: &Case, short: &str) -> String {
    let facts = facts(typed, case);
    match facts.chars().count() {
        0 => short.to_owned(),
        1..=MOST_UNDER => format!("{short} {facts}"),
        _ => format!("{short} then"),
    }
}

/// What must come together, but for what goes without saying: that work is done in the end, and not before. The run
/// says when.
fn facts(typed: &Typed, case: &Case) -> String {
    let mut told = case.clone();
    let is_told = |id: &NodeId| {
        let optional = typed.nodes.get(id.index()).is_some_and(|node| node.optional);
        case.finished.iter().any(|(node, how)| node == id && (optional || *how != How::Completed))
            || case.used_up.iter().any(|(node, _)| node == id)
    };
    told.needed.retain(is_told);
    witness::facts(typed, &told)
}

/// The finding with the run that shows it; its label stays.
#[must_use]
pub fn shown(typed: &Typed, case: &Case, problem: Problem) -> Problem {
    let label = problem.label.clone();
    let mut shown = witness::show(typed, case, problem);
    shown.label = label;
    shown
}
