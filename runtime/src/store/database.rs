//! The two databases: SQLite on threads of its own, PostgreSQL through a pool.
//!
//! Flow: functions of the store build [`Statement`]s; this runs them on whichever database was opened. Invariant:
//! a group of statements is written whole or not at all, and the caller is told which.

use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::statement::{Failure, Row, Statement};

/// An open database. Clones share it.
#[derive(Clone, Debug)]
pub(super) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Statements that belong together.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Group<'a>(pub Vec<Guarded<'a>>);

/// A statement, and how many rows it must change for its group to hold; `None`: any number.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Guarded<'a> {
    pub statement: Statement<'a>,
    pub must_change: Option<u64>,
}

impl<'a> Group<'a> {
    /// Adds a statement that may change any number of rows.
    pub fn then(&mut self, statement: Statement<'a>) {
        self.0.push(Guarded { statement, must_change: None });
    }

    /// Adds a statement that must change one row, else nothing of the group is written.
    pub fn must(&mut self, statement: Statement<'a>) {
        self.0.push(Guarded { statement, must_change: Some(1) });
    }

    /// The same with values of its own, for another thread.
    pub fn owned(self) -> Group<'static> {
        let own = |guarded: Guarded<'a>| Guarded {
            statement: guarded.statement.owned(),
            must_change: guarded.must_change,
        };
        Group(self.0.into_iter().map(own).collect())
    }
}

impl Database {
    /// The text for the database that is open, where the two say it differently.
    pub fn either(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    // What PostgreSQL's client keeps while it waits is several KiB: in a box it is not carried through every caller.

    pub async fn read(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read(statement).await,
            Self::Postgres(postgres) => Box::pin(postgres.read(statement)).await,
        }
    }

    /// Reads rows in the order of a key, from a place on.
    pub async fn read_along_key(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read_long(statement).await,
            Self::Postgres(postgres) => Box::pin(postgres.read_along_key(statement)).await,
        }
    }

    /// Reads what may take long: whoever asks something short meanwhile does not wait for it.
    pub async fn read_long(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read_long(statement).await,
            Self::Postgres(postgres) => postgres.read(statement).await,
        }
    }

    pub async fn write(&self, statement: Statement<'_>) -> Result<u64, Failure> {
        match self {
            Self::Sqlite(sqlite) => sqlite.write(statement).await,
            Self::Postgres(postgres) => Box::pin(postgres.write(statement)).await,
        }
    }

    pub async fn write_returning(&self, statement: Statement<'_>) -> Result<Vec<Row>, Failure> {
        match self {
            Self::Sqlite(sqlite) => sqlite.write_returning(statement).await,
            Self::Postgres(postgres) => Box::pin(postgres.read(statement)).await,
        }
    }

    /// Writes groups in one transaction; tells for each whether its guards held. A group whose guard does not hold
    /// writes nothing, the others are written all the same.
    pub async fn write_groups(&self, groups: Vec<Group<'_>>) -> Result<Vec<bool>, Failure> {
        match self {
            Self::Sqlite(sqlite) => sqlite.write_groups(groups).await,
            Self::Postgres(postgres) => Box::pin(postgres.write_groups(groups)).await,
        }
    }

    /// What was just overwritten is not kept in a log of this process: SQLite's is emptied, PostgreSQL's is the server's.
    pub async fn forget_old_pages(&self) -> Result<(), Failure> {
        match self {
            Self::Sqlite(sqlite) => sqlite.forget_old_pages().await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Writes anew where keys of data subjects were, without what was replaced.
    pub async fn rewrite(&self) -> Result<(), Failure> {
        match self {
            Self::Sqlite(sqlite) => sqlite.rewrite().await,
            Self::Postgres(postgres) => {
                postgres.write(Statement::new("vacuum (full) subject_key")).await?;
                postgres.write(Statement::new("vacuum (full) subject_secret")).await.map(drop)
            }
        }
    }

    /// Closes it, so that everything is on disk.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => sqlite.close().await,
            Self::Postgres(postgres) => postgres.close().await,
        }
    }
}
