//! Checkpoints: what only they see, and what becomes of them.

use crate::stage::{Stage, days, run};
use ed25519_dalek::SigningKey;
use std::path::{Path, PathBuf};
use std::process::Command;
use wf_runtime::audit::checkpoint::compare::{Against, verify_with_checkpoints};
use wf_runtime::audit::checkpoint::{Written, key, write, write_due};
use wf_runtime::audit::export::{Format, export};
use wf_runtime::store::Wanted;
use wf_runtime::store::row::TrailRow;
use wf_vm::event::Act;

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn anchor(stage: &Stage) -> PathBuf {
    stage.folder.path().join("anchor.jsonl")
}

async fn checkpoint(stage: &Stage) -> Written {
    write(&stage.engine, &signer(), Some(anchor(stage).to_str().unwrap())).await.unwrap()
}

/// Two orders; both are in checkpoint 1, the first moved on and is in checkpoint 2 again.
async fn with_past() -> Stage {
    let stage = Stage::new().await;
    stage.start("A-1").await;
    stage.start("A-2").await;
    assert_eq!(checkpoint(&stage).await.instances, 2);
    stage.act("order-1", "pack", Act::Comment("è pronto".to_owned()), "clerk").await;
    stage.act("order-1", "pack", Act::Claim, "clerk").await;
    stage.work(days(1)).await;
    checkpoint(&stage).await;
    stage
}

