//! `wfrun token`: who may ask through the HTTP API.

use super::context::Common;
use super::screen::{BOLD, FAINT, json, remark, say};
use super::table::Table;
use crate::api::allowed::{ROLES, Role};
use crate::api::token;
use crate::config::{Person, nearest};
use crate::error::{Problem, Result};
use crate::moment::iso;
use crate::opened::unknown;
use crate::store::TokenRow;
use crate::values::duration;
use clap::{Args, Subcommand};
use std::collections::BTreeMap;
use wf_plan::Moment;
use wf_plan::calendar::Unit;

/// Digits of a token's hash that name it.
const ID_DIGITS: usize = 12;

/// Makes, lists and revokes tokens of the HTTP API.
///
/// A token is shown once, when it is made; the store keeps only its hash. It belongs to the tenant of the
/// configuration, and to the person or system it was made for.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun token add --role operator --person root\n  wfrun token add --role owner --person anna --expires '90 days' --note 'her phone'\n  wfrun token add --role system --system crm\n  wfrun token list\n  wfrun token revoke 9f2c41d7aa05"
)]
pub struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Add(Add),
    List(List),
    Revoke(Revoke),
}

/// Makes a token and shows it, once
#[derive(Args, Debug)]
struct Add {
    /// operator, process-owner, owner, auditor or system
    #[arg(long, value_parser = role)]
    role: Role,
    /// Who acts with it, as the configuration names them: for operators, process owners and owners
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// Whose events are sent with it, as workflows name the system: for the role system
    #[arg(long, value_name = "SYSTEM")]
    system: Option<String>,
    /// For how long it is good: `90 days`; without, until it is revoked
    #[arg(long, value_name = "DURATION")]
    expires: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Lists tokens: who, what for, until when; never the tokens themselves
#[derive(Args, Debug)]
struct List {
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Revokes a token: it is worth nothing five seconds later at the latest
#[derive(Args, Debug)]
struct Revoke {
    /// Its name, as `wfrun token list` shows it
    token: String,
}

fn role(text: &str) -> Result<Role, String> {
    Role::named(text).ok_or_else(|| {
        let names: Vec<&str> = ROLES.into_iter().map(Role::name).collect();
        match nearest(text, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.join(", ")),
        }
    })
}

impl Token {
    pub async fn run(self, common: &Common) -> Result<()> {
        match self.command {
            Command::Add(command) => command.run(common).await,
            Command::List(command) => command.run(common).await,
            Command::Revoke(command) => command.run(common).await,
        }
    }
}

/// A word about a person whom the configuration does not name; without people in it, roles stand for theirs.
fn nobody(people: &BTreeMap<String, Person>, person: &str) -> Option<String> {
    let unknown = !people.is_empty() && !people.contains_key(person);
    unknown.then(|| match nearest(person, people.keys().map(String::as_str)) {
        Some(close) => format!("the configuration names nobody `{person}`: did you mean `{close}`?"),
        None => format!(
            "the configuration names nobody `{person}`, so only a role of that name, which nobody fills, is theirs"
        ),
    })
}

impl Add {
    async fn run(self, common: &Common) -> Result<()> {
        self.check()?;
        let engine = common.engine_made().await?;
        let now = engine.clock.now();
        let token = token::fresh(&engine.store.tenant().name)?;
        let hash = token::hash_of(&token);
        let row = TokenRow {
            id: hash.get(..ID_DIGITS).unwrap_or(&hash).to_owned(),
            hash: hash.clone(),
            role: self.role.name().to_owned(),
            person: self.person.clone(),
            system: self.system.clone(),
            note: self.note.clone(),
            created_at_ms: now.0,
            created_by: std::env::var("USER").unwrap_or_else(|_| "operator".to_owned()),
            expires_at_ms: self.expires_at(now)?.map(|at| at.0),
            revoked_at_ms: None,
        };
        engine.store.add_token(&row).await?;
        let unknown = self.person.as_deref().and_then(|person| nobody(&engine.config.people, person));
        engine.store.close().await;
        if self.json {
            json(&serde_json::json!({ "token": token, "id": row.id, "role": row.role }));
            return Ok(());
        }
        say(&token);
        remark(&format!(
            "{FAINT}this is the only time it is shown; the store keeps its hash under the name {}{FAINT:#}",
            row.id
        ));
        unknown.as_deref().inspect(|line| remark(line));
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let acts = matches!(self.role, Role::Operator | Role::ProcessOwner | Role::Owner);
        match (&self.person, &self.system) {
            (None, _) if acts => {
                Err(Problem::input(format!("a token of the role `{}` acts as a person", self.role))
                    .help("add `--person PERSON`"))
            }
            (Some(_), _) if !acts => {
                Err(Problem::input(format!("a token of the role `{}` does not act as a person", self.role))
                    .help("leave out `--person`"))
            }
            (_, None) if self.role == Role::System => {
                Err(Problem::input("a token of the role `system` belongs to a system")
                    .help("add `--system SYSTEM`"))
            }
            (_, Some(_)) if self.role != Role::System => {
                Err(Problem::input(format!("a token of the role `{}` belongs to no system", self.role))
                    .help("leave out `--system`, or use `--role system`"))
            }
            _ => Ok(()),
        }
    }

