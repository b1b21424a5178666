//! Replies to letters over HTTP, as a mail gateway hands them over.

use crate::api::Server;
use crate::delivery_mail::mail;
use crate::mailbox::{Does, Line, server};
use serde_json::{Value as Json, json};
use std::time::Duration;

fn reply(to: &str, from: &str, text: &str, id: &str) -> Json {
    json!({ "to": to, "from": from, "text": text, "id": id })
}

#[test]
fn a_gateway_hands_over_what_people_write_back() {
    let (port, mails) = server(&[Does::Takes], Line::Plain, None);
    let site = Server::with(&mail(port, ""), &["serve"]);
    let (root, gateway) = (site.operator(), site.token(&["--role", "system", "--system", "mail"]));
    let instance = site.order(&root, "A-1");
    let letter = mails.recv_timeout(Duration::from_secs(60)).unwrap();
    let (to, carla) = (letter.header("Reply-To"), letter.to.clone());
    assert_eq!(carla, "carla@acme.example");

    let words = reply(&to, &carla, "It is packed tomorrow.\n\n-- \nCarla", "<1@acme.example>");
    let taken = site.post(&gateway, "/v1/replies", &words).is(200);
    assert_eq!(taken, json!({ "instance": instance, "known": false, "answered": false }));
    // Gateways send again what was not confirmed in time.
    let again = site.post(&gateway, "/v1/replies", &words).is(200);
    assert_eq!(again, json!({ "instance": instance, "known": true, "answered": false }));
    let trail = site.get(&root, &format!("/v1/instances/{instance}/trail")).is(200);
    let rows = trail["rows"].as_array().unwrap();
    let said: Vec<&Json> = rows.iter().filter(|row| row["person"] == "carla").collect();
    assert_eq!(said.len(), 1, "{trail}");
    assert_eq!(said[0]["detail"], "It is packed tomorrow.");
}

#[test]
fn what_is_no_reply_is_refused_with_why() {
    let (port, mails) = server(&[Does::Takes], Line::Plain, None);
    let site = Server::with(&mail(port, ""), &["serve"]);
    let gateway = site.token(&["--role", "system", "--system", "mail"]);
    let root = site.operator();
    site.order(&root, "A-1");
    let to = mails.recv_timeout(Duration::from_secs(60)).unwrap().header("Reply-To");
    let carla = "carla@acme.example";
    let nobodys = to.replace("+order-1.1.", "+order-1.2.");
    // The address of the request is there: what its body names and is not there does not fit.
    for (body, status, detail, help) in [
        (reply(&nobodys, carla, "x", "<2@m>"), 422, "belongs to no letter", "`Reply-To`"),
        (reply("reply@acme.example", carla, "x", "<3@m>"), 422, "belongs to no letter", ""),
        (
            reply(&to, "marco@acme.example", "x", "<4@m>"),
            409,
            "does not come from an address",
            "from that address",
        ),
        (reply(&to, carla, "> x", "<5@m>"), 422, "says nothing", "quoted lines"),
        (json!({ "to": to, "from": carla, "text": "x" }), 400, "missing field `id`", ""),
    ] {
        site.post(&gateway, "/v1/replies", &body).is_problem(status, detail, help);
    }
    let words = reply(&to, carla, "x", "<6@m>");
    site.post("", "/v1/replies", &words).is_problem(401, "no token", "");
    let owner = site.token(&["--role", "owner", "--person", "clerk"]);
    site.post(&owner, "/v1/replies", &words).is_problem(403, "may not", "");
    // What was refused is not known, so that it can be handed over again.
    assert_eq!(site.post(&root, "/v1/replies", &words).is(200)["known"], false);
}
