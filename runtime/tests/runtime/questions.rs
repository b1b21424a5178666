//! The ten questions of `AUDIT.md` are answered rightly, on every database.

use crate::stage::{Stage, days, node_named, run, run_on_postgres};
use wf_runtime::store::Cell;
use wf_vm::EventKind;
use wf_vm::event::{Act, Actor, Answer, Place, QuestionId};

/// Title and SQL of each question of the page.
fn questions() -> Vec<(String, String)> {
    let page = include_str!("../../AUDIT.md");
    let parts = page.split("\n### ").skip(1);
    parts
        .map(|part| {
            let title = part.lines().next().unwrap().to_owned();
            let sql = part.split("```sql\n").nth(1).unwrap().split("```").next().unwrap();
            (title, sql.to_owned())
        })
        .collect()
}

/// Nobody can be reached, an intruder tries, the first order is packed and never paid, the second asks its chief and is
/// answered, the third asks and is not, the fourth is forced through by an operator.
async fn with_past() -> Stage {
    let broken = "kind = \"webhook\"\nurl = \"http://127.0.0.1:9/\"\nattempts = 1\n";
    let stage = Stage::configured(&format!("[channels.slack]\n{broken}[channels.email]\n{broken}")).await;
    for id in ["A-1", "A-2", "A-3", "A-4"] {
        stage.start(id).await;
    }
    stage.act("order-1", "pack", Act::Claim, "intruder").await;
    let weight = || Act::Complete(vec![wf_plan::Value::Number("1.5".parse().unwrap())]);
    stage.act("order-1", "pack", weight(), "clerk").await;
    for (node, act) in [("pack", weight()), ("payment", Act::Complete(Vec::new()))] {
        let row = stage.engine.find("order-4").await.unwrap();
        let ready = stage.engine.plan_of(&row).await.unwrap();
        let place = Place { node: node_named(&ready, node), copy: None };
        let by = Actor {
            person: "boss".to_owned(),
            roles: Vec::new(),
            forced: Some("the system was down".to_owned()),
        };
        stage.engine.apply("order-4", EventKind::Act { place, act, by }, None).await.unwrap();
    }
    stage.work(days(3)).await;
    let row = stage.engine.find("order-2").await.unwrap();
    let ready = stage.engine.plan_of(&row).await.unwrap();
    let by = stage.actor(&ready, "chief");
    let answer = EventKind::Answer { question: QuestionId(0), answer: Answer::Alternative(0), by };
    stage.engine.apply("order-2", answer, None).await.unwrap();
    stage.work(days(3)).await;
    stage
}

