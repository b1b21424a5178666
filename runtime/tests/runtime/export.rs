//! Exports say what the store holds: read back by hand, and by pm4py where it is installed.

use crate::stage::{Stage, days, node_named, run, run_on_sqlite};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use wf_plan::Value;
use wf_runtime::audit::export::{Exported, Format, export};
use wf_runtime::store::Wanted;
use wf_runtime::transition::{compute, unborn};
use wf_vm::event::{Act, Place};
use wf_vm::{Event, EventKind};

/// Three orders: one packed and lost, one that asks and is answered by nobody, one just begun.
async fn with_past() -> Stage {
    let stage = Stage::new().await;
    stage.start("A-1").await;
    stage.start("A-2").await;
    stage.act("order-1", "pack", Act::Claim, "clerk").await;
    stage.act("order-1", "pack", Act::Comment("=1+1, \"quoted\" <b>\nè".to_owned()), "clerk").await;
    let weight = Value::Number("1.5".parse().unwrap());
    stage.act("order-1", "pack", Act::Complete(vec![weight]), "clerk").await;
    stage.work(days(8)).await;
    stage.start("A-3").await;
    stage
}

async fn exported(stage: &Stage, wanted: Wanted, format: Format, name: &str) -> (PathBuf, Exported) {
    let file = stage.folder.path().join(name);
    let exported = export(&stage.engine, wanted, format, &file).await.unwrap();
    let left: Vec<_> = std::fs::read_dir(stage.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|entry| entry.starts_with(&format!("{name}.")))
        .collect();
    assert!(left.is_empty(), "left beside the export: {left:?}");
    (file, exported)
}

