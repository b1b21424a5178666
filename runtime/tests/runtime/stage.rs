//! A store of its own in either database, the plans of `tests/plans`, a clock that the test moves.

use crate::cluster;
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use wf_plan::Moment;
use wf_plan::plan::NodeId;
use wf_runtime::channel::Output;
use wf_runtime::clock::Clock;
use wf_runtime::config::Config;
use wf_runtime::engine::{Applied, Engine, StartRequest, Started, Starter};
use wf_runtime::moment;
use wf_runtime::outbox::Carriers;
use wf_runtime::people::People;
use wf_runtime::plans::Ready;
use wf_runtime::store::row::{InboxRow, PlanRow};
use wf_runtime::store::{Address, Store, Tenant};
use wf_runtime::values::Reader;
use wf_runtime::worker::Worker;
use wf_vm::EventKind;
use wf_vm::event::{Act, Actor, Place};

pub const ORDER: &[u8] = include_bytes!("../plans/order@1.wfp");
pub const SHIPPING: &[u8] = include_bytes!("../plans/shipping@1.wfp");

pub struct Stage {
    pub folder: TempDir,
    pub engine: Engine,
    address: Address,
}

thread_local! {
    /// Where the stages of the story that runs now keep their rows: a fresh database, or a file of SQLite.
    static ON_POSTGRES: Cell<bool> = const { Cell::new(false) };
}

/// Monday 2 March 2026, 09:00 UTC.
pub fn monday() -> Moment {
    moment::parse("2026-03-02 09:00").unwrap()
}

pub fn days(count: i64) -> i64 {
    count * 86_400_000
}

impl Stage {
    pub async fn new() -> Self {
        Self::configured("").await
    }

    pub async fn configured(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = match ON_POSTGRES.get() {
            true => Address::Server(cluster::fresh_database().await.unwrap()),
            false => Address::File(folder.path().join("store.sqlite")),
        };
        let engine = open(&address, Config::parse(config, "wfrun.toml").unwrap()).await;
        let stage = Self { folder, engine, address };
        stage.load(SHIPPING).await;
        stage.load(ORDER).await;
        stage
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("store.sqlite")
    }

    /// The URL of its database, on PostgreSQL.
    pub fn url(&self) -> &str {
        match &self.address {
            Address::Server(url) => url,
            other => panic!("{other} has no URL"),
        }
    }

    /// The same store, opened once more, as another process would.
    pub async fn another(&self) -> Engine {
        open(&self.address, (*self.engine.config).clone()).await
    }

    pub async fn load(&self, bytes: &[u8]) -> bool {
        let ready = Ready::from_bytes(bytes).unwrap();
        let row = PlanRow {
            hash: ready.hash.clone(),
            workflow: ready.program().workflow.clone(),
            version: ready.program().version,
            label: ready.program().label.clone(),
            bytes: bytes.to_vec(),
            loaded_at_ms: self.engine.clock.now().0,
            loaded_by: "test".to_owned(),
        };
        self.engine.store.put_plan(&row).await.unwrap()
    }

    pub async fn newest(&self, workflow: &str) -> Arc<Ready> {
        let row = self.engine.store.newest_plan(workflow, None).await.unwrap().unwrap();
        self.engine.plans.keep(&row).unwrap()
    }

    pub async fn request(&self, id: &str, key: Option<&str>) -> StartRequest {
        let ready = self.newest("order").await;
        let given = [("id".to_owned(), id.to_owned()), ("what".to_owned(), "a lamp".to_owned())];
        let inputs = Reader::new(ready.program(), &ready.local)
            .fields_from_text(&ready.program().inputs, &given)
            .unwrap();
        let starter = Starter::Person(self.actor(&ready, "clerk"));
        StartRequest { ready, inputs, starter, key: key.map(str::to_owned), settles: None, event: None }
    }

    /// Starts an order.
    pub async fn start(&self, id: &str) -> Started {
        self.engine.start(&self.request(id, None).await).await.unwrap()
    }

    pub fn actor(&self, ready: &Ready, person: &str) -> Actor {
        let people = People::at(&self.engine.config, ready.program(), &ready.local, self.engine.clock.now());
        Actor { person: person.to_owned(), roles: people.roles_of(person), forced: None }
    }

