//! `wfc run FOLDER`: a first look. Builds the folder and lets the `wfrun` beside this program play one of its tests.

use crate::arguments::Run;
use crate::check;
use crate::input::{self, InputError};
use crate::output::Exit;
use miette::{IntoDiagnostic, miette};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use wf_compiler::build::Built;
use wf_plan::scenario::Scenario;

/// Builds, writes plans and the scenario into a throw-away folder, and plays.
///
/// # Errors
/// When the folder cannot be read, holds no test to play, or there is no `wfrun` beside this program.
pub fn run(arguments: &Run) -> miette::Result<Exit> {
    let projects = input::projects(std::slice::from_ref(&arguments.folder))?;
    let [project] = projects.as_slice() else {
        return Err(miette!(
            help = "name one of them",
            "`{}` holds {} projects",
            input::shown(&arguments.folder),
            projects.len()
        ));
    };
    let built = check::built_to_play(project);
    if check::report_errors(project, &built.findings) {
        return Ok(Exit::Findings);
    }
    let scenario = chosen(&built, arguments)?;
    let folder = Scratch::new()?;
    let plans = write(&built, scenario, folder.path())?;
    let status = play(arguments, &plans, &folder.path().join("scenario.json"))?;
    Ok(if status.success() { Exit::Fine } else { Exit::Findings })
}

/// The test to play: the first, or the first whose title contains what was asked for.
fn chosen<'a>(built: &'a Built, arguments: &Run) -> miette::Result<&'a Scenario> {
    let wanted = arguments.test.as_deref().unwrap_or_default();
    built.scenarios.iter().find(|scenario| scenario.title.contains(wanted)).ok_or_else(|| {
        let titles: Vec<String> =
            built.scenarios.iter().map(|scenario| format!("\"{}\"", scenario.title)).collect();
        if titles.is_empty() {
            miette!(help = "write a `test` block: it is the story that is played", "there is no test to play")
        } else {
            miette!(
                help = format!("the tests are: {}", titles.join(", ")),
                "no test has `{wanted}` in its title"
            )
        }
    })
}

fn write(built: &Built, scenario: &Scenario, folder: &Path) -> miette::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for plan in &built.plans {
        let path = folder.join(plan.plan.program.file_name());
        input::write(&path, &plan.bytes)?;
        paths.push(path);
    }
    let text = serde_json::to_string_pretty(scenario).into_diagnostic()?;
    input::write(&folder.join("scenario.json"), text.as_bytes())?;
    Ok(paths)
}

fn play(arguments: &Run, plans: &[PathBuf], scenario: &Path) -> miette::Result<ExitStatus> {
    let player = beside("wfrun")?;
    let mut command = Command::new(&player);
    command.arg("play").args(plans).arg("--scenario").arg(scenario);
    if let Some(speed) = arguments.speed {
        command.arg("--speed").arg(speed.to_string());
    }
    if arguments.quiet {
        command.arg("--quiet");
    }
    if arguments.interactive {
        command.arg("--interactive");
    }
    command.status().map_err(|fault| {
        miette!(
            help = "build it with `cargo build`",
            "`{}` could not be started: {fault}",
            input::shown(&player)
        )
    })
}

/// A program in the folder of this one.
fn beside(name: &str) -> miette::Result<PathBuf> {
    let own = std::env::current_exe().into_diagnostic()?;
    let path = own.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        return Ok(path);
    }
    Err(miette!(
        help = "both are made by `cargo build`; an installation keeps them in one folder",
        "there is no `{name}` beside `{}`",
        input::shown(&own)
    ))
}

/// A folder of this process that goes with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, InputError> {
        let path = std::env::temp_dir().join(format!("wfc-run-{}", std::process::id()));
        std::fs::create_dir_all(&path)
            .map_err(|source| InputError::Unwritable { path: input::shown(&path), source })?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that stays is in the system's own place for what may go.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
