//! The channels that a message to somebody may take.
//!
//! Invariant: a channel is listed only if the workflow itself says that people are reached by it; which ways lead to a
//! person that a field names, the runtime's configuration says.

use super::Sink;
use crate::place::Place;
use crate::typed::{ActionKind, Node, Owner, Typed, Who};
use crate::types;
use wf_plan::plan::{ChannelId, ClockPause, RoleId};
use wf_plan::value::Scalar;

/// Every channel that a message to these may take, with the `reach` that says so.
pub(super) fn channels(typed: &Typed, node: Option<&Node>, who: &[&Who]) -> Vec<(Sink, Option<Place>)> {
    let mut found: Vec<(Sink, Option<Place>)> = Vec::new();
    for who in who {
        let new: Vec<(ChannelId, Option<Place>)> = match who {
            Who::Value(value) => {
                by_kind(typed, value.ty).into_iter().map(|channel| (channel, None)).collect()
            }
            who => roles(typed, node, who).into_iter().flat_map(|role| of_role(typed, role)).collect(),
        };
        for (channel, reach) in new {
            let sink = Sink::Channel(channel);
            if !found.iter().any(|(known, _)| *known == sink) {
                found.push((sink, reach));
            }
        }
    }
    found
}

fn of_role(typed: &Typed, role: RoleId) -> Vec<(ChannelId, Option<Place>)> {
    let reach = typed.roles.get(role.index()).map(|role| role.reach.as_slice()).unwrap_or_default();
    reach.iter().map(|reach| (reach.channel, Some(reach.at))).collect()
}

/// A bare address is written to by email or WhatsApp.
fn by_kind(typed: &Typed, ty: wf_plan::value::Type) -> Option<ChannelId> {
    let name = match ty.of {
        _ if ty == types::PERSON => return None,
        Scalar::Email => "email",
        Scalar::Phone => "whatsapp",
        _ => return None,
    };
    let at = typed.channels.iter().position(|channel| channel.data.name == name)?;
    u16::try_from(at).ok().map(ChannelId)
}

fn roles(typed: &Typed, node: Option<&Node>, who: &Who) -> Vec<RoleId> {
    match who {
        Who::Role(role) => vec![*role],
        Who::ProcessOwner => typed.process_owner.into_iter().collect(),
        Who::Starter => typed.starts_by.clone(),
        Who::Owner => node.map(|node| owners(typed, node)).unwrap_or_default(),
        Who::WaitingOn => node.map(waited_on).unwrap_or_default(),
        Who::Value(_) => Vec::new(),
    }
}

/// The roles that own a node, from its start or after an alternative gave it to another; where none is written, the
/// process owner.
fn owners(typed: &Typed, node: &Node) -> Vec<RoleId> {
    if node.owners.is_empty() {
        return typed.process_owner.into_iter().collect();
    }
    let written = node.owners.iter().filter_map(|owner| match &owner.value {
        Owner::Role(role) => Some(*role),
        Owner::Person(_) => None,
    });
    let levels = node.ladders.iter().flat_map(|ladder| &ladder.levels);
    let alternatives = levels.filter_map(|level| level.ask.as_ref()).flat_map(|ask| &ask.alternatives);
    let given =
        alternatives.flat_map(|alternative| &alternative.actions).filter_map(|action| match &action.kind {
            ActionKind::Reassign(role) => Some(*role),
            _ => None,
        });
    written.chain(given).collect()
}

/// The roles that the node's deadlines expect it to wait on; who is waited on is said only when it is blocked.
fn waited_on(node: &Node) -> Vec<RoleId> {
    let pauses = node.deadlines.iter().filter_map(|deadline| match deadline.pause {
        ClockPause::WhileWaitingOn(role) => Some(role),
        _ => None,
    });
    pauses.collect()
}
