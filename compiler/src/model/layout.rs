//! The variables of a model and where each stands: what may differ from run to run.
//!
//! Per node whether it has finished and how, per field which cell its value is in, per opaque test its answer. The
//! numbers follow a depth-first order of the nodes, each field beside its first reader, so that what belongs together
//! stands together. Invariant: every way of setting the variables is a run, or the part of one that matters.

use super::case::{FieldKey, How};
use super::cells::{Cell, cells};
use super::checks::{Check, Compiler, ReadEarly};
use super::conditions::{Test, not_empty, test};
use super::order::order;
use super::ways::{late, ways};
use crate::graph::Graph;
use crate::place::{DeclId, Place};
use crate::typed::{Join, Node, NodeKind, Typed};
use std::collections::{BTreeMap, BTreeSet};
use wf_plan::plan::NodeId;
use wf_plan::value::Type;

/// Variables that tell which of several things is the case: the first that is true, else the last thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Choice {
    /// Its first variable.
    pub first: usize,
    /// How many things there are; one less is the number of variables.
    pub of: usize,
}

impl Choice {
    /// Its variables.
    pub fn variables(self) -> std::ops::Range<usize> {
        self.first..self.first + self.of.saturating_sub(1)
    }
}

/// What kind of thing a node is to the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It is active until it finishes.
    Work,
    /// It settles when it is reached.
    Converge,
    /// It ends the instance when it is reached.
    Outcome {
        /// Somebody may reach it `at any time`.
        at_any_time: bool,
        /// … `until` this node has settled.
        until: Option<NodeId>,
    },
}

/// One node.
#[derive(Clone, Debug)]
pub struct NodeLayout {
    /// What kind of thing.
    pub kind: Kind,
    /// What it waits for.
    pub after: Option<Join>,
    /// Its `when`.
    pub when: Option<Check>,
    /// That its list is not empty.
    pub list: Option<Check>,
    /// Per option of a decision its `when`.
    pub open: Vec<Option<Check>>,
    /// How it may finish.
    pub ways: Vec<How>,
    /// The variable that says that it has finished.
    pub finished: usize,
    /// Which way.
    pub how: Choice,
    /// The outcome in which the last round of its own `redo` ends.
    pub loops_to: Option<NodeId>,
    /// Where it may have no deadline: ways to finish that need one.
    pub late: Option<Late>,
}

/// Lateness where the deadline counts from other nodes only: it needs one of them to have settled when the node starts.
#[derive(Clone, Debug)]
pub struct Late {
    /// The nodes.
    pub since: Vec<NodeId>,
    /// Which of the ways to finish, by position, come by lateness alone.
    pub ways: Vec<usize>,
    /// The variable that answers where it may be asked too early.
    pub own: usize,
}

impl NodeLayout {
    /// Whether every way to finish stays open to it once it has started.
    pub fn can_always_finish(&self) -> bool {
        let is_free = self.open.iter().all(Option::is_none) && self.late.is_none() && self.loops_to.is_none();
        is_free && !self.ways.is_empty()
    }

    /// Whether it may be skipped by rule: it has a `when`, or a list that may be empty.
    pub fn has_condition(&self) -> bool {
        self.when.is_some() || self.list.is_some()
    }
}

/// A field whose values are followed.
#[derive(Clone, Debug)]
pub struct FieldLayout {
    /// Which.
    pub key: FieldKey,
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Which cell its value is in.
    pub value: Choice,
}

/// An opaque test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opaque {
    /// Its variable.
    pub variable: usize,
    /// Where it stands.
    pub at: Place,
}

/// Nodes that are done again together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// The node that sends back.
    pub holder: NodeId,
    /// The option that does, of a decision.
    pub option: u16,
    /// Where it starts again; a run that does not take it is not sent back.
    pub to: NodeId,
    /// The nodes, ascending.
    pub nodes: Vec<NodeId>,
    /// The variable that says that its rounds are used up.
    pub used_up: usize,
}

