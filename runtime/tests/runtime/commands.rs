//! Commands of operators through the real program, on a file of SQLite and again on PostgreSQL.

use crate::api::{Server, plan};
use crate::cluster::{fresh_database, run_sql};
use serde_json::Value as Json;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A terminal with a store.
struct Desk {
    folder: TempDir,
    store: String,
}

/// What a command said.
struct Said {
    code: i32,
    out: String,
    wrong: String,
}

impl Said {
    #[track_caller]
    fn good(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.wrong);
        self.out
    }

    #[track_caller]
    fn json(self) -> Json {
        serde_json::from_str(&self.good()).unwrap()
    }

    #[track_caller]
    fn bad(self, what: &str) {
        let words = self.wrong.replace(['│', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(self.code != 0 && words.contains(what), "{}{}", self.out, self.wrong);
    }
}

impl Desk {
    fn on(store: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = || format!("sqlite:{}", folder.path().join("wfrun.sqlite").display());
        let desk = Self { store: store.unwrap_or_else(file), folder };
        desk.at("2026-03-02 09:00", &["load", &plan("shipping@1.wfp"), &plan("order@1.wfp")]).good();
        desk
    }

    fn is_shared(&self) -> bool {
        self.store.starts_with("postgres")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wfrun"));
        command.args(arguments).current_dir(self.folder.path());
        command.env("WFRUN_STORE", &self.store).env("WFRUN_PERSON", "clerk").env_remove("WFRUN_CONFIG");
        command
    }

    fn now(&self, arguments: &[&str]) -> Said {
        let done = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: done.status.code().unwrap(), out: text(done.stdout), wrong: text(done.stderr) }
    }

    fn at(&self, now: &str, arguments: &[&str]) -> Said {
        self.now(&[arguments, &["--now", now]].concat())
    }

    fn start(&self, id: &str) {
        let id = format!("id={id}");
        self.at("2026-03-02 09:00", &["start", "order", "-i", &id, "-i", "what=a lamp"]).good();
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// One number out of the store.
    fn count(&self, query: &str) -> i64 {
        let said = self.now(&["sql", "--csv", query]).good();
        said.lines().nth(1).unwrap().parse().unwrap()
    }

    /// What somebody with the database and no scruples does.
    fn tamper(&self, sql: &str) {
        if self.is_shared() {
            let sql = format!("set session_replication_role = replica; {sql}");
            block_on(run_sql(&self.store, &sql)).unwrap();
        } else {
            let connection = rusqlite::Connection::open(self.path("wfrun.sqlite")).unwrap();
            connection.execute_batch(&format!("drop trigger if exists plan_is_kept; {sql}")).unwrap();
        }
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A story on SQLite, and again on PostgreSQL where the machine has one.
fn told_twice(story: impl Fn(Desk)) {
    story(Desk::on(None));
    if let Some(url) = block_on(fresh_database()) {
        story(Desk::on(Some(url)));
    }
}

/// A program that stays, killed when it is dropped.
struct Stays(Child);

impl Drop for Stays {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Every command that `wfrun --help` names is run by some test of this folder, on the real program.
#[test]
fn every_command_has_a_test() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runtime");
    let texts: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .filter(|text| text.contains("CARGO_BIN_EXE_wfrun") || text.contains("Server::"))
        .collect();
    let help = Command::new(env!("CARGO_BIN_EXE_wfrun")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<&str> = names.filter(|name| !name.is_empty() && *name != "help").collect();
    assert!(names.len() > 30, "{names:?}");
    let untested =
        names.iter().filter(|name| !texts.iter().any(|text| text.contains(&format!("[\"{name}\""))));
    assert_eq!(untested.collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn people_act_and_think_again() {
    told_twice(|desk| {
        let at = |arguments: &[&str]| desk.at("2026-03-02 10:00", arguments);
        desk.start("A-1");
        desk.start("A-2");
        assert!(at(&["claim", "order-1", "pack"]).good().starts_with("claimed pack"));
        assert!(at(&["release", "order-1", "pack"]).good().starts_with("released pack"));
        at(&["comment", "order-1", "pack", "which box?"]).good();
        at(&["acknowledge", "order-1", "pack"]).good();
        at(&["reassign", "order-1", "pack", "chief"]).good();
        at(&["complete", "order-1", "pack", "-f", "weight=2"]).bad("it belongs to somebody else");
        at(&["complete", "order-1", "pack", "-f", "weight=2", "--by", "chief"]).good();
        let again = at(&["complete", "order-1", "pack", "-f", "weight=2", "--by", "chief"]);
        again.bad("`pack` is not active: it was done by chief on Mon 2 Mar 2026 10:00");
        let corrected = ["correct", "order-1", "pack.weight=3", "--reason", "a typo", "--by", "chief"];
        assert!(at(&corrected).good().contains("a typo"));
        let reopened =
            at(&["reopen", "order-1", "pack", "--reason", "the box broke", "--by", "chief"]).good();
        assert!(reopened.contains("reopened pack") && reopened.contains("started pack"), "{reopened}");
        at(&["end", "order-1", "lost", "--reason", "so be it"]).bad("refused, and recorded");
        at(&["cancel", "order-2", "--reason", "not wanted", "--by", "root"]).good();
        let status = at(&["status", "order-2", "--json"]).json();
        assert_eq!(status["status"], "cancelled");
        let facts = desk.now(&["trail", "order-1"]).good();
        for fact in ["which box?", "acknowledged", "reassigned", "a typo", "the box broke"] {
            assert!(facts.contains(fact), "{fact}: {facts}");
        }
        desk.now(&["audit", "verify"]).good();
    });
}

/// The rate is that of the programs that stay, whichever they are and whoever looks.
#[test]
fn the_top_shows_what_goes_on() {
    for store in [None, block_on(fresh_database())] {
        let server = Server::on(store.clone(), "", &["serve"]);
        let root = server.operator();
        let rate = |picture: &str| -> u64 {
            let line = picture.lines().find(|line| line.contains("transitions/s")).unwrap();
            line.split_whitespace().next().unwrap().replace(',', "").parse().unwrap()
        };
        let (began, mut started) = (Instant::now(), 0);
        let picture = loop {
            for _ in 0..5 {
                started += 1;
                server.order(&root, &format!("A-{started}"));
            }
            let picture = server.run(&["top", "--once"]);
            if rate(&picture) > 0 {
                break picture;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{picture}");
        };
        let running = picture.lines().find(|line| line.trim_start().starts_with("order ")).unwrap();
        assert!(running.contains(&started.to_string()), "{picture}");
        assert!(picture.contains("timers") && picture.contains("letters"), "{picture}");
        let node = picture.lines().find(|line| line.contains("256 shards"));
        assert_eq!(node.is_some(), store.is_some(), "only PostgreSQL has leases\n{picture}");
        // Nothing happens any more: the rate comes down to nothing.
        server.terminate();
        let began = Instant::now();
        while rate(&server.run(&["top", "--once"])) > 0 {
            assert!(began.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// A worker without an API answers for whoever watches it.
#[test]
fn a_worker_is_watched() {
    told_twice(|desk| {
        desk.start("A-1");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let worker = desk.command(&["worker", "--metrics", &address]).stdout(Stdio::null()).spawn();
        let worker = Stays(worker.unwrap());
        let get = |path: &str| -> Option<String> {
            let mut answer = ureq::get(format!("http://{address}{path}")).call().ok()?;
            answer.body_mut().read_to_string().ok()
        };
        let began = Instant::now();
        let until = |path: &str, wanted: &str| loop {
            let seen = get(path).unwrap_or_default();
            if seen.contains(wanted) {
                return seen;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{path} is never {wanted}: {seen}");
            std::thread::sleep(Duration::from_millis(50));
        };
        until("/healthz", "alive");
        until("/readyz", "ready");
        // The work, the update of the shop, and what its owner is asked because it is long late.
        let seen = until("/metrics", "wfrun_deliveries_total{result=\"sent\"} 3");
        assert!(seen.contains("wfrun_instances_running{workflow=\"order\"} 1"), "{seen}");
        assert!(get("/v1/instances").is_none(), "it is no API");
        let leases = desk.now(&["lease", "list"]);
        let (told, remarked) = (leases.out.contains("256"), leases.wrong.contains("no node holds a lease"));
        assert_eq!((told, remarked), (desk.is_shared(), !desk.is_shared()), "{}{}", leases.out, leases.wrong);
        drop(worker);
        let twice = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = twice.local_addr().unwrap().to_string();
        desk.now(&["worker", "--metrics", &taken]).bad("--metrics ADDRESS:PORT");
    });
}

#[test]
fn letters_that_nobody_takes_are_decided_on() {
    told_twice(|desk| {
        // Nobody listens at this port.
        let nobody = "kind = \"webhook\"\nurl = \"http://127.0.0.1:1/\"\nattempts = 1\n";
        desk.write("wfrun.toml", &format!("[channels.slack]\n{nobody}[channels.email]\n{nobody}"));
        desk.start("A-1");
        desk.start("A-2");
        desk.at("2026-03-02 10:00", &["worker", "--until", "2026-03-02 12:00"]).good();
        let dead = || desk.at("2026-03-02 12:00", &["outbox", "list", "--status", "dead", "--json"]).json();
        let letters = dead();
        assert_eq!(letters.as_array().unwrap().len(), 2, "{letters}");
        let named = |at: usize| {
            let letter = &letters[at];
            format!("{}/{}", letter["instance"].as_str().unwrap(), letter["number"])
        };
        let decided = |word: &str, letter: &str| {
            desk.at("2026-03-02 12:00", &["outbox", word, letter, "--by", "root", "--reason", "looked at it"])
        };
        assert!(decided("drop", &named(0)).good().contains("is given up"));
        assert!(decided("retry", &named(1)).good().contains("tried again"));
        assert_eq!(dead().as_array().unwrap().len(), 0);
        decided("drop", &named(0)).bad("dropped");
        let shown = desk.now(&["outbox", "list", "--status", "dropped"]).good();
        assert!(shown.contains(&named(0)), "{shown}");
        let trail = desk.now(&["trail", letters[0]["instance"].as_str().unwrap()]).good();
        assert!(trail.contains("looked at it") && trail.contains("root"), "{trail}");
        desk.now(&["audit", "verify"]).good();
    });
}

#[test]
fn what_is_damaged_is_set_aside_and_released() {
    told_twice(|desk| {
        desk.start("A-1");
        let write = |bytes: &[u8]| {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let bytes =
                if desk.is_shared() { format!("decode('{hex}', 'hex')") } else { format!("x'{hex}'") };
            desk.tamper(&format!("update plan set bytes = {bytes} where workflow = 'order'"));
        };
        let sound = std::fs::read(plan("order@1.wfp")).unwrap();
        let mut damaged = sound.clone();
        damaged[100] ^= 1;
        write(&damaged);
        desk.at("2026-03-05 09:00", &["worker", "--once"]).good();
        let aside = desk.now(&["quarantine", "list", "--json"]).json();
        assert_eq!(aside[0]["instance"], "order-1", "{aside}");
        let release = ["quarantine", "release", "--all", "--by", "root", "--reason", "put back"];
        desk.at("2026-03-05 10:00", &release).bad("0 go on, 1 stay aside");
        write(&sound);
        assert!(desk.at("2026-03-05 10:00", &release).good().contains("order-1 goes on"));
        assert!(desk.now(&["quarantine", "list"]).wrong.contains("no instance is set aside"));
        let all = desk.now(&["quarantine", "list", "--all"]).good();
        assert!(all.contains("order-1"), "{all}");
        desk.now(&["audit", "verify"]).good();
    });
}

#[test]
fn a_backup_is_put_back_and_silent_until_it_is_released() {
    told_twice(|desk| {
        if desk.is_shared() && Command::new("pg_dump").arg("--version").output().is_err() {
            return eprintln!("passed over: this machine has no pg_dump");
        }
        desk.start("A-1");
        let file = desk.path("copy");
        assert!(desk.at("2026-03-02 10:00", &["backup", &file]).good().contains("backed up"));
        desk.at("2026-03-02 10:00", &["backup", &file]).bad("never replaces");
        let other = match desk.is_shared() {
            true => block_on(fresh_database()).unwrap(),
            false => format!("sqlite:{}", desk.path("back.sqlite")),
        };
        let back = |now: &str, arguments: &[&str]| desk.at(now, &[arguments, &["--store", &other]].concat());
        let restore = ["restore", &file, "--by", "root", "--reason", "the disk died"];
        let said = back("2026-03-02 11:00", &restore).good();
        assert!(
            said.contains("put back") && said.contains("1 running instance says so in its trail"),
            "{said}"
        );
        let what = if desk.is_shared() { "empty database" } else { "there is a store" };
        back("2026-03-02 11:00", &restore).bad(what);
        let held = back("2026-03-02 11:00", &["restore", "status", "--json"]).json();
        assert!(held.to_string().contains("the disk died"), "{held}");
        let sent = "select count(*) from outbox where status = 'sent'";
        let count = || back("2026-03-02 11:00", &["sql", "--csv", sent]).good();
        back("2026-03-02 11:00", &["worker", "--once"]).good();
        assert!(count().ends_with("\n0\n"));
        back("2026-03-02 11:00", &["restore", "release", "--by", "root", "--reason", "looked through"])
            .good();
        back("2026-03-02 11:00", &["worker", "--once"]).good();
        assert!(!count().ends_with("\n0\n"));
        back("2026-03-02 12:00", &["audit", "verify"]).good();
    });
}

/// What ended long ago leaves with the events of systems that it got, and the archive proves.
#[test]
fn what_ended_long_ago_leaves_with_its_events() {
    told_twice(|desk| {
        desk.start("A-1");
        desk.start("A-2");
        let paid = |key: &str, now: &str| {
            desk.at(now, &["event", "shop", "paid", "--key", key, "-f", "by=card"]).good();
        };
        paid("A-1", "2026-03-02 10:00");
        paid("A-2", "2026-03-02 10:00");
        paid("nobody", "2026-03-02 10:00");
        desk.at("2026-03-02 11:00", &["cancel", "order-1", "--reason", "not wanted", "--by", "root"]).good();
        desk.at("2026-03-02 11:00", &["worker", "--once"]).good();
        let key = desk.path("audit.key");
        desk.now(&["audit", "key", "new", &key]).good();
        let folder = desk.path("archive");
        let kept = ["retention", "--older-than", "2 months", "--archive", &folder, "--key", &key];
        let looked = desk.at("2026-07-01 09:00", &[&kept[..], &["--dry-run"]].concat()).good();
        assert!(looked.starts_with("1 instance that ended"), "{looked}");
        assert_eq!(desk.count("select count(*) from inbox"), 3, "looking moves nothing");
        let told = desk.at("2026-07-01 09:00", &kept).good();
        assert!(told.contains("default-2026-03.jsonl.gz"), "{told}");
        assert_eq!(desk.count("select count(*) from inbox where key = 'A-1'"), 0);
        assert_eq!(desk.count("select count(*) from inbox"), 2, "the others stay");
        let file = format!("{folder}/default-2026-03.jsonl.gz");
        let proved = desk.now(&["audit", "verify", "--archive", &file]).good();
        assert!(proved.contains("1 instance"), "{proved}");
        let mut text = String::new();
        let packed = std::fs::File::open(&file).unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed), &mut text).unwrap();
        let events: Vec<Json> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|line: &Json| line["table"] == "inbox")
            .collect();
        assert!(events.len() == 1 && events[0]["key"] == "A-1", "{events:?}");
        desk.now(&["audit", "verify"]).good();
        // What an instance still has is not deleted by anybody.
        desk.now(&["status", "order-1"]).bad("has ended and left the store");
    });
}

/// Exports of one tenant hold nothing of another; personal values are in them only where they are asked for.
#[test]
fn exports_are_of_one_tenant_and_closed_unless_opened() {
    told_twice(|desk| {
        desk.start("A-1");
        desk.write("other.toml", "tenant = \"other\"\n");
        let other = |arguments: &[&str]| desk.now(&[arguments, &["--config", "other.toml"]].concat());
        other(&["load", &plan("paperwork@1.wfp"), &plan("hiring@1.wfp")]).good();
        let given = ["-i", "contact=anna@rossi.example", "-i", "name=Anna Rossi"];
        other(&[&["start", "hiring", "--by", "recruiter"], &given[..]].concat()).good();
        other(&["comment", "hiring-1", "interview", "she knows roses", "--by", "recruiter"]).good();
        let export = |form: &str, more: &[&str]| {
            let file = desk.path(&format!("export.{form}"));
            let _ = std::fs::remove_file(&file);
            let said = desk.now(&[&["export", form, "-o", &file], more].concat());
            (said, file)
        };
        let read = |form: &str, more: &[&str]| {
            let (said, file) = export(form, more);
            said.good();
            String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()
        };
        for form in ["csv", "jsonl", "ocel-json", "ocel-sqlite", "xes"] {
            let own = read(form, &[]);
            assert!(own.contains("order-1") && !own.contains("hiring-1"), "{form}: {own}");
            let others = read(form, &["--tenant", "other"]);
            assert!(others.contains("hiring-1") && !others.contains("order-1"), "{form}: {others}");
            assert!(!others.contains("roses") && !others.contains("Rossi"), "{form}: {others}");
            if form == "jsonl" {
                export(form, &["--tenant", "other", "--open"]).0.bad("take another form");
                continue;
            }
            let opened = read(form, &["--tenant", "other", "--open"]);
            assert!(opened.contains("she knows roses"), "{form}: {opened}");
        }
        assert!(export("csv", &["--tenant", "nobody"]).0.wrong.contains("no instance is in it"));
        assert!(export("csv", &["--tenant", "other", "--workflow", "order"]).0.code != 0);
    });
}
