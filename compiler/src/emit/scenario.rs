//! A typed test as the scenario that `wfc test` and `wfrun play` play.
//!
//! Only two things change: local times become moments in the zone of the tested workflow's calendar, and places
//! become lines. Invariant: statements keep their order and their words.

use super::{EmitProblem, Spot};
use crate::place::Place;
use crate::typed::TypedTest;
use crate::typed::test::{Given, LocalMoment, TestStatement, TestStatementKind as Typed, TestTarget};
use wf_plan::calendar::Zone;
use wf_plan::scenario::{Scenario, Statement, StatementKind, Target};
use wf_plan::{Date, Moment, Value, time};
use wf_vm::calendar::CompiledZone;

/// The moment of a local date and minute in a zone; `None` outside the years that can be held.
pub(super) fn local_moment(zone: &Zone, date: Date, minute: u16) -> Option<Moment> {
    in_compiled_zone(&CompiledZone::compile(zone), date, minute)
}

fn in_compiled_zone(zone: &CompiledZone, date: Date, minute: u16) -> Option<Moment> {
    zone.from_local(i64::from(date.0) * time::DAY_MS + i64::from(minute) * time::MINUTE_MS)
}

/// The scenario of a test; `zone` is that of the tested workflow's calendar.
///
/// # Errors
/// When a local time cannot be held.
pub fn scenario(
    test: &TypedTest,
    zone: &Zone,
    locate: &dyn Fn(Place) -> Option<Spot>,
) -> Result<Scenario, EmitProblem> {
    let times = Times { zone: CompiledZone::compile(zone) };
    let header = locate(test.at);
    let line = header.as_ref().map_or(0, |spot| spot.line);
    let statement = |statement: &TestStatement| {
        Ok(Statement {
            line: locate(statement.at).map_or(line, |spot| spot.line),
            text: statement.text.clone(),
            by: statement.by.clone(),
            kind: times.statement(&statement.kind, statement.at)?,
        })
    };
    Ok(Scenario {
        title: test.title.clone(),
        file: header.map(|spot| spot.path).unwrap_or_default(),
        line,
        workflow: test.workflow.clone(),
        start: times.moment(test.start, test.at)?,
        inputs: times.values(&test.inputs, test.at)?,
        by: test.by.clone(),
        statements: test.statements.iter().map(statement).collect::<Result<_, _>>()?,
    })
}

/// Turns local times into moments.
struct Times {
    zone: CompiledZone,
}

type Emitted<T> = Result<T, EmitProblem>;

impl Times {
    fn moment(&self, local: LocalMoment, at: Place) -> Emitted<Moment> {
        in_compiled_zone(&self.zone, local.date, local.minute).ok_or(EmitProblem::NoMoment { at })
    }

    fn value(&self, given: &Given, at: Place) -> Emitted<Value> {
        let many = |given: &[Given]| given.iter().map(|one| self.value(one, at)).collect::<Emitted<Vec<_>>>();
        Ok(match given {
            Given::Plain(value) => value.clone(),
            Given::Local(local) => Value::Moment(self.moment(*local, at)?),
            Given::List(elements) => Value::List(many(elements)?),
            Given::Record(fields) => Value::Record(many(fields)?),
        })
    }

    fn values(&self, given: &[(String, Given)], at: Place) -> Emitted<Vec<(String, Value)>> {
        given.iter().map(|(name, value)| Ok((name.clone(), self.value(value, at)?))).collect()
    }

    fn target(&self, target: &TestTarget, at: Place) -> Emitted<Target> {
        let copy = target.copy.as_ref().map(|copy| self.value(copy, at)).transpose()?;
        Ok(Target { node: target.node.clone(), copy })
    }

    /// What people and systems do.
    fn statement(&self, kind: &Typed, at: Place) -> Emitted<StatementKind> {
        Ok(match kind.clone() {
            Typed::Complete { targets, after, with, by } => StatementKind::Complete {
                targets: targets.iter().map(|target| self.target(target, at)).collect::<Emitted<_>>()?,
                after,
                with: self.values(&with, at)?,
                by,
            },
            Typed::Block { target, reason, waiting_on } => {
                StatementKind::Block { target: self.target(&target, at)?, reason, waiting_on }
            }
            Typed::Unblock { target } => StatementKind::Unblock { target: self.target(&target, at)? },
            Typed::Skip { target, reason } => {
                StatementKind::Skip { target: self.target(&target, at)?, reason }
            }
            Typed::Comment { target, text } => {
                StatementKind::Comment { target: self.target(&target, at)?, text }
            }
            Typed::Reassign { target, to } => {
                StatementKind::Reassign { target: self.target(&target, at)?, to }
            }
            Typed::Acknowledge { target } => StatementKind::Acknowledge { target: self.target(&target, at)? },
            Typed::Choose { decision, option, by, because } => {
                StatementKind::Choose { decision, option, by, because }
            }
            Typed::End { outcome, by, because } => StatementKind::End { outcome, by, because },
            Typed::ChooseAlternative { label, by } => StatementKind::ChooseAlternative { label, by },
            Typed::Answer { text, by } => StatementKind::Answer { text, by },
            Typed::Correct { node, field, value } => {
                StatementKind::Correct { node, field, value: self.value(&value, at)? }
            }
            Typed::Reopen { node } => StatementKind::Reopen { node },
            Typed::Event { system, event, with } => {
                StatementKind::Event { system, event, with: self.values(&with, at)? }
            }
            Typed::Wait(length) => StatementKind::Wait(length),
            Typed::WaitUntil(until) => StatementKind::WaitUntil(self.moment(until, at)?),
            expectation => self.expectation(expectation, at)?,
        })
    }

    /// What is expected.
    fn expectation(&self, kind: Typed, at: Place) -> Emitted<StatementKind> {
        Ok(match kind {
            Typed::ExpectState { target, state } => {
                StatementKind::ExpectState { target: self.target(&target, at)?, state }
            }
            Typed::ExpectAsks { node, role, alternatives } => {
                StatementKind::ExpectAsks { node, role, alternatives }
            }
            Typed::ExpectMessage { role, channel, containing, times } => {
                StatementKind::ExpectMessage { role, channel, containing, times }
            }
            Typed::ExpectNoMessage(length) => StatementKind::ExpectNoMessage(length),
            Typed::ExpectDue { target, due } => {
                StatementKind::ExpectDue { target: self.target(&target, at)?, due: self.moment(due, at)? }
            }
            Typed::ExpectDuePaused { target } => {
                StatementKind::ExpectDuePaused { target: self.target(&target, at)? }
            }
            Typed::ExpectSystem { system, field, value } => {
                StatementKind::ExpectSystem { system, field, value: self.value(&value, at)? }
            }
            Typed::ExpectOutcome { outcome, within } => StatementKind::ExpectOutcome { outcome, within },
            _ => StatementKind::ExpectNoOutcome,
        })
    }
}
