//! `every escalation reaches ROLE within D`: counted from the moment a ladder sets off, if nobody does anything.
//!
//! Levels are counted in the calendar of the node's owner, and so is D. A ladder that nothing sets off is not meant.
//! Invariant: a level counts for the role if some person of it is told or asked there, or gets the work.

use super::{Asked, Found};
use crate::firing::{Timing, Triggers, earliest_levels};
use crate::reach::{Reached, has_if_late, reached, told};
use crate::typed::{ActionKind, Ladder, Level, Node, NodeKind, Typed};
use wf_plan::Moment;
use wf_plan::calendar::Duration;
use wf_plan::plan::{NodeId, RoleId};
use wf_vm::calendar::CompiledCalendar;

/// The first ladder that does not reach the role in time.
pub fn reaches(asked: &Asked<'_>, role: &str, within: &Duration) -> Option<Found> {
    let typed = asked.typed();
    let timing = Timing::of(typed);
    let position = typed.roles.iter().position(|known| known.name == role);
    let role_id = position.and_then(|at| u16::try_from(at).ok()).map(RoleId);
    let nodes = (0u16..).map(NodeId).zip(&typed.nodes).filter(|(id, _)| asked.concerns(*id));
    for (_, node) in nodes {
        for ladder in node.ladders.iter().filter(|ladder| sets_off(node, ladder)) {
            let late = role_id.is_none_or(|role_id| is_late(&timing, node, ladder, role_id, within));
            if !late {
                continue;
            }
            let is_reached =
                role_id.is_some_and(|role_id| levels_for(typed, node, ladder, role_id).next().is_some());
            let name = if ladder.name.is_empty() {
                "the escalation".to_owned()
            } else {
                format!("`{}`", ladder.name)
            };
            let what = match is_reached {
                true => format!("{name} of `{}` reaches `{role}` later than that", node.name),
                false => format!("{name} of `{}` never reaches `{role}`", node.name),
            };
            let help = format!("let a level tell or ask `{role}` within {within} of the first sign");
            return Some(Found { at: node.at, what, help, case: None, is_shown: true });
        }
    }
    None
}

/// Whether anything sets a ladder off.
fn sets_off(node: &Node, ladder: &Ladder) -> bool {
    let blockable = matches!(node.kind, NodeKind::Step | NodeKind::Decision { .. });
    let overdue = ladder.on_overdue && !node.deadlines.is_empty() && !has_if_late(node);
    ladder.on_silence.is_some() || (ladder.on_block.is_some() && blockable) || overdue
}

/// The levels that reach a role, by their positions; true with those that do so only when their time to decide is over.
fn levels_for<'a>(
    typed: &'a Typed,
    node: &'a Node,
    ladder: &'a Ladder,
    role: RoleId,
) -> impl Iterator<Item = (usize, bool)> + 'a {
    let reaches = move |level: &Level| is_among(typed, &reached(typed, node, level), role);
    ladder.levels.iter().enumerate().filter_map(move |(index, level)| match reaches(level) {
        true => Some((index, false)),
        false if reaches_when_over(typed, node, level, role) => Some((index, true)),
        false => None,
    })
}

/// Whether a role is among people. Whoever starts a workflow that one role alone starts is of that role.
fn is_among(typed: &Typed, people: &[Reached<'_>], role: RoleId) -> bool {
    let started_by_it =
        typed.starts_by == [role] && typed.starts_on.is_empty() && typed.starts_every.is_empty();
    people.iter().any(|person| match person {
        Reached::Role(known) => *known == role,
        Reached::Starter => started_by_it,
        _ => false,
    })
}

fn reaches_when_over(typed: &Typed, node: &Node, level: &Level, role: RoleId) -> bool {
    let Some(ask) = level.ask.as_ref().filter(|ask| ask.decide_within.is_some()) else { return false };
    let Some(taken) = ask.otherwise.and_then(|at| ask.alternatives.get(usize::from(at))) else {
        return false;
    };
    let handed =
        taken.actions.iter().any(|action| matches!(action.kind, ActionKind::Reassign(to) if to == role));
    handed || is_among(typed, &told(typed, node, &taken.actions), role)
}

/// Whether the role is reached too late from some moment at which work can go on.
fn is_late(timing: &Timing<'_>, node: &Node, ladder: &Ladder, role: RoleId, within: &Duration) -> bool {
    let typed = timing.typed;
    let Some(clocks) = timing.clocks(node) else { return false };
    let calendar = clocks.owner.calendar();
    let late = |start: &Moment| {
        let Some(due) = calendar.add(*start, within) else { return false };
        let levels = from_the_first_sign(calendar, ladder, *start);
        let mut reached = levels_for(typed, node, ladder, role).filter_map(|(index, when_over)| {
            let at = *levels.get(index)?;
            let ask = ladder.levels.get(index)?.ask.as_ref();
            match ask.and_then(|ask| ask.decide_within.as_ref()).filter(|_| when_over) {
                Some(within) => calendar.add(at, &within.value),
                None => Some(at),
            }
        });
        !reached.any(|at| at <= due)
    };
    clocks.owner.starts.iter().any(late)
}

/// When the levels come, if the ladder sets off at a moment.
fn from_the_first_sign(calendar: &CompiledCalendar, ladder: &Ladder, first: Moment) -> Vec<Moment> {
    let at_once = Ladder { on_overdue: true, on_silence: None, on_block: None, ..ladder.clone() };
    let triggers = Triggers { silence: false, block: false, overdue: true };
    earliest_levels(calendar, &at_once, triggers, first, Some(first))
}
