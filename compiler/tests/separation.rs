//! Different people, and what may be done again: what is told, and above all what is not.
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
    let wrong: Vec<_> = found
        .iter()
        .filter(|found| found.rule.code < "WF020" && found.rule.code != "WF007")
        .map(|found| format!("{} {}", found.rule.code, found.message))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{text}");
    found.into_iter().filter(|found| found.rule.code == code).map(|found| found.message).collect()
}

fn workflow(clauses: &str, nodes: &str) -> String {
    format!(
        r#"
role boss "Boss" {{ reach email; one person }}
role stand_in "Stand-in" {{ reach email; one person }}
role lead "Lead" {{ reach email; one person; deputy stand_in }}
role ada "Ada" {{ reach email; people ada }}
role pair "Pair" {{ reach email; people ada, bea }}
role trio "Trio" {{ reach email; people ada, bea, carl }}
role crowd "Crowd" {{ reach email }}
workflow w "W" {{
  version 1
  process owner crowd
  {clauses}
  input {{ big: bool }}
  {nodes}
}}
"#
    )
}

fn impossible(nodes: &str) -> Vec<String> {
    told("WF502", &workflow("", nodes))
}

fn two(first: &str, second: &str) -> String {
    format!(
        "step a \"A\" {{ owner {first}; deadline 1 day }}
         step b \"B\" {{ owner {second}; after a; deadline 1 day; different person from a }}"
    )
}

#[test]
fn two_steps_of_one_person() {
    assert_eq!(
        impossible(&two("boss", "boss")),
        ["`a` and `b` need different people, but there is only the one person of `boss` for both"]
    );
    assert_eq!(
        impossible(&two("ada", "ada")),
        ["`a` and `b` need different people, but there is only `ada` for both"]
    );
    for (first, second) in [
        ("boss", "ada"),
        ("pair", "pair"),
        ("pair", "ada"),
        ("crowd", "crowd"),
        ("boss", "crowd"),
        ("lead", "lead"),
    ] {
        assert_eq!(impossible(&two(first, second)), [""; 0], "{first} {second}");
    }
}

#[test]
fn three_steps_of_two_people() {
    let three = |owner: &str| {
        format!(
            "{}\nstep c \"C\" {{ owner {owner}; after b; deadline 1 day; different person from a, b }}",
            two(owner, owner)
        )
    };
    assert_eq!(
        impossible(&three("pair")),
        ["`a`, `b` and `c` need different people, but there are only `ada` and `bea` for all of them"]
    );
    assert_eq!(impossible(&three("trio")), [""; 0]);
    let chain = format!(
        "{}\nstep c \"C\" {{ owner pair; after b; deadline 1 day; different person from b }}",
        two("pair", "pair")
    );
    assert_eq!(impossible(&chain), [""; 0], "the third may be the first again");
}

#[test]
fn only_what_one_run_does_together() {
    let nodes = |b_when: &str| {
        format!(
            "decision d \"D\" {{ owner crowd; deadline 1 day; option yes \"Yes\"; option no \"No\" }}
             step a \"A\" {{ owner boss; after d.yes; deadline 1 day }}
             step b \"B\" {{ owner boss; after {b_when}; deadline 1 day; different person from a }}"
        )
    };
    assert_eq!(impossible(&nodes("d.no")), [""; 0]);
    assert_eq!(impossible(&nodes("d.yes")).len(), 1);
    let conditions = "step a \"A\" { owner boss; when big; deadline 1 day }
        step b \"B\" { owner boss; after a; when not big; deadline 1 day; different person from a }";
    assert_eq!(impossible(conditions), [""; 0]);
}

