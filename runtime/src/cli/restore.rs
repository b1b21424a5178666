//! `wfrun restore`.

use super::context::Common;
use super::screen::{BOLD, FAINT, GOOD, WAITING, json, remark, say};
use super::table::{Table, heading};
use crate::audit::verify::verify;
use crate::backup::put_back;
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::moment;
use crate::restoration::{self, is_believed};
use crate::store::{Address, LetterRow, RestorationRow};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use wf_plan::Moment;

/// Letters shown.
const SHOWN: i64 = 200;

/// Puts a backup back, and holds its letters until you have looked through them
///
/// What happened after the backup was taken is not in it: a letter that it believes to be on its way may have arrived
/// long ago. So nothing is sent from a restored store until you release it. The restoration is written into the trail of
/// every running instance, and `wfrun audit verify` names the gap.
#[derive(Args, Debug)]
#[command(
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  wfrun restore /backup/wfrun-2026-03-02-0900.sqlite --by anna --reason 'the disk of db1 died'\n  wfrun restore status                                what is held, and since when\n  wfrun outbox drop onboarding-17/42 --by anna --reason 'it arrived: the customer says so'\n  wfrun restore release --by anna --reason 'asked mail and CRM: two of five had arrived'\n\nA store that something else put back (a snapshot of the disk, a base backup of PostgreSQL):\n  wfrun restore mark --taken-at '2026-03-02 08:15' --by anna --reason 'back to the snapshot of 08:15'\nbefore anything is started on it, or `wfrun serve --restored` once."
)]
pub struct Restore {
    /// The backup; the store named with `--store` must not be there yet (PostgreSQL: an empty database)
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// Who does it
    #[arg(long, value_name = "PERSON", env = "WFRUN_PERSON")]
    by: Option<String>,
    /// Why; it goes into the trail
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Put it back even if what is in it is damaged
    #[arg(long)]
    damaged: bool,
    /// It is restored: the same as without this word
    #[arg(long, hide = true)]
    restored: bool,
    #[command(subcommand)]
    what: Option<What>,
}

/// Who does it and why: it goes into the trail.
#[derive(Args, Debug)]
struct Who {
    /// Who does it
    #[arg(long, value_name = "PERSON", env = "WFRUN_PERSON")]
    by: String,
    /// Why; it goes into the trail
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Shows when the store was put back, and the letters that are held
    Status(Status),
    /// Says that this store was put back by something else; from now on its letters are held
    Mark(Mark),
    /// Lets letters go again
    Release(Who),
}

#[derive(Args, Debug)]
struct Status {
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Mark {
    /// From when the backup is, in UTC [default: the last moment that the store knows of]
    #[arg(long, value_name = "MOMENT")]
    taken_at: Option<String>,
    #[command(flatten)]
    who: Who,
}

impl Restore {
    pub async fn run(self, common: &Common) -> Result<()> {
        match (self.what, self.file) {
            (Some(What::Status(status)), _) => status.run(common).await,
            (Some(What::Mark(mark)), _) => mark.run(common).await,
            (Some(What::Release(who)), _) => who.release(common).await,
            (None, Some(file)) => {
                let by = self.by.ok_or_else(|| {
                    Problem::input("nobody is named who puts it back").help("add `--by PERSON`")
                })?;
                let who = Who { by, reason: self.reason.unwrap_or_default() };
                who.put_back(common, &file, self.damaged).await
            }
            (None, None) => {
                Err(Problem::input("no backup is named").help("`wfrun restore --help` shows how"))
            }
        }
    }
}

impl Who {
    fn checked(&self) -> Result<()> {
        if self.reason.trim().is_empty() {
            return Err(Problem::input("a reason is required").help("add `--reason TEXT`"));
        }
        Ok(())
    }

