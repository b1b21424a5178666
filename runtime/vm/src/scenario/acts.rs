//! The lines that do something: acts of people on active work, and time.
//! Corrections and ends are in `amend.rs`, answers in `answers.rs`, events of systems in `events.rs`.
//!
//! Every line becomes events. Where it fails, the failure says what the line wanted and why that could not be.
//! Invariant: an act that nobody may do is still tried once, by the first who was meant, so that the refusal is the
//! interpreter's own.

use super::find::{self, Found};
use super::play::Player;
use super::report::Failure;
use super::{cast, refusals, words};
use crate::event::{Act, Actor, EventKind};
use wf_plan::Value;
use wf_plan::calendar::Duration;
use wf_plan::node::{FieldRef, NodeKind};
use wf_plan::scenario::{Statement, StatementKind, Target};

/// Why a line could not be done.
pub(super) type Why = String;

impl Player<'_> {
    /// Plays a line that does something.
    pub fn act(&mut self, statement: &Statement) -> Result<(), Failure> {
        match &statement.kind {
            StatementKind::Wait(duration) => {
                let until = self.later(self.now(), duration)?;
                self.pass_until(until)
            }
            StatementKind::Complete { targets, after, with, by } => {
                self.complete(targets, after.as_ref(), with, by.as_deref())
            }
            kind => self
                .do_one(kind, statement.by.as_deref())
                .map_err(|happened| Failure { expected: wanted(kind), happened }),
        }
    }

    fn do_one(&mut self, kind: &StatementKind, by: Option<&str>) -> Result<(), Why> {
        match kind {
            StatementKind::Block { target, reason, waiting_on } => {
                self.block(target, reason, waiting_on.as_deref(), by)
            }
            StatementKind::Unblock { target } => self.act_on(target, by, Act::Unblock),
            StatementKind::Skip { target, reason } => {
                self.act_on(target, by, Act::Skip { reason: reason.clone() })
            }
            StatementKind::Comment { target, text } => self.act_on(target, by, Act::Comment(text.clone())),
            StatementKind::Reassign { target, to } => self.reassign(target, to, by),
            StatementKind::Acknowledge { target } => self.act_on(target, by, Act::Acknowledge),
            StatementKind::Choose { decision, option, by, because } => {
                self.choose(decision, option, by.as_deref(), because.clone())
            }
            StatementKind::ChooseAlternative { label, by } => self.choose_alternative(label, by.as_deref()),
            StatementKind::Answer { text, by } => self.answer(text, by.as_deref()),
            StatementKind::Correct { node, field, value } => self.correct(node.as_deref(), field, value, by),
            StatementKind::Reopen { node } => self.reopen(node, by),
            StatementKind::Event { system, event, with } => self.event(system, event, with),
            StatementKind::WaitUntil(moment) => {
                if *moment < self.now() {
                    return Err(format!("it is {} already", self.local(self.now())));
                }
                self.pass_until(*moment).map_err(|failure| failure.happened)
            }
            StatementKind::End { outcome, by, because } => {
                self.end(outcome, by.as_deref(), because.as_deref().unwrap_or_default())
            }
            // Handled elsewhere.
            _ => Ok(()),
        }
    }

    fn complete(
        &mut self,
        targets: &[Target],
        after: Option<&Duration>,
        with: &[(String, Value)],
        by: Option<&str>,
    ) -> Result<(), Failure> {
        if let Some(after) = after {
            let until = self.later(self.now(), after)?;
            self.pass_until(until)?;
        }
        for target in targets {
            let fail = |happened| Failure { expected: format!("{} is completed", shown(target)), happened };
            self.check_fields(targets, with).map_err(fail)?;
            for found in self.work(target).map_err(fail)? {
                let values = self.form_of(found, with);
                self.act_at(found, by, &Act::Complete(values)).map_err(fail)?;
            }
        }
        Ok(())
    }

    /// Every value given must have a field in one of the forms.
    fn check_fields(&self, targets: &[Target], with: &[(String, Value)]) -> Result<(), Why> {
        let mut fields = Vec::new();
        for target in targets {
            let (instance, node) = self.node(&target.node)?;
            let node = self.instance(instance).and_then(|of| of.prepared.node(node));
            fields.extend(node.into_iter().flat_map(|node| node.form.iter().cloned()));
        }
        match find::unknown_field(&fields, with) {
            Some(unknown) => {
                let there = words::names(fields.iter().map(|field| field.name.as_str()), "no form at all");
                Err(format!("there is no field `{unknown}` to fill in; there is {there}"))
            }
            None => Ok(()),
        }
    }

    /// The values of a form: those given, else what it shows already (kept from an earlier round).
    fn form_of(&self, found: Found, with: &[(String, Value)]) -> Vec<Value> {
        let Some(of) = self.instance(found.instance) else { return Vec::new() };
        let Some(node) = of.prepared.node(found.place.node) else { return Vec::new() };
        let before = of.state.work(found.place).map_or(&[] as &[Value], |work| &work.values);
        find::in_order(&node.form, with, before)
    }

    fn act_on(&mut self, target: &Target, by: Option<&str>, act: Act) -> Result<(), Why> {
        for found in self.work(target)? {
            self.act_at(found, by, &act)?;
        }
        Ok(())
    }

    fn act_at(&mut self, found: Found, by: Option<&str>, act: &Act) -> Result<(), Why> {
        let of = self.instance(found.instance).ok_or("the workflow has not started")?;
        let people = cast::workers(&*self.stage, of, found.place, by)?;
        self.happen(found.instance, people, |by| EventKind::Act { place: found.place, act: act.clone(), by })
    }

    /// Lets the first of some people act who may.
    pub fn happen(
        &mut self,
        instance: usize,
        people: Vec<Actor>,
        act: impl Fn(Actor) -> EventKind,
    ) -> Result<(), Why> {
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let (by, _) =
            cast::first_who_may(of, self.now(), people, &act).ok_or("nobody is there to do this")?;
        self.apply(instance, act(by.clone()), Some(&by))
    }

    pub fn apply(&mut self, instance: usize, kind: EventKind, by: Option<&Actor>) -> Result<(), Why> {
        let place = match &kind {
            EventKind::Act { place, .. } => Some(*place),
            EventKind::Reopen { node, .. }
            | EventKind::EndAtAnyTime { outcome: node, .. }
            | EventKind::Correct { field: FieldRef::Form(node, _), .. } => {
                Some(crate::event::Place { node: *node, copy: None })
            }
            EventKind::Answer { question, .. } => {
                let of = self.instance(instance);
                of.and_then(|of| of.state.question(*question)).map(|question| question.place)
            }
            _ => None,
        };
        self.refused = None;
        let seen = self.stage.apply(instance, kind);
        self.take_in(seen).map_err(|fault| fault.0)?;
        match self.refused.take() {
            Some((at, refusal)) if at == instance => {
                let of = self.instance(instance).ok_or("the workflow has not started")?;
                Err(refusals::refused(of, place, &refusal, by))
            }
            _ => Ok(()),
        }
    }

    fn block(
        &mut self,
        target: &Target,
        reason: &str,
        waiting_on: Option<&str>,
        by: Option<&str>,
    ) -> Result<(), Why> {
        for found in self.work(target)? {
            let of = self.instance(found.instance).ok_or("the workflow has not started")?;
            let role = waiting_on.map(|name| cast::role_named(of.prepared.program(), name)).transpose()?;
            let act = Act::Block { reason: reason.to_owned(), waiting_on: role };
            self.act_at(found, by, &act)?;
        }
        Ok(())
    }

    fn reassign(&mut self, target: &Target, to: &str, by: Option<&str>) -> Result<(), Why> {
        for found in self.work(target)? {
            let of = self.instance(found.instance).ok_or("the workflow has not started")?;
            let role = cast::role_named(of.prepared.program(), to)?;
            self.act_at(found, by, &Act::Reassign(role))?;
        }
        Ok(())
    }

    fn choose(
        &mut self,
        decision: &str,
        option: &str,
        by: Option<&str>,
        because: Option<String>,
    ) -> Result<(), Why> {
        let target = Target { node: decision.to_owned(), copy: None };
        for found in self.work(&target)? {
            let of = self.instance(found.instance).ok_or("the workflow has not started")?;
            let node = of.prepared.node(found.place.node).map(|node| &node.kind);
            let Some(NodeKind::Decision(declared)) = node else {
                return Err(format!("`{decision}` is no decision, so nothing can be chosen there"));
            };
            let at = declared.options.iter().position(|declared| declared.name == option);
            let Some(at) = at.and_then(|at| u16::try_from(at).ok()) else {
                let there = words::names(declared.options.iter().map(|option| option.name.as_str()), "none");
                return Err(format!("`{decision}` has no option `{option}`; it has {there}"));
            };
            self.act_at(found, by, &Act::Choose { option: at, reason: because.clone() })?;
        }
        Ok(())
    }
}

