//! A whole program: one version of one workflow with everything it needs.
//!
//! Everything refers to everything else by index into the tables of [`Program`]; names are kept for people.
//! Invariant (checked by `load`): every index is in range, `joins` and `code` refer only backwards, and nodes
//! stand in file order, which is the order that breaks ties at run time.

use crate::calendar::{Calendar, Duration};
use crate::ladder::{Ladder, Reminder, Words};
use crate::node::{Join, Limit, Node};
use crate::op::Code;
use crate::people::{Agent, Channel, Role, System, Who};
use crate::value::{Constant, EnumType, Field, RecordType};
use serde::{Deserialize, Serialize};

/// Declares an index type into one table of [`Program`].
macro_rules! index {
    ($($(#[$doc:meta])* $name:ident($repr:ty))*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub struct $name(pub $repr);
        impl $name {
            /// The index as the number of a table's row.
            #[must_use]
            pub fn index(self) -> usize { usize::from(self.0) }
        }
    )*};
}

index! {
    /// A row of [`Program::nodes`].
    NodeId(u16)
    /// A row of [`Program::joins`].
    JoinId(u16)
    /// A row of [`Program::code`].
    CodeId(u16)
    /// A row of [`Program::constants`].
    ConstantId(u16)
    /// A row of [`Program::calendars`].
    CalendarId(u16)
    /// A row of [`Program::roles`].
    RoleId(u16)
    /// A row of [`Program::channels`].
    ChannelId(u16)
    /// A row of [`Program::systems`].
    SystemId(u16)
    /// A row of [`Program::ladders`].
    LadderId(u16)
    /// A row of [`Program::reminders`].
    ReminderId(u16)
    /// A row of [`Program::enums`].
    EnumId(u16)
    /// A row of [`Program::records`].
    RecordId(u16)
    /// A position among the fields of one owner: the inputs, one node's form, one event, one record.
    FieldIndex(u16)
}

/// The meaning hash of a plan: BLAKE3 over its sections that carry meaning (not sources, not docs).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct MeaningHash(pub [u8; 32]);

/// One version of one workflow, ready to be interpreted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Program {
    /// Name of the workflow, as `start` uses it.
    pub workflow: String,
    /// The number after `version`.
    pub version: u32,
    /// The title after the workflow's name, for people.
    pub label: String,
    /// What happens to running instances when a newer version is loaded.
    pub versioning: Versioning,
    /// `title "…"`: text code, evaluated over the inputs.
    pub title: Option<CodeId>,
    /// `reference "…"`: text code.
    pub reference: Option<CodeId>,
    /// `one per FIELD`: a second start with the same value returns the running instance.
    pub one_per: Option<FieldIndex>,
    /// `starts by ROLE, …`; empty: anyone the runtime lets in.
    pub starts_by: Vec<RoleId>,
    /// `starts on SYSTEM "event" …`.
    pub starts_on: Vec<StartOn>,
    /// `starts every D from DATE …`.
    pub starts_every: Vec<StartEvery>,
    /// The workflow's calendar; where the source names none, the default one is compiled in.
    pub calendar: CalendarId,
    /// The workflow's deadline, counted from the instance's start; empty: none. Same rule as a node's.
    pub deadlines: Vec<DeadlineRule>,
    /// `process owner ROLE`.
    pub process_owner: Option<RoleId>,
    /// `summary every … at …`.
    pub summaries: Vec<Summary>,
    /// `tags …`.
    pub tags: Vec<String>,
    /// `seen by ROLE, …`.
    pub seen_by: Vec<RoleId>,
    /// What the agent may do; `None`: nothing.
    pub agent: Option<Agent>,
    /// `input { … }` in file order.
    pub inputs: Vec<Field>,
    /// Enums used by any field or constant.
    pub enums: Vec<EnumType>,
    /// Records used by any field.
    pub records: Vec<RecordType>,
    /// Roles used, in order of first use.
    pub roles: Vec<Role>,
    /// Channels used.
    pub channels: Vec<Channel>,
    /// Systems used.
    pub systems: Vec<System>,
    /// Calendars used.
    pub calendars: Vec<Calendar>,
    /// The nodes in file order, outcomes among them.
    pub nodes: Vec<Node>,
    /// Join table; a nested join stands before the one that names it.
    pub joins: Vec<Join>,
    /// Reminders, already fitted to their nodes; equal ones are shared.
    pub reminders: Vec<Reminder>,
    /// Escalation ladders, already fitted to their nodes; equal ones are shared.
    pub ladders: Vec<Ladder>,
    /// The typed constant pool.
    pub constants: Vec<Constant>,
    /// Straight-line code of conditions, texts, values; a piece refers only to earlier pieces.
    pub code: Vec<Code>,
    /// Policies that the compiler held this workflow against, for auditors.
    pub policies: Vec<PolicyNote>,
}

