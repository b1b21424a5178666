//! CSV: the trail as a table, one row per fact, as RFC 4180 has it.
//!
//! Times are UTC. A cell that a spreadsheet would take for a formula gets an apostrophe in front: what people typed
//! must not run on an auditor's machine. Invariant: every row has a cell for every column.

use super::{Case, Rows, unwritten};
use crate::error::Result;
use crate::moment;
use crate::store::row::TrailRow;
use std::io::Write;
use wf_plan::Moment;

const COLUMNS: [&str; 23] = [
    "tenant",
    "instance",
    "reference",
    "workflow",
    "version",
    "row_number",
    "happened_at",
    "fact",
    "node",
    "copy",
    "person",
    "role",
    "channel",
    "external_id",
    "offered",
    "chosen",
    "forced_reason",
    "detail",
    "source",
    "plan",
    "recorded_at",
    "event_sequence",
    "hash",
];

/// Writes all rows.
///
/// # Errors
/// When the store fails or nothing can be written.
pub async fn write(rows: &mut Rows, out: &mut impl Write) -> Result<()> {
    line(out, &COLUMNS.map(str::to_owned)).map_err(unwritten)?;
    while let Some(chunk) = rows.next().await? {
        for fact in &chunk.facts {
            line(out, &cells(&chunk.case, fact)).map_err(unwritten)?;
        }
    }
    Ok(())
}

fn cells(case: &Case, fact: &TrailRow) -> [String; 23] {
    let text = |text: &Option<String>| text.as_deref().map(harmless).unwrap_or_default();
    let whole = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        harmless(&case.tenant),
        harmless(&case.row.id),
        text(&case.row.reference),
        case.row.workflow.clone(),
        case.version.to_string(),
        fact.sequence.to_string(),
        moment::iso(Moment(fact.at_ms)),
        fact.fact.clone(),
        text(&fact.node),
        whole(fact.copy),
        text(&fact.person),
        text(&fact.role),
        text(&fact.channel),
        text(&fact.external_id),
        text(&fact.alternatives_shown),
        text(&fact.alternative_chosen),
        text(&fact.forced_reason),
        harmless(&fact.detail),
        text(&fact.source),
        fact.plan_hash.clone(),
        moment::iso(Moment(fact.recorded_at_ms)),
        whole(fact.event_sequence),
        fact.hash.clone(),
    ]
}

fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn line(out: &mut impl Write, cells: &[String]) -> std::io::Result<()> {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_its_cell() {
        let case = Case::of_a_test();
        let fact = TrailRow {
            person: Some("anna".to_owned()),
            detail: "=cmd()".to_owned(),
            ..Case::fact_of_a_test(2, "completed", Some("pack"))
        };
        let cells = cells(&case, &fact);
        let of = |column: &str| cells[COLUMNS.iter().position(|name| *name == column).unwrap()].as_str();
        assert_eq!((of("person"), of("node"), of("role")), ("anna", "pack", ""));
        assert_eq!(of("happened_at"), "2026-03-02T09:00:00.002Z");
        assert_eq!(of("detail"), "'=cmd()");
        assert_eq!((of("version"), of("row_number")), ("3", "2"));
    }

    #[test]
    fn quotes_commas_and_line_ends_are_quoted() {
        let mut out = Vec::new();
        line(&mut out, &["a".to_owned(), "b,c".to_owned(), "say \"d\"".to_owned(), "e\nf".to_owned()])
            .unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a,\"b,c\",\"say \"\"d\"\"\",\"e\nf\"\r\n");
    }
}
