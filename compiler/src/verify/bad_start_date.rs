//! WF305: a deadline that leaves the least time of its step from most starts, and less from some.
//!
//! Mostly a deadline in calendar days around a weekend, holidays or a closure. Where it never leaves enough it is
//! WF301.

use crate::place::Problem;
use crate::subject::Subject;
use crate::time::deadlines::{Tight, own_limits};
use crate::time::due::limit_at;
use crate::time::{Late, Schedule, Sweep, words};
use crate::typed::{Limit, LimitKind, Node};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::calendar::Duration;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF305",
    name: "bad-start-date",
    severity: Severity::Warning,
    summary: "from every start a deadline leaves the working time that the step takes at least",
};

/// Limits that some starts of their node do not keep.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(schedule) = &subject.around.schedule else { return Vec::new() };
    own_limits(schedule).iter().filter_map(|tight| problem(schedule, tight)).collect()
}

fn problem(schedule: &Schedule<'_>, tight: &Tight) -> Option<Problem> {
    let Sweep::Sometimes(late) = &tight.sweep else { return None };
    let node = schedule.node(tight.node)?;
    let limit = node.deadlines.get(tight.line)?.limits.get(tight.limit)?;
    let start = words::moment(&schedule.years, late.start);
    let message = match &node.takes {
        Some(takes) => {
            let least = takes.value.0;
            format!(
                "`{}` takes at least {least}, and its deadline leaves less if it starts on {start}",
                node.name
            )
        }
        None => format!("`{}` cannot end by its deadline if it starts on {start}", node.name),
    };
    let problem = Problem::new(&RULE, limit.at, message)
        .with_label(label(schedule, limit, late))
        .with_help(help(node, limit_duration(&limit.kind)));
    Some(match &node.takes {
        Some(takes) => problem.with_related(takes.at, format!("at least {}", takes.value.0)),
        None => problem,
    })
}

fn limit_duration(kind: &LimitKind) -> Option<Duration> {
    match kind {
        LimitKind::Within(duration, _) | LimitKind::EndOf(duration, _) => Some(*duration),
        LimitKind::By(_) => None,
    }
}

fn label(schedule: &Schedule<'_>, limit: &Limit, late: &Late) -> String {
    // As it is told to people, and not up to the next opening.
    let due = limit_at(schedule, limit, |_| Some(late.start)).unwrap_or(late.due);
    let [due, done] = [due, late.end].map(|moment| words::moment(&schedule.years, moment));
    let left = schedule.years.calendar.working_minutes_between(late.start, late.due).unwrap_or(0).max(0);
    let left = if left == 0 { "no working time".to_owned() } else { format!("{} of work", hours(left)) };
    format!("due by {due}, which leaves {left}; done on {done} at the earliest")
}

fn hours(minutes: i64) -> String {
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let plural = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match (hours, minutes) {
        (0, _) => plural(minutes, "minute"),
        (_, 0) => plural(hours, "hour"),
        _ => format!("{} and {}", plural(hours, "hour"), plural(minutes, "minute")),
    }
}

fn help(node: &Node, due: Option<Duration>) -> String {
    let takes = node.takes.as_ref().map(|takes| takes.value);
    match (takes, due) {
        (Some((least, most)), Some(due)) if least.unit.is_business() && !due.unit.is_business() => {
            format!(
                "count the deadline in working time as well, for example `deadline {most}`, or give it more"
            )
        }
        _ => "give it more time".to_owned(),
    }
}
