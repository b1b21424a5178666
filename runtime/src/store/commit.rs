//! One transition, one transaction: journal, state, timers, questions, outbox and trail, or nothing.
//!
//! Each table is written by one statement over a JSON list of its new rows, so that a batch of transitions costs
//! little more than one. Invariant: the instance's position is compared in the statement that changes it; whoever
//! computed the step from an older position writes nothing and is told so.

use super::row::{InstanceRow, Position, Transition};
use super::{Store, failed};
use crate::error::{Class, Problem, Result};
use serde::Serialize;
use sqlx::{Sqlite, Transaction};

/// An open transaction, whose work is undone when it is dropped.
type Tx = Transaction<'static, Sqlite>;

impl Store {
    /// Writes transitions in one transaction.
    ///
    /// # Errors
    /// [`Class::Conflict`] when an instance has moved on since its step was computed; nothing is written then.
    pub async fn commit(&self, transitions: &[Transition]) -> Result<()> {
        let mut tx = self.begin().await?;
        for transition in transitions {
            self.write(&mut tx, transition).await?;
        }
        tx.commit().await.map_err(|cause| failed("a transition was committed", cause))
    }

    /// Writes transitions and then forgets them, as a crash before the commit would: for tests of exactly that.
    ///
    /// # Errors
    /// As [`Store::commit`].
    #[doc(hidden)]
    pub async fn commit_and_crash(&self, transitions: &[Transition]) -> Result<()> {
        let mut tx = self.begin().await?;
        for transition in transitions {
            self.write(&mut tx, transition).await?;
        }
        drop(tx);
        Ok(())
    }

    pub(super) async fn begin(&self) -> Result<Tx> {
        // Immediate: a transaction that reads first and writes later could otherwise fail in the middle.
        self.pool
            .begin_with("begin immediate")
            .await
            .map_err(|cause| failed("a transaction was begun", cause))
    }

    async fn write(&self, tx: &mut Tx, transition: &Transition) -> Result<()> {
        let instance = &transition.instance;
        match transition.before {
            None => self.insert_instance(tx, instance).await?,
            Some(before) => self.update_instance(tx, instance, before).await?,
        }
        self.write_chains(tx, transition).await?;
        self.write_timers(tx, transition).await?;
        self.write_questions(tx, transition).await?;
        self.write_outbox(tx, transition).await?;
        self.write_inbox(tx, transition).await
    }

    async fn insert_instance(&self, tx: &mut Tx, instance: &InstanceRow) -> Result<()> {
        let done = sqlx::query(
            "insert into instance (shard, tenant, id, workflow, number, plan_hash, reference, title, one_per,
                 start_key, parent, parent_place, status, outcome, sequence, trail_count, outbox_count, state,
                 journal_head, trail_head, started_at_ms, last_event_ms, ended_at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                 ?21, ?22, ?23)",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(&instance.id)
        .bind(&instance.workflow)
        .bind(instance.number)
        .bind(&instance.plan_hash)
        .bind(&instance.reference)
        .bind(&instance.title)
        .bind(&instance.one_per)
        .bind(&instance.start_key)
        .bind(&instance.parent)
        .bind(&instance.parent_place)
        .bind(&instance.status)
        .bind(&instance.outcome)
        .bind(instance.sequence)
        .bind(instance.trail_count)
        .bind(instance.outbox_count)
        .bind(&instance.state)
        .bind(&instance.journal_head)
        .bind(&instance.trail_head)
        .bind(instance.started_at_ms)
        .bind(instance.last_event_ms)
        .bind(instance.ended_at_ms)
        .execute(&mut **tx)
        .await;
        match done {
            Ok(_) => Ok(()),
            Err(cause) if is_duplicate(&cause) => Err(moved_on(&instance.id)),
            Err(cause) => Err(failed("an instance was started", cause)),
        }
    }

