//! Personal data is nowhere to be read at rest, is there for whoever works with it, and is gone once the person is erased.

use crate::stage::{Stage, days, run, run_on_sqlite};
use wf_plan::Value;
use wf_plan::node::FieldRef;
use wf_plan::plan::FieldIndex;
use wf_runtime::audit::verify::verify;
use wf_runtime::engine::{Engine, StartRequest, Started, Starter};
use wf_runtime::opened::Opened;
use wf_runtime::privacy::erase::{Request, erase};
use wf_runtime::privacy::fact;
use wf_runtime::privacy::find::subject_meant;
use wf_runtime::store::Cell;
use wf_runtime::store::row::InboxRow;
use wf_runtime::values::Reader;
use wf_vm::EventKind;
use wf_vm::event::Act;

const HIRING: &[u8] = include_bytes!("../plans/hiring@1.wfp");
const PAPERWORK: &[u8] = include_bytes!("../plans/paperwork@1.wfp");

/// Every table there is.
const TABLES: [&str; 12] = [
    "plan",
    "instance",
    "event",
    "trail",
    "timer",
    "question",
    "outbox",
    "delivery",
    "inbox",
    "instance_key",
    "subject_key",
    "subject_secret",
];

pub async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.load(PAPERWORK).await;
    stage.load(HIRING).await;
    stage
}

/// A stage whose letters go into a file beside its store.
async fn with_letters() -> (Stage, std::path::PathBuf) {
    let folder = std::env::temp_dir().join(format!("wfrun-privacy-{}-{}", std::process::id(), rand()));
    std::fs::create_dir_all(&folder).unwrap();
    let letters = folder.join("letters.jsonl");
    let config = format!("[channels.email]\nkind = \"file\"\npath = {:?}\n", letters.display().to_string());
    let stage = Stage::configured(&config).await;
    stage.load(PAPERWORK).await;
    stage.load(HIRING).await;
    (stage, letters)
}

fn rand() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes)
}

pub async fn hire(stage: &Stage, engine: &Engine, contact: &str, name: &str) -> Started {
    let ready = stage.newest("hiring").await;
    let given = [("contact", contact), ("name", name), ("post", "gardener")];
    let given = given.map(|(field, value)| (field.to_owned(), value.to_owned()));
    let inputs = Reader::new(ready.program(), &ready.local);
    let inputs = inputs.fields_from_text(&ready.program().inputs, &given).unwrap();
    let starter = Starter::Person(stage.actor(&ready, "recruiter"));
    let request = StartRequest { ready, inputs, starter, key: None, settles: None, event: None };
    engine.start(&request).await.unwrap()
}

pub async fn anna(stage: &Stage) -> String {
    hire(stage, &stage.engine, "anna@rossi.example", "Anna Rossi").await.instance().id.clone()
}

/// The interview is done, with what was found out about the person.
pub async fn interviewed(stage: &Stage, id: &str, impression: &str) {
    let form = vec![
        Value::Number("48250".parse().unwrap()),
        Value::Text(impression.to_owned()),
        Value::Text("room 7".to_owned()),
    ];
    let done = stage.act(id, "interview", Act::Complete(form), "recruiter").await;
    assert_eq!(done.refused, []);
}

/// Every value of every column of every table, as text.
async fn everything(stage: &Stage) -> String {
    let mut all = String::new();
    for table in TABLES.iter().filter(|table| **table != "plan") {
        let answer = stage.engine.store.ask(&format!("select * from {table}")).await.unwrap();
        for cell in answer.rows.iter().flatten() {
            match cell {
                Cell::Text(text) => all.push_str(text),
                Cell::Bytes(bytes) => all.push_str(&String::from_utf8_lossy(bytes)),
                _ => {}
            }
            all.push('\n');
        }
    }
    for view in ["audit_trail", "instance_status", "step_history", "decision_log"] {
        let answer = stage.engine.store.ask(&format!("select * from {view}")).await.unwrap();
        for cell in answer.rows.iter().flatten() {
            if let Cell::Text(text) = cell {
                all.push_str(text);
                all.push('\n');
            }
        }
    }
    all
}