    fn expires_at(&self, now: Moment) -> Result<Option<Moment>> {
        let Some(text) = &self.expires else { return Ok(None) };
        let read = duration(text).and_then(|duration| {
            let ms = match duration.unit {
                Unit::Minutes => 60_000,
                Unit::Hours => 3_600_000,
                Unit::Days => 86_400_000,
                Unit::Weeks => 7 * 86_400_000,
                _ => return None,
            };
            duration.amount.checked_mul(ms).and_then(|ms| now.0.checked_add(ms))
        });
        read.filter(|at| *at > now.0).map(|at| Some(Moment(at))).ok_or_else(|| {
            Problem::input(format!("`{text}` is no time for which a token is good"))
                .help("write `12 hours`, `90 days` or `52 weeks`")
        })
    }
}

impl List {
    async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let tokens = engine.store.tokens().await?;
        let now = engine.clock.now().0;
        engine.store.close().await;
        if self.json {
            let told = tokens.iter().map(|token| {
                serde_json::json!({
                    "id": token.id, "role": token.role, "person": token.person, "system": token.system,
                    "note": token.note, "made": iso(Moment(token.created_at_ms)), "made_by": token.created_by,
                    "expires": token.expires_at_ms.map(|at| iso(Moment(at))),
                    "revoked": token.revoked_at_ms.map(|at| iso(Moment(at))),
                })
            });
            json(&told.collect());
            return Ok(());
        }
        if tokens.is_empty() {
            say("there are no tokens; `wfrun token add` makes one");
            return Ok(());
        }
        let mut table = Table::new(&["token", "role", "whose", "state", "made", "for"]);
        for token in tokens {
            let state = match (token.revoked_at_ms, token.expires_at_ms) {
                (Some(_), _) => "revoked".to_owned(),
                (None, Some(at)) if at <= now => "expired".to_owned(),
                (None, Some(at)) => format!("until {}", iso(Moment(at))),
                (None, None) => "good".to_owned(),
            };
            table.row(vec![
                token.id,
                token.role,
                token.person.or(token.system).unwrap_or_default(),
                state,
                iso(Moment(token.created_at_ms)),
                token.note,
            ]);
        }
        table.lines("").iter().for_each(|line| say(line));
        Ok(())
    }
}

impl Revoke {
    async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        if engine.store.revoke_token(&self.token, engine.clock.now().0).await? {
            engine.store.close().await;
            say(&format!("revoked {BOLD}{}{BOLD:#}", self.token));
            return Ok(());
        }
        let all = engine.store.tokens().await?;
        match all.iter().find(|token| token.id == self.token) {
            Some(_) => Err(Problem::input(format!("the token `{}` is revoked already", self.token))),
            None => Err(unknown("token", &self.token, all.iter().map(|token| token.id.as_str()))
                .help("`wfrun token list` shows their names")),
        }
    }
}
