//! Hash chains: each row carries the hash of the row before it.
//!
//! The hash is SHA-256 over the row's canonical bytes: every hashed column in the order of its table, each written as
//! a netstring (`LENGTH:BYTES,` with the length in bytes of UTF-8), whole numbers in decimal, and `-,` where there is
//! nothing. `tests/verify_trail.py` says the same in forty lines. Invariant: two different rows never have the same
//! canonical bytes.

use crate::store::row::{EventRow, TrailRow};
use sha2::{Digest, Sha256};

/// Canonical bytes in the making; its room is used again from row to row.
#[derive(Debug, Default)]
pub struct Netstrings(Vec<u8>);

impl Netstrings {
    fn piece(&mut self, bytes: &[u8]) -> &mut Self {
        self.decimal(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        self.0.push(b':');
        self.0.extend_from_slice(bytes);
        self.0.push(b',');
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.piece(text.as_bytes())
    }

    fn maybe(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => {
                self.0.extend_from_slice(b"-,");
                self
            }
        }
    }

    /// A whole number, in decimal.
    pub fn whole(&mut self, number: i64) -> &mut Self {
        let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) + 1;
        self.decimal(i64::from(digits) + i64::from(number < 0));
        self.0.push(b':');
        self.decimal(number);
        self.0.push(b',');
        self
    }

    fn maybe_whole(&mut self, number: Option<i64>) -> &mut Self {
        match number {
            Some(number) => self.whole(number),
            None => self.maybe(None),
        }
    }

    fn decimal(&mut self, number: i64) {
        // From the last digit; a whole number has 19 at most.
        let (mut digits, mut rest) = ([b'0'; 20], number.unsigned_abs());
        let mut length = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            (rest, length) = (rest / 10, length + 1);
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            self.0.push(b'-');
        }
        self.0.extend_from_slice(digits.get(digits.len() - length..).unwrap_or_default());
    }

    /// What was gathered.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its SHA-256, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(&self.0))
    }

    fn event(&mut self, tenant: &str, instance: &str, row: &EventRow) -> &mut Self {
        self.0.clear();
        self.text(tenant)
            .text(instance)
            .whole(row.sequence)
            .text(&row.previous_hash)
            .whole(row.at_ms)
            .whole(row.recorded_at_ms)
            .text(&row.body)
    }

    fn fact(&mut self, tenant: &str, instance: &str, row: &TrailRow) -> &mut Self {
        self.0.clear();
        self.text(tenant)
            .text(instance)
            .whole(row.sequence)
            .text(&row.previous_hash)
            .maybe_whole(row.event_sequence)
            .text(&row.fact)
            .maybe(row.node.as_deref())
            .maybe_whole(row.copy)
            .maybe(row.person.as_deref())
            .maybe(row.role.as_deref())
            .maybe(row.channel.as_deref())
            .maybe(row.external_id.as_deref())
            .text(&row.plan_hash)
            .maybe(row.source.as_deref())
            .maybe(row.alternatives_shown.as_deref())
            .maybe(row.alternative_chosen.as_deref())
            .maybe(row.forced_reason.as_deref())
            .whole(row.at_ms)
            .whole(row.recorded_at_ms)
            .text(&row.detail)
    }

    /// Whether a journal row carries the hash of its content.
    #[must_use]
    pub fn fits_event(&mut self, tenant: &str, instance: &str, row: &EventRow) -> bool {
        is_written(&Sha256::digest(&self.event(tenant, instance, row).0), &row.hash)
    }

    /// Whether a trail row carries the hash of its content.
    #[must_use]
    pub fn fits_fact(&mut self, tenant: &str, instance: &str, row: &TrailRow) -> bool {
        is_written(&Sha256::digest(&self.fact(tenant, instance, row).0), &row.hash)
    }
}

/// The hash of a journal row.
#[must_use]
pub fn event_hash(tenant: &str, instance: &str, row: &EventRow) -> String {
    Netstrings::default().event(tenant, instance, row).hash()
}

/// The hash of a trail row.
#[must_use]
pub fn trail_hash(tenant: &str, instance: &str, row: &TrailRow) -> String {
    Netstrings::default().fact(tenant, instance, row).hash()
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 });
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// Whether a text is these bytes in hexadecimal.
fn is_written(bytes: &[u8], text: &str) -> bool {
    let half = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks_exact(2);
    text.len() == bytes.len() * 2
        && pairs.zip(bytes).all(|(pair, byte)| match pair {
            [high, low] => half(*high) == Some(byte >> 4) && half(*low) == Some(byte & 15),
            _ => false,
        })
}

/// Puts a row after the head of its chain: number, previous hash, own hash.
pub fn append_fact(
    tenant: &str,
    instance: &str,
    count: &mut i64,
    head: &mut String,
    mut row: TrailRow,
) -> TrailRow {
    *count += 1;
    row.sequence = *count;
    row.previous_hash.clone_from(head);
    row.hash = trail_hash(tenant, instance, &row);
    head.clone_from(&row.hash);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_bytes_are_netstrings() {
        let mut canonical = Netstrings::default();
        canonical.text("è").maybe(None).whole(-12).maybe_whole(Some(0));
        assert_eq!(canonical.0, "2:è,-,3:-12,1:0,".as_bytes());
    }

    #[test]
    fn whole_numbers_are_written_as_texts_are() {
        for number in [0, 9, 10, 99, 100, -1, -9, -10, i64::MAX, i64::MIN] {
            let (mut whole, mut text) = (Netstrings::default(), Netstrings::default());
            whole.whole(number);
            text.text(&number.to_string());
            assert_eq!(whole.0, text.0);
        }
    }

    #[test]
    fn nothing_and_an_empty_text_differ() {
        let nothing = TrailRow::default();
        let empty = TrailRow { node: Some(String::new()), ..TrailRow::default() };
        assert_ne!(trail_hash("t", "i", &nothing), trail_hash("t", "i", &empty));
    }

    #[test]
    fn room_that_was_used_before_changes_nothing() {
        let mut canonical = Netstrings::default();
        let long = TrailRow { detail: "long".repeat(50), ..TrailRow::default() };
        let short = TrailRow { hash: trail_hash("t", "i", &TrailRow::default()), ..TrailRow::default() };
        assert!(!canonical.fits_fact("t", "i", &long));
        assert!(canonical.fits_fact("t", "i", &short));
        assert!(!canonical.fits_fact("t", "j", &short));
        let upper = TrailRow { hash: short.hash.to_uppercase(), ..short };
        assert!(!canonical.fits_fact("t", "i", &upper));
    }
}
