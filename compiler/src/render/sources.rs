//! The texts that findings point into, and the lines, columns and symbols of their places.
//!
//! Invariant: a control character of a text never leaves this file, and offsets stay as they are.

use super::words::readable;
use crate::symbol::{Outline, Symbol};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use wf_lang::span::{FileSpan, LineIndex, Position};

/// The texts that findings point into, by the path they are shown with.
#[derive(Default)]
pub struct Sources<'text> {
    pub(super) files: Vec<Source<'text>>,
    pub(super) by_path: BTreeMap<&'text str, usize>,
}

/// One text with its lines.
pub(super) struct Source<'text> {
    pub(super) path: &'text str,
    /// Its path from the root of its project.
    name: &'text str,
    /// With every control character replaced, byte for byte, so that offsets stay and none reaches a terminal.
    pub(super) text: Cow<'text, str>,
    pub(super) lines: LineIndex,
    outline: OnceCell<Outline>,
}

/// A stretch of a text, as people count it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// Where it begins.
    pub start: Position,
    /// Where it ends: the place behind its last character.
    pub end: Position,
}

/// What a place without a text counts as.
const BEGINNING: Position = Position { line: 1, column: 1 };

impl<'text> Sources<'text> {
    /// Takes paths and texts; a path that comes twice keeps its first text.
    pub fn new(files: impl IntoIterator<Item = (&'text str, &'text str)>) -> Self {
        Self::named(files.into_iter().map(|(path, text)| (path, path, text)))
    }

    /// Takes paths as they are shown, paths from the root of the project, and texts.
    pub fn named(files: impl IntoIterator<Item = (&'text str, &'text str, &'text str)>) -> Self {
        let mut sources = Self::default();
        for (path, name, text) in files {
            let next = sources.files.len();
            if *sources.by_path.entry(path).or_insert(next) == next {
                let (lines, outline) = (LineIndex::new(text), OnceCell::new());
                sources.files.push(Source { path, name, text: readable(text), lines, outline });
            }
        }
        sources
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The path of a file from the root of its project; as it is shown where it is not known.
    #[must_use]
    pub fn name_in_project<'a>(&'a self, path: &'a str) -> &'a str {
        self.get(path).map_or(path, |source| source.name)
    }

    /// The declaration or node that a place stands in.
    #[must_use]
    pub fn symbol(&self, at: &FileSpan) -> Option<&Symbol> {
        self.outline(&at.file)?.at(at.span.start)
    }

    /// Where the node with this name stands, in the workflow of a finding.
    #[must_use]
    pub fn node_near(&self, name: &str, at: &FileSpan) -> Option<FileSpan> {
        let symbol = self.outline(&at.file)?.node_near(name, at.span.start)?;
        Some(FileSpan { file: at.file.clone(), span: symbol.name_span })
    }

    /// A place in lines and columns.
    #[must_use]
    pub fn region(&self, at: &FileSpan) -> Region {
        let Some(source) = self.get(&at.file) else { return Region { start: BEGINNING, end: BEGINNING } };
        let position = |offset| source.lines.position(&source.text, offset);
        Region { start: position(at.span.start), end: position(at.span.end) }
    }

    /// The same with columns in bytes.
    #[must_use]
    pub fn region_in_bytes(&self, at: &FileSpan) -> Region {
        let region = self.region(at);
        let in_bytes = |position: Position, offset: u32| {
            let line =
                self.get(&at.file).and_then(|source| source.lines.line_span(&source.text, position.line));
            let column = line.map_or(position.column, |line| offset.saturating_sub(line.start) + 1);
            Position { column, ..position }
        };
        Region { start: in_bytes(region.start, at.span.start), end: in_bytes(region.end, at.span.end) }
    }

    pub(super) fn get(&self, path: &str) -> Option<&Source<'text>> {
        self.files.get(*self.by_path.get(path)?)
    }

    fn outline(&self, path: &str) -> Option<&Outline> {
        let source = self.get(path)?;
        Some(source.outline.get_or_init(|| Outline::of(&source.text)))
    }
}
