//! Effects as rows of the outbox: letters to people, changes of systems, and other instances to start or end.

use super::{Around, Stepped, node_name, node_of, question_number};
use crate::error::{Problem, Result};
use crate::letter::{
    ChildEndOrder, InstanceOrder, Letter, LetterButton, OrderedChange, Pressed, Route, RunPlace, SystemOrder,
};
use crate::people::People;
use crate::plans::Ready;
use crate::store::row::OutboxRow;
use crate::values::Reader;
use serde::Serialize;
use wf_plan::Moment;
use wf_plan::node::NodeKind;
use wf_plan::people::Role;
use wf_plan::plan::{MeaningHash, RoleId};
use wf_vm::Effect;
use wf_vm::effect::{Button, Change, Message, Press, Purpose, Receiver, Update};
use wf_vm::event::Place;

/// What an outbox row is, beside its body.
pub(super) struct About {
    pub kind: &'static str,
    pub node: Option<String>,
    pub question: Option<u32>,
    pub destination: String,
    pub not_before: Moment,
}

/// Appends the rows one effect asks for.
pub(super) fn append(
    around: &Around<'_>,
    people: &People<'_>,
    stepped: &mut Stepped,
    effect: &Effect,
) -> Result<()> {
    let now = stepped.state.now;
    let order = |kind, destination: &str, place: Option<Place>, not_before| About {
        kind,
        node: place.and_then(|place| node_name(around.ready, place)),
        question: None,
        destination: destination.to_owned(),
        not_before,
    };
    match effect {
        Effect::Send(message) => {
            for letter in letters(around.ready, people, stepped, message) {
                let about = About {
                    question: message.question.map(question_number),
                    ..order("message", &letter.to, message.place, message.not_before)
                };
                push(stepped, about, &letter)?;
            }
            Ok(())
        }
        Effect::Update(update) => {
            let ordered = system_order(around.ready, stepped, update);
            push(stepped, order("update", &ordered.system, update.place, now), &ordered)
        }
        Effect::CallAgent(call) => push(stepped, order("agent", "agent", None, now), call),
        Effect::StartChild { place, round, workflow, plan, with } => {
            let run = Some(RunPlace { place: *place, round: *round });
            let plan = hash_of(around.ready, *plan);
            let ordered = InstanceOrder { workflow: workflow.clone(), plan, with: with.clone(), run };
            push(stepped, order("child start", workflow, Some(*place), now), &ordered)
        }
        Effect::CancelChild { place, round } => {
            let run = RunPlace { place: *place, round: *round };
            push(stepped, order("child cancel", "child", Some(*place), now), &run)
        }
        Effect::StartWorkflow { workflow, plan, with, at } => {
            let plan = hash_of(around.ready, *plan);
            let ordered = InstanceOrder { workflow: workflow.clone(), plan, with: with.clone(), run: None };
            push(stepped, order("workflow start", workflow, None, *at), &ordered)
        }
        // Timers and questions are compared between the states; records are the trail's.
        Effect::ArmTimer(_) | Effect::CancelTimer(_) | Effect::Withdraw { .. } | Effect::Record(_) => Ok(()),
    }
}

/// The hash of the plan to start: a workflow may name itself.
fn hash_of(ready: &Ready, plan: MeaningHash) -> String {
    if plan == MeaningHash::ITSELF { ready.hash.clone() } else { plan.to_string() }
}

/// Puts a row into the outbox.
pub(super) fn push<T: Serialize>(stepped: &mut Stepped, about: About, body: &T) -> Result<()> {
    let body = serde_json::to_string(body)
        .map_err(|cause| Problem::machine("an order cannot be written as JSON").because(cause))?;
    let now = stepped.state.now;
    let instance = &mut stepped.transition.instance;
    instance.outbox_count += 1;
    stepped.transition.outbox.push(OutboxRow {
        number: instance.outbox_count,
        kind: about.kind.to_owned(),
        node: about.node,
        question: about.question.map(i64::from),
        destination: about.destination,
        body,
        event_sequence: instance.sequence,
        next_at_ms: about.not_before.0.max(now.0),
        created_at_ms: now.0,
    });
    Ok(())
}

