//! `wfc build`: plans for `wfrun`, and their meaning in `wf.lock`.

use crate::arguments::Build;
use crate::check;
use crate::input;
use crate::lock::LockFile;
use crate::output::{self, Exit};

/// Builds projects and writes their plans.
///
/// # Errors
/// When paths cannot be read or plans cannot be written.
pub fn run(arguments: &Build) -> miette::Result<Exit> {
    let mut exit = Exit::Fine;
    for project in input::projects(&arguments.paths)? {
        let built = check::built(&project);
        if check::report_errors(&project, &built.findings) {
            exit = Exit::Findings;
        }
        let mut lock = LockFile::of(&project);
        for plan in built.plans.iter().filter(|plan| project.named.contains(&plan.file)) {
            if !lock.admit(plan) {
                exit = Exit::Findings;
                continue;
            }
            let path = arguments.out.join(plan.plan.program.file_name());
            input::write(&path, &plan.bytes)?;
            let name = plan.plan.program.name_and_version();
            output::print(&format!("{}  {name}#{}\n", input::shown(&path), plan.meaning.short()));
        }
        lock.write()?;
    }
    Ok(exit)
}
