//! A program made ready for use: compiled calendars and who depends on whom.
//!
//! Made once per plan and shared by all its instances. Everything here follows from the program alone, so that a
//! step looks at the nodes an event can touch and at no others. Invariant: nothing in here changes the meaning;
//! it only saves looking for it.

use crate::calendar::CompiledCalendar;
use wf_plan::node::{Join, Node, NodeKind, Redo, Separation, Source};
use wf_plan::people::{Role, System};
use wf_plan::plan::{CalendarId, CodeId, JoinId, LadderId, NodeId, ReminderId, RoleId};
use wf_plan::value::Constant;
use wf_plan::{Program, Value};

/// Sources that one `after` may have once nested groups are written out; joins beyond are never looked into.
/// (The verifier of plans refuses them; this only keeps a step's work bounded whatever it is given.)
const MAX_SOURCES: usize = 65_536;

/// A program with what the interpreter works out of it beforehand.
#[derive(Debug, Clone)]
pub struct Prepared {
    program: Program,
    calendars: Vec<CompiledCalendar>,
    constants: Vec<Value>,
    /// Per node: the nodes to look at again when its state changes, ascending.
    affected: Vec<Vec<NodeId>>,
    /// Per node: the nodes of its `after`, nested groups written out.
    sources: Vec<Vec<NodeId>>,
    /// Per node: the nodes whose `after` names it.
    followers: Vec<Vec<NodeId>>,
    /// Per node: the redo regions it lies in.
    regions: Vec<Vec<RegionOf>>,
    /// Per node: the nodes that must be done by other people, both ways.
    apart: Vec<Vec<NodeId>>,
    /// Nodes with `heads up`.
    heads_up: Vec<NodeId>,
    has_outcomes: bool,
}

/// A redo, as seen from a node inside its region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RegionOf {
    /// The node that holds the redo.
    pub holder: NodeId,
    /// For a decision: which option; else 0.
    pub slot: u16,
}

