//! Tokens: made once, shown once, kept as hashes, looked up from memory for a few seconds.
//!
//! A token is `wfr_TENANT.SECRET`, the tenant in base64url and 256 random bits: the tenant leads to the right rows, the
//! secret proves. Invariant: a token that was revoked or has expired lets nobody in [`FRESH`] later.

use super::allowed::Role;
use crate::clock::Clock;
use crate::error::{Problem, Result};
use crate::store::{Store, TokenRow};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How long a token's row is believed without reading it again.
pub const FRESH: Duration = Duration::from_secs(5);
/// Tokens remembered per tenant.
const REMEMBERED: usize = 10_000;
const PREFIX: &str = "wfr_";

/// What a token stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    /// Its name for people.
    pub id: String,
    /// What it may do.
    pub role: Role,
    /// Who acts with it.
    pub person: Option<String>,
    /// Which system sends with it.
    pub system: Option<String>,
    /// From when on it is worth nothing.
    pub expires_at_ms: Option<i64>,
}

/// Random bytes of the machine.
///
/// # Errors
/// When the machine gives none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| Problem::machine("the machine gives no random numbers").help("try again later"))?;
    Ok(bytes)
}

/// A new token for a tenant.
///
/// # Errors
/// When the machine gives no random numbers.
pub fn fresh(tenant: &str) -> Result<String> {
    Ok(format!("{PREFIX}{}.{}", URL_SAFE_NO_PAD.encode(tenant), URL_SAFE_NO_PAD.encode(random::<32>()?)))
}

/// The tenant a token leads to; `None`: it is no token.
#[must_use]
pub fn tenant_of(token: &str) -> Option<String> {
    let (tenant, secret) = token.strip_prefix(PREFIX)?.split_once('.')?;
    let long_enough = secret.len() >= 40 && token.len() < 1_000;
    let tenant = URL_SAFE_NO_PAD.decode(tenant).ok().filter(|_| long_enough)?;
    String::from_utf8(tenant).ok()
}

/// The hash under which a token is kept, in hexadecimal.
#[must_use]
pub fn hash_of(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Whom a token stands for, and when that was read.
type Read = (Arc<Holder>, Instant);

/// The tokens of a tenant, read from the store and believed for a while.
#[derive(Debug, Default)]
pub struct Tokens {
    known: RwLock<HashMap<[u8; 32], Read>>,
}

impl Tokens {
    /// Whom a token stands for; `None`: nobody.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn holder(&self, store: &Store, clock: &Clock, token: &str) -> Result<Option<Arc<Holder>>> {
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let now_ms = clock.now().0;
        let valid = |holder: &Holder| holder.expires_at_ms.is_none_or(|expires| expires > now_ms);
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((holder, read)) = known.get(&hash)
                && read.elapsed() < FRESH
            {
                return Ok(Some(Arc::clone(holder)).filter(|holder| valid(holder)));
            }
        }
        let row = store.token(&hex(&hash)).await?;
        let holder = row.and_then(|row| holder(&row)).filter(&valid).map(Arc::new);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        match &holder {
            Some(holder) => {
                if known.len() >= REMEMBERED {
                    known.retain(|_, (_, read)| read.elapsed() < FRESH);
                }
                known.insert(hash, (Arc::clone(holder), Instant::now()));
            }
            None => drop(known.remove(&hash)),
        }
        Ok(holder)
    }
}

/// Whom a row stands for; nobody once it is revoked.
fn holder(row: &TokenRow) -> Option<Holder> {
    let role = Role::named(&row.role).filter(|_| row.revoked_at_ms.is_none())?;
    Some(Holder {
        id: row.id.clone(),
        role,
        person: row.person.clone(),
        system: row.system.clone(),
        expires_at_ms: row.expires_at_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_its_tenant_and_no_two_are_alike() {
        let (one, other) = (fresh("acme & sons").unwrap(), fresh("acme & sons").unwrap());
        assert_eq!(tenant_of(&one).as_deref(), Some("acme & sons"));
        assert_ne!(one, other);
        for wrong in ["", "wfr_", "wfr_YWNtZQ", "wfr_YWNtZQ.short", "Bearer x", "wfr_%%%.aaaa"] {
            assert_eq!(tenant_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn hashes_are_those_of_sha256sum() {
        assert_eq!(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
