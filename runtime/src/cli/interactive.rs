//! `wfrun play --interactive`: what people do is typed.
//!
//! The words typed are the commands of `wfrun` itself, without the instance: whoever plays learns the real thing.
//! Invariant: the clock moves only by `wait` and `next`.

use super::Cli;
use super::screen::{BOLD, FAINT, PRESS, problem, remark, say};
use crate::channel::Output;
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::{Engine, StartRequest, Starter};
use crate::error::{Problem, Result};
use crate::moment::iso;
use crate::outbox::Carriers;
use crate::people::People;
use crate::plans::Ready;
use crate::store::row::PlanRow;
use crate::store::{Address, Store, Tenant};
use crate::values;
use crate::worker::Worker;
use clap::Parser;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Runtime;
use wf_plan::Value;
use wf_plan::scenario::Scenario;
use wf_vm::event::Actor;

const HELP: &str = "\
Type what people do, as `wfrun` takes it but without the instance:
  status                       where it stands, and what can be done
  complete contract --by legal --field signed_on=2026-03-04
  block environment \"the customer has to choose\" --waiting-on customer --by it_lead
  answer q1 1 --by it_lead     choose go_live.yes --by csm
  trail    sql \"select …\"      every other command works too
And time:
  wait 3 business days         next: until something happens by itself
  quit";

/// A folder that is gone when this is.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let name = format!("wfrun-play-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).map_err(|cause| {
            Problem::machine(format!("the folder `{}` cannot be made", folder.display())).because(cause)
        })?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing to be done about a folder that stays.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A game under way.
struct Game<'a> {
    runtime: &'a Runtime,
    engine: Engine,
    worker: Worker,
    ready: Arc<Ready>,
    store: String,
    instance: String,
}

/// Plays a scenario's start; the rest is typed.
pub fn run(runtime: &Runtime, plans: Vec<(Ready, Vec<u8>)>, scenario: &Scenario) -> Result<()> {
    if !std::io::stdin().is_terminal() {
        return Err(Problem::input("there is nobody to type: the input is no terminal")
            .help("leave out `--interactive`"));
    }
    let scratch = Scratch::new()?;
    let path = scratch.0.join("play.sqlite");
    let mut game = runtime.block_on(begin(runtime, plans, scenario, &path))?;
    say(&format!("{BOLD}{}{BOLD:#}\n{FAINT}{HELP}{FAINT:#}", scenario.title));
    game.pass(None)?;
    game.command(&["status"]);
    let mut lines = std::io::stdin().lock().lines();
    loop {
        let now = game.ready.local.full(game.engine.clock.now());
        let _ = write!(anstream::stdout().lock(), "\n{PRESS}{now}>{PRESS:#} ");
        let _ = std::io::stdout().flush();
        let Some(Ok(line)) = lines.next() else { return Ok(()) };
        let words = split(&line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => {}
            ["quit" | "exit"] => return Ok(()),
            ["help" | "?"] => say(HELP),
            ["next"] => game.next()?,
            ["wait", rest @ ..] => game.wait(&rest.join(" "))?,
            other => {
                game.command(other);
                game.pass(None)?;
            }
        }
    }
}

async fn begin<'a>(
    runtime: &'a Runtime,
    plans: Vec<(Ready, Vec<u8>)>,
    scenario: &Scenario,
    path: &Path,
) -> Result<Game<'a>> {
    let config = Config::default();
    let carriers = Carriers::connect(&config, &Output::Terminal)?;
    let store = Store::open(&Address::File(path.to_owned()), Tenant::named("default")).await?;
    let clock = Clock::standing_at(scenario.start);
    let engine = Engine::new(store, Arc::new(config), clock);
    for (ready, bytes) in plans {
        let program = ready.program();
        let row = PlanRow {
            hash: ready.hash.clone(),
            workflow: program.workflow.clone(),
            version: program.version,
            label: program.label.clone(),
            bytes,
            loaded_at_ms: scenario.start.0,
            loaded_by: "play".to_owned(),
        };
        engine.store.put_plan(&row).await?;
    }
    let ready = crate::loading::newest(&engine, &scenario.workflow).await?;
    let request = StartRequest {
        inputs: inputs(&ready, scenario),
        starter: starter(&engine, &ready, scenario),
        ready: Arc::clone(&ready),
        key: None,
        settles: None,
        event: None,
    };
    let instance = engine.start(&request).await?.instance().id.clone();
    let worker = Worker::new(engine.clone(), carriers).without_calendar();
    Ok(Game { runtime, engine, worker, ready, store: format!("sqlite:{}", path.display()), instance })
}

