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
    let group = group(join, one, other)?;
    let (first, second) = (words(typed, group, one)?, words(typed, group, other)?);
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

/// The group of which two sources stand at these places. A nested group stands where its first source does.
fn group(join: &Join, one: Place, other: Place) -> Option<&Join> {
    let stands = |at: Place| join.sources.iter().any(|source| place(source) == at);
    if stands(one) && stands(other) {
        return Some(join);
    }
    join.sources.iter().find_map(|source| match source {
        Source::Join(inner) => group(inner, one, other),
        Source::Node(..) => None,
    })
}

fn place(source: &Source) -> Place {
    match source {
        Source::Node(_, _, at) => *at,
        Source::Join(inner) => inner.at,
    }
}

/// The source of a group that stands at a place.
fn words(typed: &Typed, group: &Join, at: Place) -> Option<String> {
    group.sources.iter().find(|source| place(source) == at).map(|source| match source {
        Source::Node(node, needed, _) => result(typed, *node, *needed),
        Source::Join(_) => format!("`{}`", after_text::source(typed, source)),
    })
}
