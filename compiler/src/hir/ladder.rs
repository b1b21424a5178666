//! Reminders, escalations and messages as written, named or inline.
//!
//! Made by lowering, read by `check`. Invariant: a named one is checked at each place that uses it, so nothing is looked up here.

use super::expr::{DurationLit, Text};
use super::node::ActionStmt;
use super::{At, FieldDecl, Name, Placed};

/// `reminder NAME { … }`, or inline.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ReminderDecl {
    /// `start D before deadline`.
    pub start: Option<Placed<DurationLit>>,
    /// `repeat every D`.
    pub repeat: Option<Placed<DurationLit>>,
    /// `stop after N`.
    pub stop_after: Option<Placed<u64>>,
    /// `to WHO, …`.
    pub to: Vec<WhoRef>,
    /// `via CHANNEL`.
    pub via: Option<Name>,
    /// `say "…"`.
    pub say: Option<Text>,
}

/// `escalation NAME { … }`, or inline.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct EscalationDecl {
    /// `on silence of D`.
    pub on_silence: Option<Placed<DurationLit>>,
    /// `on block of D`.
    pub on_block: Option<Placed<DurationLit>>,
    /// `on overdue`.
    pub on_overdue: Option<At>,
    /// Levels in file order.
    pub levels: Vec<LevelDecl>,
}

/// `level N [after D] { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LevelDecl {
    /// The number.
    pub number: Placed<u64>,
    /// `after D`.
    pub after: Option<Placed<DurationLit>>,
    /// Effects in order.
    pub actions: Vec<ActionStmt>,
    /// `ask …` (a second one is misplaced).
    pub ask: Option<AskDecl>,
    /// `decide within D [otherwise "…"]`.
    pub decide_within: Option<Placed<(DurationLit, Option<Name>)>>,
}

/// `ask WHO, … "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AskDecl {
    /// Whom.
    pub who: Vec<WhoRef>,
    /// The question.
    pub text: Option<Text>,
    /// Alternatives in order.
    pub alternatives: Vec<AlternativeDecl>,
    /// `suggest up to N more`.
    pub suggest: Option<Placed<u64>>,
    /// Its place.
    pub at: At,
}

/// `alternative "…" [short "…"] { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AlternativeDecl {
    /// The words.
    pub label: Name,
    /// `short "…"`.
    pub short: Option<Name>,
    /// Actions in order.
    pub actions: Vec<ActionStmt>,
}

/// `message NAME(args) """…"""`, or one language of it: `message NAME in it """…"""`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct MessageDecl {
    /// `in LANGUAGE`.
    pub language: Option<Name>,
    /// Arguments with their types.
    pub arguments: Vec<FieldDecl>,
    /// The text.
    pub text: Option<Text>,
    /// `{ template CHANNEL "NAME" }`.
    pub templates: Vec<(Name, Name)>,
}

/// Whom a message goes to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WhoRef {
    /// Its place.
    pub at: At,
    /// Which.
    pub kind: WhoKind,
}

/// The forms of WHO.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum WhoKind {
    Owner,
    ProcessOwner,
    Starter,
    WaitingOn,
    /// A role, or a field (one word: an input; `step.field`).
    Path(Vec<Name>),
}
