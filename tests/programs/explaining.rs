//! `wfc why` and `wfc drill` on the examples: what a process owner is told about one node, and about an empty chair.

use super::{Desk, example};

/// Lines of a page as they stand, one blank between words.
fn has(page: &str, wanted: &str) {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(page).contains(&flat(wanted)), "`{wanted}` is not in\n{page}");
}

#[test]
fn why_tells_when_a_conditional_step_runs() {
    let desk = Desk::new();
    let page = desk.wfc(&["why", "dpa", &example("onboarding")]).fine();
    has(&page, "`dpa` · Data processing agreement");
    has(&page, "A step of `onboarding`, in the hands of `legal`.");
    has(&page, "It starts as soon as `contract` is done.");
    has(&page, "Then `region is one of EU, UK` is asked, once");
    has(&page, "It does not run if `region` is US.");
    has(&page, "At most for `contract` (by `legal`). Nothing else can hold it up.");
    // The contract takes one business day at least and is due after four; Monday 2 March is the first of them.
    has(&page, "At the earliest: 1 business day after the start.");
    has(&page, "At the latest: 4 business days after the start");
    has(&page, "between Tuesday 3 March 2026 at 09:00 and Friday 6 March 2026 at 09:00");
    has(&page, "level 2, 1 business day later: tells `head_of_customers`");
    assert!(!page.contains("go_live"), "what comes later says nothing about it\n{page}");
    assert!(!page.contains('\u{1b}'), "colour in a pipe");
}

#[test]
fn why_tells_what_joins_wait_for_and_how_often_they_are_met() {
    let desk = Desk::new();
    let page = desk.wfc(&["why", "onboarding.ready", &example("onboarding")]).fine();
    has(&page, "It is reached as soon as all of these hold: - `welcome` is done - `billing` is done");
    has(&page, "- `dpa` is done or skipped");
    has(&page, "and through them for `contract` and `environment`");
    has(&page, "It is reached again when `go_live` is decided as `rework`, at most 2 times.");
}

#[test]
fn why_says_what_it_cannot_know() {
    let desk = Desk::new();
    let page = desk.wfc(&["why", "implement", &example("change")]).fine();
    has(
        &page,
        "It starts as soon as one of these holds: - `window` is over - `go_ahead` is decided as `now`",
    );
    has(&page, "At the latest: nobody can say, because of `window`: its time is not known beforehand.");
    has(&page, "The instance can end before it comes to this: in `rejected` or `dropped`.");
}

#[test]
fn why_tells_of_ends_that_people_choose_and_of_words_from_the_library() {
    let desk = Desk::new();
    let page = desk.wfc(&["why", "withdrawn", &example("claims")]).fine();
    has(&page, "`handler` may end the instance here at any time, with a reason, until `answer` has settled.");
    let page = desk.wfc(&["why", "payment", &example("claims")]).fine();
    has(&page, "It starts as soon as `reply` has arrived or is late.");
    has(&page, "It runs only if `answer` is decided as `offer`.");
    has(&page, "1 business day before its deadline");
    assert!(!page.contains("{}"), "values of texts have names\n{page}");
}

#[test]
fn why_helps_with_a_name_that_is_not_there_or_there_twice() {
    let desk = Desk::new();
    let said = desk.wfc(&["why", "kikoff", &example("onboarding")]).ends(2);
    assert!(said.contains("there is no node `kikoff`") && said.contains("did you mean `kickoff`?"), "{said}");
    let step = |workflow: &str| {
        format!(
            "workflow {workflow} \"W\" {{\n  version 1\n  process owner clerk\n  step look \"Look\" {{ owner clerk; deadline 2 days }}\n}}\n"
        )
    };
    desk.write("main.wf", format!("role clerk {{ reach email }}\n{}{}", step("first"), step("second")));
    let said = desk.wfc(&["why", "look"]).ends(2);
    assert!(said.contains("wfc why first.look") && said.contains("wfc why second.look"), "{said}");
    assert!(desk.wfc(&["why", "second.look"]).fine().contains("A step of `second`"));
}

#[test]
fn a_drill_shows_who_stands_in_and_who_hears_of_it() {
    let desk = Desk::new();
    let page = desk.wfc(&["drill", "--away", "it_lead", &example("onboarding")]).fine();
    has(&page, "`it_lead` (IT lead) is away");
    has(&page, "No work stalls");
    has(&page, "Goes on: `it_second` stands in.");
    // `environment` starts on Monday: three silent business days are over on Thursday, one more on Friday.
    has(
        &page,
        "Thursday 5 March 2026 at 09:00, level 1 of `nudge_then_manager`: tells `it_second` for `it_lead`",
    );
    has(&page, "Friday 6 March 2026 at 09:00, level 2 of `nudge_then_manager`: tells `head_of_customers`");
    // `integration` is due after nine business days; nobody blocks it, so its ladder starts there.
    has(&page, "Friday 13 March 2026 at 09:00, level 1 of `it_block`");
    has(&page, "The first who hears of it beside them: `csm`, on Monday 16 March 2026 at 09:00.");
}

#[test]
fn a_drill_shows_what_stalls_when_the_deputy_is_away_too() {
    let desk = Desk::new();
    let page =
        desk.wfc(&["drill", "--away", "it_lead", "--away", "it_second", &example("onboarding")]).fine();
    has(&page, "2 steps and decisions stall; somebody else hears of it each time.");
    has(&page, "Stalls: nobody has it in hand.");
    has(&page, "level 1 of `nudge_then_manager`: tells `it_lead` (away)");
}

#[test]
fn a_drill_without_the_process_owner_finds_levels_that_reach_nobody() {
    let desk = Desk::new();
    let page = desk.wfc(&["drill", "--away", "head_of_customers", &example("onboarding")]).fine();
    has(&page, "- `contract`: level 2 of `nudge_then_manager`");
    has(&page, "- `integration`: level 3 of `it_block`");
    // Nine nodes with an owner, each with one level that ends at the process owner.
    has(&page, "9 levels of escalation at the work of others reach nobody.");
    has(
        &page,
        "Process owner: incidents, open questions and a missed deadline of the whole come here; nobody stands in.",
    );
}

#[test]
fn a_drill_needs_a_role_that_is_used() {
    let desk = Desk::new();
    let said = desk.wfc(&["drill", "--away", "legl", &example("onboarding")]).ends(2);
    assert!(
        said.contains("no workflow uses a role `legl`") && said.contains("did you mean `legal`?"),
        "{said}"
    );
    desk.wfc(&["drill", &example("onboarding")]).ends(2);
}

#[test]
fn both_say_what_they_do() {
    let desk = Desk::new();
    assert!(desk.wfc(&["why", "--help"]).fine().contains("onboarding.dpa"));
    assert!(desk.wfc(&["drill", "--help"]).fine().contains("Deputies stand in"));
}
