//! When the disk has it: answers wait here until everything that was written before them would survive a power failure.
//!
//! A transaction ends on the writing thread when its pages are in SQLite's log, which a crash of this program survives.
//! Whether the machine may fail too is asked on a thread of its own (`fdatasync` of the log), once for all answers that
//! wait, while the writing thread goes on. The log is read up to its first torn page after a failure, so what comes later
//! never survives without what came before; a reader may see a transaction some milliseconds before its answer goes out.
//! Moving the log's pages to their places asks the disk by itself (`synchronous = normal`). Invariant: once the disk has
//! refused, nothing is answered any more: what the system holds in memory may differ from what is on the disk, and only a
//! new start reads the truth.

use super::super::statement::Failure;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};

/// Lets somebody know that what was asked for is done.
pub(super) type Answer = Box<dyn FnOnce() + Send>;

/// Why the disk refused, once it has; the first cause counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Refused(Arc<OnceLock<String>>);

impl Refused {
    /// Fails once the disk has refused.
    pub fn check(&self) -> Result<(), Failure> {
        match self.0.get() {
            None => Ok(()),
            Some(cause) => Err(Failure::new(format!(
                "the disk did not confirm what was written ({cause}); nothing more is written before a new start"
            ))),
        }
    }
}

/// Starts the thread that asks the disk about a store's log. It ends when nobody can send it answers any more.
pub(super) fn watched(store: &Path, refused: Refused) -> Result<Sender<Answer>, Failure> {
    let mut log = store.as_os_str().to_owned();
    log.push("-wal");
    let log = PathBuf::from(log);
    let (sender, waiting) = channel();
    std::thread::Builder::new()
        .name("store-disk".to_owned())
        .spawn(move || answer_all(&waiting, &mut Log { path: log, open: None }, &refused))
        .map_err(|cause| Failure::of("no thread can be started".to_owned(), false, cause))?;
    Ok(sender)
}

fn answer_all(waiting: &Receiver<Answer>, disk: &mut impl Disk, refused: &Refused) {
    while let Ok(first) = waiting.recv() {
        let others: Vec<Answer> = waiting.try_iter().collect();
        if refused.check().is_ok()
            && let Err(cause) = disk.sync()
        {
            let _ = refused.0.set(cause.to_string());
        }
        first();
        for answer in others {
            answer();
        }
    }
}

/// What can be asked to keep what was written to it.
trait Disk {
    fn sync(&mut self) -> io::Result<()>;
}

/// SQLite's log, which stays the same file as long as the store is open.
struct Log {
    path: PathBuf,
    open: Option<File>,
}

impl Disk for Log {
    fn sync(&mut self) -> io::Result<()> {
        if let Some(log) = &self.open {
            return log.sync_data();
        }
        match OpenOptions::new().read(true).write(true).open(&self.path) {
            Ok(log) => {
                log.sync_all()?;
                in_its_folder(&self.path)?;
                self.open = Some(log);
                Ok(())
            }
            // Nothing has been written yet.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(cause) => Err(cause),
        }
    }
}

/// A new file is only there after a failure when its folder says so.
fn in_its_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A disk that refuses from some time on.
    struct Failing {
        good: usize,
    }

    impl Disk for Failing {
        fn sync(&mut self) -> io::Result<()> {
            self.good = self.good.checked_sub(1).ok_or_else(|| io::Error::other("gone"))?;
            Ok(())
        }
    }

    #[test]
    fn after_a_refusal_nothing_is_called_done() {
        let refused = Refused::default();
        let told = Arc::new(Mutex::new(Vec::new()));
        let mut disk = Failing { good: 1 };
        for _ in 0..3 {
            let (sender, waiting) = channel::<Answer>();
            for _ in 0..2 {
                let (refused, told) = (refused.clone(), Arc::clone(&told));
                let answer = move || told.lock().unwrap().push(refused.check().is_ok());
                sender.send(Box::new(answer)).unwrap();
            }
            drop(sender);
            answer_all(&waiting, &mut disk, &refused);
        }
        assert_eq!(*told.lock().unwrap(), [true, true, false, false, false, false]);
        assert!(refused.check().unwrap_err().to_string().contains("(gone)"));
    }

    #[test]
    fn a_log_that_is_not_there_yet_is_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log { path: folder.path().join("store.sqlite-wal"), open: None };
        log.sync().unwrap();
        assert!(log.open.is_none());
        std::fs::write(&log.path, "pages").unwrap();
        log.sync().unwrap();
        assert!(log.open.is_some());
    }
}
