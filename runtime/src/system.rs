//! Systems the customer already has: how an update reaches them. One file per adapter behind one trait.
//!
//! A system without a configured connection goes to the console, which says so. Invariant: as for channels, an
//! adapter knows neither store nor plan, and the same key twice is the same update.

mod console;
mod file;
mod webhook;

use crate::channel::{Delivered, Output, Webhook};
use crate::config::{Adapter, Connection};
use crate::error::{Problem, Result};
use crate::letter::SystemOrder;
use crate::moment::LocalTime;
use std::sync::Arc;
use wf_plan::Moment;

pub use console::Console;

/// An update on its way.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// Idempotency key, the same in every attempt.
    pub key: String,
    /// Whose instance asks for it.
    pub tenant: String,
    /// What changes.
    pub order: SystemOrder,
    /// When it was asked for; the same in every attempt.
    pub asked_at: Moment,
    /// When it is sent.
    pub at: Moment,
    /// Local time of the workflow, for those who print it.
    pub local: Option<LocalTime>,
}

/// A system that can be updated.
pub trait System: Send + Sync {
    /// Which adapter it is.
    fn adapter(&self) -> &'static str;

    /// What is down when it is down: a host, or the system itself.
    fn destination(&self) -> &str;

    /// Carries an update. Blocks until it is known what became of it.
    fn update(&self, ordered: &Ordered) -> Delivered;
}

/// The system a configuration describes; without one, the console stands for it.
///
/// # Errors
/// When its secret is not in the environment.
pub fn connect(name: &str, connection: Option<&Connection>, output: &Output) -> Result<Arc<dyn System>> {
    let Some(connection) = connection else { return Ok(Arc::new(Console::standing_in(output.clone()))) };
    Ok(match connection.kind {
        Adapter::Console => Arc::new(Console::new(output.clone())),
        Adapter::File => Arc::new(file::Lines::new(connection.path.clone().unwrap_or_default())),
        Adapter::Webhook => Arc::new(webhook::Posted::new(Webhook::new(name, connection)?)),
        Adapter::Email => {
            return Err(Problem::input(format!("the system `{name}` cannot be reached by e-mail"))
                .help("connect it as `webhook` or `file`"));
        }
    })
}
