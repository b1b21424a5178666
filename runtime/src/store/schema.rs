//! The tables, brought up to date by the program itself.
//!
//! The files under `migrations/` are compiled in and applied in order, each in a transaction with the row that says
//! so; one that was applied is never edited (its checksum is kept). Invariant: an older program refuses a store that
//! a newer one has written.

use super::database::Database;
use super::failed;
use super::statement::{Failure, Refusal, Statement};
use crate::error::{Problem, Result};
use sha2::{Digest, Sha256};

/// A migration, in both dialects.
struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal),* $(,)?) => {
        const MIGRATIONS: &[Migration] = &[$(Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
        }),*];
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
    12 "0012_access",
    13 "0013_checkpoint",
    14 "0014_subject_key",
    15 "0015_shard_lease",
    17 "0017_checkpoint_head",
    18 "0018_delivery_unknown",
    19 "0019_unknown_letters",
    20 "0020_restoration",
    21 "0021_incident",
    22 "0022_archive",
    23 "0023_running",
    24 "0024_view",
    25 "0025_must_be_all",
    26 "0026_pulse",
    29 "0029_inbox_leaves",
    30 "0030_month",
    32 "0032_large_tables",
    35 "0035_claimed_letters",
    36 "0036_rows_in_order",
}

pub(super) const TABLE: &str = "create table if not exists migration (
    number   bigint not null primary key, -- order in which they are applied
    name     text   not null,             -- name of its file
    checksum text   not null              -- SHA-256 of its text
)";

const APPLIED: &str = "select number, name, checksum from migration order by number";

/// Applies what is missing.
pub(super) async fn bring_up_to_date(database: &Database) -> Result<()> {
    Statement::new(TABLE).run(database).await.map_err(told)?;
    loop {
        let applied = applied(database).await?;
        check(&applied, database)?;
        if applied.is_empty() {
            refuse_previews(database).await?;
        }
        let missing = |known: &&Migration| !applied.iter().any(|(number, ..)| *number == known.number);
        let Some(next) = MIGRATIONS.iter().find(missing) else { return Ok(()) };
        let text = next.text(database);
        // Its number is the primary key: of two programs that bring the same store up to date one fails and reads again.
        let recorded = Statement::new("insert into migration (number, name, checksum) values ($1, $2, $3)")
            .with(next.number)
            .with(next.name)
            .with(checksum(text));
        let done = match database {
            Database::Sqlite(sqlite) => sqlite.script(text, recorded).await,
            Database::Postgres(postgres) => postgres.script(text, recorded).await,
        };
        if let Err(failure) = done {
            let somebody_was_faster = self::applied(database).await?.len() > applied.len();
            if !somebody_was_faster {
                return Err(told(failure));
            }
        }
    }
}

fn told(failure: Failure) -> Problem {
    let what = "the tables of the store cannot be brought up to date";
    if failure.no_room {
        return failed("its tables were brought up to date", failure);
    }
    let help = match &failure.refusal {
        // Insufficient privilege.
        Refusal::Code(code) if code == "42501" => {
            "wfrun makes and changes its tables by itself, so its user must own the database: as an administrator, \
             `alter database DATABASE owner to USER`"
        }
        _ => {
            "nothing of this step was done, and what was there before is untouched: mend the cause and start again"
        }
    };
    Problem::machine(what).help(help).because(failure)
}

/// Stores of builds before the first release kept another list of migrations.
async fn refuse_previews(database: &Database) -> Result<()> {
    let Database::Sqlite(_) = database else { return Ok(()) };
    let found = Statement::new("select name from sqlite_master where name = '_sqlx_migrations'");
    let found = found.first(database).await.map_err(|cause| failed("its tables were looked at", cause))?;
    match found {
        None => Ok(()),
        Some(_) => Err(Problem::input("the store was made by a build of wfrun before its first release")
            .help("begin a new one with another `--store`; nothing was changed")),
    }
}

type Applied = (i64, String, String);

async fn applied(database: &Database) -> Result<Vec<Applied>> {
    let rows = Statement::new(APPLIED).all(database).await;
    rows.and_then(|rows| {
        rows.iter().map(|row| Ok((row.get("number")?, row.get("name")?, row.get("checksum")?))).collect()
    })
    .map_err(|cause| failed("its tables were looked at", cause))
}

fn check(applied: &[Applied], database: &Database) -> Result<()> {
    for (number, name, found) in applied {
        let Some(known) = MIGRATIONS.iter().find(|known| known.number == *number) else {
            let ours = MIGRATIONS.last().map_or("none", |last| last.name);
            return Err(Problem::input("the store was written by a newer wfrun").help(format!(
                "use that version or a newer one; nothing was changed. This is wfrun {}, whose last step of the tables is \
                 {ours}; the store has {name}",
                env!("CARGO_PKG_VERSION")
            )));
        };
        if checksum(known.text(database)) != *found {
            return Err(Problem::damaged(format!(
                "the store was set up with another text of migration {name}"
            ))
            .help("use the wfrun that made this store, or a release in which that migration is unchanged"));
        }
    }
    Ok(())
}

impl Migration {
    fn text(&self, database: &Database) -> &'static str {
        database.either(self.sqlite, self.postgres)
    }
}

fn checksum(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The texts of SQLite, in order.
#[cfg(test)]
pub(super) fn texts_of_sqlite() -> impl Iterator<Item = &'static str> {
    MIGRATIONS.iter().map(|migration| migration.sqlite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_the_list() {
        for dialect in ["sqlite", "postgres"] {
            let folder = format!("{}/../migrations/{dialect}", env!("CARGO_MANIFEST_DIR"));
            let mut files: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|file| file.unwrap().file_name().to_string_lossy().trim_end_matches(".sql").to_owned())
                .collect();
            files.sort();
            let listed: Vec<&str> = MIGRATIONS.iter().map(|migration| migration.name).collect();
            assert_eq!(files, listed, "{dialect}");
        }
    }

    #[test]
    fn numbers_and_names_agree() {
        assert!(MIGRATIONS.is_sorted_by(|one, next| one.number < next.number));
        for migration in MIGRATIONS {
            assert!(migration.name.starts_with(&format!("{:04}_", migration.number)), "{}", migration.name);
        }
    }
}
