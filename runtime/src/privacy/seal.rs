//! Sealing and opening single values: XChaCha20-Poly1305 under the key of a data subject, with a random nonce.
//!
//! The nonce is the salt: the same value sealed twice looks different, so nobody compares or guesses. What a value is
//! (tenant, instance, number of its row, column) goes into the seal, so that no ciphertext can stand in another's place.
//! Invariant: nothing opens that was changed, moved or sealed under another key.

use super::key::SubjectKey;
use crate::audit::chain::Netstrings;
use crate::error::{Problem, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};

/// What stands before a sealed text. In a sealed instance no other text begins so.
const PREFIX: &str = "sealed:";
/// What stands before sealed bytes.
const MAGIC: &[u8] = b"\x00sealed1";
/// Bytes of a nonce.
const NONCE: usize = 24;

/// Seals and opens values of one instance.
#[derive(Clone, Copy, Debug)]
pub struct Seal<'a> {
    /// The key of its data subject.
    pub key: &'a SubjectKey,
    /// Whose instance it is.
    pub tenant: &'a str,
    /// Which instance.
    pub instance: &'a str,
}

/// Where a value stands: the number of its row, and its column (with the path within it).
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// Table and column, such as `trail.detail`.
    pub column: &'a str,
    /// Number of the row within the instance.
    pub row: i64,
}

impl Seal<'_> {
    fn about(&self, spot: Spot<'_>) -> Netstrings {
        let mut about = Netstrings::default();
        about.text(self.tenant).text(self.instance).text(spot.column).whole(spot.row);
        about
    }

    /// A text, sealed.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn text(&self, spot: Spot<'_>, text: &str) -> Result<String> {
        let sealed = shut(self.key.bytes(), text.as_bytes(), self.about(spot).bytes())?;
        Ok(format!("{PREFIX}{}", STANDARD_NO_PAD.encode(sealed)))
    }

    /// The text that was sealed; a text that was not is itself. `None`: it does not open.
    #[must_use]
    pub fn open_text(&self, spot: Spot<'_>, text: &str) -> Option<String> {
        let Some(sealed) = text.strip_prefix(PREFIX) else { return Some(text.to_owned()) };
        let sealed = STANDARD_NO_PAD.decode(sealed).ok()?;
        String::from_utf8(open(self.key.bytes(), &sealed, self.about(spot).bytes())?).ok()
    }

    /// Bytes, sealed.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn bytes(&self, spot: Spot<'_>, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut sealed = MAGIC.to_vec();
        sealed.extend(shut(self.key.bytes(), bytes, self.about(spot).bytes())?);
        Ok(sealed)
    }

    /// The bytes that were sealed. `None`: they do not open.
    #[must_use]
    pub fn open_bytes(&self, spot: Spot<'_>, bytes: &[u8]) -> Option<Vec<u8>> {
        open(self.key.bytes(), bytes.strip_prefix(MAGIC)?, self.about(spot).bytes())
    }
}

/// Whether a text is a sealed one.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// A column of JSON, with a sealed text for all of it.
#[must_use]
pub fn as_json(sealed: &str) -> String {
    serde_json::json!({ "sealed": sealed.strip_prefix(PREFIX).unwrap_or(sealed) }).to_string()
}

/// The sealed text that is all of a column of JSON; `None`: it is not sealed as a whole.
#[must_use]
pub fn from_json(column: &str) -> Option<String> {
    let sealed = column.strip_prefix("{\"sealed\":\"")?.strip_suffix("\"}")?;
    Some(format!("{PREFIX}{sealed}"))
}

/// Seals under a key: nonce, then ciphertext with its tag.
pub(super) fn shut(key: &[u8; 32], plain: &[u8], about: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = super::key::random()?;
    let payload = Payload { msg: plain, aad: about };
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt((&nonce).into(), payload);
    let sealed = sealed.map_err(|_| Problem::machine("a personal value cannot be sealed: it is too long"))?;
    Ok([&nonce, sealed.as_slice()].concat())
}

/// Opens what [`shut`] made of the same key and about the same; `None` for anything else.
pub(super) fn open(key: &[u8; 32], sealed: &[u8], about: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: about };
    XChaCha20Poly1305::new(key.into()).decrypt(nonce.into(), payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DETAIL: Spot<'static> = Spot { column: "trail.detail", row: 3 };

    #[test]
    fn what_is_sealed_opens_only_where_it_was_sealed() {
        let key = SubjectKey::fresh().unwrap();
        let seal = Seal { key: &key, tenant: "acme", instance: "hiring-1" };
        let sealed = seal.text(DETAIL, "Anna Rossi").unwrap();
        assert!(is_sealed(&sealed) && !sealed.contains("Anna"), "{sealed}");
        assert_eq!(seal.open_text(DETAIL, &sealed).unwrap(), "Anna Rossi");
        assert_ne!(seal.text(DETAIL, "Anna Rossi").unwrap(), sealed, "salted");
        assert_eq!(seal.open_text(Spot { row: 4, ..DETAIL }, &sealed), None);
        assert_eq!(seal.open_text(Spot { column: "outbox.body", ..DETAIL }, &sealed), None);
        assert_eq!(Seal { instance: "hiring-2", ..seal }.open_text(DETAIL, &sealed), None);
        assert_eq!(Seal { tenant: "other", ..seal }.open_text(DETAIL, &sealed), None);
        let other = SubjectKey::fresh().unwrap();
        assert_eq!(Seal { key: &other, ..seal }.open_text(DETAIL, &sealed), None);
        assert_eq!(seal.open_text(DETAIL, "sealed:AAAA"), None);
    }

    #[test]
    fn a_sealed_column_of_json_is_json_and_comes_back() {
        let key = SubjectKey::fresh().unwrap();
        let seal = Seal { key: &key, tenant: "acme", instance: "hiring-1" };
        let sealed = seal.text(DETAIL, "{}").unwrap();
        let column = as_json(&sealed);
        assert!(serde_json::from_str::<serde_json::Value>(&column).is_ok());
        assert_eq!(from_json(&column), Some(sealed));
        assert_eq!(from_json("{\"purpose\":\"work\"}"), None);
    }

    #[test]
    fn bytes_come_back_and_a_flipped_bit_does_not() {
        let key = SubjectKey::fresh().unwrap();
        let seal = Seal { key: &key, tenant: "acme", instance: "hiring-1" };
        let mut sealed = seal.bytes(DETAIL, b"state").unwrap();
        assert_eq!(seal.open_bytes(DETAIL, &sealed).unwrap(), b"state");
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(seal.open_bytes(DETAIL, &sealed), None);
        assert_eq!(seal.open_bytes(DETAIL, b"state"), None);
    }
}
