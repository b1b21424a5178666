//! Lists that must agree: top-level entries, and rules with their files, pages and `mod` lines.

use super::{Tree, assert_none, repository, tree};

/// All that may stand at the top of the repository.
const TOP: &[&str] = &[
    "lang",
    "compiler",
    "lsp",
    "runtime",
    "stdlib",
    "examples",
    "migrations",
    "tests",
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    ".ci",
    ".config",
    ".gitignore",
    ".gitattributes",
    ".cargo",
    ".pre-commit-hooks.yaml",
    "clippy.toml",
    "rustfmt.toml",
    "deny.toml",
];

fn strangers_at_the_top(tree: &Tree) -> Vec<String> {
    let mut tops: Vec<&str> = tree.keys().filter_map(|path| path.split('/').next()).collect();
    tops.dedup();
    tops.iter()
        .filter(|top| !TOP.contains(top))
        .map(|top| format!("`{top}` does not belong at the top"))
        .collect()
}

/// Rules (`RULE: Rule`) with their files, from `lint/`, `verify/` and the language's own.
fn rules_without_pages(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    let pages: Vec<&str> =
        tree.keys().filter_map(|path| path.strip_prefix("compiler/rules/")?.strip_suffix(".md")).collect();
    let list = tree.get("compiler/src/rules.rs").map(String::as_str).unwrap_or_default();
    for family in ["verify", "lint"] {
        let folder = format!("compiler/src/{family}/");
        let parent = tree.get(&format!("compiler/src/{family}.rs")).map(String::as_str).unwrap_or_default();
        for (path, text) in tree.iter().filter(|(path, _)| path.starts_with(&folder)) {
            let Some(file) = path.strip_prefix(&folder).and_then(|rest| rest.strip_suffix(".rs")) else {
                continue;
            };
            if file.contains('/') || !text.contains(" RULE: Rule") {
                continue;
            }
            let name = file.replace('_', "-");
            if !text.contains(&format!("\"{name}\"")) {
                faults.push(format!("{path}: its rule is not named `{name}`"));
            }
            if !pages.contains(&name.as_str()) {
                faults.push(format!("{path}: compiler/rules/{name}.md is missing"));
            }
            if !parent.contains(&format!("mod {file};")) {
                faults.push(format!("{path}: compiler/src/{family}.rs has no `mod {file};`"));
            }
            if !list.contains(&format!("{file}::RULE")) {
                faults.push(format!("{path}: compiler/src/rules.rs does not list it"));
            }
        }
    }
    for page in pages.iter().filter(|page| !list.contains(&format!("\"{page}\""))) {
        faults.push(format!("compiler/rules/{page}.md: compiler/src/rules.rs does not list it"));
    }
    faults
}

#[test]
fn nothing_strange_stands_at_the_top() {
    assert_none(&strangers_at_the_top(&repository()));
    assert_eq!(strangers_at_the_top(&tree(&[("utils/a.rs", "")])).len(), 1);
}

#[test]
fn every_rule_has_its_file_page_and_entry() {
    assert_none(&rules_without_pages(&repository()));
}

#[test]
fn a_rule_without_page_entry_or_name_is_seen() {
    let sound = tree(&[
        ("compiler/src/verify.rs", "mod a_rule;"),
        ("compiler/src/verify/a_rule.rs", "pub const RULE: Rule = Rule { name: \"a-rule\" };"),
        ("compiler/rules/a-rule.md", ""),
        ("compiler/src/rules.rs", "verify::a_rule::RULE => \"a-rule\""),
    ]);
    assert_none(&rules_without_pages(&sound));
    for (path, faults) in
        [("compiler/src/verify.rs", 1), ("compiler/rules/a-rule.md", 1), ("compiler/src/rules.rs", 2)]
    {
        let mut broken = sound.clone();
        broken.remove(path);
        assert_eq!(rules_without_pages(&broken).len(), faults, "without {path}");
    }
    let mut renamed = sound;
    renamed.insert(
        "compiler/src/verify/a_rule.rs".to_owned(),
        "pub const RULE: Rule = Rule { name: \"b\" };".to_owned(),
    );
    assert_eq!(rules_without_pages(&renamed).len(), 1);
}
