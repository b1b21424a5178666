//! The JSON schema of `wf.toml`, held against the keys, rules and weights that the compiler takes.
//!
//! An editor completes from the schema what the compiler reads, so neither may know more than the other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use serde_json::{Map, Value as Json, json};
use std::path::PathBuf;
use wf_compiler::rules;
use wf_compiler::settings::{KEYS, LEVELS, LIMITS, Settings, WEIGHTS, stays_error};

fn file() -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/wf.toml.schema.json")
}

/// What the compiler takes, as a schema.
fn expected() -> Json {
    let mut of_rules = Map::new();
    for rules::Entry { rule, .. } in rules::ALL {
        let levels: &[&str] = if stays_error(rule) { &["error"] } else { LEVELS };
        let usual = rule.severity.as_str();
        for (name, other) in [(rule.name, rule.code), (rule.code, rule.name)] {
            let about = format!("{other}: {}. Usually: {usual}.", rule.summary);
            of_rules.insert(name.to_owned(), json!({"description": about, "enum": levels, "default": usual}));
        }
    }
    let about = |name: &str| KEYS.iter().find(|key| key.name == name).unwrap().about;
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "wf.toml",
        "description": "What a project decides about the checks of its workflows. An empty file marks the root of a project.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "fail-on": {"description": about("fail-on"), "enum": WEIGHTS, "default": "error"},
            "exclude": {
                "description": about("exclude"),
                "type": "array",
                "items": {"type": "string"},
                "default": []
            },
            "limits": {
                "description": about("limits"),
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "messages-per-day": {
                        "description": LIMITS[0].about,
                        "type": "integer",
                        "minimum": 1,
                        "default": Settings::default().limits.messages_per_day
                    }
                }
            },
            "rules": {
                "description": about("rules"),
                "type": "object",
                "additionalProperties": false,
                "properties": of_rules
            }
        }
    })
}

#[test]
fn the_schema_knows_what_the_compiler_takes() {
    let schema: Json = serde_json::from_str(&std::fs::read_to_string(file()).unwrap()).unwrap();
    let keys: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut known: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    known.sort_unstable();
    assert_eq!(keys, known);
    // What a rule holds may be worded anew without a word here; what may be written may not.
    let anew = "write it anew: cargo test -p wf-compiler write_the_schema -- --ignored";
    assert_eq!(without_words(schema), without_words(expected()), "{anew}");
}

fn without_words(mut schema: Json) -> Json {
    for rule in schema["properties"]["rules"]["properties"].as_object_mut().unwrap().values_mut() {
        rule.as_object_mut().unwrap().remove("description");
    }
    schema
}

#[test]
#[ignore = "writes the schema"]
fn write_the_schema() {
    let text = serde_json::to_string_pretty(&expected()).unwrap();
    std::fs::create_dir_all(file().parent().unwrap()).unwrap();
    std::fs::write(file(), text + "\n").unwrap();
}

#[test]
fn schema_and_compiler_take_and_refuse_the_same() {
    let validator = jsonschema::validator_for(&expected()).unwrap();
    for (text, is_right) in [
        ("", true),
        (
            "fail-on = \"note\"\nexclude = [\"drafts/\"]\n[rules]\nno-deadline = \"error\"\nWF803 = \"off\"\n",
            true,
        ),
        ("[rules]\nWF103 = \"error\"\n", true),
        ("[rules]\nconvergence-may-hang = \"warning\"\n", false),
        ("[rules]\nno-dedline = \"off\"\n", false),
        ("[rules]\nno-deadline = \"on\"\n", false),
        ("[limits]\nmessages-per-day = 3\n", true),
        ("[limits]\nmessages-per-day = 0\n", false),
        ("[limits]\nmessages-per-day = \"many\"\n", false),
        ("[limits]\nmessages = 3\n", false),
        ("fail-on = \"off\"\n", false),
        ("exclude = \"drafts/\"\n", false),
        ("colour = true\n", false),
    ] {
        let as_json: Json = serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
        assert_eq!(validator.is_valid(&as_json), is_right, "schema: {text}");
        assert_eq!(Settings::parse(text).is_ok(), is_right, "compiler: {text}");
    }
}

#[test]
fn what_is_shown_is_right_by_the_schema() {
    let shown: toml::Table = Settings::default().show().parse().unwrap();
    let validator = jsonschema::validator_for(&expected()).unwrap();
    assert!(validator.is_valid(&serde_json::to_value(shown).unwrap()));
}

#[test]
fn a_limit_of_the_project_is_the_one_that_counts() {
    let page = rules::ALL.iter().find(|entry| entry.rule.name == "nagging").unwrap().page;
    let wrong = page.split("## Wrong").nth(1).unwrap().split("```wf\n").nth(1).unwrap();
    let text = wrong.split("```").next().unwrap();
    let files = [("main.wf".to_owned(), text.to_owned())].into();
    let nags = |settings: &str| {
        let mut database = wf_compiler::project::open(&files);
        database.set_settings(Settings::parse(settings).unwrap());
        database.check_all().iter().any(|finding| finding.rule.name == "nagging")
    };
    assert!(nags(""));
    assert!(!nags("[limits]\nmessages-per-day = 1000\n"));
    assert!(!nags("[rules]\nnagging = \"off\"\n"));
}
