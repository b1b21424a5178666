//! Journal and trail by month on PostgreSQL: made ahead, guarded like the whole, dropped when nothing is left, and made of
//! what a store of an earlier program holds.

use crate::cluster::{fresh_database, run_sql};
use crate::stage::{Stage, days, monday, run_on_postgres};
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use wf_plan::Moment;
use wf_runtime::audit::checkpoint::compare::{Against, verify_with_checkpoints};
use wf_runtime::audit::checkpoint::{key, write};
use wf_runtime::audit::verify::verify;
use wf_runtime::clock::Clock;
use wf_runtime::engine::Engine;
use wf_runtime::moment;
use wf_runtime::retention::{archive, open};
use wf_runtime::store::{Address, Store, Tenant};
use wf_vm::EventKind;
use wf_vm::event::Act;

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

async fn cancel(stage: &Stage, id: &str) {
    let kind = EventKind::Cancel { reason: "not wanted any more".to_owned(), by: None };
    stage.engine.apply(id, kind, None).await.unwrap();
}

/// The first month that was made ahead: its moments and the ends of its tables' names.
async fn next_month(stage: &Stage) -> (i64, i64, String) {
    let first = "select min(from_ms) from month_of_chain where parent = 'event'";
    let from = stage.count(first).await;
    let until = stage
        .count(&format!("select until_ms from month_of_chain where from_ms = {from} and parent = 'event'"))
        .await;
    let name = moment::iso(Moment(from)).chars().take(7).collect::<String>().replace('-', "_");
    (from, until, name)
}

async fn is_there(stage: &Stage, table: &str) -> bool {
    stage.count(&format!("select count(*) from pg_class where relname = '{table}'")).await == 1
}

/// What is said of the plan of a query when reading all of a table is the last thing to be tried.
async fn explained(stage: &Stage, query: &str) -> String {
    let plan = "create or replace function explained(asked text) returns setof text language plpgsql as $$
        begin set local enable_seqscan = off; return query execute 'explain ' || asked; end $$";
    run_sql(stage.url(), plan).await.unwrap();
    let asked = query.replace('\'', "\'\'");
    stage.texts(&format!("select * from explained('{asked}')")).await.join("\n")
}

#[test]
fn rows_go_to_their_month_which_is_guarded_like_the_whole() {
    run_on_postgres(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let (from, until, name) = next_month(&stage).await;
        assert!(from > Clock::of_machine().now().0 && until - from >= days(28), "{from} {until}");
        assert!(until - from <= days(31));
        stage.engine.clock.move_to(Moment(from));
        stage.act("order-1", "pack", Act::Comment("on its first moment".to_owned()), "clerk").await;
        stage.engine.clock.move_to(Moment(until - 1));
        stage.act("order-1", "pack", Act::Comment("on its last".to_owned()), "clerk").await;
        for table in ["event", "trail"] {
            let outside = format!(
                "select count(*) from {table}_{name} where recorded_at_ms < {from} or recorded_at_ms >= {until}"
            );
            assert_eq!(stage.count(&outside).await, 0);
            assert!(stage.count(&format!("select count(*) from {table}_{name}")).await >= 2);
            let known = format!("select count(*) from {table}");
            let all = stage.count(&known).await;
            for part in ["", "_before", &format!("_{name}"), "_elsewhere"] {
                for forbidden in [
                    format!("update {table}{part} set recorded_at_ms = recorded_at_ms"),
                    format!("delete from {table}{part}"),
                    format!("truncate {table}{part}"),
                ] {
                    let refused = stage.tamper(&forbidden).await;
                    // Where nothing is, no row is refused; what is emptied is refused always.
                    let nothing = part == "_elsewhere" && !forbidden.starts_with("truncate");
                    assert_eq!(refused.is_ok(), nothing, "{forbidden}: {refused:?}");
                    assert!(refused.is_ok() || refused.unwrap_err().contains("append-only"), "{forbidden}");
                }
            }
            assert_eq!(stage.count(&known).await, all);
            let again = format!("insert into {table} select * from {table} where recorded_at_ms = {from}");
            assert!(stage.tamper(&again).await.unwrap_err().contains("duplicate key"), "{again}");
            let one = format!(
                "select * from {table} where shard = 1 and tenant = 'a' and instance = 'b' order by sequence"
            );
            let plan = explained(&stage, &one).await;
            assert!(plan.contains("Index Scan") && !plan.contains("Seq Scan"), "{plan}");
        }
        // A clock that is years ahead is no reason to refuse anything.
        stage.engine.clock.move_to(Moment(until + days(2_000)));
        stage.act("order-1", "pack", Act::Comment("from the future".to_owned()), "clerk").await;
        assert!(stage.count("select count(*) from event_elsewhere").await >= 1);
        assert_eq!(verify(&stage.another().await, None).await.unwrap().findings, []);
    });
}

