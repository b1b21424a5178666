//! Systems the customer already has: how an update reaches them. One file per adapter behind one trait.
//!
//! A system without a configured connection goes to the console, which says so. Invariant: as for channels, an
//! adapter knows neither store nor plan, and the same key twice is the same update.

mod console;
mod file;
mod webhook;

use crate::channel::{Delivered, Output, Webhook};
use crate::config::{Adapter, Connection};
use crate::error::Result;
use crate::letter::SystemOrder;
use crate::moment::LocalTime;
use std::sync::Arc;
use wf_plan::Moment;

pub use console::Console;

/// An update on its way.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// Idempotency key.
    pub key: String,
    /// What changes.
    pub order: SystemOrder,
    /// When it is sent.
    pub at: Moment,
    /// Local time of the workflow, for those who print it.
    pub local: Option<LocalTime>,
}

/// A system that can be updated.
pub trait System: Send + Sync {
    /// Which adapter it is.
    fn adapter(&self) -> &'static str;

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
    })
}
