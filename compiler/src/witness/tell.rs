//! A play as people read it: dated events in the words of the workflow, and how it stands in the end.
//!
//! Invariant: what is told has happened on the interpreter; of values only those of the case are told.

use super::ladder;
use super::play::Play;
use super::rounds::{Line, shortened};
use super::stage::Stage;
use super::ways::Way;
use crate::model::case::{Ending, FieldKey, How};
use crate::typed::{Field, NodeKind, Typed};
use rust_decimal::Decimal;
use wf_lang::diagnostic::RunEvent;
use wf_plan::plan::{FieldIndex, NodeId};
use wf_plan::value::Scalar;
use wf_plan::{Moment, Value};
use wf_vm::state::NodeState;

/// Open nodes that the end of a run names at most.
const MAX_OPEN: usize = 3;

/// Something that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// The instance started.
    Started(Moment),
    /// A node finished.
    Finished(Moment, NodeId, How, Way),
    /// A redo was taken: of an option, or (0) of a step or wait.
    Again(Moment, NodeId, u16),
    /// Somebody said something, so that its ladder does not go on.
    Commented(Moment, NodeId),
}

impl Told {
    /// When it happened.
    pub fn at(&self) -> Moment {
        match self {
            Self::Started(at) | Self::Finished(at, ..) | Self::Again(at, ..) | Self::Commented(at, _) => *at,
        }
    }

    /// The same at another moment.
    pub fn at_moment(&self, moment: Moment) -> Self {
        let mut told = *self;
        match &mut told {
            Self::Started(at) | Self::Finished(at, ..) | Self::Again(at, ..) | Self::Commented(at, _) => {
                *at = moment;
            }
        }
        told
    }
}

/// The run for people.
pub(super) fn run(stage: &Stage<'_>, play: &Play<'_, '_>) -> Vec<RunEvent> {
    let mut run = Vec::new();
    let with = inputs(stage);
    for line in shortened(&play.told) {
        let told = match &line {
            Line::Told(told) => told,
            Line::Same(times, at) => {
                let words = format!("the same {times} more times");
                run.push(event(stage, *at, &words, None, String::new()));
                continue;
            }
        };
        match told {
            // That it started goes without saying, unless something was given to it.
            Told::Started(at) if !with.is_empty() || play.told.len() == 1 => {
                let detail = if with.is_empty() { String::new() } else { format!("with {}", listed(&with)) };
                run.push(event(stage, *at, "starts", None, detail));
            }
            Told::Started(_) => {}
            Told::Finished(at, node, how, way) => {
                let (words, detail) = finished(stage, *node, *how, *way);
                run.push(event(stage, *at, &words, Some(*node), detail));
            }
            Told::Commented(at, node) => {
                run.push(event(stage, *at, "commented on", Some(*node), String::new()));
            }
            Told::Again(at, node, slot) => {
                let (words, detail) = match option_name(stage.typed, *node, *slot) {
                    Some(option) => ("chosen".to_owned(), option.to_owned()),
                    None => ("done".to_owned(), "and all again".to_owned()),
                };
                run.push(event(stage, *at, &words, Some(*node), detail));
            }
        }
    }
    run.push(end(stage, play));
    run
}

fn event(stage: &Stage<'_>, at: Moment, words: &str, node: Option<NodeId>, detail: String) -> RunEvent {
    let local = stage.prepared.workflow_calendar().and_then(|calendar| calendar.local(at));
    let at = local.map_or_else(String::new, |local| {
        format!("{} {:02}:{:02}", local.date, local.minute_of_day / 60, local.minute_of_day % 60)
    });
    let node = node.and_then(|node| stage.typed.nodes.get(node.index())).map(|node| node.name.clone());
    RunEvent { at, event: words.to_owned(), node: node.unwrap_or_default(), detail }
}

fn finished(stage: &Stage<'_>, node: NodeId, how: How, way: Way) -> (String, String) {
    let form = listed(&form(stage, node));
    let outcome = |at: u16| match stage.typed.nodes.get(node.index()).map(|node| &node.kind) {
        Some(NodeKind::Run { outcomes, .. }) => outcomes.get(usize::from(at)).cloned().unwrap_or_default(),
        _ => String::new(),
    };
    let pause = matches!(way, Way::Time);
    let words = match (how, way) {
        (_, Way::Answered) => {
            let label = ladder::label(stage, node, how).unwrap_or_default();
            return ("is asked about".to_owned(), format!("\"{label}\" is chosen"));
        }
        (How::ChosenByNobody(option), _) => {
            let option = option_name(stage.typed, node, option).unwrap_or_default();
            return ("not decided in time".to_owned(), format!("so `{option}`"));
        }
        (_, Way::Unanswered) => {
            let label = ladder::label(stage, node, how).unwrap_or_default();
            return ("is asked about".to_owned(), format!("nobody answers, so \"{label}\""));
        }
        (How::Chosen(option), _) => {
            let option = option_name(stage.typed, node, option).unwrap_or_default();
            return ("chosen".to_owned(), option.to_owned());
        }
        (_, Way::Lateness) => "does not come in time",
        (How::Skipped, _) => "skipped",
        (How::Ended(at), _) => return (format!("ends in `{}`", outcome(at)), String::new()),
        (_, Way::Event) => "arrives",
        _ if pause => "over",
        _ => "done",
    };
    let filled =
        matches!(way, Way::ByHand | Way::Event) && !form.is_empty() && how.settling() != Some(How::Skipped);
    (words.to_owned(), if filled { format!("with {form}") } else { String::new() })
}

