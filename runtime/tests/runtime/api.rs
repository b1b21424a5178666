//! The HTTP API through the real binary on a free port: every route once right and once wrong.

use super::cluster::fresh_database;
use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use ureq::http::HeaderMap;

/// `wfrun serve` with the plans of `tests/plans`.
pub struct Server {
    pub folder: TempDir,
    pub child: Child,
    pub url: String,
    /// Where its store is; nothing: in its folder.
    pub store: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

pub const ROOT: &str = "root";

impl Server {
    pub fn new() -> Self {
        Self::with("", &["serve"])
    }

    /// With a configuration, and these words after `wfrun`.
    pub fn with(config: &str, arguments: &[&str]) -> Self {
        Self::on(None, config, arguments)
    }

    pub fn on(store: Option<String>, config: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("wfrun.toml"), config).unwrap();
        run_in(folder.path(), store.as_deref())(&["load", &plan("shipping@1.wfp"), &plan("order@1.wfp")]);
        let (child, url) = serve(folder.path(), store.as_deref(), arguments);
        Self { folder, child, url, store }
    }

    /// A command of `wfrun` on the same store.
    pub fn run(&self, arguments: &[&str]) -> String {
        run_in(self.folder.path(), self.store.as_deref())(arguments)
    }

    pub fn token(&self, arguments: &[&str]) -> String {
        self.run(&[&["token", "add"], arguments].concat()).trim().to_owned()
    }

    pub fn operator(&self) -> String {
        self.token(&["--role", "operator", "--person", ROOT])
    }

    pub fn get(&self, token: &str, path: &str) -> Reply {
        let request = agent().get(format!("{}{path}", self.url));
        let request = if token.is_empty() {
            request
        } else {
            request.header("Authorization", format!("Bearer {token}"))
        };
        answered(request.call().unwrap())
    }

    pub fn get_bytes(&self, token: &str, path: &str) -> Vec<u8> {
        let request =
            agent().get(format!("{}{path}", self.url)).header("Authorization", format!("Bearer {token}"));
        let mut bytes = Vec::new();
        request.call().unwrap().body_mut().as_reader().read_to_end(&mut bytes).unwrap();
        bytes
    }

    pub fn post(&self, token: &str, path: &str, body: &Json) -> Reply {
        self.send(token, path, &[("Content-Type", "application/json")], body.to_string().as_bytes())
    }

    pub fn send(&self, token: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = agent().post(format!("{}{path}", self.url));
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answered(request.send(body).unwrap())
    }

    /// Starts an order and tells its id.
    pub fn order(&self, token: &str, id: &str) -> String {
        let body = json!({ "inputs": { "id": id, "what": "a lamp" }, "by": "clerk" });
        let reply = self.post(token, "/v1/workflows/order/instances", &body);
        reply.is(201)["instance"].as_str().unwrap().to_owned()
    }

