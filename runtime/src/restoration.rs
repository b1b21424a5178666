//! A store that was put back from a backup: said in the trail, and silent until an operator has looked.
//!
//! What happened after the backup is not in it: letters that it believes to be on their way may have arrived, and
//! answers that came are lost. So the restoration is a row of its own, signed where there is a key, and a fact in the
//! trail of every running instance; and nothing is sent until it is released. Invariant: the gap can be read from the
//! store by whoever reads the trail.

use crate::audit::chain::{self, Netstrings, hex};
use crate::audit::checkpoint::key;
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::moment;
use crate::store::row::{Position, TrailRow};
use crate::store::{RestorationRow, TrailEnd};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use wf_plan::Moment;

/// The fact in the trail of each running instance.
pub const FACT: &str = "store restored from a backup";

/// Trails that get their fact in one transaction.
const BATCH: i64 = 500;

/// What was noted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noted {
    /// The restoration.
    pub row: RestorationRow,
    /// Running instances whose trails say so.
    pub instances: usize,
}

/// Notes that this tenant's instances were put back from a backup that was taken at a moment. From now on nothing is
/// sent.
///
/// # Errors
/// When the store fails, or the key that signs cannot be read.
pub async fn note(engine: &Engine, taken_at: Option<Moment>, by: &str, reason: &str) -> Result<Noted> {
    let now = engine.clock.now();
    let known = engine.store.last_moment().await?.map(Moment);
    let taken_at = taken_at.or(known).unwrap_or(now).min(now);
    let number = engine.store.restorations().await?.last().map_or(0, |last| last.number) + 1;
    let mut row = RestorationRow {
        number,
        taken_at_ms: taken_at.0,
        restored_at_ms: now.0,
        person: by.to_owned(),
        reason: reason.to_owned(),
        ..RestorationRow::default()
    };
    if let Some(file) = &engine.config.audit.key {
        sign(&mut row, &engine.store.tenant().name, &key::read(file)?);
    }
    engine.store.put_restoration(&row).await?;
    let detail = format!(
        "put back by {by} at {} from a backup of {}: what happened in between is not in this store ({reason})",
        moment::utc(now),
        moment::utc(taken_at)
    );
    let instances = tell_running(engine, &row, &detail).await?;
    Ok(Noted { row, instances })
}

/// Writes the fact into the trail of every running instance.
async fn tell_running(engine: &Engine, row: &RestorationRow, detail: &str) -> Result<usize> {
    let (mut after, mut told) = (String::new(), 0);
    loop {
        let ends = engine.store.running_trails(&after, BATCH).await?;
        let Some(last) = ends.last() else { return Ok(told) };
        let next = last.instance.clone();
        let tenant = &engine.store.tenant().name;
        let facts: Vec<(TrailEnd, TrailRow)> =
            ends.into_iter().map(|end| with_fact(tenant, end, row, detail)).collect();
        let written = engine.store.append_facts(&facts).await?;
        for ((end, _), written) in facts.iter().zip(written) {
            told += usize::from(written || tell_one(engine, &end.instance, row, detail).await?);
        }
        after = next;
    }
}

/// Writes the fact for an instance that has moved on meanwhile; false: it has ended.
async fn tell_one(engine: &Engine, instance: &str, row: &RestorationRow, detail: &str) -> Result<bool> {
    loop {
        let Some(found) = engine.store.instance(instance).await?.filter(|found| found.status == "running")
        else {
            return Ok(false);
        };
        let end = TrailEnd {
            instance: found.id,
            plan_hash: found.plan_hash,
            position: Position { sequence: found.sequence, trail_count: found.trail_count },
            head: found.trail_head,
        };
        let fact = with_fact(&engine.store.tenant().name, end, row, detail);
        if engine.store.append_facts(&[fact]).await? == [true] {
            return Ok(true);
        }
    }
}

fn with_fact(tenant: &str, end: TrailEnd, row: &RestorationRow, detail: &str) -> (TrailEnd, TrailRow) {
    let fact = TrailRow {
        fact: FACT.to_owned(),
        person: Some(row.person.clone()),
        plan_hash: end.plan_hash.clone(),
        at_ms: row.restored_at_ms,
        recorded_at_ms: row.restored_at_ms,
        detail: detail.to_owned(),
        ..TrailRow::default()
    };
    let (mut count, mut head) = (end.position.trail_count, end.head.clone());
    let fact = chain::append_fact(tenant, &end.instance, &mut count, &mut head, fact);
    (end, fact)
}

/// Lets letters go again.
///
/// # Errors
/// When nothing is held, or the store fails.
pub async fn release(engine: &Engine, by: &str, reason: &str) -> Result<()> {
    let held = engine.store.release_letters(engine.clock.now().0, by, reason).await?;
    if held {
        return Ok(());
    }
    Err(Problem::new(Class::Refused, "nothing is held: letters go out as they should")
        .help("letters are held after `wfrun restore`, and after `wfrun serve --restored`"))
}

fn signed_bytes(row: &RestorationRow, tenant: &str) -> Netstrings {
    let mut bytes = Netstrings::default();
    bytes
        .text("wf restoration 1")
        .text(tenant)
        .whole(row.number)
        .whole(row.taken_at_ms)
        .whole(row.restored_at_ms)
        .text(&row.person)
        .text(&row.reason);
    bytes
}

fn sign(row: &mut RestorationRow, tenant: &str, key: &SigningKey) {
    let signature = key.sign(signed_bytes(row, tenant).bytes());
    row.public_key = Some(key::public(key));
    row.signature = Some(hex(&signature.to_bytes()));
}

/// Whether a restoration may be believed: signed by a key that is trusted, or nobody in particular is.
#[must_use]
pub fn is_believed(row: &RestorationRow, tenant: &str, trusted: &[String]) -> bool {
    let (Some(public_key), Some(signature)) = (&row.public_key, &row.signature) else {
        return trusted.is_empty();
    };
    let key = key::bytes_of(public_key).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
    let signature = key::bytes_of(signature).map(|bytes| Signature::from_bytes(&bytes));
    let signed = match (key, signature) {
        (Some(key), Some(signature)) => key.verify(signed_bytes(row, tenant).bytes(), &signature).is_ok(),
        _ => false,
    };
    signed && (trusted.is_empty() || trusted.contains(public_key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restoration_is_believed_when_a_trusted_key_signed_it() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let mut row =
            RestorationRow { number: 1, taken_at_ms: 5, restored_at_ms: 9, ..RestorationRow::default() };
        let trusted = [key::public(&key)];
        assert!(is_believed(&row, "acme", &[]), "nobody in particular is trusted");
        assert!(!is_believed(&row, "acme", &trusted), "it is not signed");
        sign(&mut row, "acme", &key);
        assert!(is_believed(&row, "acme", &trusted));
        assert!(!is_believed(&row, "beta", &trusted), "it is another's");
        let longer = RestorationRow { taken_at_ms: 4, ..row.clone() };
        assert!(!is_believed(&longer, "acme", &trusted), "the gap was made longer");
        let theirs = [key::public(&SigningKey::from_bytes(&[8; 32]))];
        assert!(!is_believed(&row, "acme", &theirs), "another key signed it");
    }
}