async fn lines(stage: &Stage, wanted: Wanted) -> Vec<Json> {
    let (file, _) = exported(stage, wanted, Format::Jsonl, "rows.jsonl").await;
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_lines_are_the_stored_rows() {
    run(async || {
        let stage = with_past().await;
        let lines = lines(&stage, Wanted::default()).await;
        for table in ["instance", "event", "trail"] {
            let stored = stage.count(&format!("select count(*) from {table}")).await;
            let there = lines.iter().filter(|line| line["table"] == table).count();
            assert_eq!(i64::try_from(there).unwrap(), stored, "{table}");
        }
        let commented = lines.iter().find(|line| line["fact"] == "commented").unwrap();
        assert_eq!(commented["detail"], "=1+1, \"quoted\" <b>\nè");
        assert_eq!(commented["instance"], "order-1");
        let hashes = stage.texts("select hash from trail order by instance, sequence").await;
        let there: Vec<&str> = lines
            .iter()
            .filter(|line| line["table"] == "trail")
            .map(|line| line["hash"].as_str().unwrap())
            .collect();
        assert_eq!(there, hashes);
    });
}

/// Orders with so many comments, written at once.
async fn with_comments(stage: &Stage, orders: &[u32]) {
    let ready = stage.newest("order").await;
    let by = stage.actor(&ready, "clerk");
    let place = Place { node: node_named(&ready, "pack"), copy: None };
    let at = stage.engine.clock.now();
    let lives = orders.iter().zip(1_u32..).map(|(comments, number)| {
        let inputs = vec![Value::Text(format!("A-{number}")), Value::Text("a lamp".to_owned())];
        let start = EventKind::Start { inputs, starter: Some(by.clone()), number: number.into() };
        let said = (0..*comments).map(|one| Act::Comment(format!("word {one}")));
        let said = said.map(|act| EventKind::Act { place, act, by: by.clone() });
        let events: Vec<Event> = std::iter::once(start).chain(said).map(|kind| Event { at, kind }).collect();
        let instance = unborn(&ready, number.into());
        compute(&stage.engine.around(&ready), &instance, &events, Vec::new()).unwrap().transition
    });
    stage.engine.store.commit(&Arc::new(lives.collect())).await.unwrap();
}

/// More instances than are read in one go, one of them with more rows than go into one chunk: every row is there once,
/// in the order of its chain, instance after instance, and on both databases the same.
#[test]
fn many_instances_and_a_long_one_are_the_same_everywhere() {
    let texts = std::cell::RefCell::new(Vec::new());
    run(async || {
        let stage = Stage::new().await;
        let mut orders = vec![2; 300];
        orders[16] = 2_100;
        with_comments(&stage, &orders).await;
        let (file, told) = exported(&stage, Wanted::default(), Format::Jsonl, "all.jsonl").await;
        assert_eq!((told.instances, told.events), (300, 300 * 3 + 2_098));
        let text = std::fs::read_to_string(file).unwrap();
        let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for table in ["event", "trail"] {
            let rows = lines.iter().filter(|line| line["table"] == table);
            let rows =
                rows.map(|line| format!("{} {}", line["instance"].as_str().unwrap(), line["sequence"]));
            let stored =
                format!("select instance || ' ' || sequence from {table} order by instance, sequence");
            assert_eq!(rows.collect::<Vec<_>>(), stage.texts(&stored).await, "{table}");
        }
        let (file, _) = exported(&stage, Wanted::default(), Format::Csv, "all.csv").await;
        texts.borrow_mut().push((text, std::fs::read_to_string(file).unwrap()));
    });
    let texts = texts.into_inner();
    assert!(texts.iter().all(|text| *text == texts[0]), "SQLite and PostgreSQL differ");
}

#[test]
fn what_is_wanted_is_exported_whole() {
    run(async || {
        let stage = with_past().await;
        let instances = |lines: &[Json]| -> Vec<String> {
            let heads = lines.iter().filter(|line| line["table"] == "instance");
            heads.map(|line| line["instance"].as_str().unwrap().to_owned()).collect()
        };
        let all = lines(&stage, Wanted::default()).await;
        assert_eq!(instances(&all), ["order-1", "order-2", "order-3"]);
        let one = Wanted { instance: Some("order-2".to_owned()), ..Wanted::default() };
        let one = lines(&stage, one).await;
        assert_eq!(instances(&one), ["order-2"]);
        let of_two = |line: &&Json| line["instance"] == "order-2";
        assert_eq!(one.iter().collect::<Vec<_>>(), all.iter().filter(of_two).collect::<Vec<_>>());
        let none = Wanted { workflow: Some("shipping".to_owned()), ..Wanted::default() };
        assert_eq!(instances(&lines(&stage, none).await), Vec::<String>::new());
        let now = stage.engine.clock.now().0;
        let ended = stage.count("select ended_at_ms from instance where id = 'order-1'").await;
        let later = Wanted { from_ms: Some(ended + 1), ..Wanted::default() };
        assert_eq!(instances(&lines(&stage, later).await), ["order-2", "order-3"]);
        let before = Wanted { to_ms: Some(now), ..Wanted::default() };
        assert_eq!(instances(&lines(&stage, before).await), ["order-1", "order-2"]);
    });
}

#[test]
fn a_table_has_a_line_for_every_fact() {
    run(async || {
        let stage = with_past().await;
        let (file, told) = exported(&stage, Wanted::default(), Format::Csv, "trail.csv").await;
        let text = std::fs::read_to_string(file).unwrap();
        let facts = stage.count("select count(*) from trail").await;
        assert_eq!(i64::try_from(told.facts).unwrap(), facts);
        assert_eq!(i64::try_from(text.matches("\r\n").count()).unwrap(), facts + 1);
        assert!(text.contains("\"'=1+1, \"\"quoted\"\" <b>\nè\""), "{text}");
    });
}

/// The log as a tree: which elements, with which attributes, in which.
#[test]
fn a_log_has_a_trace_for_every_instance() {
    run(async || {
        let stage = with_past().await;
        let (file, _) = exported(&stage, Wanted::default(), Format::Xes, "log.xes").await;
        let text = std::fs::read_to_string(file).unwrap();
        let count = |what: &str| i64::try_from(text.matches(what).count()).unwrap();
        assert_eq!((count("<trace>"), count("</trace>"), count("</log>")), (3, 3, 1));
        assert_eq!(count("<event>"), stage.count("select count(*) from trail").await);
        assert_eq!(count("key=\"concept:name\" value=\"order-2\""), 1);
        assert!(text.contains("key=\"detail\" value=\"=1+1, &quot;quoted&quot; &lt;b&gt;&#10;è\""));
    });
}

#[test]
fn an_object_centric_log_names_only_what_it_holds() {
    run(async || {
        let stage = with_past().await;
        let (file, _) = exported(&stage, Wanted::default(), Format::OcelJson, "log.json").await;
        let log: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let list = |name: &str| log[name].as_array().unwrap();
        let names = |name: &str, key: &str| -> Vec<&str> {
            list(name).iter().map(|item| item[key].as_str().unwrap()).collect()
        };
        let facts = stage.count("select count(*) from trail").await;
        assert_eq!(i64::try_from(list("events").len()).unwrap(), facts);
        let (objects, kinds) = (names("objects", "id"), names("eventTypes", "name"));
        let unique: std::collections::BTreeSet<&&str> = objects.iter().collect();
        assert_eq!(unique.len(), objects.len(), "{objects:?}");
        for event in list("events") {
            assert!(kinds.contains(&event["type"].as_str().unwrap()), "{event}");
        }
        for item in list("events").iter().chain(list("objects")) {
            for related in item["relationships"].as_array().unwrap() {
                assert!(objects.contains(&related["objectId"].as_str().unwrap()), "{item}");
            }
        }
        assert!(objects.contains(&"order-1/pack") && objects.contains(&"person:clerk"), "{objects:?}");
    });
}

/// The tables of the standard, read with SQL: nothing refers to what is not there, and every event has its row.
#[test]
fn an_object_centric_file_is_whole() {
    run(async || {
        let stage = with_past().await;
        let (file, _) = exported(&stage, Wanted::default(), Format::OcelSqlite, "log.sqlite").await;
        let log = rusqlite::Connection::open(file).unwrap();
        let count = |sql: &str| log.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("select count(*) from pragma_foreign_key_check"), 0);
        let facts = stage.count("select count(*) from trail").await;
        assert_eq!(count("select count(*) from event"), facts);
        let mut tables = log.prepare("select ocel_type, ocel_type_map from event_map_type").unwrap();
        let tables: Vec<(String, String)> =
            tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
        for (kind, table) in tables {
            let rows = count(&format!("select count(*) from \"event_{table}\""));
            assert_eq!(
                rows,
                count(&format!("select count(*) from event where ocel_type = '{kind}'")),
                "{kind}"
            );
        }
        let changed = "select count(*) from object_instance where ocel_changed_field = 'status'";
        assert_eq!(
            count(changed),
            stage.count("select count(*) from instance where ended_at_ms is not null").await
        );
        let packed = "select count(*) from event_object where ocel_object_id = 'order-1/pack' and ocel_qualifier = 'at'";
        assert_eq!(
            count(packed),
            stage.count("select count(*) from trail where instance = 'order-1' and node = 'pack'").await
        );
    });
}

