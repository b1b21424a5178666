//! Typed reminders, ladders and actions, fitted to the node that uses them.
//!
//! Invariant: `Resume` to `Outcome` of [`ActionKind`] stand only in alternatives.

use super::Placed;
use super::expr::{Expr, Words};
use crate::place::{DeclId, Place};
use wf_plan::calendar::Duration;
use wf_plan::plan::{ChannelId, FieldIndex, NodeId, RoleId, SystemId};

/// A reminder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reminder {
    /// Name in the source; empty for an inline one.
    pub name: String,
    /// `start D before deadline`.
    pub start: Option<Placed<Duration>>,
    /// `repeat every D`.
    pub repeat: Option<Placed<Duration>>,
    /// `stop after N`.
    pub stop_after: Option<u16>,
    /// `to WHO, …`; empty: the owner.
    pub to: Vec<Placed<Who>>,
    /// `via CHANNEL`.
    pub via: Option<ChannelId>,
    /// `say "…"`; a plain sentence where nothing is said.
    pub words: Words,
    /// Where it is declared.
    pub at: Place,
    /// Where it is used: the `remind` clause of the node or workflow.
    pub used_at: Place,
}

/// An escalation ladder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ladder {
    /// Name in the source; empty for an inline one.
    pub name: String,
    /// `on silence of D`.
    pub on_silence: Option<Placed<Duration>>,
    /// `on block of D`.
    pub on_block: Option<Placed<Duration>>,
    /// `on overdue`.
    pub on_overdue: bool,
    /// From level 1 up.
    pub levels: Vec<Level>,
    /// Where it is declared.
    pub at: Place,
    /// Where it is used: the `escalate` clause of the node or workflow.
    pub used_at: Place,
}

/// One level of a ladder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Level {
    /// The number written.
    pub number: u16,
    /// `after D`.
    pub after: Option<Placed<Duration>>,
    /// Effects in order.
    pub actions: Vec<Action>,
    /// `ask …`.
    pub ask: Option<Ask>,
    /// The word `level` and its number.
    pub at: Place,
}

/// A question with alternatives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// Whom.
    pub who: Vec<Placed<Who>>,
    /// The question.
    pub words: Words,
    /// In file order.
    pub alternatives: Vec<Alternative>,
    /// `suggest up to N more`; 0: none.
    pub suggest: u16,
    /// `decide within D`.
    pub decide_within: Option<Placed<Duration>>,
    /// `otherwise "ALTERNATIVE"`: position in `alternatives`.
    pub otherwise: Option<u16>,
    /// Its place.
    pub at: Place,
}

/// One alternative.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alternative {
    /// The words.
    pub label: String,
    /// `short "…"`.
    pub short: Option<String>,
    /// What choosing it does.
    pub actions: Vec<Action>,
    /// The words' place.
    pub at: Place,
}

/// A receiver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who {
    /// The people of a role.
    Role(RoleId),
    /// The node's owner.
    Owner,
    /// The workflow's process owner.
    ProcessOwner,
    /// Whoever started the instance.
    Starter,
    /// The role a blocked node waits on.
    WaitingOn,
    /// A field of type person, email or phone (the expression's type says which).
    Value(Expr),
}

/// Something to do, and where it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// What.
    pub kind: ActionKind,
    /// Where.
    pub at: Place,
}

/// Effects and actions.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // the plan's actions, with expressions instead of code
pub enum ActionKind {
    Set {
        system: SystemId,
        field: FieldIndex,
        value: Expr,
    },
    Note {
        system: SystemId,
        words: Words,
    },
    Tell {
        who: Vec<Placed<Who>>,
        words: Words,
        via: Option<ChannelId>,
        urgent: bool,
    },
    Call {
        system: SystemId,
        operation: String,
        /// Name (empty where none is written) and value.
        arguments: Vec<(String, Expr)>,
    },
    Start {
        workflow: String,
        decl: DeclId,
        /// The word that names it.
        at: Place,
        /// Values of its inputs, by their names, in the order of its inputs.
        with: Vec<(String, Expr)>,
        delay: Option<Duration>,
    },
    Resume,
    Complete,
    Skip,
    Extend(Placed<Duration>),
    Reassign(RoleId),
    /// Position among the options of the node's decision.
    Choose(u16),
    Outcome(NodeId),
}
