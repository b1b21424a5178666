//! Reminders and escalations, named and inline.
//!
//! Invariant: levels and alternatives stand in file order, numbered as written.

use super::Lowering;
use super::block::{Fits, Inside};
use crate::hir::{AlternativeDecl, AskDecl, EscalationDecl, LevelDecl, ReminderDecl};
use wf_lang::ast::{self, Kind, View};

impl Lowering {
    pub(super) fn reminder(
        &mut self,
        body: Option<ast::ReminderBody<'_>>,
        name: &str,
        kind: &'static str,
    ) -> ReminderDecl {
        let mut reminder = ReminderDecl::default();
        let Some(body) = self.needed(body) else { return reminder };
        for clause in self.sort_out(Inside { kind, name }, body.statements(), reminder_fits) {
            self.reminder_clause(clause, &mut reminder);
        }
        reminder
    }

    fn reminder_clause(&mut self, clause: ast::Node<'_>, reminder: &mut ReminderDecl) {
        let span = clause.span();
        if let Some(view) = ast::ReminderStart::cast(clause) {
            reminder.start = self.placed_duration(span, view.duration());
        } else if let Some(view) = ast::ReminderRepeat::cast(clause) {
            reminder.repeat = self.placed_duration(span, view.duration());
        } else if let Some(view) = ast::ReminderStop::cast(clause) {
            reminder.stop_after = self.counted(span, view.count());
        } else if let Some(view) = ast::ReminderTo::cast(clause) {
            reminder.to = self.people(view.node().children().filter_map(ast::Who::cast));
        } else if let Some(view) = ast::ReminderVia::cast(clause) {
            reminder.via = self.maybe_name(view.channel());
        } else if let Some(text) = say_text(clause) {
            reminder.say = Some(self.text_value(span, text));
        }
    }

    pub(super) fn escalation(
        &mut self,
        body: Option<ast::EscalationBody<'_>>,
        name: &str,
        kind: &'static str,
    ) -> EscalationDecl {
        let mut escalation = EscalationDecl::default();
        let Some(body) = self.needed(body) else { return escalation };
        let inside = Inside { kind, name };
        for clause in self.sort_out(inside, body.statements(), escalation_fits) {
            let span = clause.span();
            if let Some(view) = ast::OnSilence::cast(clause) {
                escalation.on_silence = self.placed_duration(span, view.duration());
            } else if let Some(view) = ast::OnBlock::cast(clause) {
                escalation.on_block = self.placed_duration(span, view.duration());
            } else if clause.kind() == Kind::OnOverdue {
                escalation.on_overdue = Some(self.at(span));
            } else if let Some(view) = ast::Level::cast(clause) {
                let level = self.level(view, inside);
                escalation.levels.extend(level);
            }
        }
        escalation
    }

    fn level(&mut self, level: ast::Level<'_>, inside: Inside<'_>) -> Option<LevelDecl> {
        let number = self.counted(super::header_span(level.node()), level.number())?;
        let after = level.after().and_then(|after| self.placed_duration(after.span(), Some(after)));
        let mut lowered = LevelDecl { number, after, actions: Vec::new(), ask: None, decide_within: None };
        let inside = Inside { kind: "level", name: inside.name };
        let statements = self.sort_out(inside, level.statements(), level_fits);
        for statement in statements {
            if let Some(ask) = ast::Ask::cast(statement) {
                lowered.ask = Some(self.ask(ask, inside, &mut lowered.decide_within));
            } else if let Some(decide) = ast::DecideWithin::cast(statement) {
                self.decide_within(decide, inside, &mut lowered.decide_within);
            } else {
                lowered.actions.extend(self.actions(std::iter::once(statement)));
            }
        }
        Some(lowered)
    }

