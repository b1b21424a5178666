//! The `wf.lock` of a project: read before plans are written, written after.
//!
//! What its entries mean is in `wf_compiler::lock`; here are the file, today's date and the words for the user.
//! Invariant: a version that differs from what is recorded is refused, and its entry stays.

use crate::input::{self, InputError, Project};
use crate::output;
use std::path::PathBuf;
use std::time::SystemTime;
use wf_compiler::build::BuiltPlan;
use wf_compiler::lock::{Lock, Recorded};
use wf_plan::Date;

/// Seconds in a day.
const DAY_SECONDS: u64 = 86_400;

/// A project's lock.
pub struct LockFile {
    path: PathBuf,
    lock: Lock,
    changed: bool,
}

impl LockFile {
    /// The lock of a project, to be added to.
    pub fn of(project: &Project) -> Self {
        Self { path: project.root.join("wf.lock"), lock: project.lock.clone(), changed: false }
    }

    /// Records what a plan means. False, with an error shown, when its version meant something else before.
    pub fn admit(&mut self, plan: &BuiltPlan) -> bool {
        let program = &plan.plan.program;
        match self.lock.record(&program.workflow, program.version, plan.meaning, today()) {
            Recorded::New => self.changed = true,
            Recorded::Same => {}
            Recorded::Differs(before) => {
                let (workflow, version, path) =
                    (&program.workflow, program.version, input::shown(&self.path));
                output::error(&format!(
                    "error[WF703]: `{workflow}` version {version} has changed since {}, when `{path}` recorded it\n  = \
                     help: give the change a new version: `version {}`\n  = help: if version {version} was never loaded \
                     anywhere, remove its entry from `wf.lock`",
                    before.date,
                    version.saturating_add(1),
                ));
                return false;
            }
        }
        true
    }

    /// Writes the file, if there is anything new in it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self) -> Result<(), InputError> {
        if self.changed { input::write(&self.path, self.lock.render().as_bytes()) } else { Ok(()) }
    }
}

/// Today in UTC; a clock before 1970 counts as 1970.
fn today() -> Date {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date(i32::try_from(since / DAY_SECONDS).unwrap_or(0))
}
