//! What a form that was sent brings about.
//!
//! The link is used up first and given back when nothing was settled, so that two clicks at once act once. Invariant: a
//! page that says thank you stands for a committed event.

use super::page::Page;
use super::task::{node, page, value};
use super::texts::filled;
use super::{Sent, Visit};
use crate::asked::{Asked, OnNode, Said};
use crate::error::{Class, Problem};
use crate::link::About;
use crate::transition::question_number;
use crate::values::Reader;
use axum::http::StatusCode;
use serde_json::Value as Json;
use wf_plan::node::NodeKind;
use wf_plan::value::{Field, Scalar};

type Done = Result<(StatusCode, Page), Problem>;

/// What was pressed.
enum Pressed<'a> {
    Complete,
    Choose(&'a str),
    Answer(&'a str),
    Words,
    Block,
    Unblock,
}

/// Does what was sent.
pub async fn act(visit: &Visit, sent: &Sent) -> Done {
    let pressed = match value(sent, "do").split_once(':') {
        Some(("choose", option)) => Pressed::Choose(option),
        Some(("answer", number)) => Pressed::Answer(number),
        _ => match value(sent, "do") {
            "complete" => Pressed::Complete,
            "words" => Pressed::Words,
            "block" => Pressed::Block,
            "unblock" => Pressed::Unblock,
            _ => return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(visit, sent))),
        },
    };
    if let Some(wrong) = unfit(visit, &pressed, sent) {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, wrong));
    }
    if matches!(pressed, Pressed::Block | Pressed::Unblock) {
        return happen(visit, &pressed, sent).await;
    }
    let (store, now) = (&visit.tenant.engine.store, visit.tenant.engine.clock.now());
    let link = &visit.link;
    if !store.use_link(&visit.fingerprint, &link.instance, now.0, link.expires_at_ms).await? {
        let used = visit.closed().await?.unwrap_or_else(|| visit.blank(visit.texts.used));
        return Ok((StatusCode::GONE, used));
    }
    let done = happen(visit, &pressed, sent).await;
    if !matches!(done, Ok((StatusCode::OK, _))) {
        store.give_link_back(&visit.fingerprint).await?;
    }
    done
}

async fn happen(visit: &Visit, pressed: &Pressed<'_>, sent: &Sent) -> Done {
    for asked in asked(visit, pressed, sent) {
        let by = visit.tenant.engine.actor(&visit.opened.ready, &visit.link.person, None);
        let kind = match visit.opened.event(asked, by) {
            Ok(kind) => kind,
            Err(problem) if matches!(problem.class(), Class::Input | Class::NotFound) => {
                return Ok((
                    StatusCode::UNPROCESSABLE_ENTITY,
                    with_problem(visit, sent, problem.to_string()),
                ));
            }
            Err(problem) => return Err(problem),
        };
        let applied = visit.tenant.engine.apply(&visit.opened.instance.id, kind, None).await?;
        if let Some(refusal) = applied.refused.first() {
            let why = visit.texts.refusal(refusal);
            return Ok((StatusCode::CONFLICT, with_problem(visit, sent, why)));
        }
    }
    Ok((StatusCode::OK, thanks(visit, pressed)))
}

/// What was asked for: a decision's form is filled in before the choice.
fn asked(visit: &Visit, pressed: &Pressed<'_>, sent: &Sent) -> Vec<Asked> {
    let name = match &visit.link.about {
        About::Node { node, copy: Some(copy), .. } => format!("{node}:{}", u32::from(*copy) + 1),
        About::Node { node, copy: None, .. } => node.clone(),
        About::Question(_) => String::new(),
    };
    let on_node = |act| Asked::OnNode { node: name.clone(), act };
    let complete = || on_node(OnNode::Complete(given(visit, sent)));
    let answer = |said| {
        let question = match &visit.link.about {
            About::Question(number) => number.to_string(),
            About::Node { .. } => String::new(),
        };
        vec![Asked::Answer { question: Some(question), said }]
    };
    let text = |name| value(sent, name).to_owned();
    match pressed {
        Pressed::Complete => vec![complete()],
        Pressed::Choose(option) => {
            let reason = Some(text("reason")).filter(|reason| !reason.is_empty());
            let choose = on_node(OnNode::Choose { option: (*option).to_owned(), reason });
            let form = if form(visit).is_empty() { None } else { Some(complete()) };
            form.into_iter().chain([choose]).collect()
        }
        Pressed::Answer(number) => answer(Said::Alternative((*number).to_owned())),
        Pressed::Words => answer(Said::Words(text("words"))),
        Pressed::Block => vec![on_node(OnNode::Block { reason: text("block_reason"), waiting_on: None })],
        Pressed::Unblock => vec![on_node(OnNode::Unblock)],
    }
}

fn form(visit: &Visit) -> &[Field] {
    let place = node(visit).map(|node| node.place.node.index());
    let declared = place.and_then(|at| visit.opened.ready.program().nodes.get(at));
    declared.map(|node| node.form.as_slice()).unwrap_or_default()
}

