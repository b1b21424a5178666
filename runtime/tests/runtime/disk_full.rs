//! A disk that is full, on the real binary: an alarm, no loss, and no need to start anything again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

struct Server {
    folder: TempDir,
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

fn wfrun(folder: &TempDir, arguments: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_wfrun"))
        .args(arguments)
        .current_dir(folder.path())
        .env_remove("WFRUN_STORE")
        .env("WFRUN_PERSON", "clerk")
        .output()
        .unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
}

impl Server {
    /// A server whose files may have so many kilobytes.
    fn with_room(kilobytes: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plan = |name| format!("{}/tests/plans/{name}", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(wfrun(&folder, &["load", &plan("shipping@1.wfp"), &plan("order@1.wfp")]).0, 0);
        let (_, token) = wfrun(&folder, &["token", "add", "--role", "operator", "--person", "clerk"]);
        let limited = format!(
            "ulimit -S -f {}; exec '{}' serve --listen 127.0.0.1:0 --per-token 0",
            kilobytes * 2, // in halves of a kilobyte
            env!("CARGO_BIN_EXE_wfrun")
        );
        let mut child = Command::new("sh")
            .args(["-c", &limited])
            .current_dir(folder.path())
            .env_remove("WFRUN_STORE")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { folder, child, address, token: token.lines().next().unwrap().to_owned() }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    fn start(&self, id: &str) -> (u16, String) {
        let body = format!(r#"{{"inputs":{{"id":"{id}","what":"a lamp"}},"force":"a test"}}"#);
        self.ask("POST", "/v1/workflows/order/instances", &body)
    }
}

#[test]
fn a_full_disk_is_an_alarm_and_not_an_end() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        return eprintln!("passed over: this machine has no prlimit");
    }
    let server = Server::with_room(1_000);
    let mut acknowledged = Vec::new();
    let refused = (0..10_000).find_map(|number| {
        let id = format!("A-{number}");
        let (status, said) = server.start(&id);
        if status == 201 {
            acknowledged.push(id);
            return None;
        }
        Some((status, said))
    });
    let (status, said) = refused.expect("it fills up");
    assert_eq!(status, 507, "{said}");
    assert!(said.contains("application/problem+json") && said.contains("/problems/no-room"), "{said}");
    let (status, said) = server.ask("GET", "/readyz", "");
    assert_eq!(status, 503, "{said}");
    assert!(said.contains("no room left"), "{said}");
    assert_eq!(server.ask("GET", "/healthz", "").0, 200, "the process lives");
    assert_eq!(server.ask("GET", "/v1/instances?limit=5", "").0, 200, "reading goes on");
    let (_, metrics) = server.ask("GET", "/metrics", "");
    assert!(metrics.contains("\nwfrun_store_writable 0\n"), "{metrics}");

    let room = Command::new("prlimit")
        .arg(format!("--pid={}", server.child.id()))
        .arg("--fsize=unlimited:")
        .status();
    assert!(room.unwrap().success());
    assert_eq!(server.ask("GET", "/readyz", "").0, 200, "nobody started it again");
    assert_eq!(server.start("B-1").0, 201);
    let (_, metrics) = server.ask("GET", "/metrics", "");
    assert!(metrics.contains("\nwfrun_store_writable 1\n"), "{metrics}");
    acknowledged.push("B-1".to_owned());
    let (code, listed) = wfrun(&server.folder, &["list", "--limit", "100000"]);
    assert_eq!(code, 0);
    for id in &acknowledged {
        assert!(listed.contains(&format!("O-{id} ")), "{id} was acknowledged and is lost");
    }
    let (code, said) = wfrun(&server.folder, &["audit", "verify"]);
    assert_eq!(code, 0, "{said}");
}
