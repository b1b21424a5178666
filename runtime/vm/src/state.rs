//! What is kept of one instance, and the one table of what may become of a node.
//!
//! [`State`] is everything that lives between two events: it is stored after each, and replaying the journal
//! gives the same bytes. Node states are [`NodeState`]; [`NodeState::may_become`] is the table, and
//! [`Work::change`] the only function that moves a node, so nothing happens that the table does not know.
//! Invariant: settled nodes keep only their result, values and who did them; all else is dropped on leaving.

mod question;
mod timer;
mod work;

pub use question::{Kept, Question};
pub use timer::{Armed, Task};
pub use work::{Active, Blocked, Climb, Deadline, NodeRecord, Work};

use crate::event::Place;
use serde::{Deserialize, Serialize};
use wf_plan::plan::{NodeId, RoleId};
use wf_plan::{Moment, Value};

/// The state of a node, or of one copy of a `for each`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum NodeState {
    /// Its `after` does not hold yet.
    #[default]
    Waiting,
    /// Somebody or something is at work.
    Active,
    /// Active, and someone said what it waits for.
    Blocked,
    /// Settled: done. An outcome: reached. A `for each`: enough copies have settled.
    Completed,
    /// Settled: this option was chosen.
    Chosen(u16),
    /// Settled: the event came.
    Arrived,
    /// Settled: the child ended with this outcome of the run.
    Ended(u16),
    /// Settled: its time ran out and it goes on.
    Late,
    /// Settled: `when` was false, or the list was empty.
    SkippedByRule,
    /// Settled: a person (or `if late skip`, or an alternative) skipped it.
    SkippedByPerson,
    /// Its `after` can no longer hold.
    NotTaken,
    /// The instance ended, or enough other copies had settled.
    Cancelled,
}

impl NodeState {
    /// The table: every transition there is, with its reason.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        use NodeState::{
            Active, Arrived, Blocked, Cancelled, Chosen, Completed, Ended, Late, NotTaken, SkippedByPerson,
            SkippedByRule, Waiting,
        };
        match self {
            // Ready: it starts, is skipped by rule, or (converge, outcome) is reached at once; or never ready.
            Waiting => matches!(to, Active | SkippedByRule | Completed | NotTaken),
            // Work goes on, settles, is cancelled with the instance, or is reset by a redo.
            Active => {
                matches!(
                    to,
                    Blocked
                        | Completed
                        | Chosen(_)
                        | Arrived
                        | Ended(_)
                        | Late
                        | SkippedByPerson
                        | Cancelled
                        | Waiting
                )
            }
            // As active; and it may go on.
            Blocked => {
                matches!(
                    to,
                    Active
                        | Completed
                        | Chosen(_)
                        | Arrived
                        | Ended(_)
                        | Late
                        | SkippedByPerson
                        | Cancelled
                        | Waiting
                )
            }
            // What is settled settles never again; a redo or `reopen` brings it back to waiting.
            Completed | Chosen(_) | Arrived | Ended(_) | Late | SkippedByRule | SkippedByPerson => {
                to == Waiting
            }
            // A redo; an outcome that its `after` cannot reach any more may still be reached by an action.
            NotTaken => matches!(to, Waiting | Completed),
            // Only the instance's end cancels nodes, and enough copies a copy.
            Cancelled => to == Waiting,
        }
    }

    /// Active or blocked.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Blocked)
    }

    /// Settled in any way.
    #[must_use]
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Waiting | Self::Active | Self::Blocked | Self::NotTaken | Self::Cancelled)
    }

    /// Completed, chosen, arrived, or ended with an outcome: what a bare source in `any of` needs.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::Completed | Self::Chosen(_) | Self::Arrived | Self::Ended(_))
    }

    /// Skipped by rule or by a person.
    #[must_use]
    pub fn is_skipped(self) -> bool {
        matches!(self, Self::SkippedByRule | Self::SkippedByPerson)
    }
}

/// Where an instance stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Phase {
    /// Nothing has happened yet.
    #[default]
    New,
    /// It runs.
    Running,
    /// It has ended.
    Ended(End),
}

