//! WF203: a decision always has an option to choose.

use crate::model::{Case, Model};
use crate::place::Problem;
use crate::proof_words::{in_case, shown};
use crate::subject::Subject;
use crate::typed::{NodeKind, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF203",
    name: "option-gap",
    severity: Severity::Error,
    summary: "a decision always has an option to choose",
};

/// Decisions that may start with no option open.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let gaps = subject.model.map(Model::verdicts).into_iter().flat_map(|verdicts| &verdicts.gaps);
    gaps.filter_map(|(id, found)| told(subject.typed, *id, found.sure()?)).collect()
}

fn told(typed: &Typed, id: NodeId, case: &Case) -> Option<Problem> {
    let node = typed.nodes.get(id.index())?;
    let NodeKind::Decision { options, .. } = &node.kind else { return None };
    let message =
        format!("`{}` may have nothing to choose: {}", node.name, in_case(typed, case, "no option is open"));
    let goes_back = options.iter().any(|option| option.redo.is_some());
    let problem = Problem::new(&RULE, node.at, message).with_label("may start with no option open");
    let mut problem = problem.with_help(if goes_back {
        "add an option without `when`, or let one of them hold in every case; options that go back do not count, \
         because they are offered only so many times"
    } else {
        "add an option without `when`, or let one of them hold in every case"
    });
    for option in options {
        if let Some(when) = &option.when {
            problem = problem.with_related(when.at, format!("`{}` is closed then", option.name));
        }
    }
    let last = options.last()?;
    let is_free = |name: &&&str| options.iter().all(|option| option.name != **name);
    let name = ["other", "something_else"].iter().find(is_free)?;
    let line = format!("\n    option {name} \"Something else\"");
    let mut problem = problem.with_fix("add an option that is always open", last.end, line);
    // What goes back is offered only so many times, so it cannot be the one that is always there.
    let stays = options.iter().rev().find(|option| option.redo.is_none() && option.when.is_some());
    if let Some((option, clause)) = stays.and_then(|option| Some((option, option.when_clause?))) {
        problem = problem.with_fix(format!("let `{}` be open in every case", option.name), clause, "");
    }
    Some(shown(typed, case, problem))
}
