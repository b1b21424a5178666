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
const MAX_NAMED: usize = 6;

impl Player<'_> {
    /// Plays a line that expects messages, or none.
    pub fn expect_messages(&mut self, statement: &Statement) -> Result<(), Failure> {
        match &statement.kind {
            StatementKind::ExpectMessage { role, channel, containing, times } => {
                self.expect_message(role, channel.as_deref(), containing.as_deref(), *times)
            }
            StatementKind::ExpectNoMessage(duration) => {
                let expected = format!("no message for {}", words::duration(duration));
                self.letters.renew(statement.line);
                let until = self.later(self.now(), duration)?;
                self.pass_until(until)?;
                let came = self.letters.look().to_vec();
                if came.is_empty() {
                    return Ok(());
                }
                Err(Failure { expected, happened: self.all_of(&came) })
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
        let count = times.map_or_else(|| "a message".to_owned(), messages);
        let expected = format!("{count} to `{to}`{via}{part}");
        let happened = match self.unknown(to, channel) {
            Some(unknown) => unknown,
            None => self.instead(&came, found, times),
        };
        Err(Failure { expected, happened })
    }

    fn instead(&self, came: &[Letter], found: usize, times: Option<u16>) -> String {
        let since = self.letters.since();
        let counted = match times {
            Some(_) if found > 0 => {
                format!("{} came {since}; ", messages(u16::try_from(found).unwrap_or(u16::MAX)))
            }
            _ => String::new(),
        };
        let mut happened = match came {
            [] => format!("no message was delivered {since}"),
            came => format!("{counted}delivered {since}: {}", self.all_of(came)),
        };
        for letter in self.letters.held().iter().take(MAX_NAMED) {
            let until = self.local(letter.message.not_before);
            let line = self.line_of(letter);
            happened.push_str(&format!("; quiet hours hold back until {until}: {line}"));
        }
        happened
    }

    fn all_of(&self, letters: &[Letter]) -> String {
        let mut lines: Vec<String> =
            letters.iter().take(MAX_NAMED).map(|letter| self.line_of(letter)).collect();
        let more = letters.len().saturating_sub(MAX_NAMED);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.join("; ")
    }

    /// `to `legal` via `slack` on Thu 5 Mar 2026 09:00: "…"`.
    fn line_of(&self, letter: &Letter) -> String {
        let Some(of) = self.instance(letter.instance) else { return String::new() };
        let to = match &letter.message.to {
            Receiver::Role { role, .. } => of.prepared.role(*role).map(|role| role.name.clone()),
            Receiver::Person(name) | Receiver::Email(name) | Receiver::Phone(name) => Some(name.clone()),
        };
        let via = first_channel(of, letter).map(|channel| format!(" via `{channel}`")).unwrap_or_default();
        let on = self.local(letter.message.not_before.max(letter.sent));
        format!("to `{}`{via} on {on}: {}", to.unwrap_or_default(), words::quoted(&letter.message.text))
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
            Receiver::Role { role: receiver, address } => {
                role == Some(*receiver) || address.as_deref().is_some_and(is_value)
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

fn messages(count: u16) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}

/// The channel a message takes, as long as it does not fail.
fn first_channel<'a>(of: Instance<'a>, letter: &Letter) -> Option<&'a str> {
    let channel = letter.message.channels.first()?;
    of.prepared.program().channels.get(channel.index()).map(|channel| channel.name.as_str())
}
