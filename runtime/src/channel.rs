//! Channels: how a letter reaches a person. One file per channel behind one trait.
//!
//! A channel gets a finished letter and a key, and says what became of it; it knows neither store nor plan, so the
//! next one is one more file and one more line in [`connect`]. Calls block; the outbox runs them on threads of their
//! own. Invariant: the same key twice is the same letter; a channel whose receivers cannot see that says so
//! ([`Channel::tells_repeats`]), and is never given a letter twice without somebody's word.
//!
//! What a channel like Slack, Telegram, WhatsApp, a chat or a CRM finds here:
//!
//! - **A message with buttons and free text**: [`Letter::buttons`] (label, short label, what pressing means),
//!   [`Letter::free_text`], [`Letter::templates`] (approved texts by kind of channel, for WhatsApp), the address in
//!   [`Delivery::route`], the reader's language, and [`Delivery::link`] for receivers without buttons of their own.
//! - **A message already sent is changed**: the vendor's own id is returned as [`Delivered::Sent::external_id`] and
//!   kept; when the letter is to be withdrawn, it comes back as [`Delivery::updates`] with the new words and without
//!   buttons, on the same channel, to the same address. A channel that cannot change what it sent sends the new words
//!   after it.
//! - **An inbound action** (a button pressed) names the letter by the [`Delivery::key`] that went out with the button,
//!   or by the vendor's id of the message, and the button by its place; what it means is [`LetterButton::press`]
//!   there. It becomes an act or an answer of the letter's person, as if they had used the link.
//! - **An inbound reply in a thread** names the letter by the id of the message replied to, or by
//!   [`Delivery::reply_token`], which a stranger cannot make ([`crate::link::ReplyToken`]).
//!
//! Whoever takes inbound calls checks the vendor's signature first, drops what came before by the vendor's id, answers,
//! and only then works; `runtime/DELIVERY.md` describes it.
//!
//! [`LetterButton::press`]: crate::letter::LetterButton::press

mod console;
pub mod email;
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
pub use email::Email;
pub use file::Lines;
pub(crate) use file::append_line;
pub use webhook::Webhook;

/// A letter on its way.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Idempotency key, the same in every attempt: `onboarding-17:42`.
    pub key: String,
    /// Whose instance it is about.
    pub tenant: String,
    /// The way that is tried.
    pub route: Route,
    /// What is sent.
    pub letter: Letter,
    /// When it was asked for; the same in every attempt.
    pub asked_at: Moment,
    /// When it is sent.
    pub at: Moment,
    /// Local time of the workflow, for those who print it.
    pub local: Option<LocalTime>,
    /// The language the reader reads, where it is known: for the words around the letter's own.
    pub language: Option<String>,
    /// Where its buttons lead, for receivers without buttons of their own.
    pub link: Option<PageLink>,
    /// With which a reply finds its letter.
    pub reply_token: Option<String>,
    /// The letter that this one changes.
    pub updates: Option<Earlier>,
}

/// A link to the page on which a letter is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageLink {
    /// Where it leads. Whoever has it acts as the letter's person.
    pub url: String,
    /// Until when.
    pub expires: Moment,
}

/// A letter that was sent before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Earlier {
    /// Its key.
    pub key: String,
    /// The receiver's own number for it.
    pub external_id: Option<String>,
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
    /// Not now: it did not arrive, and may later.
    TryAgain {
        /// Why.
        why: String,
        /// The receiver said when.
        after: Option<Duration>,
        /// The whole destination seems to be down, not only this letter.
        down: bool,
    },
    /// Never on this way.
    Refused {
        /// Why.
        why: String,
    },
    /// It was handed over, and whether it arrived nobody knows. Only of channels that do not tell repeats.
    Unknown {
        /// What happened.
        why: String,
    },
}

impl Delivered {
    /// A destination that does not answer as it should.
    pub fn down(why: impl Into<String>) -> Self {
        Self::TryAgain { why: why.into(), after: None, down: true }
    }
}

/// A broken line, in words for whoever has to mend it.
pub(crate) fn line_in_words(cause: &std::io::Error, patience: Duration) -> String {
    use std::io::ErrorKind;
    match cause.kind() {
        // A socket whose time is up says either.
        ErrorKind::TimedOut | ErrorKind::WouldBlock => format!("no answer within {} s", patience.as_secs()),
        ErrorKind::ConnectionRefused => "nobody listens there (connection refused)".to_owned(),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => "the connection was cut".to_owned(),
        _ => cause.to_string(),
    }
}

/// A way to reach people.
pub trait Channel: Send + Sync {
    /// Which adapter it is, for the record of deliveries.
    fn adapter(&self) -> &'static str;

    /// What is down when it is down: a host, or the channel itself.
    fn destination(&self) -> &str;

    /// Whether a receiver sees one letter where the same key comes twice.
    fn tells_repeats(&self) -> bool;

    /// Carries a letter. Blocks until it is known what became of it.
    fn deliver(&self, delivery: &Delivery) -> Delivered;
}

/// The channel a configuration describes.
///
/// # Errors
/// When its secret is not where the configuration says, or an address in it is none.
pub fn connect(name: &str, connection: &Connection, output: &Output) -> Result<Arc<dyn Channel>> {
    Ok(match connection.kind {
        Adapter::Console => Arc::new(Console::new(output.clone())),
        Adapter::File => Arc::new(Lines::new(connection.path.clone().unwrap_or_default())),
        Adapter::Webhook => Arc::new(Webhook::new(name, connection)?),
        Adapter::Email => Arc::new(Email::new(name, connection)?),
    })
}
