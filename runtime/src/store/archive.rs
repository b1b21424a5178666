//! Ended instances on their way out of the store: which may leave, what all their rows are, and the leaving itself.
//!
//! Rows are read as they are stored, whatever their columns, so that an archive holds what the chains were made over.
//! Invariant: the row that names the archive and the ends of the chains is written in the transaction in which the rows
//! go, and the database lets them go for no other reason.

mod inbox;

use super::commit::keyed;
use super::database::Group;
use super::statement::{Cell, Failure, Row, Statement};
use super::{Store, failed};
use crate::error::Result;
use crate::retention::{Archive, End};
use serde_json::{Map, Value};

/// Tables whose rows leave with their instance, in the order in which they are written; they go in the other order.
pub const TABLES: [&str; 8] =
    ["instance", "event", "trail", "question", "outbox", "delivery", "incident", "instance_key"];

const ROWS: [&str; 8] = [
    "select * from instance where shard = $1 and tenant = $2 and id = $3",
    "select * from event where shard = $1 and tenant = $2 and instance = $3 order by sequence",
    "select * from trail where shard = $1 and tenant = $2 and instance = $3 order by sequence",
    "select * from question where shard = $1 and tenant = $2 and instance = $3 order by number",
    "select * from outbox where shard = $1 and tenant = $2 and instance = $3 order by number",
    "select * from delivery where shard = $1 and tenant = $2 and instance = $3 order by number, attempt",
    "select * from incident where shard = $1 and tenant = $2 and instance = $3 order by number",
    "select * from instance_key where shard = $1 and tenant = $2 and instance = $3 order by system",
];

const GO: [&str; 8] = [
    "delete from timer where shard = $1 and tenant = $2 and instance = $3",
    "delete from instance_key where shard = $1 and tenant = $2 and instance = $3",
    "delete from incident where shard = $1 and tenant = $2 and instance = $3",
    "delete from delivery where shard = $1 and tenant = $2 and instance = $3",
    "delete from outbox where shard = $1 and tenant = $2 and instance = $3",
    "delete from question where shard = $1 and tenant = $2 and instance = $3",
    "delete from trail where shard = $1 and tenant = $2 and instance = $3",
    "delete from event where shard = $1 and tenant = $2 and instance = $3",
];

const GO_ITSELF: &str = "delete from instance where shard = $1 and tenant = $2 and id = $3 and sequence = $4
    and trail_count = $5 and trail_head = $6 and status <> 'running'";

// What waits for somebody keeps its instance: a letter not yet settled, an incident, a parent that still runs.
const MAY_LEAVE: &str = "select id, workflow, number, sequence, journal_head, trail_count, trail_head, ended_at_ms
    from instance i
    where shard = $1 and tenant = $2 and ended_at_ms is not null and ended_at_ms < $3
      and (ended_at_ms > $4 or ended_at_ms = $4 and id > $5)
      and not exists (select 1 from outbox o where o.shard = i.shard and o.tenant = i.tenant and o.instance = i.id
                                               and o.status not in ('sent', 'dropped'))
      and not exists (select 1 from incident c where c.shard = i.shard and c.tenant = i.tenant and c.instance = i.id
                                                 and c.released_at_ms is null)
      and not exists (select 1 from instance p where p.shard = i.shard and p.tenant = i.tenant and p.id = i.parent
                                                 and p.status = 'running')
    order by ended_at_ms, id limit $6";

const STAY: &str = "select count(*) as number from instance
    where shard = $1 and tenant = $2 and ended_at_ms is not null and ended_at_ms < $3";

const PUT_ARCHIVE: &str =
    "insert into archive (shard, tenant, number, file, made_at_ms, instances, first_end_ms,
        last_end_ms, content_hash, ends_hash, public_key, signature)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const PUT_END: &str =
    "insert into archived (shard, tenant, instance, archive, workflow, number, sequence, journal_head,
        trail_count, trail_head, ended_at_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

