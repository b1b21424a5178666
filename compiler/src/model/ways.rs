//! How each node may finish: what people, lateness, ladders, systems and children can make of it.
//!
//! Invariant: a way that is not here cannot happen on the interpreter without a forced act, and each that is here can.

use super::case::How;
use crate::place::{DeclId, Place};
use crate::typed::{ActionKind, Ask, Ladder, LimitKind, Node, NodeKind};
use std::collections::BTreeMap;
use wf_plan::node::{CountFrom, IfLate};
use wf_plan::plan::NodeId;

/// Every way in which a node that has started may finish, the usual one first. `reachable`: for each workflow that is
/// run, which of its outcomes come. Empty: it never finishes by itself (a run whose child has no outcome to come to).
pub fn ways(node: &Node, reachable: &BTreeMap<DeclId, &[bool]>) -> Vec<How> {
    let mut ways = settling_or_ending(node, reachable);
    // A step or wait with `redo` goes back whenever it settles; in its last round that ends the instance. Where an
    // alternative ends it besides, it has gone back by then.
    if let Some(outcome) = node.redo.as_ref().and_then(|redo| redo.otherwise) {
        let ends =
            |how: How| how.outcome().map_or(how.and_ended(outcome), |own| Some(How::EndedInstance(own)));
        ways = ways.into_iter().filter_map(ends).collect();
    }
    once(ways)
}

fn settling_or_ending(node: &Node, reachable: &BTreeMap<DeclId, &[bool]>) -> Vec<How> {
    let mut ways = match &node.kind {
        NodeKind::Step | NodeKind::PauseFor(_) | NodeKind::PauseUntil(_) => vec![How::Completed],
        NodeKind::Decision { options, if_late } => {
            let settles =
                |option: &u16| options.get(usize::from(*option)).is_some_and(|option| option.redo.is_none());
            let count = u16::try_from(options.len()).unwrap_or(u16::MAX);
            let chosen = (0..count).filter(settles).map(How::Chosen);
            let late = if_late.filter(|option| settles(option) && can_be_late(node));
            chosen.chain(late.map(How::ChosenByNobody)).collect()
        }
        NodeKind::Wait { if_late, .. } => {
            let late = match if_late.filter(|_| can_be_late(node)) {
                Some(IfLate::Skip) => Some(How::Skipped),
                Some(IfLate::GoOn) => Some(How::Late),
                Some(IfLate::Outcome(outcome)) => Some(How::EndedInstance(outcome)),
                None => None,
            };
            [Some(How::Arrived), late].into_iter().flatten().collect()
        }
        NodeKind::Run { decl, outcomes, .. } => results(node, outcomes.len(), reachable.get(decl).copied()),
        NodeKind::Converge | NodeKind::Outcome { .. } => return Vec::new(),
    };
    if node.optional {
        ways.push(How::Skipped);
    }
    ways.extend(by_alternatives(node));
    ways
}

/// Where its only deadline counts from other nodes, so that there may be none: these nodes, the ways to finish that need
/// it, by position, and where it stands.
pub fn late(
    node: &Node,
    all: &[How],
    reachable: &BTreeMap<DeclId, &[bool]>,
) -> Option<(Vec<NodeId>, Vec<usize>, Place)> {
    let since = since(node)?;
    let without = ways(&Node { deadlines: Vec::new(), ..node.clone() }, reachable);
    let positions = all.iter().enumerate().filter(|(_, how)| !without.contains(how));
    let positions: Vec<usize> = positions.map(|(position, _)| position).collect();
    (!positions.is_empty()).then_some((since, positions, node.at))
}

/// The nodes that its only deadline counts from, where it counts from nothing else.
pub fn since(node: &Node) -> Option<Vec<NodeId>> {
    let [deadline] = node.deadlines.as_slice() else { return None };
    let since = deadline.limits.iter().map(|limit| match &limit.kind {
        LimitKind::Within(_, CountFrom::Settled(since)) | LimitKind::EndOf(_, CountFrom::Settled(since)) => {
            Some(*since)
        }
        LimitKind::Within(..) | LimitKind::EndOf(..) | LimitKind::By(_) => None,
    });
    since.collect()
}

fn once(mut ways: Vec<How>) -> Vec<How> {
    if ways.len() < 2 {
        return ways;
    }
    let mut seen = Vec::new();
    ways.retain(|how| {
        let is_new = !seen.contains(how);
        seen.push(*how);
        is_new
    });
    ways
}

