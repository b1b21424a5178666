//! What became of many letters as one statement of PostgreSQL.
//!
//! As for transitions ([`super::batch`]): rows travel as JSON, one round trip a batch. Letters are locked first; an
//! instance of which each letter is still as its worker left it, and whose trail has not moved on, is settled with its
//! facts. Invariant: an instance's letters are settled with their facts or not at all.

use super::postgres::Postgres;
use super::row::TrailRow;
use super::statement::{Failure, Statement};
use serde::Serialize;
use std::collections::HashSet;

const WRITE: &str = "
with given as materialized (
    select * from json_to_recordset($1::json) as g(
        shard bigint, tenant text, instance text, number bigint, was_status text, was_attempts bigint, status text,
        route bigint, attempts bigint, next_at_ms bigint, settled_at_ms bigint, note text)
), wanted as materialized (
    select * from json_to_recordset($2::json) as w(
        shard bigint, tenant text, instance text, letters bigint, was_sequence bigint, was_trail_count bigint,
        trail_count bigint, trail_head text)
), locked as materialized (
    select o.shard, o.tenant, o.instance from outbox o
    join given g on o.shard = g.shard and o.tenant = g.tenant and o.instance = g.instance and o.number = g.number
    where o.status = g.was_status and o.attempts = g.was_attempts
    for update of o
), whole as materialized (
    select w.* from wanted w
    where w.letters = (select count(*) from locked l
                       where l.shard = w.shard and l.tenant = w.tenant and l.instance = w.instance)
), moved as (
    update instance i set trail_count = w.trail_count, trail_head = w.trail_head
    from whole w
    where i.shard = w.shard and i.tenant = w.tenant and i.id = w.instance and w.trail_count is not null
      and i.sequence = w.was_sequence and i.trail_count = w.was_trail_count
    returning i.shard, i.tenant, i.id
), held as materialized (
    select shard, tenant, id as instance from moved
    union all select shard, tenant, instance from whole where trail_count is null
), settled as (
    update outbox o
    set status = g.status, route = g.route, attempts = g.attempts, next_at_ms = g.next_at_ms,
        settled_at_ms = g.settled_at_ms, note = g.note, claimed_until_ms = null,
        begun_at_ms = case when g.status = 'unknown' then o.begun_at_ms end
    from given g join held using (shard, tenant, instance)
    where o.shard = g.shard and o.tenant = g.tenant and o.instance = g.instance and o.number = g.number
), facts as (
    insert into trail select r.* from json_populate_recordset(null::trail, $3::json) r
    join held using (shard, tenant, instance)
), tried as (
    insert into delivery select r.* from json_populate_recordset(null::delivery, $4::json) r
    join held using (shard, tenant, instance)
)
select shard, tenant, instance from held";

/// A letter as it is afterwards, and how it must be before.
#[derive(Serialize)]
pub(super) struct Given<'a> {
    pub shard: i64,
    pub tenant: &'a str,
    pub instance: &'a str,
    pub number: i64,
    pub was_status: &'static str,
    pub was_attempts: i64,
    pub status: &'static str,
    pub route: i64,
    pub attempts: i64,
    pub next_at_ms: i64,
    pub settled_at_ms: Option<i64>,
    pub note: Option<String>,
}

/// An instance of which letters are settled: how many, where it must stand, and where its trail ends afterwards.
#[derive(Serialize)]
pub(super) struct Wanted<'a> {
    pub shard: i64,
    pub tenant: &'a str,
    pub instance: &'a str,
    pub letters: usize,
    pub was_sequence: i64,
    pub was_trail_count: i64,
    pub trail_count: Option<i64>,
    pub trail_head: Option<&'a str>,
}

/// A row of the trail with its key.
#[derive(Serialize)]
pub(super) struct Fact<'a> {
    pub shard: i64,
    pub tenant: &'a str,
    pub instance: &'a str,
    #[serde(flatten)]
    pub row: &'a TrailRow,
}

/// A row of deliveries.
#[derive(Serialize)]
pub(super) struct Tried<'a> {
    pub shard: i64,
    pub tenant: &'a str,
    pub instance: &'a str,
    pub number: i64,
    pub attempt: i64,
    pub channel: String,
    pub adapter: String,
    pub result: String,
    pub external_id: Option<String>,
    pub detail: String,
    pub started_at_ms: i64,
    pub ended_at_ms: i64,
}

/// Everything of one batch.
#[derive(Default)]
pub(super) struct Batch<'a> {
    pub given: Vec<Given<'a>>,
    pub wanted: Vec<Wanted<'a>>,
    pub facts: Vec<Fact<'a>>,
    pub tried: Vec<Tried<'a>>,
}

/// Writes a batch; tells which instances were written.
pub(super) async fn write(postgres: &Postgres, batch: &Batch<'_>) -> Result<HashSet<String>, Failure> {
    let statement = Statement::new(WRITE)
        .with(json(&batch.given)?)
        .with(json(&batch.wanted)?)
        .with(json(&batch.facts)?)
        .with(json(&batch.tried)?);
    let rows = postgres.read(statement).await?;
    rows.iter().map(|row| row.get("instance")).collect()
}

fn json<T: Serialize>(rows: &[T]) -> Result<String, Failure> {
    serde_json::to_string(rows)
        .map_err(|cause| Failure::of("rows cannot be written as JSON".to_owned(), false, cause))
}
