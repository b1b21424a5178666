//! The page for whoever writes a verifier of their own is right: its example is what the program would write.

use super::chain::{Netstrings, event_hash, trail_hash};
use super::checkpoint::Checkpoint;
use crate::store::row::{EventRow, TrailRow};
use serde::de::DeserializeOwned;

const PAGE: &str = include_str!("../../VERIFYING.md");

fn example() -> Vec<&'static str> {
    let block = PAGE.split("```json\n").nth(1).unwrap();
    block.split("```").next().unwrap().lines().collect()
}

fn row<T: DeserializeOwned>(line: &str) -> T {
    serde_json::from_str(line).unwrap()
}

#[test]
fn the_example_is_whole() {
    let example = example();
    let instance: serde_json::Value = row(example[0]);
    let (event, fact): (EventRow, TrailRow) = (row(example[1]), row(example[2]));
    assert_eq!(instance["journal_head"], event.hash);
    assert_eq!(instance["trail_head"], fact.hash);
    assert!(Netstrings::default().fits_event("acme", "order-1", &event));
    assert!(Netstrings::default().fits_fact("acme", "order-1", &fact));
    assert_eq!(event.hash, event_hash("acme", "order-1", &event));
    assert_eq!(fact.hash, trail_hash("acme", "order-1", &fact));
    let checkpoint: Checkpoint = row(example[3]);
    assert_eq!(checkpoint.fault(), None);
    let head = &checkpoint.heads[0];
    assert_eq!((&head.journal_head, &head.trail_head), (&event.hash, &fact.hash));
    let bytes = format!("7:order-1,1:1,64:{},1:1,64:{},", head.journal_head, head.trail_head);
    assert!(PAGE.lines().any(|shown| shown == bytes), "{bytes}");
}

#[test]
fn the_columns_are_those_of_the_rows_in_their_order() {
    let columns = |table: &str| -> Vec<String> {
        let (_, rest) = PAGE.split_once(&format!("| `{table}`: column |")).unwrap();
        let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
        let cells = rows.filter_map(|line| line.split('|').nth(1));
        cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
    };
    let example = example();
    for (table, line) in [("event", example[1]), ("trail", example[2])] {
        let described = columns(table);
        let value: serde_json::Value = row(line);
        let mut bytes = String::new();
        for column in &described {
            let text = match &value[column] {
                serde_json::Value::Null => None,
                serde_json::Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            bytes.push_str(&text.map_or("-,".to_owned(), |text| format!("{}:{text},", text.len())));
        }
        assert!(PAGE.lines().any(|shown| shown == bytes), "{bytes}");
        // Every column but the table's name and the hash itself.
        assert_eq!(described.len() + 2, value.as_object().unwrap().len(), "{table}");
    }
}