/// How an instance ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum End {
    /// In this outcome.
    Outcome(NodeId),
    /// Everything settled, in a workflow without outcomes.
    Finished,
    /// Nothing was active any more and no outcome held: an incident.
    WithoutOutcome,
    /// An operator or the parent cancelled it.
    Cancelled,
}

/// Who started an instance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Starter {
    /// The person.
    pub person: String,
    /// The role they started it in, if any.
    pub role: Option<RoleId>,
}

/// Everything kept of one instance.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Where it stands.
    pub phase: Phase,
    /// Time of the latest event or fired timer; times never decrease.
    pub now: Moment,
    /// When it started.
    pub started: Moment,
    /// When it ended; its start, while it runs.
    pub ended: Moment,
    /// Its number.
    pub number: u64,
    /// Who started it.
    pub starter: Option<Starter>,
    /// Values of the inputs.
    pub inputs: Vec<Value>,
    /// One per node of the program; empty before the start.
    pub nodes: Vec<NodeRecord>,
    /// Armed timers, in no order.
    pub timers: Vec<Armed>,
    /// Open questions, oldest first.
    pub questions: Vec<Question>,
    /// Events of systems that no wait has taken yet, oldest first.
    pub kept: Vec<Kept>,
    /// The workflow's own deadline.
    pub deadline: Option<Deadline>,
    /// The next timer's number.
    pub next_timer: u32,
    /// The next question's number.
    pub next_question: u32,
}

impl State {
    /// An instance before its `Start`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it has started and not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.phase == Phase::Running
    }

    /// The work at a place: a node's own, or that of one copy.
    #[must_use]
    pub fn work(&self, place: Place) -> Option<&Work> {
        let record = self.nodes.get(place.node.index())?;
        match place.copy {
            None => Some(&record.own),
            Some(copy) => record.copies.get(usize::from(copy)),
        }
    }

    /// The work at a place, to change it.
    pub(crate) fn work_mut(&mut self, place: Place) -> Option<&mut Work> {
        let record = self.nodes.get_mut(place.node.index())?;
        match place.copy {
            None => Some(&mut record.own),
            Some(copy) => record.copies.get_mut(usize::from(copy)),
        }
    }

    /// The state of a node as others see it; waiting, where there is no such node.
    #[must_use]
    pub fn node_state(&self, node: NodeId) -> NodeState {
        self.nodes.get(node.index()).map_or(NodeState::Waiting, |record| record.own.state)
    }

    /// What is kept of active work.
    #[must_use]
    pub fn active(&self, place: Place) -> Option<&Active> {
        self.work(place)?.active.as_deref()
    }

    /// What is kept of active work, to change it.
    pub(crate) fn active_mut(&mut self, place: Place) -> Option<&mut Active> {
        self.work_mut(place)?.active.as_deref_mut()
    }

    /// An open question.
    #[must_use]
    pub fn question(&self, id: crate::event::QuestionId) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }
}

/// When the instance wants to be woken next: the earliest armed timer.
#[must_use]
pub fn next_due(state: &State) -> Option<Moment> {
    state.timers.iter().map(|timer| timer.due).min()
}

#[cfg(test)]
mod tests {
    use super::NodeState;

    #[test]
    fn settled_is_final_but_for_a_redo() {
        let settled = [
            NodeState::Completed,
            NodeState::Chosen(1),
            NodeState::Arrived,
            NodeState::Ended(0),
            NodeState::Late,
            NodeState::SkippedByRule,
            NodeState::SkippedByPerson,
        ];
        for from in settled {
            assert!(from.is_settled());
            assert!(from.may_become(NodeState::Waiting));
            for to in settled.into_iter().chain([
                NodeState::Active,
                NodeState::Blocked,
                NodeState::NotTaken,
                NodeState::Cancelled,
            ]) {
                assert!(!from.may_become(to), "{from:?} must not become {to:?}");
            }
        }
    }

    #[test]
    fn nothing_starts_but_from_waiting() {
        for from in [NodeState::NotTaken, NodeState::Cancelled, NodeState::Active, NodeState::Late] {
            assert!(!from.may_become(NodeState::Active));
        }
        assert!(NodeState::Blocked.may_become(NodeState::Active));
        assert!(NodeState::Waiting.may_become(NodeState::Active));
    }
}
