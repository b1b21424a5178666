//! Expressions: types, units and conversions.
//!
//! `None` is the result of everything that is wrong or depends on something wrong; it was reported where it was
//! found. Invariant: what comes back has operands of the right types, and money that was calculated with is rounded
//! once, at the outside of the calculation.

use super::Checker;
use super::environment::{Env, Stage};
use crate::hir;
use crate::lint::{type_mismatch, unit_mix};
use crate::place::Place;
use crate::typed::{Expr, ExprKind, Mark, TextPart};
use crate::types::{self, BOOL, DATE, DURATION, Fit, MOMENT, NUMBER, TEXT, plain};
use wf_plan::value::{Constant, Currency, Scalar, Type};

/// What a place wants, and who says so.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) ty: Type,
    /// What takes the value, as a person writes it: `seats`.
    pub(super) name: String,
    /// Where that is declared.
    pub(super) at: Option<Place>,
}

impl Checker<'_> {
    /// A whole expression; `hint` is the type that a bare enum value would have.
    pub(super) fn expr(&mut self, env: Env<'_>, written: &hir::Expr, hint: Option<Type>) -> Option<Expr> {
        self.part(env, written, hint).map(rounded)
    }

    /// An expression that is true or false.
    pub(super) fn condition(&mut self, env: Env<'_>, written: &hir::Expr) -> Option<Expr> {
        let found = self.expr(env, written, None)?;
        if found.ty == BOOL {
            return Some(found);
        }
        let words = self.tables.words(found.ty);
        let problem = type_mismatch::not_for(found.at, "a condition is true or false", &words)
            .with_help("compare it with something: `… is …`, `… > …`, `… is missing`");
        self.report_from(env, problem, &found);
        None
    }

    /// An expression that goes into a field.
    pub(super) fn expect(&mut self, env: Env<'_>, written: &hir::Expr, wanted: &Wanted) -> Option<Expr> {
        if wanted.ty == super::table::ERROR {
            return None;
        }
        let mut found = self.expr(env, written, Some(wanted.ty))?;
        match types::fit(found.ty, wanted.ty, is_written_text(&found)) {
            Fit::Yes => {
                if is_written_text(&found) {
                    found.ty = wanted.ty;
                }
                return Some(found);
            }
            Fit::Currency(currency) => {
                self.learn(env, &found, currency);
                if let Some(at) =
                    wanted.at.filter(|_| types::currency(wanted.ty) == Some(types::UNKNOWN_CURRENCY))
                {
                    self.money.learned.entry(at).or_insert(currency);
                }
                return Some(found);
            }
            Fit::Unit => {
                let problem = self.unit_problem(found.at, found.ty, wanted.ty);
                self.report_wanted(env, problem, &found, wanted);
            }
            Fit::No => {
                let (is, should) = (self.tables.words(found.ty), self.tables.words(wanted.ty));
                let mut problem = type_mismatch::found(found.at, &self.subject(env, &found), &is, &should);
                if let Some(help) = cure(&found, wanted.ty) {
                    problem = problem.with_help(help);
                }
                self.report_wanted(env, problem, &found, wanted);
            }
        }
        None
    }

    /// An expression before rounding: a whole one, or an operand of a calculation.
    pub(super) fn part(&mut self, env: Env<'_>, written: &hir::Expr, hint: Option<Type>) -> Option<Expr> {
        use hir::ExprKind as Written;
        let at = env.place(written.at);
        match &written.kind {
            Written::Number(number) => {
                let value = self.decimal(env, number, at)?;
                Some(constant(Constant::Number(value), NUMBER, at))
            }
            Written::Money(amount, code) => {
                let (value, currency) = self.money(env, amount, code, at)?;
                Some(constant(Constant::Money(value, currency), plain(Scalar::Money(currency)), at))
            }
            Written::Date(date) => Some(constant(Constant::Date(self.date(env, date, at)?), DATE, at)),
            Written::Moment(date, time) => {
                let found = self.local_moment(env, (date, at), (time, at))?;
                Some(leaf(ExprKind::LocalMoment(found.date, found.minute), MOMENT, at))
            }
            Written::Duration(duration) => {
                Some(constant(Constant::Duration(self.duration(env, duration)?), DURATION, at))
            }
            Written::Bool(value) => Some(constant(Constant::Bool(*value), BOOL, at)),
            Written::Text(text) => self.text_value(env, text),
            Written::Path(names) => self.path(env, names, at, hint),
            Written::Not(inner) => {
                let inner = self.condition(env, inner)?;
                let marks = inner.marks.clone();
                Some(Expr { kind: ExprKind::Not(Box::new(inner)), ty: BOOL, at, marks })
            }
            Written::Negative(inner) => self.negative(env, inner, at),
            Written::Binary(operator, left, right) => self.binary(env, *operator, left, right, at),
            Written::OneOf(subject, among) => self.one_of(env, subject, among, at),
            Written::IsMissing(inner, negated) => self.is_missing(env, inner, *negated, at),
            Written::Aggregate(kind, node, body) => self.aggregate(env, *kind, node, body, at),
            Written::List(_) | Written::Record(_) => {
                let message = "a list or record is written out only in the `with` of a test";
                self.report(env, type_mismatch::other(at, message));
                None
            }
            Written::Damaged => {
                self.found.mark_broken();
                None
            }
        }
    }

    fn negative(&mut self, env: Env<'_>, inner: &hir::Expr, at: Place) -> Option<Expr> {
        let mut found = self.part(env, inner, None)?;
        found.at = at;
        match &mut found.kind {
            ExprKind::Constant(Constant::Number(value) | Constant::Money(value, _)) => {
                value.set_sign_negative(true)
            }
            _ => {
                let words = self.tables.words(found.ty);
                self.report(
                    env,
                    type_mismatch::not_for(at, "only a number or an amount can be negative", &words),
                );
                return None;
            }
        }
        Some(found)
    }

    fn is_missing(&mut self, env: Env<'_>, inner: &hir::Expr, negated: bool, at: Place) -> Option<Expr> {
        // Whether something has a value may be asked at any time, also of a form that nobody has filled in yet.
        let of_a_form = matches!(&inner.kind, hir::ExprKind::Path(names) if names.len() > 1);
        let asked = if of_a_form && env.stage == Stage::Ready { env.at_stage(Stage::Working) } else { env };
        let inner = self.expr(asked, inner, None)?;
        let marks = inner.marks.clone();
        let kind = ExprKind::IsMissing(Box::new(inner));
        let missing = Expr { kind, ty: BOOL, at, marks: marks.clone() };
        let kind = if negated { ExprKind::Not(Box::new(missing)) } else { missing.kind };
        Some(Expr { kind, ty: BOOL, at, marks })
    }

    fn text_value(&mut self, env: Env<'_>, text: &hir::Text) -> Option<Expr> {
        let text = self.text(env, text)?;
        let mut marks = Vec::new();
        text.marks().for_each(|mark| add_marks(&mut marks, std::slice::from_ref(mark)));
        let at = text.at;
        let kind = match text.parts.as_slice() {
            [] => ExprKind::Constant(Constant::Text(String::new())),
            [TextPart::Words(words)] => ExprKind::Constant(Constant::Text(words.clone())),
            _ => ExprKind::Text(text),
        };
        Some(Expr { kind, ty: TEXT, at, marks })
    }

    /// A moment: a date is turned into its end or start.
    pub(super) fn moment(&mut self, env: Env<'_>, written: &hir::Expr, end_of_day: bool) -> Option<Expr> {
        let found = self.expr(env, written, None)?;
        match found.ty {
            MOMENT => Some(found),
            DATE => Some(if end_of_day {
                turned(ExprKind::EndOfDay, found)
            } else {
                turned(ExprKind::StartOfDay, found)
            }),
            other => {
                let words = self.tables.words(other);
                let problem = type_mismatch::not_for(found.at, "a date or a moment is expected here", &words);
                self.report_from(env, problem, &found);
                None
            }
        }
    }

    pub(super) fn unit_problem(&self, at: Place, left: Type, right: Type) -> crate::place::Problem {
        if types::is_money(left) && types::is_money(right) {
            return unit_mix::currencies(at, &self.tables.words(left), &self.tables.words(right));
        }
        unit_mix::date_and_moment(at)
    }

    /// The fields in an amount have this currency.
    pub(super) fn learn(&mut self, env: Env<'_>, found: &Expr, currency: Currency) {
        if types::currency(found.ty) != Some(types::UNKNOWN_CURRENCY) {
            return;
        }
        match &found.kind {
            ExprKind::Binary(_, left, right) => {
                self.learn(env, left, currency);
                self.learn(env, right, currency);
            }
            ExprKind::RoundMoney(inner) => self.learn(env, inner, currency),
            _ => {
                if let Some((_, at)) = self.origin(env, found) {
                    self.money.learned.entry(at).or_insert(currency);
                }
            }
        }
    }

    /// What a value is called in a message.
    fn subject(&self, env: Env<'_>, found: &Expr) -> String {
        match self.origin(env, found) {
            Some((name, _)) => format!("`{name}`"),
            None => "this".to_owned(),
        }
    }

    /// Reports, and shows where the value's type comes from.
    pub(super) fn report_from(&mut self, env: Env<'_>, problem: crate::place::Problem, found: &Expr) {
        let problem = self.with_origin(env, problem, found);
        self.report(env, problem);
    }

    pub(super) fn report_both(
        &mut self,
        env: Env<'_>,
        problem: crate::place::Problem,
        left: &Expr,
        right: &Expr,
    ) {
        let problem = self.with_origin(env, problem, left);
        let problem = self.with_origin(env, problem, right);
        self.report(env, problem);
    }

    fn report_wanted(&mut self, env: Env<'_>, problem: crate::place::Problem, found: &Expr, wanted: &Wanted) {
        let mut problem = self.with_origin(env, problem, found);
        if let Some(at) = wanted.at {
            let words = self.tables.words(wanted.ty);
            problem = problem.with_related(at, format!("`{}` is declared here as {words}", wanted.name));
        }
        self.report(env, problem);
    }

    fn with_origin(
        &self,
        env: Env<'_>,
        problem: crate::place::Problem,
        found: &Expr,
    ) -> crate::place::Problem {
        match self.origin(env, found) {
            Some((name, at)) => {
                let words = self.tables.words(found.ty);
                problem.with_related(at, format!("`{name}` is declared here as {words}"))
            }
            None => problem,
        }
    }
}

