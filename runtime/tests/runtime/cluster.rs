//! A throw-away PostgreSQL for tests: its own cluster, on a free loopback port, gone with the test process.
//!
//! Invariant: it never runs as root, never listens beyond loopback, and where the machine has no PostgreSQL the tests
//! that want one say so and pass over it.

use std::io::Write;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// A running cluster.
pub struct Cluster {
    port: u16,
    // Its standard input is the leash: when this process ends, the server stops and its folder goes. Nobody waits
    // for it here, because this process is gone by then.
    _leash: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

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
    let cluster = cluster.as_ref()?;
    let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let create = format!("create database {name}");
    let mut made = run_sql(&cluster.url("postgres"), &create).await;
    for _ in 0..400 {
        match &made {
            Err(error) if error.to_string().contains("starting up") => {
                std::thread::sleep(Duration::from_millis(25));
                made = run_sql(&cluster.url("postgres"), &create).await;
            }
            _ => break,
        }
    }
    made.unwrap();
    Some(cluster.url(&name))
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
    #[expect(clippy::zombie_processes, reason = "it outlives this process by a moment, on purpose")]
    fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("wf-cluster-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let owner = owner(&folder);
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["--username=test", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"]);
        let made = as_owner(initdb.arg(folder.join("data")), owner).current_dir(&folder).output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = format!(
            "'{programs}/postgres' -D '{folder}/data' -p {port} -c listen_addresses=127.0.0.1 \
             -c unix_socket_directories='' -c fsync={fsync} -c max_connections=200 >'{folder}/log' 2>&1 & server=$!\n\
             read -r _\nkill -INT $server\nwait $server\nrm -rf '{folder}'",
            fsync = if WAITS_FOR_DISK.load(Ordering::Relaxed) { "on" } else { "off" },
            programs = programs.display(),
            folder = folder.display(),
        );
        let mut leash = Command::new("sh");
        leash.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0);
        let leash = as_owner(&mut leash, owner).spawn().unwrap();
        for _ in 0..400 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(Self { port, _leash: leash });
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        let _ = std::io::stderr().write_all(log.as_bytes());
        panic!("PostgreSQL does not start");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://test@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

/// Where `postgres` and `initdb` are.
fn programs() -> Option<PathBuf> {
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
fn owner(folder: &Path) -> Option<(u32, u32)> {
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
