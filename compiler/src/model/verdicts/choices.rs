//! Conditions and options: WF203, WF204, WF205.
//!
//! A condition is asked where its node is reached, in a running instance or in the event that ends it. Invariant: what
//! an opaque test decides is not told.

use super::super::find::Moment;
use super::super::logic::Logic;
use super::super::states::Joins;
use super::super::{How, Kind, Space};
use super::{Asked, Formula, Verdicts};
use wf_plan::plan::NodeId;

/// WF203: a decision that starts with no option open; options that send back do not count.
pub(super) fn gaps(asked: &Asked<'_>, found: &mut Verdicts) {
    let (model, space) = (asked.model, &asked.model.space);
    for ((id, node), state) in (0u16..).map(NodeId).zip(&model.layout.nodes).zip(&model.any.nodes) {
        let conditional = node.open.iter().any(Option::is_some);
        if !conditional {
            continue;
        }
        let settles = |option: &u16| node.ways.contains(&How::Chosen(*option));
        let open = (0u16..).zip(&state.open).filter(|(option, _)| settles(option)).map(|(_, open)| open);
        let gap = space.without(&space.and(&model.live, &state.ready), &space.any(open));
        if let Some(run) = model.find(&gap, Moment::Running) {
            found.gaps.push((id, run));
        }
    }
}

/// WF204 and WF205.
pub(super) fn constant(asked: &Asked<'_>, found: &mut Verdicts) {
    let model = asked.model;
    for (id, node) in (0u16..).map(NodeId).zip(&model.layout.nodes) {
        let is_work = node.kind == Kind::Work;
        if node.when.is_some() {
            let answers = answers(asked, |joins| {
                let state = joins.nodes.get(id.index())?;
                Some((state.yes.clone(), state.when.clone()))
            });
            if let Some(answer) = answers {
                found.constant.push((id, None, answer));
            }
        }
        for (option, _) in (0u16..).zip(&node.open).filter(|(_, open)| open.is_some() && is_work) {
            let answers = answers(asked, |joins| {
                let state = joins.nodes.get(id.index())?;
                Some((state.ready.clone(), state.open.get(usize::from(option))?.clone()))
            });
            match answers {
                Some(true) => found.constant.push((id, Some(option), true)),
                Some(false) => found.never_open.push((id, option)),
                None => {}
            }
        }
    }
}

/// The one answer a condition ever has where it is asked; `None`: it has both, or is never asked.
fn answers(asked: &Asked<'_>, of: impl Fn(&Joins<'_, Space>) -> Option<(Formula, Formula)>) -> Option<bool> {
    let never = |joins: &Joins<'_, Space>| joins.logic.constant(false);
    let yes = asked.is_ever(|joins| {
        of(joins).map_or_else(|| never(joins), |(asked, holds)| joins.logic.and(&asked, &holds))
    });
    let no = asked.is_ever(|joins| {
        of(joins).map_or_else(|| never(joins), |(asked, holds)| joins.logic.without(&asked, &holds))
    });
    match (yes, no) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}
