//! Messages on their way, delivered, and looked at.
//!
//! A message is delivered when it is sent, or when quiet hours are over; a question that is closed before then is
//! not delivered at all. Expectations look at what was delivered since the story last went on after a look.
//! Invariant: letters are delivered in the order of the times at which they may be.

use crate::effect::Message;
use crate::event::QuestionId;
use wf_plan::Moment;

/// A message of an instance.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub instance: usize,
    pub sent: Moment,
    pub message: Message,
}

/// All messages of a story.
#[derive(Debug, Default)]
pub(super) struct Letters {
    /// Held back by quiet hours.
    held: Vec<Letter>,
    delivered: Vec<Letter>,
    /// The first letter that expectations look at.
    first: usize,
    /// The line after which it came; `None`: the start.
    since: Option<u32>,
    looked: bool,
}

impl Letters {
    /// The story goes on: what was looked at is not looked at again.
    pub fn begin(&mut self, line: u32) {
        if std::mem::take(&mut self.looked) {
            self.first = self.delivered.len();
            self.since = Some(line);
        }
    }

    /// Looks only at what comes from here on.
    pub fn renew(&mut self, line: u32) {
        self.looked = true;
        self.begin(line);
    }

    /// What expectations look at now.
    pub fn look(&mut self) -> &[Letter] {
        self.looked = true;
        self.delivered.get(self.first..).unwrap_or_default()
    }

    /// Since when they do, in words.
    pub fn since(&self) -> String {
        self.since.map_or_else(|| "since the start".to_owned(), |line| format!("since line {line}"))
    }

    /// Messages that wait for the end of quiet hours.
    pub fn held(&self) -> &[Letter] {
        &self.held
    }

    pub fn sent(&mut self, instance: usize, at: Moment, message: &Message) {
        self.held.push(Letter { instance, sent: at, message: message.clone() });
    }

    pub fn withdrawn(&mut self, instance: usize, question: QuestionId) {
        self.held.retain(|letter| letter.instance != instance || letter.message.question != Some(question));
    }

    pub fn next_delivery(&self) -> Option<Moment> {
        self.held.iter().map(|letter| letter.message.not_before).min()
    }

    /// Delivers what may be delivered by a time, and gives it back.
    pub fn deliver(&mut self, now: Moment) -> Vec<Letter> {
        let (mut ready, held): (Vec<Letter>, Vec<Letter>) =
            std::mem::take(&mut self.held).into_iter().partition(|letter| letter.message.not_before <= now);
        self.held = held;
        ready.sort_by_key(|letter| letter.message.not_before.max(letter.sent));
        self.delivered.extend(ready.iter().cloned());
        ready
    }
}
