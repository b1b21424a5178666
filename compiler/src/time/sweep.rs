//! Whether one moment can lie behind another, asked of every start moment without trying them all.
//!
//! Both moments grow with the start, because every duration is a map that keeps the order of moments. So between two
//! starts `a` and `b` the end lies before `end(b)` and the due time behind `due(a)`: where `end(b) <= due(a)`, every
//! start between them fits, and the sweep leaps from `a` to `b`. A leap is as long as the time to spare; only where
//! it is tight every start is looked at. (Two durations keep the order but for a rest: months, which join the last
//! days of a long one, and the hour that a clock shows twice. A leap may so miss a fault of that size; it never
//! makes one up.) Invariant: what is reported was computed for the very start that is named.

use wf_plan::Moment;

/// A start from which the end lies behind the due time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Late {
    /// The start.
    pub start: Moment,
    /// The end, computed from it.
    pub end: Moment,
    /// The due time, computed from it.
    pub due: Moment,
}

/// What a sweep found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sweep {
    /// From every start it fits.
    Fits,
    /// From some start it does not; this is the worst, the first of several.
    Sometimes(Late),
    /// From no start it fits; this is one of them.
    Always(Late),
}

impl Late {
    /// By how much, in milliseconds.
    #[must_use]
    pub fn by_ms(&self) -> i64 {
        self.end.0.saturating_sub(self.due.0)
    }
}

/// Looks at every start; `ask` computes end and due time, `None` where one of them cannot be.
pub fn sweep(starts: &[Moment], mut ask: impl FnMut(Moment) -> Option<(Moment, Moment)>) -> Sweep {
    // A leap looks at the place it goes to, and so does what follows it.
    let mut last: Option<(usize, Option<Late>)> = None;
    let mut at = |place: usize| -> Option<Late> {
        if let Some((known, found)) = last
            && known == place
        {
            return found;
        }
        let start = *starts.get(place)?;
        let found = ask(start).map(|(end, due)| Late { start, end, due });
        last = Some((place, found));
        found
    };
    if let Some(mildest) = never_fits(starts, &mut at) {
        return Sweep::Always(mildest);
    }
    worst(starts, &mut at).map_or(Sweep::Fits, Sweep::Sometimes)
}

/// The mildest start, if all are late; ends at the first that is not.
fn never_fits(starts: &[Moment], at: &mut impl FnMut(usize) -> Option<Late>) -> Option<Late> {
    let mut mildest: Option<Late> = None;
    let mut place = 0;
    while place < starts.len() {
        let here = at(place).filter(|late| late.by_ms() > 0)?;
        if mildest.is_none_or(|known| here.by_ms() < known.by_ms()) {
            mildest = Some(here);
        }
        // All between are late where even the first end lies behind the last due time.
        place = leap(starts, place, here.by_ms(), |next| at(next).is_some_and(|there| here.end > there.due));
    }
    mildest
}

/// The latest start, if any is late.
fn worst(starts: &[Moment], at: &mut impl FnMut(usize) -> Option<Late>) -> Option<Late> {
    let mut worst: Option<Late> = None;
    let mut place = 0;
    while place < starts.len() {
        let Some(here) = at(place) else {
            place += 1;
            continue;
        };
        let so_far = worst.map_or(0, |known| known.by_ms());
        if here.by_ms() > so_far {
            worst = Some(here);
        }
        let so_far = so_far.max(here.by_ms());
        let spare = so_far.saturating_sub(here.by_ms());
        place = leap(starts, place, spare, |next| {
            at(next).is_some_and(|there| there.end.0.saturating_sub(here.due.0) <= so_far)
        });
    }
    worst
}

/// The next place to look at: as far on as the time to spare, then half of that, until `passes` allows it.
fn leap(starts: &[Moment], from: usize, spare_ms: i64, mut passes: impl FnMut(usize) -> bool) -> usize {
    let Some(start) = starts.get(from) else { return from.saturating_add(1) };
    let until = start.0.saturating_add(spare_ms);
    let mut reach = starts.partition_point(|moment| moment.0 <= until).saturating_sub(1).saturating_sub(from);
    while reach > 1 {
        if passes(from + reach) {
            return from + reach;
        }
        reach /= 2;
    }
    from + 1
}
