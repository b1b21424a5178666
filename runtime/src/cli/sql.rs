//! `wfrun sql`.

use super::context::Common;
use super::screen::{BOLD, FAINT, json, say};
use super::table::Table;
use crate::error::Result;
use crate::store::{Answer, Cell, VIEWS};
use clap::Args;
use serde_json::Value as Json;

/// Asks the store in SQL, read-only: for auditors and for whoever wants to know.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun sql --views\n  wfrun sql \"select happened_at, who, chosen, offered from decision_log where reference = 'ONB-1'\"\n  wfrun sql \"select node, count(*) from step_history where fact = 'overdue' group by node\" --csv"
)]
pub struct Sql {
    /// The question, in SQL
    #[arg(required_unless_present = "views")]
    query: Option<String>,
    /// List the views made for auditors, with their columns
    #[arg(long)]
    views: bool,
    /// Answer in JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Answer in CSV
    #[arg(long)]
    csv: bool,
}

impl Sql {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        if self.views {
            for (name, what) in VIEWS {
                let columns =
                    engine.store.ask(&format!("select name from pragma_table_info('{name}')")).await?;
                let columns: Vec<String> = columns.rows.iter().flatten().map(shown).collect();
                say(&format!("{BOLD}{name}{BOLD:#}  {what}\n    {FAINT}{}{FAINT:#}", columns.join(", ")));
            }
            return Ok(());
        }
        let answer = engine.store.ask(self.query.as_deref().unwrap_or_default()).await?;
        if self.json {
            json(&as_json(&answer));
        } else if self.csv {
            print_csv(&answer);
        } else {
            lines(&answer).iter().for_each(|line| say(line));
        }
        engine.store.close().await;
        Ok(())
    }
}

/// A result table as lines.
pub fn lines(answer: &Answer) -> Vec<String> {
    if answer.rows.is_empty() {
        return vec!["no rows".to_owned()];
    }
    let heading: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&heading);
    for row in &answer.rows {
        table.row(row.iter().map(shown).collect());
    }
    table.lines("")
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Whole(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Bytes(bytes) => format!("({} bytes)", bytes.len()),
    }
}

fn as_json(answer: &Answer) -> Json {
    let rows = answer.rows.iter().map(|row| {
        let cells = answer.columns.iter().cloned().zip(row.iter().map(|cell| match cell {
            Cell::Null => Json::Null,
            Cell::Whole(number) => Json::from(*number),
            Cell::Real(number) => Json::from(*number),
            Cell::Text(_) | Cell::Bytes(_) => Json::from(shown(cell)),
        }));
        Json::Object(cells.collect())
    });
    rows.collect()
}

fn print_csv(answer: &Answer) {
    let quoted = |cell: String| {
        let needs = cell.contains(['"', ',', '\n', '\r']);
        if needs { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    };
    let line = |cells: Vec<String>| cells.into_iter().map(quoted).collect::<Vec<_>>().join(",");
    say(&line(answer.columns.clone()));
    for row in &answer.rows {
        say(&line(row.iter().map(shown).collect()));
    }
}
