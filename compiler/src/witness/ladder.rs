//! A ladder that comes and is answered, or is not: silence, a block or an overdue deadline, level after level.
//!
//! Only time passes, but for a block where the ladder has no other trigger. Invariant: a question is answered only by
//! somebody it asks, with a written alternative that does what the case says.

use super::play::Play;
use super::stage::Stage;
use crate::model::case::How;
use wf_plan::Moment;
use wf_plan::ladder::{Action, Alternative, Ladder};
use wf_plan::plan::NodeId;
use wf_vm::EventKind;
use wf_vm::event::{Act, Answer, Place};
use wf_vm::state::{Question, Task};

/// Timers of one place that are waited for at most.
const MAX_TIMERS: usize = 200;

/// Climbs the ladders of a place until a question was answered (or, unanswered, did it itself).
pub(super) fn climb(play: &mut Play<'_, '_>, place: Place, how: How, answered: bool, at: Moment) -> bool {
    let offers = |ladder: &&Ladder| {
        let asks = ladder.levels.iter().filter_map(|level| level.ask.as_ref());
        asks.flat_map(|ask| &ask.alternatives).any(|one| does(one, place.node, how, play.stage))
    };
    let ladders = ladders(play.stage, place.node);
    let Some(ladder) = ladders.iter().copied().find(offers) else { return false };
    let by_itself = ladder.on_silence.is_some() || ladder.on_overdue && has_deadline(play, place);
    if !by_itself {
        let reason = "something is missing".to_owned();
        if ladder.on_block.is_none() || !play.act(at, place, &Act::Block { reason, waiting_on: None }) {
            return false;
        }
    }
    for _ in 0..MAX_TIMERS {
        if answered && answer(play, place, how) {
            return true;
        }
        let of_ladders = |task: Task| {
            matches!(
                task,
                Task::Deadline | Task::Silence(_) | Task::Blocked(_) | Task::Level(_) | Task::Decide(_)
            )
        };
        let Some(due) = play.timer(place, of_ladders) else { return false };
        play.happens(due, EventKind::Tick);
        if !play.live_places(place.node).contains(&place) {
            return !answered;
        }
    }
    false
}

/// The words of the alternative that finishes a node as the case says.
pub(super) fn label<'b>(stage: &'b Stage<'_>, node: NodeId, how: How) -> Option<&'b str> {
    let levels = ladders(stage, node).into_iter().flat_map(|ladder| &ladder.levels);
    let mut alternatives = levels.filter_map(|level| level.ask.as_ref()).flat_map(|ask| &ask.alternatives);
    alternatives.find(|one| does(one, node, how, stage)).map(|one| one.label.as_str())
}

fn ladders<'b>(stage: &'b Stage<'_>, node: NodeId) -> Vec<&'b Ladder> {
    let program = stage.program();
    let ids = stage.node(node).map_or(&[][..], |node| node.ladders.as_slice());
    ids.iter().filter_map(|id| program.ladders.get(id.index())).collect()
}

fn has_deadline(play: &Play<'_, '_>, place: Place) -> bool {
    play.state.active(place).is_some_and(|active| active.deadline.is_some())
}

/// Answers an open question of the place with an alternative that does it.
fn answer(play: &mut Play<'_, '_>, place: Place, how: How) -> bool {
    let open: Vec<Question> =
        play.state.questions.iter().filter(|question| question.place == place).cloned().collect();
    open.into_iter().any(|question| {
        let Some(position) = position(play, &question, how) else { return false };
        let at = play.soon();
        let answer = Answer::Alternative(position);
        play.somebody(at, place, |by| EventKind::Answer { question: question.id, answer: answer.clone(), by })
    })
}

fn position(play: &Play<'_, '_>, question: &Question, how: How) -> Option<u16> {
    let ladders = ladders(play.stage, question.place.node);
    let ask =
        ladders.get(usize::from(question.ladder))?.levels.get(usize::from(question.level))?.ask.as_ref()?;
    let at = ask.alternatives.iter().position(|one| does(one, question.place.node, how, play.stage))?;
    u16::try_from(at).ok()
}

/// Whether an alternative finishes the node as the case says: by the last of its actions that does so.
fn does(alternative: &Alternative, node: NodeId, how: How, stage: &Stage<'_>) -> bool {
    let redo = stage.node(node).and_then(|node| node.redo.as_ref());
    let finishes = |action: &&Action| {
        matches!(action, Action::Complete | Action::Skip | Action::Choose(_) | Action::Outcome(_))
    };
    match (how, alternative.actions.iter().rfind(finishes)) {
        (How::EndedInstance(wanted), Some(Action::Outcome(outcome))) => wanted == *outcome,
        (How::SettledAndEnded(_, wanted), Some(Action::Outcome(outcome))) => {
            let mut settled = alternative.actions.iter().filter(finishes);
            wanted == *outcome && settled.any(|action| settles(action, how))
        }
        // The last round of its redo ends the instance, however it settles.
        (How::SettledAndEnded(_, wanted), Some(action)) => {
            redo.is_some_and(|redo| redo.otherwise == Some(wanted)) && settles(action, how)
        }
        (_, Some(action)) => settles(action, how),
        _ => false,
    }
}

/// Whether one action settles a node in this way.
fn settles(action: &Action, how: How) -> bool {
    match (how.settling(), action) {
        (Some(How::Completed | How::CompletedByNobody), Action::Complete) => true,
        (Some(How::Skipped), Action::Skip) => true,
        (_, Action::Choose(option)) => how.option() == Some(*option),
        _ => false,
    }
}
