//! The tables, brought up to date by the program itself.
//!
//! The files under `migrations/sqlite/` are compiled in and applied in order; one that was applied is never edited
//! (its checksum is kept). Invariant: an older program refuses a store that a newer one has written.

use crate::error::{Problem, Result};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqlitePool};
use std::borrow::Cow;

macro_rules! migrations {
    ($($number:literal $name:literal),* $(,)?) => {
        /// Number, name and text of each migration.
        pub(super) const MIGRATIONS: &[(i64, &str, &str)] =
            &[$(($number, $name, include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")))),*];
    };
}

migrations! {
    1 "0001_plan",
    2 "0002_instance",
    3 "0003_event",
    4 "0004_trail",
    5 "0005_timer",
    6 "0006_question",
    7 "0007_outbox",
    8 "0008_delivery",
    9 "0009_inbox",
    10 "0010_instance_key",
    11 "0011_view",
}

/// Applies what is missing.
pub(super) async fn bring_up_to_date(pool: &SqlitePool) -> Result<()> {
    let all = MIGRATIONS.iter().map(|(number, name, text)| {
        Migration::new(*number, Cow::Borrowed(*name), MigrationType::Simple, text.into_sql_str(), false)
    });
    let migrator = Migrator { migrations: all.collect::<Vec<_>>().into(), ..Migrator::DEFAULT };
    migrator.run(pool).await.map_err(told)
}

fn told(cause: MigrateError) -> Problem {
    match cause {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            Problem::input("the store was written by a newer wfrun")
                .help("use that version or a newer one; nothing was changed")
        }
        MigrateError::VersionMismatch(number) => {
            Problem::damaged(format!("the store was set up with another text of migration {number}"))
                .help("use the wfrun that made this store, or a release in which that migration is unchanged")
        }
        other => Problem::machine("the tables of the store cannot be brought up to date").because(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_the_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/sqlite");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().to_string_lossy().trim_end_matches(".sql").to_owned())
            .collect();
        files.sort();
        let listed: Vec<&str> = MIGRATIONS.iter().map(|(_, name, _)| *name).collect();
        assert_eq!(files, listed);
    }

    #[test]
    fn numbers_and_names_agree() {
        for (number, name, _) in MIGRATIONS {
            assert!(name.starts_with(&format!("{number:04}_")), "{name}");
        }
    }
}