/// pm4py counts what SQL counts. `WF_PYTHON` names an interpreter that has it.
#[test]
fn pm4py_reads_the_logs() {
    let python = std::env::var("WF_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if !Command::new(&python).args(["-c", "import pm4py"]).output().is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: pm4py is not installed, so no foreign program reads the logs");
        return;
    }
    run_on_sqlite(async || {
        let stage = with_past().await;
        let count = async |query: &str| Json::from(stage.count(query).await);
        let events = count("select count(*) from trail").await;
        let people = count("select count(distinct person) from trail").await;
        let (file, _) = exported(&stage, Wanted::default(), Format::Xes, "log.xes").await;
        let mined = mined(&python, "xes", &file);
        assert_eq!((&mined["cases"], &mined["events"], &mined["people"]), (&3.into(), &events, &people));
        let life = "('started', 'claimed', 'completed', 'arrived', 'late', 'not taken', 'cancelled', 'outcome reached',
                     'skipped by rule', 'skipped by a person', 'blocked', 'unblocked', 'option chosen')";
        let activities = format!(
            "select count(distinct case when node is null then fact when fact in {life} then node
                                   else node || ': ' || fact end) from trail"
        );
        assert_eq!(mined["activities"], count(&activities).await);

        let kinds = count("select count(distinct coalesce(node || ': ', '') || fact) from trail").await;
        let nodes = count(
            "select count(*) from (select distinct instance, node, copy from trail where node is not null) n",
        )
        .await;
        for (form, format) in [("ocel-json", Format::OcelJson), ("ocel-sqlite", Format::OcelSqlite)] {
            let (file, _) = exported(&stage, Wanted::default(), format, form).await;
            let mined = self::mined(&python, form, &file);
            assert_eq!((&mined["events"], &mined["activities"]), (&events, &kinds), "{form}");
            assert_eq!(mined["objects"]["instance"], 3, "{form}");
            assert_eq!((&mined["objects"]["node"], &mined["objects"]["person"]), (&nodes, &people), "{form}");
            let broken = mined.get("broken_rules").cloned().unwrap_or_else(|| Json::Array(Vec::new()));
            assert_eq!(broken, Json::Array(Vec::new()), "{form}");
        }
    });
}

fn mined(python: &str, form: &str, file: &Path) -> Json {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/mined.py");
    let said =
        Command::new(python).args([script.as_ref(), form.as_ref(), file.as_os_str()]).output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout);
    let counts = text.lines().find_map(|line| line.strip_prefix("counts "));
    let counts = counts.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&said.stderr)));
    serde_json::from_str(counts).unwrap()
}
