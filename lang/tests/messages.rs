//! Syntax errors as a process owner reads them: the line, the message, the cure.
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

use std::fmt::Write as _;
use wf_lang::span::LineIndex;

const CASES: &[&str] = &[
    "workflow w {\n  stpe a {\n    owner b\n  }\n}\n",
    "workflow w {\n  step a {\n    deadline 5 bussiness days\n  }\n}\n",
    "workflow w {\n  step a {\n    deadline\n  }\n}\n",
    "workflow w {\n  step a {\n    deadlin 5 days\n  }\n}\n",
    "workflow w {\n  step a {\n    owner b\n\n  step c {\n    owner d\n  }\n}\n",
    "workflow w {\n  step a {\n    owner b\n  }\n  }\n  step c {\n    owner d\n  }\n}\n",
    "workflow w {\n  step a {\n    owner b\n  }\n",
    "workflow w {\n  step a \"A {\n    owner b\n  }\n}\n",
    "workflow w {\n  step a {\n    after any off b, c\n  }\n}\n",
    "workflow w {\n  step a {\n    after all of b, c\n  }\n}\n",
    "workflow w {\n  step a {\n    after b, (all c, d)\n  }\n}\n",
    "workflow w {\n  step a {\n    after any b, c\n  }\n}\n",
    "workflow w {\n  step a {\n    after b, any of c, d\n  }\n}\n",
    "workflow w {\n  step a {\n    after b and c\n  }\n}\n",
    "workflow w {\n  outcome a \"A\" after b or c\n}\n",
    "workflow w {\n  step a {\n    when region = EU\n  }\n}\n",
    "workflow w {\n  step a {\n    when amount-3 > 4\n  }\n}\n",
    "workflow w {\n  step a {\n    tags x,\n    owner b\n  }\n}\n",
    "workflow w {\n  step a {\n    say \"signed on } today\"\n  }\n}\n",
    "workflow w {\n  step a {\n    say \"in {region is \"EU\"}\"\n  }\n}\n",
    "step a {\n  owner b\n}\n",
    "workflow w {\n  owner b\n  version 3\n}\n",
    "enum Region [ EU, UK ]\n",
    "let a = (1 + \nlet b = 2\n",
    "record r { a text }\n",
    "test \"t\" {\n  start w at monday\n  expect a activ\n}\n",
    "process x\n",
    "workflow w {\n  step a\n    owner b\n  }\n}\n",
    "workflow w {\n  deadline 5 days {\n    owner b\n  }\n}\n",
    "workflow w {\n  version three\n}\n",
    "workflow w {\n  step a { remind }\n}\n",
];

#[test]
fn messages() {
    let mut shown = String::new();
    for text in CASES {
        let lines = LineIndex::new(text);
        writeln!(shown, "{}", text.trim_end()).unwrap();
        for error in &wf_lang::parse(text).errors {
            let at = lines.position(text, error.at.start);
            writeln!(shown, "--> {}:{} `{}`: {}", at.line, at.column, error.at.slice(text), error.message)
                .unwrap();
            for related in &error.related {
                let at = lines.position(text, related.at.start);
                writeln!(shown, "    related {}:{}: {}", at.line, at.column, related.message).unwrap();
            }
            if let Some(help) = &error.help {
                writeln!(shown, "    help: {help}").unwrap();
            }
            for fix in &error.fixes {
                writeln!(shown, "    fix: {}", fix.title).unwrap();
            }
        }
        writeln!(shown).unwrap();
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn nothing_is_filled_in_where_a_text_is_shown_as_it_stands() {
    let refused = [
        "workflow w \"For {name}\" {\n version 1\n step a {\n owner b\n }\n}\n",
        "workflow w {\n step a \"For {name}\" {\n owner b\n }\n}\n",
        "workflow w {\n decision d \"D\" {\n option yes \"Yes, {name}\"\n }\n}\n",
        "workflow w {\n decision d \"D\" {\n option yes \"Yes\" short \"{name}\"\n }\n}\n",
        "escalation e {\n level 1 {\n ask a \"b\" {\n alternative \"For {name}\" { resume }\n }\n }\n}\n",
        "escalation e {\n level 1 {\n ask a \"b\" { }\n decide within 1 day otherwise \"For {name}\"\n }\n}\n",
        "test \"t\" {\n expect message to a containing \"{name}\"\n}\n",
        "test \"t\" {\n block a \"{name}\"\n}\n",
    ];
    for text in refused {
        let errors = wf_lang::parse(text).errors;
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert!(errors[0].message.starts_with("nothing is filled in here"), "{text}: {}", errors[0].message);
        assert_eq!(errors[0].at.slice(text), "{name}");
    }
    let filled_in = [
        "workflow w {\n title \"{name}\"\n step a \"\\{name\\}\" {\n say \"{name}\"\n }\n}\n",
        "workflow w {\n step a {\n say draft \"For {name}\" otherwise \"For {name}\"\n }\n}\n",
        "escalation e {\n level 1 {\n ask a \"For {name}\" {\n alternative \"B\" { tell a \"{name}\" }\n }\n }\n}\n",
        "test \"t\" {\n start w at 2026-03-02 09:00 with { a = \"{name}\" }\n}\n",
    ];
    for text in filled_in {
        assert_eq!(wf_lang::parse(text).errors, Vec::new(), "{text}");
    }
}
