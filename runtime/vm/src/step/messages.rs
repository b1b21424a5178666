//! Messages: to whom, through what, in which language, and not before when.
//!
//! Texts are finished here. The reader's role gives language, channels in order, quiet hours and calendar; someone
//! who claimed the work is written to as a person, with the owner role's habits. Quiet hours only delay a message
//! (`not_before`), so they never use up a ladder's level. Two receivers that are the same get one message.
//! Invariant: a message always has a receiver; where a field names nobody, none is sent and an incident says so.

use super::turn::Turn;
use crate::effect::{Button, Effect, Fact, Message, Press, Purpose, Receiver, Route};
use crate::eval::{self, Scope};
use crate::event::{Place, QuestionId};
use crate::phrases::{self, Language};
use wf_plan::ladder::Words;
use wf_plan::node::{Node, NodeKind, Owner};
use wf_plan::people::{Reach, Who};
use wf_plan::plan::{ChannelId, CodeId, RoleId};
use wf_plan::value::Scalar;
use wf_plan::{Moment, Program, Value};

/// What all copies of one message share.
#[derive(Clone, Copy)]
pub(super) struct Letter {
    pub purpose: Purpose,
    pub place: Option<Place>,
    pub level: Option<u16>,
    pub via: Option<ChannelId>,
    pub urgent: bool,
    pub question: Option<QuestionId>,
}

impl Letter {
    /// A plain message about a node or the instance.
    pub(super) fn plain(purpose: Purpose, place: Option<Place>) -> Self {
        Self { purpose, place, level: None, via: None, urgent: false, question: None }
    }
}

/// One receiver, and the role whose habits hold.
struct Target {
    receiver: Receiver,
    role: Option<RoleId>,
    who: Who,
}

/// The body of a message.
#[derive(Default)]
struct Body {
    text: String,
    draft: Option<String>,
    templates: Vec<(String, String, Vec<String>)>,
}

impl<'a> Turn<'a> {
    /// The work message at the start of a step or decision, to its owners.
    pub(super) fn send_work(&mut self, place: Place, node: &Node) {
        let letter = Letter::plain(Purpose::Work, Some(place));
        let buttons = |turn: &Self, who: Who, language: Option<&str>| {
            turn.owner_buttons(Some(place), who, language, Purpose::Work)
        };
        match &node.say {
            Some(words) => self.send_words(&[Who::Owner], words, &letter, buttons),
            None => self.send_text(&[Who::Owner], &letter, buttons, |turn, language| {
                turn.default_work_text(place, node, language)
            }),
        }
    }

    fn default_work_text(&self, place: Place, node: &Node, language: Option<&str>) -> String {
        let due = self.state.active(place).and_then(|active| active.deadline.as_ref()?.due());
        let tongue = Language::of(language);
        let decision = matches!(node.kind, NodeKind::Decision(_));
        let mut text = phrases::work(tongue, decision, &node.label, &self.title(language));
        if let Some(due) = due {
            text.push_str(phrases::due(tongue));
            eval::show::push_deadline(&mut text, self.prepared, due, tongue);
        }
        text.push('.');
        text
    }

    /// Sends written words to receivers.
    pub(super) fn send_words(
        &mut self,
        who: &[Who],
        words: &Words,
        letter: &Letter,
        buttons: impl Fn(&Self, Who, Option<&str>) -> Vec<Button>,
    ) {
        for target in self.targets(who, letter.place) {
            let language = self.language(&target);
            let body = self.body(words, letter, language);
            let buttons = buttons(self, target.who, language);
            self.send(target, body, letter, buttons, language);
        }
    }

    /// Sends the interpreter's own words to receivers.
    pub(super) fn send_text(
        &mut self,
        who: &[Who],
        letter: &Letter,
        buttons: impl Fn(&Self, Who, Option<&str>) -> Vec<Button>,
        text: impl Fn(&Self, Option<&str>) -> String,
    ) {
        for target in self.targets(who, letter.place) {
            let language = self.language(&target);
            let body = Body { text: text(self, language), ..Body::default() };
            let buttons = buttons(self, target.who, language);
            self.send(target, body, letter, buttons, language);
        }
    }

