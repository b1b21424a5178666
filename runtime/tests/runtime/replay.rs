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
