//! Timers as the state keeps them: when, why, and for whom.
//!
//! The world sees a [`Timer`] with its kind; the state also knows which ladder, level or reminder it serves.
//! Invariant: timers of one due time fire in the order of [`Armed::rank`], which no insertion order changes.

use crate::effect::{Timer, TimerId, TimerKind};
use crate::event::{Place, QuestionId};
use serde::{Deserialize, Serialize};
use wf_plan::Moment;

/// An armed timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Armed {
    /// Its number.
    pub id: TimerId,
    /// When it is due.
    pub due: Moment,
    /// For which node; `None`: for the instance.
    pub place: Option<Place>,
    /// What is to be done.
    pub task: Task,
}

/// What is to be done when a timer is due. Ladders and reminders are counted as the node lists them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Task {
    /// The deadline passes.
    Deadline,
    /// The pause ends.
    Pause,
    /// Nobody has done anything for the ladder's time.
    Silence(u16),
    /// It has been blocked for the ladder's time.
    Blocked(u16),
    /// The ladder's next level comes.
    Level(u16),
    /// The question's `decide within` is over.
    Decide(QuestionId),
    /// Work is coming.
    HeadsUp,
    /// The reminder's next message.
    Reminder(u16),
    /// The summary's next message.
    Summary(u16),
}

impl Task {
    /// The kind the world sees, which also ranks timers of one moment.
    #[must_use]
    pub fn kind(self) -> TimerKind {
        match self {
            Self::Deadline => TimerKind::Deadline,
            Self::Pause => TimerKind::Pause,
            Self::Silence(_) | Self::Blocked(_) | Self::Level(_) | Self::Decide(_) => TimerKind::Escalation,
            Self::HeadsUp => TimerKind::HeadsUp,
            Self::Reminder(_) => TimerKind::Reminder,
            Self::Summary(_) => TimerKind::Summary,
        }
    }
}

impl Armed {
    /// The order in which timers fire: due time, kind, file order, then what it is for.
    #[must_use]
    pub fn rank(&self) -> (Moment, TimerKind, Option<Place>, Task, TimerId) {
        (self.due, self.task.kind(), self.place, self.task, self.id)
    }

    /// As the world sees it.
    #[must_use]
    pub fn shown(&self) -> Timer {
        Timer { id: self.id, due: self.due, kind: self.task.kind(), place: self.place }
    }
}
