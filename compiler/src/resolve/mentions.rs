//! The words by which a declaration may refer to others, for "never referred to".
//!
//! Read from the tree, generously: a word that could be such a name counts as one, because telling people to delete
//! what they use costs more than missing something unused. Names of fields, nodes, options, types and tags are no
//! such words. Invariant: the walk is as deep as the parser's nesting limit at most.

use std::collections::BTreeSet;
use wf_lang::ast::{Kind, Node, Tree};

/// The words in a tree that may be names of declarations.
pub fn mentions(tree: &Tree) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for declaration in tree.root().children().filter(|node| node.kind() != Kind::Use) {
        collect(declaration, &mut words);
    }
    words
}

fn collect(node: Node<'_>, words: &mut BTreeSet<String>) {
    if matches!(node.kind(), Kind::TypeRef | Kind::Comment | Kind::DocComment) {
        return;
    }
    if node.kind().is_error() {
        // Whatever stood in a broken line may have been a use.
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        words.extend(node.text().split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned));
        return;
    }
    let names_itself = names_itself(node.kind());
    let mut is_first = true;
    for child in node.children() {
        if child.kind() != Kind::Name {
            collect(child, words);
            continue;
        }
        // Of `crm.stage` only the first word is a name of the file.
        if !names_itself && (is_first || node.kind() != Kind::Path) {
            words.insert(child.text().to_owned());
        }
        is_first = false;
    }
}

/// Whether the name directly inside is the node's own, or a word that never refers to a declaration.
fn names_itself(kind: Kind) -> bool {
    kind.is_declaration()
        || kind.is_flow_node()
        || matches!(
            kind,
            Kind::Field
                | Kind::SystemField
                | Kind::EnumValue
                | Kind::OptionClause
                | Kind::Assignment
                | Kind::Tags
                | Kind::TaggedList
                | Kind::TaggedClause
                | Kind::Was
                | Kind::Speaks
                | Kind::People
                | Kind::InLanguage
                | Kind::ReachField
        )
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn finds_references_and_no_own_names() {
        let text = "workflow w {\n  tags blue\n  input { lawyer: text }\n  step sign {\n    owner legal\n    \
                    on done { set crm.stage = \"{seats} at {clerk.name}\"; tell boss hello() via email }\n  }\n}\n";
        let words = mentions(&wf_lang::parse(text).tree);
        let expected = ["boss", "clerk", "crm", "email", "hello", "legal", "seats"];
        assert_eq!(words.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }
}