async fn answer(stage: &Stage, number: usize) -> Vec<Vec<String>> {
    let questions = questions();
    let (title, sql) = &questions[number - 1];
    assert!(title.starts_with(&format!("{number}. ")), "{title}");
    let answer = stage.engine.store.ask(sql).await.unwrap_or_else(|problem| panic!("{title}\n{problem}"));
    let shown = |cell: &Cell| match cell {
        Cell::Null => "-".to_owned(),
        Cell::Whole(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    answer.rows.iter().map(|row| row.iter().map(shown).collect()).collect()
}

/// Some columns of each row.
fn columns(rows: &[Vec<String>], wanted: &[usize]) -> Vec<String> {
    rows.iter().map(|row| wanted.iter().map(|at| row[*at].as_str()).collect::<Vec<_>>().join(" | ")).collect()
}

#[test]
fn there_are_ten() {
    assert_eq!(questions().len(), 10);
}

#[test]
fn what_happened_who_decided_what_was_forced_and_who_tried() {
    run(async || {
        let stage = with_past().await;
        let whole = answer(&stage, 1).await;
        let rows = stage.count("select count(*) from trail where instance = 'order-1'").await;
        assert_eq!(i64::try_from(whole.len()).unwrap(), rows);
        assert_eq!(
            columns(&whole[..1], &[0, 1, 2, 4]),
            ["1 | 2026-03-02 09:00:00 | clerk | instance started"]
        );
        let decided = columns(&answer(&stage, 2).await, &[0, 1, 2, 3, 5, 6]);
        assert_eq!(
            decided,
            ["order-2 | pack | 2026-03-05 09:00:00 | chief | [\"Wait\",\"Give it up\"] | Wait"]
        );
        let forced = columns(&answer(&stage, 3).await, &[0, 1, 3, 4, 5]);
        assert!(
            forced.contains(&"order-4 | pack | boss | completed | the system was down".to_owned()),
            "{forced:?}"
        );
        assert!(
            forced.contains(&"order-4 | payment | boss | arrived | the system was down".to_owned()),
            "{forced:?}"
        );
        assert!(forced.iter().all(|row| row.starts_with("order-4 | ")), "{forced:?}");
        let refused = columns(&answer(&stage, 4).await, &[0, 1, 2, 4]);
        assert_eq!(refused, ["intruder | order-1 | pack | to claim it: it belongs to somebody else"]);
    });
}

#[test]
fn what_was_late_who_did_two_steps_and_what_is_unanswered() {
    run(async || {
        let stage = with_past().await;
        // Packed on Monday and paid by nobody: overdue after 5 days. Not packed within 2 days: orders 2 and 3; order 2
        // got two days more from its chief and is overdue again. Order 4 went on to its shipping, where nobody answers.
        let missed = columns(&answer(&stage, 5).await, &[0, 1, 2, 3]);
        assert_eq!(missed, ["order | pack | 3 | 2", "order | payment | 1 | 1", "shipping | arrived | 1 | 1"]);
        assert_eq!(columns(&answer(&stage, 6).await, &[0, 1, 2]), ["order-4 | boss | 2"]);
        let open = columns(&answer(&stage, 7).await, &[0, 1]);
        assert!(open.contains(&"order-3 | pack".to_owned()), "{open:?}");
        assert!(!open.iter().any(|row| row.starts_with("order-1") || row.starts_with("order-4")), "{open:?}");
    });
}

#[test]
fn what_reached_nobody_which_rules_held_and_what_was_recorded_later() {
    run(async || {
        let stage = with_past().await;
        let lost = answer(&stage, 8).await;
        let dead = stage.count("select count(*) from outbox where status = 'dead'").await;
        assert!(dead > 0);
        assert_eq!(i64::try_from(lost.len()).unwrap(), dead);
        let ended = columns(&answer(&stage, 9).await, &[0, 1, 2, 3, 4]);
        assert!(ended.contains(&"order | 1 | outcome | lost | 1".to_owned()), "{ended:?}");
        assert!(ended.contains(&"order | 1 | running | - | 3".to_owned()), "{ended:?}");
        // The worker came on Thursday for what had been due on Wednesday.
        let later = columns(&answer(&stage, 10).await, &[0, 2, 4, 5]);
        let overdue = "order-3 | overdue | 2026-03-04 09:00:00 | 2026-03-05 09:00:00".to_owned();
        assert!(later.contains(&overdue), "{later:?}");
        assert!(!later.iter().any(|row| row.contains("instance started")), "{later:?}");
    });
}

/// Both databases show the same columns in the same order.
#[test]
fn views_have_the_same_columns_everywhere() {
    run(async || {
        let stage = with_past().await;
        for (view, columns) in [
            (
                "audit_trail",
                "instance reference row_number happened_at fact node copy who role channel external_id \
                 alternatives_shown alternative_chosen forced_reason detail source plan recorded_at event_sequence hash tenant",
            ),
            (
                "instance_status",
                "instance reference title workflow version status outcome started_at ended_at days open_questions \
                 undelivered parent tenant erased_at",
            ),
            (
                "step_history",
                "instance reference node copy happened_at fact who role detail forced_reason source row_number tenant",
            ),
            (
                "decision_log",
                "instance reference node happened_at fact who role offered chosen detail forced_reason source row_number tenant",
            ),
        ] {
            let answer = stage.engine.store.ask(&format!("select * from {view} limit 1")).await.unwrap();
            assert_eq!(answer.columns.join(" "), columns, "{view}");
        }
    });
}

/// On PostgreSQL: what `wfrun audit grant` prints lets a role read the views and nothing else.
#[test]
fn an_auditor_reads_the_views_and_nothing_else() {
    run_on_postgres(async || {
        let stage = with_past().await;
        // The cluster has one set of roles for all databases, so each story makes its own.
        let role = format!("auditor \"{}\"", std::process::id());
        let quoted = role.replace('"', "\"\"");
        let granted = wf_runtime::store::grants(&role, &[]);
        stage.tamper(&format!("create role \"{quoted}\" login; {granted}")).await.unwrap();
        let may = async |sql: &str| stage.tamper(&format!("set role \"{quoted}\"; {sql}")).await;
        for (_, sql) in questions() {
            assert_eq!(may(&sql).await, Ok(()));
        }
        assert_eq!(may("select count(*) from checkpoint").await, Ok(()));
        for sql in [
            "select body from event",
            "select body from outbox",
            "select state from instance",
            "select detail from trail",
            "update instance set title = ''",
            "update audit_trail set detail = ''",
            "insert into checkpoint_head select * from checkpoint_head",
            "create table mine (a int)",
        ] {
            let refused = may(sql).await.unwrap_err();
            assert!(
                refused.contains("permission denied") || refused.contains("cannot update view"),
                "{sql}: {refused}"
            );
        }
    });
}

/// A role that was given one tenant sees nothing of another, in no view and by no trick.
#[test]
fn an_auditor_of_one_tenant_sees_no_other() {
    run_on_postgres(async || {
        let stage = with_past().await;
        let other = stage.engine.for_tenant(
            wf_runtime::store::Tenant::named("other's"),
            std::sync::Arc::clone(&stage.engine.config),
        );
        for bytes in [crate::stage::SHIPPING, crate::stage::ORDER] {
            let ready = wf_runtime::plans::Ready::from_bytes(bytes).unwrap();
            let row = wf_runtime::store::row::PlanRow {
                hash: ready.hash.clone(),
                workflow: ready.program().workflow.clone(),
                version: ready.program().version,
                label: ready.program().label.clone(),
                bytes: bytes.to_vec(),
                loaded_at_ms: 0,
                loaded_by: "test".to_owned(),
            };
            other.store.put_plan(&row).await.unwrap();
        }
        other.start(&stage.request("B-1", None).await).await.unwrap();
        let role = format!("limited {}", std::process::id());
        let granted = wf_runtime::store::grants(&role, &["other's".to_owned()]);
        stage.tamper(&format!("create role \"{role}\" login; {granted}")).await.unwrap();
        let may = async |sql: &str| stage.tamper(&format!("set role \"{role}\"; {sql}")).await;
        // What a reader sees, told by an error: the connection of this test gives no rows back.
        let counted = async |what: &str| {
            let raised = format!("do $$ begin raise exception 'saw %', ({what}); end $$");
            may(&raised).await.unwrap_err()
        };
        for view in
            ["audit_trail", "instance_status", "step_history", "decision_log", "audit_checkpoint_head"]
        {
            let seen = counted(&format!("select count(*) from {view} where tenant <> 'other''s'")).await;
            assert!(seen.contains("saw 0"), "{view}: {seen}");
        }
        let seen = counted("select string_agg(distinct tenant, ',') from audit_trail").await;
        assert!(seen.contains("saw other's"), "{seen}");
        assert!(counted("select count(*) from instance_status").await.contains("saw 1"));
        // A condition that tells what it sees is asked only about rows the reader may see.
        may("create function pg_temp.tell(t text) returns boolean language plpgsql cost 0.0000001 as \
             $$ begin if t = 'default' then raise exception 'leaked %', t; end if; return true; end $$; \
             set default_transaction_read_only = off; select count(*) from audit_trail where pg_temp.tell(tenant)")
            .await
            .unwrap();
        for table in ["checkpoint", "auditor_tenant", "subject_key", "trail"] {
            assert!(may(&format!("select * from {table}")).await.unwrap_err().contains("permission denied"));
        }
        // A role that was only let into the views is on no list, and sees nothing.
        let stranger = format!("stranger {}", std::process::id());
        let let_in = format!("create role \"{stranger}\"; grant select on audit_trail to \"{stranger}\"");
        stage.tamper(&let_in).await.unwrap();
        let seen = format!(
            "set role \"{stranger}\"; do $$ begin raise exception 'saw %', (select count(*) from audit_trail); end $$"
        );
        assert!(stage.tamper(&seen).await.unwrap_err().contains("saw 0"));
    });
}

/// Sums, averages, dates and moments are of types that no table of ours has.
#[test]
fn an_auditor_may_ask_for_what_no_table_holds() {
    run_on_postgres(async || {
        let stage = Stage::new().await;
        let sql = "select sum(n) as total, 1.5::numeric as share, date '2026-03-02' as day,
                       timestamptz '2026-03-02 09:00:00+00' at time zone 'UTC' as moment, 2::bigint as whole,
                       true as flag, '\\x01ff'::bytea as bytes, null as nothing
                   from (values (1::bigint), (2)) as given(n)";
        let answer = stage.engine.store.ask(sql).await.unwrap();
        let text = |text: &str| Cell::Text(text.to_owned());
        let expected = [
            text("3"),
            text("1.5"),
            text("2026-03-02"),
            text("2026-03-02 09:00:00"),
            Cell::Whole(2),
            Cell::Whole(1),
            Cell::Bytes(vec![1, 255]),
            Cell::Null,
        ];
        assert_eq!(answer.rows, [expected.to_vec()]);
        // Nothing gets out of the transaction that cannot write.
        for sql in ["delete from instance", "commit; delete from instance", "select 1; select 2"] {
            assert!(stage.engine.store.ask(sql).await.is_err(), "{sql}");
        }
    });
}
