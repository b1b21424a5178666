//! From what the interpreter asks of the world to scenes of a time line.
//!
//! Bookkeeping (timers, the reasons of ladders, facts that a message already shows) makes no scene. Invariant: every
//! change of a node that a person would see on a board makes exactly one.

use super::report::{Happening, Scene};
use super::stage::{Instance, Seen};
use super::{cast, refusals, words};
use crate::effect::{Change, Effect, Fact, Message, Receiver, Record, Update};
use crate::event::Place;
use crate::state::Phase;
use wf_plan::Moment;
use wf_plan::node::NodeKind;
use wf_plan::time::DAY_MS;

/// The silence between two times, if it lasted a day or more.
pub(super) fn silence(since: Moment, now: Moment) -> Option<Happening> {
    let days = now.0.saturating_sub(since.0) / DAY_MS;
    let length = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    (days > 0).then_some(Happening::Silence { since, length })
}

/// A first deadline belongs to the scene in which its node starts; true where it was added there.
pub(super) fn add_due(of: Instance<'_>, seen: &Seen, scenes: &mut [Scene]) -> bool {
    let Effect::Record(Record { fact: Fact::DeadlineSet { due: Some(due) }, place: Some(place), .. }) =
        &seen.effect
    else {
        return false;
    };
    let Some(name) = of.prepared.node(place.node).map(|node| node.name.as_str()) else { return false };
    let Some(last) = scenes.last_mut().filter(|last| last.at == seen.at && last.instance == seen.instance)
    else {
        return false;
    };
    match &mut last.what {
        Happening::Node { node, change, .. } if node == name && change == STARTS => {
            *change = format!("{STARTS}, due {}", words::due(of.prepared, *due));
            true
        }
        _ => false,
    }
}

const STARTS: &str = "started";

/// The scene of an effect; messages come through [`of_message`].
pub(super) fn of_effect(of: Instance<'_>, seen: &Seen) -> Option<Happening> {
    match &seen.effect {
        Effect::Record(record) => of_record(of, record),
        Effect::Update(update) => Some(of_update(of, update)),
        Effect::Withdraw { answer, .. } => Some(Happening::Closed { answer: answer.clone() }),
        Effect::StartWorkflow { workflow, at, .. } if *at > seen.at => {
            let when = words::local(of.prepared, *at);
            Some(Happening::Remark { words: format!("`{workflow}` will start on {when}") })
        }
        Effect::CallAgent(call) => Some(Happening::Remark {
            words: format!("the agent is asked for up to {} more alternatives", call.suggest),
        }),
        Effect::StartWorkflow { .. }
        | Effect::StartChild { .. }
        | Effect::CancelChild { .. }
        | Effect::ArmTimer(_)
        | Effect::CancelTimer(_)
        | Effect::Send(_) => None,
    }
}

fn of_record(of: Instance<'_>, record: &Record) -> Option<Happening> {
    let remark = |words: String| Some(Happening::Remark { words });
    match &record.fact {
        Fact::InstanceStarted => {
            let title = crate::view(of.prepared, of.state).title;
            let by = record.by.as_ref().map(|person| cast::shown(of.prepared.program(), person));
            Some(Happening::Started { title, by })
        }
        Fact::LadderLevel { ladder, level } => level_of(of, record.place?, *ladder, *level),
        Fact::OutcomeReached { outcome } => {
            let node = of.prepared.node(*outcome)?;
            Some(Happening::Outcome { outcome: node.name.clone(), label: node.label.clone() })
        }
        Fact::Finished => remark("everything is done".to_owned()),
        Fact::EndedWithoutOutcome => {
            remark("it ends without an outcome: an incident for the process owner".to_owned())
        }
        Fact::Cancelled => remark(format!("it is cancelled: {}", record.detail)),
        Fact::EventKept { system } => {
            let system = of.prepared.system(*system)?;
            remark(format!("the event of {} is kept until something waits for it", system.name))
        }
        // Nobody acts here, so no line of the test would say it.
        Fact::Refused(refusal) if of.state.phase == Phase::New => {
            let why = refusals::refused(of, None, refusal, None);
            remark(format!("`{}` cannot start: {why}", of.prepared.program().workflow))
        }
        Fact::Incident if !record.detail.is_empty() => remark(format!("incident: {}", record.detail)),
        fact => {
            let place = record.place?;
            let change = change(of, place, fact, &record.detail)?;
            let node = of.prepared.node(place.node)?;
            let by = record.by.as_ref().filter(|_| is_act(fact, &node.kind));
            let by = by.map(|person| cast::shown(of.prepared.program(), person));
            Some(Happening::Node { node: node.name.clone(), label: words::label(of, place), change, by })
        }
    }
}

/// Whether a fact is what somebody did, and not what follows from it.
fn is_act(fact: &Fact, kind: &NodeKind) -> bool {
    match fact {
        Fact::NodeCompleted => matches!(kind, NodeKind::Step),
        Fact::NodeClaimed
        | Fact::NodeReleased
        | Fact::NodeSkippedByPerson
        | Fact::NodeBlocked
        | Fact::NodeUnblocked
        | Fact::NodeReassigned
        | Fact::VoteCast { .. }
        | Fact::OptionChosen { .. }
        | Fact::FormFilled
        | Fact::Commented
        | Fact::Acknowledged
        | Fact::QuestionAnswered { .. }
        | Fact::FieldCorrected
        | Fact::StepReopened => true,
        _ => false,
    }
}

