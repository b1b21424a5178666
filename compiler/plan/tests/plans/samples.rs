//! Plans of each format version, kept for ever: what was once written can always be read.

use std::path::PathBuf;
use wf_plan::load;

fn folder(version: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples").join(version)
}

/// Reads every sample of a version, and holds each against its name and meaning hash as written beside it.
fn all_load(version: &str) -> usize {
    let names = std::fs::read_to_string(folder(version).join("NAMES")).unwrap();
    for line in names.lines() {
        let (file, name) = line.split_once(' ').unwrap();
        let bytes = std::fs::read(folder(version).join(file)).unwrap();
        let loaded = load(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(format!("{}#{}", loaded.program().name_and_version(), loaded.meaning()), name, "{file}");
    }
    let plans = std::fs::read_dir(folder(version)).unwrap().filter(|entry| {
        entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "wfp")
    });
    assert_eq!(plans.count(), names.lines().count(), "each sample has a line in NAMES");
    names.lines().count()
}

#[test]
fn version_1() {
    assert!(all_load("v1") > 0);
}

/// Writes the built program and the list of names. Run by hand while a format is being made, never to make a sample
/// of a released format pass.
#[test]
#[ignore = "writes samples; run by hand while a format is being made"]
fn write_samples() {
    let folder = folder("v1");
    std::fs::write(folder.join("built.wfp"), wf_plan::encode(&super::built::plan()).unwrap()).unwrap();
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut lines: Vec<String> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "wfp"))
        .map(|path| {
            let loaded = load(&std::fs::read(&path).unwrap()).unwrap();
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            format!("{file} {}#{}\n", loaded.program().name_and_version(), loaded.meaning())
        })
        .collect();
    lines.sort();
    std::fs::write(folder.join("NAMES"), lines.concat()).unwrap();
}
