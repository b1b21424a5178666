//! WF303: a workflow that cannot end by its own deadline, however quick everybody is.
//!
//! Outcomes `at any time`, and those that only lateness or an alternative reaches, do not count: the work does not
//! lead to them.

use crate::place::Problem;
use crate::subject::Subject;
use crate::time::ends::cannot_end;
use crate::time::finish::workflow_due;
use crate::time::path::{MOST_SLACK_MINUTES, critical, earliest_end, slack_ms, working};
use crate::time::schedule::{EVER, NEVER};
use crate::time::{Late, Origin, Pass, Schedule, Sweep, Times, words};
use crate::typed::{Node, NodeKind};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::Moment;
use wf_plan::time::MINUTE_MS;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF303",
    name: "workflow-deadline-infeasible",
    severity: Severity::Error,
    summary: "a workflow can end by its own deadline",
};

/// So many nodes are told with their slack, the tightest first.
const MOST_TOLD: usize = 12;

/// The workflow's deadline, if its work cannot be done by then.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(schedule) = &subject.around.schedule else { return Vec::new() };
    match cannot_end(schedule) {
        Sweep::Fits => Vec::new(),
        Sweep::Sometimes(late) => vec![problem(schedule, &late, false)],
        Sweep::Always(late) => vec![problem(schedule, &late, true)],
    }
}

fn problem(schedule: &Schedule<'_>, late: &Late, always: bool) -> Problem {
    let typed = schedule.typed;
    let years = &schedule.years;
    let name = &typed.name;
    let start = words::moment(years, late.start);
    let (message, severity) = if always {
        (format!("`{name}` cannot end by its own deadline, however quick everybody is"), Severity::Error)
    } else {
        let message = format!(
            "`{name}` cannot end by its own deadline, however quick everybody is, if it starts on {start}"
        );
        (message, Severity::Warning)
    };
    let at = typed.deadlines.last().map_or(typed.at, |line| line.at);
    // As it is told to people, and not up to the next opening.
    let due = workflow_due(schedule, late.start).unwrap_or(late.due);
    let [due, end] = [due, late.end].map(|moment| words::moment(years, moment));
    let example = if always { format!("started on {start}: ") } else { String::new() };
    let label = format!("{example}due by {due}, and ends on {end} at the earliest");
    let pass = Pass::earliest(schedule);
    let mut times = Times::default();
    pass.run(Origin::Start, late.start, &mut times);
    let problem = Problem::new(&RULE, at, message).with_severity(severity).with_label(label);
    let path = earliest_end(&pass, &times).map(|(end, _)| critical(&pass, &times, end)).unwrap_or_default();
    let slack = slack(schedule, &pass, &times, late.start);
    let counts = |index: usize| slack.iter().any(|(_, counted)| *counted == index);
    let working = working(&times, &path).into_iter().filter(|(index, ..)| counts(*index));
    let working = working.filter_map(|(index, ..)| schedule.node(index));
    let way = working.map(|node| format!("`{}`", node.name)).collect::<Vec<String>>().join(", ");
    with_slack(problem, schedule, &slack)
        .with_help(format!("give the workflow more time, or shorten the longest way: {way}"))
}

/// Every node that takes time, with its slack, the tightest first. What the end never waits for (it may be skipped, or
/// another way is faster) is left out: nobody would gain anything there.
fn slack(schedule: &Schedule<'_>, pass: &Pass<'_, '_>, times: &Times, start: Moment) -> Vec<(i64, usize)> {
    let end = |pass: &Pass<'_, '_>, times: &Times| earliest_end(pass, times).map_or(NEVER, |(_, end)| end);
    let mut told: Vec<(i64, usize)> = Vec::new();
    for index in &schedule.order {
        let (ready, done) = (times.ready.get(*index), times.done.get(*index));
        let takes_time = matches!((ready, done), (Some(ready), Some(done)) if ready < done && *ready != EVER);
        if takes_time {
            let slack = slack_ms(pass, start, *index, end);
            if slack < MOST_SLACK_MINUTES * MINUTE_MS {
                told.push((slack, *index));
            }
        }
    }
    told.sort_unstable();
    told
}

fn with_slack(mut problem: Problem, schedule: &Schedule<'_>, slack: &[(i64, usize)]) -> Problem {
    for (slack, index) in slack.iter().take(MOST_TOLD) {
        let Some(node) = schedule.node(*index) else { continue };
        let slack = *slack;
        let slack =
            if slack == 0 { "no slack".to_owned() } else { format!("slack of {}", words::length(slack)) };
        problem = problem.with_related(place(node), format!("`{}` {}: {slack}", node.name, least(node)));
    }
    problem
}

fn place(node: &Node) -> crate::place::Place {
    node.takes.as_ref().map_or(node.at, |takes| takes.at)
}

fn least(node: &Node) -> String {
    match (&node.kind, &node.takes) {
        (_, Some(takes)) => format!("takes at least {}", takes.value.0),
        (NodeKind::PauseFor(duration), _) => format!("waits for {}", duration.value),
        (NodeKind::Run { workflow, .. }, _) => format!("runs `{workflow}`"),
        _ => "takes time".to_owned(),
    }
}
