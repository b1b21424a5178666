//! WF102: what a join waits for can come together.

use crate::after_text::{self, after};
use crate::model::{Joins, Model, World};
use crate::place::{Place, Problem};
use crate::proof_words::name;
use crate::rejoin;
use crate::subject::Subject;
use crate::typed::{Join, Source, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::JoinKind;
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF102",
    name: "convergence-unreachable",
    severity: Severity::Error,
    summary: "what a join waits for can come together",
};

/// Joins that no run reaches, although each thing that they wait for can come.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(model) = subject.model else { return Vec::new() };
    model.verdicts().unreachable.iter().filter_map(|id| told(subject.typed, model, *id)).collect()
}

fn told(typed: &Typed, model: &Model, id: NodeId) -> Option<Problem> {
    let join = typed.nodes.get(id.index())?.after.as_ref()?;
    let name = name(typed, id);
    let words = |source: &Source| format!("`{}`", after_text::source(typed, source));
    let problem = if let Some((one, other)) = apart(model, id, join) {
        let message = format!(
            "`{name}` can never be reached: {} and {} never come in the same run",
            words(one),
            words(other)
        );
        Problem::new(&RULE, place(other), message)
            .with_label(format!("never comes together with {}", words(one)))
            .with_related(place(one), format!("never comes together with {}", words(other)))
    } else {
        let message = format!("`{name}` can never be reached: no run brings all that it waits for");
        Problem::new(&RULE, join.at, message).with_label("these never come together before the instance ends")
    };
    let cured = if is_one_at_most(model, id, join) {
        rejoin::any_of(join)
    } else {
        let places: Vec<Place> = join.nodes().iter().map(|(_, _, at)| *at).collect();
        rejoin::all_taken(join, &places)
    };
    let cured = after(typed, &cured);
    let help = format!("wait for those of them that come: `{cured}`");
    Some(problem.with_help(help).with_fix("wait for those of them that come", join.at, cured))
}

/// Two sources that exclude each other at every moment of every run.
fn apart<'j>(model: &Model, id: NodeId, join: &'j Join) -> Option<(&'j Source, &'j Source)> {
    let is_all = join.kind == JoinKind::All;
    pairs(join).find(|(one, other)| is_all && !are_possible(model, id, one, other))
}

/// Whether no two of its sources ever come together.
fn is_one_at_most(model: &Model, id: NodeId, join: &Join) -> bool {
    pairs(join).all(|(one, other)| !are_possible(model, id, one, other))
}

fn pairs(join: &Join) -> impl Iterator<Item = (&Source, &Source)> {
    let sources = join.sources.iter().enumerate();
    sources.flat_map(|(at, one)| join.sources.iter().skip(at + 1).map(move |other| (one, other)))
}

fn are_possible(model: &Model, id: NodeId, one: &Source, other: &Source) -> bool {
    let space = &model.space;
    let joins = Joins { logic: space, layout: &model.layout, world: World::Any, nodes: &model.any.nodes };
    space.are_possible(&joins.source(id, one).0, &joins.source(id, other).0)
}

fn place(source: &Source) -> Place {
    match source {
        Source::Node(_, _, at) => *at,
        Source::Join(inner) => inner.at,
    }
}