    /// Looks until something is as it should be: the worker needs a moment.
    pub fn until(&self, token: &str, path: &str, as_wanted: impl Fn(&Json) -> bool) -> Json {
        let began = Instant::now();
        loop {
            let reply = self.get(token, path);
            let seen = serde_json::from_str(&reply.text).unwrap_or_default();
            if reply.status == 200 && as_wanted(&seen) {
                return seen;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{path}: {}", reply.text);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks it to stop, as an operator's machine does.
    pub fn terminate(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Reply {
    /// The JSON, if the status is this one.
    #[track_caller]
    pub fn is(&self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// A problem with this status, these words and this advice.
    #[track_caller]
    pub fn is_problem(&self, status: u16, detail: &str, help: &str) {
        let body = self.is(status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(body["status"], status);
        assert!(body["type"].as_str().unwrap().starts_with("/problems/"), "{body}");
        let told = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
        assert!(told("detail").contains(detail), "{body}");
        assert!(told("help").contains(help), "{body}");
        assert!(!told("help").contains("--") && !told("help").contains("wfrun status"), "{body}");
    }
}

fn run_in<'a>(folder: &'a Path, store: Option<&'a str>) -> impl Fn(&[&str]) -> String + 'a {
    move |arguments| {
        let done = Command::new(env!("CARGO_BIN_EXE_wfrun"))
            .args(arguments)
            .current_dir(folder)
            .env("WFRUN_STORE", store.unwrap_or("sqlite:wfrun.sqlite"))
            .env_remove("WFRUN_CONFIG")
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }
}

/// Starts the program and reads where it listens.
pub fn serve(folder: &Path, store: Option<&str>, arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wfrun"))
        .args(arguments)
        .args(["--listen", "127.0.0.1:0"])
        .current_dir(folder)
        .env("WFRUN_STORE", store.unwrap_or("sqlite:wfrun.sqlite"))
        .env_remove("WFRUN_CONFIG")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let said = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));
    let url = said.split_whitespace().next().unwrap().to_owned();
    std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
    (child, url)
}

pub fn plan(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans").join(name).display().to_string()
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

fn answered(mut response: ureq::http::Response<ureq::Body>) -> Reply {
    let mut text = String::new();
    response.body_mut().as_reader().read_to_string(&mut text).unwrap();
    Reply { status: response.status().as_u16(), headers: response.headers().clone(), text }
}

#[test]
fn a_whole_story() {
    story(&Server::new());
}

#[test]
fn a_whole_story_on_postgresql() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Some(url) = runtime.block_on(fresh_database()) {
        story(&Server::on(Some(url), "", &["serve"]));
    }
}

fn story(server: &Server) {
    let (root, path) = (server.operator(), "/v1/instances/O-A-1");
    let clerk = server.token(&["--role", "owner", "--person", "clerk"]);
    let shop = server.token(&["--role", "system", "--system", "shop"]);

    let plans = server.get(&root, "/v1/plans").is(200);
    assert_eq!(plans["plans"][0]["workflow"], "order");
    let start = json!({ "inputs": { "id": "A-1", "what": "a lamp" } });
    let started = server.post(&clerk, "/v1/workflows/order/instances", &start);
    assert_eq!(started.headers["location"], "/v1/instances/order-1");
    assert_eq!(started.is(201)["reference"], "O-A-1");
    // `one per id`: the same order again is the one that runs.
    assert_eq!(server.post(&clerk, "/v1/workflows/order@1/instances", &start).is(200)["instance"], "order-1");

    let status = server.get(&clerk, path).is(200);
    assert_eq!(status["nodes"][0]["state"], "active");
    assert_eq!(status["nodes"][0]["form"][0]["name"], "weight");
    assert_eq!(
        server.post(&clerk, &format!("{path}/nodes/pack/claim"), &json!({})).is(200)["happened"][0]["fact"],
        "claimed"
    );
    // Acts without anything to say need no body.
    server.send(&clerk, &format!("{path}/nodes/pack/release"), &[], b"").is(200);
    server.post(&clerk, &format!("{path}/nodes/pack/comment"), &json!({ "text": "soon" })).is(200);
    let block = json!({ "reason": "no box", "waiting_on": "chief" });
    server.post(&clerk, &format!("{path}/nodes/pack/block"), &block).is(200);
    assert_eq!(server.get(&clerk, path).is(200)["nodes"][0]["block_reason"], "no box");
    server.post(&clerk, &format!("{path}/nodes/pack/unblock"), &json!({})).is(200);
    server
        .post(&clerk, &format!("{path}/nodes/pack/complete"), &json!({ "fields": { "weight": 2.5 } }))
        .is(200);
    let correct = json!({ "field": "pack.weight", "value": "2.6", "reason": "weighed again" });
    server.post(&clerk, &format!("{path}/correct"), &correct).is(200);

    let wanted = json!({ "person": "clerk", "node": "payment" });
    server.post(&root, &format!("{path}/links"), &wanted).is(201);

    let paid = json!({ "key": "A-1", "fields": { "by": "card" }, "id": "evt-1" });
    let taken = server.post(&shop, "/v1/systems/shop/events/paid", &paid).is(200);
    assert_eq!(taken["given_to"][0], "order-1");
    assert_eq!(server.post(&shop, "/v1/systems/shop/events/paid", &paid).is(200)["known"], true);
    server
        .until(&clerk, "/v1/instances?workflow=shipping", |seen| seen["instances"][0]["status"] == "running");
    let wanted = json!({ "person": "clerk", "node": "arrived" });
    let made = server.post(&root, "/v1/instances/shipping-1/links", &wanted).is(201);
    let link = made["link"].as_str().unwrap().strip_prefix(&server.url).unwrap();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(server.send("", link, &form, b"do=choose:yes").status, 200);
    assert_eq!(server.send("", link, &form, b"do=choose:yes").status, 410);
    let ended = server.until(&clerk, path, |seen| seen["status"] == "outcome");
    assert_eq!(ended["outcome"], "sent");

    let facts: Vec<String> = trail(server, &root, "order-1", 3)
        .iter()
        .map(|row| row["fact"].as_str().unwrap().to_owned())
        .collect();
    let whole: Json = serde_json::from_str(&server.run(&["trail", "order-1", "--json"])).unwrap();
    let told: Vec<&str> = whole.as_array().unwrap().iter().map(|row| row["fact"].as_str().unwrap()).collect();
    // The worker may have delivered something between the two looks.
    assert!(
        facts.len() > 15 && told.starts_with(&facts.iter().map(String::as_str).collect::<Vec<_>>()),
        "{facts:?}"
    );
    assert!(server.run(&["audit", "verify"]).starts_with("whole"));
}

/// A trail, page by page.
fn trail(server: &Server, token: &str, instance: &str, limit: usize) -> Vec<Json> {
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let page =
            server.get(token, &format!("/v1/instances/{instance}/trail?limit={limit}&after={after}")).is(200);
        let got = page["rows"].as_array().unwrap();
        assert!(got.len() <= limit);
        rows.extend(got.iter().cloned());
        match page["next"].as_i64() {
            Some(next) => after = next,
            None => return rows,
        }
    }
}

#[test]
fn a_start_with_a_key_happens_once() {
    let server = Server::new();
    let root = server.operator();
    let start = |key: &str, workflow: &str| {
        let body = json!({ "inputs": { "what": "a lamp" } }).to_string();
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
        server.send(&root, &format!("/v1/workflows/{workflow}/instances"), &headers, body.as_bytes())
    };
    let first = start("deal-7", "shipping").is(201);
    let second = start("deal-7", "shipping").is(200);
    assert_eq!((&first["instance"], &second["new"]), (&second["instance"], &json!(false)));
    assert_ne!(start("deal-8", "shipping").is(201)["instance"], first["instance"]);
    assert_eq!(server.get(&root, "/v1/instances").is(200)["instances"].as_array().unwrap().len(), 2);
    let other = json!({ "inputs": { "id": "A-9", "what": "a lamp" }, "by": "clerk" }).to_string();
    let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "deal-7")];
    server.send(&root, "/v1/workflows/order/instances", &headers, other.as_bytes()).is_problem(
        422,
        "started `shipping-1` already",
        "another key",
    );
    start("with blanks in it", "shipping").is_problem(400, "Idempotency-Key", "UUID");
}

#[test]
fn every_other_act_happens() {
    let server = Server::with("", &["api"]);
    let root = server.operator();
    let path = format!("/v1/instances/{}", server.order(&root, "A-1"));
    let act = |act: &str, body: Json| server.post(&root, &format!("{path}/{act}"), &body).is(200);
    let first = |told: &Json| told["happened"][0]["fact"].as_str().unwrap().to_owned();
    assert_eq!(first(&act("nodes/pack/acknowledge", json!({ "by": "clerk" }))), "acknowledged");
    let reassigned = act("nodes/pack/reassign", json!({ "to": "chief", "by": "clerk" }));
    assert!(reassigned["happened"].to_string().contains("reassigned"), "{reassigned}");
    let skipped =
        act("nodes/pack/skip", json!({ "reason": "no paper", "by": "chief", "force": "burnt down" }));
    assert!(skipped["happened"].to_string().contains("skipped by a person"), "{skipped}");
    assert_eq!(
        first(&act("nodes/pack/reopen", json!({ "reason": "found again", "force": "it did not burn" }))),
        "reopened"
    );
    assert!(server.get(&root, &path).is(200)["nodes"][0]["state"] == "active");
    assert_eq!(act("cancel", json!({ "reason": "the customer is gone" }))["status"], "cancelled");

    server.post(&root, "/v1/workflows/shipping/instances", &json!({ "inputs": { "what": "x" } })).is(201);
    let choose = json!({ "option": "It did not", "reason": "lost on its way", "by": "clerk" });
    let chosen = server.post(&root, "/v1/instances/shipping-1/nodes/arrived/choose", &choose).is(200);
    assert_eq!((&chosen["status"], &chosen["outcome"]), (&json!("outcome"), &json!("refused")));
    for (form, begins) in [
        ("csv", ""),
        ("jsonl", "{"),
        ("ocel-json", "{"),
        ("xes", "<?xml"),
        ("ocel-sqlite", "SQLite format 3"),
    ] {
        let taken = server.get_bytes(&root, &format!("/v1/exports/{form}?workflow=shipping"));
        assert!(taken.starts_with(begins.as_bytes()) && taken.len() > 100, "{form}");
    }
    server.get(&root, "/v1/exports/pdf").is_problem(404, "no form `pdf`", "csv");
    server.get(&root, "/v1/exports/csv?from=yesterday").is_problem(422, "no moment", "2026-03-02");
    server.get(&root, "/v1/exports/csv?instance=none").is_problem(404, "no instance", "");
}

#[test]
#[allow(clippy::too_many_lines)] // a line per mistake
fn mistakes_are_told_with_what_to_do() {
    let server = Server::new();
    let root = server.operator();
    server.order(&root, "A-1");
    let at = |path: &str, body: Json| server.post(&root, path, &body);
    at("/v1/workflows/ordr/instances", json!({})).is_problem(
        404,
        "no workflow `ordr`",
        "did you mean `order`?",
    );
    at("/v1/workflows/order@7/instances", json!({})).is_problem(404, "`order@7` is not loaded", "order@1");
    at("/v1/workflows/order/instances", json!({ "by": "clerk", "inputs": { "idd": "1", "what": "x" } }))
        .is_problem(422, "there is no field `idd`; did you mean `id`?", "in `inputs`");
    at("/v1/workflows/order/instances", json!({ "inputs": { "id": "2", "what": "x" } })).is_problem(
        409,
        "was not started",
        "started by clerk",
    );
    at("/v1/workflows/order/instances", json!({ "input": {} })).is_problem(
        400,
        "unknown field `input`",
        "did you mean `inputs`?",
    );
    let pack = |act: &str, body: Json| at(&format!("/v1/instances/order-1/nodes/pack/{act}"), body);
    pack("complete", json!({ "by": "clerk" })).is_problem(
        422,
        "`weight` is missing: a number",
        "in `fields`",
    );
    pack("complete", json!({ "by": "clerk", "fields": { "weight": "heavy" } })).is_problem(
        422,
        "`heavy` is not a number",
        "",
    );
    pack("complete", json!({ "by": "chief", "fields": { "weight": 1 } })).is_problem(
        409,
        "belongs to somebody else",
        "act as `clerk`",
    );
    pack("unblock", json!({ "by": "clerk" })).is_problem(409, "not blocked", "");
    pack("skip", json!({ "by": "clerk", "reason": "x" })).is_problem(409, "not optional", "in `force`");
    pack("skip", json!({ "by": "clerk" })).is_problem(400, "missing field `reason`", "");
    pack("block", json!({ "by": "clerk", "reason": "x", "waiting_on": "cheif" })).is_problem(
        422,
        "no role `cheif`",
        "did you mean `chief`?",
    );
    pack("reassign", json!({ "to": "nobody" })).is_problem(422, "no role `nobody`", "clerk");
    pack("choose", json!({ "option": "yes" })).is_problem(422, "`pack` is no decision", "GET /v1/instances");
    pack("dance", json!({})).is_problem(404, "nothing at", "/openapi.json");
    at("/v1/instances/order-1/nodes/pak/claim", json!({})).is_problem(
        404,
        "no node `pak`",
        "did you mean `pack`?",
    );
    at("/v1/instances/order-9/nodes/pack/claim", json!({})).is_problem(
        404,
        "no instance `order-9`",
        "GET /v1/instances",
    );
    at("/v1/instances/order-1/questions/q1/answer", json!({ "alternative": "1" })).is_problem(
        409,
        "closed already",
        "",
    );
    at("/v1/instances/order-1/questions/x/answer", json!({ "words": "x" })).is_problem(
        422,
        "names no question",
        "",
    );
    at("/v1/instances/order-1/questions/1/answer", json!({})).is_problem(
        422,
        "either an `alternative` or `words`",
        "exactly one",
    );
    at("/v1/instances/order-1/correct", json!({ "field": "wat", "value": 1, "reason": "x" })).is_problem(
        422,
        "no field `wat`",
        "did you mean `what`?",
    );
    at("/v1/instances/order-1/end", json!({ "outcome": "lost", "reason": "x" })).is_problem(
        409,
        "`lost` is not possible `at any time`",
        "`wfrun cancel`",
    );
    at("/v1/systems/shop/events/payd", json!({ "key": "A-1" })).is_problem(
        404,
        "no event `payd`",
        "did you mean `paid`?",
    );
    at("/v1/systems/shop/events/paid", json!({ "key": "A-1", "fields": { "buy": "x" } })).is_problem(
        422,
        "did you mean `by`?",
        "in `fields`",
    );
    at("/v1/instances/order-1/links", json!({ "person": "clerk" })).is_problem(
        422,
        "either a `node` or a `question`",
        "exactly one",
    );
    at("/v1/instances/order-1/links", json!({ "person": "clerk", "node": "ship" })).is_problem(
        409,
        "not active",
        "GET",
    );
    for (path, detail, help) in [
        ("/v1/instances?limit=0", "`limit` is 0", "1 to 1000"),
        ("/v1/instances?limit=many", "limit", ""),
        ("/v1/instances?lmit=3", "unknown field `lmit`", "did you mean `limit`?"),
        ("/v1/instances?status=runing", "no status `runing`", "running"),
        ("/v1/instances?search=LONG", "`search` is too long", "200 characters"),
        ("/v1/instances/order-1/trail?after=-1", "below 0", "`next`"),
    ] {
        let path = path.replace("LONG", &"x".repeat(201));
        server.get(&root, &path).is_problem(400, detail, help);
    }
    server.get(&root, "/v1/instances?after=x").is_problem(422, "`after` is no place", "`next`");
    server.get(&root, "/v1/instances/order-9").is_problem(404, "no instance", "");
    server.get(&root, "/v1/instances/order-9/trail").is_problem(404, "no instance", "");
    server.get(&root, "/problems/x").is_problem(404, "no kind of problem", "refused");
    assert!(server.get("", "/problems/refused").text.contains("recorded in the trail"));
    let method = server.get(&root, "/v1/instances/order-1/cancel");
    method.is_problem(405, "GET", "Allow");
    assert_eq!(method.headers["allow"], "POST");
}

#[test]
fn bodies_are_read_with_care() {
    let server = Server::new();
    let root = server.operator();
    let path = "/v1/workflows/shipping/instances";
    let json_type = [("Content-Type", "application/json")];
    server.send(&root, path, &json_type, b"{\n \"inputs\": {,} }").is_problem(400, "line 2 column 13", "");
    server.send(&root, path, &json_type, &vec![b' '; 1024 * 1024 + 1]).is_problem(413, "1048576 bytes", "");
    server.send(&root, path, &[("Content-Type", "text/plain")], b"{}").is_problem(
        415,
        "not said to be JSON",
        "Content-Type",
    );
    server.send(&root, path, &json_type, br#"{"inputs": {"what": "a\u0000b"}}"#).is_problem(422, "NUL", "");
    let bytes = std::fs::read(plan("order@1.wfp")).unwrap();
    let binary = [("Content-Type", "application/octet-stream")];
    server.send(&root, "/v1/plans", &binary, &bytes).is(200);
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    server.send(&root, "/v1/plans", &binary, &damaged).is_problem(422, "refused", "wfc build");
    server.send(&root, "/v1/plans", &json_type, b"{}").is_problem(415, "not as JSON", "octet-stream");
    server.send(&root, "/v1/plans?replac=true", &binary, &bytes).is_problem(
        400,
        "unknown field `replac`",
        "did you mean `replace`?",
    );
}

#[test]
fn pages_lose_and_repeat_nothing_while_instances_start() {
    let server = Server::new();
    let root = server.operator();
    let mut before: Vec<String> = (0..12).map(|at| server.order(&root, &format!("A-{at}"))).collect();
    let (mut seen, mut after, mut added) = (Vec::new(), String::new(), 0);
    loop {
        let page = server.get(&root, &format!("/v1/instances?limit=5&workflow=order{after}")).is(200);
        seen.extend(
            page["instances"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["instance"].as_str().unwrap().to_owned()),
        );
        for _ in 0..3 {
            added += 1;
            server.order(&root, &format!("B-{added}"));
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    seen.sort();
    before.sort();
    assert_eq!(seen, before);
    let found = server.get(&root, "/v1/instances?search=order%20b-2").is(200);
    assert_eq!(found["instances"][0]["reference"], "O-B-2");
    let none = server.get(&root, "/v1/instances?search=%25&status=cancelled").is(200);
    assert_eq!((&none["instances"], &none["next"]), (&json!([]), &Json::Null));
}