/// A constant.
pub(super) fn constant(value: Constant, ty: Type, at: Place) -> Expr {
    leaf(ExprKind::Constant(value), ty, at)
}

/// Something without parts and marks.
pub(super) fn leaf(kind: ExprKind, ty: Type, at: Place) -> Expr {
    Expr { kind, ty, at, marks: Vec::new() }
}

/// Adds those marks that are not there yet.
pub(super) fn add_marks(marks: &mut Vec<Mark>, more: &[Mark]) {
    for mark in more {
        if !marks.iter().any(|known| known.field == mark.field && known.secret == mark.secret) {
            marks.push(mark.clone());
        }
    }
}

/// Whether it is a text written out, without values in it.
pub(super) fn is_written_text(found: &Expr) -> bool {
    matches!(found.kind, ExprKind::Constant(Constant::Text(_)))
}

pub(super) fn turned(kind: fn(Box<Expr>) -> ExprKind, found: Expr) -> Expr {
    let (at, marks) = (found.at, found.marks.clone());
    Expr { kind: kind(Box::new(found)), ty: MOMENT, at, marks }
}

fn rounded(found: Expr) -> Expr {
    let calculated = matches!(found.kind, ExprKind::Binary(..)) && types::is_money(found.ty);
    if !calculated {
        return found;
    }
    let (ty, at, marks) = (found.ty, found.at, found.marks.clone());
    Expr { kind: ExprKind::RoundMoney(Box::new(found)), ty, at, marks }
}

pub(super) fn cure(found: &Expr, wanted: Type) -> Option<String> {
    match (&found.kind, wanted.of) {
        (ExprKind::Constant(Constant::Number(number)), Scalar::Money(currency)) => {
            let code = if currency == types::UNKNOWN_CURRENCY { Currency(*b"EUR") } else { currency };
            Some(format!("write the currency: `{number} {code}`"))
        }
        (ExprKind::Constant(Constant::Text(text)), Scalar::Number)
            if super::literal::decimal(text).is_some() =>
        {
            Some(format!("numbers stand without quotation marks: `{text}`"))
        }
        (ExprKind::Constant(Constant::Text(text)), Scalar::Date) if super::literal::date(text).is_some() => {
            Some(format!("dates stand without quotation marks: `{text}`"))
        }
        (_, Scalar::Text) if !wanted.list && !found.ty.list => {
            Some("put it into a text to show its value: `\"{…}\"`".to_owned())
        }
        _ => None,
    }
}
