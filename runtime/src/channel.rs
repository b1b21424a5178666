//! Channels: how a letter reaches a person. One file per channel behind one trait.
//!
//! A channel gets a finished letter and a key, and says what became of it; it knows neither store nor plan, so the
//! next one (email, Slack) is one more file and one more line in [`connect`]. Calls block; the outbox runs them on
//! threads of their own. Invariant: the same key twice is the same letter.

mod console;
mod file;
pub mod webhook;

use crate::config::{Adapter, Connection};
use crate::error::Result;
use crate::letter::{Letter, Route};
use crate::moment::LocalTime;
use std::sync::Arc;
use std::time::Duration;
use wf_plan::Moment;

pub use console::{Console, Output};
pub use file::Lines;
pub(crate) use file::append_line;
pub use webhook::Webhook;

/// A letter on its way.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Idempotency key: `onboarding-17:42`.
    pub key: String,
    /// The way that is tried.
    pub route: Route,
    /// What is sent.
    pub letter: Letter,
    /// When it is sent.
    pub at: Moment,
    /// Local time of the workflow, for those who print it.
    pub local: Option<LocalTime>,
}

/// What became of an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Delivered {
    /// It arrived.
    Sent {
        /// The receiver's own number for it.
        external_id: Option<String>,
        /// What the receiver said.
        detail: String,
    },
    /// Not now: it may work later.
    TryAgain {
        /// Why.
        why: String,
        /// The receiver said when.
        after: Option<Duration>,
    },
    /// Never on this way.
    Refused {
        /// Why.
        why: String,
    },
}

/// A way to reach people.
pub trait Channel: Send + Sync {
    /// Which adapter it is, for the record of deliveries.
    fn adapter(&self) -> &'static str;

    /// Carries a letter. Blocks until it is known what became of it.
    fn deliver(&self, delivery: &Delivery) -> Delivered;
}

/// The channel a configuration describes.
///
/// # Errors
/// When its secret is not in the environment.
pub fn connect(name: &str, connection: &Connection, output: &Output) -> Result<Arc<dyn Channel>> {
    Ok(match connection.kind {
        Adapter::Console => Arc::new(Console::new(output.clone())),
        Adapter::File => Arc::new(Lines::new(connection.path.clone().unwrap_or_default())),
        Adapter::Webhook => Arc::new(Webhook::new(name, connection)?),
    })
}
