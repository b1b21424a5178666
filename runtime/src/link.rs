//! Links with which a person decides or does a task without a token: signed, expiring, good for one act; and tokens with
//! which a reply finds its letter.
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
/// The same for tokens of replies.
const REPLY_DOMAIN: &[u8] = b"wfrun reply 1\n";
/// Characters of a token at most: with `reply+` before it, what may stand before the `@` of an address (RFC 5321).
const LONGEST_REPLY: usize = 58;
/// Digits of a token's signature: 80 bits.
const REPLY_DIGITS: usize = 20;

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

/// Which letter a reply is to, as its address says: `reply+onboarding-17.42.3f…@acme.example`.
///
/// Names are small letters, digits, `-` and `_`, so that a mail server that knows no capitals does no harm.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplyToken {
    /// Which instance, by id.
    pub instance: String,
    /// The number of the letter in its outbox.
    pub number: i64,
}

impl ReplyToken {
    /// The token as text; `None` where the instance's name does not fit into an address.
    #[must_use]
    pub fn signed(&self, tenant: &str, key: &[u8]) -> Option<String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        let body = format!("{}.{}", self.instance, self.number);
        let fits = self.instance.bytes().all(plain) && body.len() < LONGEST_REPLY - REPLY_DIGITS;
        fits.then(|| format!("{body}.{}", reply_signature(tenant, key, &body)))
    }

    /// Reads a token of a tenant.
    #[must_use]
    pub fn open(text: &str, tenant: &str, key: &[u8]) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (body, signature) = text.rsplit_once('.').filter(|_| text.len() <= LONGEST_REPLY)?;
        let expected = reply_signature(tenant, key, body);
        // Every digit is looked at, wherever the first wrong one is.
        let differences =
            expected.bytes().zip(signature.bytes()).fold(0, |all, (one, other)| all | (one ^ other));
        if differences != 0 || signature.len() != expected.len() {
            return None;
        }
        let (instance, number) = body.rsplit_once('.')?;
        Some(Self { instance: instance.to_owned(), number: number.parse().ok()? })
    }
}

fn reply_signature(tenant: &str, key: &[u8], body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    for part in [REPLY_DOMAIN, tenant.as_bytes(), b"\n", body.as_bytes()] {
        mac.update(part);
    }
    let mut digits = crate::api::token::hex(&mac.finalize().into_bytes());
    digits.truncate(REPLY_DIGITS);
    digits
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

    #[test]
    fn a_reply_finds_its_letter_and_no_other() {
        let token = ReplyToken { instance: "onboarding-17".to_owned(), number: 42 };
        let text = token.signed("acme", b"key").unwrap();
        assert!(text.len() <= LONGEST_REPLY && text.starts_with("onboarding-17.42."), "{text}");
        assert_eq!(ReplyToken::open(&text, "acme", b"key"), Some(token.clone()));
        assert_eq!(ReplyToken::open(&text.to_uppercase(), "acme", b"key"), Some(token));
        let forged = text.replace(".42.", ".43.");
        for (text, tenant) in [
            (text.as_str(), "other"),
            (&forged, "acme"),
            ("", "acme"),
            ("a.1.", "acme"),
            ("onboarding-17.42", "acme"),
        ] {
            assert_eq!(ReplyToken::open(text, tenant, b"key"), None, "{text}");
        }
        assert_eq!(ReplyToken::open(&text, "acme", b"other key"), None);
        for unfit in ["Onboarding-1", "a b", &"x".repeat(40)] {
            assert_eq!(ReplyToken { instance: unfit.to_owned(), number: 1 }.signed("acme", b"key"), None);
        }
    }
}
