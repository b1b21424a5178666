//! WF107: nobody is still at work when an outcome ends the instance.

use crate::after_text::after;
use crate::model::{Case, Model};
use crate::place::Problem;
use crate::proof_words::{in_case_but_for, name, shown};
use crate::rejoin;
use crate::subject::Subject;
use crate::typed::{Join, Node, Typed};
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
    let open = subject.model.map(Model::verdicts).into_iter().flat_map(|verdicts| &verdicts.left_open);
    open.filter_map(|(node, outcome, found)| told(subject.typed, *node, *outcome, found.sure()?)).collect()
}

fn told(typed: &Typed, id: NodeId, outcome: NodeId, case: &Case) -> Option<Problem> {
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
        Some(join) => waiting(typed, problem, (id, node), (end, join)),
        None => problem.with_help(format!(
            "`{reached}` comes here whatever else is going on; end such a run after `{name}` instead, or accept that \
             it is cancelled"
        )),
    };
    Some(shown(typed, case, problem))
}

/// With the outcome waiting for the node as well.
fn waiting(
    typed: &Typed,
    problem: Problem,
    (id, node): (NodeId, &Node),
    (end, join): (&Node, &Join),
) -> Problem {
    let cured = rejoin::and_also(join, id);
    let places: Vec<_> = cured.nodes().iter().map(|(_, _, at)| *at).collect();
    let taken = after(typed, &rejoin::all_taken(&cured, &places));
    let cured = after(typed, &cured);
    let title = format!("let `{}` wait for `{}`", end.name, node.name);
    problem
        .with_help(format!(
            "let `{}` wait for it as well: `{cured}`, or `{taken}` where it does not always start",
            end.name
        ))
        .with_fix(title.clone(), join.at, cured)
        .with_fix(format!("{title} where it was started"), join.at, taken)
}
