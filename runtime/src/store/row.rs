//! The rows of the store as plain data, free of any database.
//!
//! What `commit` writes and what reads return; the same for every database that will ever stand behind the store.
//! Invariant: numbers count from 1 and are dense within an instance, except timers and questions, whose numbers
//! the interpreter gives.

mod key;

use super::{Fence, Tenant};
use crate::privacy::Subject;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt::Write;

pub use key::{InboxRow, KeyRow, SubjectKeyUse};

/// The hash that stands before the first row of every chain.
pub const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A loaded plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlanRow {
    /// Meaning hash in hexadecimal.
    pub hash: String,
    /// Name of the workflow.
    pub workflow: String,
    /// Its version.
    pub version: u32,
    /// Title for people.
    pub label: String,
    /// The plan itself.
    pub bytes: Vec<u8>,
    /// When it was loaded.
    pub loaded_at_ms: i64,
    /// Who loaded it.
    pub loaded_by: String,
}

/// What is known of a loaded plan without reading it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlanHead {
    /// Meaning hash in hexadecimal.
    pub hash: String,
    /// Name of the workflow.
    pub workflow: String,
    /// Its version.
    pub version: u32,
    /// Title for people.
    pub label: String,
    /// When it was loaded.
    pub loaded_at_ms: i64,
}

/// An instance with its state after its last event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InstanceRow {
    /// Name for people and machines.
    pub id: String,
    /// Name of the workflow.
    pub workflow: String,
    /// Counts within the workflow.
    pub number: i64,
    /// The plan it started with and keeps.
    pub plan_hash: String,
    /// Its `reference`.
    pub reference: Option<String>,
    /// Its `title`, or the workflow's.
    pub title: String,
    /// Value of the `one per` field.
    pub one_per: Option<String>,
    /// Idempotency key of the start.
    pub start_key: Option<String>,
    /// Instance whose `run` started it.
    pub parent: Option<String>,
    /// Which `run` of the parent, as JSON.
    pub parent_place: Option<String>,
    /// `running`, `outcome`, `finished`, `ended without outcome` or `cancelled`.
    pub status: String,
    /// Name of the outcome it reached.
    pub outcome: Option<String>,
    /// Events in its journal.
    pub sequence: i64,
    /// Rows in its trail.
    pub trail_count: i64,
    /// Rows it ever put into the outbox.
    pub outbox_count: i64,
    /// The interpreter's state.
    #[serde(serialize_with = "as_hex")]
    pub state: Vec<u8>,
    /// Hash of its last journal row.
    pub journal_head: String,
    /// Hash of its last trail row.
    pub trail_head: String,
    /// Event time of its start.
    pub started_at_ms: i64,
    /// Event time of its last event.
    pub last_event_ms: i64,
    /// Event time of its end.
    pub ended_at_ms: Option<i64>,
    /// Under whose key its personal values are sealed in the store; here they are open.
    pub subject: Option<Subject>,
}

/// A row of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EventRow {
    /// Dense from 1.
    pub sequence: i64,
    /// Hash of the row before.
    pub previous_hash: String,
    /// Hash of this row.
    pub hash: String,
    /// Event time.
    pub at_ms: i64,
    /// When it was written.
    pub recorded_at_ms: i64,
    /// The event as JSON.
    pub body: String,
}

/// A row of the trail: one fact.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TrailRow {
    /// Dense from 1.
    pub sequence: i64,
    /// Hash of the row before.
    pub previous_hash: String,
    /// Hash of this row.
    pub hash: String,
    /// Journal row that caused it; `None` for deliveries.
    pub event_sequence: Option<i64>,
    /// What happened.
    pub fact: String,
    /// At which node.
    pub node: Option<String>,
    /// Which copy of a `for each`, from 1.
    pub copy: Option<i64>,
    /// Who did it; `None`: the process.
    pub person: Option<String>,
    /// The role acted in.
    pub role: Option<String>,
    /// Through which channel or system.
    pub channel: Option<String>,
    /// The channel's or system's own number for it.
    pub external_id: Option<String>,
    /// Plan in force.
    pub plan_hash: String,
    /// File and line of the rule that caused it.
    pub source: Option<String>,
    /// Choices offered, a JSON list.
    pub alternatives_shown: Option<String>,
    /// The choice taken.
    pub alternative_chosen: Option<String>,
    /// An operator forced it, for this reason.
    pub forced_reason: Option<String>,
    /// Event time.
    pub at_ms: i64,
    /// When it was written.
    pub recorded_at_ms: i64,
    /// The rest, in words.
    pub detail: String,
}

/// An armed timer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TimerRow {
    /// The interpreter's number for it.
    pub number: i64,
    /// When it is due.
    pub due_ms: i64,
    /// Why, in words.
    pub kind: String,
    /// Order among timers of one moment.
    pub rank: i64,
    /// For which node.
    pub node: Option<String>,
}

/// Which timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct TimerKey {
    /// The interpreter's number for it.
    pub number: i64,
    /// When it was due: the index by due time finds it, too.
    pub due_ms: i64,
}

