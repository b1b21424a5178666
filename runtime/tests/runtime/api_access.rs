//! Tokens: what each role may do, cell by cell; tenants apart; limits.

use super::api::{Server, plan};
use serde_json::{Value as Json, json};

/// Who may do what, as a person reads it: a row per request, `x` where the role is let in.
/// Columns: operator, process owner, owner, auditor, system.
const EXPECTED: &str = "
    load a plan           x . . . .
    list plans            x x x x .
    start                 x x x . .
    list instances        x x x x .
    see an instance       x x x x .
    read a trail          x x . x .
    act                   x x x . .
    answer                x x x . .
    correct               x x x . .
    reopen                x x x . .
    end                   x x x . .
    act for another       x . . . .
    force                 x . . . .
    cancel                x . . . .
    send an event         x . . . x
    make a link           x . . . .
    export                x x . x .
    measurements          x . . x .
";

#[test]
fn every_role_may_what_the_table_says() {
    let server = Server::with("", &["serve"]);
    let tokens = [
        server.token(&["--role", "operator", "--person", "clerk"]),
        server.token(&["--role", "process-owner", "--person", "clerk"]),
        server.token(&["--role", "owner", "--person", "clerk"]),
        server.token(&["--role", "auditor"]),
        server.token(&["--role", "system", "--system", "shop"]),
    ];
    let instance = server.order(&tokens[0], "A-1");
    for line in EXPECTED.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (what, cells) = line.split_at(line.len() - 9);
        for (token, cell) in tokens.iter().zip(cells.split(' ')) {
            let reply = ask(&server, token, what.trim(), &instance);
            let let_in = reply.status != 403;
            assert_eq!(let_in, cell == "x", "{what}: {} {}", reply.status, reply.text);
            if !let_in {
                reply.is_problem(403, "may not", "");
            }
        }
    }
}

fn ask(server: &Server, token: &str, what: &str, instance: &str) -> super::api::Reply {
    let post = |path: &str, body: Json| server.post(token, path, &body);
    let on = |path: &str, body: Json| post(&format!("/v1/instances/{instance}/{path}"), body);
    match what {
        "load a plan" => {
            let bytes = std::fs::read(plan("order@1.wfp")).unwrap();
            server.send(token, "/v1/plans", &[], &bytes)
        }
        "list plans" => server.get(token, "/v1/plans"),
        "start" => post("/v1/workflows/shipping/instances", json!({ "inputs": { "what": "x" } })),
        "list instances" => server.get(token, "/v1/instances"),
        "see an instance" => server.get(token, &format!("/v1/instances/{instance}")),
        "read a trail" => server.get(token, &format!("/v1/instances/{instance}/trail")),
        "act" => on("nodes/pack/comment", json!({ "text": "x" })),
        "answer" => on("questions/1/answer", json!({ "words": "x" })),
        "correct" => on("correct", json!({ "field": "what", "value": "y", "reason": "x" })),
        "reopen" => on("nodes/pack/reopen", json!({ "reason": "x" })),
        "end" => on("end", json!({ "outcome": "lost", "reason": "x" })),
        "act for another" => on("nodes/pack/comment", json!({ "text": "x", "by": "chief" })),
        "force" => on("nodes/pack/comment", json!({ "text": "x", "force": "because" })),
        "cancel" => {
            let other = server.post(token, "/v1/instances/none/cancel", &json!({ "reason": "x" }));
            assert!(other.status == 403 || other.status == 404);
            other
        }
        "send an event" => {
            post("/v1/systems/shop/events/paid", json!({ "key": "Z", "fields": { "by": "x" } }))
        }
        "make a link" => on("links", json!({ "person": "clerk", "node": "pack" })),
        "export" => server.get(token, "/v1/exports/csv"),
        "measurements" => server.get(token, "/metrics"),
        other => panic!("{other}"),
    }
}

