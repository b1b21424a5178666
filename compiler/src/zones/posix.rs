//! Reads the POSIX rule at the end of time-zone data, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
//!
//! The grammar is that of RFC 9636, section 3.3.1: names, an offset with the sign turned round (west is
//! positive), and for summer time its offset, beginning and end.
//!
//! Invariant: any text gives `Some` or `None`, never a panic.

use wf_plan::calendar::{Daylight, TailRule, YearlyChange, YearlyDay};

const HOUR_SECONDS: i32 = 3_600;

/// The rule of a POSIX text; `None` if it is none.
pub(super) fn read(text: &str) -> Option<TailRule> {
    let (standard_west, rest) = time(name(text)?)?;
    let standard_seconds = -standard_west;
    if rest.is_empty() {
        return Some(TailRule { standard_seconds, daylight: None });
    }
    let rest = name(rest)?;
    let (offset_seconds, rest) = if rest.starts_with(',') {
        (standard_seconds + HOUR_SECONDS, rest)
    } else {
        let (west, rest) = time(rest)?;
        (-west, rest)
    };
    let (start, rest) = change(rest.strip_prefix(',')?)?;
    let (end, rest) = change(rest.strip_prefix(',')?)?;
    let daylight = Some(Daylight { offset_seconds, start, end });
    rest.is_empty().then_some(TailRule { standard_seconds, daylight })
}

/// What follows a zone's short name: letters, or anything in angle brackets.
fn name(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('<') {
        return quoted.split_once('>').map(|(_, rest)| rest);
    }
    let rest = text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    (rest.len() < text.len()).then_some(rest)
}

/// Seconds of `[+-]hh[:mm[:ss]]`, and what follows.
fn time(text: &str) -> Option<(i32, &str)> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, mut rest) = number(unsigned, 167)?;
    let mut seconds = i32::from(hours) * HOUR_SECONDS;
    for unit in [60, 1] {
        let Some(part) = rest.strip_prefix(':') else {
            break;
        };
        let (value, after) = number(part, 59)?;
        seconds += i32::from(value) * unit;
        rest = after;
    }
    Some((sign * seconds, rest))
}

/// A yearly change: a day, and the time after `/` (02:00 when there is none).
fn change(text: &str) -> Option<(YearlyChange, &str)> {
    let (day, rest) = day(text)?;
    match rest.strip_prefix('/') {
        None => Some((YearlyChange { day, seconds: 2 * HOUR_SECONDS }, rest)),
        Some(rest) => {
            let (seconds, rest) = time(rest)?;
            Some((YearlyChange { day, seconds }, rest))
        }
    }
}

fn day(text: &str) -> Option<(YearlyDay, &str)> {
    if let Some(rest) = text.strip_prefix('J') {
        let (day, rest) = number(rest, 365)?;
        return (day > 0).then_some((YearlyDay::JulianWithoutLeap(day), rest));
    }
    let Some(rest) = text.strip_prefix('M') else {
        let (day, rest) = number(text, 365)?;
        return Some((YearlyDay::DayOfYear(day), rest));
    };
    let (month, rest) = number(rest, 12)?;
    let (week, rest) = number(rest.strip_prefix('.')?, 5)?;
    let (from_sunday, rest) = number(rest.strip_prefix('.')?, 6)?;
    // POSIX weeks begin on Sunday, ours on Monday.
    let weekday = u8::try_from((from_sunday + 6) % 7).ok()?;
    let (month, week) = (u8::try_from(month).ok()?, u8::try_from(week).ok()?);
    (month > 0 && week > 0).then_some((YearlyDay::Weekday { month, week, weekday }, rest))
}

/// A number of one to three digits up to a maximum, and what follows.
fn number(text: &str, max: u16) -> Option<(u16, &str)> {
    let rest = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let digits = text.strip_suffix(rest).filter(|digits| (1..=3).contains(&digits.len()))?;
    let number = digits.parse().ok().filter(|number| *number <= max)?;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekday(month: u8, week: u8, weekday: u8, seconds: i32) -> YearlyChange {
        YearlyChange { day: YearlyDay::Weekday { month, week, weekday }, seconds }
    }

    #[test]
    fn rules_of_real_zones() {
        let kolkata = TailRule { standard_seconds: 19_800, daylight: None };
        assert_eq!(read("IST-5:30"), Some(kolkata));
        let quoted = TailRule { standard_seconds: -10_800, daylight: None };
        assert_eq!(read("<-03>3"), Some(quoted));
        let new_york = read("EST5EDT,M3.2.0,M11.1.0").unwrap();
        assert_eq!(new_york.standard_seconds, -18_000);
        let summer = Daylight {
            offset_seconds: -14_400,
            start: weekday(3, 2, 6, 7_200),
            end: weekday(11, 1, 6, 7_200),
        };
        assert_eq!(new_york.daylight, Some(summer));
        // Greenland changes on the evening before the Sunday: hours before midnight are negative.
        let nuuk = read("<-02>2<-01>,M3.5.0/-1,M10.5.0/0").unwrap().daylight.unwrap();
        assert_eq!(nuuk.start, weekday(3, 5, 6, -3_600));
        let lord_howe = read("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0").unwrap();
        assert_eq!(
            (lord_howe.standard_seconds, lord_howe.daylight.unwrap().offset_seconds),
            (37_800, 39_600)
        );
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "CET",
            "1",
            "CET-1CEST",
            "CET-1CEST,M3.5.0",
            "CET-1CEST,M13.5.0,M10.5.0",
            "CET-1x",
            "CET-1CEST,M3.5.0,M10.5.0/3,",
            "CET-1CEST,M3.0.0,M10.5.0",
            "CET-1CEST,J0,J1",
            "CET-168",
            "<CET-1",
            "CET-1CEST,M3.5.7,M10.5.0",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
