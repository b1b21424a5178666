//! Which node a line of a text belongs to, so that findings of both engines can be held against each other.
//!
//! Nodes stand two blanks deep in the last workflow of the text, options four. Invariant: a line outside any node
//! belongs to the workflow, a line of a policy's rule to the rule.

use super::facts::Where;
use super::subject::{Finding, Subject};

/// What a finding is about; `None`: something outside the last workflow and its policies.
pub fn place_of(text: &str, subject: &Subject, finding: &Finding) -> Option<Where> {
    // A broken policy is told at the node; the rule stands beside it.
    let lines: Vec<u32> = finding.related.iter().copied().chain([finding.line]).collect();
    for (policy, rules) in subject.rule_lines.iter().enumerate().filter(|_| finding.code == "WF701") {
        if let Some(rule) = rules.iter().position(|line| lines.contains(line)) {
            return Some(Where::Rule(policy, rule));
        }
    }
    place_of_line(text, subject, finding.line)
}

/// What a line belongs to.
pub fn place_of_line(text: &str, subject: &Subject, line: u32) -> Option<Where> {
    let lines: Vec<&str> = text.lines().collect();
    let header = |line: &str| line.starts_with("workflow ");
    let first = lines.iter().rposition(|line| header(line))?;
    let at = usize::try_from(line).ok()?.checked_sub(1)?;
    let end = lines[first..].iter().position(|line| *line == "}").map_or(lines.len(), |end| first + end);
    if at < first || at > end {
        return None;
    }
    let node = lines[first..=at].iter().rev().find_map(|line| node_named(subject, line));
    let Some(node) = node else { return Some(Where::Workflow) };
    let words: Vec<&str> = lines[at].split_whitespace().collect();
    if words.first() == Some(&"option")
        && let wf_compiler::typed::NodeKind::Decision { options, .. } = &subject.typed.nodes[node].kind
        && let Some(option) = options.iter().position(|option| Some(&option.name.as_str()) == words.get(1))
    {
        return Some(Where::Option(node, option));
    }
    Some(Where::Node(node))
}

fn node_named(subject: &Subject, line: &str) -> Option<usize> {
    let inner = line.strip_prefix("  ").filter(|inner| !inner.starts_with(' '))?;
    let mut words = inner.split_whitespace();
    let keyword = words.next()?;
    let kinds = ["step", "decision", "converge", "wait", "pause", "run", "outcome"];
    let name = words.next().filter(|_| kinds.contains(&keyword))?;
    subject.typed.nodes.iter().position(|node| node.name == name)
}

/// How a place is told.
pub fn told(subject: &Subject, place: Where) -> String {
    match place {
        Where::Workflow => "workflow".to_owned(),
        Where::Node(node) => subject.typed.nodes[node].name.clone(),
        Where::Option(node, option) => {
            let node = &subject.typed.nodes[node];
            match &node.kind {
                wf_compiler::typed::NodeKind::Decision { options, .. } => {
                    format!("{}.{}", node.name, options[option].name)
                }
                _ => node.name.clone(),
            }
        }
        Where::Rule(policy, rule) => subject.policies[policy].rules[rule].text.clone(),
    }
}
