//! A power cut: the files of SQLite as the disk may hold them when the power goes.
//!
//! The node is stopped for a moment and its database and log are copied. What the log holds behind the last commit that
//! is surely on the disk may be missing or torn, so the copy is cut there at a random byte. Pages that a checkpoint may
//! have moved into the database already are never cut off: SQLite syncs the log before it moves them. Invariant: only
//! states are made that a power cut can leave.

use super::dice::Dice;
use std::path::{Path, PathBuf};

/// Copies database and log; with `tear` the end of the log is cut at random. Tells where the copy is.
pub fn cut(database: &Path, to: &Path, tear: Option<&mut Dice>) -> PathBuf {
    let copy = to.join("store.sqlite");
    std::fs::copy(database, &copy).unwrap();
    let beside = |path: &Path, end: &str| PathBuf::from(format!("{}{end}", path.display()));
    let Ok(mut log) = std::fs::read(beside(database, "-wal")) else { return copy };
    if let Some(dice) = tear {
        let index = std::fs::read(beside(database, "-shm")).unwrap_or_default();
        let safe = safe_bytes(&log, &index);
        let torn = log.len().saturating_sub(safe) as u64;
        log.truncate(safe + usize::try_from(dice.below(torn + 1)).unwrap());
    }
    std::fs::write(beside(&copy, "-wal"), log).unwrap();
    copy
}

const LOG_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

/// The part of a log that a power cut cannot take: all commits but the last one, and what a checkpoint has begun to move.
fn safe_bytes(log: &[u8], index: &[u8]) -> usize {
    let word = |bytes: &[u8], at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
    };
    let (Some(page), Some(salt)) = (word(log, 8), log.get(16..24)) else { return log.len() };
    let frame = FRAME_HEAD + page as usize;
    let mut commits = Vec::new();
    for (number, start) in (LOG_HEAD..).step_by(frame).enumerate().map(|(number, start)| (number + 1, start))
    {
        // Frames of a round before this one carry another salt.
        if log.get(start + 8..start + 16) != Some(salt) {
            break;
        }
        if word(log, start + 4).is_some_and(|pages| pages > 0) {
            commits.push(number);
        }
    }
    // Frames that a checkpoint has attempted to move, as the index of the log says in the machine's own byte order.
    let moved = index.get(128..132).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_ne_bytes);
    let before_last = commits.len().checked_sub(2).map_or(0, |at| commits[at]);
    LOG_HEAD + frame * before_last.max(moved as usize)
}
