//! One attempt to deliver a row, and what follows from it.
//!
//! Invariant: whatever an adapter answers, the row ends as sent, waiting or dead, and each attempt is a row of its own.

use super::Carriers;
use crate::audit::chain;
use crate::channel::{Channel, Delivered, Delivery};
use crate::clock::Clock;
use crate::engine::Engine;
use crate::error::{Class, Result};
use crate::letter::{Letter, Route, SystemOrder};
use crate::moment::LocalTime;
use crate::privacy::fact::sealed_outside;
use crate::store::row::{AfterAttempt, ClaimedRow, DeliveryRow, InstanceRow, Position, TrailRow};
use crate::system::{Ordered, System};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use wf_plan::Moment;

/// The first break after a failure; each further one is twice as long.
const FIRST_BREAK_MS: i64 = 10_000;
/// The longest break.
const LONGEST_BREAK_MS: i64 = 3_600_000;

/// What to do for a row.
pub(super) enum Job {
    Letter {
        channel: Arc<dyn Channel>,
        delivery: Box<Delivery>,
        routes: usize,
        attempts: u16,
    },
    Update {
        system: Arc<dyn System>,
        ordered: Box<Ordered>,
        attempts: u16,
    },
    /// The row cannot be read.
    Unreadable(String),
}

/// A row and what to do for it.
pub(super) struct Attempt {
    pub row: ClaimedRow,
    pub job: Job,
}

/// An attempt and what became of it.
pub(super) struct Tried {
    row: ClaimedRow,
    job: Job,
    delivered: Delivered,
    /// Not tried: the one before it in the queue failed for now.
    held_back: bool,
    started_at: Moment,
    ended_at: Moment,
}

impl Job {
    pub fn letter(row: &ClaimedRow, carriers: &Carriers, local: Option<LocalTime>, at: Moment) -> Self {
        let letter: Letter = match serde_json::from_str(&row.body) {
            Ok(letter) => letter,
            Err(cause) => return Self::Unreadable(cause.to_string()),
        };
        let at_route = usize::try_from(row.route).unwrap_or_default();
        let route = letter.routes.get(at_route).cloned();
        let route = route.unwrap_or_else(|| Route { channel: "console".to_owned(), address: None });
        let (channel, attempts) = carriers.channel(&route.channel);
        let delivery = Box::new(Delivery { key: key(row), route, letter, at, local });
        Self::Letter { channel, routes: delivery.letter.routes.len(), delivery, attempts }
    }

    pub fn update(row: &ClaimedRow, carriers: &Carriers, local: Option<LocalTime>, at: Moment) -> Self {
        let order: SystemOrder = match serde_json::from_str(&row.body) {
            Ok(order) => order,
            Err(cause) => return Self::Unreadable(cause.to_string()),
        };
        let (system, attempts) = carriers.system(&order.system);
        Self::Update { system, ordered: Box::new(Ordered { key: key(row), order, at, local }), attempts }
    }

    pub fn adapter(&self) -> &'static str {
        match self {
            Self::Letter { channel, .. } => channel.adapter(),
            Self::Update { system, .. } => system.adapter(),
            Self::Unreadable(_) => "none",
        }
    }

    /// The channel or system, as the plan names it.
    pub fn destination(&self) -> &str {
        match self {
            Self::Letter { delivery, .. } => &delivery.route.channel,
            Self::Update { ordered, .. } => &ordered.order.system,
            Self::Unreadable(_) => "none",
        }
    }

    fn run(&self) -> Delivered {
        match self {
            Self::Letter { channel, delivery, .. } => channel.deliver(delivery),
            Self::Update { system, ordered, .. } => system.update(ordered),
            Self::Unreadable(why) => Delivered::Refused { why: format!("the order cannot be read: {why}") },
        }
    }

    fn attempts(&self) -> u16 {
        match self {
            Self::Letter { attempts, .. } | Self::Update { attempts, .. } => *attempts,
            Self::Unreadable(_) => 1,
        }
    }

    fn has_next_route(&self, row: &ClaimedRow) -> bool {
        let next = usize::try_from(row.route).unwrap_or_default() + 1;
        matches!(self, Self::Letter { routes, .. } if next < *routes)
    }
}