/// What happens to running instances when a newer version is loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Versioning {
    /// `running instances keep their version` (also where nothing is said).
    #[default]
    Keep,
    /// `running instances move to this version when compatible`.
    MoveWhenCompatible,
}

/// `starts on SYSTEM "event" [where E] with { … }`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StartOn {
    /// The system whose event starts an instance.
    pub system: SystemId,
    /// Position of the event in the system's `events`.
    pub event: u16,
    /// Condition over the event's fields.
    pub condition: Option<CodeId>,
    /// Values of inputs, from the event's fields.
    pub with: Vec<(FieldIndex, CodeId)>,
}

/// `starts every D from DATE with { … }`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StartEvery {
    /// Distance between two starts.
    pub every: Duration,
    /// The first start: 00:00 of this date in the workflow's calendar.
    pub from: crate::Date,
    /// Values of inputs.
    pub with: Vec<(FieldIndex, CodeId)>,
}

/// One line `deadline … [when E] [, paused while …]`: the first whose condition is true holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeadlineRule {
    /// `when E`; `None`: always.
    pub condition: Option<CodeId>,
    /// One limit, or several for `earlier of A, B`: the earliest holds. Never empty.
    pub limits: Vec<Limit>,
    /// When the clock stands still.
    pub pause: ClockPause,
}

/// When a deadline's clock stands still.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum ClockPause {
    /// Never.
    #[default]
    Never,
    /// `paused while blocked`.
    WhileBlocked,
    /// `paused while waiting on ROLE`: while blocked with that role waited on.
    WhileWaitingOn(RoleId),
}

/// `summary every DAY at TIME [to WHO] [via CHANNEL]`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// Weekdays on which it is sent, Monday first.
    pub weekdays: [bool; 7],
    /// Minute of the local day.
    pub minute: u16,
    /// To whom; empty: the process owner.
    pub to: Vec<Who>,
    /// `via CHANNEL`.
    pub via: Option<ChannelId>,
}

/// A policy the compiler proved, in the words of its source, for the plan's readers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PolicyNote {
    /// Name of the policy.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its rules, one line each.
    pub rules: Vec<String>,
}

impl Program {
    /// The node with this name.
    #[must_use]
    pub fn node_named(&self, name: &str) -> Option<NodeId> {
        self.nodes.iter().position(|node| node.name == name).and_then(|at| u16::try_from(at).ok()).map(NodeId)
    }

    /// The role with this name.
    #[must_use]
    pub fn role_named(&self, name: &str) -> Option<RoleId> {
        self.roles.iter().position(|role| role.name == name).and_then(|at| u16::try_from(at).ok()).map(RoleId)
    }

    /// The words' piece of code in one language, or in the language of the source.
    #[must_use]
    pub fn words_in(words: &Words, language: Option<&str>) -> CodeId {
        let spoken = language.and_then(|wanted| words.languages.iter().find(|(has, _)| has == wanted));
        spoken.map_or(words.text, |(_, code)| *code)
    }
}
