//! Every check sees what is planted for it: a sound store is driven, copied, and one thing in the copy made wrong.
//!
//! What the database itself refuses is planted after its guards are taken away. Invariant: each plant is seen by the
//! check it is meant for, and the sound store by none.

use super::settings;
use std::path::Path;
use wf_tests::siege::checks::{NAMES, check};
use wf_tests::siege::drive::{Acknowledged, Ledger};
use wf_tests::siege::node::Program;
use wf_tests::siege::run::{Settings, in_peace, program};
use wf_tests::siege::stored::Stored;

/// Names of the checks that find something.
fn alarms(ledger: &Ledger, stored: &Stored) -> Vec<&'static str> {
    let found = check(ledger, stored).into_iter().filter(|checked| !checked.violations.is_empty());
    found.map(|checked| checked.name).collect()
}

/// What the store holds after a copy of it was changed in SQL, all guards of the database taken away.
fn doctored(sound: &Program, sql: &str) -> Stored {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("store.sqlite");
    std::fs::copy(sound.store.strip_prefix("sqlite:").unwrap(), &copy).unwrap();
    plant(&copy, sql);
    let store = format!("sqlite:{}", copy.display());
    Stored::read(&Program { store, ..sound.clone() })
}

fn plant(store: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(store).unwrap();
    let guards = "select 'drop ' || type || ' ' || name from sqlite_schema
        where type = 'trigger' or (type = 'index' and sql like '%unique%')";
    let mut guards = connection.prepare(guards).unwrap();
    let guards: Vec<String> = guards.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    connection.execute_batch(&format!("pragma foreign_keys = off; {};", guards.join(";"))).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Plants in the store, and the place in [`NAMES`] of the check that must see each.
const PLANTS: [(usize, &str); 14] = [
    (0, "delete from trail where fact = 'completed' and node = 's1'"),
    (1, "insert into trail select shard, tenant, instance, sequence + 1000, previous_hash, hash, event_sequence, fact,
            node, copy, person, role, channel, external_id, plan_hash, source, alternatives_shown, alternative_chosen,
            forced_reason, at_ms, recorded_at_ms, detail from trail where fact = 'completed'
        and tenant <> 'neighbour' limit 1"),
    (2, "update instance set title = (select min(title) from instance)"),
    (4, "update trail set person = 'somebody' where fact = 'completed'"),
    (5, "delete from event where sequence = 1"),
    (6, "delete from timer"),
    (6, "insert into timer select shard, tenant, instance, number + 1000, due_ms, kind, rank, node from timer"),
    (7, "insert into outbox select * from outbox where false;
        create table more as select * from outbox; update more set number = number + 1000;
        insert into outbox select * from more"),
    (8, "insert into delivery (shard, tenant, instance, number, attempt, channel, adapter, result, detail,
            started_at_ms, ended_at_ms)
        select shard, tenant, instance, number, 901, 'c', 'console', 'sent', '', 0, 0 from outbox union all
        select shard, tenant, instance, number, 902, 'c', 'console', 'sent', '', 0, 0 from outbox"),
    (6, "update timer set node = 'somewhere else'"),
    (9, "delete from trail where instance like 'bell-%' and fact = 'overdue'"),
    (9, "update trail set recorded_at_ms = recorded_at_ms - 10000 where instance like 'bell-%' and fact = 'overdue'"),
    (10, "update instance set title = 'another' where tenant = 'neighbour' and id = 'durable-1'"),
    (10, "delete from timer where tenant = 'neighbour'"),
];

#[test]
fn what_is_planted_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { seconds: 2, ..settings(false) };
    let sound = program(&settings, folder.path()).unwrap();
    let ledger = in_peace(&settings, &sound);
    assert!(ledger.done.len() > 10, "{ledger:?}");
    assert_eq!(alarms(&ledger, &Stored::read(&sound)), Vec::<&str>::new());
    for (wanted, sql) in PLANTS {
        let found = alarms(&ledger, &doctored(&sound, sql));
        assert!(found.contains(&NAMES[wanted]), "{sql}: {found:?}");
    }
    let stored = Stored::read(&sound);
    let mut lost = ledger.clone();
    lost.done.push(Acknowledged { instance: "durable-99999".to_owned(), act: None, key: "k".to_owned() });
    assert_eq!(alarms(&lost, &stored), [NAMES[0]]);
    let mut wrong = ledger;
    wrong.wrong.push("complete: 400".to_owned());
    assert_eq!(alarms(&wrong, &stored), [NAMES[3]]);
}
