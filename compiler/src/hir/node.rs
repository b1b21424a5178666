//! Nodes of a workflow as written: their clauses, joins, deadlines and actions.
//!
//! One struct for all kinds; lowering puts a clause that its kind may not have into `misplaced` of the
//! declaration and not here. Invariant: nodes stand in file order.

use super::expr::{DurationLit, Expr, Text};
use super::{At, EscalationDecl, FieldDecl, Name, Placed, ReminderDecl, WhoRef};

/// A node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Node {
    /// Its name; `None` where the header did not parse that far.
    pub name: Option<Name>,
    /// The title.
    pub title: Option<Placed<String>>,
    /// Doc comment.
    pub doc: String,
    /// The header.
    pub at: At,
    /// Directly behind its last character: where another node can be added.
    pub end: At,
    /// Directly behind its last clause, inside its braces: where another clause can be added.
    pub clauses_end: At,
    /// Some clause did not parse.
    pub damaged: bool,
    /// What it is.
    pub kind: NodeKind,
    /// `after …`.
    pub after: Option<Placed<JoinExpr>>,
    /// `when E`.
    pub when: Option<Expr>,
    /// The whole clause `when E`.
    pub when_clause: Option<At>,
    /// `tags …`.
    pub tags: Vec<Name>,
    /// `was OLD_NAME`.
    pub was: Option<Name>,
    /// `owner a, b`: a role or a field of type person.
    pub owners: Vec<Vec<Name>>,
    /// `form { … }`.
    pub form: Vec<FieldDecl>,
    /// `deadline …` lines.
    pub deadlines: Vec<DeadlineLine>,
    /// `takes A to B`.
    pub takes: Option<Placed<(DurationLit, DurationLit)>>,
    /// `say …`.
    pub say: Option<Text>,
    /// `heads up D before start`.
    pub heads_up: Option<Placed<DurationLit>>,
    /// `different person from X, Y, starter`.
    pub different_from: Vec<Name>,
    /// `optional`.
    pub optional: Option<At>,
    /// `for each x in LIST [settles when …]`.
    pub for_each: Option<Placed<ForEachDecl>>,
    /// `redo X at most N times [otherwise outcome Y]` of a step or wait.
    pub redo: Option<Placed<RedoDecl>>,
    /// `if late …`.
    pub if_late: Option<Placed<IfLateDecl>>,
    /// `remind …`.
    pub remind: Vec<Remind>,
    /// `escalate …`.
    pub escalate: Vec<Escalate>,
    /// `on EVENT { effects }`, in file order.
    pub handlers: Vec<(Placed<HandlerEvent>, Vec<ActionStmt>)>,
    /// `seen by …`.
    pub seen_by: Vec<Name>,
}

/// What a node is, with what only its kind has.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum NodeKind {
    /// `step`.
    Step,
    /// `decision`, with its options.
    Decision(Vec<OptionDecl>),
    /// `converge`.
    Converge,
    /// `wait`: `for SYSTEM "event" [where E]`.
    Wait(Option<Placed<(Name, Name, Option<Expr>)>>),
    /// `pause`: `for D` or `until E`.
    Pause(Option<PauseDecl>),
    /// `run`: `workflow NAME`, `with { … }`.
    Run {
        /// The child workflow.
        workflow: Option<Name>,
        /// Its inputs.
        with: Vec<(Name, Expr)>,
    },
    /// `outcome`.
    Outcome {
        /// Effects in braces.
        effects: Vec<ActionStmt>,
        /// `at any time by ROLE, … [until NODE]`.
        at_any_time: Option<Placed<(Vec<Name>, Option<Name>)>>,
    },
}

/// `pause`'s own clause.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum PauseDecl {
    /// `for D`.
    For(DurationLit),
    /// `until E`.
    Until(Expr),
}

/// `option NAME "…" …`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OptionDecl {
    /// Its name.
    pub name: Name,
    /// The words.
    pub label: Option<Name>,
    /// `short "…"`.
    pub short: Option<Name>,
    /// `when E`.
    pub when: Option<Expr>,
    /// The whole clause `when E`.
    pub when_clause: Option<At>,
    /// `needs N`.
    pub needs: Option<Placed<u64>>,
    /// `needs reason`.
    pub needs_reason: bool,
    /// `redo S at most N times`.
    pub redo: Option<Placed<RedoDecl>>,
    /// Directly behind its last character: where another option can be added.
    pub end: At,
}