/// Where a text can be read at rest: in the rows, and on SQLite in the bytes of the file and its log.
pub async fn readable(stage: &Stage, text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let all = everything(stage).await.to_lowercase();
    found.extend(all.lines().filter(|line| line.contains(&text.to_lowercase())).map(str::to_owned));
    for ending in ["", "-wal", "-shm"] {
        let file = format!("{}{ending}", stage.file().display());
        let Ok(bytes) = std::fs::read(&file) else { continue };
        if bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes())) {
            found.push(file);
        }
    }
    found
}

/// What must not be readable of Anna.
pub const OF_ANNA: [&str; 7] =
    ["Anna Rossi", "anna@rossi.example", "rossi", "48250", "knows roses", "very calm", "48_250"];

/// Anna applies, is asked about, interviewed, and checked: everything personal has passed through.
pub async fn with_past(stage: &Stage) -> String {
    let id = anna(stage).await;
    stage.work(0).await;
    stage.act(&id, "interview", Act::Comment("she is very calm".to_owned()), "recruiter").await;
    // The question of the escalation names her.
    stage.work(days(3)).await;
    interviewed(stage, &id, "knows roses").await;
    stage.work(0).await;
    id
}

pub async fn whole(engine: &Engine) -> (usize, usize) {
    let verified = verify(engine, None).await.unwrap();
    assert_eq!(verified.findings, []);
    (verified.instances, verified.erased)
}

pub async fn erased(stage: &Stage, value: &str, end: bool) -> Vec<String> {
    let subject = subject_meant(&stage.engine, value).await.unwrap();
    let request = Request { subject, by: "officer".to_owned(), reason: "request 17".to_owned(), end };
    erase(&stage.engine, &request).await.unwrap().instances
}

#[test]
fn nothing_personal_is_readable_at_rest_and_letters_still_say_it() {
    run(async || {
        let (stage, letters) = with_letters().await;
        let id = with_past(&stage).await;
        let all = everything(&stage).await;
        assert!(all.contains("interview") && all.contains("room 7"), "what is not personal stays readable");
        for text in OF_ANNA {
            assert_eq!(readable(&stage, text).await, Vec::<String>::new(), "{text}");
        }
        let sent = std::fs::read_to_string(&letters).unwrap();
        for text in [
            "Dear Anna Rossi, we look forward",
            "anna@rossi.example",
            "What now with Anna Rossi?",
            "knows roses",
        ] {
            assert!(sent.contains(text), "{text}\n{sent}");
        }
        assert_eq!(whole(&stage.another().await).await, (1, 0));
        // Whoever works with it reads it.
        let row = stage.engine.find("H-anna@rossi.example").await.unwrap();
        assert_eq!((row.id.as_str(), row.title.as_str()), (id.as_str(), "Hiring Anna Rossi"));
        assert_eq!(row.reference.as_deref(), Some("H-anna@rossi.example"));
        let listed = stage.engine.store.instances(None, true, 10).await.unwrap();
        assert_eq!(listed[0].title, "Hiring Anna Rossi");
        let trail = stage.engine.store.trail(&id).await.unwrap();
        let said: Vec<String> = trail
            .into_iter()
            .map(|row| fact::opened(row, listed[0].subject.as_ref(), "default", &id).detail)
            .collect();
        assert!(said.iter().any(|detail| detail == "she is very calm"), "{said:?}");
        assert!(said.iter().any(|detail| detail.contains("Dear Anna Rossi")), "{said:?}");
        let questions = stage.engine.store.questions(&id, false).await.unwrap();
        assert_eq!(questions[0].words, "What now with Anna Rossi?");
    });
}

/// A process that starts anew has nothing in memory: the state is opened from the store, and goes on where it was.
#[test]
fn another_process_opens_the_state_and_goes_on() {
    run(async || {
        let stage = stage().await;
        let id = anna(&stage).await;
        stage.engine.clock.move_to(wf_plan::Moment(stage.engine.clock.now().0 + 60_000));
        let other = stage.another().await;
        let ready = stage.newest("hiring").await;
        let correct = EventKind::Correct {
            field: FieldRef::Input(FieldIndex(1)),
            value: Value::Text("Anna Verdi".to_owned()),
            reason: "married".to_owned(),
            by: wf_vm::event::Actor {
                forced: Some("asked by Anna Rossi herself".to_owned()),
                ..stage.actor(&ready, "head")
            },
        };
        let applied = other.apply(&id, correct, None).await.unwrap();
        assert_eq!(applied.refused, []);
        assert_eq!(applied.instance.title, "Hiring Anna Verdi");
        // `one per`: the same person again is the instance that runs, also for the first process.
        let again = hire(&stage, &stage.engine, "anna@rossi.example", "A. Rossi").await;
        assert!(matches!(again, Started::Running(_)));
        for text in ["verdi", "rossi", "married"] {
            assert_eq!(readable(&stage, text).await, Vec::<String>::new(), "{text}");
        }
        assert_eq!(whole(&other).await, (1, 0));
        assert_eq!(whole(&stage.another().await).await, (1, 0));
    });
}

