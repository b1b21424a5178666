//! Gauges for Prometheus: what waits, how long, and what an operator must know at once.
//!
//! Invariant: ages are told in seconds and only where there is something to be that old; an alarm is 1 or 0.

use super::metrics::Metrics;
use super::site::Site;
use crate::error::Result;
use crate::store::Gauges;
use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;

/// Statuses of letters that have a series of their own.
const LETTERS: [&str; 4] = ["waiting", "sending", "dead", "unknown"];

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
            add(&mut all, tenant.engine.store.gauges(now_ms).await?);
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
    let oldest = "How long the oldest letter that waits has waited.";
    tell("wfrun_outbox_oldest_seconds", "gauge", oldest, &age(all.oldest_letter_ms));
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
            "wfrun_outbox_oldest_seconds 3.500",
            "wfrun_sending_held 1",
            "wfrun_store_writable 0",
        ] {
            assert!(told.lines().any(|known| known == line), "{line}\n{told}");
        }
        assert!(!told.lines().any(|line| line.starts_with("wfrun_backup_age_seconds")), "{told}");
    }
}
