//! Gauges for Prometheus: what waits, how long, and what an operator must know at once.
//!
//! Invariant: ages are told in seconds and only where there is something to be that old; an alarm is 1 or 0, and never
//! old itself; counting takes a hundredth of the time at most, however large the store.

use super::metrics::Metrics;
use super::site::Site;
use crate::engine::Engine;
use crate::error::Result;
use crate::store::Gauges;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Statuses of letters that have a series of their own.
const LETTERS: [&str; 4] = ["waiting", "sending", "dead", "unknown"];

/// What takes less is counted for each scrape.
const QUICK: Duration = Duration::from_millis(100);
/// For how many times as long as counting took it is believed.
const REST: u32 = 100;
/// But no longer than this.
const LONGEST: Duration = Duration::from_mins(5);

/// What was counted, by tenant: in a store with a million instances each count takes a while.
#[derive(Debug, Default)]
pub(super) struct Counted(Mutex<HashMap<String, Count>>);

#[derive(Debug)]
struct Count {
    gauges: Gauges,
    ended: Instant,
    took: Duration,
}

impl Counted {
    /// A tenant's counts, as they are or were a moment ago. Two scrapes at a time count once.
    async fn of(&self, engine: &Engine, now_ms: i64) -> Result<Gauges> {
        let mut known = self.0.lock().await;
        let tenant = &engine.store.tenant().name;
        if let Some(count) = known.get(tenant)
            && count.ended.elapsed() < rest(count.took)
        {
            return Ok(count.gauges.clone());
        }
        let began = Instant::now();
        let gauges = engine.store.counted(now_ms).await?;
        let count = Count { gauges: gauges.clone(), ended: Instant::now(), took: began.elapsed() };
        known.insert(tenant.clone(), count);
        Ok(gauges)
    }
}

/// For how long a count is believed that took so long.
fn rest(took: Duration) -> Duration {
    if took < QUICK { Duration::ZERO } else { took.saturating_mul(REST).min(LONGEST) }
}

impl Metrics {
    /// What the store holds, of all tenants, as text.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn gauges(site: &Site) -> Result<String> {
        let (mut all, mut now_ms, mut writable, mut committed) = (Gauges::default(), 0, true, 0);
        for tenant in site.tenants.values() {
            now_ms = tenant.engine.clock.now().0;
            writable = tenant.engine.store.has_room().await?;
            committed = tenant.engine.committed_count.load(Relaxed);
            let counted = site.metrics.counted.of(&tenant.engine, now_ms).await?;
            add(&mut all, tenant.engine.store.with_alarms(counted).await?);
        }
        Ok(text(&all, now_ms, writable, committed))
    }
}

fn add(all: &mut Gauges, one: Gauges) {
    let earlier = |one: Option<i64>, other: Option<i64>| one.into_iter().chain(other).min();
    for (workflow, number) in one.running {
        *all.running.entry(workflow).or_default() += number;
    }
    for (status, number) in one.letters {
        *all.letters.entry(status).or_default() += number;
    }
    all.oldest_letter_ms = earlier(all.oldest_letter_ms, one.oldest_letter_ms);
    all.first_timer_ms = earlier(all.first_timer_ms, one.first_timer_ms);
    // The tenant whose checkpoint is oldest is the one to worry about.
    all.checkpoint_ms = earlier(all.checkpoint_ms, one.checkpoint_ms);
    all.backup_ms = one.backup_ms;
    all.timers_due += one.timers_due;
    all.set_aside += one.set_aside;
    all.held |= one.held;
}

