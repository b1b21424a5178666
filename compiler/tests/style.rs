//! Style, policies that hold nothing, and deputies: what is told, and above all what is not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use wf_compiler::project;

/// The messages of one rule.
fn told(code: &str, text: &str) -> Vec<String> {
    let found = project::check_text(&[("main.wf", text)]);
    let errors: Vec<_> = found.iter().filter(|found| found.rule.code < "WF020").collect();
    assert!(errors.iter().all(|found| found.rule.code == "WF007"), "{errors:#?}\n{text}");
    found.into_iter().filter(|found| found.rule.code == code).map(|found| found.message).collect()
}

fn workflow(nodes: &str) -> String {
    format!(
        "role office \"Office\" {{ reach email }}\nworkflow w \"W\" {{\n  version 1\n  process owner office\n{nodes}\n}}\n"
    )
}

const STEP: &str = "step s \"S\" { owner office; deadline 1 day }";

#[test]
fn names_of_things_and_types() {
    for (declaration, name) in [
        ("enum region { eu, us }", "region"),
        ("record Home_address { street: text }", "Home_address"),
        ("let bigAmount = 5", "bigAmount"),
        ("role ITLead { reach email }", "ITLead"),
        ("message Hello \"Hello\"", "Hello"),
        ("reminder Soon { start 1 day before deadline }", "Soon"),
    ] {
        let found = told("WF801", declaration);
        assert!(found.len() == 1 && found[0].contains(&format!("`{name}`")), "{declaration}: {found:?}");
    }
    for declaration in [
        "enum Region { EU, middle_east, UnitedStates }",
        "record VATNumber { Country: text, vatNumber: text }",
        "let level2 = 5",
        "system crm = hubspot.deal { field dealStage: text; event \"Won\" { dealName: text } }",
    ] {
        assert_eq!(told("WF801", declaration), [""; 0], "{declaration}");
    }
}

#[test]
fn names_inside_a_workflow() {
    let found = told(
        "WF801",
        &workflow(
            "input { dueDate: date }
             step SignIt \"Sign\" { owner office; deadline 1 day; form { signedOn: date } }
             decision d \"D\" { owner office; deadline 1 day; option YES \"Yes\"; option no \"No\" }",
        ),
    );
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn titles_people_read() {
    let found =
        told("WF802", &workflow("step sign { owner office; deadline 1 day }\noutcome done after sign"));
    assert_eq!(found, ["the step `sign` has no title", "the outcome `done` has no title"]);
    let silent = "
        step a \"A\" { owner office; deadline 1 day }
        pause night { after a; for 1 day }
        converge ready { after a, night }
        decision d \"D?\" { owner office; after ready; deadline 1 day; option yes \"Yes\"; option no \"No\" }";
    assert_eq!(told("WF802", &workflow(silent)), [""; 0]);
}

#[test]
fn a_title_is_offered() {
    let text = workflow("step sign_contract { owner office; deadline 1 day }");
    let found = project::check_text(&[("main.wf", &text)]);
    let found = found.iter().find(|found| found.rule.code == "WF802").unwrap();
    assert_eq!(found.fixes[0].edits[0].replacement, "sign_contract \"Sign contract\"");
}

#[test]
fn sixty_nodes_are_still_short() {
    let chain = |nodes: usize| -> String {
        let step = |at: usize| match at {
            0 => "step n0 \"N\" { owner office; deadline 1 day }\n".to_owned(),
            _ => format!("step n{at} \"N\" {{ owner office; after n{}; deadline 1 day }}\n", at - 1),
        };
        (0..nodes).map(step).collect()
    };
    assert_eq!(told("WF803", &workflow(&chain(60))), [""; 0]);
    assert_eq!(told("WF803", &workflow(&chain(61))).len(), 1);
}

#[test]
fn a_circle_of_deputies_is_told_once() {
    let roles = |deputies: &[(&str, Option<&str>)]| -> String {
        let role = |(role, deputy): &(&str, Option<&str>)| {
            let deputy = deputy.map(|deputy| format!("; deputy {deputy}")).unwrap_or_default();
            format!("role {role} {{ reach email{deputy} }}\n")
        };
        deputies.iter().map(role).collect()
    };
    let found = told("WF505", &roles(&[("a", Some("b")), ("b", Some("c")), ("c", Some("a"))]));
    assert_eq!(found, ["these deputies go round in a circle: `a` → `b` → `c` → `a`"]);
    assert_eq!(told("WF505", &roles(&[("a", Some("a"))])).len(), 1);
    let into_circle = told("WF505", &roles(&[("x", Some("b")), ("b", Some("c")), ("c", Some("b"))]));
    assert_eq!(into_circle, ["these deputies go round in a circle: `b` → `c` → `b`"]);
    for sound in [
        roles(&[("a", Some("b")), ("b", None)]),
        roles(&[("a", Some("c")), ("b", Some("c")), ("c", None)]),
        roles(&[("c", None), ("b", Some("c")), ("a", Some("b"))]),
    ] {
        assert_eq!(told("WF505", &sound), [""; 0], "{sound}");
    }
}

#[test]
fn policies_that_hold_nothing() {
    let with = |policy: &str, tags: &str| {
        let nodes = format!("tags regulated\nstep s \"S\" {{ owner office; deadline 1 day{tags} }}");
        format!("{}policy p \"P\" {{\n{policy}\n}}\n", workflow(&nodes))
    };
    for (policy, tags) in [
        ("applies to workflows tagged unheard\nevery step has deadline", ""),
        ("applies to all workflows\nevery step tagged paid has deadline", ""),
        ("applies to all workflows\nevery decision tagged paid has deadline", "; tags paid"),
        ("applies to workflows w\nalways step tagged paid before s", ""),
    ] {
        assert_eq!(told("WF702", &with(policy, tags)).len(), 1, "{policy}");
    }
    for (policy, tags) in [
        ("applies to workflows tagged regulated, unheard\nevery step has deadline", ""),
        ("applies to all workflows\nevery step tagged paid has deadline", "; tags paid"),
        ("applies to all workflows\nevery decision has deadline", ""),
        ("applies to workflows w\nnever step tagged paid with s", "; tags paid"),
    ] {
        assert_eq!(told("WF702", &with(policy, tags)), [""; 0], "{policy}");
    }
    let alone = "policy p \"P\" {\n  applies to all workflows\n  every step has deadline\n}\n";
    assert_eq!(told("WF702", alone).len(), 1);
    assert_eq!(told("WF702", &workflow(STEP)), [""; 0]);
}
