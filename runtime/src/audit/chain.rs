//! Hash chains: each row carries the hash of the row before it.
//!
//! The hash is SHA-256 over the row's canonical bytes: every hashed column in the order of its table, each written as
//! a netstring (`LENGTH:BYTES,` with the length in bytes of UTF-8), whole numbers in decimal, and `-,` where there is
//! nothing. `tests/verify_trail.py` says the same in forty lines. Invariant: two different rows never have the same
//! canonical bytes.

use crate::store::row::{EventRow, TrailRow};
use sha2::{Digest, Sha256};

/// Canonical bytes in the making.
#[derive(Debug, Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn text(mut self, text: &str) -> Self {
        self.0.extend_from_slice(text.len().to_string().as_bytes());
        self.0.push(b':');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b',');
        self
    }

    fn maybe(mut self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => {
                self.0.extend_from_slice(b"-,");
                self
            }
        }
    }

    fn whole(self, number: i64) -> Self {
        self.text(&number.to_string())
    }

    fn maybe_whole(self, number: Option<i64>) -> Self {
        self.maybe(number.map(|number| number.to_string()).as_deref())
    }

    fn hash(self) -> String {
        Sha256::digest(self.0).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The hash of a journal row.
#[must_use]
pub fn event_hash(tenant: &str, instance: &str, row: &EventRow) -> String {
    Canonical::default()
        .text(tenant)
        .text(instance)
        .whole(row.sequence)
        .text(&row.previous_hash)
        .whole(row.at_ms)
        .whole(row.recorded_at_ms)
        .text(&row.body)
        .hash()
}

/// The hash of a trail row.
#[must_use]
pub fn trail_hash(tenant: &str, instance: &str, row: &TrailRow) -> String {
    Canonical::default()
        .text(tenant)
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
        .hash()
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
        let bytes = Canonical::default().text("è").maybe(None).whole(-12).maybe_whole(Some(0)).0;
        assert_eq!(bytes, "2:è,-,3:-12,1:0,".as_bytes());
    }

    #[test]
    fn nothing_and_an_empty_text_differ() {
        let nothing = TrailRow::default();
        let empty = TrailRow { node: Some(String::new()), ..TrailRow::default() };
        assert_ne!(trail_hash("t", "i", &nothing), trail_hash("t", "i", &empty));
    }
}
