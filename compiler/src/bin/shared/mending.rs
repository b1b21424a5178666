//! `--fix` and `--diff`: fixes that were tried, written or shown.
//!
//! Invariant: only files in which a fix was made are written, and nothing else in them changes.

use super::say;
use crate::input::{self, InputError, Project};
use wf_compiler::fix::{Files, Made, difference as difference_of};
use wf_compiler::render::terminal::plural;

/// Writes the mended files and says what was done.
///
/// # Errors
/// When a file cannot be written.
pub fn write(project: &mut Project, mended: &Files, made: &[Made]) -> Result<(), InputError> {
    for (file, text) in mended.iter().filter(|(file, text)| project.files.get(*file) != Some(*text)) {
        input::write(&project.root.join(file), text.as_bytes())?;
    }
    for Made { file, line, code, title } in made {
        say(&format!("{}:{line}: {code}: {title}", input::shown_in(&project.root, file)));
    }
    if !made.is_empty() {
        say(&format!("made {}", plural(made.len(), "change")));
    }
    project.files.clone_from(mended);
    Ok(())
}

/// What mending would change in the files of a project.
pub fn difference(project: &Project, mended: &Files) -> String {
    let changed = project.files.iter().filter_map(|(file, before)| {
        let after = mended.get(file).filter(|after| *after != before)?;
        Some(difference_of(&input::shown_in(&project.root, file), before, after))
    });
    changed.collect()
}
