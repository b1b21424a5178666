//! `wfrun worker`.

use super::context::Common;
use super::screen::remark;
use super::serve::set_aside;
use crate::channel::Output;
use crate::error::{Problem, Result};
use crate::moment;
use crate::outbox::Carriers;
use crate::store::Address;
use crate::worker::Worker as Working;
use clap::Args;

/// Lets time pass: fires due timers and delivers messages and updates, until it is stopped.
///
/// Several workers may run on one store; each transition and each letter is one worker's. Stop it at any moment: what
/// was written is whole, and what was under way is tried again.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun worker\n  wfrun worker --once                     from cron, or after an act\n  wfrun worker --until '2026-03-31 18:00'"
)]
pub struct Worker {
    /// Do what is due now, then stop
    #[arg(long, conflicts_with = "until")]
    once: bool,
    /// Stop at this moment
    #[arg(long, value_name = "MOMENT")]
    until: Option<String>,
}

impl Worker {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let until = match &self.until {
            None => None,
            Some(text) => Some(moment::parse(text).ok_or_else(|| {
                Problem::input(format!("`{text}` is no moment")).help("write `2026-03-31 18:00`, in UTC")
            })?),
        };
        let carriers = Carriers::connect(&engine.config, &Output::Terminal)?;
        let store = engine.store.clone();
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
            remark(&format!("working on {store}; stop it with Ctrl-C at any moment"));
            tokio::select! {
                done = worker.run(until, &mut report) => done?,
                () = asked_to_stop() => {}
            }
            worker.leave().await?;
            remark("stopped; what is due is done when a worker runs again");
        }
        store.close().await;
        Ok(())
    }
}

/// Ctrl-C, or the signal with which service managers stop a program.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => drop(interrupted.await),
    }
}
