//! Loaded plans.

use super::row::{PlanHead, PlanRow};
use super::{Store, failed};
use crate::error::Result;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

impl Store {
    /// Keeps a plan; one that is there already stays as it is. Tells whether it is new.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_plan(&self, plan: &PlanRow) -> Result<bool> {
        let done = sqlx::query(
            "insert into plan (shard, tenant, hash, workflow, version, label, bytes, loaded_at_ms, loaded_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             on conflict (shard, tenant, hash) do nothing",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(&plan.hash)
        .bind(&plan.workflow)
        .bind(plan.version)
        .bind(&plan.label)
        .bind(&plan.bytes)
        .bind(plan.loaded_at_ms)
        .bind(&plan.loaded_by)
        .execute(&self.pool)
        .await
        .map_err(|cause| failed("a plan was loaded", cause))?;
        Ok(done.rows_affected() == 1)
    }

    /// The plan of a meaning hash.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn plan(&self, hash: &str) -> Result<Option<PlanRow>> {
        let row = sqlx::query("select * from plan where shard = ?1 and tenant = ?2 and hash = ?3")
            .bind(self.tenant.shard)
            .bind(&self.tenant.name)
            .bind(hash)
            .fetch_optional(&self.pool)
            .await;
        row.and_then(|row| row.as_ref().map(plan).transpose())
            .map_err(|cause| failed("a plan was read", cause))
    }

    /// The newest plan of a workflow, or of one version of it: highest version, then loaded last.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn newest_plan(&self, workflow: &str, version: Option<u32>) -> Result<Option<PlanRow>> {
        let row = sqlx::query(
            "select * from plan
             where shard = ?1 and tenant = ?2 and workflow = ?3 and (?4 is null or version = ?4)
             order by version desc, loaded_at_ms desc, hash limit 1",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(workflow)
        .bind(version)
        .fetch_optional(&self.pool)
        .await;
        row.and_then(|row| row.as_ref().map(plan).transpose())
            .map_err(|cause| failed("a plan was read", cause))
    }

    /// All plans without their bytes, newest first for each workflow.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn plans(&self) -> Result<Vec<PlanHead>> {
        let rows = sqlx::query(
            "select hash, workflow, version, label, loaded_at_ms from plan where shard = ?1 and tenant = ?2
             order by workflow, version desc, loaded_at_ms desc, hash",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| rows.iter().map(head).collect())
            .map_err(|cause| failed("the plans were read", cause))
    }
}

fn head(row: &SqliteRow) -> Result<PlanHead, sqlx::Error> {
    Ok(PlanHead {
        hash: row.try_get("hash")?,
        workflow: row.try_get("workflow")?,
        version: row.try_get("version")?,
        label: row.try_get("label")?,
        loaded_at_ms: row.try_get("loaded_at_ms")?,
    })
}

fn plan(row: &SqliteRow) -> Result<PlanRow, sqlx::Error> {
    Ok(PlanRow {
        hash: row.try_get("hash")?,
        workflow: row.try_get("workflow")?,
        version: row.try_get("version")?,
        label: row.try_get("label")?,
        bytes: row.try_get("bytes")?,
        loaded_at_ms: row.try_get("loaded_at_ms")?,
        loaded_by: row.try_get("loaded_by")?,
    })
}