/// A question of an escalation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QuestionRow {
    /// The interpreter's number for it.
    pub number: i64,
    /// About which node.
    pub node: Option<String>,
    /// People and roles asked, a JSON list.
    pub asked_of: String,
    /// The question.
    pub words: String,
    /// Written alternatives, a JSON list.
    pub alternatives: String,
    /// Own words are welcome.
    pub free_text: i64,
    /// `open`, `answered`, `expired` or `withdrawn`.
    pub status: String,
    /// The alternative chosen, or the words.
    pub answer: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// Event time of asking.
    pub asked_at_ms: i64,
    /// Event time of the end.
    pub closed_at_ms: Option<i64>,
}

/// How a question ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct QuestionClosed {
    /// Its number.
    pub number: i64,
    /// `answered`, `expired` or `withdrawn`.
    pub status: String,
    /// The alternative chosen, or the words.
    pub answer: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// When.
    pub closed_at_ms: i64,
}

/// A new row of the outbox.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OutboxRow {
    /// Dense within the instance.
    pub number: i64,
    /// What it is; see [`crate::outbox::Order`].
    pub kind: String,
    /// About which node.
    pub node: Option<String>,
    /// The question it asks or closes.
    pub question: Option<i64>,
    /// Receiver, system or workflow, in words.
    pub destination: String,
    /// Everything delivery needs, as JSON.
    pub body: String,
    /// Journal row that asked for it.
    pub event_sequence: i64,
    /// Not before this moment.
    pub next_at_ms: i64,
    /// Event time of the transition.
    pub created_at_ms: i64,
}

/// A row of the outbox that a worker has claimed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimedRow {
    /// Which instance.
    pub instance: String,
    /// Which row.
    pub number: i64,
    /// What it is.
    pub kind: String,
    /// About which node.
    pub node: Option<String>,
    /// Receiver, system or workflow, in words.
    pub destination: String,
    /// Everything delivery needs, as JSON.
    pub body: String,
    /// Which of the receiver's channels is being tried.
    pub route: i64,
    /// Attempts on that channel, this one included.
    pub attempts: i64,
    /// Attempts recorded over all channels.
    pub tried: i64,
    /// When a send began that must not be repeated.
    pub begun_at_ms: Option<i64>,
    /// Event time of the transition that asked for it.
    pub created_at_ms: i64,
    /// How often the store had been put back from a backup when it was asked for.
    pub restorations: i64,
    /// Whose personal data it holds, if any; what is here is open.
    pub subject: Option<Subject>,
}

/// What became of an attempt to deliver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliveryRow {
    /// Counts over all channels tried.
    pub attempt: i64,
    /// Channel or system, as the plan names it.
    pub channel: String,
    /// What carried it.
    pub adapter: String,
    /// `sent`, `try again`, `refused` or `unknown`.
    pub result: String,
    /// The receiver's own number for it.
    pub external_id: Option<String>,
    /// What the receiver said.
    pub detail: String,
    /// When it began.
    pub started_at_ms: i64,
    /// When its result was known.
    pub ended_at_ms: i64,
}

/// Where a row of the outbox goes after an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AfterAttempt {
    /// It arrived.
    Sent,
    /// It waits until then, on this route.
    Again {
        /// Which of the receiver's channels.
        route: i64,
        /// Attempts on it so far.
        attempts: i64,
        /// Not before.
        next_at_ms: i64,
        /// Why.
        note: String,
    },
    /// It may have arrived: somebody must decide.
    Unknown {
        /// What happened.
        note: String,
    },
    /// Nobody took it.
    Dead {
        /// Why.
        note: String,
    },
    /// Nothing was to be done after all.
    Dropped {
        /// Why.
        note: String,
    },
}

/// Everything one transition writes, in one transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transition {
    /// Whose instance it is.
    pub tenant: Tenant,
    /// The lease under which a worker writes it; none for what people and systems ask.
    pub fence: Option<Fence>,
    /// Where the instance stood when the step was computed; `None`: it starts.
    pub before: Option<Position>,
    /// The instance as it is afterwards.
    pub instance: InstanceRow,
    /// Whether what lists and indexes know of it is written anew: title, reference, status, end.
    pub described: bool,
    /// New journal rows.
    pub events: Vec<EventRow>,
    /// New trail rows.
    pub trail: Vec<TrailRow>,
    /// Timers armed.
    pub armed: Vec<TimerRow>,
    /// Timers that are gone, fired or cancelled.
    pub disarmed: Vec<TimerKey>,
    /// Questions asked.
    pub asked: Vec<QuestionRow>,
    /// Questions closed.
    pub closed: Vec<QuestionClosed>,
    /// New outbox rows.
    pub outbox: Vec<OutboxRow>,
    /// Under which key it is known in which system.
    pub keys: Vec<KeyRow>,
    /// The key it is sealed under, when it starts.
    pub subject: Option<SubjectKeyUse>,
    /// Inbox rows this instance was given.
    pub taken: Vec<i64>,
    /// An outbox row (of any instance) that this transition carries out.
    pub settles: Option<(String, i64)>,
}

/// Where an instance stands: what the optimistic check compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Events in its journal.
    pub sequence: i64,
    /// Rows in its trail.
    pub trail_count: i64,
}

/// Bytes as databases read them out of JSON: `\x` and two digits each.
fn as_hex<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("\\x");
    for byte in bytes {
        write!(text, "{byte:02x}").map_err(serde::ser::Error::custom)?;
    }
    serializer.serialize_str(&text)
}
