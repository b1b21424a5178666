//! How long a letter waits after an attempt that failed for now.

use sha2::{Digest, Sha256};

/// The longest break after the first failure; after each further one it may be twice as long.
const FIRST_BREAK_MS: i64 = 20_000;
/// The longest break.
const LONGEST_BREAK_MS: i64 = 3_600_000;
/// The shortest break.
const SHORTEST_BREAK_MS: i64 = 1_000;

/// The break before the next attempt: any length up to one that doubles each time ("full jitter"), so that what failed
/// together is not tried together again. The key decides which, so that no random number is needed.
pub(super) fn pause_ms(key: &str, attempts: i64) -> i64 {
    let longest = longest_ms(attempts);
    let digest = Sha256::digest(format!("{key}/{attempts}"));
    let share = digest.iter().take(4).fold(0_i64, |share, byte| share << 8 | i64::from(*byte));
    (longest * share / (1 << 32)).max(SHORTEST_BREAK_MS)
}

fn longest_ms(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or_default();
    FIRST_BREAK_MS.saturating_mul(1_i64 << doublings).min(LONGEST_BREAK_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_spread_over_a_span_that_doubles_and_ends() {
        for attempts in 1..40 {
            let longest = longest_ms(attempts);
            assert_eq!(longest, (FIRST_BREAK_MS << (attempts - 1).min(20)).min(LONGEST_BREAK_MS));
            let pauses: Vec<i64> =
                (0..1_000).map(|letter| pause_ms(&format!("onboarding-{letter}:1"), attempts)).collect();
            assert!(pauses.iter().all(|pause| (SHORTEST_BREAK_MS..=longest).contains(pause)));
            // A thousand letters fill each tenth of the span with some hundred of them.
            for tenth in 1..10 {
                let within =
                    |pause: &&i64| (tenth * longest / 10..(tenth + 1) * longest / 10).contains(*pause);
                let count = pauses.iter().filter(within).count();
                assert!((60..=140).contains(&count), "{attempts}, {tenth}: {count}");
            }
        }
    }
}
