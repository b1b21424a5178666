//! Where an instance stands, its nodes, questions and what could not be delivered.

use crate::moment::iso;
use crate::opened::Opened;
use crate::transition::question_number;
use crate::values::Reader;
use serde::Serialize;
use utoipa::ToSchema;
use wf_plan::node::NodeKind;
use wf_plan::plan::{NodeId, RoleId};
use wf_vm::state::NodeState;
use wf_vm::view::{Due, NodeView, QuestionView};

/// Where an instance stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = Instance)]
pub struct InstanceTold {
    /// Its id.
    #[schema(example = "onboarding-17")]
    pub instance: String,
    /// Its reference, if the workflow gives one.
    pub reference: Option<String>,
    /// Its title.
    pub title: String,
    /// Name of the workflow.
    #[schema(example = "onboarding")]
    pub workflow: String,
    /// Version of the workflow.
    pub version: u32,
    /// The plan it started with and keeps: `NAME@VERSION#HASH`.
    pub plan: String,
    /// `running`, `outcome`, `finished`, `ended without outcome` or `cancelled`.
    #[schema(example = "running")]
    pub status: String,
    /// Name of the outcome it reached.
    pub outcome: Option<String>,
    /// Who started it.
    pub starter: Option<String>,
    /// When it started.
    pub started: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
    /// When it is due: a moment, or `paused`.
    pub due: Option<String>,
    /// Its nodes in the order of the source; a `for each` is followed by its copies.
    pub nodes: Vec<NodeTold>,
    /// Open questions of escalations, oldest first.
    pub questions: Vec<QuestionTold>,
    /// When time will change something next.
    pub next_due: Option<String>,
    /// What is owed now, in words.
    pub open: Vec<String>,
    /// Letters that could not be delivered.
    pub undelivered: Vec<UndeliveredTold>,
}

/// A node, or one copy of a `for each`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = Node)]
pub struct NodeTold {
    /// Name in the workflow.
    #[schema(example = "contract")]
    pub name: String,
    /// Title for people.
    pub label: String,
    /// Which copy of a `for each`, from 1.
    pub copy: Option<u32>,
    /// The element of a copy.
    pub element: Option<String>,
    /// `waiting`, `active`, `blocked`, `done`, `done: OPTION`, `arrived`, `late`, `skipped`, `skipped by rule`,
    /// `not taken` or `cancelled`.
    #[schema(example = "active")]
    pub state: String,
    /// Whose it is, in words.
    pub owner: String,
    /// The roles that own it.
    pub owner_roles: Vec<String>,
    /// Who claimed it.
    pub claimed_by: Option<String>,
    /// Who did it.
    pub done_by: Vec<String>,
    /// Since when it is in its state.
    pub since: Option<String>,
    /// When it is due: a moment, or `paused`.
    pub due: Option<String>,
    /// Its deadline has passed.
    pub overdue: bool,
    /// Which round it is in, from 1.
    pub round: u16,
    /// Why it is blocked.
    pub block_reason: Option<String>,
    /// The role that is waited on.
    pub waiting_on: Option<String>,
    /// Names of the nodes it waits for.
    pub waits_for: Vec<String>,
    /// What can be chosen now.
    pub options: Vec<OptionTold>,
    /// What is filled in to complete it, while that can be done.
    pub form: Vec<FieldTold>,
}

/// An option of a decision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = DecisionOption)]
pub struct OptionTold {
    /// Name in the workflow.
    #[schema(example = "yes")]
    pub name: String,
    /// Words on the button.
    pub label: String,
    /// How many people must choose it.
    pub needs: u16,
    /// A reason must be given.
    pub needs_reason: bool,
}

/// A field of a form.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = FormField)]
pub struct FieldTold {
    /// Name in the workflow.
    #[schema(example = "signed_on")]
    pub name: String,
    /// What is wanted, in words.
    #[schema(example = "a date, such as 2026-03-04")]
    pub wanted: String,
    /// It may be left out.
    pub optional: bool,
}

/// An open question of an escalation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = Question)]
pub struct QuestionTold {
    /// `INSTANCE/qNUMBER`.
    #[schema(example = "onboarding-17/q1")]
    pub id: String,
    /// Name of the node it is about.
    pub about: Option<String>,
    /// The question.
    pub text: String,
    /// The roles asked.
    pub asked: Vec<String>,
    /// When it was asked.
    pub since: String,
    /// Written alternatives; their numbers count from 1.
    pub alternatives: Vec<String>,
    /// Suggestions of the agent; their numbers go on from the alternatives.
    pub suggestions: Vec<String>,
    /// Nobody decided in time.
    pub expired: bool,
}

/// A letter that could not be delivered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = Undelivered)]
pub struct UndeliveredTold {
    /// Its number.
    pub letter: i64,
    /// To whom.
    pub to: String,
    /// Why not.
    pub why: String,
}

