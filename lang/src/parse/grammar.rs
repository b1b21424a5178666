//! The second layer's grammar, and what each of its rules becomes in the tree.
//!
//! A rule named like a kind becomes a node of that kind; the few others are listed here. Invariant: every
//! rule has a meaning, which a test holds.

use crate::limits::MAX_GRAMMAR_CALLS;
use crate::tree::Kind;
use pest::Parser as _;
use pest::error::Error;
use pest::iterators::Pairs;
use std::num::NonZeroUsize;
use std::sync::OnceLock;

#[derive(pest_derive::Parser)]
#[grammar = "wf.pest"]
struct WfParser;

/// What a rule becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// A node of this kind.
    Node(Kind),
    /// Operands and operators of one strength: binary nodes, grouped from the left; nothing if alone.
    Chain,
    /// One operand, perhaps with a comparison behind it.
    Comparison,
    /// `is missing`, as the second part of a comparison.
    MissingTail,
    /// `is one of …`, as the second part of a comparison.
    OneOfTail,
    /// Nothing: the end of the input.
    Nothing,
}

/// Runs one rule of the grammar on a slice.
pub(super) fn run(rule: Rule, slice: &str) -> Result<Pairs<'_, Rule>, Box<Error<Rule>>> {
    static LIMITED: OnceLock<()> = OnceLock::new();
    LIMITED.get_or_init(|| pest::set_call_limit(NonZeroUsize::new(MAX_GRAMMAR_CALLS)));
    WfParser::parse(rule, slice).map_err(Box::new)
}

/// What `rule` becomes.
pub(super) fn meaning(rule: Rule) -> Meaning {
    static TABLE: OnceLock<Vec<Meaning>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = Vec::new();
        for rule in Rule::all_rules() {
            let index = *rule as usize;
            table.resize(table.len().max(index + 1), Meaning::Nothing);
            if let Some(slot) = table.get_mut(index) {
                *slot = find_meaning(*rule).unwrap_or(Meaning::Nothing);
            }
        }
        table
    });
    table.get(rule as usize).copied().unwrap_or(Meaning::Nothing)
}

/// The keyword a keyword rule reads, from its name.
pub(super) fn keyword(rule: Rule) -> Option<&'static str> {
    static NAMES: OnceLock<Vec<(Rule, String)>> = OnceLock::new();
    let names =
        NAMES.get_or_init(|| Rule::all_rules().iter().map(|rule| (*rule, format!("{rule:?}"))).collect());
    let (_, name) = names.iter().find(|(named, _)| *named == rule)?;
    name.strip_prefix("k_")
}

/// The sign a symbol rule reads.
pub(super) fn symbol(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::s_equals => "=",
        Rule::s_colon => ":",
        Rule::s_open => "{",
        Rule::s_close => "}",
        Rule::s_left => "(",
        Rule::s_right => ")",
        Rule::s_left_square => "[",
        Rule::s_right_square => "]",
        Rule::s_quote => "\"",
        _ => return None,
    })
}

fn find_meaning(rule: Rule) -> Option<Meaning> {
    Some(match rule {
        Rule::disjunction | Rule::conjunction | Rule::sum | Rule::product => Meaning::Chain,
        Rule::comparison => Meaning::Comparison,
        Rule::missing_tail => Meaning::MissingTail,
        Rule::one_of_tail => Meaning::OneOfTail,
        Rule::or_operator
        | Rule::and_operator
        | Rule::comparison_operator
        | Rule::sum_operator
        | Rule::product_operator => Meaning::Node(Kind::Operator),
        Rule::whole | Rule::signed => Meaning::Node(Kind::Number),
        Rule::long_piece => Meaning::Node(Kind::TextPiece),
        Rule::plain_field | Rule::parameter => Meaning::Node(Kind::Field),
        Rule::use_path | Rule::node_path => Meaning::Node(Kind::Path),
        Rule::header_after => Meaning::Node(Kind::After),
        Rule::bare_duration => Meaning::Node(Kind::Duration),
        Rule::inner_redo => Meaning::Node(Kind::Redo),
        Rule::inner_settles => Meaning::Node(Kind::SettlesWhen),
        _ if keyword(rule).is_some() => Meaning::Node(Kind::Keyword),
        _ if symbol(rule).is_some() => Meaning::Node(Kind::Symbol),
        _ => Meaning::Node(kind_named(&format!("{rule:?}"))?),
    })
}

/// The kind whose name is the rule's in capitals: `heads_up` is `HeadsUp`, `use_` is `Use`.
fn kind_named(rule: &str) -> Option<Kind> {
    let camel: String = rule
        .split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect();
    Kind::ALL.iter().copied().find(|kind| format!("{kind:?}") == camel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_that_makes_a_pair_has_a_meaning() {
        let grammar = include_str!("../wf.pest");
        let silent: Vec<&str> = grammar
            .lines()
            .filter_map(|line| line.split_once('='))
            .filter(|(_, body)| body.trim_start().starts_with("_{"))
            .map(|(name, _)| name.trim())
            .collect();
        for rule in Rule::all_rules() {
            let name = format!("{rule:?}");
            let has_meaning = find_meaning(*rule).is_some();
            assert_eq!(has_meaning, !silent.contains(&name.as_str()) && name != "EOI", "rule `{name}`");
        }
    }
}
