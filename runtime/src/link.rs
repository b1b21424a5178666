//! Links with which a person decides or does a task without a token: signed, expiring, good for one act.
//!
//! A link is base64url of what it is for (tenant, instance, place or question, person, expiry) and an HMAC-SHA256 of that
//! under a key of the tenant in the store. Letters carry them, `/l/{link}` opens them. Invariant: nothing in a link is
//! believed before its signature was checked, and the check takes the same time for every wrong one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of a link at most: names are short.
const LONGEST: usize = 2_000;
/// What is signed begins with this, so that no other signature under the key can stand for a link.
const DOMAIN: &[u8] = b"wfrun link 1\n";

/// What a link is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Link {
    /// Whose instance.
    pub tenant: String,
    /// Which instance, by id.
    pub instance: String,
    /// What is done with it.
    pub about: About,
    /// Who does it, as the configuration names them.
    pub person: String,
    /// From when on it is worth nothing.
    pub expires_at_ms: i64,
}

/// What is done with a link.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum About {
    /// A step is done or a decision is taken.
    Node {
        /// Its name.
        node: String,
        /// Which copy of a `for each`, from 0.
        copy: Option<u16>,
        /// In which round: a link of an earlier round is overtaken.
        round: u16,
    },
    /// A question of an escalation is answered, by its number.
    Question(u32),
}

impl Link {
    /// The link as text: the last part of its address.
    #[must_use]
    pub fn signed(&self, key: &[u8]) -> String {
        let body = URL_SAFE_NO_PAD.encode(postcard::to_stdvec(self).unwrap_or_default());
        let signature = mac(key, &body).map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Reads a link. `key_of` gives the key of a tenant.
    #[must_use]
    pub fn open<'a>(text: &str, key_of: impl FnOnce(&str) -> Option<&'a [u8]>) -> Option<Self> {
        let (body, signature) = text.split_once('.').filter(|_| text.len() <= LONGEST)?;
        let claimed: Self = postcard::from_bytes(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        mac(key_of(&claimed.tenant)?, body)?.verify_slice(&signature).ok()?;
        Some(claimed)
    }
}

/// Under which name a used-up link is kept: not the link itself, which a reader of the store must not be able to use.
#[must_use]
pub fn fingerprint(text: &str) -> String {
    crate::api::token::hex(&Sha256::digest(text.as_bytes()))
}

/// Never `None`: HMAC takes keys of every length.
fn mac(key: &[u8], body: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(DOMAIN);
    mac.update(body.as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        Link {
            tenant: "acme".to_owned(),
            instance: "order-1".to_owned(),
            about: About::Node { node: "pack".to_owned(), copy: None, round: 1 },
            person: "clerk".to_owned(),
            expires_at_ms: 1_000,
        }
    }

    #[test]
    fn what_was_signed_is_read_back() {
        let text = link().signed(b"key");
        assert_eq!(Link::open(&text, |tenant| (tenant == "acme").then_some(&b"key"[..])), Some(link()));
    }

    #[test]
    fn what_was_changed_is_not() {
        let text = link().signed(b"key");
        let open = |text: &str| Link::open(text, |_| Some(b"key"));
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last character of each part has bits that stand for nothing; base64url refuses them.
            assert_eq!(open(&changed), None, "{at}");
        }
        assert_eq!(Link::open(&text, |_| Some(b"other key")), None);
        assert_eq!(Link::open(&text, |_| None), None);
        for wrong in ["", ".", "x", "x.y", &"A".repeat(LONGEST + 1)] {
            assert_eq!(open(wrong), None);
        }
    }
}
