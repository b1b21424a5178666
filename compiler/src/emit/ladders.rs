//! Reminders, ladders and actions, fitted to their nodes; equal ones are kept once.
//!
//! Invariant: what reads the element of a copy differs from what reads another type's, because its code does; so equal
//! rows always mean the same.

use super::pool::{Interned, Setting};
use super::{EmitProblem, Emitter};
use crate::typed::{self, ActionKind, Placed};
use wf_plan::calendar::Duration;
use wf_plan::ladder::{Action, Alternative, Ask, Ladder, Level, Reminder};
use wf_plan::people::Who;
use wf_plan::plan::{LadderId, ReminderId};
use wf_plan::source::SourcePlace;

/// Reminders and ladders so far.
#[derive(Debug, Default)]
pub(super) struct Ladders {
    pub(super) reminders: Interned<Reminder>,
    pub(super) reminder_places: Vec<SourcePlace>,
    pub(super) ladders: Interned<Ladder>,
    pub(super) ladder_places: Vec<Vec<SourcePlace>>,
}

type Emitted<T> = Result<T, EmitProblem>;

impl Emitter<'_> {
    /// The row of a reminder.
    pub(super) fn reminder(&mut self, reminder: &typed::Reminder, setting: Setting) -> Emitted<ReminderId> {
        let emitted = Reminder {
            name: reminder.name.clone(),
            start: length(reminder.start.as_ref()),
            repeat: length(reminder.repeat.as_ref()),
            stop_after: reminder.stop_after,
            to: self.receivers(&reminder.to, setting)?,
            via: reminder.via,
            words: self.words(&reminder.words, setting)?,
        };
        if let Some(known) = self.ladders.reminders.known(&emitted) {
            return Ok(ReminderId(known));
        }
        let id = self.next(self.ladders.reminders.rows.len(), "reminders")?;
        self.ladders.reminders.add(id, emitted);
        let place = self.places.of(reminder.at);
        self.ladders.reminder_places.push(place);
        Ok(ReminderId(id))
    }

    /// The row of a ladder.
    pub(super) fn ladder(&mut self, ladder: &typed::Ladder, setting: Setting) -> Emitted<LadderId> {
        let emitted = Ladder {
            name: ladder.name.clone(),
            on_silence: length(ladder.on_silence.as_ref()),
            on_block: length(ladder.on_block.as_ref()),
            on_overdue: ladder.on_overdue,
            levels: ladder.levels.iter().map(|level| self.level(level, setting)).collect::<Emitted<_>>()?,
        };
        if let Some(known) = self.ladders.ladders.known(&emitted) {
            return Ok(LadderId(known));
        }
        let id = self.next(self.ladders.ladders.rows.len(), "escalations")?;
        self.ladders.ladders.add(id, emitted);
        let own = self.places.of(ladder.at);
        let levels = ladder.levels.iter().map(|level| self.places.of(level.at));
        let places = std::iter::once(own).chain(levels).collect();
        self.ladders.ladder_places.push(places);
        Ok(LadderId(id))
    }

    fn level(&mut self, level: &typed::Level, setting: Setting) -> Emitted<Level> {
        Ok(Level {
            number: level.number,
            after: length(level.after.as_ref()),
            actions: self.actions(&level.actions, setting)?,
            ask: level.ask.as_ref().map(|ask| self.ask(ask, setting)).transpose()?,
        })
    }

    fn ask(&mut self, ask: &typed::Ask, setting: Setting) -> Emitted<Ask> {
        let mut alternatives = Vec::with_capacity(ask.alternatives.len());
        for alternative in &ask.alternatives {
            let actions = self.actions(&alternative.actions, setting)?;
            let (label, short) = (alternative.label.clone(), alternative.short.clone());
            alternatives.push(Alternative { label, short, actions });
        }
        Ok(Ask {
            who: self.receivers(&ask.who, setting)?,
            words: self.words(&ask.words, setting)?,
            alternatives,
            suggest: ask.suggest,
            decide_within: length(ask.decide_within.as_ref()),
            otherwise: ask.otherwise,
        })
    }

    /// Receivers of a message or question.
    pub(super) fn receivers(&mut self, who: &[Placed<typed::Who>], setting: Setting) -> Emitted<Vec<Who>> {
        let one = |who: &Placed<typed::Who>| {
            Ok(match &who.value {
                typed::Who::Role(role) => Who::Role(*role),
                typed::Who::Owner => Who::Owner,
                typed::Who::ProcessOwner => Who::ProcessOwner,
                typed::Who::Starter => Who::Starter,
                typed::Who::WaitingOn => Who::WaitingOn,
                typed::Who::Value(value) => Who::Value(self.value(value, setting)?, value.ty),
            })
        };
        who.iter().map(one).collect()
    }

    /// Actions in order.
    pub(super) fn actions(&mut self, actions: &[typed::Action], setting: Setting) -> Emitted<Vec<Action>> {
        actions.iter().map(|action| self.action(&action.kind, setting)).collect()
    }

    fn action(&mut self, action: &ActionKind, setting: Setting) -> Emitted<Action> {
        Ok(match action {
            ActionKind::Set { system, field, value } => {
                Action::Set { system: *system, field: *field, value: self.value(value, setting)? }
            }
            ActionKind::Note { system, words } => {
                Action::Note { system: *system, words: self.words(words, setting)? }
            }
            ActionKind::Tell { who, words, via, urgent } => Action::Tell {
                who: self.receivers(who, setting)?,
                words: self.words(words, setting)?,
                via: *via,
                urgent: *urgent,
            },
            ActionKind::Call { system, operation, arguments } => Action::Call {
                system: *system,
                operation: operation.clone(),
                arguments: self.arguments(arguments, setting)?,
            },
            ActionKind::Start { workflow, decl, at, with, delay } => Action::Start {
                workflow: workflow.clone(),
                plan: self.plan_of(*decl, workflow, *at)?,
                with: self.arguments(with, setting)?,
                delay: *delay,
            },
            ActionKind::Resume => Action::Resume,
            ActionKind::Complete => Action::Complete,
            ActionKind::Skip => Action::Skip,
            ActionKind::Extend(by) => Action::Extend(by.value),
            ActionKind::Reassign(role) => Action::Reassign(*role),
            ActionKind::Choose(option) => Action::Choose(*option),
            ActionKind::Outcome(outcome) => Action::Outcome(*outcome),
        })
    }
}

/// A duration without its place.
pub(super) fn length(duration: Option<&Placed<Duration>>) -> Option<Duration> {
    duration.map(|placed| placed.value)
}
