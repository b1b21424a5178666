//! `wf.toml`: what a project decides about its checks, as typed values.
//!
//! The programs read the file and hand its text in; queries and forms ask the values. Invariant: a key or a value that
//! is not understood is refused with its place and what was probably meant, never passed over; errors of words, graph
//! and decisions (families 0 to 2) stay errors, because what has one cannot run.

mod read;

pub use read::Fault;

use crate::rules;
use std::collections::BTreeMap;
use wf_lang::diagnostic::{Rule, Severity};

/// A project's decisions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// `fail-on`: the least weight that fails a check.
    pub fail_on: Severity,
    /// `exclude`: patterns, as in `.gitignore`, of files that are no part of the project.
    pub exclude: Vec<String>,
    /// `[limits]`: from where on something is too much.
    pub limits: Limits,
    /// `[rules]`: how much the findings of a rule weigh, by the rule's name.
    pub rules: BTreeMap<String, Level>,
}

/// From where on something is too much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// `messages-per-day`: reminders and escalations that one role may get on one working day about one instance.
    pub messages_per_day: u32,
}

impl Default for Limits {
    /// More than one message an hour of a working day is read as noise, and then the one that matters is missed.
    fn default() -> Self {
        Self { messages_per_day: 10 }
    }
}

/// What a project makes of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Its findings weigh this much.
    At(Severity),
    /// Its findings are not told.
    Off,
}

/// A key of `wf.toml` and what it is for, in the words of its schema.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// One sentence or two.
    pub about: &'static str,
}

/// Every key at the top of `wf.toml`.
pub const KEYS: &[Key] = &[
    Key {
        name: "fail-on",
        about: "The least weight of a finding that fails `wfc check` and `wfc-lint` (exit code 1); `--fail-on` goes before it.",
    },
    Key {
        name: "exclude",
        about: "Files that are no part of the project: patterns as in `.gitignore`, from the folder of `wf.toml`.",
    },
    Key { name: "limits", about: "From where on something is too much." },
    Key {
        name: "rules",
        about: "How much the findings of a rule weigh, by its name or code. Errors of the families 0 to 2 cannot be lowered.",
    },
];

/// Every key of `[limits]`.
pub const LIMITS: &[Key] = &[Key {
    name: "messages-per-day",
    about: "Reminders and escalations that one role may get on one working day about one instance (WF411); from 1 on.",
}];

/// What may stand behind a rule.
pub const LEVELS: &[&str] = &["error", "warning", "note", "off"];

/// What may stand behind `fail-on`.
pub const WEIGHTS: &[&str] = &["error", "warning", "note"];

impl Default for Settings {
    fn default() -> Self {
        Self {
            fail_on: Severity::Error,
            exclude: Vec::new(),
            limits: Limits::default(),
            rules: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Reads the text of a `wf.toml`.
    ///
    /// # Errors
    /// The first place that is not understood.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        read::read(text)
    }

    /// How much a finding of a rule weighs; `None`: it is not told.
    #[must_use]
    pub fn weight(&self, rule: &Rule, usual: Severity) -> Option<Severity> {
        match self.rules.get(rule.name) {
            None => Some(usual),
            Some(Level::At(severity)) => Some(*severity),
            Some(Level::Off) => None,
        }
    }

    /// All that is in force, as a `wf.toml` that says so.
    #[must_use]
    pub fn show(&self) -> String {
        let excluded: Vec<String> = self.exclude.iter().map(|pattern| quoted(pattern)).collect();
        let mut out = format!(
            "fail-on = \"{}\"\nexclude = [{}]\n\n[limits]\nmessages-per-day = {}\n\n[rules]\n",
            self.fail_on.as_str(),
            excluded.join(", "),
            self.limits.messages_per_day
        );
        for rules::Entry { rule, .. } in rules::ALL {
            let level = self.weight(rule, rule.severity).map_or("off", Severity::as_str);
            let said = if self.rules.contains_key(rule.name) { "  # decided here" } else { "" };
            out.push_str(&format!("{} = \"{level}\"{said}\n", rule.name));
        }
        out
    }
}

/// Whether a rule's findings must stay errors.
#[must_use]
pub fn stays_error(rule: &Rule) -> bool {
    rule.severity == Severity::Error
        && ["WF0", "WF1", "WF2"].iter().any(|family| rule.code.starts_with(family))
}

/// The rule with this name or code.
#[must_use]
pub fn rule(name: &str) -> Option<&'static Rule> {
    let is_meant = |rule: &&Rule| rule.name == name || rule.code.eq_ignore_ascii_case(name);
    rules::ALL.iter().map(|entry| entry.rule).find(is_meant)
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_reads_back_as_the_same() {
        let text = "fail-on = \"warning\"\nexclude = [\"drafts/\", \"a \\\"b\\\"\"]\n[limits]\nmessages-per-day = 3\n[rules]\nno-deadline = \"error\"\nWF803 = \"off\"\n";
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.fail_on, Severity::Warning);
        assert_eq!(settings.exclude, ["drafts/", "a \"b\""]);
        let shown = settings.show();
        assert!(shown.contains("no-deadline = \"error\"  # decided here\n"), "{shown}");
        assert!(shown.contains("long-workflow = \"off\"  # decided here\n"), "{shown}");
        assert!(shown.contains("nagging = \"warning\"\n"), "{shown}");
        let again = Settings::parse(&shown).unwrap();
        for rules::Entry { rule, .. } in rules::ALL {
            assert_eq!(
                again.weight(rule, rule.severity),
                settings.weight(rule, rule.severity),
                "{}",
                rule.name
            );
        }
        assert_eq!(again.limits, Limits { messages_per_day: 3 });
        assert_eq!((again.fail_on, again.exclude), (settings.fail_on, settings.exclude));
    }

    #[test]
    fn an_empty_file_changes_nothing() {
        assert_eq!(Settings::parse("").unwrap(), Settings::default());
    }
}
