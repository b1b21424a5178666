//! The store: everything `wfrun` keeps, behind functions that speak in rows.
//!
//! Flow: a command or the worker reads an instance, steps it, and hands the whole transition to [`Store::commit`],
//! which writes it in one transaction or not at all. SQLite or PostgreSQL stands behind it ([`database`]); nothing
//! outside this folder says SQL. Invariant: every statement names shard and
//! tenant, and the clock comes in as a parameter.

mod access;
mod archive;
mod auditor;
mod backup;
mod batch;
mod checkpoint;
mod commit;
mod database;
mod delivery;
mod gauges;
mod inbox;
mod incident;
mod instance;
mod journal;
#[cfg(test)]
mod large_tables;
mod lease;
mod letters;
mod listing;
mod month;
mod opening;
mod pages;
mod plan;
mod postgres;
mod presence;
mod pulse;
mod query;
mod question;
mod replay;
mod restoration;
mod room;
pub mod row;
mod schema;
mod sealed;
mod settle_batch;
mod settling;
mod sqlite;
mod statement;
mod subject;
mod table_file;
mod timer;

use crate::error::{Class, Problem, Result};
use crate::privacy::key::{Keyring, MasterKey};
use database::Database;
use postgres::Postgres;
use sha2::{Digest, Sha256};
use sqlite::Sqlite;
use statement::Failure;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use access::TokenRow;
pub use auditor::grants;
pub use backup::{BackupRow, copy_of_file, fault_of_file};
pub use checkpoint::CheckpointHead;
pub use delivery::PutBack;
pub use gauges::Gauges;
pub use incident::IncidentRow;
pub use lease::{Fence, LeaseRow};
pub use letters::{EarlierLetter, LetterRow, Verdict};
pub use listing::{ListPlace, Search};
pub use pages::{Place, Stretch, Wanted};
pub use presence::Presence;
pub use query::{Answer, VIEWS};
pub use restoration::{RestorationRow, TrailEnd};
pub use settling::{DroppedInstance, DroppedLetter, Settled, SettledInstance};
pub use statement::Cell;
pub use subject::{Erasure, SubjectRow};
pub use table_file::TableFile;
pub use timer::DueInstance;

/// Where the store is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// A file of SQLite.
    File(PathBuf),
    /// In memory, gone at the end: for `play`.
    Memory,
    /// A database of PostgreSQL, by its URL.
    Server(String),
}

impl Address {
    /// Reads `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// When it names no store this program knows.
    pub fn parse(text: &str) -> Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Server(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
        match path {
            Some(path) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(Problem::input(format!("`{text}` names no store")).help(
                "write `--store sqlite:PATH`, for example `--store sqlite:wfrun.sqlite`, \
                 or `--store postgres://USER@HOST/DATABASE`",
            )),
        }
    }
}

/// For people: without the password of a URL.
impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(out, "sqlite:{}", path.display()),
            Self::Memory => out.write_str("a store in memory"),
            Self::Server(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                let place = place.split_once('?').map_or(place, |(place, _)| place);
                write!(out, "{scheme}://{place}")
            }
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

/// An open store, seen by one tenant. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    tenant: Tenant,
    address: Address,
    keyring: Arc<Keyring>,
    /// Personal values are not shown.
    hides: bool,
}

impl Store {
    /// Opens the store, making it or bringing its tables up to date where needed.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a newer program.
    pub async fn open(address: &Address, tenant: Tenant) -> Result<Self> {
        if let Address::File(path) = address {
            make_folder(path)?;
        }
        let database = match address {
            Address::File(path) => Sqlite::open(Some(path)).await.map(Database::Sqlite),
            Address::Memory => Sqlite::open(None).await.map(Database::Sqlite),
            Address::Server(url) => Postgres::open(url).await.map(Database::Postgres),
        };
        let database = database.map_err(|cause| opening::cannot_open(address, cause))?;
        let done = schema::bring_up_to_date(&database).await;
        done.map_err(|problem| opening::cannot_be_brought_up_to_date(address, problem))?;
        // What cannot be made now is made by the next program; rows go elsewhere until then.
        let _ = month::prepare(&database).await;
        Ok(Self { database, tenant, address: address.clone(), keyring: Arc::default(), hides: false })
    }

    /// The same store, seen by another tenant.
    #[must_use]
    pub fn seen_by(&self, tenant: Tenant) -> Self {
        Self { tenant, ..self.clone() }
    }

    /// The same store with the master keys that keys of data subjects are kept under, the one for new keys first.
    #[must_use]
    pub fn with_master_keys(self, masters: Vec<MasterKey>) -> Self {
        Self { keyring: Arc::new(Keyring::new(masters)), ..self }
    }

    /// The name of the master key that new keys are kept under.
    #[must_use]
    pub fn master_key(&self) -> Option<&str> {
        self.keyring.master()
    }

    /// Writes anew where keys of data subjects were, so that none that was destroyed is left.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rewrite(&self) -> Result<()> {
        self.database.rewrite().await.map_err(|cause| failed("it was written anew", cause))
    }

    /// The tenant whose rows it shows.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Batches that may be on their way to the disk at once. On SQLite one waits for the disk while one is written and one
    /// is at hand for then; PostgreSQL shares its wait for the disk among connections.
    #[must_use]
    pub fn lanes(&self) -> usize {
        match self.database {
            Database::Sqlite(_) => 3,
            Database::Postgres(_) => postgres::LANES as usize,
        }
    }

    /// How many of the transitions that are under way go into one transaction: so many that each lane has its part, on
    /// SQLite with one more that is computed meanwhile, and no fewer than pay for a transaction.
    #[must_use]
    pub fn share_of(&self, under_way: usize) -> usize {
        const PAY: usize = 16;
        let parts = match self.database {
            Database::Sqlite(_) => self.lanes().saturating_add(1),
            Database::Postgres(_) => self.lanes(),
        };
        under_way.div_ceil(parts).max(PAY)
    }

    /// Closes it, so that everything is on disk.
    pub async fn close(self) {
        self.database.close().await;
    }
}

fn make_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|cause| {
        Problem::machine(format!("the folder `{}` for the store cannot be made", folder.display()))
            .help("name a path in a folder where you may write, after `--store sqlite:`")
            .because(cause)
    })
}

/// A failure of the database, in words.
fn failed(doing: &str, cause: Failure) -> Problem {
    if cause.no_room {
        room::is_full();
        return Problem::new(Class::NoRoom, format!("the store has no room left: it failed while {doing}"))
            .help("free space on its disk; whatever runs goes on by itself then, and nothing that was acknowledged is lost")
            .because(cause);
    }
    Problem::new(Class::Machine, format!("the store failed while {doing}"))
        .help("nothing of this was written; try again once the cause is gone")
        .because(cause)
}
