//! Expression trees and texts to straight-line code: one walk from the leaves up.
//!
//! Every operator comes after its operands, so no jump is needed; what stops early is in the meaning of `and` and
//! `or`. Invariant: each call of [`Emitter::expr`] adds instructions that leave exactly one value.

use super::pool::Setting;
use super::{EmitProblem, Emitter};
use crate::place::Place;
use crate::typed::{Expr, ExprKind, Operator, Text, TextPart, Words};
use wf_plan::op::Op;
use wf_plan::plan::{CodeId, ConstantId, NodeId};
use wf_plan::source::SourcePlace;
use wf_plan::value::Constant;
use wf_plan::{Date, Moment, ladder};

/// One piece being written.
#[derive(Default)]
struct Piece {
    ops: Vec<Op>,
    places: Vec<SourcePlace>,
}

type Emitted<T = ()> = Result<T, EmitProblem>;

impl Emitter<'_> {
    /// A piece of code that leaves an expression's value.
    pub(super) fn value(&mut self, expr: &Expr, setting: Setting) -> Emitted<CodeId> {
        let mut piece = Piece::default();
        self.expr(&mut piece, expr, setting)?;
        self.finish(piece, setting)
    }

    /// As [`Self::value`], where there may be no expression.
    pub(super) fn maybe_value(&mut self, expr: Option<&Expr>, setting: Setting) -> Emitted<Option<CodeId>> {
        expr.map(|expr| self.value(expr, setting)).transpose()
    }

    /// A piece of code that leaves a text.
    pub(super) fn text(&mut self, text: &Text, setting: Setting) -> Emitted<CodeId> {
        let mut piece = Piece::default();
        self.text_parts(&mut piece, text, setting)?;
        self.finish(piece, setting)
    }

    /// Words in all their variants.
    pub(super) fn words(&mut self, words: &Words, setting: Setting) -> Emitted<ladder::Words> {
        let mut templates = Vec::with_capacity(words.templates.len());
        for template in &words.templates {
            let mut arguments = Vec::with_capacity(template.arguments.len());
            for argument in &template.arguments {
                let mut piece = Piece::default();
                self.shown(&mut piece, argument, setting)?;
                arguments.push(self.finish(piece, setting)?);
            }
            let (language, channel, name) =
                (template.language.clone(), template.channel.clone(), template.name.clone());
            templates.push(ladder::Template { language, channel, name, arguments });
        }
        let mut languages = Vec::with_capacity(words.languages.len());
        for (language, text) in &words.languages {
            languages.push((language.clone(), self.text(text, setting)?));
        }
        let draft = words.draft.as_ref().map(|draft| self.text(draft, setting)).transpose()?;
        Ok(ladder::Words { text: self.text(&words.text, setting)?, languages, templates, draft })
    }

    /// Named values for another workflow or system.
    pub(super) fn arguments(
        &mut self,
        values: &[(String, Expr)],
        setting: Setting,
    ) -> Emitted<Vec<(String, CodeId)>> {
        values.iter().map(|(name, value)| Ok((name.clone(), self.value(value, setting)?))).collect()
    }

    fn finish(&mut self, piece: Piece, setting: Setting) -> Emitted<CodeId> {
        if let Some(known) = self.pool.known(&piece.ops, setting) {
            return Ok(known);
        }
        let id = CodeId(self.next(self.pool.code.len(), "conditions, values and texts")?);
        self.pool.add(id, piece.ops, piece.places, setting);
        Ok(id)
    }

    fn push(&mut self, piece: &mut Piece, op: Op, at: Place) {
        piece.ops.push(op);
        let place = self.places.of(at);
        piece.places.push(place);
    }

    fn constant(&mut self, piece: &mut Piece, constant: Constant, at: Place) -> Emitted {
        let constant = normal(constant);
        let id = match self.pool.constants.known(&constant) {
            Some(known) => known,
            None => {
                let next = self.next(self.pool.constants.rows.len(), "constants")?;
                self.pool.constants.add(next, constant);
                next
            }
        };
        self.push(piece, Op::Constant(ConstantId(id)), at);
        Ok(())
    }

    fn expr(&mut self, piece: &mut Piece, expr: &Expr, setting: Setting) -> Emitted {
        let at = expr.at;
        let op = match &expr.kind {
            ExprKind::Constant(constant) => return self.constant(piece, constant.clone(), at),
            ExprKind::LocalMoment(date, minute) => {
                let moment = self.moment(*date, *minute, at)?;
                return self.constant(piece, Constant::Moment(moment), at);
            }
            ExprKind::Text(text) => return self.text_parts(piece, text, setting),
            ExprKind::Input(field) => Op::Input(*field),
            ExprKind::Form(node, field) => Op::Form(*node, *field),
            ExprKind::Event(field) => Op::Event(*field),
            ExprKind::Element => Op::Element,
            ExprKind::Copy(field) => Op::Copy(*field),
            ExprKind::Context(context) => Op::Context(*context),
            ExprKind::TotalOf(node, field) => Op::TotalOf(*node, *field),
            ExprKind::AnyWhere(node, condition) => {
                Op::AnyWhere(*node, self.inner(*node, condition, setting)?)
            }
            ExprKind::EveryWhere(node, condition) => {
                Op::EveryWhere(*node, self.inner(*node, condition, setting)?)
            }
            ExprKind::CountWhere(node, condition) => {
                Op::CountWhere(*node, self.inner(*node, condition, setting)?)
            }
            ExprKind::Field(inner, field) => self.after(piece, inner, setting, Op::Field(*field))?,
            ExprKind::Not(inner) => self.after(piece, inner, setting, Op::Not)?,
            ExprKind::IsMissing(inner) => self.after(piece, inner, setting, Op::IsMissing)?,
            ExprKind::RoundMoney(inner) => self.after(piece, inner, setting, Op::RoundMoney)?,
            ExprKind::StartOfDay(inner) => self.after(piece, inner, setting, Op::StartOfDay)?,
            ExprKind::EndOfDay(inner) => self.after(piece, inner, setting, Op::EndOfDay)?,
            ExprKind::Binary(operator, left, right) => {
                self.expr(piece, left, setting)?;
                self.after(piece, right, setting, instruction(*operator))?
            }
            ExprKind::OneOf(asked, among) => {
                self.expr(piece, asked, setting)?;
                among.iter().try_for_each(|one| self.expr(piece, one, setting))?;
                Op::OneOf(self.next(among.len(), "values in one `is one of`")?)
            }
        };
        self.push(piece, op, at);
        Ok(())
    }

    /// An operand, and the instruction that comes after it.
    fn after(&mut self, piece: &mut Piece, operand: &Expr, setting: Setting, op: Op) -> Emitted<Op> {
        self.expr(piece, operand, setting)?;
        Ok(op)
    }

    /// The condition of an aggregate: a piece of its own, before the one that asks.
    fn inner(&mut self, node: NodeId, condition: &Expr, setting: Setting) -> Emitted<CodeId> {
        self.value(condition, Setting { copy: Some(node), ..setting })
    }

    fn text_parts(&mut self, piece: &mut Piece, text: &Text, setting: Setting) -> Emitted {
        if text.parts.is_empty() {
            return self.constant(piece, Constant::Text(String::new()), text.at);
        }
        for part in &text.parts {
            match part {
                TextPart::Words(words) => self.constant(piece, Constant::Text(words.clone()), text.at)?,
                TextPart::Value(value) => self.shown(piece, value, setting)?,
            }
        }
        if text.parts.len() > 1 {
            let count = self.next(text.parts.len(), "parts of one text")?;
            self.push(piece, Op::Concat(count), text.at);
        }
        Ok(())
    }

    /// A value as a person reads it. A text that was just put together is one already.
    fn shown(&mut self, piece: &mut Piece, value: &Expr, setting: Setting) -> Emitted {
        self.expr(piece, value, setting)?;
        if !matches!(value.kind, ExprKind::Text(_) | ExprKind::Constant(Constant::Text(_))) {
            self.push(piece, Op::Show, value.at);
        }
        Ok(())
    }

    /// A local date and time in the zone of the workflow's calendar.
    fn moment(&self, date: Date, minute: u16, at: Place) -> Emitted<Moment> {
        let calendar = self.typed.calendars.get(self.typed.calendar.index());
        calendar
            .and_then(|calendar| super::scenario::local_moment(&calendar.data.zone, date, minute))
            .ok_or(EmitProblem::NoMoment { at })
    }
}

/// Amounts without trailing zeros, so that `1.50` and `1.5` are one constant.
fn normal(constant: Constant) -> Constant {
    match constant {
        Constant::Number(number) => Constant::Number(number.normalize()),
        Constant::Money(amount, currency) => Constant::Money(amount.normalize(), currency),
        other => other,
    }
}

fn instruction(operator: Operator) -> Op {
    match operator {
        Operator::And => Op::And,
        Operator::Or => Op::Or,
        Operator::Equal => Op::Equal,
        Operator::NotEqual => Op::NotEqual,
        Operator::Less => Op::Less,
        Operator::LessOrEqual => Op::LessOrEqual,
        Operator::Greater => Op::Greater,
        Operator::GreaterOrEqual => Op::GreaterOrEqual,
        Operator::Add => Op::Add,
        Operator::Subtract => Op::Subtract,
        Operator::Multiply => Op::Multiply,
        Operator::Divide => Op::Divide,
        Operator::After => Op::After,
        Operator::Before => Op::Before,
    }
}