#[test]
fn without_a_valid_token_there_is_nothing() {
    let server = Server::new();
    let root = server.operator();
    let none = server.get("", "/v1/instances");
    none.is_problem(401, "carries no token", "Authorization: Bearer");
    assert!(none.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    server.get("wfr_nonsense", "/v1/instances").is_problem(401, "not known", "wfrun token add");
    let mut forged = root.clone();
    forged.replace_range(root.len() - 1.., if root.ends_with('A') { "B" } else { "A" });
    server.get(&forged, "/v1/instances").is_problem(401, "not known", "");

    let short = server.token(&["--role", "auditor", "--expires", "1 minute"]);
    server.get(&short, "/v1/instances").is(200);
    let listed: Json = serde_json::from_str(&server.run(&["token", "list", "--json"])).unwrap();
    let listed = listed.as_array().unwrap();
    assert!(listed.iter().any(|token| token["role"] == "auditor" && token["expires"].is_string()));
    let shown = server.run(&["token", "list"]);
    assert!(!shown.contains(&root[10..]), "tokens are never shown again");
    let fresh = server.token(&["--role", "auditor", "--note", "to be revoked"]);
    let listed: Json = serde_json::from_str(&server.run(&["token", "list", "--json"])).unwrap();
    let id = listed.as_array().unwrap().iter().find(|token| token["note"] == "to be revoked").unwrap()["id"]
        .clone();
    server.run(&["token", "revoke", id.as_str().unwrap()]);
    server.get(&fresh, "/v1/instances").is_problem(401, "revoked", "");
}

#[test]
fn a_system_sends_its_own_events_only() {
    let server = Server::new();
    let other = server.token(&["--role", "system", "--system", "bank"]);
    let event = json!({ "key": "A-1", "fields": { "by": "card" } });
    server.post(&other, "/v1/systems/shop/events/paid", &event).is_problem(
        403,
        "does not belong to the system `shop`",
        "",
    );
}

#[test]
fn tenants_do_not_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("acme.toml", "tenant = \"acme\"");
    write("beta.toml", "tenant = \"beta\"");
    write("wfrun.toml", "tenants = [\"acme.toml\", \"beta.toml\"]");
    let run = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_wfrun");
        let done =
            std::process::Command::new(program).args(arguments).current_dir(folder.path()).output().unwrap();
        (
            done.status.success(),
            String::from_utf8(done.stdout).unwrap(),
            String::from_utf8(done.stderr).unwrap(),
        )
    };
    for tenant in ["acme.toml", "beta.toml"] {
        assert!(run(&["load", &plan("shipping@1.wfp"), "--config", tenant]).0);
    }
    assert!(run(&["load", &plan("order@1.wfp"), "--config", "acme.toml"]).0);
    let (done, _, wrong) = run(&["list"]);
    assert!(
        !done && wrong.contains("lists several tenants") && wrong.contains("--config acme.toml"),
        "{wrong}"
    );
    let token = |config: &str| {
        run(&["token", "add", "--role", "operator", "--person", "clerk", "--config", config])
            .1
            .trim()
            .to_owned()
    };
    let (acme, beta) = (token("acme.toml"), token("beta.toml"));
    let (child, url) = super::api::serve(folder.path(), None, &["serve"]);
    let server = Server { folder, child, url, store: None };

    let instance = server.order(&acme, "A-1");
    server
        .post(&beta, "/v1/workflows/shipping/instances", &json!({ "inputs": { "what": "secret" } }))
        .is(201);
    server.get(&beta, &format!("/v1/instances/{instance}")).is_problem(404, "no instance", "");
    server.post(&beta, &format!("/v1/instances/{instance}/cancel"), &json!({ "reason": "x" })).is_problem(
        404,
        "no instance",
        "",
    );
    server.post(&beta, "/v1/workflows/order/instances", &json!({})).is_problem(
        404,
        "no workflow `order`",
        "shipping",
    );
    let names = |token: &str| server.get(token, "/v1/instances").is(200)["instances"].to_string();
    assert!(names(&acme).contains("order-1") && !names(&acme).contains("shipping-1"));
    assert!(names(&beta).contains("shipping-1") && !names(&beta).contains("order-1"));
    // A link of one tenant leads to its own instance, never to another's of the same name.
    server.get(&beta, "/v1/instances/order-1/trail").is_problem(404, "no instance", "");
}

#[test]
fn whoever_asks_too_often_waits() {
    let server = Server::with("", &["serve", "--per-token", "3", "--per-address", "4"]);
    let root = server.operator();
    let replies: Vec<_> = (0..12).map(|_| server.get(&root, "/v1/instances")).collect();
    let over = replies.iter().find(|reply| reply.status == 429).expect("a burst is six");
    over.is_problem(429, "this token asks too often", "wait 1 s");
    assert_eq!(over.headers["retry-after"], "1");
    // Another token has its own measure.
    server.get(&server.operator(), "/v1/instances").is(200);
    let guesses: Vec<_> = (0..20).map(|_| server.get("wfr_nonsense", "/v1/instances").status).collect();
    assert!(guesses.contains(&401) && guesses.contains(&429), "{guesses:?}");
}
