//! What a worker asks again and again is found by an index, however large the store: SQLite's own word for how it would
//! look each of these things up.
//!
//! Invariant: none of them reads its table, or all that a tenant has in it.

use super::{delivery, gauges, inbox, schema, timer};
use rusqlite::Connection;

/// A question, the index that answers it, and the columns by which it is entered.
const ASKED: [(&str, &str, &str); 11] = [
    (timer::DUE, "timer_due", "shard=? AND tenant=? AND due_ms<?"),
    (timer::NEXT_DUE, "timer_due", "shard=? AND tenant=?"),
    (timer::NEXT_DUE, "outbox_due", "shard=? AND tenant=?"),
    (delivery::CLAIM_SQLITE, "outbox_due", "shard=? AND tenant=? AND next_at_ms<?"),
    (delivery::CLAIM_ORDERS, "outbox_due", "shard=? AND tenant=? AND next_at_ms<?"),
    (delivery::SENDING, "outbox_due", "shard=? AND tenant=?"),
    (delivery::LAPSED, "outbox_begun", "shard=? AND claimed_until_ms<?"),
    (inbox::KEPT, "inbox_kept", "shard=? AND tenant=? AND system=? AND key=?"),
    (gauges::LETTERS, "outbox_due", "shard=? AND tenant=?"),
    (gauges::DEAD, "outbox_dead", "shard=? AND tenant=?"),
    (gauges::TIMERS, "timer_due", "shard=? AND tenant=? AND due_ms<?"),
];

#[test]
fn what_is_asked_again_and_again_is_found_by_an_index() {
    let store = Connection::open_in_memory().unwrap();
    store.execute_batch(schema::TABLE).unwrap();
    for text in schema::texts_of_sqlite() {
        store.execute_batch(text).unwrap();
    }
    for (question, index, entered) in ASKED {
        let ways = ways(&store, question);
        let found = ways.iter().any(|way| way.contains(&format!("INDEX {index} ({entered})")));
        assert!(found, "{question}\n{ways:#?}");
        for table in ["outbox", "timer", "t", "inbox", "instance", "event", "trail"] {
            let whole = format!("SEARCH {table} USING PRIMARY KEY (shard=? AND tenant=?)");
            let all = format!("SCAN {table}");
            assert!(!ways.iter().any(|way| *way == whole || *way == all), "{question}\n{ways:#?}");
        }
    }
}

/// How SQLite would go about it, a line for each table.
fn ways(store: &Connection, question: &str) -> Vec<String> {
    let mut asked = store.prepare(&format!("explain query plan {}", question.replace('$', "?"))).unwrap();
    for number in 1..=asked.parameter_count() {
        asked.raw_bind_parameter(number, 1).unwrap();
    }
    let mut rows = asked.raw_query();
    let mut ways = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        ways.push(row.get(3).unwrap());
    }
    ways
}
