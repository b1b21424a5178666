//! A happening as one line of a time line.
//!
//! Invariant: one line, whatever a message says: line ends become blanks.

use super::report::Happening;
use crate::effect::Purpose;
use std::fmt::{Display, Formatter, Result};

impl Display for Happening {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Started { title, by } => write!(out, "{} starts{}", flat(title), by_whom(by.as_deref())),
            Self::Silence { length, .. } => write!(out, "nothing happens for {length}"),
            Self::Node { label, change, by, .. } => {
                // A title that asks needs no colon.
                let colon = if label.ends_with(['?', '!', '.', ':']) { "" } else { ":" };
                write!(out, "{}{colon} {}{}", flat(label), flat(change), by_whom(by.as_deref()))
            }
            Self::Level { label, ladder, level } if ladder.is_empty() => {
                write!(out, "{}: escalation, level {level}", flat(label))
            }
            Self::Level { label, ladder, level } => {
                write!(out, "{}: escalation {ladder}, level {level}", flat(label))
            }
            Self::Message { purpose, to, channels, text, buttons, .. } => {
                let via = channels.first().map(|channel| format!(" via {channel}")).unwrap_or_default();
                write!(out, "{} to {to}{via}: \"{}\"", purpose_words(*purpose), flat(text))?;
                for button in buttons {
                    write!(out, " [{}]", flat(button))?;
                }
                Ok(())
            }
            Self::Closed { answer } => write!(out, "question closed: {}", flat(answer)),
            Self::Update { system, change } => write!(out, "{system}: {}", flat(change)),
            Self::Outcome { outcome, label } => write!(out, "outcome {outcome}: {}", flat(label)),
            Self::Remark { words } => out.write_str(&flat(words)),
        }
    }
}

fn by_whom(by: Option<&str>) -> String {
    by.map(|by| format!(", by {by}")).unwrap_or_default()
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Work => "work message",
        Purpose::HeadsUp => "heads-up",
        Purpose::Reminder => "reminder",
        Purpose::Escalation => "escalation",
        Purpose::Question => "question",
        Purpose::Notice => "message",
        Purpose::Summary => "summary",
        Purpose::Incident => "incident",
    }
}
