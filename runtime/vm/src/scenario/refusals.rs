//! Why an act was refused, in the words of a process owner, with what to do or to write instead.
//!
//! Invariant: every refusal of the interpreter has its sentence, because the match over [`Refusal`] is whole.

use super::cast;
use super::stage::Instance;
use super::words::{instance_stands, name, names, stands};
use crate::effect::Refusal;
use crate::event::{Actor, Place};
use crate::prepared::Prepared;
use crate::state::State;
use crate::view::view;
use wf_plan::node::NodeKind;

/// Why an act at a place was refused, without naming who acts.
#[must_use]
pub fn refusal(prepared: &Prepared, state: &State, place: Option<Place>, refusal: &Refusal) -> String {
    refused(Instance { prepared, state }, place, refusal, None)
}

/// Why an act was refused.
pub(super) fn refused(
    of: Instance<'_>,
    place: Option<Place>,
    refusal: &Refusal,
    by: Option<&Actor>,
) -> String {
    let program = of.prepared.program();
    let who = by.map_or_else(|| "this person".to_owned(), |by| cast::shown(program, &by.person));
    let it = place.map_or_else(|| "it".to_owned(), |place| name(of, place));
    let state = || place.map_or_else(|| instance_stands(of), |place| stands(of, place));
    match refusal {
        Refusal::NotStarted => "the workflow has not started".to_owned(),
        Refusal::AlreadyStarted => "the workflow has started already".to_owned(),
        Refusal::AlreadyEnded => format!("nothing can be done any more: {}", instance_stands(of)),
        Refusal::NoSuchPlace => format!("there is no such work: {}", state()),
        Refusal::NotActive => state(),
        Refusal::NotBlocked => format!("{it} is not blocked"),
        Refusal::NotForThisKind => not_for_this_kind(of, place),
        Refusal::NotYourRole => format!("{who} may not do this{}", owner_words(of, place)),
        Refusal::ClaimedByAnother { owner } => {
            format!("{} has taken {it}, so {who} may not do this", cast::shown(program, owner))
        }
        Refusal::SamePerson { person } => {
            let person = cast::shown(program, person);
            format!("{it} needs a different person than {person}, and nobody else fills the role")
        }
        Refusal::ReasonMissing => match kind_at(of, place) {
            Some(NodeKind::Decision(_) | NodeKind::Outcome(_)) => {
                "a reason is missing: add `because \"…\"`".to_owned()
            }
            _ => "a reason is missing".to_owned(),
        },
        Refusal::FieldMissing { field } => match kind_at(of, place) {
            Some(NodeKind::Decision(_)) => {
                let node = it.trim_matches('`');
                format!(
                    "`{field}` is missing: fill in the form first, `complete {node} with {{ {field} = … }}`"
                )
            }
            _ => format!("`{field}` is missing: add `with {{ {field} = … }}`"),
        },
        Refusal::WrongType { field } if field.is_empty() => "there are more values than fields".to_owned(),
        Refusal::WrongType { field } => format!("the value of `{field}` is not of the field's type"),
        Refusal::OptionClosed => {
            format!("{it} does not offer this option: its `when` was not true, or it was used up")
        }
        Refusal::AlreadyVoted => format!("{who} has voted already"),
        Refusal::NotOptional => format!("{it} may not be skipped: it is not `optional`"),
        Refusal::QuestionClosed => "the question is no longer open".to_owned(),
        Refusal::NoSuchAlternative => "the question has no such alternative".to_owned(),
        Refusal::AlreadySettledAfter { node } => {
            let later = of.prepared.node(*node).map(|node| node.name.as_str()).unwrap_or_default();
            format!("`{later}`, which comes after it, has settled already")
        }
        Refusal::TooLate => match kind_at(of, place) {
            Some(NodeKind::Outcome(outcome)) => {
                let until = outcome.at_any_time.as_ref().and_then(|any_time| any_time.until);
                let until = until.and_then(|until| of.prepared.node(until));
                format!("it is too late: `{}` has settled", until.map_or("", |node| node.name.as_str()))
            }
            _ => "it is too late".to_owned(),
        },
        Refusal::ActionImpossible => format!("this cannot be done as things stand: {}", state()),
        Refusal::CatchingUp => "too much is due at once".to_owned(),
    }
}

fn kind_at<'a>(of: Instance<'a>, place: Option<Place>) -> Option<&'a NodeKind> {
    Some(&of.prepared.node(place?.node)?.kind)
}

fn owner_words(of: Instance<'_>, place: Option<Place>) -> String {
    let Some(place) = place else { return String::new() };
    if let Some(NodeKind::Outcome(outcome)) = kind_at(of, Some(place)) {
        let roles = outcome.at_any_time.iter().flat_map(|any_time| &any_time.by);
        let roles = roles.filter_map(|role| of.prepared.role(*role)).map(|role| role.name.as_str());
        return format!(": {} is for {}", name(of, place), names(roles, "nobody"));
    }
    let shown = view(of.prepared, of.state);
    let owner = shown.nodes.iter().find(|node| node.place == place).map(|node| node.owner.clone());
    match owner.filter(|owner| !owner.is_empty()) {
        Some(owner) => {
            format!(": {} is with {}", name(of, place), cast::shown(of.prepared.program(), &owner))
        }
        None => String::new(),
    }
}

fn not_for_this_kind(of: Instance<'_>, place: Option<Place>) -> String {
    let Some((place, node)) = place.and_then(|place| Some((place, of.prepared.node(place.node)?))) else {
        return "this cannot be done here".to_owned();
    };
    let it = name(of, place);
    match &node.kind {
        NodeKind::Step => {
            format!("{it} is a step; only a decision is chosen: write `complete {}`", node.name)
        }
        NodeKind::Decision(decision) => {
            let options = decision.options.iter().map(|option| option.name.as_str());
            format!(
                "{it} is a decision: write `choose {}.OPTION` with one of {}",
                node.name,
                names(options, "none")
            )
        }
        NodeKind::Wait(wait) => {
            let system = of.prepared.system(wait.system);
            let event = system.and_then(|system| system.events.get(usize::from(wait.event)));
            match (system, event) {
                (Some(system), Some(event)) => {
                    format!("{it} waits for another system: write `event {} \"{}\"`", system.name, event.name)
                }
                _ => format!("{it} waits for another system"),
            }
        }
        NodeKind::Pause(_) => format!("{it} is a pause: it ends when its time is over; write `wait …`"),
        NodeKind::Run(run) => {
            format!("{it} runs `{}`: it ends with that workflow, whose nodes can be named here", run.workflow)
        }
        NodeKind::Converge => format!("{it} is a meeting point: it settles by itself"),
        NodeKind::Outcome(outcome) if outcome.at_any_time.is_none() => {
            format!("{it} is an outcome: it is reached by what comes before it, not by a person at any time")
        }
        NodeKind::Outcome(_) => format!("{it} is an outcome: it cannot be worked on"),
    }
}
