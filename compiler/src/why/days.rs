//! The earliest and the latest day of a node, counted from the start of the instance and for one start as an example.
//!
//! Asked of the schedule, as the rules about time do. Invariant: what cannot be known is said to be unknown, with the
//! node that makes it so.

use super::{Asked, listed};
use crate::time::schedule::{EVER, NEVER, Schedule};
use crate::time::{Origin, Pass, Times, left_out, words};
use crate::typed::{Join, NodeKind};
use wf_plan::calendar::{Duration, Unit};
use wf_plan::node::IfLate;
use wf_plan::{Date, Moment};

/// The example: a Monday without a holiday in most calendars.
const EXAMPLE: (i32, u8, u8) = (2026, 3, 2);
/// Nine in the morning.
const EXAMPLE_MINUTE: u16 = 9 * 60;
/// More business days than this are not counted out.
const MOST_DAYS: i64 = 1_500;

/// When it starts, and when it is due.
pub fn lines(asked: &Asked<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(schedule) = asked.subject.around.schedule.as_ref().filter(|_| asked.node.after.is_some()) {
        lines.extend(range(asked, schedule));
    }
    match &asked.node.kind {
        NodeKind::PauseFor(time) => lines.push(format!("- It lasts {}.", time.value)),
        NodeKind::PauseUntil(moment) => lines.push(format!("- It lasts until {}.", asked.expression(moment))),
        _ => {}
    }
    for deadline in &asked.node.deadlines {
        lines.push(format!("- Its time: `{}`.", (asked.source)(deadline.at)));
    }
    lines.extend(if_late(asked));
    if let Some(takes) = &asked.node.takes {
        let (least, most) = takes.value;
        lines.push(match least.unit == most.unit {
            true => format!("- The work itself takes {} to {most}.", least.amount),
            false => format!("- The work itself takes {least} to {most}."),
        });
    }
    lines
}

/// What happens by itself when its time is over.
fn if_late(asked: &Asked<'_>) -> Option<String> {
    let name = |node| crate::proof_words::name(asked.typed(), node);
    Some(match &asked.node.kind {
        NodeKind::Decision { options, if_late: Some(option) } => {
            let option = options.get(usize::from(*option))?;
            format!("- When that is over, `{}` is taken, and it is recorded that nobody chose.", option.name)
        }
        NodeKind::Wait { if_late: Some(if_late), .. } => match if_late {
            IfLate::Skip => "- When that is over, it is skipped.".to_owned(),
            IfLate::GoOn => "- When that is over, the process goes on without it.".to_owned(),
            IfLate::Outcome(outcome) => {
                format!("- When that is over, the instance ends in `{}`.", name(*outcome))
            }
        },
        _ => return None,
    })
}

/// A moment as an example of a start: the first working moment from 2 March 2026 on.
#[must_use]
pub fn example_start(schedule: &Schedule<'_>) -> Option<Moment> {
    let (year, month, day) = EXAMPLE;
    let calendar = &schedule.years.calendar;
    let morning = calendar.from_local(Date::from_ymd(year, month, day)?, EXAMPLE_MINUTE)?;
    Some(calendar.next_opening(morning).unwrap_or(morning))
}

fn range(asked: &Asked<'_>, schedule: &Schedule<'_>) -> Vec<String> {
    let Some(start) = example_start(schedule) else { return Vec::new() };
    let index = asked.id.index();
    let ready = |pass: &Pass<'_, '_>| {
        let mut times = Times::default();
        pass.run(Origin::Start, start, &mut times);
        (times.ready.get(index).copied().unwrap_or(NEVER), times)
    };
    let (earliest, _) = ready(&Pass::earliest(schedule));
    let (latest, times) = ready(&Pass::latest(schedule, true));
    let at = |moment: Moment| words::moment(&schedule.years, moment);
    let mut lines = Vec::new();
    if earliest <= start && earliest != EVER && asked.node.after.is_some() {
        lines.push(
            "- At the earliest: on the day of the start; no work before it says how long it `takes`."
                .to_owned(),
        );
    } else if earliest != EVER && earliest != NEVER {
        lines.push(format!("- At the earliest: {}.", from_start(schedule, start, earliest)));
    }
    lines.push(match latest {
        NEVER | EVER => format!("- At the latest: nobody can say{}.", culprits(asked, &times)),
        latest => format!(
            "- At the latest: {}, if everybody before it uses the whole deadline{}.",
            from_start(schedule, start, latest),
            if asked.typed().nodes.iter().any(has_redo) { " and every redo is taken" } else { "" }
        ),
    });
    let started = at(start);
    match (earliest, latest) {
        (EVER | NEVER, _) => {}
        (earliest, NEVER | EVER) => {
            lines.push(format!("- Started on {started}, it comes on {} or later.", at(earliest)));
        }
        (earliest, latest) if earliest == latest => {
            lines.push(format!("- Started on {started}, it comes on {}.", at(earliest)));
        }
        (earliest, latest) => {
            let (earliest, latest) = (at(earliest), at(latest));
            lines.push(format!("- Started on {started}, it comes between {earliest} and {latest}."));
        }
    }
    let left_out = left_out(asked.typed());
    if !left_out.is_empty() && latest != NEVER {
        lines.push(format!("- Not counted: {}.", words::list(&left_out)));
    }
    lines
}

fn has_redo(node: &crate::typed::Node) -> bool {
    match &node.kind {
        NodeKind::Decision { options, .. } => options.iter().any(|option| option.redo.is_some()),
        _ => node.redo.is_some(),
    }
}

/// "at once with the start", "5 business days after the start".
fn from_start(schedule: &Schedule<'_>, start: Moment, moment: Moment) -> String {
    if moment <= start {
        return "at once, with the start".to_owned();
    }
    let days = business_days(schedule, start, moment);
    match days {
        None => format!("{} after the start", words::length(moment.0.saturating_sub(start.0))),
        Some(0) => "on the day of the start".to_owned(),
        Some(days) => format!("{} after the start", Duration::new(days, Unit::BusinessDays)),
    }
}

/// Whole business days between two moments; `None` where the calendar ends before.
fn business_days(schedule: &Schedule<'_>, start: Moment, moment: Moment) -> Option<i64> {
    let reached = |days: i64| {
        let after = schedule.years.calendar.add(start, &Duration::new(days, Unit::BusinessDays))?;
        Some(after <= moment)
    };
    let (mut fits, mut beyond) = (0, MOST_DAYS);
    if reached(beyond)? {
        return None;
    }
    while beyond - fits > 1 {
        let middle = fits + (beyond - fits) / 2;
        if reached(middle)? {
            fits = middle;
        } else {
            beyond = middle;
        }
    }
    Some(fits)
}

/// The nodes before it whose time nobody says.
fn culprits(asked: &Asked<'_>, times: &Times) -> String {
    let mut found = Vec::new();
    let mut seen = vec![asked.id];
    let mut open = vec![asked.id];
    while let Some(id) = open.pop() {
        let node = asked.typed().nodes.get(id.index());
        for (source, ..) in node.and_then(|node| node.after.as_ref()).map(Join::nodes).unwrap_or_default() {
            if seen.contains(&source) || times.done.get(source.index()) != Some(&NEVER) {
                continue;
            }
            seen.push(source);
            match times.ready.get(source.index()) {
                Some(&NEVER) => open.push(source),
                _ => found.push(format!("`{}`", crate::proof_words::name(asked.typed(), source))),
            }
        }
    }
    match found.is_empty() {
        true => String::new(),
        false => format!(", because of {}: its time is not known beforehand", listed(&found, "and")),
    }
}
