//! A log of the past played through a plan by the real program: what a person counts by hand is what it tells.

use crate::api::plan;
use serde_json::{Value as Json, json};
use std::process::{Command, Output};
use tempfile::TempDir;

const LOG: &str = "case,activity,time,person,weight,by
A-1,Packed,2026-03-02 10:00,anna,2,
A-1,Paid,2026-03-02 11:00,,,bank
A-2,Packed,2026-03-02 10:00,bert,3,
A-2,Packed,2026-03-02 12:00,bert,3,
A-3,Called,2026-03-02 09:00,bert,,
";

const WHAT_IS_WHAT: [&str; 10] = [
    "--map=Packed=pack",
    "--map=Paid=event shop paid",
    "--map=Called=start",
    "--input",
    "what=a lamp",
    "--column",
    "id=case",
    "--until",
    "2026-03-20 00:00",
    "--format=json",
];

fn wfrun(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wfrun"));
    command.current_dir(folder.path()).args(arguments).env("NO_COLOR", "1");
    for name in ["WFRUN_CONFIG", "WFRUN_STORE", "WFRUN_PERSON"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}

fn replay(folder: &TempDir, store: &str) -> Output {
    let (order, shipping) = (plan("order@1.wfp"), plan("shipping@1.wfp"));
    let first = ["replay", &order, "log.csv", "--runs", &shipping, "--store", store];
    wfrun(folder, &[&first[..], &WHAT_IS_WHAT[..]].concat())
}

/// A-1 is packed and paid and then on its way for ever; A-2 is packed twice and never paid: the five days for that end
/// on Saturday, and it is lost; with A-3 nobody does anything: overdue after two days, and the chief is asked.
#[test]
fn what_would_have_happened_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("log.csv"), LOG).unwrap();
    let said = replay(&folder, "sqlite:past.sqlite");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let told: Json = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(told["cases"]["started"], 3);
    assert_eq!(told["cases"]["open"], 2);
    assert_eq!(told["cases"]["ends"], json!({"lost": 1}));
    assert_eq!(told["rows"]["applied"], 4);
    assert_eq!(told["rows"]["did_not_fit"][0]["lines"], json!([5]));
    let step =
        |name: &str| told["steps"].as_array().unwrap().iter().find(|step| step["step"] == name).unwrap();
    let counted = |name: &str| {
        ["started", "done", "deadlines_missed", "decisions_asked"]
            .map(|what| step(name)[what].as_u64().unwrap())
    };
    assert_eq!(counted("pack"), [3, 2, 1, 1]);
    assert_eq!(step("pack")["escalations"], json!({"1": 1}));
    assert_eq!(counted("payment"), [2, 1, 1, 0]);
    assert_eq!(step("payment")["longest_silence_ms"], 5 * 24 * 3_600_000);
    assert_eq!(counted("ship"), [1, 0, 0, 0]);

    let verified = wfrun(&folder, &["audit", "verify", "--store", "sqlite:past.sqlite"]);
    assert!(String::from_utf8_lossy(&verified.stdout).starts_with("whole: 4 instances"));
    let waiting = "select count(*) as letters from outbox
        where status in ('waiting', 'sending') or kind = 'message' and status <> 'dropped'";
    let letters = wfrun(&folder, &["sql", waiting, "--json", "--store", "sqlite:past.sqlite"]);
    assert_eq!(serde_json::from_slice::<Json>(&letters.stdout).unwrap(), json!([{"letters": 0}]));
}

#[test]
fn a_store_that_is_in_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("log.csv"), LOG).unwrap();
    assert!(replay(&folder, "sqlite:past.sqlite").status.success());
    let before = std::fs::read(folder.path().join("past.sqlite")).unwrap();
    let again = replay(&folder, "sqlite:past.sqlite");
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("past.sqlite"), "{again:?}");
    assert_eq!(std::fs::read(folder.path().join("past.sqlite")).unwrap(), before);
}

/// Plays a log with a map of its own, and gives what is told.
fn told(folder: &TempDir, log: &str, arguments: &[&str]) -> Json {
    std::fs::write(folder.path().join("log.csv"), log).unwrap();
    let store = format!("sqlite:{}.sqlite", log.len());
    let last = ["--until", "2026-03-20 00:00", "--format=json", "--store", &store];
    let said = wfrun(folder, &[&["replay"][..], arguments, &last].concat());
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let verified = wfrun(folder, &["audit", "verify", "--store", &store]);
    assert!(String::from_utf8_lossy(&verified.stdout).starts_with("whole:"), "{verified:?}");
    serde_json::from_slice(&said.stdout).unwrap()
}

fn step<'a>(told: &'a Json, workflow: &str, name: &str) -> &'a Json {
    let mut steps = told["steps"].as_array().unwrap().iter();
    steps.find(|step| step["workflow"] == workflow && step["step"] == name).unwrap()
}

