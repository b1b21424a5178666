//! Answers to the questions of escalations.
//!
//! A question is found by what is chosen: the words of one of its alternatives, or (for an answer in free words) by
//! being the latest. Invariant: of several open questions that offer the same words, the oldest that this person may
//! answer is answered.

use super::cast;
use super::play::Player;
use super::stage::Instance;
use super::words;
use crate::eval::{self, Scope};
use crate::event::{Actor, Answer, EventKind};
use crate::view::{QuestionView, view};
use wf_plan::Value;
use wf_plan::people::Who;

impl Player<'_> {
    /// `choose "TEXT" [by ROLE]`.
    pub fn choose_alternative(&mut self, label: &str, by: Option<&str>) -> Result<(), String> {
        let mut offers: Vec<(usize, QuestionView, Answer)> = Vec::new();
        for (instance, question) in self.questions() {
            let written = question.alternatives.iter().position(|offered| offered == label);
            let suggested = question.suggestions.iter().position(|offered| offered == label);
            let position = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
            let answer = written.map(|at| Answer::Alternative(position(at)));
            let answer = answer.or_else(|| suggested.map(|at| Answer::Suggestion(position(at))));
            if let Some(answer) = answer {
                offers.push((instance, question, answer));
            }
        }
        let mut chosen = None;
        for (instance, question, answer) in offers {
            let people = self.asked(instance, &question, by)?;
            let kind = |by: Actor| EventKind::Answer { question: question.id, answer: answer.clone(), by };
            let Some(of) = self.instance(instance) else { continue };
            let Some((who, may)) = cast::first_who_may(of, self.now(), people, kind) else { continue };
            if may || chosen.is_none() {
                let stranger = (!may).then(|| not_asked(of, &question, &who)).flatten();
                chosen = Some((instance, kind(who.clone()), who, stranger));
            }
            if may {
                break;
            }
        }
        match chosen {
            Some((instance, kind, who, stranger)) => {
                let answered = self.apply(instance, kind, Some(&who));
                answered.map_err(|why| stranger.unwrap_or(why))
            }
            None => Err(self.no_question(label)),
        }
    }

    /// `answer "TEXT" [by ROLE]`.
    pub fn answer(&mut self, text: &str, by: Option<&str>) -> Result<(), String> {
        let latest = self.questions().into_iter().max_by_key(|(_, question)| (question.since, question.id));
        let Some((instance, question)) = latest else { return Err("no question is open".to_owned()) };
        let people = self.asked(instance, &question, by)?;
        self.happen(instance, people, |by| EventKind::Answer {
            question: question.id,
            answer: Answer::Words(text.to_owned()),
            by,
        })
    }

    /// Open questions of all instances that run.
    pub fn questions(&self) -> Vec<(usize, QuestionView)> {
        let instances = self.stage.instances();
        let running = instances.iter().enumerate().filter(|(_, of)| of.state.is_running());
        running
            .flat_map(|(at, of)| {
                view(of.prepared, of.state).questions.into_iter().map(move |open| (at, open))
            })
            .collect()
    }

    /// Who answers: the people of the role named, else of the roles asked, else whoever else may be meant.
    fn asked(
        &self,
        instance: usize,
        question: &QuestionView,
        by: Option<&str>,
    ) -> Result<Vec<Actor>, String> {
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        if let Some(by) = by {
            return cast::named(&*self.stage, of, by);
        }
        let mut people = cast::people_of(&*self.stage, of.prepared.program(), &question.asked);
        people.extend(self.asked_persons(of, question));
        people.extend(cast::workers(&*self.stage, of, question.place, None)?);
        people.extend(cast::starter(&*self.stage, of));
        Ok(people)
    }

    /// People whom fields name.
    fn asked_persons(&self, of: Instance<'_>, question: &QuestionView) -> Vec<Actor> {
        let open = of.state.question(question.id);
        let level = open.and_then(|open| {
            let node = of.prepared.node(open.place.node)?;
            let ladder = of.prepared.ladder(*node.ladders.get(usize::from(open.ladder))?)?;
            ladder.levels.get(usize::from(open.level))
        });
        let asked = level.and_then(|level| level.ask.as_ref()).map_or(&[] as &[Who], |ask| &ask.who);
        let scope = Scope::at(Some(question.place));
        let named = asked.iter().filter_map(|who| match who {
            Who::Value(code, _) => Some(eval::value(of.prepared, of.state, *code, &scope)),
            _ => None,
        });
        named
            .filter_map(|value| match value {
                Value::Text(person) => Some(cast::actor(&*self.stage, of.prepared.program(), person)),
                _ => None,
            })
            .collect()
    }

    fn no_question(&self, label: &str) -> String {
        let open = self.questions();
        if open.is_empty() {
            return "no question is open".to_owned();
        }
        let offered =
            open.iter().flat_map(|(_, question)| question.alternatives.iter().chain(&question.suggestions));
        let offered: Vec<String> = offered.map(|words| words::quoted(words)).collect();
        format!("no open question offers {}; there is {}", words::quoted(label), offered.join(", "))
    }
}

/// What whoever is not asked is told; `None` where they are, or where a field says who is.
fn not_asked(of: Instance<'_>, question: &QuestionView, who: &Actor) -> Option<String> {
    let program = of.prepared.program();
    let asked = question.asked.iter().filter_map(|role| program.roles.get(role.index()));
    let labels: Vec<&str> = asked.map(|role| role.label.as_str()).collect();
    let stranger = !labels.is_empty() && !question.asked.iter().any(|role| who.roles.contains(role));
    let who = cast::shown(program, &who.person);
    stranger.then(|| format!("{who} may not answer: the question is for {}", labels.join(", ")))
}
