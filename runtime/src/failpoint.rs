//! Named places where a test lets the program die: `WFRUN_FAILPOINT=after-commit:3` ends it there the third time.
//!
//! They lie on the way of a transition to the disk and of a letter to its receiver. Invariant: only builds with debug
//! assertions have them; in a release build `reach` is empty and the variable means nothing.

/// All places, in the order in which a transition and then its letters pass them.
#[cfg(debug_assertions)]
pub const POINTS: [&str; 11] = [
    "before-begin",
    "after-begin",
    "after-write",
    "before-commit",
    "after-commit",
    "before-acknowledge",
    "after-acknowledge",
    "before-send",
    "after-send",
    "before-record",
    "after-record",
];

/// In each step that brings a store up to date, before it is committed.
#[cfg(debug_assertions)]
pub const IN_MIGRATION: &str = "in-migration";

/// Passes a place; the program ends at once if this is the one, and the time, that was asked for.
#[cfg(debug_assertions)]
pub(crate) fn reach(point: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static ASKED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let asked = ASKED.get_or_init(|| asked_for(&std::env::var("WFRUN_FAILPOINT").ok()?));
    if let Some((name, count)) = asked
        && name == point
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *count
    {
        // No unwinding, no destructors, nothing flushed: as `kill -9` would have it.
        std::process::abort();
    }
}

/// Passes a place.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub(crate) fn reach(_: &str) {}

#[cfg(debug_assertions)]
fn asked_for(text: &str) -> Option<(String, u64)> {
    let (name, count) = text.split_once(':').unwrap_or((text, "1"));
    let count = count.parse().ok().filter(|count| *count > 0)?;
    (POINTS.contains(&name) || name == IN_MIGRATION).then(|| (name.to_owned(), count))
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_asked_for_by_name_and_count() {
        assert_eq!(asked_for("after-commit:3"), Some(("after-commit".to_owned(), 3)));
        assert_eq!(asked_for("before-send"), Some(("before-send".to_owned(), 1)));
        assert_eq!(asked_for("before-send:0"), None);
        assert_eq!(asked_for("somewhere:1"), None);
    }
}
