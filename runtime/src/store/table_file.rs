//! A SQLite file made for others to read: an export, no store.
//!
//! Written once, in one transaction, without the care a store gets: what is left of a crash is thrown away.
//! Invariant: values go in as parameters, never as text of a statement.

use super::{failed, sqlite};
use crate::error::{Problem, Result};
use rusqlite::Connection;
use serde_json::Value as Json;
use std::path::Path;

/// A file in the making.
#[derive(Debug)]
pub struct TableFile(Connection);

impl TableFile {
    /// A new file with these tables.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn create(path: &Path, tables: &str) -> Result<Self> {
        // Left over from an export that broke off; if it is not there, all the better.
        let _ = std::fs::remove_file(path);
        let connection = Connection::open(path).and_then(|connection| {
            connection.pragma_update(None, "journal_mode", "off")?;
            connection.pragma_update(None, "synchronous", "off")?;
            // Rows come in batches by table, so that what one refers to may come after it.
            connection.pragma_update(None, "foreign_keys", false)?;
            Ok(connection)
        });
        let connection = connection.map_err(|cause| {
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
        let done = self.0.execute_batch(statements).map_err(sqlite::fault);
        done.map_err(|cause| failed("an export was written", cause))
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
        let rows = Json::from(rows).to_string();
        let inserted = self.0.prepare_cached(statement).and_then(|mut prepared| prepared.execute([rows]));
        inserted.map(drop).map_err(sqlite::fault).map_err(|cause| failed("an export was written", cause))
    }

    /// Completes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn close(mut self) -> Result<()> {
        self.run("commit").await?;
        self.0
            .close()
            .map_err(|(_, cause)| sqlite::fault(cause))
            .map_err(|cause| failed("an export was written", cause))
    }
}
