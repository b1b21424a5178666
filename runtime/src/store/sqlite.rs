//! SQLite: one thread that writes, one that reads, one for what takes long to read, each with a connection of its own
//! ([`thread`]), one that asks the disk whether it has what was written ([`disk`]), and one that moves it from the log to
//! its place ([`places`]).
//!
//! SQLite has one writer; a thread that owns the connection runs a whole batch without crossing threads in between.
//! A store in memory lives in its one connection and is read there. Invariant: only the writing thread ever holds
//! the write lock of this process.

mod dialect;
mod disk;
mod places;
mod thread;

use super::commit;
use super::database::Group;
use super::row::Transition;
use super::statement::{Cell, Failure, Row, Statement, Value};
use crate::failpoint;
use dialect::in_dialect;
use disk::Refused;
use places::Places;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, ToSql, params_from_iter};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use thread::{Opened, Thread};
use tokio::sync::OnceCell;

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// Statements kept prepared: more than the store has.
const PREPARED: usize = 128;
/// Pages of 4 KiB held in memory: a batch of a thousand transitions must fit, or it goes to the disk twice.
const PAGES_AT_HAND: i32 = 4_096;

/// An open store of SQLite. Clones share it.
#[derive(Clone, Debug)]
pub(in crate::store) struct Sqlite {
    writer: Thread,
    reader: Thread,
    long: LongReader,
}

/// A connection of its own for what takes long to read, opened when that is first asked for.
#[derive(Clone, Debug)]
struct LongReader {
    /// `None`: a store in memory, which has one connection.
    path: Option<PathBuf>,
    refused: Refused,
    thread: Arc<OnceCell<Thread>>,
}

impl LongReader {
    async fn thread(&self) -> Result<Option<&Thread>, Failure> {
        let Some(path) = &self.path else { return Ok(None) };
        let (path, refused) = (path.clone(), self.refused.clone());
        let start = || Thread::start("store-long-reader", refused, move || for_reading(&path));
        self.thread.get_or_try_init(start).await.map(Some)
    }
}

impl Sqlite {
    /// Opens a file, making it where it is not there; `None` opens a store in memory.
    pub async fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let refused = Refused::default();
        let path = path.map(Path::to_owned);
        let (writing, watching) = (path.clone(), refused.clone());
        let writer =
            Thread::start("store-writer", refused.clone(), move || for_writing(&writing, watching)).await?;
        let long = LongReader { path: path.clone(), refused: refused.clone(), thread: Arc::default() };
        let reader = match path {
            Some(path) => Thread::start("store-reader", refused, move || for_reading(&path)).await?,
            None => writer.clone(),
        };
        Ok(Self { writer, reader, long })
    }

    /// Reads what takes long, so that nobody with a short question waits for it.
    pub async fn read_long(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        let statement = statement.owned();
        let thread = self.long.thread().await?.unwrap_or(&self.reader);
        thread.call(move |connection| rows_of(connection, &statement)).await
    }

    pub async fn read(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        let statement = statement.owned();
        self.reader.call(move |connection| rows_of(connection, &statement)).await
    }

    pub async fn write(&self, statement: Statement<'_>) -> Result<u64, Failure> {
        let statement = statement.owned();
        self.writer.call(move |connection| execute(connection, &statement)).await
    }

    pub async fn write_returning(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        let statement = statement.owned();
        self.writer.call(move |connection| rows_of(connection, &statement)).await
    }

    pub async fn write_groups(&self, groups: Vec<Group<'_>>) -> Result<Vec<bool>, Failure> {
        let groups: Vec<Group<'static>> = groups.into_iter().map(Group::owned).collect();
        self.writer.call(move |connection| in_one(connection, groups)).await
    }

    /// Writes transitions, whose statements are made where they run, so that nothing is copied into them.
    pub async fn commit(&self, transitions: Arc<Vec<Transition>>) -> Result<Vec<bool>, Failure> {
        self.writer.call(move |connection| in_one(connection, transitions.iter().map(commit::group))).await
    }

    /// Runs text of several statements and one statement after it, in one transaction.
    pub async fn script(&self, text: &'static str, after: Statement<'_>) -> Result<(), Failure> {
        let after = after.owned();
        self.writer
            .call(move |connection| {
                let transaction = connection.transaction().map_err(fault)?;
                transaction.execute_batch(text).map_err(fault)?;
                execute(&transaction, &after)?;
                failpoint::reach("in-migration");
                transaction.commit().map_err(fault)
            })
            .await
    }

    /// Moves everything out of the log, so that nothing older than now is in it.
    pub async fn forget_old_pages(&self) -> Result<(), Failure> {
        let statement = Statement::new("pragma wal_checkpoint(truncate)");
        self.writer.call(move |connection| rows_of(connection, &statement).map(drop)).await
    }

    /// Writes the whole file anew, without what was deleted or replaced.
    pub async fn rewrite(&self) -> Result<(), Failure> {
        self.writer.call(|connection| connection.execute_batch("vacuum").map_err(fault)).await?;
        self.forget_old_pages().await
    }

    pub async fn close(&self) {
        if let Some(thread) = self.long.thread.get() {
            thread.close().await;
        }
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// An auditor's own words, on a connection that cannot write.
pub(in crate::store) async fn ask(path: &Path, text: String) -> Result<Vec<Row>, Failure> {
    let path = path.to_owned();
    let thread = Thread::start("store-question", Refused::default(), move || {
        let connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fault)?;
        connection.pragma_update(None, "query_only", true).map_err(fault)?;
        Ok(Opened { connection, disk: None, places: None })
    })
    .await?;
    thread.call(move |connection| free_rows(connection, &text)).await
}

