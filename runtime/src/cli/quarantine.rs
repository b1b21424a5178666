//! `wfrun quarantine`.

use super::context::Common;
use super::screen::{BAD, GOOD, json, remark, say};
use super::table::Table;
use crate::error::{Class, Problem, Result};
use crate::moment;
use crate::quarantine::release;
use crate::store::IncidentRow;
use clap::{Args, Subcommand};
use wf_plan::Moment;

/// Instances at once that a release goes through.
const LIMIT: i64 = 100_000;

/// Instances that cannot be stepped and were set aside, so that the rest goes on
///
/// An instance is set aside when its plan or its state in the store is damaged, or the step itself broke off. Timers and
/// events of systems pass it by until it is released; none of them is lost. Both are in its trail.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun quarantine list\n  wfrun audit verify onboarding-17            what is damaged, exactly\n  wfrun quarantine release onboarding-17 --by anna --reason 'plan put back from the backup'\n  wfrun quarantine release --all --by anna --reason 'the same for all of them'"
)]
pub struct Quarantine {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Shows what is aside, and why
    List(List),
    /// Tries an instance again; it goes on if nothing breaks any more, and stays aside if it does
    Release(Release),
}

#[derive(Args, Debug)]
struct List {
    /// Those that went on, too
    #[arg(long, short)]
    all: bool,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    limit: i64,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Release {
    /// The instance, by id or reference
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    instance: Option<String>,
    /// All that are aside
    #[arg(long)]
    all: bool,
    /// Who releases it
    #[arg(long, value_name = "PERSON", env = "WFRUN_PERSON")]
    by: String,
    /// What was done about it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Quarantine {
    pub async fn run(self, common: &Common) -> Result<()> {
        match self.what {
            What::List(list) => list.run(common).await,
            What::Release(release) => release.run(common).await,
        }
    }
}

impl List {
    async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let incidents = engine.store.incidents(None, self.all, self.limit).await?;
        engine.store.close().await;
        if self.json {
            json(&incidents.iter().map(as_json).collect());
            return Ok(());
        }
        if incidents.is_empty() {
            remark(if self.all { "no instance was ever set aside" } else { "no instance is set aside" });
            return Ok(());
        }
        let mut table = Table::new(&["instance", "since", "why", "events passed by", "released"]);
        for incident in &incidents {
            let missed: Vec<i64> = serde_json::from_str(&incident.missed).unwrap_or_default();
            table.row(vec![
                incident.instance.clone(),
                moment::utc(Moment(incident.opened_at_ms)),
                incident.what.clone(),
                if missed.is_empty() { String::new() } else { missed.len().to_string() },
                incident.released_at_ms.map(|at| moment::utc(Moment(at))).unwrap_or_default(),
            ]);
        }
        table.lines("").iter().for_each(|line| say(line));
        Ok(())
    }
}

fn as_json(incident: &IncidentRow) -> serde_json::Value {
    let missed: Vec<i64> = serde_json::from_str(&incident.missed).unwrap_or_default();
    serde_json::json!({
        "instance": incident.instance, "number": incident.number, "what": incident.what,
        "events_passed_by": missed.len(), "since_ms": incident.opened_at_ms,
        "released_at_ms": incident.released_at_ms, "released_by": incident.released_by,
        "reason": incident.release_reason,
    })
}

impl Release {
    async fn run(self, common: &Common) -> Result<()> {
        if self.reason.trim().is_empty() {
            return Err(Problem::input("a reason is required").help("add `--reason TEXT`"));
        }
        let engine = common.engine().await?;
        let names: Vec<String> = match &self.instance {
            Some(name) => vec![name.clone()],
            None => {
                let open = engine.store.incidents(None, false, LIMIT).await?;
                open.into_iter().map(|incident| incident.instance).collect()
            }
        };
        let (mut released, mut still) = (0, 0);
        for name in &names {
            match release(&engine, name, &self.by, &self.reason).await {
                Ok(id) => {
                    released += 1;
                    say(&format!("{GOOD}{id} goes on{GOOD:#}"));
                }
                Err(problem) if self.all && problem.class() == Class::Damaged => {
                    still += 1;
                    say(&format!("{BAD}{problem}{BAD:#}"));
                }
                Err(problem) => return Err(problem),
            }
        }
        engine.store.close().await;
        if still > 0 {
            return Err(Problem::damaged(format!("{released} go on, {still} stay aside"))
                .help("repair the cause first: `wfrun audit verify` names what is damaged"));
        }
        if names.is_empty() {
            remark("no instance is set aside");
        }
        Ok(())
    }
}
