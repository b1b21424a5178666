//! Plans as bytes: deterministic, self-checking, and named by what they mean.
//!
//! ```text
//! magic (8) · format version (u16) · number of sections (u16)
//! per section: id (u16) · 0 (u16) · offset (u32) · length (u32)
//! the sections, in order of id, without gaps
//! BLAKE3 over everything before it (32)
//! ```
//!
//! All numbers are little-endian; each section is one value in postcard's encoding. Sections that carry meaning go
//! into the meaning hash; sources, docs and the signature do not, so that a comment changes no plan's name.
//! Invariant: one program has one spelling, on every machine ([`crate::load`](fn@crate::load) refuses any other).

use crate::error::PlanError;
use crate::limits;
use crate::plan::{MeaningHash, Program};
use crate::source::{Docs, SourceMap};
use serde::Serialize;
use std::fmt;

pub(crate) mod layout;

/// The first bytes of every plan. The line ends in it are broken by transfers that think it is text, as in PNG.
pub const MAGIC: [u8; 8] = *b"\x89WFP\r\n\x1a\n";

/// The format that this program writes, and the newest it reads.
pub const FORMAT: u16 = 1;

/// What is sealed: a program that the verifier accepted, with what people read beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// What runs.
    pub program: Program,
    /// Where it came from.
    pub sources: SourceMap,
    /// Doc comments.
    pub docs: Docs,
}

/// The sections of format 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Section {
    /// The program: all of the meaning.
    Program,
    /// The source map.
    Sources,
    /// Doc comments.
    Docs,
    /// Reserved: an ed25519 signature. No version writes or accepts one yet.
    Signature,
}

impl Section {
    /// All of them, in the order of their ids.
    pub const ALL: [Self; 4] = [Self::Program, Self::Sources, Self::Docs, Self::Signature];

    /// The number in the section table.
    #[must_use]
    pub fn id(self) -> u16 {
        match self {
            Self::Program => 1,
            Self::Sources => 2,
            Self::Docs => 3,
            Self::Signature => 4,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Program => "PROGRAM",
            Self::Sources => "SOURCES",
            Self::Docs => "DOCS",
            Self::Signature => "SIGNATURE",
        }
    }

    /// Whether the section is part of the meaning hash.
    #[must_use]
    pub fn carries_meaning(self) -> bool {
        matches!(self, Self::Program)
    }
}

/// The bytes of a plan: the same for the same plan, everywhere.
///
/// # Errors
/// When the plan is larger than [`limits::PLAN_BYTES`].
pub fn encode(plan: &Plan) -> Result<Vec<u8>, PlanError> {
    let sections = [
        (Section::Program, spell(Section::Program, &plan.program)?),
        (Section::Sources, spell(Section::Sources, &plan.sources)?),
        (Section::Docs, spell(Section::Docs, &plan.docs)?),
    ];
    let bytes: usize = sections.iter().map(|(_, bytes)| bytes.len()).sum();
    let bytes = bytes + layout::overhead(sections.len());
    if bytes > limits::PLAN_BYTES {
        return Err(PlanError::TooLarge { bytes, most: limits::PLAN_BYTES });
    }
    let sections: Vec<(u16, &[u8])> =
        sections.iter().map(|(section, bytes)| (section.id(), &**bytes)).collect();
    Ok(layout::assemble(FORMAT, &sections))
}

/// The meaning hash of a program: BLAKE3 over its sections that carry meaning, each with its id and length.
///
/// # Errors
/// When the program cannot be encoded, which no program made by the compiler causes.
pub fn meaning_hash(program: &Program) -> Result<MeaningHash, PlanError> {
    Ok(hash_meaning([(Section::Program, spell(Section::Program, program)?.as_slice())]))
}

/// The meaning hash over sections as they stand in a plan.
pub(crate) fn hash_meaning<'a>(sections: impl IntoIterator<Item = (Section, &'a [u8])>) -> MeaningHash {
    let mut hasher = blake3::Hasher::new();
    for (section, bytes) in sections.into_iter().filter(|(section, _)| section.carries_meaning()) {
        hasher.update(&section.id().to_le_bytes());
        hasher.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(bytes);
    }
    MeaningHash(*hasher.finalize().as_bytes())
}

/// The bytes of one section's value.
pub(crate) fn spell<T: Serialize>(section: Section, value: &T) -> Result<Vec<u8>, PlanError> {
    postcard::to_allocvec(value)
        .map_err(|error| PlanError::Unreadable { section: section.name(), why: error.to_string() })
}

impl MeaningHash {
    /// Stands for the very plan that holds it, whose hash cannot be known inside it: a workflow that starts itself.
    pub const ITSELF: Self = Self([0; 32]);

    /// The first twelve of its hexadecimal digits: what people compare.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }

    /// Reads the 64 hexadecimal digits that `Display` writes.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }
}

impl fmt::Display for MeaningHash {
    /// 64 hexadecimal digits in lower case.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl Program {
    /// `NAME@VERSION`, as `wf.lock` and people write it.
    #[must_use]
    pub fn name_and_version(&self) -> String {
        format!("{}@{}", self.workflow, self.version)
    }

    /// The file that `wfc build` writes the plan to.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.wfp", self.name_and_version())
    }
}
