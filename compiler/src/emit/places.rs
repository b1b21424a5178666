//! The source map: places of the typed workflow as files, lines and columns, with the lines they stand on.
//!
//! Invariant: a place is asked for once, and every line that a place names is carried.

use super::Spot;
use crate::place::Place;
use std::collections::{BTreeMap, HashMap};
use wf_plan::source::{SourceFile, SourcePlace};

/// Places found so far, and the lines they need.
pub(super) struct Places<'a> {
    locate: &'a dyn Fn(Place) -> Option<Spot>,
    known: HashMap<Place, SourcePlace>,
    files: Vec<(String, BTreeMap<u32, String>)>,
}

impl<'a> Places<'a> {
    pub(super) fn new(locate: &'a dyn Fn(Place) -> Option<Spot>) -> Self {
        Self { locate, known: HashMap::new(), files: Vec::new() }
    }

    /// The place in its file; nowhere for what the compiler wrote, or beyond the files a map can name.
    pub(super) fn of(&mut self, place: Place) -> SourcePlace {
        if let Some(known) = self.known.get(&place) {
            return *known;
        }
        let found = (self.locate)(place).and_then(|spot| self.note(spot)).unwrap_or_default();
        self.known.insert(place, found);
        found
    }

    fn note(&mut self, spot: Spot) -> Option<SourcePlace> {
        let at = self.files.iter().position(|(path, _)| *path == spot.path).unwrap_or(self.files.len());
        let file = u16::try_from(at).ok()?;
        if at == self.files.len() {
            self.files.push((spot.path, BTreeMap::new()));
        }
        let (_, lines) = self.files.get_mut(at)?;
        lines.insert(spot.line, spot.text);
        Some(SourcePlace { file, line: spot.line, column: spot.column })
    }

    /// The files with the lines that places name.
    pub(super) fn files(self) -> Vec<SourceFile> {
        let files = self.files.into_iter();
        files.map(|(path, lines)| SourceFile { path, lines: lines.into_iter().collect() }).collect()
    }
}