/// A month goes as a whole once all that has rows in it has left for archives, and not before.
#[test]
fn a_month_is_dropped_when_nothing_is_left_in_it() {
    run_on_postgres(async || {
        let stage = Stage::new().await;
        let anchor = stage.folder.path().join("anchor.jsonl");
        let checkpoint = async || {
            write(&stage.engine, &signer(), Some(anchor.to_str().unwrap())).await.unwrap();
        };
        let findings = async || {
            let trusted = [key::public(&signer())];
            let against = Against { anchor: Some(&anchor), trusted: &trusted };
            verify_with_checkpoints(&stage.another().await, None, against).await.unwrap().verified.findings
        };
        let (from, until, name) = next_month(&stage).await;
        let (event, trail) = (format!("event_{name}"), format!("trail_{name}"));
        stage.engine.clock.move_to(Moment(from + days(1)));
        stage.start("A-1").await;
        stage.start("A-2").await;
        cancel(&stage, "order-1").await;
        stage.work(0).await;
        checkpoint().await;
        let folder = stage.folder.path().join("archive");
        let later = Moment(until + days(40));
        stage.engine.clock.move_to(later);
        // Order 2 runs: only the rows of order 1 leave.
        let kept = archive(&stage.engine, Moment(until + days(1)), &folder, &signer()).await.unwrap();
        assert_eq!(kept.instances, 1);
        assert!(!kept.months.contains(&event), "{:?}", kept.months);
        assert!(is_there(&stage, &event).await && is_there(&stage, &trail).await);
        let left = format!("select count(*) from {event} where instance = 'order-1'");
        assert_eq!(stage.count(&left).await, 0);
        assert_eq!(findings().await, []);
        cancel(&stage, "order-2").await;
        stage.work(0).await;
        stage.work(3_600_000).await;
        checkpoint().await;
        stage.engine.clock.move_to(Moment(later.0 + days(100)));
        let kept = archive(&stage.engine, stage.engine.clock.now(), &folder, &signer()).await.unwrap();
        assert_eq!((kept.instances, kept.stay), (1, 0));
        assert!(kept.months.contains(&event) && kept.months.contains(&trail), "{:?}", kept.months);
        assert!(!is_there(&stage, &event).await && !is_there(&stage, &trail).await);
        assert_eq!(findings().await, []);
        for (file, _) in &kept.archives {
            assert_eq!(open(file, &[key::public(&signer())]).unwrap().findings, Vec::<String>::new());
        }
        // Life goes on, and months are made anew.
        stage.start("A-3").await;
        assert_eq!(findings().await, []);
    });
}

/// The store of an earlier program, with what happened in it, is brought up to date and goes on.
#[test]
fn a_store_from_before_months_is_brought_up_to_date() {
    run_on_postgres(async || {
        let stage = Stage::new().await;
        for id in ["A-1", "A-2", "A-3"] {
            stage.start(id).await;
        }
        cancel(&stage, "order-1").await;
        stage.work(0).await;
        let old = fresh_database().await.unwrap();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/postgres");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let mut sql = "create table migration (number bigint not null primary key, name text not null,
            checksum text not null);\n"
            .to_owned();
        for file in files {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let number: i64 = name[..4].parse().unwrap();
            if number >= 30 {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            let checksum: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
            sql.push_str(&text);
            sql.push_str(&format!("\ninsert into migration values ({number}, '{name}', '{checksum}');\n"));
        }
        sql.push_str(
            "create role reader; grant select on trail to reader; set session_replication_role = replica;\n",
        );
        let tables = "select tablename::text from pg_tables where schemaname = 'public'
            and tablename <> 'migration' and tablename <> 'month_of_chain'
            and tablename !~ '^(event|trail)_'";
        let mut moved = stage.texts(tables).await;
        moved.extend(["event".to_owned(), "trail".to_owned()]);
        moved.sort();
        moved.dedup();
        for table in moved {
            let rows = stage.texts(&format!("select coalesce(json_agg(t), '[]')::text from {table} t")).await;
            let rows = rows[0].replace('\'', "''");
            sql.push_str(&format!(
                "insert into {table} select * from json_populate_recordset(null::{table}, '{rows}');\n"
            ));
        }
        run_sql(&old, &sql).await.unwrap();
        let address = Address::Server(old.clone());
        let store = Store::open(&address, Tenant::named("default")).await.unwrap();
        let clock = Clock::standing_at(Moment(monday().0 + days(1)));
        let engine = Engine::new(store, Arc::default(), clock);
        let verified = verify(&engine, None).await.unwrap();
        assert_eq!(verified.findings, []);
        let before = verify(&stage.engine, None).await.unwrap();
        assert_eq!(
            (verified.instances, verified.events, verified.facts),
            (before.instances, before.events, before.facts)
        );
        assert!(verified.events > 3);
        let answer =
            engine.store.ask("select has_table_privilege('reader', 'trail', 'select')::int::bigint").await;
        assert_eq!(answer.unwrap().rows[0][0], wf_runtime::store::Cell::Whole(1), "who read it still does");
        let views = engine.store.ask("select count(*) from audit_trail").await.unwrap();
        assert_eq!(views.rows[0][0], wf_runtime::store::Cell::Whole(i64::try_from(verified.facts).unwrap()));
        // It goes on in the same chains.
        let kind = EventKind::Cancel { reason: "after all".to_owned(), by: None };
        engine.apply("order-2", kind, None).await.unwrap();
        assert_eq!(verify(&engine, None).await.unwrap().findings, []);
        run_sql(&old, "drop owned by reader; drop role reader").await.unwrap();
    });
}
