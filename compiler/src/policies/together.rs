//! `never A with B`: no run completes both.
//!
//! Asked of every state of a running instance and of every end. Invariant: what was skipped is not completed.

use super::targets::{Target, targets};
use super::{Asked, Found};
use crate::hir::PolicyNode;
use crate::model::{Case, Logic, Model, Moment};

/// The first pair that one run completes.
pub fn never(asked: &Asked<'_>, a: &PolicyNode, b: &PolicyNode) -> Option<Found> {
    let typed = asked.typed();
    let model = asked.subject.model?;
    for a in targets(typed, a) {
        for b in targets(typed, b) {
            let Some(case) = both(asked, model, a, b) else { continue };
            let what = format!("one run can complete both `{}` and `{}`", a.name(typed), b.name(typed));
            let help = "let a decision or a `when` lead to one of them only".to_owned();
            return Some(Found { at: b.at(typed), what, help, case: Some(case), is_shown: true });
        }
    }
    None
}

/// A run that completes both.
pub fn both(asked: &Asked<'_>, model: &Model, a: Target, b: Target) -> Option<Case> {
    let space = &model.space;
    let running = space.all([&model.live, &a.done(model, &model.any), &b.done(model, &model.any)]);
    if let Some(case) = asked.find(model, &running, Moment::Running) {
        return Some(case);
    }
    for finish in model.finishes() {
        for (index, (outcome, end)) in model.layout.outcomes.iter().zip(&finish.ends).enumerate() {
            let both = space.all([end, &a.done_in(model, finish, index), &b.done_in(model, finish, index)]);
            let case = asked.find(model, &both, Moment::Ended(finish, *outcome));
            if case.is_some() {
                return case;
            }
        }
    }
    model.layout.outcomes.iter().enumerate().find_map(|(index, outcome)| {
        let ended = model.may_be_ended_in(*outcome);
        let done = |target: Target| super::ends::done_when_ended(model, target, index);
        let both = space.all([&model.live, &ended, &done(a), &done(b)]);
        asked.find(model, &both, Moment::Running)
    })
}
