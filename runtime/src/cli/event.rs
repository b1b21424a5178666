//! `wfrun event`.

use super::context::{Common, pair, unknown};
use super::screen::{BOLD, FAINT, json, remark, say};
use super::start::read_object;
use crate::engine::{Arrival, Engine};
use crate::error::{Problem, Result};
use crate::store::row::InboxRow;
use clap::Args;
use std::path::PathBuf;

/// Takes in an event that a system sent.
///
/// It is kept under the system and the record's key, given to the running instances with that key, and may start a
/// workflow (`starts on`). What nobody waits for yet is kept for an instance to come.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun event crm deal.won --key D-1 --field name='Gamma SpA' --field region=EU --field seats=40 \\\n        --field email=it@gamma.example --field id=D-1\n  wfrun event bank paid --key INV-7 --fields payment.json --id stripe-evt-99"
)]
pub struct Event {
    /// The system, as workflows name it
    system: String,
    /// The event's name
    name: String,
    /// The record's key in that system
    #[arg(long)]
    key: String,
    /// A value the event carries
    #[arg(long = "field", short = 'f', value_name = "NAME=VALUE", value_parser = pair)]
    values: Vec<(String, String)>,
    /// All values as a JSON object
    #[arg(long, value_name = "FILE")]
    fields: Option<PathBuf>,
    /// The sender's own number for it: the same one twice is one event
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Event {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine_made().await?;
        let mut object = serde_json::Map::new();
        if let Some(path) = &self.fields {
            object.extend(read_object(path)?);
        }
        object.extend(
            self.values.iter().map(|(name, value)| (name.clone(), serde_json::Value::from(value.clone()))),
        );
        self.check_known(&engine, &object).await?;
        let event = InboxRow {
            number: 0,
            system: self.system.clone(),
            key: self.key.clone(),
            name: self.name.clone(),
            fields: serde_json::Value::from(object).to_string(),
            external_id: self.id.clone(),
            given_to: None,
            at_ms: engine.clock.now().0,
        };
        let arrival = engine.receive(&event).await?;
        self.tell(&arrival);
        engine.store.close().await;
        Ok(())
    }

    /// A system or event that no loaded plan knows is a typing error, or comes before its plan.
    async fn check_known(
        &self,
        engine: &Engine,
        object: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<()> {
        let mut names: Vec<String> = Vec::new();
        let mut systems: Vec<String> = Vec::new();
        let mut misfits: Vec<String> = Vec::new();
        for plan in engine.store.plans().await? {
            let ready = engine.plans.get(&engine.store, &plan.hash).await?;
            for system in &ready.program().systems {
                systems.push(system.name.clone());
                if system.name != self.system {
                    continue;
                }
                names.extend(system.events.iter().map(|event| event.name.clone()));
                let Some(declared) = system.events.iter().find(|event| event.name == self.name) else {
                    continue;
                };
                let reader = crate::values::Reader::new(ready.program(), &ready.local);
                let given: Vec<_> =
                    object.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
                match reader.fields_from_json(&declared.fields, &given) {
                    Ok(_) => return Ok(()),
                    Err(wrong) => misfits = wrong,
                }
            }
        }
        if !misfits.is_empty() {
            return Err(Problem::input(format!(
                "the event `{}` does not fit: {}",
                self.name,
                misfits.join("\n  ")
            ))
            .help("give each of its values with `--field NAME=VALUE`"));
        }
        if systems.is_empty() {
            remark("no plan is loaded yet that knows a system; the event is kept as it is");
            return Ok(());
        }
        systems.sort();
        systems.dedup();
        if names.is_empty() {
            return Err(unknown("system", &self.system, systems.iter().map(String::as_str)));
        }
        Err(unknown("event", &self.name, names.iter().map(String::as_str)))
    }

    fn tell(&self, arrival: &Arrival) {
        if self.json {
            return json(&serde_json::json!({
                "known": arrival.known, "given_to": arrival.given_to, "started": arrival.started,
                "refused": arrival.refused,
            }));
        }
        if arrival.known {
            return say("known already: nothing was done");
        }
        for instance in &arrival.started {
            say(&format!("started {BOLD}{instance}{BOLD:#}"));
        }
        arrival.refused.iter().for_each(|why| remark(why));
        for instance in &arrival.given_to {
            say(&format!("given to {BOLD}{instance}{BOLD:#}"));
        }
        if arrival.started.is_empty() && arrival.given_to.is_empty() {
            say(&format!(
                "kept for `{}` {}  {FAINT}no running instance has this key{FAINT:#}",
                self.system, self.key
            ));
        }
    }
}
