//! One picture of `wfrun top`: numbers in, lines of 80 columns out.
//!
//! Pure, so that a test can look at it. Invariant: a line never has more than 80 visible letters.

use crate::cli::screen::{BAD, BOLD, FAINT, GOOD, WAITING, count};
use crate::moment;
use crate::store::{Gauges, LeaseRow};
use anstyle::Style;
use std::collections::{BTreeMap, BTreeSet};
use wf_plan::Moment;

const WIDTH: usize = 80;
const BAR: usize = 24;
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Workflows shown; the others are counted together.
const WORKFLOWS: usize = 12;
/// Later than this, a timer or a letter needs looking at.
const LATE_MS: i64 = 60_000;

/// What is shown of one tenant.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub tenant: String,
    pub gauges: Gauges,
    pub ended: BTreeMap<String, i64>,
    /// Started and ended in the last hour, open questions, armed timers.
    pub lately: [i64; 4],
}

/// What is shown.
#[derive(Debug)]
pub(super) struct Frame {
    pub store: String,
    pub now: Moment,
    pub parts: Vec<Part>,
    pub leases: Vec<LeaseRow>,
    pub rates: Vec<f64>,
}

impl Frame {
    pub fn lines(&self) -> Vec<String> {
        let time = moment::utc(self.now);
        let room = WIDTH.saturating_sub("wfrun top  ".len() + 2 + time.len());
        let store = cut(&self.store, room);
        let mut lines = vec![
            format!("{BOLD}wfrun top{BOLD:#}  {store:room$}  {FAINT}{time}{FAINT:#}"),
            self.rate(),
            String::new(),
        ];
        for part in &self.parts {
            lines.extend(self.part(part));
            lines.push(String::new());
        }
        lines.extend(self.nodes());
        lines
    }

    fn rate(&self) -> String {
        let now = self.rates.last().copied().unwrap_or_default();
        let most = self.rates.iter().copied().fold(1.0, f64::max);
        let line: String = self
            .rates
            .iter()
            .map(|rate| {
                let step = (rate / most * 7.0).round().clamp(0.0, 7.0) as usize;
                STEPS.get(step).copied().unwrap_or(' ')
            })
            .collect();
        format!("{BOLD}{:>9}{BOLD:#} transitions/s  {GOOD}{line}{GOOD:#}", number(now.round() as i64))
    }

    fn part(&self, part: &Part) -> Vec<String> {
        let gauges = &part.gauges;
        let [started, ended, questions, armed] = part.lately;
        let mut lines = vec![format!(
            "{BOLD}{}{BOLD:#}  {FAINT}in the last hour {} started, {} ended{FAINT:#}",
            cut(&part.tenant, 24),
            number(started),
            number(ended)
        )];
        lines.push(format!("{FAINT}  {:<28}{:>10}{:>11}{FAINT:#}", "workflow", "running", "ended"));
        lines.extend(workflows(part));
        lines.push(String::new());
        let late = gauges.first_timer_ms.map(|first| self.now.0.saturating_sub(first));
        lines.push(row(
            "timers",
            &format!("{} armed, {} due", number(armed), number(gauges.timers_due)),
            late.map(|late| (tone(late > LATE_MS), format!("the first since {}", span(late)))),
        ));
        lines.push(self.letters(gauges));
        lines.push(row("questions", &format!("{} open", number(questions)), None));
        lines.extend(alarms(gauges));
        lines.push(row("checkpoint", &self.ago(gauges.checkpoint_ms, "none: `[audit]` names no key"), None));
        lines.push(row("backup", &self.ago(gauges.backup_ms, "none by `wfrun backup`"), None));
        lines
    }

    fn letters(&self, gauges: &Gauges) -> String {
        let of = |status: &str| gauges.letters.get(status).copied().unwrap_or(0);
        let old = gauges.oldest_letter_ms.map(|oldest| self.now.0.saturating_sub(oldest));
        let note = old.map(|old| (tone(old > LATE_MS), format!("the oldest for {}", span(old))));
        row(
            "letters",
            &format!("{} waiting, {} being sent", number(of("waiting")), number(of("sending"))),
            note,
        )
    }

    fn ago(&self, at_ms: Option<i64>, never: &str) -> String {
        match at_ms {
            Some(at_ms) => format!("{} ago", span(self.now.0.saturating_sub(at_ms))),
            None => never.to_owned(),
        }
    }

    fn nodes(&self) -> Vec<String> {
        let mut nodes: BTreeMap<&str, (usize, i64)> = BTreeMap::new();
        for lease in self.leases.iter().filter(|lease| lease.left_ms > 0) {
            let (held, left) = nodes.entry(&lease.node).or_insert((0, i64::MAX));
            *held += 1;
            *left = lease.left_ms.min(*left);
        }
        let lost = self.leases.iter().filter(|lease| lease.left_ms <= 0).count();
        let mut lines: Vec<String> = nodes
            .iter()
            .map(|(node, (held, left))| {
                row(
                    "node",
                    &cut(node, 40),
                    Some((FAINT, format!("{}, {:.0} s left", count(*held, "shard"), *left as f64 / 1e3))),
                )
            })
            .collect();
        if lost > 0 {
            lines.push(row("node", &format!("{BAD}nobody holds {lost} of 256 shards{BAD:#}"), None));
        }
        lines
    }
}

