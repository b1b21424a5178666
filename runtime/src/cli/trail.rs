//! `wfrun trail`.

use super::context::Common;
use super::screen::{FAINT, json, say};
use super::table::Table;
use crate::error::{Problem, Result};
use crate::privacy::fact::opened;
use crate::store::row::TrailRow;
use clap::Args;
use wf_plan::Moment;

/// Shows everything that happened to an instance: who did what, when, and the line of the workflow that asked for it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wfrun trail onboarding-1\n  wfrun trail ONB-1 --json > trail.json")]
pub struct Trail {
    /// The instance, by id or reference
    instance: String,
    /// Every column of every row, as stored: personal values sealed
    #[arg(long)]
    json: bool,
}

impl Trail {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let instance = engine.find(&self.instance).await?;
        let rows = engine.store.trail(&instance.id).await?;
        let tenant = &engine.store.tenant().name;
        if self.json {
            let rows =
                rows.iter().map(|row| with_owner(row, tenant, &instance.id)).collect::<Result<Vec<_>>>()?;
            json(&rows.into());
            return Ok(());
        }
        let ready = engine.plan_of(&instance).await?;
        let mut table = Table::new(&["", "when", "who", "what", "where", "detail", "rule"]);
        for row in rows {
            let row = opened(row, instance.subject.as_ref(), tenant, &instance.id);
            let chosen = row.alternative_chosen.clone();
            let forced = row.forced_reason.as_ref().map(|reason| format!("forced: {reason}"));
            let via = row.channel.as_ref().map(|channel| format!("via {channel}"));
            let detail = [chosen, forced, via, Some(row.detail.clone())]
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty());
            table.row(vec![
                row.sequence.to_string(),
                ready.local.full(Moment(row.at_ms)),
                row.person.clone().unwrap_or_default(),
                row.fact.clone(),
                place(&row),
                detail.collect::<Vec<_>>().join("; "),
                row.source.clone().unwrap_or_default(),
            ]);
        }
        table.lines("").iter().for_each(|line| say(line));
        say(&format!(
            "{FAINT}times are local to the workflow; `wfrun audit verify` proves the rows{FAINT:#}"
        ));
        engine.store.close().await;
        Ok(())
    }
}

fn place(row: &TrailRow) -> String {
    match (&row.node, row.copy) {
        (Some(node), Some(copy)) => format!("{node}:{copy}"),
        (Some(node), None) => node.clone(),
        (None, _) => String::new(),
    }
}

/// A row as it is hashed: with its tenant and instance.
fn with_owner(row: &TrailRow, tenant: &str, instance: &str) -> Result<serde_json::Value> {
    let mut value = serde_json::to_value(row)
        .map_err(|cause| Problem::machine("a row cannot be shown").because(cause))?;
    if let Some(object) = value.as_object_mut() {
        object.insert("tenant".to_owned(), tenant.into());
        object.insert("instance".to_owned(), instance.into());
    }
    Ok(value)
}
