//! One value on the abstract stack: its type, and what it may stand for.
//!
//! Invariant: a value that can be missing at run time is of its type or missing, so only types are looked at.

use crate::calendar::Unit;
use crate::op::{Context, Takes};
use crate::value::{Constant, Scalar, Type};

/// What a place needs of the value that a piece leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::load) enum Wants {
    /// Any value.
    Any,
    /// A truth value.
    Bool,
    /// A text.
    Text,
    /// A moment.
    Moment,
    /// A list.
    List,
    /// A value of a type.
    Type(Type),
}

/// One value on the stack; `kind` is `None` for the missing value, which fits everywhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) kind: Option<Type>,
    /// The unit of a constant duration: it decides whether a moved date stays a date.
    pub(super) unit: Option<Unit>,
}

impl Slot {
    pub(super) const MISSING: Self = Self { kind: None, unit: None };

    pub(super) fn of(kind: Type) -> Self {
        Self { kind: Some(kind), unit: None }
    }

    pub(super) fn of_constant(constant: &Constant) -> Self {
        let of = match constant {
            Constant::Bool(_) => Scalar::Bool,
            Constant::Number(_) => Scalar::Number,
            Constant::Money(_, currency) => Scalar::Money(*currency),
            Constant::Text(_) => Scalar::Text,
            Constant::Date(_) => Scalar::Date,
            Constant::Moment(_) => Scalar::Moment,
            Constant::Duration(duration) => {
                return Self { kind: Some(scalar(Scalar::Duration)), unit: Some(duration.unit) };
            }
            Constant::Enum(id, _) => Scalar::Enum(*id),
        };
        Self::of(scalar(of))
    }

    pub(super) fn can_be(self, takes: Takes, first: Self) -> bool {
        let Some(kind) = self.kind else { return true };
        let one = (!kind.list).then_some(kind.of);
        match takes {
            Takes::Any => true,
            Takes::SameAsFirst | Takes::ManySameAsFirst => {
                first.kind.is_none_or(|first| comparable(first, kind))
            }
            Takes::ManyTexts => one.is_some_and(is_textual),
            Takes::Bool => one == Some(Scalar::Bool),
            Takes::Amount => matches!(one, Some(Scalar::Number | Scalar::Money(_))),
            Takes::Money => matches!(one, Some(Scalar::Money(_))),
            Takes::Ordered => matches!(
                one,
                Some(Scalar::Number | Scalar::Money(_) | Scalar::Date | Scalar::Moment | Scalar::Duration)
            ),
            Takes::Date => one == Some(Scalar::Date),
            Takes::Time => matches!(one, Some(Scalar::Date | Scalar::Moment)),
            Takes::Duration => one == Some(Scalar::Duration),
            Takes::Record => matches!(one, Some(Scalar::Record(_))),
        }
    }

    pub(super) fn is(self, wants: Wants) -> bool {
        let Some(kind) = self.kind else { return true };
        match wants {
            Wants::Any => true,
            Wants::Bool => kind == scalar(Scalar::Bool),
            Wants::Text => !kind.list && is_textual(kind.of),
            Wants::Moment => kind == scalar(Scalar::Moment),
            Wants::List => kind.list,
            Wants::Type(wanted) => comparable(wanted, kind),
        }
    }
}

pub(super) fn scalar(of: Scalar) -> Type {
    Type { of, list: false }
}

pub(super) fn is_money(kind: Option<Type>) -> bool {
    matches!(kind, Some(Type { of: Scalar::Money(_), .. }))
}

pub(super) fn stays_date(unit: Unit) -> bool {
    matches!(unit, Unit::Days | Unit::Weeks | Unit::Months | Unit::Years)
}

/// Types whose values are texts at run time.
fn is_textual(of: Scalar) -> bool {
    matches!(of, Scalar::Text | Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::File | Scalar::Person)
}

fn comparable(one: Type, other: Type) -> bool {
    one.list == other.list && (one.of == other.of || (is_textual(one.of) && is_textual(other.of)))
}

pub(super) fn context_type(context: Context) -> Scalar {
    match context {
        Context::Step
        | Context::Workflow
        | Context::Title
        | Context::Reference
        | Context::Owner
        | Context::BlockReason
        | Context::WaitingOn => Scalar::Text,
        Context::ProcessOwner | Context::Starter => Scalar::Person,
        Context::Number | Context::Level | Context::Round => Scalar::Number,
        Context::Deadline | Context::Started => Scalar::Moment,
    }
}
