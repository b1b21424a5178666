//! One transition, one transaction: journal, state, timers, questions, outbox and trail, or nothing.
//!
//! A batch of transitions is one transaction on the disk, and still each transition stands alone: one that was
//! computed from an older position writes nothing, and its caller is told. SQLite runs prepared statements row by row
//! on its own thread; PostgreSQL gets one statement for all of them ([`super::batch`]). Invariant: the instance's
//! position is compared in the statement that changes it.

use super::batch;
use super::database::{Database, Group};
use super::row::{
    EventRow, InstanceRow, KeyRow, OutboxRow, Position, QuestionClosed, QuestionRow, TimerKey, TimerRow,
    TrailRow, Transition,
};
use super::statement::Statement;
use super::{Store, Tenant, failed, lease, subject};
use crate::error::{Class, Problem, Result};
use std::sync::Arc;

impl Store {
    /// Writes transitions, of any tenant and at most one of each instance, in one transaction. Tells for each whether
    /// it was written; one that was not has been overtaken by another, and must be computed again.
    ///
    /// # Errors
    /// When the store fails; nothing is written then.
    pub async fn commit(&self, transitions: &Arc<Vec<Transition>>) -> Result<Vec<bool>> {
        let transitions = self.sealed(transitions).await?;
        let done = match &self.database {
            Database::Sqlite(sqlite) => sqlite.commit(transitions).await,
            Database::Postgres(postgres) => Box::pin(batch::write(postgres, &transitions)).await,
        };
        done.map_err(|cause| failed("transitions were committed", cause))
    }

    /// Whether exactly this transition is stored, whatever came after it: for a commit that failed in a way that leaves
    /// it open.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_written(&self, transition: &Transition) -> Result<bool> {
        const TEXT: &str =
            "select hash from event where shard = $1 and tenant = $2 and instance = $3 and sequence = $4";
        let Some(last) = transition.events.last() else { return Ok(false) };
        let found = keyed(TEXT, &transition.tenant, &transition.instance.id).with(last.sequence);
        let found = found.first(&self.database).await;
        let stored = found.and_then(|row| row.map(|row| row.get::<String>("hash")).transpose());
        Ok(stored.map_err(|cause| failed("a transition was looked for", cause))? == Some(last.hash.clone()))
    }

    /// Writes transitions and fails before the commit, as a crash would: for tests of exactly that.
    ///
    /// # Errors
    /// When it does not fail.
    #[doc(hidden)]
    pub async fn commit_and_crash(&self, transitions: &[Transition]) -> Result<()> {
        let mut groups: Vec<Group<'_>> = transitions.iter().map(group).collect();
        let mut crash = Group::default();
        crash.then(Statement::new("delete from a_table_that_is_not_there"));
        groups.push(crash);
        match self.database.write_groups(groups).await {
            Err(_) => Ok(()),
            Ok(_) => Err(Problem::machine("the crash did not happen")),
        }
    }
}

/// That an instance was changed by somebody else since it was read.
pub(super) fn moved_on(instance: &str) -> Problem {
    Problem::new(Class::Conflict, format!("`{instance}` has moved on meanwhile")).help("try again")
}

/// Everything a transition writes, its guards first.
pub(super) fn group(transition: &Transition) -> Group<'_> {
    let mut group = Group::default();
    let tenant = &transition.tenant;
    let instance = &transition.instance;
    let id = instance.id.as_str();
    if let Some(fence) = &transition.fence {
        group.must(lease::guard(fence));
    }
    if let Some((order, number)) = &transition.settles {
        group.must(settle(tenant, order, *number, instance.last_event_ms));
    }
    if let Some(key) = &transition.subject {
        group.must(subject::used(tenant, key, instance.started_at_ms));
    }
    group.must(match transition.before {
        None => insert_instance(tenant, instance),
        Some(before) if transition.described => update_instance(tenant, instance, before),
        Some(before) => advance_instance(tenant, instance, before),
    });
    for event in &transition.events {
        group.then(insert_event(tenant, id, event));
    }
    for fact in &transition.trail {
        group.then(insert_fact(tenant, id, fact));
    }
    for timer in &transition.disarmed {
        group.then(delete_timer(tenant, id, timer));
    }
    for timer in &transition.armed {
        group.then(insert_timer(tenant, id, timer));
    }
    for question in &transition.asked {
        group.then(insert_question(tenant, id, question));
    }
    for closed in &transition.closed {
        group.then(close_question(tenant, id, closed));
    }
    for order in &transition.outbox {
        group.then(insert_order(tenant, id, order));
    }
    for key in &transition.keys {
        group.then(put_key(tenant, id, key));
    }
    for number in &transition.taken {
        group.then(keyed(TAKE_EVENT, tenant, id).with(*number));
    }
    group
}

