//! How much is let in: requests under way, requests per token, tries per address.
//!
//! A token bucket each: it fills at a rate and holds a burst. What is over is refused at once with `Retry-After`, never
//! queued. Invariant: memory is bounded whatever comes: full buckets are forgotten.

use super::fault::{Answer, Fault, TOO_MANY};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Buckets are spread over this many locks.
const SHARDS: usize = 16;
/// Buckets per lock, before full ones are forgotten.
const BUCKETS: usize = 4_096;

/// From where a request comes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Peer(pub IpAddr);

/// How much is let in.
#[derive(Debug)]
pub struct Limits {
    tokens: Buckets,
    addresses: Buckets,
    under_way: AtomicUsize,
    most_under_way: usize,
}

/// What an operator says about it; 0: no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rates {
    /// Requests a second per token.
    pub per_token: u32,
    /// Requests a second without a valid token, per address: links, health, wrong tokens.
    pub per_address: u32,
    /// Requests under way at a time.
    pub under_way: usize,
}

impl Default for Rates {
    fn default() -> Self {
        Self { per_token: 2_000, per_address: 50, under_way: 1_024 }
    }
}

impl Limits {
    /// Limits at these rates.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self {
            tokens: Buckets::new(rates.per_token),
            addresses: Buckets::new(rates.per_address),
            under_way: AtomicUsize::new(0),
            most_under_way: if rates.under_way == 0 { usize::MAX } else { rates.under_way },
        }
    }

    /// One request of a token.
    ///
    /// # Errors
    /// When it asks too often.
    pub fn token(&self, tenant: &str, id: &str) -> Answer<()> {
        self.tokens
            .take(&(tenant, id), Instant::now())
            .map_err(|wait| too_many("this token asks too often", wait))
    }

    /// One request without a valid token.
    ///
    /// # Errors
    /// When too many come from the address.
    pub fn address(&self, peer: Option<&Peer>) -> Answer<()> {
        self.addresses
            .take(&peer, Instant::now())
            .map_err(|wait| too_many("too many requests come from this address", wait))
    }

    /// One request that begins; it is under way until what is given back is dropped.
    ///
    /// # Errors
    /// When too many are under way.
    pub fn begin(&self) -> Answer<UnderWay<'_>> {
        let guard = UnderWay(self);
        if self.under_way.fetch_add(1, Ordering::AcqRel) >= self.most_under_way {
            drop(guard);
            return Err(too_many("the server has too many requests under way", 1.0));
        }
        Ok(guard)
    }

    /// How many requests are under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Acquire)
    }
}

/// A request under way.
#[derive(Debug)]
pub struct UnderWay<'a>(&'a Limits);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

fn too_many(what: &str, wait_seconds: f64) -> Fault {
    // Whole seconds, rounded up; at most an hour.
    let seconds: u32 = (1..3_600).find(|seconds| f64::from(*seconds) >= wait_seconds).unwrap_or(3_600);
    Fault::new(TOO_MANY, what)
        .help(format!("wait {seconds} s, then go on more slowly"))
        .retry_after(u64::from(seconds))
}

/// Token buckets by key.
#[derive(Debug)]
struct Buckets {
    /// Per second; the burst is twice as much.
    rate: f64,
    hasher: RandomState,
    shards: [Mutex<HashMap<u64, Bucket>>; SHARDS],
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Buckets {
    fn new(per_second: u32) -> Self {
        Self {
            rate: f64::from(per_second),
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// Takes one; `Err` says how many seconds until there is one.
    fn take(&self, key: &impl std::hash::Hash, now: Instant) -> Result<(), f64> {
        if self.rate == 0.0 {
            return Ok(());
        }
        let key = self.hasher.hash_one(key);
        let at = usize::try_from(key % 16).unwrap_or(0);
        let Some(shard) = self.shards.get(at) else { return Ok(()) };
        let mut buckets = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst());
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: self.burst(), at: now });
        let left = self.filled(bucket, now);
        *bucket = Bucket { left: if left >= 1.0 { left - 1.0 } else { left }, at: now };
        if left >= 1.0 { Ok(()) } else { Err((1.0 - left) / self.rate) }
    }

    fn burst(&self) -> f64 {
        self.rate * 2.0
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let seconds = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.left + seconds * self.rate).min(self.burst())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_holds_a_burst_and_fills_at_its_rate() {
        let buckets = Buckets::new(5);
        let start = Instant::now();
        for _ in 0..10 {
            assert!(buckets.take(&"a", start).is_ok());
        }
        let wait = buckets.take(&"a", start).unwrap_err();
        assert!((wait - 0.2).abs() < 1e-9, "{wait}");
        assert!(buckets.take(&"b", start).is_ok());
        assert!(buckets.take(&"a", start + Duration::from_millis(201)).is_ok());
        assert!(buckets.take(&"a", start + Duration::from_millis(202)).is_err());
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let buckets = Buckets::new(1_000);
        let start = Instant::now();
        for key in 0..(SHARDS * BUCKETS * 2) {
            let now = start + Duration::from_secs(u64::try_from(key).unwrap() / 1_000);
            assert!(buckets.take(&key, now).is_ok());
        }
        assert!(buckets.shards.iter().all(|shard| shard.lock().unwrap().len() <= BUCKETS + 1));
    }

    #[test]
    fn requests_under_way_are_bounded() {
        let limits = Limits::new(Rates { under_way: 2, ..Rates::default() });
        let (one, two) = (limits.begin().unwrap(), limits.begin().unwrap());
        assert_eq!(limits.begin().unwrap_err().kind, TOO_MANY);
        drop(one);
        assert!(limits.begin().is_ok());
        drop(two);
        assert_eq!(limits.under_way(), 0);
    }
}
