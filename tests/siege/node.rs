//! The program besieged: `wfrun serve` as a process, and `wfrun` commands on the same store.
//!
//! Invariant: whatever happens to a siege, no process of it outlives it.

use super::cluster::Cluster;
use super::http::Client;
use super::neighbour::BOTH;
use serde_json::Value as Json;
use std::fs::OpenOptions;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Nothing is under way in the end but what takes a moment: `wfrun serve` gives a request 25 seconds, a letter 40.
const DRAINING: Duration = Duration::from_secs(20);

/// A `wfrun` and a store.
#[derive(Clone, Debug)]
pub struct Program {
    pub path: PathBuf,
    /// Where it runs; what it says is kept there.
    pub folder: PathBuf,
    pub store: String,
    /// The server of a PostgreSQL of its own, which may be stopped.
    pub server: Option<Arc<Cluster>>,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub fine: bool,
    pub out: String,
    pub wrong: String,
}

impl Program {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        for name in ["WFRUN_CONFIG", "WFRUN_PERSON", "WFRUN_FAILPOINT", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.current_dir(&self.folder).env("NO_COLOR", "1").env("WFRUN_STORE", &self.store);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        let done = self.command().args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { fine: done.status.success(), out: text(&done.stdout), wrong: text(&done.stderr) }
    }

    /// Its output, of a command that must succeed.
    pub fn must(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert!(said.fine, "{arguments:?}: {}{}", said.out, said.wrong);
        said.out
    }

    /// Rows of a question in SQL.
    pub fn rows(&self, question: &str) -> Vec<Json> {
        let answer = self.must(&["sql", question, "--json"]);
        serde_json::from_str(&answer).unwrap_or_else(|fault| panic!("{question}: {fault}: {answer}"))
    }

    /// A token of an operator.
    pub fn token(&self) -> String {
        let said = self.must(&["token", "add", "--role", "operator", "--person", "team"]);
        said.split_whitespace().find(|word| word.starts_with("wfr_")).unwrap().to_owned()
    }
}

/// A `wfrun serve`.
pub struct Node {
    program: Program,
    pub port: u16,
    child: Option<Child>,
}

impl Node {
    pub fn new(program: &Program) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { program: program.clone(), port, child: None }
    }

    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    /// Serves both tenants, with these words in its environment.
    pub fn start_with(&mut self, environment: &[(&str, &str)]) {
        self.spawn(&["--config", BOTH, "--per-token", "0", "--per-address", "0"], environment);
    }

    /// Serves without a tenant next door.
    pub fn start_alone(&mut self, arguments: &[&str]) {
        self.spawn(arguments, &[]);
    }

    fn spawn(&mut self, arguments: &[&str], environment: &[(&str, &str)]) {
        let log = self.program.folder.join(format!("node-{}.log", self.port));
        let log = OpenOptions::new().create(true).append(true).open(log).unwrap();
        let listen = format!("127.0.0.1:{}", self.port);
        let mut command = self.program.command();
        command.args(["serve", "--listen", &listen]).args(arguments);
        command.envs(environment.iter().copied()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().unwrap());
    }

    /// Waits until it serves, from now; `None`: not within `patience`, or it has ended.
    pub fn serving(&mut self, patience: Duration) -> Option<Duration> {
        let began = Instant::now();
        while began.elapsed() < patience && self.ended().is_none() {
            let mut client = Client::new(self.port, "", Duration::from_secs(1));
            if client.ask("GET", "/healthz", None, None).is_ok_and(|reply| reply.status == 200) {
                return Some(began.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }

    /// Its number, while it runs.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().and_then(|child| child.try_wait().unwrap())
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Sends a signal by its name: `STOP`, `CONT`, `TERM`.
    pub fn signal(&self, name: &str) {
        let Some(child) = &self.child else { return };
        let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the signal {name} was not sent");
    }

    /// Asks it to stop; whether it ended in order.
    pub fn stop(&mut self) -> bool {
        self.signal("TERM");
        let began = Instant::now();
        while began.elapsed() < DRAINING {
            if let Some(status) = self.ended() {
                self.child = None;
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.kill();
        false
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The `wfrun` beside the program that runs, or one folder above it.
pub fn beside() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folders = own.ancestors().skip(1).take(2).map(Path::to_owned);
    let places: Vec<PathBuf> = folders.map(|folder| folder.join("wfrun")).collect();
    let found = places.iter().find(|place| place.exists());
    found.cloned().unwrap_or_else(|| panic!("no wfrun in {places:?}: `cargo build -p wf-runtime` makes it"))
}
