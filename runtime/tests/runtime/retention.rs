//! What ended long ago leaves for signed archives, what remains still proves, and nothing else makes rows go.

use crate::stage::{Stage, days, monday, run, run_on_sqlite};
use ed25519_dalek::SigningKey;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use wf_plan::Moment;
use wf_runtime::audit::checkpoint::compare::{Against, verify_with_checkpoints};
use wf_runtime::audit::checkpoint::{key, write};
use wf_runtime::audit::verify::verify;
use wf_runtime::retention::{archive, look, open};
use wf_vm::EventKind;

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn anchor(stage: &Stage) -> PathBuf {
    stage.folder.path().join("anchor.jsonl")
}

async fn cancel(stage: &Stage, id: &str) {
    let kind = EventKind::Cancel { reason: "not wanted any more".to_owned(), by: None };
    stage.engine.apply(id, kind, None).await.unwrap();
}

/// Orders 1 and 2 ended in March, order 3 in May, order 4 runs; all of it under checkpoints.
async fn with_past() -> Stage {
    let stage = Stage::new().await;
    for id in ["A-1", "A-2", "A-3", "A-4"] {
        stage.start(id).await;
    }
    cancel(&stage, "order-1").await;
    cancel(&stage, "order-2").await;
    stage.work(0).await;
    checkpoint(&stage).await;
    stage.engine.clock.move_to(Moment(monday().0 + days(62)));
    cancel(&stage, "order-3").await;
    stage.work(0).await;
    checkpoint(&stage).await;
    stage
}

async fn checkpoint(stage: &Stage) {
    write(&stage.engine, &signer(), Some(anchor(stage).to_str().unwrap())).await.unwrap();
}

/// Archives what ended in March, and tells where.
async fn archived(stage: &Stage) -> PathBuf {
    let folder = stage.folder.path().join("a");
    let kept = archive(&stage.engine, Moment(monday().0 + days(30)), &folder, &signer()).await.unwrap();
    kept.archives[0].0.clone()
}

/// What the whole store's verification finds, with the anchor.
async fn findings(stage: &Stage) -> Vec<String> {
    let (trusted, anchor) = ([key::public(&signer())], anchor(stage));
    let against = Against { anchor: Some(&anchor), trusted: &trusted };
    let compared = verify_with_checkpoints(&stage.another().await, None, against).await.unwrap();
    compared.verified.findings.iter().map(ToString::to_string).collect()
}

fn lines(path: &Path) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn ended_instances_leave_and_the_proof_stays() {
    run(async || {
        let stage = with_past().await;
        let folder = stage.folder.path().join("archive");
        let before = Moment(monday().0 + days(30));
        let looked = look(&stage.engine, before).await.unwrap();
        assert_eq!((looked.instances, looked.stay), (2, 0), "looking moves nothing");
        let rows = stage.count("select count(*) from trail where instance in ('order-1', 'order-2')").await;
        let kept = archive(&stage.engine, before, &folder, &signer()).await.unwrap();
        assert_eq!((kept.instances, kept.stay), (2, 0));
        let [(path, 2)] = kept.archives.as_slice() else { panic!("{kept:?}") };
        assert!(path.ends_with("default-2026-03.jsonl.gz"), "{path:?}");
        for table in ["event", "trail", "outbox", "delivery", "question", "timer", "instance_key"] {
            let left = format!("select count(*) from {table} where instance in ('order-1', 'order-2')");
            assert_eq!(stage.count(&left).await, 0, "{table}");
        }
        assert!(
            stage
                .engine
                .find("order-1")
                .await
                .unwrap_err()
                .advice()
                .unwrap()
                .contains("default-2026-03.jsonl.gz")
        );
        assert_eq!(findings(&stage).await, Vec::<String>::new(), "checkpoints still hold");
        let opened = open(path, &[key::public(&signer())]).unwrap();
        assert_eq!(opened.findings, Vec::<String>::new());
        assert_eq!((opened.ends.len(), i64::try_from(opened.facts).unwrap()), (2, rows));
        // The others are as they were, numbers are not given out again, and life goes on under checkpoints.
        stage.start("A-5").await;
        assert!(stage.engine.find("order-5").await.is_ok());
        cancel(&stage, "order-4").await;
        stage.work(0).await;
        checkpoint(&stage).await;
        assert_eq!(findings(&stage).await, Vec::<String>::new());
        // A file for each month: order 3 ended in May, order 4, too.
        // What follows a letter may wait for it.
        stage.work(3_600_000).await;
        stage.work(3_600_000).await;
        checkpoint(&stage).await;
        stage.engine.clock.move_to(Moment(monday().0 + days(200)));
        let kept = archive(&stage.engine, stage.engine.clock.now(), &folder, &signer()).await.unwrap();
        assert_eq!(kept.instances, 2);
        assert!(kept.archives[0].0.ends_with("default-2026-05.jsonl.gz"), "{kept:?}");
        assert_eq!(findings(&stage).await, Vec::<String>::new());
    });
}

