//! How runs end: without outcome, by a race, with somebody still at work: WF105, WF106, WF107.
//!
//! Invariant: outcomes that people reach `at any time` are free of races and of open work.

use super::super::Finish;
use super::super::find::Moment;
use super::super::logic::Logic;
use super::super::space::Formula;
use super::super::timing;
use super::{Asked, Race, Verdicts};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use wf_plan::plan::NodeId;

/// WF105: a quiet end that no hanging join explains. `hangs`: the runs in which some join hangs.
pub(super) fn no_outcome(asked: &Asked<'_>, hangs: &Formula, found: &mut Verdicts) {
    let model = asked.model;
    let is_explained = !found.unreachable.is_empty() || !found.dead.is_empty();
    if model.layout.outcomes.is_empty() || is_explained {
        return;
    }
    found.no_outcome = model.find(&model.space.without(&model.quiet, hangs), Moment::Quiet);
}

/// WF106.
pub(super) fn races(asked: &Asked<'_>, found: &mut Verdicts) {
    let runners: Vec<Runner> =
        asked.ordinary_outcomes().map(|(index, id)| Runner { index, id, first: OnceCell::new() }).collect();
    for (at, one) in runners.iter().enumerate() {
        for other in runners.iter().skip(at + 1) {
            found.races.extend(race(asked, one, other));
        }
    }
}

/// An outcome, and the choices with which it can come before all others.
struct Runner {
    index: usize,
    id: NodeId,
    first: OnceCell<Formula>,
}

fn race(asked: &Asked<'_>, one: &Runner, other: &Runner) -> Option<Race> {
    let (model, space) = (asked.model, &asked.model.space);
    // What is true at some moment is true at the end, too: what excludes each other there always does.
    let at_end = model.outcomes_at_end.get(one.index).zip(model.outcomes_at_end.get(other.index))?;
    if !space.are_possible(at_end.0, at_end.1) {
        return None;
    }
    for finish in model.finishes() {
        let both = finish.outcomes.get(one.index).zip(finish.outcomes.get(other.index));
        let both = both.map(|(one, other)| space.and(one, other))?;
        // Of several, the instance ends in the first in file order.
        let first = finish.ends.get(one.index).map(|end| space.and(&both, end))?;
        if let Some(run) = model.find(&first, Moment::Ended(finish, one.id)) {
            return Some(Race { comes: one.id, instead: other.id, at_once: true, found: run });
        }
    }
    let first = |runner: &Runner| runner.first.get_or_init(|| can_be_first(asked, runner.index)).clone();
    // What was read too early is told by itself (WF602): only who reads the same in both runs races.
    let read = model.ordered.iter().filter_map(|pair| model.layout.there.get(pair)).copied();
    let either = space.for_some(&space.and(&first(one), &first(other)), &read.collect::<Vec<_>>());
    if !space.is_possible(&either) {
        return None;
    }
    model.finishes().iter().find_map(|finish| {
        let comes = space.and(finish.ends.get(one.index)?, &either);
        let run = model.find(&comes, Moment::Ended(finish, one.id))?;
        Some(Race { comes: one.id, instead: other.id, at_once: false, found: run })
    })
}

/// The choices with which an outcome can come before all others: some finishes make it true and no other.
fn can_be_first(asked: &Asked<'_>, outcome: usize) -> Formula {
    let (model, space) = (asked.model, &asked.model.space);
    let comes = model.any.outcomes.get(outcome).cloned().unwrap_or_else(|| space.constant(false));
    let mut first = space.and(&comes, &model.rounds);
    if !model.ordered.is_empty() {
        first = space.and(&first, &timing::told_apart(space, &model.layout, &model.any, &model.ordered));
    }
    for (index, other) in model.any.outcomes.iter().enumerate() {
        if index != outcome {
            first = space.without(&first, other);
        }
    }
    let speeds = model.layout.nodes.iter().map(|node| node.finished);
    let rounds = model.layout.regions.iter().map(|region| region.used_up);
    space.for_some(&first, &speeds.chain(rounds).collect::<Vec<_>>())
}

