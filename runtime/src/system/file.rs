//! One JSON line per update at the end of a file.

use super::{Ordered, System};
use crate::channel::Delivered;
use crate::channel::append_line;
use crate::moment;
use serde_json::json;
use std::path::PathBuf;

/// Appends to a file.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    shown: String,
}

impl Lines {
    /// A system that is this file.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { shown: path.display().to_string(), path }
    }
}

impl System for Lines {
    fn adapter(&self) -> &'static str {
        "file"
    }

    fn destination(&self) -> &str {
        &self.shown
    }

    fn update(&self, ordered: &Ordered) -> Delivered {
        let line = json!({ "key": ordered.key, "at": moment::iso(ordered.at), "update": ordered.order });
        append_line(&self.path, &line)
    }
}
