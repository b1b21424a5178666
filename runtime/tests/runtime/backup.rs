//! Backups are consistent and proved; a restored store says so and is silent until it is released.

use crate::stage::{Stage, days, monday, run, run_on_postgres, run_on_sqlite};
use std::sync::Arc;
use wf_plan::Moment;
use wf_runtime::audit::checkpoint::compare::{Against, Compared, verify_with_checkpoints};
use wf_runtime::audit::checkpoint::{key, write};
use wf_runtime::backup::{put_back, take};
use wf_runtime::channel::Output;
use wf_runtime::clock::Clock;
use wf_runtime::config::Config;
use wf_runtime::engine::Engine;
use wf_runtime::error::Class;
use wf_runtime::outbox::Carriers;
use wf_runtime::restoration::{FACT, note, release};
use wf_runtime::store::{Address, Verdict};
use wf_runtime::worker::Worker;
use wf_vm::event::Act;

async fn drain(engine: &Engine) -> usize {
    let carriers = Carriers::connect(&engine.config, &Output::Silent).unwrap();
    let mut worker = Worker::new(engine.clone(), carriers);
    let progress = worker.drain(&mut |instance, problem| panic!("{instance}: {problem}")).await.unwrap();
    worker.leave().await.unwrap();
    progress.delivered
}

/// A backup taken while a writer writes holds one moment: every chain is whole, and what came later is not in it.
#[test]
fn a_copy_of_a_file_is_one_moment() {
    run_on_sqlite(async || {
        let stage = Stage::new().await;
        stage.start("A-0").await;
        let file = stage.folder.path().join("copy.sqlite");
        let other = stage.another().await;
        let writing = async {
            for number in 1..60 {
                stage.start(&format!("A-{number}")).await;
            }
        };
        let (taken, ()) = tokio::join!(take(&other, &file, true), writing);
        let verified = taken.unwrap().verified.unwrap();
        assert_eq!(verified.findings, []);
        assert!((1..=60).contains(&verified.instances), "{}", verified.instances);
        let again = take(&other, &file, true).await.unwrap_err();
        assert_eq!(again.class(), Class::Input, "a backup never replaces another");
        let left: Vec<_> = std::fs::read_dir(stage.folder.path()).unwrap().collect();
        assert!(!left.iter().any(|file| {
            let name = file.as_ref().unwrap().file_name().to_string_lossy().into_owned();
            name.contains("partial")
        }));
        assert!(other.store.newest_backup(true).await.unwrap().is_some());
    });
}

/// What is put back is refused when it is damaged, and nothing is left behind.
#[test]
fn a_damaged_backup_is_refused() {
    run_on_sqlite(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage
            .tamper("drop trigger trail_is_never_changed; update trail set detail = 'x' where sequence = 2")
            .await
            .unwrap();
        let file = stage.folder.path().join("copy.sqlite");
        assert_eq!(take(&stage.engine, &file, true).await.unwrap().verified.unwrap().findings.len(), 1);
        let target = stage.folder.path().join("new.sqlite");
        let to = Address::File(target.clone());
        let refused = put_back(&file, &to, false).await.unwrap_err();
        assert!(refused.to_string().contains("trail row 2"), "{refused}");
        assert!(!target.exists());
        std::fs::write(&file, "not a database").unwrap();
        let refused = put_back(&file, &to, false).await.unwrap_err();
        assert!(refused.to_string().contains("is no store of wfrun"), "{refused}");
    });
}

#[test]
fn postgres_is_dumped_and_put_back() {
    run_on_postgres(async || {
        if std::process::Command::new("pg_dump").arg("--version").output().is_err() {
            return eprintln!("passed over: this machine has no pg_dump");
        }
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let file = stage.folder.path().join("copy.dump");
        let taken = take(&stage.engine, &file, true).await.unwrap();
        assert!(taken.bytes > 1_000 && taken.verified.is_none());
        stage.start("A-2").await;
        let empty = crate::cluster::fresh_database().await.unwrap();
        let (store, backup) = put_back(&file, &Address::Server(empty.clone()), false).await.unwrap();
        assert_eq!(backup.unwrap().at_ms, monday().0);
        let engine = Engine::new(store, Arc::default(), Clock::standing_at(monday()));
        assert!(engine.find("order-1").await.is_ok());
        assert!(engine.find("order-2").await.is_err());
        let refused = put_back(&file, &Address::Server(empty), false).await.unwrap_err();
        assert!(refused.advice().unwrap().contains("empty database"), "{refused}: {:?}", refused.advice());
    });
}

