//! Care for personal data: tampering is named, stores of before go on, auditors see no names, the command line erases.

use crate::api::{Server, plan};
use crate::audit::stand_alone;
use crate::privacy::{OF_ANNA, anna, erased, hire, interviewed, readable, stage, whole, with_past};
use crate::stage::{days, node_named, run, run_on_sqlite};
use serde_json::json;
use std::process::Command;
use std::sync::Arc;
use wf_plan::Value;
use wf_runtime::audit::export::{Format, export};
use wf_runtime::audit::verify::verify;
use wf_runtime::opened::Opened;
use wf_runtime::told::InstanceTold;
use wf_runtime::transition::{compute, unborn};
use wf_vm::event::Act;
use wf_vm::{Event, EventKind};

#[test]
fn tampering_with_what_is_sealed_is_named() {
    run(async || {
        for (how, finding) in [
            (
                "drop trigger event_is_never_changed;
                 update event set body = replace(body, 'sealed:', 'sealed:A') where instance = 'hiring-1' and sequence = 1",
                "hiring-1, event row 1: it was changed: its content does not match its hash",
            ),
            (
                "drop trigger trail_is_never_changed;
                 update trail set detail = (select t.detail from trail t where t.instance = 'hiring-2'
                     and t.fact = 'commented') where instance = 'hiring-1' and fact = 'commented'",
                "hiring-1, trail row",
            ),
            // Another row's ciphertext in its place: the seal knows where it belongs.
            (
                "update instance set title = (select title from instance where id = 'hiring-2') where id = 'hiring-1'",
                "hiring-1, instance: what is sealed of it does not open: it, or the key, was changed",
            ),
            (
                "update instance set state = (select state from instance where id = 'hiring-2') where id = 'hiring-1'",
                "hiring-1, instance: what is sealed of it does not open: it, or the key, was changed",
            ),
            (
                "update subject_key set key = 'plain:' || substr(key, 7, 62) || '00'
                 where id = (select subject from instance where id = 'hiring-1')",
                "hiring-1, event row 1: what is sealed in it does not open: it, or the key, was changed",
            ),
            (
                "drop trigger subject_key_is_never_deleted; delete from subject_key
                 where id = (select subject from instance where id = 'hiring-1')",
                "hiring-1, instance: the key to its personal data is missing, and nobody was erased",
            ),
            (
                "update subject_key set key = null, mark = null, erased_at_ms = 1, erased_by = 'x', reason = 'x'
                 where id = (select subject from instance where id = 'hiring-1')",
                "hiring-1, instance: the key was destroyed, and its trail tells of no erasure",
            ),
        ] {
            let stage = stage().await;
            anna(&stage).await;
            hire(&stage, &stage.engine, "bruno@neri.example", "Bruno Neri").await;
            for id in ["hiring-1", "hiring-2"] {
                stage.act(id, "interview", Act::Comment("calm".to_owned()), "recruiter").await;
            }
            stage.tamper(how).await.unwrap();
            let found = verify(&stage.another().await, None).await.unwrap().findings;
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert!(found.iter().any(|found| found.starts_with(finding)), "{how}\n{found:?}");
            assert!(found.iter().all(|found| found.starts_with("hiring-1")), "{how}\n{found:?}");
        }
    });
}

/// Instances of before are as they were: open, whole, going on; their plan seals only what starts from now on.
#[test]
fn instances_of_before_go_on_unsealed() {
    run(async || {
        let stage = stage().await;
        stage.start("A-1").await;
        let id = anna(&stage).await;
        // As a store of before has it: no subject, and everything in the clear.
        let ready = stage.newest("hiring").await;
        let text = |text: &str| Value::Text(text.to_owned());
        let inputs = vec![text("carla@bruni.example"), text("Carla Bruni"), Value::Missing];
        let starter = Some(stage.actor(&ready, "recruiter"));
        let start = Event {
            at: stage.engine.clock.now(),
            kind: EventKind::Start { inputs: inputs.clone(), starter: starter.clone(), number: 2 },
        };
        let stepped =
            compute(&stage.engine.around(&ready), &unborn(&ready, 2), &[start], Vec::new()).unwrap();
        assert_eq!(
            stage.engine.store.commit(&Arc::new(vec![stepped.transition.clone()])).await.unwrap(),
            [true]
        );
        interviewed(&stage, "hiring-2", "sings").await;
        assert!(
            !readable(&stage, "carla bruni").await.is_empty() && !readable(&stage, "sings").await.is_empty()
        );
        assert_eq!(stage.engine.find("H-carla@bruni.example").await.unwrap().title, "Hiring Carla Bruni");
        assert_eq!(stage.count("select count(*) from instance where subject is null").await, 2);
        assert!(!readable(&stage, "a lamp").await.is_empty(), "no personal fields: as it always was");
        assert!(stage.engine.find(&id).await.unwrap().subject.is_some());
        stage.work(days(3)).await;
        assert_eq!(whole(&stage.another().await).await, (3, 0));
    });
}

