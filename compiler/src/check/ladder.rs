//! Reminders and ladders, checked at each place that uses them.
//!
//! Invariant: a level without `after` follows an ask with `decide within`; levels come from 1 up.

use super::Checker;
use super::environment::{Env, Stage};
use super::text::plain;
use crate::hir::node::{Escalate, Remind};
use crate::hir::{
    AlternativeDecl, AskDecl, DeclarationKind, EscalationDecl, LevelDecl, Placed as Written, ReminderDecl,
};
use crate::lint::bad_literal;
use crate::place::Place;
use crate::typed::{Alternative, Ask, Expr, ExprKind, Ladder, Level, Reminder, Text, TextPart, Words};
use crate::types;
use wf_plan::op::Context;

impl Checker<'_> {
    /// The reminders of a node: its own, or else the workflow's.
    pub(super) fn reminders(&mut self, env: Env<'_>, own: &[Remind], default: &[Remind]) -> Vec<Reminder> {
        let (chosen, used) = if own.is_empty() { (default, self.node_at(env)) } else { (own, None) };
        let never = chosen.iter().any(|remind| matches!(remind, Remind::Never(_)));
        if never && chosen.len() > 1 && !own.is_empty() {
            self.never_alone(env, "remind", first_never_reminder(env, chosen));
        }
        let mut reminders = Vec::with_capacity(chosen.len());
        for remind in chosen {
            match remind {
                Remind::Never(_) => {}
                Remind::Named(name) => {
                    let is_reminder = |kind: &DeclarationKind| matches!(kind, DeclarationKind::Reminder(_));
                    let Some(decl) = self.resolve(env, name, "reminder", is_reminder) else { continue };
                    let declaration = self.scope.declaration(decl);
                    let DeclarationKind::Reminder(written) = &declaration.kind else { continue };
                    let used = used.unwrap_or_else(|| env.place(name.at));
                    let at = Place { decl, at: declaration.at };
                    let inner = env.inside(decl, used);
                    let named = declaration.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
                    reminders.extend(self.reminder(inner, written, named, at, env.place(name.at)));
                }
                Remind::Inline(written) => {
                    let at = env.place(written.at);
                    reminders.extend(self.reminder(env, &written.value, String::new(), at, at));
                }
            }
        }
        reminders
    }

    fn reminder(
        &mut self,
        env: Env<'_>,
        written: &ReminderDecl,
        name: String,
        at: Place,
        used_at: Place,
    ) -> Option<Reminder> {
        let env = env.at_stage(Stage::Working);
        let start = written.start.as_ref().and_then(|start| self.placed_duration(env, &start.value));
        let repeat = written.repeat.as_ref().and_then(|repeat| self.placed_duration(env, &repeat.value));
        let stop_after = written.stop_after.as_ref().and_then(|stop| self.count(env, stop));
        let to = self.receivers(env, &written.to);
        let via = written.via.as_ref().and_then(|via| self.channel(env, via));
        let words = match &written.say {
            Some(say) => self.words(env, say)?,
            None => plain_reminder(at),
        };
        Some(Reminder { name, start, repeat, stop_after, to, via, words, at, used_at })
    }

    /// The ladders of a node: its own, or else the workflow's.
    pub(super) fn ladders(&mut self, env: Env<'_>, own: &[Escalate], default: &[Escalate]) -> Vec<Ladder> {
        let (chosen, used) = if own.is_empty() { (default, self.node_at(env)) } else { (own, None) };
        let never = chosen.iter().any(|escalate| matches!(escalate, Escalate::Never(_)));
        if never && chosen.len() > 1 && !own.is_empty() {
            let at = chosen.iter().find_map(|escalate| match escalate {
                Escalate::Never(at) => Some(env.place(*at)),
                _ => None,
            });
            self.never_alone(env, "escalate", at);
        }
        let mut ladders = Vec::with_capacity(chosen.len());
        for escalate in chosen {
            match escalate {
                Escalate::Never(_) => {}
                Escalate::Named(name) => {
                    let is_ladder = |kind: &DeclarationKind| matches!(kind, DeclarationKind::Escalation(_));
                    let Some(decl) = self.resolve(env, name, "escalation", is_ladder) else { continue };
                    let declaration = self.scope.declaration(decl);
                    let DeclarationKind::Escalation(written) = &declaration.kind else { continue };
                    let used = used.unwrap_or_else(|| env.place(name.at));
                    let at = Place { decl, at: declaration.at };
                    let named = declaration.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
                    let inner = env.inside(decl, used);
                    ladders.push(self.ladder(inner, written, named, at, env.place(name.at)));
                }
                Escalate::Inline(written) => {
                    self.check_levels(env, &written.value);
                    let at = env.place(written.at);
                    ladders.push(self.ladder(env, &written.value, String::new(), at, at));
                }
            }
        }
        ladders
    }

    fn never_alone(&mut self, env: Env<'_>, word: &str, at: Option<Place>) {
        let Some(at) = at else { return };
        let message = format!("`{word} never` stands beside another `{word}`");
        self.misplaced(env, at, message, "keep one of the two");
    }

    fn ladder(
        &mut self,
        env: Env<'_>,
        written: &EscalationDecl,
        name: String,
        at: Place,
        used_at: Place,
    ) -> Ladder {
        let env = env.at_stage(Stage::Level);
        let on_silence = written.on_silence.as_ref().and_then(|on| self.placed_duration(env, &on.value));
        let on_block = written.on_block.as_ref().and_then(|on| self.placed_duration(env, &on.value));
        let levels: Vec<Level> = written.levels.iter().filter_map(|level| self.level(env, level)).collect();
        if levels.is_empty() || (on_silence.is_none() && on_block.is_none() && written.on_overdue.is_none()) {
            self.found.mark_broken();
        }
        Ladder { name, on_silence, on_block, on_overdue: written.on_overdue.is_some(), levels, at, used_at }
    }

    fn level(&mut self, env: Env<'_>, written: &LevelDecl) -> Option<Level> {
        let number = self.count(env, &written.number);
        let after = written.after.as_ref().map(|after| self.placed_duration(env, &after.value));
        let actions = self.effects(env, &written.actions);
        let ask = written.ask.as_ref().map(|ask| self.ask(env, ask, written.decide_within.as_ref()));
        if let (None, Some(within)) = (&written.ask, &written.decide_within) {
            let message = "`decide within` needs an `ask` in the same level";
            self.misplaced(env, env.place(within.at), message, "ask somebody, or take the line out");
        }
        let ask = match ask {
            Some(ask) => Some(ask?),
            None => None,
        };
        let after = match after {
            Some(after) => Some(after?),
            None => None,
        };
        Some(Level { number: number?, after, actions, ask, at: env.place(written.number.at) })
    }

    fn ask(
        &mut self,
        env: Env<'_>,
        written: &AskDecl,
        within: Option<&Written<(crate::hir::expr::DurationLit, Option<crate::hir::Name>)>>,
    ) -> Option<Ask> {
        let at = env.place(written.at);
        let who = self.receivers(env, &written.who);
        let words = match &written.text {
            Some(text) => self.words(env, text),
            None => {
                self.found.mark_broken();
                None
            }
        };
        let alternatives = written.alternatives.iter().map(|one| self.alternative(env, one)).collect();
        for (index, one) in written.alternatives.iter().enumerate() {
            let before = written.alternatives.iter().take(index);
            if let Some(first) = before.into_iter().find(|first| first.label.text == one.label.text) {
                self.duplicate(env, "alternative", &one.label, first.label.at);
            }
        }
        let suggest = written.suggest.as_ref().and_then(|suggest| self.count(env, suggest)).unwrap_or(0);
        let decide_within = within.and_then(|within| self.placed_duration(env, &within.value.0));
        let otherwise = within.and_then(|within| within.value.1.as_ref()).and_then(|label| {
            let position = written.alternatives.iter().position(|one| one.label.text == label.text);
            if position.is_none() {
                let known = written.alternatives.iter().map(|one| one.label.text.clone()).collect();
                self.unknown_in(env, Some(env.decl), "alternative", label, known);
            }
            position.and_then(|position| u16::try_from(position).ok())
        });
        Some(Ask { who, words: words?, alternatives, suggest, decide_within, otherwise, at })
    }

    fn alternative(&mut self, env: Env<'_>, written: &AlternativeDecl) -> Alternative {
        Alternative {
            label: written.label.text.clone(),
            short: written.short.as_ref().map(|short| short.text.clone()),
            actions: self.actions(env, &written.actions),
            at: env.place(written.label.at),
        }
    }

    /// Levels are counted from 1, and each says when it comes.
    pub(super) fn check_levels(&mut self, env: Env<'_>, written: &EscalationDecl) {
        let mut before: Option<&LevelDecl> = None;
        for level in &written.levels {
            let number_at = env.place(level.number.at);
            let expected = before.map_or(1, |before| before.number.value.saturating_add(1));
            if level.number.value != expected {
                let why =
                    format!("is not the next level: levels are counted from 1, so this is level {expected}");
                let problem = bad_literal::because(number_at, &level.number.value.to_string(), &why);
                self.report(env, problem);
            }
            let decides = before.is_some_and(|before| before.decide_within.is_some());
            if before.is_some() && level.after.is_none() && !decides {
                let message = format!("level {} does not say when it comes", level.number.value);
                let help = "write `after 1 business day`; only behind an `ask` with `decide within` it may be left out";
                self.missing(env, number_at, message, help);
            }
            before = Some(level);
        }
    }

    /// A number of things, at least one.
    pub(super) fn count(&mut self, env: Env<'_>, written: &Written<u64>) -> Option<u16> {
        let found = u16::try_from(written.value).ok().filter(|count| *count > 0);
        if found.is_none() {
            let why = if written.value == 0 { "is too few; write at least 1" } else { "is too many" };
            let problem = bad_literal::because(env.place(written.at), &written.value.to_string(), why);
            self.report(env, problem);
        }
        found
    }
}

fn first_never_reminder(env: Env<'_>, chosen: &[Remind]) -> Option<Place> {
    chosen.iter().find_map(|remind| match remind {
        Remind::Never(at) => Some(env.place(*at)),
        _ => None,
    })
}

/// What a reminder says where the source says nothing.
fn plain_reminder(at: Place) -> Words {
    let context =
        |context, ty| TextPart::Value(Expr { kind: ExprKind::Context(context), ty, at, marks: Vec::new() });
    let parts = vec![
        context(Context::Step, types::TEXT),
        TextPart::Words(" is due ".to_owned()),
        context(Context::Deadline, types::MOMENT),
        TextPart::Words(".".to_owned()),
    ];
    plain(Text { parts, at })
}
