//! The frame around a plan's sections: magic, format, table, hash.
//!
//! Written and read here only, so that the two cannot drift. Reading slices the given bytes and copies nothing.
//! Invariant: a frame that [`read`] accepts has its sections in ascending order of id, side by side, up to the hash.

use super::{FORMAT, MAGIC};
use crate::error::PlanError;
use crate::limits;

/// Bytes before the section table.
const HEAD: usize = MAGIC.len() + 4;
/// Bytes of one row of the table.
const ROW: usize = 12;
/// Bytes of the hash at the end.
const HASH: usize = 32;

/// Bytes of a plan beside those of its sections.
pub(crate) fn overhead(sections: usize) -> usize {
    HEAD + ROW * sections + HASH
}

/// Puts a frame around sections, which come in ascending order of id. Their lengths fit `u32`, because the caller
/// has held the sum against [`limits::PLAN_BYTES`].
pub(crate) fn assemble(format: u16, sections: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(MAGIC);
    bytes.extend(format.to_le_bytes());
    bytes.extend(u16::try_from(sections.len()).unwrap_or(u16::MAX).to_le_bytes());
    let mut offset = HEAD + ROW * sections.len();
    for (id, section) in sections {
        bytes.extend(id.to_le_bytes());
        bytes.extend(0_u16.to_le_bytes());
        bytes.extend(number(offset).to_le_bytes());
        bytes.extend(number(section.len()).to_le_bytes());
        offset += section.len();
    }
    sections.iter().for_each(|(_, section)| bytes.extend(*section));
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    bytes
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Takes the frame off: each section's id and bytes.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<(u16, &[u8])>, PlanError> {
    let rest = bytes.strip_prefix(&MAGIC).ok_or(PlanError::NotAPlan)?;
    if bytes.len() > limits::PLAN_BYTES {
        return Err(PlanError::TooLarge { bytes: bytes.len(), most: limits::PLAN_BYTES });
    }
    let mut head = Reader(rest);
    // The format is looked at before the hash: a newer format may well hash in another way.
    let format = head.u16().ok_or(PlanError::Damaged)?;
    if format > FORMAT {
        return Err(PlanError::NewerFormat { found: format, newest: FORMAT });
    }
    let (body, hash) = bytes.split_last_chunk::<HASH>().ok_or(PlanError::Damaged)?;
    if blake3::hash(body) != *hash {
        return Err(PlanError::Damaged);
    }
    if format == 0 {
        return Err(layout("there is no format 0"));
    }
    sections(body)
}

/// Walks the table of a body whose hash was right.
fn sections(body: &[u8]) -> Result<Vec<(u16, &[u8])>, PlanError> {
    let short = || layout("it ends too early");
    let mut table = Reader(body.get(MAGIC.len() + 2..).ok_or_else(short)?);
    let count = usize::from(table.u16().ok_or_else(short)?);
    let mut expected_offset = HEAD + ROW * count;
    let mut found: Vec<(u16, &[u8])> = Vec::new();
    for _ in 0..count {
        let (id, zero) = table.u16().zip(table.u16()).ok_or_else(short)?;
        let (offset, length) = table.length().zip(table.length()).ok_or_else(short)?;
        if zero != 0 {
            return Err(layout("a reserved number is not 0"));
        }
        if found.last().is_some_and(|(before, _)| *before >= id) {
            return Err(layout("sections are out of order or there twice"));
        }
        if offset != expected_offset {
            return Err(layout("sections do not lie side by side"));
        }
        let end = offset.checked_add(length).ok_or_else(|| layout("a section ends beyond the plan"))?;
        let section = body.get(offset..end).ok_or_else(|| layout("a section ends beyond the plan"))?;
        expected_offset = end;
        found.push((id, section));
    }
    if expected_offset != body.len() {
        return Err(layout("there are bytes that belong to no section"));
    }
    Ok(found)
}

fn layout(what: &str) -> PlanError {
    PlanError::Layout(what.to_owned())
}

/// Reads numbers off the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn u16(&mut self) -> Option<u16> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_le_bytes(*number))
    }

    fn length(&mut self) -> Option<usize> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        usize::try_from(u32::from_le_bytes(*number)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(bytes: &[u8]) -> String {
        read(bytes).unwrap_err().to_string()
    }

    /// The frame with its hash made right again after a change.
    fn rehashed(mut body: Vec<u8>) -> Vec<u8> {
        let hash = blake3::hash(&body);
        body.extend(hash.as_bytes());
        body
    }

    fn body() -> Vec<u8> {
        let mut bytes = assemble(1, &[(1, b"one"), (3, b"three")]);
        bytes.truncate(bytes.len() - HASH);
        bytes
    }

    #[test]
    fn what_is_assembled_is_read() {
        let bytes = assemble(1, &[(1, b"one"), (3, b"")]);
        assert_eq!(read(&bytes).unwrap(), [(1, b"one".as_slice()), (3, b"".as_slice())]);
        assert_eq!(bytes.len(), overhead(2) + 3);
        assert_eq!(read(&assemble(1, &[])).unwrap(), []);
    }

    #[test]
    fn other_files_and_newer_formats_are_named() {
        assert_eq!(read(b""), Err(PlanError::NotAPlan));
        assert_eq!(read(b"workflow x {}"), Err(PlanError::NotAPlan));
        assert_eq!(read(&MAGIC), Err(PlanError::Damaged));
        assert_eq!(
            why(&assemble(2, &[])),
            "this plan has format 2, and this program reads formats up to 1: load it with a newer version"
        );
    }

    #[test]
    fn a_table_that_lies_is_refused() {
        let spoilt = |at: usize, byte: u8| {
            let mut body = body();
            body[at] = byte;
            why(&rehashed(body))
        };
        let row_two = HEAD + ROW;
        assert!(spoilt(10, 1).contains("side by side"), "one section fewer moves the offsets");
        assert!(spoilt(10, 255).contains("too early") || spoilt(10, 255).contains("side by side"));
        assert!(spoilt(HEAD + 2, 1).contains("reserved"));
        assert!(spoilt(row_two, 1).contains("twice"));
        assert!(spoilt(row_two + 4, 0).contains("side by side"));
        assert!(spoilt(row_two + 8, 200).contains("beyond"));
        assert!(spoilt(row_two + 8, 4).contains("belong to no section"));
        assert!(spoilt(8, 0).contains("format 0"));
    }

    #[test]
    fn size_is_bounded() {
        let section = vec![0; limits::PLAN_BYTES - overhead(1)];
        assert_eq!(read(&assemble(1, &[(1, &section)])).map(|sections| sections.len()), Ok(1));
        let section = vec![0; section.len() + 1];
        assert!(why(&assemble(1, &[(1, &section)])).contains("too large"));
    }
}
