//! `wfrun serve` and `wfrun api`: the HTTP API, with or without a worker beside it.
//!
//! Flow: the store and every tenant are opened, connections are taken until SIGTERM or Ctrl-C, then requests under way
//! are finished, the worker stops, the store is closed. Invariant: exit code 0 means that nothing was cut off.

use super::context::{Common, listening_address};
use super::screen::{self, FAINT, problem, remark};
use super::worker::{GRACE, asked_to_stop};
use crate::api::limits::{Limits, Rates};
use crate::api::{self, Log, Metrics, Site, TenantSite, listen, token};
use crate::channel::Output;
use crate::config::Config;
use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::lease::{Leases, node_name};
use crate::outbox::{Carriers, Measured};
use crate::pulse::Pulse;
use crate::worker::Worker;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet, LocalSet};

/// Serves the HTTP API and works: lets time pass and delivers messages, in one process.
///
/// The API describes itself at `/openapi.json`. Every request needs a token (`wfrun token add`), except links that
/// people get, `/healthz` and `/readyz`. SIGTERM or Ctrl-C stops it: requests under way are finished first.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub struct Serve {
    #[command(flatten)]
    listening: Listening,
}

/// Serves the HTTP API alone; a `wfrun worker` on the same store lets time pass and delivers.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub struct Api {
    #[command(flatten)]
    listening: Listening,
}

const HELP: &str = "\
Examples:
  wfrun token add --role operator --person root
  wfrun serve
  wfrun serve --listen 0.0.0.0:8443 --tls-cert chain.pem --tls-key key.pem --url https://wf.example.org:8443
  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/v1/instances

Several tenants: `tenants = [\"acme.toml\", \"beta.toml\"]` in the configuration, one file per tenant.

Behind a proxy (nginx, Caddy, a load balancer): let it end TLS and pass requests to 127.0.0.1:8080 with HTTP/1.1 and
keep-alive, set `--url` to the public address, and limit requests per client address there: all requests come from
the proxy's address, so give `--per-address 0` here.";

/// Where and how it listens.
#[derive(Args, Debug)]
struct Listening {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080",
        env = "WFRUN_LISTEN",
        value_parser = listening_address
    )]
    listen: SocketAddr,
    /// Public address of this server, for links to people [default: `public_url` of the configuration, else the address
    /// it listens on]
    #[arg(long, value_name = "URL", env = "WFRUN_URL")]
    url: Option<String>,
    /// Certificate chain in PEM: answers over TLS
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Requests a second for each token, with bursts of twice as many; 0: no limit
    #[arg(long, value_name = "NUMBER", default_value_t = Rates::default().per_token)]
    per_token: u32,
    /// Requests a second without a valid token for each address; 0: no limit
    #[arg(long, value_name = "NUMBER", default_value_t = Rates::default().per_address)]
    per_address: u32,
    /// Requests under way at a time, more are refused at once; 0: no limit
    #[arg(long, value_name = "NUMBER", default_value_t = Rates::default().under_way)]
    under_way: usize,
    /// The store was put back by a snapshot of its disk or the like: note it, and hold its letters; once only
    #[arg(long)]
    restored: bool,
    /// How the log on standard error is written
    #[arg(long, value_enum, value_name = "FORM", default_value = "text", env = "WFRUN_LOG")]
    log: screen::Log,
}

impl Serve {
    pub async fn run(self, common: &Common) -> Result<()> {
        self.listening.run(common, true).await
    }
}

impl Api {
    pub async fn run(self, common: &Common) -> Result<()> {
        self.listening.run(common, false).await
    }
}

