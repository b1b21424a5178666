//! A read-only description of an instance, for `status`, expectations of tests, and dashboards.
//!
//! [`view`] reads program and state and says per node where it stands, whose it is, when it is due and what it waits
//! for, and which questions are open. Invariant: nothing here is stored; the same state always gives the same view.

use crate::eval::{self, Scope, show};
use crate::event::{Place, QuestionId};
use crate::join::{self, Truth};
use crate::prepared::{self, Prepared};
use crate::state::{NodeState, Phase, Question, State, Work};
use serde::Serialize;
use wf_plan::node::{NodeKind, Owner};
use wf_plan::people::Who;
use wf_plan::plan::{NodeId, RoleId};
use wf_plan::{Moment, Value};

/// An instance at a glance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InstanceView {
    /// Where it stands.
    pub phase: Phase,
    /// Name of the workflow.
    pub workflow: String,
    /// Title of the instance.
    pub title: String,
    /// Its reference, if the workflow gives one.
    pub reference: Option<String>,
    /// Its number.
    pub number: u64,
    /// Who started it.
    pub starter: Option<String>,
    /// When it started; `None`: not yet.
    pub started: Option<Moment>,
    /// When it ended.
    pub ended: Option<Moment>,
    /// Name of the outcome it ended in.
    pub outcome: Option<String>,
    /// Its own deadline.
    pub due: Due,
    /// Its nodes in file order; a `for each` is followed by its copies.
    pub nodes: Vec<NodeView>,
    /// Open questions, oldest first.
    pub questions: Vec<QuestionView>,
    /// When time will change something next.
    pub next_due: Option<Moment>,
    /// What is owed now, in words: one line per active or blocked node, and per open question.
    pub open: Vec<String>,
}

/// When something is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Due {
    /// It has no deadline.
    Never,
    /// At this moment.
    At(Moment),
    /// Its clock stands.
    Paused,
}

/// A node, or one copy of a `for each`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NodeView {
    /// Which.
    pub place: Place,
    /// Name in the source.
    pub name: String,
    /// Title for people.
    pub label: String,
    /// The element of a copy, as text.
    pub element: Option<String>,
    /// Where it stands.
    pub state: NodeState,
    /// Name of the option, child's outcome or the like that it settled with.
    pub result: Option<String>,
    /// The roles that own it.
    pub owner_roles: Vec<RoleId>,
    /// Who owns it, in words: whoever claimed it, else the roles.
    pub owner: String,
    /// Who claimed it.
    pub claimed_by: Option<String>,
    /// Who did it.
    pub done_by: Vec<String>,
    /// Since when it is in its state; `None`: waiting from the beginning.
    pub since: Option<Moment>,
    /// When it started, while it is active.
    pub started: Option<Moment>,
    /// When it is due.
    pub due: Due,
    /// The deadline has passed.
    pub overdue: bool,
    /// Which round it is in, from 1.
    pub round: u16,
    /// Why it is blocked.
    pub block_reason: Option<String>,
    /// Who is waited on.
    pub waiting_on: Option<RoleId>,
    /// What a waiting node waits for: sources that have not settled, else the nodes whose redo may bring one back.
    pub waits_for: Vec<NodeId>,
    /// What can be chosen now, by position.
    pub options: Vec<u16>,
    /// Values of its form, in the form's order.
    pub values: Vec<Value>,
}

/// An open question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct QuestionView {
    /// Its number.
    pub id: QuestionId,
    /// About which node.
    pub place: Place,
    /// The node's title.
    pub label: String,
    /// The question's words, in the language of the source.
    pub text: String,
    /// The roles asked.
    pub asked: Vec<RoleId>,
    /// When it was asked.
    pub since: Moment,
    /// Its written alternatives.
    pub alternatives: Vec<String>,
    /// What the agent suggested.
    pub suggestions: Vec<String>,
    /// Nobody decided in time.
    pub expired: bool,
}

/// What an instance is called, and how it ended: the part of its view that every transition needs.
#[derive(Clone, PartialEq, Debug)]
pub struct Heading {
    /// Its `title`, or the workflow's.
    pub title: String,
    /// Its `reference`.
    pub reference: Option<String>,
    /// When it ended.
    pub ended: Option<Moment>,
    /// Name of the outcome it reached.
    pub outcome: Option<String>,
}

/// The heading of an instance.
#[must_use]
pub fn heading(prepared: &Prepared, state: &State) -> Heading {
    let program = prepared.program();
    let text = |code| eval::text(prepared, state, code, &Scope::default());
    let outcome = match state.phase {
        Phase::Ended(crate::state::End::Outcome(node)) => prepared.node(node).map(|node| node.name.clone()),
        _ => None,
    };
    Heading {
        title: program.title.map_or_else(|| program.label.clone(), text),
        reference: program.reference.map(text),
        ended: Some(state.ended).filter(|_| matches!(state.phase, Phase::Ended(_))),
        outcome,
    }
}

