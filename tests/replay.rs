//! The past played through the example of a help desk: what the program counts is what a script counts by itself.
//!
//! `tests/oracle/helpdesk.py` writes logs and knows the limits of `examples/helpdesk` as numbers of its own, with a
//! calendar of its own. Invariant: every reminder, missed deadline, rung, question, row and silence is the same.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use wf_runtime::audit::verify::verify;
use wf_runtime::clock::Clock;
use wf_runtime::engine::Engine;
use wf_runtime::error::{Problem, Result};
use wf_runtime::plans::Ready;
use wf_runtime::replay::log::{Columns, Log};
use wf_runtime::replay::map::Map;
use wf_runtime::replay::summary::Summary;
use wf_runtime::replay::written::Written;
use wf_runtime::replay::{Wanted, replay};
use wf_runtime::store::{Address, Cell, Store, Tenant};

/// What README of the example says to type.
const MAPS: [&str; 5] = [
    "Insert ticket=start",
    "Wait=comment resolve",
    "Require upgrade=comment resolve",
    "Schedule intervention=claim resolve",
    "VERIFIED=-",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn plan() -> (Ready, Vec<u8>) {
    let mut files = BTreeMap::new();
    for name in ["main.wf", "teams.wf"] {
        let text = std::fs::read_to_string(root().join("examples/helpdesk").join(name)).unwrap();
        files.insert(name.to_owned(), text);
    }
    let bytes = wf_compiler::build::build(&files).plans.remove(0).bytes;
    (Ready::from_bytes(&bytes).unwrap(), bytes)
}

/// What the script says; nothing where there is no Python.
fn oracle(arguments: &[&str]) -> Option<String> {
    let Ok(said) =
        Command::new("python3").arg(root().join("tests/oracle/helpdesk.py")).args(arguments).output()
    else {
        println!("skipped: python3 is not here, so nobody counts beside the program");
        return None;
    };
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    Some(String::from_utf8(said.stdout).unwrap())
}

async fn open(address: &Address) -> Engine {
    let store = Store::open(address, Tenant::named("default")).await.unwrap();
    Engine::new(store, Arc::default(), Clock::standing_at(wf_plan::Moment(0)))
}

/// Plays a log into a store.
async fn played(engine: &Engine, log: &str) -> Result<Summary> {
    played_with(engine, log, &[]).await
}

/// As [`played`], where columns have other names than the fields they give.
async fn played_with(engine: &Engine, log: &str, columns: &[(&str, &str)]) -> Result<Summary> {
    let (ready, bytes) = plan();
    let local = ready.local.clone();
    let log = Log::read(log.as_bytes(), &Columns::default(), &Written::as_the_workflow(&local)).unwrap();
    let map = Map::read(ready.program(), &log, &MAPS.map(str::to_owned)).unwrap();
    map.must_be_whole(ready.program(), &log).unwrap();
    let columns = columns.iter().map(|(field, column)| ((*field).to_owned(), (*column).to_owned())).collect();
    let constants = Vec::new();
    let wanted = Wanted { log: &log, map: &map, constants, columns, until: None };
    // As the command does it: the clock begins with the log.
    let mut engine = engine.clone();
    engine.clock = Clock::standing_at(log.rows[0].at);
    replay(engine, (ready, bytes), Vec::new(), &wanted, &mut |_| ()).await
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A summary in the words of the script.
fn counted(summary: &Summary) -> Value {
    let forced: u64 = summary.rows.forced.iter().map(|misfit| misfit.rows).sum();
    let steps: serde_json::Map<String, Value> = summary
        .steps
        .iter()
        .map(|step| {
            let told = json!({
                "done": step.done, "reminders": step.reminders, "late": step.deadlines_missed,
                "levels": step.escalations, "asked": step.decisions_asked, "silences": step.silences,
                "longest": step.longest_silence_ms,
            });
            (step.step.clone(), told)
        })
        .collect();
    json!({
        "cases": summary.cases.total, "rows": summary.rows.total, "ended": summary.cases.ended,
        "open": summary.cases.open, "misfits": summary.misfits(), "forced": forced,
        "left_out": summary.rows.left_out, "overdue": summary.case_deadlines_missed, "steps": steps,
    })
}

async fn number(engine: &Engine, query: &str) -> i64 {
    match engine.store.ask(query).await.unwrap().rows[0][0] {
        Cell::Whole(number) => number,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn the_silences_of_the_past_are_those_that_a_script_counts() {
    let folder = tempfile::tempdir().unwrap();
    for (cases, seed) in [("150", "7"), ("40", "2026")] {
        let Some(log) = oracle(&["write", cases, seed]) else { return };
        let file = folder.path().join("log.csv");
        std::fs::write(&file, &log).unwrap();
        let said = oracle(&["count", &file.to_string_lossy()]).unwrap();
        let expected: Value = serde_json::from_str(&said).unwrap();
        assert!(
            expected["steps"]["resolve"]["levels"]["3"].as_u64() > Some(5),
            "the log is too tame: {expected}"
        );
        runtime().block_on(async {
            let engine = open(&Address::Memory).await;
            let summary = played(&engine, &log).await.unwrap();
            assert_eq!(counted(&summary), expected, "{cases} cases, seed {seed}");

            // What is told is what the trail keeps, and the trail holds.
            let trail =
                "select count(*) from step_history where node = 'resolve' and fact = 'escalation level'";
            let levels =
                summary.steps.iter().find(|step| step.step == "resolve").unwrap().escalations.values();
            assert_eq!(number(&engine, trail).await, i64::try_from(levels.sum::<u64>()).unwrap());
            assert_eq!(verify(&engine, None).await.unwrap().findings, Vec::new());

            // Nothing can ever be sent, and every letter has its moment.
            let letters = i64::try_from(summary.letters.values().sum::<u64>()).unwrap();
            assert_eq!(number(&engine, "select count(*) from outbox where kind = 'message'").await, letters);
            assert_eq!(number(&engine, "select count(*) from outbox where status <> 'dropped'").await, 0);
            assert!(engine.store.is_held().await.unwrap());
        });
    }
}

#[test]
fn the_same_log_gives_the_same_chains() {
    let log = std::fs::read_to_string(root().join("examples/helpdesk/log.csv")).unwrap();
    let summaries = [0, 1]
        .map(|_| runtime().block_on(async { played(&open(&Address::Memory).await, &log).await.unwrap() }));
    assert_eq!(summaries[0], summaries[1]);
    let other = log.replacen("Value 1", "Value 99", 1);
    let other = runtime().block_on(async { played(&open(&Address::Memory).await, &other).await.unwrap() });
    assert_ne!(summaries[0].heads, other.heads, "who did it is part of the chain");
}

/// A log in CSV without quotes, as a tool of process mining writes it in XES.
fn xes(csv: &str) -> String {
    let mut text = String::from("<?xml version=\"1.0\"?>\n<log xes.version=\"1.0\">\n");
    let mut open = String::new();
    for line in csv.lines().skip(1) {
        let [case, activity, person, time] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        if open != case {
            text.push_str(if open.is_empty() { "" } else { "</trace>\n" });
            text.push_str(&format!("<trace>\n<string key=\"concept:name\" value=\"{case}\"/>\n"));
            case.clone_into(&mut open);
        }
        text.push_str(&format!(
            "<event><date key=\"time:timestamp\" value=\"{time}\"/><string key=\"concept:name\" \
             value=\"{activity}\"/><string key=\"org:resource\" value=\"{person}\"/></event>\n"
        ));
    }
    text + "</trace>\n</log>\n"
}

#[test]
fn a_log_in_xes_plays_as_the_same_in_csv() {
    let csv = std::fs::read_to_string(root().join("examples/helpdesk/log.csv")).unwrap();
    let [one, other] = [(csv.clone(), "Case ID"), (xes(&csv), "case:concept:name")].map(|(log, case)| {
        let columns = [("case_id", case)];
        runtime()
            .block_on(async { played_with(&open(&Address::Memory).await, &log, &columns).await.unwrap() })
    });
    assert_eq!(counted(&one), counted(&other));
    assert_eq!(one.letters, other.letters);
}

#[test]
fn the_past_is_never_mixed_with_what_runs() {
    let log = std::fs::read_to_string(root().join("examples/helpdesk/log.csv")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime().block_on(async {
        let engine = open(&Address::File(folder.path().join("replay.sqlite"))).await;
        played(&engine, &log).await.unwrap();
        let again: Problem = played(&engine, &log).await.unwrap_err();
        assert!(again.to_string().contains("in it already"), "{again}");
    });
}

#[test]
fn the_log_of_the_example_says_what_its_page_says() {
    let page = std::fs::read_to_string(root().join("examples/helpdesk/README.md")).unwrap();
    let log = std::fs::read_to_string(root().join("examples/helpdesk/log.csv")).unwrap();
    let summary = runtime().block_on(async { played(&open(&Address::Memory).await, &log).await.unwrap() });
    for line in MAPS {
        assert!(page.contains(&format!("--map \"{line}\"")), "{line}");
    }
    let shown = |count: u64| if count == 0 { "·".to_owned() } else { count.to_string() };
    for step in &summary.steps {
        let level = |rung: u16| shown(step.escalations.get(&rung).copied().unwrap_or_default());
        let row = [
            step.step.clone(),
            shown(step.done),
            shown(step.reminders),
            shown(step.deadlines_missed),
            level(1),
            level(2),
            level(3),
            shown(step.decisions_asked),
        ];
        let found =
            page.lines().any(|line| line.split_whitespace().take(8).eq(row.iter().map(String::as_str)));
        assert!(found, "{row:?}");
    }
}
