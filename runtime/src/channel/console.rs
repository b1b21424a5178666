//! Messages on the terminal, with numbered buttons and the command that answers.
//!
//! Where every channel of a plan goes that nobody has configured. Invariant: a letter is printed whole and at once,
//! also when several threads print.

use super::{Channel, Delivered, Delivery};
use crate::letter::{Letter, LetterButton};
use anstyle::{AnsiColor, Style};
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

const FAINT: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const BUTTON: Style = AnsiColor::Cyan.on_default();
const URGENT: Style = AnsiColor::Red.on_default().bold();

/// Where printed text goes: the terminal, nowhere, or into memory.
#[derive(Clone, Debug, Default)]
pub enum Output {
    /// The terminal, in colour if it wants colour.
    #[default]
    Terminal,
    /// Nowhere.
    Silent,
    /// Into memory, for a player that shows it its own way.
    Kept(Arc<Mutex<Vec<String>>>),
}

impl Output {
    /// Prints a text as it is; a closed pipe is no error of ours.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn print(&self, text: &str) -> std::io::Result<()> {
        match self {
            Self::Terminal => {
                use std::io::Write as _;
                anstream::stdout().lock().write_all(text.as_bytes())
            }
            Self::Silent => Ok(()),
            Self::Kept(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
                Ok(())
            }
        }
    }
}

/// The terminal as a channel.
#[derive(Debug)]
pub struct Console {
    output: Output,
}

impl Console {
    /// A channel that prints there.
    #[must_use]
    pub fn new(output: Output) -> Self {
        Self { output }
    }
}

impl Channel for Console {
    fn adapter(&self) -> &'static str {
        "console"
    }

    fn destination(&self) -> &'static str {
        "the terminal"
    }

    /// Whoever reads along sees that it is the same.
    fn tells_repeats(&self) -> bool {
        true
    }

    fn deliver(&self, delivery: &Delivery) -> Delivered {
        match self.output.print(&printed(delivery)) {
            Ok(()) => Delivered::Sent { external_id: None, detail: "printed".to_owned() },
            Err(cause) => Delivered::down(format!("the terminal: {cause}")),
        }
    }
}

fn printed(delivery: &Delivery) -> String {
    let letter = &delivery.letter;
    let at = delivery
        .local
        .as_ref()
        .map_or_else(|| crate::moment::iso(delivery.at), |local| local.full(delivery.at));
    let urgent = if letter.urgent { format!(" {URGENT}urgent{URGENT:#}") } else { String::new() };
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(
        text,
        "\n{FAINT}{at}  {} to{FAINT:#} {BOLD}{}{BOLD:#} {FAINT}via {}{}{FAINT:#}{urgent}",
        letter.purpose,
        letter.to,
        delivery.route.channel,
        delivery.route.address.as_ref().map_or_else(String::new, |address| format!(" ({address})")),
    );
    text.push_str(&body(letter, "  "));
    text
}

/// The words, buttons and ways to answer of a letter, each line indented.
#[must_use]
pub fn body(letter: &Letter, indent: &str) -> String {
    let mut text = String::new();
    for line in letter.text.lines() {
        let _ = writeln!(text, "{indent}{line}");
    }
    if !letter.buttons.is_empty() {
        let _ = writeln!(text, "{indent}{}", buttons(&letter.buttons));
    }
    if let Some(command) = &letter.answer_with {
        let _ = writeln!(text, "{indent}{FAINT}{command}{FAINT:#}");
    }
    if letter.free_text {
        let _ = writeln!(text, "{indent}{FAINT}or in your own words: --words \"…\"{FAINT:#}");
    }
    text
}

/// `[1 Go live]  [2 Back to IT]`.
#[must_use]
pub fn buttons(buttons: &[LetterButton]) -> String {
    let numbered = buttons.iter().enumerate();
    let shown: Vec<String> =
        numbered.map(|(at, button)| format!("{BUTTON}[{} {}]{BUTTON:#}", at + 1, button.label)).collect();
    shown.join("  ")
}
