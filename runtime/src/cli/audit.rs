//! `wfrun audit`.

use super::context::Common;
use super::screen::{BAD, FAINT, GOOD, json, say};
use crate::audit::verify::{Verified, verify};
use crate::error::{Class, Problem, Result};
use clap::{Args, Subcommand};

/// Proves that nothing in the store was changed afterwards.
#[derive(Args, Debug)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Check every chain, every number, and that replaying each journal gives the stored state
    Verify(Verify),
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun audit verify\n  wfrun audit verify ONB-1\n\nThe hash of each row is SHA-256 over its columns as netstrings; `tests/verify_trail.py` checks the rows of\n`wfrun export jsonl` without this program."
)]
struct Verify {
    /// One instance; all of them without it
    instance: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub async fn run(self, common: &Common) -> Result<()> {
        let What::Verify(command) = self.what;
        let engine = common.engine().await?;
        let only = match &command.instance {
            Some(name) => Some(engine.find(name).await?.id),
            None => None,
        };
        let verified = verify(&engine, only.as_deref()).await?;
        engine.store.close().await;
        if command.json {
            json(&serde_json::json!({
                "instances": verified.instances, "events": verified.events, "facts": verified.facts,
                "rows_per_second": verified.rows_per_second(),
                "findings": verified.findings,
            }));
        } else {
            tell(&verified);
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

fn tell(verified: &Verified) {
    for finding in &verified.findings {
        say(&format!("{BAD}{finding}{BAD:#}"));
    }
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
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
    let seconds = verified.took.as_secs_f64();
    say(&format!("{FAINT}{} rows a second, in {seconds:.1} s{FAINT:#}", verified.rows_per_second()));
}
