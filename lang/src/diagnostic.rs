//! What a check says, as plain data: rule, place, words, cure.
//!
//! A diagnostic knows neither terminal nor JSON; `compiler/src/render/` turns it into either. It is
//! generic in its place: inside the compiler a place is free of spans (so that typing in one step does
//! not verify another again), and the last step maps it to a [`FileSpan`](crate::span::FileSpan).
//! Invariant: mapping places changes nothing else.

/// How much a finding weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The process cannot be built as written.
    Error,
    /// It can be built, and probably does not say what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One rule of the compiler. Each rule is one `static`, beside the code that finds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Rule {
    /// The fixed code, such as `WF001`.
    pub code: &'static str,
    /// The kebab-case name, such as `syntax-error`.
    pub name: &'static str,
    /// The severity a finding has unless it says otherwise.
    pub severity: Severity,
    /// One sentence: what the rule holds.
    pub summary: &'static str,
}

/// A finding: what is wrong, where, and what to do. `At` is the place type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Diagnostic<At> {
    /// The rule that was broken.
    pub rule: &'static Rule,
    /// How much this finding weighs; the rule's severity unless changed.
    pub severity: Severity,
    /// What is wrong, in the user's words; lower case, no full stop.
    pub message: String,
    /// The primary place.
    pub at: At,
    /// Short text shown at the carets under the primary place.
    pub label: Option<String>,
    /// Other places that explain it.
    pub related: Vec<Related<At>>,
    /// What to do.
    pub help: Option<String>,
    /// The run that shows it, where one was found.
    pub run: Option<Vec<RunEvent>>,
    /// Changes of the text that would cure it.
    pub fixes: Vec<Fix<At>>,
    /// Whether nothing else in its file can be trusted before it is cured: a brace or a line that opens a block is
    /// missing or too much. What is found wrong elsewhere in the file may only follow from it.
    pub unsettles: bool,
}

/// A place that explains a finding, and how.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Related<At> {
    /// What this place has to do with it.
    pub message: String,
    /// The place.
    pub at: At,
}

/// One event of a counterexample.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RunEvent {
    /// When: a moment as text, such as `2026-03-02 09:00`.
    pub at: String,
    /// What happened, such as `chooses`.
    pub event: String,
    /// The node it happened to; empty if to the instance.
    pub node: String,
    /// What exactly, in words.
    pub detail: String,
}

/// A change of the text that a tool can make on request.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fix<At> {
    /// What the change does, such as ``write `step` ``.
    pub title: String,
    /// The edits, which do not overlap.
    pub edits: Vec<Edit<At>>,
}

/// One replacement of text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Edit<At> {
    /// The text to replace; empty to insert.
    pub at: At,
    /// What stands there afterwards.
    pub replacement: String,
}

impl<At> Diagnostic<At> {
    /// A finding with the rule's own severity and nothing but a message and a place.
    pub fn new(rule: &'static Rule, at: At, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into(),
            at,
            label: None,
            related: Vec::new(),
            help: None,
            run: None,
            fixes: Vec::new(),
            unsettles: false,
        }
    }

    /// With a short text at the carets.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With one more place that explains it.
    #[must_use]
    pub fn with_related(mut self, at: At, message: impl Into<String>) -> Self {
        self.related.push(Related { message: message.into(), at });
        self
    }

    /// With the cure in words.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the run that shows it.
    #[must_use]
    pub fn with_run(mut self, run: Vec<RunEvent>) -> Self {
        self.run = Some(run);
        self
    }

    /// With a change of one place that cures it.
    #[must_use]
    pub fn with_fix(mut self, title: impl Into<String>, at: At, replacement: impl Into<String>) -> Self {
        let edit = Edit { at, replacement: replacement.into() };
        self.fixes.push(Fix { title: title.into(), edits: vec![edit] });
        self
    }

    /// With a change of several places that cures it: each with what stands there afterwards.
    #[must_use]
    pub fn with_fix_of(
        mut self,
        title: impl Into<String>,
        edits: impl IntoIterator<Item = (At, String)>,
    ) -> Self {
        let edits = edits.into_iter().map(|(at, replacement)| Edit { at, replacement }).collect();
        self.fixes.push(Fix { title: title.into(), edits });
        self
    }

    /// With another severity than the rule's.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// As one that makes the rest of its file doubtful.
    #[must_use]
    pub fn unsettling(mut self) -> Self {
        self.unsettles = true;
        self
    }

    /// The same finding with every place mapped, primary, related and those of the fixes.
    pub fn map_places<To>(self, mut map: impl FnMut(At) -> To) -> Diagnostic<To> {
        Diagnostic {
            rule: self.rule,
            severity: self.severity,
            message: self.message,
            at: map(self.at),
            label: self.label,
            related: self
                .related
                .into_iter()
                .map(|related| Related { message: related.message, at: map(related.at) })
                .collect(),
            help: self.help,
            run: self.run,
            unsettles: self.unsettles,
            fixes: self
                .fixes
                .into_iter()
                .map(|fix| Fix {
                    title: fix.title,
                    edits: fix
                        .edits
                        .into_iter()
                        .map(|edit| Edit { at: map(edit.at), replacement: edit.replacement })
                        .collect(),
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static RULE: Rule =
        Rule { code: "WF999", name: "for-tests", severity: Severity::Error, summary: "a rule for tests" };

    #[test]
    fn mapping_reaches_every_place_and_changes_nothing_else() {
        let found = Diagnostic::new(&RULE, 1, "it is wrong")
            .with_label("here")
            .with_related(2, "because of this")
            .with_help("write it right")
            .with_fix("write it", 3, "right");
        let mapped = found.clone().map_places(|place| place * 10);
        assert_eq!((mapped.at, mapped.related[0].at, mapped.fixes[0].edits[0].at), (10, 20, 30));
        assert_eq!(mapped.map_places(|place| place / 10), found);
    }
}