/// The idempotency key of a row. A store that was put back from a backup gives numbers out again that letters in the gap
/// had: receivers must not take a new letter for a lost one.
pub(super) fn key(row: &ClaimedRow) -> String {
    match row.restorations {
        0 => format!("{}:{}", row.instance, row.number),
        times => format!("{}:{}:restored-{times}", row.instance, row.number),
    }
}

/// Tries a queue in order. After one that failed for now the rest is held back: what is down is not asked again and
/// again, and order is kept.
pub(super) fn try_in_order(queue: Vec<Attempt>, clock: &Clock) -> Vec<Tried> {
    let mut down: Option<Delivered> = None;
    let mut all = Vec::with_capacity(queue.len());
    for Attempt { row, job } in queue {
        let started_at = clock.now();
        let held_back = down.is_some();
        let delivered = down.clone().unwrap_or_else(|| job.run());
        if matches!(delivered, Delivered::TryAgain { .. }) {
            down = Some(delivered.clone());
        }
        all.push(Tried { row, job, delivered, held_back, started_at, ended_at: clock.now() });
    }
    all
}

/// Writes what became of an attempt.
pub(super) async fn settle(engine: &Engine, tried: Tried) -> Result<()> {
    let after = after(&tried);
    let (result, external_id, detail) = match &tried.delivered {
        Delivered::Sent { external_id, detail } => ("sent", external_id.clone(), detail.clone()),
        Delivered::TryAgain { why, .. } if tried.held_back => {
            ("try again", None, format!("held back: {why}"))
        }
        Delivered::TryAgain { why, .. } => ("try again", None, why.clone()),
        Delivered::Refused { why } => ("refused", None, why.clone()),
    };
    let delivery = DeliveryRow {
        attempt: tried.row.tried + 1,
        channel: tried.job.destination().to_owned(),
        adapter: tried.job.adapter().to_owned(),
        result: result.to_owned(),
        external_id,
        detail,
        started_at_ms: tried.started_at.0,
        ended_at_ms: tried.ended_at.0,
    };
    record(engine, &tried.row, &delivery, &after, |instance| fact(&tried, &delivery, &after, instance)).await
}

/// Writes an attempt with its row of the trail, again when the instance has moved on meanwhile.
pub(super) async fn record(
    engine: &Engine,
    row: &ClaimedRow,
    delivery: &DeliveryRow,
    after: &AfterAttempt,
    fact: impl Fn(&InstanceRow) -> Option<TrailRow>,
) -> Result<()> {
    loop {
        let Some(instance) = engine.store.instance(&row.instance).await? else { return Ok(()) };
        let before = Position { sequence: instance.sequence, trail_count: instance.trail_count };
        let (mut count, mut head) = (instance.trail_count, instance.trail_head.clone());
        let tenant = &engine.store.tenant().name;
        let fact = fact(&instance).map(|fact| sealed_outside(fact, &instance, tenant)).transpose()?;
        let fact = fact.map(|fact| chain::append_fact(tenant, &row.instance, &mut count, &mut head, fact));
        let trail = fact.as_ref().map(|fact| (before, fact));
        match engine.store.settle_attempt(row, delivery, after, trail).await {
            Err(problem) if problem.class() == Class::Conflict => {}
            done => return done,
        }
    }
}

