//! JSONL: one line per stored row of instance, journal and trail, every hashed column as it is stored.
//!
//! `tests/verify_trail.py` checks all chains from nothing but this. Of the instance, everything is there but the
//! interpreter's state, which is the replay of its journal; what is sealed stays sealed. Invariant: a chain's rows come in order, after the line of
//! their instance.

use super::{Case, Chunk, Rows, unwritten};
use crate::error::{Problem, Result};
use serde::Serialize;
use serde_json::json;
use std::io::Write;

/// Writes all rows.
///
/// # Errors
/// When the store fails or nothing can be written.
pub async fn write(rows: &mut Rows, out: &mut impl Write) -> Result<()> {
    while let Some(chunk) = rows.next().await? {
        lines(&chunk, out)?;
    }
    Ok(())
}

/// A row with the names of its table, tenant and instance.
#[derive(Serialize)]
struct Line<'a, T> {
    table: &'static str,
    tenant: &'a str,
    instance: &'a str,
    #[serde(flatten)]
    row: &'a T,
}

fn lines(chunk: &Chunk, out: &mut impl Write) -> Result<()> {
    let case = &chunk.case;
    if chunk.begins {
        line(&instance(case), out)?;
    }
    let (tenant, instance) = (case.tenant.as_str(), case.row.id.as_str());
    for row in &chunk.events {
        line(&Line { table: "event", tenant, instance, row }, out)?;
    }
    for row in &chunk.facts {
        line(&Line { table: "trail", tenant, instance, row }, out)?;
    }
    Ok(())
}

fn instance(case: &Case) -> serde_json::Value {
    let row = &case.row;
    json!({
        "table": "instance", "tenant": case.tenant, "instance": row.id,
        "workflow": row.workflow, "version": case.version, "number": row.number, "plan_hash": row.plan_hash,
        "reference": row.reference, "title": row.title, "one_per": row.one_per, "start_key": row.start_key,
        "parent": row.parent, "parent_place": row.parent_place, "status": row.status, "outcome": row.outcome,
        "sequence": row.sequence, "trail_count": row.trail_count, "outbox_count": row.outbox_count,
        "journal_head": row.journal_head, "trail_head": row.trail_head, "started_at_ms": row.started_at_ms,
        "last_event_ms": row.last_event_ms, "ended_at_ms": row.ended_at_ms,
        "subject": row.subject.as_ref().map(|subject| &subject.id),
    })
}

fn line(value: &impl Serialize, out: &mut impl Write) -> Result<()> {
    serde_json::to_writer(&mut *out, value)
        .map_err(|cause| Problem::machine("a row cannot be written as JSON").because(cause))?;
    out.write_all(b"\n").map_err(unwritten)
}
