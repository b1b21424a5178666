//! OCEL 2.0 as JSON. Events are written as they come; objects go to a file beside it and are put behind them at the
//! end, because the format keeps the two apart. Invariant: neither list is ever in memory.

use super::{EVENT_ATTRIBUTES, Event, OBJECT_TYPES, Object, Objects, events};
use crate::audit::export::{Rows, created, not_written, unwritten};
use crate::error::{Problem, Result};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

/// Writes all rows into a file; `spool` is a second one for the time of writing.
///
/// # Errors
/// When the store fails or nothing can be written.
pub async fn write(rows: &mut Rows, file: &Path, spool: &Path) -> Result<()> {
    let written = write_with(rows, file, spool).await;
    // It holds nothing that is not in the file; left behind, it would be in the way of nobody.
    let _ = std::fs::remove_file(spool);
    written
}

async fn write_with(rows: &mut Rows, file: &Path, spool: &Path) -> Result<()> {
    let mut out = created(file)?;
    let mut aside = List::new(created(spool)?);
    let mut seen = Objects::new(rows.is_everything());
    let mut kinds = BTreeSet::new();
    out.write_all(b"{\"events\":[").map_err(unwritten)?;
    let mut list = List::new(&mut out);
    while let Some(chunk) = rows.next().await? {
        for object in seen.first_seen(&chunk) {
            aside.item(&of_object(&object))?;
        }
        for event in events(&chunk) {
            list.item(&of_event(&event))?;
            kinds.insert(event.kind);
        }
    }
    out.write_all(b"\n],\"objects\":[").map_err(unwritten)?;
    aside.out.flush().map_err(unwritten)?;
    let mut objects = std::fs::File::open(spool).map_err(|cause| not_written(spool, cause))?;
    std::io::copy(&mut objects, &mut out).map_err(unwritten)?;
    write!(out, "\n],\"eventTypes\":{},\"objectTypes\":{}}}\n", event_types(&kinds), object_types())
        .map_err(unwritten)?;
    out.flush().map_err(unwritten)
}

/// The items of a JSON list, one a line.
struct List<W> {
    out: W,
    begun: bool,
}

impl<W: Write> List<W> {
    fn new(out: W) -> Self {
        Self { out, begun: false }
    }

    fn item(&mut self, item: &Json) -> Result<()> {
        self.out.write_all(if self.begun { b",\n" } else { b"\n" }).map_err(unwritten)?;
        self.begun = true;
        serde_json::to_writer(&mut self.out, item)
            .map_err(|cause| Problem::machine("the export cannot be written").because(cause))
    }
}

fn of_event(event: &Event) -> Json {
    let attributes =
        event.attributes.iter().map(|(name, value)| json!({"name": name, "value": typed(name, value)}));
    json!({
        "id": event.id, "type": event.kind, "time": event.time,
        "attributes": attributes.collect::<Vec<_>>(), "relationships": relationships(&event.relations),
    })
}

fn of_object(object: &Object) -> Json {
    let attributes = object.attributes.iter().map(|(name, value, since)| {
        json!({"name": name, "time": since.as_deref().unwrap_or("1970-01-01T00:00:00Z"), "value": value})
    });
    json!({
        "id": object.id, "type": object.kind,
        "attributes": attributes.collect::<Vec<_>>(), "relationships": relationships(&object.relations),
    })
}

fn typed(name: &str, value: &str) -> Json {
    let whole = EVENT_ATTRIBUTES.contains(&(name, "integer"));
    match value.parse::<i64>() {
        Ok(number) if whole => number.into(),
        _ => value.into(),
    }
}

fn relationships(relations: &[(String, &'static str)]) -> Vec<Json> {
    relations.iter().map(|(id, how)| json!({"objectId": id, "qualifier": how})).collect()
}

fn event_types(kinds: &BTreeSet<String>) -> Json {
    let attributes: Vec<Json> =
        EVENT_ATTRIBUTES.iter().map(|(name, kind)| json!({"name": name, "type": kind})).collect();
    kinds.iter().map(|kind| json!({"name": kind, "attributes": attributes})).collect()
}

fn object_types() -> Json {
    let types = OBJECT_TYPES.iter().map(|(kind, attributes)| {
        let attributes: Vec<Json> =
            attributes.iter().map(|name| json!({"name": name, "type": "string"})).collect();
        json!({"name": kind, "attributes": attributes})
    });
    types.collect()
}
