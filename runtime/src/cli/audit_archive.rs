//! `wfrun audit verify --archive`.

use super::audit::trusted_by;
use super::context::Common;
use super::screen::{BAD, FAINT, GOOD, count, json, remark, say};
use crate::error::{Class, Problem, Result};
use crate::moment;
use crate::retention::{Opened, open};
use std::path::Path;
use wf_plan::Moment;

/// Proves an archive, and holds it against the store where there is one.
pub async fn verify(common: &Common, file: &Path, keys: &[String], as_json: bool) -> Result<()> {
    let trusted = match keys {
        [] => trusted_by(&common.configuration()?)?,
        keys => keys.to_vec(),
    };
    let mut opened = open(file, &trusted)?;
    let compared = held_against_store(common, &mut opened).await?;
    if as_json {
        json(&serde_json::json!({
            "archive": opened.archive, "instances": opened.ends.len(), "events": opened.events,
            "facts": opened.facts, "held_against_store": compared, "findings": opened.findings,
        }));
    } else {
        tell(&opened, compared, trusted.is_empty());
    }
    match opened.findings.len() {
        0 => Ok(()),
        count => {
            Err(Problem::damaged(format!("the archive was changed after it was written: {count} found"))
                .help("take another copy of it; the store still says how each of its chains ended"))
        }
    }
}

/// Whether the store says the same of this archive; false where there is no store, or it never heard of it.
async fn held_against_store(common: &Common, opened: &mut Opened) -> Result<bool> {
    let engine = match common.engine().await {
        Err(problem) if problem.class() == Class::NotFound => return Ok(false),
        engine => engine?,
    };
    let known = engine.store.archives().await?;
    let known = known.into_iter().find(|known| {
        known.tenant == opened.archive.tenant && known.content_hash == opened.archive.content_hash
    });
    let Some(known) = known else {
        engine.store.close().await;
        return Ok(false);
    };
    for end in engine.store.ends_in(known.number).await? {
        if !opened.ends.contains(&end) {
            let what = format!("{}: the store says that it ended otherwise", end.instance);
            opened.findings.push(what);
        }
    }
    engine.store.close().await;
    Ok(true)
}

fn tell(opened: &Opened, compared: bool, anybody: bool) {
    for finding in &opened.findings {
        say(&format!("{BAD}{finding}{BAD:#}"));
    }
    let archive = &opened.archive;
    let day = |ms| moment::utc(Moment(ms)).chars().take(10).collect::<String>();
    let what = format!(
        "{} of {} that ended from {} to {}, {}, {}",
        count(opened.ends.len(), "instance"),
        archive.tenant,
        day(archive.first_end_ms),
        day(archive.last_end_ms),
        count(opened.events, "event"),
        count(opened.facts, "fact")
    );
    if opened.findings.is_empty() {
        say(&format!("{GOOD}whole{GOOD:#}: {what}; every chain unbroken, signed as it is"));
    } else {
        say(&format!("looked at {what}"));
    }
    if compared && opened.findings.is_empty() {
        say("held against what the store says of it: the same");
    } else if !compared {
        remark(&format!("{FAINT}not held against a store: `--store` names one that this left{FAINT:#}"));
    }
    if anybody && opened.findings.is_empty() {
        say(&format!("signed by {}: compare it with the key you were given", archive.public_key));
    }
}
