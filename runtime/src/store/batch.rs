//! Many transitions as one statement of PostgreSQL.
//!
//! Each table's new rows travel as one JSON text; the statement changes or makes the instances first, and only rows of
//! those that were where the step expected them, and whose worker still holds its lease, are joined to the rest. One
//! round trip a batch, whatever its size. Invariant: a transition whose instance has moved on writes no row anywhere.

use super::commit::group;
use super::postgres::Postgres;
use super::row::{InstanceRow, QuestionClosed, QuestionRow, Transition};
use super::statement::{Failure, Statement};
use serde::Serialize;
use std::collections::HashSet;

const WRITE: &str = "
with given as materialized (
    select * from json_to_recordset($1::json) as g(
        shard bigint, tenant text, id text, workflow text, number bigint, plan_hash text, reference text, title text,
        one_per text, start_key text, parent text, parent_place text, status text, outcome text, sequence bigint,
        trail_count bigint, outbox_count bigint, state bytea, journal_head text, trail_head text,
        started_at_ms bigint, last_event_ms bigint, ended_at_ms bigint, subject text, was_sequence bigint, was_trail_count bigint,
        fence_node text, fence_epoch bigint)
), leases as materialized (
    select l.shard, l.node, l.epoch from shard_lease l
    where (l.shard, l.node, l.epoch) in (select shard, fence_node, fence_epoch from given)
    for share
), allowed as materialized (
    select g.* from given g
    where g.fence_node is null
       or exists (select 1 from leases l where l.shard = g.shard and l.node = g.fence_node and l.epoch = g.fence_epoch)
), moved as (
    update instance i
    set reference = g.reference, title = g.title, status = g.status, outcome = g.outcome, sequence = g.sequence,
        trail_count = g.trail_count, outbox_count = g.outbox_count, state = g.state, journal_head = g.journal_head,
        trail_head = g.trail_head, last_event_ms = g.last_event_ms, ended_at_ms = g.ended_at_ms
    from allowed g
    where i.shard = g.shard and i.tenant = g.tenant and i.id = g.id
      and i.sequence = g.was_sequence and i.trail_count = g.was_trail_count
    returning i.shard, i.tenant, i.id
), born as (
    insert into instance (shard, tenant, id, workflow, number, plan_hash, reference, title, one_per, start_key,
        parent, parent_place, status, outcome, sequence, trail_count, outbox_count, state, journal_head, trail_head,
        started_at_ms, last_event_ms, ended_at_ms, subject)
    select shard, tenant, id, workflow, number, plan_hash, reference, title, one_per, start_key, parent, parent_place,
        status, outcome, sequence, trail_count, outbox_count, state, journal_head, trail_head, started_at_ms,
        last_event_ms, ended_at_ms, subject
    from allowed where was_sequence is null
    on conflict do nothing
    returning shard, tenant, id
), held as materialized (
    select shard, tenant, id as instance from moved union all select shard, tenant, id from born
), events as (
    insert into event select r.* from json_populate_recordset(null::event, $2::json) r
    join held using (shard, tenant, instance)
), facts as (
    insert into trail select r.* from json_populate_recordset(null::trail, $3::json) r
    join held using (shard, tenant, instance)
), disarmed as (
    delete from timer t using json_populate_recordset(null::timer, $4::json) r
    join held using (shard, tenant, instance)
    where t.shard = r.shard and t.tenant = r.tenant and t.instance = r.instance and t.number = r.number
      and t.due_ms = r.due_ms
), armed as (
    insert into timer select r.* from json_populate_recordset(null::timer, $5::json) r
    join held using (shard, tenant, instance)
), asked as (
    insert into question select r.* from json_populate_recordset(null::question, $6::json) r
    join held using (shard, tenant, instance)
    on conflict (shard, tenant, instance, number) do update
    set asked_of = excluded.asked_of, words = excluded.words, alternatives = excluded.alternatives,
        status = excluded.status, answer = excluded.answer, answered_by = excluded.answered_by,
        closed_at_ms = excluded.closed_at_ms
), closed as (
    update question q
    set status = r.status, answer = r.answer, answered_by = r.answered_by, closed_at_ms = r.closed_at_ms
    from json_populate_recordset(null::question, $7::json) r
    join held using (shard, tenant, instance)
    where q.shard = r.shard and q.tenant = r.tenant and q.instance = r.instance and q.number = r.number
      and q.status = 'open'
), ordered as (
    insert into outbox (shard, tenant, instance, number, kind, node, question, destination, body, event_sequence,
        status, next_at_ms, created_at_ms)
    select r.shard, r.tenant, r.instance, r.number, r.kind, r.node, r.question, r.destination, r.body,
        r.event_sequence, 'waiting', r.next_at_ms, r.created_at_ms
    from json_populate_recordset(null::outbox, $8::json) r
    join held using (shard, tenant, instance)
), known as (
    insert into instance_key (shard, tenant, instance, system, key)
    select r.shard, r.tenant, r.instance, r.system, r.key
    from json_populate_recordset(null::instance_key, $9::json) r
    join held using (shard, tenant, instance)
    on conflict (shard, tenant, instance, system) do update set key = excluded.key
)
select shard, tenant, instance from held";

