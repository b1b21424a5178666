//! What the model says of a workflow, as plain data: one field for each rule that is decided on it.
//!
//! The exact condition of each is in the description of the checks, by its code; where one finding only follows from
//! another, the cause alone stands here. The rules under `verify/` put these into words. Invariant: what is certain and
//! what rests on opaque tests is told apart by [`Found`].

mod choices;
mod ends;
mod joins;
mod nodes;

use super::Model;
use super::find::Found;
use super::joins::Joins;
use super::logic::Logic;
use super::space::Formula;
use crate::place::Place;
use crate::typed::{Join, Source};
use wf_plan::plan::NodeId;

/// What the model says of a workflow.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// WF102: joins that never hold although each source alone can.
    pub unreachable: Vec<NodeId>,
    /// WF103: joins that may hang, each with a run in which it does and no join before it.
    pub hanging: Vec<(NodeId, Found)>,
    /// Joins of the same decisions that hang in exactly the same runs as an earlier one: that one's finding tells of
    /// both, because one combination was forgotten.
    pub hanging_alike: Vec<(NodeId, NodeId)>,
    /// WF104: nodes that no run reaches, but for those that only hang behind another.
    pub dead: Vec<NodeId>,
    /// WF105: a run that ends without outcome, where no join hangs.
    pub no_outcome: Option<Found>,
    /// WF106: outcomes of which it depends on speed, or on one event, which comes.
    pub races: Vec<Race>,
    /// WF107: nodes that may be at work when this outcome is reached.
    pub left_open: Vec<(NodeId, NodeId, Found)>,
    /// WF108: two sources of an `any of` that can both hold, by their places.
    pub not_exclusive: Vec<(NodeId, Place, Place, Found)>,
    /// WF110: sources (by place) that another (by place) always waits for.
    pub redundant: Vec<(NodeId, Place, Place)>,
    /// WF113: joins that are dropped, and the outcome that comes without them.
    pub dropped: Vec<(NodeId, NodeId, Found)>,
    /// WF203: decisions in which no option may be open.
    pub gaps: Vec<(NodeId, Found)>,
    /// WF204: conditions (of an option: by its position) that always have this answer.
    pub constant: Vec<(NodeId, Option<u16>, bool)>,
    /// WF205: options that are never open.
    pub never_open: Vec<(NodeId, u16)>,
}

/// Two outcomes, and why it is not the process that decides which of them comes.
#[derive(Clone, Debug)]
pub struct Race {
    /// The one that comes in `found`.
    pub comes: NodeId,
    /// The other, which could have come instead.
    pub instead: NodeId,
    /// One event makes both true; else it depends on who is faster.
    pub at_once: bool,
    /// A run in which the first comes.
    pub found: Found,
}

/// Asks everything.
pub(super) fn verdicts(model: &Model) -> Verdicts {
    let mut found = Verdicts::default();
    let asked = Asked::new(model);
    nodes::unreachable_and_dead(&asked, &mut found);
    let cut_off = joins::hanging(&asked, &mut found);
    ends::no_outcome(&asked, &cut_off, &mut found);
    ends::races(&asked, &mut found);
    ends::left_open(&asked, &mut found);
    joins::not_exclusive(&asked, &mut found);
    joins::redundant(&asked, &mut found);
    joins::dropped(&asked, &mut found);
    choices::gaps(&asked, &mut found);
    choices::constant(&asked, &mut found);
    found
}

/// The model, and what several questions need.
struct Asked<'a> {
    model: &'a Model,
    /// By node: whether some run reaches it.
    reached: Vec<bool>,
}

impl<'a> Asked<'a> {
    fn new(model: &'a Model) -> Self {
        let reached = nodes::reached(model);
        Self { model, reached }
    }

    fn is_reached(&self, node: NodeId) -> bool {
        self.reached.get(node.index()) == Some(&true)
    }

    fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.model.layout.nodes.len()).filter_map(|index| u16::try_from(index).ok().map(NodeId))
    }

    fn join(&self, node: NodeId) -> Option<&'a Join> {
        self.model.layout.nodes.get(node.index())?.after.as_ref()
    }

    /// Whether a join brings several sources together.
    fn is_join(&self, node: NodeId) -> bool {
        self.join(node).is_some_and(|join| join.nodes().len() > 1)
    }

    /// Outcomes that nobody may reach `at any time`, with their positions.
    fn ordinary_outcomes(&self) -> impl Iterator<Item = (usize, NodeId)> + use<'a> {
        let model = self.model;
        let is_free = |outcome: &NodeId| {
            let node = model.layout.nodes.get(outcome.index());
            node.is_some_and(|node| matches!(node.kind, super::Kind::Outcome { at_any_time: true, .. }))
        };
        model.layout.outcomes.iter().copied().enumerate().filter(move |(_, outcome)| !is_free(outcome))
    }

    /// Any of the nodes that a join names came to what it needs of them.
    fn some_source(&self, joins: &Joins<'_, super::Space>, reader: NodeId, join: &Join) -> Formula {
        let space = &self.model.space;
        let each = join.sources.iter().map(|source| match source {
            Source::Join(inner) => self.some_source(joins, reader, inner),
            Source::Node(..) => joins.source(reader, source).0,
        });
        space.any(each.collect::<Vec<_>>().iter())
    }
}
