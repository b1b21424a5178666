//! A throw-away PostgreSQL for tests: its own cluster, on a free loopback port, gone with the test process.
//!
//! Invariant: it never runs as root, never listens beyond loopback, and where the machine has no PostgreSQL the tests
//! that want one say so and pass over it.

#![allow(dead_code, reason = "tests, benchmarks and the siege each use a part of it")]

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    // Its standard input is the leash: when this process ends, the server stops and its folder goes. Nobody waits
    // for it here, because this process is gone by then. Words on it stop and start the server meanwhile.
    leash: Mutex<Child>,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);
static CLUSTERS: AtomicU32 = AtomicU32::new(0);

/// Whether commits wait for the disk: tests need not, benchmarks say so before their first database.
pub static WAITS_FOR_DISK: AtomicBool = AtomicBool::new(false);

/// The URL of a fresh database; `None` where there is no PostgreSQL.
pub async fn fresh_database() -> Option<String> {
    let cluster = CLUSTER.get_or_init(|| {
        let cluster = Cluster::start();
        if cluster.is_none() {
            eprintln!("skipped on PostgreSQL: this machine has none");
        }
        cluster
    });
    Some(cluster.as_ref()?.database().await)
}

/// Runs statements on a database.
pub async fn run_sql(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(url).await?;
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.map(drop);
    connection.close().await?;
    done
}

impl Cluster {
    /// Starts one, where the machine has PostgreSQL.
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        let number = CLUSTERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("wf-cluster-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let owner = owner(&folder);
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["--username=test", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"]);
        let made = as_owner(initdb.arg(folder.join("data")), owner).current_dir(&folder).output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = format!(
            "serve() {{ '{programs}/postgres' -D '{folder}/data' -p {port} -c listen_addresses=127.0.0.1 \
             -c unix_socket_directories='' -c fsync={fsync} -c max_connections=200 >>'{folder}/log' 2>&1 & server=$!; }}\n\
             serve\nwhile read -r word; do case $word in\n\
             stop) kill -QUIT $server; wait $server ;;\nstart) serve ;;\nesac; done\n\
             kill -INT $server\nwait $server\nrm -rf '{folder}'",
            fsync = if WAITS_FOR_DISK.load(Ordering::Relaxed) { "on" } else { "off" },
            programs = programs.display(),
            folder = folder.display(),
        );
        let mut leash = Command::new("sh");
        leash.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0);
        let leash = as_owner(&mut leash, owner).spawn().unwrap();
        let cluster = Self { port, leash: Mutex::new(leash) };
        if cluster.listens_soon(true) {
            return Some(cluster);
        }
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        let _ = std::io::stderr().write_all(log.as_bytes());
        panic!("PostgreSQL does not start");
    }

    /// The URL of a fresh database.
    pub async fn database(&self) -> String {
        let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let create = format!("create database {name}");
        let mut made = run_sql(&self.url("postgres"), &create).await;
        for _ in 0..400 {
            match &made {
                Err(error) if error.to_string().contains("starting up") => {
                    std::thread::sleep(Duration::from_millis(25));
                    made = run_sql(&self.url("postgres"), &create).await;
                }
                _ => break,
            }
        }
        made.unwrap();
        self.url(&name)
    }

    /// Stops the server at once, as `pg_ctl stop -m immediate` does: nothing under way is finished or written.
    pub fn stop_at_once(&self) {
        self.say("stop");
        assert!(self.listens_soon(false), "PostgreSQL does not stop");
    }

    /// Starts it again, which recovers from its log before it serves.
    pub fn start_again(&self) {
        self.say("start");
        assert!(self.listens_soon(true), "PostgreSQL does not start again");
    }

    fn say(&self, word: &str) {
        let mut leash = self.leash.lock().unwrap();
        writeln!(leash.stdin.as_mut().unwrap(), "{word}").unwrap();
    }

    fn listens_soon(&self, wanted: bool) -> bool {
        (0..400).any(|_| {
            std::thread::sleep(Duration::from_millis(25));
            TcpStream::connect(("127.0.0.1", self.port)).is_ok() == wanted
        })
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://test@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

/// Where `postgres` and `initdb` are.
pub fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path)
        .filter_map(|folder| folder.join("postgres").canonicalize().ok()?.parent().map(Path::to_owned))
        .collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        places.extend(versions.filter_map(|version| Some(version.ok()?.path().join("bin"))));
    }
    places.into_iter().find(|place| place.join("postgres").exists() && place.join("initdb").exists())
}

/// Whom the server runs as: nobody in particular where the tests run as root.
pub fn owner(folder: &Path) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata(folder).unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let known = |wanted: &str| {
        let line = users.lines().find(|line| line.starts_with(&format!("{wanted}:")))?;
        let fields: Vec<&str> = line.split(':').collect();
        Some((fields[2].parse().unwrap(), fields[3].parse().unwrap()))
    };
    let owner = known("postgres").or_else(|| known("nobody")).unwrap();
    chown(folder, Some(owner.0), Some(owner.1)).unwrap();
    Some(owner)
}

fn as_owner(command: &mut Command, owner: Option<(u32, u32)>) -> &mut Command {
    match owner {
        Some((user, group)) => command.uid(user).gid(group),
        None => command,
    }
}
