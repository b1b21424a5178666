//! Traces on the real binary: a request's trace goes through the writer into the webhook, and all of it to a collector.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// What came to a loopback server: the head and the body of each request.
type Came = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Answers everything with 200.
fn receiver() -> (String, Came) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let came = Came::default();
    let all = Arc::clone(&came);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let all = Arc::clone(&all);
            std::thread::spawn(move || answer(stream.unwrap(), &all));
        }
    });
    (url, came)
}

fn answer(stream: TcpStream, all: &Came) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            let lower = line.to_lowercase();
            if let Some(told) = lower.strip_prefix("content-length:") {
                length = told.trim().parse().unwrap();
            }
            head.push_str(&lower);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        all.lock().unwrap().push((head, body));
        reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

struct Server {
    /// Gone with it.
    _folder: TempDir,
    child: Child,
    address: String,
    token: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn new(hook: &str, collector: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!("[channels.slack]\nkind = \"webhook\"\nurl = \"{hook}/slack\"\n");
        std::fs::write(folder.path().join("wfrun.toml"), config).unwrap();
        let plan = |name| format!("{}/tests/plans/{name}", env!("CARGO_MANIFEST_DIR"));
        let wfrun = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_wfrun"));
            command
                .args(arguments)
                .current_dir(folder.path())
                .env_remove("WFRUN_STORE")
                .env("WFRUN_PERSON", "clerk");
            command
        };
        assert!(wfrun(&["load", &plan("shipping@1.wfp"), &plan("order@1.wfp")]).status().unwrap().success());
        let token = wfrun(&["token", "add", "--role", "operator", "--person", "clerk"]).output().unwrap();
        let token = String::from_utf8(token.stdout).unwrap().lines().next().unwrap().to_owned();
        let mut child = wfrun(&["serve", "--listen", "127.0.0.1:0"])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
            .env("OTEL_SERVICE_NAME", "orders")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { _folder: folder, child, address, token }
    }

    fn start(&self) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let body = r#"{"inputs":{"id":"A-1","what":"a lamp"},"force":"a test"}"#;
        write!(
            stream,
            "POST /v1/workflows/order/instances HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
             traceparent: 00-{TRACE}-b7ad6b7169203331-01\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

fn holds(bytes: &[u8], piece: &[u8]) -> bool {
    bytes.windows(piece.len()).any(|window| window == piece)
}

#[test]
fn a_trace_goes_from_the_request_to_the_webhook() {
    let ((hook, letters), (collector, spans)) = (receiver(), receiver());
    let mut server = Server::new(&hook, &collector);
    let answer = server.start();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let patience = Instant::now() + Duration::from_secs(60);
    while letters.lock().unwrap().is_empty() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    let letter = letters.lock().unwrap()[0].0.clone();
    assert!(letter.contains(&format!("traceparent: 00-{TRACE}-")), "{letter}");
    // At the end everything is sent that still waits.
    let stopped = Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
    assert!(stopped.success() && server.child.wait().unwrap().success());
    let spans = spans.lock().unwrap();
    assert!(spans.iter().all(|(head, _)| head.starts_with("post /v1/traces")), "{spans:?}");
    let all: Vec<u8> = spans.iter().flat_map(|(_, body)| body.clone()).collect();
    for name in
        ["transition", "commit", "delivery", "POST /v1/workflows/{workflow}/instances", "orders", "order-1/1"]
    {
        assert!(holds(&all, name.as_bytes()), "no span names {name}");
    }
    let id: Vec<u8> =
        (0..32).step_by(2).map(|at| u8::from_str_radix(&TRACE[at..at + 2], 16).unwrap()).collect();
    assert!(
        all.windows(16).filter(|window| *window == id).count() >= 3,
        "request, transition and delivery are one trace"
    );
    for personal in ["a lamp", "clerk", "A-1"] {
        assert!(!holds(&all, personal.as_bytes()), "a span tells {personal}");
    }
}
