//! Where personal and secret data goes: every field so marked, with every channel, system or agent that a text or
//! value with it can reach.
//!
//! A message may fall back from one channel to the next, so all channels of its receivers' `reach` count; whoever gets
//! a message reads the instance's title and reference with it. Giving a value to another workflow exposes nothing.
//! Invariant: what is not marked as personal or secret stands nowhere here, and whether the receiver may have it is
//! asked with [`Exposure::is_carried`].

mod marks;
mod receivers;

use crate::place::Place;
use crate::typed::{
    Action, ActionKind, Ask, Expr, ExprKind, Ladder, Mark, Node, NodeKind, Placed, Reminder, Typed, Who,
    Words,
};
use marks::Marks;
use std::collections::HashSet;
use wf_plan::plan::{ChannelId, SystemId};

/// Something that data can reach.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sink {
    /// A channel.
    Channel(ChannelId),
    /// A system: `set`, `note`, `call`.
    System(SystemId),
    /// The agent: what it drafts from, and the questions to which it suggests alternatives.
    Agent,
}

/// A marked field that reaches something.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Exposure {
    /// The field, and the way from it to the text.
    pub mark: Mark,
    /// What it reaches.
    pub sink: Sink,
    /// Where the receiver comes to this channel, if that is said elsewhere: the `reach` of a role.
    pub reach: Option<Place>,
    /// The text or value; of the words of another declaration, where the workflow uses them.
    pub at: Place,
}

impl Exposure {
    /// Whether what it reaches may have it.
    #[must_use]
    pub fn is_carried(&self, typed: &Typed) -> bool {
        let (personal, secret) = match self.sink {
            Sink::Channel(channel) => {
                let channel = typed.channels.get(channel.index()).map(|channel| &channel.data);
                channel.map_or((true, true), |channel| (channel.carries_personal, channel.carries_secret))
            }
            Sink::System(system) => typed
                .systems
                .get(system.index())
                .map_or((true, true), |system| (system.carries_personal, system.carries_secret)),
            // No agent is there to carry secrets.
            Sink::Agent => (typed.agent.as_ref().is_none_or(|agent| agent.value.carries_personal), false),
        };
        if self.mark.secret { secret } else { personal }
    }
}

/// Everything marked that reaches anything, in file order.
#[must_use]
pub fn exposures(typed: &Typed) -> Vec<Exposure> {
    if !is_anything_marked(typed) {
        return Vec::new();
    }
    let marks = Marks::of(typed);
    let mut flow = Flow { typed, marks, node: None, used_at: None, found: Vec::new(), known: HashSet::new() };
    for summary in &typed.summaries {
        flow.sent(&summary.to, Who::ProcessOwner, summary.via, None);
    }
    // What the process owner is told of the whole: its deadline, and an end without outcome.
    flow.sent(&[], Who::ProcessOwner, None, None);
    for node in &typed.nodes {
        flow.node = Some(node);
        flow.node(node);
    }
    flow.found
}

/// Whether any field that the workflow knows is personal or secret: every mark comes from one.
fn is_anything_marked(typed: &Typed) -> bool {
    let of_nodes = typed.nodes.iter().flat_map(|node| &node.form);
    let of_records = typed.records.iter().flat_map(|record| &record.fields);
    let mut fields = typed.inputs.iter().chain(of_nodes).chain(of_records);
    fields.any(|field| field.data.personal || field.data.secret)
}

/// Collects what one workflow exposes.
struct Flow<'a> {
    typed: &'a Typed,
    marks: Marks<'a>,
    node: Option<&'a Node>,
    /// Where the workflow uses the ladder or reminder that is looked at.
    used_at: Option<Place>,
    found: Vec<Exposure>,
    known: HashSet<Exposure>,
}

impl<'a> Flow<'a> {
    fn node(&mut self, node: &'a Node) {
        if matches!(node.kind, NodeKind::Step | NodeKind::Decision { .. }) {
            self.sent(&[], Who::Owner, None, node.say.as_ref());
        }
        let on = &node.on;
        for actions in [&on.start, &on.done, &on.skip, &on.block, &on.overdue] {
            self.actions(actions);
        }
        if let NodeKind::Outcome { effects, .. } = &node.kind {
            self.actions(effects);
        }
        node.reminders.iter().for_each(|reminder| self.reminder(reminder));
        node.ladders.iter().for_each(|ladder| self.ladder(ladder));
    }

