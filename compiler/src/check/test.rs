//! Tests: what they name must be in the workflow they start or in one that this runs, and the values must fit.
//!
//! The tables of the workflow a line speaks of are taken over as they are, so that enum values mean the same; the
//! tested one's nodes go before those of its children. Invariant: without a usable workflow nothing is said about the
//! test beyond its `start`.

mod named;

use super::Checker;
use super::environment::{Env, Stage};
use super::expr::Wanted;
use super::path::position;
use super::table::Tables;
use crate::hir::{self, DeclarationKind, Name, TestDecl, TestStart, TestStatementKind as Written};
use crate::lint::clause_missing;
use crate::place::{DeclId, Place, Problem};
use crate::scope::Scope;
use crate::typed::node::NodeKind;
use crate::typed::test::{Given, LocalMoment, TestStatement, TestStatementKind as Kind, TestTarget};
use crate::typed::{Field, Typed, TypedTest};
use std::collections::BTreeMap;
use wf_plan::time::DAY_MINUTES;

/// Checks a test. `played`: the workflow that its `start` names, where that has no errors, and those that it runs or
/// starts.
pub fn test(scope: &dyn Scope, id: DeclId, played: &[&Typed]) -> (Option<TypedTest>, Vec<Problem>) {
    let typed = played.first().copied();
    let declaration = scope.declaration(id);
    let DeclarationKind::Test(written) = &declaration.kind else { return (None, Vec::new()) };
    let mut checker = Checker::new(scope, id, BTreeMap::new());
    if declaration.damaged {
        checker.found.mark_broken();
    }
    let env = Env::new(id, Stage::Constant);
    let at = checker.home_place(declaration.at);
    let Some(start) = &written.start else { return (None, Vec::new()) };
    let child = checker.child(env, &start.value.workflow);
    let title = declaration.title.as_ref().map(|title| title.value.clone()).unwrap_or_default();
    let typed = typed.filter(|typed| child.as_ref().is_some_and(|(decl, _)| *decl == typed.decl));
    let found = typed.and_then(|typed| checker.typed_test(env, typed, played, written, start));
    let found = found.map(|(start, inputs, by, statements)| TypedTest {
        decl: id,
        title,
        at,
        workflow: typed.map(|typed| typed.name.clone()).unwrap_or_default(),
        workflow_decl: typed.map_or(id, |typed| typed.decl),
        start,
        inputs,
        by,
        statements,
    });
    let broken = checker.found.is_broken();
    (found.filter(|_| !broken), checker.found.into_problems())
}

/// The workflows that one runs or starts.
pub fn started_workflows(typed: &Typed) -> Vec<DeclId> {
    let mut started = Vec::new();
    for node in &typed.nodes {
        if let NodeKind::Run { decl, .. } = &node.kind {
            started.push(*decl);
        }
    }
    started
}

/// The workflow that a test's `start` names.
pub fn tested_workflow(scope: &dyn Scope, id: DeclId) -> Option<DeclId> {
    let DeclarationKind::Test(written) = &scope.declaration(id).kind else { return None };
    let start = written.start.as_ref()?;
    let decl = scope.resolve(id, &start.value.workflow.text)?;
    matches!(scope.declaration(decl).kind, DeclarationKind::Workflow(_)).then_some(decl)
}

type Parts = (LocalMoment, Vec<(String, Given)>, Option<String>, Vec<TestStatement>);

