//! Typed expressions and texts: every leaf is resolved, every conversion is written out.
//!
//! The kinds follow the instructions of the plan, so that emission is one walk from the leaves up.
//! Invariant: operands have the types their operator takes; a money expression that calculates is rounded once,
//! by a [`ExprKind::RoundMoney`] around the whole calculation.

use crate::place::Place;
use wf_plan::Date;
use wf_plan::op::Context;
use wf_plan::plan::{FieldIndex, NodeId};
use wf_plan::value::{Constant, Type};

/// An expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Type,
    /// Its place.
    pub at: Place,
    /// Personal and secret data in it.
    pub marks: Vec<Mark>,
}

/// Data that must not leave by a channel or system that does not carry it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Mark {
    /// `secret`; else `personal`.
    pub secret: bool,
    /// The field it comes from, as a person writes it: `contact`, `contract.signed_by`.
    pub field: String,
    /// From the field's declaration to the place of use, over the argument of a message where there is one.
    pub path: Vec<Place>,
}

/// The kinds of expressions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExprKind {
    /// A constant. Never a moment: those are [`ExprKind::LocalMoment`].
    Constant(Constant),
    /// `2026-12-24 09:00` in the zone of the workflow's calendar: the date and the minute of its day.
    LocalMoment(Date, u16),
    /// An input.
    Input(FieldIndex),
    /// A form field of a node; of a wait, a field of the event that arrived.
    Form(NodeId, FieldIndex),
    /// A field of the event under test, in `where` and in `starts on … with`.
    Event(FieldIndex),
    /// The variable of `for each`.
    Element,
    /// A form field of the copy that an aggregate looks at.
    Copy(FieldIndex),
    /// A name that texts and conditions may use without declaring it.
    Context(Context),
    /// A field of a record.
    Field(Box<Expr>, FieldIndex),
    /// `not a`.
    Not(Box<Expr>),
    /// `a is missing`.
    IsMissing(Box<Expr>),
    /// `a OP b`.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `a is one of x, y`.
    OneOf(Box<Expr>, Vec<Expr>),
    /// A text with values in it.
    Text(Text),
    /// `any NODE where E`.
    AnyWhere(NodeId, Box<Expr>),
    /// `every NODE where E`.
    EveryWhere(NodeId, Box<Expr>),
    /// `count of NODE [where E]`; without a condition it is the constant `true`.
    CountWhere(NodeId, Box<Expr>),
    /// `total of NODE.field`.
    TotalOf(NodeId, FieldIndex),
    /// Rounded half up to the currency's minor unit.
    RoundMoney(Box<Expr>),
    /// The moment a date begins in the workflow's calendar.
    StartOfDay(Box<Expr>),
    /// The moment a date ends in the workflow's calendar.
    EndOfDay(Box<Expr>),
}

/// Operators with two operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Operator {
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    /// `moment + duration`, `date + duration` of days and longer.
    After,
    /// `moment - duration`, `date - duration`.
    Before,
}

/// A text in one language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// Its parts in order.
    pub parts: Vec<TextPart>,
    /// Its place.
    pub at: Place,
}

/// A part of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TextPart {
    /// Literal words.
    Words(String),
    /// A value, shown as a person reads it.
    Value(Expr),
}

/// Words a person reads, with all their variants; uses of `message` are written out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// In the language of the source; for a draft, what is sent otherwise.
    pub text: Text,
    /// In other languages, by language tag, sorted.
    pub languages: Vec<(String, Text)>,
    /// Approved templates of channels.
    pub templates: Vec<Template>,
    /// `draft "instruction"`.
    pub draft: Option<Text>,
    /// Where they stand.
    pub at: Place,
}

/// `{ template CHANNEL "NAME" }`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    /// Language of the message it stands under; `None`: the source's.
    pub language: Option<String>,
    /// Kind of channel.
    pub channel: String,
    /// The template's name at the vendor.
    pub name: String,
    /// The message's arguments in order.
    pub arguments: Vec<Expr>,
}

impl Text {
    /// Every mark of every value in the text.
    pub fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.parts.iter().flat_map(|part| match part {
            TextPart::Words(_) => &[][..],
            TextPart::Value(value) => &value.marks,
        })
    }
}

impl Words {
    /// Every mark of what a person may read: the text in each language and the arguments of templates.
    pub fn marks(&self) -> impl Iterator<Item = &Mark> {
        let languages = self.languages.iter().flat_map(|(_, text)| text.marks());
        let templates = self.templates.iter().flat_map(|template| &template.arguments);
        self.text.marks().chain(languages).chain(templates.flat_map(|argument| &argument.marks))
    }
}
