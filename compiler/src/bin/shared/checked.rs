//! What came of checking all projects that were named.
//!
//! Invariant: paths are as the user knows them, in findings, in what is allowed, and in the texts.

use super::arguments::Arguments;
use super::mending;
use crate::input::{self, InputError, Project};
use std::collections::BTreeMap;
use std::time::SystemTime;
use wf_compiler::fix::Trial;
use wf_compiler::project::{self, findings_in};
use wf_compiler::render::{self, Finding, Silenced, Silencer, Sources};
use wf_lang::diagnostic::Severity;
use wf_plan::Date;

/// All findings and the texts they stand in.
#[derive(Default)]
pub struct Checked {
    /// What is held against the files that were named.
    pub findings: Vec<Finding>,
    /// What is allowed in them.
    pub silenced: Vec<Silenced>,
    /// The files that were named.
    pub looked_at: Vec<String>,
    /// What `--fix` would change, with `--diff`.
    pub difference: String,
    /// Path as shown, path in its project, text.
    texts: Vec<(String, String, String)>,
    /// By shown path: the least weight that fails its project.
    fail_on: BTreeMap<String, Severity>,
}

impl Checked {
    /// Checks a project, and mends it if that is asked for.
    ///
    /// # Errors
    /// When a mended file cannot be written.
    pub fn add(&mut self, mut project: Project, arguments: &Arguments) -> Result<(), InputError> {
        let mut database = project.open();
        database.set_today(today());
        if arguments.fix || arguments.diff {
            let found = database.check_all();
            let mut trial = Trial::new(database, project.files.clone(), found);
            let made = trial.make_all(|finding| project.named.contains(&*finding.at.file));
            let (after, mended, _) = trial.close();
            database = after;
            if arguments.fix {
                mending::write(&mut project, &mended, &made)?;
            } else {
                self.difference += &mending::difference(&project, &mended);
                for (file, text) in &project.files {
                    database.set_text(file, text);
                }
            }
        }
        let is_named = |file: &str| project.named.contains(file);
        let mut findings = findings_in(&database, is_named);
        let silenced = database.silenced().into_iter().filter(|(finding, _)| is_named(&finding.at.file));
        let silenced = silenced.map(|(finding, reason)| Silenced { finding, by: Silencer::Comment(reason) });
        self.silenced.extend(silenced.map(|silenced| Silenced {
            finding: input::shown_finding(&project, silenced.finding),
            by: silenced.by,
        }));
        if wants_fixes(arguments) && findings.iter().any(|finding| !finding.fixes.is_empty()) {
            let mut trial = Trial::new(database.clone(), project.files.clone(), database.check_all());
            drop(std::mem::replace(&mut database, project::open(&BTreeMap::new())));
            for finding in &mut findings {
                finding.fixes = trial.holding(finding);
            }
        }
        project::close(database);
        let shown = findings.into_iter().map(|finding| input::shown_finding(&project, finding));
        self.findings.extend(shown);
        self.take_texts(project);
        Ok(())
    }

    fn take_texts(&mut self, project: Project) {
        let path = |file: &str| input::shown_in(&project.root, file);
        self.looked_at.extend(project.named.iter().map(|file| path(file)));
        for (file, text) in &project.files {
            self.fail_on.insert(path(file), project.settings.fail_on);
            self.texts.push((path(file), file.clone(), text.clone()));
        }
    }

    /// Puts findings in the order in which people read them.
    pub fn sort(&mut self) {
        render::sort(&mut self.findings);
    }

    /// The texts that findings point into.
    pub fn sources(&self) -> Sources<'_> {
        Sources::named(self.texts.iter().map(|(path, name, text)| (&**path, &**name, &**text)))
    }

    /// Whether a finding fails the check: by the command line, else by the settings of its project.
    pub fn fails(&self, finding: &Finding, fail_on: Option<Severity>) -> bool {
        let own = || self.fail_on.get(&*finding.at.file).copied().unwrap_or(Severity::Error);
        finding.severity <= fail_on.unwrap_or_else(own)
    }

    /// Whether a file of a project, by its path from there, was looked at or is no more.
    pub fn answers_for(&self, name: &str) -> bool {
        let mut same = self.texts.iter().filter(|(_, own, _)| own == name).peekable();
        same.peek().is_none() || same.any(|(path, ..)| self.looked_at.contains(path))
    }
}

fn wants_fixes(arguments: &Arguments) -> bool {
    let mut formats = arguments.outputs.iter().map(|(format, _)| *format).chain([arguments.format]);
    formats.any(|format| format.has_fixes)
}

/// Today in UTC, as `2026-03-02`: permissions may have ended. `None` if the machine's clock is before 1970.
fn today() -> Option<String> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let days = i32::try_from(since.as_secs() / 86_400).ok()?;
    Some(Date(days).to_string())
}
