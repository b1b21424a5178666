//! A node's part of the work: the shards it holds for now.
//!
//! Where several nodes share a database each works only on the shards it holds a lease on. The lease is renewed long
//! before it runs out; a node that cannot renew stops working by its own clock before another may begin. Invariant:
//! what a node writes as a worker carries its fence, and the store refuses an old one.

use crate::error::Result;
use crate::store::{Fence, Store};
use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a lease holds: another node takes over within this time.
pub const LEASE: Duration = Duration::from_secs(10);
/// How often it is renewed.
const RENEW: Duration = Duration::from_secs(3);
/// What is left unused at its end, for the time a renewal is under way.
const MARGIN: Duration = Duration::from_secs(2);

/// The shards this node holds.
#[derive(Clone, Debug)]
pub struct Leases {
    node: String,
    store: Store,
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    fences: BTreeMap<i64, Fence>,
    until: Option<Instant>,
}

/// What a node may do with a shard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// The store belongs to one machine: everything.
    Everything,
    /// It holds the shard under this fence.
    Held(Fence),
    /// Another node works on it.
    NotMine,
}

impl Leases {
    /// The leases of a node, none yet.
    #[must_use]
    pub fn of(store: &Store, node: String) -> Self {
        Self { node, store: store.clone(), held: Arc::default() }
    }

    /// Renews what is held, and takes this node's fair part.
    ///
    /// # Errors
    /// When the store fails; what is held then runs out by itself.
    pub async fn renew(&self) -> Result<()> {
        if !self.store.is_shared() {
            return Ok(());
        }
        let asked = Instant::now();
        let lease_ms = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
        let fences = self.store.keep_leases(&self.node, lease_ms).await?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.fences = fences.into_iter().map(|fence| (fence.shard, fence)).collect();
        // Counted from before the question: the answer may have been long under way.
        held.until = Some(asked + LEASE - MARGIN);
        Ok(())
    }

    /// Renews if it was not renewed lately.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn renew_in_time(&self) -> Result<()> {
        let until = self.held.lock().unwrap_or_else(PoisonError::into_inner).until;
        let fresh = until.is_some_and(|until| until > Instant::now() + (LEASE - MARGIN - RENEW));
        if fresh { Ok(()) } else { self.renew().await }
    }

    /// Renews for ever; a failure is tried again.
    pub async fn keep(self) {
        loop {
            tokio::time::sleep(RENEW).await;
            // What cannot be renewed is not used any more once its time is up.
            let _ = self.renew().await;
        }
    }

    /// What this node may do with a shard now.
    #[must_use]
    pub fn part(&self, shard: i64) -> Part {
        if !self.store.is_shared() {
            return Part::Everything;
        }
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let in_time = held.until.is_some_and(|until| Instant::now() < until);
        match held.fences.get(&shard).filter(|_| in_time) {
            Some(fence) => Part::Held(fence.clone()),
            None => Part::NotMine,
        }
    }

    /// Gives everything back, so that another node goes on at once.
    ///
    /// # Errors
    /// When the store fails; the leases run out by themselves then.
    pub async fn leave(&self) -> Result<()> {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Held::default();
        if self.store.is_shared() { self.store.leave(&self.node).await } else { Ok(()) }
    }
}

/// A name for this node that no other has: its machine, its process, and a random part.
#[must_use]
pub fn node_name() -> String {
    let machine = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let machine = Some(machine.trim()).filter(|name| !name.is_empty()).unwrap_or("node").to_owned();
    let random = RandomState::new().hash_one(0_u8);
    format!("{machine}-{}-{:08x}", std::process::id(), random & 0xffff_ffff)
}