/// A child that has ended tells the instance whose `run` started it.
pub(super) fn tell_parent(stepped: &mut Stepped) -> Result<()> {
    let instance = &stepped.transition.instance;
    let (Some(parent), Some(place)) = (instance.parent.clone(), &instance.parent_place) else {
        return Ok(());
    };
    let run: RunPlace = serde_json::from_str(place).map_err(|cause| {
        Problem::damaged(format!("`{}` does not know its parent", instance.id)).because(cause)
    })?;
    let order = ChildEndOrder { parent: parent.clone(), run, outcome: instance.outcome.clone() };
    let about = About {
        kind: "child end",
        node: None,
        question: None,
        destination: parent,
        not_before: stepped.state.now,
    };
    push(stepped, about, &order)
}

/// One receiver: a person as the configuration names them, or an address.
#[derive(Clone, Debug)]
struct One {
    person: Option<String>,
    address: Option<String>,
}

/// Everyone a message goes to, and in which role.
fn receivers<'a>(ready: &'a Ready, people: &People<'_>, message: &Message) -> (Option<&'a Role>, Vec<One>) {
    let addressed: Vec<&String> = message.routes.iter().filter_map(|route| route.address.as_ref()).collect();
    let role = |role: RoleId| ready.program().roles.get(role.index());
    let at = |address: &String| One { person: None, address: Some(address.clone()) };
    let named = |person: String| One { person: Some(person), address: None };
    match &message.to {
        // Fields say the address of every way: it is one letter, whoever fills the role.
        Receiver::Role(id) if addressed.len() == message.routes.len() && !addressed.is_empty() => {
            (role(*id), addressed.into_iter().take(1).map(at).collect())
        }
        Receiver::Role(id) => (role(*id), people.reached(*id).into_iter().map(named).collect()),
        Receiver::Person(person) => (None, vec![named(person.clone())]),
        Receiver::Email(address) | Receiver::Phone(address) => (None, vec![at(address)]),
    }
}

/// A message as letters: one to each person it goes to.
fn letters(ready: &Ready, people: &People<'_>, stepped: &Stepped, message: &Message) -> Vec<Letter> {
    let instance = &stepped.transition.instance;
    let (role, receivers) = receivers(ready, people, message);
    let node = message.place.and_then(|place| node_of(ready, place.node));
    receivers
        .into_iter()
        .map(|One { person, address }| Letter {
            purpose: purpose(message.purpose).to_owned(),
            instance: instance.id.clone(),
            reference: instance.reference.clone(),
            title: instance.title.clone(),
            node: node.map(|node| node.name.clone()),
            node_title: node.map(|node| node.label.clone()),
            copy: message.place.and_then(|place| place.copy),
            round: message.place.and_then(|place| round(stepped, place)),
            rule: ready.source_of(message.place.map(|place| place.node)),
            to: shown_name(people, person.as_deref(), role, address.as_deref()),
            role: role.map(|role| role.name.clone()),
            routes: routes(ready, people, message, person.as_deref(), address.as_deref()),
            text: message.text.clone(),
            templates: message.templates.clone(),
            buttons: message.buttons.iter().map(|button| labelled(ready, message.place, button)).collect(),
            free_text: message.free_text,
            question: message.question.map(question_number),
            changes: None,
            answer_with: answer_with(&instance.id, message, node, person.as_deref()),
            urgent: message.urgent,
            language: message.language.clone(),
            person,
        })
        .collect()
}

/// In which round the work at a place is.
fn round(stepped: &Stepped, place: Place) -> Option<u16> {
    stepped.state.work(place).map(|work| work.resets.saturating_add(1))
}

fn shown_name(
    people: &People<'_>,
    person: Option<&str>,
    role: Option<&Role>,
    address: Option<&str>,
) -> String {
    // A person named like their role is the role.
    let person = person.filter(|person| role.is_none_or(|role| role.name != *person));
    let who = person.map(|person| people.full_name(person)).or_else(|| address.map(str::to_owned));
    match (who, role) {
        (Some(who), Some(role)) => format!("{who} ({})", role.label),
        (None, Some(role)) => role.label.clone(),
        (Some(who), None) => who,
        (None, None) => "nobody".to_owned(),
    }
}

