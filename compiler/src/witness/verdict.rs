//! Whether a play has reached what its case claims: each listed node as said, nothing else finished, the same end.
//!
//! Invariant: skips by rule, converges and outcomes follow from the rest and are not asked for.

use super::play::Play;
use crate::model::case::{Ending, How};
use wf_plan::plan::NodeId;
use wf_vm::state::{End, NodeState, Phase};

/// Whether the case is shown by the play.
pub(super) fn holds(play: &Play<'_, '_>) -> bool {
    let case = play.stage.case;
    let as_said = case.finished.iter().all(|(node, how)| is_as_said(play, *node, *how));
    let others = play.stage.worked().filter(|(id, _)| play.stage.how(*id).is_none() && !play.is_free(*id));
    let nothing_else = { others }.all(|(id, _)| !counts(play.state.node_state(id)));
    as_said && nothing_else && play.open_redos().is_empty() && ends(play.state.phase, case.ending)
}

fn ends(phase: Phase, ending: Ending) -> bool {
    match ending {
        // A moment while it runs is also the last one, when nothing is left to do.
        Ending::Running => {
            matches!(phase, Phase::Running | Phase::Ended(End::WithoutOutcome | End::Finished))
        }
        Ending::Quiet => matches!(phase, Phase::Ended(End::WithoutOutcome | End::Finished)),
        Ending::Outcome(outcome) => phase == Phase::Ended(End::Outcome(outcome)),
    }
}

/// Whether a node has finished as the case says.
pub(super) fn is_as_said(play: &Play<'_, '_>, node: NodeId, how: How) -> bool {
    let state = play.state.node_state(node);
    match how {
        How::Completed | How::CompletedByNobody => state == NodeState::Completed,
        How::Skipped => state == NodeState::SkippedByPerson,
        How::Chosen(option) | How::ChosenInAnswer(option) | How::ChosenByNobody(option) => {
            state == NodeState::Chosen(option)
        }
        How::Arrived => state == NodeState::Arrived,
        How::Late => state == NodeState::Late,
        How::Ended(outcome) => state == NodeState::Ended(outcome),
        How::EndedInstance(outcome) => play.state.phase == Phase::Ended(End::Outcome(outcome)),
        How::SettledAndEnded(_, outcome) => {
            let settled = how.settling().is_some_and(|settling| is_as_said(play, node, settling));
            settled && play.state.phase == Phase::Ended(End::Outcome(outcome))
        }
    }
}

/// Whether a node in this state has finished: settled, and not by rule.
pub(super) fn counts(state: NodeState) -> bool {
    state.is_settled() && state != NodeState::SkippedByRule
}