async fn findings(stage: &Stage, anchor: Option<&Path>) -> Vec<String> {
    let trusted = [key::public(&signer())];
    let against = Against { anchor, trusted: &trusted };
    let compared = verify_with_checkpoints(&stage.another().await, None, against).await.unwrap();
    compared.verified.findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_store_that_nobody_touched_agrees_with_its_anchor() {
    run(async || {
        let stage = with_past().await;
        let trusted = [key::public(&signer())];
        let against = Against { anchor: Some(&anchor(&stage)), trusted: &trusted };
        let compared = verify_with_checkpoints(&stage.engine, None, against).await.unwrap();
        assert_eq!(compared.verified.findings, []);
        assert_eq!((compared.in_store, compared.in_anchor), (2, Some(2)));
        let one = verify_with_checkpoints(&stage.engine, Some("order-1"), against).await.unwrap();
        assert_eq!((one.verified.findings.len(), one.verified.instances), (0, 1));
        // What happens afterwards is no contradiction.
        stage.act("order-2", "pack", Act::Comment("later".to_owned()), "clerk").await;
        assert_eq!(findings(&stage, Some(&anchor(&stage))).await, Vec::<String>::new());
    });
}

/// Tail cut together with the counts and heads of the instance: the chains alone are whole.
const CUT: &str = "drop trigger trail_is_never_deleted; drop trigger instance_goes_forward;
    delete from trail where instance = 'order-1' and sequence > 3;
    update instance set trail_count = 3, trail_head = (select hash from trail where instance = 'order-1' and sequence = 3)
    where id = 'order-1'";

const REMOVED: &str =
    "pragma foreign_keys = off; drop trigger trail_is_never_deleted; drop trigger event_is_never_deleted; drop trigger instance_is_never_deleted;
    delete from trail where instance = 'order-2'; delete from event where instance = 'order-2';
    delete from timer where instance = 'order-2'; delete from outbox where instance = 'order-2';
    delete from instance where id = 'order-2'";

/// What an owner of the store does about its checkpoints, who has no key to sign others.
const WITHOUT_CHECKPOINTS: &str = "pragma foreign_keys = off; drop trigger checkpoint_is_never_deleted;
    drop trigger checkpoint_head_is_never_deleted; delete from checkpoint_head; delete from checkpoint";

#[test]
fn heads_are_looked_for_stretch_by_stretch_and_none_is_left_out() {
    run(async || {
        let stage = Stage::new().await;
        for number in 0..7 {
            stage.start(&format!("A-{number}")).await;
        }
        let store = &stage.engine.store;
        let (mut from, mut seen) = (String::new(), Vec::new());
        loop {
            let end = store.end_of_stretch(&from, 3).await.unwrap();
            let moved = store.heads_moved(&from, end.as_deref()).await.unwrap();
            assert!(moved.len() <= 3, "{moved:?}");
            seen.extend(moved.into_iter().map(|head| head.instance));
            let Some(end) = end else { break };
            from = end;
        }
        let all: Vec<String> = (1..=7).map(|number| format!("order-{number}")).collect();
        assert_eq!(seen, all);
        assert_eq!(checkpoint(&stage).await.instances, 7);
        stage.act("order-5", "pack", Act::Comment("only this one".to_owned()), "clerk").await;
        let written = checkpoint(&stage).await;
        assert_eq!((written.checkpoints, written.instances), (1, 1));
        let written = checkpoint(&stage).await;
        assert_eq!((written.checkpoints, written.instances), (1, 0), "one that says that nothing moved");
    });
}

#[test]
fn what_chains_alone_do_not_see_the_checkpoints_see() {
    run(async || {
        for (how, finding) in [
            (CUT, "order-1, trail row 4: it is missing: the end was cut off, checkpoint"),
            (REMOVED, "order-2, instance: the instance was removed: checkpoint "),
        ] {
            let stage = with_past().await;
            stage.tamper(how).await.unwrap();
            // The store's own checkpoints are enough for who cannot sign.
            let found = findings(&stage, None).await;
            assert!(found.iter().any(|found| found.starts_with(finding)), "{found:?}");
            stage.tamper(WITHOUT_CHECKPOINTS).await.unwrap();
            let found = findings(&stage, None).await;
            assert_eq!(found, Vec::<String>::new(), "without its checkpoints the store agrees with itself");
            let found = findings(&stage, Some(&anchor(&stage))).await;
            assert!(found.iter().any(|found| found.starts_with(finding)), "{found:?}");
            let gone = "checkpoints, checkpoint row 1: it is missing: the anchor has it";
            assert!(found.contains(&gone.to_owned()), "{found:?}");
        }
    });
}

/// The whole trail of an instance rewritten from row 6 on, with hashes as they should be.
async fn rewrite(stage: &Stage) -> i64 {
    let mut rows = stage.engine.store.trail("order-1").await.unwrap();
    let commented = rows.iter().position(|row| row.fact == "commented").unwrap();
    rows[commented].detail = "never said".to_owned();
    let (mut count, mut head) = (0, wf_runtime::store::row::NO_HASH.to_owned());
    let mut sql = "drop trigger trail_is_never_changed;".to_owned();
    for row in rows {
        let detail = row.detail.clone();
        let row: TrailRow =
            wf_runtime::audit::chain::append_fact("default", "order-1", &mut count, &mut head, row);
        sql += &format!(
            "update trail set detail = '{}', previous_hash = '{}', hash = '{}' where instance = 'order-1' and sequence = {};",
            detail.replace('\'', "''"),
            row.previous_hash,
            row.hash,
            row.sequence
        );
    }
    sql += &format!("update instance set trail_head = '{head}' where id = 'order-1'");
    stage.tamper(&sql).await.unwrap();
    i64::try_from(commented).unwrap() + 1
}

#[test]
fn a_chain_rewritten_with_good_hashes_is_seen_by_the_anchor_alone() {
    run(async || {
        let stage = with_past().await;
        let first_seen = stage
            .count("select trail_count from checkpoint_head where number = 1 and instance = 'order-1'")
            .await;
        let rewritten = rewrite(&stage).await;
        stage.tamper(WITHOUT_CHECKPOINTS).await.unwrap();
        assert_eq!(findings(&stage, None).await, Vec::<String>::new());
        let found = findings(&stage, Some(&anchor(&stage))).await;
        assert!(rewritten > first_seen, "the comment came after checkpoint 1");
        let finding = format!("order-1, trail row {}: the chain was rewritten: up to", first_seen + 1);
        assert!(found.iter().any(|found| found.starts_with(&finding)), "{found:?}");
    });
}

#[test]
fn checkpoints_themselves_cannot_be_changed_unseen() {
    run(async || {
        for (how, finding) in [
            (
                "drop trigger checkpoint_head_is_never_changed; update checkpoint_head set trail_count = trail_count + 1 where number = 1",
                "checkpoints, checkpoint row 1: it was changed: its content does not match its hash",
            ),
            (
                "drop trigger checkpoint_is_only_anchored; update checkpoint set signature = replace(signature, '0', '1') where number = 2",
                "checkpoints, checkpoint row 2: its signature is not that of its key",
            ),
            (
                "pragma foreign_keys = off; drop trigger checkpoint_is_never_deleted; delete from checkpoint where number = 1",
                "checkpoints, checkpoint row 1: it is missing",
            ),
        ] {
            let stage = with_past().await;
            stage.tamper(how).await.unwrap();
            let found = findings(&stage, None).await;
            assert!(found.contains(&finding.to_owned()), "{found:?}");
        }
        let stage = with_past().await;
        assert!(stage.tamper("update checkpoint set at_ms = 0").await.unwrap_err().contains("never changed"));
        assert!(stage.tamper("delete from checkpoint_head").await.unwrap_err().contains("never deleted"));
    });
}

#[test]
fn somebody_else_s_signature_is_named() {
    run(async || {
        let stage = with_past().await;
        write(&stage.engine, &SigningKey::from_bytes(&[9; 32]), None).await.unwrap();
        let found = findings(&stage, None).await;
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("checkpoints, checkpoint row 3: it is signed by another key"),
            "{found:?}"
        );
    });
}