/// How it stands when everything of the case has happened.
fn end(stage: &Stage<'_>, play: &Play<'_, '_>) -> RunEvent {
    let in_state = |picks: &dyn Fn(NodeState) -> bool| {
        let open =
            stage.worked().filter(|(id, _)| picks(play.state.node_state(*id)) && stage.how(*id).is_none());
        let mut names: Vec<String> = open.map(|(_, node)| format!("`{}`", node.name)).collect();
        let more = names.len().saturating_sub(MAX_OPEN);
        names.truncate(MAX_OPEN);
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let verb = if names.len() == 1 { "is" } else { "are" };
        (!names.is_empty()).then(|| format!("{} {verb} open", listed(&names)))
    };
    let words = match (stage.case.ending, in_state(&NodeState::is_live)) {
        (Ending::Outcome(outcome), _) => {
            let name = stage.node(outcome).map_or("", |node| node.name.as_str());
            let cut_off = in_state(&|state| state == NodeState::Cancelled);
            let cut_off = cut_off.map_or_else(String::new, |open| format!(" while {open}"));
            format!("ends in `{name}`{cut_off}")
        }
        (Ending::Running, Some(open)) => format!("then {open}"),
        (Ending::Running | Ending::Quiet, _) => "then nothing moves".to_owned(),
    };
    event(stage, play.state.now, &words, None, String::new())
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn inputs(stage: &Stage<'_>) -> Vec<String> {
    of_case(stage, None)
}

fn form(stage: &Stage<'_>, node: NodeId) -> Vec<String> {
    of_case(stage, Some(node))
}

/// The values of inputs or of a form that the verdict rests on, as the play gives them. What only says which way some
/// other work goes meanwhile is seen from what happens.
fn of_case(stage: &Stage<'_>, node: Option<NodeId>) -> Vec<String> {
    let needed = stage.case.values.iter().take(stage.case.values_needed);
    let named = needed.map(|(key, _)| key).filter(|key| key.node == node);
    let told = |key: &FieldKey| {
        let (_, name) = name_of(stage.typed, key)?;
        Some(format!("`{name}` {}", value_words(stage.typed, &stage.values.read(key))))
    };
    named.filter_map(told).collect()
}

/// Name of a field: of its node (empty for an input), and of itself and what lies within it.
pub(super) fn name_of(typed: &Typed, key: &FieldKey) -> Option<(String, String)> {
    let (node, mut fields): (&str, &[Field]) = match key.node {
        None => ("", &typed.inputs),
        Some(id) => typed.nodes.get(id.index()).map(|node| (node.name.as_str(), node.form.as_slice()))?,
    };
    let mut names: Vec<&str> = Vec::new();
    for FieldIndex(at) in &key.path {
        let field = fields.get(usize::from(*at))?;
        names.push(&field.data.name);
        fields = match field.data.kind.of {
            Scalar::Record(id) => typed.records.get(id.index()).map_or(&[], |record| &record.fields),
            _ => &[],
        };
    }
    Some((node.to_owned(), names.join(".")))
}

/// The option of a decision by position.
pub(super) fn option_name(typed: &Typed, node: NodeId, option: u16) -> Option<&str> {
    match &typed.nodes.get(node.index())?.kind {
        NodeKind::Decision { options, .. } => {
            options.get(usize::from(option)).map(|option| option.name.as_str())
        }
        _ => None,
    }
}

/// A value as the language writes it.
#[must_use]
pub fn value_words(typed: &Typed, value: &Value) -> String {
    match value {
        Value::Missing => "missing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number_words(*number),
        Value::Money(amount, currency) => format!("{} {currency}", number_words(*amount)),
        Value::Text(text) => format!("\"{text}\""),
        Value::Date(date) => date.to_string(),
        Value::Moment(moment) => moment_words(typed, *moment),
        Value::Duration(duration) => duration.to_string(),
        Value::Enum(of, at) => {
            let values = typed.enums.get(of.index()).map(|of| &of.value.values);
            values.and_then(|values| values.get(usize::from(*at))).cloned().unwrap_or_default()
        }
        Value::List(elements) if elements.is_empty() => "empty".to_owned(),
        Value::Record(values) | Value::List(values) => {
            let words: Vec<String> = values.iter().map(|value| value_words(typed, value)).collect();
            listed(&words)
        }
    }
}

/// `50_000`, with the thousands set apart from five digits on.
fn number_words(number: Decimal) -> String {
    let plain = number.normalize().to_string();
    let (whole, rest) =
        plain.split_once('.').map_or((plain.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if digits.len() > 4 && at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    let rest = rest.map_or_else(String::new, |rest| format!(".{rest}"));
    format!("{sign}{grouped}{rest}")
}

fn moment_words(typed: &Typed, moment: Moment) -> String {
    let zone = typed.calendars.get(typed.calendar.index()).map(|calendar| &calendar.data.zone);
    let Some(local) = zone.and_then(|zone| wf_vm::calendar::CompiledZone::compile(zone).to_local(moment))
    else {
        return String::new();
    };
    let day = i32::try_from(local.div_euclid(wf_plan::time::DAY_MS)).unwrap_or_default();
    let minute = local.rem_euclid(wf_plan::time::DAY_MS) / wf_plan::time::MINUTE_MS;
    format!("{} {:02}:{:02}", wf_plan::Date(day), minute / 60, minute % 60)
}
