//! Literals: dates, times, numbers, amounts and durations that were written, and whether they exist (WF009).
//!
//! The functions are plain; only the last ones report. Invariant: a literal that is refused is reported once, at its
//! own place, and whatever it stands in is silent.

use super::Checker;
use super::currency;
use super::environment::Env;
use crate::hir::expr::DurationLit;
use crate::lint::bad_literal;
use crate::place::Place;
use crate::typed::test::LocalMoment;
use rust_decimal::Decimal;
use wf_plan::Date;
use wf_plan::calendar::Duration;
use wf_plan::limits::DURATION_AMOUNT;
use wf_plan::time::MINUTE_MS;
use wf_plan::value::Currency;
use wf_vm::calendar::CompiledZone;

/// `2026-12-24`.
pub(super) fn date(written: &str) -> Option<Date> {
    let mut parts = written.splitn(3, '-');
    let year = parts.next()?.parse().ok().filter(|year| (1..=9999).contains(year))?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Date::from_ymd(year, month, day)
}

/// `09:00`, as the minute of the day; `24:00` is the midnight that ends it.
pub(super) fn minute(written: &str) -> Option<u16> {
    let (hour, minute) = written.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && total <= 24 * 60).then_some(total)
}

/// `50_000`, `0.5`.
pub(super) fn decimal(written: &str) -> Option<Decimal> {
    Decimal::from_str_exact(&written.replace('_', "")).ok()
}

impl Checker<'_> {
    /// A duration of at least one of its unit.
    pub(super) fn duration(&mut self, env: Env<'_>, written: &DurationLit) -> Option<Duration> {
        let at = env.place(written.at);
        let amount = written.amount.replace('_', "").parse::<i64>().ok();
        let refused = match amount {
            None if decimal(&written.amount).is_some() => {
                "is not a whole number; write it in a smaller unit, such as hours"
            }
            None => "is too large",
            Some(amount) if amount > DURATION_AMOUNT => "is too large",
            Some(0) => "is no time at all; write at least 1",
            Some(amount) => return Some(Duration::new(amount, written.unit.of_plan())),
        };
        self.report(env, bad_literal::because(at, &written.amount, refused));
        None
    }

    /// A duration with its place.
    pub(super) fn placed_duration(
        &mut self,
        env: Env<'_>,
        written: &DurationLit,
    ) -> Option<crate::typed::Placed<Duration>> {
        let value = self.duration(env, written)?;
        Some(crate::typed::Placed { value, at: env.place(written.at) })
    }

    /// A date that exists.
    pub(super) fn date(&mut self, env: Env<'_>, written: &str, at: Place) -> Option<Date> {
        let found = date(written);
        if found.is_none() {
            self.report(env, bad_literal::because(at, written, &why_no_date(written)));
        }
        found
    }

    /// A time of day, as its minute; 24:00 only where `end` allows it.
    pub(super) fn minute(&mut self, env: Env<'_>, written: &str, at: Place, end: bool) -> Option<u16> {
        let found = minute(written).filter(|minute| end || *minute < 24 * 60);
        if found.is_none() {
            let why = "is no time of day; write it from `00:00` to `23:59`";
            self.report(env, bad_literal::because(at, written, why));
        }
        found
    }

    /// A number in range.
    pub(super) fn decimal(&mut self, env: Env<'_>, written: &str, at: Place) -> Option<Decimal> {
        let found = decimal(written);
        if found.is_none() {
            let why = "has too many digits; numbers have 28 at most";
            self.report(env, bad_literal::because(at, written, why));
        }
        found
    }

    /// A currency of ISO 4217.
    pub(super) fn currency(&mut self, env: Env<'_>, written: &str, at: Place) -> Option<Currency> {
        let found = currency::named(written);
        if found.is_none() {
            let nearest = currency::nearest(written);
            let problem = bad_literal::unknown(at, "currency of ISO 4217", written, nearest);
            self.report(env, problem);
        }
        found
    }

    /// An amount of money, with no more decimals than its currency has.
    pub(super) fn money(
        &mut self,
        env: Env<'_>,
        amount: &str,
        code: &str,
        at: Place,
    ) -> Option<(Decimal, Currency)> {
        let (value, currency) = (self.decimal(env, amount, at), self.currency(env, code, at));
        let (value, currency) = (value?, currency?);
        let digits = currency.minor_digits();
        if value.normalize().scale() > digits {
            let why = format!("has more decimals than {} has: {digits}", currency);
            self.report(env, bad_literal::because(at, amount, &why));
            return None;
        }
        Some((value, currency))
    }

    /// A date and time on the clocks of the workflow's zone; a time that the clocks skip does not exist.
    pub(super) fn local_moment(
        &mut self,
        env: Env<'_>,
        date: (&str, Place),
        time: (&str, Place),
    ) -> Option<LocalMoment> {
        let day = self.date(env, date.0, date.1);
        let minute = self.minute(env, time.0, time.1, false);
        let (day, minute) = (day?, minute?);
        if self.is_skipped(day, minute) {
            let why = format!("does not exist on {}: the clocks are put forward over it", date.0);
            self.report(env, bad_literal::because(time.1, time.0, &why));
            return None;
        }
        Some(LocalMoment { date: day, minute })
    }

    fn is_skipped(&self, date: Date, minute: u16) -> bool {
        let Some(zone) = &self.zone else { return false };
        let clock = CompiledZone::compile(zone);
        let local = (i64::from(date.0) * 1440 + i64::from(minute)) * MINUTE_MS;
        clock.from_local(local).and_then(|moment| clock.to_local(moment)) != Some(local)
    }
}

fn why_no_date(written: &str) -> String {
    let mut parts = written.split('-').map(|part| part.parse::<i32>().unwrap_or(0));
    let (year, month) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let month = u8::try_from(month).unwrap_or(0);
    match wf_plan::time::days_in_month(year, month) {
        0 => "does not exist: there is no such month".to_owned(),
        last => format!("does not exist: the last day of that month is {year:04}-{month:02}-{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times() {
        assert_eq!(date("2026-02-29"), None);
        assert_eq!(date("2028-02-29"), Date::from_ymd(2028, 2, 29));
        assert_eq!(date("2026-2"), None);
        assert_eq!((minute("09:30"), minute("24:00"), minute("24:01")), (Some(570), Some(1440), None));
        assert_eq!(minute("09:60"), None);
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(decimal("50_000").unwrap().to_string(), "50000");
        assert_eq!(decimal("0.10").unwrap().to_string(), "0.10");
        assert_eq!(decimal("123456789012345678901234567890"), None);
    }

    #[test]
    fn a_date_is_refused_with_the_day_that_exists() {
        assert!(why_no_date("2026-02-30").contains("2026-02-28"));
        assert!(why_no_date("2026-13-01").contains("no such month"));
    }
}
