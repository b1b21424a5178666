//! The story itself: line after line, with the clock and everything that is seen.
//!
//! A [`Player`] lives for one scenario. Lines are played in `acts.rs` and `expect.rs`; what a stage shows comes in
//! through [`Player::take_in`], and time passes through [`Player::pass_until`] only. Invariant: nothing is seen
//! before the clock has come to it.

use super::letters::Letters;
use super::report::{Failure, Happening, Played, Report, Scene, Verdict};
use super::stage::{Instance, Seen, Stage, StageError};
use super::{cast, refusals, scenes, words};
use crate::effect::{Change, Effect, Fact, Refusal};
use crate::event::Actor;
use crate::prepared::Prepared;
use crate::state::{End, Phase};
use wf_plan::calendar::Duration;
use wf_plan::scenario::{Scenario, Statement, StatementKind};
use wf_plan::{Moment, Value};

/// Times at which something may happen within one line: a story beyond would not end.
const MAX_STOPS: u32 = 200_000;

/// Plays a scenario on a stage that has not been used.
pub fn play(stage: &mut dyn Stage, scenario: &Scenario) -> Report {
    let mut player = Player {
        stage,
        scenario,
        letters: Letters::default(),
        scenes: Vec::new(),
        refused: None,
        sets: Vec::new(),
        last_scene: scenario.start,
    };
    let outcome = player.start();
    let start = player.row(scenario.line, &player.start_line(), outcome);
    let mut goes_on = start.verdict == Verdict::Held;
    let mut statements = Vec::with_capacity(scenario.statements.len());
    for statement in &scenario.statements {
        let row = if goes_on {
            let outcome = player.statement(statement);
            player.row(statement.line, &statement.text, outcome)
        } else {
            player.not_played(statement)
        };
        goes_on &= row.verdict == Verdict::Held || is_expectation(&statement.kind);
        statements.push(row);
    }
    Report {
        title: scenario.title.clone(),
        file: scenario.file.clone(),
        line: scenario.line,
        workflow: scenario.workflow.clone(),
        start,
        statements,
        outcome: player.outcome(),
        stands: player.own().map_or_else(String::new, words::instance_stands),
    }
}

fn is_expectation(kind: &StatementKind) -> bool {
    matches!(
        kind,
        StatementKind::ExpectState { .. }
            | StatementKind::ExpectAsks { .. }
            | StatementKind::ExpectMessage { .. }
            | StatementKind::ExpectNoMessage(_)
            | StatementKind::ExpectDue { .. }
            | StatementKind::ExpectDuePaused { .. }
            | StatementKind::ExpectSystem { .. }
            | StatementKind::ExpectOutcome { .. }
            | StatementKind::ExpectNoOutcome
    )
}

/// A scenario being played.
pub(super) struct Player<'s> {
    pub stage: &'s mut dyn Stage,
    pub scenario: &'s Scenario,
    pub letters: Letters,
    /// What the line being played has brought about.
    pub scenes: Vec<Scene>,
    /// The latest refusal, and by which instance.
    pub refused: Option<(usize, Refusal)>,
    /// Fields of systems that were set, oldest first.
    pub sets: Vec<WasSet>,
    last_scene: Moment,
}

/// A field of a system that was set.
pub(super) struct WasSet {
    pub system: String,
    pub field: String,
    pub value: Value,
    pub shown: String,
    pub at: Moment,
    pub instance: usize,
}

