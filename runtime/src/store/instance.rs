//! Instances: found by id, reference, `one per` value, start key or parent.

use super::row::InstanceRow;
use super::{Store, failed};
use crate::error::Result;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

impl Store {
    /// Instances with this id, or else this reference; running ones first, then the newest.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instances_named(&self, name: &str) -> Result<Vec<InstanceRow>> {
        let rows = sqlx::query(
            "select * from instance
             where shard = ?1 and tenant = ?2 and (id = ?3 or reference = ?3)
             order by id = ?3 desc, status = 'running' desc, started_at_ms desc, id limit 20",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(name)
        .fetch_all(&self.pool)
        .await;
        collected(rows)
    }

    /// The instance of an id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instance(&self, id: &str) -> Result<Option<InstanceRow>> {
        let row = sqlx::query("select * from instance where shard = ?1 and tenant = ?2 and id = ?3")
            .bind(self.tenant.shard)
            .bind(&self.tenant.name)
            .bind(id)
            .fetch_optional(&self.pool)
            .await;
        one(row)
    }

    /// Instances, newest first; `all` lists ended ones too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instances(&self, workflow: Option<&str>, all: bool, limit: i64) -> Result<Vec<InstanceRow>> {
        let rows = sqlx::query(
            "select * from instance
             where shard = ?1 and tenant = ?2 and (?3 is null or workflow = ?3) and (?4 or status = 'running')
             order by started_at_ms desc, number desc limit ?5",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(workflow)
        .bind(all)
        .bind(limit)
        .fetch_all(&self.pool)
        .await;
        collected(rows)
    }

    /// The running instance that `one per FIELD` allows for this value.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn running_one_per(&self, workflow: &str, value: &str) -> Result<Option<InstanceRow>> {
        let row = sqlx::query(
            "select * from instance
             where shard = ?1 and tenant = ?2 and workflow = ?3 and one_per = ?4 and status = 'running'",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(workflow)
        .bind(value)
        .fetch_optional(&self.pool)
        .await;
        one(row)
    }

    /// The instance that a start with this idempotency key made.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instance_of_start_key(&self, key: &str) -> Result<Option<InstanceRow>> {
        let row = sqlx::query("select * from instance where shard = ?1 and tenant = ?2 and start_key = ?3")
            .bind(self.tenant.shard)
            .bind(&self.tenant.name)
            .bind(key)
            .fetch_optional(&self.pool)
            .await;
        one(row)
    }

    /// The child that one `run` of a parent started.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn child(&self, parent: &str, place: &str) -> Result<Option<InstanceRow>> {
        let row = sqlx::query(
            "select * from instance where shard = ?1 and tenant = ?2 and parent = ?3 and parent_place = ?4",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(parent)
        .bind(place)
        .fetch_optional(&self.pool)
        .await;
        one(row)
    }

    /// Running instances known under a key in a system, oldest first: its events are offered in this order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn running_with_key(&self, system: &str, key: &str) -> Result<Vec<InstanceRow>> {
        let rows = sqlx::query(
            "select i.* from instance_key k
             join instance i on i.shard = k.shard and i.tenant = k.tenant and i.id = k.instance
             where k.shard = ?1 and k.tenant = ?2 and k.system = ?3 and k.key = ?4 and i.status = 'running'
             order by i.started_at_ms, i.workflow, i.number",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(system)
        .bind(key)
        .fetch_all(&self.pool)
        .await;
        collected(rows)
    }

    /// The number the next instance of a workflow gets. Two starts may read the same one: the store keeps only one
    /// of them, and the other tries again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_number(&self, workflow: &str) -> Result<i64> {
        let row = sqlx::query(
            "select coalesce(max(number), 0) + 1 as next from instance where shard = ?1 and tenant = ?2 and workflow = ?3",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(workflow)
        .fetch_one(&self.pool)
        .await;
        row.and_then(|row| row.try_get("next")).map_err(|cause| failed("an instance was numbered", cause))
    }
}

fn one(row: Result<Option<SqliteRow>, sqlx::Error>) -> Result<Option<InstanceRow>> {
    row.and_then(|row| row.as_ref().map(instance).transpose())
        .map_err(|cause| failed("an instance was read", cause))
}

fn collected(rows: Result<Vec<SqliteRow>, sqlx::Error>) -> Result<Vec<InstanceRow>> {
    rows.and_then(|rows| rows.iter().map(instance).collect())
        .map_err(|cause| failed("instances were read", cause))
}

fn instance(row: &SqliteRow) -> Result<InstanceRow, sqlx::Error> {
    Ok(InstanceRow {
        id: row.try_get("id")?,
        workflow: row.try_get("workflow")?,
        number: row.try_get("number")?,
        plan_hash: row.try_get("plan_hash")?,
        reference: row.try_get("reference")?,
        title: row.try_get("title")?,
        one_per: row.try_get("one_per")?,
        start_key: row.try_get("start_key")?,
        parent: row.try_get("parent")?,
        parent_place: row.try_get("parent_place")?,
        status: row.try_get("status")?,
        outcome: row.try_get("outcome")?,
        sequence: row.try_get("sequence")?,
        trail_count: row.try_get("trail_count")?,
        outbox_count: row.try_get("outbox_count")?,
        state: row.try_get("state")?,
        journal_head: row.try_get("journal_head")?,
        trail_head: row.try_get("trail_head")?,
        started_at_ms: row.try_get("started_at_ms")?,
        last_event_ms: row.try_get("last_event_ms")?,
        ended_at_ms: row.try_get("ended_at_ms")?,
    })
}
