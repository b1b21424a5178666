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

/// Adds the built program to the samples of the current format. Run by hand when the format's version has changed,
/// never to make an old sample pass.
#[test]
#[ignore = "writes a sample; run by hand for a new format version"]
fn write_sample() {
    let plan = super::built::plan();
    let bytes = wf_plan::encode(&plan).unwrap();
    let loaded = load(&bytes).unwrap();
    std::fs::write(folder("v1").join("built.wfp"), bytes).unwrap();
    let name = format!("built.wfp {}#{}\n", plan.program.name_and_version(), loaded.meaning());
    std::fs::write(folder("v1").join("NAMES"), name).unwrap();
}
