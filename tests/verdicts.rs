//! Whole processes as people write them, and what is wrong with them: the codes that `wfc check` must tell, and no others.
//!
//! `cases/verdicts` holds sound processes, on which everybody must be silent, and the same ones with a fault put in. The
//! first line of each says what it expects, as it was worked out from the language and the table of checks. Invariant:
//! codes alone are held here; the words of each message are held by the cases of `check`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The codes that the first line of a case expects.
fn expected(text: &str) -> BTreeSet<String> {
    let line = text.lines().next().and_then(|line| line.strip_prefix("# expects: "));
    let codes = line.expect("the first line says what is expected").split(", ");
    codes.filter(|code| *code != "nothing").map(str::to_owned).collect()
}

#[test]
fn every_process_is_judged_as_it_should_be() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/verdicts");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let expected = expected(&text);
        let findings = wf_compiler::project::check(&BTreeMap::from([("main.wf".to_owned(), text)]));
        let told: BTreeSet<String> = findings.iter().map(|finding| finding.rule.code.to_owned()).collect();
        if told != expected {
            let messages: Vec<String> = findings
                .iter()
                .map(|finding| format!("{}: {}", finding.rule.code, finding.message))
                .collect();
            let name = path.file_name().unwrap().display();
            wrong.push(format!("{name} expects {expected:?}:\n  {}", messages.join("\n  ")));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 20, "only {seen} processes were judged");
}
