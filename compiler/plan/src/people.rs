//! People and systems around a workflow: roles, channels, systems, the agent.
//!
//! Who fills a role and which account a channel uses is the runtime's configuration, not the plan's.
//! Invariant: a role's `reach` names channels of the same plan, in the order they are tried.

use crate::calendar::QuietHours;
use crate::plan::{CalendarId, ChannelId, CodeId, FieldIndex, RoleId};
use crate::value::{Field, Type};
use serde::{Deserialize, Serialize};

/// A role of the process.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Role {
    /// Name in the source.
    pub name: String,
    /// Title for people.
    pub label: String,
    /// `external`: someone outside the organisation.
    pub external: bool,
    /// `reach CHANNEL [field], …` in the order they are tried.
    pub reach: Vec<Reach>,
    /// `deputy ROLE`: gets the work while everyone in this role is absent.
    pub deputy: Option<RoleId>,
    /// `quiet …`.
    pub quiet: Option<QuietHours>,
    /// `calendar …`: for silence, block, levels and reminders of nodes this role owns.
    pub calendar: Option<CalendarId>,
    /// `speaks it`: a language tag.
    pub speaks: Option<String>,
    /// `one person`: filled by exactly one.
    pub one_person: bool,
    /// `people a, b`: who fills it, where the source says so.
    pub people: Vec<String>,
}

/// One way to reach a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reach {
    /// The channel.
    pub channel: ChannelId,
    /// Code that yields the address (`reach email contact`); `None`: the configuration knows it.
    pub address: Option<CodeId>,
}

/// A channel messages go through.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Channel {
    /// Name in the source; `slack`, `email` and the like.
    pub name: String,
    /// Its kind: which adapter of the runtime carries it.
    pub kind: String,
    /// `carries personal`.
    pub carries_personal: bool,
    /// `carries secret`.
    pub carries_secret: bool,
}

/// A system the customer already has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct System {
    /// Name in the source.
    pub name: String,
    /// Its kind, such as `hubspot.deal`.
    pub kind: String,
    /// `carries personal`.
    pub carries_personal: bool,
    /// `carries secret`.
    pub carries_secret: bool,
    /// `field NAME: TYPE`.
    pub fields: Vec<Field>,
    /// `event "NAME" { … }`.
    pub events: Vec<EventType>,
    /// The workflow's input marked `key of` this system.
    pub key: Option<FieldIndex>,
}

/// An event that a system may send.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EventType {
    /// The event's name, as the system sends it.
    pub name: String,
    /// What it carries.
    pub fields: Vec<Field>,
}

/// `agent { … }`: what the agent may do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Agent {
    /// `topics "…", …`.
    pub topics: Vec<String>,
    /// `drafts messages`.
    pub drafts: bool,
    /// `suggests alternatives`.
    pub suggests: bool,
    /// `carries personal`.
    pub carries_personal: bool,
    /// `at most N calls per day`, per instance.
    pub calls_per_day: Option<u32>,
}

/// A receiver of a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Who {
    /// The people of a role.
    Role(RoleId),
    /// The node's owner: whoever claimed it, else everyone in its owner role.
    Owner,
    /// The workflow's process owner.
    ProcessOwner,
    /// Whoever started the instance.
    Starter,
    /// The role a blocked node waits on.
    WaitingOn,
    /// Code that yields a person, email or phone, and which of them.
    Value(CodeId, Type),
}