    fn ask(
        &mut self,
        ask: ast::Ask<'_>,
        inside: Inside<'_>,
        decide_within: &mut Option<DecideWithin>,
    ) -> AskDecl {
        let at = self.at(super::header_span(ask.node()));
        let who = self.people(ask.people());
        let text = ask.text().map(|text| self.text_value(ask.span(), Some(text)));
        let mut lowered = AskDecl { who, text, alternatives: Vec::new(), suggest: None, at };
        for statement in self.sort_out(Inside { kind: "ask", name: inside.name }, ask.statements(), ask_fits)
        {
            if let Some(alternative) = ast::Alternative::cast(statement) {
                let alternative = self.alternative(alternative, inside);
                lowered.alternatives.extend(alternative);
            } else if let Some(suggest) = ast::Suggest::cast(statement) {
                lowered.suggest = self.counted(suggest.span(), suggest.count());
            } else if let Some(decide) = ast::DecideWithin::cast(statement) {
                self.decide_within(decide, inside, decide_within);
            }
        }
        lowered
    }

    /// Inside the question's braces or behind them, but once.
    fn decide_within(
        &mut self,
        decide: ast::DecideWithin<'_>,
        inside: Inside<'_>,
        decide_within: &mut Option<DecideWithin>,
    ) {
        if decide_within.is_some() {
            return self.misplace(inside, decide.node());
        }
        let Some(length) = self.duration(decide.duration()) else { return };
        let otherwise = decide.otherwise().map(|text| self.label(text));
        *decide_within = Some(self.placed(decide.span(), (length, otherwise)));
    }

    fn alternative(
        &mut self,
        alternative: ast::Alternative<'_>,
        inside: Inside<'_>,
    ) -> Option<AlternativeDecl> {
        let label = self.needed(alternative.text()).map(|text| self.label(text))?;
        let short = alternative.short().map(|text| self.label(text));
        let block = alternative.block().into_iter();
        let statements = block.flat_map(ast::Node::children).filter(|node| node.kind().is_statement());
        let inside = Inside { kind: "alternative", name: inside.name };
        let statements = self.sort_out(inside, statements, action_fits);
        let actions = self.actions(statements.into_iter());
        Some(AlternativeDecl { label, short, actions })
    }
}

type DecideWithin = crate::hir::Placed<(crate::hir::expr::DurationLit, Option<crate::hir::Name>)>;

/// `say` of a reminder, whichever of its two views the tree has for it.
fn say_text(clause: ast::Node<'_>) -> Option<Option<ast::TextValue<'_>>> {
    let of_reminder = ast::ReminderSay::cast(clause).map(ast::ReminderSay::text);
    of_reminder.or_else(|| ast::Say::cast(clause).map(ast::Say::text))
}

fn reminder_fits(kind: Kind) -> Fits {
    match kind {
        Kind::ReminderStart
        | Kind::ReminderRepeat
        | Kind::ReminderStop
        | Kind::ReminderTo
        | Kind::ReminderVia
        | Kind::ReminderSay
        | Kind::Say => Fits::Once,
        _ => Fits::Never,
    }
}

fn escalation_fits(kind: Kind) -> Fits {
    match kind {
        Kind::OnSilence | Kind::OnBlock | Kind::OnOverdue => Fits::Once,
        Kind::Level => Fits::Often,
        _ => Fits::Never,
    }
}

fn level_fits(kind: Kind) -> Fits {
    match kind {
        Kind::Ask | Kind::DecideWithin => Fits::Once,
        kind => effect_fits(kind),
    }
}

fn ask_fits(kind: Kind) -> Fits {
    match kind {
        Kind::Alternative => Fits::Often,
        Kind::Suggest | Kind::DecideWithin => Fits::Once,
        _ => Fits::Never,
    }
}

/// Effects may stand wherever something is done.
pub(super) fn effect_fits(kind: Kind) -> Fits {
    match kind {
        Kind::Set | Kind::Note | Kind::Tell | Kind::Call | Kind::StartWorkflow => Fits::Often,
        _ => Fits::Never,
    }
}

/// Actions on the node itself are for alternatives only.
fn action_fits(kind: Kind) -> Fits {
    match kind {
        Kind::Resume
        | Kind::CompleteAction
        | Kind::SkipAction
        | Kind::ExtendDeadline
        | Kind::ReassignTo
        | Kind::ChooseAction
        | Kind::OutcomeAction => Fits::Often,
        kind => effect_fits(kind),
    }
}
