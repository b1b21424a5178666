//! Round trips, names, and every byte that is not the one written.

use super::built;
use proptest::prelude::*;
use wf_plan::codec::{MAGIC, Section};
use wf_plan::{MeaningHash, PlanError, encode, load, meaning_hash};

#[test]
fn what_is_written_is_read() {
    let plan = built::plan();
    let loaded = load(&encode(&plan).unwrap()).unwrap();
    assert_eq!(loaded.program(), &plan.program);
    assert_eq!(loaded.sources(), &plan.sources);
    assert_eq!(loaded.docs(), &plan.docs);
    assert_eq!(loaded.meaning(), meaning_hash(&plan.program).unwrap());
}

#[test]
fn a_plan_is_named_by_what_it_means() {
    let plan = built::plan();
    let name = |plan: &wf_plan::Plan| load(&encode(plan).unwrap()).unwrap().name();
    let before = name(&plan);
    assert!(before.starts_with("onboarding@3#") && before.len() == "onboarding@3#".len() + 12, "{before}");
    assert_eq!(plan.program.file_name(), "onboarding@3.wfp");

    let mut commented = plan.clone();
    commented.docs.workflow.push_str(" Said better.");
    commented.sources.files[0].lines[0].1.push_str(" # a comment");
    assert_eq!(name(&commented), before, "a comment changes no meaning");
    assert_ne!(encode(&commented).unwrap(), encode(&plan).unwrap());

    let mut meant = plan.clone();
    meant.program.nodes[0].optional = false;
    assert_ne!(name(&meant), before);
}

#[test]
fn hashes_are_written_and_read_as_hexadecimal() {
    let hash = MeaningHash([0xab; 32]);
    assert_eq!(hash.to_string(), "ab".repeat(32));
    assert_eq!(hash.short(), "abababababab");
    assert_eq!(MeaningHash::from_hex(&hash.to_string()), Some(hash));
    assert_eq!(MeaningHash::from_hex("ab"), None);
}

#[test]
fn every_byte_counts() {
    let bytes = encode(&built::plan()).unwrap();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80] {
            let mut spoilt = bytes.clone();
            spoilt[at] ^= flip;
            let error = load(&spoilt).unwrap_err();
            let told = match at {
                0..=7 => error == PlanError::NotAPlan,
                // The format's number: another format is named, format 0 has the wrong hash.
                8..=9 => matches!(error, PlanError::NewerFormat { .. } | PlanError::Damaged),
                _ => error == PlanError::Damaged,
            };
            assert!(told, "byte {at}: {error}");
        }
    }
}

#[test]
fn every_prefix_is_refused() {
    let bytes = encode(&built::plan()).unwrap();
    for length in 0..bytes.len() {
        assert!(load(&bytes[..length]).is_err(), "{length} bytes");
    }
}

/// The sections of a plan, put together again with a right hash after a change.
pub fn framed(sections: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::from(MAGIC);
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(u16::try_from(sections.len()).unwrap().to_le_bytes());
    let mut offset = 12 + 12 * sections.len();
    for (id, section) in sections {
        bytes.extend(id.to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(u32::try_from(offset).unwrap().to_le_bytes());
        bytes.extend(u32::try_from(section.len()).unwrap().to_le_bytes());
        offset += section.len();
    }
    sections.iter().for_each(|(_, section)| bytes.extend(section));
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    bytes
}

fn sections() -> Vec<(u16, Vec<u8>)> {
    let plan = built::plan();
    vec![
        (Section::Program.id(), postcard::to_allocvec(&plan.program).unwrap()),
        (Section::Sources.id(), postcard::to_allocvec(&plan.sources).unwrap()),
        (Section::Docs.id(), postcard::to_allocvec(&plan.docs).unwrap()),
    ]
}

fn refused(change: impl FnOnce(&mut Vec<(u16, Vec<u8>)>)) -> String {
    let mut sections = sections();
    change(&mut sections);
    load(&framed(&sections)).unwrap_err().to_string()
}

#[test]
fn the_layout_is_the_documented_one() {
    assert_eq!(framed(&sections()), encode(&built::plan()).unwrap());
}

#[test]
fn sections_are_there_once_known_and_unsigned() {
    assert!(refused(|sections| drop(sections.remove(1))).contains("SOURCES cannot be read: it is not there"));
    assert!(refused(|sections| sections.push((9, Vec::new()))).contains("no section 9"));
    let signed = refused(|sections| sections.push((4, vec![0; 64])));
    assert_eq!(signed, "this plan is signed, and this version cannot check signatures");
}

#[test]
fn a_program_has_one_spelling() {
    // 0x8a 0x00 is ten, written with a byte too many; the name has ten letters.
    let longer = refused(|sections| {
        assert_eq!(sections[0].1[0], 10);
        sections[0].1.splice(0..1, [0x8a, 0x00]);
    });
    assert!(longer.contains("not written the way plans are"), "{longer}");
    let trailing = refused(|sections| sections[2].1.push(0));
    assert!(trailing.contains("DOCS"), "{trailing}");
}

#[test]
fn a_length_without_bytes_allocates_nothing() {
    // The length of the workflow's name and of its first list, claimed to be four thousand million.
    let huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    assert!(refused(|sections| drop(sections[0].1.splice(0..1, huge))).contains("PROGRAM"));
    assert!(refused(|sections| sections[1].1 = huge.to_vec()).contains("SOURCES"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes: Vec<u8>) {
        prop_assert!(load(&bytes).is_err());
    }

    /// Spoilt sections behind a right hash: refused or read, never a panic; what is read is written the same.
    #[test]
    fn spoilt_sections_are_answered(spots in prop::collection::vec((0..3_usize, any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut sections = sections();
        for (section, at, byte) in spots {
            let bytes = &mut sections[section].1;
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let bytes = framed(&sections);
        if let Ok(loaded) = load(&bytes) {
            let plan = wf_plan::Plan {
                program: loaded.program().clone(), sources: loaded.sources().clone(), docs: loaded.docs().clone(),
            };
            prop_assert_eq!(encode(&plan).unwrap(), bytes);
        }
    }

    #[test]
    fn versions_and_labels_come_back(version: u32, label in "[^\u{0}]{0,40}", optional: bool, seats in 0..40_i64) {
        let mut plan = built::plan();
        plan.program.version = version;
        plan.program.label = label;
        plan.program.nodes[0].optional = optional;
        plan.program.constants[5] = wf_plan::value::Constant::Number(seats.into());
        let bytes = encode(&plan).unwrap();
        prop_assert_eq!(&bytes, &encode(&plan.clone()).unwrap());
        let loaded = load(&bytes).unwrap();
        prop_assert_eq!(loaded.program(), &plan.program);
    }
}
