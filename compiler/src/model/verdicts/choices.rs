//! Conditions and options: WF203, WF204, WF205.
//!
//! A condition is asked where its node is reached, in a running instance or in the event that ends it. Invariant: what
//! an opaque test decides is not told.

use super::super::find::Moment;
use super::super::logic::Logic;
use super::super::questions::Question;
use super::super::{How, Kind};
use super::{Asked, Verdicts};
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
        let gap = space.without(&state.ready, &space.any(open));
        if let Some(run) = model.find(&space.and(&model.live, &gap), Moment::Running) {
            found.gaps.push((id, run));
        }
    }
}

/// WF204 and WF205.
pub(super) fn constant(asked: &Asked<'_>, found: &mut Verdicts) {
    let model = asked.model;
    for (id, node) in (0u16..).map(NodeId).zip(&model.layout.nodes) {
        let is_work = node.kind == Kind::Work;
        if node.when.is_some()
            && let Some(answer) = answer(asked, |answer| Question::When(id, answer))
        {
            found.constant.push((id, None, answer));
        }
        for (option, _) in (0u16..).zip(&node.open).filter(|(_, open)| open.is_some() && is_work) {
            // Options are asked when their decision starts, which it does in a running instance only.
            match answer_while_running(asked, |answer| Question::Open(id, option, answer)) {
                Some(true) => found.constant.push((id, Some(option), true)),
                Some(false) => found.never_open.push((id, option)),
                None => {}
            }
        }
    }
}

/// The one answer a condition ever has where it is asked; `None`: it has both, or is never asked.
fn answer(asked: &Asked<'_>, question: impl Fn(bool) -> Question<'static>) -> Option<bool> {
    let (yes, no) = (asked.model.is_ever(&question(true)), asked.model.is_ever(&question(false)));
    (yes != no && asked.model.is_surely(&question(yes))).then_some(yes)
}

fn answer_while_running(asked: &Asked<'_>, question: impl Fn(bool) -> Question<'static>) -> Option<bool> {
    let ever = |answer| asked.model.is_ever_while_running(&question(answer));
    let (yes, no) = (ever(true), ever(false));
    (yes != no && asked.model.is_surely(&question(yes))).then_some(yes)
}
