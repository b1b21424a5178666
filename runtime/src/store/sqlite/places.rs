//! The log's pages on their way to their places in the file: SQLite's checkpoint, beside the thread that writes.
//!
//! The writing thread tells after each transaction how long the log is ([`Places::after_writing`]). When it has grown by
//! [`STRETCH`], a thread with a connection of its own moves what is there, which takes some milliseconds of a disk. Only
//! the few pages that came meanwhile are moved by the writing thread itself, because a log begins anew only when nothing
//! is left in it. Invariant: a log longer than [`LONGEST`] is moved by whoever writes, so that it stays bounded.

use super::super::statement::Failure;
use super::{fault, prepared};
use rusqlite::Connection;
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Pages of 4 KiB by which the log grows before they are moved: pages that change again and again are moved once.
const STRETCH: i32 = 4_096;
/// Pages the writing thread moves itself where the others have been moved: few enough for a millisecond or two.
const REST: i32 = 1_024;
/// Pages in a log that is moved whoever waits.
const LONGEST: i32 = 32_768;

thread_local! {
    /// Pages in the log after the last transaction of this thread.
    static IN_LOG: Cell<i32> = const { Cell::new(0) };
}

/// Where the writing thread says how long the log is.
#[derive(Debug)]
pub(super) struct Places {
    /// `None` once it is to end.
    grown: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Pages of the log that are in their places.
    moved: Arc<AtomicI32>,
    /// How long the log was when it was last to be moved.
    asked: i32,
}

impl Places {
    /// Starts the thread that moves the pages of a store that this connection writes.
    pub fn of(connection: &Connection, store: &Path) -> Result<Self, Failure> {
        connection.wal_hook(Some(|_, pages| {
            IN_LOG.set(pages);
            Ok(())
        }));
        let (grown, asked) = sync_channel(1);
        let moved = Arc::new(AtomicI32::new(0));
        let (path, tells) = (store.to_owned(), Arc::clone(&moved));
        let thread = std::thread::Builder::new()
            .name("store-places".to_owned())
            .spawn(move || move_all(&path, &asked, &tells))
            .map_err(|cause| Failure::of("no thread can be started".to_owned(), false, cause))?;
        Ok(Self { grown: Some(grown), thread: Some(thread), moved, asked: 0 })
    }

    /// Sees to it that the log is moved when it has grown.
    pub fn after_writing(&mut self, connection: &Connection) {
        let pages = IN_LOG.get();
        if pages < self.asked {
            // It has begun anew.
            self.asked = 0;
            self.moved.store(0, Ordering::Relaxed);
        }
        let moved = self.moved.load(Ordering::Relaxed);
        if pages > LONGEST || moved > 0 && pages.saturating_sub(moved) <= REST {
            self.moved.store(0, Ordering::Relaxed);
            self.asked = pages;
            // What cannot be moved stays in the log, where it is as safe, until the next time.
            let _ = checkpoint(connection);
        } else if pages.saturating_sub(self.asked) >= STRETCH
            && self.grown.as_ref().is_some_and(|grown| grown.try_send(()).is_ok())
        {
            self.asked = pages;
        }
    }
}

/// Waits for the thread, so that whoever writes closes the store last and leaves no log behind.
impl Drop for Places {
    fn drop(&mut self) {
        self.grown = None;
        if let Some(thread) = self.thread.take() {
            // It panicked: there is nothing left to wait for.
            let _ = thread.join();
        }
    }
}

fn move_all(store: &PathBuf, asked: &Receiver<()>, moved: &AtomicI32) {
    let mut own: Option<Connection> = None;
    while let Ok(()) = asked.recv() {
        if own.is_none() {
            own = Connection::open(store).map_err(fault).and_then(prepared).ok();
        }
        let done = own.as_ref().map(checkpoint);
        if let Some(Ok(pages)) = done {
            moved.store(pages, Ordering::Relaxed);
        }
    }
}

/// Moves what nobody reads from the log any more; how many of its pages are in their places then.
fn checkpoint(connection: &Connection) -> rusqlite::Result<i32> {
    connection.query_row("pragma wal_checkpoint(passive)", [], |row| row.get(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes until the log has begun anew; how long it was at most. (What does not change is not written.)
    fn longest(connection: &Connection, places: &mut Places) -> i32 {
        let mut longest = 0;
        loop {
            connection.execute("update page set bytes = randomblob(400000)", []).unwrap();
            places.after_writing(connection);
            if IN_LOG.get() < longest {
                return longest;
            }
            longest = longest.max(IN_LOG.get());
        }
    }

    fn opened(file: &Path) -> Connection {
        let connection = prepared(Connection::open(file).unwrap()).unwrap();
        connection.execute_batch("pragma synchronous = off; create table page (bytes blob)").unwrap();
        connection.execute("insert into page values (randomblob(400000))", []).unwrap();
        connection
    }

    #[test]
    fn a_log_that_has_grown_is_moved_and_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.sqlite");
        let connection = opened(&file);
        let mut places = Places::of(&connection, &file).unwrap();
        for _ in 0..3 {
            let longest = longest(&connection, &mut places);
            assert!((STRETCH..=LONGEST + 200).contains(&longest), "{longest}");
        }
    }

    #[test]
    fn a_log_nobody_else_moves_is_moved_by_whoever_writes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.sqlite");
        let connection = opened(&file);
        let mut places = Places::of(&connection, &file).unwrap();
        places.grown = None;
        let longest = longest(&connection, &mut places);
        assert!((LONGEST..=LONGEST + 200).contains(&longest), "{longest}");
    }
}
