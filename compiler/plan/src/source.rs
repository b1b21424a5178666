//! Where everything came from: the plan's source map and doc texts, outside the meaning hash.
//!
//! Auditors read a plan beside its source lines without having the source. Invariant: tables here are as long as
//! the tables of the program they describe (checked by `load`).

use serde::{Deserialize, Serialize};

/// A place in a source file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct SourcePlace {
    /// Row of [`SourceMap::files`].
    pub file: u16,
    /// From 1; 0: nowhere (made by the compiler).
    pub line: u32,
    /// From 1, in Unicode scalar values.
    pub column: u32,
}

/// The places of a program's parts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SourceMap {
    /// Files, by path relative to the project's root, `/`-separated; `std/…` for the standard library.
    pub files: Vec<SourceFile>,
    /// The workflow's own line.
    pub workflow: SourcePlace,
    /// One per node.
    pub nodes: Vec<SourcePlace>,
    /// One per join: its `after`.
    pub joins: Vec<SourcePlace>,
    /// One per reminder.
    pub reminders: Vec<SourcePlace>,
    /// Per ladder: its own place, then one per level.
    pub ladders: Vec<Vec<SourcePlace>>,
    /// One per role.
    pub roles: Vec<SourcePlace>,
    /// Per piece of code, per instruction.
    pub code: Vec<Vec<SourcePlace>>,
}

/// A source file and those of its lines that the map refers to.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SourceFile {
    /// Relative path.
    pub path: String,
    /// Line number from 1, and its text without the line end; ascending.
    pub lines: Vec<(u32, String)>,
}

/// Doc comments (`##`), for hover, pages and auditors.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Docs {
    /// The workflow's.
    pub workflow: String,
    /// One per node; empty where there is none.
    pub nodes: Vec<String>,
}

impl SourceMap {
    /// A map that knows no places: for programs that were built and not written.
    #[must_use]
    pub fn nowhere(program: &crate::Program) -> Self {
        let nothing = |count: usize| vec![SourcePlace::default(); count];
        Self {
            files: Vec::new(),
            workflow: SourcePlace::default(),
            nodes: nothing(program.nodes.len()),
            joins: nothing(program.joins.len()),
            reminders: nothing(program.reminders.len()),
            ladders: program.ladders.iter().map(|ladder| nothing(ladder.levels.len() + 1)).collect(),
            roles: nothing(program.roles.len()),
            code: program.code.iter().map(|code| nothing(code.ops.len())).collect(),
        }
    }

    /// The text of a place's line, and its file and number as people write them.
    #[must_use]
    pub fn line(&self, place: SourcePlace) -> Option<(String, &str)> {
        let file = self.files.get(usize::from(place.file))?;
        let at = file.lines.binary_search_by_key(&place.line, |(number, _)| *number).ok()?;
        let (number, text) = file.lines.get(at)?;
        Some((format!("{}:{number}", file.path), text))
    }
}

impl Docs {
    /// No doc comments at all.
    #[must_use]
    pub fn none(program: &crate::Program) -> Self {
        Self { workflow: String::new(), nodes: vec![String::new(); program.nodes.len()] }
    }
}
