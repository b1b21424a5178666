//! `wfrun start`.

use super::context::{ActingPerson, Common, pair};
use super::screen::{BOLD, FAINT, json, say};
use crate::asked;
use crate::engine::{StartRequest, Started, Starter};
use crate::error::{Problem, Result};
use crate::loading::newest;
use crate::plans::Ready;
use crate::told;
use clap::Args;
use std::path::{Path, PathBuf};
use wf_plan::Value;

/// Starts an instance of a workflow.
///
/// The newest version is used, or the one named after `@`. Where the workflow says `one per FIELD` and such an
/// instance runs already, that one is the answer. With `--key`, the same command twice starts one instance.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun start onboarding --by sales --input customer_name='Gamma SpA' --input region=EU --input seats=40\n  wfrun start onboarding@2 --by sales --input-file deal.json --key crm-4711"
)]
pub struct Start {
    /// The workflow, or one version of it: `onboarding@2`
    workflow: String,
    /// A value of an input; lists are separated by commas, records are JSON
    #[arg(long = "input", short = 'i', value_name = "NAME=VALUE", value_parser = pair)]
    inputs: Vec<(String, String)>,
    /// Values of the inputs as a JSON object
    #[arg(long, value_name = "FILE")]
    input_file: Option<PathBuf>,
    /// Idempotency key: the same key never starts a second instance
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    acting: ActingPerson,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Start {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let ready = newest(&engine, &self.workflow).await?;
        let inputs = self.values(&ready)?;
        let actor = self.acting.actor(&engine, &ready)?;
        let request = StartRequest {
            ready,
            inputs,
            starter: Starter::Person(actor),
            key: self.key.clone(),
            settles: None,
            event: None,
        };
        let started = engine.start(&request).await?;
        // What cannot be found out is not told of.
        let is_worked_on = self.json || engine.store.is_worked_on().await.unwrap_or(true);
        self.tell(&started, is_worked_on);
        engine.store.close().await;
        Ok(())
    }

    fn values(&self, ready: &Ready) -> Result<Vec<Value>> {
        let mut given: Vec<(String, serde_json::Value)> = match &self.input_file {
            Some(path) => read_object(path)?,
            None => Vec::new(),
        };
        for (name, value) in &self.inputs {
            given.retain(|(known, _)| known != name);
            given.push((name.clone(), serde_json::Value::from(value.clone())));
        }
        asked::inputs(ready, &given)
    }

    fn tell(&self, started: &Started, is_worked_on: bool) {
        let instance = started.instance();
        let is_new = matches!(started, Started::New(_));
        if self.json {
            return json(&told::shown(&told::StartTold::of(started)));
        }
        let reference =
            instance.reference.as_ref().map_or_else(String::new, |reference| format!("  {reference}"));
        if is_new {
            say(&format!("started {BOLD}{}{BOLD:#}{reference}  {}", instance.id, instance.title));
            let messages = if is_worked_on {
                "its messages are on their way"
            } else {
                "nothing works on this store now: `wfrun serve` or `wfrun worker` delivers its messages"
            };
            say(&format!("{FAINT}wfrun status {}   shows where it stands; {messages}{FAINT:#}", instance.id));
        } else {
            say(&format!(
                "{BOLD}{}{BOLD:#}{reference} stands for it already  {} ({})",
                instance.id, instance.title, instance.status
            ));
        }
    }
}

/// Reads a JSON object as named values.
pub fn read_object(path: &Path) -> Result<Vec<(String, serde_json::Value)>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Problem::input(format!("the file `{shown}` cannot be read")).because(cause))?;
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|cause| {
            Problem::input(format!("`{shown}` holds no JSON object: {cause}"))
                .help("write {\"customer_name\": \"Gamma SpA\", \"seats\": 40}")
        })?;
    Ok(object.into_iter().collect())
}
