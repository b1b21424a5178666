//! `completing A leads to B` and `every run ends in outcome …`: what must be so when a run has ended.
//!
//! A run ends quietly, by one more finish, or because somebody ends it `at any time`. Invariant: every kind of end is
//! asked about; who ends a run at any time ends it from any state of the running instance.

use super::targets::{Target, targets};
use super::{Asked, Found};
use crate::hir::{Name, PolicyNode};
use crate::model::{Case, Formula, Kind, Logic, Model, Moment};
use wf_plan::plan::NodeId;

/// The first pair of which a run completes the first and ends without the second.
pub fn leads_to(asked: &Asked<'_>, a: &PolicyNode, b: &PolicyNode) -> Option<Found> {
    let typed = asked.typed();
    let model = asked.subject.model?;
    for a in targets(typed, a) {
        for b in targets(typed, b) {
            let Some((case, end)) = ends_without(asked, model, a, b) else { continue };
            let (a_name, b_name) = (a.name(typed), b.name(typed));
            let by_people = end.filter(|outcome| is_at_any_time(model, *outcome));
            let how = match end {
                Some(outcome) if by_people.is_some() => format!("be ended in `{}`", name(asked, outcome)),
                Some(outcome) => format!("end in `{}`", name(asked, outcome)),
                None => "end".to_owned(),
            };
            let what = format!("a run can complete `{a_name}` and {how} without `{b_name}`");
            let help = match by_people {
                Some(outcome) => format!(
                    "say until when it may be ended: `outcome {} at any time by … until …`",
                    name(asked, outcome)
                ),
                None => format!(
                    "lead every way from `{a_name}` through `{b_name}`, also where it is skipped or ended early"
                ),
            };
            return Some(Found { at: a.at(typed), what, help, case: Some(case), is_shown: true });
        }
    }
    None
}

/// A run that completes the first and ends without the second; and the outcome it ends in, if any.
fn ends_without(asked: &Asked<'_>, model: &Model, a: Target, b: Target) -> Option<(Case, Option<NodeId>)> {
    let space = &model.space;
    let quiet =
        space.all([&model.quiet, &a.done(model, model.end()), &space.not(&b.done(model, model.end()))]);
    if let Some(case) = asked.find(model, &quiet, Moment::Quiet) {
        return Some((case, None));
    }
    for finish in model.finishes() {
        for (index, (outcome, end)) in model.layout.outcomes.iter().zip(&finish.ends).enumerate() {
            let a_done = space.and(end, &a.done_in(model, finish, index));
            let broken = space.without(&a_done, &b.done_in(model, finish, index));
            if let Some(case) = asked.find(model, &broken, Moment::Ended(finish, *outcome)) {
                return Some((case, Some(*outcome)));
            }
        }
    }
    model.layout.outcomes.iter().enumerate().find_map(|(index, outcome)| {
        let done = |target: Target| done_when_ended(model, target, index);
        let ended = space.all([&model.live, &model.may_be_ended_in(*outcome), &done(a)]);
        let broken = space.without(&ended, &done(b));
        Some((asked.find(model, &broken, Moment::Running)?, Some(*outcome)))
    })
}

/// The first end in anything but these outcomes. A workflow that has none of them is not meant.
pub fn ends_in(asked: &Asked<'_>, allowed: &[Name]) -> Option<Found> {
    let typed = asked.typed();
    let model = asked.subject.model?;
    let is_allowed = |outcome: NodeId| {
        let name = typed.nodes.get(outcome.index()).map(|node| node.name.as_str());
        allowed.iter().any(|allowed| Some(allowed.text.as_str()) == name)
    };
    if !model.layout.outcomes.iter().any(|outcome| is_allowed(*outcome)) {
        return None;
    }
    let help = "name this end in the policy, or lead these runs to one of the outcomes it names".to_owned();
    for outcome in model.layout.outcomes.iter().filter(|outcome| !is_allowed(**outcome)) {
        let Some(case) = ended(asked, model, *outcome) else { continue };
        let at = typed.nodes.get(outcome.index()).map_or(typed.at, |node| node.at);
        let ended = if is_at_any_time(model, *outcome) { "be ended" } else { "end" };
        let what = format!("a run can {ended} in `{}`", name(asked, *outcome));
        return Some(Found { at, what, help, case: Some(case), is_shown: true });
    }
    let case = asked.find(model, &model.quiet, Moment::Quiet)?;
    let what = "a run can end without any outcome".to_owned();
    Some(Found { at: typed.at, what, help, case: Some(case), is_shown: true })
}

/// A run that ends in an outcome.
fn ended(asked: &Asked<'_>, model: &Model, outcome: NodeId) -> Option<Case> {
    let index = model.layout.outcomes.iter().position(|other| *other == outcome)?;
    let by_finish = model
        .finishes()
        .iter()
        .find_map(|finish| asked.find(model, finish.ends.get(index)?, Moment::Ended(finish, outcome)));
    by_finish.or_else(|| {
        let at_any_time = model.space.and(&model.live, &model.may_be_ended_in(outcome));
        asked.find(model, &at_any_time, Moment::Running)
    })
}

/// A target is done when somebody ends the instance in an outcome, by its position.
pub fn done_when_ended(model: &Model, target: Target, outcome: usize) -> Formula {
    match target.outcome(model) {
        Some(own) => model.space.constant(own == outcome),
        None => target.done(model, &model.any),
    }
}

fn is_at_any_time(model: &Model, outcome: NodeId) -> bool {
    let node = model.layout.nodes.get(outcome.index());
    node.is_some_and(|node| matches!(node.kind, Kind::Outcome { at_any_time: true, .. }))
}

fn name(asked: &Asked<'_>, node: NodeId) -> String {
    asked.typed().nodes.get(node.index()).map(|node| node.name.clone()).unwrap_or_default()
}