    async fn put_back(self, common: &Common, file: &Path, damaged: bool) -> Result<()> {
        self.checked()?;
        let address = Address::parse(&common.store)?;
        // What is wrong with the configuration shows before anything is done.
        common.configurations()?;
        let (store, backup) = put_back(file, &address, damaged).await?;
        store.close().await;
        let taken_at = backup.map(|backup| Moment(backup.at_ms));
        if matches!(address, Address::Server(_)) {
            prove(common, damaged).await?;
        }
        say(&format!("{GOOD}put back{GOOD:#} into {address}, every chain proved"));
        self.note(common, taken_at).await
    }

    /// Notes the restoration for every tenant of the store.
    async fn note(&self, common: &Common, taken_at: Option<Moment>) -> Result<()> {
        for engine in common.engines_of_store().await? {
            let noted = restoration::note(&engine, taken_at, &self.by, &self.reason).await?;
            say(&format!(
                "{BOLD}{}{BOLD:#}: what happened between {} and {} is missing; {}{}",
                engine.store.tenant().name,
                moment::utc(Moment(noted.row.taken_at_ms)),
                moment::utc(Moment(noted.row.restored_at_ms)),
                match noted.instances {
                    1 => "1 running instance says so in its trail".to_owned(),
                    instances => format!("{instances} running instances say so in their trails"),
                },
                if noted.row.signature.is_some() { ", signed" } else { "" },
            ));
        }
        say(&format!("\n{WAITING}letters are held{WAITING:#}: nothing is sent until you release them"));
        say("  wfrun restore status                      what was on its way when the backup was taken");
        say("  wfrun outbox drop INSTANCE/NUMBER …       for each that has arrived since");
        say("  wfrun restore release --by … --reason …   the rest goes out");
        Ok(())
    }

