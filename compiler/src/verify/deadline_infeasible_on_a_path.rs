//! WF302: a deadline that no run can keep in which people choose as told, however quick everybody is.
//!
//! Only deadlines that count from the start of the instance or from another node: those that count from the node's own
//! start do not depend on the way. Where some way keeps it from no start, it is WF301's.

use crate::place::Problem;
use crate::subject::Subject;
use crate::time::deadlines::{counted_from, surely_kept};
use crate::time::due::limit_at;
use crate::time::runs::{Question, works_beyond};
use crate::time::{Measure, Origin, Schedule, words};
use crate::typed::{Limit, Node};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF302",
    name: "deadline-infeasible-on-a-path",
    severity: Severity::Warning,
    summary: "a deadline leaves the least time that the work takes, whatever is chosen before",
};

/// Limits that some choice before makes impossible to keep.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let (Some(schedule), Some(_)) = (&subject.around.schedule, subject.model) else { return Vec::new() };
    let mut found = Vec::new();
    for (index, node) in schedule.typed.nodes.iter().enumerate() {
        for (line_at, line) in node.deadlines.iter().enumerate() {
            for (limit_at, limit) in line.limits.iter().enumerate() {
                let Some(origin) = counted_from(limit).filter(|_| !surely_kept(schedule, limit)) else {
                    continue;
                };
                // Not beside WF301 for the same limit.
                let tight = subject.around.tight_limits();
                let is_told = |tight: &crate::time::deadlines::Tight| {
                    (tight.node, tight.line, tight.limit) == (index, line_at, limit_at)
                };
                if !tight.iter().any(is_told) {
                    found.extend(problem(subject, schedule, (index, node), limit, origin));
                }
            }
        }
    }
    found
}

fn problem(
    subject: &Subject<'_>,
    schedule: &Schedule<'_>,
    (index, node): (usize, &Node),
    limit: &Limit,
    origin: Origin,
) -> Option<Problem> {
    let model = subject.model?;
    let order = schedule.order_before(&[index]);
    let question =
        Question { schedule, model, order: &order, measure: Measure::Least, origin, all_rounds: false };
    let beyond = works_beyond(question, index, |start| {
        Some(schedule.when_work_goes_on(limit_at(schedule, limit, |_| Some(start))?))
    })?;
    let conditions = beyond.conditions(schedule.typed);
    let conditions = if conditions.is_empty() { "on one way" } else { conditions.as_str() };
    let message = format!("`{}` cannot be done by its deadline {conditions}", node.name);
    let late = &beyond.late;
    // As it is told to people, and not up to the next opening.
    let due = limit_at(schedule, limit, |_| Some(late.start)).unwrap_or(late.due);
    let [start, due, done] = [late.start, due, late.end].map(|moment| words::moment(&schedule.years, moment));
    let from = if beyond.always { format!("for example from {start}: ") } else { format!("from {start}: ") };
    let mut problem = Problem::new(&RULE, limit.at, message)
        .with_label(format!("{from}due by {due}, done on {done} at the earliest"))
        .with_help("give it more time, or a line of its own for this way: `deadline … when …`");
    for (index, _, done) in &beyond.path {
        if let Some(node) = schedule.node(*index) {
            let done = words::moment(&schedule.years, *done);
            let at = node.takes.as_ref().map_or(node.at, |takes| takes.at);
            problem = problem.with_related(at, format!("`{}` takes until {done}", node.name));
        }
    }
    Some(problem)
}
