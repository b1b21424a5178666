//! Links and the pages behind them: shown as often as one likes, good for one act, kind about everything else.

use super::api::{Reply, Server};
use serde_json::json;
use wf_runtime::link::{About, Link};
use wf_runtime::store::{Address, Store, Tenant};

const PEOPLE: &str = "
    [people.anna]
    name = \"Anna <Bianchi>\"
    roles = [\"clerk\"]
    language = \"it\"
    [people.bob]
    name = \"Bob Stone\"
    roles = [\"clerk\"]
";

/// A link as an operator makes it, without the server's address.
fn link(server: &Server, root: &str, instance: &str, wanted: serde_json::Value) -> String {
    let made = server.post(root, &format!("/v1/instances/{instance}/links"), &wanted).is(201);
    made["link"].as_str().unwrap().strip_prefix(&server.url).unwrap().to_owned()
}

/// Sends a form as a browser does.
fn press(server: &Server, link: &str, form: &str) -> Reply {
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    server.send("", link, &kind, form.as_bytes())
}

#[track_caller]
fn shows(reply: &Reply, status: u16, words: &[&str]) {
    assert_eq!(reply.status, status, "{}", reply.text);
    for word in words {
        assert!(reply.text.contains(word), "{word}\n{}", reply.text);
    }
    let policy = reply.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!reply.text.contains("<script"), "no scripts");
}

#[test]
fn a_task_is_done_once() {
    let server = Server::with(PEOPLE, &["serve"]);
    let root = server.operator();
    let start = json!({ "inputs": { "id": "A-1", "what": "a <b>lamp</b>" }, "by": "bob" });
    server.post(&root, "/v1/workflows/order/instances", &start).is(201);
    let link = link(&server, &root, "order-1", json!({ "person": "bob", "node": "pack" }));
    // A mail scanner follows it, several times.
    for _ in 0..3 {
        let page = server.get("", &link);
        shows(
            &page,
            200,
            &[
                "<html lang=\"en\">",
                "Pack it",
                "Order A-1",
                "Bob Stone",
                "name=\"f.weight\"",
                "inputmode=\"decimal\"",
                "a &lt;b&gt;lamp",
            ],
        );
    }
    assert_eq!(server.get(&root, "/v1/instances/order-1").is(200)["nodes"][0]["state"], "active");

    shows(&press(&server, &link, "do=complete&f.weight="), 422, &["Please fill this in."]);
    shows(
        &press(&server, &link, "do=complete&f.weight=heavy"),
        422,
        &["Please write a number", "value=\"heavy\""],
    );
    shows(&press(&server, &link, "do=dance"), 422, &["Pack it"]);
    // Saying that it cannot go on does not use the link up.
    shows(&press(&server, &link, "do=block&block_reason=no+box"), 200, &["keeps working"]);
    shows(&server.get("", &link), 200, &["no box", "It goes on"]);
    shows(&press(&server, &link, "do=unblock"), 200, &["Thank you"]);
    // People write decimals with a comma, too.
    shows(
        &press(&server, &link, "do=complete&f.weight=2,5"),
        200,
        &["Thank you, it is recorded", "“Pack it” is done."],
    );
    shows(&press(&server, &link, "do=complete&f.weight=3"), 410, &["has been used already"]);
    shows(&server.get("", &link), 410, &["has been used already"]);
    let seen = server.get(&root, "/v1/instances/order-1").is(200);
    assert_eq!(
        (&seen["nodes"][0]["state"], &seen["nodes"][0]["done_by"][0]),
        (&json!("done"), &json!("bob"))
    );
}

#[test]
fn a_decision_is_taken_in_the_readers_language() {
    let server = Server::with(PEOPLE, &["serve"]);
    let root = server.operator();
    let start = json!({ "inputs": { "what": "a lamp" } });
    server.post(&root, "/v1/workflows/shipping/instances", &start).is(201);
    let wanted = json!({ "person": "anna", "node": "arrived", "hours": 1 });
    let first = link(&server, &root, "shipping-1", wanted);
    shows(
        &server.get("", &first),
        200,
        &[
            "<html lang=\"it\">",
            "Did it arrive?",
            "It did not",
            "Anna &lt;Bianchi&gt;",
            "Scadenza",
            "La sua motivazione",
        ],
    );
    shows(&press(&server, &first, "do=choose:no&reason="), 422, &["serve una motivazione"]);
    shows(&press(&server, &first, "do=choose:maybe"), 422, &["no option"]);
    let second = link(&server, &root, "shipping-1", json!({ "person": "bob", "node": "arrived" }));
    shows(
        &press(&server, &first, "do=choose:no&reason=broken"),
        200,
        &["Grazie, è stato registrato", "Ha scelto «It did not»"],
    );
    // The other link is not used, but there is nothing left to do.
    shows(&server.get("", &second), 410, &["nothing left to do here", "Anna &lt;Bianchi&gt;"]);
    shows(&press(&server, &second, "do=choose:yes"), 410, &["nothing left to do here"]);
    let seen = server.get(&root, "/v1/instances/shipping-1").is(200);
    assert_eq!(seen["outcome"], "refused");
}

#[test]
fn a_link_is_nobody_elses() {
    let server = Server::with(PEOPLE, &["serve"]);
    let root = server.operator();
    let start = json!({ "inputs": { "what": "a lamp" } });
    server.post(&root, "/v1/workflows/shipping/instances", &start).is(201);
    let good = link(&server, &root, "shipping-1", json!({ "person": "bob", "node": "arrived" }));
    let mut tampered = good.clone();
    let middle = good.len() - 20;
    tampered.replace_range(middle..=middle, if &good[middle..=middle] == "A" { "B" } else { "A" });
    for wrong in [tampered.as_str(), "/l/x", "/l/a.b", &format!("{good}A")] {
        shows(&server.get("", wrong), 404, &["This link does not work"]);
        shows(&press(&server, wrong, "do=choose:yes"), 404, &["This link does not work"]);
    }
    // Somebody whose work it is not.
    let stranger = link(&server, &root, "shipping-1", json!({ "person": "eve", "node": "arrived" }));
    shows(&press(&server, &stranger, "do=choose:yes"), 409, &["belongs to somebody else"]);
    // What was refused did not use it up.
    shows(&press(&server, &stranger, "do=choose:yes"), 409, &["belongs to somebody else"]);
    shows(&press(&server, &good, "do=choose:yes"), 200, &["You chose “It did”"]);
}

#[test]
fn a_link_expires() {
    let server = Server::with(PEOPLE, &["serve"]);
    let root = server.operator();
    server.post(&root, "/v1/workflows/shipping/instances", &json!({ "inputs": { "what": "x" } })).is(201);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let key = runtime.block_on(async {
        let address = Address::File(server.folder.path().join("wfrun.sqlite"));
        let store = Store::open(&address, Tenant::named("default")).await.unwrap();
        let key = store.link_key(b"never used: there is a key already", 0).await.unwrap();
        store.close().await;
        key
    });
    let about = About::Node { node: "arrived".to_owned(), copy: None, round: 1 };
    let of = |person: &str, instance: &str, expires_at_ms| {
        let link = Link {
            tenant: "default".to_owned(),
            instance: instance.to_owned(),
            about: about.clone(),
            person: person.to_owned(),
            expires_at_ms,
        };
        format!("/l/{}", link.signed(&key))
    };
    // Monday 2 March 2026, 09:00 UTC.
    let expired = of("anna", "shipping-1", 1_772_442_000_000);
    shows(&server.get("", &expired), 410, &["Questo link è scaduto", "lunedì 2 marzo 2026, 09:00"]);
    shows(&press(&server, &expired, "do=choose:yes"), 410, &["Questo link è scaduto"]);
    assert_eq!(server.get(&root, "/v1/instances/shipping-1").is(200)["status"], "running");
    shows(&server.get("", &of("bob", "shipping-9", i64::MAX)), 404, &["This link does not work"]);
    shows(&server.get("", &of("bob", "shipping-1", i64::MAX)), 200, &["Did it arrive?"]);
}

#[test]
fn a_question_is_answered_by_link_or_token() {
    let server = Server::with("", &["api"]);
    let root = server.operator();
    for id in ["A-1", "A-2"] {
        server.order(&root, id);
    }
    // A worker of another time: both orders are late, and the chief is asked.
    server.run(&["worker", "--once", "--now", "2090-03-01 09:00"]);
    let wanted = json!({ "person": "chief", "question": "q1" });
    let (first, second) =
        (link(&server, &root, "order-1", wanted.clone()), link(&server, &root, "order-1", wanted));
    shows(
        &server.get("", &first),
        200,
        &["What now with Order A-1?", ">Wait<", ">Give it up<", "Something else"],
    );
    shows(&press(&server, &first, "do=words&words="), 422, &["<details open>", "Please fill this in."]);
    shows(&press(&server, &first, "do=answer:7"), 422, &["no alternative"]);
    shows(&press(&server, &first, "do=answer:2"), 200, &["You chose “Give it up”"]);
    assert_eq!(server.get(&root, "/v1/instances/order-1").is(200)["outcome"], "lost");
    if first != second {
        shows(&server.get("", &second), 410, &["chief answered: “Give it up”"]);
    }
    let answer = |body| server.post(&root, "/v1/instances/order-2/questions/1/answer", &body);
    answer(json!({ "alternative": "Wiat", "by": "chief" })).is_problem(
        422,
        "no alternative `Wiat`",
        "did you mean `Wait`?",
    );
    answer(json!({ "alternative": "wait", "by": "chief" })).is(200);
    assert_eq!(server.get(&root, "/v1/instances/order-2").is(200)["questions"], json!([]));
}

#[test]
fn fields_are_asked_for_by_their_type() {
    let server = Server::with(PEOPLE, &["api"]);
    let root = server.operator();
    let bytes = std::fs::read(super::api::plan("forms/intake@1.wfp")).unwrap();
    server.send(&root, "/v1/plans", &[], &bytes).is(201);
    let start = json!({ "inputs": { "what": "a steam engine", "amount": "1200.50", "express": true } });
    server.post(&root, "/v1/workflows/intake/instances", &start).is(201);
    let link = link(&server, &root, "intake-1", json!({ "person": "bob", "node": "inspect" }));
    shows(
        &server.get("", &link),
        200,
        &[
            // What the step says, with its values.
            "Please look at a steam engine closely.",
            "<input type=\"date\" value=\"\" autocomplete=\"off\" id=\"f-received_on\" name=\"f.received_on\" required",
            "<input type=\"datetime-local\"",
            "inputmode=\"decimal\"",
            "<span>EUR</span>",
            "<input type=\"radio\" name=\"f.undamaged\" value=\"yes\" required",
            "<option value=\"very_high\">Very high</option>",
            "<input type=\"radio\" name=\"f.size\" value=\"large\" required",
            "<input type=\"email\" value=\"\" autocomplete=\"email\"",
            "<input type=\"tel\"",
            "inputmode=\"url\"",
            "Several values, separated by commas.",
        ],
    );
    let wrong = "do=complete&f.received_on=tomorrow&f.weight=2,5&f.price=much&f.undamaged=yes&f.risk=high&f.size=small&f.supplier_email=x&f.serial_numbers=a";
    let told = press(&server, &link, wrong);
    shows(
        &told,
        422,
        &["such as 2026-03-04", "an amount, such as 1200.50", "an email address", "value=\"2,5\""],
    );
    assert_eq!(told.text.matches("class=\"wrong\"").count(), 3, "{}", told.text);
    let right =
        wrong.replace("tomorrow", "2026-03-04").replace("much", "12,50").replace("=x&", "=x@example.org&");
    let right = format!("{right}&f.weighed_at=2026-03-04T09:30&f.guarantee=2+weeks");
    shows(&press(&server, &link, &right), 200, &["“Inspect what was delivered” is done."]);
    assert_eq!(server.get(&root, "/v1/instances/intake-1").is(200)["outcome"], "taken");
}