    async fn release(self, common: &Common) -> Result<()> {
        self.checked()?;
        let mut released = 0;
        let mut refused = None;
        for engine in common.engines_of_store().await? {
            match restoration::release(&engine, &self.by, &self.reason).await {
                Ok(()) => released += 1,
                Err(problem) if problem.class() == Class::Refused => refused = Some(problem),
                Err(problem) => return Err(problem),
            }
        }
        if let Some(problem) = refused.filter(|_| released == 0) {
            return Err(problem);
        }
        say(&format!("{GOOD}released{GOOD:#}: the next worker sends what is due"));
        Ok(())
    }
}

impl Mark {
    async fn run(self, common: &Common) -> Result<()> {
        self.who.checked()?;
        let taken_at = match &self.taken_at {
            None => None,
            Some(text) => Some(moment::parse(text).ok_or_else(|| {
                Problem::input(format!("`{text}` is no moment")).help("write `2026-03-31 18:00`, in UTC")
            })?),
        };
        self.who.note(common, taken_at).await
    }
}

/// Says so where letters are held: whoever starts a worker wonders why nothing goes out.
pub async fn remind(engine: &Engine) -> Result<()> {
    if engine.store.is_held().await? {
        remark(&format!(
            "{WAITING}letters of {} are held{WAITING:#} since the store was put back: `wfrun restore status`, then `wfrun restore release`",
            engine.store.tenant().name
        ));
    }
    Ok(())
}

/// Notes for each tenant that its store was put back, unless its letters are held already.
pub async fn mark_unnoted(engines: &[Engine]) -> Result<()> {
    for engine in engines {
        if engine.store.is_held().await? {
            continue;
        }
        let by = std::env::var("WFRUN_PERSON").or_else(|_| std::env::var("USER"));
        let by = by.unwrap_or_else(|_| "an operator".to_owned());
        let noted = restoration::note(engine, None, &by, "started with `--restored`").await?;
        remark(&format!(
            "restored: what happened between {} and now is missing; letters are held until `wfrun restore release`",
            moment::utc(Moment(noted.row.taken_at_ms))
        ));
    }
    Ok(())
}

/// Proves what was put into a database, tenant by tenant.
async fn prove(common: &Common, damaged_too: bool) -> Result<()> {
    for engine in common.engines_of_store().await? {
        let verified = verify(&engine, None).await?;
        if let Some(first) = verified.findings.first().filter(|_| !damaged_too) {
            return Err(Problem::damaged(format!("what was put back is damaged; the first: {first}"))
                .help("take an older backup into another empty database; nothing was started on this one"));
        }
    }
    Ok(())
}

impl Status {
    async fn run(self, common: &Common) -> Result<()> {
        let mut told = Vec::new();
        for engine in common.engines_of_store().await? {
            let restorations = engine.store.restorations().await?;
            let held = restorations.iter().rev().find(|row| row.released_at_ms.is_none());
            let letters = match held {
                Some(_) => engine.store.letters("open", None, SHOWN).await?,
                None => Vec::new(),
            };
            if self.json {
                told.push(as_json(&engine, &restorations, &letters));
            } else {
                show(&engine, &restorations, &letters);
            }
        }
        if self.json {
            json(&serde_json::Value::Array(told));
        }
        Ok(())
    }
}

fn show(engine: &Engine, restorations: &[RestorationRow], letters: &[LetterRow]) {
    let tenant = &engine.store.tenant().name;
    let Some(last) = restorations.last() else {
        remark(&format!("{tenant}: this store was never put back from a backup"));
        return;
    };
    for row in restorations {
        let state = match (&row.released_by, row.released_at_ms) {
            (Some(by), Some(at)) => format!("{GOOD}released{GOOD:#} by {by} at {}", moment::utc(Moment(at))),
            _ => format!("{WAITING}letters are held{WAITING:#}"),
        };
        say(&format!(
            "{BOLD}{tenant}{BOLD:#}  put back by {} at {} from a backup of {}: {}; {state}",
            row.person,
            moment::utc(Moment(row.restored_at_ms)),
            moment::utc(Moment(row.taken_at_ms)),
            row.reason,
        ));
    }
    if last.released_at_ms.is_some() {
        return;
    }
    let (before, after): (Vec<&LetterRow>, Vec<&LetterRow>) = letters
        .iter()
        .filter(|letter| letter.status != "dead")
        .partition(|letter| letter.created_at_ms <= last.restored_at_ms);
    if before.is_empty() {
        say("\nno letter was on its way when the backup was taken");
    } else {
        say(&heading("On their way when the backup was taken: each may have arrived since"));
        table(&before).lines("  ").iter().for_each(|line| say(line));
        say(&format!(
            "  {FAINT}one that arrived: `wfrun outbox drop INSTANCE/NUMBER --by … --reason …`; the others go out with the release{FAINT:#}"
        ));
    }
    if !after.is_empty() {
        let go = if after.len() == 1 { "goes" } else { "go" };
        say(&format!("\n{} more came up since, and {go} out with the release", after.len()));
    }
}

fn table(letters: &[&LetterRow]) -> Table {
    let mut table = Table::new(&["letter", "status", "what", "to", "asked for at"]);
    for letter in letters {
        table.row(vec![
            format!("{}/{}", letter.instance, letter.number),
            letter.status.clone(),
            letter.kind.clone(),
            letter.destination.clone(),
            moment::utc(Moment(letter.created_at_ms)),
        ]);
    }
    table
}

fn as_json(engine: &Engine, restorations: &[RestorationRow], letters: &[LetterRow]) -> serde_json::Value {
    let tenant = &engine.store.tenant().name;
    let rows = restorations.iter().map(|row| {
        serde_json::json!({
            "number": row.number, "taken_at_ms": row.taken_at_ms, "restored_at_ms": row.restored_at_ms,
            "by": row.person, "reason": row.reason, "signed_by": row.public_key,
            "sound": is_believed(row, tenant, &row.public_key.iter().cloned().collect::<Vec<_>>()),
            "released_at_ms": row.released_at_ms, "released_by": row.released_by,
            "release_reason": row.release_reason,
        })
    });
    let letters = letters.iter().map(|letter| {
        serde_json::json!({
            "letter": format!("{}/{}", letter.instance, letter.number), "status": letter.status,
            "kind": letter.kind, "to": letter.destination, "created_at_ms": letter.created_at_ms,
        })
    });
    serde_json::json!({
        "tenant": tenant, "restorations": rows.collect::<Vec<_>>(), "letters": letters.collect::<Vec<_>>(),
    })
}