/// A statement that begins with shard, tenant and instance.
pub(super) fn keyed<'a>(text: &'static str, tenant: &'a Tenant, instance: &'a str) -> Statement<'a> {
    Statement::new(text).with(tenant.shard).with(&tenant.name).with(instance)
}

fn settle<'a>(tenant: &'a Tenant, instance: &'a str, number: i64, at_ms: i64) -> Statement<'a> {
    const TEXT: &str = "update outbox set status = 'sent', claimed_until_ms = null, settled_at_ms = $5
        where shard = $1 and tenant = $2 and instance = $3 and number = $4 and status = 'sending'";
    keyed(TEXT, tenant, instance).with(number).with(at_ms)
}

pub(super) fn insert_instance<'a>(tenant: &'a Tenant, instance: &'a InstanceRow) -> Statement<'a> {
    // Whatever stands in its way (number, key of the start, `one per` value, parent) is there first and counts.
    const TEXT: &str = "insert into instance (shard, tenant, id, workflow, number, plan_hash, reference, title,
            one_per, start_key, parent, parent_place, status, outcome, sequence, trail_count, outbox_count, state,
            journal_head, trail_head, started_at_ms, last_event_ms, ended_at_ms, subject)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23, $24)
        on conflict do nothing";
    keyed(TEXT, tenant, &instance.id)
        .with(&instance.workflow)
        .with(instance.number)
        .with(&instance.plan_hash)
        .with(&instance.reference)
        .with(&instance.title)
        .with(&instance.one_per)
        .with(&instance.start_key)
        .with(&instance.parent)
        .with(&instance.parent_place)
        .with(&instance.status)
        .with(&instance.outcome)
        .with(instance.sequence)
        .with(instance.trail_count)
        .with(instance.outbox_count)
        .with(&instance.state)
        .with(&instance.journal_head)
        .with(&instance.trail_head)
        .with(instance.started_at_ms)
        .with(instance.last_event_ms)
        .with(instance.ended_at_ms)
        .with(instance.subject.as_ref().map(|subject| subject.id.as_str()))
}

fn update_instance<'a>(tenant: &'a Tenant, instance: &'a InstanceRow, before: Position) -> Statement<'a> {
    const TEXT: &str = "update instance
        set reference = $4, title = $5, status = $6, outcome = $7, sequence = $8, trail_count = $9,
            outbox_count = $10, state = $11, journal_head = $12, trail_head = $13, last_event_ms = $14,
            ended_at_ms = $15
        where shard = $1 and tenant = $2 and id = $3 and sequence = $16 and trail_count = $17";
    keyed(TEXT, tenant, &instance.id)
        .with(&instance.reference)
        .with(&instance.title)
        .with(&instance.status)
        .with(&instance.outcome)
        .with(instance.sequence)
        .with(instance.trail_count)
        .with(instance.outbox_count)
        .with(&instance.state)
        .with(&instance.journal_head)
        .with(&instance.trail_head)
        .with(instance.last_event_ms)
        .with(instance.ended_at_ms)
        .with(before.sequence)
        .with(before.trail_count)
}

/// The same where only its position changed. SQLite writes each index anew that has a column which is set, changed or
/// not: this one sets none.
fn advance_instance<'a>(tenant: &'a Tenant, instance: &'a InstanceRow, before: Position) -> Statement<'a> {
    const TEXT: &str = "update instance
        set sequence = $4, trail_count = $5, outbox_count = $6, state = $7, journal_head = $8, trail_head = $9,
            last_event_ms = $10
        where shard = $1 and tenant = $2 and id = $3 and sequence = $11 and trail_count = $12";
    keyed(TEXT, tenant, &instance.id)
        .with(instance.sequence)
        .with(instance.trail_count)
        .with(instance.outbox_count)
        .with(&instance.state)
        .with(&instance.journal_head)
        .with(&instance.trail_head)
        .with(instance.last_event_ms)
        .with(before.sequence)
        .with(before.trail_count)
}

pub(super) fn insert_event<'a>(tenant: &'a Tenant, instance: &'a str, event: &'a EventRow) -> Statement<'a> {
    const TEXT: &str = "insert into event (shard, tenant, instance, sequence, previous_hash, hash, at_ms,
            recorded_at_ms, body)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    keyed(TEXT, tenant, instance)
        .with(event.sequence)
        .with(&event.previous_hash)
        .with(&event.hash)
        .with(event.at_ms)
        .with(event.recorded_at_ms)
        .with(&event.body)
}