/// WF107: for each node the first outcome that leaves it open.
pub(super) fn left_open(asked: &Asked<'_>, found: &mut Verdicts) {
    let model = asked.model;
    let somebody = model.somebody_active();
    let outcomes = asked.ordinary_outcomes().filter(|(index, _)| {
        // What a finish leaves behind is a state like any other, but for what it set free: nobody at work in any.
        model.any.outcomes.get(*index).is_some_and(|outcome| model.space.are_possible(outcome, &somebody))
    });
    let outcomes: Vec<(usize, NodeId)> = outcomes.collect();
    if outcomes.is_empty() {
        return;
    }
    let tree = Tree::of(asked);
    let mut told = BTreeSet::new();
    for (index, outcome) in outcomes {
        for finish in model.finishes() {
            let Some(end) = finish.ends.get(index).filter(|end| model.space.is_possible(end)) else {
                continue;
            };
            for node in tree.open_beside(asked, finish, end) {
                if told.contains(&node) {
                    continue;
                }
                let Some(active) = still_active(asked, finish, node) else { continue };
                let open = model.space.and(end, &active);
                if let Some(run) = model.find(&open, Moment::Ended(finish, outcome)) {
                    told.insert(node);
                    found.left_open.push((node, outcome, run));
                }
            }
        }
    }
    found.left_open.sort_by_key(|(node, _, _)| *node);
}

/// Active before the finish and after it.
fn still_active(asked: &Asked<'_>, finish: &Finish, node: NodeId) -> Option<Formula> {
    let (model, space) = (asked.model, &asked.model.space);
    if finish.by == Some(node) || finish.by.is_none() {
        return None;
    }
    let any = model.any.nodes.get(node.index())?;
    if !finish.changed.contains(&node) {
        return Some(any.active.clone());
    }
    let variable = model.layout.nodes.get(finish.by?.index())?.finished;
    let before = space.with(&any.active, variable, false);
    Some(space.and(&before, &finish.after.nodes.get(node.index())?.active))
}

/// "Somebody of these is active", for the nodes in halves, quarters and so on, so that one question rules out many.
struct Tree {
    /// Leaves in the order of the layout, padded; the root is 1.
    active: Vec<Formula>,
    leaves: Vec<NodeId>,
    width: usize,
}

impl Tree {
    fn of(asked: &Asked<'_>) -> Self {
        let (model, space) = (asked.model, &asked.model.space);
        let leaves = model.layout.order.clone();
        let width = leaves.len().next_power_of_two().max(1);
        let mut active = vec![space.constant(false); 2 * width];
        for (index, id) in leaves.iter().enumerate() {
            if let (Some(slot), Some(state)) = (active.get_mut(width + index), model.state(*id)) {
                *slot = state.active.clone();
            }
        }
        for index in (1..width).rev() {
            let pair = active.get(2 * index).zip(active.get(2 * index + 1));
            let either = pair.map(|(one, other)| space.or(one, other));
            if let (Some(slot), Some(either)) = (active.get_mut(index), either) {
                *slot = either;
            }
        }
        Self { active, leaves, width }
    }

    /// Nodes that may be active when this finish ends the instance; those whose state it changes stand for themselves.
    fn open_beside(&self, asked: &Asked<'_>, finish: &Finish, end: &Formula) -> Vec<NodeId> {
        let mut found: Vec<NodeId> = finish.changed.iter().copied().collect();
        let is_changed = |leaf: usize| self.leaves.get(leaf).is_none_or(|id| finish.changed.contains(id));
        // A part in which some nodes are changed is looked at in halves, whatever is active in it.
        let changed: BTreeSet<usize> = (0..self.leaves.len())
            .filter(|leaf| is_changed(*leaf))
            .flat_map(|leaf| std::iter::successors(Some(self.width + leaf), |at| (*at > 1).then_some(at / 2)))
            .collect();
        let mut open = vec![1];
        while let Some(at) = open.pop() {
            let Some(active) = self.active.get(at) else { continue };
            let is_leaf = at >= self.width;
            if changed.contains(&at) {
                if !is_leaf {
                    open.extend([2 * at, 2 * at + 1]);
                }
            } else if asked.model.space.are_possible(end, active) {
                match (is_leaf, self.leaves.get(at.saturating_sub(self.width))) {
                    (true, Some(id)) => found.push(*id),
                    (true, None) => {}
                    (false, _) => open.extend([2 * at, 2 * at + 1]),
                }
            }
        }
        found
    }
}