    async fn update_instance(&self, tx: &mut Tx, instance: &InstanceRow, before: Position) -> Result<()> {
        let done = sqlx::query(
            "update instance
             set reference = ?4, title = ?5, status = ?6, outcome = ?7, sequence = ?8, trail_count = ?9,
                 outbox_count = ?10, state = ?11, journal_head = ?12, trail_head = ?13, last_event_ms = ?14,
                 ended_at_ms = ?15
             where shard = ?1 and tenant = ?2 and id = ?3 and sequence = ?16 and trail_count = ?17",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(&instance.id)
        .bind(&instance.reference)
        .bind(&instance.title)
        .bind(&instance.status)
        .bind(&instance.outcome)
        .bind(instance.sequence)
        .bind(instance.trail_count)
        .bind(instance.outbox_count)
        .bind(&instance.state)
        .bind(&instance.journal_head)
        .bind(&instance.trail_head)
        .bind(instance.last_event_ms)
        .bind(instance.ended_at_ms)
        .bind(before.sequence)
        .bind(before.trail_count)
        .execute(&mut **tx)
        .await
        .map_err(|cause| failed("an instance was changed", cause))?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(moved_on(&instance.id)) }
    }

    async fn write_chains(&self, tx: &mut Tx, transition: &Transition) -> Result<()> {
        let instance = &transition.instance.id;
        self.write_list(
            tx,
            "insert into event (shard, tenant, instance, sequence, previous_hash, hash, at_ms, recorded_at_ms, body)
             select ?1, ?2, ?3, value->>'sequence', value->>'previous_hash', value->>'hash', value->>'at_ms',
                    value->>'recorded_at_ms', value->>'body'
             from json_each(?4)",
            instance,
            &transition.events,
        )
        .await?;
        self.write_list(tx, INSERT_TRAIL, instance, &transition.trail).await
    }

    async fn write_timers(&self, tx: &mut Tx, transition: &Transition) -> Result<()> {
        let instance = &transition.instance.id;
        self.write_list(
            tx,
            "insert into timer (shard, tenant, instance, number, due_ms, kind, rank, node)
             select ?1, ?2, ?3, value->>'number', value->>'due_ms', value->>'kind', value->>'rank', value->>'node'
             from json_each(?4)",
            instance,
            &transition.armed,
        )
        .await?;
        self.write_list(
            tx,
            "delete from timer
             where shard = ?1 and tenant = ?2 and instance = ?3 and number in (select value from json_each(?4))",
            instance,
            &transition.disarmed,
        )
        .await
    }

