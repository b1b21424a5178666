//! What a siege tells: faults, how often, how soon it served again; checks, violations.

use super::checks::Checked;
use super::drive::Ledger;
use std::collections::BTreeMap;
use std::time::Duration;

/// One kind of fault.
#[derive(Clone, Default, Debug)]
pub struct Struck {
    pub times: u32,
    /// How long it took to serve again, or to end, each time.
    pub served_after: Vec<Duration>,
    /// What was wrong right after it.
    pub violations: Vec<String>,
}

/// All of a siege.
#[derive(Default, Debug)]
pub struct Report {
    pub faults: BTreeMap<&'static str, Struck>,
    pub checks: Vec<Checked>,
    pub ledger: Ledger,
    pub instances: usize,
    pub took: Duration,
}

/// Of a long list of violations, as many are told.
const TOLD: usize = 5;

impl Report {
    pub fn strike(&mut self, fault: &'static str) -> &mut Struck {
        let struck = self.faults.entry(fault).or_default();
        struck.times += 1;
        struck
    }

    pub fn violations(&self) -> usize {
        let faults: usize = self.faults.values().map(|struck| struck.violations.len()).sum();
        faults + self.checks.iter().map(|checked| checked.violations.len()).sum::<usize>()
    }

    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![String::new(), row("fault", "times", "violations", "took: median, most")];
        for (name, struck) in &self.faults {
            lines.push(row(
                name,
                &struck.times.to_string(),
                &count(&struck.violations),
                &again(&struck.served_after),
            ));
        }
        lines.extend([String::new(), row("check", "looked at", "violations", "")]);
        for checked in &self.checks {
            lines.push(row(checked.name, &checked.looked_at.to_string(), &count(&checked.violations), ""));
        }
        let faults = self.faults.values().map(|struck| &struck.violations);
        for violations in faults.chain(self.checks.iter().map(|checked| &checked.violations)) {
            lines.extend(violations.iter().take(TOLD).map(|violation| format!("VIOLATION {violation}")));
        }
        lines.push(String::new());
        lines.push(format!(
            "{} acknowledged for {} instances in {:.0} s; tried again for {:?}; {} violations",
            self.ledger.done.len(),
            self.instances,
            self.took.as_secs_f64(),
            self.ledger.again,
            self.violations(),
        ));
        lines
    }
}

fn count(violations: &[String]) -> String {
    violations.len().to_string()
}

fn row(first: &str, second: &str, third: &str, fourth: &str) -> String {
    format!("{first:<46} {second:>9} {third:>10}  {fourth}").trim_end().to_owned()
}

fn again(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    times.sort();
    let Some(most) = times.last() else { return String::new() };
    format!("{:.2} s, {:.2} s", times[times.len() / 2].as_secs_f64(), most.as_secs_f64())
}
