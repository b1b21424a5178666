//! WF105: every run of a workflow that names outcomes ends in one of them.

use crate::after_text::named;
use crate::dead_end::last;
use crate::model::{Case, Model};
use crate::place::{Place, Problem};
use crate::proof_words::{in_case, result, shown};
use crate::subject::Subject;
use crate::typed::{NodeKind, Typed};
use crate::witness;
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::Needed;
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF105",
    name: "no-outcome",
    severity: Severity::Error,
    summary: "every run of a workflow that names outcomes ends in one of them",
};

/// A run after which nothing is left to do, and no outcome has come.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(model) = subject.model else { return Vec::new() };
    let case = model.verdicts().no_outcome.as_ref().and_then(|found| found.sure());
    case.map(|case| told(subject.typed, model, case)).into_iter().collect()
}

fn told(typed: &Typed, model: &Model, case: &Case) -> Problem {
    let Some((node, needed)) = last(typed, model, case) else {
        let message = "nothing ever happens here: no node starts, and no outcome comes";
        let help = "say which outcome comes `after` what";
        return shown(typed, case, Problem::new(&RULE, typed.at, message).with_help(help));
    };
    let ended = result(typed, node, needed);
    let ends = format!("nothing is left to do after {ended}, and no outcome has come");
    let mut told = case.clone();
    if needed == Needed::Skipped {
        // What was skipped, was so by the values of this run that its condition, or its list, reads.
        let skipped = typed.nodes.get(node.index());
        let when = skipped.and_then(|node| node.when.as_ref());
        let list = skipped.and_then(|node| node.for_each.as_ref()).map(|each| &each.list);
        let read: Vec<_> = when.into_iter().chain(list).flat_map(witness::fields_read).collect();
        let mut others = told.values.split_off(told.values_needed.min(told.values.len()));
        others.retain(|(key, _)| read.contains(key));
        told.values.append(&mut others);
        told.values_needed = told.values.len();
    }
    let message = format!("a run may end without outcome: {}", in_case(typed, &told, &ends));
    let mut problem = Problem::new(&RULE, place(typed, node, needed), message)
        .with_label("nothing comes after this")
        .with_help(format!(
            "let an outcome come `after {}`, or say how it goes on",
            named(typed, node, needed)
        ));
    if let Some((at, text)) = outcome_after(typed, node, needed) {
        problem = problem.with_fix(format!("add an outcome after {ended}"), at, text);
    }
    shown(typed, case, problem)
}

fn place(typed: &Typed, id: NodeId, needed: Needed) -> Place {
    let Some(node) = typed.nodes.get(id.index()) else { return typed.at };
    match (&node.kind, needed) {
        (NodeKind::Decision { options, .. }, Needed::Option(option)) => {
            options.get(usize::from(option)).map_or(node.at, |option| option.at)
        }
        _ => node.at,
    }
}

/// A new outcome behind the last node, and where it goes.
fn outcome_after(typed: &Typed, id: NodeId, needed: Needed) -> Option<(Place, String)> {
    let (node, last) = (typed.nodes.get(id.index())?, typed.nodes.last()?);
    let (mut name, title) = match (&node.kind, needed) {
        (NodeKind::Decision { options, .. }, Needed::Option(option)) => {
            let option = options.get(usize::from(option))?;
            (format!("{}_{}", node.name, option.name), option.label.clone())
        }
        (NodeKind::Run { outcomes, .. }, Needed::Outcome(outcome)) => {
            let outcome = outcomes.get(usize::from(outcome))?;
            (format!("{}_{outcome}", node.name), format!("{}: {outcome}", node.label))
        }
        _ => (format!("ended_after_{}", node.name), format!("Ended after: {}", node.label)),
    };
    while typed.nodes.iter().any(|node| node.name == name) {
        name.push_str("_as_well");
    }
    let title: String = title.chars().filter(|letter| !"\"\\{}".contains(*letter)).collect();
    Some((last.end, format!("\n\n  outcome {name} \"{title}\" after {}", named(typed, id, needed))))
}
