//! WF502: there are enough different people for what `different person from` keeps apart.
//!
//! Told for the least group of steps for which nobody is left, if one run can have them all done by people. Where
//! nobody says who fills a role nothing can be proven, and the interpreter refuses the act that breaks the rule.
//! Invariant: a finding names steps that some run completes together.

use crate::model::{Logic, Model, Moment};
use crate::place::{Place, Problem};
use crate::separation::{MAX_SEPARATED, Part, Separated, separated};
use crate::subject::Subject;
use crate::typed::Typed;
use std::collections::BTreeSet;
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::Separation;
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF502",
    name: "separation-impossible",
    severity: Severity::Error,
    summary: "there are enough different people for what must be done by different people",
};

/// Groups of steps that no choice of people can do.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let separated = separated(typed);
    if separated.people.is_empty() {
        return Vec::new();
    }
    let small = separated.people.len() <= MAX_SEPARATED;
    let Some(impossible) = small.then(|| separated.impossible()).flatten() else {
        return vec![undecided(typed, &separated)];
    };
    let Some(model) = subject.model else { return Vec::new() };
    let mut told: BTreeSet<Part> = BTreeSet::new();
    let mut problems = Vec::new();
    // Of several groups with one last step the smallest says enough.
    for parts in impossible {
        let Some(last) = parts.last().copied().filter(|last| !told.contains(last)) else { continue };
        if are_done_together(model, &parts) {
            told.insert(last);
            problems.extend(problem(typed, &separated, &parts));
        }
    }
    problems
}

/// Whether some run, that rests on no assumption, has people do all of these.
fn are_done_together(model: &Model, parts: &BTreeSet<Part>) -> bool {
    let space = &model.space;
    let nodes: Vec<NodeId> = parts.iter().filter_map(|part| node_of(*part)).collect();
    let done = |states: &crate::model::States<crate::model::Formula>| {
        let states = nodes.iter().filter_map(|node| states.nodes.get(node.index()));
        space.all(states.map(|state| &state.filled).collect::<Vec<_>>())
    };
    let sure = |formula, moment| model.find(&formula, moment).is_some_and(|found| found.sure().is_some());
    if sure(space.and(&model.live, &done(&model.any)), Moment::Running) {
        return true;
    }
    model.finishes().iter().any(|finish| {
        let done = done(&finish.after);
        finish
            .ends
            .iter()
            .zip(&model.layout.outcomes)
            .any(|(end, outcome)| sure(space.and(end, &done), Moment::Ended(finish, *outcome)))
    })
}

fn node_of(part: Part) -> Option<NodeId> {
    match part {
        Part::Node(node) => Some(node),
        Part::Starter => None,
    }
}

fn problem(typed: &Typed, separated: &Separated, parts: &BTreeSet<Part>) -> Option<Problem> {
    let names: Vec<String> = parts.iter().map(|part| name(typed, *part)).collect();
    let known = parts.iter().filter_map(|part| separated.people.get(part));
    let people: BTreeSet<&String> = known.flat_map(|(people, _)| people).collect();
    let people: Vec<String> = people.into_iter().cloned().collect();
    let only = if people.len() == 1 { "there is only" } else { "there are only" };
    let all = if parts.len() == 2 { "both" } else { "all of them" };
    let message =
        format!("{} need different people, but {only} {} for {all}", listed(&names), listed(&people));
    let clauses = clauses(typed, parts);
    let (last, before) = clauses.split_last()?;
    let problem = Problem::new(&RULE, *last, message)
        .with_label("nobody is left")
        .with_help("name more people in the role, or give one of these to another role");
    let problem = before
        .iter()
        .fold(problem, |problem, at| problem.with_related(*at, "these must be different people as well"));
    Some(roles(typed, parts).into_iter().fold(problem, |problem, (at, name)| {
        problem.with_related(at, format!("who fills `{name}` is said here"))
    }))
}

/// Where the parts of a group are told apart from each other, in file order.
fn clauses(typed: &Typed, parts: &BTreeSet<Part>) -> Vec<Place> {
    let mut found = Vec::new();
    for part in parts {
        let node = node_of(*part).and_then(|node| typed.nodes.get(node.index()));
        for separation in node.iter().flat_map(|node| &node.different_from) {
            let other = match separation.value {
                Separation::Node(node) => Part::Node(node),
                Separation::Starter => Part::Starter,
            };
            if parts.contains(&other) {
                found.push(separation.at);
            }
        }
    }
    found.sort_unstable();
    found
}

fn roles(typed: &Typed, parts: &BTreeSet<Part>) -> BTreeSet<(Place, String)> {
    let of_nodes =
        parts.iter().filter_map(|part| node_of(*part)).filter_map(|node| typed.nodes.get(node.index()));
    let owners = of_nodes.flat_map(|node| &node.owners).filter_map(|owner| match &owner.value {
        crate::typed::Owner::Role(role) => Some(*role),
        crate::typed::Owner::Person(_) => None,
    });
    let starters = typed.starts_by.iter().copied().filter(|_| parts.contains(&Part::Starter));
    let roles = owners.chain(starters).filter_map(|role| typed.roles.get(role.index()));
    roles.map(|role| (role.at, role.name.clone())).collect()
}

fn undecided(typed: &Typed, separated: &Separated) -> Problem {
    let steps = separated.people.len();
    let message = format!("whether there are enough different people for {steps} steps is not decided here");
    let at = separated
        .people
        .keys()
        .find_map(|part| node_of(*part))
        .and_then(|node| typed.nodes.get(node.index()));
    Problem::new(&RULE, at.map_or(typed.at, |node| node.at), message)
        .with_severity(Severity::Note)
        .with_label("this step is one of them")
        .with_help(format!(
            "it is decided for up to {MAX_SEPARATED} steps; beyond, the act that breaks `different person from` is refused when it comes"
        ))
}

fn name(typed: &Typed, part: Part) -> String {
    match part {
        Part::Node(node) => {
            let name = typed.nodes.get(node.index()).map(|node| node.name.as_str()).unwrap_or_default();
            format!("`{name}`")
        }
        Part::Starter => "the start".to_owned(),
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        names => names.concat(),
    }
}