impl Checker<'_> {
    fn typed_test(
        &mut self,
        env: Env<'_>,
        typed: &Typed,
        played: &[&Typed],
        written: &TestDecl,
        start: &hir::Placed<TestStart>,
    ) -> Option<Parts> {
        self.take_tables(typed);
        let calendar = typed.calendars.get(typed.calendar.index());
        self.zone = calendar.map(|row| row.data.zone.clone());
        let at = env.place(start.at);
        let start = &start.value;
        let began = self.start_moment(env, start, at);
        let inputs = self.start_values(env, typed, start);
        let by = self.by(env, start.by.as_ref());
        let mut statements = Vec::with_capacity(written.statements.len());
        for statement in &written.statements {
            let env_at = env.place(statement.at);
            let of = spoken_of(typed, played, &statement.kind);
            if of.decl != typed.decl {
                self.take_tables(of);
            }
            let by = self.by(env, statement.by.as_ref());
            match self.statement(env, of, &statement.kind, env_at) {
                Some(kind) => {
                    statements.push(TestStatement { at: env_at, text: statement.text.clone(), by, kind });
                }
                None => self.found.mark_broken(),
            }
            if of.decl != typed.decl {
                self.take_tables(typed);
            }
        }
        Some((began?, inputs?, by, statements))
    }

    fn take_tables(&mut self, typed: &Typed) {
        let mut rows = BTreeMap::new();
        let mut note = |index: usize, at: Place| {
            if let Ok(row) = u16::try_from(index) {
                rows.insert(at.decl, row);
            }
        };
        typed.enums.iter().enumerate().for_each(|(index, row)| note(index, row.at));
        typed.records.iter().enumerate().for_each(|(index, row)| note(index, row.at));
        typed.systems.iter().enumerate().for_each(|(index, row)| note(index, row.at));
        typed.roles.iter().enumerate().for_each(|(index, row)| note(index, row.at));
        self.tables = Tables {
            enums: typed.enums.clone(),
            records: typed.records.clone(),
            systems: typed.systems.clone(),
            roles: typed.roles.clone(),
            channels: typed.channels.clone(),
            rows,
            ..Tables::default()
        };
    }

    fn start_moment(&mut self, env: Env<'_>, start: &TestStart, at: Place) -> Option<LocalMoment> {
        let Some(date) = &start.date else {
            self.missing(env, at, "the test does not say when it starts", "write `at 2026-03-02 09:00`");
            return None;
        };
        self.moment_of(env, date, start.time.as_ref(), 0)
    }

    /// A date and a time; without a time the day's first minute.
    /// A date with a time, or the minute of the day that a date alone means.
    fn moment_of(
        &mut self,
        env: Env<'_>,
        date: &Name,
        time: Option<&Name>,
        alone: u16,
    ) -> Option<LocalMoment> {
        let place = env.place(date.at);
        match time {
            Some(time) => self.local_moment(env, (&date.text, place), (&time.text, env.place(time.at))),
            None => Some(LocalMoment { date: self.date(env, &date.text, place)?, minute: alone }),
        }
    }

    fn start_values(
        &mut self,
        env: Env<'_>,
        typed: &Typed,
        start: &TestStart,
    ) -> Option<Vec<(String, Given)>> {
        let given = self.values(env, &format!("input of `{}`", typed.name), &typed.inputs, &start.with);
        let lacks = |input: &&Field| {
            let written = start.with.iter().any(|(name, _)| name.text == input.data.name);
            !written && !input.data.optional && input.data.from.is_none()
        };
        let lacking: Vec<&Field> = typed.inputs.iter().filter(lacks).collect();
        if let Some(first) = lacking.first() {
            let names: Vec<String> = lacking.iter().map(|input| format!("`{}`", input.data.name)).collect();
            let message = format!("`{}` is started without {}", typed.name, names.join(", "));
            let at = env.place(start.workflow.at);
            let problem = Problem::new(&clause_missing::RULE, at, message)
                .with_related(first.at, "asked for here")
                .with_help("give a value in `with { … }`");
            self.report(env, problem);
            return None;
        }
        given
    }

    /// Values for fields, by name.
    fn values(
        &mut self,
        env: Env<'_>,
        what: &str,
        fields: &[Field],
        with: &[(Name, hir::Expr)],
    ) -> Option<Vec<(String, Given)>> {
        let mut values = Vec::with_capacity(with.len());
        let mut sound = true;
        for (index, (name, value)) in with.iter().enumerate() {
            if let Some((first, _)) = with.iter().take(index).find(|(first, _)| first.text == name.text) {
                self.duplicate(env, "value", name, first.at);
            }
            let Some((_, field)) = position(fields, &name.text) else {
                let known = fields.iter().map(|field| field.data.name.clone()).collect();
                self.unknown(env, what, name, known);
                sound = false;
                continue;
            };
            let wanted = Wanted { ty: field.data.kind, name: name.text.clone(), at: Some(field.at) };
            match self.given(env, value, &wanted) {
                Some(value) => values.push((name.text.clone(), value)),
                None => sound = false,
            }
        }
        sound.then_some(values)
    }

    fn statement(&mut self, env: Env<'_>, typed: &Typed, written: &Written, at: Place) -> Option<Kind> {
        Some(match written {
            Written::Complete { targets, after, with, by } => {
                let found: Option<Vec<TestTarget>> =
                    targets.iter().map(|target| self.target(env, typed, target)).collect();
                let with = self.completed_values(env, typed, targets, with);
                let after = self.optional_duration(env, after.as_ref())?;
                Kind::Complete { targets: found?, after, with: with?, by: self.by(env, by.as_ref()) }
            }
            Written::Block { target, reason, waiting_on } => Kind::Block {
                target: self.target(env, typed, target)?,
                reason: reason.clone(),
                waiting_on: self.by(env, waiting_on.as_ref()),
            },
            Written::Unblock(target) => Kind::Unblock { target: self.target(env, typed, target)? },
            Written::Skip { target, reason } => {
                Kind::Skip { target: self.target(env, typed, target)?, reason: reason.clone() }
            }
            Written::Comment { target, text } => {
                Kind::Comment { target: self.target(env, typed, target)?, text: text.clone() }
            }
            Written::Reassign { target, to } => {
                Kind::Reassign { target: self.target(env, typed, target)?, to: self.by(env, Some(to))? }
            }
            Written::Acknowledge(target) => Kind::Acknowledge { target: self.target(env, typed, target)? },
            Written::Choose { decision, option, by, because } => {
                self.test_option(env, typed, decision, option)?;
                Kind::Choose {
                    decision: decision.text.clone(),
                    option: option.text.clone(),
                    by: self.by(env, by.as_ref()),
                    because: because.clone(),
                }
            }
            Written::End { outcome, by, because } => {
                self.ends_at_any_time(env, typed, outcome)?;
                Kind::End {
                    outcome: outcome.text.clone(),
                    by: self.by(env, by.as_ref()),
                    because: because.clone(),
                }
            }
            Written::ChooseAlternative { label, by } => {
                self.known_alternative(env, typed, label)?;
                Kind::ChooseAlternative { label: label.text.clone(), by: self.by(env, by.as_ref()) }
            }
            Written::Answer { text, by } => {
                Kind::Answer { text: text.clone(), by: self.by(env, by.as_ref()) }
            }
            Written::Correct { field, value } => self.correct(env, typed, field, value)?,
            Written::Reopen(node) => Kind::Reopen { node: self.test_node(env, typed, node)?.name.clone() },
            Written::Event { system, event, with } => self.test_event(env, typed, system, event, with)?,
            Written::Wait(duration) => Kind::Wait(self.duration(env, duration)?),
            Written::WaitUntil { date, time } => {
                Kind::WaitUntil(self.moment_of(env, date, time.as_ref(), 0)?)
            }
            expectation => return self.expectation(env, typed, expectation, at),
        })
    }

    fn expectation(&mut self, env: Env<'_>, typed: &Typed, written: &Written, at: Place) -> Option<Kind> {
        Some(match written {
            Written::ExpectState { target, state } => {
                Kind::ExpectState { target: self.target(env, typed, target)?, state: self.state(env, state)? }
            }
            Written::ExpectAsks { node, role, alternatives } => Kind::ExpectAsks {
                node: self.test_node(env, typed, node)?.name.clone(),
                role: self.by(env, Some(role))?,
                alternatives: self.small(env, at, *alternatives)?,
            },
            Written::ExpectMessage { role, channel, containing, times } => Kind::ExpectMessage {
                role: self.by(env, Some(role))?,
                channel: self.test_channel(env, channel.as_ref())?,
                containing: containing.clone(),
                times: self.small(env, at, *times)?,
            },
            Written::ExpectNoMessage(duration) => Kind::ExpectNoMessage(self.duration(env, duration)?),
            Written::ExpectDue { target, date, time } => {
                let target = self.target(env, typed, target);
                // A deadline that is a date means its end.
                let due = self.moment_of(env, date, time.as_ref(), DAY_MINUTES);
                Kind::ExpectDue { target: target?, due: due? }
            }
            Written::ExpectDuePaused(target) => {
                Kind::ExpectDuePaused { target: self.target(env, typed, target)? }
            }
            Written::ExpectSystem { system, field, value } => {
                let row = self.test_system(env, typed, system)?;
                let fields = typed.systems.get(row).map(|row| row.fields.as_slice()).unwrap_or_default();
                let value =
                    self.value_of(env, &format!("field of `{}`", system.text), fields, field, value)?;
                Kind::ExpectSystem { system: system.text.clone(), field: field.text.clone(), value }
            }
            Written::ExpectOutcome { outcome, within } => {
                let node = self.test_node(env, typed, outcome)?;
                if !matches!(node.kind, NodeKind::Outcome { .. }) {
                    let message = format!("`{}` is no outcome", outcome.text);
                    let problem = crate::lint::type_mismatch::other(env.place(outcome.at), message)
                        .with_related(node.at, format!("`{}` is declared here", outcome.text));
                    self.report(env, problem);
                    return None;
                }
                let within = self.optional_duration(env, within.as_ref())?;
                Kind::ExpectOutcome { outcome: outcome.text.clone(), within }
            }
            Written::ExpectNoOutcome => Kind::ExpectNoOutcome,
            _ => return None,
        })
    }
}

