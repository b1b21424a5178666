//! WF205: every option can be chosen in some run.

use crate::model::Model;
use crate::place::Problem;
use crate::subject::Subject;
use crate::typed::{NodeKind, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF205",
    name: "option-never-open",
    severity: Severity::Warning,
    summary: "every option can be chosen in some run",
};

/// Options whose `when` never holds where their decision starts.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let found = subject.model.map(Model::verdicts).into_iter().flat_map(|verdicts| &verdicts.never_open);
    found.filter_map(|(id, option)| told(subject.typed, *id, *option)).collect()
}

fn told(typed: &Typed, id: NodeId, option: u16) -> Option<Problem> {
    let node = typed.nodes.get(id.index())?;
    let NodeKind::Decision { options, .. } = &node.kind else { return None };
    let option = options.get(usize::from(option))?;
    let when = option.when.as_ref()?;
    let message = format!(
        "nobody can ever choose `{}`: its `when` is never true when `{}` starts",
        option.name, node.name
    );
    let problem = Problem::new(&RULE, when.at, message)
        .with_label("never true here")
        .with_help("correct the condition, or delete the option");
    Some(match &node.when {
        Some(starts) => {
            problem.with_related(starts.at, format!("`{}` starts only when this holds", node.name))
        }
        None => problem.with_related(node.at, format!("`{}` asks it when it starts", node.name)),
    })
}
