//! A run for people: ``run: Mon 2 Mar `contract` done · Thu 5 Mar `scope`: small · then nothing moves``.
//!
//! Days are named once, in the words of a calendar on the wall; the year only where the run leaves the year it began
//! in. Lines are broken between events, never within one. Invariant: every event of the run is told, in its order.

use wf_lang::diagnostic::RunEvent;
use wf_plan::Date;

/// Characters of a line; a terminal of common width has room for them beside the gutter.
const WIDTH: usize = 96;
/// What a run begins with; further lines stand under what follows it.
const LEAD: &str = "run: ";
const BETWEEN: &str = " · ";
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The whole run, broken into lines with a hanging indent.
pub(super) fn told(run: &[RunEvent]) -> String {
    let mut text = LEAD.to_owned();
    let mut column = LEAD.chars().count();
    let first_year = run.first().and_then(|event| date(&event.at)).map(|date| date.ymd().0);
    let mut before = None;
    for (at, event) in run.iter().enumerate() {
        let date = date(&event.at);
        let day = date.filter(|date| before != Some(*date)).map(|date| day(date, first_year));
        before = date.or(before);
        let words = match day {
            Some(day) => format!("{day} {}", sentence(event)),
            None => sentence(event),
        };
        let length = words.chars().count();
        if at > 0 && column + BETWEEN.chars().count() + length > WIDTH {
            text.push_str(BETWEEN.trim_end());
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', LEAD.len()));
            column = LEAD.len();
        } else if at > 0 {
            text.push_str(BETWEEN);
            column += BETWEEN.chars().count();
        }
        text.push_str(&words);
        column += length;
    }
    text
}

/// One event without its time: `` `scope`: small ``, `` `contract` done ``.
pub(super) fn sentence(event: &RunEvent) -> String {
    let RunEvent { event: words, node, detail, .. } = event;
    match (node.is_empty(), detail.is_empty()) {
        (true, true) => words.clone(),
        (true, false) => format!("{words} {detail}"),
        (false, _) if words == "chosen" => format!("`{node}`: {detail}"),
        (false, true) => format!("`{node}` {words}"),
        (false, false) => format!("`{node}` {words}, {detail}"),
    }
}

/// `Mon 2 Mar`, with the year where it is another than the first.
fn day(date: Date, first_year: Option<i32>) -> String {
    let (year, month, day) = date.ymd();
    let weekday = WEEKDAYS.get(date.weekday()).copied().unwrap_or_default();
    let month = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
    let year = if first_year == Some(year) { String::new() } else { format!(" {year}") };
    format!("{weekday} {day} {month}{year}")
}

/// The date of `2026-03-02 09:00`.
fn date(at: &str) -> Option<Date> {
    let mut parts = at.split([' ', '-']);
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    Date::from_ymd(year, month, parts.next()?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: &str, node: &str, event: &str, detail: &str) -> RunEvent {
        RunEvent {
            at: at.to_owned(),
            event: event.to_owned(),
            node: node.to_owned(),
            detail: detail.to_owned(),
        }
    }

    #[test]
    fn the_example_of_the_description() {
        let run = [
            event("2026-03-02 09:00", "contract", "done", ""),
            event("2026-03-05 09:00", "scope", "chosen", "small"),
            event("2026-03-12 17:00", "billing", "done", ""),
            event("2026-03-12 17:00", "", "then nothing moves", ""),
        ];
        assert_eq!(
            told(&run),
            "run: Mon 2 Mar `contract` done · Thu 5 Mar `scope`: small · Thu 12 Mar `billing` done · then nothing moves"
                .replace("done · then", "done ·\n     then")
        );
    }

    #[test]
    fn years_are_named_where_they_change() {
        let run = [
            event("2026-12-30 09:00", "", "starts", "with `seats` 5"),
            event("2027-01-04 09:00", "a", "done", "with `a.on` 2026-12-30"),
            event("", "b", "does not come in time", ""),
        ];
        assert_eq!(
            told(&run),
            "run: Wed 30 Dec starts with `seats` 5 · Mon 4 Jan 2027 `a` done, with `a.on` 2026-12-30 ·\n     `b` does not come in time"
        );
    }
}
