//! Who works on a file of SQLite: a lock beside it, which the machine lets go when its program ends, however it ends.
//!
//! Each worker holds the lock together with the others; who can hold it alone for a moment knows that nobody else works.
//! Invariant: a worker holds it from before its first claim until its end.

use super::{Address, Store};
use crate::error::{Problem, Result};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// Says that a worker is there, as long as it is kept.
#[derive(Debug)]
pub struct Presence {
    _lock: File,
}

fn lock_of(path: &Path) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push("-worker");
    name.into()
}

impl Store {
    /// Whether a worker is there now, in whichever program.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_worked_on(&self) -> Result<bool> {
        match &self.address {
            // Who can have the lock alone for a moment knows that nobody else has it.
            Address::File(path) => Ok(File::open(lock_of(path))
                .is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))),
            Address::Memory => Ok(false),
            Address::Server(_) => Ok(self.living_nodes().await? > 0),
        }
    }

    /// Says that a worker works on this store, and tells whether nobody else does. On a server leases say both.
    ///
    /// # Errors
    /// When the lock beside the file cannot be made.
    pub fn move_in(&self) -> Result<(bool, Option<Presence>)> {
        let Address::File(path) = &self.address else { return Ok((false, None)) };
        let name = lock_of(path);
        let failed = |cause: std::io::Error| {
            Problem::machine(format!("the lock `{}` cannot be taken", name.display()))
                .help("may this user write into the folder of the store?")
                .because(cause)
        };
        let options = File::options().create(true).truncate(false).write(true).open(&name);
        let lock = options.map_err(failed)?;
        let alone = lock.try_lock().is_ok();
        if alone {
            // Nothing is claimed in between: whoever comes in may believe to be alone, too.
            lock.unlock().map_err(failed)?;
        }
        lock.lock_shared().map_err(failed)?;
        Ok((alone, Some(Presence { _lock: lock })))
    }
}
