//! A played scenario as a time line: days as headings, then who did what, what was sent to whom, and silence.
//!
//! Invariant: what is printed is in the report; nothing is added but form.

use crate::moment::LocalTime;
use anstyle::{AnsiColor, Style};
use std::fmt::Write;
use wf_plan::Moment;
use wf_vm::effect::Purpose;
use wf_vm::scenario::{Happening, Scene};

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const PERSON: Style = AnsiColor::Green.on_default();
const MESSAGE: Style = AnsiColor::Blue.on_default();
const PRESS: Style = AnsiColor::Cyan.on_default();
const ALARM: Style = AnsiColor::Yellow.on_default().bold();
const SYSTEM: Style = AnsiColor::Magenta.on_default();
const OUTCOME: Style = AnsiColor::Green.on_default().bold();

/// Letters of a message that are shown on its first line.
const INDENT: &str = "              ";

/// A time line in the making.
#[derive(Debug)]
pub struct Timeline<'a> {
    local: &'a LocalTime,
    day: String,
}

impl<'a> Timeline<'a> {
    /// A time line on the clocks of a workflow.
    #[must_use]
    pub fn new(local: &'a LocalTime) -> Self {
        Self { local, day: String::new() }
    }

    /// One scene, below the heading of its day where that is new. Ends with a line end.
    pub fn scene(&mut self, scene: &Scene) -> String {
        let mut text = String::new();
        if let Happening::Silence { length, .. } = &scene.what {
            let _ = writeln!(text, "\n  {FAINT}…     {length} nothing happens{FAINT:#}");
            return text;
        }
        let day = self.local.day(scene.at);
        if day != self.day {
            let _ = writeln!(text, "\n{BOLD}{day}{BOLD:#}");
            self.day = day;
        }
        let child = if scene.instance == 0 {
            String::new()
        } else {
            format!("{FAINT}[{}]{FAINT:#} ", scene.instance)
        };
        let _ = writeln!(
            text,
            "  {FAINT}{}{FAINT:#}  {child}{}",
            self.local.time(scene.at),
            self.happening(&scene.what)
        );
        text
    }

    fn happening(&self, what: &Happening) -> String {
        match what {
            Happening::Started { title, by } => {
                let by =
                    by.as_ref().map_or_else(String::new, |by| format!(", started by {PERSON}{by}{PERSON:#}"));
                format!("▶ {BOLD}{title}{BOLD:#}{by}")
            }
            Happening::Silence { length, .. } => length.clone(),
            Happening::Node { label, change, by, .. } => match by {
                Some(by) => format!("● {PERSON}{by}{PERSON:#}: {label} {change}"),
                None => format!("○ {label} {change}"),
            },
            Happening::Level { label, ladder, level } => {
                let ladder = if ladder.is_empty() { String::new() } else { format!(" of {ladder}") };
                format!("▲ {ALARM}escalation{ALARM:#}, level {level}{ladder}: {label}")
            }
            Happening::Message { purpose, to, channels, text, buttons, held_since } => {
                self.message(*purpose, to, channels, text, buttons, *held_since)
            }
            Happening::Closed { answer } => format!("{FAINT}✉ the question is closed: {answer}{FAINT:#}"),
            Happening::Update { system, change } => format!("⇄ {SYSTEM}{system}{SYSTEM:#} {change}"),
            Happening::Outcome { outcome, label } => {
                format!("■ {OUTCOME}{label}{OUTCOME:#} {FAINT}({outcome}){FAINT:#}")
            }
            Happening::Remark { words } => format!("! {ALARM}{words}{ALARM:#}"),
        }
    }

    fn message(
        &self,
        purpose: Purpose,
        to: &str,
        channels: &[String],
        words: &str,
        buttons: &[String],
        held_since: Option<Moment>,
    ) -> String {
        let via = channels.first().map_or_else(String::new, |first| {
            let others: String = channels.iter().skip(1).map(|other| format!(", else {other}")).collect();
            format!(" {FAINT}via {first}{others}{FAINT:#}")
        });
        let held = held_since.map_or_else(String::new, |since| {
            format!(" {FAINT}(held back since {} for quiet hours){FAINT:#}", self.local.full(since))
        });
        let mut text = format!("✉ {MESSAGE}{}{MESSAGE:#} to {BOLD}{to}{BOLD:#}{via}{held}", kind(purpose));
        for line in words.lines() {
            let _ = write!(text, "\n{INDENT}{line}");
        }
        if !buttons.is_empty() {
            let numbered = buttons.iter().enumerate();
            let shown: Vec<String> =
                numbered.map(|(at, label)| format!("{PRESS}[{} {label}]{PRESS:#}", at + 1)).collect();
            let _ = write!(text, "\n{INDENT}{}", shown.join("  "));
        }
        text
    }
}

fn kind(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Work => "work",
        Purpose::HeadsUp => "heads-up",
        Purpose::Reminder => "reminder",
        Purpose::Escalation => "escalation",
        Purpose::Question => "question",
        Purpose::Notice => "notice",
        Purpose::Summary => "summary",
        Purpose::Incident => "incident",
    }
}