fn text(all: &Gauges, now_ms: i64, writable: bool, committed: u64) -> String {
    let mut out = String::with_capacity(2_048);
    let mut tell = |name: &str, kind: &str, help: &str, values: &[(String, String)]| {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(out, "{name}{labels} {value}");
        }
    };
    let one = |value: i64| vec![(String::new(), value.to_string())];
    let age = |since: Option<i64>| -> Vec<(String, String)> {
        since.map(|since| (String::new(), seconds(now_ms.saturating_sub(since).max(0)))).into_iter().collect()
    };
    tell(
        "wfrun_transitions_total",
        "counter",
        "Transitions that this process committed: of requests, timers, events and orders.",
        &[(String::new(), committed.to_string())],
    );
    let running =
        all.running.iter().map(|(name, number)| (format!("{{workflow=\"{name}\"}}"), number.to_string()));
    tell("wfrun_instances_running", "gauge", "Running instances.", &running.collect::<Vec<_>>());
    let aside = "Instances that are set aside: see `wfrun quarantine list`.";
    tell("wfrun_instances_set_aside", "gauge", aside, &one(all.set_aside));
    let letters = LETTERS.map(|status| {
        (format!("{{status=\"{status}\"}}"), all.letters.get(status).copied().unwrap_or(0).to_string())
    });
    tell("wfrun_outbox_letters", "gauge", "Letters and updates that are not settled.", &letters);
    let on_their_way = ["waiting", "sending"].iter().filter_map(|status| all.letters.get(*status)).sum();
    let depth = "Messages and orders that are still to be delivered.";
    tell("wfrun_outbox_depth", "gauge", depth, &one(on_their_way));
    let oldest = "How long the oldest letter that waits has waited.";
    tell("wfrun_outbox_oldest_seconds", "gauge", oldest, &age(all.oldest_letter_ms));
    let due = "Timers that are due and have not fired, without those of instances that are set aside.";
    tell("wfrun_timers_due", "gauge", due, &one(all.timers_due));
    let late = "How long the first timer that is due has been due.";
    tell("wfrun_timers_late_seconds", "gauge", late, &age(all.first_timer_ms));
    let held = "1 while letters are held because the store was put back: see `wfrun restore status`.";
    tell("wfrun_sending_held", "gauge", held, &one(i64::from(all.held)));
    let full = "0 while the store has no room to be written to.";
    tell("wfrun_store_writable", "gauge", full, &one(i64::from(writable)));
    let checkpoint = "How long ago the newest checkpoint was made.";
    tell("wfrun_checkpoint_age_seconds", "gauge", checkpoint, &age(all.checkpoint_ms));
    let backup = "How long ago the newest `wfrun backup` was whole.";
    tell("wfrun_backup_age_seconds", "gauge", backup, &age(all.backup_ms));
    let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    tell("wfrun_build_info", "gauge", "Which wfrun this is.", &[(version, "1".to_owned())]);
    out
}

/// Milliseconds as seconds.
fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundredth_of_the_time_goes_into_counting() {
        let ms = Duration::from_millis;
        assert_eq!(rest(ms(99)), Duration::ZERO, "quick counts are fresh each time");
        assert_eq!(rest(ms(200)), ms(20_000));
        assert_eq!(rest(ms(60_000)), LONGEST);
    }

    #[test]
    fn ages_are_told_only_of_what_is_there() {
        let mut all = Gauges { set_aside: 2, oldest_letter_ms: Some(1_000), held: true, ..Gauges::default() };
        all.running.insert("order".to_owned(), 3);
        all.letters.insert("dead".to_owned(), 4);
        let told = text(&all, 4_500, false, 7);
        for line in [
            "wfrun_transitions_total 7",
            "wfrun_instances_running{workflow=\"order\"} 3",
            "wfrun_instances_set_aside 2",
            "wfrun_outbox_letters{status=\"dead\"} 4",
            "wfrun_outbox_letters{status=\"waiting\"} 0",
            "wfrun_outbox_depth 0",
            "wfrun_timers_due 0",
            "wfrun_outbox_oldest_seconds 3.500",
            "wfrun_sending_held 1",
            "wfrun_store_writable 0",
        ] {
            assert!(told.lines().any(|known| known == line), "{line}\n{told}");
        }
        assert!(!told.lines().any(|line| line.starts_with("wfrun_backup_age_seconds")), "{told}");
    }
}