/// The variables of a model.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// By node.
    pub nodes: Vec<NodeLayout>,
    /// The nodes, each behind everything it waits for.
    pub order: Vec<NodeId>,
    /// By node: its place in that order.
    pub places: Vec<usize>,
    /// Outcomes in file order.
    pub outcomes: Vec<NodeId>,
    /// Nodes that may end the instance by how they finish, in file order.
    pub enders: Vec<NodeId>,
    /// Fields that conditions read.
    pub fields: Vec<FieldLayout>,
    /// Opaque tests.
    pub opaque: Vec<Opaque>,
    /// Where something is done again.
    pub regions: Vec<Region>,
    /// By node: the regions that hold it, by position.
    pub around: Vec<Vec<usize>>,
    /// Per reader and node whose fields it reads, the variable that says whether they were there by then.
    pub there: ReadEarly,
    /// Readers and the nodes whose fields they read before anybody can have filled them in.
    pub never_there: BTreeSet<(NodeId, NodeId)>,
    /// How many variables there are.
    pub variables: usize,
}

/// The layout of a workflow; `None` where nodes wait for each other.
pub fn layout(typed: &Typed, graph: &Graph, reachable: &BTreeMap<DeclId, &[bool]>) -> Option<Layout> {
    let mut layout = Layout { regions: regions(typed), ..Layout::default() };
    layout.around = around(typed.nodes.len(), &layout.regions);
    let tests: Vec<NodeTests> = typed.nodes.iter().map(NodeTests::of).collect();
    layout.order = order(&layout, typed, graph, &tests)?;
    layout.places = places(&layout.order);
    let fields = fields(typed, &tests);
    let mut compiler = Compiler::new(&fields);
    let mut made: Vec<Option<NodeLayout>> = vec![None; typed.nodes.len()];
    for id in &layout.order {
        let (Some(node), Some(tests)) = (typed.nodes.get(id.index()), tests.get(id.index())) else {
            continue;
        };
        compiler.read_by(*id);
        let when = tests.when.as_ref().map(|test| compiler.check(test));
        let list = tests.list.as_ref().map(|test| compiler.check(test));
        let open = tests.options.iter().map(|test| test.as_ref().map(|test| compiler.check(test))).collect();
        let ways = ways(node, reachable);
        let finished = compiler.variable();
        let how = compiler.choice(ways.len());
        let loops_to = node.redo.as_ref().and_then(|redo| redo.otherwise);
        let late = late(node, &ways, reachable).map(|(since, ways, at)| {
            let own = compiler.opaque(at);
            Late { since, ways, own }
        });
        let made_here = NodeLayout {
            kind: kind(node),
            after: node.after.clone(),
            when,
            list,
            open,
            ways,
            finished,
            how,
            loops_to,
            late,
        };
        if let Some(slot) = made.get_mut(id.index()) {
            *slot = Some(made_here);
        }
        // In the order of their holders, so these stand together.
        let first = layout.regions.partition_point(|region| region.holder < *id);
        let own = layout.regions.iter_mut().skip(first);
        for region in own.take_while(|region| region.holder == *id) {
            region.used_up = compiler.variable();
        }
    }
    layout.nodes = made.into_iter().collect::<Option<Vec<_>>>()?;
    layout.outcomes = ids(typed).filter(|id| is_outcome(typed, *id)).collect();
    let ends = |(_, node): &(NodeId, &NodeLayout)| {
        node.loops_to.is_some() || super::ways::ends_in(&node.ways).next().is_some()
    };
    layout.enders = ids(typed).zip(&layout.nodes).filter(ends).map(|(id, _)| id).collect();
    (layout.fields, layout.opaque, layout.there, layout.variables) = compiler.finish();
    Some(layout)
}

/// The conditions of a node that say what may happen.
pub struct NodeTests {
    when: Option<Test>,
    list: Option<Test>,
    options: Vec<Option<Test>>,
}

