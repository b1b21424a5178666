//! PostgreSQL through a pool of connections.
//!
//! Invariant: a statement is prepared once per connection and its values are typed, so that nothing from outside
//! ever becomes part of a statement's text; only an auditor's own words are sent as they are, in a transaction that
//! cannot write.

use super::database::Group;
use super::statement::{Cell, Failure, Refusal, Row, Statement, Value};
use crate::failpoint;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::query::Query;
use sqlx::{
    AssertSqlSafe, Column, Connection, Executor, PgConnection, Postgres as Dialect, Row as _,
    SqlSafeStr as _, TypeInfo,
};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Connections of one process that read and deliver.
const CONNECTIONS: u32 = 8;
/// Connections of its writer, each for one batch on its way to the disk. More of them would make batches smaller, and each
/// costs the server as much again as ten of its transitions.
pub(in crate::store) const LANES: u32 = 2;
/// Transitions after which the server looks at tables it has never looked at: until then it takes any index to be as good
/// as any other, and by itself it looks a minute later.
const YOUNG: u64 = 256;
/// Those whose rows are found by keys that other indexes begin like.
const LOOKED_AT: [&str; 5] = ["instance", "timer", "question", "outbox", "delivery"];
/// Connections of one process that walk along keys, made when they are first needed.
const WALKS: u32 = 3;
/// All of them.
pub(in crate::store) const CONNECTIONS_IN_ALL: u32 = CONNECTIONS + LANES + WALKS;
/// How long opening may wait for the server.
const OPEN_TIMEOUT: Duration = Duration::from_secs(15);
/// How long it waits before it asks again.
const PATIENCE: Duration = Duration::from_millis(250);

/// An open store of PostgreSQL. Clones share it.
#[derive(Clone, Debug)]
pub(in crate::store) struct Postgres {
    pool: PgPool,
    /// For the writer alone: its one statement is planned once.
    batches: PgPool,
    /// For walks along a key: their plans are kept, too.
    walks: PgPool,
    /// Transitions written.
    written: Arc<AtomicU64>,
}

impl Postgres {
    /// Opens `postgres://…`.
    pub async fn open(url: &str) -> Result<Self, Failure> {
        // A plan that was kept from when the tables were small would read all of them for ever; compiling one costs more
        // than it saves.
        let each_time = [("plan_cache_mode", "force_custom_plan"), ("jit", "off")];
        // The writer's statement finds every row by its key, whatever the tables hold; planning it takes longer than
        // running it.
        let once = [
            ("plan_cache_mode", "force_generic_plan"),
            ("jit", "off"),
            ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
        ];
        // A walk along a key is that whatever the tables hold; with months apart, planning takes longer than a short one.
        let along = [("enable_sort", "off"), ("enable_bitmapscan", "off")];
        let options = PgConnectOptions::from_str(url).map_err(fault)?.application_name("wfrun");
        knock(&options).await?;
        let pool = opened(options.clone().options(each_time), CONNECTIONS).await?;
        let batches = opened(options.clone().options(once), LANES).await?;
        let walks = sized(WALKS).connect_lazy_with(options.options(once).options(along));
        Ok(Self { pool, batches, walks, written: Arc::default() })
    }

    /// Writes a batch; the rows tell what was written.
    pub async fn write_batch(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        // One statement that is a transaction by itself.
        failpoint::reach("before-commit");
        let told = bound(statement).fetch_all(&self.batches).await.map_err(fault)?;
        failpoint::reach("after-commit");
        let more = told.len() as u64;
        let before = self.written.fetch_add(more, Ordering::Relaxed);
        if (before..before + more).contains(&YOUNG) {
            tokio::spawn(look_at_tables(self.pool.clone()));
        }
        rows(told)
    }

    pub async fn read(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        rows(bound(statement).fetch_all(&self.pool).await.map_err(fault)?)
    }

    /// Reads rows in the order of a key, from a place on.
    pub async fn read_along_key(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        rows(bound(statement).fetch_all(&self.walks).await.map_err(fault)?)
    }

    pub async fn write(&self, statement: Statement<'_>) -> Result<u64, Failure> {
        Ok(bound(statement).execute(&self.pool).await.map_err(fault)?.rows_affected())
    }