/// The gap is in the trail of each running instance, nothing is sent before the release, what arrived is not sent again,
/// and a letter that gets a lost one's number has another key.
#[test]
fn a_restored_store_is_silent_until_it_is_released() {
    run(async || {
        let folder = tempfile::tempdir().unwrap();
        let lines = folder.path().join("slack.jsonl");
        let config = format!("[channels.slack]\nkind = \"file\"\npath = \"{}\"\n", lines.display());
        let stage = Stage::configured(&config).await;
        stage.start("A-1").await;
        stage.start("A-2").await;
        stage.engine.clock.move_to(Moment(monday().0 + days(1)));
        let noted = note(&stage.engine, Some(Moment(monday().0 + 1)), "anna", "the disk died").await.unwrap();
        assert_eq!(noted.instances, 2);
        let facts = format!("select instance from trail where fact = '{FACT}' order by instance");
        assert_eq!(stage.texts(&facts).await, ["order-1", "order-2"]);
        assert_eq!(drain(&stage.engine).await, 0, "nothing is sent");
        let decide = wf_runtime::outbox::decide::decide;
        decide(&stage.engine, "order-1", 1, Verdict::Drop, "anna", "it arrived").await.unwrap();
        let early = decide(&stage.engine, "order-2", 1, Verdict::Retry, "anna", "why not").await.unwrap_err();
        assert_eq!(early.class(), Class::Refused, "what is held is not retried");
        stage.engine.clock.move_to(Moment(monday().0 + days(3)));
        stage.act("order-2", "pack", Act::Comment("we go on".to_owned()), "clerk").await;
        stage.start("A-3").await;
        release(&stage.engine, "anna", "looked through").await.unwrap();
        assert_eq!(release(&stage.engine, "anna", "twice").await.unwrap_err().class(), Class::Refused);
        assert!(drain(&stage.engine).await > 0);
        let written = std::fs::read_to_string(&lines).unwrap();
        assert!(!written.contains("order-1:1\""), "what had arrived is not sent again\n{written}");
        assert!(
            written.contains("order-2:1\""),
            "the key from before is kept, so that receivers know it\n{written}"
        );
        assert!(
            written.contains("order-3:1:restored-1\""),
            "a number that may have been given out before has another key\n{written}"
        );
        let verified = wf_runtime::audit::verify::verify(&stage.another().await, None).await.unwrap();
        assert_eq!(verified.findings, []);
        let dropped = decide(&stage.engine, "order-1", 1, Verdict::Drop, "anna", "again").await.unwrap_err();
        assert_eq!(dropped.class(), Class::Refused);
    });
}

/// A store, its backup, what happened after it, and the store as it was put back.
struct PutBack {
    stage: Stage,
    anchor: std::path::PathBuf,
    secret: std::path::PathBuf,
    restored: Engine,
}

impl PutBack {
    /// Checkpoint 1 is in the backup; checkpoints 2 and 3 are only in the anchor.
    async fn new() -> Self {
        let stage = Stage::new().await;
        let (anchor, secret) =
            (stage.folder.path().join("anchor.jsonl"), stage.folder.path().join("audit.key"));
        key::make(&secret).unwrap();
        let signer = key::read(&secret).unwrap();
        let outside = Some(anchor.to_str().unwrap());
        stage.start("A-1").await;
        write(&stage.engine, &signer, outside).await.unwrap();
        stage.engine.clock.move_to(Moment(monday().0 + days(1)));
        let file = stage.folder.path().join("copy.sqlite");
        take(&stage.engine, &file, true).await.unwrap();
        for (hour, id) in [(1, "A-2"), (2, "A-3")] {
            stage.engine.clock.move_to(Moment(monday().0 + days(1) + hour * 3_600_000));
            stage.start(id).await;
            stage.act("order-1", "pack", Act::Comment(id.to_owned()), "clerk").await;
            write(&stage.engine, &signer, outside).await.unwrap();
        }
        let to = Address::File(stage.folder.path().join("back.sqlite"));
        let (store, backup) = put_back(&file, &to, false).await.unwrap();
        assert_eq!(backup.unwrap().at_ms, monday().0 + days(1));
        let config =
            Config::parse(&format!("[audit]\nkey = \"{}\"\n", secret.display()), "wfrun.toml").unwrap();
        let clock = Clock::standing_at(Moment(monday().0 + days(2)));
        let restored = Engine::new(store, Arc::new(config), clock);
        Self { stage, anchor, secret, restored }
    }

    async fn compared(&self) -> Compared {
        let trusted = [key::public(&key::read(&self.secret).unwrap())];
        let against = Against { anchor: Some(&self.anchor), trusted: &trusted };
        verify_with_checkpoints(&self.restored, None, against).await.unwrap()
    }
}

/// Held against the anchor, a gap that was noted and signed is a gap; one that was not is a cut.
#[test]
fn the_anchor_tells_a_restoration_from_tampering() {
    run_on_sqlite(async || {
        let back = PutBack::new().await;
        assert!(!back.compared().await.verified.findings.is_empty(), "nothing was noted yet");
        let taken_at = Some(Moment(monday().0 + days(1)));
        note(&back.restored, taken_at, "anna", "the disk died").await.unwrap();
        let compared = back.compared().await;
        assert_eq!(compared.verified.findings, []);
        assert_eq!(compared.lost.iter().copied().collect::<Vec<_>>(), [2, 3]);
        assert!(compared.restorations[0].1, "it is signed");
        // Life goes on: checkpoint 2 once more, in the same anchor.
        let signer = key::read(&back.secret).unwrap();
        let written = write(&back.restored, &signer, Some(back.anchor.to_str().unwrap())).await.unwrap();
        assert_eq!(written.newest.unwrap().0, 2);
        let compared = back.compared().await;
        assert_eq!(compared.verified.findings, []);
        assert_eq!((compared.in_anchor, compared.lost.len()), (Some(2), 2));
        drop(back.stage);
    });
}

#[test]
fn a_restoration_that_nobody_signed_excuses_nothing() {
    run_on_sqlite(async || {
        let mut back = PutBack::new().await;
        back.restored.config = Arc::default();
        note(&back.restored, Some(monday()), "mallory", "nothing to see here").await.unwrap();
        let compared = back.compared().await;
        assert!(!compared.restorations[0].1);
        let found: Vec<String> = compared.verified.findings.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|found| found.contains("the anchor has it")), "{found:?}");
    });
}

/// A signed restoration excuses what was lost in its gap, and nothing older.
#[test]
fn a_gap_excuses_nothing_from_before_it() {
    run_on_sqlite(async || {
        let back = PutBack::new().await;
        let late = Some(Moment(monday().0 + days(1) + 5_400_000));
        note(&back.restored, late, "anna", "said to be from half past one").await.unwrap();
        let found = back.compared().await.verified.findings;
        assert!(found.iter().any(|found| found.to_string().contains("the anchor has it")), "{found:?}");
    });
}
