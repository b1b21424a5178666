//! What a worker asks again and again is found by an index, however large the store: SQLite's own word for how it would
//! look each of these things up.
//!
//! Invariant: none of them reads its table, or all that a tenant has in it; and what is taken a batch at a time comes in
//! the order of its index, so that a large backlog is not read and sorted for each batch.

use super::{checkpoint, delivery, gauges, inbox, schema, timer};
use rusqlite::Connection;

/// A question, the index that answers it, and the columns by which it is entered.
const ASKED: [(&str, &str, &str); 15] = [
    (timer::DUE, "timer_due", "shard=? AND tenant=? AND due_ms<?"),
    (timer::NEXT_DUE, "timer_due", "shard=? AND tenant=?"),
    (timer::NEXT_DUE, "outbox_due", "shard=? AND tenant=?"),
    (timer::NEXT_DUE, "outbox_claimed", "shard=? AND tenant=?"),
    (delivery::CLAIM_SQLITE, "outbox_due", "shard=? AND tenant=? AND next_at_ms<?"),
    (delivery::CLAIM_ORDERS, "outbox_due", "shard=? AND tenant=? AND next_at_ms<?"),
    (delivery::SENDING, "outbox_claimed", "shard=? AND tenant=? AND claimed_until_ms>?"),
    (delivery::LAPSED, "outbox_claimed", "shard=? AND tenant=? AND claimed_until_ms<?"),
    (inbox::KEPT, "inbox_kept", "shard=? AND tenant=? AND system=? AND key=?"),
    (gauges::LETTERS, "outbox_due", "shard=? AND tenant=?"),
    (gauges::DEAD, "outbox_dead", "shard=? AND tenant=?"),
    (gauges::TIMERS, "timer_due", "shard=? AND tenant=? AND due_ms<?"),
    (checkpoint::STRETCH, "sqlite_autoindex_instance_1", "shard=? AND tenant=? AND id>?"),
    (checkpoint::MOVED, "sqlite_autoindex_instance_1", "shard=? AND tenant=? AND id>? AND id<?"),
    (checkpoint::MOVED_AT_THE_END, "sqlite_autoindex_instance_1", "shard=? AND tenant=? AND id>?"),
];

/// Questions of which a batch is taken from many: they must not sort what they do not take.
const BATCHES: [&str; 7] = [
    timer::DUE,
    timer::NEXT_DUE,
    delivery::CLAIM_SQLITE,
    delivery::CLAIM_ORDERS,
    checkpoint::STRETCH,
    checkpoint::MOVED,
    checkpoint::MOVED_AT_THE_END,
];

#[test]
fn what_is_asked_again_and_again_is_found_by_an_index() {
    let store = store();
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

#[test]
fn a_batch_is_taken_in_the_order_of_its_index() {
    let store = store();
    for question in BATCHES {
        let ways = ways(&store, question);
        assert!(!ways.iter().any(|way| way.contains("TEMP B-TREE")), "{question}\n{ways:#?}");
    }
}

fn store() -> Connection {
    let store = Connection::open_in_memory().unwrap();
    store.execute_batch(schema::TABLE).unwrap();
    for text in schema::texts_of_sqlite() {
        store.execute_batch(text).unwrap();
    }
    store
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
