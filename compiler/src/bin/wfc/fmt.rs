//! `wfc fmt`: the one standard layout.

use crate::arguments::Fmt;
use crate::input::{self, InputError};
use crate::output::{self, Exit};
use std::io::Read;
use std::path::{Path, PathBuf};
use wf_compiler::render::terminal::plural;
use wf_lang::format::{Formatted, format};

/// Formats files, folders or standard input.
///
/// # Errors
/// When a path is missing, unreadable, no text, or cannot be written.
pub fn run(arguments: &Fmt) -> miette::Result<Exit> {
    if arguments.paths.iter().any(|path| path == Path::new("-")) {
        return standard_input(arguments.check);
    }
    let here = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &here[..] } else { &arguments.paths };
    let mut counted = Counted::default();
    for path in paths {
        let files = input::wf_files(path)?;
        if files.is_empty() {
            return Err(InputError::Empty { path: input::shown(path) }.into());
        }
        for file in files {
            one(&file, arguments.check, &mut counted)?;
        }
    }
    Ok(counted.report(arguments.check))
}

#[derive(Default)]
struct Counted {
    changed: usize,
    unreadable: usize,
    kept: usize,
}

impl Counted {
    fn report(&self, check: bool) -> Exit {
        let verb = if check { "would change" } else { "changed" };
        let words = format!("{} {verb}, {} already so", plural(self.changed, "file"), self.kept);
        let left =
            if self.unreadable > 0 { format!(", {} left untouched", self.unreadable) } else { String::new() };
        output::error(&format!("{words}{left}"));
        let fine = self.unreadable == 0 && !(check && self.changed > 0);
        if fine { Exit::Fine } else { Exit::Findings }
    }
}

fn one(file: &Path, check: bool, counted: &mut Counted) -> Result<(), InputError> {
    let text = input::read(file)?;
    match format(&text) {
        Formatted::Unchanged => counted.kept += 1,
        Formatted::Changed(formatted) => {
            counted.changed += 1;
            if check {
                output::print(&format!("{}\n", input::shown(file)));
            } else {
                input::write(file, formatted.as_bytes())?;
            }
        }
        Formatted::Unreadable { line, reason } => {
            counted.unreadable += 1;
            output::error(&format!("{}:{line}: left untouched: {reason}", input::shown(file)));
        }
    }
    Ok(())
}

fn standard_input(check: bool) -> miette::Result<Exit> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|source| InputError::Unreadable { path: "standard input".to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|fault| InputError::NotText {
        path: "standard input".to_owned(),
        at: fault.utf8_error().valid_up_to(),
    })?;
    match format(&text) {
        Formatted::Unchanged => {
            if !check {
                output::print(&text);
            }
            Ok(Exit::Fine)
        }
        Formatted::Changed(formatted) => {
            if !check {
                output::print(&formatted);
            }
            Ok(if check { Exit::Findings } else { Exit::Fine })
        }
        Formatted::Unreadable { line, reason } => {
            // An editor replaces its buffer by what we print: give back what came.
            if !check {
                output::print(&text);
            }
            output::error(&format!("standard input:{line}: left untouched: {reason}"));
            Ok(Exit::Findings)
        }
    }
}
