//! Expectations of messages: to whom, through what, with which words, how often, or none at all.
//!
//! A message counts for a role when it went to the role, or to one of its people. Invariant: messages held back by
//! quiet hours are named in a failure, because that is what most often explains it.

use super::letters::Letter;
use super::play::Player;
use super::report::Failure;
use super::stage::Instance;
use super::{cast, words};
use crate::effect::Receiver;
use wf_plan::Value;
use wf_plan::scenario::{Statement, StatementKind};

/// Messages that a failure names at most.
const MAX_NAMED: usize = 4;

impl Player<'_> {
    /// Plays a line that expects messages, or none.
    pub fn expect_messages(&mut self, statement: &Statement) -> Result<(), Failure> {
        match &statement.kind {
            StatementKind::ExpectMessage { role, channel, containing, times } => {
                self.expect_message(role, channel.as_deref(), containing.as_deref(), *times)
            }
            StatementKind::ExpectNoMessage(duration) => {
                let expected = format!("no message for {}", duration);
                self.letters.renew(statement.line);
                let until = self.later(self.now(), duration)?;
                self.pass_until(until)?;
                let came = self.letters.look().to_vec();
                if came.is_empty() {
                    return Ok(());
                }
                Err(Failure { expected, happened: self.all_of(&came.iter().collect::<Vec<_>>()) })
            }
            _ => Ok(()),
        }
    }

    fn expect_message(
        &mut self,
        to: &str,
        channel: Option<&str>,
        containing: Option<&str>,
        times: Option<u16>,
    ) -> Result<(), Failure> {
        let came = self.letters.look().to_vec();
        let fits = |letter: &&Letter| {
            self.instance(letter.instance).is_some_and(|of| {
                self.is_to(of, letter, to)
                    && channel.is_none_or(|channel| first_channel(of, letter) == Some(channel))
                    && containing.is_none_or(|part| letter.message.text.contains(part))
            })
        };
        let found = came.iter().filter(fits).count();
        if times.map_or(found > 0, |times| usize::from(times) == found) {
            return Ok(());
        }
        let via = channel.map(|channel| format!(" via `{channel}`")).unwrap_or_default();
        let part = containing.map(|part| format!(" containing {}", words::quoted(part))).unwrap_or_default();
        let count = times.map_or_else(|| "a message".to_owned(), |times| messages(usize::from(times)));
        let expected = format!("{count} to `{to}`{via}{part}");
        let happened = match self.unknown(to, channel) {
            Some(unknown) => unknown,
            None => self.instead(to, &came, found, times),
        };
        Err(Failure { expected, happened })
    }

    /// What came instead: what went to the same receiver, and to whom else something went.
    fn instead(&self, to: &str, came: &[Letter], found: usize, times: Option<u16>) -> String {
        let since = self.letters.since();
        let (theirs, others): (Vec<&Letter>, Vec<&Letter>) = came
            .iter()
            .partition(|letter| self.instance(letter.instance).is_some_and(|of| self.is_to(of, letter, to)));
        let mut parts = Vec::new();
        if times.is_some() && found > 0 {
            parts.push(format!("{} came {since}", messages(found)));
        }
        match (theirs.is_empty(), others.is_empty()) {
            (true, true) => parts.push(format!("no message was delivered {since}")),
            (true, false) => parts.push(format!("nothing went to `{to}` {since}")),
            (false, _) => parts.push(format!("delivered {since}: {}", self.all_of(&theirs))),
        }
        if !others.is_empty() {
            let receivers: Vec<String> = others.iter().map(|letter| self.receiver(letter)).collect();
            let receivers = words::names(receivers.iter().map(String::as_str), "nobody");
            let to_others = if theirs.is_empty() { messages(others.len()) } else { others.len().to_string() };
            parts.push(format!("{to_others} went to {receivers}"));
        }
        for letter in self.letters.held().iter().take(MAX_NAMED) {
            parts.push(format!("quiet hours hold back {}", self.line_of(letter)));
        }
        parts.join("; ")
    }

    /// The latest of some messages, each in a line.
    fn all_of(&self, letters: &[&Letter]) -> String {
        let more = letters.len().saturating_sub(MAX_NAMED);
        let lines: Vec<String> = letters.iter().skip(more).map(|letter| self.line_of(letter)).collect();
        if more > 0 { format!("{more} more, then {}", lines.join("; ")) } else { lines.join("; ") }
    }

    fn receiver(&self, letter: &Letter) -> String {
        let of = self.instance(letter.instance);
        match &letter.message.to {
            Receiver::Role(role) => {
                of.and_then(|of| of.prepared.role(*role)).map(|role| role.name.clone()).unwrap_or_default()
            }
            Receiver::Person(name) | Receiver::Email(name) | Receiver::Phone(name) => name.clone(),
        }
    }

    /// `to `legal` via `slack` on Thu 5 Mar 2026 09:00: "…"`.
    fn line_of(&self, letter: &Letter) -> String {
        let Some(of) = self.instance(letter.instance) else { return String::new() };
        let to = self.receiver(letter);
        let via = first_channel(of, letter).map(|channel| format!(" via `{channel}`")).unwrap_or_default();
        let on = self.local(letter.message.not_before.max(letter.sent));
        format!("to `{to}`{via} on {on}: {}", words::quoted(&letter.message.text))
    }

    /// Whether a letter goes to a role, to one of its people, or to the address of a field.
    fn is_to(&self, of: Instance<'_>, letter: &Letter, to: &str) -> bool {
        let program = of.prepared.program();
        let role = match to {
            "process owner" | "process_owner" => program.role_named(to).or(program.process_owner),
            _ => program.role_named(to),
        };
        let fills = |person: &str| {
            let actor = cast::actor(&*self.stage, program, person.to_owned());
            role.is_some_and(|role| actor.roles.contains(&role))
        };
        let field = program.inputs.iter().position(|input| input.name == to);
        let value = field.and_then(|at| of.state.inputs.get(at));
        let is_value = |address: &str| matches!(value, Some(Value::Text(text)) if text == address);
        let starter = || of.state.starter.as_ref().map(|starter| starter.person.as_str());
        match &letter.message.to {
            Receiver::Role(receiver) => {
                let mut addresses = letter.message.routes.iter().filter_map(|route| route.address.as_deref());
                role == Some(*receiver) || addresses.any(is_value)
            }
            Receiver::Person(person) => {
                person == to
                    || fills(person)
                    || is_value(person)
                    || (to == "starter" && starter() == Some(person))
            }
            Receiver::Email(address) | Receiver::Phone(address) => is_value(address) || address == to,
        }
    }

    /// What is not there at all, of what an expectation names.
    fn unknown(&self, to: &str, channel: Option<&str>) -> Option<String> {
        let instances = self.stage.instances();
        let programs = || instances.iter().map(|of| of.prepared.program());
        let roles = programs().flat_map(|program| &program.roles).map(|role| role.name.as_str());
        let inputs = programs().flat_map(|program| &program.inputs).map(|input| input.name.as_str());
        let known = ["process owner", "process_owner", "starter"];
        if !known.contains(&to) && !roles.clone().chain(inputs).any(|name| name == to) {
            return Some(format!("there is no role `{to}`; there is {}", words::names(roles, "no role")));
        }
        let channels = programs().flat_map(|program| &program.channels).map(|channel| channel.name.as_str());
        match channel {
            Some(channel) if !channels.clone().any(|name| name == channel) => {
                let there = words::names(channels, "no channel");
                Some(format!("no message can go via `{channel}`; there is {there}"))
            }
            _ => None,
        }
    }
}

fn messages(count: usize) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}

/// The channel a message takes, as long as it does not fail.
fn first_channel<'a>(of: Instance<'a>, letter: &Letter) -> Option<&'a str> {
    let route = letter.message.routes.first()?;
    of.prepared.program().channels.get(route.channel.index()).map(|channel| channel.name.as_str())
}
