//! `wfc drill --away ROLE`: what stalls when people are not there.

use crate::arguments::Drill;
use crate::explain::styled;
use crate::input;
use crate::output::{self, Exit};
use crate::why::{sound_workflows, source};
use miette::miette;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use wf_compiler::db::{self, Database};
use wf_compiler::drill::{self, Drilled};
use wf_compiler::place::{DeclId, Place};
use wf_compiler::resolve::nearest::nearest;

/// What all workflows say together.
#[derive(Default)]
struct Result {
    parts: Vec<Drilled>,
    /// Roles by name, with their titles.
    roles: BTreeMap<String, String>,
    unsound: Vec<String>,
}

/// Prints what stalls.
///
/// # Errors
/// When paths cannot be read, or no workflow uses one of the roles.
pub fn run(arguments: &Drill) -> miette::Result<Exit> {
    let paths: Vec<PathBuf> = arguments.path.iter().cloned().collect();
    let away: BTreeSet<String> = arguments.away.iter().cloned().collect();
    let mut result = Result::default();
    for project in &input::projects(&paths)? {
        let database = project.open();
        for workflow in sound_workflows(&database, project, &mut result.unsound) {
            drill_one(&database, workflow, &away, &mut result);
        }
        wf_compiler::project::close(database);
    }
    if let Some(unknown) = away.iter().find(|role| !result.roles.contains_key(*role)) {
        return Err(no_such_role(unknown, &result));
    }
    output::print(&styled(&page(&away, &result)));
    for file in &result.unsound {
        output::error(&format!("{file} was left out: its names or types are wrong; `wfc check` tells what"));
    }
    Ok(if result.unsound.is_empty() { Exit::Fine } else { Exit::Findings })
}

fn drill_one(database: &Database, workflow: DeclId, away: &BTreeSet<String>, result: &mut Result) {
    let source = |place: Place| source(database, place);
    db::with_subject(database, workflow, |subject| {
        let roles = subject.typed.roles.iter().map(|role| (role.name.clone(), role.label.clone()));
        result.roles.extend(roles);
        result.parts.push(drill::workflow(&drill::Drill { subject: *subject, away, source: &source }));
    });
}

fn no_such_role(wanted: &str, result: &Result) -> miette::Report {
    let names = result.roles.keys().map(String::as_str);
    let help = match (nearest(wanted, names.clone()), result.unsound.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) => format!("the roles are {}", names.collect::<Vec<_>>().join(", ")),
        (None, false) => {
            format!("`wfc check` first: names or types are wrong in {}", result.unsound.join(", "))
        }
    };
    miette!(help = help, "no workflow uses a role `{wanted}`")
}

fn page(away: &BTreeSet<String>, result: &Result) -> String {
    let titled = |role: &String| match result.roles.get(role).filter(|label| *label != role) {
        Some(label) => format!("`{role}` ({label})"),
        None => format!("`{role}`"),
    };
    let names: Vec<String> = away.iter().map(titled).collect();
    let are = if names.len() == 1 { "is" } else { "are" };
    let mut page = format!("# {} {are} away\n\n", names.join(" and "));
    let sum = |of: fn(&Drilled) -> usize| result.parts.iter().map(of).sum::<usize>();
    let (stalls, unheard, lost) = (sum(|part| part.stalls), sum(|part| part.unheard), sum(|part| part.lost));
    let _ = match (stalls, unheard) {
        (0, _) => writeln!(page, "No work stalls: whatever is theirs has somebody else."),
        (stalls, 0) => writeln!(page, "{}; somebody else hears of it each time.", count(stalls)),
        (stalls, unheard) => {
            writeln!(page, "{}; of {unheard} of that nobody else ever hears.", count(stalls))
        }
    };
    let _ = match lost {
        0 => Ok(()),
        1 => writeln!(page, "One level of escalation at the work of others reaches nobody."),
        lost => writeln!(page, "{lost} levels of escalation at the work of others reach nobody."),
    };
    for part in result.parts.iter().filter(|part| !part.page.is_empty()) {
        let _ = write!(page, "\n{}", part.page);
    }
    page
}

fn count(stalls: usize) -> String {
    if stalls == 1 {
        "1 step or decision stalls".to_owned()
    } else {
        format!("{stalls} steps and decisions stall")
    }
}
