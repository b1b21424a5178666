//! Parsing is total: whatever the text, there is a lossless tree, soon, and never a panic; and the limits hold at
//! their edge and one above.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use proptest::prelude::*;
use wf_lang::Parse;
use wf_lang::ast::{Kind, Node};
use wf_lang::chunk::chunks;
use wf_lang::limits;

const EXAMPLES: [&str; 3] = [
    include_str!("cases/clean/whole_example.wf"),
    include_str!("cases/clean/every_construct.wf"),
    include_str!("cases/clean/files_and_names.wf"),
];

/// The tree is well formed and lossless: children inside their parents and in order, and only blanks between leaves.
fn check(text: &str) -> Parse {
    let parse = wf_lang::parse(text);
    assert_eq!(parse.tree.text(), text);
    let pieces: String = chunks(text).iter().map(|chunk| chunk.range.slice(text)).collect();
    assert_eq!(pieces, text, "the chunks put together are the file");
    let mut done = 0;
    for leaf in
        parse.tree.root().leaves().filter(|leaf| leaf.kind() != Kind::File && leaf.kind() != Kind::Block)
    {
        let (start, end) = (leaf.span().start as usize, leaf.span().end as usize);
        assert!(done <= start && start <= end, "leaves in order: {leaf:?}");
        let gap = &text[done..start];
        assert!(
            gap.chars().all(|c| " \t\r\n\u{feff}\u{a0}".contains(c)),
            "only blanks between leaves: {gap:?}"
        );
        done = end;
    }
    assert!(text[done..].chars().all(|c| " \t\r\n\u{feff}\u{a0}".contains(c)), "{:?}", &text[done..]);
    nested(parse.tree.root());
    assert!(parse.errors.len() <= limits::MAX_SYNTAX_ERRORS);
    let has_error = parse.tree.root().has_error();
    assert!(!has_error || !parse.errors.is_empty(), "an error node without an error");
    for error in &parse.errors {
        assert!(error.at.end as usize <= text.len() && text.get(error.at.range()).is_some(), "{error:?}");
        assert!(!error.message.contains("something else"), "a message that says nothing: {error:?}");
    }
    parse
}

fn nested(node: Node<'_>) {
    let mut done = node.span().start;
    for child in node.children() {
        let span = child.span();
        assert!(done <= span.start && span.end <= node.span().end, "{child:?} in {node:?}");
        done = span.end;
        nested(child);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_parses(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_mix_of_words_and_signs_parses(text in proptest::collection::vec(prop_oneof![
        Just("step "), Just("workflow "), Just("a"), Just(" {"), Just("}"), Just("\n"), Just("\r\n"), Just("\""),
        Just("\"\"\""), Just("("), Just(")"), Just(","), Just(";"), Just("#"), Just("## d\n"), Just(" after "),
        Just("with {"), Just(" = "), Just("owner b"), Just("on done {"), Just("é"), Just("\0"), Just("\\"),
        Just("message m "), Just("deadline 5 days"), Just("\u{feff}"), Just("test \"t\" {"), Just("expect "),
    ], 0..60)) {
        check(&text.concat());
    }

    #[test]
    fn mutated_examples_parse(which in 0usize..3, edits in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..40, "[a-z{}\"#,;()\n]{0,3}"), 1..4)) {
        let mut text = EXAMPLES[which].to_owned();
        for (at, length, replacement) in edits {
            let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
            let start = floor(at.index(text.len()));
            let end = floor((start + length).min(text.len())).max(start);
            text.replace_range(start..end, &replacement);
        }
        check(&text);
    }
}

