//! The anchor: checkpoints outside the store, as a file that is appended to or a URL they are posted to.
//!
//! One checkpoint is one line of JSON. Invariant: lines are only ever added; the same checkpoint may stand there twice
//! when a crash came between writing it outside and noting so.

use super::Checkpoint;
use crate::error::{Problem, Result};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Duration;

/// How long the receiver of a URL may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Puts checkpoints outside: appended to a file, or posted to a URL one by one.
///
/// # Errors
/// When the file cannot be written or the receiver does not take them.
pub fn append(anchor: &str, checkpoints: &[Checkpoint]) -> Result<()> {
    let lines: Result<Vec<String>> = checkpoints.iter().map(line).collect();
    if anchor.starts_with("https://") || anchor.starts_with("http://") {
        lines?.iter().try_for_each(|line| post(anchor, line))
    } else {
        into_file(Path::new(anchor), &lines?)
    }
}

fn line(checkpoint: &Checkpoint) -> Result<String> {
    serde_json::to_string(checkpoint)
        .map_err(|cause| Problem::machine("a checkpoint cannot be written as JSON").because(cause))
}

fn into_file(file: &Path, lines: &[String]) -> Result<()> {
    let written = || {
        let mut out = File::options().append(true).create(true).open(file)?;
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        out.sync_all()
    };
    written().map_err(|cause| {
        Problem::machine(format!("the anchor `{}` cannot be written", file.display()))
            .help("the checkpoints are kept in the store and written there the next time")
            .because(cause)
    })
}

fn post(url: &str, line: &str) -> Result<()> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .user_agent(concat!("wfrun/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent();
    let sent = agent.post(url).header("content-type", "application/json").send(line);
    sent.map(drop).map_err(|cause| {
        Problem::machine(format!("the anchor `{url}` does not take the checkpoint"))
            .help("the checkpoints are kept in the store and posted the next time")
            .because(cause)
    })
}

/// The checkpoints of an anchor's file, in order.
///
/// # Errors
/// When it cannot be read. A line that is no checkpoint is an error of that item.
pub fn read(file: &Path) -> Result<impl Iterator<Item = Result<Checkpoint>>> {
    let shown = file.display().to_string();
    let lines = File::open(file).map(BufReader::new).map_err(|cause| {
        Problem::input(format!("the anchor `{shown}` cannot be read"))
            .help("name the file that checkpoints were written to")
            .because(cause)
    })?;
    let lines = lines.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.as_ref().is_ok_and(|line| line.trim().is_empty()));
    Ok(lines.map(move |(at, line)| {
        let broken = || Problem::damaged(format!("line {} of the anchor `{shown}` is no checkpoint", at + 1));
        let line = line.map_err(|cause| broken().because(cause))?;
        serde_json::from_str(&line).map_err(|cause| broken().because(cause))
    }))
}