#[test]
fn what_could_not_be_put_outside_is_put_there_later() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let nowhere = stage.folder.path().join("not/there/anchor.jsonl");
        write(&stage.engine, &signer(), Some(nowhere.to_str().unwrap())).await.unwrap_err();
        assert_eq!(stage.count("select count(*) from checkpoint where anchored_at_ms is null").await, 1);
        let written = checkpoint(&stage).await;
        assert_eq!((written.checkpoints, written.instances, written.anchored), (1, 0, 2));
        assert_eq!(std::fs::read_to_string(anchor(&stage)).unwrap().lines().count(), 2);
        assert_eq!(findings(&stage, Some(&anchor(&stage))).await, Vec::<String>::new());
    });
}

#[test]
fn the_worker_makes_one_when_it_is_due() {
    run(async || {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.key");
        key::make(&file).unwrap();
        let outside = folder.path().join("anchor.jsonl");
        let stage =
            Stage::configured(&format!("[audit]\nkey = {file:?}\nanchor = {outside:?}\nevery_minutes = 30"))
                .await;
        stage.start("A-1").await;
        assert_eq!(write_due(&stage.engine).await.unwrap().unwrap().anchored, 1);
        assert_eq!(write_due(&stage.engine).await.unwrap(), None);
        let later = |minutes: i64| wf_plan::Moment(stage.engine.clock.now().0 + minutes * 60_000);
        stage.engine.clock.move_to(later(29));
        assert_eq!(write_due(&stage.engine).await.unwrap(), None);
        stage.engine.clock.move_to(later(1));
        assert_eq!(write_due(&stage.engine).await.unwrap().unwrap().newest.unwrap().0, 2);
        let without = Stage::new().await;
        assert_eq!(write_due(&without.engine).await.unwrap(), None);
    });
}

/// The stand-alone verifier of anchors needs the exported rows, the anchor and the public key, nothing else.
#[test]
fn the_stand_alone_verifier_of_anchors_agrees() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not here, so the stand-alone verifier is not tested");
        return;
    }
    run(async || {
        let stage = with_past().await;
        assert_eq!(stand_alone(&stage, &signer()).await, (true, "as signed: 2 checkpoints".to_owned()));
        let (fine, said) = stand_alone(&stage, &SigningKey::from_bytes(&[9; 32])).await;
        assert_eq!((fine, said.as_str()), (false, "checkpoint 1 is not what was signed"));
        // A crash between writing and noting leaves lines twice.
        let lines = std::fs::read_to_string(anchor(&stage)).unwrap();
        std::fs::write(anchor(&stage), format!("{lines}{lines}")).unwrap();
        assert!(stand_alone(&stage, &signer()).await.0);
        assert_eq!(findings(&stage, Some(&anchor(&stage))).await, Vec::<String>::new());
        rewrite(&stage).await;
        let (fine, said) = stand_alone(&stage, &signer()).await;
        assert!(!fine && said.starts_with("order-1, trail row "), "{said}");
        assert!(said.ends_with("is not the one checkpoint 2 saw"), "{said}");
        let forged = lines.replacen("\"at_ms\":1", "\"at_ms\":2", 1);
        std::fs::write(anchor(&stage), forged).unwrap();
        assert_eq!(stand_alone(&stage, &signer()).await.1, "checkpoint 1 is not what was signed");
    });
}

async fn stand_alone(stage: &Stage, signer: &SigningKey) -> (bool, String) {
    let rows = stage.folder.path().join("rows.jsonl");
    export(&stage.engine, Wanted::default(), Format::Jsonl, &rows).await.unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/verify_anchor.py");
    let said = Command::new("python3")
        .arg(script)
        .args([&rows, &anchor(stage)])
        .arg(key::public(signer))
        .output()
        .unwrap();
    assert!(said.stderr.is_empty(), "{}", String::from_utf8_lossy(&said.stderr));
    (said.status.success(), String::from_utf8(said.stdout).unwrap().trim().to_owned())
}

#[test]
fn the_worker_seals_what_happened() {
    run(async || {
        let keys = tempfile::tempdir().unwrap();
        let (key, sealed) = (keys.path().join("key"), keys.path().join("anchor.jsonl"));
        key::make(&key).unwrap();
        let config = format!("[audit]\nkey = {key:?}\nanchor = {sealed:?}\nevery_minutes = 60\n");
        let stage = Stage::configured(&config).await;
        stage.start("A-1").await;
        stage.work(0).await;
        stage.work(60_000).await;
        assert_eq!(stage.count("select count(*) from checkpoint").await, 1);
        stage.work(3_600_000).await;
        assert_eq!(stage.count("select count(*) from checkpoint").await, 2);
        assert_eq!(std::fs::read_to_string(&sealed).unwrap().lines().count(), 2);
    });
}
