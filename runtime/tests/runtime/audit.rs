//! Tampering is found, and the first bad row named.

use crate::stage::{Stage, days, run, run_on_sqlite};
use std::process::Command;
use wf_runtime::audit::verify::verify;
use wf_vm::event::Act;

/// An order with a past: 3 events and some facts.
async fn with_past() -> Stage {
    let stage = Stage::new().await;
    stage.start("A-1").await;
    stage.act("order-1", "pack", Act::Comment("è pronto".to_owned()), "clerk").await;
    stage.work(days(3)).await;
    stage
}

async fn findings(stage: &Stage) -> Vec<String> {
    // A fresh process reads everything anew.
    let found = verify(&stage.another().await, None).await.unwrap();
    found.findings.iter().map(ToString::to_string).collect()
}

#[test]
fn an_untouched_store_is_whole() {
    run(async || {
        let stage = with_past().await;
        let verified = verify(&stage.engine, None).await.unwrap();
        assert_eq!(verified.findings, []);
        assert_eq!(verified.instances, 1);
        assert_eq!(i64::try_from(verified.events).unwrap(), stage.count("select count(*) from event").await);
        assert_eq!(i64::try_from(verified.facts).unwrap(), stage.count("select count(*) from trail").await);
    });
}

#[test]
fn each_kind_of_tampering_names_its_first_bad_row() {
    run(async || {
        for (how, finding) in [
            (
                "drop trigger trail_is_never_changed; update trail set person = 'somebody else' where sequence in (2, 4)",
                "order-1, trail row 2: it was changed: its content does not match its hash",
            ),
            (
                "drop trigger trail_is_never_deleted; delete from trail where sequence = 3",
                "order-1, trail row 3: it is missing",
            ),
            (
                "drop trigger trail_is_never_deleted; delete from trail where sequence = (select max(sequence) from trail)",
                "it is missing: the end was cut off",
            ),
            (
                "drop trigger trail_is_never_changed;
                 update trail set previous_hash = (select hash from trail where sequence = 4) where sequence = 2",
                "order-1, trail row 2: it was changed",
            ),
            (
                "drop trigger event_is_never_changed;
                 update event set body = replace(body, 'pronto', 'rotto') where sequence = 2",
                "order-1, event row 2: it was changed: its content does not match its hash",
            ),
            (
                "drop trigger event_is_never_deleted; delete from event where sequence = 1",
                "order-1, event row 1: it is missing",
            ),
            (
                "update instance set state = substr(state, 1, length(state) - 1)",
                "order-1, instance: its state is not what replaying its journal gives",
            ),
            (
                "drop trigger plan_is_kept; update plan set bytes = substr(bytes, 1, length(bytes) - 1) where workflow = 'order'",
                "order-1, plan: the stored plan order@1 is damaged",
            ),
            (
                "pragma foreign_keys = off; drop trigger instance_is_never_deleted; delete from instance",
                "order-1, instance: the instance was removed, its rows are still there",
            ),
        ] {
            let stage = with_past().await;
            stage.tamper(how).await.unwrap();
            let found = findings(&stage).await;
            assert!(found.iter().any(|found| found.contains(finding)), "{how}\n{found:?}");
        }
    });
}

/// Instances that move on and new ones that start while they are read are nothing to report.
#[test]
fn what_moves_meanwhile_is_no_finding() {
    run(async || {
        let stage = Stage::new().await;
        for number in 0..20 {
            stage.start(&format!("A-{number}")).await;
        }
        let reader = stage.another().await;
        let moving = async {
            for number in 0..20 {
                let comment = Act::Comment(format!("comment {number}"));
                stage.act(&format!("order-{}", number + 1), "pack", comment, "clerk").await;
                stage.start(&format!("B-{number}")).await;
            }
        };
        let verifying = async {
            for _ in 0..8 {
                assert_eq!(verify(&reader, None).await.unwrap().findings, []);
            }
        };
        tokio::join!(moving, verifying);
    });
}

/// Rows swapped: both keep their own number, so the contents are what moved.
#[test]
fn swapped_rows_are_found() {
    run(async || {
        let stage = with_past().await;
        stage
            .tamper(
                "drop trigger trail_is_never_changed;
                 update trail set sequence = -1 where sequence = 2 and false;
                 pragma ignore_check_constraints = on;
                 update trail set sequence = 1000 where sequence = 2;
                 update trail set sequence = 2 where sequence = 3;
                 update trail set sequence = 3 where sequence = 1000;",
            )
            .await
            .unwrap();
        assert!(findings(&stage).await[0].starts_with("order-1, trail row 2:"));
    });
}

/// The stand-alone verifier finds in the exported rows what `audit verify` finds in the store.
#[test]
fn the_stand_alone_verifier_agrees() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not here, so the stand-alone verifier is not tested");
        return;
    }
    run_on_sqlite(async || {
        let stage = with_past().await;
        let rows = stage.count("select (select count(*) from trail) + (select count(*) from event)").await;
        assert_eq!(stand_alone(&stage), (true, format!("whole: {rows} rows")));
        for (how, says) in [
            (
                "drop trigger trail_is_never_changed; update trail set detail = 'è rotto' where sequence in (2, 4)",
                "order-1, trail row 2 was changed",
            ),
            (
                "drop trigger event_is_never_changed; update event set at_ms = at_ms + 1 where sequence = 2",
                "order-1, event row 2 was changed",
            ),
            (
                "drop trigger trail_is_never_deleted; delete from trail where sequence = 3",
                "order-1, trail row 3 is missing",
            ),
            (
                "drop trigger trail_is_never_deleted; delete from trail where sequence = (select max(sequence) from trail)",
                "order-1, trail does not end as its instance says",
            ),
        ] {
            let stage = with_past().await;
            stage.tamper(how).await.unwrap();
            assert_eq!(stand_alone(&stage), (false, says.to_owned()), "{how}");
        }
    });
}

/// What `tests/verify_trail.py` says of the exported rows.
pub fn stand_alone(stage: &Stage) -> (bool, String) {
    let file = stage.folder.path().join("rows.jsonl");
    let exported = Command::new(env!("CARGO_BIN_EXE_wfrun"))
        .args(["--store", &format!("sqlite:{}", stage.file().display()), "export", "jsonl", "-o"])
        .arg(&file)
        .current_dir(stage.folder.path())
        .output()
        .unwrap();
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/verify_trail.py");
    let said = Command::new("python3").args([script.as_ref(), file.as_os_str()]).output().unwrap();
    (said.status.success(), String::from_utf8(said.stdout).unwrap().trim().to_owned())
}