    fn reminder(&mut self, reminder: &'a Reminder) {
        self.used_at = Some(reminder.used_at);
        self.sent(&reminder.to, Who::Owner, reminder.via, Some(&reminder.words));
        self.used_at = None;
    }

    fn ladder(&mut self, ladder: &'a Ladder) {
        self.used_at = Some(ladder.used_at);
        for level in &ladder.levels {
            self.actions(&level.actions);
            level.ask.iter().for_each(|ask| self.ask(ask));
        }
        self.used_at = None;
    }

    fn ask(&mut self, ask: &'a Ask) {
        self.sent(&ask.who, Who::Owner, None, Some(&ask.words));
        let suggests = self.typed.agent.as_ref().is_some_and(|agent| agent.value.suggests);
        if suggests && ask.suggest > 0 {
            let marks = self.marks.of_text(self.node, &ask.words.text);
            self.expose(marks, ask.words.at, &[(Sink::Agent, None)]);
        }
        ask.alternatives.iter().for_each(|alternative| self.actions(&alternative.actions));
    }

    fn actions(&mut self, actions: &'a [Action]) {
        for action in actions {
            match &action.kind {
                ActionKind::Set { system, value, .. } => self.value(*system, value),
                ActionKind::Note { system, words } => {
                    let marks = self.marks.of_words(self.node, words);
                    self.expose(marks, words.at, &[(Sink::System(*system), None)]);
                    self.draft(words, &[(Sink::System(*system), None)]);
                }
                ActionKind::Tell { who, words, via, .. } => self.sent(who, Who::Owner, *via, Some(words)),
                ActionKind::Call { system, arguments, .. } => {
                    arguments.iter().for_each(|(_, value)| self.value(*system, value));
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, system: SystemId, value: &'a Expr) {
        let marks = self.marks.of_expr(self.node, value);
        self.expose(marks, value.at, &[(Sink::System(system), None)]);
    }

    /// A message to these (to `otherwise` if there are none), with the title that stands on every message.
    fn sent(
        &mut self,
        who: &'a [Placed<Who>],
        otherwise: Who,
        via: Option<ChannelId>,
        words: Option<&'a Words>,
    ) {
        let heading = self.marks.of_heading();
        let said = words.map(|words| self.marks.of_words(self.node, words)).unwrap_or_default();
        // Mostly nothing is marked, and where a message would go matters to nobody.
        if heading.is_empty() && said.is_empty() && words.is_none_or(|words| words.draft.is_none()) {
            return;
        }
        let who: Vec<&Who> =
            if who.is_empty() { vec![&otherwise] } else { who.iter().map(|who| &who.value).collect() };
        let sinks: Vec<(Sink, Option<Place>)> = match via {
            Some(channel) => vec![(Sink::Channel(channel), None)],
            None => receivers::channels(self.typed, self.node, &who),
        };
        for (marks, at) in heading {
            self.expose_at(marks, at, &sinks);
        }
        if let Some(words) = words {
            self.expose(said, words.at, &sinks);
            self.draft(words, &sinks);
        }
    }

    /// What the agent is told to write about reaches the agent, and the reader in what it wrote.
    fn draft(&mut self, words: &'a Words, sinks: &[(Sink, Option<Place>)]) {
        let drafts = self.typed.agent.as_ref().is_some_and(|agent| agent.value.drafts);
        let Some(draft) = words.draft.as_ref().filter(|_| drafts) else { return };
        let marks = self.marks.of_text(self.node, draft);
        let sinks: Vec<_> = std::iter::once((Sink::Agent, None)).chain(sinks.iter().copied()).collect();
        self.expose(marks, draft.at, &sinks);
    }

    /// Words of another declaration are shown where this workflow uses them.
    fn expose(&mut self, marks: Vec<Mark>, at: Place, sinks: &[(Sink, Option<Place>)]) {
        let at = self.used_at.filter(|_| at.decl != self.typed.decl).unwrap_or(at);
        self.expose_at(marks, at, sinks);
    }

    fn expose_at(&mut self, marks: Vec<Mark>, at: Place, sinks: &[(Sink, Option<Place>)]) {
        for mark in marks {
            for (sink, reach) in sinks {
                let exposure = Exposure { mark: mark.clone(), sink: *sink, reach: *reach, at };
                if self.known.insert(exposure.clone()) {
                    self.found.push(exposure);
                }
            }
        }
    }
}

/// Whether an expression only asks if something has a value: that tells nothing of the value.
fn only_asks_for_presence(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::IsMissing(_) => true,
        ExprKind::Not(inner) => only_asks_for_presence(inner),
        _ => false,
    }
}