/// Auditors see what happened, and not to whom; exports the same, unless they are asked for open.
#[test]
fn auditors_and_exports_do_not_show_persons() {
    run(async || {
        let stage = stage().await;
        let id = with_past(&stage).await;
        let auditor = stage.engine.closed();
        let opened = Opened::of(&auditor, &id).await.unwrap();
        let told = serde_json::to_string(&InstanceTold::of(&opened, &[])).unwrap();
        assert!(told.contains("[personal]") && told.contains("check"), "{told}");
        let listed = auditor.store.instances(None, true, 10).await.unwrap();
        assert_eq!((listed[0].title.as_str(), &listed[0].reference), ("[personal]", &None));
        for text in OF_ANNA {
            assert!(!told.contains(text), "{text}: {told}");
        }
        for format in [Format::Csv, Format::Jsonl, Format::Xes, Format::OcelJson] {
            let file = stage.folder.path().join("export");
            export(&stage.engine, wf_runtime::store::Wanted::default(), format, &file).await.unwrap();
            let written = std::fs::read_to_string(&file).unwrap().to_lowercase();
            assert!(written.contains("interview"));
            for text in OF_ANNA {
                assert!(!written.contains(&text.to_lowercase()), "{text} in {format:?}");
            }
        }
    });
}

#[test]
fn node_names_are_known() {
    // The plan of these tests has what they ask for.
    run_on_sqlite(async || {
        let stage = stage().await;
        let ready = stage.newest("hiring").await;
        node_named(&ready, "papers");
        assert!(
            ready.personal.any && ready.personal.title && ready.personal.reference && ready.personal.one_per
        );
        assert!(!stage.newest("order").await.personal.any);
    });
}

/// Somebody without this program checks the chains of sealed and of erased instances as any others.
#[test]
fn the_stand_alone_verifier_reads_sealed_rows() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not here, so the stand-alone verifier is not tested");
        return;
    }
    run_on_sqlite(async || {
        let stage = stage().await;
        with_past(&stage).await;
        let rows =
            async || stage.count("select (select count(*) from trail) + (select count(*) from event)").await;
        assert_eq!(stand_alone(&stage), (true, format!("whole: {} rows", rows().await)));
        erased(&stage, "anna@rossi.example", true).await;
        let said = format!("whole: {} rows, 1 of the instances about an erased person", rows().await);
        assert_eq!(stand_alone(&stage), (true, said));
    });
}

