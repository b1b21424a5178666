//! Records of the interpreter as rows of the trail: in words, with the source line and the choices that were offered.

use super::{Around, Stepped, node_name, node_of};
use crate::audit::chain;
use crate::audit::fact;
use crate::error::Result;
use crate::plans::Ready;
use crate::privacy;
use crate::store::row::TrailRow;
use wf_plan::ladder::Ask;
use wf_plan::node::NodeKind;
use wf_vm::effect::{Fact, Press, Record};
use wf_vm::event::{Place, QuestionId};
use wf_vm::{Effect, EventKind, State};

/// Appends one record of an event to the trail.
pub(super) fn append(
    around: &Around<'_>,
    stepped: &mut Stepped,
    before: &State,
    effects: &[Effect],
    (event, record): (&EventKind, &Record),
) -> Result<()> {
    let ready = around.ready;
    let role =
        record.role.and_then(|role| ready.program().roles.get(role.index())).map(|role| role.name.clone());
    let (shown, chosen) = choices(ready, before, effects, record);
    let row = TrailRow {
        event_sequence: Some(stepped.transition.instance.sequence),
        fact: fact::words(&record.fact).to_owned(),
        node: record.place.and_then(|place| node_name(ready, place)).or_else(|| outcome_name(ready, record)),
        copy: record.place.and_then(|place| place.copy).map(|copy| i64::from(copy) + 1),
        person: record.by.clone(),
        role,
        plan_hash: ready.hash.clone(),
        source: source(ready, record),
        alternatives_shown: shown.map(|labels| serde_json::Value::from(labels).to_string()),
        alternative_chosen: chosen,
        forced_reason: record.forced.clone(),
        at_ms: record.at.0,
        recorded_at_ms: around.recorded_at.0,
        detail: detail(ready, event, record),
        ..TrailRow::default()
    };
    let instance = &mut stepped.transition.instance;
    let tenant = &around.tenant.name;
    let row = match &instance.subject {
        None => row,
        Some(subject) => {
            let whose = (subject, tenant.as_str(), instance.id.as_str());
            privacy::fact::sealed(row, whose, instance.trail_count + 1, &stepped.texts, is_words(record))?
        }
    };
    let row =
        chain::append_fact(tenant, &instance.id, &mut instance.trail_count, &mut instance.trail_head, row);
    stepped.transition.trail.push(row);
    Ok(())
}

/// Whether what a record says is data or somebody's words, and not the plan's.
fn is_words(record: &Record) -> bool {
    let of_the_plan = matches!(
        record.fact,
        Fact::NodeReassigned | Fact::QuestionAnswered { alternative: Some(_), .. } | Fact::Incident
    );
    !record.detail.is_empty() && !of_the_plan
}

fn outcome_name(ready: &Ready, record: &Record) -> Option<String> {
    match record.fact {
        Fact::OutcomeReached { outcome } => node_of(ready, outcome).map(|node| node.name.clone()),
        _ => None,
    }
}

fn detail(ready: &Ready, event: &EventKind, record: &Record) -> String {
    let said = match &record.fact {
        Fact::Refused(refusal) => {
            format!("{}: {}", fact::tried(event), fact::refusal(refusal, ready.program()).0)
        }
        Fact::DeadlineSet { due: Some(due) } | Fact::DeadlineExtended { due: Some(due) } => {
            format!("due {}", ready.local.full(*due))
        }
        Fact::LadderLevel { level, .. } => format!("level {level}"),
        Fact::RedoTaken { round } => format!("round {round}"),
        _ => String::new(),
    };
    match (said.is_empty(), record.detail.is_empty()) {
        (_, true) => said,
        (true, false) => record.detail.clone(),
        // What the record says already is not said twice.
        (false, false) if record.detail.contains(&said) => record.detail.clone(),
        (false, false) => format!("{said}: {}", record.detail),
    }
}

/// The line of the rule that caused a fact: the ladder's, or the node's, or the workflow's.
fn source(ready: &Ready, record: &Record) -> Option<String> {
    let node = record.place.map(|place| place.node);
    let ladder = match record.fact {
        Fact::LadderTriggered { ladder, .. }
        | Fact::LadderLevel { ladder, .. }
        | Fact::LadderStopped { ladder } => {
            let listed = node.and_then(|node| node_of(ready, node));
            listed.and_then(|node| node.ladders.get(usize::from(ladder)).copied())
        }
        _ => None,
    };
    let place = ladder.and_then(|ladder| ready.plan.sources().ladders.get(ladder.index())?.first().copied());
    place.and_then(|place| ready.source_line(place)).or_else(|| match record.fact {
        Fact::OutcomeReached { outcome } => ready.source_of(Some(outcome)),
        _ => ready.source_of(node),
    })
}

/// What was offered, and what was chosen.
fn choices(
    ready: &Ready,
    before: &State,
    effects: &[Effect],
    record: &Record,
) -> (Option<Vec<String>>, Option<String>) {
    match &record.fact {
        Fact::VoteCast { option } | Fact::OptionChosen { option } | Fact::NobodyChose { option } => {
            let labels = record.place.map(|place| option_labels(ready, before, place));
            (labels, record.place.and_then(|place| option_label(ready, place, *option)))
        }
        Fact::QuestionAsked { question } => (labels_sent(effects, *question), None),
        Fact::QuestionAnswered { question, alternative } => {
            let labels = labels_asked(ready, before, *question);
            let chosen = alternative.and_then(|at| labels.as_ref()?.get(usize::from(at)).cloned());
            (labels, chosen)
        }
        Fact::QuestionExpired { question } => (labels_asked(ready, before, *question), None),
        _ => (None, None),
    }
}

fn option_label(ready: &Ready, place: Place, option: u16) -> Option<String> {
    match &node_of(ready, place.node)?.kind {
        NodeKind::Decision(decision) => {
            decision.options.get(usize::from(option)).map(|option| option.label.clone())
        }
        _ => None,
    }
}

fn option_labels(ready: &Ready, before: &State, place: Place) -> Vec<String> {
    let open = wf_vm::view::open_options(&ready.prepared, before, place);
    open.into_iter().filter_map(|option| option_label(ready, place, option)).collect()
}

/// The alternatives of a question asked just now, from its letter.
fn labels_sent(effects: &[Effect], asked: QuestionId) -> Option<Vec<String>> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send(message) if message.question == Some(asked) => {
            let buttons = message.buttons.iter();
            let offered =
                buttons.filter(|button| matches!(button.press, Press::Alternative(_) | Press::Suggestion(_)));
            Some(offered.map(|button| button.label.to_string()).collect())
        }
        _ => None,
    })
}

/// The alternatives of a question asked earlier, from the plan.
pub(super) fn labels_asked(ready: &Ready, before: &State, asked: QuestionId) -> Option<Vec<String>> {
    ask_of(ready, before, asked)
        .map(|ask| ask.alternatives.iter().map(|alternative| alternative.label.clone()).collect())
}

fn ask_of<'a>(ready: &'a Ready, state: &State, asked: QuestionId) -> Option<&'a Ask> {
    let question = state.question(asked)?;
    let ladder = *node_of(ready, question.place.node)?.ladders.get(usize::from(question.ladder))?;
    let level = ready.program().ladders.get(ladder.index())?.levels.get(usize::from(question.level))?;
    level.ask.as_ref()
}