#[test]
fn an_event_of_a_system_is_sealed_before_anybody_takes_it() {
    run(async || {
        let stage = stage().await;
        let event = |name: &str, fields: &str, id: &str| InboxRow {
            number: 0,
            system: "people".to_owned(),
            key: "anna@rossi.example".to_owned(),
            name: name.to_owned(),
            fields: fields.to_owned(),
            external_id: Some(id.to_owned()),
            given_to: None,
            at_ms: stage.engine.clock.now().0,
        };
        // Nobody waits for it yet: it is kept.
        let found = event("checked", r#"{"found":"nothing about Rossi"}"#, "e1");
        assert_eq!(stage.engine.receive(&found).await.unwrap().given_to, Vec::<String>::new());
        assert_eq!(readable(&stage, "rossi").await, Vec::<String>::new());
        let applied = event("applied", r#"{"email":"anna@rossi.example","name":"Anna Rossi"}"#, "e2");
        let started = stage.engine.receive(&applied).await.unwrap().started;
        assert_eq!(started, ["hiring-1"]);
        interviewed(&stage, "hiring-1", "knows roses").await;
        // The check was there already, so the papers are started: a child about the same person.
        stage.work(0).await;
        let child = stage.engine.find("paperwork-1").await.unwrap();
        assert_eq!(child.title, "Papers of Anna Rossi");
        let parent = stage.engine.find("hiring-1").await.unwrap();
        assert_eq!(child.subject.map(|subject| subject.id), parent.subject.map(|subject| subject.id));
        assert_eq!(readable(&stage, "rossi").await, Vec::<String>::new());
        assert_eq!(stage.count("select count(*) from inbox where fields like '%sealed%'").await, 0);
        assert_eq!(whole(&stage.another().await).await, (2, 0));
        // Erased with everything that was started for her.
        assert_eq!(erased(&stage, "anna@rossi.example", true).await, ["hiring-1", "paperwork-1"]);
        assert_eq!(whole(&stage.another().await).await, (2, 2));
        stage.work(days(30)).await;
        assert_eq!(stage.count("select count(*) from instance where status = 'running'").await, 0);
    });
}

#[test]
fn an_erased_person_is_gone_and_every_chain_is_whole() {
    run(async || {
        let stage = stage().await;
        let id = with_past(&stage).await;
        let other =
            hire(&stage, &stage.engine, "bruno@neri.example", "Bruno Neri").await.instance().id.clone();
        let subject = subject_meant(&stage.engine, "ANNA@rossi.example").await.unwrap();
        let request =
            Request { subject, by: "officer".to_owned(), reason: "request 17".to_owned(), end: false };
        let refused = erase(&stage.engine, &request).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("{id} still runs, and could not go on without the person"));
        assert!(refused.advice().unwrap().contains("`--end`"));
        assert_eq!(whole(&stage.another().await).await, (2, 0));
        assert_eq!(erased(&stage, "anna@rossi.example", true).await, std::slice::from_ref(&id));
        // Whole, and it says what was left out.
        assert_eq!(whole(&stage.another().await).await, (2, 1));
        let row = stage.engine.find(&id).await.unwrap();
        assert_eq!((row.title.as_str(), row.reference, row.status.as_str()), ("[erased]", None, "cancelled"));
        let trail = stage.engine.store.trail(&id).await.unwrap();
        let last = trail.last().unwrap();
        assert_eq!(last.fact, "subject erased");
        assert_eq!(
            (last.person.as_deref(), last.forced_reason.as_deref()),
            (Some("officer"), Some("request 17"))
        );
        let shown: Vec<String> = trail
            .iter()
            .map(|fact| fact::opened(fact.clone(), row.subject.as_ref(), "default", &id).detail)
            .collect();
        assert!(shown.iter().any(|detail| detail == "[erased]"), "{shown:?}");
        for text in OF_ANNA {
            assert_eq!(readable(&stage, text).await, Vec::<String>::new(), "{text}");
        }
        // Nobody finds her any more, nothing is sent, and what she was asks for the person that is gone.
        assert!(
            subject_meant(&stage.engine, "anna@rossi.example")
                .await
                .unwrap_err()
                .to_string()
                .contains("nobody")
        );
        let open = "select count(*) from outbox where status in ('waiting', 'sending', 'dead') and instance = 'hiring-1'";
        assert_eq!(stage.count(open).await, 0);
        let gone = Opened::of(&stage.engine, &id).await.unwrap_err();
        assert!(gone.to_string().contains("was erased"), "{gone}");
        // The other person is untouched, and goes on.
        interviewed(&stage, &other, "knows tulips").await;
        assert_eq!(stage.engine.find("H-bruno@neri.example").await.unwrap().title, "Hiring Bruno Neri");
        // She may come back: a new key, and nothing of the old one.
        let back = anna(&stage).await;
        assert_eq!(stage.engine.find(&back).await.unwrap().title, "Hiring Anna Rossi");
        stage.work(days(1)).await;
        assert_eq!(whole(&stage.another().await).await, (3, 1));
        assert_eq!(stage.count("select count(*) from subject_key").await, 3);
    });
}

/// The key itself is nowhere in the file once it was destroyed.
#[test]
fn a_destroyed_key_is_not_left_in_the_file() {
    run_on_sqlite(async || {
        let stage = stage().await;
        for number in 0..60 {
            hire(&stage, &stage.engine, &format!("p{number}@x.example"), "Somebody").await;
        }
        let mark = stage.texts("select key from subject_key").await;
        let subject = subject_meant(&stage.engine, "p30@x.example").await.unwrap();
        let key = stage.texts(&format!("select key from subject_key where id = '{subject}'")).await.remove(0);
        assert!(key.starts_with("plain:") && mark.contains(&key));
        assert!(!readable(&stage, &key).await.is_empty(), "without a master key the store holds the key");
        erased(&stage, "p30@x.example", true).await;
        stage.engine.store.rewrite().await.unwrap();
        assert_eq!(readable(&stage, &key[6..]).await, Vec::<String>::new());
    });
}

/// Whatever is on its way about a person at that moment is dropped with the key, also what may have arrived.
#[test]
fn letters_on_their_way_are_dropped_with_the_person() {
    run(async || {
        let stage = stage().await;
        anna(&stage).await;
        let on_its_way = "update outbox set status = 'sending', claimed_until_ms = 9000000000000, begun_at_ms = 1 where number = 1;
            update outbox set status = 'unknown', begun_at_ms = 1 where number = 2";
        stage.tamper(on_its_way).await.unwrap();
        assert_eq!(
            stage.count("select count(*) from outbox where status in ('sending', 'unknown')").await,
            2
        );
        erased(&stage, "anna@rossi.example", true).await;
        assert_eq!(stage.count("select count(*) from outbox where status <> 'dropped'").await, 0);
        assert_eq!(stage.count("select count(*) from outbox where body <> '{}'").await, 0);
        stage.work(days(9)).await;
        assert_eq!(whole(&stage.another().await).await, (1, 1));
    });
}

/// A person who is erased by one process and comes back through another at the same moment: each instance is sealed under
/// a key that is there, or was erased with it; none is lost.
#[test]
fn erasing_and_starting_at_once_loses_nothing() {
    run(async || {
        let stage = stage().await;
        let other = stage.another().await;
        for _ in 0..12 {
            let erasing = async {
                let Ok(subject) = subject_meant(&other, "anna@rossi.example").await else { return };
                let request =
                    Request { subject, by: "officer".to_owned(), reason: "request 17".to_owned(), end: true };
                let _ = erase(&other, &request).await;
            };
            tokio::join!(erasing, hire(&stage, &stage.engine, "anna@rossi.example", "Anna Rossi"));
        }
        anna(&stage).await;
        erased(&stage, "anna@rossi.example", true).await;
        let (instances, gone) = whole(&stage.another().await).await;
        assert_eq!(instances, gone, "all of them were hers");
        assert!(instances > 1);
        assert_eq!(stage.count("select count(*) from subject_key where key is not null").await, 0);
    });
}
