//! An act on an instance from the terminal: it happens, and what followed is printed.

use super::context::{ActingPerson, Common};
use super::screen::{BOLD, FAINT, json, say};
use crate::asked::Asked;
use crate::engine::Applied;
use crate::error::Result;
use crate::opened::{Opened, in_words};
use crate::told;
use wf_vm::effect::Fact;

/// An instance by id or reference.
pub async fn open(common: &Common, name: &str) -> Result<Opened> {
    Opened::of(&common.engine().await?, name).await
}

/// Lets happen what was asked for, and tells what followed.
pub async fn act(opened: Opened, asked: Asked, acting: &ActingPerson, as_json: bool) -> Result<()> {
    let by = acting.actor(&opened.engine, &opened.ready)?;
    let kind = opened.event(asked, by)?;
    let told = opened.apply(kind).await.map(|applied| tell(&applied, as_json));
    opened.engine.store.close().await;
    told
}

/// Prints what followed from an event.
pub fn tell(applied: &Applied, as_json: bool) {
    if as_json {
        return json(&told::shown(&told::Followed::of(applied)));
    }
    for record in &applied.records {
        let quiet =
            matches!(record.fact, Fact::DeadlineSet { .. } | Fact::ClockStopped | Fact::ClockRestarted);
        if !quiet {
            let (what, place) = in_words(applied, record);
            let detail = if record.detail.is_empty() {
                String::new()
            } else {
                format!("  {FAINT}{}{FAINT:#}", record.detail)
            };
            say(&format!("{what} {BOLD}{place}{BOLD:#}{detail}"));
        }
    }
}
