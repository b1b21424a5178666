//! What is kept of a node: its state always, the rest only while somebody is at work on it.
//!
//! A node without `for each` is one [`Work`]; with it, the node's own work stands for the whole and each copy has
//! one of its own. Invariant: `active` is there exactly while the state is active or blocked.

use super::NodeState;
use serde::{Deserialize, Serialize};
use wf_plan::plan::RoleId;
use wf_plan::{Moment, Value};

/// One node of an instance.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct NodeRecord {
    /// The node itself.
    pub own: Work,
    /// How often each of its redos was taken: by option for a decision, else at most one number.
    pub redone: Vec<u16>,
    /// The kept list of a `for each`.
    pub elements: Vec<Value>,
    /// One per element.
    pub copies: Vec<Work>,
}

/// A node, or one copy.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Work {
    /// Its state; changed by [`Work::change`] only.
    pub state: NodeState,
    /// When it came to it (blocked and unblocked count): of a settled node, when it settled.
    pub since: Moment,
    /// How often it was reset: 0 in the first round.
    pub resets: u16,
    /// Children started so far, of a run.
    pub children: u16,
    /// The heads-up of this round was sent.
    pub headed_up: bool,
    /// Values of the form, or of the event that arrived; while it waits or is active again: the prefill.
    pub values: Vec<Value>,
    /// Who did it; several for a vote.
    pub did: Vec<String>,
    /// What is kept only while it is active.
    pub active: Option<Box<Active>>,
}

/// Active work.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Active {
    /// When it started.
    pub started: Moment,
    /// When somebody last did something: silence counts from here.
    pub last_act: Moment,
    /// Reassigned to this role.
    pub role: Option<RoleId>,
    /// Who claimed it.
    pub owner: Option<String>,
    /// Its deadline, if it has one.
    pub deadline: Option<Deadline>,
    /// Why it is blocked.
    pub blocked: Option<Blocked>,
    /// A run: its child has ended without an outcome, so there is none to cancel.
    pub childless: bool,
    /// Options that nobody can choose, by position.
    pub closed: Vec<u16>,
    /// Votes so far: who, and the option.
    pub votes: Vec<(String, u16)>,
    /// Where it stands on each of its ladders, in the node's order.
    pub climbs: Vec<Climb>,
    /// Messages sent by each of its reminders, in the node's order.
    pub reminded: Vec<u16>,
}

/// Why work is blocked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Blocked {
    /// Since when.
    pub since: Moment,
    /// The reason given.
    pub reason: String,
    /// Who is waited on.
    pub waiting_on: Option<RoleId>,
}

/// A deadline and its clock.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Deadline {
    /// Which of the deadline lines holds.
    pub rule: u16,
    /// When each of the line's limits ends, in order; `None` where it says nothing (`after X`, X never settled).
    /// While the clock stands: when it would have ended had the clock not stopped.
    pub limits: Vec<Option<Moment>>,
    /// The clock stands since then.
    pub stopped: Option<Moment>,
    /// It has passed; a new one makes this false again.
    pub passed: bool,
}

impl Deadline {
    /// The earliest limit, also while the clock stands.
    #[must_use]
    pub fn end(&self) -> Option<Moment> {
        self.limits.iter().flatten().copied().min()
    }

    /// When it is due; `None` while its clock stands.
    #[must_use]
    pub fn due(&self) -> Option<Moment> {
        if self.stopped.is_some() { None } else { self.end() }
    }
}

/// Where work stands on one ladder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Climb {
    /// A trigger has set it going.
    pub going: bool,
    /// Levels taken so far.
    pub taken: u16,
    /// The level (counted from 0) that an acknowledgement has already delayed.
    pub delayed: Option<u16>,
}

impl Work {
    /// Moves to a state, if the table allows it. The only place where a state changes.
    #[must_use]
    pub(crate) fn change(&mut self, to: NodeState, at: Moment) -> bool {
        let legal = self.state.may_become(to);
        if legal {
            self.state = to;
            self.since = at;
        }
        legal
    }
}