fn inputs(ready: &Ready, scenario: &Scenario) -> Vec<Value> {
    let given =
        |name: &str| scenario.inputs.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone());
    ready.program().inputs.iter().map(|field| given(&field.name).unwrap_or_default()).collect()
}

/// Whom the scenario names, else the first role that may.
fn starter(engine: &Engine, ready: &Ready, scenario: &Scenario) -> Starter {
    let program = ready.program();
    let people = People::at(&engine.config, program, &ready.local, engine.clock.now());
    let first = program.starts_by.first().and_then(|role| people.filling(*role).into_iter().next());
    let named = scenario.by.as_deref().and_then(|role| program.role_named(role));
    let named =
        named.and_then(|role| people.filling(role).into_iter().next()).or_else(|| scenario.by.clone());
    match named.or(first) {
        Some(person) => Starter::Person(Actor { roles: people.roles_of(&person), person, forced: None }),
        None => Starter::Nobody,
    }
}

impl Game<'_> {
    /// Runs typed words as a command of `wfrun`, with the instance put in.
    fn command(&self, words: &[&str]) {
        let Some((command, rest)) = words.split_first() else { return };
        let now = iso(self.engine.clock.now());
        let mut all = vec!["wfrun", "--store", &self.store, "--now", &now, command];
        let question = format!("{}/{}", self.instance, rest.first().copied().unwrap_or_default());
        let needs_instance =
            !matches!(*command, "sql" | "audit" | "list" | "event" | "load" | "start" | "check-config");
        match (*command, rest) {
            ("answer", [first, others @ ..]) if first.starts_with('q') => {
                all.push(&question);
                all.extend(others);
            }
            _ => {
                all.extend(needs_instance.then_some(self.instance.as_str()));
                all.extend(rest);
            }
        }
        match Cli::try_parse_from(all) {
            Ok(cli) => {
                if let Err(wrong) = self.runtime.block_on(super::run(cli)) {
                    problem(wrong);
                }
            }
            Err(wrong) => remark(&format!("{}", wrong.render().ansi())),
        }
    }

    /// Lets time pass until a moment, or everything happen that is due now.
    fn pass(&mut self, until: Option<wf_plan::Moment>) -> Result<()> {
        let mut report = |instance: &str, what: &Problem| remark(&format!("{instance}: {what}"));
        match until {
            None => self.runtime.block_on(self.worker.drain(&mut report)).map(drop),
            Some(until) => self.runtime.block_on(self.worker.run(Some(until), &mut report)),
        }
    }

    fn next(&mut self) -> Result<()> {
        match self.runtime.block_on(self.engine.store.next_due())? {
            Some(due) => self.pass(Some(wf_plan::Moment(due))),
            None => {
                say("nothing will happen by itself any more");
                Ok(())
            }
        }
    }

    fn wait(&mut self, text: &str) -> Result<()> {
        let calendar = self.ready.prepared.workflow_calendar();
        let until =
            values::duration(text).and_then(|duration| calendar?.add(self.engine.clock.now(), &duration));
        match until {
            Some(until) => self.pass(Some(until)),
            None => {
                remark(&format!("`{text}` is no duration; write `wait 3 business days`"));
                Ok(())
            }
        }
    }
}

/// Splits a line into words as a shell does, with both kinds of quotation marks.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for letter in line.chars() {
        match (letter, quote) {
            (mark, Some(open)) if mark == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (blank, None) if blank.is_whitespace() => words.extend(word.take()),
            (other, _) => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_are_split_as_a_shell_does() {
        assert_eq!(
            split(" block x \"the customer's choice\" --by 'it lead' "),
            ["block", "x", "the customer's choice", "--by", "it lead"]
        );
        assert_eq!(split("name='Gamma SpA'"), ["name=Gamma SpA"]);
        assert_eq!(split("a \"\" b"), ["a", "", "b"]);
    }
}
