//! Questions of ladders: asked, answered, expired, withdrawn.
//!
//! Rule 8. A question stays open when the next level comes, so that those asked can still decide; it closes when it is
//! answered by a written alternative, when any other act stops its ladder, or when its node leaves active. Own words
//! and the agent's suggestions change nothing: they are recorded, told to the work's owner, and acknowledge.
//! Invariant: an alternative is taken whole or not at all.

use super::messages::Letter;
use super::turn::Turn;
use crate::effect::{AgentCall, Button, Effect, Fact, Press, Purpose, Refusal};
use crate::eval::{self, Scope};
use crate::event::{Answer, Place, QuestionId};
use crate::phrases::{self, Language};
use crate::state::{Question, Task};
use wf_plan::ladder::Ask;
use wf_plan::people::Who;

/// Characters of one suggestion of the agent that are kept.
const MAX_SUGGESTION: usize = 500;

impl<'a> Turn<'a> {
    /// Asks a level's question.
    pub(super) fn ask(&mut self, place: Place, ladder: u16, level: u16, ask: &Ask) {
        let id = QuestionId(self.state.next_question);
        self.state.next_question = self.state.next_question.saturating_add(1);
        let question =
            Question { id, place, ladder, level, asked: self.at, suggestions: Vec::new(), expired: false };
        self.state.questions.push(question);
        self.record(Fact::QuestionAsked { question: id }, Some(place));
        self.send_question(id);
        if ask.suggest > 0 && self.program.agent.as_ref().is_some_and(|agent| agent.suggests) {
            let about = self.about(place, ladder, level, ask);
            self.effects.push(Effect::CallAgent(AgentCall { question: id, suggest: ask.suggest, about }));
        }
        if let Some(within) = &ask.decide_within
            && let Some(due) = self.later(place, self.at, within)
        {
            self.arm(Some(place), due, Task::Decide(id));
        }
    }

    fn about(&self, place: Place, ladder: u16, level: u16, ask: &Ask) -> String {
        let number = self.level_number(place, ladder, level);
        let scope = Scope { level: Some(number), ..Scope::at(Some(place)) };
        let mut about = eval::text(self.prepared, self.state, ask.words.text, &scope);
        for alternative in &ask.alternatives {
            about.push_str("\n- ");
            about.push_str(&alternative.label);
        }
        about
    }

    fn level_number(&self, place: Place, ladder: u16, level: u16) -> u16 {
        let found = self.ladder(place, ladder).and_then(|ladder| ladder.levels.get(usize::from(level)));
        found.map_or(0, |level| level.number)
    }

