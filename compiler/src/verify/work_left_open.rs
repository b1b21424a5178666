//! WF107: nobody is still at work when an outcome ends the instance.

use crate::after_text::after;
use crate::model::{Case, Model};
use crate::place::Problem;
use crate::proof_words::{in_case_but_for, name, shown};
use crate::rejoin;
use crate::subject::Subject;
use crate::typed::{Join, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF107",
    name: "work-left-open",
    severity: Severity::Warning,
    summary: "nobody is still at work when an outcome ends the instance",
};

/// Nodes that may be active when an outcome is reached.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(model) = subject.model else { return Vec::new() };
    let open = model.verdicts().left_open.iter();
    open.filter_map(|(node, outcome, found)| told(subject.typed, model, (*node, *outcome), found.sure()?))
        .collect()
}

fn told(typed: &Typed, model: &Model, (id, outcome): (NodeId, NodeId), case: &Case) -> Option<Problem> {
    let (node, end) = (typed.nodes.get(id.index())?, typed.nodes.get(outcome.index())?);
    let (name, reached) = (name(typed, id), name(typed, outcome));
    let cut = format!("`{reached}` ends the instance without it");
    let message =
        format!("`{name}` may be cancelled unfinished: {}", in_case_but_for(typed, case, &[id], &cut));
    let at = end.after.as_ref().map_or(end.at, |join| join.at);
    let by_after = case.finished.last().is_none_or(|(_, how)| how.outcome() != Some(outcome));
    let does_not_wait = format!("`{reached}` does not wait for it");
    let comes_anyway = format!("`{reached}` ends the instance whatever else is going on");
    let mut problem = Problem::new(&RULE, node.at, message)
        .with_label(format!("may still be open when `{reached}` is reached"))
        .with_related(at, if by_after { does_not_wait } else { comes_anyway });
    problem = match end.after.as_ref().filter(|_| by_after) {
        Some(join) => waiting(typed, model, problem, (id, outcome), join),
        None => problem.with_help(format!(
            "`{reached}` comes here whatever else is going on; end such a run after `{name}` instead, or accept that \
             it is cancelled"
        )),
    };
    Some(shown(typed, case, problem))
}

/// With the outcome waiting for the node as well, in words that are right whether or not the node always starts.
fn waiting(
    typed: &Typed,
    model: &Model,
    problem: Problem,
    (id, outcome): (NodeId, NodeId),
    join: &Join,
) -> Problem {
    let cured = rejoin::and_also(join, id);
    let places: Vec<_> = cured.nodes().iter().map(|(_, _, at)| *at).collect();
    let taken = rejoin::all_taken(&cured, &places);
    let (end, node) = (name(typed, outcome), name(typed, id));
    let title = format!("let `{end}` wait for `{node}`");
    if !may_be_left_out(model, (id, outcome)) {
        let cured = after(typed, &cured);
        return problem
            .with_help(format!("let `{end}` wait for it as well: `{cured}`"))
            .with_fix(title, join.at, cured);
    }
    if comes_for(model, outcome, &taken) {
        let cured = after(typed, &cured);
        let both = cured.strip_prefix("after ").unwrap_or(&cured);
        return problem.with_help(format!(
            "let `{end}` wait for it as well in the runs that start it: `after any of ({both}), …`, where `…` names what \
             comes in the other runs"
        ));
    }
    let taken = after(typed, &taken);
    problem.with_help(format!("let `{end}` wait for it as well where it was started: `{taken}`")).with_fix(
        format!("{title} where it was started"),
        join.at,
        taken,
    )
}

/// Whether the outcome can come in a run that does not take the node.
fn may_be_left_out(model: &Model, (id, outcome): (NodeId, NodeId)) -> bool {
    let states = model.state_at_end(id).zip(model.state_at_end(outcome));
    states.is_some_and(|(node, end)| model.space.are_possible(&node.no, &end.yes))
}

/// Whether another join would bring the outcome where its own cannot.
fn comes_for(model: &Model, outcome: NodeId, join: &Join) -> bool {
    let comes = model.joins_at_end().join(outcome, join).0;
    model.state_at_end(outcome).is_some_and(|end| model.space.are_possible(&comes, &end.no))
}
