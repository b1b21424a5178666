//! The player of instances.

use super::{at, monday, text};
use wf_plan::Moment;
use wf_plan::node::{NodeKind, Owner};
use wf_plan::plan::SystemId;
use wf_vm::effect::{Fact, Message, Purpose, Receiver, Record, Refusal};
use wf_vm::event::{Act, Actor, Answer, Place, QuestionId};
use wf_vm::state::{NodeState, Phase};
use wf_vm::{Effect, Event, EventKind, Prepared, State};

/// An instance being played.
pub struct Played {
    pub prepared: Prepared,
    pub state: State,
    pub effects: Vec<Effect>,
    pub journal: Vec<Event>,
    pub now: Moment,
    /// Effects before this one belong to earlier events.
    pub latest: usize,
}

impl Played {
    pub fn new(prepared: Prepared) -> Self {
        Self { prepared, state: State::new(), effects: vec![], journal: vec![], now: monday(), latest: 0 }
    }

    /// Plays one event now.
    pub fn event(&mut self, kind: EventKind) -> &mut Self {
        let event = Event { at: self.now, kind };
        let outcome = wf_vm::step(&self.prepared, &self.state, &event);
        self.latest = self.effects.len();
        wf_vm::apply(&self.prepared, &mut self.state, &event, &mut self.effects);
        assert_eq!(outcome.state, self.state);
        assert_eq!(outcome.effects, self.effects[self.latest..]);
        let bytes = postcard::to_allocvec(&self.state).unwrap();
        assert_eq!(self.state, postcard::from_bytes::<State>(&bytes).unwrap());
        self.journal.push(event);
        self
    }

    /// `ann` in role `legal`.
    pub fn actor(&self, person: &str, role: &str) -> Actor {
        let roles = self.prepared.program().role_named(role).into_iter().collect();
        Actor { person: person.into(), roles, forced: None }
    }

    /// The first owner's role of a node, played by a person of that name.
    pub fn owner(&self, name: &str) -> Actor {
        let node = &self.prepared.program().nodes[self.node(name).node.index()];
        match node.owners.first() {
            Some(Owner::Role(role)) => {
                let role = &self.prepared.program().roles[role.index()];
                self.actor(&format!("{}-1", role.name), &role.name)
            }
            _ => self.actor("boss-1", "boss"),
        }
    }

    pub fn node(&self, name: &str) -> Place {
        let (name, copy) = match name.split_once('#') {
            Some((name, copy)) => (name, Some(copy.parse().unwrap())),
            None => (name, None),
        };
        let node = self.prepared.program().node_named(name).unwrap_or_else(|| panic!("no node {name}"));
        Place { node, copy }
    }

    pub fn act_by(&mut self, name: &str, act: Act, by: Actor) -> &mut Self {
        let place = self.node(name);
        self.event(EventKind::Act { place, act, by })
    }

    /// An act by a person in a role.
    pub fn act_as(&mut self, name: &str, act: Act, person: &str, role: &str) -> &mut Self {
        let by = self.actor(person, role);
        self.act_by(name, act, by)
    }

    /// An act by the node's owner.
    pub fn act(&mut self, name: &str, act: Act) -> &mut Self {
        let by = self.owner(name.split('#').next().unwrap());
        self.act_by(name, act, by)
    }

    pub fn complete(&mut self, name: &str) -> &mut Self {
        self.act(name, Act::Complete(vec![]))
    }

    pub fn block(&mut self, name: &str, waiting_on: Option<&str>) -> &mut Self {
        let waiting_on = waiting_on.map(|role| self.prepared.program().role_named(role).unwrap());
        self.act(name, Act::Block { reason: "stuck".into(), waiting_on })
    }

    /// `decision.option`.
    pub fn choose(&mut self, choice: &str) -> &mut Self {
        let by = self.owner(choice.split_once('.').unwrap().0);
        self.choose_by(choice, by)
    }

    pub fn choose_as(&mut self, choice: &str, person: &str, role: &str) -> &mut Self {
        let by = self.actor(person, role);
        self.choose_by(choice, by)
    }

