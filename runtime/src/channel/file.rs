//! One JSON line per message at the end of a file: for tests, archives and programs that read along.

use super::{Channel, Delivered, Delivery};
use crate::appended::append_lines;
use crate::moment;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// Appends to a file.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    shown: String,
}

impl Lines {
    /// A channel that appends to this file, making it where needed.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { shown: path.display().to_string(), path }
    }
}

impl Channel for Lines {
    fn adapter(&self) -> &'static str {
        "file"
    }

    fn destination(&self) -> &str {
        &self.shown
    }

    /// Each line has its key.
    fn tells_repeats(&self) -> bool {
        true
    }

    fn deliver(&self, delivery: &Delivery) -> Delivered {
        let line = json!({
            "key": delivery.key,
            "at": moment::iso(delivery.at),
            "channel": delivery.route.channel,
            "address": delivery.route.address,
            "letter": delivery.letter,
        });
        append_line(&self.path, &line)
    }
}

/// Appends one line.
pub(crate) fn append_line(path: &Path, line: &Json) -> Delivered {
    match append_lines(path, &[line.to_string()]) {
        Ok(()) => Delivered::Sent { external_id: None, detail: format!("appended to {}", path.display()) },
        Err(cause) => Delivered::down(format!("{}: {cause}", path.display())),
    }
}
