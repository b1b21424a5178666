//! E-mail: what arrives at a mail server, read as a reader would; and what is made of a server's faults.

use crate::mailbox::{Does, Line, Mail, certificates, server};
use crate::stage::{Stage, days, run, run_on_sqlite};
use std::sync::mpsc::Receiver;
use wf_runtime::channel::Output;
use wf_runtime::link::{About, Link, ReplyToken};
use wf_runtime::outbox::Carriers;
use wf_runtime::outbox::decide::decide;
use wf_runtime::replied::{Reply, take_in};
use wf_runtime::store::Verdict;
use wf_runtime::worker::Worker;

const PEOPLE: &str = "
public_url = \"https://workflows.acme.example/\"
[people.clerk]
roles = [\"clerk\"]
absent = [\"2026-03-01 to 2026-03-31\"]
[people.carla]
name = \"Carla Conti\"
roles = [\"clerk\"]
language = \"it\"
reach = { email = \"carla@acme.example\" }
[people.marco]
name = \"Marco Rossi\"
roles = [\"chief\"]
reach = { email = \"marco@acme.example\" }
[channels.slack]
kind = \"email\"
server = \"127.0.0.1:9\"
encryption = \"none\"
from = \"nobody@acme.example\"
attempts = 1
timeout_seconds = 1
";

pub fn mail(port: u16, more: &str) -> String {
    format!(
        "{PEOPLE}
[channels.email]
kind = \"email\"
server = \"127.0.0.1:{port}\"
encryption = \"none\"
from = \"Acme workflows <workflows@acme.example>\"
reply_to = \"reply@acme.example\"
timeout_seconds = 1
{more}
"
    )
}

fn all(mails: &Receiver<Mail>) -> Vec<Mail> {
    mails.try_iter().collect()
}

#[test]
fn a_mail_says_what_is_to_do_and_leads_there() {
    run(async || {
        let (port, mails) = server(&[Does::Takes], Line::Plain, None);
        let stage = Stage::configured(&mail(port, "")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        let mails = all(&mails);
        assert_eq!(mails.len(), 1);
        let mail = &mails[0];
        println!("{}\n----\n{}\n----\n{}", mail.raw, mail.text(), mail.html());
        assert_eq!(mail.to, "carla@acme.example");
        assert_eq!(mail.header("From"), "\"Acme workflows\" <workflows@acme.example>");
        assert_eq!(mail.header("To"), "\"Carla Conti\" <carla@acme.example>");
        assert_eq!(mail.header("Subject"), "Order A-1: Pack it");
        assert_eq!(mail.header("Message-ID"), "<order-1=3a1.default@acme.example>");
        assert_eq!(mail.header("References"), "<pack.order-1.default.thread@acme.example>");
        assert_eq!(mail.header("In-Reply-To"), "<pack.order-1.default.thread@acme.example>");
        assert_eq!(mail.header("Date"), "Mon, 02 Mar 2026 09:00:00 +0000");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        let key = stage.engine.store.link_key(&[0; 32], 0).await.unwrap();
        let reply = mail.header("Reply-To");
        let token = reply.strip_prefix("reply+").unwrap().strip_suffix("@acme.example").unwrap();
        let letter = ReplyToken { instance: "order-1".to_owned(), number: 1 };
        assert_eq!(ReplyToken::open(token, "default", &key), Some(letter));

        let link = mail.text().lines().find(|line| line.starts_with("https://")).unwrap().to_owned();
        let signed = link.strip_prefix("https://workflows.acme.example/l/").unwrap();
        let opened = Link::open(signed, |_| Some(&key)).unwrap();
        assert_eq!(opened.person, "carla");
        assert_eq!(opened.about, About::Node { node: "pack".to_owned(), copy: None, round: 1 });
        // The letter is in the workflow's language, what stands around it in the reader's.
        assert_eq!(
            mail.text().replace(&link, "LINK"),
            "Your turn: Pack it (Order A-1), due 4 March 2026, 09:00.\n\
             \n\
             Lo apra qui:\nLINK\n\
             \n\
             -- \n\
             Order A-1 · O-A-1 · per Carla Conti (Clerk)\n\
             Il link è personale: chi lo possiede agisce a suo nome. Funziona una volta sola, fino al 1 aprile 2026."
        );
        let html = mail.html().replace("&#x2f;", "/");
        assert_eq!(html.matches(&format!("<a href=\"{link}\"")).count(), 2, "{html}");
        assert!(html.contains("<html lang=\"it\">"), "{html}");
        let sent = "select external_id from delivery where adapter = 'email' and result = 'sent'";
        assert_eq!(stage.texts(sent).await, ["<order-1=3a1.default@acme.example>"]);
        let detail = "select detail from delivery where adapter = 'email' and result = 'sent'";
        assert_eq!(stage.texts(detail).await, ["250 queued as 4711"]);
    });
}

#[test]
fn a_question_and_its_end_are_one_thread() {
    run(async || {
        let (port, mails) = server(&[Does::Takes], Line::Plain, None);
        let stage = Stage::configured(&mail(port, "")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        stage.work(days(3)).await;
        let before = all(&mails);
        let question = before.iter().find(|mail| mail.to == "marco@acme.example").unwrap();
        println!("{}", question.text());
        let link = question.text().lines().find(|line| line.starts_with("https://")).unwrap().to_owned();
        assert_eq!(
            question.text().replace(&link, "LINK"),
            "A question for you\n\
             \n\
             What now with Order A-1?\n\
             \n\
             You can choose:\n  • Wait\n  • Give it up\n\
             \n\
             Choose here:\nLINK\n\
             \n\
             Or simply reply to this message in your own words. They are recorded and passed on; they decide nothing by \
             themselves.\n\
             \n\
             -- \n\
             Order A-1 · O-A-1 · for Marco Rossi (Chief)\n\
             The link is personal: whoever has it acts in your name. It works once, until 4 April 2026."
        );
        stage.act("order-1", "pack", crate::life::weight(), "clerk").await;
        stage.work(0).await;
        let closed = all(&mails).into_iter().find(|mail| mail.to == "marco@acme.example").unwrap();
        println!("{}", closed.text());
        assert_eq!(
            closed.text(),
            "This is settled\n\nNo answer is needed any more.\n\n-- \nOrder A-1 · O-A-1 · for Marco Rossi (Chief)"
        );
        assert_eq!(closed.header("Subject"), question.header("Subject"));
        assert_eq!(closed.header("In-Reply-To"), question.header("Message-ID"));
        assert!(closed.header("References").ends_with(&question.header("Message-ID")));
        assert_eq!(closed.header("Reply-To"), "reply@acme.example");
    });
}

#[test]
fn words_of_the_process_can_do_nothing_but_be_read() {
    run_on_sqlite(async || {
        let (port, mails) = server(&[Does::Takes], Line::Plain, None);
        let stage = Stage::configured(&mail(port, "").replace("Carla Conti", "Carla <b>\\r\\nBcc: x")).await;
        stage.start("A\r\nBcc: all@acme.example\r\n\r\n<script>alert(1)</script> 😀").await;
        stage.work(0).await;
        let mail = all(&mails).remove(0);
        println!("{}", mail.raw);
        assert_eq!(mail.headers("Bcc"), Vec::<String>::new());
        assert_eq!(
            mail.header("Subject"),
            "Order A Bcc: all@acme.example <script>alert(1)</script> 😀: Pack it"
        );
        assert!(mail.header("To").contains("Carla"), "{}", mail.header("To"));
        assert!(!mail.html().contains("<script>") && !mail.html().contains("<b>"), "{}", mail.html());
        assert!(mail.text().contains("<script>alert(1)</script> 😀"), "{}", mail.text());
        assert!(mail.raw.lines().all(|line| line.len() <= 998), "{}", mail.raw);
    });
}

#[test]
fn what_the_server_had_and_did_not_confirm_is_unknown_until_somebody_decides() {
    run(async || {
        for fault in [&[Does::CutsAfterText, Does::Takes], &[Does::HangsAfterText, Does::Takes]] {
            let (port, mails) = server(fault, Line::Plain, None);
            let stage = Stage::configured(&mail(port, "")).await;
            stage.start("A-1").await;
            stage.work(0).await;
            assert_eq!(all(&mails).len(), 1);
            // However long one waits, and whoever takes over: it is not sent again.
            stage.work(days(1)).await;
            stage.work(days(0)).await;
            assert_eq!(all(&mails).len(), 0);
            let unknown = stage.engine.store.letters("unknown", None, 10).await.unwrap();
            assert_eq!(unknown.len(), 1);
            let why = unknown[0].note.clone().unwrap();
            assert!(
                why.starts_with(&format!("127.0.0.1:{port} had the letter and did not confirm it: ")),
                "{why}"
            );
            let results = "select result from delivery where channel = 'email' order by attempt";
            assert_eq!(stage.texts(results).await, ["unknown"]);
            let facts = "select fact from trail where fact like 'message%' and channel = 'email'";
            assert_eq!(stage.texts(facts).await, ["message perhaps delivered"]);
            assert!(stage.engine.store.letters("open", None, 10).await.unwrap().contains(&unknown[0]));

            let retry = decide(&stage.engine, "order-1", 1, Verdict::Retry, "olga", "she did not get it");
            retry.await.unwrap();
            stage.work(0).await;
            let mails = all(&mails);
            assert_eq!(mails.len(), 1);
            assert_eq!(mails[0].header("Message-ID"), "<order-1=3a1.default@acme.example>");
            assert_eq!(stage.texts(results).await, ["unknown", "sent"]);
            let said = "select detail from trail where person = 'olga'";
            assert_eq!(
                stage.texts(said).await,
                ["letter 1 to Carla Conti (Clerk), which may have arrived: she did not get it"]
            );
            let found = wf_runtime::audit::verify::verify(&stage.another().await, None).await.unwrap();
            assert_eq!(found.findings, []);
        }
    });
}

#[test]
fn an_unknown_letter_may_be_given_up() {
    run(async || {
        let (port, mails) = server(&[Does::CutsAfterText], Line::Plain, None);
        let stage = Stage::configured(&mail(port, "")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        decide(&stage.engine, "order-1", 1, Verdict::Drop, "olga", "she has it").await.unwrap();
        stage.work(days(1)).await;
        assert_eq!(all(&mails).len(), 1);
        assert_eq!(stage.engine.store.letter("order-1", 1).await.unwrap().unwrap().status, "dropped");
        let refused = decide(&stage.engine, "order-1", 1, Verdict::Retry, "olga", "no").await.unwrap_err();
        assert!(refused.to_string().ends_with("is dropped"), "{refused}");
    });
}

#[test]
fn what_the_server_said_no_to_is_known() {
    run_on_sqlite(async || {
        for (does, status, result) in [
            (&[Does::SaysAtReceiver("550 5.1.1 no such user")], "dead", "refused"),
            (&[Does::SaysAfterText("554 5.7.1 not this text")], "dead", "refused"),
            (&[Does::SaysAtReceiver("451 4.7.1 come again later")], "waiting", "try again"),
            (&[Does::SaysAfterText("452 4.3.1 no room")], "waiting", "try again"),
            (&[Does::CutsBeforeText], "waiting", "try again"),
        ] {
            let (port, _mails) = server(does, Line::Plain, None);
            let stage = Stage::configured(&mail(port, "")).await;
            stage.start("A-1").await;
            stage.work(0).await;
            let letter = stage.engine.store.letter("order-1", 1).await.unwrap().unwrap();
            println!("{does:?}: {} {:?}", letter.status, letter.note);
            assert_eq!(letter.status, status, "{does:?}");
            let results = "select result from delivery where channel = 'email'";
            assert_eq!(stage.texts(results).await, [result], "{does:?}");
        }
    });
}

#[test]
fn who_has_no_address_gets_no_mail_and_that_is_told() {
    run_on_sqlite(async || {
        let (port, _mails) = server(&[Does::Takes], Line::Plain, None);
        for (address, why) in [("[\"x\"]", "`[\"x\"]` is no e-mail address"), ("", "`` is no e-mail address")]
        {
            let config = mail(port, "").replace("\"carla@acme.example\"", &format!("'{address}'"));
            let stage = Stage::configured(&config).await;
            stage.start("A-1").await;
            stage.work(0).await;
            let letter = stage.engine.store.letter("order-1", 1).await.unwrap().unwrap();
            assert_eq!((letter.status.as_str(), letter.note.as_deref()), ("dead", Some(why)));
        }
    });
}

#[test]
fn the_password_goes_over_an_encrypted_line_only() {
    run_on_sqlite(async || {
        let folder = tempfile::tempdir().unwrap();
        if !certificates(folder.path()) {
            eprintln!("passed over: this machine has no openssl");
            return;
        }
        std::fs::write(folder.path().join("password"), "s3cret\n").unwrap();
        let file = |name: &str| folder.path().join(name).display().to_string();
        for (line, encryption) in [(Line::Starttls, "starttls"), (Line::Tls, "tls")] {
            let (port, mails) = server(&[Does::Takes], line, Some(folder.path()));
            let config = mail(port, &format!("user = \"wf\"\npassword_file = '{}'\n", file("password")))
                .replace(
                    &format!("server = \"127.0.0.1:{port}\"\nencryption = \"none\""),
                    &format!(
                        "server = \"localhost:{port}\"\nencryption = \"{encryption}\"\ntrust = '{}'",
                        file("ca.pem")
                    ),
                );
            let stage = Stage::configured(&config).await;
            stage.start("A-1").await;
            stage.work(0).await;
            let mail = all(&mails).remove(0);
            assert!(mail.encrypted);
            assert_eq!(mail.login, Some(("wf".to_owned(), "s3cret".to_owned())));

            // A server that nobody vouches for gets nothing.
            let stage =
                Stage::configured(&config.replace(&format!("trust = '{}'", file("ca.pem")), "")).await;
            stage.start("A-1").await;
            stage.work(0).await;
            assert_eq!(all(&mails).len(), 0);
            let letter = stage.engine.store.letter("order-1", 1).await.unwrap().unwrap();
            println!("{:?}", letter.note);
            assert_eq!(letter.status, "waiting");
        }
        // A server that does not offer encryption neither.
        let (port, mails) = server(&[Does::Takes], Line::Plain, None);
        let config = mail(port, "").replace(
            &format!("server = \"127.0.0.1:{port}\"\nencryption = \"none\""),
            &format!("server = \"localhost:{port}\""),
        );
        let stage = Stage::configured(&config).await;
        stage.start("A-1").await;
        stage.work(0).await;
        assert_eq!(all(&mails).len(), 0);
        let letter = stage.engine.store.letter("order-1", 1).await.unwrap().unwrap();
        println!("{:?}", letter.note);
        assert!(letter.note.unwrap().contains("STARTTLS is not supported"), "told");
    });
}

#[test]
fn one_connection_carries_many_letters() {
    run_on_sqlite(async || {
        for (does, connections) in [(Does::TakesMore, vec![1, 1, 1, 1]), (Does::Takes, vec![1, 2, 3, 4])] {
            let (port, mails) = server(
                if does == Does::Takes { &[Does::Takes] } else { &[Does::TakesMore] },
                Line::Plain,
                None,
            );
            let stage = Stage::configured(&mail(port, "at_once = 1\n")).await;
            let carriers = Carriers::connect(&stage.engine.config, &Output::Silent).unwrap();
            let mut worker = Worker::new(stage.engine.clone(), carriers);
            for order in ["A-1", "A-2", "A-3", "A-4"] {
                stage.start(order).await;
                worker.drain(&mut |what, problem| panic!("{what}: {problem}")).await.unwrap();
            }
            let came: Vec<usize> = all(&mails).iter().map(|mail| mail.connection).collect();
            assert_eq!(came, connections);
            // A server that hung up meanwhile costs no attempt: nothing of the letter had been said.
            assert_eq!(stage.count("select count(*) from delivery where channel = 'email'").await, 4);
        }
    });
}

#[test]
fn a_reply_is_the_persons_words_once() {
    run(async || {
        let (port, mails) = server(&[Does::Takes], Line::Plain, None);
        let stage = Stage::configured(&mail(port, "")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        stage.work(days(3)).await;
        let sent = all(&mails);
        let to = |who: &str| sent.iter().find(|mail| mail.to == who).unwrap().header("Reply-To");
        let key = stage.engine.store.link_key(&[0; 32], 0).await.unwrap();
        let engine = stage.another().await;
        engine.clock.move_to(stage.engine.clock.now());
        let reply = |to: String, from: &str, text: &str, id: &str| {
            let reply = Reply { to, from: from.to_owned(), text: text.to_owned(), id: id.to_owned() };
            let (engine, key) = (&engine, &key);
            async move { take_in(engine, key, &reply).await.map_err(|problem| problem.to_string()) }
        };
        let (question, work) = (to("marco@acme.example"), to("carla@acme.example"));
        let text =
            "We wait for the lamp.\r\n\r\nOn Thu, 5 Mar 2026, Acme workflows wrote:\r\n> What now?\r\n";
        let taken = reply(question.clone(), "Marco <MARCO@acme.example>", text, "<1@m>").await.unwrap();
        assert!(taken.answered && !taken.known, "{taken:?}");
        assert!(reply(question.clone(), "marco@acme.example", text, "<1@m>").await.unwrap().known);
        let taken =
            reply(work.clone(), "carla@acme.example", "It is packed tomorrow.", "<2@m>").await.unwrap();
        assert!(!taken.answered, "{taken:?}");
        assert_eq!(
            stage
                .texts("select person || ': ' || detail from trail where person in ('marco', 'carla') and detail <> ''")
                .await,
            ["marco: We wait for the lamp.", "carla: It is packed tomorrow."]
        );
        for (to, from, text, why) in [
            (work.replace("+order-1.1.", "+order-1.2."), "carla@acme.example", "x", "belongs to no letter"),
            ("reply@acme.example".to_owned(), "carla@acme.example", "x", "belongs to no letter"),
            (work.clone(), "marco@acme.example", "x", "does not come from an address the letter went to"),
            (work.clone(), "carla@acme.example", "> x", "says nothing"),
        ] {
            let refused = reply(to, from, text, "<3@m>").await.unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    });
}
