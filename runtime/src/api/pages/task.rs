//! The page of a task, a decision or a question: what is shown and asked.
//!
//! Invariant: what is asked is what the workflow declares; values that were sent and did not fit stand in their fields.

use super::page::{Button, FieldShown, Form, Other, Page, Reason, in_words};
use super::texts::filled;
use super::{Sent, Visit};
use crate::link::About;
use crate::transition::question_number;
use crate::values::Reader;
use wf_plan::node::NodeKind;
use wf_plan::plan::NodeId;
use wf_vm::state::NodeState;
use wf_vm::view::{self, Due, NodeView};

/// What the link is for, with what was sent and did not fit.
pub fn page(visit: &Visit, sent: &Sent) -> Page {
    let mut page = match &visit.link.about {
        About::Node { .. } => node(visit).map(|node| of_node(visit, node, sent)),
        About::Question(number) => of_question(visit, *number, sent),
    }
    .unwrap_or_else(|| visit.blank(visit.texts.overtaken));
    page.details = inputs(visit);
    page.footer = visit.texts.personal;
    page
}

/// The node of the visit, while there is something to do.
pub fn node(visit: &Visit) -> Option<&NodeView> {
    let About::Node { node, copy, .. } = &visit.link.about else { return None };
    let id = visit.opened.node(node).ok()?;
    visit.opened.view().nodes.iter().find(|seen| seen.place.node == id && seen.place.copy == *copy)
}

/// What was sent under a name.
pub fn value<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.trim())
}

fn of_node(visit: &Visit, node: &NodeView, sent: &Sent) -> Page {
    let texts = visit.texts;
    let element = node.element.as_ref().map_or_else(String::new, |element| format!(": {element}"));
    let mut page = visit.blank(&format!("{}{element}", node.label));
    let said = view::said(&visit.opened.ready.prepared, &visit.opened.state, node.place, Some(texts.lang));
    page.lines = said.into_iter().collect();
    page.facts = facts(visit, node);
    if node.state == NodeState::Blocked {
        let why = node.block_reason.as_deref().unwrap_or_default();
        page.problems = vec![filled(texts.is_blocked, &[why])];
        let goes_on =
            Button { value: "unblock".to_owned(), label: texts.unblock.to_owned(), ..Button::default() };
        page.form = Some(Form { buttons: vec![goes_on], ..Form::default() });
        return page;
    }
    let mut form = Form { fields: fields(visit, node.place.node, sent), ..Form::default() };
    match visit.opened.ready.program().nodes.get(node.place.node.index()).map(|node| &node.kind) {
        Some(NodeKind::Decision(decision)) => {
            let open = node.options.iter().filter_map(|option| decision.options.get(usize::from(*option)));
            let open: Vec<_> = open.collect();
            let with_reason: Vec<&str> = open
                .iter()
                .filter(|option| option.needs_reason)
                .map(|option| option.label.as_str())
                .collect();
            form.reason = (!with_reason.is_empty()).then(|| Reason {
                label: texts.reason,
                hint: filled(texts.reason_for, &[&with_reason.join(", ")]),
                value: value(sent, "reason").to_owned(),
                wrong: None,
            });
            form.buttons = open
                .iter()
                .map(|option| Button {
                    value: format!("choose:{}", option.name),
                    label: option.label.clone(),
                    small: (option.needs > 1)
                        .then(|| filled(texts.more_people, &[&option.needs.to_string()])),
                    second: false,
                })
                .collect();
        }
        _ => {
            form.buttons = vec![Button {
                value: "complete".to_owned(),
                label: texts.done.to_owned(),
                ..Button::default()
            }];
        }
    }
    page.form = Some(form);
    page.others = vec![Other {
        value: "block",
        name: "block_reason",
        title: texts.cannot_go_on,
        label: texts.block_why,
        button: texts.block_send,
        text: value(sent, "block_reason").to_owned(),
        ..Other::default()
    }];
    page
}

fn facts(visit: &Visit, node: &NodeView) -> Vec<(String, String)> {
    let texts = visit.texts;
    let mut facts = Vec::new();
    if let Due::At(due) = node.due {
        let late = if node.overdue { format!(" ({})", texts.overdue) } else { String::new() };
        facts.push((texts.due.to_owned(), format!("{}{late}", texts.when(&visit.opened.ready.local, due))));
    }
    facts.push((texts.you_are.to_owned(), visit.full_name(&visit.link.person)));
    facts
}

fn fields(visit: &Visit, node: NodeId, sent: &Sent) -> Vec<FieldShown> {
    let ready = &visit.opened.ready;
    let form = ready.program().nodes.get(node.index()).map(|node| node.form.as_slice()).unwrap_or_default();
    form.iter()
        .map(|field| FieldShown {
            value: value(sent, &format!("f.{}", field.name)).to_owned(),
            ..FieldShown::of(field, ready, visit.texts)
        })
        .collect()
}

fn of_question(visit: &Visit, number: u32, sent: &Sent) -> Option<Page> {
    let texts = visit.texts;
    let asked = visit.opened.view().questions.iter().find(|asked| question_number(asked.id) == number)?;
    let mut page = visit.blank(&asked.text);
    page.facts = vec![
        (texts.about.to_owned(), asked.label.clone()),
        (texts.asked_since.to_owned(), texts.when(&visit.opened.ready.local, asked.since)),
        (texts.you_are.to_owned(), visit.full_name(&visit.link.person)),
    ];
    let numbered = asked.alternatives.iter().chain(&asked.suggestions).zip(1u32..);
    let buttons = numbered.map(|(label, number)| Button {
        value: format!("answer:{number}"),
        label: label.clone(),
        ..Button::default()
    });
    page.form = Some(Form { buttons: buttons.collect(), ..Form::default() });
    page.others = vec![Other {
        value: "words",
        name: "words",
        title: texts.own_words,
        label: texts.own_words,
        hint: Some(texts.own_words_hint),
        button: texts.own_words_send,
        text: value(sent, "words").to_owned(),
        ..Other::default()
    }];
    Some(page)
}

/// What the instance was started with, so that whoever decides knows about what; nothing personal, nothing secret.
fn inputs(visit: &Visit) -> Vec<(String, String)> {
    let ready = &visit.opened.ready;
    let reader = Reader::new(ready.program(), &ready.local);
    let given = ready.program().inputs.iter().zip(&visit.opened.state.inputs);
    given
        .filter(|(field, value)| !field.personal && !field.secret && **value != wf_plan::Value::Missing)
        .map(|(field, value)| (in_words(&field.name), reader.shown(value)))
        .collect()
}
