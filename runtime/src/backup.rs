//! Backups: a consistent copy of the whole store in one file, proved before it counts, and put back.
//!
//! A file of SQLite is copied by SQLite itself in one reading transaction; PostgreSQL is copied by its own `pg_dump` in
//! one snapshot. Either goes on being written to meanwhile. Flow: [`take`] writes beside the name that was asked for,
//! proves what it wrote and gives it its name last; [`put_back`] does the same the other way round. Invariant: under
//! the name of a backup, or of a restored store, there is never half of one.

mod postgres;

use crate::audit::verify::{Verified, verify};
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::store::{Address, BackupRow, Store, Tenant, copy_of_file, fault_of_file};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use postgres::by_hand;

/// A backup that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Bytes of the file.
    pub bytes: u64,
    /// What was proved of it; `None` where it was not asked for, or cannot be done on a dump.
    pub verified: Option<Verified>,
}

/// Takes a backup of the whole store, of all its tenants, into a new file.
///
/// # Errors
/// When the file is there already, the disk or the database fails, or the copy is not readable.
pub async fn take(engine: &Engine, file: &Path, prove: bool) -> Result<Taken> {
    if file.exists() {
        return Err(Problem::input(format!("`{}` is there already", file.display()))
            .help("a backup never replaces another: name a new file"));
    }
    let partial = partial(file);
    remove(&partial);
    let number = engine.store.backup_begins(engine.clock.now().0, &file.display().to_string()).await?;
    let taken = write(engine, &partial, prove).await;
    let verified = match taken {
        Ok(verified) => verified,
        Err(problem) => {
            remove(&partial);
            return Err(problem);
        }
    };
    name(&partial, file)?;
    engine.store.backup_is_whole(number, engine.clock.now().0).await?;
    let bytes = std::fs::metadata(file).map_or(0, |about| about.len());
    Ok(Taken { bytes, verified })
}

async fn write(engine: &Engine, partial: &Path, prove: bool) -> Result<Option<Verified>> {
    match engine.store.address() {
        Address::File(path) => {
            let (from, to) = (path.clone(), partial.to_owned());
            blocking(move || copy_of_file(&from, &to)).await?;
            sound(partial).await?;
            if !prove {
                return Ok(None);
            }
            let verified = chains(partial, &engine.clock).await?;
            on_disk(partial)?;
            Ok(Some(verified))
        }
        Address::Server(url) => {
            let (url, to) = (url.clone(), partial.to_owned());
            blocking(move || postgres::dump(&url, &to)).await?;
            on_disk(partial)?;
            Ok(None)
        }
        Address::Memory => Err(Problem::input("a store in memory is never backed up")),
    }
}

/// Puts a backup back where there is no store yet, and opens it. What was in it is proved first; nothing is noted yet.
///
/// # Errors
/// When there is a store already, the file is no backup, or what is in it is damaged and that was not allowed for.
pub async fn put_back(file: &Path, to: &Address, damaged_too: bool) -> Result<(Store, Option<BackupRow>)> {
    if !file.is_file() {
        return Err(Problem::input(format!("there is no backup `{}`", file.display()))
            .help("name a file that `wfrun backup` wrote"));
    }
    match to {
        Address::File(path) => put_file_back(file, path, damaged_too).await?,
        Address::Server(url) => {
            let (url, from) = (url.clone(), file.to_owned());
            blocking(move || postgres::restore(&url, &from)).await?;
        }
        Address::Memory => return Err(Problem::input("a backup is not put into memory")),
    }
    let store = Store::open(to, Tenant::named("default")).await?;
    let backup = store.newest_backup(false).await?;
    Ok((store, backup))
}

async fn put_file_back(file: &Path, path: &Path, damaged_too: bool) -> Result<()> {
    if path.exists() {
        return Err(Problem::input(format!("there is a store `{}` already", path.display()))
            .help("stop everything that uses it and move it away first, with its `-wal` and `-shm` files; keep it: it may tell what was lost"));
    }
    if postgres::is_dump(file) {
        return Err(Problem::input(format!("`{}` is a backup of PostgreSQL", file.display()))
            .help("put it into an empty database: `wfrun --store postgres://… restore FILE …`"));
    }
    let partial = partial(path);
    remove(&partial);
    std::fs::copy(file, &partial).map_err(|cause| {
        Problem::machine(format!("`{}` cannot be copied to `{}`", file.display(), partial.display()))
            .help("is there room on that disk, and may you write there?")
            .because(cause)
    })?;
    let proved = prove_file(&partial, damaged_too).await;
    if let Err(problem) = proved {
        remove(&partial);
        return Err(problem);
    }
    on_disk(&partial)?;
    name(&partial, path)
}

async fn prove_file(partial: &Path, damaged_too: bool) -> Result<()> {
    sound(partial).await?;
    let verified = chains(partial, &Clock::of_machine()).await?;
    match verified.findings.as_slice() {
        [first, ..] if !damaged_too => Err(Problem::damaged(format!(
            "what is in the backup is damaged, {} found; the first: {first}",
            verified.findings.len()
        ))
        .help("take an older backup; `--damaged` puts this one back as it is")),
        _ => Ok(()),
    }
}

/// Every chain of every tenant in a file.
async fn chains(file: &Path, clock: &Clock) -> Result<Verified> {
    let store = Store::open(&Address::File(file.to_owned()), Tenant::named("default")).await?;
    let engine = Engine::new(store, Arc::default(), clock.clone());
    let mut all = Verified::default();
    for tenant in engine.store.tenants().await? {
        let one = verify(&engine.for_tenant(tenant, Arc::new(Config::default())), None).await?;
        all.instances += one.instances;
        all.events += one.events;
        all.facts += one.facts;
        all.findings.extend(one.findings);
        all.took += one.took;
    }
    // Closed, so that nothing stays beside the file.
    engine.store.close().await;
    Ok(all)
}

/// That the pages of a file are a database of ours.
async fn sound(file: &Path) -> Result<()> {
    let path = file.to_owned();
    let unreadable = || Problem::input(format!("`{}` is no store of wfrun", file.display()));
    match blocking(move || fault_of_file(&path)).await {
        Ok(None) => Ok(()),
        Ok(Some(said)) => Err(Problem::damaged(format!("the pages of the copy are damaged: {said}"))
            .help("is the disk sound? try again, and on another disk")),
        Err(problem) => {
            Err(unreadable().help("name a file that `wfrun backup` wrote").because(Told(problem.again())))
        }
    }
}

/// A problem below another.
#[derive(Debug)]
struct Told(Problem);

impl std::fmt::Display for Told {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for Told {}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|cause| Problem::new(Class::Machine, "the work broke off").because(cause))?
}

fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// Removes what an earlier attempt left, with what SQLite keeps beside it.
fn remove(file: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        // What is not there need not go.
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

fn on_disk(file: &Path) -> Result<()> {
    let done = File::open(file).and_then(|file| file.sync_all());
    done.map_err(|cause| {
        Problem::machine(format!("`{}` cannot be put on disk", file.display())).because(cause)
    })
}

/// Gives a whole file its name.
fn name(partial: &Path, file: &Path) -> Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let done = std::fs::rename(partial, file).and_then(|()| File::open(folder)?.sync_all());
    done.map_err(|cause| {
        Problem::machine(format!("`{}` cannot be given its name", file.display())).because(cause)
    })
}
