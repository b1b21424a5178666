//! The tenant next door: instances in the midst of things on the same store, with which nobody does anything.
//!
//! The node serves both tenants; whatever happens to the one under siege, nothing of the other may change. Invariant:
//! when the siege begins, nothing of it waits for a worker.

use super::node::Program;
use super::run::plan;
use std::collections::BTreeMap;

/// The configuration of the node: both tenants.
pub const BOTH: &str = "both.toml";
const OTHER: &str = "neighbour.toml";
const INSTANCES: u32 = 4;
/// Everything that is an instance's.
const TABLES: [&str; 7] = ["instance", "event", "trail", "timer", "outbox", "delivery", "question"];

/// All rows of the tenant next door, by table.
pub type Rows = BTreeMap<&'static str, String>;

/// Moves in, and tells what it has.
pub fn move_in(program: &Program) -> Rows {
    let write = |name: &str, text: &str| std::fs::write(program.folder.join(name), text).unwrap();
    write("besieged.toml", "tenant = \"default\"\n");
    write(OTHER, "tenant = \"neighbour\"\n");
    write(BOTH, &format!("tenants = [\"besieged.toml\", \"{OTHER}\"]\n"));
    let does = |words: &[&str]| drop(program.must(&[words, &["--config", OTHER]].concat()));
    does(&["load", &plan().display().to_string()]);
    for number in 1..=INSTANCES {
        does(&["start", "durable", "--input", &format!("id=n-{number}"), "--by", "clerk"]);
        for act in ["s1", "s2", "s3"].into_iter().take(number as usize - 1) {
            does(&["complete", &format!("durable-{number}"), act, "--by", "clerk"]);
        }
    }
    does(&["worker", "--once"]);
    rows(program)
}

/// All of its rows, as they are.
pub fn rows(program: &Program) -> Rows {
    let all = TABLES.map(|table| {
        let question = format!("select * from {table} where tenant = 'neighbour' order by 1, 2, 3, 4, 5");
        (table, program.must(&["sql", &question, "--json"]))
    });
    all.into_iter().collect()
}

/// What is not as it was, in words.
pub fn changes(before: &Rows, after: &Rows) -> Vec<String> {
    let changed = before.iter().filter(|(table, rows)| after.get(*table) != Some(rows));
    changed
        .map(|(table, _)| format!("rows of `{table}` of the tenant next door are not as they were"))
        .collect()
}
