//! Replies to letters: words that a person sent back by mail, or in the thread of a chat.
//!
//! Flow: a mail gateway hands over what arrived at a letter's reply address; the token in it names the letter, the letter
//! names the person; the words become an answer to its question, or a comment on its node. Invariant: words alone decide
//! nothing, and the same reply twice is one.

use crate::asked::{Asked, OnNode, Said};
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::letter::Letter;
use crate::link::{ReplyToken, fingerprint};
use crate::opened::Opened;
use crate::transition::question_number;

/// For how long the same reply is known again.
const KNOWN_MS: i64 = 90 * 86_400_000;

/// A reply as a gateway hands it over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// Where it was sent: `reply+TOKEN@acme.example`, or the token alone.
    pub to: String,
    /// Who sent it: an address the letter went to.
    pub from: String,
    /// What it says, as plain text; quoted lines and what follows a line `-- ` are left out.
    pub text: String,
    /// The sender's own number for it: the same one twice is one reply.
    pub id: String,
}

/// What came of a reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Which instance.
    pub instance: String,
    /// It was known already; nothing was done.
    pub known: bool,
    /// It answered an open question, else it is a comment.
    pub answered: bool,
}

/// Takes a reply in. `key` is the key of the tenant's links.
///
/// # Errors
/// When it belongs to no letter, comes from somebody else, says nothing, or is refused (and recorded as that).
pub async fn take_in(engine: &Engine, key: &[u8], reply: &Reply) -> Result<Taken> {
    let local = reply.to.split('@').next().unwrap_or_default();
    let token = local.split_once('+').map_or(local, |(_, token)| token);
    let nobodys = || {
        Problem::not_found("this address belongs to no letter")
            .help("send on what arrives at the `Reply-To` of a letter, with the whole address")
    };
    let token = ReplyToken::open(token, &engine.store.tenant().name, key).ok_or_else(nobodys)?;
    let body = engine.store.letter_body(&token.instance, token.number).await?.ok_or_else(nobodys)?;
    let letter: Letter = serde_json::from_str(&body).map_err(|_| nobodys())?;
    check_sender(&letter, &reply.from)?;
    let words = own_words(&reply.text);
    if words.is_empty() {
        return Err(Problem::input("the reply says nothing").help("quoted lines and signatures do not count"));
    }
    let opened = Opened::of(engine, &token.instance).await?;
    let person = letter.person.clone().or_else(|| letter.role.clone()).ok_or_else(nobodys)?;
    let (asked, answered) = asked(&opened, &letter, words)?;
    let known = fingerprint(&format!("reply {}", reply.id));
    let now = engine.clock.now().0;
    if !engine.store.use_link(&known, &token.instance, now, now.saturating_add(KNOWN_MS)).await? {
        return Ok(Taken { instance: token.instance, known: true, answered });
    }
    let kind = opened.event(asked, engine.actor(&opened.ready, &person, None))?;
    match opened.apply(kind).await {
        Ok(_) => Ok(Taken { instance: token.instance, known: false, answered }),
        Err(problem) => {
            // Recorded as refused; what did not happen may be sent again.
            engine.store.give_link_back(&known).await?;
            Err(problem)
        }
    }
}

/// Whoever has the token can reply only from where the letter went.
fn check_sender(letter: &Letter, from: &str) -> Result<()> {
    let bare = from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>')).trim();
    let mut ways = letter.routes.iter().filter_map(|route| route.address.as_deref());
    if ways.any(|address| address.eq_ignore_ascii_case(bare)) {
        return Ok(());
    }
    Err(Problem::new(Class::Refused, "the reply does not come from an address the letter went to")
        .help("a letter is answered by whom it was sent to, from that address"))
}

/// What the words are: an answer while the question is open, a comment otherwise.
fn asked(opened: &Opened, letter: &Letter, words: String) -> Result<(Asked, bool)> {
    let open =
        |number: &u32| opened.view().questions.iter().any(|asked| question_number(asked.id) == *number);
    if let Some(number) = letter.question.filter(open) {
        let question = Some(format!("q{number}"));
        return Ok((Asked::Answer { question, said: Said::Words(words) }, true));
    }
    let Some(node) = &letter.node else {
        return Err(Problem::new(
            Class::Refused,
            "the letter is about no step, so there is nothing to reply to",
        ));
    };
    let node = match letter.copy {
        Some(copy) => format!("{node}:{}", u32::from(copy) + 1),
        None => node.clone(),
    };
    Ok((Asked::OnNode { node, act: OnNode::Comment(words) }, false))
}

/// What the person wrote themselves: without the letter that mail programs put below, and without a signature.
fn own_words(text: &str) -> String {
    let lines = text.lines().take_while(|line| *line != "-- ").filter(|line| !line.starts_with('>'));
    let mut own: Vec<&str> = lines.map(str::trim_end).collect();
    // `On Monday … wrote:` is the program's, not the person's.
    let last = own.iter().rposition(|line| !line.is_empty());
    if let Some(last) = last
        && text.lines().any(|line| line.starts_with('>'))
        && own.get(last).is_some_and(|line| line.ends_with(':'))
    {
        own.truncate(last);
    }
    own.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_persons_own_words_count() {
        for (text, own) in [
            ("We wait.\r\n", "We wait."),
            ("We wait.\n\nOn Mon, 2 Mar 2026, Acme wrote:\n> What now?\n> Choose\n", "We wait."),
            ("We wait.\n-- \nMarco Rossi\nChief", "We wait."),
            ("One:\ntwo", "One:\ntwo"),
            ("This is what I mean:", "This is what I mean:"),
            ("> What now?\n\nWe wait.", "We wait."),
            ("> only what was quoted\n", ""),
            (" \n", ""),
        ] {
            assert_eq!(own_words(text), own, "{text}");
        }
    }
}
