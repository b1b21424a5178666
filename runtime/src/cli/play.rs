//! `wfrun play`.

use super::context::Common;
use crate::error::{Problem, Result};
use clap::Args;

/// Plays a scenario.
#[derive(Args, Debug)]
pub struct Play {}

impl Play {
    pub async fn run(self, _common: &Common) -> Result<()> {
        Err(Problem::input("not yet"))
    }
}