#[test]
fn what_waits_for_somebody_stays() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        cancel(&stage, "order-1").await;
        // Nobody delivered its letters.
        let kept = look(&stage.engine, Moment(monday().0 + days(1))).await.unwrap();
        assert_eq!((kept.instances, kept.stay), (0, 1));
        stage.work(0).await;
        let kept = look(&stage.engine, Moment(monday().0 + days(1))).await.unwrap();
        assert_eq!((kept.instances, kept.stay), (1, 0));
    });
}

#[test]
fn rows_go_only_with_their_instance() {
    run(async || {
        let stage = with_past().await;
        archived(&stage).await;
        for forbidden in [
            "delete from event where instance = 'order-3'",
            "delete from trail where instance = 'order-3'",
            "delete from delivery where instance = 'order-3'",
            "delete from instance where id = 'order-3'",
            "delete from archived",
            "update archived set trail_count = 1",
            "update archive set file = 'elsewhere'",
            "delete from archive",
        ] {
            let refused = stage.tamper(forbidden).await.unwrap_err();
            assert!(refused.contains("never"), "{forbidden}: {refused}");
        }
        assert_eq!(findings(&stage).await, Vec::<String>::new());
    });
}

/// An owner of the store who calls a removed instance archived has no key to sign that with, and checkpoints saw more.
#[test]
fn a_forged_tombstone_is_found() {
    run(async || {
        let stage = with_past().await;
        archived(&stage).await;
        stage
            .tamper(
                "pragma foreign_keys = off; drop trigger archived_is_never_changed;
                 update archived set journal_head = trail_head where instance = 'order-1'",
            )
            .await
            .unwrap();
        let found = findings(&stage).await;
        assert!(
            found.iter().any(|found| found.contains("what is said of its instances is not what was signed")),
            "{found:?}"
        );
        assert!(
            found
                .iter()
                .any(|found| found.contains("order-1, archive") && found.contains("checkpoint 1 saw")),
            "{found:?}"
        );
    });
}

#[test]
fn a_changed_archive_is_found() {
    run_on_sqlite(async || {
        let stage = with_past().await;
        let path = archived(&stage).await;
        let (sound, trusted) = (lines(&path), [key::public(&signer())]);
        let last = sound.lines().last().unwrap().to_owned();
        for (changed, what) in [
            (sound.replace("not wanted", "NOT wanted"), "order-1, event row"),
            (sound.replace(&format!("{last}\n"), ""), "cut off"),
            (
                sound
                    .lines()
                    .filter(|line| {
                        !line.contains("\"table\":\"question\"") && !line.contains("\"table\":\"outbox\"")
                    })
                    .map(|line| format!("{line}\n"))
                    .collect(),
                "not those that were signed",
            ),
            (sound.replace("\"instances\":2", "\"instances\":3"), "its signature is not that of its key"),
        ] {
            assert_ne!(changed, sound, "{what}");
            let mut out = flate2::write::GzEncoder::new(
                std::fs::File::create(&path).unwrap(),
                flate2::Compression::fast(),
            );
            out.write_all(changed.as_bytes()).unwrap();
            out.finish().unwrap();
            let found = open(&path, &trusted).unwrap().findings;
            assert!(found.iter().any(|found| found.contains(what)), "{what}: {found:?}");
        }
        std::fs::write(&path, "no archive").unwrap();
        assert!(open(&path, &trusted).unwrap_err().to_string().contains("is no archive of wfrun"));
    });
}

/// The verifier that nobody needs wfrun for proves the rows of an archive, too.
#[test]
fn the_stand_alone_verifier_reads_archives() {
    run_on_sqlite(async || {
        if Command::new("python3").arg("--version").output().is_err() {
            return eprintln!("passed over: this machine has no python3");
        }
        let stage = with_past().await;
        let path = archived(&stage).await;
        let chains: String = lines(&path)
            .lines()
            .filter(|line| {
                ["instance", "event", "trail"]
                    .iter()
                    .any(|table| line.contains(&format!("\"table\":\"{table}\"")))
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let rows = stage.folder.path().join("rows.jsonl");
        std::fs::write(&rows, chains).unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/verify_trail.py");
        let done = Command::new("python3").arg(script).arg(&rows).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        assert_eq!(verify(&stage.engine, None).await.unwrap().findings, []);
    });
}
