//! Carrying out what instances asked of the world: at least once, in order for each channel, with patience.
//!
//! Flow: rows are claimed, each channel's rows are tried one after the other on a thread of their own, and each
//! result is written with its row of the trail. What fails for now waits longer each time; what fails for good takes
//! the receiver's next channel; what nobody takes is a dead letter. Invariant: a channel that fails holds up no other.

mod attempt;
pub mod decide;
mod instances;

use crate::channel::{self, Channel, Console, Output};
use crate::config::Config;
use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::store::row::ClaimedRow;
use crate::system::{self, System};
use attempt::{Attempt, Job, Tried};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows claimed at a time.
const BATCH: i64 = 64;
/// How long a claim lasts: longer than any channel may take for one letter.
const CLAIM_MS: i64 = 150_000;
/// Attempts for orders that concern other instances, before a person must look.
const INSTANCE_ATTEMPTS: u16 = 20;

/// The channels and systems that are connected.
#[derive(Clone)]
pub struct Carriers {
    channels: BTreeMap<String, (Arc<dyn Channel>, u16)>,
    systems: BTreeMap<String, (Arc<dyn System>, u16)>,
    output: Output,
}

impl Carriers {
    /// Connects everything the configuration names; all else goes to the console.
    ///
    /// # Errors
    /// When a secret is missing.
    pub fn connect(config: &Config, output: &Output) -> Result<Self> {
        let channels = config.channels.iter().map(|(name, connection)| {
            Ok((name.clone(), (channel::connect(name, connection, output)?, connection.attempts)))
        });
        let systems = config.systems.iter().map(|(name, connection)| {
            Ok((name.clone(), (system::connect(name, Some(connection), output)?, connection.attempts)))
        });
        Ok(Self {
            channels: channels.collect::<Result<_>>()?,
            systems: systems.collect::<Result<_>>()?,
            output: output.clone(),
        })
    }

    fn channel(&self, name: &str) -> (Arc<dyn Channel>, u16) {
        let known = self.channels.get(name).cloned();
        known.unwrap_or_else(|| (Arc::new(Console::new(self.output.clone())), 8))
    }

    fn system(&self, name: &str) -> (Arc<dyn System>, u16) {
        let known = self.systems.get(name).cloned();
        known.unwrap_or_else(|| (Arc::new(system::Console::standing_in(self.output.clone())), 8))
    }
}

/// Delivers everything that is due, batch by batch. Tells how many rows were tried.
///
/// # Errors
/// When the store fails.
pub async fn deliver_due(engine: &Engine, carriers: &Carriers) -> Result<usize> {
    let mut tried = 0;
    // A store that was put back from a backup says nothing to anybody before an operator has looked.
    if engine.store.is_held().await? {
        return Ok(tried);
    }
    loop {
        let now = engine.clock.now().0;
        let rows = engine.store.claim_outbox(now, now.saturating_add(CLAIM_MS), BATCH).await?;
        if rows.is_empty() {
            return Ok(tried);
        }
        tried += rows.len();
        deliver_batch(engine, carriers, rows).await?;
    }
}

async fn deliver_batch(engine: &Engine, carriers: &Carriers, rows: Vec<ClaimedRow>) -> Result<()> {
    let mut queues: BTreeMap<String, Vec<Attempt>> = BTreeMap::new();
    for row in rows {
        match job(engine, carriers, &row).await? {
            Some((queue, job)) => queues.entry(queue).or_default().push(Attempt { row, job }),
            None => instances::carry_out(engine, &row).await?,
        }
    }
    let running: Vec<_> = queues
        .into_values()
        .map(|queue| {
            let clock = engine.clock.clone();
            tokio::task::spawn_blocking(move || attempt::try_in_order(queue, &clock))
        })
        .collect();
    for queue in running {
        let tried: Vec<Tried> =
            queue.await.map_err(|cause| Problem::machine("a channel's thread ended early").because(cause))?;
        for tried in tried {
            attempt::settle(engine, tried).await?;
        }
    }
    Ok(())
}

/// What to do for a row, and in which queue; `None` for orders that concern other instances.
async fn job(engine: &Engine, carriers: &Carriers, row: &ClaimedRow) -> Result<Option<(String, Job)>> {
    let local = match engine.store.instance(&row.instance).await? {
        Some(instance) => engine.plan_of(&instance).await.ok().map(|ready| ready.local.clone()),
        None => None,
    };
    let job = match row.kind.as_str() {
        "message" | "withdraw" => Job::letter(row, carriers, local, engine.clock.now()),
        "update" => Job::update(row, carriers, local, engine.clock.now()),
        _ => return Ok(None),
    };
    // What is printed is printed in order, whichever channel it stands for.
    let queue = if job.adapter() == "console" { "console".to_owned() } else { job.destination().to_owned() };
    Ok(Some((queue, job)))
}