#[test]
fn the_starter_and_votes_count() {
    let one = "step a \"A\" { owner ada; deadline 1 day; different person from starter }";
    assert_eq!(
        told("WF502", &workflow("starts by ada", one)),
        ["the start and `a` need different people, but there is only `ada` for both"]
    );
    assert_eq!(told("WF502", &workflow("starts by pair", one)), [""; 0]);
    assert_eq!(told("WF502", &workflow("", one)), [""; 0]);
    let vote = |owner: &str| {
        format!(
            "step a \"A\" {{ owner ada; deadline 1 day }}
             decision d \"D\" {{ owner {owner}; after a; deadline 1 day; different person from a; if late choose no
               option yes \"Yes\" needs 2; option no \"No\" needs 2 }}"
        )
    };
    assert_eq!(impossible(&vote("pair")).len(), 1);
    assert_eq!(impossible(&vote("trio")), [""; 0]);
}

#[test]
fn beyond_twelve_it_says_so() {
    let many = |steps: usize| -> String {
        let step = |at: usize| {
            let others: Vec<String> = (0..at).map(|other| format!("s{other}")).collect();
            match at {
                0 => "step s0 \"S\" { owner trio; deadline 1 day }\n".to_owned(),
                _ => format!(
                    "step s{at} \"S\" {{ owner trio; after s{}; deadline 1 day; different person from {} }}\n",
                    at - 1,
                    others.join(", ")
                ),
            }
        };
        (0..steps).map(step).collect()
    };
    // Each step from the fourth on is one too many for three people.
    assert_eq!(impossible(&many(12)).len(), 9);
    assert_eq!(
        impossible(&many(13)),
        ["whether there are enough different people for 13 steps is not decided here"]
    );
}

fn leaks(nodes: &str) -> Vec<String> {
    told("WF109", &workflow("", nodes))
}

/// `write` is done again by `check.again`.
fn review(outside: &str) -> String {
    format!(
        "step write \"Write\" {{ owner crowd; deadline 1 day; form {{ text: text }} }}
         step proof \"Proof\" {{ owner crowd; after write; deadline 1 day; say \"{{write.text}}\"; form {{ words: number }} }}
         decision check \"Check\" {{ owner crowd; after proof; deadline 1 day; say \"{{proof.words}}\"
           option fine \"Fine\"; option again \"Again\" redo write at most 2 times; option stop \"Stop\" }}
         {outside}"
    )
}

#[test]
fn nothing_outside_depends_on_what_may_be_done_again() {
    let step =
        |clauses: &str| review(&format!("step out \"Out\" {{ owner crowd; {clauses}; deadline 1 day }}"));
    assert_eq!(leaks(&step("after write")), ["`out` waits for `write`, which may be done again afterwards"]);
    assert_eq!(
        leaks(&step("after any of proof, check.fine")),
        ["`out` waits for `proof`, which may be done again afterwards"]
    );
    assert_eq!(
        leaks(&review("step out \"Out\" { owner crowd; deadline 3 days after write }")),
        ["`out` has a deadline that counts from `write`, which may be done again afterwards"]
    );
    // Behind another step; at the start nothing is there to read, which is a fault of its own.
    let behind = "step first \"First\" { owner crowd; deadline 1 day }
         step out \"Out\" { owner crowd; after first; when write.text is \"x\"; deadline 1 day }";
    assert_eq!(leaks(&review(behind)), ["`out` reads `write`, which may be done again afterwards"]);
    for sound in [
        step("after check.fine"),
        step("after check"),
        step("after any of check.fine, check.stop"),
        step("after check.fine; say \"{write.text} {proof.words}\""),
        step("after check.fine, proof"),
        step("after all taken of check.fine, check.stop"),
        step("when write.text is missing"),
        review("outcome done \"Done\" after proof { tell crowd \"{write.text}\" }"),
        review(
            "step one \"One\" { owner crowd; after check.fine; deadline 1 day }\nstep two \"Two\" { owner crowd; after one; deadline 2 days after write; say \"{write.text}\" }",
        ),
    ] {
        assert_eq!(leaks(&sound), [""; 0], "{sound}");
    }
}