impl Player<'_> {
    fn start_line(&self) -> String {
        let at = self
            .stage
            .program(&self.scenario.workflow)
            .map(|prepared| words::local(prepared, self.scenario.start));
        match at {
            Some(at) => format!("start {} on {at}", self.scenario.workflow),
            None => format!("start {}", self.scenario.workflow),
        }
    }

    fn start(&mut self) -> Result<(), Failure> {
        let scenario = self.scenario;
        let expected = format!("`{}` starts", scenario.workflow);
        let fail = |happened: String| Failure { expected: expected.clone(), happened };
        let Some(prepared) = self.stage.program(&scenario.workflow) else {
            let there = words::names(self.stage.workflows().iter().map(String::as_str), "no workflow at all");
            return Err(fail(format!("there is no workflow `{}`; there is {there}", scenario.workflow)));
        };
        let inputs = &prepared.program().inputs;
        if let Some((unknown, _)) =
            scenario.inputs.iter().find(|(name, _)| !inputs.iter().any(|field| field.name == *name))
        {
            let there = words::names(inputs.iter().map(|field| field.name.as_str()), "no input");
            return Err(fail(format!("`{}` has no input `{unknown}`; it has {there}", scenario.workflow)));
        }
        let given = |name: &str| scenario.inputs.iter().find(|(given, _)| given == name);
        let inputs: Vec<Value> = inputs
            .iter()
            .map(|field| given(&field.name).map(|(_, value)| value.clone()).unwrap_or_default())
            .collect();
        let starter = self.starter(prepared).map_err(fail)?;
        let by = starter.clone();
        let seen = self.stage.start(&scenario.workflow, scenario.start, inputs, starter);
        self.take_in(seen).map_err(|fault| fail(fault.0))?;
        match (self.refused.take(), self.stage.instances().first()) {
            (Some((_, refusal)), Some(own)) => {
                Err(fail(refusals::refused(*own, None, &refusal, by.as_ref())))
            }
            _ => Ok(()),
        }
    }

    fn starter(&self, prepared: &Prepared) -> Result<Option<Actor>, String> {
        let program = prepared.program();
        let role = match &self.scenario.by {
            // Whom the workflow does not know otherwise may start it where it does not say who may.
            Some(name) if program.starts_by.is_empty() && program.role_named(name).is_none() => {
                return Ok(Some(Actor { person: name.clone(), roles: Vec::new(), forced: None }));
            }
            Some(name) => Some(cast::role_named(program, name)?),
            None => program.starts_by.first().copied(),
        };
        let by_itself = !program.starts_on.is_empty() || !program.starts_every.is_empty();
        Ok(match role {
            Some(role) => cast::people_of(&*self.stage, program, &[role]).into_iter().next(),
            None if by_itself => None,
            None => Some(Actor { person: "starter".to_owned(), roles: Vec::new(), forced: None }),
        })
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Failure> {
        if is_expectation(&statement.kind) {
            self.expect(statement)
        } else {
            self.letters.begin(statement.line);
            self.act(statement)
        }
    }

    fn row(&mut self, line: u32, text: &str, outcome: Result<(), Failure>) -> Played {
        let at = self.now();
        Played {
            line,
            text: text.to_owned(),
            at,
            when: self.local(at),
            scenes: std::mem::take(&mut self.scenes),
            verdict: outcome.map_or_else(Verdict::Failed, |()| Verdict::Held),
        }
    }

    fn not_played(&self, statement: &Statement) -> Played {
        let at = self.now();
        Played {
            line: statement.line,
            text: statement.text.clone(),
            at,
            when: self.local(at),
            scenes: Vec::new(),
            verdict: Verdict::NotPlayed,
        }
    }

    /// The clock.
    pub fn now(&self) -> Moment {
        self.stage.now().max(self.scenario.start)
    }

    /// A moment as people read it.
    pub fn local(&self, moment: Moment) -> String {
        match self.stage.program(&self.scenario.workflow) {
            Some(prepared) => words::local(prepared, moment),
            None => String::new(),
        }
    }

    /// The scenario's own instance.
    pub fn own(&self) -> Option<Instance<'_>> {
        self.stage.instances().first().copied()
    }

    fn outcome(&self) -> Option<String> {
        let own = self.own()?;
        match own.state.phase {
            Phase::Ended(End::Outcome(node)) => own.prepared.node(node).map(|node| node.name.clone()),
            _ => None,
        }
    }

    /// A moment later than another, in the workflow's calendar.
    pub fn later(&self, from: Moment, by: &Duration) -> Result<Moment, Failure> {
        let calendar = self.own().and_then(|own| own.prepared.workflow_calendar());
        calendar.and_then(|calendar| calendar.add(from, by)).ok_or_else(|| Failure {
            expected: format!("{} pass", by),
            happened: "the calendar of the workflow has no such time".to_owned(),
        })
    }

    /// Lets time pass, with a stop at everything that is due on the way.
    pub fn pass_until(&mut self, to: Moment) -> Result<(), Failure> {
        self.pass_while(to, |_| true)
    }

    /// The same, until something no longer holds.
    pub fn pass_while(&mut self, to: Moment, goes_on: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let fail = |fault: StageError| Failure { expected: "time passes".to_owned(), happened: fault.0 };
        for _ in 0..MAX_STOPS {
            if !goes_on(self) {
                return Ok(());
            }
            let due = self.stage.next_due().into_iter().chain(self.letters.next_delivery()).min();
            let Some(stop) = due.filter(|due| *due <= to) else {
                let seen = self.stage.advance(to);
                self.take_in(seen).map_err(fail)?;
                self.deliver();
                self.silent_until(to);
                return Ok(());
            };
            let seen = self.stage.advance(stop);
            // What quiet hours held back comes before what happens now.
            self.deliver();
            self.take_in(seen).map_err(fail)?;
        }
        let happened = format!("something happens {MAX_STOPS} times and more before then");
        Err(Failure { expected: format!("the clock comes to {}", self.local(to)), happened })
    }

    /// Takes in what a stage shows.
    pub fn take_in(&mut self, seen: Result<Vec<Seen>, StageError>) -> Result<(), StageError> {
        for seen in &seen? {
            self.keep(seen);
            if matches!(seen.effect, Effect::Send(_)) {
                self.deliver();
                continue;
            }
            let instances = self.stage.instances();
            let Some(instance) = instances.get(seen.instance) else { continue };
            if scenes::add_due(*instance, seen, &mut self.scenes) {
                continue;
            }
            if let Some(what) = scenes::of_effect(*instance, seen) {
                self.scene(seen.at, seen.instance, what);
            }
        }
        Ok(())
    }

    /// What expectations will ask for.
    fn keep(&mut self, seen: &Seen) {
        match &seen.effect {
            Effect::Send(message) => self.letters.sent(seen.instance, seen.at, message),
            Effect::Withdraw { question, .. } => self.letters.withdrawn(seen.instance, *question),
            Effect::Update(update) => {
                let instances = self.stage.instances();
                let of = instances.get(seen.instance).and_then(|own| own.prepared.system(update.system));
                if let (Some(system), Change::Set { field, value, shown }) = (of, &update.change) {
                    self.sets.push(WasSet {
                        system: system.name.clone(),
                        field: field.clone(),
                        value: value.clone(),
                        shown: shown.clone(),
                        at: seen.at,
                        instance: seen.instance,
                    });
                }
            }
            Effect::Record(record) => {
                if let Fact::Refused(refusal) = &record.fact {
                    self.refused = Some((seen.instance, refusal.clone()));
                }
            }
            _ => {}
        }
    }

    /// Delivers what may be delivered by now.
    fn deliver(&mut self) {
        for letter in self.letters.deliver(self.now()) {
            let instances = self.stage.instances();
            let Some(instance) = instances.get(letter.instance) else { continue };
            let what = scenes::of_message(*instance, &letter.message, letter.sent);
            self.scene(letter.message.not_before.max(letter.sent), letter.instance, what);
        }
    }

    fn scene(&mut self, at: Moment, instance: usize, what: Happening) {
        self.silent_until(at);
        let when = self.local(at);
        self.scenes.push(Scene { at, when, instance, what });
        self.last_scene = self.last_scene.max(at);
    }

    /// Notes that nothing happened, if it was long enough to be noted.
    fn silent_until(&mut self, now: Moment) {
        if let Some(what) = scenes::silence(self.last_scene, now) {
            let when = self.local(now);
            self.scenes.push(Scene { at: now, when, instance: 0, what });
            self.last_scene = now;
        }
    }
}
