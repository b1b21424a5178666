//! Expressions: operators, paths, literals, and the questions over `for each` copies.
//!
//! Operators of the same strength group from the left; parentheses stay in the tree and
//! [`Expr::bare`] looks through them. Invariant: depth is bounded by `limits.rs`, so recursion is safe.

use super::{Assignment, Duration, Kind, Moment, Money, Node, Path, Text, Token, View, many, one, views};
use crate::span::Span;

/// An expression.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Expr<'t> {
    /// `left op right`.
    Binary(Binary<'t>),
    /// `not E`.
    Not(Not<'t>),
    /// `E is one of A, B` and `E is not one of A, B`.
    IsOneOf(IsOneOf<'t>),
    /// `E is missing` and `E is not missing`.
    IsMissing(IsMissing<'t>),
    /// `any review where …`, `every review where …`, `count of …`, `total of …`.
    Aggregate(Aggregate<'t>),
    /// `(E)`.
    Paren(Paren<'t>),
    /// `a`, `a.b.c`: inputs, fields, enum values, names of texts.
    Path(Path<'t>),
    /// `"…{E}…"`.
    Text(Text<'t>),
    /// `50_000`, `0.5`, `-3`.
    Number(Token<'t>),
    /// `50_000 EUR`.
    Money(Money<'t>),
    /// `2026-12-24`.
    Date(Token<'t>),
    /// `09:00`.
    Time(Token<'t>),
    /// `2026-12-24 09:00`.
    Moment(Moment<'t>),
    /// `5 business days`.
    Duration(Duration<'t>),
    /// `true` or `false`.
    Boolean(Token<'t>),
    /// `[A, B]`.
    List(List<'t>),
    /// `{ name = E, … }`: a value of a record type.
    Record(RecordLiteral<'t>),
}

impl<'t> View<'t> for Expr<'t> {
    fn cast(node: Node<'t>) -> Option<Self> {
        Some(match node.kind() {
            Kind::Binary => Self::Binary(Binary(node)),
            Kind::Not => Self::Not(Not(node)),
            Kind::IsOneOf => Self::IsOneOf(IsOneOf(node)),
            Kind::IsMissing => Self::IsMissing(IsMissing(node)),
            Kind::Aggregate => Self::Aggregate(Aggregate(node)),
            Kind::Paren => Self::Paren(Paren(node)),
            Kind::Path => Self::Path(Path(node)),
            Kind::Text => Self::Text(Text(node)),
            Kind::Number => Self::Number(Token(node)),
            Kind::Money => Self::Money(Money(node)),
            Kind::Date => Self::Date(Token(node)),
            Kind::Time => Self::Time(Token(node)),
            Kind::Moment => Self::Moment(Moment(node)),
            Kind::Duration => Self::Duration(Duration(node)),
            Kind::Boolean => Self::Boolean(Token(node)),
            Kind::List => Self::List(List(node)),
            Kind::RecordLiteral => Self::Record(RecordLiteral(node)),
            _ => return None,
        })
    }

    fn node(self) -> Node<'t> {
        match self {
            Self::Binary(view) => view.0,
            Self::Not(view) => view.0,
            Self::IsOneOf(view) => view.0,
            Self::IsMissing(view) => view.0,
            Self::Aggregate(view) => view.0,
            Self::Paren(view) => view.0,
            Self::Path(view) => view.0,
            Self::Text(view) => view.0,
            Self::Number(token) | Self::Date(token) | Self::Time(token) | Self::Boolean(token) => token.0,
            Self::Money(view) => view.0,
            Self::Moment(view) => view.0,
            Self::Duration(view) => view.0,
            Self::List(view) => view.0,
            Self::Record(view) => view.0,
        }
    }
}

impl<'t> Expr<'t> {
    /// Its bytes in the text.
    pub fn span(self) -> Span {
        View::node(self).span()
    }

    /// The untyped node.
    pub fn node(self) -> Node<'t> {
        View::node(self)
    }

    /// The expression without parentheses around it; `None` if nothing could be read inside them.
    pub fn bare(self) -> Option<Self> {
        let mut here = self;
        while let Self::Paren(paren) = here {
            here = paren.inner()?;
        }
        Some(here)
    }
}

/// An operator between two expressions, the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOperator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl BinaryOperator {
    /// The operator this text writes; blanks inside `is not` do not matter.
    pub fn from_text(text: &str) -> Option<Self> {
        Some(match text {
            "or" => Self::Or,
            "and" => Self::And,
            "is" => Self::Is,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            "+" => Self::Add,
            "-" => Self::Subtract,
            "*" => Self::Multiply,
            "/" => Self::Divide,
            _ if text.split_whitespace().eq(["is", "not"]) => Self::IsNot,
            _ => return None,
        })
    }

    /// How it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

/// What is asked about the copies of a `for each`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AggregateKind {
    /// `any review where E`
    Any,
    /// `every review where E`
    Every,
    /// `count of review [where E]`
    Count,
    /// `total of review.amount [where E]`
    Total,
}

views! {
    /// `left op right`.
    Binary {
        /// The operator as written.
        operator_token: token Operator,
    }

    /// `not E`.
    Not {
        /// What is negated.
        operand: one Expr,
    }

    /// `E is one of A, B`.
    IsOneOf {
        /// Whether it is `is not one of`.
        is_negated: has NotWord,
    }

    /// `E is missing`.
    IsMissing {
        /// What is asked about.
        subject: one Expr,
        /// Whether it is `is not missing`.
        is_negated: has NotWord,
    }

    /// A question over the copies of a `for each`.
    Aggregate {
        /// The step, or with `total of`, the step and its field.
        source: one Path,
        /// The condition after `where`.
        condition: inside WhereClause Expr,
    }

    /// `(E)`.
    Paren {
        /// What stands inside.
        inner: one Expr,
    }

    /// `[A, B]`.
    List {
        /// The elements.
        elements: many Expr,
    }

    /// `{ name = E, … }`.
    RecordLiteral {
        /// The fields.
        assignments: many Assignment,
    }
}

impl<'t> Binary<'t> {
    /// The operator.
    pub fn operator(self) -> Option<BinaryOperator> {
        BinaryOperator::from_text(self.operator_token()?.text())
    }

    /// What stands left of the operator.
    pub fn left(self) -> Option<Expr<'t>> {
        one(self.0)
    }

    /// What stands right of it.
    pub fn right(self) -> Option<Expr<'t>> {
        many(self.0).nth(1)
    }
}

impl<'t> IsOneOf<'t> {
    /// What is compared.
    pub fn subject(self) -> Option<Expr<'t>> {
        one(self.0)
    }

    /// What it may be.
    pub fn values(self) -> impl Iterator<Item = Expr<'t>> + 't {
        many(self.0).skip(1)
    }
}

impl Aggregate<'_> {
    /// Which question it is.
    pub fn kind(self) -> Option<AggregateKind> {
        Some(match self.0.text().split_whitespace().next()? {
            "any" => AggregateKind::Any,
            "every" => AggregateKind::Every,
            "count" => AggregateKind::Count,
            "total" => AggregateKind::Total,
            _ => return None,
        })
    }
}
