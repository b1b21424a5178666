//! Loaded plans.

use super::row::{PlanHead, PlanRow};
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::Result;

impl Store {
    /// Keeps a plan; one that is there already stays as it is. Tells whether it is new.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_plan(&self, plan: &PlanRow) -> Result<bool> {
        let done = Statement::new(
            "insert into plan (shard, tenant, hash, workflow, version, label, bytes, loaded_at_ms, loaded_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (shard, tenant, hash) do nothing",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(&plan.hash)
        .with(&plan.workflow)
        .with(plan.version)
        .with(&plan.label)
        .with(&plan.bytes)
        .with(plan.loaded_at_ms)
        .with(&plan.loaded_by)
        .run(&self.database)
        .await
        .map_err(|cause| failed("a plan was loaded", cause))?;
        Ok(done == 1)
    }

    /// The plan of a meaning hash.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn plan(&self, hash: &str) -> Result<Option<PlanRow>> {
        let row = Statement::new("select * from plan where shard = $1 and tenant = $2 and hash = $3")
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(hash)
            .first(&self.database)
            .await;
        row.and_then(|row| row.as_ref().map(plan).transpose())
            .map_err(|cause| failed("a plan was read", cause))
    }

    /// The newest plan of a workflow, or of one version of it: highest version, then loaded last.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn newest_plan(&self, workflow: &str, version: Option<u32>) -> Result<Option<PlanRow>> {
        let row = Statement::new(
            "select * from plan
             where shard = $1 and tenant = $2 and workflow = $3 and ($4 is null or version = $4)
             order by version desc, loaded_at_ms desc, hash limit 1",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(workflow)
        .with(version)
        .first(&self.database)
        .await;
        row.and_then(|row| row.as_ref().map(plan).transpose())
            .map_err(|cause| failed("a plan was read", cause))
    }

    /// All plans without their bytes, newest first for each workflow.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn plans(&self) -> Result<Vec<PlanHead>> {
        let rows = Statement::new(
            "select hash, workflow, version, label, loaded_at_ms from plan where shard = $1 and tenant = $2
             order by workflow, version desc, loaded_at_ms desc, hash",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .all(&self.database)
        .await;
        rows.and_then(|rows| rows.iter().map(head).collect())
            .map_err(|cause| failed("the plans were read", cause))
    }
}

fn head(row: &Row) -> Result<PlanHead, Failure> {
    Ok(PlanHead {
        hash: row.get("hash")?,
        workflow: row.get("workflow")?,
        version: row.get("version")?,
        label: row.get("label")?,
        loaded_at_ms: row.get("loaded_at_ms")?,
    })
}

fn plan(row: &Row) -> Result<PlanRow, Failure> {
    Ok(PlanRow {
        hash: row.get("hash")?,
        workflow: row.get("workflow")?,
        version: row.get("version")?,
        label: row.get("label")?,
        bytes: row.get("bytes")?,
        loaded_at_ms: row.get("loaded_at_ms")?,
        loaded_by: row.get("loaded_by")?,
    })
}
