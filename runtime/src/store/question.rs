//! Questions of escalations.

use super::row::QuestionRow;
use super::sealed::whose;
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::Result;
use crate::privacy::seal::Spot;

impl Store {
    /// The questions of an instance in the order in which they were asked; `open` alone or all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn questions(&self, instance: &str, only_open: bool) -> Result<Vec<QuestionRow>> {
        let rows = Statement::new(concat!(
            "select question.*, ",
            whose!("question"),
            " from question
             where shard = $1 and tenant = $2 and instance = $3 and (not $4 or status = 'open')
             order by number"
        ))
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(instance)
        .with(only_open)
        .all(&self.database)
        .await;
        rows.and_then(|rows| rows.iter().map(|row| self.question(instance, row)).collect())
            .map_err(|cause| failed("questions were read", cause))
    }

    fn question(&self, instance: &str, row: &Row) -> Result<QuestionRow, Failure> {
        let (subject, number) = (self.subject_of(row)?, row.get("number")?);
        let shown = |column, text| self.shown(text, subject.as_ref(), instance, Spot { column, row: number });
        let asked_of = Spot { column: "question.asked_of", row: number };
        Ok(QuestionRow {
            number,
            node: row.get("node")?,
            asked_of: self.shown_json(row.get("asked_of")?, subject.as_ref(), instance, asked_of),
            words: shown("question.words", row.get("words")?),
            alternatives: row.get("alternatives")?,
            free_text: row.get("free_text")?,
            status: row.get("status")?,
            answer: row.get::<Option<String>>("answer")?.map(|text| shown("question.answer", text)),
            answered_by: row
                .get::<Option<String>>("answered_by")?
                .map(|text| shown("question.answered_by", text)),
            asked_at_ms: row.get("asked_at_ms")?,
            closed_at_ms: row.get("closed_at_ms")?,
        })
    }
}
