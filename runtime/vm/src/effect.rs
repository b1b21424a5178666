//! What a step may ask of the world: one closed enum.
//!
//! Effects come out of `step` in order and are stored in the same transaction as the state; the runtime carries
//! them out afterwards, at least once. Texts are finished here (in each receiver's language), so that delivery
//! needs no program. Invariant: an effect never changes the state; what comes of it returns as an event.

use crate::event::{Place, QuestionId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wf_plan::plan::{ChannelId, MeaningHash, NodeId, RoleId, SystemId};
use wf_plan::{Moment, Value};

/// One thing to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Effect {
    /// Wake the instance (with a `Tick`) when this moment has come.
    ArmTimer(Timer),
    /// That timer is no longer wanted, or has fired: what is armed and not cancelled is what the state waits for.
    CancelTimer(TimerId),
    /// Send a message. (Boxed: it is several times as large as what most effects are.)
    Send(Box<Message>),
    /// Change what was sent: the question is closed, its buttons must go. `answer` says how, in the reader's words.
    Withdraw {
        /// Which question.
        question: QuestionId,
        /// What became of it.
        answer: String,
    },
    /// Update a system.
    Update(Update),
    /// Ask the agent for words.
    CallAgent(AgentCall),
    /// Start a child for a `run`.
    StartChild {
        /// The run node (and copy).
        place: Place,
        /// Which start of that run.
        round: u16,
        /// The child's workflow.
        workflow: String,
        /// Its plan.
        plan: MeaningHash,
        /// Inputs by name.
        with: Vec<(String, Value)>,
    },
    /// Cancel the child of a `run`.
    CancelChild {
        /// The run node (and copy).
        place: Place,
        /// Which start of that run.
        round: u16,
    },
    /// `start workflow`: an instance of its own.
    StartWorkflow {
        /// Name of the workflow.
        workflow: String,
        /// Its plan.
        plan: MeaningHash,
        /// Inputs by name.
        with: Vec<(String, Value)>,
        /// Not before.
        at: Moment,
    },
    /// A row of the trail.
    Record(Record),
}

/// A timer's number within its instance; never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TimerId(pub u32);

/// When to wake, and why (for `status` and fairness: escalations before reminders).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Timer {
    /// Its number.
    pub id: TimerId,
    /// When it is due.
    pub due: Moment,
    /// Why.
    pub kind: TimerKind,
    /// For which node; `None`: for the instance.
    pub place: Option<Place>,
}

/// Why a timer is armed, in the order in which timers of one moment fire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum TimerKind {
    /// A deadline passes: `if late`, `on overdue`.
    Deadline,
    /// A pause ends.
    Pause,
    /// A stopped clock starts or ends.
    Clock,
    /// A ladder's trigger, level or `decide within`.
    Escalation,
    /// A heads-up.
    HeadsUp,
    /// A reminder.
    Reminder,
    /// A summary.
    Summary,
}

/// A message to people.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Message {
    /// What it is for.
    pub purpose: Purpose,
    /// About which node.
    pub place: Option<Place>,
    /// To whom.
    pub to: Receiver,
    /// Ways in the order they are tried; empty: the receiver's own, as configured.
    pub routes: Vec<Route>,
    /// The words.
    pub text: String,
    /// Approved template per channel kind, with its arguments as text.
    pub templates: Vec<(String, String, Vec<String>)>,
    /// The agent shall draft instead: its instruction; `text` is sent if it may or can not.
    pub draft: Option<String>,
    /// Buttons, in order.
    pub buttons: Vec<Button>,
    /// A reply in the reader's own words is welcome.
    pub free_text: bool,
    /// The question it asks, if it asks one of a ladder.
    pub question: Option<QuestionId>,
    /// Passes through quiet hours.
    pub urgent: bool,
    /// Not before this moment: quiet hours.
    pub not_before: Moment,
    /// Language tag of the words.
    pub language: Option<String>,
}

/// What a message is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Purpose {
    /// Work to do, or a decision to take.
    Work,
    /// Work is coming.
    HeadsUp,
    /// A reminder.
    Reminder,
    /// A ladder's `tell`.
    Escalation,
    /// A ladder's `ask`.
    Question,
    /// A `tell` of a node, outcome or alternative.
    Notice,
    /// A summary.
    Summary,
    /// Something went wrong that a person must see.
    Incident,
}

/// To whom a message goes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Receiver {
    /// Everyone in a role (deputies while all are absent: the runtime knows), or whoever the routes' addresses reach.
    Role(RoleId),
    /// One person, as the runtime's configuration names them.
    Person(String),
    /// An email address.
    Email(String),
    /// A phone number.
    Phone(String),
}

/// A way to a receiver.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Route {
    /// Through what.
    pub channel: ChannelId,
    /// The address there that a field gives (`reach email contact`); `None`: the receiver's own, as configured.
    pub address: Option<String>,
}

