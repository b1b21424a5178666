//! The server itself: its description, health, measurements, draining, encryption.

use super::api::Server;
use super::mailbox::certificates;
use serde_json::{Value as Json, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn the_description_is_complete() {
    let server = Server::new();
    let described = server.get("", "/openapi.json").is(200);
    assert!(described["openapi"].as_str().unwrap().starts_with("3."), "{}", described["openapi"]);
    let paths = described["paths"].as_object().unwrap();
    assert!(paths.len() >= 25, "{}", paths.len());
    let mut names = Vec::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            let at = format!("{method} {path}");
            names.push(operation["operationId"].as_str().unwrap().to_owned());
            assert!(operation["summary"].is_string(), "{at}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("429"), "{at}");
            let open = operation["security"] == json!([{}]) || operation["security"] == json!([]);
            assert_eq!(responses.contains_key("401"), !open, "{at}");
            let about = operation["description"].as_str().unwrap_or_default();
            assert_eq!(about.contains("Roles: operator"), !open, "{at}: {about}");
            assert_eq!(responses.contains_key("404"), path.contains('{'), "{at}");
            let asks = operation["parameters"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["in"] == "query"));
            assert_eq!(responses.contains_key("422"), asks || operation["requestBody"].is_object(), "{at}");
        }
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "operations have names of their own");
    // Everything that is referred to is there.
    let text = described.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap())
    {
        assert!(described["components"]["schemas"][reference].is_object(), "{reference}");
    }
}

#[test]
fn every_described_address_is_served() {
    let server = Server::new();
    let root = server.operator();
    let described = server.get("", "/openapi.json").is(200);
    for (path, methods) in described["paths"].as_object().unwrap() {
        let address = path.replace("{instance}", "none").replace("{name}", "refused");
        let address: String = address
            .split('{')
            .enumerate()
            .map(|(at, part)| match part.split_once('}') {
                Some((_, rest)) if at > 0 => format!("x{rest}"),
                _ => part.to_owned(),
            })
            .collect();
        for method in methods.as_object().unwrap().keys() {
            let reply = if method == "get" {
                server.get(&root, &address)
            } else {
                server.post(&root, &address, &json!({}))
            };
            assert_ne!(reply.status, 405, "{method} {address}");
            assert!(!reply.text.contains("there is nothing at"), "{method} {address}");
            assert!(reply.status < 500, "{method} {address}: {}", reply.text);
        }
    }
}

#[test]
fn operators_see_how_it_does() {
    let server = Server::new();
    let root = server.operator();
    assert_eq!(server.get("", "/healthz").text, "alive\n");
    assert_eq!(server.get("", "/readyz").text, "ready\n");
    server.order(&root, "A-1");
    server.get("", "/metrics").is_problem(401, "no token", "");
    let measured = server.get(&root, "/metrics");
    assert!(measured.headers["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    for line in [
        "wfrun_requests_total{route=\"/v1/workflows/{workflow}/instances\",method=\"POST\",status=\"201\"} 1",
        "wfrun_api_transitions_total 1",
        "wfrun_requests_under_way 1",
        "wfrun_timers_due 0",
    ] {
        assert!(measured.text.lines().any(|told| told == line), "{line}\n{}", measured.text);
    }
}

#[test]
fn requests_under_way_are_finished_before_it_stops() {
    let mut server = Server::new();
    let root = server.operator();
    let body = json!({ "inputs": { "what": "a lamp" } }).to_string();
    let (first, rest) = body.split_at(5);
    let mut slow = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    write!(
        slow,
        "POST /v1/workflows/shipping/instances HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {root}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{first}",
        body.len()
    )
    .unwrap();
    // The server has begun to read it once it answers another one.
    std::thread::sleep(Duration::from_millis(300));
    server.get("", "/healthz");
    server.terminate();
    std::thread::sleep(Duration::from_millis(300));
    assert!(server.child.try_wait().unwrap().is_none(), "a request is under way");
    assert!(TcpStream::connect(server.url.strip_prefix("http://").unwrap()).is_err(), "no new connections");
    slow.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let listed: Json = serde_json::from_str(&server.run(&["list", "--json"])).unwrap();
    assert_eq!(listed[0]["workflow"], "shipping");
}

/// A connection on which one request was answered, and which stays.
fn kept_open(address: &str) -> TcpStream {
    let mut kept = TcpStream::connect(address).unwrap();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"alive\n") {
        let mut bytes = [0; 512];
        let count = kept.read(&mut bytes).unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&bytes[..count]);
    }
    kept
}

/// Whether a server that is asked to stop is gone long before it would cut off requests (25 s).
fn ends_soon(server: &mut Server) -> bool {
    server.terminate();
    let began = Instant::now();
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    began.elapsed() < Duration::from_secs(10)
}

#[test]
fn connections_on_which_nothing_is_asked_do_not_hold_up_the_end() {
    let mut server = Server::new();
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let _silent = TcpStream::connect(&address).unwrap();
    let _kept: Vec<TcpStream> = (0..8).map(|_| kept_open(&address)).collect();
    assert!(ends_soon(&mut server));
}

#[test]
fn nor_do_those_that_do_not_finish_their_handshake() {
    let folder = tempfile::tempdir().unwrap();
    if !certificates(folder.path()) {
        return;
    }
    let at = |name: &str| folder.path().join(name).display().to_string();
    let mut server =
        Server::with("", &["serve", "--tls-cert", &at("server.pem"), "--tls-key", &at("key.pem")]);
    let _silent = TcpStream::connect(server.url.strip_prefix("https://").unwrap()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert!(ends_soon(&mut server));
}

#[test]
fn the_api_alone_lets_no_time_pass() {
    let mut server = Server::with("", &["api"]);
    let root = server.operator();
    server.order(&root, "A-1");
    std::thread::sleep(Duration::from_millis(1_500));
    let waiting = server.get(&root, "/metrics").text;
    let depth = waiting.lines().find_map(|line| line.strip_prefix("wfrun_outbox_depth ")).unwrap().to_owned();
    assert_ne!(depth, "0", "nobody delivers");
    server.terminate();
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_address_and_the_certificate_are_checked_first() {
    let server = Server::new();
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let fails = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_wfrun");
        let done = std::process::Command::new(program)
            .args(arguments)
            .current_dir(server.folder.path())
            .output()
            .unwrap();
        (
            done.status.code(),
            String::from_utf8(done.stderr).unwrap().split_whitespace().collect::<Vec<_>>().join(" "),
        )
    };
    let (code, wrong) = fails(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
    assert!(
        code == Some(3) && wrong.contains("cannot be listened on") && wrong.contains("--listen"),
        "{wrong}"
    );
    let (code, wrong) = fails(&["serve", "--tls-cert", "no.pem", "--tls-key", "no.pem"]);
    assert!(code == Some(2) && wrong.contains("holds no certificate in PEM"), "{wrong}");
}
