//! `wfrun list`.

use super::context::Common;
use super::screen::{json, remark, say};
use super::table::Table;
use crate::error::{Class, Result};
use crate::moment::LocalTime;
use crate::told;
use clap::Args;
use std::collections::HashSet;
use wf_plan::Moment;

/// Lists instances, the newest first.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wfrun list\n  wfrun list onboarding --all --json")]
pub struct List {
    /// Only this workflow
    workflow: Option<String>,
    /// Ended ones too
    #[arg(long, short)]
    all: bool,
    /// At most this many
    #[arg(long, default_value_t = 100)]
    limit: u32,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let instances =
            engine.store.instances(self.workflow.as_deref(), self.all, i64::from(self.limit)).await?;
        if self.json {
            json(&instances.iter().map(|instance| told::shown(&told::Listed::of(instance))).collect());
            return Ok(());
        }
        if instances.is_empty() {
            say(if self.all {
                "there are no instances"
            } else {
                "nothing is running; `wfrun list --all` shows ended instances too"
            });
            return Ok(());
        }
        let aside = engine.store.incidents(None, false, 100_000).await?;
        let aside: HashSet<String> = aside.into_iter().map(|incident| incident.instance).collect();
        let mut table = Table::new(&["instance", "reference", "title", "status", "started"]);
        for instance in instances {
            let local = match engine.plan_of(&instance).await {
                Ok(ready) => ready.local.clone(),
                // Its plan is damaged; it is there all the same.
                Err(problem) if problem.class() == Class::Damaged => LocalTime::of(None),
                Err(problem) => return Err(problem),
            };
            let is_aside = aside.contains(&instance.id);
            table.row(vec![
                instance.id,
                instance.reference.unwrap_or_default(),
                instance.title,
                if is_aside { "set aside".to_owned() } else { instance.outcome.unwrap_or(instance.status) },
                local.full(Moment(instance.started_at_ms)),
            ]);
        }
        table.lines("").iter().for_each(|line| say(line));
        if !aside.is_empty() {
            remark(&format!("{} set aside: `wfrun quarantine list` shows why", aside.len()));
        }
        engine.store.close().await;
        Ok(())
    }
}
