//! The formatter: source and layout side by side, and the laws that hold for every text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use proptest::prelude::*;
use wf_lang::ast::Kind;
use wf_lang::format::{Formatted, format};

#[test]
fn layouts() {
    insta::glob!("cases/format/*.wf", |path| {
        let source = std::fs::read_to_string(path).unwrap();
        let shown = match format(&source) {
            Formatted::Unchanged => "(unchanged)".to_owned(),
            Formatted::Changed(text) => text,
            Formatted::Unreadable { line, reason } => format!("(left untouched: line {line}: {reason})"),
        };
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{source}\n======== layout ========\n{shown}"));
        });
    });
}

#[test]
fn a_file_that_cannot_be_read_is_left_alone() {
    for (text, line) in [("workflow w {\n  stpe a {\n  }\n}\n", 2), ("workflow w {\n", 1), ("\n\n}\n", 3)] {
        match format(text) {
            Formatted::Unreadable { line: found, reason } => {
                assert_eq!(found, line, "{text}: {reason}");
                assert!(!reason.is_empty());
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn an_empty_file_stays_empty() {
    assert_eq!(format(""), Formatted::Unchanged);
    assert_eq!(format("\n\n"), Formatted::Changed(String::new()));
}

#[test]
fn values_are_parted_by_commas_whatever_parted_them() {
    let written = "\
workflow w {
  starts on crm \"deal.won\" where event.seats >= 65 and event.region is one of europe, america, oceania with { a = 1; b = 2
    c = 3  # three
    d = { x = 1; y = 2 } }
  title \"w\"
}
";
    let laid_out = "\
workflow w {
  starts on crm \"deal.won\" where event.seats >= 65 and event.region is one of europe, america, oceania with { a = 1,
      b = 2, c = 3,  # three
      d = { x = 1, y = 2 } }
  title \"w\"
}
";
    assert_eq!(format(written), Formatted::Changed(laid_out.to_owned()));
    assert_eq!(format(laid_out), Formatted::Unchanged);
}

/// The words of a text: every leaf but separators, which layout may change, and units, which agree with numbers.
fn words(text: &str) -> Vec<String> {
    let parse = wf_lang::parse(text);
    let leaves = parse.tree.root().leaves().filter(|leaf| !matches!(leaf.text().trim_end(), "" | "," | ";"));
    leaves
        .map(|leaf| match leaf.kind() {
            Kind::Unit => leaf.text().trim_end_matches('s').split_whitespace().collect::<Vec<_>>().join(" "),
            _ => leaf.text().trim_end().to_owned(),
        })
        .collect()
}

fn samples() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folders =
        ["examples/onboarding", "examples/claims", "examples/change", "tests/cases/kitchen-sink", "stdlib"];
    let mut texts = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "wf") {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

/// Laws for one text: nothing is lost, and formatting again changes nothing.
fn holds(text: &str) -> Result<(), TestCaseError> {
    let Formatted::Changed(once) = format(text) else { return Ok(()) };
    prop_assert_eq!(words(text), words(&once), "words were lost or moved in\n{}\n---\n{}", text, once);
    prop_assert_eq!(
        format(&once),
        Formatted::Unchanged,
        "formatting twice differs for\n{}\n---\n{}",
        text,
        once
    );
    Ok(())
}

/// The lines of a sample with their blanks, comments and line breaks changed.
fn disturbed() -> impl Strategy<Value = String> {
    let samples = samples();
    let sample = 0..samples.len();
    (sample, any::<u64>()).prop_map(move |(sample, seed)| {
        let mut random = seed;
        let mut next = move |bound: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % bound
        };
        let mut text = String::new();
        for line in samples[sample].lines() {
            match next(12) {
                0 => text.push_str("\n\n\n"),
                1 => text.push_str("   # a comment of its own\n"),
                _ => {}
            }
            match next(6) {
                0 => text.push_str(&format!("{}{line}   ", " ".repeat(next(9) as usize))),
                1 => text.push_str(&line.replace(", ", " ,  ").replace(" {", "   {")),
                2 if line.ends_with('{') || line.ends_with('}') => text.push_str(&format!("{line} # behind")),
                _ => text.push_str(line),
            }
            text.push('\n');
        }
        text
    })
}

#[test]
fn blanks_alone_are_no_words() {
    for text in [" ", "  \n ", "\n"] {
        holds(text).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn disturbed_examples_keep_their_words_and_settle(text in disturbed()) {
        holds(&text)?;
    }

    #[test]
    fn any_text_keeps_its_words_and_settles(text in "([a-z]{1,6}|[ \n{}(),.;:=#\"]|after |step |role ){0,60}") {
        holds(&text)?;
    }
}
