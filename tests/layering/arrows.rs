//! Which package may depend on which, and which libraries stay out of where.

use super::{Tree, assert_none, repository, tree};

/// Per package: its manifest's folder, and the packages of ours it may name.
const ARROWS: &[(&str, &str, &[&str])] = &[
    ("wf-lang", "lang", &[]),
    ("wf-plan", "compiler/plan", &[]),
    ("wf-vm", "runtime/vm", &["wf-plan"]),
    ("wf-compiler", "compiler", &["wf-lang", "wf-plan", "wf-vm"]),
    ("wf-lsp", "lsp", &["wf-compiler"]),
    ("wf-runtime", "runtime", &["wf-plan", "wf-vm"]),
    ("wf-tests", "tests", &["wf-lang", "wf-plan", "wf-vm", "wf-compiler", "wf-lsp", "wf-runtime"]),
];

/// Libraries that a package must not name, with the reason.
const BARRED: &[(&str, &[&str], &str)] = &[
    (
        "wf-lang",
        &["tokio", "sqlx", "lsp-types", "lsp-server", "gen-lsp-types"],
        "the language is text in, tree out",
    ),
    (
        "wf-compiler",
        &["tokio", "sqlx", "lsp-types", "lsp-server", "gen-lsp-types"],
        "the compiler is plain functions",
    ),
    ("wf-plan", &["tokio", "sqlx", "jiff", "pest"], "the plan is data"),
    ("wf-vm", &["tokio", "sqlx", "rand", "getrandom", "pest"], "the interpreter is pure"),
    ("wf-runtime", &["pest", "salsa", "petgraph", "codespan-reporting"], "production carries no parser"),
];

/// Names of ours and of libraries in `[dependencies]` (and build, never dev) of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let parsed: toml::Table = manifest.parse().unwrap();
    let tables = ["dependencies", "build-dependencies"];
    tables
        .iter()
        .filter_map(|table| parsed.get(*table)?.as_table())
        .flat_map(|table| table.keys().cloned())
        .collect()
}

fn faults(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for (package, folder, allowed) in ARROWS {
        let Some(manifest) = tree.get(&format!("{folder}/Cargo.toml")) else {
            faults.push(format!("{folder}/Cargo.toml is missing: package {package} belongs there"));
            continue;
        };
        for name in dependencies(manifest) {
            if name.starts_with("wf-") && !allowed.contains(&name.as_str()) {
                faults.push(format!("{package} must not depend on {name}"));
            }
            for (barred_in, libraries, reason) in BARRED {
                if barred_in == package && libraries.contains(&name.as_str()) {
                    faults.push(format!("{package} must not depend on {name}: {reason}"));
                }
            }
        }
    }
    faults.extend(zone_files(tree));
    faults
}

/// The machine's own zone files stay out: plans carry the transitions they use.
fn zone_files(tree: &Tree) -> Option<String> {
    let workspace: toml::Table = tree.get("Cargo.toml")?.parse().unwrap();
    let jiff = workspace.get("workspace")?.get("dependencies")?.get("jiff")?;
    let off = jiff.get("default-features").and_then(toml::Value::as_bool) == Some(false);
    let system = jiff.get("features").and_then(toml::Value::as_array).is_some_and(|features| {
        features
            .iter()
            .filter_map(toml::Value::as_str)
            .any(|feature| feature.contains("tz-system") || feature.contains("tzdb-"))
    });
    (!off || system).then(|| "jiff must be used without its system features".to_owned())
}

#[test]
fn packages_depend_only_downwards() {
    assert_none(&faults(&repository()));
}

#[test]
fn a_wrong_arrow_is_seen() {
    let mut broken: Tree = ARROWS
        .iter()
        .map(|(package, folder, _)| {
            (format!("{folder}/Cargo.toml"), format!("[package]\nname = \"{package}\"\n"))
        })
        .collect();
    assert_none(&faults(&broken));
    for (folder, dependency) in [
        ("runtime", "wf-lang"),
        ("runtime", "wf-compiler"),
        ("compiler/plan", "wf-vm"),
        ("runtime/vm", "tokio"),
        ("runtime/vm", "sqlx"),
        ("lang", "tokio"),
        ("compiler", "sqlx"),
        ("lang", "wf-plan"),
        ("runtime", "pest"),
    ] {
        let path = format!("{folder}/Cargo.toml");
        let sound = broken.get(&path).unwrap().clone();
        broken.insert(path.clone(), format!("{sound}[dependencies]\n{dependency} = \"1\"\n"));
        assert_eq!(faults(&broken).len(), 1, "{folder} -> {dependency}");
        broken.insert(path, sound);
    }
    broken.insert(
        "Cargo.toml".to_owned(),
        "[workspace.dependencies]\njiff = { version = \"0.2\", features = [\"tz-system\"] }\n".to_owned(),
    );
    assert_eq!(faults(&broken).len(), 1);
    assert_eq!(faults(&tree(&[])).len(), ARROWS.len());
}
