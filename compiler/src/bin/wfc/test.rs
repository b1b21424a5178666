//! `wfc test`: plays `test` blocks.

use crate::arguments::Test;
use crate::output::Exit;
use miette::miette;

/// Being written.
///
/// # Errors
/// Always.
pub fn run(arguments: &Test) -> miette::Result<Exit> {
    let _ = (&arguments.paths, &arguments.only);
    Err(miette!("not here"))
}