    fn asked(&self, question: &Question) -> Option<&'a Ask> {
        let ladder = self.ladder(question.place, question.ladder)?;
        ladder.levels.get(usize::from(question.level))?.ask.as_ref()
    }

    /// Sends an open question to everyone it asks, with all its alternatives and suggestions.
    fn send_question(&mut self, id: QuestionId) {
        let Some(question) = self.state.question(id).cloned() else { return };
        let Some(ask) = self.asked(&question) else { return };
        let mut buttons: Vec<Button> = (0u16..)
            .zip(&ask.alternatives)
            .map(|(at, alternative)| Button {
                label: alternative.label.clone().into(),
                short: alternative.short.clone(),
                press: Press::Alternative(at),
            })
            .collect();
        buttons.extend((0u16..).zip(&question.suggestions).map(|(at, words)| Button {
            label: words.clone().into(),
            short: None,
            press: Press::Suggestion(at),
        }));
        let letter = Letter {
            purpose: Purpose::Question,
            place: Some(question.place),
            level: Some(self.level_number(question.place, question.ladder, question.level)),
            via: None,
            urgent: false,
            question: Some(id),
        };
        self.send_words(&ask.who, &ask.words, &letter, |_, _, _| buttons.clone());
    }

    /// An answer to a question.
    pub(super) fn answer(&mut self, id: QuestionId, answer: &Answer) {
        let Some(question) = self.state.question(id).cloned() else {
            return self.refuse(None, Refusal::QuestionClosed);
        };
        let place = question.place;
        let (Some(ask), Some(node)) = (self.asked(&question), self.node(place.node)) else {
            return self.refuse(Some(place), Refusal::QuestionClosed);
        };
        if let Err(refusal) = self.may_answer(place, &ask.who) {
            return self.refuse(Some(place), refusal);
        }
        let words = match answer {
            Answer::Alternative(at) => {
                let Some(alternative) = ask.alternatives.get(usize::from(*at)) else {
                    return self.refuse(Some(place), Refusal::NoSuchAlternative);
                };
                if let Err(refusal) = self.possible(place, node, &alternative.actions) {
                    return self.refuse(Some(place), refusal);
                }
                return self.take_alternative(&question, *at);
            }
            Answer::Suggestion(at) => match question.suggestions.get(usize::from(*at)) {
                Some(words) => words.clone(),
                None => return self.refuse(Some(place), Refusal::NoSuchAlternative),
            },
            Answer::Words(words) if words.trim().is_empty() => {
                return self.refuse(Some(place), Refusal::ReasonMissing);
            }
            Answer::Words(words) => words.clone(),
        };
        self.note(Fact::QuestionAnswered { question: id, alternative: None }, Some(place), words.clone());
        self.tell_owner_of_answer(place, &words);
        self.acknowledge(place, node);
        self.active_now(place, node);
    }

    fn may_answer(&mut self, place: Place, asked: &[Who]) -> Result<(), Refusal> {
        let Some(actor) = self.by else { return Err(Refusal::NotYourRole) };
        if self.is_forced_without_reason() {
            return Err(Refusal::ReasonMissing);
        }
        let found = asked.iter().find_map(|who| self.is_asked(place, *who, actor));
        self.role = found.flatten();
        if found.is_some() || self.is_forced() { Ok(()) } else { Err(Refusal::NotYourRole) }
    }

    /// Takes a written alternative that is possible. It is an act: the node's ladders stop.
    fn take_alternative(&mut self, question: &Question, at: u16) {
        let place = question.place;
        let (Some(ask), Some(node)) = (self.asked(question), self.node(place.node)) else { return };
        let Some(alternative) = ask.alternatives.get(usize::from(at)) else { return };
        self.state.questions.retain(|open| open.id != question.id);
        self.disarm(Some(place), |task| task == Task::Decide(question.id));
        let fact = Fact::QuestionAnswered { question: question.id, alternative: Some(at) };
        self.note(fact, Some(place), alternative.label.clone());
        let person = self.by.map(|actor| actor.person.as_str());
        let answer = phrases::decided(Language::of(self.language_of_asked(ask)), person, &alternative.label);
        self.effects.push(Effect::Withdraw { question: question.id, answer });
        self.acted(place, node);
        let level = self.level_number(place, question.ladder, question.level);
        self.act_out(&alternative.actions, Some(place), Some(level));
    }

    fn language_of_asked(&self, ask: &Ask) -> Option<&'a str> {
        ask.who.iter().find_map(|who| match who {
            Who::Role(role) => self.prepared.role(*role)?.speaks.as_deref(),
            _ => None,
        })
    }

    /// `decide within` is over.
    pub(super) fn undecided(&mut self, id: QuestionId) {
        let Some(question) = self.state.question(id).cloned() else { return };
        let place = question.place;
        let (Some(ask), Some(node)) = (self.asked(&question), self.node(place.node)) else { return };
        self.record(Fact::QuestionExpired { question: id }, Some(place));
        if let Some(at) = ask.otherwise
            && let Some(alternative) = ask.alternatives.get(usize::from(at))
            && self.possible(place, node, &alternative.actions).is_ok()
        {
            return self.take_alternative(&question, at);
        }
        let is_latest = self
            .climb(place, question.ladder)
            .is_some_and(|climb| climb.taken == question.level.saturating_add(1));
        if is_latest && self.has_next_level(place, question.ladder) {
            return self.take_level(place, question.ladder);
        }
        if let Some(open) = self.state.questions.iter_mut().find(|open| open.id == id) {
            open.expired = true;
        }
        self.record(Fact::Incident, Some(place));
        self.tell_process_owner(Some(place), Purpose::Incident, |turn, language| {
            phrases::undecided(Language::of(language), &node.label, &turn.title(language))
        });
    }

    /// The agent suggests further alternatives: words, up to the number the question allows.
    pub(super) fn suggested(&mut self, id: QuestionId, suggestions: &[String]) {
        let Some(question) = self.state.question(id) else {
            return self.refuse(None, Refusal::QuestionClosed);
        };
        let place = question.place;
        let allowed = self.asked(question).map_or(0, |ask| usize::from(ask.suggest));
        let kept: Vec<String> = suggestions
            .iter()
            .filter(|words| !words.trim().is_empty())
            .take(allowed.saturating_sub(question.suggestions.len()))
            .map(|words| words.chars().take(MAX_SUGGESTION).collect())
            .collect();
        if kept.is_empty() {
            return self.refuse(Some(place), Refusal::ActionImpossible);
        }
        let detail = kept.join("\n");
        if let Some(open) = self.state.questions.iter_mut().find(|open| open.id == id) {
            open.suggestions.extend(kept);
        }
        self.note(Fact::SuggestionsAdded { question: id }, Some(place), detail);
        self.send_question(id);
    }

    /// Withdraws questions of a place.
    pub(super) fn withdraw_questions(&mut self, place: Place, picks: impl Fn(&Question) -> bool) {
        if self.state.questions.is_empty() {
            return;
        }
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.state.questions)
            .into_iter()
            .partition(|question| question.place == place && picks(question));
        self.state.questions = kept;
        for question in gone {
            self.disarm(Some(place), |task| task == Task::Decide(question.id));
            self.record(Fact::QuestionWithdrawn { question: question.id }, Some(place));
            let language = self.asked(&question).and_then(|ask| self.language_of_asked(ask));
            let answer = phrases::withdrawn(Language::of(language)).to_owned();
            self.effects.push(Effect::Withdraw { question: question.id, answer });
        }
    }
}