impl NodeTests {
    fn of(node: &Node) -> Self {
        let when = node.when.as_ref().map(test);
        let list = node.for_each.as_ref().map(|each| not_empty(&each.list));
        let options = match &node.kind {
            NodeKind::Decision { options, .. } => {
                options.iter().map(|option| option.when.as_ref().map(test)).collect()
            }
            _ => Vec::new(),
        };
        Self { when, list, options }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Test> {
        self.when.iter().chain(&self.list).chain(self.options.iter().flatten())
    }
}

/// The fields that conditions read, each with its cells.
fn fields(typed: &Typed, tests: &[NodeTests]) -> BTreeMap<FieldKey, Vec<Cell>> {
    let mut compared: BTreeMap<FieldKey, Vec<wf_plan::value::Constant>> = BTreeMap::new();
    for leaf in tests.iter().flat_map(NodeTests::all).flat_map(Test::leaves) {
        match leaf {
            Test::Field(key, comparisons, _) => {
                let constants = comparisons.iter().map(|(_, constant)| constant.clone());
                compared.entry(key.clone()).or_default().extend(constants);
            }
            Test::Missing(key, _) | Test::NotEmpty(key, _) => {
                compared.entry(key.clone()).or_default();
            }
            _ => {}
        }
    }
    let enums: Vec<_> = typed.enums.iter().map(|declared| declared.value.clone()).collect();
    let with_cells = |(key, constants): (FieldKey, Vec<_>)| {
        let (kind, optional) = declared(typed, &key)?;
        Some((key, cells(kind, optional, &constants, &enums)))
    };
    compared.into_iter().filter_map(with_cells).collect()
}

/// The type of a field, and whether it may be missing.
pub fn declared(typed: &Typed, key: &FieldKey) -> Option<(Type, bool)> {
    let (first, rest) = key.path.split_first()?;
    let fields = match key.node {
        None => &typed.inputs,
        Some(node) => &typed.nodes.get(node.index())?.form,
    };
    let mut field = fields.get(first.index())?;
    let mut optional = field.data.optional;
    for inner in rest {
        let wf_plan::value::Scalar::Record(record) = field.data.kind.of else { return None };
        field = typed.records.get(record.index())?.fields.get(inner.index())?;
        optional |= field.data.optional;
    }
    Some((field.data.kind, optional))
}

fn kind(node: &Node) -> Kind {
    match &node.kind {
        NodeKind::Converge => Kind::Converge,
        NodeKind::Outcome { at_any_time_by, until, .. } => {
            Kind::Outcome { at_any_time: !at_any_time_by.is_empty(), until: *until }
        }
        _ => Kind::Work,
    }
}

fn is_outcome(typed: &Typed, id: NodeId) -> bool {
    typed.nodes.get(id.index()).is_some_and(|node| matches!(node.kind, NodeKind::Outcome { .. }))
}

/// The nodes of a workflow, by number.
pub fn ids(typed: &Typed) -> impl Iterator<Item = NodeId> + use<> {
    (0..typed.nodes.len()).filter_map(|index| u16::try_from(index).ok().map(NodeId))
}

fn regions(typed: &Typed) -> Vec<Region> {
    let mut found = Vec::new();
    for (holder, node) in ids(typed).zip(&typed.nodes) {
        let own = node.redo.as_ref().map(|redo| (0, redo));
        let options = match &node.kind {
            NodeKind::Decision { options, .. } => options.as_slice(),
            _ => &[],
        };
        let by_options =
            (0u16..).zip(options).filter_map(|(at, option)| option.redo.as_ref().map(|redo| (at, redo)));
        for (option, redo) in own.into_iter().chain(by_options) {
            found.push(Region { holder, option, to: redo.to, nodes: redo.region.clone(), used_up: 0 });
        }
    }
    found
}

fn places(order: &[NodeId]) -> Vec<usize> {
    let mut places = vec![0; order.len()];
    for (place, id) in order.iter().enumerate() {
        if let Some(slot) = places.get_mut(id.index()) {
            *slot = place;
        }
    }
    places
}

/// By node: the regions that hold it, by position.
fn around(nodes: usize, regions: &[Region]) -> Vec<Vec<usize>> {
    let mut around = vec![Vec::new(); nodes];
    for (position, region) in regions.iter().enumerate() {
        for node in &region.nodes {
            if let Some(list) = around.get_mut(node.index()) {
                list.push(position);
            }
        }
    }
    around
}

impl Layout {
    /// The place of a node in the order.
    pub fn place(&self, node: NodeId) -> usize {
        self.places.get(node.index()).copied().unwrap_or(0)
    }

    /// The regions that hold a source and not its reader.
    pub fn regions_between(&self, source: NodeId, reader: NodeId) -> impl Iterator<Item = &Region> {
        let around = self.around.get(source.index()).into_iter().flatten();
        around
            .filter_map(|position| self.regions.get(*position))
            .filter(move |region| region.nodes.binary_search(&reader).is_err())
    }
}
