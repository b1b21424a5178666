//! What follows from attempts: where each letter goes, and what the trail says of it, written together.
//!
//! Flow: each result becomes a [`Finding`]; findings of one instance follow each other in its trail; all of them are one
//! transaction. An instance that has moved on meanwhile is looked up again. Invariant: a row ends as sent, waiting,
//! dead or unknown, and each attempt is a row of its own.

use super::attempt::{Outcome, Tried};
use super::backoff::pause_ms;
use super::job::Carry;
use super::key_of;
use crate::audit::chain;
use crate::channel::Delivered;
use crate::engine::Engine;
use crate::error::Result;
use crate::failpoint;
use crate::privacy::fact::sealed_outside;
use crate::store::row::{AfterAttempt, ClaimedRow, DeliveryRow, InstanceRow, Position, TrailRow};
use crate::store::{PutBack, Settled, SettledInstance, Tenant};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What became of a row, before it is known where its instance stands.
#[derive(Clone)]
pub(super) struct Finding {
    pub row: ClaimedRow,
    pub delivery: DeliveryRow,
    pub after: AfterAttempt,
    /// What the trail says of it; plan and place in the chain are added.
    pub fact: Option<TrailRow>,
    /// It was unknown meanwhile.
    pub late: bool,
}

/// Writes what became of attempts.
pub(super) async fn settle_all(engine: &Engine, tried: &[Tried]) -> Result<()> {
    let mut back = Vec::new();
    let mut findings = Vec::with_capacity(tried.len());
    for one in tried {
        match &one.outcome {
            Outcome::Ended(delivered) => findings.push(finding(one, delivered)),
            Outcome::LeftAlone { why } => findings.push(finding(one, &Delivered::down(why.clone()))),
            Outcome::NotBegun { why } => back.push(PutBack {
                row: one.row.clone(),
                attempts: one.row.attempts - 1,
                next_at_ms: one.begin_again_ms(),
                note: why.clone(),
            }),
            // The other worker has the row, and finds what counts.
            Outcome::Lost => {}
        }
    }
    engine.store.put_back(&back).await?;
    settle_findings(engine, findings).await
}

/// Writes findings, again for instances that have moved on meanwhile.
pub(super) async fn settle_findings(engine: &Engine, mut findings: Vec<Finding>) -> Result<()> {
    while !findings.is_empty() {
        let settled = placed(engine, &findings).await?;
        failpoint::reach("before-record");
        let written = engine.store.settle_attempts(&settled).await?;
        failpoint::reach("after-record");
        let overtaken: BTreeSet<&str> = settled
            .iter()
            .zip(written)
            .filter(|(_, written)| !written)
            .filter_map(|(instance, _)| Some(instance.letters.first()?.row.instance.as_str()))
            .collect();
        let mut again = Vec::new();
        for mut finding in
            findings.into_iter().filter(|finding| overtaken.contains(finding.row.instance.as_str()))
        {
            match engine.store.claim_stands(&finding.row).await?.as_deref() {
                Some("sending") => again.push(finding),
                // Whoever sent it was believed dead, and is not: now it is known after all.
                Some("unknown") if !matches!(finding.after, AfterAttempt::Unknown { .. }) => {
                    if !std::mem::replace(&mut finding.late, true) {
                        finding.delivery.attempt += 1;
                    }
                    again.push(finding);
                }
                // Another worker has the row: what it finds is what counts.
                _ => {}
            }
        }
        findings = again;
    }
    Ok(())
}

/// The findings of each instance, with their places in its trail.
async fn placed(engine: &Engine, findings: &[Finding]) -> Result<Vec<SettledInstance>> {
    let tenant = engine.store.tenant();
    let mut by_instance: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_instance.entry(&finding.row.instance).or_default().push(finding);
    }
    let ids: Vec<(Tenant, String)> =
        by_instance.keys().map(|id| (tenant.clone(), (*id).to_owned())).collect();
    let known: HashMap<String, InstanceRow> =
        engine.store.load(&ids).await?.into_iter().map(|(_, row)| (row.id.clone(), row)).collect();
    let mut placed = Vec::with_capacity(by_instance.len());
    for (id, findings) in by_instance {
        let Some(instance) = known.get(id) else { continue };
        let (mut count, mut head) = (instance.trail_count, instance.trail_head.clone());
        let mut letters = Vec::with_capacity(findings.len());
        for finding in findings {
            let fact = match finding.fact.clone() {
                None => None,
                Some(fact) => {
                    let fact = TrailRow { plan_hash: instance.plan_hash.clone(), ..fact };
                    let at = InstanceRow { trail_count: count, ..instance.clone() };
                    let fact = sealed_outside(fact, &at, &tenant.name)?;
                    Some(chain::append_fact(&tenant.name, id, &mut count, &mut head, fact))
                }
            };
            let Finding { row, delivery, after, late, .. } = finding.clone();
            letters.push(Settled { row, delivery, after, fact, late });
        }
        let before = Position { sequence: instance.sequence, trail_count: instance.trail_count };
        placed.push(SettledInstance { before, letters });
    }
    Ok(placed)
}