/// A row of the trail; also used for deliveries, which have no journal row.
pub(super) fn insert_fact<'a>(tenant: &'a Tenant, instance: &'a str, fact: &'a TrailRow) -> Statement<'a> {
    const TEXT: &str = "insert into trail (shard, tenant, instance, sequence, previous_hash, hash, event_sequence,
            fact, node, copy, person, role, channel, external_id, plan_hash, source, alternatives_shown,
            alternative_chosen, forced_reason, at_ms, recorded_at_ms, detail)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
    keyed(TEXT, tenant, instance)
        .with(fact.sequence)
        .with(&fact.previous_hash)
        .with(&fact.hash)
        .with(fact.event_sequence)
        .with(&fact.fact)
        .with(&fact.node)
        .with(fact.copy)
        .with(&fact.person)
        .with(&fact.role)
        .with(&fact.channel)
        .with(&fact.external_id)
        .with(&fact.plan_hash)
        .with(&fact.source)
        .with(&fact.alternatives_shown)
        .with(&fact.alternative_chosen)
        .with(&fact.forced_reason)
        .with(fact.at_ms)
        .with(fact.recorded_at_ms)
        .with(&fact.detail)
}

pub(super) fn delete_timer<'a>(tenant: &'a Tenant, instance: &'a str, timer: &'a TimerKey) -> Statement<'a> {
    const TEXT: &str = "delete from timer
        where shard = $1 and tenant = $2 and instance = $3 and number = $4 and due_ms = $5";
    keyed(TEXT, tenant, instance).with(timer.number).with(timer.due_ms)
}

pub(super) fn insert_timer<'a>(tenant: &'a Tenant, instance: &'a str, timer: &'a TimerRow) -> Statement<'a> {
    const TEXT: &str = "insert into timer (shard, tenant, instance, number, due_ms, kind, rank, node)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    keyed(TEXT, tenant, instance)
        .with(timer.number)
        .with(timer.due_ms)
        .with(&timer.kind)
        .with(timer.rank)
        .with(&timer.node)
}

pub(super) fn insert_question<'a>(
    tenant: &'a Tenant,
    instance: &'a str,
    question: &'a QuestionRow,
) -> Statement<'a> {
    const TEXT: &str =
        "insert into question (shard, tenant, instance, number, node, asked_of, words, alternatives,
            free_text, status, answer, answered_by, asked_at_ms, closed_at_ms)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        on conflict (shard, tenant, instance, number) do update
        set asked_of = excluded.asked_of, words = excluded.words, alternatives = excluded.alternatives";
    keyed(TEXT, tenant, instance)
        .with(question.number)
        .with(&question.node)
        .with(&question.asked_of)
        .with(&question.words)
        .with(&question.alternatives)
        .with(question.free_text)
        .with(&question.status)
        .with(&question.answer)
        .with(&question.answered_by)
        .with(question.asked_at_ms)
        .with(question.closed_at_ms)
}

pub(super) fn close_question<'a>(
    tenant: &'a Tenant,
    instance: &'a str,
    closed: &'a QuestionClosed,
) -> Statement<'a> {
    const TEXT: &str = "update question set status = $5, answer = $6, answered_by = $7, closed_at_ms = $8
        where shard = $1 and tenant = $2 and instance = $3 and number = $4 and status = 'open'";
    keyed(TEXT, tenant, instance)
        .with(closed.number)
        .with(&closed.status)
        .with(&closed.answer)
        .with(&closed.answered_by)
        .with(closed.closed_at_ms)
}

pub(super) fn insert_order<'a>(tenant: &'a Tenant, instance: &'a str, order: &'a OutboxRow) -> Statement<'a> {
    const TEXT: &str =
        "insert into outbox (shard, tenant, instance, number, kind, node, question, destination, body,
            event_sequence, status, next_at_ms, created_at_ms)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12)";
    keyed(TEXT, tenant, instance)
        .with(order.number)
        .with(&order.kind)
        .with(&order.node)
        .with(order.question)
        .with(&order.destination)
        .with(&order.body)
        .with(order.event_sequence)
        .with(order.next_at_ms)
        .with(order.created_at_ms)
}

pub(super) fn put_key<'a>(tenant: &'a Tenant, instance: &'a str, key: &'a KeyRow) -> Statement<'a> {
    const TEXT: &str =
        "insert into instance_key (shard, tenant, instance, system, key) values ($1, $2, $3, $4, $5)
        on conflict (shard, tenant, instance, system) do update set key = excluded.key";
    keyed(TEXT, tenant, instance).with(&key.system).with(&key.key)
}

// A list in JSON, written by hand: the two databases have no function of one name for it.
const TAKE_EVENT: &str = "update inbox
    set status = case status when 'kept' then 'given' else status end,
        fields = case when status = 'kept' and fields like '{\"sealed\"%' then '{}' else fields end,
        given_to = case when given_to is null then '[\"' || $3 || '\"]'
                        else substr(given_to, 1, length(given_to) - 1) || ',\"' || $3 || '\"]' end
    where shard = $1 and tenant = $2 and number = $4";