    pub async fn write_groups(&self, groups: Vec<Group<'_>>) -> Result<Vec<bool>, Failure> {
        failpoint::reach("before-begin");
        let mut transaction = self.pool.begin().await.map_err(fault)?;
        failpoint::reach("after-begin");
        let mut held = Vec::with_capacity(groups.len());
        for group in groups {
            held.push(write_group(&mut transaction, group).await?);
        }
        failpoint::reach("before-commit");
        transaction.commit().await.map_err(fault)?;
        failpoint::reach("after-commit");
        Ok(held)
    }

    /// Runs text of several statements and one statement after it, in one transaction.
    pub async fn script(&self, text: &'static str, after: Statement<'_>) -> Result<(), Failure> {
        let mut transaction = self.pool.begin().await.map_err(fault)?;
        transaction.execute(sqlx::raw_sql(text)).await.map_err(fault)?;
        bound(after).execute(&mut *transaction).await.map_err(fault)?;
        failpoint::reach("in-migration");
        transaction.commit().await.map_err(fault)
    }

    /// An auditor's own words, in a transaction that cannot write. The server answers in text, so that sums, dates and
    /// whatever else it knows can be shown. In this way it would also take several statements, of which the first could end
    /// the transaction: preparing the words refuses that.
    pub async fn ask(&self, text: String) -> Result<Vec<Row>, Failure> {
        let mut transaction = self.pool.begin().await.map_err(fault)?;
        transaction.execute("set transaction read only").await.map_err(fault)?;
        let text = AssertSqlSafe(text).into_sql_str();
        (&mut *transaction).prepare(text.clone()).await.map_err(fault)?;
        let found = sqlx::raw_sql(text).fetch_all(&mut *transaction).await.map_err(fault)?;
        transaction.rollback().await.map_err(fault)?;
        rows(found)
    }

    pub async fn close(&self) {
        self.batches.close().await;
        self.walks.close().await;
        self.pool.close().await;
    }
}

/// Asks whether the server lets us in: a pool that is refused says no more than that it took too long.
async fn knock(options: &PgConnectOptions) -> Result<(), Failure> {
    let until = Instant::now() + OPEN_TIMEOUT;
    loop {
        let asked = tokio::time::timeout(OPEN_TIMEOUT, PgConnection::connect_with(options)).await;
        let cause = match asked {
            Ok(Ok(connection)) => return connection.close().await.map_err(fault),
            Ok(Err(cause)) => cause,
            Err(_) => return Err(Failure::new("it does not answer").refused_as(Refusal::Unreachable)),
        };
        // A server that starts, or has no connection left, may soon let us in.
        let soon = match &cause {
            sqlx::Error::Io(cause) => cause.kind() == std::io::ErrorKind::ConnectionRefused,
            sqlx::Error::Database(cause) => {
                cause.code().is_some_and(|code| ["57P03", "53300"].contains(&&*code))
            }
            _ => false,
        };
        if !soon || Instant::now() + PATIENCE > until {
            return Err(fault(cause));
        }
        tokio::time::sleep(PATIENCE).await;
    }
}

async fn opened(options: PgConnectOptions, connections: u32) -> Result<PgPool, Failure> {
    sized(connections).connect_with(options).await.map_err(fault)
}

fn sized(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(connections).acquire_timeout(OPEN_TIMEOUT)
}

/// Lets the server count what is in tables it has never counted. Plans that were kept are made anew then.
async fn look_at_tables(pool: PgPool) {
    let never =
        "select relname from pg_stat_user_tables where last_analyze is null and last_autoanalyze is null
        and schemaname = current_schema() and relname = any ($1)";
    let found: Result<Vec<String>, _> = sqlx::query_scalar(never).bind(LOOKED_AT).fetch_all(&pool).await;
    for table in found.unwrap_or_default() {
        let looked = LOOKED_AT.iter().find(|known| **known == table);
        let Some(looked) = looked.map(|table| format!("analyze {table}")) else { continue };
        // Who may not is served by the server's own round.
        let _ = sqlx::raw_sql(AssertSqlSafe(looked)).execute(&pool).await;
    }
}

