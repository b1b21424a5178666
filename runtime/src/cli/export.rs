//! `wfrun export`.

use super::context::Common;
use super::screen::{count, json, remark, say};
use crate::audit::export::{Exported, Format, export_shown};
use crate::error::{Problem, Result};
use crate::moment;
use crate::opened::unknown;
use crate::store::{Tenant, Wanted};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

/// Writes what happened into a file that other programs read: spreadsheets, process mining, verifiers.
///
/// Instances are exported whole, so that no case and no chain is cut.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun export csv -o trail.csv\n  wfrun export xes --workflow onboarding --from 2026-01-01 --to 2026-04-01 -o q1.xes\n  wfrun export jsonl -o rows.jsonl          every stored row; `tests/verify_trail.py rows.jsonl` proves it\n  wfrun export ocel-sqlite -o log.sqlite"
)]
pub struct Export {
    /// The form of the file
    #[arg(value_enum)]
    format: Form,
    /// Only this instance, by id or reference
    #[arg(long, value_name = "INSTANCE", conflicts_with_all = ["workflow", "from", "to"])]
    instance: Option<String>,
    /// Only instances of this workflow
    #[arg(long)]
    workflow: Option<String>,
    /// Only instances that still ran at this moment or later
    #[arg(long, value_name = "MOMENT")]
    from: Option<String>,
    /// Only instances that started before this moment
    #[arg(long, value_name = "MOMENT")]
    to: Option<String>,
    /// The instances of this tenant [default: the one of the configuration]
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// With personal values, which are left out otherwise; not for `jsonl`, whose rows are as they are stored
    #[arg(long)]
    open: bool,
    /// Where to
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Form {
    /// The trail as a table
    Csv,
    /// Every stored row, for stand-alone verification
    Jsonl,
    /// Object-centric event log, OCEL 2.0, JSON
    OcelJson,
    /// Object-centric event log, OCEL 2.0, SQLite
    OcelSqlite,
    /// Event log, IEEE 1849
    Xes,
}

impl From<Form> for Format {
    fn from(form: Form) -> Self {
        match form {
            Form::Csv => Self::Csv,
            Form::Jsonl => Self::Jsonl,
            Form::OcelJson => Self::OcelJson,
            Form::OcelSqlite => Self::OcelSqlite,
            Form::Xes => Self::Xes,
        }
    }
}

impl Export {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let engine = match &self.tenant {
            Some(tenant) => engine.for_tenant(Tenant::named(tenant), Arc::clone(&engine.config)),
            None => engine,
        };
        let mut wanted = Wanted {
            instance: None,
            workflow: self.workflow,
            from_ms: self.from.as_deref().map(read_moment).transpose()?,
            to_ms: self.to.as_deref().map(read_moment).transpose()?,
        };
        if let Some(name) = &self.instance {
            wanted.instance = Some(engine.find(name).await?.id);
        }
        if let Some(workflow) = &wanted.workflow {
            let plans = engine.store.plans().await?;
            if !plans.iter().any(|plan| plan.workflow == *workflow) {
                return Err(unknown("workflow", workflow, plans.iter().map(|plan| plan.workflow.as_str())));
            }
        }
        if self.open && matches!(self.format, Form::Jsonl) {
            return Err(Problem::input("`jsonl` holds the rows as they are stored and hashed, sealed")
                .help("take another form with `--open`, for example `csv`"));
        }
        let exported = export_shown(&engine, wanted, self.format.into(), &self.output, self.open).await?;
        engine.store.close().await;
        if self.json {
            json(&serde_json::json!({
                "file": self.output, "instances": exported.instances, "events": exported.events,
                "facts": exported.facts,
            }));
        } else {
            say(&format!("{}: {}", self.output.display(), counted(exported)));
        }
        if exported.instances == 0 {
            remark("no instance is in it: `wfrun list --all` shows what there is");
        }
        Ok(())
    }
}

fn counted(exported: Exported) -> String {
    let mut parts = vec![count(exported.instances, "instance"), count(exported.facts, "fact")];
    if exported.events > 0 {
        parts.push(count(exported.events, "event"));
    }
    parts.join(", ")
}

fn read_moment(text: &str) -> Result<i64> {
    moment::parse(text).map(|moment| moment.0).ok_or_else(|| {
        Problem::input(format!("`{text}` is no moment"))
            .help("write `2026-03-02`, `2026-03-02 09:00` or `2026-03-02T09:00:00Z`")
    })
}
