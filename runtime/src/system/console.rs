//! Updates of systems on the terminal.

use super::{Ordered, System};
use crate::channel::{Delivered, Output};
use anstyle::{AnsiColor, Style};

const FAINT: Style = Style::new().dimmed();
const SYSTEM: Style = AnsiColor::Magenta.on_default();

/// The terminal as a system.
#[derive(Debug)]
pub struct Console {
    output: Output,
    stands_in: bool,
}

impl Console {
    /// A system that is meant to be the terminal.
    #[must_use]
    pub fn new(output: Output) -> Self {
        Self { output, stands_in: false }
    }

    /// The terminal in place of a system that is not connected, which it says each time.
    #[must_use]
    pub fn standing_in(output: Output) -> Self {
        Self { output, stands_in: true }
    }
}

impl System for Console {
    fn adapter(&self) -> &'static str {
        "console"
    }

    fn destination(&self) -> &'static str {
        "the terminal"
    }

    fn update(&self, ordered: &Ordered) -> Delivered {
        let order = &ordered.order;
        let at = ordered
            .local
            .as_ref()
            .map_or_else(|| crate::moment::iso(ordered.at), |local| local.full(ordered.at));
        let key = order.key.as_ref().map_or_else(String::new, |key| format!(" {key}"));
        let stands_in = if self.stands_in {
            format!(" (not connected: {} is only shown here)", order.kind)
        } else {
            String::new()
        };
        let line = format!(
            "\n{FAINT}{at}{FAINT:#}  {SYSTEM}{}{key}{SYSTEM:#}  {}{FAINT}{stands_in}{FAINT:#}\n",
            order.system,
            order.in_words()
        );
        match self.output.print(&line) {
            Ok(()) => Delivered::Sent { external_id: None, detail: format!("printed{stands_in}") },
            Err(cause) => Delivered::down(format!("the terminal: {cause}")),
        }
    }
}
