//! Workflows of any size, as people write them, for measuring: each is the text of a `.wf` file.
//!
//! Sound but for the joins that are drawn wrong on purpose. Invariant: the same arguments give the same text.

use std::fmt::Write;

const HEAD: &str = "role clerk \"Clerk\" { reach email }\nrole boss \"Boss\" { reach email }\n\
    enum Region { EU, UK, US }\n\
    escalation nudge { on overdue; level 1 { tell boss \"Late: {step}\" } }\n\
    workflow w \"W\" {\n  version 1\n  starts by clerk\n  process owner boss\n  escalate nudge\n";

fn step(text: &mut String, name: &str, after: &str) {
    let _ = writeln!(text, "  step {name} \"S\" {{\n    owner clerk\n    {after}\n    deadline 2 days\n  }}");
}

/// Stages of five nodes in a row: two steps side by side, one of them only in a region, a converge, and in every
/// fifth stage (else a step) a decision that may send back to the stage's first step or end in an outcome.
pub fn stages(count: usize) -> String {
    let mut text = format!("{HEAD}  input {{ region: Region }}\n");
    let mut last = String::new();
    let mut lost = Vec::new();
    for stage in 0..count {
        let after = if last.is_empty() { String::new() } else { format!("after {last}") };
        step(&mut text, &format!("a{stage}"), &after);
        step(&mut text, &format!("b{stage}"), &format!("after a{stage}\n    when region is EU"));
        step(&mut text, &format!("c{stage}"), &format!("after a{stage}"));
        let _ = writeln!(text, "  converge m{stage} \"M\" {{\n    after b{stage}, c{stage}\n  }}");
        if stage % 5 == 4 {
            let _ = writeln!(
                text,
                "  decision d{stage} \"D\" {{\n    owner clerk\n    after m{stage}\n    deadline 2 days\n    option go \"Go\"\n    \
                 option again \"Again\" redo a{stage} at most 2 times\n    option stop \"Stop\"\n  }}"
            );
            lost.push(format!("d{stage}.stop"));
            last = format!("d{stage}.go");
        } else {
            step(&mut text, &format!("e{stage}"), &format!("after m{stage}"));
            last = format!("e{stage}");
        }
    }
    let _ = writeln!(text, "  outcome done \"Done\" after {last}");
    match lost.as_slice() {
        [] => {}
        [one] => drop(writeln!(text, "  outcome lost \"Lost\" after {one}")),
        many => drop(writeln!(text, "  outcome lost \"Lost\" after any of {}", many.join(", "))),
    }
    text + "}\n"
}

/// Branches side by side, each a row of decisions with a step behind either option, all of which meet.
pub fn branches(count: usize, decisions: usize) -> String {
    let mut text = HEAD.to_owned();
    let mut ends = Vec::new();
    for branch in 0..count {
        let mut last = String::new();
        for decision in 0..decisions {
            let name = format!("d{branch}_{decision}");
            let after = if last.is_empty() { String::new() } else { format!("\n    after {last}") };
            let _ = writeln!(
                text,
                "  decision {name} \"D\" {{\n    owner clerk{after}\n    deadline 2 days\n    option yes \"Yes\"\n    option no \"No\"\n  }}"
            );
            step(&mut text, &format!("y{branch}_{decision}"), &format!("after {name}.yes"));
            step(&mut text, &format!("n{branch}_{decision}"), &format!("after {name}.no"));
            last = format!("any of y{branch}_{decision}, n{branch}_{decision}");
        }
        let _ = writeln!(text, "  converge m{branch} \"M\" {{\n    after {last}\n  }}");
        ends.push(format!("m{branch}"));
    }
    let _ = writeln!(text, "  outcome done \"Done\" after {}", ends.join(", "));
    text + "}\n"
}

/// One step per yes/no input, done only if it is set, and a step for every pair of neighbours that needs both.
pub fn conditions(inputs: usize) -> String {
    let fields: Vec<String> = (0..inputs).map(|input| format!("i{input}: bool")).collect();
    let mut text = format!("{HEAD}  input {{ {} }}\n", fields.join(", "));
    let mut all = Vec::new();
    for input in 0..inputs {
        step(&mut text, &format!("s{input}"), &format!("when i{input}"));
        all.push(format!("s{input}"));
        let next = (input * 7 + 3) % inputs;
        if next != input {
            let when = format!("after s{input}, s{next}\n    when i{input} and i{next}");
            step(&mut text, &format!("p{input}"), &when);
            all.push(format!("p{input}"));
        }
    }
    let _ = writeln!(text, "  outcome done \"Done\" after {}", all.join(", "));
    text + "}\n"
}

/// Blocks in blocks as processes are drawn: rows, branches side by side, decisions; so many of 100 joins are of the
/// wrong kind.
pub fn blocks(count: usize, wrong: u64) -> String {
    Blocks { text: String::new(), left: count, next: 0, wrong, bits: 7 }.whole()
}

struct Blocks {
    text: String,
    left: usize,
    next: usize,
    wrong: u64,
    bits: u64,
}

impl Blocks {
    fn whole(mut self) -> String {
        let mut last = String::new();
        while self.left > 0 {
            last = self.block(&last, 0);
        }
        format!("{HEAD}{}  outcome done \"Done\" after {last}\n}}\n", self.text)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.bits ^= self.bits << 13;
        self.bits ^= self.bits >> 7;
        self.bits ^= self.bits << 17;
        self.bits % bound
    }

    fn name(&mut self, kind: &str) -> String {
        self.next += 1;
        self.left = self.left.saturating_sub(1);
        format!("{kind}{}", self.next)
    }

    /// A block behind `after`; gives back what stands for its end.
    fn block(&mut self, after: &str, depth: usize) -> String {
        let clause = if after.is_empty() { String::new() } else { format!("after {after}") };
        match if depth > 3 || self.left < 4 { 0 } else { self.below(4) } {
            0 | 1 => {
                let name = self.name("s");
                step(&mut self.text, &name, &clause);
                name
            }
            kind => {
                let (split, is_choice) = (self.name(if kind == 2 { "p" } else { "d" }), kind == 3);
                let branches = 2 + self.below(2);
                if is_choice {
                    let options: String =
                        (0..branches).map(|option| format!("    option o{option} \"O\"\n")).collect();
                    let _ = write!(
                        self.text,
                        "  decision {split} \"D\" {{\n    owner clerk\n    {clause}\n    deadline 2 days\n{options}  }}\n"
                    );
                } else {
                    step(&mut self.text, &split, &clause);
                }
                let ends: Vec<String> = (0..branches)
                    .map(|branch| {
                        let from = if is_choice { format!("{split}.o{branch}") } else { split.clone() };
                        let end = self.block(&from, depth + 1);
                        self.block(&end, depth + 1)
                    })
                    .collect();
                let join = self.name("m");
                let is_wrong = self.below(100) < self.wrong;
                let word = if is_choice != is_wrong { "any of " } else { "" };
                let _ = writeln!(
                    self.text,
                    "  converge {join} \"M\" {{\n    after {word}{}\n  }}",
                    ends.join(", ")
                );
                join
            }
        }
    }
}
