//! Expressions, texts and durations as written.
//!
//! Literals keep their words: whether `2026-02-30` is a date is a question for `check` (WF009), which has the
//! place to point at. Invariant: the depth of an expression is bounded by the parser's nesting limit.

use super::{At, Name};
use wf_plan::calendar::Unit;

/// An expression and its place.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub at: At,
}

/// The kinds of expressions.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ExprKind {
    /// `50_000`, `0.5`, as written.
    Number(String),
    /// `50_000 EUR`: amount and currency as written.
    Money(String, String),
    /// `2026-12-24`, as written.
    Date(String),
    /// `2026-12-24 09:00`: date and time as written.
    Moment(String, String),
    /// `5 business days`.
    Duration(DurationLit),
    /// `true`, `false`.
    Bool(bool),
    /// `"…{…}…"`.
    Text(Text),
    /// `a.b.c`: an input, a node's field, an enum's value, a `let`, a context name.
    Path(Vec<Name>),
    /// `not a`.
    Not(Box<Expr>),
    /// `- a` (only before a literal).
    Negative(Box<Expr>),
    /// `a OP b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a is one of x, y`.
    OneOf(Box<Expr>, Vec<Expr>),
    /// `a is missing`; true in the second place for `is not missing`.
    IsMissing(Box<Expr>, bool),
    /// `any|every NODE where E`, `count of NODE where E`, `total of NODE.field`.
    Aggregate(Aggregate, Name, Box<AggregateBody>),
    /// `[a, b]`, or the list a test gives.
    List(Vec<Expr>),
    /// `Address { street = "…", city = "…" }` or `{ … }`: values of a record in tests and `with`.
    Record(Vec<(Name, Expr)>),
    /// Did not parse: silences what depends on it.
    Damaged,
}

/// Binary operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Or,
    And,
    Is,
    IsNot,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Aggregates over the completed copies of a `for each`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Aggregate {
    Any,
    Every,
    Count,
    Total,
}

/// What an aggregate looks at.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum AggregateBody {
    /// `where E`; a bare name in it is a field of the node's form.
    Where(Expr),
    /// `.field` of `total of`.
    Field(Name),
    /// Nothing (`count of review`).
    Nothing,
}

/// `5 business days`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DurationLit {
    /// The number as written.
    pub amount: String,
    /// The unit.
    pub unit: UnitLit,
    /// Its place.
    pub at: At,
}

/// Units of durations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum UnitLit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
    BusinessHours,
    BusinessDays,
}

impl UnitLit {
    /// The same unit in a plan.
    #[must_use]
    pub fn of_plan(self) -> Unit {
        match self {
            Self::Minutes => Unit::Minutes,
            Self::Hours => Unit::Hours,
            Self::Days => Unit::Days,
            Self::Weeks => Unit::Weeks,
            Self::Months => Unit::Months,
            Self::Years => Unit::Years,
            Self::BusinessHours => Unit::BusinessHours,
            Self::BusinessDays => Unit::BusinessDays,
        }
    }
}

/// Words for people: a text, a draft, or the use of a message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Text {
    /// Its place.
    pub at: At,
    /// `draft "instruction" otherwise …`.
    pub draft: Option<Box<Text>>,
    /// The words.
    pub body: TextBody,
}

/// A text's body.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TextBody {
    /// `"…{expression}…"`.
    Parts(Vec<TextPart>),
    /// `NAME(arg = E, …)`.
    Message(Name, Vec<(Name, Expr)>),
    /// Did not parse.
    Damaged,
}

/// A part of a text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TextPart {
    /// Literal words, escapes resolved.
    Words(String),
    /// `{expression}`.
    Value(Expr),
}
