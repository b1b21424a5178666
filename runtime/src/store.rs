//! The store: everything `wfrun` keeps, behind functions that speak in rows.
//!
//! Flow: a command or the worker reads an instance, steps it, and hands the whole transition to [`Store::commit`],
//! which writes it in one transaction or not at all. SQLite stands behind it; nothing outside this folder says SQL,
//! so another database is another folder with the same functions. Invariant: every statement names shard and
//! tenant, and the clock comes in as a parameter.

mod commit;
mod delivery;
mod inbox;
mod instance;
mod journal;
mod pages;
mod plan;
mod query;
mod question;
pub mod row;
mod schema;
mod table_file;
mod timer;

use crate::error::{Class, Problem, Result};
use sha2::{Digest, Sha256};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use pages::{Place, Stretch, Wanted};
pub use query::{Answer, Cell, VIEWS};
pub use table_file::TableFile;
pub use timer::DueInstance;

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);

/// Where the store is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// A file of SQLite.
    File(PathBuf),
    /// In memory, gone at the end: for `play`.
    Memory,
}

impl Address {
    /// Reads `sqlite:PATH`.
    ///
    /// # Errors
    /// When it names no store this program knows.
    pub fn parse(text: &str) -> Result<Self> {
        let path = text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
        match path {
            Some(path) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(Problem::input(format!("`{text}` names no store"))
                .help("write `--store sqlite:PATH`, for example `--store sqlite:wfrun.sqlite`")),
        }
    }
}

/// Whose rows they are, and the shard that follows from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tenant {
    /// Its name.
    pub name: String,
    /// 0 to 255: the first byte of the name's SHA-256.
    pub shard: i64,
}

impl Tenant {
    /// The tenant of a name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let shard = Sha256::digest(name.as_bytes()).first().copied().unwrap_or(0);
        Self { name: name.to_owned(), shard: i64::from(shard) }
    }
}

/// An open store, seen by one tenant.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
    tenant: Tenant,
    address: Address,
}

impl Store {
    /// Opens the store, making it or bringing its tables up to date where needed.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a newer program.
    pub async fn open(address: &Address, tenant: Tenant) -> Result<Self> {
        let options = match address {
            Address::File(path) => {
                make_folder(path)?;
                SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
            }
            Address::Memory => SqliteConnectOptions::new().in_memory(true),
        };
        let options = options
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .pragma("recursive_triggers", "on");
        // One connection: SQLite has one writer, and a store in memory lives and dies with its connection.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(|cause| cannot_open(address, cause))?;
        schema::bring_up_to_date(&pool).await?;
        Ok(Self { pool, tenant, address: address.clone() })
    }

    /// The tenant whose rows it shows.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Closes it, so that everything is on disk.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

fn make_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|cause| {
        Problem::machine(format!("the folder `{}` for the store cannot be made", folder.display()))
            .because(cause)
    })
}

fn cannot_open(address: &Address, cause: sqlx::Error) -> Problem {
    let place = match address {
        Address::File(path) => format!("`{}`", path.display()),
        Address::Memory => "in memory".to_owned(),
    };
    Problem::machine(format!("the store {place} cannot be opened"))
        .help("is it a file of wfrun, and may you read and write it and its folder?")
        .because(cause)
}

/// A failure of the database, in words.
fn failed(doing: &str, cause: sqlx::Error) -> Problem {
    Problem::new(Class::Machine, format!("the store failed while {doing}"))
        .help("nothing of this was written; try again once the cause is gone")
        .because(cause)
}
