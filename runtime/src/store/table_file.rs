//! A SQLite file made for others to read: an export, no store.
//!
//! Written once, in one transaction, without the care a store gets: what is left of a crash is thrown away.
//! Invariant: values go in as parameters, never as text of a statement.

use super::failed;
use crate::error::{Problem, Result};
use serde_json::Value as Json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::path::Path;

/// A file in the making.
#[derive(Debug)]
pub struct TableFile(SqliteConnection);

impl TableFile {
    /// A new file with these tables.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn create(path: &Path, tables: &str) -> Result<Self> {
        // Left over from an export that broke off; if it is not there, all the better.
        let _ = std::fs::remove_file(path);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .foreign_keys(false);
        let connection = options.connect().await.map_err(|cause| {
            Problem::input(format!("`{}` cannot be written", path.display()))
                .help("does its folder exist, and may you write there?")
                .because(cause)
        })?;
        let mut file = Self(connection);
        file.run("begin").await?;
        file.run(tables).await?;
        Ok(file)
    }

    /// Runs statements of our own making.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn run(&mut self, statements: &str) -> Result<()> {
        let done = sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut self.0).await;
        done.map(drop).map_err(|cause| failed("an export was written", cause))
    }

    /// The statement for [`TableFile::insert`].
    #[must_use]
    pub fn insert_into(table: &str, columns: &[&str]) -> String {
        let names: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let values: Vec<String> = (0..columns.len()).map(|at| format!("value->>{at}")).collect();
        format!(
            "insert into \"{table}\" ({}) select {} from json_each(?1)",
            names.join(", "),
            values.join(", ")
        )
    }

    /// Inserts rows, each a JSON list.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn insert(&mut self, statement: &str, rows: Vec<Json>) -> Result<()> {
        let done = sqlx::query(AssertSqlSafe(statement.to_owned()))
            .bind(Json::from(rows).to_string())
            .execute(&mut self.0)
            .await;
        done.map(drop).map_err(|cause| failed("an export was written", cause))
    }

    /// Completes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn close(mut self) -> Result<()> {
        self.run("commit").await?;
        self.0.close().await.map_err(|cause| failed("an export was written", cause))
    }
}
