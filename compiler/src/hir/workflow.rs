//! A workflow as written: its clauses before the nodes, and the nodes in file order.
//!
//! Made by lowering, read by `check`. Invariant: each clause is there at most once; a repetition is in `misplaced` of its declaration.

use super::expr::{DurationLit, Expr, Text};
use super::node::{DeadlineLine, Escalate, Node, Remind};
use super::{Carries, FieldDecl, Name, Placed, WhoRef};

/// `workflow NAME "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct WorkflowDecl {
    /// `version N`.
    pub version: Option<Placed<u64>>,
    /// `running instances …`: true for `move … when compatible`.
    pub moves: Option<Placed<bool>>,
    /// `title "…"`.
    pub title: Option<Text>,
    /// `reference "…"`.
    pub reference: Option<Text>,
    /// `one per FIELD`.
    pub one_per: Option<Name>,
    /// `starts by ROLE, …`.
    pub starts_by: Vec<Name>,
    /// `starts on …`.
    pub starts_on: Vec<Placed<StartsOn>>,
    /// `starts every …`.
    pub starts_every: Vec<Placed<StartsEvery>>,
    /// `calendar NAME`.
    pub calendar: Option<Vec<Name>>,
    /// `deadline …` lines.
    pub deadlines: Vec<DeadlineLine>,
    /// `process owner ROLE`.
    pub process_owner: Option<Name>,
    /// `summary …`.
    pub summaries: Vec<Placed<SummaryDecl>>,
    /// `tags …`.
    pub tags: Vec<Name>,
    /// `seen by …`.
    pub seen_by: Vec<Name>,
    /// `remind …`.
    pub remind: Vec<Remind>,
    /// `escalate …`.
    pub escalate: Vec<Escalate>,
    /// `agent { … }`.
    pub agent: Option<Placed<AgentDecl>>,
    /// `input { … }`.
    pub inputs: Vec<FieldDecl>,
    /// Nodes in file order.
    pub nodes: Vec<Node>,
}

/// `starts on SYSTEM "event" [where E] with { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StartsOn {
    /// The system.
    pub system: Name,
    /// The event.
    pub event: Name,
    /// `where E`.
    pub condition: Option<Expr>,
    /// `with { field = E, … }`.
    pub with: Vec<(Name, Expr)>,
}

/// `starts every D from DATE with { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StartsEvery {
    /// How often.
    pub every: DurationLit,
    /// The first date, as written.
    pub from: Name,
    /// `with { … }`.
    pub with: Vec<(Name, Expr)>,
}

/// `summary every monday, friday at 09:00 to WHO via CHANNEL`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SummaryDecl {
    /// Weekdays (0 Monday); `every day` is all seven.
    pub weekdays: Vec<u8>,
    /// `HH:MM` as written.
    pub time: Name,
    /// `to WHO`.
    pub to: Vec<WhoRef>,
    /// `via CHANNEL`.
    pub via: Option<Name>,
}

/// `agent { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct AgentDecl {
    /// `topics "…", …`.
    pub topics: Vec<String>,
    /// `drafts messages`.
    pub drafts: bool,
    /// `suggests alternatives`.
    pub suggests: bool,
    /// `carries personal`.
    pub carries: Carries,
    /// `at most N calls per day`.
    pub calls_per_day: Option<Placed<u64>>,
}
