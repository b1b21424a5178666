//! Events of systems: kept first, then offered to the instances that wait for them and the workflows they start.
//!
//! Invariant: an event is in the inbox before anything is done with it, and stays marked as new until it was offered
//! to everybody, so that a crash in between loses nothing and gives nothing twice.

use super::start::{as_arrived, event_fields};
use super::{Engine, StartRequest, Started, Starter};
use crate::error::{Class, Result};
use crate::plans::Ready;
use crate::privacy::personal::event_is_personal;
use crate::quarantine;
use crate::store::row::{InboxRow, InstanceRow};
use std::sync::Arc;

/// What came of an event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Arrival {
    /// It was known already, by its sender's number.
    pub known: bool,
    /// Instances that were given it.
    pub given_to: Vec<String>,
    /// Instances it started.
    pub started: Vec<String>,
    /// Why workflows it should start did not start.
    pub refused: Vec<String>,
}

impl Engine {
    /// Takes an event in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn receive(&self, event: &InboxRow) -> Result<Arrival> {
        let recorded_at = self.clock.now();
        let personal = self.is_personal(event).await?;
        let Some(number) = self.store.keep_event(event, personal, recorded_at.0).await? else {
            return Ok(Arrival { known: true, ..Arrival::default() });
        };
        self.offer(&InboxRow { number, ..event.clone() }).await
    }

    /// Whether a loaded plan says that an event like this carries personal values.
    async fn is_personal(&self, event: &InboxRow) -> Result<bool> {
        for plan in self.store.plans().await? {
            match self.plans.get(&self.store, &plan.hash).await {
                Ok(ready) if event_is_personal(ready.program(), &event.system, &event.name) => {
                    return Ok(true);
                }
                Err(problem) if problem.class() != Class::Damaged => return Err(problem),
                _ => {}
            }
        }
        Ok(false)
    }

    /// Offers events that a crash left unoffered.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn offer_new_events(&self) -> Result<usize> {
        let events = self.store.new_events(1_000).await?;
        for event in &events {
            match self.offer(event).await {
                // It stays new, and is offered again once the plan it meets is repaired.
                Err(problem) if problem.class() == Class::Damaged => {}
                other => drop(other?),
            }
        }
        Ok(events.len())
    }

    async fn offer(&self, event: &InboxRow) -> Result<Arrival> {
        let mut arrival = Arrival::default();
        let had: Vec<String> =
            event.given_to.as_ref().and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
        for instance in self.store.running_with_key(&event.system, &event.key).await? {
            if had.contains(&instance.id) {
                arrival.given_to.push(instance.id);
                continue;
            }
            match self.give(&instance, event).await {
                Ok(true) => arrival.given_to.push(instance.id),
                Ok(false) => {}
                // It is set aside, and gets the event when it is released; the others get it now.
                Err(problem) if problem.class() == Class::Damaged => {
                    quarantine::set_aside(self, &instance.id, &problem).await?;
                    self.store.event_passed_by(&instance.id, event.number).await?;
                }
                Err(problem) => return Err(problem),
            }
        }
        self.start_by(event, &mut arrival).await?;
        self.store.event_was_offered(event.number).await?;
        Ok(arrival)
    }

    /// Gives an event to an instance; false: it does not wait for such events at all.
    async fn give(&self, instance: &InstanceRow, event: &InboxRow) -> Result<bool> {
        let ready = self.plan_of(instance).await?;
        let Some(kind) = as_arrived(&ready, event) else { return Ok(false) };
        self.apply_taking(&instance.id, kind, vec![event.number]).await?;
        Ok(true)
    }

    /// Gives an event that passed an instance by while it was aside, once.
    ///
    /// # Errors
    /// When the store fails, or the instance still cannot be stepped.
    pub async fn give_again(&self, id: &str, number: i64) -> Result<()> {
        let (Some(event), Some(instance)) =
            (self.store.event_numbered(number).await?, self.store.instance(id).await?)
        else {
            return Ok(());
        };
        let had = event.given_to.as_ref().and_then(|list| serde_json::from_str::<Vec<String>>(list).ok());
        if !had.unwrap_or_default().contains(&instance.id) {
            self.give(&instance, &event).await?;
        }
        Ok(())
    }

    /// Starts the newest version of each workflow that this event starts.
    async fn start_by(&self, event: &InboxRow, arrival: &mut Arrival) -> Result<()> {
        let mut last = String::new();
        for plan in self.store.plans().await? {
            if plan.workflow == last {
                continue;
            }
            last.clone_from(&plan.workflow);
            let ready = match self.plans.get(&self.store, &plan.hash).await {
                Err(problem) if problem.class() == Class::Damaged => {
                    arrival.refused.push(problem.to_string());
                    continue;
                }
                other => other?,
            };
            let Some(inputs) = inputs_from(&ready, event) else { continue };
            let request = StartRequest {
                key: Some(format!("{}:{}:{}", event.system, event.number, plan.workflow)),
                ready,
                inputs,
                starter: Starter::Nobody,
                settles: None,
                event: Some(event.number),
            };
            match self.start(&request).await {
                Ok(Started::New(applied)) => arrival.started.push(applied.instance.id.clone()),
                Ok(Started::Running(_)) => {}
                Err(problem) if problem.class() == Class::Refused => {
                    arrival.refused.push(problem.to_string())
                }
                Err(problem) => return Err(problem),
            }
        }
        Ok(())
    }
}

/// The inputs with which an event starts a workflow, if it does.
fn inputs_from(ready: &Arc<Ready>, event: &InboxRow) -> Option<Vec<wf_plan::Value>> {
    let program = ready.program();
    program.starts_on.iter().find_map(|rule| {
        let system = program.systems.get(rule.system.index()).filter(|system| system.name == event.system)?;
        let declared =
            system.events.get(usize::from(rule.event)).filter(|declared| declared.name == event.name)?;
        let fields = event_fields(ready, declared, &event.fields).ok()?;
        wf_vm::starts::on_event(&ready.prepared, rule, &fields)
    })
}
