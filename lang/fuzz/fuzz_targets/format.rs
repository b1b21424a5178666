//! What can be read is formatted so that formatting again changes nothing and every comment is kept.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wf_lang::format::{Formatted, format};

fn comments(text: &str) -> Vec<String> {
    let parse = wf_lang::parse(text);
    let leaves = parse.tree.root().leaves().filter(|leaf| leaf.kind().is_comment());
    leaves.map(|leaf| leaf.text().trim_end().to_owned()).collect()
}

fuzz_target!(|text: &str| {
    if let Formatted::Changed(once) = format(text) {
        assert_eq!(comments(text), comments(&once));
        assert_eq!(format(&once), Formatted::Unchanged, "formatting twice differs");
    }
});
