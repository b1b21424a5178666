//! `wfc show PLAN`: a plan for people.

use crate::arguments::Show;
use crate::input::{self, InputError};
use crate::output::{self, Exit};
use miette::miette;

/// Loads a plan as the runtime would, and prints it.
///
/// # Errors
/// When the file cannot be read or is no sound plan.
pub fn run(arguments: &Show) -> miette::Result<Exit> {
    let path = input::shown(&arguments.plan);
    let bytes = std::fs::read(&arguments.plan)
        .map_err(|source| InputError::Unreadable { path: path.clone(), source })?;
    let loaded = wf_plan::load::load(&bytes).map_err(|fault| {
        miette!(
            help = "build it again from its source with `wfc build`",
            "`{path}` is no plan that can be used: {fault}"
        )
    })?;
    output::print(&wf_plan::show::loaded(&loaded));
    Ok(Exit::Fine)
}
