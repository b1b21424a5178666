//! WF301: a deadline that no run can keep, however quick everybody is.
//!
//! An error where no start keeps it. Where only some starts do not, it is a warning; if all depends on the step alone,
//! that warning is WF305's.

use crate::place::Problem;
use crate::subject::Subject;
use crate::time::deadlines::{Tight, own_limits};
use crate::time::due::limit_at;
use crate::time::path;
use crate::time::{Late, Origin, Pass, Schedule, Sweep, Times, words};
use crate::typed::{Deadline, Limit, LimitKind, Node};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::CountFrom;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF301",
    name: "deadline-infeasible",
    severity: Severity::Error,
    summary: "a deadline leaves the least time that the work takes",
};

/// Limits that no start keeps, and limits counted from elsewhere that some start does not.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(schedule) = &subject.around.schedule else { return Vec::new() };
    let own = own_limits(schedule).into_iter().filter(|tight| matches!(tight.sweep, Sweep::Always(_)));
    let other = subject.around.tight_limits().iter().cloned();
    own.chain(other).filter_map(|tight| problem(schedule, &tight)).collect()
}

fn problem(schedule: &Schedule<'_>, tight: &Tight) -> Option<Problem> {
    let node = schedule.node(tight.node)?;
    let line = node.deadlines.get(tight.line)?;
    let limit = line.limits.get(tight.limit)?;
    let (late, always) = match &tight.sweep {
        Sweep::Fits => return None,
        Sweep::Sometimes(late) => (late, false),
        Sweep::Always(late) => (late, true),
    };
    let message = message(schedule, node, line, tight, always);
    let mut problem = Problem::new(&RULE, limit.at, message)
        .with_label(label(schedule, tight, late, limit))
        .with_help(help(node, tight));
    // A line with `when` is one case among others, and the work may be another in that case.
    if !always || line.condition.is_some() {
        problem = problem.with_severity(Severity::Warning);
    }
    if tight.from == CountFrom::OwnStart {
        return Some(match &node.takes {
            Some(takes) => problem.with_related(takes.at, format!("at least {}", takes.value.0)),
            None => problem,
        });
    }
    Some(with_path(problem, schedule, tight, late))
}

fn message(schedule: &Schedule<'_>, node: &Node, line: &Deadline, tight: &Tight, always: bool) -> String {
    let name = &node.name;
    let when = if line.condition.is_some() { ", when this line holds" } else { "" };
    match (tight.from, always) {
        (CountFrom::OwnStart, _) => match &node.takes {
            Some(takes) => {
                let least = takes.value.0;
                format!("`{name}` is due before it can be done: it takes at least {least}{when}")
            }
            None => format!("`{name}` is due before the workflow it runs can end{when}"),
        },
        (_, true) => {
            let from = counted(schedule, tight.from);
            format!("`{name}` can never be done by its deadline, counted from {from}{when}")
        }
        (_, false) => {
            let from = counted(schedule, tight.from);
            format!("around some dates `{name}` cannot be done by its deadline, counted from {from}{when}")
        }
    }
}

/// What a limit counts from, in words.
fn counted(schedule: &Schedule<'_>, from: CountFrom) -> String {
    match from {
        CountFrom::OwnStart => "its start".to_owned(),
        CountFrom::InstanceStart => "the start of the workflow".to_owned(),
        CountFrom::Settled(node) => {
            let name = schedule.node(node.index()).map_or("", |node| node.name.as_str());
            format!("the end of `{name}`")
        }
    }
}

fn label(schedule: &Schedule<'_>, tight: &Tight, late: &Late, limit: &Limit) -> String {
    let years = &schedule.years;
    // As it is told to people, and not up to the next opening.
    let due = limit_at(schedule, limit, |_| Some(late.start)).unwrap_or(late.due);
    let [start, end, due] = [late.start, late.end, due].map(|moment| words::moment(years, moment));
    match tight.from {
        CountFrom::OwnStart => match &limit.kind {
            LimitKind::Within(due, _) => format!("due after {due}"),
            LimitKind::EndOf(due, _) => format!("due at the end of {due}"),
            LimitKind::By(_) => format!("due on {due}"),
        },
        _ => format!("from {start}: due by {due}, done on {end} at the earliest"),
    }
}

fn help(node: &Node, tight: &Tight) -> String {
    match (&node.takes, tight.from) {
        (Some(takes), CountFrom::OwnStart) => {
            let (least, most) = takes.value;
            let enough = if least == most { least } else { most };
            format!("give it the time it takes, for example `deadline {enough}`, or correct `takes`")
        }
        (None, CountFrom::OwnStart) => "give it the time that the workflow it runs takes".to_owned(),
        _ => "give it more time, let work go on side by side that now waits, or count its deadline from its own start"
            .to_owned(),
    }
}

/// The steps before it that take the time.
fn with_path(mut problem: Problem, schedule: &Schedule<'_>, tight: &Tight, late: &Late) -> Problem {
    let origin = match tight.from {
        CountFrom::Settled(node) => Origin::Settling(node),
        _ => Origin::Start,
    };
    let pass = Pass::earliest(schedule);
    let mut times = Times::default();
    pass.run(origin, late.start, &mut times);
    let path = path::critical(&pass, &times, tight.node);
    for (index, _, done) in path::working(&times, &path) {
        if let Some(node) = schedule.node(index) {
            let done = words::moment(&schedule.years, done);
            let message = match &node.takes {
                Some(takes) => format!("`{}` takes at least {}, until {done}", node.name, takes.value.0),
                None => format!("`{}` takes until {done}", node.name),
            };
            problem = problem.with_related(node.takes.as_ref().map_or(node.at, |takes| takes.at), message);
        }
    }
    problem
}