fn finding(tried: &Tried, delivered: &Delivered) -> Finding {
    let (result, external_id, detail) = match delivered {
        Delivered::Sent { external_id, detail } => ("sent", external_id.clone(), detail.clone()),
        Delivered::TryAgain { why, .. } => ("try again", None, why.clone()),
        Delivered::Refused { why } => ("refused", None, why.clone()),
        Delivered::Unknown { why } => ("unknown", None, why.clone()),
    };
    let delivery = DeliveryRow {
        attempt: tried.row.tried + 1,
        channel: tried.job.name().to_owned(),
        adapter: tried.job.adapter().to_owned(),
        result: result.to_owned(),
        external_id,
        detail,
        started_at_ms: tried.started_at.0,
        ended_at_ms: tried.ended_at.0,
    };
    let after = after(tried, delivered);
    let fact = fact(&tried.row, &tried.job, &delivery, &after);
    Finding { row: tried.row.clone(), delivery, after, fact, late: false }
}

fn after(tried: &Tried, delivered: &Delivered) -> AfterAttempt {
    let Tried { row, job, .. } = tried;
    // A claim whose worker ended before it sent anything was counted, and is none: what was tried is in `tried`.
    let attempts = row.attempts.min(row.tried + 1);
    let exhausted = attempts >= i64::from(job.settings().attempts);
    match delivered {
        Delivered::Sent { .. } => AfterAttempt::Sent,
        Delivered::Unknown { why } => AfterAttempt::Unknown { note: why.clone() },
        Delivered::TryAgain { why, after, .. } if !exhausted => {
            let pause = after.and_then(|after| i64::try_from(after.as_millis()).ok());
            let pause = pause.unwrap_or_else(|| pause_ms(&key_of(row), attempts));
            AfterAttempt::Again {
                route: row.route,
                attempts: row.attempts,
                next_at_ms: tried.ended_at.0.saturating_add(pause),
                note: why.clone(),
            }
        }
        Delivered::TryAgain { why, .. } | Delivered::Refused { why } if job.has_route_after(row.route) => {
            AfterAttempt::Again {
                route: row.route + 1,
                attempts: 0,
                next_at_ms: tried.ended_at.0,
                note: format!("{} did not take it: {why}", job.name()),
            }
        }
        Delivered::TryAgain { why, .. } | Delivered::Refused { why } => {
            AfterAttempt::Dead { note: why.clone() }
        }
    }
}

/// The row of the trail: what arrived, what went another way, what nobody took, what nobody knows.
pub(super) fn fact(
    row: &ClaimedRow,
    job: &Carry,
    delivery: &DeliveryRow,
    after: &AfterAttempt,
) -> Option<TrailRow> {
    let (arrived, failed, unknown) = match job {
        Carry::Update { .. } => ("system updated", "system not updated", "system perhaps updated"),
        _ if row.kind == "withdraw" => {
            ("message withdrawn", "message not withdrawn", "message perhaps withdrawn")
        }
        _ => ("message delivered", "message not delivered", "message perhaps delivered"),
    };
    let fact = match after {
        AfterAttempt::Sent => arrived,
        AfterAttempt::Dead { .. } => failed,
        AfterAttempt::Unknown { .. } => unknown,
        AfterAttempt::Again { route, .. } if *route != row.route => "message takes the next channel",
        AfterAttempt::Again { .. } | AfterAttempt::Dropped { .. } => return None,
    };
    let (what, role, source) = match job {
        Carry::Letter { delivery, .. } => {
            let letter = &delivery.letter;
            (format!("to {}: {}", letter.to, letter.text), letter.role.clone(), letter.rule.clone())
        }
        Carry::Update { ordered, .. } => (ordered.order.in_words(), None, ordered.order.rule.clone()),
        Carry::Unreadable { .. } => (String::new(), None, None),
    };
    let detail = if *after == AfterAttempt::Sent { what } else { format!("{}; {what}", delivery.detail) };
    Some(TrailRow {
        fact: fact.to_owned(),
        node: row.node.clone(),
        role,
        channel: Some(delivery.channel.clone()),
        external_id: delivery.external_id.clone(),
        source,
        at_ms: delivery.ended_at_ms,
        recorded_at_ms: delivery.ended_at_ms,
        detail,
        ..TrailRow::default()
    })
}
