//! A file of before, brought up to date by this program: every row is there, guarded as before, and the chains go on.
use crate::stage::{Stage, days, monday, run_on_sqlite};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;
use wf_plan::Moment;
use wf_runtime::audit::verify::verify;
use wf_runtime::clock::Clock;
use wf_runtime::engine::Engine;

use wf_runtime::store::{Address, Store, Tenant};
use wf_vm::EventKind;

/// The migration before which the journal, the trail and the outbox lay in the order of their instances.
const IN_ORDER: i64 = 36;

/// A file as a program wrote it that knew the migrations before one, with the rows of another file.
fn file_of_before(file: &Path, migration: i64, rows: &Path) {
    let old = rusqlite::Connection::open(file).unwrap();
    old.execute_batch(
        "create table migration (number bigint not null primary key, name text not null, checksum text not null)",
    )
    .unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/sqlite");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let number: i64 = name[..4].parse().unwrap();
        if number >= migration {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        old.execute_batch(&text).unwrap();
        let checksum: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        old.execute("insert into migration values (?1, ?2, ?3)", (number, name, checksum)).unwrap();
    }
    old.execute("attach ?1 as new", [rows.to_str().unwrap()]).unwrap();
    let tables = "select name from main.sqlite_schema where type = 'table' and name not like 'sqlite%'
        and name <> 'migration'";
    let tables: Vec<String> = old
        .prepare(tables)
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    old.pragma_update(None, "foreign_keys", false).unwrap();
    for table in tables {
        old.execute_batch(&format!("insert into main.{table} select * from new.{table}")).unwrap();
    }
}

/// Names and kinds of everything that stands over a table.
fn around(file: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let text =
        "select type || ' ' || name || ' on ' || tbl_name from sqlite_schema where name not like 'sqlite%'
        order by 1";
    let mut asked = connection.prepare(text).unwrap();
    asked.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn rows_that_lay_in_another_order_are_kept_and_guarded() {
    run_on_sqlite(async || {
        let stage = Stage::new().await;
        for id in ["A-1", "A-2", "A-3"] {
            stage.start(id).await;
        }
        stage.work(0).await;
        let before = verify(&stage.engine, None).await.unwrap();
        assert!(before.events > 2 && before.facts > 6, "{before:?}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("old.sqlite");
        file_of_before(&file, IN_ORDER, &stage.file());
        let stood = around(&file);

        let store = Store::open(&Address::File(file.clone()), Tenant::named("default")).await.unwrap();
        let clock = Clock::standing_at(Moment(monday().0 + days(1)));
        let engine = Engine::new(store, Arc::default(), clock);
        let verified = verify(&engine, None).await.unwrap();
        assert_eq!(verified.findings, []);
        assert_eq!(
            (verified.instances, verified.events, verified.facts),
            (before.instances, before.events, before.facts)
        );
        assert_eq!(around(&file), stood, "guards, indexes and views are there again");
        let letters = "select count(*) from outbox";
        let sent = engine.store.ask(letters).await.unwrap().rows[0][0].clone();
        assert_eq!(sent, wf_runtime::store::Cell::Whole(stage.count(letters).await));

        // It goes on in the same chains, and nothing in them can be changed.
        let kind = EventKind::Cancel { reason: "after all".to_owned(), by: None };
        engine.apply("order-2", kind, None).await.unwrap();
        assert_eq!(verify(&engine, None).await.unwrap().findings, []);
        engine.store.close().await;
        let foreign = rusqlite::Connection::open(&file).unwrap();
        for attempt in [
            "update trail set detail = 'no' where sequence = 1",
            "delete from trail where sequence = 1",
            "insert or replace into trail select * from trail where sequence = 1",
            "update event set body = '{}' where sequence = 1",
            "delete from event where sequence = 1",
            "insert or replace into event select * from event where sequence = 1",
            "update outbox set status = 'waiting', settled_at_ms = null where status = 'sent'",
        ] {
            assert!(foreign.execute_batch(attempt).is_err(), "{attempt}");
        }
    });
}
