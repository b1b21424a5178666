//! What several workflows use, and is wrong by itself: told once, with every place that uses it.
//!
//! A faulty ladder, reminder or message is found again in each workflow that uses it, at the same place and in the same
//! words. Invariant: nothing is lost but repetition; places, runs and cures of all of them are kept.

use super::Finding;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use wf_lang::span::FileSpan;

/// The findings in their order, those that say the same of the same place as one.
pub(super) fn once(found: Vec<Finding>) -> Vec<Finding> {
    let mut told: Vec<Finding> = Vec::with_capacity(found.len());
    let mut known: BTreeMap<(&'static str, FileSpan, String), usize> = BTreeMap::new();
    for finding in found {
        let key = (finding.rule.code, finding.at.clone(), finding.message.clone());
        match known.entry(key) {
            Entry::Occupied(first) => {
                if let Some(first) = told.get_mut(*first.get()) {
                    join(first, finding);
                }
            }
            Entry::Vacant(place) => {
                place.insert(told.len());
                told.push(finding);
            }
        }
    }
    told
}

/// Adds to a finding what another one that says the same has beside it.
fn join(first: &mut Finding, again: Finding) {
    first.severity = first.severity.min(again.severity);
    for related in again.related {
        if !first.related.contains(&related) {
            first.related.push(related);
        }
    }
    for fix in again.fixes {
        if !first.fixes.contains(&fix) {
            first.fixes.push(fix);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::project::check_text;

    const LADDER: &str = "role clerk \"Clerk\" { reach email }
role boss \"Boss\" { reach email }
escalation climb {
  on overdue
  level 1 {
    ask boss \"What now?\" {
      alternative \"Wait\" { extend deadline by 1 day }
      alternative \"Wait longer\" { extend deadline by 2 days }
    }
    decide within 5 business days
  }
  level 2 after 1 business day { tell clerk \"{step} is late.\" }
}
";

    fn workflow(name: &str) -> String {
        format!(
            "use teams.{{boss, clerk, climb}}\nworkflow {name} \"W\" {{\n  version 1\n  process owner boss\n\
             \x20 starts by clerk\n  step ship \"Ship\" {{ owner clerk; deadline 2 business days; escalate climb }}\n\
             \x20 outcome done \"Done\" after ship\n}}\n"
        )
    }

    #[test]
    fn a_ladder_that_two_workflows_share_is_faulty_once_and_shows_both() {
        let (one, two) = (workflow("one"), workflow("two"));
        let found = check_text(&[("one.wf", &one), ("teams.wf", LADDER), ("two.wf", &two)]);
        let codes: Vec<&str> = found.iter().map(|finding| finding.rule.code).collect();
        assert_eq!(codes, ["WF404"], "{found:#?}");
        assert_eq!(&*found[0].at.file, "teams.wf");
        let users: Vec<&str> = found[0].related.iter().map(|related| &*related.at.file).collect();
        assert_eq!(users, ["teams.wf", "one.wf", "two.wf"]);
    }
}
