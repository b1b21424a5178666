//! `wfrun subject`.

use super::context::Common;
use super::screen::{json, remark, say};
use super::table::Table;
use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::moment::iso;
use crate::privacy::erase::{Request, erase};
use crate::privacy::find::{holders_of, subject_meant};
use crate::privacy::key::MasterKey;
use crate::store::SubjectRow;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use wf_plan::Moment;

/// People in the data: who there is, what is kept about one, and erasing one
///
/// Values of `personal` fields, and texts made with them, are stored sealed under a key of the person they are about.
/// Erasing a person destroys the key: what was sealed is gone, and every chain of the trail stays whole.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun subject show anna@example.com\n  wfrun subject erase anna@example.com --by dpo --reason 'request 2026-17'\n  wfrun subject erase onboarding-17 --by dpo --reason 'request 2026-18' --end\n\nA person is named by the value of the `one per` field, by an instance about them (id or reference), or by any value\nof a personal field."
)]
pub struct Subject {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Shows data subjects, newest first; whom each is, its instances say
    List {
        /// At most so many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=100_000))]
        limit: i64,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Shows what is kept about a person, and in which other instances the value stands
    Show {
        /// The person: a value, or an instance about them
        #[arg(value_name = "VALUE")]
        value: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Erases a person for good
    Erase(Erase),
    /// Keeps all keys under the master key of the configuration, after it was made or changed
    Rewrap,
    /// Makes a master key: a new file that only its owner may read
    NewMasterKey {
        /// The file
        file: PathBuf,
    },
}

#[derive(Args, Debug)]
struct Erase {
    /// The person: a value, or an instance about them
    #[arg(value_name = "VALUE")]
    value: String,
    /// Who does it
    #[arg(long, value_name = "PERSON", env = "WFRUN_PERSON")]
    by: String,
    /// Why, without the person's name: it stays readable in every trail
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Cancel instances about the person that still run
    #[arg(long)]
    end: bool,
    /// Then write the file anew, so that no old copy of the key is left in it; takes time on a large store
    #[arg(long)]
    rewrite: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Subject {
    pub async fn run(self, common: &Common) -> Result<()> {
        if let What::NewMasterKey { file } = &self.what {
            let name = MasterKey::make(file)?;
            say(&format!(
                "master key {name}: name it as `master_key` under `[privacy]` in the configuration"
            ));
            remark("keep a copy away from the store and its backups: without it all personal data is lost");
            return Ok(());
        }
        let engine = common.engine().await?;
        let done = match self.what {
            What::List { limit, json } => list(&engine, limit, json).await,
            What::Show { value, json } => show(&engine, &value, json).await,
            What::Erase(command) => command.run(&engine).await,
            What::Rewrap => rewrap(&engine).await,
            What::NewMasterKey { .. } => Ok(()),
        };
        engine.store.close().await;
        done
    }
}

async fn list(engine: &Engine, limit: i64, as_json: bool) -> Result<()> {
    let rows = engine.store.subjects(None, limit).await?;
    if as_json {
        json(&rows.iter().map(told).collect());
        return Ok(());
    }
    if rows.is_empty() {
        remark("nobody: no instance of a workflow with `personal` fields was started");
        return Ok(());
    }
    let mut table = Table::new(&["person", "instances", "running", "an instance", "since", "erased"]);
    for row in &rows {
        let erased = row.erased_at_ms.map(|at| format!("{}, by {}", iso(Moment(at)), by(row)));
        table.row(vec![
            short(&row.id),
            row.instances.to_string(),
            row.running.to_string(),
            row.example.clone().unwrap_or_default(),
            iso(Moment(row.created_at_ms)),
            erased.unwrap_or_default(),
        ]);
    }
    table.lines("").iter().for_each(|line| say(line));
    Ok(())
}

fn by(row: &SubjectRow) -> &str {
    row.erased_by.as_deref().unwrap_or_default()
}

fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

fn told(row: &SubjectRow) -> serde_json::Value {
    serde_json::json!({
        "subject": row.id, "instances": row.instances, "running": row.running, "example": row.example,
        "since": iso(Moment(row.created_at_ms)), "erased": row.erased_at_ms.map(|at| iso(Moment(at))),
        "erased_by": row.erased_by, "reason": row.reason,
    })
}

async fn show(engine: &Engine, value: &str, as_json: bool) -> Result<()> {
    let subject = subject_meant(engine, value).await?;
    let about = engine.store.instances_about(&subject).await?;
    let mut holders = holders_of(engine, value).await?;
    holders.remove(&subject);
    let elsewhere: Vec<String> = holders.into_values().flatten().collect();
    if as_json {
        let instances = about.iter().map(|row| {
            serde_json::json!({ "instance": row.id, "reference": row.reference, "title": row.title, "status": row.status })
        });
        json(&serde_json::json!({
            "subject": subject, "instances": instances.collect::<Vec<_>>(), "also_in": elsewhere,
        }));
        return Ok(());
    }
    say(&format!("person {}", short(&subject)));
    let mut table = Table::new(&["instance", "reference", "title", "status"]);
    for row in about {
        table.row(vec![row.id, row.reference.unwrap_or_default(), row.title, row.status]);
    }
    table.lines("  ").iter().for_each(|line| say(line));
    tell_elsewhere(&elsewhere);
    Ok(())
}

fn tell_elsewhere(instances: &[String]) {
    if !instances.is_empty() {
        remark(&format!(
            "the value also stands in instances about others: {}; `wfrun subject erase INSTANCE` erases those",
            instances.join(", ")
        ));
    }
}

impl Erase {
    async fn run(self, engine: &Engine) -> Result<()> {
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Problem::input("a reason is required").help("add `--reason TEXT`"));
        }
        if reason.to_lowercase().contains(&self.value.trim().to_lowercase()) {
            return Err(Problem::input("the reason names the person, and stays readable for ever")
                .help("write the number of the request instead"));
        }
        let subject = subject_meant(engine, &self.value).await?;
        let mut holders = holders_of(engine, &self.value).await?;
        holders.remove(&subject);
        let request = Request { subject, by: self.by.clone(), reason: reason.to_owned(), end: self.end };
        let erased = erase(engine, &request).await?;
        if self.rewrite {
            engine.store.rewrite().await?;
        }
        let elsewhere: Vec<String> = holders.into_values().flatten().collect();
        if self.json {
            json(&serde_json::json!({
                "subject": request.subject, "instances": erased.instances, "cancelled": erased.cancelled,
                "also_in": elsewhere,
            }));
            return Ok(());
        }
        match erased.instances.as_slice() {
            [] => say(
                "erased: nothing about the person is left in the store, and archives do not open any more",
            ),
            instances => say(&format!("erased: the personal data in {}", instances.join(", "))),
        }
        if !erased.cancelled.is_empty() {
            say(&format!("cancelled for it: {}", erased.cancelled.join(", ")));
        }
        remark("backups from before still hold the key: runtime/AUDIT.md says what to do about them");
        tell_elsewhere(&elsewhere);
        Ok(())
    }
}

async fn rewrap(engine: &Engine) -> Result<()> {
    let changed = engine.store.rewrap().await?;
    engine.store.rewrite().await?;
    say(&format!(
        "{} now kept {}",
        if changed == 1 { "1 key is".to_owned() } else { format!("{changed} keys are") },
        match engine.store.master_key() {
            Some(name) => format!("under the master key {name}"),
            None => "as they are, without a master key".to_owned(),
        }
    ));
    Ok(())
}
