//! WF113: what was done for a join is not dropped without a decision.

use crate::after_text::after;
use crate::model::{Case, Model};
use crate::place::Problem;
use crate::proof_words::{in_case, listed, name, result, shown};
use crate::rejoin;
use crate::scene::Scene;
use crate::subject::Subject;
use crate::typed::Typed;
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF113",
    name: "join-dropped",
    severity: Severity::Warning,
    summary: "what was done for a join is not dropped without a decision",
};

/// Joins that can no longer be reached although something that they wait for has come, in runs that end as others do.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(model) = subject.model else { return Vec::new() };
    let dropped = model.verdicts().dropped.iter();
    dropped
        .filter_map(|(id, outcome, found)| told(subject.typed, model, (*id, *outcome), found.sure()?))
        .collect()
}

fn told(typed: &Typed, model: &Model, (id, outcome): (NodeId, NodeId), case: &Case) -> Option<Problem> {
    let (node, end) = (typed.nodes.get(id.index())?, typed.nodes.get(outcome.index())?);
    let join = node.after.as_ref()?;
    let missing = Scene::of(model, case).missing(id, join);
    let named: Vec<String> = missing.iter().map(|one| result(typed, one.node, one.needed)).collect();
    let (name, reached) = (name(typed, id), &end.name);
    let never = match named.len() {
        0 => format!("it can no longer be reached, and `{reached}` ends the instance without it"),
        1 => format!("{} never comes, and `{reached}` ends the instance without it", listed(&named, "and")),
        _ => format!("{} never come, and `{reached}` ends the instance without it", listed(&named, "and")),
    };
    let message = format!("what was done for `{name}` may be dropped: {}", in_case(typed, case, &never));
    let places: Vec<_> = missing.iter().map(|one| one.at).collect();
    let at = places.first().copied().unwrap_or(join.at);
    let problem = Problem::new(&RULE, at, message)
        .with_label("does not always come")
        .with_related(end.at, format!("`{reached}` comes with `{name}` and without it"));
    let cured = rejoin::all_taken(join, &places);
    let problem = if cured == *join {
        problem.with_help(format!("let `{name}` wait only for what always comes"))
    } else {
        let cured = after(typed, &cured);
        problem
            .with_help(format!(
                "if `{name}` belongs to such a run as well, wait only for what was started: `{cured}`"
            ))
            .with_fix("wait only for what was started", join.at, cured)
    };
    Some(shown(typed, case, problem))
}
