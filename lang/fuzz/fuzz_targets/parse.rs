//! Any text parses, and its tree is the text: no panic, no hang, nothing lost.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parse = wf_lang::parse(text);
    assert_eq!(parse.tree.text(), text);
    let mut end = 0;
    for leaf in parse.tree.root().leaves() {
        let span = leaf.span();
        let between = &text[end as usize..span.start as usize];
        let blank = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
        assert!(between.chars().all(blank), "a word was lost: {between:?}");
        end = span.end;
    }
    let pieces: String = wf_lang::chunk::chunks(text).iter().map(|chunk| &text[chunk.range.range()]).collect();
    assert_eq!(pieces, text);
});