    pub fn choose_by(&mut self, choice: &str, by: Actor) -> &mut Self {
        let (name, option) = choice.split_once('.').unwrap();
        let place = self.node(name);
        let NodeKind::Decision(decision) = &self.prepared.program().nodes[place.node.index()].kind else {
            panic!("no decision")
        };
        let option = decision.options.iter().position(|declared| declared.name == option).unwrap();
        let act = Act::Choose { option: u16::try_from(option).unwrap(), reason: Some("because".into()) };
        self.act_by(name, act, by)
    }

    pub fn answer(&mut self, question: u32, answer: Answer, by: Actor) -> &mut Self {
        self.event(EventKind::Answer { question: QuestionId(question), answer, by })
    }

    /// Time passes until a moment.
    pub fn until(&mut self, moment: &str) -> &mut Self {
        self.now = at(moment);
        self.event(EventKind::Tick)
    }

    pub fn at(&mut self, moment: &str) -> &mut Self {
        self.now = at(moment);
        self
    }

    pub fn arrived(&mut self, by: &str) -> &mut Self {
        self.event(EventKind::Arrived { system: SystemId(0), event: 0, fields: vec![text(by)] })
    }

    pub fn is(&self, name: &str) -> NodeState {
        self.state.work(self.node(name)).unwrap().state
    }

    /// States of some nodes, in order.
    pub fn are(&self, names: &[&str]) -> Vec<NodeState> {
        names.iter().map(|name| self.is(name)).collect()
    }

    pub fn ended_in(&self) -> Option<String> {
        match self.state.phase {
            Phase::Ended(wf_vm::state::End::Outcome(node)) => {
                Some(self.prepared.program().nodes[node.index()].name.clone())
            }
            _ => None,
        }
    }

    pub fn due(&self, name: &str) -> Option<Moment> {
        self.state.active(self.node(name))?.deadline.as_ref()?.due()
    }

    /// Records of the whole run.
    pub fn records(&self) -> Vec<&Record> {
        records(&self.effects)
    }

    /// Facts of the whole run, of one node.
    pub fn facts(&self, name: &str) -> Vec<Fact> {
        let place = self.node(name);
        self.records().iter().filter(|row| row.place == Some(place)).map(|row| row.fact.clone()).collect()
    }

    /// How often a fact happened, at which moments.
    pub fn when(&self, picks: impl Fn(&Fact) -> bool) -> Vec<Moment> {
        self.records().iter().filter(|row| picks(&row.fact)).map(|row| row.at).collect()
    }

    /// Effects of the latest event.
    pub fn new_effects(&self) -> &[Effect] {
        &self.effects[self.latest..]
    }

    /// Why the latest event was refused.
    pub fn refusal(&self) -> Option<Refusal> {
        records(self.new_effects()).iter().find_map(|row| match &row.fact {
            Fact::Refused(refusal) => Some(refusal.clone()),
            _ => None,
        })
    }

    pub fn messages(&self, purpose: Purpose) -> Vec<&Message> {
        messages(&self.effects, purpose)
    }

    pub fn new_messages(&self, purpose: Purpose) -> Vec<&Message> {
        messages(self.new_effects(), purpose)
    }

    /// The role (or person) a message goes to, by name.
    pub fn receiver(&self, message: &Message) -> String {
        match &message.to {
            Receiver::Role(role) => self.prepared.program().roles[role.index()].name.clone(),
            Receiver::Person(name) | Receiver::Email(name) | Receiver::Phone(name) => name.clone(),
        }
    }

    /// Replays the journal (through its bytes) and holds the result against the state kept.
    pub fn holds_on_replay(&self) {
        let bytes = postcard::to_allocvec(&self.journal).unwrap();
        let journal: Vec<Event> = postcard::from_bytes(&bytes).unwrap();
        let (mut state, mut effects) = (State::new(), vec![]);
        for event in &journal {
            wf_vm::apply(&self.prepared, &mut state, event, &mut effects);
        }
        assert_eq!(state, self.state);
        assert_eq!(effects, self.effects);
    }
}

pub fn records(effects: &[Effect]) -> Vec<&Record> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Record(record) => Some(record),
            _ => None,
        })
        .collect()
}

pub fn messages(effects: &[Effect], purpose: Purpose) -> Vec<&Message> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send(message) if message.purpose == purpose => Some(&**message),
            _ => None,
        })
        .collect()
}