/// Values of the form; what was left empty is not given.
fn given(visit: &Visit, sent: &Sent) -> Vec<(String, Json)> {
    let values = form(visit).iter().map(|field| (field, read(field, sent)));
    values
        .filter(|(_, text)| !text.is_empty())
        .map(|(field, text)| (field.name.clone(), text.into()))
        .collect()
}

/// A value as the reader of values takes it: people write decimals with a comma, too.
fn read(field: &Field, sent: &Sent) -> String {
    let text = value(sent, &format!("f.{}", field.name));
    let decimal = matches!(field.kind.of, Scalar::Number | Scalar::Money(_)) && !field.kind.list;
    if decimal && text.matches(',').count() == 1 && !text.contains('.') {
        return text.replace(',', ".");
    }
    text.to_owned()
}

/// The page with what does not fit marked, if anything does not.
fn unfit(visit: &Visit, pressed: &Pressed<'_>, sent: &Sent) -> Option<Page> {
    let texts = visit.texts;
    let mut shown = page(visit, sent);
    let mut wrong = false;
    if matches!(pressed, Pressed::Complete | Pressed::Choose(_)) {
        let reader = Reader::new(visit.opened.ready.program(), &visit.opened.ready.local);
        let fields = shown.form.as_mut().map(|form| form.fields.as_mut_slice()).unwrap_or_default();
        for (field, shown) in form(visit).iter().zip(fields) {
            let text = read(field, sent);
            shown.wrong = match reader.text(field.kind, &text) {
                _ if text.is_empty() && field.optional => None,
                _ if text.is_empty() => Some(texts.missing),
                Ok(_) => None,
                Err(_) => Some(texts.misfit(field.kind.of)),
            };
            wrong |= shown.wrong.is_some();
        }
    }
    if let Pressed::Choose(option) = pressed
        && needs_reason(visit, option)
        && value(sent, "reason").is_empty()
        && let Some(reason) = shown.form.as_mut().and_then(|form| form.reason.as_mut())
    {
        reason.wrong = Some(texts.reason_missing.to_owned());
        wrong = true;
    }
    for other in &mut shown.others {
        let meant = matches!((pressed, other.value), (Pressed::Words, "words") | (Pressed::Block, "block"));
        if meant && other.text.is_empty() {
            (other.wrong, other.open) = (Some(texts.missing), true);
            wrong = true;
        }
    }
    shown.problems.push(texts.check_fields.to_owned());
    wrong.then_some(shown)
}

fn needs_reason(visit: &Visit, option: &str) -> bool {
    let place = node(visit).map(|node| node.place.node.index());
    let declared = place.and_then(|at| visit.opened.ready.program().nodes.get(at));
    match declared.map(|node| &node.kind) {
        Some(NodeKind::Decision(decision)) => {
            decision.options.iter().any(|known| known.name == option && known.needs_reason)
        }
        _ => false,
    }
}

fn with_problem(visit: &Visit, sent: &Sent, problem: String) -> Page {
    let mut shown = page(visit, sent);
    shown.problems = vec![problem];
    shown
}

fn thanks(visit: &Visit, pressed: &Pressed<'_>) -> Page {
    let texts = visit.texts;
    let mut page = visit.blank(texts.thanks);
    page.done = true;
    let label = node(visit).map(|node| node.label.clone()).unwrap_or_default();
    let what = match pressed {
        Pressed::Complete => filled(texts.thanks_done, &[&label]),
        Pressed::Choose(option) => filled(texts.thanks_chosen, &[&option_label(visit, option)]),
        Pressed::Answer(number) => filled(texts.thanks_chosen, &[&alternative(visit, number)]),
        Pressed::Words => texts.thanks_words.to_owned(),
        Pressed::Block => texts.thanks_block.to_owned(),
        Pressed::Unblock => texts.unblock.to_owned(),
    };
    page.lines = vec![what, texts.close_page.to_owned()];
    page
}

fn option_label(visit: &Visit, option: &str) -> String {
    let place = node(visit).map(|node| node.place.node.index());
    let declared = place.and_then(|at| visit.opened.ready.program().nodes.get(at));
    let options = match declared.map(|node| &node.kind) {
        Some(NodeKind::Decision(decision)) => decision.options.as_slice(),
        _ => &[],
    };
    options
        .iter()
        .find(|known| known.name == option)
        .map_or_else(|| option.to_owned(), |known| known.label.clone())
}

fn alternative(visit: &Visit, number: &str) -> String {
    let About::Question(question) = visit.link.about else { return String::new() };
    let asked = visit.opened.view().questions.iter().find(|asked| question_number(asked.id) == question);
    let at = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let label =
        asked.zip(at).and_then(|(asked, at)| asked.alternatives.iter().chain(&asked.suggestions).nth(at));
    label.cloned().unwrap_or_default()
}
