//! The join table: each `after` as rows, a nested group before the group that holds it.
//!
//! Joins are not shared between nodes, so that each row has the place of its own `after`.
//! Invariant: a row refers only to rows before it.

use super::{EmitProblem, Emitter};
use crate::typed::{self, Source as Typed};
use wf_plan::node::{Join, Source};
use wf_plan::plan::JoinId;
use wf_plan::source::SourcePlace;

/// The rows so far.
#[derive(Debug, Default)]
pub(super) struct Joins {
    pub(super) rows: Vec<Join>,
    pub(super) places: Vec<SourcePlace>,
}

impl Emitter<'_> {
    /// Adds a join and the groups in it.
    pub(super) fn join(&mut self, join: &typed::Join) -> Result<JoinId, EmitProblem> {
        let mut sources = Vec::with_capacity(join.sources.len());
        for source in &join.sources {
            sources.push(match source {
                Typed::Node(node, needed, _) => Source::Node(*node, *needed),
                Typed::Join(inner) => Source::Join(self.join(inner)?),
            });
        }
        let id = JoinId(self.next(self.joins.rows.len(), "groups of things to wait for")?);
        self.joins.rows.push(Join { kind: join.kind, sources });
        let place = self.places.of(join.at);
        self.joins.places.push(place);
        Ok(id)
    }
}
