//! Effects and actions: what is done to the world, and what an alternative does to its node.
//!
//! Invariant: order is kept, because actions happen in order and all or none.

use super::Lowering;
use crate::hir::node::{ActionKind, ActionStmt};
use wf_lang::ast::{self, View};

impl Lowering {
    pub(super) fn actions<'t>(&mut self, statements: impl Iterator<Item = ast::Node<'t>>) -> Vec<ActionStmt> {
        let mut actions = Vec::new();
        for statement in statements {
            let at = self.at(statement.span());
            let kind = match ast::Action::cast(statement) {
                Some(action) => self.action(action),
                None => self.damaged_action(),
            };
            actions.push(ActionStmt { at, kind });
        }
        actions
    }

    fn damaged_action(&mut self) -> ActionKind {
        self.damaged = true;
        ActionKind::Damaged
    }

    fn action(&mut self, action: ast::Action<'_>) -> ActionKind {
        let kind = match action {
            ast::Action::Set(view) => self.set(view),
            ast::Action::Note(view) => self.note(view),
            ast::Action::Tell(view) => self.tell(view),
            ast::Action::Call(view) => self.call(view),
            ast::Action::StartWorkflow(view) => self.start_workflow(view),
            ast::Action::Resume(_) => Some(ActionKind::Resume),
            ast::Action::CompleteAction(_) => Some(ActionKind::Complete),
            ast::Action::SkipAction(_) => Some(ActionKind::Skip),
            ast::Action::ExtendDeadline(view) => self.duration(view.duration()).map(ActionKind::Extend),
            ast::Action::ReassignTo(view) => self.maybe_name(view.role()).map(ActionKind::Reassign),
            ast::Action::ChooseAction(view) => self.maybe_name(view.option()).map(ActionKind::Choose),
            ast::Action::OutcomeAction(view) => self.maybe_name(view.outcome()).map(ActionKind::Outcome),
        };
        kind.unwrap_or_else(|| self.damaged_action())
    }

    fn set(&mut self, set: ast::Set<'_>) -> Option<ActionKind> {
        let (system, field) = self.two_names(set.target()?)?;
        let value = self.maybe_expression(set.span(), set.value());
        Some(ActionKind::Set { system, field, value })
    }

    fn note(&mut self, note: ast::Note<'_>) -> Option<ActionKind> {
        let system = self.maybe_name(note.system())?;
        let text = self.text_value(note.span(), note.text());
        Some(ActionKind::Note { system, text })
    }

    fn tell(&mut self, tell: ast::Tell<'_>) -> Option<ActionKind> {
        let who = self.people(tell.to());
        let text = self.text_value(tell.span(), tell.text());
        let via = self.maybe_name(tell.via());
        (!who.is_empty()).then_some(ActionKind::Tell { who, text, via, urgent: tell.is_urgent() })
    }

    fn call(&mut self, call: ast::Call<'_>) -> Option<ActionKind> {
        let (system, operation) = self.two_names(call.target()?)?;
        let mut arguments = Vec::new();
        for argument in call.arguments() {
            let name = self.maybe_name(argument.name());
            arguments.push((name, self.maybe_expression(argument.span(), argument.value())));
        }
        Some(ActionKind::Call { system, operation, arguments })
    }

    fn start_workflow(&mut self, start: ast::StartWorkflow<'_>) -> Option<ActionKind> {
        let workflow = self.maybe_name(start.workflow())?;
        let with = self.with(start.with());
        let delay = start.delay().and_then(|delay| self.duration(Some(delay)));
        Some(ActionKind::Start { workflow, with, delay })
    }
}
