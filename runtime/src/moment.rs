//! Moments as people write and read them.
//!
//! Times in files, signatures and on the command line are ISO 8601 in UTC; what people read is local time of the
//! workflow's calendar. Invariant: [`parse`] reads back what [`iso`] writes.

use wf_plan::calendar::Calendar;
use wf_plan::time::DAY_MS;
use wf_plan::{Date, Moment};
use wf_vm::calendar::CompiledZone;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// `2026-03-02T09:00:00.000Z`.
#[must_use]
pub fn iso(moment: Moment) -> String {
    let (date, ms) = split(moment.0);
    let seconds = ms / 1000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
}

/// `2026-03-02 09:00:00 UTC`, for operators and auditors.
#[must_use]
pub fn utc(moment: Moment) -> String {
    let (date, ms) = split(moment.0);
    let seconds = ms / 1000;
    format!("{date} {:02}:{:02}:{:02} UTC", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Reads `2026-03-02`, `2026-03-02 09:00`, `2026-03-02T09:00:00.000Z` and offsets like `+01:00`; without either, UTC.
#[must_use]
pub fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let date = parse_date(date)?;
    let start = i64::from(date.0).checked_mul(DAY_MS)?;
    if rest.is_empty() {
        return Some(Moment(start));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, offset_minutes) = split_offset(rest)?;
    Some(Moment(start + time_ms(time)? - offset_minutes * 60_000))
}

/// Reads `2026-03-02`.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = [year, month, day].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if parts.next().is_some() || !digits || year.len() != 4 {
        return None;
    }
    Date::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn split_offset(rest: &str) -> Option<(&str, i64)> {
    if let Some(time) = rest.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = rest.rfind(['+', '-']) else { return Some((rest, 0)) };
    let (time, offset) = rest.split_at_checked(at)?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60 && hours >= 0 && minutes >= 0)
        .then_some((time, sign * (hours * 60 + minutes)))
}

fn time_ms(time: &str) -> Option<i64> {
    let mut parts = time.split(':');
    let (hours, minutes) = (parts.next()?.parse::<u32>().ok()?, parts.next()?.parse::<u32>().ok()?);
    let (seconds, fraction) = parts.next().map_or(Some((0, 0)), |seconds| {
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
        let thousandths = format!("{fraction:0<3}").get(..3)?.parse::<u32>().ok()?;
        Some((whole.parse::<u32>().ok()?, thousandths))
    })?;
    let in_range = hours < 24 && minutes < 60 && seconds < 60 && parts.next().is_none();
    in_range.then(|| i64::from(hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + fraction))
}

fn split(ms: i64) -> (Date, i64) {
    let days = i32::try_from(ms.div_euclid(DAY_MS)).unwrap_or(i32::MAX);
    (Date(days), ms.rem_euclid(DAY_MS))
}

/// Local time of one calendar, for people.
#[derive(Clone, Debug)]
pub struct LocalTime {
    zone: Option<CompiledZone>,
}

impl LocalTime {
    /// Local time of a calendar's zone; UTC without one.
    #[must_use]
    pub fn of(calendar: Option<&Calendar>) -> Self {
        Self { zone: calendar.map(|calendar| CompiledZone::compile(&calendar.zone)) }
    }

    /// The local date and the milliseconds since its midnight.
    #[must_use]
    pub fn date(&self, moment: Moment) -> (Date, i64) {
        split(self.zone.as_ref().and_then(|zone| zone.to_local(moment)).unwrap_or(moment.0))
    }

    /// `Mon 2 Mar 2026`.
    #[must_use]
    pub fn day(&self, moment: Moment) -> String {
        day_in_words(self.date(moment).0)
    }

    /// `09:00`.
    #[must_use]
    pub fn time(&self, moment: Moment) -> String {
        let minutes = self.date(moment).1 / 60_000;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// `Mon 2 Mar 2026 09:00`.
    #[must_use]
    pub fn full(&self, moment: Moment) -> String {
        format!("{} {}", self.day(moment), self.time(moment))
    }

    /// The moment at which its clocks first show what universal time shows at a moment.
    #[must_use]
    pub fn first_shown(&self, shown: Moment) -> Option<Moment> {
        self.zone.as_ref().map_or(Some(shown), |zone| zone.from_local(shown.0))
    }

    /// Reads a moment as [`parse`] does, but a date and time without offset is local.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<Moment> {
        let text = text.trim();
        let parsed = parse(text)?;
        let has_offset = text.get(10..).is_some_and(|rest| rest.contains(['Z', 'z', '+', '-']));
        match &self.zone {
            Some(zone) if !has_offset => zone.from_local(parsed.0),
            _ => Some(parsed),
        }
    }
}

/// `Mon 2 Mar 2026`.
#[must_use]
pub fn day_in_words(date: Date) -> String {
    let (year, month, day) = date.ymd();
    let month = MONTHS.get(usize::from(month).saturating_sub(1)).copied().unwrap_or("?");
    let weekday = WEEKDAYS.get(date.weekday()).copied().unwrap_or("?");
    format!("{weekday} {day} {month} {year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for ms in [0, 1, -1, 1_772_442_000_123, -62_135_596_800_000] {
            assert_eq!(parse(&iso(Moment(ms))), Some(Moment(ms)), "{}", iso(Moment(ms)));
        }
    }

    #[test]
    fn forms_people_write() {
        let nine = Some(Moment(1_772_442_000_000)); // 2026-03-02 09:00 UTC
        for text in
            ["2026-03-02 09:00", "2026-03-02T09:00:00Z", "2026-03-02T10:00+01:00", "2026-03-02T09:00:00.0Z"]
        {
            assert_eq!(parse(text), nine, "{text}");
        }
        assert_eq!(parse("2026-03-02"), Some(Moment(1_772_409_600_000)));
    }

    #[test]
    fn what_is_no_moment() {
        for text in [
            "",
            "2026-3-2",
            "2026-02-30",
            "2026-03-02 25:00",
            "2026-03-02 9",
            "tomorrow",
            "2026-03-02T09:00+99:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
