//! A workflow: its clauses and its nodes.
//!
//! The seven node kinds are one view, [`FlowNode`], because they share most clauses and the compiler
//! treats them alike. Invariant: an accessor for a clause that a kind does not allow still finds it.

use super::{
    After, AtAnyTime, Deadline, DifferentPerson, Effect, Escalate, Expr, Field, ForEach, Form, HeadsUp,
    IfLate, Kind, Node, OnEvent, OptionClause, Optional, Owner, PauseFor, PauseUntil, Redo, Remind,
    RunWorkflow, Say, SeenBy, SettlesWhen, Tags, Takes, Text, View, WaitFor, Was, When, With, WithClause,
    one, statements, views,
};
use crate::ast::{Duration, Who};
use crate::span::Span;

views! {
    /// A `workflow`.
    Workflow {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// What people call it.
        title: one Text,
        /// Everything in it, in order: clauses, nodes, and what did not parse.
        statements: statements,
        /// What did not parse.
        unparsed: unparsed,
        /// Its nodes, in order.
        nodes: clauses FlowNode,
        /// `version N`
        version: clause Version,
        /// `running instances …`
        running_instances: clause RunningInstances,
        /// `title "…"`: what one instance is called.
        instance_title: clause TitleClause,
        /// `reference "…"`
        reference: clause Reference,
        /// `one per FIELD`
        one_per: clause OnePer,
        /// `starts by …`; each line.
        starts_by: clauses StartsBy,
        /// `starts on …`; each line.
        starts_on: clauses StartsOn,
        /// `starts every …`; each line.
        starts_every: clauses StartsEvery,
        /// `calendar NAME`
        calendar: clause CalendarClause,
        /// `deadline …` of the whole instance; each line.
        deadlines: clauses Deadline,
        /// `process owner ROLE`
        process_owner: clause ProcessOwner,
        /// `summary every …`; each line.
        summaries: clauses Summary,
        /// `tags …`
        tags: clause Tags,
        /// `seen by …`
        seen_by: clause SeenBy,
        /// `remind …`
        remind: clause Remind,
        /// `escalate …`
        escalate: clause Escalate,
        /// `agent { … }`
        agent: clause Agent,
        /// `input { … }`
        input: clause Input,
    }

    /// `version N`.
    Version {
        /// The number.
        number: token Number,
    }

    /// `running instances keep their version`, or `… move to this version when compatible`.
    RunningInstances {
        /// Whether they keep their version.
        keep: has KeepWords,
        /// Whether they move to this one.
        move_when_compatible: has MoveWords,
    }

    /// `title "…"`.
    TitleClause {
        /// The text.
        text: one Text,
    }

    /// `reference "…"`.
    Reference {
        /// The text.
        text: one Text,
    }

    /// `one per FIELD`.
    OnePer {
        /// The input field.
        field: token Name,
    }

    /// `starts by ROLE, …`.
    StartsBy {
        /// The roles.
        roles: tokens Name,
    }

    /// `starts on SYSTEM "event" [where E] with { … }`.
    StartsOn {
        /// The system.
        system: token Name,
        /// The event's name.
        event: one Text,
        /// Which events start an instance.
        condition: inside WhereClause Expr,
        /// The inputs.
        with: one With,
    }

    /// `starts every DURATION from DATE with { … }`.
    StartsEvery {
        /// How often.
        every: one Duration,
        /// The first day, or moment.
        from: inside FromClause Expr,
        /// The inputs.
        with: one With,
    }

    /// `calendar NAME`, in a workflow or a role.
    CalendarClause {
        /// The calendar's name.
        name: token Name,
    }

    /// `process owner ROLE`.
    ProcessOwner {
        /// The role.
        role: token Name,
    }

    /// `summary every monday at 09:00 [to WHO] [via CHANNEL]`.
    Summary {
        /// The period's word: a weekday, `day`, `business day`; nothing if a duration is given.
        period: token PeriodWord,
        /// The period as a duration, such as `2 weeks`.
        every: one Duration,
        /// The time of day.
        time: token_inside AtTime Time,
        /// To whom.
        to: inside ToClause Who,
        /// Through which channel.
        via: token_inside ViaClause Name,
    }

    /// `input { … }`.
    Input {
        /// The fields.
        fields: clauses Field,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `agent { … }`: what the agent may do.
    Agent {
        /// `topics "…", …`; each line.
        topics: clauses AgentTopics,
        /// Whether it drafts messages.
        drafts_messages: has_clause AgentDrafts,
        /// Whether it suggests alternatives.
        suggests_alternatives: has_clause AgentSuggests,
        /// Whether personal data may reach it.
        carries_personal: has_clause Carries,
        /// `at most N calls per day`
        limit: clause AgentLimit,
        /// Everything in it, in order.
        statements: statements,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `topics "onboarding", "billing"`.
    AgentTopics {
        /// The topics.
        topics: many Text,
    }

    /// `drafts messages`.
    AgentDrafts {}

    /// `suggests alternatives`.
    AgentSuggests {}

    /// `at most 20 calls per day`.
    AgentLimit {
        /// How many calls.
        calls: token Number,
        /// Per what: `hour`, `day`, `week` or `month`.
        period: token PeriodWord,
    }
}

/// The seven kinds of nodes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FlowNodeKind {
    /// Work that an owner does.
    Step,
    /// A point at which people choose.
    Decision,
    /// A named meeting point.
    Converge,
    /// Something that happens in another system.
    Wait,
    /// Time that must pass.
    Pause,
    /// Another workflow.
    Run,
    /// An end of the instance.
    Outcome,
}

impl FlowNodeKind {
    /// The keyword.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Decision => "decision",
            Self::Converge => "converge",
            Self::Wait => "wait",
            Self::Pause => "pause",
            Self::Run => "run",
            Self::Outcome => "outcome",
        }
    }
}

