//! Delivery: signed webhooks on a loopback server, patience, the next channel, dead letters.

use crate::stage::{Stage, days, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use wf_runtime::channel::webhook::sign;
use wf_runtime::outbox::decide::decide;
use wf_runtime::store::Verdict;

/// A request as a receiver sees it.
#[derive(Debug)]
pub struct Received {
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// A server that gives these answers, one per request, the last one for ever.
pub fn server(answers: &'static [&'static str]) -> (String, Receiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for number in 0.. {
            let Ok((stream, _)) = listener.accept() else { return };
            let mut reader = BufReader::new(stream);
            let mut headers = Vec::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                if let Some((name, value)) = line.trim().split_once(": ") {
                    headers.push((name.to_owned(), value.to_owned()));
                }
            }
            let mut received = Received { headers, body: String::new() };
            let length: usize = received.header("content-length").parse().unwrap_or(0);
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            received.body = String::from_utf8(body).unwrap();
            let answer = answers[number.min(answers.len() - 1)];
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            if send.send(received).is_err() {
                return;
            }
        }
    });
    (url, receive)
}

pub const OK: &str =
    "HTTP/1.1 200 OK\r\nx-message-id: m-1\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
pub const BUSY: &str =
    "HTTP/1.1 503 Busy\r\nretry-after: 7200\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
pub const BROKEN: &str = "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
pub const GONE: &str = "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

pub fn webhook(channel: &str, url: &str, more: &str) -> String {
    format!("[channels.{channel}]\nkind = \"webhook\"\nurl = \"{url}\"\n{more}\n")
}