/// Describes an instance.
#[must_use]
pub fn view(prepared: &Prepared, state: &State) -> InstanceView {
    let program = prepared.program();
    let started = state.phase != Phase::New;
    let Heading { title, reference, ended, outcome } = heading(prepared, state);
    let nodes: Vec<NodeView> =
        prepared::ids(program).flat_map(|node| of_node(prepared, state, node)).collect();
    let questions: Vec<QuestionView> =
        state.questions.iter().filter_map(|question| of_question(prepared, state, question)).collect();
    InstanceView {
        phase: state.phase,
        workflow: program.workflow.clone(),
        title,
        reference,
        number: state.number,
        starter: state.starter.as_ref().map(|starter| starter.person.clone()),
        started: Some(state.started).filter(|_| started),
        ended,
        outcome,
        due: due_of(state.deadline.as_ref()),
        open: open_lines(prepared, &nodes, &questions),
        nodes,
        questions,
        next_due: crate::state::next_due(state),
    }
}

/// A node and, for a `for each`, its copies.
fn of_node(prepared: &Prepared, state: &State, node: NodeId) -> Vec<NodeView> {
    let Some(record) = state.nodes.get(node.index()) else {
        return of_work(prepared, state, Place { node, copy: None }, &Work::default()).into_iter().collect();
    };
    let own = of_work(prepared, state, Place { node, copy: None }, &record.own);
    let copies = (0u16..)
        .zip(&record.copies)
        .filter_map(|(copy, work)| of_work(prepared, state, Place { node, copy: Some(copy) }, work));
    own.into_iter().chain(copies).collect()
}

fn of_work(prepared: &Prepared, state: &State, place: Place, work: &Work) -> Option<NodeView> {
    let node = prepared.node(place.node)?;
    let active = work.active.as_deref();
    let blocked = active.and_then(|active| active.blocked.as_ref());
    let owner_roles = owner_roles(prepared, state, place);
    let claimed_by = active.and_then(|active| active.owner.clone());
    Some(NodeView {
        place,
        name: node.name.clone(),
        label: node.label.clone(),
        element: element(prepared, state, place),
        state: work.state,
        result: result(node, work.state),
        owner: claimed_by.clone().unwrap_or_else(|| {
            let people = owner_people(prepared, state, place);
            if people.is_empty() { labels(prepared, &owner_roles) } else { people.join(", ") }
        }),
        owner_roles,
        claimed_by,
        done_by: work.did.clone(),
        since: Some(work.since).filter(|since| *since != Moment::default()),
        started: active.map(|active| active.started),
        due: due_of(active.and_then(|active| active.deadline.as_ref())),
        overdue: active.and_then(|active| active.deadline.as_ref()).is_some_and(|deadline| deadline.passed),
        round: work.resets.saturating_add(1),
        block_reason: blocked.map(|block| block.reason.clone()),
        waiting_on: blocked.and_then(|block| block.waiting_on),
        waits_for: waits_for(prepared, state, place, work.state),
        options: open_options(prepared, state, place),
        values: work.values.clone(),
    })
}

/// The options that can be chosen at a decision now; none where it is not active.
#[must_use]
pub fn open_options(prepared: &Prepared, state: &State, place: Place) -> Vec<u16> {
    let (Some(node), Some(active)) = (prepared.node(place.node), state.active(place)) else {
        return Vec::new();
    };
    let NodeKind::Decision(decision) = &node.kind else { return Vec::new() };
    let all = 0..u16::try_from(decision.options.len()).unwrap_or(u16::MAX);
    all.filter(|option| !active.closed.contains(option)).collect()
}

/// The roles that own work now: reassigned, written, or the process owner.
#[must_use]
pub fn owner_roles(prepared: &Prepared, state: &State, place: Place) -> Vec<RoleId> {
    eval::owners(prepared, state, place)
        .iter()
        .filter_map(|owner| match owner {
            Owner::Role(role) => Some(*role),
            Owner::Person(_) => None,
        })
        .collect()
}

/// What the work message says at a place, in the reader's language where the source has it; `None`: it says nothing.
#[must_use]
pub fn said(prepared: &Prepared, state: &State, place: Place, language: Option<&str>) -> Option<String> {
    let words = prepared.node(place.node)?.say.as_ref()?;
    let translated = words.languages.iter().find(|(tag, _)| Some(tag.as_str()) == language);
    let scope = Scope { language: translated.and(language), ..Scope::at(Some(place)) };
    Some(eval::text(prepared, state, translated.map_or(words.text, |(_, code)| *code), &scope))
}

/// The persons who own active work by name: where the owner is a field of type person.
#[must_use]
pub fn owner_people(prepared: &Prepared, state: &State, place: Place) -> Vec<String> {
    if state.active(place).is_none() {
        return Vec::new();
    }
    let scope = Scope::at(Some(place));
    let owners = eval::owners(prepared, state, place);
    let named = owners.iter().filter_map(|owner| match owner {
        Owner::Role(_) => None,
        Owner::Person(code) => Some(eval::value(prepared, state, *code, &scope)),
    });
    named.filter_map(|value| if let Value::Text(person) = value { Some(person) } else { None }).collect()
}

