//! WF106: what was decided says which outcome comes, not who is faster.

use crate::after_text::after;
use crate::model::{Case, Model};
use crate::place::{Place, Problem};
use crate::proof_words::{in_case, name, shown};
use crate::subject::Subject;
use crate::typed::{Join, NodeKind, Source, Typed};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF106",
    name: "outcome-race",
    severity: Severity::Warning,
    summary: "what was decided says which outcome comes, not who is faster",
};

/// Pairs of outcomes between which speed, or their order in the file, decides.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let races = subject.model.map(Model::verdicts).into_iter().flat_map(|verdicts| &verdicts.races);
    races
        .filter_map(|race| told(subject.typed, (race.comes, race.instead), race.at_once, race.found.sure()?))
        .collect()
}

fn told(typed: &Typed, (comes, instead): (NodeId, NodeId), at_once: bool, case: &Case) -> Option<Problem> {
    let (first, second) = (name(typed, comes), name(typed, instead));
    let (message, label, help) = if at_once {
        let both = format!("one event brings both, and `{first}` wins because it stands first");
        (
            format!("`{first}` and `{second}` may come at the same moment: {}", in_case(typed, case, &both)),
            format!("loses against `{first}`"),
            format!(
                "let `{second}` come only where `{first}` does not: after another result of the same decision"
            ),
        )
    } else {
        let wins = format!("`{first}` ends the instance if its work is done first, and `{second}` otherwise");
        (
            format!(
                "who is faster decides between `{first}` and `{second}`: {}",
                in_case(typed, case, &wins)
            ),
            format!("comes only if it is faster than `{first}`"),
            format!(
                "let a decision say which of them comes; or, where `{second}` may end the instance whatever else is \
                 going on, let people reach it `at any time by …`"
            ),
        )
    };
    let problem = Problem::new(&RULE, place(typed, instead)?, message)
        .with_label(label)
        .with_related(place(typed, comes)?, format!("`{first}` comes after this"))
        .with_help(help);
    let problem = match typed.nodes.get(instead.index()).and_then(|node| node.after.as_ref()) {
        Some(join) => match left_over(typed, join) {
            Some(cured) => problem.with_fix("name the results that are left", join.at, after(typed, &cured)),
            None => problem,
        },
        None => problem,
    };
    Some(shown(typed, case, problem))
}

/// In place of a whole decision, the results of it that no other outcome has.
fn left_over(typed: &Typed, join: &Join) -> Option<Join> {
    let [Source::Node(decision, Needed::Settled | Needed::Done, at)] = join.sources.as_slice() else {
        return None;
    };
    let NodeKind::Decision { options, .. } = &typed.nodes.get(decision.index())?.kind else { return None };
    let outcomes = typed.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Outcome { .. }));
    let named: Vec<Needed> = outcomes
        .filter_map(|outcome| outcome.after.as_ref())
        .flat_map(Join::nodes)
        .filter(|(node, _, _)| node == decision)
        .map(|(_, needed, _)| needed)
        .collect();
    let results = (0u16..)
        .map(Needed::Option)
        .zip(options)
        .filter(|(result, option)| option.redo.is_none() && !named.contains(result));
    let sources: Vec<Source> = results.map(|(result, _)| Source::Node(*decision, result, *at)).collect();
    let kind = if sources.len() == 1 { JoinKind::All } else { JoinKind::AtLeast(1) };
    (!sources.is_empty()).then_some(Join { kind, sources, at: join.at })
}

/// What an outcome comes after; its name, where it comes another way.
fn place(typed: &Typed, outcome: NodeId) -> Option<Place> {
    let node = typed.nodes.get(outcome.index())?;
    Some(node.after.as_ref().map_or(node.at, |join| join.at))
}
