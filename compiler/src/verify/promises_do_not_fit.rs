//! WF304: deadlines along one way that add up past the workflow's own deadline.
//!
//! The way is one that a run can go: the model shows the run. A redo counts once. Not beside WF303, its cause.

use crate::place::Problem;
use crate::subject::Subject;
use crate::time::ends::{cannot_end, due};
use crate::time::finish::{surely_fits, workflow_due};
use crate::time::runs::{Beyond, Question, ends_beyond};
use crate::time::{Measure, Origin, Schedule, Sweep, left_out, words};
use crate::typed::{LimitKind, Node, NodeKind};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF304",
    name: "promises-do-not-fit",
    severity: Severity::Warning,
    summary: "the deadlines along every way fit into the workflow's own deadline",
};

/// The workflow's deadline, if a run that keeps every deadline of its steps may miss it.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let (Some(schedule), Some(model)) = (&subject.around.schedule, subject.model) else { return Vec::new() };
    if subject.typed.deadlines.is_empty() || surely_fits(schedule, Measure::Promised) {
        return Vec::new();
    }
    let question = Question {
        schedule,
        model,
        order: &schedule.order,
        measure: Measure::Promised,
        origin: Origin::Start,
        all_rounds: false,
    };
    let Some(beyond) = ends_beyond(question, |start| due(schedule, start)) else { return Vec::new() };
    // Asked last, because it is rare: if even the quickest run is late, that is the fault.
    if cannot_end(schedule) != Sweep::Fits {
        return Vec::new();
    }
    vec![problem(schedule, &beyond)]
}

fn problem(schedule: &Schedule<'_>, beyond: &Beyond) -> Problem {
    let typed = schedule.typed;
    let late = &beyond.late;
    // As it is told to people, and not up to the next opening.
    let due = workflow_due(schedule, late.start).unwrap_or(late.due);
    let [start, due, end] = [late.start, due, late.end].map(|moment| words::moment(&schedule.years, moment));
    let conditions = beyond.conditions(typed);
    let when = match (beyond.always, conditions.as_str()) {
        (true, "") => String::new(),
        (true, conditions) => format!(" {conditions}"),
        (false, "") => format!(" if it starts on {start}"),
        (false, conditions) => format!(" if it starts on {start}, and {conditions}"),
    };
    let message = format!(
        "the deadlines along one way through `{}` add up to more than its deadline{when}",
        typed.name
    );
    let example = if beyond.always { format!("started on {start}: ") } else { String::new() };
    let label = format!("{example}due by {due}, and may end on {end} with every deadline kept");
    let at = typed.deadlines.last().map_or(typed.at, |line| line.at);
    let mut problem = Problem::new(&RULE, at, message).with_label(label).with_help(help(schedule));
    for (index, _, done) in &beyond.path {
        let Some(node) = schedule.node(*index) else { continue };
        let done = words::moment(&schedule.years, *done);
        let at = node.deadlines.last().map_or(node.at, |line| line.at);
        problem = problem.with_related(at, format!("`{}` {}: until {done}", node.name, promise(node)));
    }
    problem
}

fn promise(node: &Node) -> String {
    let limit = node.deadlines.last().and_then(|line| line.limits.first()).map(|limit| &limit.kind);
    match (&node.kind, limit) {
        (NodeKind::PauseFor(duration), _) => format!("waits for {}", duration.value),
        (NodeKind::Run { workflow, .. }, None) => format!("runs `{workflow}`"),
        (_, Some(LimitKind::Within(duration, _) | LimitKind::EndOf(duration, _))) => {
            format!("may take {duration}")
        }
        _ => "may take its time".to_owned(),
    }
}

fn help(schedule: &Schedule<'_>) -> String {
    let mut help = "give the workflow more time, or one of these steps less".to_owned();
    let left_out = left_out(schedule.typed);
    if !left_out.is_empty() {
        help = format!("{help}; not counted here: {}", words::list(&left_out));
    }
    help
}
