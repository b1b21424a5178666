//! Questions of auditors: any SQL, read-only.
//!
//! A file is opened once more, for reading only, so that no statement can write whatever it says; a store in memory
//! is switched to reading for the time of the query. Invariant: nothing that comes in here changes a row.

use super::database::Database;
use super::statement::{Cell, Failure};
use super::{Address, Store, sqlite};
use crate::error::{Problem, Result};

/// The views for auditors, each with what it shows.
pub const VIEWS: [(&str, &str); 4] = [
    (
        "audit_trail",
        "every fact in order: who did what, when, in which role, and the source line that asked for it",
    ),
    ("instance_status", "one row per instance: where it stands, since when, what is open or undelivered"),
    ("step_history", "what happened to each step, decision and wait, from its start to its end"),
    (
        "decision_log",
        "every decision and answer: what was offered, what was chosen, by whom, and when nobody chose",
    ),
];

/// Rows to return at most: more belongs into a file, not onto a screen.
const ROW_LIMIT: usize = 100_000;

/// A result table.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows, as wide as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

impl Store {
    /// Asks the store in SQL.
    ///
    /// # Errors
    /// When the statement is wrong, would change something, or gives too many rows.
    pub async fn ask(&self, statement: &str) -> Result<Answer> {
        let rows = match (&self.address, &self.database) {
            (Address::File(path), _) => sqlite::ask(path, statement.to_owned()).await,
            (_, Database::Sqlite(sqlite)) => sqlite.ask_here(statement.to_owned()).await,
            (_, Database::Postgres(postgres)) => postgres.ask(statement.to_owned()).await,
        };
        let rows = rows.map_err(wrong)?;
        if rows.len() > ROW_LIMIT {
            return Err(Problem::input(format!("the answer has more than {ROW_LIMIT} rows"))
                .help("add `limit` or a condition"));
        }
        let columns = rows.first().map(|row| row.columns.to_vec()).unwrap_or_default();
        Ok(Answer { columns, rows: rows.into_iter().map(|row| row.cells).collect() })
    }
}

fn wrong(cause: Failure) -> Problem {
    let said = cause.said;
    let help = if said.contains("readonly") || said.contains("query_only") || said.contains("read-only") {
        "this command only reads; what happened is never changed"
    } else {
        "see `wfrun sql --views` for the views and their columns"
    };
    Problem::input(format!("the store does not understand the question: {said}")).help(help)
}
