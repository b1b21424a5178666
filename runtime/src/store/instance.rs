//! Instances: found by id, reference, `one per` value, start key or parent.

use super::row::InstanceRow;
use super::statement::{Failure, Row, Statement};
use super::{Store, Tenant, failed};
use crate::error::{Problem, Result};
use crate::privacy::{Held, Subject};

/// Reads whole instances, with the key that their personal values are sealed under.
macro_rules! read {
    ($instance:literal $rest:literal) => {
        concat!(
            "select ",
            $instance,
            ".*, (select coalesce(k.key, 'erased') from subject_key k where k.shard = ",
            $instance,
            ".shard and k.tenant = ",
            $instance,
            ".tenant and k.id = ",
            $instance,
            ".subject) as subject_key from ",
            $rest
        )
    };
}
pub(super) use read;

impl Store {
    /// Instances with this id, or else this reference; running ones first, then the newest.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instances_named(&self, name: &str) -> Result<Vec<InstanceRow>> {
        let mark = self.secret().await?.mark("reference", name);
        let rows = Statement::new(read!("instance" "instance
             where shard = $1 and tenant = $2 and (id = $3 or reference in ($3, $4))
             order by id = $3 desc, status = 'running' desc, started_at_ms desc, id limit 20"))
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(name)
        .with(mark)
        .all(&self.database)
        .await;
        self.collected(rows)
    }

    /// The instance of an id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instance(&self, id: &str) -> Result<Option<InstanceRow>> {
        let row = Statement::new(read!("instance" "instance where shard = $1 and tenant = $2 and id = $3"))
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(id)
            .first(&self.database)
            .await;
        self.one(row)
    }