    /// Tells the process owner, if there is one.
    pub(super) fn tell_process_owner(
        &mut self,
        place: Option<Place>,
        purpose: Purpose,
        text: impl Fn(&Self, Option<&str>) -> String,
    ) {
        self.send_text(&[Who::ProcessOwner], &Letter::plain(purpose, place), |_, _, _| Vec::new(), text);
    }

    /// Tells the work's owner what somebody answered in their own words.
    pub(super) fn tell_owner_of_answer(&mut self, place: Place, words: &str) {
        let person = self.by.map_or("", |actor| actor.person.as_str());
        let label = self.node(place.node).map_or("", |node| node.label.as_str());
        let letter = Letter::plain(Purpose::Notice, Some(place));
        self.send_text(
            &[Who::Owner],
            &letter,
            |_, _, _| Vec::new(),
            |_, language| phrases::answered(Language::of(language), person, label, words),
        );
    }

    fn language(&self, target: &Target) -> Option<&'a str> {
        self.prepared.role(target.role?)?.speaks.as_deref()
    }

    fn body(&self, words: &Words, letter: &Letter, language: Option<&str>) -> Body {
        let scope = Scope { level: letter.level, ..Scope::at(letter.place) }.read_in(language);
        let text = |code: CodeId| eval::text(self.prepared, self.state, code, &scope);
        let drafts = self.program.agent.as_ref().is_some_and(|agent| agent.drafts);
        let spoken = words.languages.iter().any(|(has, _)| Some(has.as_str()) == language);
        let fitting = words.templates.iter().filter(|template| {
            if spoken { template.language.as_deref() == language } else { template.language.is_none() }
        });
        Body {
            text: text(Program::words_in(words, language)),
            draft: words.draft.filter(|_| drafts).map(text),
            templates: fitting
                .map(|template| {
                    let arguments = template.arguments.iter().copied().map(text).collect();
                    (template.channel.clone(), template.name.clone(), arguments)
                })
                .collect(),
        }
    }

    fn send(
        &mut self,
        target: Target,
        body: Body,
        letter: &Letter,
        buttons: Vec<Button>,
        language: Option<&str>,
    ) {
        let message = Message {
            purpose: letter.purpose,
            place: letter.place,
            routes: self.routes(&target, letter),
            not_before: if letter.urgent { self.at } else { self.next_allowed(target.role) },
            to: target.receiver,
            text: body.text,
            templates: body.templates,
            draft: body.draft,
            buttons,
            free_text: letter.purpose == Purpose::Question,
            question: letter.question,
            urgent: letter.urgent,
            language: language.map(str::to_owned),
        };
        self.effects.push(Effect::Send(Box::new(message)));
    }

    /// The ways to a receiver: the one the letter goes by, else those of the role's `reach`. Only a whole role has
    /// the addresses that its `reach` takes from fields: whoever is written to as a person has their own.
    fn routes(&self, target: &Target, letter: &Letter) -> Vec<Route> {
        let role = target.role.and_then(|role| self.prepared.role(role));
        let reach = role.map_or(&[] as &[Reach], |role| &role.reach);
        let route = |channel, address: Option<CodeId>| {
            let whole = matches!(target.receiver, Receiver::Role(_));
            let address = address.filter(|_| whole).and_then(|code| match self.value(code, letter.place) {
                Value::Text(address) if !address.is_empty() => Some(address),
                _ => None,
            });
            Route { channel, address }
        };
        match letter.via {
            Some(via) => {
                let named = reach.iter().find(|reach| reach.channel == via && reach.address.is_some());
                vec![route(via, named.and_then(|reach| reach.address))]
            }
            None => reach.iter().map(|reach| route(reach.channel, reach.address)).collect(),
        }
    }

    /// The first moment outside a role's quiet hours.
    fn next_allowed(&self, role: Option<RoleId>) -> Moment {
        let quiet = role.and_then(|role| self.prepared.role(role)).and_then(|role| role.quiet.as_ref());
        let allowed =
            quiet.and_then(|quiet| self.prepared.calendar_of_role(role)?.next_allowed(self.at, quiet));
        allowed.unwrap_or(self.at)
    }

    fn targets(&mut self, who: &[Who], place: Option<Place>) -> Vec<Target> {
        let mut targets: Vec<Target> = Vec::new();
        for who in who {
            let found = self.resolve(*who, place);
            if targets.is_empty() && found.len() == 1 {
                targets = found;
                continue;
            }
            if found.is_empty() && matches!(who, Who::Value(..)) {
                self.note(
                    Fact::Incident,
                    place,
                    "a message has no receiver: the field is missing".to_owned(),
                );
            }
            for target in found {
                if !targets.iter().any(|other| other.receiver == target.receiver) {
                    targets.push(target);
                }
            }
        }
        targets
    }

    fn resolve(&self, who: Who, place: Option<Place>) -> Vec<Target> {
        let role = |role: RoleId| vec![Target { receiver: Receiver::Role(role), role: Some(role), who }];
        let person = |person: String, role| vec![Target { receiver: Receiver::Person(person), role, who }];
        match who {
            Who::Role(named) => role(named),
            Who::ProcessOwner => self.program.process_owner.map(role).unwrap_or_default(),
            Who::Starter => match &self.state.starter {
                Some(starter) => person(starter.person.clone(), starter.role),
                None => Vec::new(),
            },
            Who::WaitingOn => {
                let block = place.and_then(|place| self.state.active(place)?.blocked.as_ref());
                block.and_then(|block| block.waiting_on).map(role).unwrap_or_default()
            }
            Who::Owner => place.map(|place| self.owner_targets(place)).unwrap_or_default(),
            Who::Value(code, kind) => match self.value(code, place) {
                Value::Text(address) if !address.is_empty() => {
                    let receiver = match kind.of {
                        Scalar::Email => Receiver::Email(address),
                        Scalar::Phone => Receiver::Phone(address),
                        _ => Receiver::Person(address),
                    };
                    vec![Target { receiver, role: None, who }]
                }
                _ => Vec::new(),
            },
        }
    }

    fn owner_targets(&self, place: Place) -> Vec<Target> {
        let who = Who::Owner;
        if let Some(person) = self.state.active(place).and_then(|active| active.owner.clone()) {
            return vec![Target { receiver: Receiver::Person(person), role: self.owner_role(place), who }];
        }
        let of_role = |role: RoleId| Target { receiver: Receiver::Role(role), role: Some(role), who };
        let target = |owner: &Owner| match owner {
            Owner::Role(role) => Some(of_role(*role)),
            Owner::Person(code) => match self.value(*code, Some(place)) {
                Value::Text(name) => Some(Target { receiver: Receiver::Person(name), role: None, who }),
                // Nobody is named: the process owner stands in.
                _ => self.program.process_owner.map(of_role),
            },
        };
        eval::owners(self.prepared, self.state, place).iter().filter_map(target).collect()
    }

    /// The buttons under a message about a node, if it goes to the node's owner.
    pub(super) fn owner_buttons(
        &self,
        place: Option<Place>,
        who: Who,
        language: Option<&str>,
        purpose: Purpose,
    ) -> Vec<Button> {
        let acts = matches!(purpose, Purpose::Work | Purpose::Reminder | Purpose::Escalation);
        let Some(place) = place.filter(|_| acts && who == Who::Owner) else { return Vec::new() };
        let Some(node) = self.node(place.node) else { return Vec::new() };
        let tongue = Language::of(language);
        let button = |label: &'static str, press| Button { label: label.into(), short: None, press };
        let seen = || button(phrases::seen(tongue), Press::Acknowledge);
        match &node.kind {
            NodeKind::Decision(decision) => {
                let open = crate::view::open_options(self.prepared, self.state, place);
                let options = (0u16..).zip(&decision.options).filter(|(at, _)| open.contains(at));
                options
                    .map(|(option, declared)| Button {
                        label: declared.label.clone().into(),
                        short: declared.short.clone(),
                        press: Press::Choose { option, needs_reason: declared.needs_reason },
                    })
                    .collect()
            }
            NodeKind::Step => vec![
                button(phrases::done(tongue), Press::Complete),
                button(phrases::blocked(tongue), Press::Block),
                seen(),
            ],
            _ => vec![seen()],
        }
    }
}