#[test]
fn an_option_inside_that_leads_away_ends_the_redo() {
    let nodes = |last: &str| {
        format!(
            "step write \"Write\" {{ owner crowd; deadline 1 day }}
             decision first \"First\" {{ owner crowd; after write; deadline 1 day
               option go \"Go\"; option mend \"Mend\"; option drop \"Drop\" }}
             step mend \"Mend\" {{ owner crowd; after first.mend; deadline 1 day }}
             decision last \"Last\" {{ owner crowd; after {last}; deadline 1 day
               option fine \"Fine\"; option again \"Again\" redo write at most 2 times }}
             step out \"Out\" {{ owner crowd; after first.drop; deadline 1 day }}"
        )
    };
    assert_eq!(leaks(&nodes("any of first.go, mend")), [""; 0]);
    assert_eq!(
        leaks(&nodes("all taken of write, mend")),
        ["`out` waits for `first`, which may be done again afterwards"],
        "`write` alone leads on"
    );
}

#[test]
fn an_outcome_of_a_run_inside_ends_the_redo_too() {
    let nodes = |after: &str| {
        format!(
            "step send \"Send\" {{ owner crowd; deadline 1 day }}
             run inner \"Inner\" {{ after send; workflow child; deadline 5 days }}
             step mend \"Mend\" {{ owner crowd; after inner.bad; deadline 1 day; redo send at most 2 times otherwise outcome lost }}
             step praise \"Praise\" {{ owner crowd; after {after}; deadline 1 day }}
             outcome done \"Done\" after praise
             outcome lost \"Lost\""
        )
    };
    let child = "workflow child \"Child\" { version 1\ndecision d \"D\" { owner crowd; deadline 1 day; if late choose yes; option yes \"Yes\"; option no \"No\" }
        outcome good \"Good\" after d.yes\noutcome bad \"Bad\" after d.no }\n";
    let leaks = |after: &str| told("WF109", &(child.to_owned() + &workflow("", &nodes(after))));
    assert_eq!(leaks("inner.good"), [""; 0]);
    assert_eq!(leaks("inner"), ["`praise` waits for `inner`, which may be done again afterwards"]);
}

#[test]
fn a_wait_that_sends_back_holds_a_region_too() {
    let nodes = "
        step send \"Send\" { owner crowd; deadline 1 day }
        step note \"Note\" { owner crowd; after send; deadline 1 day }
        decision check \"Check\" { owner crowd; after send; deadline 1 day; option ok \"Ok\"; option bad \"Bad\" }
        step mend \"Mend\" { owner crowd; after check.bad; deadline 1 day; redo send at most 2 times otherwise outcome lost }
        step file \"File\" { owner crowd; after check.ok; deadline 1 day }
        outcome done \"Done\" after file, note
        outcome lost \"Lost\"";
    assert_eq!(leaks(nodes), ["`note` waits for `send`, which may be done again afterwards"]);
}

fn needless(nodes: &str) -> Vec<String> {
    told("WF111", &workflow("", nodes))
}

#[test]
fn a_converge_brings_several_together() {
    let nodes = |converge: &str| {
        format!(
            "step a \"A\" {{ owner crowd; deadline 1 day }}
             step b \"B\" {{ owner crowd; deadline 1 day }}
             converge both \"Both\" {{ {converge} }}
             step c \"C\" {{ owner crowd; after both; deadline 1 day }}"
        )
    };
    assert_eq!(needless(&nodes("after a")), ["`both` waits for `a` alone, so nothing comes together here"]);
    assert_eq!(needless(&nodes("after a, b")), [""; 0]);
    assert_eq!(needless(&nodes("after any of a, b")), [""; 0]);
    assert_eq!(needless(&nodes("after a; when big")), [""; 0], "a gate");
}