impl Sqlite {
    /// The same on a store in memory, which is switched to reading for the time of the question.
    pub async fn ask_here(&self, text: String) -> Result<Vec<Row>, Failure> {
        self.writer
            .call(move |connection| {
                connection.pragma_update(None, "query_only", true).map_err(fault)?;
                let rows = free_rows(connection, &text);
                connection.pragma_update(None, "query_only", false).map_err(fault)?;
                rows
            })
            .await
    }
}

/// The connection that writes. `None` opens a store in memory, which no disk keeps.
fn for_writing(path: &Option<PathBuf>, refused: Refused) -> Result<Opened, Failure> {
    let connection = match path {
        Some(path) => Connection::open(path),
        None => Connection::open_in_memory(),
    };
    let connection = prepared(connection.map_err(fault)?)?;
    connection.pragma_update(None, "cache_size", PAGES_AT_HAND).map_err(fault)?;
    // Where there is no log (a file system that cannot share memory), SQLite itself asks the disk in every commit.
    let mode: String =
        connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(fault)?;
    let (disk, places) = match connection.path().map(PathBuf::from) {
        Some(file) if mode == "wal" => {
            (Some(disk::watched(&file, refused)?), Some(Places::of(&connection, &file)?))
        }
        _ => (None, None),
    };
    let asks = if disk.is_some() { "normal" } else { "full" };
    connection.pragma_update(None, "synchronous", asks).map_err(fault)?;
    Ok(Opened { connection, disk, places })
}

fn for_reading(path: &Path) -> Result<Opened, Failure> {
    let connection = prepared(Connection::open(path).map_err(fault)?)?;
    connection.pragma_update(None, "query_only", true).map_err(fault)?;
    Ok(Opened { connection, disk: None, places: None })
}

fn prepared(connection: Connection) -> Result<Connection, Failure> {
    connection.busy_timeout(BUSY_TIMEOUT).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    for (name, value) in [
        ("journal_mode", "wal"),
        ("foreign_keys", "on"),
        ("recursive_triggers", "on"),
        // What is replaced (the key of a person who is erased, above all) is overwritten with zeros.
        ("secure_delete", "fast"),
    ] {
        connection.pragma_update(None, name, value).map_err(fault)?;
    }
    Ok(connection)
}

/// Writes groups in one transaction; tells for each whether its guards held.
fn in_one<'a>(
    connection: &mut Connection,
    groups: impl IntoIterator<Item = Group<'a>>,
) -> Result<Vec<bool>, Failure> {
    // Immediate: a transaction that reads first and writes later could otherwise fail in the middle.
    failpoint::reach("before-begin");
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(fault)?;
    failpoint::reach("after-begin");
    let mut held = Vec::new();
    let mut statements = Statements { connection: &transaction, ready: HashMap::new() };
    for group in groups {
        held.push(write_group(&mut statements, &group)?);
    }
    drop(statements);
    failpoint::reach("before-commit");
    transaction.commit().map_err(fault)?;
    failpoint::reach("after-commit");
    Ok(held)
}

