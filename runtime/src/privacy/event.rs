//! The journal's rows: an event as JSON, its personal values sealed one by one.
//!
//! A sealed value is an object with one member, `{"sealed":"…"}`; everything else of the event stays readable. Sealed are
//! the values of personal fields and the words people write; names and an operator's reasons only where a personal value
//! is in them. Invariant: what [`open`] gives is the event that [`sealed`] was given.

use super::personal::{Personal, texts_in};
use super::seal::{Seal, Spot, is_sealed};
use crate::error::{Problem, Result};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use wf_plan::Value;
use wf_vm::event::{Act, Actor, Answer};
use wf_vm::{Event, EventKind};

/// The only member of a sealed value.
const SEALED: &str = "sealed";

/// An event as a row's body. `texts` are the personal texts of the instance.
///
/// # Errors
/// When it cannot be written.
pub fn sealed(
    event: &Event,
    row: i64,
    personal: &Personal,
    texts: &BTreeSet<String>,
    seal: &Seal<'_>,
) -> Result<String> {
    let unwritable = |cause| Problem::machine("the event cannot be written as JSON").because(cause);
    let mut json = serde_json::to_value(event).map_err(unwritable)?;
    let mut paths = Vec::new();
    personal_places(&event.kind, personal, texts, &mut paths);
    for path in paths {
        if let Some(value) = json.pointer_mut(&path)
            && !value.is_null()
        {
            let text = seal.text(Spot { column: &column(&path), row }, &value.to_string())?;
            *value = serde_json::json!({ SEALED: text });
        }
    }
    serde_json::to_string(&json).map_err(unwritable)
}

/// The event in a body; `None`: it is no event, or something in it does not open.
#[must_use]
pub fn open(body: &str, row: i64, seal: &Seal<'_>) -> Option<Event> {
    let mut json = serde_json::from_str(body).ok()?;
    open_within(&mut json, &mut String::new(), row, seal)?;
    serde_json::from_value(json).ok()
}

/// Opens every sealed value of a JSON text.
fn open_within(value: &mut Json, path: &mut String, row: i64, seal: &Seal<'_>) -> Option<()> {
    let sealed = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get(SEALED));
    if let Some(text) = sealed.and_then(Json::as_str).filter(|text| is_sealed(text)) {
        let opened = seal.open_text(Spot { column: &column(path), row }, text)?;
        *value = serde_json::from_str(&opened).ok()?;
        return Some(());
    }
    let end = path.len();
    match value {
        Json::Object(object) => {
            for (name, value) in object {
                path.push('/');
                path.push_str(name);
                open_within(value, path, row, seal)?;
                path.truncate(end);
            }
        }
        Json::Array(values) => {
            for (at, value) in values.iter_mut().enumerate() {
                path.push('/');
                path.push_str(&at.to_string());
                open_within(value, path, row, seal)?;
                path.truncate(end);
            }
        }
        _ => {}
    }
    Some(())
}

fn column(path: &str) -> String {
    format!("event.body{path}")
}

/// The personal texts of an event, beside those the instance has already.
pub fn texts_of(event: &EventKind, personal: &Personal, texts: &mut BTreeSet<String>) {
    let mut gather = |values: &[Value], marks: &[bool]| {
        let marked = values.iter().zip(marks).filter(|(_, personal)| **personal);
        marked.for_each(|(value, _)| texts_in(value, texts));
    };
    match event {
        EventKind::Start { inputs, .. } => gather(inputs, personal.inputs()),
        EventKind::Act { place, act: Act::Complete(values), .. } => gather(values, personal.form(place.node)),
        EventKind::Arrived { system, event, fields } => gather(fields, personal.event(*system, *event)),
        EventKind::Correct { field, value, .. } if personal.field(*field) => texts_in(value, texts),
        _ => {}
    }
}

/// Where in its JSON an event is personal.
fn personal_places(
    event: &EventKind,
    personal: &Personal,
    texts: &BTreeSet<String>,
    paths: &mut Vec<String>,
) {
    let mut values = |under: &str, values: &[Value], marks: &[bool]| {
        for (at, (value, personal)) in values.iter().zip(marks).enumerate() {
            if *personal && *value != Value::Missing {
                paths.push(format!("/kind/{under}/{at}"));
            }
        }
    };
    match event {
        EventKind::Start { inputs, .. } => values("Start/inputs", inputs, personal.inputs()),
        EventKind::Act { place, act: Act::Complete(form), .. } => {
            values("Act/act/Complete", form, personal.form(place.node));
        }
        EventKind::Arrived { system, event, fields } => {
            values("Arrived/fields", fields, personal.event(*system, *event));
        }
        EventKind::Correct { field, .. } if personal.field(*field) => {
            paths.push("/kind/Correct/value".to_owned());
        }
        _ => {}
    }
    paths.extend(words(event).into_iter().map(|path| format!("/kind/{path}")));
    if let Some((name, actor)) = actor(event) {
        if holds(texts, &actor.person) {
            paths.push(format!("/kind/{name}/person"));
        }
        if actor.forced.as_deref().is_some_and(|reason| holds(texts, reason)) {
            paths.push(format!("/kind/{name}/forced"));
        }
    }
}

/// Where in an event people's own words are.
fn words(event: &EventKind) -> Vec<&'static str> {
    match event {
        EventKind::Act { act, .. } => match act {
            Act::Comment(_) => vec!["Act/act/Comment"],
            Act::Block { .. } => vec!["Act/act/Block/reason"],
            Act::Choose { reason: Some(_), .. } => vec!["Act/act/Choose/reason"],
            Act::Skip { .. } => vec!["Act/act/Skip/reason"],
            _ => Vec::new(),
        },
        EventKind::Answer { answer: Answer::Words(_), .. } => vec!["Answer/answer/Words"],
        EventKind::Suggested { .. } => vec!["Suggested/suggestions"],
        EventKind::Correct { .. } => vec!["Correct/reason"],
        EventKind::Reopen { .. } => vec!["Reopen/reason"],
        EventKind::EndAtAnyTime { .. } => vec!["EndAtAnyTime/reason"],
        EventKind::Cancel { .. } => vec!["Cancel/reason"],
        _ => Vec::new(),
    }
}

/// Who acts in an event, and where in its JSON that stands.
fn actor(event: &EventKind) -> Option<(&'static str, &Actor)> {
    match event {
        EventKind::Start { starter, .. } => starter.as_ref().map(|actor| ("Start/starter", actor)),
        EventKind::Act { by, .. } => Some(("Act/by", by)),
        EventKind::Answer { by, .. } => Some(("Answer/by", by)),
        EventKind::Correct { by, .. } => Some(("Correct/by", by)),
        EventKind::Reopen { by, .. } => Some(("Reopen/by", by)),
        EventKind::EndAtAnyTime { by, .. } => Some(("EndAtAnyTime/by", by)),
        EventKind::Cancel { by, .. } => by.as_ref().map(|actor| ("Cancel/by", actor)),
        _ => None,
    }
}

/// Whether a personal text is in some words.
#[must_use]
pub fn holds(texts: &BTreeSet<String>, words: &str) -> bool {
    let words = words.to_lowercase();
    is_sealed(&words) || texts.iter().any(|text| words.contains(text))
}
