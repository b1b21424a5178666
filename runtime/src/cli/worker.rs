//! `wfrun worker`.

use super::context::{Common, listening_address};
use super::screen::{self, remark};
use super::serve::set_aside;
use crate::api::limits::{Limits, Rates};
use crate::api::{self, Metrics, Site, TenantSite, listen};
use crate::channel::Output;
use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::moment;
use crate::outbox::{Carriers, Measured};
use crate::pulse::Pulse;
use crate::store::Address;
use crate::worker::Worker as Working;
use clap::Args;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

/// How long a worker may take to finish what it is at: a letter that hangs, most often.
pub const GRACE: Duration = Duration::from_secs(40);

/// Lets time pass: fires due timers and delivers messages and updates, until it is stopped.
///
/// Several workers may run on one store; each transition and each letter is one worker's. Stop it at any moment: what
/// was written is whole, and what was under way is tried again.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun worker\n  wfrun worker --once                     from cron, or after an act\n  wfrun worker --until '2026-03-31 18:00'\n  wfrun worker --metrics 127.0.0.1:9090   with /healthz, /readyz and /metrics for Prometheus"
)]
pub struct Worker {
    /// Do what is due now, then stop
    #[arg(long, conflicts_with = "until")]
    once: bool,
    /// Stop at this moment
    #[arg(long, value_name = "MOMENT")]
    until: Option<String>,
    /// Answer `/healthz`, `/readyz` and `/metrics` at this address; without tokens, so let only your monitoring reach it
    #[arg(long, value_name = "ADDRESS:PORT", env = "WFRUN_METRICS", conflicts_with = "once", value_parser = listening_address)]
    metrics: Option<SocketAddr>,
    /// The store was put back by a snapshot of its disk or the like: note it, and hold its letters; once only
    #[arg(long)]
    restored: bool,
    /// How the log on standard error is written
    #[arg(long, value_enum, value_name = "FORM", default_value = "text", env = "WFRUN_LOG")]
    log: screen::Log,
}

impl Worker {
    pub async fn run(self, common: &Common) -> Result<()> {
        self.log.begin();
        let engine = common.engine().await?;
        let until = match &self.until {
            None => None,
            Some(text) => Some(moment::parse(text).ok_or_else(|| {
                Problem::input(format!("`{text}` is no moment")).help("write `2026-03-31 18:00`, in UTC")
            })?),
        };
        if self.restored {
            super::restore::mark_unnoted(std::slice::from_ref(&engine)).await?;
        }
        super::restore::remind(&engine).await?;
        let deliveries = Arc::<Measured>::default();
        let carriers = Carriers::connect(&engine.config, &Output::Terminal)?
            .telling(Arc::new(remark))
            .measured(Arc::clone(&deliveries));
        let store = engine.store.clone();
        let watched = match self.metrics {
            Some(address) => Some(Watched::begin(&engine, address, deliveries).await?),
            None => None,
        };
        let _pulse = (!self.once).then(|| Pulse::of(&engine));
        let mut worker = Working::new(engine, carriers);
        let mut report = set_aside;
        if self.once {
            let progress = worker.drain(&mut report).await?;
            worker.leave().await?;
            if progress.elsewhere {
                remark("another node works on these instances; nothing was done here");
            }
        } else {
            let store = Address::parse(&common.store)?;
            let asked = asked_to_stop();
            remark(&format!("working on {store}; stop it with Ctrl-C at any moment"));
            if let Some(watched) = &watched {
                remark(&format!("watched at http://{}/metrics", watched.address));
            }
            let stop = Arc::<AtomicBool>::default();
            worker = worker.stopped_by(Arc::clone(&stop));
            {
                let mut running = std::pin::pin!(worker.run(until, &mut report));
                tokio::select! {
                    done = &mut running => done?,
                    () = asked => {
                        stop.store(true, Ordering::Release);
                        if let Some(watched) = &watched {
                            watched.site.stopping.store(true, Ordering::Release);
                        }
                        // A letter that hangs is left; what it was is tried again.
                        if let Ok(done) = tokio::time::timeout(GRACE, running).await {
                            done?;
                        }
                    }
                }
            }
            worker.leave().await?;
            remark("stopped; what is due is done when a worker runs again");
        }
        store.close().await;
        Ok(())
    }
}

/// The address that is kept for whoever watches, as long as this is kept.
struct Watched {
    site: Arc<Site>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Watched {
    async fn begin(engine: &Engine, address: SocketAddr, deliveries: Arc<Measured>) -> Result<Self> {
        let listener = listen::bound(address, "--metrics").await?;
        let address = listener.local_addr().unwrap_or(address);
        let tenant = Arc::new(TenantSite::new(engine.clone(), Vec::new()));
        let site = Arc::new(Site {
            tenants: HashMap::from([(engine.store.tenant().name.clone(), tenant)]),
            limits: Limits::new(Rates::default()),
            metrics: Metrics::of(deliveries),
            public_url: String::new(),
            stopping: AtomicBool::new(false),
            log: Box::new(screen::alarm),
        });
        let serving = listen::serve(listener, None, api::for_watchers(&site), std::future::pending());
        Ok(Self { site, address, serving: tokio::spawn(serving) })
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Ctrl-C, or the signal with which service managers stop a program; listened for from this call on.
pub fn asked_to_stop() -> impl Future<Output = ()> {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        match signals {
            (Ok(mut terminated), Ok(mut interrupted)) => {
                tokio::select! {
                    _ = terminated.recv() => {}
                    _ = interrupted.recv() => {}
                }
            }
            // Without them the machine ends the program itself.
            _ => std::future::pending().await,
        }
    }
}