/// Nobody packs, and after two days the chief is asked. Of B-1 the order is given up, by the words of the answer; of B-2
/// by its number two days more are given, and it is packed and paid then, so that its shipping runs as a child of it,
/// in which nobody does anything; of B-3 the chief says something of their own, which is kept and decides nothing. B-4
/// is answered before anybody is asked.
#[test]
fn answers_of_the_past_and_the_workflows_that_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let log = "case,activity,time,person,weight,by
B-1,Called,2026-03-02 09:00,bert,,
B-2,Called,2026-03-02 09:00,bert,,
B-3,Called,2026-03-02 09:00,bert,,
B-4,Called,2026-03-02 09:00,bert,,
B-4,Stopped,2026-03-02 10:00,carla,,
B-4,Packed,2026-03-02 11:00,bert,1,
B-1,Stopped,2026-03-04 12:00,carla,,
B-2,Went on,2026-03-04 12:00,carla,,
B-3,Said something,2026-03-04 12:00,carla,,
B-2,Packed,2026-03-05 10:00,bert,2,
B-2,Paid,2026-03-05 11:00,,,bank
";
    let (order, shipping) = (plan("order@1.wfp"), plan("shipping@1.wfp"));
    let deeds = [
        "--map=Called=start",
        "--map=Packed=pack",
        "--map=Paid=event shop paid",
        "--map=Stopped=answer Give it up",
        "--map=Went on=answer 1",
        "--map=Said something=answer we look on Friday",
        "--input=what=a lamp",
        "--column=id=case",
    ];
    let first = [&order, "log.csv", "--runs", &shipping];
    let told = told(&folder, log, &[&first[..], &deeds[..]].concat());
    assert_eq!(told["cases"]["started"], 4, "the child is no case of the log");
    // B-4 waits for its payment for five days and is lost, too.
    assert_eq!(told["cases"]["ends"], json!({"lost": 2}));
    assert_eq!(told["rows"]["applied"], 10);
    let misfit = &told["rows"]["did_not_fit"][0];
    assert_eq!((&misfit["lines"], &misfit["reason"]), (&json!([6]), &json!("no question is open")));
    let pack = step(&told, "order", "pack");
    // Own words answer, too, and decide nothing: B-3 is not lost.
    assert_eq!((&pack["decisions_asked"], &pack["decisions_answered"]), (&json!(3), &json!(3)));
    assert_eq!(told["cases"]["open"], 2);
    assert_eq!((&pack["done"], &pack["deadlines_missed"]), (&json!(2), &json!(3)));
    assert_eq!(step(&told, "order", "ship")["started"], 1);
    let arrived = step(&told, "shipping", "arrived");
    assert_eq!((&arrived["started"], &arrived["done"]), (&json!(1), &json!(0)));
    assert_eq!(arrived["deadlines_missed"], 1, "three days, and the log ends two weeks later");

    let without =
        wfrun(&folder, &[&["replay", &order, "log.csv", "--store=sqlite:none.sqlite"], &deeds[..]].concat());
    assert!(!without.status.success());
    let said = String::from_utf8_lossy(&without.stderr).into_owned();
    assert!(said.contains("`shipping`, whose plan is missing") && said.contains("--runs"), "{said}");
}

/// C-1 is looked at and withdrawn, C-2 answered before somebody wants to withdraw it, C-3 withdrawn by the first row there
/// is of it.
#[test]
fn ends_of_the_past_that_are_possible_at_any_time() {
    let folder = tempfile::tempdir().unwrap();
    let log = "case,activity,time,person
C-1,Looked at,2026-03-02 09:00,bert
C-2,Looked at,2026-03-02 09:00,bert
C-1,Called off,2026-03-03 09:00,anna
C-2,Answered,2026-03-03 10:00,bert
C-2,Called off,2026-03-03 11:00,anna
C-3,Called off,2026-03-04 09:00,anna
";
    let complaint = plan("ending/complaint@1.wfp");
    let deeds = [
        "--map=Looked at=look",
        "--map=Answered=reply",
        "--map=Called off=end withdrawn",
        "--column=id=case",
    ];
    let told = told(&folder, log, &[&[complaint.as_str(), "log.csv"][..], &deeds[..]].concat());
    assert_eq!(told["cases"]["ends"], json!({"answered": 1, "withdrawn": 2}));
    assert_eq!((&told["rows"]["applied"], &told["rows"]["forced"]), (&json!(5), &json!([])));
    assert_eq!(told["rows"]["did_not_fit"][0]["lines"], json!([6]));

    let wrong =
        ["replay", &complaint, "log.csv", "--map=Called off=end answered", "--store=sqlite:none.sqlite"];
    let said = wfrun(&folder, &wrong);
    assert!(!said.status.success());
    let said = String::from_utf8_lossy(&said.stderr).replace(['│', '\n'], " ");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("`answered` is no outcome that is possible at any time"), "{said}");
}
