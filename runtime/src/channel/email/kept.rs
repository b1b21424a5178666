//! Connections to a mail server that carried a letter and wait for the next one.
//!
//! Greeting, encryption and password cost more than a letter. Invariant: a connection is given out to one letter at a
//! time, and only after the server has confirmed the letter before.

use lettre::transport::smtp::client::SmtpConnection;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Servers hang up on whoever says nothing for long; what has waited longer is not tried.
const PATIENCE: Duration = Duration::from_secs(60);

/// Connections that wait: never more than letters were under way at a time.
#[derive(Default)]
pub(super) struct Kept(Mutex<Vec<(SmtpConnection, Instant)>>);

impl Kept {
    /// Keeps a connection on which nothing is under way.
    pub fn keep(&self, server: SmtpConnection) {
        self.all().push((server, Instant::now()));
    }

    /// The one that was used last, if it has not waited for too long.
    pub fn take(&self) -> Option<SmtpConnection> {
        let mut all = self.all();
        let (server, since) = all.pop()?;
        if since.elapsed() < PATIENCE {
            return Some(server);
        }
        // The others have waited longer.
        all.clear();
        None
    }

    /// The server hangs up: what is kept is of no use.
    pub fn forget(&self) {
        self.all().clear();
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<(SmtpConnection, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