impl Store {
    /// Instances that ended before a moment and may leave, in the order of their ends, after one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn may_leave(&self, before_ms: i64, after: (i64, &str), limit: i64) -> Result<Vec<End>> {
        let rows = self.own(MAY_LEAVE).with(before_ms).with(after.0).with(after.1).with(limit);
        let rows = rows.all(&self.database).await;
        rows.and_then(|rows| rows.iter().map(|row| end(row, "id")).collect())
            .map_err(|cause| failed("ended instances were read", cause))
    }

    /// How many instances ended before a moment, whether they may leave or not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ended_before(&self, before_ms: i64) -> Result<i64> {
        let row = self.own(STAY).with(before_ms).first(&self.database).await;
        row.and_then(|row| row.map_or(Ok(0), |row| row.get("number")))
            .map_err(|cause| failed("ended instances were counted", cause))
    }

    /// All rows of an instance as they are stored, with the names of their tables.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rows_as_stored(&self, instance: &str) -> Result<Vec<Map<String, Value>>> {
        let mut all = Vec::new();
        for (table, text) in TABLES.into_iter().zip(ROWS) {
            let rows = keyed(text, &self.tenant, instance).all(&self.database).await;
            let rows = rows.map_err(|cause| failed("the rows of an instance were read", cause))?;
            all.extend(rows.iter().map(|row| as_json(table, row)));
        }
        Ok(all)
    }

    /// Lets instances leave for an archive, each whole; the archive itself is noted with the first of them. Tells how
    /// many left: one that has moved since it was archived stays.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn leave_for(&self, archive: &Archive, ends: &[End]) -> Result<usize> {
        let mut groups = Vec::with_capacity(ends.len() + 1);
        if self.archives().await?.iter().all(|known| known.number != archive.number) {
            let mut group = Group::default();
            group.must(self.put_archive(archive));
            groups.push(group);
        }
        let noted = groups.len();
        groups.extend(ends.iter().map(|end| self.leaving(archive.number, end)));
        let written = self.database.write_groups(groups).await;
        let written = written.map_err(|cause| failed("instances left for an archive", cause))?;
        Ok(written.iter().skip(noted).filter(|written| **written).count())
    }

    fn put_archive<'a>(&'a self, archive: &'a Archive) -> Statement<'a> {
        self.own(PUT_ARCHIVE)
            .with(archive.number)
            .with(&archive.file)
            .with(archive.made_at_ms)
            .with(archive.instances)
            .with(archive.first_end_ms)
            .with(archive.last_end_ms)
            .with(&archive.content_hash)
            .with(&archive.ends_hash)
            .with(&archive.public_key)
            .with(&archive.signature)
    }

    fn leaving<'a>(&'a self, archive: i64, end: &'a End) -> Group<'a> {
        let mut group = Group::default();
        group.must(
            keyed(PUT_END, &self.tenant, &end.instance)
                .with(archive)
                .with(&end.workflow)
                .with(end.number)
                .with(end.sequence)
                .with(&end.journal_head)
                .with(end.trail_count)
                .with(&end.trail_head)
                .with(end.ended_at_ms),
        );
        for text in GO {
            group.then(keyed(text, &self.tenant, &end.instance));
        }
        group.must(
            keyed(GO_ITSELF, &self.tenant, &end.instance)
                .with(end.sequence)
                .with(end.trail_count)
                .with(&end.trail_head),
        );
        group
    }

    /// All archives, in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn archives(&self) -> Result<Vec<Archive>> {
        let rows = self
            .own(
                "select number, file, made_at_ms, instances, first_end_ms, last_end_ms, content_hash, ends_hash,
                     public_key, signature
                 from archive where shard = $1 and tenant = $2 order by number",
            )
            .all(&self.database)
            .await;
        let tenant = &self.tenant.name;
        rows.and_then(|rows| rows.iter().map(|row| archive(tenant, row)).collect())
            .map_err(|cause| failed("archives were read", cause))
    }

    /// What is left of the instances in an archive, in the order of their names.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ends_in(&self, archive: i64) -> Result<Vec<End>> {
        let rows = self
            .own("select * from archived where shard = $1 and tenant = $2 and archive = $3")
            .with(archive)
            .all(&self.database)
            .await;
        let mut ends: Vec<End> = rows
            .and_then(|rows| rows.iter().map(|row| end(row, "instance")).collect())
            .map_err(|cause| failed("archives were read", cause))?;
        ends.sort_by(|one, other| one.instance.cmp(&other.instance));
        Ok(ends)
    }

    /// What is left of an instance, and the file it is in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn archived(&self, instance: &str) -> Result<Option<(End, String)>> {
        let row = self
            .own(
                "select d.*, a.file from archived d
                 join archive a on a.shard = d.shard and a.tenant = d.tenant and a.number = d.archive
                 where d.shard = $1 and d.tenant = $2 and d.instance = $3",
            )
            .with(instance)
            .first(&self.database)
            .await;
        row.and_then(|row| {
            row.map(|row| Ok((end(&row, "instance")?, row.get::<String>("file")?))).transpose()
        })
        .map_err(|cause| failed("archives were read", cause))
    }
}

fn archive(tenant: &str, row: &Row) -> Result<Archive, Failure> {
    Ok(Archive {
        tenant: tenant.to_owned(),
        number: row.get("number")?,
        file: row.get("file")?,
        made_at_ms: row.get("made_at_ms")?,
        instances: row.get("instances")?,
        first_end_ms: row.get("first_end_ms")?,
        last_end_ms: row.get("last_end_ms")?,
        content_hash: row.get("content_hash")?,
        ends_hash: row.get("ends_hash")?,
        public_key: row.get("public_key")?,
        signature: row.get("signature")?,
    })
}

fn end(row: &Row, id: &str) -> Result<End, Failure> {
    Ok(End {
        instance: row.get(id)?,
        workflow: row.get("workflow")?,
        number: row.get("number")?,
        sequence: row.get("sequence")?,
        journal_head: row.get("journal_head")?,
        trail_count: row.get("trail_count")?,
        trail_head: row.get("trail_head")?,
        ended_at_ms: row.get("ended_at_ms")?,
    })
}

/// A row with its table; bytes in hexadecimal. The instance's own name stands where its other rows have it.
pub(super) fn as_json(table: &str, row: &Row) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("table".to_owned(), table.into());
    for (name, cell) in row.columns.iter().zip(&row.cells) {
        let name = if table == "instance" && name == "id" { "instance" } else { name.as_str() };
        let value = match cell {
            Cell::Null => Value::Null,
            Cell::Whole(number) => (*number).into(),
            Cell::Real(number) => (*number).into(),
            Cell::Text(text) => text.as_str().into(),
            Cell::Bytes(bytes) => crate::audit::chain::hex(bytes).into(),
        };
        all.insert(name.to_owned(), value);
    }
    all
}
