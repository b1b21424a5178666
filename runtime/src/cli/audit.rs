//! `wfrun audit`.

use super::context::Common;
use super::screen::{BAD, FAINT, GOOD, WAITING, count, json, remark, say};
use crate::audit::checkpoint::compare::{Against, Compared, verify_with_checkpoints};
use crate::audit::checkpoint::{key, write};
use crate::config::Config;
use crate::error::{Class, Problem, Result};
use crate::moment;
use crate::replay;
use crate::store::{RestorationRow, grants};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use wf_plan::Moment;

/// Proves that nothing in the store was changed afterwards.
#[derive(Args, Debug)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Check every chain, every number, every checkpoint, and that replaying each journal gives the stored state
    Verify(Verify),
    /// Sign what the chains are now, and put it outside the store
    Checkpoint(Checkpoint),
    /// The key that checkpoints are signed with
    #[command(subcommand)]
    Key(Key),
    /// Print what lets a role of PostgreSQL read the views for auditors, and nothing else: for `psql`
    Grant {
        /// The role; make it with `create role NAME login`
        role: String,
        /// Only rows of this tenant; may be given more than once
        #[arg(long, value_name = "NAME")]
        tenant: Vec<String>,
    },
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun audit verify\n  wfrun audit verify ONB-1\n  wfrun audit verify --anchor /mnt/elsewhere/anchor.jsonl --public-key 3b6a27bc…\n\nThe hash of each row is SHA-256 over its columns as netstrings; `tests/verify_trail.py` checks the rows of\n`wfrun export jsonl` without this program."
)]
struct Verify {
    /// One instance; all of them without it
    instance: Option<String>,
    /// Checkpoints kept outside: what they saw must still be there
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
    /// Who may have signed them, as `wfrun audit key new` printed it [default: those of the configuration]
    #[arg(long, value_name = "KEY")]
    public_key: Vec<String>,
    /// Prove an archive that `wfrun retention` wrote, instead of the store; the store need not be there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["anchor", "instance"])]
    archive: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun audit checkpoint --key audit.key --anchor /mnt/elsewhere/anchor.jsonl\n\nWith `[audit]` in the configuration the worker does it by itself:\n  [audit]\n  key = \"audit.key\"\n  anchor = \"/mnt/elsewhere/anchor.jsonl\"    # or https://…\n  every_minutes = 60"
)]
struct Checkpoint {
    /// The secret file [default: the one of the configuration]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// A file outside the store to append to, or a URL to post to [default: the one of the configuration]
    #[arg(long, value_name = "FILE|URL")]
    anchor: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand, Debug)]
enum Key {
    /// Make a key: the secret into a new file that only its owner may read, the public half on the screen
    New {
        /// The secret file
        file: PathBuf,
    },
    /// Show the public half of a key
    Show {
        /// The secret file
        file: PathBuf,
    },
}

impl Audit {
    pub async fn run(self, common: &Common) -> Result<()> {
        match self.what {
            What::Verify(command) => command.run(common).await,
            What::Checkpoint(command) => command.run(common).await,
            What::Key(Key::New { file }) => {
                say(&key::make(&file)?);
                remark("keep the secret file safe; give this public key to whoever verifies");
                Ok(())
            }
            What::Grant { role, tenant } => {
                say(grants(&role, &tenant).trim_end());
                Ok(())
            }
            What::Key(Key::Show { file }) => {
                say(&key::public(&key::read(&file)?));
                Ok(())
            }
        }
    }
}

impl Verify {
    async fn run(self, common: &Common) -> Result<()> {
        if let Some(wrong) = self.public_key.iter().find(|key| key::bytes_of::<32>(key).is_none()) {
            return Err(Problem::input(format!("`{wrong}` is no public key"))
                .help("a public key is 64 hexadecimal digits, as `wfrun audit key show FILE` prints them"));
        }
        if let Some(file) = &self.archive {
            return super::audit_archive::verify(common, file, &self.public_key, self.json).await;
        }
        let engine = common.engine().await?;
        let only = match &self.instance {
            Some(name) => Some(engine.find(name).await?.id),
            None => None,
        };
        let trusted =
            if self.public_key.is_empty() { trusted_by(&engine.config)? } else { self.public_key.clone() };
        let against = Against { anchor: self.anchor.as_deref(), trusted: &trusted };
        let compared = verify_with_checkpoints(&engine, only.as_deref(), against).await?;
        engine.store.close().await;
        let verified = &compared.verified;
        if self.json {
            json(&serde_json::json!({
                "instances": verified.instances, "events": verified.events, "facts": verified.facts,
                "erased": verified.erased, "locked": verified.locked,
                "checkpoints": compared.in_store, "anchored": compared.in_anchor, "signed_by": compared.keys,
                "restorations": compared.restorations.iter().map(|(row, believed)| serde_json::json!({
                    "taken_at_ms": row.taken_at_ms, "restored_at_ms": row.restored_at_ms, "by": row.person,
                    "reason": row.reason, "believed": believed,
                })).collect::<Vec<_>>(), "lost_checkpoints": compared.lost,
                "rows_per_second": verified.rows_per_second(), "findings": verified.findings,
            }));
        } else {
            tell(&compared, trusted.is_empty());
        }
        match verified.findings.len() {
            0 => Ok(()),
            count => Err(Problem::new(
                Class::Damaged,
                format!("the store was changed after it was written: {count} found"),
            )
            .help("keep a copy of the store as it is, and compare it with a backup from before")),
        }
    }
}

