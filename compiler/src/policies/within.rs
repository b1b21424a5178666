//! `every run finishes within D`: if everybody uses the whole deadline and every redo is taken as often as it may be.
//!
//! A run that takes longer is shown by the model and timed by `time`. Work whose time nobody says leaves the rule
//! unproven, and that is told as well. Invariant: a run that is shown keeps every deadline and ends too late.

use super::{Asked, Found};
use crate::model::{Case, Given, Logic};
use crate::time::runs::{Beyond, Question, ends_beyond};
use crate::time::schedule::node_id;
use crate::time::{Finish, Measure, Origin, Schedule, Unknown, latest_finish, left_out, words};
use crate::typed::NodeKind;
use wf_plan::calendar::Duration;

/// A run that takes longer, or the first node whose time nobody says.
pub fn finishes(asked: &Asked<'_>, within: &Duration) -> Option<Found> {
    let schedule = asked.subject.around.schedule.as_ref()?;
    let latest = latest_finish(schedule, within);
    if latest == Finish::InTime {
        return None;
    }
    if let Some(found) = beyond(asked, schedule, within) {
        return Some(found);
    }
    match latest {
        Finish::Unknown(nodes) => unknown(asked, schedule, &nodes),
        _ => None,
    }
}

fn beyond(asked: &Asked<'_>, schedule: &Schedule<'_>, within: &Duration) -> Option<Found> {
    let model = asked.subject.model?;
    let question = Question {
        schedule,
        model,
        order: &schedule.order,
        measure: Measure::Promised,
        origin: Origin::Start,
        all_rounds: true,
    };
    let beyond = ends_beyond(question, |start| schedule.add(start, within))?;
    let case = applying(asked, &beyond)?;
    let typed = asked.typed();
    let moment = |moment| words::moment(&schedule.years, moment);
    let (start, end) = (moment(beyond.late.start), moment(beyond.late.end));
    let what = format!(
        "a run of `{}` that keeps every deadline can last until {end}, if it starts on {start}",
        typed.name
    );
    let slowest = beyond.path.iter().max_by_key(|(_, ready, done)| done.0.saturating_sub(ready.0));
    let slowest = slowest.and_then(|(index, ..)| typed.nodes.get(*index));
    let mut help = match slowest {
        Some(node) => {
            format!("shorten deadlines on the way (`{}` takes most), or allow more time", node.name)
        }
        None => "shorten deadlines on the way, or allow more time".to_owned(),
    };
    let left_out = left_out(typed);
    if !left_out.is_empty() {
        help.push_str(&format!("; not counted here: {}", words::list(&left_out)));
    }
    let at = slowest.map_or(typed.at, |node| node.at);
    Some(Found { at, what, help, case: Some(case), is_shown: true })
}

/// The run, with values for which the policy applies; `None` where no run to which it applies goes the same way.
fn applying(asked: &Asked<'_>, beyond: &Beyond) -> Option<Case> {
    let (Some(applies), Some(model)) = (&asked.applies, asked.subject.model) else {
        return Some(beyond.case.clone());
    };
    let space = &model.space;
    let goes_there = |given: &&Given| {
        model.finishes().iter().any(|finish| {
            let path = beyond.path.iter().filter_map(|(index, ..)| finish.after.nodes.get(*index));
            let way = space.and(&space.any(&finish.ends), &space.all(path.map(|state| &state.settled)));
            space.are_possible(&way, &given.holds)
        })
    };
    Some(applies.iter().find(goes_there)?.filled_in(beyond.case.clone()))
}

fn unknown(asked: &Asked<'_>, schedule: &Schedule<'_>, nodes: &[Unknown]) -> Option<Found> {
    let unknown = nodes.iter().find(|unknown| asked.concerns(node_id(unknown.node)))?;
    let node = schedule.node(unknown.node)?;
    let what = format!("`{}` {}", node.name, unknown.why);
    let help = match node.kind {
        // A pause has no deadline: only one of a fixed length can be counted.
        NodeKind::PauseUntil(_) => format!(
            "nobody can say how long `{}` lasts: let it last a fixed time (`for 10 days`), or \
             leave this rule out of the policy",
            node.name
        ),
        _ if node.deadlines.is_empty() => {
            format!("give `{}` a deadline, so that the whole can be added up", node.name)
        }
        _ => format!(
            "give `{}` a deadline of a fixed length that always holds, so that the whole can be added up",
            node.name
        ),
    };
    Some(Found { at: node.at, what, help, case: None, is_shown: false })
}
