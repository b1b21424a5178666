//! Questions of escalations.

use super::row::QuestionRow;
use super::{Store, failed};
use crate::error::Result;
use sqlx::Row;

impl Store {
    /// The questions of an instance in the order in which they were asked; `open` alone or all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn questions(&self, instance: &str, only_open: bool) -> Result<Vec<QuestionRow>> {
        let rows = sqlx::query(
            "select * from question
             where shard = ?1 and tenant = ?2 and instance = ?3 and (not ?4 or status = 'open') order by number",
        )
        .bind(self.tenant.shard)
        .bind(&self.tenant.name)
        .bind(instance)
        .bind(only_open)
        .fetch_all(&self.pool)
        .await;
        rows.and_then(|rows| {
            rows.iter()
                .map(|row| {
                    Ok(QuestionRow {
                        number: row.try_get("number")?,
                        node: row.try_get("node")?,
                        asked_of: row.try_get("asked_of")?,
                        words: row.try_get("words")?,
                        alternatives: row.try_get("alternatives")?,
                        free_text: row.try_get("free_text")?,
                        status: row.try_get("status")?,
                        answer: row.try_get("answer")?,
                        answered_by: row.try_get("answered_by")?,
                        asked_at_ms: row.try_get("asked_at_ms")?,
                        closed_at_ms: row.try_get("closed_at_ms")?,
                    })
                })
                .collect()
        })
        .map_err(|cause| failed("questions were read", cause))
    }
}