/// A target as a test writes it.
pub(super) fn shown(target: &Target) -> String {
    match &target.copy {
        None => format!("`{}`", target.node),
        Some(Value::Text(element)) => format!("`{}(\"{element}\")`", target.node),
        Some(_) => format!("`{}(…)`", target.node),
    }
}

/// What a line wants, as a sentence.
fn wanted(kind: &StatementKind) -> String {
    match kind {
        StatementKind::Block { target, .. } => format!("{} is blocked", shown(target)),
        StatementKind::Unblock { target } => format!("{} goes on", shown(target)),
        StatementKind::Skip { target, .. } => format!("{} is skipped", shown(target)),
        StatementKind::Comment { target, .. } => format!("somebody comments on {}", shown(target)),
        StatementKind::Reassign { target, to } => format!("{} goes to `{to}`", shown(target)),
        StatementKind::Acknowledge { target } => format!("somebody has seen {}", shown(target)),
        StatementKind::Choose { decision, option, .. } => format!("`{option}` is chosen at `{decision}`"),
        StatementKind::ChooseAlternative { label, .. } => {
            format!("somebody chooses {}", words::quoted(label))
        }
        StatementKind::Answer { text, .. } => format!("somebody answers {}", words::quoted(text)),
        StatementKind::Correct { field, .. } => format!("`{field}` is corrected"),
        StatementKind::Reopen { node } => format!("`{node}` is reopened"),
        StatementKind::Event { system, event, .. } => format!("`{system} \"{event}\"` arrives"),
        StatementKind::End { outcome, .. } => format!("it ends in `{outcome}`"),
        StatementKind::WaitUntil(_) => "the clock goes forward".to_owned(),
        _ => String::new(),
    }
}
