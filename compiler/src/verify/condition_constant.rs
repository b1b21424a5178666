//! WF204: a condition is sometimes true and sometimes not, where it stands.

use crate::model::Model;
use crate::place::{Place, Problem};
use crate::subject::Subject;
use crate::typed::{Expr, Join, Node, NodeKind, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::Needed;
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF204",
    name: "condition-constant",
    severity: Severity::Warning,
    summary: "a condition is sometimes true and sometimes not, where it stands",
};

/// Conditions of nodes and options that always have the same answer.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let found = subject.model.map(Model::verdicts).into_iter().flat_map(|verdicts| &verdicts.constant);
    found.filter_map(|(id, option, answer)| told(subject.typed, *id, *option, *answer)).collect()
}

fn told(typed: &Typed, id: NodeId, option: Option<u16>, answer: bool) -> Option<Problem> {
    let node = typed.nodes.get(id.index())?;
    let (what, when, clause) = condition(node, option)?;
    if !answer {
        let never =
            if matches!(node.kind, NodeKind::Outcome { .. }) { "never comes" } else { "is always skipped" };
        let message = format!("{what} {never}: its `when` is never true where it stands");
        let problem = Problem::new(&RULE, when.at, message)
            .with_label("never true here")
            .with_help("correct the condition, or delete what it switches off");
        return Some(with_what_held(typed, node, option, problem));
    }
    let message = format!("the `when` of {what} changes nothing: it is always true where it stands");
    let problem = Problem::new(&RULE, when.at, message)
        .with_label("always true here")
        .with_help("delete this `when`, or correct it if it was meant to keep something out");
    let problem = with_what_held(typed, node, option, problem);
    Some(match clause {
        Some(clause) => problem.with_fix("delete the `when`", clause, ""),
        None => problem,
    })
}

/// Conditions that were asked on the way here, beside the place of the finding.
fn with_what_held(typed: &Typed, node: &Node, option: Option<u16>, problem: Problem) -> Problem {
    let mut problem = problem;
    if let (Some(_), Some(starts)) = (option, &node.when) {
        problem = problem.with_related(starts.at, format!("`{}` starts only when this holds", node.name));
    }
    for (source, needed, _) in node.after.as_ref().map(Join::nodes).unwrap_or_default() {
        let Some(before) = typed.nodes.get(source.index()) else { continue };
        if let (NodeKind::Decision { options, .. }, Needed::Option(chosen)) = (&before.kind, needed)
            && let Some(chosen) = options.get(usize::from(chosen))
            && let Some(when) = &chosen.when
        {
            problem =
                problem.with_related(when.at, format!("`{}` is chosen only when this holds", chosen.name));
        }
    }
    problem
}

/// What a condition belongs to, the condition, and its whole clause.
fn condition(node: &Node, option: Option<u16>) -> Option<(String, &Expr, Option<Place>)> {
    let Some(option) = option else {
        return Some((format!("`{}`", node.name), node.when.as_ref()?, node.when_clause));
    };
    let NodeKind::Decision { options, .. } = &node.kind else { return None };
    let option = options.get(usize::from(option))?;
    Some((format!("the option `{}`", option.name), option.when.as_ref()?, option.when_clause))
}