/// The ways to a receiver: the message's own channels, else those configured for the person, else the console.
fn routes(
    ready: &Ready,
    people: &People<'_>,
    message: &Message,
    person: Option<&str>,
    address: Option<&str>,
) -> Vec<Route> {
    let configured = |channel: &str| person.and_then(|person| people.address(person, channel));
    let own = message.routes.iter().filter_map(|route| {
        let channel = ready.program().channels.get(route.channel.index())?.name.clone();
        Some(Route { address: route.address.clone().or_else(|| configured(&channel)), channel })
    });
    let mut routes: Vec<Route> = own.collect();
    if routes.is_empty() {
        let channels = match (&message.to, person) {
            (Receiver::Email(_), _) => vec!["email".to_owned()],
            (Receiver::Phone(_), _) => vec!["whatsapp".to_owned()],
            (_, Some(person)) => people.channels(person),
            _ => Vec::new(),
        };
        let to = |channel: String| Route {
            address: address.map(str::to_owned).or_else(|| configured(&channel)),
            channel,
        };
        routes = channels.into_iter().map(to).collect();
    }
    if routes.is_empty() {
        let address = address.map(str::to_owned).or_else(|| configured("console"));
        routes.push(Route { channel: "console".to_owned(), address });
    }
    routes
}

fn labelled(ready: &Ready, place: Option<Place>, button: &Button) -> LetterButton {
    let press = match &button.press {
        Press::Claim => Pressed::Claim,
        Press::Complete => Pressed::Complete,
        Press::Block => Pressed::Block,
        Press::Acknowledge => Pressed::Acknowledge,
        Press::Choose { option, needs_reason } => {
            let named =
                place.and_then(|place| node_of(ready, place.node)).and_then(|node| match &node.kind {
                    NodeKind::Decision(decision) => decision.options.get(usize::from(*option)),
                    _ => None,
                });
            let option = named.map_or_else(String::new, |option| option.name.clone());
            Pressed::Choose { option, needs_reason: *needs_reason }
        }
        Press::Alternative(at) => Pressed::Alternative { number: at.saturating_add(1) },
        Press::Suggestion(at) => Pressed::Suggestion { number: at.saturating_add(1) },
    };
    LetterButton { label: button.label.to_string(), short: button.short.clone(), press }
}

/// The command with which the receiver answers from a terminal.
fn answer_with(
    instance: &str,
    message: &Message,
    node: Option<&wf_plan::node::Node>,
    person: Option<&str>,
) -> Option<String> {
    let by = person.map_or_else(String::new, |person| format!(" --by {person}"));
    if let Some(question) = message.question {
        return Some(format!("wfrun answer {instance}/q{} NUMBER{by}", question_number(question)));
    }
    let node = node?;
    let name = match message.place.and_then(|place| place.copy) {
        Some(copy) => format!("{}:{}", node.name, u32::from(copy) + 1),
        None => node.name.clone(),
    };
    let presses = |wanted: fn(&Press) -> bool| message.buttons.iter().any(|button| wanted(&button.press));
    if presses(|press| matches!(press, Press::Choose { .. })) {
        return Some(format!("wfrun choose {instance} {name}.OPTION{by}"));
    }
    presses(|press| matches!(press, Press::Complete)).then(|| {
        let fields: String = node
            .form
            .iter()
            .filter(|field| !field.optional)
            .map(|field| format!(" --field {}=…", field.name))
            .collect();
        format!("wfrun complete {instance} {name}{fields}{by}")
    })
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Work => "work",
        Purpose::HeadsUp => "heads up",
        Purpose::Reminder => "reminder",
        Purpose::Escalation => "escalation",
        Purpose::Question => "question",
        Purpose::Notice => "notice",
        Purpose::Summary => "summary",
        Purpose::Incident => "incident",
    }
}

fn system_order(ready: &Ready, stepped: &Stepped, update: &Update) -> SystemOrder {
    let reader = Reader::new(ready.program(), &ready.local);
    let system = ready.program().systems.get(update.system.index());
    let change = match &update.change {
        Change::Set { field, shown, .. } => OrderedChange::Set { field: field.clone(), value: shown.clone() },
        // Without an agent, a draft's instruction is not used: `text` is what is written otherwise.
        Change::Note { text, .. } => OrderedChange::Note { text: text.clone() },
        Change::Call { operation, arguments } => OrderedChange::Call {
            operation: operation.clone(),
            arguments: arguments.iter().map(|(name, value)| (name.clone(), reader.shown(value))).collect(),
        },
    };
    let instance = &stepped.transition.instance;
    SystemOrder {
        system: system.map(|system| system.name.clone()).unwrap_or_default(),
        kind: system.map(|system| system.kind.clone()).unwrap_or_default(),
        key: update.key.as_ref().map(|key| reader.shown(key)),
        instance: instance.id.clone(),
        reference: instance.reference.clone(),
        node: update.place.and_then(|place| node_name(ready, place)),
        rule: ready.source_of(update.place.map(|place| place.node)),
        change,
    }
}
