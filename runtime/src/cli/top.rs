//! `wfrun top`.

mod frame;

use super::context::Common;
use super::screen::say;
use super::worker::asked_to_stop;
use crate::engine::Engine;
use crate::error::{Problem, Result};
use clap::Args;
use frame::{Frame, Part};
use std::collections::VecDeque;
use std::io::Write;
use std::time::{Duration, Instant};

/// Rates shown beside each other.
const RATES: usize = 32;
/// For how many times as long as a picture took nothing is read for the next one.
const REST: u32 = 10;
/// How far back `started` and `ended` look.
const LATELY_MS: i64 = 3_600_000;

/// Shows what goes on, live: instances, timers, letters, nodes, and what needs a person
///
/// Everything of the store is shown, whichever process does the work; the rate is that of the programs that stay
/// (`wfrun serve`, `api`, `worker`). It ends with Ctrl-C.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun top\n  wfrun top --once              one picture, for a script or a mail"
)]
pub struct Top {
    /// One picture, then stop
    #[arg(long)]
    once: bool,
    /// Seconds from one picture to the next
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
}

impl Top {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engines = common.engines_of_store().await?;
        let Some(first) = engines.first().cloned() else {
            return Err(Problem::not_found("the configuration names no tenant"));
        };
        let mut rates = Rates::default();
        if self.once {
            rates.look(&first).await?;
            frame(&engines, &rates).await?.lines().iter().for_each(|line| say(line));
            return Ok(());
        }
        // A screen of its own, so that what was on the terminal is there again afterwards.
        let _screen = Screen::begin();
        let mut stop = std::pin::pin!(asked_to_stop());
        let mut pause = Duration::from_millis(500);
        loop {
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
            let began = Instant::now();
            rates.look(&first).await?;
            Screen::show(&frame(&engines, &rates).await?.lines());
            // A very large store is counted less often: whoever watches must not be what keeps it busy.
            pause = Duration::from_secs(self.every).max(began.elapsed().saturating_mul(REST));
        }
    }
}

async fn frame(engines: &[Engine], rates: &Rates) -> Result<Frame> {
    let mut parts = Vec::with_capacity(engines.len());
    for engine in engines {
        let now_ms = engine.clock.now().0;
        parts.push(Part {
            tenant: engine.store.tenant().name.clone(),
            gauges: engine.store.gauges(now_ms).await?,
            ended: engine.store.ended_by_workflow().await?,
            lately: engine.store.lately(now_ms - LATELY_MS).await?,
        });
    }
    let first = engines.first();
    let leases = match first {
        Some(engine) => engine.store.leases().await?,
        None => Vec::new(),
    };
    Ok(Frame {
        store: first.map(|engine| engine.store.address().to_string()).unwrap_or_default(),
        now: first.map(|engine| engine.clock.now()).unwrap_or_default(),
        parts,
        leases,
        rates: rates.seen.iter().copied().collect(),
    })
}

/// Transitions a second, as they were seen.
#[derive(Default)]
struct Rates {
    seen: VecDeque<f64>,
}

impl Rates {
    async fn look(&mut self, engine: &Engine) -> Result<()> {
        self.seen.push_back(engine.store.transitions_a_second().await?);
        if self.seen.len() > RATES {
            self.seen.pop_front();
        }
        Ok(())
    }
}

/// The terminal's second screen, without a cursor.
struct Screen;

impl Screen {
    fn begin() -> Self {
        let _ = write!(anstream::stdout().lock(), "\x1b[?1049h\x1b[?25l\x1b[2J");
        Self
    }

    fn show(lines: &[String]) {
        let mut out = anstream::stdout().lock();
        // Each line clears its own rest, so that nothing flickers.
        let _ = write!(out, "\x1b[H");
        for line in lines {
            let _ = write!(out, "{line}\x1b[K\r\n");
        }
        let _ = write!(out, "\x1b[J");
        let _ = out.flush();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let mut out = anstream::stdout().lock();
        let _ = write!(out, "\x1b[?25h\x1b[?1049l");
        let _ = out.flush();
    }
}
