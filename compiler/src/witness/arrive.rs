//! An event that a wait takes: natural fields first, then the values that its `where` compares with.
//!
//! The interpreter itself says whether the wait takes it. Invariant: fields that the case names keep their values.

use super::cells;
use super::play::Play;
use crate::model::case::FieldKey;
use crate::typed::NodeKind as Typed;
use wf_plan::node::{Node, NodeKind};
use wf_plan::plan::FieldIndex;
use wf_plan::{Moment, Value};
use wf_vm::EventKind;
use wf_vm::event::Place;
use wf_vm::state::NodeState;

/// Combinations of fields that are tried at most.
const MAX_TRIES: usize = 400;

/// Lets the event of a wait come.
pub(super) fn arrives(play: &mut Play<'_, '_>, node: &Node, place: Place, at: Moment) -> bool {
    let NodeKind::Wait(wait) = &node.kind else { return false };
    let choices = choices(play, place);
    let tries = choices.iter().map(Vec::len).product::<usize>().min(MAX_TRIES);
    for turn in 0..tries {
        let mut rest = turn;
        let pick = |values: &Vec<Value>| {
            let value = rest.checked_rem(values.len()).and_then(|at| values.get(at)).cloned();
            rest = rest.checked_div(values.len()).unwrap_or(0);
            value.unwrap_or_default()
        };
        let fields: Vec<Value> = choices.iter().map(pick).collect();
        let mut tried = play.clone();
        let round = play.rounds(place.node, 0);
        let taken = tried.happens(at, EventKind::Arrived { system: wait.system, event: wait.event, fields });
        let settled = tried.state.node_state(place.node) == NodeState::Arrived
            || tried.rounds(place.node, 0) > round
            || !tried.state.is_running();
        if taken && settled {
            *play = tried;
            return true;
        }
    }
    false
}

/// For each field of the event the values to try, the likeliest first.
fn choices(play: &Play<'_, '_>, place: Place) -> Vec<Vec<Value>> {
    let values = play.stage.values.form(place.node);
    let node = play.stage.typed.nodes.get(place.node.index());
    let condition = node.and_then(|node| match &node.kind {
        Typed::Wait { condition, .. } => condition.as_ref(),
        _ => None,
    });
    let Some((condition, node)) = condition.zip(node) else {
        return values.into_iter().map(|value| vec![value]).collect();
    };
    let mut near = cells::around(condition, play.stage.typed);
    near.extend(play.state.inputs.iter().flat_map(cells::neighbours));
    near.extend(play.state.nodes.iter().flat_map(|record| &record.own.values).flat_map(cells::neighbours));
    let one = |(at, value): (u16, Value)| {
        let key = FieldKey { node: Some(place.node), path: vec![FieldIndex(at)] };
        let Some(field) = node.form.get(usize::from(at)) else { return vec![value] };
        if play.stage.values.given(&key).is_some() || !cells::reads_event(condition, FieldIndex(at)) {
            return vec![value];
        }
        let natural = play.stage.values.natural(field.data.kind.of, usize::from(at), 0);
        let mut choices = vec![value];
        let fitting = near.iter().filter(|other| cells::same_kind(other, &natural));
        for other in std::iter::once(&natural).filter(|_| !field.data.kind.list).chain(fitting) {
            if !choices.contains(other) {
                choices.push(other.clone());
            }
        }
        if field.data.kind.list { choices.into_iter().take(1).collect() } else { choices }
    };
    (0u16..).zip(values).map(one).collect()
}