fn workflows(part: &Part) -> Vec<String> {
    let names: BTreeSet<&String> = part.gauges.running.keys().chain(part.ended.keys()).collect();
    let of = |all: &BTreeMap<String, i64>, name: &str| all.get(name).copied().unwrap_or(0);
    let mut all: Vec<(&str, i64, i64)> = names
        .into_iter()
        .map(|name| (name.as_str(), of(&part.gauges.running, name), of(&part.ended, name)))
        .collect();
    all.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    if all.is_empty() {
        return vec![format!("  {FAINT}no instance was started yet{FAINT:#}")];
    }
    if all.len() > WORKFLOWS {
        let rest = all.split_off(WORKFLOWS - 1);
        let sum = |of: fn(&(&str, i64, i64)) -> i64| rest.iter().map(of).sum();
        all.push(("and others", sum(|one| one.1), sum(|one| one.2)));
    }
    let most = all.iter().map(|one| one.1).max().unwrap_or(1).max(1);
    all.iter()
        .map(|(name, running, ended)| {
            let filled = usize::try_from(running * BAR as i64 / most)
                .unwrap_or(0)
                .clamp(usize::from(*running > 0), BAR);
            let bar = "█".repeat(filled);
            let line = format!("  {:<28}{:>10}{:>11}  ", cut(name, 27), number(*running), number(*ended));
            format!("{line}{GOOD}{bar}{GOOD:#}")
        })
        .collect()
}

/// What needs a person; nothing where nothing does.
fn alarms(gauges: &Gauges) -> Vec<String> {
    let mut lines = Vec::new();
    let dead = gauges.letters.get("dead").copied().unwrap_or(0);
    let mut alarm = |what: String, command: &str| {
        lines.push(format!("  {BAD}{what:<32}{BAD:#}{FAINT}{command}{FAINT:#}"));
    };
    if gauges.held {
        alarm("letters are held: restored".to_owned(), "wfrun restore status");
    }
    if dead > 0 {
        alarm(format!("{} nobody took", counted(dead, "letter")), "wfrun outbox list --status dead");
    }
    let unknown = gauges.letters.get("unknown").copied().unwrap_or(0);
    if unknown > 0 {
        alarm(
            format!("{} may have arrived", counted(unknown, "letter")),
            "wfrun outbox list --status unknown",
        );
    }
    if gauges.set_aside > 0 {
        alarm(format!("{} set aside", counted(gauges.set_aside, "instance")), "wfrun quarantine list");
    }
    lines
}

/// `1 letter`, `1,200 letters`.
fn counted(of: i64, one: &str) -> String {
    count(number(of), one)
}

fn row(name: &str, value: &str, note: Option<(Style, String)>) -> String {
    let note = note.map_or_else(String::new, |(style, note)| format!("  {style}{note}{style:#}"));
    format!("  {FAINT}{name:<12}{FAINT:#}{value}{note}")
}

fn tone(late: bool) -> Style {
    if late { WAITING } else { FAINT }
}

/// `12,345`.
fn number(value: i64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time in its two largest units.
fn span(ms: i64) -> String {
    let seconds = ms.max(0) / 1_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> Frame {
        let mut part =
            Part { tenant: "acme".to_owned(), lately: [1_204, 988, 17, 1_204_331], ..Part::default() };
        for number in 0_i64..20 {
            part.gauges
                .running
                .insert(format!("a-workflow-with-a-rather-long-name-{number}"), number * 1_111);
            part.ended.insert(format!("a-workflow-with-a-rather-long-name-{number}"), 123_456_789);
        }
        part.gauges.letters = [("waiting", 1_000_000), ("sending", 64), ("dead", 12)]
            .map(|(status, number)| (status.to_owned(), number))
            .into();
        part.gauges.oldest_letter_ms = Some(1_772_442_000_000 - 90_000_000);
        part.gauges.first_timer_ms = Some(1_772_442_000_000 - 61_000);
        part.gauges.set_aside = 3;
        part.gauges.held = true;
        let lease =
            |shard: i64, node: &str, left_ms| LeaseRow { shard, node: node.to_owned(), epoch: 1, left_ms };
        Frame {
            store: "postgres://a-database-host-with-a-long-name.example.org:5432/workflows".to_owned(),
            now: Moment(1_772_442_000_000),
            parts: vec![part],
            leases: vec![lease(0, "node-1-of-a-long-name-4711-0123abcd", 9_000), lease(1, "node-2", -5)],
            rates: (0..32_i32).map(|at| f64::from(at * 97)).collect(),
        }
    }

    #[test]
    fn no_line_is_longer_than_the_terminal() {
        for line in busy().lines() {
            let plain = anstream::adapter::strip_str(&line).to_string();
            assert!(plain.chars().count() <= WIDTH, "{} {plain}", plain.chars().count());
        }
    }

    #[test]
    fn what_needs_a_person_is_named_with_its_command() {
        let text = busy().lines().join("\n");
        for wanted in
            ["12 letters nobody took", "3 instances set aside", "wfrun restore status", "nobody holds 1 of"]
        {
            assert!(text.contains(wanted), "{wanted}\n{text}");
        }
        let calm = Frame { parts: vec![Part::default()], leases: Vec::new(), ..busy() }.lines().join("\n");
        assert!(!calm.contains("wfrun quarantine") && calm.contains("no instance was started yet"), "{calm}");
    }

    #[test]
    fn numbers_and_times_are_for_people() {
        assert_eq!(
            [number(0), number(999), number(1_000), number(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!([span(900), span(61_000), span(3_700_000)], ["0 s", "1 min 1 s", "1 h 1 min"]);
        assert_eq!(span(90_000_000), "1 d 1 h");
    }
}
