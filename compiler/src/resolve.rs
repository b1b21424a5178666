//! Names between files: what each file declares and brings in, and what a name means there.
//!
//! Plain functions over [`ItemTree`]s, the outline of a file without bodies, so that work inside a step changes
//! nothing here. `db` calls them behind queries. Invariant: what a name means depends on the outline of its own file
//! and of the one file it comes from, never on the whole project (but for channels, which every file shares).

pub mod items;
pub mod mentions;
pub mod nearest;
pub mod pieces;
mod values;

pub use items::{Item, ItemKind, ItemTree, UseLine};
pub use values::values_needed;

use crate::hir::Name;

/// The folder of the standard library in paths: `use std.calendars.italy` reads `std/calendars.wf`.
pub const STANDARD_FOLDER: &str = "std";

/// The standard library: paths and texts, compiled in.
pub const STANDARD_LIBRARY: [(&str, &str); 4] = [
    ("std/calendars.wf", include_str!("../../stdlib/calendars.wf")),
    ("std/escalations.wf", include_str!("../../stdlib/escalations.wf")),
    ("std/messages.wf", include_str!("../../stdlib/messages.wf")),
    ("std/reminders.wf", include_str!("../../stdlib/reminders.wf")),
];

/// The channels of the language; each is one thing for the whole project.
pub const CHANNELS: [&str; 9] =
    ["slack", "telegram", "whatsapp", "email", "chat", "teams", "webhook", "console", "file"];

/// The kinds of systems of the language.
pub const SYSTEM_KINDS: [&str; 9] = [
    "hubspot.deal",
    "hubspot.ticket",
    "hubspot.contact",
    "webhook",
    "camunda7",
    "camunda8",
    "jira",
    "servicenow",
    "console",
];

/// The file that a module's path names: `a.b` is `a/b.wf`.
pub fn module_path(module: &[Name]) -> String {
    let words: Vec<&str> = module.iter().map(|name| name.text.as_str()).collect();
    format!("{}.wf", words.join("/"))
}