/// What a run may come to: an outcome of the child each; several children may end differently.
fn results(node: &Node, outcomes: usize, reachable: Option<&[bool]>) -> Vec<How> {
    let comes = |outcome: &u16| {
        reachable.is_none_or(|reachable| reachable.get(usize::from(*outcome)).copied().unwrap_or(true))
    };
    let count = u16::try_from(outcomes).unwrap_or(u16::MAX);
    let mut ways: Vec<How> = (0..count).filter(comes).map(How::Ended).collect();
    if node.for_each.is_some() && ways.len() > 1 {
        ways.push(How::Completed);
    }
    ways
}

/// A decision may be late by its deadline, or at once where its votes cannot reach any number any more.
fn can_be_late(node: &Node) -> bool {
    let votes = match &node.kind {
        NodeKind::Decision { options, .. } => options.iter().any(|option| option.needs > 1),
        _ => false,
    };
    votes || !node.deadlines.is_empty()
}

/// What the alternatives of its ladders can make of a node.
fn by_alternatives(node: &Node) -> Vec<How> {
    let mut ways = Vec::new();
    for ladder in node.ladders.iter().filter(|ladder| can_climb(node, ladder)) {
        for ask in ladder.levels.iter().filter_map(|level| level.ask.as_ref()) {
            ways.extend(by_people(node, ask));
            ways.extend(by_nobody(node, ask));
        }
    }
    ways
}

/// Whether anything sets a ladder off while the node is active.
fn can_climb(node: &Node, ladder: &Ladder) -> bool {
    let ends_at_deadline = match &node.kind {
        NodeKind::Decision { if_late, .. } => if_late.is_some(),
        NodeKind::Wait { if_late, .. } => if_late.is_some(),
        _ => false,
    };
    let blockable = matches!(node.kind, NodeKind::Step | NodeKind::Decision { .. });
    ladder.on_silence.is_some()
        || (ladder.on_block.is_some() && blockable)
        || (ladder.on_overdue && !node.deadlines.is_empty() && !ends_at_deadline)
}

fn by_people(node: &Node, ask: &Ask) -> Vec<How> {
    ask.alternatives.iter().filter_map(|alternative| taken(node, &alternative.actions)).collect()
}

/// The `otherwise` of a question, when nobody answers within its time.
fn by_nobody(node: &Node, ask: &Ask) -> Option<How> {
    ask.decide_within.as_ref()?;
    let alternative = ask.alternatives.get(usize::from(ask.otherwise?))?;
    let how = taken(node, &alternative.actions)?;
    let by_nobody = match how.settling() {
        Some(How::Completed) => How::CompletedByNobody,
        Some(How::Chosen(option) | How::ChosenInAnswer(option)) => How::ChosenByNobody(option),
        Some(settling) => settling,
        None => return Some(how),
    };
    how.outcome().map_or(Some(by_nobody), |outcome| by_nobody.and_ended(outcome))
}

/// What the actions of one alternative make of the node; `None`: it goes on, or they are impossible.
fn taken(node: &Node, actions: &[crate::typed::Action]) -> Option<How> {
    let mut how: Option<How> = None;
    for action in actions {
        how = match &action.kind {
            ActionKind::Complete if matches!(node.kind, NodeKind::Step) => {
                let complete = node.form.iter().all(|field| field.data.optional);
                Some(if complete { How::Completed } else { return None })
            }
            ActionKind::Skip if !matches!(node.kind, NodeKind::Decision { .. }) => Some(How::Skipped),
            ActionKind::Choose(option) => match &node.kind {
                NodeKind::Decision { options, .. }
                    if options.get(usize::from(*option)).is_some_and(|option| option.redo.is_none()) =>
                {
                    // With no form to leave empty it is a choice like any other.
                    let is_plain = node.form.is_empty();
                    Some(if is_plain { How::Chosen(*option) } else { How::ChosenInAnswer(*option) })
                }
                _ => return None,
            },
            ActionKind::Outcome(outcome) => {
                let ended = Some(How::EndedInstance(*outcome));
                how.and_then(|how| how.and_ended(*outcome)).or(ended)
            }
            ActionKind::Complete | ActionKind::Skip => return None,
            _ => how,
        };
    }
    how
}

/// The outcomes that a node can end the instance in.
pub fn ends_in(ways: &[How]) -> impl Iterator<Item = NodeId> {
    ways.iter().filter_map(|how| how.outcome())
}