    /// The instances of these ids, of any tenant, those that are there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(&self, ids: &[(Tenant, String)]) -> Result<Vec<(String, InstanceRow)>> {
        const SQLITE: &str = read!("i" "json_each($1) wanted
            join instance i on i.shard = wanted.value->>0 and i.tenant = wanted.value->>1
                           and i.id = wanted.value->>2");
        const POSTGRES: &str = read!("i" "json_array_elements($1::json) wanted
            join instance i on i.shard = (wanted->>0)::bigint and i.tenant = wanted->>1 and i.id = wanted->>2");
        let wanted: Vec<_> = ids.iter().map(|(tenant, id)| (tenant.shard, &tenant.name, id)).collect();
        let wanted = serde_json::to_string(&wanted)
            .map_err(|cause| Problem::machine("ids cannot be written as JSON").because(cause))?;
        let text = self.database.either(SQLITE, POSTGRES);
        let rows = Statement::new(text).with(wanted).all(&self.database).await;
        rows.and_then(|rows| rows.iter().map(|row| Ok((row.get("tenant")?, self.read(row)?))).collect())
            .map_err(|cause| failed("instances were read", cause))
    }

    /// Instances, newest first; `all` lists ended ones too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instances(&self, workflow: Option<&str>, all: bool, limit: i64) -> Result<Vec<InstanceRow>> {
        let rows = Statement::new(read!("instance" "instance
             where shard = $1 and tenant = $2 and ($3 is null or workflow = $3) and ($4 or status = 'running')
             order by started_at_ms desc, number desc limit $5"))
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(workflow)
        .with(all)
        .with(limit)
        .all(&self.database)
        .await;
        self.collected(rows)
    }

    /// The running instance that `one per FIELD` allows for this value.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn running_one_per(
        &self,
        workflow: &str,
        value: &str,
        personal: bool,
    ) -> Result<Option<InstanceRow>> {
        // One of before, whose values were not sealed, counts as well.
        let mark = if personal { Some(self.secret().await?.mark("one per", value)) } else { None };
        let row = Statement::new(read!("instance" "instance
             where shard = $1 and tenant = $2 and workflow = $3 and one_per in ($4, $5) and status = 'running'"))
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(workflow)
        .with(value)
        .with(mark)
        .first(&self.database)
        .await;
        self.one(row)
    }

    /// The instance that a start with this idempotency key made.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instance_of_start_key(&self, key: &str) -> Result<Option<InstanceRow>> {
        let row =
            Statement::new(read!("instance" "instance where shard = $1 and tenant = $2 and start_key = $3"))
                .with(self.tenant.shard)
                .with(&self.tenant.name)
                .with(key)
                .first(&self.database)
                .await;
        self.one(row)
    }

    /// The child that one `run` of a parent started.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn child(&self, parent: &str, place: &str) -> Result<Option<InstanceRow>> {
        let row = Statement::new(
            read!("instance" "instance where shard = $1 and tenant = $2 and parent = $3 and parent_place = $4"),
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(parent)
        .with(place)
        .first(&self.database)
        .await;
        self.one(row)
    }

    /// Running instances known under a key in a system, oldest first: its events are offered in this order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn running_with_key(&self, system: &str, key: &str) -> Result<Vec<InstanceRow>> {
        let mark = self.secret().await?.mark(&format!("key of {system}"), key);
        let rows = Statement::new(read!("i" "instance_key k
             join instance i on i.shard = k.shard and i.tenant = k.tenant and i.id = k.instance
             where k.shard = $1 and k.tenant = $2 and k.system = $3 and k.key in ($4, $5) and i.status = 'running'
             order by i.started_at_ms, i.workflow, i.number"))
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(system)
        .with(key)
        .with(mark)
        .all(&self.database)
        .await;
        self.collected(rows)
    }

    /// The number the next instance of a workflow gets. Two starts may read the same one: the store keeps only one
    /// of them, and the other tries again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_number(&self, workflow: &str) -> Result<i64> {
        let row = Statement::new(
            "select coalesce(max(number), 0) + 1 as next from (
                 select max(number) as number from instance where shard = $1 and tenant = $2 and workflow = $3
                 union all
                 select max(number) from archived where shard = $1 and tenant = $2 and workflow = $3) numbers",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(workflow)
        .first(&self.database)
        .await;
        row.and_then(|row| row.map_or(Ok(1), |row| row.get("next")))
            .map_err(|cause| failed("an instance was numbered", cause))
    }
}

impl Store {
    fn one(&self, row: Result<Option<Row>, Failure>) -> Result<Option<InstanceRow>> {
        row.and_then(|row| row.as_ref().map(|row| self.read(row)).transpose())
            .map_err(|cause| failed("an instance was read", cause))
    }

    pub(super) fn collected(&self, rows: Result<Vec<Row>, Failure>) -> Result<Vec<InstanceRow>> {
        rows.and_then(|rows| rows.iter().map(|row| self.read(row)).collect())
            .map_err(|cause| failed("instances were read", cause))
    }

    /// An instance, opened as far as its key allows.
    pub(super) fn read(&self, row: &Row) -> Result<InstanceRow, Failure> {
        let instance = instance(row)?;
        if instance.subject.is_none() {
            return Ok(instance);
        }
        let (tenant, key): (String, Option<String>) = (row.get("tenant")?, row.get("subject_key")?);
        Ok(self.opened(instance, &tenant, key.as_deref()))
    }
}

fn instance(row: &Row) -> Result<InstanceRow, Failure> {
    let subject: Option<String> = row.get("subject")?;
    Ok(InstanceRow {
        id: row.get("id")?,
        workflow: row.get("workflow")?,
        number: row.get("number")?,
        plan_hash: row.get("plan_hash")?,
        reference: row.get("reference")?,
        title: row.get("title")?,
        one_per: row.get("one_per")?,
        start_key: row.get("start_key")?,
        parent: row.get("parent")?,
        parent_place: row.get("parent_place")?,
        status: row.get("status")?,
        outcome: row.get("outcome")?,
        sequence: row.get("sequence")?,
        trail_count: row.get("trail_count")?,
        outbox_count: row.get("outbox_count")?,
        state: row.get("state")?,
        journal_head: row.get("journal_head")?,
        trail_head: row.get("trail_head")?,
        started_at_ms: row.get("started_at_ms")?,
        last_event_ms: row.get("last_event_ms")?,
        ended_at_ms: row.get("ended_at_ms")?,
        subject: subject.map(|id| Subject::new(id, Held::Lost)),
    })
}
