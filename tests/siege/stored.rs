//! What a store holds, as `wfrun` tells it. Invariant: only reads; what cannot be read is itself told as broken.

use super::bells::Ring;
use super::neighbour::{self, Rows};
use super::node::Program;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Rows asked for at once.
const PAGE: usize = 10_000;

/// An instance's row.
#[derive(Clone, Default, Debug)]
pub struct Instance {
    /// Ends with the key it was started with.
    pub title: String,
    pub status: String,
    pub sequence: i64,
    pub trail_count: i64,
    pub outbox_count: i64,
}

/// How many rows of a chain or list there are, and the number of the last one.
pub type Extent = (i64, i64);

/// All of a store that a siege looks at.
#[derive(Clone, Default, Debug)]
pub struct Stored {
    pub instances: BTreeMap<String, Instance>,
    /// How often each act was done, by instance and node.
    pub acts: BTreeMap<(String, String), i64>,
    pub journal: BTreeMap<String, Extent>,
    pub trail: BTreeMap<String, Extent>,
    pub outbox: BTreeMap<String, Extent>,
    /// Armed deadlines: instance and node, one entry per row.
    pub deadlines: Vec<(String, String)>,
    /// Orders that stand in the outbox more than once, in words.
    pub doubled: Vec<String>,
    /// Outbox rows with more than one delivery that arrived, in words.
    pub sent_twice: Vec<String>,
    /// Bells that rang.
    pub rings: BTreeMap<String, Vec<Ring>>,
    /// What the tenant next door has.
    pub neighbour: Rows,
    /// What `wfrun audit verify` found wrong.
    pub broken: Option<String>,
}

impl Stored {
    /// Reads all of it.
    pub fn read(program: &Program) -> Self {
        let verified = program.run(&["audit", "verify"]);
        Self {
            instances: instances(program),
            acts: acts(program),
            journal: extents(program, "event", "sequence"),
            trail: extents(program, "trail", "sequence"),
            outbox: extents(program, "outbox", "number"),
            deadlines: deadlines(program),
            doubled: doubled(program),
            sent_twice: sent_twice(program),
            rings: rings(program),
            neighbour: neighbour::rows(program),
            broken: (!verified.fine).then(|| verified.out + &verified.wrong),
        }
    }
}

/// All rows of a question whose first two columns order them, page by page.
fn all_rows(program: &Program, question: &str) -> Vec<Json> {
    let mut all = Vec::new();
    loop {
        let page = program.rows(&format!("{question} order by 1, 2 limit {PAGE} offset {}", all.len()));
        let is_last = page.len() < PAGE;
        all.extend(page);
        if is_last {
            return all;
        }
    }
}

fn text(row: &Json, column: &str) -> String {
    row[column].as_str().unwrap_or_default().to_owned()
}

fn number(row: &Json, column: &str) -> i64 {
    row[column].as_i64().unwrap_or_else(|| panic!("`{column}` is no number in {row}"))
}

fn instances(program: &Program) -> BTreeMap<String, Instance> {
    let rows = all_rows(
        program,
        "select id, title, status, sequence, trail_count, outbox_count from instance
         where tenant = 'default' and id like 'durable-%'",
    );
    let instance = |row: &Json| Instance {
        title: text(row, "title"),
        status: text(row, "status"),
        sequence: number(row, "sequence"),
        trail_count: number(row, "trail_count"),
        outbox_count: number(row, "outbox_count"),
    };
    rows.iter().map(|row| (text(row, "id"), instance(row))).collect()
}

fn acts(program: &Program) -> BTreeMap<(String, String), i64> {
    let rows = all_rows(
        program,
        "select instance, node, count(*) as times from trail
         where tenant = 'default' and fact in ('completed', 'option chosen') group by instance, node",
    );
    rows.iter().map(|row| ((text(row, "instance"), text(row, "node")), number(row, "times"))).collect()
}

fn extents(program: &Program, table: &str, column: &str) -> BTreeMap<String, Extent> {
    let rows = all_rows(
        program,
        &format!(
            "select instance, count(*) as rows_here, max({column}) as last from {table}
             where tenant = 'default' and instance like 'durable-%' group by instance"
        ),
    );
    rows.iter().map(|row| (text(row, "instance"), (number(row, "rows_here"), number(row, "last")))).collect()
}

fn deadlines(program: &Program) -> Vec<(String, String)> {
    let rows = all_rows(
        program,
        "select instance, node from timer
         where tenant = 'default' and instance like 'durable-%' and kind = 'deadline'",
    );
    rows.iter().map(|row| (text(row, "instance"), text(row, "node"))).collect()
}

/// The same thing asked of the same receiver about the same node: the process under siege asks everything once.
fn doubled(program: &Program) -> Vec<String> {
    let rows = all_rows(
        program,
        "select instance, kind, node, destination, count(*) as times from outbox
         where tenant = 'default' group by instance, kind, node, destination having count(*) > 1",
    );
    let told = |row: &Json| {
        let (times, instance) = (number(row, "times"), text(row, "instance"));
        format!(
            "{instance}: {} {} {}: {times} rows",
            text(row, "kind"),
            text(row, "node"),
            text(row, "destination")
        )
    };
    rows.iter().map(told).collect()
}

fn sent_twice(program: &Program) -> Vec<String> {
    let rows = all_rows(
        program,
        "select instance, number, count(*) as times from delivery
         where tenant = 'default' and result = 'sent' group by instance, number having count(*) > 1",
    );
    let told = |row: &Json| {
        format!(
            "{} order {}: sent {} times",
            text(row, "instance"),
            number(row, "number"),
            number(row, "times")
        )
    };
    rows.iter().map(told).collect()
}

fn rings(program: &Program) -> BTreeMap<String, Vec<Ring>> {
    let rows = all_rows(
        program,
        "select instance, sequence, at_ms, recorded_at_ms from trail
         where tenant = 'default' and instance like 'bell-%' and fact = 'overdue'",
    );
    let mut rings: BTreeMap<String, Vec<Ring>> = BTreeMap::new();
    for row in &rows {
        let ring = Ring { at_ms: number(row, "at_ms"), recorded_at_ms: number(row, "recorded_at_ms") };
        rings.entry(text(row, "instance")).or_default().push(ring);
    }
    rings
}
