//! Questions of escalations.

use super::row::QuestionRow;
use super::statement::Statement;
use super::{Store, failed};
use crate::error::Result;

impl Store {
    /// The questions of an instance in the order in which they were asked; `open` alone or all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn questions(&self, instance: &str, only_open: bool) -> Result<Vec<QuestionRow>> {
        let rows = Statement::new(
            "select * from question
             where shard = $1 and tenant = $2 and instance = $3 and (not $4 or status = 'open') order by number",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(instance)
        .with(only_open)
        .all(&self.database)
        .await;
        rows.and_then(|rows| {
            rows.iter()
                .map(|row| {
                    Ok(QuestionRow {
                        number: row.get("number")?,
                        node: row.get("node")?,
                        asked_of: row.get("asked_of")?,
                        words: row.get("words")?,
                        alternatives: row.get("alternatives")?,
                        free_text: row.get("free_text")?,
                        status: row.get("status")?,
                        answer: row.get("answer")?,
                        answered_by: row.get("answered_by")?,
                        asked_at_ms: row.get("asked_at_ms")?,
                        closed_at_ms: row.get("closed_at_ms")?,
                    })
                })
                .collect()
        })
        .map_err(|cause| failed("questions were read", cause))
    }
}
