//! Prints the tree and the errors of a file.
#![allow(clippy::unwrap_used, clippy::print_stdout)]
fn main() {
    for path in std::env::args().skip(1).filter(|path| path != "-t") {
        let text = std::fs::read_to_string(&path).unwrap();
        let parse = wf_lang::parse(&text);
        if std::env::args().any(|arg| arg == "-t") {
            println!("{:?}", parse.tree);
        }
        let lines = wf_lang::span::LineIndex::new(&text);
        for error in &parse.errors {
            let at = lines.position(&text, error.at.start);
            println!("{path}:{}:{}: {} [{:?}] help {:?} fixes {:?}", at.line, at.column, error.message, error.label, error.help, error.fixes);
        }
    }
}