    pub async fn act(&self, instance: &str, node: &str, act: Act, by: &str) -> Applied {
        let row = self.engine.find(instance).await.unwrap();
        let ready = self.engine.plan_of(&row).await.unwrap();
        let place = Place { node: node_named(&ready, node), copy: None };
        let kind = EventKind::Act { place, act, by: self.actor(&ready, by) };
        self.engine.apply(&row.id, kind, None).await.unwrap()
    }

    pub async fn paid(&self, key: &str, id: Option<&str>) -> wf_runtime::engine::Arrival {
        self.engine.receive(&self.event("paid", key, r#"{"by":"card"}"#, id)).await.unwrap()
    }

    pub fn event(&self, name: &str, key: &str, fields: &str, id: Option<&str>) -> InboxRow {
        InboxRow {
            number: 0,
            system: "shop".to_owned(),
            key: key.to_owned(),
            name: name.to_owned(),
            fields: fields.to_owned(),
            external_id: id.map(str::to_owned),
            given_to: None,
            at_ms: self.engine.clock.now().0,
        }
    }

    /// Works until nothing is due, and moves the clock on to a later moment before.
    pub async fn work(&self, later_ms: i64) {
        let now = self.engine.clock.now();
        self.engine.clock.move_to(Moment(now.0 + later_ms));
        let carriers = Carriers::connect(&self.engine.config, &Output::Silent).unwrap();
        let mut worker = Worker::new(self.engine.clone(), carriers);
        worker.drain(&mut |instance, problem| panic!("{instance}: {problem}")).await.unwrap();
        worker.leave().await.unwrap();
    }

    /// One number out of the store.
    pub async fn count(&self, query: &str) -> i64 {
        let answer = self.engine.store.ask(query).await.unwrap();
        match answer.rows[0][0] {
            wf_runtime::store::Cell::Whole(number) => number,
            ref other => panic!("{other:?}"),
        }
    }

    /// One column of texts out of the store.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        let answer = self.engine.store.ask(query).await.unwrap();
        answer
            .rows
            .iter()
            .map(|row| match &row[0] {
                wf_runtime::store::Cell::Text(text) => text.clone(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    /// What somebody with the file and no scruples may do.
    pub async fn tamper(&self, sql: &str) -> Result<(), String> {
        match &self.address {
            Address::Server(url) => {
                // Its triggers and keys are not dropped one by one there, but switched off.
                let own = |part: &&str| {
                    let part = part.trim();
                    part.starts_with("drop trigger") || part.starts_with("pragma")
                };
                let unscrupulous = sql.split(';').any(|part| own(&part));
                let rest: Vec<&str> = sql.split(';').filter(|part| !own(part)).collect();
                let switch = if unscrupulous { "set session_replication_role = replica;" } else { "" };
                let done = cluster::run_sql(url, &format!("{switch}{}", rest.join(";"))).await;
                done.map_err(|error| error.to_string())
            }
            _ => {
                let connection = rusqlite::Connection::open(self.file()).unwrap();
                connection.pragma_update(None, "recursive_triggers", true).unwrap();
                connection.execute_batch(sql).map_err(|error| error.to_string())
            }
        }
    }
}

pub fn node_named(ready: &Ready, name: &str) -> NodeId {
    ready.program().node_named(name).unwrap()
}

async fn open(address: &Address, config: Config) -> Engine {
    let tenant = Tenant::named(config.tenant.as_deref().unwrap_or("default"));
    let store = Store::open(address, tenant).await.unwrap();
    Engine::new(store, Arc::new(config), Clock::standing_at(monday()))
}

/// Runs a test's story on SQLite, and again on PostgreSQL where the machine has one.
pub fn run(story: impl AsyncFn()) {
    run_on_sqlite(&story);
    run_on_postgres(&story);
}

/// Runs a story about PostgreSQL, where the machine has one.
pub fn run_on_postgres(story: impl AsyncFn()) {
    on_one_thread(async {
        if cluster::fresh_database().await.is_some() {
            ON_POSTGRES.set(true);
            story().await;
            ON_POSTGRES.set(false);
        }
    });
}

/// Runs a story about the file itself.
pub fn run_on_sqlite(story: impl AsyncFn()) {
    on_one_thread(async { story().await });
}

fn on_one_thread(story: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(story);
}
