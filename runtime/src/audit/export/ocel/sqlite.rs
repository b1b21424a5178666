//! OCEL 2.0 as a SQLite file: the tables of the standard, one more for each type of event and object.
//!
//! Invariant: everything is written in one transaction, in batches of bounded size.

use super::{EVENT_ATTRIBUTES, Event, OBJECT_TYPES, Object, Objects, events};
use crate::audit::export::Rows;
use crate::error::Result;
use crate::store::TableFile;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rows kept until they are written.
const BATCH: usize = 4_096;

const TABLES: &str = r#"
create table event_map_type (ocel_type text primary key, ocel_type_map text not null);
create table object_map_type (ocel_type text primary key, ocel_type_map text not null);
create table event (ocel_id text primary key, ocel_type text not null references event_map_type (ocel_type));
create table object (ocel_id text primary key, ocel_type text not null references object_map_type (ocel_type));
create table event_object (
    ocel_event_id text not null references event (ocel_id),
    ocel_object_id text not null references object (ocel_id),
    ocel_qualifier text not null,
    primary key (ocel_event_id, ocel_object_id, ocel_qualifier)
);
create table object_object (
    ocel_source_id text not null references object (ocel_id),
    ocel_target_id text not null references object (ocel_id),
    ocel_qualifier text not null,
    primary key (ocel_source_id, ocel_target_id, ocel_qualifier)
);
"#;

/// Writes all rows into a new file.
///
/// # Errors
/// When the store fails or nothing can be written.
pub async fn write(rows: &mut Rows, file: &Path) -> Result<()> {
    let mut log = Log {
        file: TableFile::create(file, TABLES).await?,
        tables: BTreeMap::new(),
        waiting: BTreeMap::new(),
        count: 0,
    };
    for (kind, attributes) in OBJECT_TYPES {
        log.object_type(kind, attributes).await?;
    }
    let mut seen = Objects::new(rows.is_everything());
    while let Some(chunk) = rows.next().await? {
        for object in seen.first_seen(&chunk) {
            log.object(&object);
        }
        for event in events(&chunk) {
            log.event(&event).await?;
        }
        if log.count >= BATCH {
            log.flush().await?;
        }
    }
    log.flush().await?;
    log.file.close().await
}

struct Log {
    file: TableFile,
    /// The table of each type of event.
    tables: BTreeMap<String, String>,
    /// Rows by the statement that inserts them.
    waiting: BTreeMap<String, Vec<Json>>,
    count: usize,
}

impl Log {
    fn put(&mut self, table: &str, columns: &[&str], row: Json) {
        self.waiting.entry(TableFile::insert_into(table, columns)).or_default().push(row);
        self.count += 1;
    }

    async fn flush(&mut self) -> Result<()> {
        for (statement, rows) in std::mem::take(&mut self.waiting) {
            self.file.insert(&statement, rows).await?;
        }
        self.count = 0;
        Ok(())
    }

    async fn object_type(&mut self, kind: &str, attributes: &[&str]) -> Result<()> {
        let columns: String = attributes.iter().map(|name| format!(", \"{name}\" text")).collect();
        let table = format!(
            "create table \"object_{kind}\" (ocel_id text not null references object (ocel_id), ocel_time timestamp not null, \
             ocel_changed_field text{columns})"
        );
        self.file.run(&table).await?;
        self.put("object_map_type", &["ocel_type", "ocel_type_map"], json!([kind, kind]));
        Ok(())
    }

    fn object(&mut self, object: &Object) {
        self.put("object", &["ocel_id", "ocel_type"], json!([object.id, object.kind]));
        let table = format!("object_{}", object.kind);
        let (first, later): (Vec<_>, Vec<_>) =
            object.attributes.iter().partition(|(_, _, since)| since.is_none());
        let mut columns = vec!["ocel_id", "ocel_time"];
        let mut values = vec![json!(object.id), json!("1970-01-01T00:00:00Z")];
        for (name, value, _) in first {
            columns.push(name);
            values.push(json!(value));
        }
        self.put(&table, &columns, values.into());
        for (name, value, since) in later {
            let row = json!([object.id, since, name, value]);
            self.put(&table, &["ocel_id", "ocel_time", "ocel_changed_field", name], row);
        }
        for (target, how) in &object.relations {
            let row = json!([object.id, target, how]);
            self.put("object_object", &["ocel_source_id", "ocel_target_id", "ocel_qualifier"], row);
        }
    }

    async fn event(&mut self, event: &Event) -> Result<()> {
        let table = self.event_table(&event.kind).await?;
        self.put("event", &["ocel_id", "ocel_type"], json!([event.id, event.kind]));
        let mut columns = vec!["ocel_id", "ocel_time"];
        let mut values = vec![json!(event.id), json!(event.time)];
        for (name, value) in &event.attributes {
            columns.push(name);
            values.push(json!(value));
        }
        self.put(&table, &columns, values.into());
        for (object, how) in &event.relations {
            let row = json!([event.id, object, how]);
            self.put("event_object", &["ocel_event_id", "ocel_object_id", "ocel_qualifier"], row);
        }
        Ok(())
    }

    /// The table of a type of event, made at its first event.
    async fn event_table(&mut self, kind: &str) -> Result<String> {
        if let Some(table) = self.tables.get(kind) {
            return Ok(table.clone());
        }
        let taken: BTreeSet<&String> = self.tables.values().collect();
        let short = short(kind);
        let mut names = std::iter::once(short.clone()).chain((2..).map(|number| format!("{short}_{number}")));
        // There is always a next number.
        let short = names.find(|name| !taken.contains(&format!("event_{name}"))).unwrap_or_default();
        let table = format!("event_{short}");
        let columns: String =
            EVENT_ATTRIBUTES.iter().map(|(name, kind)| format!(", \"{name}\" {}", affinity(kind))).collect();
        self.file
            .run(&format!(
                "create table \"{table}\" (ocel_id text primary key references event (ocel_id), ocel_time timestamp not null{columns})"
            ))
            .await?;
        self.put("event_map_type", &["ocel_type", "ocel_type_map"], json!([kind, short]));
        self.tables.insert(kind.to_owned(), table.clone());
        Ok(table)
    }
}

fn affinity(kind: &str) -> &'static str {
    if kind == "integer" { "integer" } else { "text" }
}

/// `pack: deadline set` as part of a table's name: `pack_deadline_set`.
fn short(kind: &str) -> String {
    let words = kind.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_ascii_lowercase()
}