/// A step of quadratic time takes minutes here and would be seen; how fast texts parse is for the benchmark.
#[test]
fn hostile_texts_parse_to_their_end() {
    let n = 100_000;
    let hostile = [
        ("open braces", "{".repeat(n)),
        ("closing braces", "}".repeat(n)),
        ("round", "(".repeat(n)),
        ("round, then empty braces", "let a = ".to_owned() + &"(".repeat(n) + &"{}".repeat(n)),
        ("nested blocks", "step a {\n".repeat(n / 10)),
        ("nested on one line", "a {".repeat(n)),
        ("one long word", "a".repeat(n * 5)),
        ("one long line", "step a \"A\" { owner b; deadline 5 days } ".repeat(n / 40)),
        ("nots", "let a = ".to_owned() + &"not ".repeat(n)),
        ("pluses", "let a = 1".to_owned() + &" + 1".repeat(n / 10)),
        ("minus", "let a = ".to_owned() + &"-".repeat(n)),
        ("blank lines in brackets", "let a = (".to_owned() + &"\n".repeat(n)),
        ("comments behind a comma", "workflow a {\n tags a,\n".to_owned() + &"# c\n".repeat(n)),
        ("doc comments", "## d\n".repeat(n)),
        ("unclosed long texts", "message a \"\"\"\n".repeat(n / 10)),
        ("long texts on one line", "\"\"\" ".repeat(n)),
        ("quotes", "\"".repeat(n)),
        ("open text and blanks", "\"".to_owned() + &" ".repeat(n) + "a"),
        ("braces in a text", "let a = \"".to_owned() + &"{(".repeat(n / 10) + "\""),
        ("nuls", "\0".repeat(n)),
        ("lone carriage returns", "step a {\r".repeat(n / 10)),
        ("byte order mark", "\u{feff}use a.b\r\n".repeat(n / 10)),
        ("commas", "enum A {".to_owned() + &",".repeat(n) + "}"),
        ("semicolons", ";".repeat(n)),
        ("misspelt", "stpe a {\n}\n".repeat(n / 10)),
        ("commas at line ends", "workflow a {\n".to_owned() + &" tags a,\n".repeat(n / 10) + "}"),
        ("after groups", "workflow w {\n step a {\n after ".to_owned() + &"(any of ".repeat(n / 10) + "b"),
        ("headers without blocks", "step a \"A\"\n ".repeat(n / 10)),
    ];
    for (what, text) in hostile {
        println!("{what}");
        check(&text);
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    wf_lang::parse(text).errors.iter().map(|error| error.rule.code).collect()
}

#[test]
fn nesting_of_brackets_is_bounded() {
    let nested = |depth: usize| format!("let a = {}1{}\n", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(codes(&nested(limits::MAX_EXPRESSION_NESTING)), Vec::<&str>::new());
    assert_eq!(codes(&nested(limits::MAX_EXPRESSION_NESTING + 1)), ["WF010"]);
}

#[test]
fn rows_of_operators_are_bounded() {
    let row = |operators: usize| format!("let a = 1{}\n", " + 1".repeat(operators));
    assert_eq!(codes(&row(limits::MAX_OPERATORS_IN_A_ROW)), Vec::<&str>::new());
    assert_eq!(codes(&row(limits::MAX_OPERATORS_IN_A_ROW + 1)), ["WF010"]);
}

#[test]
fn nesting_of_blocks_is_bounded() {
    // Blocks that mean nothing nest as well; only the first is judged.
    let nested = |depth: usize| format!("{}{}\n", "a {\n".repeat(depth), "}\n".repeat(depth));
    assert_eq!(codes(&nested(limits::MAX_BLOCK_NESTING)), ["WF001"]);
    assert_eq!(codes(&nested(limits::MAX_BLOCK_NESTING + 1)), ["WF001", "WF010"]);
}

#[test]
fn statements_are_bounded() {
    let statement = |length: usize| {
        let frame = "let a = \"\"".len();
        format!("let a = \"{}\"\n", "x".repeat(length - frame))
    };
    assert_eq!(codes(&statement(limits::MAX_STATEMENT_BYTES)), Vec::<&str>::new());
    assert_eq!(codes(&statement(limits::MAX_STATEMENT_BYTES + 1)), ["WF010"]);
}

#[test]
fn files_are_bounded() {
    let file = |length: usize| format!("#{}", "x".repeat(length - 1));
    assert_eq!(codes(&file(limits::MAX_FILE_BYTES)), Vec::<&str>::new());
    let text = file(limits::MAX_FILE_BYTES + 1);
    assert_eq!(codes(&text), ["WF010"]);
    check(&text);
}

#[test]
fn nodes_per_file_are_bounded() {
    let file = |nodes: usize| format!("workflow w {{\n{}}}\n", "pause a {}\n".repeat(nodes));
    assert_eq!(codes(&file(limits::MAX_NODES_PER_FILE)), Vec::<&str>::new());
    assert_eq!(codes(&file(limits::MAX_NODES_PER_FILE + 1)), ["WF010"]);
}

#[test]
fn errors_are_bounded() {
    let file = |errors: usize| "let a =\n".repeat(errors);
    assert_eq!(codes(&file(limits::MAX_SYNTAX_ERRORS)).len(), limits::MAX_SYNTAX_ERRORS);
    assert_eq!(codes(&file(limits::MAX_SYNTAX_ERRORS + 1)).len(), limits::MAX_SYNTAX_ERRORS);
}
