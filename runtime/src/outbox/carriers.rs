//! The channels and systems that are connected, with how fast and how patiently each is used.

use super::Measured;
use crate::channel::{self, Channel, Console, Output};
use crate::config::{Adapter, Config, Connection};
use crate::error::Result;
use crate::system::{self, System};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where it is told that a destination is left alone, or answers again: one line, without personal data.
pub type Telling = Arc<dyn Fn(&str) + Send + Sync>;

/// Letters under way at a time where nothing is said, for channels that wait for a server.
const AT_ONCE: u16 = 4;
/// Answers a mail server is waited for in one letter, at most.
const MAIL_ANSWERS: i64 = 12;

/// How a channel or system is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Settings {
    /// Attempts before the receiver's next channel is tried.
    pub attempts: u16,
    /// Letters under way at a time.
    pub at_once: usize,
    /// Letters a minute at most; 0: no limit.
    pub per_minute: u32,
    /// Failures in a row after which its destination is left alone; 0: never.
    pub breaker_after: u32,
    /// One letter takes no longer.
    pub lasts_ms: i64,
}

impl Settings {
    fn of(connection: &Connection) -> Self {
        let waits = matches!(connection.kind, Adapter::Webhook | Adapter::Email);
        let timeout_ms = i64::try_from(connection.timeout_seconds.clamp(1, 120)).unwrap_or(120) * 1000;
        Self {
            attempts: connection.attempts,
            // What is printed or appended stays in order.
            at_once: usize::from(connection.at_once.unwrap_or(if waits { AT_ONCE } else { 1 })),
            per_minute: connection.per_minute,
            breaker_after: connection.breaker_after,
            lasts_ms: MAIL_ANSWERS * timeout_ms,
        }
    }
}

/// The channels and systems that are connected.
#[derive(Clone)]
pub struct Carriers {
    channels: BTreeMap<String, (Arc<dyn Channel>, Settings)>,
    systems: BTreeMap<String, (Arc<dyn System>, Settings)>,
    output: Output,
    pub(super) telling: Telling,
    pub(super) measured: Arc<Measured>,
}

impl Carriers {
    /// Connects everything the configuration names; all else goes to the console.
    ///
    /// # Errors
    /// When a secret is missing, or an address is none.
    pub fn connect(config: &Config, output: &Output) -> Result<Self> {
        let channels = config.channels.iter().map(|(name, connection)| {
            let channel = channel::connect(name, connection, output)?;
            Ok((name.clone(), (channel, Settings::of(connection))))
        });
        let systems = config.systems.iter().map(|(name, connection)| {
            let system = system::connect(name, Some(connection), output)?;
            Ok((name.clone(), (system, Settings::of(connection))))
        });
        Ok(Self {
            channels: channels.collect::<Result<_>>()?,
            systems: systems.collect::<Result<_>>()?,
            output: output.clone(),
            telling: Arc::new(|_| {}),
            measured: Arc::default(),
        })
    }

    /// The same, which tells when a destination is left alone and when it answers again.
    #[must_use]
    pub fn telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// The same, counting here.
    #[must_use]
    pub fn measured(self, measured: Arc<Measured>) -> Self {
        Self { measured, ..self }
    }

    pub(super) fn channel(&self, name: &str) -> (Arc<dyn Channel>, Settings) {
        let known = self.channels.get(name).cloned();
        known.unwrap_or_else(|| {
            (Arc::new(Console::new(self.output.clone())), Settings::of(&Connection::default()))
        })
    }

    pub(super) fn system(&self, name: &str) -> (Arc<dyn System>, Settings) {
        let known = self.systems.get(name).cloned();
        known.unwrap_or_else(|| {
            let console = system::Console::standing_in(self.output.clone());
            (Arc::new(console), Settings::of(&Connection::default()))
        })
    }
}
