//! `--baseline`: the file of known findings, written and held against what is found.
//!
//! Invariant: a finding of the file is silenced, never lost: reports that tell what is allowed tell it.

use super::checked::Checked;
use super::{counted, say};
use crate::input;
use miette::{IntoDiagnostic, miette};
use std::path::Path;
use wf_compiler::baseline::{Baseline, Known};
use wf_compiler::render::{Silenced, Silencer, terminal::plural};

/// How many entries that no longer occur are named.
const NAMED: usize = 20;

/// The file.
pub struct BaselineFile<'a> {
    path: &'a Path,
}

impl<'a> BaselineFile<'a> {
    /// The file at a path.
    pub fn new(path: &'a Path) -> Self {
        Self { path }
    }

    /// Records what was found.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, checked: &Checked) -> miette::Result<()> {
        let baseline = Baseline::of(&checked.findings, &checked.sources());
        input::write(self.path, baseline.render().into_diagnostic()?.as_bytes())?;
        say(&format!("{}: recorded {}", input::shown(self.path), counted(&checked.findings)));
        Ok(())
    }

    /// Leaves out what is recorded, and says what is recorded and no longer occurs.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn hold_against(&self, checked: &mut Checked) -> miette::Result<()> {
        let baseline = self.read()?;
        let findings = std::mem::take(&mut checked.findings);
        let compared = baseline.compare(findings, &checked.sources());
        if !compared.known.is_empty() {
            let file = input::shown(self.path);
            say(&format!("{file}: {} known and left out", counted(&compared.known)));
        }
        let known = compared.known.into_iter();
        checked.silenced.extend(known.map(|finding| Silenced { finding, by: Silencer::Baseline }));
        checked.findings = compared.new;
        let gone: Vec<&Known> =
            compared.gone.iter().filter(|known| checked.answers_for(&known.file)).collect();
        self.say_gone(&gone);
        Ok(())
    }

    fn read(&self) -> miette::Result<Baseline> {
        let path = input::shown(self.path);
        if !self.path.is_file() {
            return Err(miette!(
                help = "write it first: `--baseline write`",
                "there is no baseline `{path}`"
            ));
        }
        let fault = |reason: String| {
            miette!(help = "write it anew: `--baseline write`", "`{path}` is no baseline: {reason}")
        };
        Baseline::parse(&input::read(self.path)?).map_err(fault)
    }

    fn say_gone(&self, gone: &[&Known]) {
        if gone.is_empty() {
            return;
        }
        let file = input::shown(self.path);
        let entries = plural(gone.len(), "finding");
        say(&format!("{file}: {entries} recorded and no longer there; `--baseline write` records anew:"));
        for Known { file, symbol, code, message, .. } in gone.iter().take(NAMED) {
            say(&format!("  {file} {symbol}: {code} {message}"));
        }
        if gone.len() > NAMED {
            say(&format!("  and {} more", gone.len() - NAMED));
        }
    }
}
