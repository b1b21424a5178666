//! `wfrun backup`.

use super::context::Common;
use super::screen::{FAINT, GOOD, count, json, remark, say};
use crate::backup::{Taken, take};
use crate::error::{Class, Problem, Result};
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// Copies the whole store into a file, while others work on it
///
/// Of SQLite the copy is a file of SQLite, in which every chain is then proved as `wfrun audit verify` does; of
/// PostgreSQL it is a dump of `pg_dump`, which must be on this machine. Either is one consistent moment. The audit key,
/// the configuration and the anchor are files of their own: keep copies of them elsewhere.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun backup /backup/wfrun-$(date +%F-%H%M).sqlite\n  wfrun --store postgres://wf@db/wf backup /backup/wf-$(date +%F-%H%M).dump\n\n`wfrun restore` puts it back."
)]
pub struct Backup {
    /// The file to write; a backup never replaces another
    file: PathBuf,
    /// Do not prove the chains of the copy: faster, for very large stores
    #[arg(long)]
    unproved: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let began = Instant::now();
        let taken = take(&engine, &self.file, !self.unproved).await?;
        engine.store.close().await;
        let shown = self.file.display();
        if self.json {
            let verified = taken.verified.as_ref();
            json(&serde_json::json!({
                "file": shown.to_string(), "bytes": taken.bytes,
                "instances": verified.map(|verified| verified.instances),
                "findings": verified.map(|verified| &verified.findings),
            }));
        } else {
            say(&format!("{GOOD}backed up{GOOD:#} into `{shown}`: {}", size(taken.bytes)));
            tell(&taken, self.unproved);
            say(&format!("{FAINT}in {:.1} s{FAINT:#}", began.elapsed().as_secs_f64()));
        }
        match taken.verified.map(|verified| verified.findings) {
            Some(findings) if !findings.is_empty() => Err(Problem::new(
                Class::Damaged,
                format!(
                    "the copy is a true one of a store that is damaged: {}",
                    count(findings.len(), "finding")
                ),
            )
            .help("`wfrun audit verify` lists what is wrong; an older backup may be sound")),
            _ => Ok(()),
        }
    }
}

fn tell(taken: &Taken, unproved: bool) {
    match &taken.verified {
        Some(verified) if verified.findings.is_empty() => say(&format!(
            "proved: {}, {}, {}; every chain unbroken, every state the replay of its journal",
            count(verified.instances, "instance"),
            count(verified.events, "event"),
            count(verified.facts, "fact")
        )),
        Some(_) => {}
        None if unproved => {}
        None => remark(
            "the dump is whole; what is in it is proved by putting it back into an empty database now and then",
        ),
    }
}

/// Bytes for people.
pub fn size(bytes: u64) -> String {
    let steps = ["kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = "bytes";
    for step in steps {
        if value < 1_000.0 {
            break;
        }
        value /= 1_000.0;
        unit = step;
    }
    if unit == "bytes" { count(bytes, "byte") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_for_people() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_234), "1.2 kB");
        assert_eq!(size(5_000_000_000), "5.0 GB");
    }
}