/// Statements of one transaction: each is looked up once, by the place of its text, however often it runs.
struct Statements<'c> {
    connection: &'c Connection,
    ready: HashMap<(usize, usize), CachedStatement<'c>>,
}

impl Statements<'_> {
    fn run(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<u64, Failure> {
        let statement = match self.ready.entry((text.as_ptr().addr(), text.len())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(self.connection.prepare_cached(&in_dialect(text)).map_err(fault)?)
            }
        };
        let changed = statement.execute(params_from_iter(values)).map_err(fault)?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }
}

/// Writes a group, or takes back what it wrote. A savepoint is only needed where something is written before the
/// last guard.
fn write_group(statements: &mut Statements<'_>, group: &Group<'_>) -> Result<bool, Failure> {
    let last_guard = group.0.iter().rposition(|guarded| guarded.must_change.is_some());
    let savepoint = last_guard.is_some_and(|at| at > 0);
    if savepoint {
        statements.run("savepoint one_group", &[])?;
    }
    for guarded in &group.0 {
        let changed = statements.run(guarded.statement.text, &guarded.statement.values)?;
        failpoint::reach("after-write");
        if guarded.must_change.is_some_and(|wanted| wanted != changed) {
            if savepoint {
                statements.run("rollback to one_group", &[])?;
                statements.run("release one_group", &[])?;
            }
            return Ok(false);
        }
    }
    if savepoint {
        statements.run("release one_group", &[])?;
    }
    Ok(true)
}

fn execute(connection: &Connection, statement: &Statement<'_>) -> Result<u64, Failure> {
    let mut prepared = connection.prepare_cached(&in_dialect(statement.text)).map_err(fault)?;
    let changed = prepared.execute(params_from_iter(&statement.values)).map_err(fault)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

fn rows_of(connection: &Connection, statement: &Statement<'_>) -> Result<Vec<Row>, Failure> {
    let mut prepared = connection.prepare_cached(&in_dialect(statement.text)).map_err(fault)?;
    collected(&mut prepared, params_from_iter(&statement.values))
}

fn free_rows(connection: &Connection, text: &str) -> Result<Vec<Row>, Failure> {
    collected(&mut connection.prepare(text).map_err(fault)?, [])
}

fn collected(
    prepared: &mut rusqlite::Statement<'_>,
    values: impl rusqlite::Params,
) -> Result<Vec<Row>, Failure> {
    let columns: Arc<[String]> = prepared.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = prepared.query(values).map_err(fault)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        // With room from the start: verification reads hundreds of thousands of rows a second through here.
        let mut cells = Vec::with_capacity(columns.len());
        for at in 0..columns.len() {
            cells.push(cell(row.get_ref(at).map_err(fault)?));
        }
        all.push(Row { columns: Arc::clone(&columns), cells });
    }
    Ok(all)
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Whole(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(text) => Cell::Text(match std::str::from_utf8(text) {
            Ok(text) => text.to_owned(),
            // Somebody else's bytes: shown as well as they can be, and no hash fits them.
            Err(_) => String::from_utf8_lossy(text).into_owned(),
        }),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Whole(Some(number)) => ValueRef::Integer(*number),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Whole(None) | Self::Text(None) => ValueRef::Null,
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Flag(flag) => ValueRef::Integer(i64::from(*flag)),
            Self::Wholes(_) | Self::Texts(_) | Self::Blobs(_) => {
                return Err(rusqlite::Error::ToSqlConversionFailure("columns are PostgreSQL's".into()));
            }
        }))
    }
}

pub(in crate::store) fn fault(cause: rusqlite::Error) -> Failure {
    use rusqlite::ErrorCode::ConstraintViolation;
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    let said = cause.to_string();
    let duplicate = match &cause {
        rusqlite::Error::SqliteFailure(error, _) => {
            matches!(error.extended_code, SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE)
                || error.code == ConstraintViolation && said.contains("a row is never replaced")
        }
        _ => false,
    };
    // A limit on the size of files shows as an error of writing.
    let no_room = matches!(&cause, rusqlite::Error::SqliteFailure(error, _)
        if error.code == rusqlite::ErrorCode::DiskFull || error.extended_code == rusqlite::ffi::SQLITE_IOERR_WRITE);
    Failure::of(said, duplicate, cause).without_room(no_room)
}
