//! `always A before B`: when B starts, A is done by a person's act.
//!
//! B starts in a running instance; a converge also in the event that ends it; an outcome B is the end itself, and an
//! option B its choice. Of all reasons why A may not stand, the plainest that some run shows is told.
//! Invariant: A counts as soon as it has come, whatever comes later.

use super::targets::{Target, targets};
use super::{Asked, Found};
use crate::hir::PolicyNode;
use crate::model::{Case, Formula, How, Kind, Logic, Model, Moment, States};
use crate::typed::{NodeKind, Typed};

/// What besides a person's act is good enough.
#[derive(Clone, Copy)]
pub struct Allowed {
    /// `or skipped`.
    pub skipped: bool,
    /// `or late`.
    pub late: bool,
}

/// The first pair of which the first does not stand when the second starts.
pub fn always(asked: &Asked<'_>, first: &PolicyNode, then: &PolicyNode, allowed: Allowed) -> Option<Found> {
    let typed = asked.typed();
    let model = asked.subject.model?;
    let firsts = targets(typed, first);
    for then in targets(typed, then) {
        for first in firsts.iter().filter(|first| **first != then) {
            for reason in Reason::ALL {
                if let Some(case) =
                    start(asked, model, then, &|states| reason.holds(model, states, *first, allowed))
                {
                    return Some(told(typed, *first, then, reason, case));
                }
            }
        }
    }
    None
}

/// A run in which a target starts while something holds.
fn start(
    asked: &Asked<'_>,
    model: &Model,
    then: Target,
    holds: &dyn Fn(&States<Formula>) -> Formula,
) -> Option<Case> {
    let space = &model.space;
    let kind = then.kind(model)?;
    let now = holds(&model.any);
    let running = match (kind, then.option) {
        (Kind::Outcome { .. }, _) => model.may_be_ended_in(then.node),
        (_, Some(_)) => then.came_by(model, &model.any, &|_| true),
        (_, None) => model.state(then.node)?.ready.clone(),
    };
    let here = space.all([&model.live, &running, &now]);
    if let Some(case) = asked.find(model, &here, Moment::Running) {
        return Some(case);
    }
    for finish in model.finishes() {
        let came = match (kind, then.option) {
            (Kind::Outcome { .. }, _) => space.constant(true),
            (_, Some(_)) if finish.by == Some(then.node) => then.came_by(model, &finish.after, &|_| true),
            (Kind::Converge, _) => finish.after.nodes.get(then.node.index())?.ready.clone(),
            _ => continue,
        };
        let here = space.and(&came, &holds(&finish.after));
        for (outcome, end) in model.layout.outcomes.iter().zip(&finish.ends) {
            if kind != Kind::Converge && then.option.is_none() && *outcome != then.node {
                continue;
            }
            let case = asked.find(model, &space.and(end, &here), Moment::Ended(finish, *outcome));
            if case.is_some() {
                return case;
            }
        }
    }
    None
}

/// Why the first does not stand, the plainest first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// It has not settled: it is open, or not taken.
    NotYet,
    /// It was skipped.
    Skipped,
    /// Nobody decided or answered, or the event did not come in time.
    Late,
    /// It came to something else: another option.
    Otherwise,
}

impl Reason {
    const ALL: [Self; 4] = [Self::NotYet, Self::Skipped, Self::Late, Self::Otherwise];

    fn holds(self, model: &Model, states: &States<Formula>, first: Target, allowed: Allowed) -> Formula {
        let space = &model.space;
        let never = || space.constant(false);
        let Some(state) = states.nodes.get(first.node.index()) else { return never() };
        let late = first.came_by(model, states, &is_late);
        let missing = space.without(&space.not(&held(model, states, first)), &late);
        match self {
            Self::NotYet => space.without(&missing, &state.settled),
            Self::Skipped if allowed.skipped => never(),
            Self::Skipped => space.and(&missing, &state.skipped),
            Self::Late if allowed.late => never(),
            Self::Late => late,
            Self::Otherwise => space.without(&space.and(&missing, &state.settled), &state.skipped),
        }
    }
}

fn is_late(how: How) -> bool {
    matches!(how.settling(), Some(How::Late | How::CompletedByNobody | How::ChosenByNobody(_)))
}

/// It is done, and by a person where people do it.
fn held(model: &Model, states: &States<Formula>, first: Target) -> Formula {
    let by_act = |how: How| {
        use How::{Arrived, Chosen, ChosenInAnswer, Completed, Ended};
        matches!(how.settling(), Some(Completed | Chosen(_) | ChosenInAnswer(_) | Arrived | Ended(_)))
    };
    match (first.kind(model), states.nodes.get(first.node.index())) {
        (Some(Kind::Work), _) => first.came_by(model, states, &by_act),
        (Some(Kind::Converge), Some(state)) => state.done.clone(),
        _ => model.space.constant(false),
    }
}

fn told(typed: &Typed, first: Target, then: Target, reason: Reason, case: Case) -> Found {
    let (before, after) = (first.name(typed), then.name(typed));
    let kind = |target: Target| typed.nodes.get(target.node.index()).map(|node| &node.kind);
    let comes = match kind(then) {
        Some(NodeKind::Outcome { .. }) => format!("the outcome `{after}` can be reached"),
        _ if then.option.is_some() => format!("`{after}` can be chosen"),
        Some(NodeKind::Converge) => format!("`{after}` can be reached"),
        _ => format!("`{after}` can start"),
    };
    let node = typed.nodes.get(first.node.index()).map_or("", |node| &node.name);
    let is_decision = matches!(kind(first), Some(NodeKind::Decision { .. }));
    let is_wait = matches!(kind(first), Some(NodeKind::Wait { .. }));
    let why = match reason {
        Reason::NotYet if first.option.is_some() => format!("before anybody has chosen `{before}`"),
        Reason::NotYet if is_decision => format!("before anybody has decided `{node}`"),
        Reason::NotYet if is_wait => format!("before `{node}` has come"),
        Reason::NotYet => format!("before `{node}` is done"),
        Reason::Skipped => format!("although `{node}` was skipped"),
        Reason::Late if is_decision => format!("although nobody decided `{node}`: its time ran out"),
        Reason::Late if is_wait => format!("although `{node}` did not come in time"),
        Reason::Late => format!("although nobody did `{node}`: a question about it went unanswered"),
        Reason::Otherwise if first.option.is_some() => {
            format!("although `{node}` was not decided as `{}`", option_of(&before))
        }
        Reason::Otherwise => format!("although `{node}` was not done"),
    };
    let help = match reason {
        Reason::Skipped => {
            let done = if first.option.is_some() { before.clone() } else { format!("{before}.done") };
            format!(
                "let `{after}` wait for `{done}`, or write `or skipped` in the policy, if that is good enough"
            )
        }
        Reason::Late => {
            format!(
                "let somebody decide before `{after}`, or write `or late` in the policy, if that is good enough"
            )
        }
        _ if then.option.is_some() => format!("let the decision come `after {before}`"),
        _ => format!("let `{after}` come `after {before}`"),
    };
    Found { at: then.at(typed), what: format!("{comes} {why}"), help, case: Some(case), is_shown: true }
}

fn option_of(name: &str) -> &str {
    name.split_once('.').map_or(name, |(_, option)| option)
}
