//! Expressions.
//!
//! Parentheses are looked through: the shape of the HIR already says what belongs together. Invariant: an
//! expression with a part that could not be read is `Damaged` at that part only.

use super::Lowering;
use super::block::Inside;
use crate::hir::Name;
use crate::hir::expr::{Aggregate, AggregateBody, BinaryOp, Expr, ExprKind};
use wf_lang::ast;
use wf_lang::span::Span;

/// Where a value stands that the language has no meaning for.
const EXPRESSION: Inside<'static> = Inside { kind: "expression", name: "" };

impl Lowering {
    pub(super) fn maybe_expression(&mut self, clause: Span, written: Option<ast::Expr<'_>>) -> Expr {
        match written {
            Some(written) => self.expression(written),
            None => self.damaged_expression(clause),
        }
    }

    pub(super) fn damaged_expression(&mut self, span: Span) -> Expr {
        self.damaged = true;
        Expr { kind: ExprKind::Damaged, at: self.at(span) }
    }

    pub(super) fn expression(&mut self, written: ast::Expr<'_>) -> Expr {
        let at = self.at(written.span());
        let kind = self.expression_kind(written);
        self.damaged |= kind == ExprKind::Damaged;
        Expr { kind, at }
    }

    fn expression_kind(&mut self, written: ast::Expr<'_>) -> ExprKind {
        match written {
            ast::Expr::Paren(paren) => {
                paren.inner().map_or(ExprKind::Damaged, |inner| self.expression_kind(inner))
            }
            ast::Expr::Binary(binary) => self.binary(binary),
            ast::Expr::Not(not) => ExprKind::Not(Box::new(self.maybe_expression(not.span(), not.operand()))),
            ast::Expr::IsOneOf(one_of) => self.is_one_of(one_of),
            ast::Expr::IsMissing(missing) => {
                let subject = self.maybe_expression(missing.span(), missing.subject());
                ExprKind::IsMissing(Box::new(subject), missing.is_negated())
            }
            ast::Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            ast::Expr::Path(path) => ExprKind::Path(self.path(path)),
            ast::Expr::Text(text) => ExprKind::Text(self.text(text)),
            ast::Expr::Number(token) => ExprKind::Number(token.digits()),
            ast::Expr::Money(money) => match (money.number(), money.currency()) {
                (Some(amount), Some(currency)) => {
                    ExprKind::Money(amount.digits(), currency.text().to_owned())
                }
                _ => ExprKind::Damaged,
            },
            ast::Expr::Date(token) => ExprKind::Date(token.text().to_owned()),
            // A time of day alone is no value of the language.
            ast::Expr::Time(token) => {
                self.misplace(EXPRESSION, token.node());
                ExprKind::Damaged
            }
            ast::Expr::Moment(moment) => match (moment.date(), moment.time()) {
                (Some(date), Some(time)) => ExprKind::Moment(date.text().to_owned(), time.text().to_owned()),
                _ => ExprKind::Damaged,
            },
            ast::Expr::Duration(duration) => {
                self.duration(Some(duration)).map_or(ExprKind::Damaged, ExprKind::Duration)
            }
            ast::Expr::Boolean(token) => ExprKind::Bool(token.text() == "true"),
            ast::Expr::List(list) => {
                ExprKind::List(list.elements().map(|element| self.expression(element)).collect())
            }
            ast::Expr::Record(record) => ExprKind::Record(self.assignments(record.assignments())),
        }
    }

    fn binary(&mut self, binary: ast::Binary<'_>) -> ExprKind {
        let Some(operator) = binary.operator() else { return ExprKind::Damaged };
        let left = self.maybe_expression(binary.span(), binary.left());
        let right = self.maybe_expression(binary.span(), binary.right());
        ExprKind::Binary(operator_of(operator), Box::new(left), Box::new(right))
    }

    /// `is not one of` is the negation of `is one of`.
    fn is_one_of(&mut self, one_of: ast::IsOneOf<'_>) -> ExprKind {
        let subject = self.maybe_expression(one_of.span(), one_of.subject());
        let values = one_of.values().map(|value| self.expression(value)).collect();
        let kind = ExprKind::OneOf(Box::new(subject), values);
        if !one_of.is_negated() {
            return kind;
        }
        ExprKind::Not(Box::new(Expr { kind, at: self.at(one_of.span()) }))
    }

    fn aggregate(&mut self, aggregate: ast::Aggregate<'_>) -> ExprKind {
        let (Some(kind), Some(source)) = (aggregate.kind(), aggregate.source()) else {
            return ExprKind::Damaged;
        };
        let mut names = self.path(source).into_iter();
        let Some(node) = names.next() else { return ExprKind::Damaged };
        let field = names.next();
        // `total of` takes a field and every copy; the other questions take a condition and no field.
        let takes_field = kind == ast::AggregateKind::Total;
        if field.is_some() != takes_field || (takes_field && aggregate.condition().is_some()) {
            self.misplace(EXPRESSION, aggregate.node());
            return ExprKind::Damaged;
        }
        let condition = aggregate.condition().map(|condition| self.expression(condition));
        let body = match (field, condition) {
            (Some(field), _) => AggregateBody::Field(field),
            (None, Some(condition)) => AggregateBody::Where(condition),
            (None, None) => AggregateBody::Nothing,
        };
        ExprKind::Aggregate(aggregate_of(kind), node, Box::new(body))
    }

    pub(super) fn assignments<'t>(
        &mut self,
        assignments: impl Iterator<Item = ast::Assignment<'t>>,
    ) -> Vec<(Name, Expr)> {
        let mut given = Vec::new();
        for assignment in assignments {
            if let Some(name) = self.needed(assignment.name()) {
                let name = self.name(name);
                given.push((name, self.maybe_expression(assignment.span(), assignment.value())));
            }
        }
        given
    }

    pub(super) fn with(&mut self, with: Option<ast::With<'_>>) -> Vec<(Name, Expr)> {
        with.map(|with| self.assignments(with.assignments())).unwrap_or_default()
    }
}

fn operator_of(operator: ast::BinaryOperator) -> BinaryOp {
    match operator {
        ast::BinaryOperator::Or => BinaryOp::Or,
        ast::BinaryOperator::And => BinaryOp::And,
        ast::BinaryOperator::Is => BinaryOp::Is,
        ast::BinaryOperator::IsNot => BinaryOp::IsNot,
        ast::BinaryOperator::Less => BinaryOp::Less,
        ast::BinaryOperator::LessOrEqual => BinaryOp::LessOrEqual,
        ast::BinaryOperator::Greater => BinaryOp::Greater,
        ast::BinaryOperator::GreaterOrEqual => BinaryOp::GreaterOrEqual,
        ast::BinaryOperator::Add => BinaryOp::Add,
        ast::BinaryOperator::Subtract => BinaryOp::Subtract,
        ast::BinaryOperator::Multiply => BinaryOp::Multiply,
        ast::BinaryOperator::Divide => BinaryOp::Divide,
    }
}

fn aggregate_of(kind: ast::AggregateKind) -> Aggregate {
    match kind {
        ast::AggregateKind::Any => Aggregate::Any,
        ast::AggregateKind::Every => Aggregate::Every,
        ast::AggregateKind::Count => Aggregate::Count,
        ast::AggregateKind::Total => Aggregate::Total,
    }
}