fn element(prepared: &Prepared, state: &State, place: Place) -> Option<String> {
    let record = state.nodes.get(place.node.index())?;
    record.elements.get(usize::from(place.copy?)).map(|element| show::show(prepared, element, None))
}

fn result(node: &wf_plan::node::Node, state: NodeState) -> Option<String> {
    match (state, &node.kind) {
        (NodeState::Chosen(option), NodeKind::Decision(decision)) => {
            decision.options.get(usize::from(option)).map(|option| option.name.clone())
        }
        (NodeState::Ended(outcome), NodeKind::Run(run)) => run.outcomes.get(usize::from(outcome)).cloned(),
        _ => None,
    }
}

fn waits_for(prepared: &Prepared, state: &State, place: Place, own: NodeState) -> Vec<NodeId> {
    if own != NodeState::Waiting || join::after(prepared, state, place.node) != Truth::Perhaps {
        return Vec::new();
    }
    let sources = prepared.sources(place.node);
    let unsettled = |node: &NodeId| {
        matches!(state.node_state(*node), NodeState::Waiting | NodeState::Active | NodeState::Blocked)
    };
    let open: Vec<NodeId> = sources.iter().copied().filter(unsettled).collect();
    if !open.is_empty() {
        return open;
    }
    // All have settled otherwise, but a redo can still bring one of them back.
    let mut holders: Vec<NodeId> = sources
        .iter()
        .flat_map(|source| prepared.regions(*source))
        .filter(|region| join::redo_can_come(prepared, state, **region))
        .map(|region| region.holder)
        .collect();
    holders.sort_unstable();
    holders.dedup();
    holders
}

fn due_of(deadline: Option<&crate::state::Deadline>) -> Due {
    match deadline {
        Some(deadline) if deadline.stopped.is_some() => Due::Paused,
        Some(deadline) => deadline.end().map_or(Due::Never, Due::At),
        None => Due::Never,
    }
}

fn labels(prepared: &Prepared, roles: &[RoleId]) -> String {
    let names: Vec<&str> =
        roles.iter().filter_map(|role| prepared.role(*role)).map(|role| role.label.as_str()).collect();
    names.join(", ")
}

/// A question with its level's words.
fn of_question(prepared: &Prepared, state: &State, question: &Question) -> Option<QuestionView> {
    let node = prepared.node(question.place.node)?;
    let ladder = prepared.ladder(*node.ladders.get(usize::from(question.ladder))?)?;
    let level = ladder.levels.get(usize::from(question.level))?;
    let ask = level.ask.as_ref()?;
    let scope = Scope { level: Some(level.number), ..Scope::at(Some(question.place)) };
    Some(QuestionView {
        id: question.id,
        place: question.place,
        label: node.label.clone(),
        text: eval::text(prepared, state, ask.words.text, &scope),
        asked: ask.who.iter().flat_map(|who| roles_of(prepared, state, question.place, *who)).collect(),
        since: question.asked,
        alternatives: ask.alternatives.iter().map(|alternative| alternative.label.clone()).collect(),
        suggestions: question.suggestions.clone(),
        expired: question.expired,
    })
}

/// The roles behind a receiver.
fn roles_of(prepared: &Prepared, state: &State, place: Place, who: Who) -> Vec<RoleId> {
    match who {
        Who::Role(role) => vec![role],
        Who::Owner => owner_roles(prepared, state, place),
        Who::ProcessOwner => prepared.program().process_owner.into_iter().collect(),
        Who::Starter => state.starter.as_ref().and_then(|starter| starter.role).into_iter().collect(),
        Who::WaitingOn => {
            let block = state.active(place).and_then(|active| active.blocked.as_ref());
            block.and_then(|block| block.waiting_on).into_iter().collect()
        }
        Who::Value(..) => Vec::new(),
    }
}

fn open_lines(prepared: &Prepared, nodes: &[NodeView], questions: &[QuestionView]) -> Vec<String> {
    let mut lines = Vec::new();
    for node in nodes.iter().filter(|node| node.state.is_live()) {
        // The whole of a `for each` is only as open as its copies, which follow.
        if prepared.node(node.place.node).is_some_and(|declared| declared.for_each.is_some())
            && node.place.copy.is_none()
        {
            continue;
        }
        let whose = if node.owner.is_empty() { String::new() } else { format!(", with {}", node.owner) };
        let element = node.element.as_ref().map_or_else(String::new, |element| format!(" for {element}"));
        let blocked =
            node.block_reason.as_ref().map_or_else(String::new, |reason| format!(", blocked: {reason}"));
        lines.push(format!("{}{element}{whose}{blocked}", node.label));
    }
    for question in questions {
        lines.push(format!("{}: a decision of {}", question.label, labels(prepared, &question.asked)));
    }
    lines
}
