//! Questions as rows: what was asked and what became of it, found by comparing the states around an event.

use super::facts::labels_asked;
use super::orders::{About, push};
use super::{Around, Stepped, node_name, question_number};
use crate::error::Result;
use crate::letter::Letter;
use crate::people::People;
use crate::store::row::{QuestionClosed, QuestionRow};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use wf_vm::effect::{Fact, Message, Press, Receiver, Record};
use wf_vm::event::QuestionId;
use wf_vm::{Effect, State};

/// A question whose letters must be changed: it is closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Withdrawn {
    /// Its number.
    pub question: u32,
    /// How it ended, in the reader's words.
    pub answer: String,
}

/// Adds the questions an event asked, and closes those it ended.
pub(super) fn compare(
    around: &Around<'_>,
    people: &People<'_>,
    stepped: &mut Stepped,
    before: &State,
    effects: &[Effect],
) -> Result<()> {
    let asked: Vec<QuestionRow> = asked(around, people, stepped, effects);
    let known = before.questions.iter().map(|question| i64::from(question_number(question.id)));
    let known: BTreeSet<i64> = known.chain(asked.iter().map(|question| question.number)).collect();
    let open: BTreeSet<i64> =
        stepped.state.questions.iter().map(|question| i64::from(question_number(question.id))).collect();
    for number in known.difference(&open) {
        let closed = closed(around, before, effects, *number, stepped.state.now.0);
        stepped.transition.closed.push(closed);
    }
    stepped.transition.asked.extend(asked);
    for effect in effects {
        if let Effect::Withdraw { question, answer } = effect {
            stepped
                .withdrawn
                .push(Withdrawn { question: question_number(*question), answer: answer.clone() });
        }
    }
    Ok(())
}

fn asked(
    around: &Around<'_>,
    people: &People<'_>,
    stepped: &Stepped,
    effects: &[Effect],
) -> Vec<QuestionRow> {
    let mut rows: Vec<(QuestionRow, Vec<String>)> = Vec::new();
    for effect in effects {
        let Effect::Send(message) = effect else { continue };
        let Some(question) = message.question else { continue };
        let receivers = receivers(around, people, message);
        if let Some((_, all)) =
            rows.iter_mut().find(|(row, _)| row.number == i64::from(question_number(question)))
        {
            all.extend(receivers);
            continue;
        }
        let offered = message.buttons.iter().filter(|button| matches!(button.press, Press::Alternative(_)));
        let labels: Vec<String> = offered.map(|button| button.label.to_string()).collect();
        let row = QuestionRow {
            number: i64::from(question_number(question)),
            node: message.place.and_then(|place| node_name(around.ready, place)),
            asked_of: String::new(),
            words: message.text.clone(),
            alternatives: Json::from(labels).to_string(),
            free_text: i64::from(message.free_text),
            status: "open".to_owned(),
            answer: None,
            answered_by: None,
            asked_at_ms: stepped.state.now.0,
            closed_at_ms: None,
        };
        rows.push((row, receivers));
    }
    rows.into_iter()
        .map(|(row, mut receivers)| {
            receivers.dedup();
            QuestionRow { asked_of: Json::from(receivers).to_string(), ..row }
        })
        .collect()
}

fn receivers(around: &Around<'_>, people: &People<'_>, message: &Message) -> Vec<String> {
    match &message.to {
        Receiver::Role(role) => {
            let name = around.ready.program().roles.get(role.index()).map(|role| role.name.clone());
            let persons = people.reached(*role).into_iter().filter(|person| Some(person) != name.as_ref());
            name.clone().into_iter().chain(persons).collect()
        }
        Receiver::Person(name) | Receiver::Email(name) | Receiver::Phone(name) => vec![name.clone()],
    }
}

/// How a question ended, from the facts of the event that ended it.
fn closed(
    around: &Around<'_>,
    before: &State,
    effects: &[Effect],
    number: i64,
    now_ms: i64,
) -> QuestionClosed {
    let records = effects.iter().filter_map(|effect| match effect {
        Effect::Record(record) => Some(record),
        _ => None,
    });
    let is = |question: &QuestionId| i64::from(question_number(*question)) == number;
    let mut closed = QuestionClosed {
        number,
        status: "withdrawn".to_owned(),
        answer: None,
        answered_by: None,
        closed_at_ms: now_ms,
    };
    for record in records {
        match &record.fact {
            Fact::QuestionAnswered { question, alternative } if is(question) => {
                "answered".clone_into(&mut closed.status);
                closed.answer = answer(around, before, *question, *alternative, record);
                closed.answered_by.clone_from(&record.by);
                return closed;
            }
            Fact::QuestionExpired { question } if is(question) => "expired".clone_into(&mut closed.status),
            _ => {}
        }
    }
    closed
}

fn answer(
    around: &Around<'_>,
    before: &State,
    question: QuestionId,
    alternative: Option<u16>,
    record: &Record,
) -> Option<String> {
    let labels = labels_asked(around.ready, before, question);
    let chosen = alternative.and_then(|at| labels?.get(usize::from(at)).cloned());
    chosen.or_else(|| Some(record.detail.clone()).filter(|words| !words.is_empty()))
}

impl Stepped {
    /// Adds the letters that tell a question's receivers that it is closed.
    ///
    /// # Errors
    /// Never for letters of the outbox.
    pub fn withdraw(&mut self, withdrawn: &Withdrawn, letters: &[(i64, Letter)]) -> Result<()> {
        for (number, letter) in letters {
            let notice = Letter {
                purpose: "withdrawn".to_owned(),
                changes: Some(*number),
                text: withdrawn.answer.clone(),
                buttons: Vec::new(),
                free_text: false,
                answer_with: None,
                templates: Vec::new(),
                ..letter.clone()
            };
            let about = About {
                kind: "withdraw",
                node: letter.node.clone(),
                question: Some(withdrawn.question),
                destination: letter.to.clone(),
                not_before: self.state.now,
            };
            push(self, about, &notice)?;
        }
        Ok(())
    }
}
