//! `wfrun list`.

use super::context::Common;
use super::screen::{json, say};
use super::table::Table;
use crate::error::Result;
use crate::told;
use clap::Args;
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
        let mut table = Table::new(&["instance", "reference", "title", "status", "started"]);
        for instance in instances {
            let ready = engine.plan_of(&instance).await?;
            table.row(vec![
                instance.id,
                instance.reference.unwrap_or_default(),
                instance.title,
                instance.outcome.unwrap_or(instance.status),
                ready.local.full(Moment(instance.started_at_ms)),
            ]);
        }
        table.lines("").iter().for_each(|line| say(line));
        engine.store.close().await;
        Ok(())
    }
}