fn after(tried: &Tried) -> AfterAttempt {
    let Tried { row, job, .. } = tried;
    let exhausted = row.attempts >= i64::from(job.attempts());
    match &tried.delivered {
        Delivered::Sent { .. } => AfterAttempt::Sent,
        Delivered::TryAgain { why, after } if !exhausted || tried.held_back => {
            let pause = after.and_then(|after| i64::try_from(after.as_millis()).ok());
            let pause = pause.unwrap_or_else(|| pause_ms(&key(row), row.attempts));
            let attempts = if tried.held_back { row.attempts - 1 } else { row.attempts };
            AfterAttempt::Again {
                route: row.route,
                attempts,
                next_at_ms: tried.ended_at.0.saturating_add(pause),
                note: why.clone(),
            }
        }
        Delivered::TryAgain { why, .. } | Delivered::Refused { why } if job.has_next_route(row) => {
            AfterAttempt::Again {
                route: row.route + 1,
                attempts: 0,
                next_at_ms: tried.ended_at.0,
                note: format!("{} did not take it: {why}", job.destination()),
            }
        }
        Delivered::TryAgain { why, .. } | Delivered::Refused { why } => {
            AfterAttempt::Dead { note: why.clone() }
        }
    }
}

/// The break before the next attempt: doubled each time, and moved by up to a fifth either way, so that what failed
/// together is not tried together again. The key decides how far, so that no random number is needed.
pub(super) fn pause_ms(key: &str, attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or_default();
    let pause = FIRST_BREAK_MS.saturating_mul(1_i64 << doublings).min(LONGEST_BREAK_MS);
    let digest = Sha256::digest(format!("{key}/{attempts}"));
    let spread = i64::from(digest.first().copied().unwrap_or(128)) - 128;
    pause + pause / 5 * spread / 128
}

/// The row of the trail: what arrived, what went another way, what nobody took.
fn fact(
    tried: &Tried,
    delivery: &DeliveryRow,
    after: &AfterAttempt,
    instance: &InstanceRow,
) -> Option<TrailRow> {
    let (arrived, failed) = match &tried.job {
        Job::Update { .. } => ("system updated", "system not updated"),
        _ if tried.row.kind == "withdraw" => ("message withdrawn", "message not withdrawn"),
        _ => ("message delivered", "message not delivered"),
    };
    let fact = match after {
        AfterAttempt::Sent => arrived,
        AfterAttempt::Dead { .. } => failed,
        AfterAttempt::Again { route, .. } if *route != tried.row.route => "message takes the next channel",
        AfterAttempt::Again { .. } | AfterAttempt::Dropped { .. } => return None,
    };
    let (what, role, source) = match &tried.job {
        Job::Letter { delivery, .. } => {
            let letter = &delivery.letter;
            (format!("to {}: {}", letter.to, letter.text), letter.role.clone(), letter.rule.clone())
        }
        Job::Update { ordered, .. } => (ordered.order.in_words(), None, ordered.order.rule.clone()),
        Job::Unreadable(_) => (String::new(), None, None),
    };
    let detail = if *after == AfterAttempt::Sent { what } else { format!("{}; {what}", delivery.detail) };
    Some(TrailRow {
        fact: fact.to_owned(),
        node: tried.row.node.clone(),
        role,
        channel: Some(delivery.channel.clone()),
        external_id: delivery.external_id.clone(),
        plan_hash: instance.plan_hash.clone(),
        source,
        at_ms: tried.ended_at.0,
        recorded_at_ms: tried.ended_at.0,
        detail,
        ..TrailRow::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_double_within_a_fifth_and_end() {
        let mut plain = FIRST_BREAK_MS;
        for attempts in 1..40 {
            let pause = pause_ms("onboarding-1:1", attempts);
            assert!((plain * 4 / 5..=plain * 6 / 5).contains(&pause), "{attempts}: {pause} of {plain}");
            plain = (plain * 2).min(LONGEST_BREAK_MS);
        }
    }

    #[test]
    fn two_letters_do_not_come_back_together() {
        assert_ne!(pause_ms("onboarding-1:1", 3), pause_ms("onboarding-1:2", 3));
    }
}
