//! The words of the store's statements as SQLite takes them.
//!
//! Statements are written with `$1` as PostgreSQL has it. Invariant: each text of the program is translated once for each
//! thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

thread_local! {
    /// Statements in the words of SQLite, by the place of their text: there are as many as the program has.
    static IN_DIALECT: RefCell<HashMap<(usize, usize), Rc<str>>> = RefCell::default();
}

/// A statement in the words of SQLite.
pub(super) fn in_dialect(text: &'static str) -> Rc<str> {
    IN_DIALECT.with_borrow_mut(|known| {
        let translated =
            known.entry((text.as_ptr().addr(), text.len())).or_insert_with(|| translated(text).into());
        Rc::clone(translated)
    })
}

/// `$1` is `?1` here: SQLite would take `$1` for a name and number it by its first appearance.
fn translated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let numbered = letter == '$' && letters.peek().is_some_and(char::is_ascii_digit);
        out.push(if numbered { '?' } else { letter });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_not_named() {
        assert_eq!(translated("a = $2 and b = $1 or '$[#]'"), "a = ?2 and b = ?1 or '$[#]'");
    }
}
