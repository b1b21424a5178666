//! WF106: what was decided says which outcome comes, not who is faster.

use crate::after_text::after;
use crate::model::{Case, Model};
use crate::place::{Place, Problem};
use crate::proof_words::{in_case, name, shown};
use crate::subject::Subject;
use crate::typed::{Join, NodeKind, Source, Typed};
use wf_lang::diagnostic::{Edit, Fix, Rule, Severity};
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
    let mut problem = problem;
    let cure = if at_once { only_what_is_left(typed, comes, instead) } else { None };
    if let Some(edits) = cure {
        problem.fixes.push(Fix { title: "name the results that are left".to_owned(), edits });
    } else if let Some(edits) = one_after_the_other(typed, comes, instead).filter(|_| !at_once) {
        let title = format!("wait for both decisions; where both speak, `{first}` goes first");
        problem.fixes.push(Fix { title, edits });
    }
    Some(shown(typed, case, problem))
}

/// Of two outcomes after one result each of two decisions: the first waits for the other decision as well, and the
/// second comes only where the first one's decision went another way.
fn one_after_the_other(typed: &Typed, first: NodeId, second: NodeId) -> Option<Vec<Edit<Place>>> {
    let (one, other) = (after_of(typed, first)?, after_of(typed, second)?);
    let (
        [Source::Node(decision, result @ Needed::Option(_), at)],
        [Source::Node(beside, Needed::Option(_), _)],
    ) = (one.sources.as_slice(), other.sources.as_slice())
    else {
        return None;
    };
    if decision == beside {
        return None;
    }
    let otherwise = results_but(typed, *decision, &[*result], *at)?;
    let with = |join: &Join, more: Source| {
        let sources = join.sources.iter().cloned().chain([more]).collect();
        edit(typed, &Join { kind: JoinKind::All, sources, at: join.at })
    };
    Some(vec![with(one, Source::Node(*beside, Needed::Settled, *at)), with(other, otherwise)])
}

/// In place of a whole decision among what the second outcome waits for, the results of it that are left: those that
/// no outcome has where it stands alone, else those that the first one does not have.
fn only_what_is_left(typed: &Typed, first: NodeId, second: NodeId) -> Option<Vec<Edit<Place>>> {
    let join = after_of(typed, second)?;
    let alone = join.sources.len() == 1;
    let is_decision = |node: NodeId| {
        typed.nodes.get(node.index()).is_some_and(|node| matches!(node.kind, NodeKind::Decision { .. }))
    };
    let (place, decision, at) = join.sources.iter().enumerate().find_map(|(place, source)| match source {
        Source::Node(node, Needed::Settled, at) if is_decision(*node) => Some((place, *node, *at)),
        Source::Node(node, Needed::Done, at) if alone && is_decision(*node) => Some((place, *node, *at)),
        _ => None,
    })?;
    let outcomes = typed.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Outcome { .. }));
    let all: Vec<&Join> = outcomes.filter_map(|outcome| outcome.after.as_ref()).collect();
    let others = if alone { all } else { vec![after_of(typed, first)?] };
    let of_it = others.into_iter().flat_map(Join::nodes).filter(|(node, _, _)| *node == decision);
    let named: Vec<Needed> = of_it.map(|(_, needed, _)| needed).collect();
    let left = results_but(typed, decision, &named, at)?;
    let mut cured = join.clone();
    match left {
        Source::Join(any) if alone => cured = Join { at: join.at, ..any },
        source => *cured.sources.get_mut(place)? = source,
    }
    Some(vec![edit(typed, &cured)])
}

/// The results of a decision that settle it, but for some; `None` where none is left.
fn results_but(typed: &Typed, decision: NodeId, named: &[Needed], at: Place) -> Option<Source> {
    let NodeKind::Decision { options, .. } = &typed.nodes.get(decision.index())?.kind else { return None };
    let results = (0u16..).map(Needed::Option).zip(options);
    let left = results.filter(|(result, option)| option.redo.is_none() && !named.contains(result));
    let mut sources: Vec<Source> = left.map(|(result, _)| Source::Node(decision, result, at)).collect();
    match sources.len() {
        0 => None,
        1 => sources.pop(),
        _ => Some(Source::Join(Join { kind: JoinKind::AtLeast(1), sources, at })),
    }
}

fn after_of(typed: &Typed, node: NodeId) -> Option<&Join> {
    typed.nodes.get(node.index())?.after.as_ref()
}

fn edit(typed: &Typed, join: &Join) -> Edit<Place> {
    Edit { at: join.at, replacement: after(typed, join) }
}

/// What an outcome comes after; its name, where it comes another way.
fn place(typed: &Typed, outcome: NodeId) -> Option<Place> {
    let node = typed.nodes.get(outcome.index())?;
    Some(node.after.as_ref().map_or(node.at, |join| join.at))
}