/// A button under a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Button {
    /// Its words.
    pub label: Cow<'static, str>,
    /// Shorter words.
    pub short: Option<String>,
    /// What pressing it means.
    pub press: Press,
}

/// What pressing a button means.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Press {
    /// Claim the node.
    Claim,
    /// Complete it (with its form, if it has one).
    Complete,
    /// Block it.
    Block,
    /// Acknowledge.
    Acknowledge,
    /// Choose an option.
    Choose {
        /// Position in the options.
        option: u16,
        /// A reason must be given.
        needs_reason: bool,
    },
    /// Choose an alternative of a question.
    Alternative(u16),
    /// Choose one of the agent's suggestions.
    Suggestion(u16),
}

/// A change to a system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Update {
    /// Which system.
    pub system: SystemId,
    /// The record's key; `None`: the workflow has none for this system.
    pub key: Option<Value>,
    /// For which node; `None`: an outcome of the instance.
    pub place: Option<Place>,
    /// What changes.
    pub change: Change,
}

/// What changes in a system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Change {
    /// A field is set.
    Set {
        /// Its name.
        field: String,
        /// The value.
        value: Value,
        /// The value as text.
        shown: String,
    },
    /// A note is added.
    Note {
        /// Its words.
        text: String,
        /// The agent shall draft instead.
        draft: Option<String>,
    },
    /// An operation is called.
    Call {
        /// Its name.
        operation: String,
        /// Arguments by name.
        arguments: Vec<(String, Value)>,
    },
}

/// A call of the agent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AgentCall {
    /// The question for which alternatives are wanted.
    pub question: QuestionId,
    /// How many at most.
    pub suggest: u16,
    /// The question's words and the alternatives there are.
    pub about: String,
}

/// A row of the trail: what happened, to whom it is owed, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// What happened.
    pub fact: Fact,
    /// At which node.
    pub place: Option<Place>,
    /// Event time; timers fired late carry their own due time.
    pub at: Moment,
    /// Who did it; `None`: the process itself.
    pub by: Option<String>,
    /// In which role.
    pub role: Option<RoleId>,
    /// An operator forced it, with this reason.
    pub forced: Option<String>,
    /// Details in words, never needed to replay.
    pub detail: String,
}

/// The facts of the trail.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)] // each is the sentence of its name
pub enum Fact {
    InstanceStarted,
    NodeStarted,
    NodeNotTaken,
    NodeClaimed,
    NodeReleased,
    NodeCompleted,
    NodeArrived,
    NodeSkippedByRule,
    NodeSkippedByPerson,
    NodeLate,
    NodeBlocked,
    NodeUnblocked,
    NodeReassigned,
    NodeReset,
    NodeCancelled,
    NodeOverdue,
    VoteCast { option: u16 },
    OptionChosen { option: u16 },
    NobodyChose { option: u16 },
    FormFilled,
    Commented,
    Acknowledged,
    DeadlineSet { due: Option<Moment> },
    DeadlineExtended { due: Option<Moment> },
    ClockStopped,
    ClockRestarted,
    ReminderSent,
    HeadsUpSent,
    LadderTriggered { ladder: u16, trigger: Trigger },
    LadderLevel { ladder: u16, level: u16 },
    LadderStopped { ladder: u16 },
    QuestionAsked { question: QuestionId },
    QuestionAnswered { question: QuestionId, alternative: Option<u16> },
    QuestionExpired { question: QuestionId },
    QuestionWithdrawn { question: QuestionId },
    SuggestionsAdded { question: QuestionId },
    FieldCorrected,
    StepReopened,
    RedoTaken { round: u16 },
    EventTaken { system: SystemId },
    EventKept { system: SystemId },
    ChildStarted,
    ChildEnded { outcome: Option<u16> },
    ChildCancelled,
    OutcomeReached { outcome: NodeId },
    Finished,
    EndedWithoutOutcome,
    Cancelled,
    Refused(Refusal),
    Incident,
}

/// What set a ladder going.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Trigger {
    Silence,
    Block,
    Overdue,
}

/// Why an event was refused. The trail keeps it; the state does not change.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Refusal {
    NotStarted,
    AlreadyStarted,
    AlreadyEnded,
    NoSuchPlace,
    NotActive,
    NotBlocked,
    NotForThisKind,
    NotYourRole,
    ClaimedByAnother { owner: String },
    SamePerson { person: String },
    ReasonMissing,
    FieldMissing { field: String },
    WrongType { field: String },
    OptionClosed,
    AlreadyVoted,
    NotOptional,
    QuestionClosed,
    NoSuchAlternative,
    AlreadySettledAfter { node: NodeId },
    TooLate,
    ActionImpossible,
    CatchingUp,
}
