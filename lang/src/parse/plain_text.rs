//! Texts that are shown as they stand: titles, options, alternatives, reasons, what a test looks for.
//!
//! The grammar reads every text alike. Here a `{value}` is refused where nothing fills it in, because people would
//! read the braces, and a test would look for them. Invariant: a text that is sent or evaluated is never refused.

use super::SYNTAX_ERROR;
use crate::ast::Kind;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::tree::NodeData;

/// One error for each `{value}` in a text that is shown as it stands. Nodes stand before what is inside them.
pub(super) fn errors(nodes: &[NodeData]) -> Vec<Diagnostic<Span>> {
    let mut around: Vec<(Kind, u32)> = Vec::new();
    let mut found = Vec::new();
    for (index, node) in (0_u32..).zip(nodes) {
        while around.last().is_some_and(|(_, next)| *next <= index) {
            around.pop();
        }
        if node.kind == Kind::Interpolation
            && let [.., (owner, _), (Kind::Text, _)] = around.as_slice()
            && is_plain(*owner, &around)
        {
            let span = Span { start: node.start, end: node.end };
            found.push(
                Diagnostic::new(
                    &SYNTAX_ERROR,
                    span,
                    "nothing is filled in here: this text is shown as it stands",
                )
                .with_help("write the words themselves; a brace that is meant is written `\\{`"),
            );
        }
        // A workflow that stays open at the end of its chunk does not know yet where it ends.
        let next = if node.next > index { node.next } else { u32::MAX };
        around.push((node.kind, next));
    }
    found
}

/// Whether the text of a node is shown as it stands.
fn is_plain(owner: Kind, around: &[(Kind, u32)]) -> bool {
    let decides = || around.iter().rev().nth(2).is_some_and(|(kind, _)| *kind == Kind::DecideWithin);
    match owner {
        Kind::Calendar | Kind::Role | Kind::Channel | Kind::Workflow | Kind::Policy | Kind::Test => true,
        Kind::TimeZone | Kind::Holiday | Kind::Closed | Kind::HalfDay | Kind::People | Kind::Template => true,
        Kind::OptionClause | Kind::ShortClause | Kind::Alternative | Kind::AgentTopics => true,
        Kind::SystemEvent | Kind::StartsOn | Kind::WaitFor | Kind::TestEvent => true,
        Kind::TestBlock | Kind::TestSkip | Kind::TestComment | Kind::TestChoose | Kind::TestAnswer => true,
        Kind::BecauseClause | Kind::ContainingClause => true,
        // `otherwise "…"` of a `decide within` names an alternative; that of a `draft` is sent.
        Kind::OtherwiseText => decides(),
        kind => kind.is_flow_node(),
    }
}