impl Prepared {
    /// Works a program out. Total: what a faulty program names and does not have is left out.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let sources: Vec<Vec<NodeId>> = program.nodes.iter().map(|node| sources_of(program, node)).collect();
        let followers = reversed(&sources);
        let regions = regions_of(program);
        Self {
            calendars: program.calendars.iter().map(CompiledCalendar::compile).collect(),
            constants: program.constants.iter().map(value_of).collect(),
            affected: affected_by(program, &followers),
            apart: apart(program),
            heads_up: ids(program)
                .filter(|id| node_at(program, *id).is_some_and(|node| node.heads_up.is_some()))
                .collect(),
            has_outcomes: program.nodes.iter().any(|node| matches!(node.kind, NodeKind::Outcome(_))),
            program: program.clone(),
            sources,
            followers,
            regions,
        }
    }

    /// The program itself.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// A node; `None` where the number is out of range.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        node_at(&self.program, id)
    }

    /// A compiled calendar.
    #[must_use]
    pub fn calendar(&self, id: CalendarId) -> Option<&CompiledCalendar> {
        self.calendars.get(id.index())
    }

    /// The workflow's calendar.
    #[must_use]
    pub fn workflow_calendar(&self) -> Option<&CompiledCalendar> {
        self.calendar(self.program.calendar)
    }

    /// The calendar of a role: its own, or the workflow's.
    #[must_use]
    pub fn calendar_of_role(&self, role: Option<RoleId>) -> Option<&CompiledCalendar> {
        let own = role.and_then(|role| self.role(role)).and_then(|role| role.calendar);
        self.calendar(own.unwrap_or(self.program.calendar))
    }

    /// A role.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.program.roles.get(id.index())
    }

    /// A system.
    #[must_use]
    pub fn system(&self, id: wf_plan::plan::SystemId) -> Option<&System> {
        self.program.systems.get(id.index())
    }

    pub(crate) fn constant(&self, at: wf_plan::plan::ConstantId) -> Option<&Value> {
        self.constants.get(at.index())
    }

    pub(crate) fn code(&self, id: CodeId) -> Option<&wf_plan::op::Code> {
        self.program.code.get(id.index())
    }

    pub(crate) fn join(&self, id: JoinId) -> Option<&Join> {
        self.program.joins.get(id.index())
    }

    pub(crate) fn ladder(&self, id: LadderId) -> Option<&wf_plan::ladder::Ladder> {
        self.program.ladders.get(id.index())
    }

    pub(crate) fn reminder(&self, id: ReminderId) -> Option<&wf_plan::ladder::Reminder> {
        self.program.reminders.get(id.index())
    }

    /// The nodes to look at again when this one's state changes.
    pub(crate) fn affected(&self, node: NodeId) -> &[NodeId] {
        self.affected.get(node.index()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn sources(&self, node: NodeId) -> &[NodeId] {
        self.sources.get(node.index()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn followers(&self, node: NodeId) -> &[NodeId] {
        self.followers.get(node.index()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn regions(&self, node: NodeId) -> &[RegionOf] {
        self.regions.get(node.index()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn apart(&self, node: NodeId) -> &[NodeId] {
        self.apart.get(node.index()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn heads_up(&self) -> &[NodeId] {
        &self.heads_up
    }

    pub(crate) fn has_outcomes(&self) -> bool {
        self.has_outcomes
    }

    pub(crate) fn redo(&self, region: RegionOf) -> Option<&Redo> {
        redos_of(self.node(region.holder)?).find(|(slot, _)| *slot == region.slot).map(|(_, redo)| redo)
    }
}

/// The redos of a node with their slots: one per option of a decision, at most one of another node.
pub(crate) fn redos_of(node: &Node) -> impl Iterator<Item = (u16, &Redo)> {
    let options = match &node.kind {
        NodeKind::Decision(decision) => decision.options.as_slice(),
        _ => &[],
    };
    let of_options =
        (0u16..).zip(options).filter_map(|(slot, option)| option.redo.as_ref().map(|redo| (slot, redo)));
    of_options.chain(node.redo.iter().map(|redo| (0, redo)))
}

fn node_at(program: &Program, id: NodeId) -> Option<&Node> {
    program.nodes.get(id.index())
}

pub(crate) fn ids(program: &Program) -> impl Iterator<Item = NodeId> + use<> {
    let count = u16::try_from(program.nodes.len()).unwrap_or(u16::MAX);
    (0..count).map(NodeId)
}

fn sources_of(program: &Program, node: &Node) -> Vec<NodeId> {
    let mut found = Vec::new();
    // A nested join stands before the one that names it, so what is left to open only gets smaller.
    let mut open: Vec<JoinId> = node.after.into_iter().collect();
    let mut budget = MAX_SOURCES;
    while let Some(id) = open.pop() {
        let Some(join) = program.joins.get(id.index()) else { continue };
        for source in &join.sources {
            budget = budget.saturating_sub(1);
            match *source {
                Source::Node(node, _) => found.push(node),
                Source::Join(inner) if inner < id && budget > 0 => open.push(inner),
                Source::Join(_) => {}
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn reversed(sources: &[Vec<NodeId>]) -> Vec<Vec<NodeId>> {
    let mut followers = vec![Vec::new(); sources.len()];
    for (follower, nodes) in (0u16..).zip(sources) {
        for node in nodes {
            if let Some(list) = followers.get_mut(node.index()) {
                list.push(NodeId(follower));
            }
        }
    }
    followers
}

fn affected_by(program: &Program, followers: &[Vec<NodeId>]) -> Vec<Vec<NodeId>> {
    let mut affected = followers.to_vec();
    for (own, node) in affected.iter_mut().zip(&program.nodes) {
        // That a redo can no longer come decides what depends on its region.
        for (_, redo) in redos_of(node) {
            for inside in &redo.region {
                own.extend(followers.get(inside.index()).into_iter().flatten());
            }
        }
        own.sort_unstable();
        own.dedup();
    }
    affected
}

fn regions_of(program: &Program) -> Vec<Vec<RegionOf>> {
    let mut regions = vec![Vec::new(); program.nodes.len()];
    for holder in ids(program) {
        let Some(node) = node_at(program, holder) else { continue };
        for (slot, redo) in redos_of(node) {
            for inside in &redo.region {
                if let Some(list) = regions.get_mut(inside.index()) {
                    list.push(RegionOf { holder, slot });
                }
            }
        }
    }
    regions
}

fn apart(program: &Program) -> Vec<Vec<NodeId>> {
    let mut apart = vec![Vec::new(); program.nodes.len()];
    let mut note = |one: NodeId, other: NodeId| {
        if let Some(list) = apart.get_mut(one.index())
            && !list.contains(&other)
        {
            list.push(other);
        }
    };
    for id in ids(program) {
        for separation in node_at(program, id).into_iter().flat_map(|node| &node.different_from) {
            if let Separation::Node(other) = *separation {
                // Whichever of the two comes second is held against the first.
                note(id, other);
                note(other, id);
            }
        }
    }
    apart
}

fn value_of(constant: &Constant) -> Value {
    match constant {
        Constant::Bool(value) => Value::Bool(*value),
        Constant::Number(value) => Value::Number(*value),
        Constant::Money(amount, currency) => Value::Money(*amount, *currency),
        Constant::Text(text) => Value::Text(text.clone()),
        Constant::Date(date) => Value::Date(*date),
        Constant::Moment(moment) => Value::Moment(*moment),
        Constant::Duration(duration) => Value::Duration(*duration),
        Constant::Enum(of, position) => Value::Enum(*of, *position),
    }
}
