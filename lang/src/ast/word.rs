//! Leaves and small literals: names, paths, numbers, durations.
//!
//! Every name the user wrote is a [`Token`], so that a message can point at it. Invariant: the text of a
//! token is the text of the file; helpers such as [`Token::digits`] only read it.

use super::{Expr, Kind, Node, View, many, one, views};
use crate::span::Span;

/// A leaf: a name, a number, a word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Token<'t>(pub(crate) Node<'t>);

impl<'t> Token<'t> {
    /// Its text as it stands in the file.
    pub fn text(self) -> &'t str {
        self.0.text()
    }

    /// Its bytes in the text.
    pub fn span(self) -> Span {
        self.0.span()
    }

    /// The untyped node.
    pub fn node(self) -> Node<'t> {
        self.0
    }

    /// The text of a number without the `_` between its digits.
    pub fn digits(self) -> String {
        self.text().chars().filter(|c| *c != '_').collect()
    }
}

views! {
    /// Names joined by dots: `a`, `a.b.c`.
    Path {
        /// The names in order.
        segments: tokens Name,
    }

    /// An amount of time: a number and a unit. The first of `takes 1 to 4 business days` has no unit of its own.
    Duration {
        /// The number, such as `5` or `1.5`.
        number: token Number,
        /// The unit as written, such as `business  days`; see [`Duration::unit`] for its meaning.
        unit_token: token Unit,
    }

    /// An amount of money: `50_000 EUR`.
    Money {
        /// The number.
        number: token Number,
        /// The currency's three letters.
        currency: token Currency,
    }

    /// A day and a time: `2026-03-02 09:00`.
    Moment {
        /// The day.
        date: token Date,
        /// The time.
        time: token Time,
    }

    /// `name = value`: in `with { … }`, and as an argument of a message or a call.
    Assignment {
        /// The name; in a call or a message the parameter's.
        name: token Name,
        /// The value.
        value: one Expr,
    }

    /// `with { name = value, … }`.
    With {
        /// What is given, in order.
        assignments: many Assignment,
    }
}

impl<'t> Path<'t> {
    /// The path as written, without blanks.
    pub fn to_text(self) -> String {
        self.segments().map(Token::text).collect::<Vec<_>>().join(".")
    }

    /// The first name.
    pub fn first(self) -> Option<Token<'t>> {
        self.segments().next()
    }

    /// The last name.
    pub fn last(self) -> Option<Token<'t>> {
        self.segments().last()
    }

    /// The name, if there is exactly one.
    pub fn single(self) -> Option<Token<'t>> {
        let mut segments = self.segments();
        segments.next().filter(|_| segments.next().is_none())
    }
}

/// The unit of a duration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DurationUnit {
    /// `minutes`, elapsed.
    Minutes,
    /// `hours`, elapsed.
    Hours,
    /// `days` of the calendar.
    Days,
    /// `weeks` of the calendar.
    Weeks,
    /// `months` of the calendar.
    Months,
    /// `years` of the calendar.
    Years,
    /// `business hours`: working time only.
    BusinessHours,
    /// `business days`: working time only.
    BusinessDays,
}

impl DurationUnit {
    /// The unit that a word, or `business` and a word, names; singular and plural alike.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let first = words.next()?;
        let (business, word) = if first == "business" { (true, words.next()?) } else { (false, first) };
        let unit = match (business, word.strip_suffix('s').unwrap_or(word)) {
            (false, "minute") => Self::Minutes,
            (false, "hour") => Self::Hours,
            (false, "day") => Self::Days,
            (false, "week") => Self::Weeks,
            (false, "month") => Self::Months,
            (false, "year") => Self::Years,
            (true, "hour") => Self::BusinessHours,
            (true, "day") => Self::BusinessDays,
            _ => return None,
        };
        words.next().is_none().then_some(unit)
    }

    /// Whether it counts working time only.
    pub fn is_business(self) -> bool {
        matches!(self, Self::BusinessHours | Self::BusinessDays)
    }

    /// The word for many: `business days`.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
            Self::BusinessHours => "business hours",
            Self::BusinessDays => "business days",
        }
    }
}

impl Duration<'_> {
    /// The unit, if one is written.
    pub fn unit(self) -> Option<DurationUnit> {
        DurationUnit::from_text(self.unit_token()?.text())
    }
}

/// Who is meant where people are named.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Who<'t> {
    /// `owner`: the node's owner.
    Owner(Token<'t>),
    /// `process owner`.
    ProcessOwner(Token<'t>),
    /// `starter`: whoever started the instance.
    Starter(Token<'t>),
    /// `waiting on`: whoever the blocked node waits for.
    WaitingOn(Token<'t>),
    /// A role, or a field of type person, email or phone.
    Named(Path<'t>),
}

impl<'t> View<'t> for Who<'t> {
    fn cast(node: Node<'t>) -> Option<Self> {
        if node.kind() != Kind::Who {
            return None;
        }
        let inner = node.children().next()?;
        Some(match inner.kind() {
            Kind::OwnerWord => Self::Owner(Token(inner)),
            Kind::ProcessOwnerWord => Self::ProcessOwner(Token(inner)),
            Kind::StarterWord => Self::Starter(Token(inner)),
            Kind::WaitingOnWord => Self::WaitingOn(Token(inner)),
            _ => Self::Named(one(node)?),
        })
    }

    fn node(self) -> Node<'t> {
        match self {
            Self::Owner(token)
            | Self::ProcessOwner(token)
            | Self::Starter(token)
            | Self::WaitingOn(token) => token.0,
            Self::Named(path) => path.0,
        }
    }
}

impl Who<'_> {
    /// Its bytes in the text.
    pub fn span(self) -> Span {
        View::node(self).span()
    }
}

views! {
    /// Names by comma: `sales, csm`.
    NameList {
        /// Each of them.
        names: tokens Name,
    }
}

impl<'t> With<'t> {
    /// The value given for `name`, the first if it is given twice.
    pub fn value_of(self, name: &str) -> Option<Expr<'t>> {
        many::<Assignment<'t>>(self.0)
            .find(|given| given.name().is_some_and(|token| token.text() == name))?
            .value()
    }
}
