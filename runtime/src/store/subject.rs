//! Data subjects: their keys, found by mark, used by starting instances, destroyed by erasing.
//!
//! Invariant: a key is used by a start and destroyed by an erasure under one lock on its row, so that nothing is ever
//! sealed under a key that is gone.

use super::commit::{insert_fact, keyed};
use super::database::Group;
use super::delivery::APPEND_FACT;
use super::row::{InstanceRow, Position, SubjectKeyUse, TrailRow};
use super::statement::{Failure, Row, Statement};
use super::{Store, Tenant, failed, instance};
use crate::error::Result;
use crate::privacy::{ERASED, Held};

/// A data subject, for operators.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubjectRow {
    /// Random name of its key.
    pub id: String,
    /// Instances about it.
    pub instances: i64,
    /// Of those, the ones that run.
    pub running: i64,
    /// When its key was made.
    pub created_at_ms: i64,
    /// When it was erased.
    pub erased_at_ms: Option<i64>,
    /// Who erased it.
    pub erased_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// One of its instances: by it people know whom it is about.
    pub example: Option<String>,
}

/// What is written when a person is erased.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Erasure {
    /// Random name of the key that is destroyed.
    pub subject: String,
    /// Who does it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at_ms: i64,
    /// The instances about the person: where each stands, and the fact that ends its trail.
    pub instances: Vec<(String, Position, TrailRow)>,
}

const LIST: &str = "select k.id, k.created_at_ms, k.erased_at_ms, k.erased_by, k.reason,
        (select count(*) from instance i
         where i.shard = k.shard and i.tenant = k.tenant and i.subject = k.id) as instances,
        (select count(*) from instance i where i.shard = k.shard and i.tenant = k.tenant and i.subject = k.id
                                           and i.status = 'running') as running,
        (select min(i.id) from instance i
         where i.shard = k.shard and i.tenant = k.tenant and i.subject = k.id) as example
    from subject_key k
    where k.shard = $1 and k.tenant = $2 and ($3 is null or k.id = $3)
    order by k.created_at_ms desc, k.id limit $4";

/// The guard of a start: the key is made, or is there and not being destroyed.
pub(super) fn used<'a>(tenant: &'a Tenant, key: &'a SubjectKeyUse, at_ms: i64) -> Statement<'a> {
    const MAKE: &str = "insert into subject_key (shard, tenant, id, mark, key, created_at_ms)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    const HOLD: &str = "update subject_key set created_at_ms = created_at_ms
        where shard = $1 and tenant = $2 and id = $3 and key is not null";
    match key {
        SubjectKeyUse::New { id, mark, kept } => keyed(MAKE, tenant, id).with(mark).with(kept).with(at_ms),
        SubjectKeyUse::Known { id } => keyed(HOLD, tenant, id),
    }
}