/// The workflow that a line speaks of: the tested one, or the first of its children that has what the line names.
fn spoken_of<'t>(tested: &'t Typed, played: &[&'t Typed], written: &Written) -> &'t Typed {
    let has: Box<dyn Fn(&Typed) -> bool + '_> = match written {
        Written::Complete { targets, .. } => match targets.first() {
            Some(target) => Box::new(|of| has_node(of, &target.node)),
            None => return tested,
        },
        Written::Block { target, .. }
        | Written::Unblock(target)
        | Written::Skip { target, .. }
        | Written::Comment { target, .. }
        | Written::Reassign { target, .. }
        | Written::Acknowledge(target)
        | Written::ExpectState { target, .. }
        | Written::ExpectDue { target, .. }
        | Written::ExpectDuePaused(target) => Box::new(|of| has_node(of, &target.node)),
        Written::Choose { decision: node, .. }
        | Written::End { outcome: node, .. }
        | Written::Reopen(node)
        | Written::ExpectAsks { node, .. } => Box::new(|of| has_node(of, node)),
        Written::Correct { field, .. } => match field.as_slice() {
            [node, _, ..] => Box::new(|of| has_node(of, node)),
            _ => return tested,
        },
        Written::ChooseAlternative { label, .. } => {
            Box::new(|of| alternatives(of).any(|known| known == label.text))
        }
        Written::Event { system, event, .. } => Box::new(|of| {
            let named = of.systems.iter().find(|row| row.name == system.text);
            named.is_some_and(|row| row.events.iter().any(|known| known.name == event.text))
        }),
        Written::ExpectSystem { system, .. } => {
            Box::new(|of| of.systems.iter().any(|row| row.name == system.text))
        }
        _ => return tested,
    };
    played.iter().copied().find(|of| has(of)).unwrap_or(tested)
}

fn has_node(typed: &Typed, name: &Name) -> bool {
    typed.nodes.iter().any(|node| node.name == name.text)
}

/// The alternatives of all questions of a workflow.
fn alternatives(typed: &Typed) -> impl Iterator<Item = &str> {
    let levels = typed.nodes.iter().flat_map(|node| &node.ladders).flat_map(|ladder| &ladder.levels);
    let asks = levels.filter_map(|level| level.ask.as_ref());
    asks.flat_map(|ask| &ask.alternatives).map(|alternative| alternative.label.as_str())
}
