//! What is asked of ends: races, what an outcome cuts off, ends without outcome.
//!
//! Invariant: outcomes `at any time` are free of races and of open work, whatever brings them about.

use super::super::moves::{Move, forced};
use super::super::space::Number;
use super::super::subject::Subject;
use super::super::truth::{Truth, after, ancestors, leaves, of_join, of_node};
use super::super::uses;
use super::missing::{self, Event};
use super::{Facts, Where, at_any_time, is_outcome, join_seen, overlapping, state_rules};
use wf_compiler::typed::{Join, NodeKind, Typed};
use wf_plan::node::Needed;
use wf_vm::State;
use wf_vm::state::{End, NodeState, Phase};

/// WF106: two outcomes by one event, or two different ones by two nodes that are active at once.
pub fn races(facts: &mut Facts, subject: &Subject, before: &State, at: Number, moves: &[(Move, State)]) {
    let mut ends: Vec<(usize, usize, &Move)> = Vec::new();
    for (what, next) in moves {
        let Phase::Ended(End::Outcome(_)) = next.phase else { continue };
        let Some(by) = what.node() else { continue };
        let outcomes = coming(subject, Some(before), what, next);
        for (place, one) in outcomes.iter().enumerate() {
            for other in &outcomes[place + 1..] {
                let pair = (*one.min(other), *one.max(other));
                facts.races.entry(pair).or_insert_with(|| (at, Some(what.clone())));
            }
            ends.push((by, *one, what));
        }
    }
    for (by, one, what) in &ends {
        for (other_by, other, _) in &ends {
            if by != other_by && one < other {
                facts.races.entry((*one, *other)).or_insert_with(|| (at, Some((*what).clone())));
            }
        }
    }
}

/// The outcomes that hold at an end, in file order; those `at any time` are left out.
fn coming(subject: &Subject, before: Option<&State>, what: &Move, next: &State) -> Vec<usize> {
    let typed = &subject.typed;
    let forced = before.map(|before| forced(subject, before, what, next)).unwrap_or_default();
    let by_itself = |node: usize| {
        let waiting = matches!(next.nodes[node].own.state, NodeState::Waiting);
        waiting && after(typed, next, node) == Truth::Yes
    };
    let is_the_end =
        |node: usize| matches!(next.phase, Phase::Ended(End::Outcome(outcome)) if outcome.index() == node);
    let outcomes =
        (0..typed.nodes.len()).filter(|node| is_outcome(typed, *node) && !at_any_time(typed, *node));
    outcomes.filter(|node| is_the_end(*node) || forced.contains(node) || by_itself(*node)).collect()
}

/// What is asked of an end.
pub fn ended(
    facts: &mut Facts,
    subject: &Subject,
    before: Option<&State>,
    at: Number,
    what: &Move,
    end: &State,
) {
    let typed = &subject.typed;
    state_rules(facts, subject, end, at, Some(what));
    for node in 0..typed.nodes.len() {
        overlapping(facts, typed, end, node, at, Some(what));
    }
    match end.phase {
        Phase::Ended(End::Outcome(outcome)) => {
            for (node, declared) in typed.nodes.iter().enumerate() {
                let converge = matches!(declared.kind, NodeKind::Converge);
                facts.reached[node] |= converge && end.nodes[node].own.state == NodeState::Completed;
                join_seen(facts, typed, end, node);
            }
            facts.reached[outcome.index()] = true;
            let by_hand = before.map(|before| forced(subject, before, what, end)).unwrap_or_default();
            facts.ended_by_hand.extend(by_hand);
            if before.is_none() {
                let outcomes = coming(subject, None, what, end);
                for (place, one) in outcomes.iter().enumerate() {
                    for other in &outcomes[place + 1..] {
                        facts.races.entry((*one, *other)).or_insert_with(|| (at, Some(what.clone())));
                    }
                }
            }
            if uses::actions_miss(effects(typed, outcome.index()), end) {
                let event = Event { before, at, what, next: end };
                missing::read_by(facts, typed, (outcome.index(), false), event, None);
            }
            if !at_any_time(typed, outcome.index()) {
                cut_off(facts, typed, before, at, what, end, outcome.index());
            }
        }
        _ => quiet(facts, typed, at, what, end),
    }
}

fn effects(typed: &Typed, outcome: usize) -> &[wf_compiler::typed::Action] {
    match &typed.nodes[outcome].kind {
        NodeKind::Outcome { effects, .. } => effects,
        _ => &[],
    }
}

/// WF107 and WF113: what an outcome cuts off.
fn cut_off(
    facts: &mut Facts,
    typed: &Typed,
    before: Option<&State>,
    at: Number,
    what: &Move,
    end: &State,
    outcome: usize,
) {
    for (node, declared) in typed.nodes.iter().enumerate() {
        let was_live = before.is_some_and(|before| before.nodes[node].own.state.is_live());
        if was_live && what.node() != Some(node) && end.nodes[node].own.state == NodeState::Cancelled {
            facts.left_open.entry((node, outcome)).or_insert_with(|| (at, Some(what.clone())));
        }
        let Some(join) = declared.after.as_ref().filter(|join| leaves(join).len() > 1) else { continue };
        match of_join(typed, end, node, join) {
            Truth::Yes => {
                facts.met.insert((node, outcome));
            }
            Truth::No
                if some_leaf_holds(typed, end, node, join) && some_bare_is_gone(typed, end, node, join) =>
            {
                facts.dropped.entry((node, outcome)).or_insert_with(|| (at, Some(what.clone())));
            }
            _ => {}
        }
    }
}

/// Whether a source that names no result can no longer come: one that does says itself why the join is left out.
fn some_bare_is_gone(typed: &Typed, state: &State, node: usize, join: &Join) -> bool {
    let bare = leaves(join).into_iter().filter(|(_, needed)| *needed == Needed::Settled);
    bare.into_iter().any(|(of, needed)| of_node(typed, state, node, of.index(), needed) == Truth::No)
}

fn some_leaf_holds(typed: &Typed, state: &State, node: usize, join: &Join) -> bool {
    leaves(join).iter().any(|(of, needed)| of_node(typed, state, node, of.index(), *needed) == Truth::Yes)
}

/// WF103 and WF105: an end without outcome.
fn quiet(facts: &mut Facts, typed: &Typed, at: Number, what: &Move, end: &State) {
    let hangs = |node: usize| {
        let join = typed.nodes[node].after.as_ref().filter(|join| leaves(join).len() > 1);
        join.is_some_and(|join| {
            of_join(typed, end, node, join) != Truth::Yes && some_leaf_holds(typed, end, node, join)
        })
    };
    let hanging: Vec<usize> = (0..typed.nodes.len()).filter(|node| hangs(*node)).collect();
    let hangs = !hanging.is_empty();
    for node in &hanging {
        // What only waits for a join that hangs is told of that join.
        if ancestors(typed, *node).iter().any(|before| hanging.contains(before)) {
            facts.behind.insert(*node);
        } else {
            facts.fault("WF103", Where::Node(*node), at, Some(what));
        }
    }
    if !hangs && facts.quiet.is_none() {
        facts.quiet = Some((at, Some(what.clone())));
    }
}