impl Store {
    /// The data subject of a mark, with its key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn subject_marked(&self, mark: &str) -> Result<Option<(String, Held)>> {
        const TEXT: &str = "select id, key from subject_key where shard = $1 and tenant = $2 and mark = $3";
        let row = keyed(TEXT, &self.tenant, mark).first(&self.database).await;
        let read = |row: Row| {
            let (id, kept): (String, Option<String>) = (row.get("id")?, row.get("key")?);
            let held = self.held(&self.tenant.name, &id, Some(kept.as_deref().unwrap_or("erased")));
            Ok((id, held))
        };
        row.and_then(|row| row.map(read).transpose())
            .map_err(|cause| failed("a data subject was looked for", cause))
    }

    /// A new key as the store keeps it.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn keep_key(&self, id: &str, key: &crate::privacy::key::SubjectKey) -> Result<String> {
        self.keyring.kept(&self.tenant.name, id, key)
    }

    /// Data subjects, newest first; one alone, or all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn subjects(&self, only: Option<&str>, limit: i64) -> Result<Vec<SubjectRow>> {
        let rows = Statement::new(LIST)
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(only)
            .with(limit)
            .all(&self.database)
            .await;
        rows.and_then(|rows| rows.iter().map(subject).collect())
            .map_err(|cause| failed("data subjects were listed", cause))
    }

    /// The instances about a data subject.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instances_about(&self, subject: &str) -> Result<Vec<InstanceRow>> {
        const TEXT: &str = instance::read!("instance" "instance where shard = $1 and tenant = $2 and subject = $3 order by id");
        self.collected(keyed(TEXT, &self.tenant, subject).all(&self.database).await)
    }

    /// Erases a person: destroys the key, says so in each trail, drops what waits to be sent, and blanks what no hash
    /// holds. Tells whether it was done; if not, an instance runs (again) or has moved on meanwhile.
    ///
    /// # Errors
    /// When the store fails; nothing was written then.
    pub async fn erase(&self, erasure: &Erasure) -> Result<bool> {
        let mut group = Group::default();
        // First the lock, then a look at what is there: a start that came before is seen by the second statement.
        let known = SubjectKeyUse::Known { id: erasure.subject.clone() };
        group.must(used(&self.tenant, &known, 0));
        group.must(
            keyed(DESTROY, &self.tenant, &erasure.subject)
                .with(erasure.at_ms)
                .with(&erasure.by)
                .with(&erasure.reason)
                .with(i64::try_from(erasure.instances.len()).unwrap_or(i64::MAX)),
        );
        for (id, before, fact) in &erasure.instances {
            group.must(
                keyed(APPEND_FACT, &self.tenant, id)
                    .with(fact.sequence)
                    .with(&fact.hash)
                    .with(before.sequence)
                    .with(before.trail_count),
            );
            group.then(insert_fact(&self.tenant, id, fact));
            // What waits for a key of a system that was this person's waits for nobody any more; before the keys go.
            group.then(keyed(FORGET_EVENTS, &self.tenant, id));
            group.then(keyed(FORGET_KEYS, &self.tenant, id));
            group.then(keyed(BLANK_INSTANCE, &self.tenant, id).with(ERASED).with(Vec::<u8>::new()));
            group.then(keyed(BLANK_QUESTIONS, &self.tenant, id).with(ERASED));
            group.then(keyed(DROP_LETTERS, &self.tenant, id).with(erasure.at_ms));
            group.then(keyed(BLANK_LETTERS, &self.tenant, id).with(ERASED));
        }
        let written = self.database.write_groups(vec![group]).await;
        let done = written.map_err(|cause| failed("a person was erased", cause))? == [true];
        if done {
            self.database.forget_old_pages().await.map_err(|cause| failed("the log was emptied", cause))?;
        }
        Ok(done)
    }

    /// Every key and secret that the store keeps, of this tenant: `None` is the secret.
    ///
    /// # Errors
    /// When the store fails.
    async fn all_kept(&self) -> Result<Vec<(Option<String>, String)>> {
        const TEXT: &str =
            "select id, key from subject_key where shard = $1 and tenant = $2 and key is not null
            union all select null, secret from subject_secret where shard = $1 and tenant = $2";
        let rows = Statement::new(TEXT).with(self.tenant.shard).with(&self.tenant.name);
        let rows = rows.all(&self.database).await;
        rows.and_then(|rows| rows.iter().map(|row| Ok((row.get("id")?, row.get("key")?))).collect())
            .map_err(|cause| failed("the keys were read", cause))
    }

    /// Puts every key of the tenant under the first master key (or under none, without one). Tells how many changed.
    ///
    /// # Errors
    /// When one of them cannot be read, or the store fails; nothing was written then.
    pub async fn rewrap(&self) -> Result<usize> {
        const KEY: &str = "update subject_key set key = $4
            where shard = $1 and tenant = $2 and id = $3 and key = $5";
        const SECRET: &str = "update subject_secret set secret = $4
            where shard = $1 and tenant = $2 and secret = $3";
        let mut groups = Vec::new();
        let all = self.all_kept().await?;
        for (id, kept) in &all {
            let fresh = self.keyring.rewrapped(&self.tenant.name, id.as_deref().unwrap_or_default(), kept)?;
            let Some(fresh) = fresh else { continue };
            let mut group = Group::default();
            match id {
                Some(id) => group.must(keyed(KEY, &self.tenant, id).with(fresh).with(kept)),
                None => group.must(keyed(SECRET, &self.tenant, kept).with(fresh)),
            }
            groups.push(group);
        }
        let written = self.database.write_groups(groups).await;
        let written = written.map_err(|cause| failed("the keys were put under the master key", cause))?;
        self.database.forget_old_pages().await.map_err(|cause| failed("the log was emptied", cause))?;
        Ok(written.into_iter().filter(|done| *done).count())
    }
}

const DESTROY: &str = "update subject_key
    set key = null, mark = null, erased_at_ms = $4, erased_by = $5, reason = $6
    where shard = $1 and tenant = $2 and id = $3
      and (select count(*) from instance i where i.shard = $1 and i.tenant = $2 and i.subject = $3) = $7
      and not exists (select 1 from instance i where i.shard = $1 and i.tenant = $2 and i.subject = $3
                                                 and i.status = 'running')";

const FORGET_EVENTS: &str = "update inbox
    set fields = '{}', key = '', status = 'given', given_to = coalesce(given_to, '[]')
    where shard = $1 and tenant = $2 and key like '~%'
      and (system, key) in (select k.system, k.key from instance_key k
                            where k.shard = $1 and k.tenant = $2 and k.instance = $3)";

const FORGET_KEYS: &str = "delete from instance_key where shard = $1 and tenant = $2 and instance = $3";

const BLANK_INSTANCE: &str = "update instance
    set state = $5, title = case when title like 'sealed:%' then $4 else title end,
        reference = case when reference like '~%' then null else reference end, one_per = null
    where shard = $1 and tenant = $2 and id = $3";

const BLANK_QUESTIONS: &str = "update question
    set words = $4, asked_of = '[]', answer = case when answer is null then null else $4 end,
        answered_by = case when answered_by is null then null else $4 end
    where shard = $1 and tenant = $2 and instance = $3";

const DROP_LETTERS: &str = "update outbox
    set status = 'dropped', claimed_until_ms = null, begun_at_ms = null, settled_at_ms = $4
    where shard = $1 and tenant = $2 and instance = $3 and status in ('waiting', 'sending', 'dead', 'unknown')
      and kind not in ('child cancel', 'child end')";

const BLANK_LETTERS: &str = "update outbox
    set body = '{}', destination = case when destination like 'sealed:%' then $4 else destination end,
        note = case when note is null then null else $4 end
    where shard = $1 and tenant = $2 and instance = $3 and kind not in ('child cancel', 'child end')";

fn subject(row: &Row) -> Result<SubjectRow, Failure> {
    Ok(SubjectRow {
        id: row.get("id")?,
        instances: row.get("instances")?,
        running: row.get("running")?,
        created_at_ms: row.get("created_at_ms")?,
        erased_at_ms: row.get("erased_at_ms")?,
        erased_by: row.get("erased_by")?,
        reason: row.get("reason")?,
        example: row.get("example")?,
    })
}