/// Writes a group, or takes back what it wrote.
async fn write_group(connection: &mut PgConnection, group: Group<'_>) -> Result<bool, Failure> {
    let mut savepoint = connection.begin().await.map_err(fault)?;
    for guarded in group.0 {
        let done = bound(guarded.statement).execute(&mut *savepoint).await.map_err(fault)?;
        failpoint::reach("after-write");
        if guarded.must_change.is_some_and(|wanted| wanted != done.rows_affected()) {
            savepoint.rollback().await.map_err(fault)?;
            return Ok(false);
        }
    }
    savepoint.commit().await.map_err(fault)?;
    Ok(true)
}

fn bound(statement: Statement<'_>) -> Query<'_, Dialect, PgArguments> {
    let query = sqlx::query(statement.text);
    statement.values.into_iter().fold(query, |query, value| match value {
        Value::Whole(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
        Value::Flag(flag) => query.bind(flag),
        Value::Wholes(all) => query.bind(all),
        Value::Texts(all) => query.bind(all),
        Value::Blobs(all) => query.bind(all),
    })
}

fn rows(found: Vec<PgRow>) -> Result<Vec<Row>, Failure> {
    let Some(first) = found.first() else { return Ok(Vec::new()) };
    let columns: Arc<[String]> = first.columns().iter().map(|column| column.name().to_owned()).collect();
    // What a column holds is asked once and not for each row.
    let readers: Vec<Reader> =
        first.columns().iter().map(|column| reader(column.type_info().name())).collect();
    found
        .iter()
        .map(|row| {
            let cells = readers.iter().enumerate().map(|(at, read)| Ok(read(row, at)?.unwrap_or(Cell::Null)));
            Ok(Row { columns: Arc::clone(&columns), cells: cells.collect::<Result<_, _>>().map_err(fault)? })
        })
        .collect()
}

/// Reads a cell of a column; `None` where it is empty.
type Reader = fn(&PgRow, usize) -> Result<Option<Cell>, sqlx::Error>;

fn reader(kind: &str) -> Reader {
    match kind {
        "INT8" => |row, at| Ok(row.try_get_unchecked::<Option<i64>, _>(at)?.map(Cell::Whole)),
        "INT4" => {
            |row, at| Ok(row.try_get_unchecked::<Option<i32>, _>(at)?.map(|whole| Cell::Whole(whole.into())))
        }
        "INT2" => {
            |row, at| Ok(row.try_get_unchecked::<Option<i16>, _>(at)?.map(|whole| Cell::Whole(whole.into())))
        }
        "BOOL" => {
            |row, at| Ok(row.try_get_unchecked::<Option<bool>, _>(at)?.map(|flag| Cell::Whole(flag.into())))
        }
        "FLOAT8" => |row, at| Ok(row.try_get_unchecked::<Option<f64>, _>(at)?.map(Cell::Real)),
        "FLOAT4" => {
            |row, at| Ok(row.try_get_unchecked::<Option<f32>, _>(at)?.map(|real| Cell::Real(real.into())))
        }
        "BYTEA" => |row, at| Ok(row.try_get_unchecked::<Option<Vec<u8>>, _>(at)?.map(Cell::Bytes)),
        _ => |row, at| Ok(row.try_get_unchecked::<Option<String>, _>(at)?.map(Cell::Text)),
    }
}

fn fault(cause: sqlx::Error) -> Failure {
    let said =
        cause.as_database_error().map_or_else(|| cause.to_string(), |error| error.message().to_owned());
    let duplicate = cause.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
    let code = cause.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    let no_room = super::room::no_room_on_postgres(code.as_deref());
    let refusal = match (&cause, code) {
        (_, Some(code)) => Refusal::Code(code),
        (sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut, None) => Refusal::Unreachable,
        (sqlx::Error::Tls(_), None) => Refusal::Tls,
        (sqlx::Error::Configuration(_), None) => Refusal::Address,
        _ => Refusal::Other,
    };
    Failure::of(said, duplicate, cause).without_room(no_room).refused_as(refusal)
}
