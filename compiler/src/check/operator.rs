//! Operators with two operands: comparisons, sums, products, and what each side may be.
//!
//! Units are looked at here: currencies, dates and moments, kinds of time. Invariant: what comes back is typed as its
//! operator says, and a date is moved only by whole days or from its start.

use super::Checker;
use super::environment::Env;
use super::expr::{add_marks, cure, is_written_text, turned};
use crate::hir;
use crate::hir::expr::BinaryOp;
use crate::lint::{type_mismatch, unit_mix};
use crate::place::Place;
use crate::typed::{Expr, ExprKind, Operator};
use crate::types::{self, BOOL, DATE, DURATION, Fit, MOMENT, NUMBER, plain};
use wf_plan::calendar::Duration;
use wf_plan::value::{Constant, Scalar, Type};

impl Checker<'_> {
    /// `a OP b`.
    pub(super) fn binary(
        &mut self,
        env: Env<'_>,
        operator: BinaryOp,
        left: &hir::Expr,
        right: &hir::Expr,
        at: Place,
    ) -> Option<Expr> {
        use BinaryOp as B;
        match operator {
            B::And | B::Or => {
                let operator = if operator == B::And { Operator::And } else { Operator::Or };
                let (left, right) = (self.condition(env, left), self.condition(env, right));
                Some(joined(operator, left?, right?, BOOL, at))
            }
            B::Is => self.comparison(env, Operator::Equal, left, right, at),
            B::IsNot => self.comparison(env, Operator::NotEqual, left, right, at),
            B::Less => self.comparison(env, Operator::Less, left, right, at),
            B::LessOrEqual => self.comparison(env, Operator::LessOrEqual, left, right, at),
            B::Greater => self.comparison(env, Operator::Greater, left, right, at),
            B::GreaterOrEqual => self.comparison(env, Operator::GreaterOrEqual, left, right, at),
            B::Add | B::Subtract => self.sum(env, operator == B::Add, left, right, at),
            B::Multiply | B::Divide => self.product(env, operator == B::Multiply, left, right, at),
        }
    }

    fn comparison(
        &mut self,
        env: Env<'_>,
        operator: Operator,
        left: &hir::Expr,
        right: &hir::Expr,
        at: Place,
    ) -> Option<Expr> {
        // A bare enum value takes its enum from the other side.
        let (left, right) = if self.needs_hint(env, left) && !self.needs_hint(env, right) {
            let right = self.expr(env, right, None);
            (self.expr(env, left, right.as_ref().map(|side| side.ty)), right)
        } else {
            let left = self.expr(env, left, None);
            let right = match &left {
                None if self.needs_hint(env, right) => None,
                _ => self.expr(env, right, left.as_ref().map(|side| side.ty)),
            };
            (left, right)
        };
        let (left, right) = (left?, right?);
        self.check_comparable(env, operator, &left, &right, at)?;
        Some(joined(operator, left, right, BOOL, at))
    }

    fn check_comparable(
        &mut self,
        env: Env<'_>,
        operator: Operator,
        left: &Expr,
        right: &Expr,
        at: Place,
    ) -> Option<()> {
        let written = is_written_text(left) || is_written_text(right);
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        match types::comparable(left.ty, right.ty, written) {
            Fit::Currency(currency) => {
                self.learn(env, left, currency);
                self.learn(env, right, currency);
            }
            Fit::Unit => {
                let problem = self.unit_problem(at, left.ty, right.ty);
                self.report_both(env, problem, left, right);
                return None;
            }
            Fit::No => {
                let (left_is, right_is) = (self.tables.words(left.ty), self.tables.words(right.ty));
                let mut problem = type_mismatch::two_sides(at, "compare", &left_is, &right_is);
                if let Some(help) = cure(left, right.ty).or_else(|| cure(right, left.ty)) {
                    problem = problem.with_help(help);
                }
                self.report_both(env, problem, left, right);
                return None;
            }
            Fit::Yes => {}
        }
        if let (Some(a), Some(b)) = (written_duration(left), written_duration(right)) {
            let (a, b) = (types::time_kind(a), types::time_kind(b));
            if a != b {
                self.report(env, unit_mix::times(at, "this comparison", a.words(), b.words()));
                return None;
            }
        }
        let compound = left.ty.list || matches!(left.ty.of, Scalar::Record(_));
        if compound || (!equality && !types::is_ordered(left.ty)) {
            let words = self.tables.words(left.ty);
            let what = if compound {
                "single values are compared"
            } else {
                "only numbers, money, dates, moments and durations are greater or less"
            };
            let problem = type_mismatch::not_for(at, what, &words);
            self.report_from(env, problem, left);
            return None;
        }
        Some(())
    }

    fn sum(
        &mut self,
        env: Env<'_>,
        add: bool,
        left: &hir::Expr,
        right: &hir::Expr,
        at: Place,
    ) -> Option<Expr> {
        let (left, right) = (self.part(env, left, None), self.part(env, right, None));
        let (left, right) = (left?, right?);
        let operator = if add { Operator::Add } else { Operator::Subtract };
        match (left.ty, right.ty) {
            (NUMBER, NUMBER) => return Some(joined(operator, left, right, NUMBER, at)),
            (DURATION, DURATION) => {
                self.report(env, unit_mix::durations_added(at));
                return None;
            }
            (DATE | MOMENT, DURATION) => return Some(shifted(add, left, right, at)),
            (a, b) if types::is_money(a) && types::is_money(b) => match types::fit(a, b, false) {
                Fit::Unit | Fit::No => {
                    let problem = self.unit_problem(at, a, b);
                    self.report_both(env, problem, &left, &right);
                    return None;
                }
                Fit::Currency(currency) => {
                    self.learn(env, &left, currency);
                    self.learn(env, &right, currency);
                    return Some(joined(operator, left, right, plain(Scalar::Money(currency)), at));
                }
                Fit::Yes => return Some(joined(operator, left, right, a, at)),
            },
            _ => {}
        }
        let verb = if add { "add" } else { "subtract" };
        let (left_is, right_is) = (self.tables.words(left.ty), self.tables.words(right.ty));
        let problem = type_mismatch::two_sides(at, verb, &left_is, &right_is).with_help(
            "numbers go with numbers, money with money of its currency, and a date or moment takes a duration",
        );
        self.report_both(env, problem, &left, &right);
        None
    }

    fn product(
        &mut self,
        env: Env<'_>,
        multiply: bool,
        left: &hir::Expr,
        right: &hir::Expr,
        at: Place,
    ) -> Option<Expr> {
        let (left, right) = (self.part(env, left, None), self.part(env, right, None));
        let (left, right) = (left?, right?);
        let operator = if multiply { Operator::Multiply } else { Operator::Divide };
        let (left_money, right_money) = (types::is_money(left.ty), types::is_money(right.ty));
        let ty = match (left.ty, right.ty) {
            (NUMBER, NUMBER) => Some(NUMBER),
            (money, NUMBER) if left_money => Some(money),
            (NUMBER, money) if right_money && multiply => Some(money),
            (a, b) if left_money && right_money && !multiply => match types::fit(a, b, false) {
                Fit::Currency(currency) => {
                    self.learn(env, &left, currency);
                    self.learn(env, &right, currency);
                    Some(NUMBER)
                }
                Fit::Yes => Some(NUMBER),
                Fit::Unit | Fit::No => {
                    let problem = self.unit_problem(at, a, b);
                    self.report_both(env, problem, &left, &right);
                    return None;
                }
            },
            _ => None,
        };
        if let Some(ty) = ty {
            return Some(joined(operator, left, right, ty, at));
        }
        let verb = if multiply { "multiply" } else { "divide" };
        let (left_is, right_is) = (self.tables.words(left.ty), self.tables.words(right.ty));
        let problem = type_mismatch::two_sides(at, verb, &left_is, &right_is);
        self.report_both(env, problem, &left, &right);
        None
    }

    /// `a is one of x, y`.
    pub(super) fn one_of(
        &mut self,
        env: Env<'_>,
        subject: &hir::Expr,
        among: &[hir::Expr],
        at: Place,
    ) -> Option<Expr> {
        let subject = self.expr(env, subject, None)?;
        let mut values = Vec::with_capacity(among.len());
        let mut marks = subject.marks.clone();
        let mut sound = true;
        for value in among {
            let value = self.expr(env, value, Some(subject.ty)).and_then(|value| {
                self.check_comparable(env, Operator::Equal, &subject, &value, value.at).map(|()| value)
            });
            match value {
                Some(value) => {
                    add_marks(&mut marks, &value.marks);
                    values.push(value);
                }
                None => sound = false,
            }
        }
        let kind = ExprKind::OneOf(Box::new(subject), values);
        sound.then_some(Expr { kind, ty: BOOL, at, marks })
    }
}

fn written_duration(found: &Expr) -> Option<Duration> {
    match found.kind {
        ExprKind::Constant(Constant::Duration(duration)) => Some(duration),
        _ => None,
    }
}

fn joined(operator: Operator, left: Expr, right: Expr, ty: Type, at: Place) -> Expr {
    let mut marks = left.marks.clone();
    add_marks(&mut marks, &right.marks);
    Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), ty, at, marks }
}

/// A date moved by days, weeks, months or years that are written out stays a date; in all other cases it counts
/// from its start.
fn shifted(add: bool, from: Expr, by: Expr, at: Place) -> Expr {
    let operator = if add { Operator::After } else { Operator::Before };
    let whole_days =
        written_duration(&by).is_some_and(|by| types::time_kind(by) == types::TimeKind::Calendar);
    match from.ty {
        DATE if whole_days => joined(operator, from, by, DATE, at),
        DATE => joined(operator, turned(ExprKind::StartOfDay, from), by, MOMENT, at),
        _ => joined(operator, from, by, MOMENT, at),
    }
}