#[test]
fn a_webhook_gets_the_letter_with_a_valid_signature() {
    run(async || {
        let (url, requests) = server(&[OK]);
        // PATH is set wherever tests run, and any text may be a secret.
        let stage = Stage::configured(&webhook("slack", &url, "secret_env = \"PATH\"")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        let request = requests.recv().unwrap();
        let id = request.header("webhook-id");
        assert!(id.starts_with("order-1:"), "{id}");
        let secret = std::env::var("PATH").unwrap();
        let expected = sign(secret.as_bytes(), id, request.header("webhook-timestamp"), &request.body);
        assert_eq!(request.header("webhook-signature"), expected);
        assert_eq!(request.header("webhook-timestamp"), "1772442000");
        let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(body["data"]["letter"]["person"], "clerk");
        assert_eq!(body["data"]["letter"]["node"], "pack");
        let sent = "select external_id from delivery where adapter = 'webhook'";
        assert_eq!(stage.texts(sent).await, ["m-1"]);
        let fact = "select channel || ' ' || external_id from trail where fact = 'message delivered'";
        assert_eq!(stage.texts(fact).await, ["slack m-1"]);
    });
}

#[test]
fn retry_after_is_honoured_and_the_key_stays() {
    run(async || {
        let (url, requests) = server(&[BUSY, OK]);
        let stage = Stage::configured(&webhook("slack", &url, "")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        let first = requests.recv().unwrap();
        stage.work(7_199_000).await;
        assert!(requests.try_recv().is_err(), "it was told to wait two hours");
        stage.work(1_000).await;
        let second = requests.recv().unwrap();
        assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
        assert_eq!(
            stage.texts("select result from delivery where adapter = 'webhook' order by attempt").await,
            ["try again", "sent"]
        );
    });
}

#[test]
fn a_channel_that_refuses_gives_way_to_the_next_one() {
    run(async || {
        let (slack, refused) = server(&[GONE]);
        let (email, taken) = server(&[OK]);
        let stage = Stage::configured(&(webhook("slack", &slack, "") + &webhook("email", &email, ""))).await;
        stage.start("A-1").await;
        stage.work(0).await;
        let (first, second) = (refused.recv().unwrap(), taken.recv().unwrap());
        assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
        assert_eq!(
            stage.texts("select channel from delivery where adapter = 'webhook' order by attempt").await,
            ["slack", "email"]
        );
        assert_eq!(
            stage.count("select count(*) from trail where fact = 'message takes the next channel'").await,
            1
        );
        assert_eq!(
            stage.count("select count(*) from outbox where kind = 'message' and status = 'sent'").await,
            1
        );
    });
}

#[test]
fn what_nobody_takes_is_a_dead_letter_that_is_listed() {
    run(async || {
        let (url, _requests) = server(&[BROKEN]);
        let both = webhook("slack", &url, "attempts = 2") + &webhook("email", &url, "attempts = 3");
        let stage = Stage::configured(&both).await;
        stage.start("A-1").await;
        for _ in 0..8 {
            stage.work(7_200_000).await;
        }
        let attempts =
            "select channel from delivery d where adapter = 'webhook' and number = 1 order by attempt";
        let number = stage.count("select number from outbox where kind = 'message' limit 1").await;
        let attempts = attempts.replace("number = 1", &format!("number = {number}"));
        assert_eq!(stage.texts(&attempts).await, ["slack", "slack", "email", "email", "email"]);
        let dead = stage.engine.store.dead_letters(Some("order-1")).await.unwrap();
        assert_eq!(dead.len(), 1);
        assert!(dead[0].3.contains("HTTP 500"), "{dead:?}");
        assert_eq!(
            stage.texts("select fact from trail where fact like 'message not%'").await,
            ["message not delivered"]
        );
        assert_eq!(stage.count("select undelivered from instance_status").await, 1);
    });
}

#[test]
fn a_dead_letter_is_tried_again_or_given_up_on_an_operators_word() {
    run(async || {
        let (url, requests) = server(&[GONE, GONE, OK]);
        let stage = Stage::configured(&(webhook("slack", &url, "") + &webhook("email", &url, ""))).await;
        stage.start("A-1").await;
        stage.work(0).await;
        let dead = stage.engine.store.letters("dead", None, 10).await.unwrap();
        let letter = dead.iter().find(|letter| letter.kind == "message").unwrap();
        let (first, _second) = (requests.recv().unwrap(), requests.recv().unwrap());

        let decided = |verdict| {
            decide(&stage.engine, "order-1", letter.number, verdict, "olga", "the mailbox works again")
        };
        decided(Verdict::Retry).await.unwrap();
        let refused = decided(Verdict::Drop).await.unwrap_err();
        assert!(refused.to_string().ends_with("is waiting"), "{refused}");
        stage.work(0).await;
        assert_eq!(requests.recv().unwrap().header("webhook-id"), first.header("webhook-id"));
        let status = stage.engine.store.letter("order-1", letter.number).await.unwrap().unwrap().status;
        assert_eq!(status, "sent");
        assert_eq!(
            stage.texts("select person || ': ' || forced_reason from trail where person = 'olga'").await,
            ["olga: the mailbox works again"]
        );
        let found = wf_runtime::audit::verify::verify(&stage.another().await, None).await.unwrap();
        assert_eq!(found.findings, []);
    });
}

#[test]
fn a_channel_that_is_down_holds_up_no_other() {
    run(async || {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let stage =
            Stage::configured(&webhook("slack", &format!("http://{nobody}/"), "timeout_seconds = 1")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        assert_eq!(
            stage.count("select count(*) from outbox where kind = 'message' and status = 'waiting'").await,
            1
        );
        assert_eq!(
            stage.count("select count(*) from outbox where kind = 'update' and status = 'sent'").await,
            1
        );
    });
}

#[test]
fn files_get_one_line_per_letter_and_update() {
    run(async || {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let stage = Stage::configured(&format!(
            "[channels.slack]\nkind = \"file\"\npath = '{}'\n[systems.shop]\nkind = \"file\"\npath = '{}'\n",
            path("letters"),
            path("updates")
        ))
        .await;
        stage.start("A-1").await;
        stage.start("A-2").await;
        stage.work(0).await;
        stage.work(days(1)).await;
        let lines = |name: &str| -> Vec<serde_json::Value> {
            let text = std::fs::read_to_string(path(name)).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let letters = lines("letters");
        assert_eq!(
            letters.iter().map(|line| line["letter"]["title"].as_str().unwrap()).collect::<Vec<_>>(),
            ["Order A-1", "Order A-2"]
        );
        let updates = lines("updates");
        assert_eq!(updates.len(), 2);
        assert_eq!(updates[0]["update"]["key"], "A-1");
        assert_eq!(updates[0]["update"]["change"]["value"], "Packing");
    });
}

/// The example of the page, with this run's own link and token in place of the page's.
#[test]
fn the_body_is_the_one_the_page_shows() {
    run(async || {
        let (url, requests) = server(&[OK]);
        let people = "public_url = \"https://workflows.acme.example\"\n[people.clerk]\n\
                      roles = [\"clerk\"]\nreach = { slack = \"U0123\" }\n";
        let stage = Stage::configured(&(people.to_owned() + &webhook("slack", &url, ""))).await;
        stage.start("A-1").await;
        stage.work(0).await;
        let request = requests.recv().unwrap();
        assert_eq!(request.header("content-type"), "application/cloudevents+json; charset=utf-8");
        let page = include_str!("../../DELIVERY.md");
        let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
        let sent: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        let link = sent["data"]["link"].as_str().unwrap();
        assert!(link.starts_with("https://workflows.acme.example/l/"), "{link}");
        let token = sent["data"]["reply_token"].as_str().unwrap();
        assert!(token.starts_with("order-1.1."), "{token}");
        let example = example
            .replace("https://workflows.acme.example/l/eyJ…", link)
            .replace("order-1.1.0a1b2c3d4e5f60718293", token);
        let expected: serde_json::Value = serde_json::from_str(&example).unwrap();
        assert_eq!(sent, expected, "{}", serde_json::to_string_pretty(&sent).unwrap());
    });
}

#[test]
fn what_changes_an_earlier_letter_names_it_and_goes_the_same_way() {
    run(async || {
        let (url, requests) = server(&[OK]);
        let stage = Stage::configured(&webhook("email", &url, "")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        stage.work(days(3)).await;
        stage.act("order-1", "pack", crate::life::weight(), "clerk").await;
        stage.work(0).await;
        let sent: Vec<serde_json::Value> =
            requests.try_iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect();
        let asked = sent.iter().find(|event| event["data"]["letter"]["purpose"] == "question").unwrap();
        let closed = sent.iter().find(|event| event["data"]["letter"]["purpose"] == "withdrawn").unwrap();
        assert_eq!(asked["type"], "wf.message");
        assert_eq!(closed["type"], "wf.message.updated");
        assert_eq!(closed["data"]["updates"]["id"], asked["id"]);
        assert_eq!(closed["data"]["updates"]["external_id"], "m-1");
        assert_eq!(closed["data"]["letter"]["text"], "No answer is needed any more.");
    });
}

#[test]
fn a_repeat_is_the_same_to_the_byte() {
    run(async || {
        let (url, requests) = server(&[BROKEN, OK]);
        let stage = Stage::configured(
            &("public_url = \"https://x.example\"\n".to_owned() + &webhook("slack", &url, "")),
        )
        .await;
        stage.start("A-1").await;
        stage.work(0).await;
        stage.work(30_000).await;
        let (first, second) = (requests.recv().unwrap(), requests.recv().unwrap());
        assert_eq!(first.body, second.body);
        assert_ne!(first.header("webhook-timestamp"), second.header("webhook-timestamp"));
    });
}

#[test]
fn a_question_that_is_closed_before_it_was_sent_is_never_sent() {
    run(async || {
        let (url, requests) = server(&[GONE]);
        let stage = Stage::configured(&webhook("email", &url, "")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        stage.work(days(3)).await;
        stage.act("order-1", "pack", crate::life::weight(), "clerk").await;
        stage.work(0).await;
        let sent: Vec<serde_json::Value> =
            requests.try_iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect();
        assert!(sent.iter().any(|event| event["data"]["letter"]["purpose"] == "question"));
        assert!(
            sent.iter().all(|event| event["data"]["letter"]["purpose"] != "withdrawn"),
            "it never arrived"
        );
        let note = "select note from outbox where kind = 'withdraw'";
        let dropped = "select count(*) from outbox where kind = 'withdraw' and status = 'sent'";
        assert_eq!(stage.count(dropped).await, 0, "{:?}", stage.texts(note).await);
    });
}