/// `redo S at most N times [otherwise outcome Y]`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RedoDecl {
    /// The node that starts again.
    pub to: Name,
    /// How often.
    pub at_most: Option<Placed<u64>>,
    /// `otherwise outcome Y`.
    pub otherwise: Option<Name>,
}

/// `if late …`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum IfLateDecl {
    /// `if late choose OPTION`.
    Choose(Name),
    /// `if late skip`.
    Skip,
    /// `if late outcome X`.
    Outcome(Name),
    /// `if late go on`.
    GoOn,
}

/// `for each x in LIST [settles when …]`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ForEachDecl {
    /// The variable.
    pub variable: Name,
    /// The list.
    pub list: Expr,
    /// `settles when all|any|N`.
    pub settles: Option<Placed<SettlesDecl>>,
}

/// `settles when …`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum SettlesDecl {
    All,
    Any,
    Count(u64),
}

/// Events of a node that carry effects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum HandlerEvent {
    Start,
    Done,
    Skip,
    Block,
    Overdue,
}

/// What `after` says.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum JoinExpr {
    /// `a`, `a.result`.
    Source(Vec<Name>),
    /// `a, b`.
    All(Vec<JoinExpr>),
    /// `any of a, b`.
    Any(Vec<JoinExpr>),
    /// `2 of a, b, c`.
    AtLeast(Placed<u64>, Vec<JoinExpr>),
    /// `all taken of a, b`.
    AllTaken(Vec<JoinExpr>),
    /// Did not parse.
    Damaged,
}

/// One line `deadline …`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DeadlineLine {
    /// The whole line.
    pub at: At,
    /// One, or several for `earlier of A, B`.
    pub limits: Vec<LimitDecl>,
    /// `when E`.
    pub when: Option<Expr>,
    /// `paused while …`.
    pub pause: Option<Placed<PauseClock>>,
}

/// One limit of a deadline.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LimitDecl {
    /// Its form.
    pub kind: LimitDeclKind,
    /// `, moved to the next working day`.
    pub moved: bool,
    /// Its place.
    pub at: At,
}

/// The forms of a limit.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum LimitDeclKind {
    /// `D [after start|X]`.
    Within(DurationLit, Option<Name>),
    /// `end of D [after start|X]`.
    EndOf(DurationLit, Option<Name>),
    /// `by E`.
    By(Expr),
}

/// `paused while …`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum PauseClock {
    /// `blocked`.
    Blocked,
    /// `waiting on ROLE`.
    WaitingOn(Name),
}

/// `remind …`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are few of them, and none is moved often")]
pub enum Remind {
    /// `remind never`.
    Never(At),
    /// `remind NAME`.
    Named(Name),
    /// `remind { … }`.
    Inline(Placed<ReminderDecl>),
}

/// `escalate …`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Escalate {
    /// `escalate never`.
    Never(At),
    /// `escalate NAME`.
    Named(Name),
    /// `escalate { … }`.
    Inline(Placed<EscalationDecl>),
}

/// An effect or action and its place.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ActionStmt {
    /// Its place.
    pub at: At,
    /// What it does.
    pub kind: ActionKind,
}

/// Effects and actions.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // each variant is a statement of the language
pub enum ActionKind {
    Set {
        system: Name,
        field: Name,
        value: Expr,
    },
    Note {
        system: Name,
        text: Text,
    },
    Tell {
        who: Vec<WhoRef>,
        text: Text,
        via: Option<Name>,
        urgent: bool,
    },
    Call {
        system: Name,
        operation: Name,
        arguments: Vec<(Option<Name>, Expr)>,
    },
    Start {
        workflow: Name,
        with: Vec<(Name, Expr)>,
        delay: Option<DurationLit>,
    },
    Resume,
    Complete,
    Skip,
    Extend(DurationLit),
    Reassign(Name),
    Choose(Name),
    Outcome(Name),
    /// Did not parse.
    Damaged,
}