    async fn write_questions(&self, tx: &mut Tx, transition: &Transition) -> Result<()> {
        let instance = &transition.instance.id;
        self.write_list(
            tx,
            "insert into question (shard, tenant, instance, number, node, asked_of, words, alternatives, free_text,
                 status, answer, answered_by, asked_at_ms, closed_at_ms)
             select ?1, ?2, ?3, value->>'number', value->>'node', value->>'asked_of', value->>'words',
                    value->>'alternatives', value->>'free_text', value->>'status', value->>'answer',
                    value->>'answered_by', value->>'asked_at_ms', value->>'closed_at_ms'
             from json_each(?4) where true
             on conflict (shard, tenant, instance, number) do update
             set asked_of = excluded.asked_of, words = excluded.words, alternatives = excluded.alternatives",
            instance,
            &transition.asked,
        )
        .await?;
        self.write_list(
            tx,
            "update question
             set status = c.value->>'status', answer = c.value->>'answer', answered_by = c.value->>'answered_by',
                 closed_at_ms = c.value->>'closed_at_ms'
             from json_each(?4) c
             where shard = ?1 and tenant = ?2 and instance = ?3 and number = c.value->>'number' and status = 'open'",
            instance,
            &transition.closed,
        )
        .await
    }

    async fn write_outbox(&self, tx: &mut Tx, transition: &Transition) -> Result<()> {
        self.write_list(
            tx,
            "insert into outbox (shard, tenant, instance, number, kind, node, question, destination, body,
                 event_sequence, status, next_at_ms, created_at_ms)
             select ?1, ?2, ?3, value->>'number', value->>'kind', value->>'node', value->>'question',
                    value->>'destination', value->>'body', value->>'event_sequence', 'waiting',
                    value->>'next_at_ms', value->>'created_at_ms'
             from json_each(?4)",
            &transition.instance.id,
            &transition.outbox,
        )
        .await?;
        let Some((instance, number)) = &transition.settles else { return Ok(()) };
        let done = sqlx::query(
            "update outbox set status = 'sent', claimed_until_ms = null, settled_at_ms = ?5
             where shard = ?1 and tenant = ?2 and instance = ?3 and number = ?4 and status = 'sending'",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(instance)
        .bind(number)
        .bind(transition.instance.last_event_ms)
        .execute(&mut **tx)
        .await
        .map_err(|cause| failed("the outbox was changed", cause))?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(moved_on(instance)) }
    }

    async fn write_inbox(&self, tx: &mut Tx, transition: &Transition) -> Result<()> {
        let instance = &transition.instance.id;
        self.write_list(
            tx,
            "insert into instance_key (shard, tenant, instance, system, key)
             select ?1, ?2, ?3, value->>'system', value->>'key' from json_each(?4) where true
             on conflict (shard, tenant, instance, system) do update set key = excluded.key",
            instance,
            &transition.keys,
        )
        .await?;
        self.write_list(
            tx,
            "update inbox
             set status = case status when 'kept' then 'given' else status end,
                 given_to = json_insert(coalesce(given_to, '[]'), '$[#]', ?3)
             where shard = ?1 and tenant = ?2 and number in (select value from json_each(?4))",
            instance,
            &transition.taken,
        )
        .await
    }

    /// Runs one statement over a list of rows: `?1` shard, `?2` tenant, `?3` instance, `?4` the rows as JSON.
    pub(super) async fn write_list<T: Serialize>(
        &self,
        tx: &mut Tx,
        statement: &'static str,
        instance: &str,
        rows: &[T],
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let rows = serde_json::to_string(rows)
            .map_err(|cause| Problem::machine("rows cannot be written as JSON").because(cause))?;
        let done = sqlx::query(statement)
            .bind(self.tenant.shard)
            .bind(&self.tenant.name)
            .bind(instance)
            .bind(rows)
            .execute(&mut **tx)
            .await;
        match done {
            Ok(_) => Ok(()),
            Err(cause) if is_duplicate(&cause) => Err(moved_on(instance)),
            Err(cause) => Err(failed("a transition was written", cause)),
        }
    }
}

/// Appends to the trail; also used for deliveries, which have no journal row.
pub(super) const INSERT_TRAIL: &str = "insert into trail (shard, tenant, instance, sequence, previous_hash, hash,
         event_sequence, fact, node, copy, person, role, channel, external_id, plan_hash, source,
         alternatives_shown, alternative_chosen, forced_reason, at_ms, recorded_at_ms, detail)
     select ?1, ?2, ?3, value->>'sequence', value->>'previous_hash', value->>'hash', value->>'event_sequence',
            value->>'fact', value->>'node', value->>'copy', value->>'person', value->>'role', value->>'channel',
            value->>'external_id', value->>'plan_hash', value->>'source', value->>'alternatives_shown',
            value->>'alternative_chosen', value->>'forced_reason', value->>'at_ms', value->>'recorded_at_ms',
            value->>'detail'
     from json_each(?4)";

fn moved_on(instance: &str) -> Problem {
    Problem::new(Class::Conflict, format!("`{instance}` has moved on meanwhile")).help("try again")
}

fn is_duplicate(cause: &sqlx::Error) -> bool {
    cause.as_database_error().is_some_and(|error| {
        error.is_unique_violation() || error.message().contains("is append-only: a row is never replaced")
    })
}
