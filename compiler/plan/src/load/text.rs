//! Names, lines and texts of a plan: lengths and the characters a name may have.
//!
//! Invariant: a workflow's name that passes is safe as a file's name on every system.

use super::{Checked, at_most};
use crate::calendar::Duration;
use crate::error::{Fault, Part};
use crate::limits;

/// A name of the language: letters, digits and `_`, not beginning with a digit.
pub(super) fn name(part: Part, name: &str) -> Checked {
    at_most(part, "bytes in a name", name.len(), limits::NAME_BYTES)?;
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    if begins && letters.all(|letter| letter.is_alphanumeric() || letter == '_') {
        return Ok(());
    }
    Err(Fault::new(part, format!("`{}` is no name", name.escape_debug())))
}

/// A label, a tag, an address: one line.
pub(super) fn line(part: Part, text: &str) -> Checked {
    at_most(part, "bytes in one line of text", text.len(), limits::LINE_BYTES)
}

/// Lines, and how many of them.
pub(super) fn lines<'a>(part: Part, what: &str, texts: impl ExactSizeIterator<Item = &'a str>) -> Checked {
    at_most(part, what, texts.len(), limits::ENTRIES)?;
    for text in texts {
        line(part, text)?;
    }
    Ok(())
}

/// A text of many lines.
pub(super) fn text(part: Part, text: &str) -> Checked {
    at_most(part, "bytes in one text", text.len(), limits::TEXT_BYTES)
}

/// A duration that calendar arithmetic can apply.
pub(super) fn duration(part: Part, duration: Duration) -> Checked {
    if duration.amount.unsigned_abs() > limits::DURATION_AMOUNT.unsigned_abs() {
        return Err(Fault::new(part, format!("has a duration of {}, which is too long", duration.amount)));
    }
    Ok(())
}

/// A duration that goes on in time.
pub(super) fn positive_duration(part: Part, length: Option<Duration>) -> Checked {
    let Some(length) = length else { return Ok(()) };
    if length.amount < 0 {
        return Err(Fault::new(part, "has a duration that goes back in time"));
    }
    duration(part, length)
}
