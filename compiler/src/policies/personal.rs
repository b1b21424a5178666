//! `no personal data via CHANNEL`: no text or value marked as personal reaches the channel, whatever it may carry.
//!
//! Invariant: a secret that is not personal is no business of this rule; WF601 looks after it.

use super::{Asked, Found};
use crate::exposure::{Sink, exposures};

/// The first text with personal data that may go out by the channel.
pub fn none_via(asked: &Asked<'_>, channel: &str) -> Option<Found> {
    let typed = asked.typed();
    let is_it = |sink: Sink| match sink {
        Sink::Channel(id) => typed.channels.get(id.index()).is_some_and(|known| known.data.name == channel),
        Sink::System(_) | Sink::Agent => false,
    };
    let mut found =
        exposures(typed).into_iter().filter(|exposure| !exposure.mark.secret && is_it(exposure.sink));
    let exposure = found.next()?;
    let field = exposure.mark.field;
    let what = format!("`{field}` is personal and can go out via `{channel}` here");
    let help = format!("take `{field}` out of the text, or reach these people by another channel");
    Some(Found { at: exposure.at, what, help, case: None, is_shown: true })
}
