//! WF108: of the sources of an `any of` only one comes.

use crate::after_text;
use crate::after_text::after;
use crate::model::{Case, Model};
use crate::place::{Place, Problem};
use crate::proof_words::{in_case_but_for, name, result, shown};
use crate::rejoin;
use crate::subject::Subject;
use crate::typed::{Join, Source, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF108",
    name: "any-not-exclusive",
    severity: Severity::Warning,
    summary: "of the sources of an `any of` only one comes",
};

/// Pairs of sources of an `any of` that can both come.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let pairs = subject.model.map(Model::verdicts).into_iter().flat_map(|verdicts| &verdicts.not_exclusive);
    pairs
        .filter_map(|(id, one, other, found)| told(subject.typed, *id, (*one, *other), found.sure()?))
        .collect()
}

fn told(typed: &Typed, id: NodeId, (one, other): (Place, Place), case: &Case) -> Option<Problem> {
    let join = typed.nodes.get(id.index())?.after.as_ref()?;
    let name = name(typed, id);
    let (first, second) = (words(typed, join, one)?, words(typed, join, other)?);
    let mut said: Vec<NodeId> = join.nodes().into_iter().map(|(node, _, _)| node).collect();
    said.push(id);
    let goes_on = format!("`{name}` goes on with the first of them, and what the other brings has no effect");
    let message =
        format!("{first} and {second} may both come: {}", in_case_but_for(typed, case, &said, &goes_on));
    let taken = after(typed, &rejoin::all_taken(join, &[one, other]));
    let problem = Problem::new(&RULE, other, message)
        .with_label(format!("may come beside {first}"))
        .with_related(one, format!("may come beside {second}"))
        .with_help(format!(
            "to wait for both where both were started, write `{taken}`; where the first one is meant to be enough, \
             allow it with the reason"
        ))
        .with_fix("wait for all of them that were started", join.at, taken);
    Some(shown(typed, case, problem))
}

/// The source that stands at a place.
fn words(typed: &Typed, join: &Join, at: Place) -> Option<String> {
    join.sources.iter().find_map(|source| match source {
        Source::Node(node, needed, place) if *place == at => Some(result(typed, *node, *needed)),
        Source::Join(inner) if inner.at == at => Some(format!("`{}`", after_text::source(typed, source))),
        Source::Join(inner) => words(typed, inner, at),
        Source::Node(..) => None,
    })
}