impl Listening {
    async fn run(self, common: &Common, works: bool) -> Result<()> {
        self.log.begin();
        let mut engines = common.engines().await?;
        if self.restored {
            super::restore::mark_unnoted(&engines).await?;
        }
        for engine in engines.iter().filter(|_| works) {
            super::restore::remind(engine).await?;
        }
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(listen::tls(certificate, key)?),
            _ => None,
        };
        let listener = listen::bound(self.listen, "--listen").await?;
        let address = listener.local_addr().unwrap_or(self.listen);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let configured = engines.iter().find_map(|engine| engine.config.public_url.clone());
        let url = self.url.clone().or(configured).unwrap_or_else(|| format!("{scheme}://{address}"));
        engines.iter_mut().for_each(|engine| lead_links_to(engine, &url, self.url.is_some()));
        let site = Arc::new(self.site(&engines, url).await?);
        let worker = if works { Some(Background::start(&engines, &site.metrics.deliveries)?) } else { None };
        let names: Vec<&str> = engines.iter().map(|engine| engine.store.tenant().name.as_str()).collect();
        let asked = asked_to_stop();
        remark(&format!("listening on {scheme}://{address}  {FAINT}for {}{FAINT:#}", names.join(", ")));
        let stopped = Arc::clone(&site);
        let _pulse = engines.first().map(Pulse::of);
        let mut worker = worker;
        let mut failure = None;
        let stop = async {
            failure = told_to_stop(asked, worker.as_mut()).await;
            stopped.stopping.store(true, Ordering::Release);
            // Comes to rest while requests are finished.
            worker.iter().for_each(Background::tell_to_stop);
            remark("stopping; requests under way are finished first");
        };
        listen::serve(listener, tls, api::router(&site), stop).await;
        let worked = match worker {
            Some(worker) => worker.stop().await,
            None => Ok(()),
        };
        if let Some(engine) = engines.into_iter().next() {
            engine.store.close().await;
        }
        failure.map_or(worked, Err)
    }

    async fn site(&self, engines: &[Engine], url: String) -> Result<Site> {
        let rates =
            Rates { per_token: self.per_token, per_address: self.per_address, under_way: self.under_way };
        let log: Log = Box::new(screen::alarm);
        let mut tenants = std::collections::HashMap::new();
        for engine in engines {
            let fresh = token::random::<32>()?;
            let now = engine.clock.now().0;
            engine.store.forget_links(now).await?;
            let key = engine.store.link_key(&fresh, now).await?;
            let name = engine.store.tenant().name.clone();
            tenants.insert(name, Arc::new(TenantSite::new(engine.clone(), key)));
        }
        Ok(Site {
            tenants,
            limits: Limits::new(rates),
            metrics: Metrics::default(),
            public_url: url.trim_end_matches('/').to_owned(),
            stopping: AtomicBool::new(false),
            log,
        })
    }
}

/// Where the links in an engine's letters lead: here, unless its configuration says another place and no option does.
fn lead_links_to(engine: &mut Engine, url: &str, always: bool) {
    if always || engine.config.public_url.is_none() {
        let config = Config { public_url: Some(url.to_owned()), ..(*engine.config).clone() };
        engine.config = Arc::new(config);
    }
}

/// Waits for SIGTERM, Ctrl-C, or a worker that cannot go on; gives back why it cannot.
async fn told_to_stop(asked: impl Future<Output = ()>, worker: Option<&mut Background>) -> Option<Problem> {
    let failed = async {
        match worker {
            Some(worker) => match (&mut worker.failed).await {
                Ok(problem) => problem,
                Err(_) => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = asked => None,
        problem = failed => Some(problem),
    }
}

/// The workers of all tenants, on a thread of their own.
struct Background {
    stop: Arc<AtomicBool>,
    failed: oneshot::Receiver<Problem>,
    thread: JoinHandle<()>,
}

impl Background {
    fn start(engines: &[Engine], deliveries: &Arc<Measured>) -> Result<Self> {
        let stop = Arc::<AtomicBool>::default();
        let mut workers = Vec::new();
        // One node, whatever the number of its tenants: they share its leases.
        let leases = engines.first().map(|engine| Leases::of(&engine.store, node_name()));
        for engine in engines {
            let carriers = Carriers::connect(&engine.config, &Output::Terminal)?
                .telling(Arc::new(remark))
                .measured(Arc::clone(deliveries));
            let worker = Worker::new(engine.clone(), carriers).stopped_by(Arc::clone(&stop));
            workers.push(match &leases {
                Some(leases) => worker.with_leases(leases.clone()),
                None => worker,
            });
        }
        let (tell, failed) = oneshot::channel();
        let handle = Handle::current();
        let thread = tokio::task::spawn_blocking(move || {
            if let Err(problem) = handle.block_on(LocalSet::new().run_until(work(workers))) {
                let _ = tell.send(problem);
            }
        });
        Ok(Self { stop, failed, thread })
    }

    /// From now on the workers begin nothing new.
    fn tell_to_stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// Lets the workers finish what they are at.
    async fn stop(self) -> Result<()> {
        self.tell_to_stop();
        match tokio::time::timeout(GRACE, self.thread).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(cause)) => Err(Problem::machine("the worker ended early").because(cause)),
            Err(_) => Err(Problem::machine("the worker did not come to rest in time")
                .help("what it was at is whole, and is tried again when a worker runs")),
        }
    }
}

/// Works for all tenants until they are stopped, or the first cannot go on.
async fn work(workers: Vec<Worker>) -> Result<()> {
    let mut running = JoinSet::new();
    for mut worker in workers {
        running.spawn_local(async move {
            let mut report = set_aside;
            worker.run(None, &mut report).await?;
            worker.leave().await
        });
    }
    while let Some(done) = running.join_next().await {
        done.map_err(|cause| Problem::machine("a worker ended early").because(cause))??;
    }
    Ok(())
}

/// Tells of an instance that cannot be stepped.
pub fn set_aside(instance: &str, what: &Problem) {
    remark(&match instance {
        "the store" => {
            "the store cannot be worked on; this goes on by itself once the cause is gone:".to_owned()
        }
        _ => format!("`{instance}` waits until this is repaired:"),
    });
    let told = Problem::new(what.class(), what.to_string());
    problem(match what.advice() {
        Some(help) => told.help(help),
        None => told,
    });
}
