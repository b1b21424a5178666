//! What stands where in a text: declarations and the nodes of workflows, by name.
//!
//! Reports and baselines know a finding again by the symbol it stands in, because lines move. Made from one text alone,
//! where it is needed. Invariant: a symbol lies inside the one before it in its path, and its path never holds a line.

use wf_lang::span::Span;
use wf_lang::tree::{Kind, Node};

/// A declaration or a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// The word it begins with: `workflow`, `step`.
    pub kind: String,
    /// Its name, or the text that stands for one.
    pub name: String,
    /// The names from the declaration to itself: `setup/go_live`.
    pub path: String,
    /// All of it.
    pub span: Span,
    /// Its name's place.
    pub name_span: Span,
}

/// The symbols of a text, in reading order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outline {
    symbols: Vec<Symbol>,
}

impl Outline {
    /// Reads a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let parse = wf_lang::parse(text);
        let mut outline = Self::default();
        for declaration in parse.tree.root().children().filter(|node| node.kind().is_declaration()) {
            let Some(symbol) = symbol(declaration, "") else { continue };
            let path = symbol.path.clone();
            outline.symbols.push(symbol);
            let block = declaration.child(Kind::Block).into_iter();
            let nodes = block.flat_map(Node::children).filter(|node| node.kind().is_flow_node());
            outline.symbols.extend(nodes.filter_map(|node| symbol_in(node, &path)));
        }
        outline
    }

    /// The innermost symbol around an offset.
    #[must_use]
    pub fn at(&self, offset: u32) -> Option<&Symbol> {
        let holds = |symbol: &&Symbol| symbol.span.start <= offset && offset <= symbol.span.end;
        self.symbols.iter().rev().find(holds)
    }

    /// The node with this name in the declaration around an offset.
    #[must_use]
    pub fn node_near(&self, name: &str, offset: u32) -> Option<&Symbol> {
        let declaration = self.at(offset)?.path.split('/').next()?;
        let path = format!("{declaration}/{name}");
        self.symbols.iter().find(|symbol| symbol.path == path)
    }
}

fn symbol_in(node: Node<'_>, path: &str) -> Option<Symbol> {
    symbol(node, &format!("{path}/"))
}

fn symbol(node: Node<'_>, before: &str) -> Option<Symbol> {
    let kind = node.child(Kind::Keyword)?.text().to_owned();
    let named = [Kind::Name, Kind::Text, Kind::Path].into_iter().find_map(|kind| node.child(kind))?;
    let name = named.text().trim_matches('"').split_whitespace().collect::<Vec<_>>().join(" ");
    let path = format!("{before}{name}");
    Some(Symbol { kind, name, path, span: node.span(), name_span: named.span() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "use teams.clerk\n\nworkflow order \"Order\" {\n  version 1\n\n  step ship \"Ship it\" {\n    owner clerk\n  }\n\n  outcome done \"Done\" after ship\n}\n\npolicy money \"Who pays\" {\n}\n";

    fn path_at(word: &str) -> Option<String> {
        let offset = u32::try_from(TEXT.find(word).unwrap()).unwrap();
        Outline::of(TEXT).at(offset).map(|symbol| format!("{} {}", symbol.kind, symbol.path))
    }

    #[test]
    fn a_place_belongs_to_the_innermost_declaration_or_node() {
        assert_eq!(path_at("owner").as_deref(), Some("step order/ship"));
        assert_eq!(path_at("ship \"").as_deref(), Some("step order/ship"));
        assert_eq!(path_at("version").as_deref(), Some("workflow order"));
        assert_eq!(path_at("done").as_deref(), Some("outcome order/done"));
        assert_eq!(path_at("money").as_deref(), Some("policy money"));
        assert_eq!(path_at("clerk\n").as_deref(), Some("use teams.clerk"));
        assert_eq!(Outline::of(TEXT).at(16), None, "between declarations");
    }

    #[test]
    fn a_node_is_found_by_its_name_from_anywhere_in_its_workflow() {
        let outline = Outline::of(TEXT);
        let version = u32::try_from(TEXT.find("version").unwrap()).unwrap();
        assert_eq!(outline.node_near("ship", version).unwrap().name_span.slice(TEXT), "ship");
        assert_eq!(outline.node_near("pack", version), None);
    }
}