/// A first hour of whoever answers for personal data, on the command line, with a master key.
#[test]
fn the_command_line_shows_and_erases_people() {
    let folder = tempfile::tempdir().unwrap();
    let wfrun = |given: &[&str]| {
        let program = env!("CARGO_BIN_EXE_wfrun");
        let done = Command::new(program).args(given).current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        (done.status.code().unwrap(), said, String::from_utf8(done.stderr).unwrap())
    };
    let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plans/");
    for name in ["paperwork@1.wfp", "hiring@1.wfp"] {
        assert_eq!(wfrun(&["load", &format!("{plan}{name}")]).0, 0);
    }
    let start = |contact: &str, name: &str| {
        let (contact, name) = (format!("contact={contact}"), format!("name={name}"));
        wfrun(&["start", "hiring", "--by", "recruiter", "--input", &contact, "--input", &name])
    };
    let started = start("anna@rossi.example", "Anna Rossi");
    assert!(started.1.contains("Hiring Anna Rossi"), "{started:?}");
    assert_eq!(start("bruno@neri.example", "Bruno Neri").0, 0);
    // A master key comes later: everything is put under it.
    let made = wfrun(&["subject", "new-master-key", "master.key"]);
    assert!(made.1.starts_with("master key "), "{made:?}");
    std::fs::write(folder.path().join("wfrun.toml"), "[privacy]\nmaster_key = \"master.key\"\n").unwrap();
    let rewrapped = wfrun(&["subject", "rewrap"]);
    assert!(rewrapped.1.starts_with("3 keys are now kept under the master key"), "{rewrapped:?}");
    let kept =
        wfrun(&["sql", "select 'plain: ' || count(*) as n from subject_key where key like 'plain:%'"]).1;
    assert!(kept.contains("plain: 0"), "{kept}");
    assert!(wfrun(&["list"]).1.contains("Hiring Anna Rossi"));
    assert!(wfrun(&["trail", "hiring-1"]).1.contains("instance started"));
    let shown = wfrun(&["subject", "show", "Anna Rossi"]);
    assert!(shown.1.contains("hiring-1") && !shown.1.contains("hiring-2"), "{shown:?}");
    // Without the master key nothing can be read, and nothing is broken.
    std::fs::rename(folder.path().join("wfrun.toml"), folder.path().join("away.toml")).unwrap();
    let (_, locked, _) = wfrun(&["list"]);
    assert!(locked.contains("[personal]") && !locked.contains("Anna"), "{locked}");
    let status = wfrun(&["status", "hiring-1"]);
    assert!(status.0 == 3 && status.2.contains("master key that is not"), "{status:?}");
    let verified = wfrun(&["audit", "verify"]);
    assert!(verified.0 == 0 && verified.1.contains("2 instances sealed under a master key"), "{verified:?}");
    std::fs::rename(folder.path().join("away.toml"), folder.path().join("wfrun.toml")).unwrap();
    let named =
        ["subject", "erase", "anna@rossi.example", "--by", "officer", "--reason", "anna@rossi.example asks"];
    assert!(wfrun(&named).2.contains("the reason names the person"));
    let erase = ["subject", "erase", "Anna Rossi", "--by", "officer", "--reason", "request 17", "--rewrite"];
    let refused = wfrun(&erase);
    assert!(refused.0 == 1 && refused.2.contains("hiring-1 still runs"), "{refused:?}");
    let done = wfrun(&[&erase[..], &["--end"]].concat());
    assert!(done.0 == 0 && done.1.contains("erased: the personal data in hiring-1"), "{done:?}");
    let (_, listed, _) = wfrun(&["list", "--all"]);
    assert!(listed.contains("[erased]") && listed.contains("Hiring Bruno Neri"), "{listed}");
    let verified = wfrun(&["audit", "verify"]);
    assert!(
        verified.0 == 0 && verified.1.contains("1 instance about a person who was erased"),
        "{verified:?}"
    );
    let status = wfrun(&["status", "hiring-1"]);
    assert!(status.2.contains("was erased") && status.2.contains("wfrun trail hiring-1"), "{status:?}");
    let trail = wfrun(&["trail", "hiring-1"]).1;
    assert!(trail.contains("subject erased") && trail.contains("request 17"), "{trail}");
    let people = wfrun(&["subject", "list"]).1;
    assert!(people.contains("by officer") && people.contains("hiring-2"), "{people}");
    assert!(wfrun(&["subject", "show", "anna@rossi.example"]).2.contains("nobody is known"));
    let store = std::fs::read(folder.path().join("wfrun.sqlite")).unwrap();
    for text in ["Anna Rossi", "anna@rossi", "Bruno Neri"] {
        assert!(!store.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
    }
}

/// Over HTTP: whoever works with it reads the names, an auditor does not, and nobody does after the erasure.
#[test]
fn the_api_shows_persons_to_those_who_work_with_them() {
    let server = Server::new();
    server.run(&["load", &plan("paperwork@1.wfp"), &plan("hiring@1.wfp")]);
    let (root, auditor) = (server.operator(), server.token(&["--role", "auditor"]));
    let inputs = json!({ "contact": "anna@rossi.example", "name": "Anna Rossi", "post": "gardener" });
    let body = json!({ "inputs": inputs, "by": "recruiter" });
    server.post(&root, "/v1/workflows/hiring/instances", &body).is(201);
    let comment = json!({ "text": "she knows roses", "by": "recruiter" });
    server.post(&root, "/v1/instances/hiring-1/nodes/interview/comment", &comment).is(200);
    let paths =
        ["/v1/instances", "/v1/instances/hiring-1", "/v1/instances/hiring-1/trail", "/v1/exports/csv"];
    for path in paths {
        let (open, closed) = (server.get(&root, path), server.get(&auditor, path));
        assert_eq!((open.status, closed.status), (200, 200), "{path}: {}", closed.text);
        assert!(
            closed.text.contains("hiring-1") && closed.text.contains("[personal]"),
            "{path}: {}",
            closed.text
        );
        assert!(!closed.text.contains("Rossi") && !closed.text.contains("roses"), "{path}: {}", closed.text);
        let said = if path.ends_with("trail") { "she knows roses" } else { "Anna Rossi" };
        assert_eq!(open.text.contains(said), path != "/v1/exports/csv", "{path}: {}", open.text);
    }
    // Found by the whole reference, and by no part of what is sealed.
    let found = |search: &str| {
        server.get(&root, &format!("/v1/instances?search={search}")).is(200)["instances"].clone()
    };
    assert_eq!(found("H-anna@rossi.example").as_array().unwrap().len(), 1);
    assert_eq!(found("seale").as_array().unwrap().len(), 0);
    let wanted = json!({ "person": "recruiter", "node": "interview" });
    let made = server.post(&root, "/v1/instances/hiring-1/links", &wanted).is(201);
    let link = made["link"].as_str().unwrap().strip_prefix(&server.url).unwrap().to_owned();
    assert!(server.get("", &link).text.contains("Hiring Anna Rossi"));
    // Another process erases her, while this one runs.
    server.run(&[
        "subject",
        "erase",
        "anna@rossi.example",
        "--by",
        "officer",
        "--reason",
        "request 17",
        "--end",
    ]);
    for path in paths {
        let seen = server.get(&root, path).text;
        assert!(!seen.contains("Rossi") && !seen.contains("roses"), "{path}: {seen}");
    }
    assert!(server.get(&root, "/v1/instances").text.contains("[erased]"));
    server.get(&root, "/v1/instances/hiring-1").is_problem(409, "was erased", "wfrun trail hiring-1");
    let page = server.get("", &link);
    assert!(page.status == 410 && !page.text.contains("Rossi"), "{} {}", page.status, page.text);
}
