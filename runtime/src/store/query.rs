//! Questions of auditors: any SQL, read-only.
//!
//! A file is opened once more, for reading only, so that no statement can write whatever it says; a store in memory
//! is switched to reading for the time of the query. Invariant: nothing that comes in here changes a row.

use super::{Address, Store};
use crate::error::{Problem, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection, Row, TypeInfo, ValueRef};

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

/// A value in a result table.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes, of which only the number is shown.
    Bytes(usize),
}

impl Store {
    /// Asks the store in SQL.
    ///
    /// # Errors
    /// When the statement is wrong, would change something, or gives too many rows.
    pub async fn ask(&self, statement: &str) -> Result<Answer> {
        match &self.address {
            Address::File(path) => {
                let options =
                    SqliteConnectOptions::new().filename(path).read_only(true).pragma("query_only", "on");
                let mut connection = options.connect().await.map_err(wrong)?;
                let answer = rows_of(&mut connection, statement).await;
                connection.close().await.map_err(wrong)?;
                answer
            }
            Address::Memory => {
                let mut connection = self.pool.acquire().await.map_err(wrong)?;
                sqlx::query("pragma query_only = on").execute(&mut *connection).await.map_err(wrong)?;
                let answer = rows_of(&mut connection, statement).await;
                sqlx::query("pragma query_only = off").execute(&mut *connection).await.map_err(wrong)?;
                answer
            }
        }
    }
}

async fn rows_of(connection: &mut SqliteConnection, statement: &str) -> Result<Answer> {
    // The statement is the auditor's own, on a connection that cannot write.
    let rows = sqlx::query(AssertSqlSafe(statement.to_owned())).fetch_all(connection).await.map_err(wrong)?;
    if rows.len() > ROW_LIMIT {
        return Err(Problem::input(format!("the answer has more than {ROW_LIMIT} rows"))
            .help("add `limit` or a condition"));
    }
    let columns =
        rows.first().map(|row| row.columns().iter().map(|column| column.name().to_owned()).collect());
    let rows = rows.iter().map(cells).collect::<Result<Vec<_>, sqlx::Error>>().map_err(wrong)?;
    Ok(Answer { columns: columns.unwrap_or_default(), rows })
}

fn cells(row: &SqliteRow) -> Result<Vec<Cell>, sqlx::Error> {
    (0..row.len())
        .map(|at| {
            let value = row.try_get_raw(at)?;
            let kind = value.type_info().name().to_owned();
            Ok(match kind.as_str() {
                _ if value.is_null() => Cell::Null,
                "INTEGER" | "BOOLEAN" => Cell::Whole(row.try_get_unchecked(at)?),
                "REAL" => Cell::Real(row.try_get_unchecked(at)?),
                "BLOB" => Cell::Bytes(row.try_get_unchecked::<Vec<u8>, _>(at)?.len()),
                _ => Cell::Text(row.try_get_unchecked(at)?),
            })
        })
        .collect()
}

fn wrong(cause: sqlx::Error) -> Problem {
    let said =
        cause.as_database_error().map_or_else(|| cause.to_string(), |error| error.message().to_owned());
    let help = if said.contains("readonly") || said.contains("query_only") || said.contains("read-only") {
        "this command only reads; what happened is never changed"
    } else {
        "see `wfrun sql --views` for the views and their columns"
    };
    Problem::input(format!("the store does not understand the question: {said}")).help(help)
}
