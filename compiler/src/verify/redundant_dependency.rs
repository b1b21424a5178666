//! WF110: `after` names only what it would not wait for anyway.

use crate::after_text::after;
use crate::model::Model;
use crate::place::{Place, Problem};
use crate::proof_words::{name, result};
use crate::rejoin;
use crate::subject::Subject;
use crate::typed::{Join, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF110",
    name: "redundant-dependency",
    severity: Severity::Warning,
    summary: "`after` names only what it would not wait for anyway",
};

/// Sources that another source of the same group always waits for.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let found = subject.model.map(Model::verdicts).into_iter().flat_map(|verdicts| &verdicts.redundant);
    found.filter_map(|(id, needless, by)| told(subject.typed, *id, *needless, *by)).collect()
}

fn told(typed: &Typed, id: NodeId, needless: Place, by: Place) -> Option<Problem> {
    let join = typed.nodes.get(id.index())?.after.as_ref()?;
    let (source, later) = (words(typed, join, needless)?, words(typed, join, by)?);
    let message = format!(
        "`{}` names {source} needlessly: it waits for {later}, which comes only after that",
        name(typed, id)
    );
    let cured = after(typed, &rejoin::without(join, needless));
    Some(
        Problem::new(&RULE, needless, message)
            .with_label("says nothing new")
            .with_related(by, format!("comes only after {source}"))
            .with_help(format!("write `{cured}`"))
            .with_fix(format!("take {source} out"), join.at, cured),
    )
}

fn words(typed: &Typed, join: &Join, at: Place) -> Option<String> {
    let named = join.nodes().into_iter().find(|(_, _, place)| *place == at)?;
    Some(result(typed, named.0, named.1))
}
