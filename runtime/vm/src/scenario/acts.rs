//! The lines that do something: acts of people, events of systems, time.
//!
//! Every line becomes events. Where it fails, the failure says what the line wanted and why that could not be.
//! Invariant: an act that nobody may do is still tried once, by the first who was meant, so that the refusal is the
//! interpreter's own.

use super::find::{self, Found};
use super::play::Player;
use super::report::Failure;
use super::{cast, words};
use crate::event::{Act, Actor, EventKind};
use wf_plan::Value;
use wf_plan::calendar::Duration;
use wf_plan::node::{FieldRef, NodeKind};
use wf_plan::plan::{FieldIndex, SystemId};
use wf_plan::scenario::{Statement, StatementKind, Target};

/// Why a line could not be done.
type Why = String;

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
                Err(words::refused(of, place, &refusal, by))
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

    fn correct(
        &mut self,
        node: Option<&str>,
        field: &str,
        value: &Value,
        by: Option<&str>,
    ) -> Result<(), Why> {
        let (instance, at) = self.field(node, field)?;
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let process_owner = || cast::process_owner(&*self.stage, of);
        let people = match (by, at) {
            (Some(by), _) => cast::named(&*self.stage, of, by)?,
            (None, FieldRef::Input(_)) => {
                process_owner().into_iter().chain(cast::starter(&*self.stage, of)).collect()
            }
            (None, FieldRef::Form(node, _)) => {
                let place = crate::event::Place { node, copy: None };
                [cast::owners(&*self.stage, of, place), process_owner()].concat()
            }
        };
        let reason = "as the test says".to_owned();
        self.happen(instance, people, |by| EventKind::Correct {
            field: at,
            value: value.clone(),
            reason: reason.clone(),
            by,
        })
    }

    /// An input, or the field of a form: of the node named, else of the only one that has it.
    fn field(&self, node: Option<&str>, field: &str) -> Result<(usize, FieldRef), Why> {
        let index = |at: usize| FieldIndex(u16::try_from(at).unwrap_or(u16::MAX));
        if let Some(name) = node {
            let (instance, node) = self.node(name)?;
            let declared = self.instance(instance).and_then(|of| of.prepared.node(node));
            let declared = declared.ok_or_else(|| format!("there is no `{name}`"))?;
            let at = declared.form.iter().position(|declared| declared.name == field);
            return match at {
                Some(at) => Ok((instance, FieldRef::Form(node, index(at)))),
                None => {
                    Err(format!("`{name}` has no field `{field}`; it has {}", find::field_names(declared)))
                }
            };
        }
        let own = self.own().ok_or("the workflow has not started")?;
        let program = own.prepared.program();
        if let Some(at) = program.inputs.iter().position(|input| input.name == field) {
            return Ok((0, FieldRef::Input(index(at))));
        }
        let mut forms = crate::prepared::ids(program).filter_map(|id| {
            let at = own.prepared.node(id)?.form.iter().position(|declared| declared.name == field)?;
            Some(FieldRef::Form(id, index(at)))
        });
        match (forms.next(), forms.next()) {
            (Some(only), None) => Ok((0, only)),
            (Some(_), Some(_)) => Err(format!("more than one form has `{field}`: write `STEP.{field}`")),
            (None, _) => {
                let there = words::names(program.inputs.iter().map(|input| input.name.as_str()), "no input");
                Err(format!("there is no field `{field}`; the inputs are {there}"))
            }
        }
    }

    fn reopen(&mut self, name: &str, by: Option<&str>) -> Result<(), Why> {
        let (instance, node) = self.node(name)?;
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let place = crate::event::Place { node, copy: None };
        let people = match by {
            Some(by) => cast::named(&*self.stage, of, by)?,
            None => [cast::owners(&*self.stage, of, place), cast::process_owner(&*self.stage, of)].concat(),
        };
        let reason = "as the test says".to_owned();
        self.happen(instance, people, |by| EventKind::Reopen { node, reason: reason.clone(), by })
    }

    fn end(&mut self, name: &str, by: Option<&str>, because: &str) -> Result<(), Why> {
        let (instance, outcome) = self.node(name)?;
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let people = match (by, of.prepared.node(outcome).map(|node| &node.kind)) {
            (Some(by), _) => cast::named(&*self.stage, of, by)?,
            (None, Some(NodeKind::Outcome(declared))) => {
                let roles = declared.at_any_time.as_ref().map_or(&[] as &[_], |any_time| &any_time.by);
                let people = cast::people_of(&*self.stage, of.prepared.program(), roles);
                if people.is_empty() { cast::process_owner(&*self.stage, of) } else { people }
            }
            (None, _) => return Err(format!("`{name}` is no outcome")),
        };
        let reason = because.to_owned();
        self.happen(instance, people, |by| EventKind::EndAtAnyTime { outcome, reason: reason.clone(), by })
    }

    fn event(&mut self, system: &str, event: &str, with: &[(String, Value)]) -> Result<(), Why> {
        let (instance, at, number) = self.listener(system, event)?;
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let declared = of.prepared.system(at).and_then(|system| system.events.get(usize::from(number)));
        let fields = declared.map_or(&[] as &[_], |event| &event.fields);
        if let Some(unknown) = find::unknown_field(fields, with) {
            let there = words::names(fields.iter().map(|field| field.name.as_str()), "no field");
            return Err(format!("`{system} \"{event}\"` carries no `{unknown}`; it carries {there}"));
        }
        let fields = find::in_order(fields, with, &[]);
        self.apply(instance, EventKind::Arrived { system: at, event: number, fields }, None)
    }

    /// The instance that gets an event: one that waits for it now, else the first that runs and knows it.
    fn listener(&self, system: &str, event: &str) -> Result<(usize, SystemId, u16), Why> {
        let mut known: Vec<(bool, usize, SystemId, u16)> = Vec::new();
        let mut events: Vec<String> = Vec::new();
        for (at, of) in self.stage.instances().iter().enumerate() {
            for (id, declared) in (0u16..).map(SystemId).zip(&of.prepared.program().systems) {
                events.extend(
                    declared.events.iter().map(|event| format!("{} \"{}\"", declared.name, event.name)),
                );
                let found = declared.events.iter().position(|declared| declared.name == event);
                if let Some(number) =
                    found.and_then(|at| u16::try_from(at).ok()).filter(|_| declared.name == system)
                {
                    let waits = crate::prepared::ids(of.prepared.program()).any(|node| {
                        let wait = of.prepared.node(node).map(|node| &node.kind);
                        matches!(wait, Some(NodeKind::Wait(wait)) if wait.system == id && wait.event == number)
                            && of.state.node_state(node).is_live()
                    });
                    known.push((!(waits && of.state.is_running()), at, id, number));
                }
            }
        }
        known.sort_unstable();
        known.first().map(|(_, at, id, number)| (*at, *id, *number)).ok_or_else(|| {
            let there = words::names(events.iter().map(String::as_str), "no event at all");
            format!("no workflow here knows `{system} \"{event}\"`; there is {there}")
        })
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
