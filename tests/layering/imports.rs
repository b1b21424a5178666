//! Which words may stand in which source files.

use super::{Tree, assert_none, code_lines, is_product_source, repository, tree};

/// A word, the folders it is barred from, the places where it may stand all the same, and why.
struct Bar {
    word: &'static str,
    inside: &'static [&'static str],
    but: &'static [&'static str],
    because: &'static str,
}

const BARS: &[Bar] = &[
    Bar {
        word: "pest::",
        inside: &[""],
        but: &["lang/src/parse.rs", "lang/src/parse/"],
        because: "the grammar has one door",
    },
    Bar {
        word: "petgraph::",
        inside: &[""],
        but: &["compiler/src/graph.rs", "compiler/src/graph/"],
        because: "Graph is our own plain data",
    },
    Bar {
        word: "oxidd::",
        inside: &[""],
        but: &["compiler/src/model/space.rs", "compiler/src/model/space/"],
        because: "the rules ask a model, not diagrams",
    },
    Bar {
        word: "#[salsa::",
        inside: &[""],
        but: &["compiler/src/db.rs", "compiler/src/db/"],
        because: "queries live in one place",
    },
    Bar {
        word: "std::fs",
        inside: &["lang/", "compiler/", "runtime/vm/"],
        but: &["compiler/src/bin/"],
        because: "only programs touch files",
    },
    Bar {
        word: "std::env",
        inside: &["lang/", "compiler/", "runtime/vm/"],
        but: &["compiler/src/bin/"],
        because: "only programs read the environment",
    },
    Bar {
        word: "println!",
        inside: &["lang/", "compiler/", "runtime/vm/"],
        but: &["compiler/src/bin/"],
        because: "only programs print",
    },
    Bar {
        word: "SystemTime",
        inside: &[""],
        but: &["runtime/src/clock.rs", "compiler/src/bin/"],
        because: "one place knows the time",
    },
    Bar {
        word: "Timestamp::now",
        inside: &[""],
        but: &["runtime/src/clock.rs", "compiler/src/bin/"],
        because: "one place knows the time",
    },
    Bar {
        word: "Zoned::now",
        inside: &[""],
        but: &["runtime/src/clock.rs", "compiler/src/bin/"],
        because: "one place knows the time",
    },
    Bar {
        word: "Instant::now",
        inside: &["lang/", "compiler/", "runtime/vm/"],
        but: &["compiler/src/bin/"],
        because: "what is pure has no clock",
    },
    Bar {
        word: "sqlx::query",
        inside: &[""],
        but: &["runtime/src/store/", "runtime/src/store.rs"],
        because: "statements live beside the store",
    },
    Bar {
        word: "rusqlite::",
        inside: &[""],
        but: &["runtime/src/store/", "runtime/src/store.rs"],
        because: "statements live beside the store",
    },
    Bar {
        word: "lsp_types",
        inside: &[""],
        but: &["lsp/src/handlers/", "lsp/src/main.rs", "lsp/src/lib.rs"],
        because: "features speak bytes and plain data",
    },
    Bar {
        word: "crate::store",
        inside: &["runtime/src/channel/", "runtime/src/channel.rs"],
        but: &[],
        because: "a channel delivers, it does not remember",
    },
    Bar {
        word: "tokio::",
        inside: &["lang/", "compiler/", "runtime/vm/"],
        but: &[],
        because: "what is pure has no runtime",
    },
    Bar {
        word: "miette::",
        inside: &["lang/", "compiler/", "runtime/"],
        but: &[
            "compiler/src/bin/",
            "runtime/src/main.rs",
            "runtime/src/error.rs",
            "runtime/src/cli.rs",
            "runtime/src/cli/",
        ],
        because: "miette shows faults of a program's run",
    },
    Bar { word: "wf_lang", inside: &["runtime/"], but: &[], because: "production carries no parser" },
    Bar { word: "wf_compiler", inside: &["runtime/"], but: &[], because: "production carries no parser" },
];

fn faults(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in tree.iter().filter(|(path, _)| is_product_source(path)) {
        let barred = |bar: &&Bar| {
            bar.inside.iter().any(|folder| path.starts_with(folder))
                && !bar.but.iter().any(|place| path.starts_with(place))
        };
        let bars: Vec<&Bar> = BARS.iter().filter(barred).collect();
        for (number, line) in code_lines(text) {
            for bar in bars.iter().filter(|bar| line.contains(bar.word)) {
                faults.push(format!("{path}:{number}: `{}` does not belong here: {}", bar.word, bar.because));
            }
        }
    }
    faults.extend(rules_that_lean(tree));
    faults
}

/// A rule file that names another rule's file: `super::other` or `crate::verify::other`.
fn rules_that_lean(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for family in ["verify", "lint"] {
        let folder = format!("compiler/src/{family}/");
        let rules: Vec<&str> = tree
            .keys()
            .filter_map(|path| path.strip_prefix(&folder)?.strip_suffix(".rs"))
            .filter(|name| !name.contains('/'))
            .collect();
        for rule in &rules {
            for (number, line) in code_lines(&tree[&format!("{folder}{rule}.rs")]) {
                let leans = |other: &&&str| {
                    **other != *rule
                        && (line.contains(&format!("super::{other}"))
                            || line.contains(&format!("{family}::{other}")))
                };
                if let Some(other) = rules.iter().find(leans) {
                    faults.push(format!(
                        "{folder}{rule}.rs:{number}: leans on the rule `{other}`; move what they share up"
                    ));
                }
            }
        }
    }
    faults
}

#[test]
fn words_stand_where_they_belong() {
    assert_none(&faults(&repository()));
}

#[test]
fn a_misplaced_word_is_seen() {
    for bar in BARS {
        let folder = bar.inside[0];
        let path = if folder.ends_with(".rs") {
            folder.to_owned()
        } else if folder.contains("src") {
            format!("{folder}x.rs")
        } else {
            format!("{folder}src/x.rs")
        };
        let broken = tree(&[(&path, &format!("fn f() {{ {} }}", bar.word))]);
        assert!(!faults(&broken).is_empty(), "{} in {path}", bar.word);
        let commented = tree(&[(&path, &format!("// {}", bar.word))]);
        assert_none(&faults(&commented));
        for place in bar.but {
            let allowed = if place.ends_with('/') { format!("{place}x.rs") } else { (*place).to_owned() };
            let own = faults(&tree(&[(&allowed, bar.word)]));
            assert!(!own.iter().any(|fault| fault.ends_with(bar.because)), "{own:?}");
        }
    }
    let leaning = tree(&[
        ("compiler/src/verify/a_rule.rs", "use super::b_rule;"),
        ("compiler/src/verify/b_rule.rs", ""),
    ]);
    assert_eq!(faults(&leaning).len(), 1);
}
