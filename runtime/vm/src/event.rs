//! What may happen to an instance, as its journal keeps it.
//!
//! An event is a fact with a time: an act of a person, something another system sent, or only that time has
//! passed. The worker and the test player make events; `step` decides what they mean. Invariant: everything the
//! interpreter knows comes from the program, the state and these events, so the journal replays to the same state.

use serde::{Deserialize, Serialize};
use wf_plan::node::FieldRef;
use wf_plan::plan::{NodeId, RoleId};
use wf_plan::{Moment, Value};

/// Something that happened, and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// When. Times of one instance never decrease; an earlier one is treated as the latest seen.
    pub at: Moment,
    /// What.
    pub kind: EventKind,
}

/// Who acts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// The person, as the runtime's configuration names them.
    pub person: String,
    /// Roles they act in, deputies included: the runtime knows who fills what.
    pub roles: Vec<RoleId>,
    /// True for an operator who forces the act; then `reason` must be given with it.
    pub forced: Option<String>,
}

/// One node, or one copy of a `for each`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The node.
    pub node: NodeId,
    /// Position in the kept list; `None` for a node without `for each`.
    pub copy: Option<u16>,
}

/// A question's number within its instance; never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct QuestionId(pub u32);

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum EventKind {
    /// The instance starts. Must be its first event, and no other may be it.
    Start {
        /// Values of the inputs in the program's order, of their types.
        inputs: Vec<Value>,
        /// Who started it; `None`: a system or the calendar did.
        starter: Option<Actor>,
        /// The instance's number, for `{number}`.
        number: u64,
    },
    /// A person's act on a node.
    Act {
        /// Where.
        place: Place,
        /// What.
        act: Act,
        /// Who.
        by: Actor,
    },
    /// An answer to a question of a ladder.
    Answer {
        /// Which question.
        question: QuestionId,
        /// What was answered.
        answer: Answer,
        /// Who.
        by: Actor,
    },
    /// The agent suggests further alternatives to an open question: words only.
    Suggested {
        /// Which question.
        question: QuestionId,
        /// The words of each.
        suggestions: Vec<String>,
    },
    /// `correct FIELD`.
    Correct {
        /// Which field.
        field: FieldRef,
        /// The new value, of the field's type.
        value: Value,
        /// Why.
        reason: String,
        /// Who.
        by: Actor,
    },
    /// `reopen STEP`.
    Reopen {
        /// Which step.
        node: NodeId,
        /// Why.
        reason: String,
        /// Who.
        by: Actor,
    },
    /// An outcome `at any time`.
    EndAtAnyTime {
        /// Which outcome.
        outcome: NodeId,
        /// Why.
        reason: String,
        /// Who.
        by: Actor,
    },
    /// An event of a system whose key is the instance's. Its sender has matched the key; kept until a wait takes it.
    Arrived {
        /// Position in the program's systems.
        system: wf_plan::plan::SystemId,
        /// Position in that system's events.
        event: u16,
        /// Values of the event's fields in order, of their types.
        fields: Vec<Value>,
    },
    /// A child that a `run` started has ended.
    ChildEnded {
        /// The run node (and copy).
        place: Place,
        /// Which start of that run this answers: children of an earlier round are ignored.
        round: u16,
        /// Its outcome's position in the run's `outcomes`; `None`: it ended without one, which blocks the run.
        outcome: Option<u16>,
    },
    /// An operator or the parent cancels the instance.
    Cancel {
        /// Why.
        reason: String,
        /// Who; `None`: the parent.
        by: Option<Actor>,
    },
    /// Nothing but that time has passed: due timers fire.
    Tick,
}

/// Acts on an active or blocked node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Act {
    /// Takes the work.
    Claim,
    /// Gives it back to the role.
    Release,
    /// Finishes a step with its form's values, in the form's order ([`Value::Missing`] where nothing was entered).
    /// On a decision with a form: fills it in; the choice follows.
    Complete(Vec<Value>),
    /// Says something.
    Comment(String),
    /// Says "I have seen it": delays the ladder's next level once.
    Acknowledge,
    /// Says that it cannot go on, and why.
    Block {
        /// Why.
        reason: String,
        /// Who is waited on.
        waiting_on: Option<RoleId>,
    },
    /// Goes on.
    Unblock,
    /// Hands it to another role.
    Reassign(RoleId),
    /// Chooses an option of a decision.
    Choose {
        /// Position in the decision's options.
        option: u16,
        /// `needs reason`.
        reason: Option<String>,
    },
    /// Skips an optional node.
    Skip {
        /// Why.
        reason: String,
    },
}

/// An answer to a question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Answer {
    /// A written alternative, by position.
    Alternative(u16),
    /// One of the agent's suggestions, by position: words.
    Suggestion(u16),
    /// Own words.
    Words(String),
}
