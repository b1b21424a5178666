//! A workflow whose every name is found and every type is known: what `check` makes and emission reads.
//!
//! Tables stand as in the plan and are referred to by the plan's own index types; what the plan shares between
//! places (joins, reminders, ladders, code) is still one tree per place here, and emission folds equal ones. Every
//! thing keeps the [`Place`] it was written at, so that findings and the source map can point at it.
//! Invariant: an index points into the table it names; a type fits where it stands; nothing here needs a [`Scope`]
//! any more.
//!
//! [`Scope`]: crate::scope::Scope

pub mod expr;
pub mod ladder;
pub mod node;
pub mod policy;
pub mod test;

pub use expr::{Expr, ExprKind, Mark, Operator, Template, Text, TextPart, Words};
pub use ladder::{Action, ActionKind, Alternative, Ask, Ladder, Level, Reminder, Who};
pub use node::{Deadline, ForEach, Handlers, Join, Limit, LimitKind, Node, NodeKind, Owner, Redo, Source};
pub use policy::TypedPolicy;
pub use test::TypedTest;

use crate::place::{DeclId, Place};
use wf_plan::calendar::{Duration, QuietHours};
use wf_plan::people::Agent;
use wf_plan::plan::{CalendarId, ChannelId, FieldIndex, RoleId, SystemId, Versioning};
use wf_plan::value;

/// A value and the place it was written at.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub at: Place,
}

/// One version of one workflow, resolved and typed. Tables and their order are those of [`wf_plan::Program`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Typed {
    /// The declaration.
    pub decl: DeclId,
    /// Name of the workflow.
    pub name: String,
    /// Its header.
    pub at: Place,
    /// Doc comment, lines joined.
    pub doc: String,
    /// The title after the name; the name, where there is none.
    pub label: String,
    /// `version N`.
    pub version: u32,
    /// `running instances …`.
    pub versioning: Versioning,
    /// `title "…"`.
    pub title: Option<Text>,
    /// `reference "…"`.
    pub reference: Option<Text>,
    /// `one per FIELD`.
    pub one_per: Option<FieldIndex>,
    /// `starts by ROLE, …`.
    pub starts_by: Vec<RoleId>,
    /// `starts on …`.
    pub starts_on: Vec<StartOn>,
    /// `starts every …`.
    pub starts_every: Vec<StartEvery>,
    /// The workflow's calendar; the default one stands in the table where none is named.
    pub calendar: CalendarId,
    /// `deadline …` lines, counted from the instance's start.
    pub deadlines: Vec<Deadline>,
    /// `process owner ROLE`.
    pub process_owner: Option<RoleId>,
    /// `summary …`.
    pub summaries: Vec<Summary>,
    /// `tags …`.
    pub tags: Vec<String>,
    /// `seen by ROLE, …`.
    pub seen_by: Vec<RoleId>,
    /// `agent { … }`.
    pub agent: Option<Placed<Agent>>,
    /// `input { … }`.
    pub inputs: Vec<Field>,
    /// Enums used by any field or value.
    pub enums: Vec<Placed<value::EnumType>>,
    /// Records used by any field; a record holds none that stands after it.
    pub records: Vec<RecordType>,
    /// Roles used, in order of first use.
    pub roles: Vec<Role>,
    /// Channels used.
    pub channels: Vec<Channel>,
    /// Systems used.
    pub systems: Vec<System>,
    /// Calendars used.
    pub calendars: Vec<Calendar>,
    /// Nodes in file order, outcomes among them.
    pub nodes: Vec<Node>,
}

/// A field of the inputs, a form, an event, a record or a system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// As the plan has it.
    pub data: value::Field,
    /// Doc comment.
    pub doc: String,
    /// Where it is declared.
    pub at: Place,
}

/// `record NAME { … }`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordType {
    /// Name in the source.
    pub name: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Where it is declared.
    pub at: Place,
}

/// A role, with its ways to reach it as they are in this workflow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Role {
    /// Name in the source.
    pub name: String,
    /// Title; the name, where there is none.
    pub label: String,
    /// Where it is declared.
    pub at: Place,
    /// Doc comment.
    pub doc: String,
    /// `external`.
    pub external: bool,
    /// `reach …` in order.
    pub reach: Vec<Reach>,
    /// `deputy ROLE`.
    pub deputy: Option<RoleId>,
    /// `quiet …`.
    pub quiet: Option<Placed<QuietHours>>,
    /// `calendar …`.
    pub calendar: Option<CalendarId>,
    /// `speaks it`.
    pub speaks: Option<String>,
    /// `one person`.
    pub one_person: bool,
    /// `people a, b`.
    pub people: Vec<String>,
}

/// One way to reach a role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reach {
    /// The channel.
    pub channel: ChannelId,
    /// `reach email contact`: the input that holds the address.
    pub address: Option<Expr>,
    /// The channel's name in the role.
    pub at: Place,
}

/// A channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Channel {
    /// As the plan has it.
    pub data: wf_plan::people::Channel,
    /// Its declaration; `None` where it is used without one.
    pub at: Option<Place>,
}

/// A system.
#[derive(Clone, PartialEq, Eq, Debug)]
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
    /// Where it is declared.
    pub at: Place,
}

/// An event of a system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventType {
    /// As the system sends it.
    pub name: String,
    /// What it carries.
    pub fields: Vec<Field>,
    /// Where it is declared.
    pub at: Place,
}

/// A calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// As the plan has it, with its zone and the holidays of `holidays of`.
    pub data: wf_plan::calendar::Calendar,
    /// Where it is declared; `None` for the default one.
    pub at: Option<Place>,
}

/// `starts on SYSTEM "event" [where E] with { … }`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartOn {
    /// The system.
    pub system: SystemId,
    /// Position of the event in it.
    pub event: u16,
    /// `where E`.
    pub condition: Option<Expr>,
    /// Values of inputs.
    pub with: Vec<(FieldIndex, Expr)>,
    /// The clause.
    pub at: Place,
}

/// `starts every D from DATE with { … }`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartEvery {
    /// Distance between two starts.
    pub every: Duration,
    /// The first date.
    pub from: wf_plan::Date,
    /// Values of inputs.
    pub with: Vec<(FieldIndex, Expr)>,
    /// The clause.
    pub at: Place,
}

/// `summary every … at …`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Weekdays, Monday first.
    pub weekdays: [bool; 7],
    /// Minute of the local day.
    pub minute: u16,
    /// To whom; empty: the process owner.
    pub to: Vec<Placed<Who>>,
    /// `via CHANNEL`.
    pub via: Option<ChannelId>,
    /// The clause.
    pub at: Place,
}