/// Writes transitions; tells for each whether it was written.
pub(super) async fn write(postgres: &Postgres, transitions: &[&Transition]) -> Result<Vec<bool>, Failure> {
    let mut written = vec![false; transitions.len()];
    let (plain, others): (Vec<usize>, Vec<usize>) = (0..transitions.len())
        .partition(|at| transitions.get(*at).is_some_and(|transition| is_plain(transition)));
    let chosen: Vec<&Transition> = plain.iter().filter_map(|at| transitions.get(*at).copied()).collect();
    if !chosen.is_empty() {
        let held = write_plain(postgres, &chosen).await?;
        for (at, transition) in plain.iter().zip(chosen) {
            let key = (transition.tenant.name.clone(), transition.instance.id.clone());
            written.splice(at..=at, [held.contains(&key)]);
        }
    }
    // What also changes another instance's order, or the inbox, has more than one guard: one by one.
    if !others.is_empty() {
        let groups =
            others.iter().filter_map(|at| transitions.get(*at)).map(|transition| group(transition)).collect();
        let held = postgres.write_groups(groups).await?;
        for (at, held) in others.iter().zip(held) {
            written.splice(at..=at, [held]);
        }
    }
    Ok(written)
}

fn is_plain(transition: &Transition) -> bool {
    transition.settles.is_none() && transition.taken.is_empty() && transition.subject.is_none()
}

async fn write_plain(
    postgres: &Postgres,
    transitions: &[&Transition],
) -> Result<HashSet<(String, String)>, Failure> {
    let statement = Statement::new(WRITE)
        .with(instances(transitions)?)
        .with(list(transitions, |transition| transition.events.iter().collect())?)
        .with(list(transitions, |transition| transition.trail.iter().collect())?)
        .with(list(transitions, |transition| transition.disarmed.iter().collect())?)
        .with(list(transitions, |transition| transition.armed.iter().collect())?)
        .with(list(transitions, asked)?)
        .with(list(transitions, closed)?)
        .with(list(transitions, |transition| transition.outbox.iter().collect())?)
        .with(list(transitions, |transition| transition.keys.iter().collect())?);
    let rows = postgres.read(statement).await?;
    rows.iter().map(|row| Ok((row.get("tenant")?, row.get("instance")?))).collect()
}

/// A row with the key of its instance.
#[derive(Serialize)]
struct Keyed<'a, T> {
    shard: i64,
    tenant: &'a str,
    instance: &'a str,
    #[serde(flatten)]
    row: T,
}

/// An instance as it is afterwards, and where it must stand before.
#[derive(Serialize)]
struct Given<'a> {
    shard: i64,
    tenant: &'a str,
    #[serde(flatten)]
    row: &'a InstanceRow,
    was_sequence: Option<i64>,
    was_trail_count: Option<i64>,
    fence_node: Option<&'a str>,
    fence_epoch: Option<i64>,
}

fn instances(transitions: &[&Transition]) -> Result<String, Failure> {
    let given = transitions.iter().map(|transition| Given {
        shard: transition.tenant.shard,
        tenant: &transition.tenant.name,
        row: &transition.instance,
        was_sequence: transition.before.map(|before| before.sequence),
        was_trail_count: transition.before.map(|before| before.trail_count),
        fence_node: transition.fence.as_ref().map(|fence| fence.node.as_str()),
        fence_epoch: transition.fence.as_ref().map(|fence| fence.epoch),
    });
    json(&given.collect::<Vec<_>>())
}

fn json<T: Serialize>(rows: &[T]) -> Result<String, Failure> {
    serde_json::to_string(rows)
        .map_err(|cause| Failure::of("rows cannot be written as JSON".to_owned(), false, cause))
}

fn list<'a, T: Serialize>(
    transitions: &[&'a Transition],
    rows: impl Fn(&'a Transition) -> Vec<T>,
) -> Result<String, Failure> {
    let all: Vec<Keyed<'a, T>> = transitions
        .iter()
        .flat_map(|transition| {
            rows(transition).into_iter().map(|row| Keyed {
                shard: transition.tenant.shard,
                tenant: &transition.tenant.name,
                instance: &transition.instance.id,
                row,
            })
        })
        .collect();
    json(&all)
}

/// Questions asked; one that is closed in the same transition is written as closed, because no statement of PostgreSQL
/// changes a row twice.
fn asked(transition: &Transition) -> Vec<QuestionRow> {
    let mut asked = transition.asked.clone();
    for question in &mut asked {
        let closed = transition.closed.iter().find(|closed| closed.number == question.number);
        if let Some(closed) = closed {
            question.status.clone_from(&closed.status);
            question.answer.clone_from(&closed.answer);
            question.answered_by.clone_from(&closed.answered_by);
            question.closed_at_ms = Some(closed.closed_at_ms);
        }
    }
    asked
}

fn closed(transition: &Transition) -> Vec<&QuestionClosed> {
    let asked_here = |number| transition.asked.iter().any(|question| question.number == number);
    transition.closed.iter().filter(|closed| !asked_here(closed.number)).collect()
}
