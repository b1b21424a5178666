//! A disk that is full, SQLite's or that of PostgreSQL, on the real binary: an alarm, no loss, and no need to start anything again.

use crate::cluster;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

struct Server {
    folder: TempDir,
    store: String,
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

fn wfrun(folder: &TempDir, store: &str, arguments: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_wfrun"))
        .args(arguments)
        .current_dir(folder.path())
        .env("WFRUN_STORE", store)
        .env("WFRUN_PERSON", "clerk")
        .output()
        .unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
}

impl Server {
    /// A server; a shell says the words before it first.
    fn with(store: &str, before: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plan = |name| format!("{}/tests/plans/{name}", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(wfrun(&folder, store, &["load", &plan("shipping@1.wfp"), &plan("order@1.wfp")]).0, 0);
        let (_, token) = wfrun(&folder, store, &["token", "add", "--role", "operator", "--person", "clerk"]);
        let serve = format!(
            "{before} exec '{}' serve --listen 127.0.0.1:0 --per-token 0",
            env!("CARGO_BIN_EXE_wfrun")
        );
        let mut child = Command::new("sh")
            .args(["-c", &serve])
            .current_dir(folder.path())
            .env("WFRUN_STORE", store)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let token = token.lines().next().unwrap().to_owned();
        Self { folder, store: store.to_owned(), child, address, token }
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

/// Starts orders until there is no room; then makes some, and looks whether everything acknowledged is there.
fn alarm_and_no_loss(server: &Server, make_room: impl FnOnce()) {
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
    for _ in 0..2 {
        let (status, said) = server.ask("GET", "/readyz", "");
        assert_eq!(status, 503, "{said}");
        assert!(said.contains("no room left"), "{said}");
    }
    assert_eq!(server.ask("GET", "/healthz", "").0, 200, "the process lives");
    assert_eq!(server.ask("GET", "/v1/instances?limit=5", "").0, 200, "reading goes on");
    let (_, metrics) = server.ask("GET", "/metrics", "");
    assert!(metrics.contains("\nwfrun_store_writable 0\n"), "{metrics}");

    make_room();
    assert_eq!(server.ask("GET", "/readyz", "").0, 200, "nobody started it again");
    assert_eq!(server.start("B-1").0, 201);
    let (_, metrics) = server.ask("GET", "/metrics", "");
    assert!(metrics.contains("\nwfrun_store_writable 1\n"), "{metrics}");
    acknowledged.push("B-1".to_owned());
    let (code, listed) = wfrun(&server.folder, &server.store, &["list", "--limit", "100000"]);
    assert_eq!(code, 0);
    for id in &acknowledged {
        assert!(listed.contains(&format!("O-{id} ")), "{id} was acknowledged and is lost");
    }
    let (code, said) = wfrun(&server.folder, &server.store, &["audit", "verify"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_full_disk_is_an_alarm_and_not_an_end() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        return eprintln!("passed over: this machine has no prlimit");
    }
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("wfrun.sqlite").display());
    // A megabyte for each of its files, in halves of a kilobyte.
    let server = Server::with(&store, "ulimit -S -f 2000;");
    alarm_and_no_loss(&server, || {
        let room = Command::new("prlimit")
            .arg(format!("--pid={}", server.child.id()))
            .arg("--fsize=unlimited:")
            .status();
        assert!(room.unwrap().success());
    });
}

/// A PostgreSQL on a small disk of its own, which only it sees and which is gone with it.
struct SmallDisk {
    shell: Child,
    said: BufReader<std::process::ChildStdout>,
    port: u16,
    _folder: TempDir,
}

impl SmallDisk {
    /// `None` where there is no PostgreSQL, or the machine does not let us have a disk.
    fn new() -> Option<Self> {
        let programs = cluster::programs()?;
        let programs = programs.display();
        let folder = tempfile::tempdir().unwrap();
        let (user, group) = cluster::owner(folder.path())?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = format!(
            "mount -t tmpfs -o size=160m,uid={user},gid={group} tmpfs . || exit 1\n\
             as='setpriv --reuid={user} --regid={group} --clear-groups'\ncd \"$PWD\"\n\
             $as '{programs}/initdb' --username=test --auth=trust --no-sync --locale=C --encoding=UTF8 -D \"$PWD/data\" >&2 || exit 1\n\
             $as '{programs}/postgres' -D \"$PWD/data\" -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' \
             -c fsync=off >&2 & server=$!\necho begun\n\
             while read -r word; do case $word in\n\
             fill) head -c 200000000 /dev/zero >filler 2>/dev/null ;;\nfree) rm filler ;;\nesac; echo $word; done\n\
             kill -INT $server; wait $server; cd /"
        );
        let mut shell = Command::new("unshare")
            .args(["--mount", "sh", "-c", &script])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let said = BufReader::new(shell.stdout.take().unwrap());
        let mut disk = Self { shell, said, port, _folder: folder };
        if disk.hears() != "begun" {
            return None;
        }
        let listens = (0..400).any(|_| {
            std::thread::sleep(Duration::from_millis(25));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(listens, "PostgreSQL does not start");
        Some(disk)
    }

    fn hears(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn say(&mut self, word: &str) {
        writeln!(self.shell.stdin.as_mut().unwrap(), "{word}").unwrap();
        assert_eq!(self.hears(), word);
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

#[test]
fn a_postgresql_without_room_is_an_alarm_and_not_an_end() {
    let Some(mut disk) = SmallDisk::new() else {
        return eprintln!("passed over: no PostgreSQL here, or nobody may mount a disk");
    };
    let store = format!("postgres://test@127.0.0.1:{}/postgres?sslmode=disable", disk.port);
    let server = Server::with(&store, "");
    assert_eq!(server.start("A").0, 201);
    disk.say("fill");
    alarm_and_no_loss(&server, || disk.say("free"));
}
