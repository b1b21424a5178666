//! Events that systems send, checked against the loaded plans before they are kept.
//!
//! The command line and the HTTP API both take events in through here. Invariant: an event that a loaded plan could
//! know is kept only with values that fit one of them.

use crate::engine::{Arrival, Engine};
use crate::error::{Problem, Result};
use crate::opened::unknown;
use crate::store::row::InboxRow;
use crate::values::Reader;
use serde_json::{Map, Value as Json};

/// An event that a system sent.
#[derive(Clone, PartialEq, Debug)]
pub struct Sent {
    /// Which system, as workflows name it.
    pub system: String,
    /// The event's name.
    pub name: String,
    /// The record's key in that system.
    pub key: String,
    /// What it carries.
    pub fields: Map<String, Json>,
    /// The sender's own number: the same one twice is one event.
    pub external_id: Option<String>,
}

/// Takes an event of a system in. Tells what came of it, and whether any loaded plan knows a system at all.
///
/// # Errors
/// When no loaded plan knows such an event or its values do not fit, or the store fails.
pub async fn take_in(engine: &Engine, sent: Sent) -> Result<(Arrival, bool)> {
    let known = check_known(engine, &sent).await?;
    let event = InboxRow {
        number: 0,
        system: sent.system,
        key: sent.key,
        name: sent.name,
        fields: Json::from(sent.fields).to_string(),
        external_id: sent.external_id,
        given_to: None,
        at_ms: engine.clock.now().0,
    };
    Ok((engine.receive(&event).await?, known))
}

/// A system or event that no loaded plan knows is a typing error; without plans that know any, it comes before them.
async fn check_known(engine: &Engine, sent: &Sent) -> Result<bool> {
    let mut names: Vec<String> = Vec::new();
    let mut systems: Vec<String> = Vec::new();
    let mut misfits: Vec<String> = Vec::new();
    let given: Vec<(String, Json)> =
        sent.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    for plan in engine.store.plans().await? {
        let ready = engine.plans.get(&engine.store, &plan.hash).await?;
        for system in &ready.program().systems {
            systems.push(system.name.clone());
            if system.name != sent.system {
                continue;
            }
            names.extend(system.events.iter().map(|event| event.name.clone()));
            let Some(declared) = system.events.iter().find(|event| event.name == sent.name) else {
                continue;
            };
            match Reader::new(ready.program(), &ready.local).fields_from_json(&declared.fields, &given) {
                Ok(_) => return Ok(true),
                Err(wrong) => misfits = wrong,
            }
        }
    }
    if !misfits.is_empty() {
        return Err(Problem::input(format!(
            "the event `{}` does not fit: {}",
            sent.name,
            misfits.join("\n  ")
        ))
        .help("give each of its values with `--field NAME=VALUE`"));
    }
    if systems.is_empty() {
        return Ok(false);
    }
    systems.sort();
    systems.dedup();
    if names.is_empty() {
        return Err(unknown("system", &sent.system, systems.iter().map(String::as_str)));
    }
    Err(unknown("event", &sent.name, names.iter().map(String::as_str)))
}