/// What a fact says of a node; `None`: a message says it, or nobody would see it.
fn change(of: Instance<'_>, place: Place, fact: &Fact, detail: &str) -> Option<String> {
    let with = |words: &str| if detail.is_empty() { words.to_owned() } else { format!("{words}: {detail}") };
    Some(match fact {
        Fact::NodeStarted => STARTS.to_owned(),
        Fact::NodeNotTaken => "not taken".to_owned(),
        Fact::NodeClaimed => "claimed".to_owned(),
        Fact::NodeReleased => "released".to_owned(),
        Fact::NodeCompleted => "done".to_owned(),
        Fact::NodeArrived => "arrived".to_owned(),
        Fact::NodeSkippedByRule => "skipped by rule".to_owned(),
        Fact::NodeSkippedByPerson => with("skipped"),
        Fact::NodeLate => "late, and the story goes on".to_owned(),
        Fact::NodeBlocked => with("blocked"),
        Fact::NodeUnblocked => "goes on".to_owned(),
        Fact::NodeReassigned => format!("handed to {detail}"),
        Fact::NodeReset => "reset".to_owned(),
        Fact::NodeCancelled => "cancelled".to_owned(),
        Fact::NodeOverdue => "overdue".to_owned(),
        Fact::VoteCast { option } => format!("one vote for \"{}\"", option_label(of, place, *option)),
        Fact::OptionChosen { option } => format!("\"{}\" chosen", option_label(of, place, *option)),
        Fact::NobodyChose { option } => {
            format!("nobody chose in time, so \"{}\" holds", option_label(of, place, *option))
        }
        Fact::FormFilled => "form filled in".to_owned(),
        Fact::Commented => with("comment"),
        Fact::Acknowledged => "seen".to_owned(),
        Fact::DeadlineSet { due: Some(due) } => format!("due {}", words::due(of.prepared, *due)),
        Fact::DeadlineExtended { due: Some(due) } => {
            format!("deadline moved to {}", words::due(of.prepared, *due))
        }
        Fact::ClockStopped => "clock stopped".to_owned(),
        Fact::ClockRestarted => "clock runs again".to_owned(),
        Fact::QuestionAnswered { alternative: None, .. } => with("answer"),
        Fact::QuestionExpired { .. } => "nobody decided in time".to_owned(),
        Fact::FieldCorrected => with("corrected"),
        Fact::StepReopened => with("reopened"),
        Fact::RedoTaken { round } => format!("sent back, round {round}"),
        Fact::ChildEnded { outcome: Some(outcome) } => match &of.prepared.node(place.node)?.kind {
            NodeKind::Run(run) => format!("ended in {}", run.outcomes.get(usize::from(*outcome))?),
            _ => return None,
        },
        _ => return None,
    })
}

fn option_label(of: Instance<'_>, place: Place, option: u16) -> String {
    let label = of.prepared.node(place.node).and_then(|node| match &node.kind {
        NodeKind::Decision(decision) => decision.options.get(usize::from(option)),
        _ => None,
    });
    label.map(|option| option.label.clone()).unwrap_or_default()
}

fn level_of(of: Instance<'_>, place: Place, ladder: u16, level: u16) -> Option<Happening> {
    let id = of.prepared.node(place.node)?.ladders.get(usize::from(ladder))?;
    let name = of.prepared.ladder(*id)?.name.clone();
    Some(Happening::Level { label: words::label(of, place), ladder: name, level })
}

fn of_update(of: Instance<'_>, update: &Update) -> Happening {
    let system = of.prepared.system(update.system).map(|system| system.name.clone()).unwrap_or_default();
    let change = match &update.change {
        Change::Set { field, shown, .. } => format!("{field} is now {shown}"),
        Change::Note { text, .. } => format!("note: {text}"),
        Change::Call { operation, .. } => format!("{operation} is called"),
    };
    Happening::Update { system, change }
}

/// The scene of a delivered message.
pub(super) fn of_message(of: Instance<'_>, message: &Message, sent: Moment) -> Happening {
    let program = of.prepared.program();
    let to = match &message.to {
        Receiver::Role(role) => of.prepared.role(*role).map(|role| role.label.clone()).unwrap_or_default(),
        Receiver::Person(person) => cast::shown(program, person),
        Receiver::Email(address) | Receiver::Phone(address) => address.clone(),
    };
    let channels = message.routes.iter().filter_map(|route| program.channels.get(route.channel.index()));
    Happening::Message {
        purpose: message.purpose,
        to,
        channels: channels.map(|channel| channel.name.clone()).collect(),
        text: message.text.clone(),
        buttons: message.buttons.iter().map(|button| button.label.to_string()).collect(),
        held_since: Some(sent).filter(|sent| *sent < message.not_before),
    }
}
