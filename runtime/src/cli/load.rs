//! `wfrun load`.

use super::context::Common;
use super::screen::{BOLD, FAINT, say};
use crate::error::{Problem, Result};
use crate::loading;
use crate::plans::Ready;
use clap::Args;
use std::path::PathBuf;

/// Loads plans into the store.
///
/// A plan is verified before it is kept: its hash, its shape, every rule of the format. New instances start with the
/// newest version; running instances keep the plan they started with. Loading the same plan again changes nothing.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun load build/onboarding@1.wfp\n  wfrun load build/*.wfp --store sqlite:/var/lib/wfrun/store.sqlite"
)]
pub struct Load {
    /// Plans made by `wfc build`
    #[arg(required = true, value_name = "PLAN")]
    plans: Vec<PathBuf>,
    /// Load a plan although the same version is there with another meaning; new instances use this one
    #[arg(long)]
    replace: bool,
    /// Who loads them
    #[arg(long, value_name = "PERSON", env = "WFRUN_PERSON")]
    by: Option<String>,
}

impl Load {
    pub async fn run(self, common: &Common) -> Result<()> {
        let by =
            self.by.clone().or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "operator".to_owned());
        // All are verified before the first is kept.
        let read = self.plans.iter().map(read_plan).collect::<Result<Vec<_>>>()?;
        let engine = common.engine_made().await?;
        for (ready, bytes) in read {
            let is_new = loading::load(&engine, &ready, bytes, &by, self.replace).await?;
            let already = if is_new { "" } else { ", which was there already" };
            say(&format!(
                "loaded {BOLD}{}{BOLD:#}{already}  {FAINT}{}{FAINT:#}",
                ready.plan.name(),
                ready.program().label
            ));
        }
        engine.store.close().await;
        Ok(())
    }
}

/// Reads and verifies a plan from a file.
pub fn read_plan(path: &PathBuf) -> Result<(Ready, Vec<u8>)> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|cause| {
        Problem::input(format!("the plan `{shown}` cannot be read"))
            .help("`wfc build -o DIR` writes plans")
            .because(cause)
    })?;
    let ready = Ready::from_bytes(&bytes).map_err(|cause| {
        Problem::input(format!("`{shown}` is refused: {cause}")).help("build it again with `wfc build`")
    })?;
    Ok((ready, bytes))
}