/// Who may sign by the configuration.
pub fn trusted_by(config: &Config) -> Result<Vec<String>> {
    let settings = &config.audit;
    match &settings.key {
        _ if !settings.trusted_keys.is_empty() => Ok(settings.trusted_keys.clone()),
        Some(file) if file.exists() => Ok(vec![key::public(&key::read(file)?)]),
        _ => Ok(Vec::new()),
    }
}

fn tell(compared: &Compared, anybody: bool) {
    let verified = &compared.verified;
    for finding in &verified.findings {
        say(&format!("{BAD}{finding}{BAD:#}"));
    }
    let what = format!(
        "{}, {}, {}",
        count(verified.instances, "instance"),
        count(verified.events, "event"),
        count(verified.facts, "fact"),
    );
    if verified.findings.is_empty() {
        say(&format!(
            "{GOOD}whole{GOOD:#}: {what}; every chain unbroken, every state the replay of its journal"
        ));
    } else {
        say(&format!("looked at {what}"));
    }
    if verified.erased > 0 {
        say(&format!(
            "{} about a person who was erased: chains checked, replay left out",
            count(verified.erased, "instance")
        ));
    }
    if verified.locked > 0 {
        say(&format!(
            "{} sealed under a master key that is not here: chains checked, replay left out; `--master-key FILE`",
            count(verified.locked, "instance")
        ));
    }
    for (row, believed) in &compared.restorations {
        say(&restored(row, *believed));
    }
    if let (Some(first), Some(last)) = (compared.lost.first(), compared.lost.last()) {
        let which = if first == last {
            format!("checkpoint {first}")
        } else {
            format!("checkpoints {first} to {last}")
        };
        say(&format!(
            "{WAITING}{which} of the anchor saw what was lost between a backup and its restoration{WAITING:#}"
        ));
    }
    if compared.archived > 0 {
        say(&format!(
            "{} left for archives: `wfrun audit verify --archive FILE` proves each",
            count(compared.archived, "instance")
        ));
    }
    if let Some(in_anchor) = compared.in_anchor {
        say(&format!("held against {} of the anchor", count(in_anchor, "checkpoint")));
    } else if compared.in_store > 0 {
        say(&format!(
            "held against {} of the store itself; `--anchor FILE` also sees a store that was rewritten as a whole",
            count(compared.in_store, "checkpoint")
        ));
    }
    for key in compared.keys.iter().filter(|_| anybody) {
        say(&format!("signed by {key}: compare it with the key you were given"));
    }
    // A handful of rows says nothing about speed.
    if verified.events + verified.facts >= 1_000 {
        let seconds = verified.took.as_secs_f64();
        say(&format!("{FAINT}{} rows a second, in {seconds:.1} s{FAINT:#}", verified.rows_per_second()));
    }
}

fn restored(row: &RestorationRow, believed: bool) -> String {
    if replay::played_into(row) {
        return format!("{WAITING}a replay{WAITING:#}: {}", row.reason);
    }
    let whose = match &row.public_key {
        _ if !believed => ", but no key that you trust signed that",
        Some(_) => ", signed",
        None => "",
    };
    format!(
        "{WAITING}put back{WAITING:#} by {} at {} from a backup of {}{whose}: what happened in between is missing ({})",
        row.person,
        moment::utc(Moment(row.restored_at_ms)),
        moment::utc(Moment(row.taken_at_ms)),
        row.reason,
    )
}

impl Checkpoint {
    async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let settings = &engine.config.audit;
        let file = self.key.or_else(|| settings.key.clone()).ok_or_else(|| {
            Problem::input("no key is named to sign the checkpoint with")
                .help("make one with `wfrun audit key new FILE` and name it with `--key FILE` or in `[audit]` of the configuration")
        })?;
        let anchor = self.anchor.or_else(|| settings.anchor.clone());
        let written = write(&engine, &key::read(&file)?, anchor.as_deref()).await?;
        engine.store.close().await;
        let number = written.newest.as_ref().map_or(0, |(number, _)| *number);
        let hash = written.newest.as_ref().map_or("", |(_, hash)| hash.as_str());
        if self.json {
            json(&serde_json::json!({
                "checkpoint": number, "hash": hash, "instances": written.instances, "anchored": written.anchored,
            }));
            return Ok(());
        }
        say(&format!(
            "checkpoint {number}: {} moved since the one before",
            count(written.instances, "instance")
        ));
        say(&format!("{FAINT}{hash}{FAINT:#}"));
        match anchor {
            Some(anchor) => say(&format!("{} put into `{anchor}`", count(written.anchored, "checkpoint"))),
            None => remark(
                "it is kept in the store only: `--anchor FILE` puts it where a rewritten store cannot reach",
            ),
        }
        Ok(())
    }
}