/// A node of a workflow, of any kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FlowNode<'t>(Node<'t>);

impl<'t> View<'t> for FlowNode<'t> {
    fn cast(node: Node<'t>) -> Option<Self> {
        flow_node_kind(node.kind()).map(|_| Self(node))
    }

    fn node(self) -> Node<'t> {
        self.0
    }
}

fn flow_node_kind(kind: Kind) -> Option<FlowNodeKind> {
    Some(match kind {
        Kind::Step => FlowNodeKind::Step,
        Kind::Decision => FlowNodeKind::Decision,
        Kind::Converge => FlowNodeKind::Converge,
        Kind::Wait => FlowNodeKind::Wait,
        Kind::Pause => FlowNodeKind::Pause,
        Kind::Run => FlowNodeKind::Run,
        Kind::Outcome => FlowNodeKind::Outcome,
        _ => return None,
    })
}

impl<'t> FlowNode<'t> {
    /// Its kind.
    pub fn kind(self) -> FlowNodeKind {
        flow_node_kind(self.0.kind()).unwrap_or(FlowNodeKind::Step)
    }

    /// Its bytes in the text.
    pub fn span(self) -> Span {
        self.0.span()
    }

    /// The untyped node.
    pub fn node(self) -> Node<'t> {
        self.0
    }
}

macro_rules! node_clauses {
    ($( $(#[$doc:meta])* $name:ident : $mode:ident $($argument:ident)* ),* $(,)?) => {
        impl<'t> FlowNode<'t> { $( super::accessor!{ [$(#[$doc])*] $name $mode $($argument)* } )* }
    };
}

node_clauses! {
    /// Its doc comment.
    doc: doc,
    /// Its name.
    name: token Name,
    /// What people call it.
    title: one Text,
    /// Every statement in it, in order.
    statements: statements,
    /// What of it did not parse.
    unparsed: unparsed,
    /// `owner …`; each line.
    owners: clauses Owner,
    /// `when E`
    when: clause When,
    /// `tags …`
    tags: clause Tags,
    /// `was OLD_NAME`
    was: clause Was,
    /// `deadline …`; each line.
    deadlines: clauses Deadline,
    /// `heads up …`; each line.
    heads_ups: clauses HeadsUp,
    /// `remind …`
    remind: clause Remind,
    /// `escalate …`
    escalate: clause Escalate,
    /// `on start { … }` and its kin.
    on_events: clauses OnEvent,
    /// `seen by …`
    seen_by: clause SeenBy,
    /// `form { … }`
    form: clause Form,
    /// `takes A to B`
    takes: clause Takes,
    /// `say "…"`
    say: clause Say,
    /// `different person from …`; each line.
    different_person: clauses DifferentPerson,
    /// `optional`
    optional: clause Optional,
    /// `for each x in LIST`
    for_each: clause ForEach,
    /// `settles when …`
    settles_when: clause SettlesWhen,
    /// `redo …` of a step or wait.
    redo: clause Redo,
    /// The options of a decision.
    options: clauses OptionClause,
    /// `if late …`
    if_late: clause IfLate,
    /// `for SYSTEM "event"` of a wait.
    wait_for: clause WaitFor,
    /// `for D` of a pause.
    pause_for: clause PauseFor,
    /// `until E` of a pause.
    pause_until: clause PauseUntil,
    /// `workflow NAME` of a run.
    run_workflow: clause RunWorkflow,
    /// What happens at this outcome: the statements of its block that are effects.
    effects: clauses Effect,
    /// `at any time by …` of an outcome.
    at_any_time: one AtAnyTime,
}

impl<'t> FlowNode<'t> {
    /// `after …`: a line of its own, or in the header of an outcome.
    pub fn after(self) -> Option<After<'t>> {
        one(self.0).or_else(|| statements(self.0).find_map(After::cast))
    }

    /// `with { … }` of a run.
    pub fn with(self) -> Option<With<'t>> {
        statements(self.0).find_map(WithClause::cast)?.with()
    }
}
