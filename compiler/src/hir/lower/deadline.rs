//! `after` and `deadline`: what a node waits for, and when it must be done.
//!
//! Invariant: the lists inside a join or a deadline keep the order of the file.

use super::Lowering;
use super::block::Inside;
use crate::hir::node::{DeadlineLine, JoinExpr, LimitDecl, LimitDeclKind, PauseClock};
use crate::hir::{Name, Placed};
use wf_lang::ast::{self, View};

impl Lowering {
    pub(super) fn after(&mut self, after: ast::After<'_>) -> Placed<JoinExpr> {
        let join = match self.needed(after.join()) {
            Some(join) => self.join(join),
            None => JoinExpr::Damaged,
        };
        self.placed(after.span(), join)
    }

    fn join(&mut self, join: ast::Join<'_>) -> JoinExpr {
        match join {
            ast::Join::Source(source) => match self.needed(source.path()) {
                Some(path) => JoinExpr::Source(self.path(path)),
                None => JoinExpr::Damaged,
            },
            ast::Join::All(list) => {
                let mut items = self.joins(list.items());
                if items.len() == 1 { items.remove(0) } else { JoinExpr::All(items) }
            }
            ast::Join::Any(list) => JoinExpr::Any(self.joins(list.items())),
            ast::Join::AllTaken(list) => JoinExpr::AllTaken(self.joins(list.items())),
            ast::Join::Count(counted) => match self.count(counted.count()) {
                Some(count) => JoinExpr::AtLeast(count, self.joins(counted.items())),
                None => JoinExpr::Damaged,
            },
        }
    }

    fn joins<'t>(&mut self, items: impl Iterator<Item = ast::Join<'t>>) -> Vec<JoinExpr> {
        items.map(|item| self.join(item)).collect()
    }

    /// The lines `deadline …` of a node or workflow. A line behind one without `when` would never be looked at, so
    /// it repeats that one.
    pub(super) fn deadlines<'t>(
        &mut self,
        inside: Inside<'_>,
        lines: impl Iterator<Item = ast::Node<'t>>,
    ) -> Vec<DeadlineLine> {
        let mut deadlines = Vec::new();
        let mut always: Option<ast::Node<'t>> = None;
        for line in lines {
            let Some(view) = ast::Deadline::cast(line) else { continue };
            match always {
                Some(first) => self.repeat(inside, line, first),
                None => deadlines.push(self.deadline(view)),
            }
            if view.when().is_none() && always.is_none() {
                always = Some(line);
            }
        }
        deadlines
    }

    fn deadline(&mut self, line: ast::Deadline<'_>) -> DeadlineLine {
        let at = self.at(line.span());
        let moved = line.moved_to_working_day();
        let mut limits = Vec::new();
        if let Some(form) = self.needed(line.form()) {
            self.limits(form, moved, &mut limits);
        }
        let when = line.when().map(|when| self.expression(when));
        let pause = line.pause().and_then(|pause| self.pause_clock(pause));
        DeadlineLine { at, limits, when, pause }
    }

    fn limits(&mut self, form: ast::DeadlineForm<'_>, moved: bool, limits: &mut Vec<LimitDecl>) {
        let at = self.at(form.span());
        let kind = match form {
            ast::DeadlineForm::DeadlineFromStart(view) => {
                self.duration(view.duration()).map(|length| LimitDeclKind::Within(length, None))
            }
            ast::DeadlineForm::DeadlineAfter(view) => {
                let length = self.duration(view.duration());
                let anchor = self.needed(view.anchor()).map(|anchor| self.anchor(anchor));
                length.zip(anchor).map(|(length, anchor)| LimitDeclKind::Within(length, Some(anchor)))
            }
            ast::DeadlineForm::DeadlineEndOf(view) => {
                let anchor = view.anchor().map(|anchor| self.anchor(anchor));
                self.duration(view.duration()).map(|length| LimitDeclKind::EndOf(length, anchor))
            }
            ast::DeadlineForm::DeadlineBy(view) => {
                Some(LimitDeclKind::By(self.maybe_expression(view.span(), view.moment())))
            }
            ast::DeadlineForm::DeadlineEarlier(view) => {
                view.forms().for_each(|form| self.limits(form, moved, limits));
                return;
            }
        };
        limits.extend(kind.map(|kind| LimitDecl { kind, moved, at }));
    }

    fn anchor(&mut self, anchor: ast::DeadlineAnchor<'_>) -> Name {
        match anchor {
            ast::DeadlineAnchor::InstanceStart(word) | ast::DeadlineAnchor::Node(word) => self.name(word),
        }
    }

    fn pause_clock(&mut self, pause: ast::PausedWhile<'_>) -> Option<Placed<PauseClock>> {
        let clock = if pause.is_blocked() {
            PauseClock::Blocked
        } else {
            let role = self.needed(pause.waiting_on())?;
            PauseClock::WaitingOn(self.name(role))
        };
        Some(self.placed(pause.span(), clock))
    }
}