impl InstanceTold {
    /// Everything that can be seen of an opened instance.
    #[must_use]
    pub fn of(opened: &Opened, undelivered: &[(String, i64, String, String)]) -> Self {
        let (view, instance) = (opened.view(), &opened.instance);
        Self {
            instance: instance.id.clone(),
            reference: instance.reference.clone(),
            title: instance.title.clone(),
            workflow: view.workflow.clone(),
            version: opened.ready.program().version,
            plan: opened.ready.plan.name(),
            status: instance.status.clone(),
            outcome: instance.outcome.clone(),
            starter: view.starter.clone(),
            started: view.started.map(iso),
            ended: view.ended.map(iso),
            due: due(view.due),
            nodes: view.nodes.iter().map(|node| NodeTold::of(opened, node)).collect(),
            questions: view.questions.iter().map(|asked| QuestionTold::of(opened, asked)).collect(),
            next_due: view.next_due.map(iso),
            open: view.open.clone(),
            undelivered: undelivered
                .iter()
                .map(|(_, letter, to, why)| UndeliveredTold {
                    letter: *letter,
                    to: to.clone(),
                    why: why.clone(),
                })
                .collect(),
        }
    }
}

impl NodeTold {
    fn of(opened: &Opened, node: &NodeView) -> Self {
        let declared = opened.ready.program().nodes.get(node.place.node.index());
        let options = node.options.iter().filter_map(|option| match declared.map(|node| &node.kind) {
            Some(NodeKind::Decision(decision)) => decision.options.get(usize::from(*option)),
            _ => None,
        });
        let reader = Reader::new(opened.ready.program(), &opened.ready.local);
        let fillable = declared.filter(|declared| {
            node.state.is_live() && matches!(declared.kind, NodeKind::Step | NodeKind::Decision(_))
        });
        let form = fillable.map(|declared| declared.form.as_slice()).unwrap_or_default();
        Self {
            name: node.name.clone(),
            label: node.label.clone(),
            copy: node.place.copy.map(|copy| u32::from(copy) + 1),
            element: node.element.clone(),
            state: state_in_words(node),
            owner: node.owner.clone(),
            owner_roles: roles(opened, &node.owner_roles),
            claimed_by: node.claimed_by.clone(),
            done_by: node.done_by.clone(),
            since: node.since.map(iso),
            due: due(node.due),
            overdue: node.overdue,
            round: node.round,
            block_reason: node.block_reason.clone(),
            waiting_on: node.waiting_on.map(|role| roles(opened, &[role]).concat()),
            waits_for: node.waits_for.iter().filter_map(|node| name(opened, *node)).collect(),
            options: options
                .map(|option| OptionTold {
                    name: option.name.clone(),
                    label: option.label.clone(),
                    needs: option.needs,
                    needs_reason: option.needs_reason,
                })
                .collect(),
            form: form
                .iter()
                .map(|field| FieldTold {
                    name: field.name.clone(),
                    wanted: reader.in_words(field.kind),
                    optional: field.optional,
                })
                .collect(),
        }
    }
}

impl QuestionTold {
    fn of(opened: &Opened, question: &QuestionView) -> Self {
        Self {
            id: format!("{}/q{}", opened.instance.id, question_number(question.id)),
            about: name(opened, question.place.node),
            text: question.text.clone(),
            asked: roles(opened, &question.asked),
            since: iso(question.since),
            alternatives: question.alternatives.clone(),
            suggestions: question.suggestions.clone(),
            expired: question.expired,
        }
    }
}

/// A node's state as people say it.
#[must_use]
pub fn state_in_words(node: &NodeView) -> String {
    let word = match node.state {
        NodeState::Waiting => "waiting",
        NodeState::Active => "active",
        NodeState::Blocked => "blocked",
        NodeState::Completed => "done",
        NodeState::Chosen(_) | NodeState::Ended(_) => {
            return node.result.clone().map_or_else(|| "done".to_owned(), |result| format!("done: {result}"));
        }
        NodeState::Arrived => "arrived",
        NodeState::Late => "late",
        NodeState::SkippedByRule => "skipped by rule",
        NodeState::SkippedByPerson => "skipped",
        NodeState::NotTaken => "not taken",
        NodeState::Cancelled => "cancelled",
    };
    word.to_owned()
}

fn due(due: Due) -> Option<String> {
    match due {
        Due::Never => None,
        Due::Paused => Some("paused".to_owned()),
        Due::At(moment) => Some(iso(moment)),
    }
}

fn roles(opened: &Opened, ids: &[RoleId]) -> Vec<String> {
    let roles = ids.iter().filter_map(|role| opened.ready.program().roles.get(role.index()));
    roles.map(|role| role.name.clone()).collect()
}

fn name(opened: &Opened, node: NodeId) -> Option<String> {
    opened.ready.program().nodes.get(node.index()).map(|node| node.name.clone())
}
