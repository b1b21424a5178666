//! The trail's rows: what happened stays readable, what it says about a person is sealed.
//!
//! Sealed are the words people wrote and what the process said with data in it; what a plan says (levels, rounds, due
//! dates, labels) stays, unless a personal value is in it. Invariant: rows are sealed before they are hashed, and opened
//! only for a reader.

use super::event::holds;
use super::seal::{Spot, as_json, from_json, is_sealed};
use super::{HIDDEN, Subject};
use crate::error::Result;
use crate::store::row::{InstanceRow, TrailRow};
use std::collections::BTreeSet;

/// Seals what is personal in a row that takes the number `row`. `texts` are the personal texts of the instance; with
/// `words`, its detail is data or somebody's words and sealed whatever is in it.
///
/// # Errors
/// When the machine gives no random numbers.
pub fn sealed(
    mut fact: TrailRow,
    (subject, tenant, instance): (&Subject, &str, &str),
    row: i64,
    texts: &BTreeSet<String>,
    words: bool,
) -> Result<TrailRow> {
    let Some(seal) = subject.seal(tenant, instance) else {
        // The person was erased meanwhile: what would have been sealed is not written at all.
        if words && !fact.detail.is_empty() {
            subject.instead().clone_into(&mut fact.detail);
        }
        return Ok(fact);
    };
    let spot = |column| Spot { column, row };
    if !fact.detail.is_empty() && (words || holds(texts, &fact.detail)) {
        fact.detail = seal.text(spot("trail.detail"), &fact.detail)?;
    }
    if let Some(shown) = fact.alternatives_shown.as_mut().filter(|shown| holds(texts, shown)) {
        *shown = as_json(&seal.text(spot("trail.alternatives_shown"), shown)?);
    }
    for (column, text) in [
        ("trail.person", &mut fact.person),
        ("trail.alternative_chosen", &mut fact.alternative_chosen),
        ("trail.forced_reason", &mut fact.forced_reason),
    ] {
        if let Some(text) = text.as_mut().filter(|text| holds(texts, text)) {
            *text = seal.text(spot(column), text)?;
        }
    }
    Ok(fact)
}

/// Seals a row that does not come from an event (a delivery, an operator's word on a letter) before it is appended: its
/// detail quotes letters and receivers.
///
/// # Errors
/// When the machine gives no random numbers.
pub fn sealed_outside(fact: TrailRow, instance: &InstanceRow, tenant: &str) -> Result<TrailRow> {
    match &instance.subject {
        None => Ok(fact),
        Some(subject) => {
            let whose = (subject, tenant, instance.id.as_str());
            sealed(fact, whose, instance.trail_count.saturating_add(1), &BTreeSet::new(), true)
        }
    }
}

/// Opens a row for a reader; what does not open (any more) stands as `[personal]` or `[erased]`.
#[must_use]
pub fn opened(mut fact: TrailRow, subject: Option<&Subject>, tenant: &str, instance: &str) -> TrailRow {
    let Some(subject) = subject else { return fact };
    let seal = subject.seal(tenant, instance);
    let open = |column, text: &str| {
        let opened = seal.and_then(|seal| seal.open_text(Spot { column, row: fact.sequence }, text));
        opened.unwrap_or_else(|| subject.instead().to_owned())
    };
    if is_sealed(&fact.detail) {
        fact.detail = open("trail.detail", &fact.detail);
    }
    if let Some(sealed) = fact.alternatives_shown.as_deref().and_then(from_json) {
        fact.alternatives_shown = Some(open("trail.alternatives_shown", &sealed));
    }
    for (column, text) in [
        ("trail.person", &mut fact.person),
        ("trail.alternative_chosen", &mut fact.alternative_chosen),
        ("trail.forced_reason", &mut fact.forced_reason),
    ] {
        if let Some(text) = text.as_mut().filter(|text| is_sealed(text)) {
            *text = open(column, text);
        }
    }
    fact
}

/// A row for a reader who may not see personal values.
#[must_use]
pub fn hidden(mut fact: TrailRow) -> TrailRow {
    if is_sealed(&fact.detail) {
        HIDDEN.clone_into(&mut fact.detail);
    }
    if fact.alternatives_shown.as_deref().and_then(from_json).is_some() {
        fact.alternatives_shown = Some(serde_json::json!([HIDDEN]).to_string());
    }
    for text in [&mut fact.person, &mut fact.alternative_chosen, &mut fact.forced_reason] {
        if let Some(text) = text.as_mut().filter(|text| is_sealed(text)) {
            HIDDEN.clone_into(text);
        }
    }
    fact
}
