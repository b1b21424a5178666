//! WF412: every level of an escalation can come in time.

use crate::firing::{Bound, Clocks, Timing, Triggers, bound, earliest_levels};
use crate::place::{Place, Problem};
use crate::reach::has_if_late;
use crate::subject::Subject;
use crate::typed::{ActionKind, Deadline, Ladder, Node, Typed};
use crate::uses::{Use, User, also_at, called, names};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::ClockPause;
use wf_plan::time::Moment;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF412",
    name: "level-unreachable",
    severity: Severity::Warning,
    summary: "every level of an escalation comes before the workflow's deadline, and before `if late` settles the node",
};

/// Levels that come too late whenever the work starts. A ladder that several nodes use is fine if it is for one.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let by_workflow: Option<Vec<Bound>> = typed.deadlines.iter().map(bound).collect();
    let by_workflow = by_workflow.unwrap_or_default();
    let timing = Timing::of(typed);
    subject.uses.ladders.iter().filter_map(|used| in_use(&timing, used, &by_workflow)).collect()
}

/// What comes before a level.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The node's own `if late`, at this line.
    Late(Place),
    /// The workflow's deadline, at this line.
    Workflow(Place),
}

fn in_use(timing: &Timing<'_>, used: &Use<'_, Ladder>, by_workflow: &[Bound]) -> Option<Problem> {
    // The earliest level that is too late, at each node; the ladder is at fault only if there is one at all of them.
    let late: Option<Vec<(usize, Before)>> =
        used.by.iter().map(|user| too_late(timing, user, by_workflow)).collect();
    let late = late?;
    let (level, before) = *late.iter().max_by_key(|(level, _)| *level)?;
    let user = used.by.first()?;
    let level = user.used.levels.get(level)?;
    let ladder = called(&user.used.name, "escalation");
    let nodes = names(used.by.iter().map(|user| user.node));
    let (message, help, at) = match before {
        Before::Late(at) => (
            format!(
                "level {} of {ladder} never comes for {nodes}: `if late` settles it before",
                level.number
            ),
            "shorten the times of the escalation, give more time until the deadline, or take the level out",
            at,
        ),
        Before::Workflow(at) => (
            format!(
                "level {} of {ladder} comes for {nodes} only when the deadline of the whole workflow has passed",
                level.number
            ),
            "shorten the times of the escalation, or give the workflow more time",
            at,
        ),
    };
    let place = if level.at.decl == timing.typed.decl { level.at } else { used.at };
    let problem = Problem::new(&RULE, place, message).with_help(help);
    let problem = also_at(problem, level.at, "this level");
    let problem = also_at(problem, at, "the deadline");
    Some(also_at(problem, used.at, "used here"))
}

fn too_late(timing: &Timing<'_>, user: &User<'_, Ladder>, by_workflow: &[Bound]) -> Option<(usize, Before)> {
    let clocks = timing.clocks(user.node)?;
    after_if_late(&clocks, user).or_else(|| after_workflow(timing.typed, &clocks, user, by_workflow))
}

/// The first level that `if late` always comes before: for every line of the deadline and every start moment.
fn after_if_late(clocks: &Clocks, user: &User<'_, Ladder>) -> Option<(usize, Before)> {
    let node = user.node;
    if !has_if_late(node) || may_be_extended(node) {
        return None;
    }
    let lines: Vec<(&Deadline, Bound)> =
        node.deadlines.iter().map(|line| Some((line, bound(line)?))).collect::<Option<_>>()?;
    let line = lines.first()?.0.at;
    // A clock that stands while the work is blocked lets a ladder on a block climb.
    let stands = node.deadlines.iter().any(|line| line.pause != ClockPause::Never);
    if stands && user.used.on_block.is_some() {
        return None;
    }
    let triggers = Triggers { silence: true, block: true, overdue: false };
    let first = |level: usize| {
        lines.iter().all(|(_, bound)| {
            clocks.workflow.holds_always(|begun| {
                let due = bound.end(clocks.workflow.calendar(), begun);
                let levels = earliest_levels(clocks.owner.calendar(), user.used, triggers, begun, None);
                due.is_some_and(|due| levels.get(level).is_none_or(|at| *at >= due))
            })
        })
    };
    (0..user.used.levels.len()).find(|level| first(*level)).map(|level| (level, Before::Late(line)))
}

/// The first level that comes behind the workflow's deadline, even if the node starts with the instance.
fn after_workflow(
    typed: &Typed,
    clocks: &Clocks,
    user: &User<'_, Ladder>,
    by_workflow: &[Bound],
) -> Option<(usize, Before)> {
    let line = typed.deadlines.first()?.at;
    let own: Vec<Option<Bound>> = user.node.deadlines.iter().map(bound).collect();
    // A deadline that is not known may pass at once.
    let known = own.iter().all(|bound| bound.as_ref().is_some_and(|bound| bound.exact));
    let triggers = Triggers { silence: true, block: true, overdue: known };
    if by_workflow.is_empty() || (!known && user.used.on_overdue) {
        return None;
    }
    let first = |level: usize| {
        by_workflow.iter().all(|workflow| {
            clocks.workflow.holds_always(|begun| {
                let end = workflow.end(clocks.workflow.calendar(), begun);
                let due = earliest_due(&own, clocks, begun);
                let levels = earliest_levels(clocks.owner.calendar(), user.used, triggers, begun, due);
                end.is_some_and(|end| levels.get(level).is_some_and(|at| *at > end))
            })
        })
    };
    (0..user.used.levels.len()).find(|level| first(*level)).map(|level| (level, Before::Workflow(line)))
}

fn earliest_due(own: &[Option<Bound>], clocks: &Clocks, begun: Moment) -> Option<Moment> {
    let ends = own.iter().flatten().filter_map(|bound| bound.end(clocks.workflow.calendar(), begun));
    ends.min()
}

/// Whether some alternative gives more time, so that the deadline is not the end.
fn may_be_extended(node: &Node) -> bool {
    let levels = node.ladders.iter().flat_map(|ladder| &ladder.levels);
    let alternatives = levels.filter_map(|level| level.ask.as_ref()).flat_map(|ask| &ask.alternatives);
    let mut actions = alternatives.flat_map(|alternative| &alternative.actions);
    actions.any(|action| matches!(action.kind, ActionKind::Extend(_)))
}
