//! Signed checkpoints: what the chains were at a moment, so that a later rewriting of them is seen.
//!
//! A checkpoint holds the heads of the instances that moved since the one before it: how many rows the journal and the
//! trail had, and the hash of the last of each. It carries the hash of the checkpoint before it and is signed with
//! ed25519. Kept outside the store (the *anchor*), the checkpoints survive a store that was rewritten as a whole, cut
//! tails, removed instances and all. Flow: [`write_due`] makes them from the store, [`anchor`] puts them outside,
//! [`Prover`] reads them back. Invariant: a head is in a checkpoint exactly once, and never changes.

pub mod anchor;
pub mod compare;
pub mod key;
mod prove;
mod write;

use crate::audit::chain::{Netstrings, hex};
use crate::store::row::NO_HASH;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};

pub use prove::{Gap, Proved, Prover};
pub use write::{Written, write, write_due};

/// Heads in one checkpoint at most: a line of the anchor stays below 1 MB, memory is bounded, and nobody waits long for
/// the store while one of many is written.
pub const HEAD_LIMIT: usize = 2_000;

/// What the chains of one instance were.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Head {
    /// Which instance.
    pub instance: String,
    /// Rows in its journal.
    pub sequence: i64,
    /// Hash of the last of them.
    pub journal_head: String,
    /// Rows in its trail.
    pub trail_count: i64,
    /// Hash of the last of them.
    pub trail_head: String,
}

/// A signed checkpoint; as JSON, a line of the anchor.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Whose instances.
    pub tenant: String,
    /// Counts from 1.
    pub number: i64,
    /// Hash of the checkpoint before it; zeros for the first.
    pub previous_hash: String,
    /// When it was made.
    pub at_ms: i64,
    /// SHA-256 over the netstrings of its heads, in the order of the instances' bytes.
    pub heads_hash: String,
    /// SHA-256 over its netstrings: the five above and the number of heads.
    pub hash: String,
    /// Who signed, 32 bytes in hexadecimal.
    pub public_key: String,
    /// ed25519 over the netstrings that `hash` is made of, in hexadecimal.
    pub signature: String,
    /// Instances that moved since the checkpoint before.
    pub heads: Vec<Head>,
}

impl Checkpoint {
    /// The checkpoint after another, over these heads.
    #[must_use]
    pub fn after(
        previous: Option<(i64, &str)>,
        tenant: &str,
        at_ms: i64,
        mut heads: Vec<Head>,
        key: &SigningKey,
    ) -> Self {
        heads.sort();
        let (number, previous_hash) = previous.unwrap_or((0, NO_HASH));
        let mut checkpoint = Self {
            tenant: tenant.to_owned(),
            number: number + 1,
            previous_hash: previous_hash.to_owned(),
            at_ms,
            heads_hash: heads_hash(&heads),
            hash: String::new(),
            public_key: hex(key.verifying_key().as_bytes()),
            signature: String::new(),
            heads,
        };
        let signed = checkpoint.signed_bytes();
        checkpoint.hash = signed.hash();
        checkpoint.signature = hex(&key.sign(signed.bytes()).to_bytes());
        checkpoint
    }

    /// What is wrong with it by itself, if something is.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let signed = self.signed_bytes();
        if heads_hash(&self.heads) != self.heads_hash || signed.hash() != self.hash {
            return Some("it was changed: its content does not match its hash");
        }
        let key = key::bytes_of(&self.public_key).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let signature = key::bytes_of(&self.signature).map(|bytes| Signature::from_bytes(&bytes));
        match (key, signature) {
            (Some(key), Some(signature)) if key.verify(signed.bytes(), &signature).is_ok() => None,
            _ => Some("its signature is not that of its key"),
        }
    }

    fn signed_bytes(&self) -> Netstrings {
        let mut bytes = Netstrings::default();
        bytes
            .text("wf checkpoint 1")
            .text(&self.tenant)
            .whole(self.number)
            .text(&self.previous_hash)
            .whole(self.at_ms)
            .whole(i64::try_from(self.heads.len()).unwrap_or(i64::MAX))
            .text(&self.heads_hash);
        bytes
    }
}

fn heads_hash(heads: &[Head]) -> String {
    let mut bytes = Netstrings::default();
    for head in heads {
        bytes
            .text(&head.instance)
            .whole(head.sequence)
            .text(&head.journal_head)
            .whole(head.trail_count)
            .text(&head.trail_head);
    }
    bytes.hash()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(instance: &str) -> Head {
        Head {
            instance: instance.to_owned(),
            sequence: 2,
            journal_head: "ab".repeat(32),
            trail_count: 5,
            trail_head: "cd".repeat(32),
        }
    }

    #[test]
    fn whatever_is_changed_shows() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let sound = Checkpoint::after(None, "acme", 1_000, vec![head("b-1"), head("a-1")], &key);
        assert_eq!(sound.fault(), None);
        assert_eq!((sound.number, sound.heads[0].instance.as_str()), (1, "a-1"));
        let changes: [fn(&mut Checkpoint); 8] = [
            |it| it.tenant.push('x'),
            |it| it.number += 1,
            |it| it.previous_hash.replace_range(0..1, "1"),
            |it| it.at_ms += 1,
            |it| it.heads[1].sequence += 1,
            |it| _ = it.heads.pop(),
            |it| it.heads.swap(0, 1),
            |it| it.signature.replace_range(0..2, "00"),
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut changed = sound.clone();
            change(&mut changed);
            assert!(changed.fault().is_some(), "change {at} is not seen");
        }
    }

    #[test]
    fn another_key_is_another_signature() {
        let ours = SigningKey::from_bytes(&[7; 32]);
        let mut theirs =
            Checkpoint::after(None, "acme", 1_000, vec![head("a-1")], &SigningKey::from_bytes(&[8; 32]));
        assert_eq!(theirs.fault(), None, "sound by itself, but signed by somebody else");
        theirs.public_key = hex(ours.verifying_key().as_bytes());
        assert_eq!(theirs.fault(), Some("its signature is not that of its key"));
    }
}
