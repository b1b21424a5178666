//! `wfrun event`.

use super::context::{Common, pair};
use super::screen::{BOLD, FAINT, json, remark, say};
use super::start::read_object;
use crate::engine::Arrival;
use crate::error::Result;
use crate::sent::{Sent, take_in};
use crate::told;
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
        let sent = Sent {
            system: self.system.clone(),
            name: self.name.clone(),
            key: self.key.clone(),
            fields: object,
            external_id: self.id.clone(),
        };
        let (arrival, known) = take_in(&engine, sent).await?;
        if !known {
            remark("no plan is loaded yet that knows a system; the event is kept as it is");
        }
        self.tell(&arrival);
        engine.store.close().await;
        Ok(())
    }

    fn tell(&self, arrival: &Arrival) {
        if self.json {
            return json(&told::shown(&told::Taken::of(arrival)));
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