#[test]
fn a_decision_makes_a_difference() {
    let nodes = |options: &str, after: &str| {
        format!(
            "decision d \"D\" {{ owner crowd; deadline 1 day; {options} }}
             step c \"C\" {{ owner crowd; after {after}; deadline 1 day }}"
        )
    };
    let two = "option yes \"Yes\"; option no \"No\"";
    let wanted = "whatever is chosen in `d`, the process goes on the same way";
    assert_eq!(needless(&nodes(two, "d")), [wanted]);
    assert_eq!(needless(&nodes(two, "any of d.yes, d.no")), [wanted]);
    assert_eq!(needless(&nodes(two, "d.yes")), [""; 0]);
    let one_more = "option yes \"Yes\"; option no \"No\"; option maybe \"Maybe\"";
    assert_eq!(needless(&nodes(one_more, "any of d.yes, d.no")), [""; 0]);
    let partly = format!("{}\nstep e \"E\" {{ owner crowd; after d.yes; deadline 1 day }}", nodes(two, "d"));
    assert_eq!(needless(&partly), [""; 0]);
    let back = "step a \"A\" { owner crowd; deadline 1 day }
        decision d \"D\" { owner crowd; after a; deadline 1 day; option yes \"Yes\"; option again \"Again\" redo a at most 2 times }
        step c \"C\" { owner crowd; after d; deadline 1 day }";
    assert_eq!(needless(back), [""; 0]);
    let last = "decision d \"D\" { owner crowd; deadline 1 day; option yes \"Yes\"; option no \"No\" }";
    assert_eq!(needless(last), [""; 0], "nothing comes after");
}

#[test]
fn a_leak_offers_the_options_that_go_on() {
    let text = workflow("", &review("step out \"Out\" { owner crowd; after write; deadline 1 day }"));
    let found = project::check_text(&[("main.wf", &text)]);
    let found = found.iter().find(|found| found.rule.code == "WF109").unwrap();
    let offered: Vec<&str> = found.fixes.iter().map(|fix| fix.edits[0].replacement.as_str()).collect();
    assert_eq!(offered, ["check.fine", "check.stop"]);
}

#[test]
fn many_steps_with_people_enough_are_silent() {
    let steps: String = (0..30)
        .map(|at| match at {
            0 => "step s0 \"S\" { owner trio; deadline 1 day }\n".to_owned(),
            _ => format!(
                "step s{at} \"S\" {{ owner trio; after s{0}; deadline 1 day; different person from s{0} }}\n",
                at - 1
            ),
        })
        .collect();
    // Whoever did the step before, two of the three are left.
    assert_eq!(impossible(&steps), [""; 0]);
}

#[test]
fn what_conditions_exclude_does_not_leak() {
    let nodes = |large: &str, out: &str| {
        format!(
            "step look \"Look\" {{ owner crowd; deadline 1 day; form {{ cost: number }} }}
             decision small \"Small\" {{ owner crowd; after look; when not big; deadline 1 day
               option yes \"Yes\"; option again \"Again\" redo look at most 2 times }}
             decision large \"Large\" {{ owner crowd; after look; when {large}; deadline 1 day
               option yes \"Yes\"; option no \"No\" }}
             step pay \"Pay\" {{ owner crowd; after any of small.yes, large.yes; deadline 1 day; say \"{{look.cost}}\" }}
             {out}"
        )
    };
    assert_eq!(leaks(&nodes("big", "")), [""; 0], "one of the two decides");
    let wanted = "`large` waits for `look`, which may be done again afterwards";
    assert_eq!(leaks(&nodes("true", ""))[0], wanted);
    let behind = "step out \"Out\" { owner crowd; after large; deadline 1 day }";
    assert_eq!(leaks(&nodes("big", behind)), [wanted], "`out` starts when `large` is skipped");
    assert_eq!(leaks(&nodes("big and look.cost > 5", "")), [""; 0], "`big` alone excludes it");
    assert!(leaks(&nodes("look.cost > 5", "")).contains(&wanted.to_owned()));
    let only_reads = "step first \"First\" { owner crowd; deadline 1 day }
         step out \"Out\" { owner crowd; after first; when look.cost > 5; deadline 1 day }";
    let stale = "`out` reads `look`, which may be done again afterwards";
    assert!(leaks(&nodes("big", only_reads)).contains(&stale.to_owned()));
}
