//! What a letter looks like as a mail: headers, plain text, and simple HTML with the buttons as links.
//!
//! All letters about one node are one thread. What comes from a workflow or its values is text: it is escaped in HTML and
//! can end no header. Invariant: the same letter has the same Message-ID in every attempt.

use super::words::{Words, of_language};
use crate::channel::Delivery;
use crate::letter::{Letter, LetterButton, Pressed};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use minijinja::Environment;
use serde::Serialize;
use std::fmt::Write;
use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

/// Who sends.
pub(super) struct Sender {
    pub from: Mailbox,
    pub reply_to: Option<Address>,
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    // What the name ends with makes it escape everything.
    let added = templates.add_template("letter.html", include_str!("letter.html"));
    debug_assert!(added.is_ok());
    templates
});

/// The mail and its Message-ID, or why there can be none.
pub(super) fn compose(
    sender: &Sender,
    to: Address,
    delivery: &Delivery,
) -> Result<(Message, String), String> {
    let letter = &delivery.letter;
    let domain = sender.from.email.domain();
    let id = message_id(&delivery.tenant, &delivery.key, domain);
    let root = thread_id(delivery, domain);
    let before = delivery.updates.as_ref().map(|earlier| {
        earlier.external_id.clone().unwrap_or_else(|| message_id(&delivery.tenant, &earlier.key, domain))
    });
    let mut builder = Message::builder()
        .from(sender.from.clone())
        .to(Mailbox::new(name(letter), to))
        .subject(subject(letter))
        .message_id(Some(id.clone()))
        .in_reply_to(before.clone().unwrap_or_else(|| root.clone()))
        .references(before.map_or_else(|| root.clone(), |before| format!("{root} {before}")))
        .date(UNIX_EPOCH + Duration::from_millis(u64::try_from(delivery.at.0).unwrap_or_default()))
        // No absence notice answers a machine (RFC 3834).
        .raw_header(plain("Auto-Submitted", "auto-generated"));
    if letter.urgent {
        builder = builder.raw_header(plain("Importance", "high")).raw_header(plain("X-Priority", "1"));
    }
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(Mailbox::new(None, with_token(reply_to, delivery)));
    }
    let said = Said::of(delivery, sender.reply_to.is_some());
    let html = TEMPLATES
        .get_template("letter.html")
        .and_then(|template| template.render(minijinja::value::Serde(&said)))
        .map_err(|cause| format!("the letter cannot be written: {cause}"))?;
    let message = builder
        .multipart(MultiPart::alternative_plain_html(said.text(), html))
        .map_err(|cause| format!("the letter cannot be written: {cause}"))?;
    Ok((message, id))
}

/// The receiver's name, without the role behind it; an address is no name.
fn name(letter: &Letter) -> Option<String> {
    let name = letter.to.split(" (").next().unwrap_or_default();
    Some(one_line(name)).filter(|name| !name.is_empty() && !name.contains('@'))
}

fn plain(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The same for all letters about a node, so that mail programs show them together.
fn subject(letter: &Letter) -> String {
    match &letter.node_title {
        Some(node) => one_line(&format!("{}: {node}", letter.title)),
        None => one_line(&letter.title),
    }
}

/// A text on one line, without anything a header could end with.
fn one_line(text: &str) -> String {
    let spaced: String =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(400).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn message_id(tenant: &str, key: &str, domain: &str) -> String {
    format!("<{}.{}@{domain}>", atom(key), atom(tenant))
}

/// What stands for the first letter of a thread, whichever that was.
fn thread_id(delivery: &Delivery, domain: &str) -> String {
    let node = delivery.letter.node.as_deref().unwrap_or_default();
    let (instance, tenant) = (atom(&delivery.letter.instance), atom(&delivery.tenant));
    format!("<{}.{instance}.{tenant}.thread@{domain}>", atom(node))
}

/// Text as it may stand before the `@` of a Message-ID; different texts stay different.
fn atom(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "={byte:02x}");
        }
    }
    out
}

/// `reply+TOKEN@acme.example`.
fn with_token(reply_to: &Address, delivery: &Delivery) -> Address {
    let token = delivery.reply_token.as_ref();
    let named =
        token.and_then(|token| Address::new(format!("{}+{token}", reply_to.user()), reply_to.domain()).ok());
    named.unwrap_or_else(|| reply_to.clone())
}

/// What a mail says, from top to bottom.
#[derive(Serialize)]
struct Said {
    lang: &'static str,
    title: String,
    lead: Option<&'static str>,
    paragraphs: Vec<Vec<String>>,
    choices: Vec<String>,
    /// In plain text: what a step offers is on its page, what a decision offers is worth reading before.
    lists_choices: bool,
    you_can_choose: &'static str,
    open: Option<&'static str>,
    link: Option<String>,
    reply: Option<&'static str>,
    command: Option<(&'static str, String)>,
    about: String,
    personal: Option<String>,
}

impl Said {
    fn of(delivery: &Delivery, answered_by_mail: bool) -> Self {
        let letter = &delivery.letter;
        let words = of_language(delivery.language.as_deref());
        let link = delivery.link.as_ref();
        let choices = choices(letter, words);
        let decides = is_choice(letter);
        let until = |moment| match &delivery.local {
            Some(local) => words.day(local.date(moment).0),
            None => words.day(crate::moment::LocalTime::of(None).date(moment).0),
        };
        Self {
            lang: words.lang,
            title: subject(letter),
            lead: lead(letter, words),
            paragraphs: paragraphs(&letter.text),
            open: link.map(|_| if decides { words.choose_here } else { words.open_here }),
            you_can_choose: words.you_can_choose,
            link: link.map(|link| link.url.clone()),
            reply: (answered_by_mail && letter.free_text).then_some(words.reply),
            command: letter
                .answer_with
                .clone()
                .filter(|_| link.is_none())
                .map(|command| (words.command, command)),
            about: about(letter, words),
            personal: link.map(|link| words.personal.replace("{}", &until(link.expires))),
            lists_choices: decides && !choices.is_empty(),
            choices,
        }
    }

    /// The plain text.
    fn text(&self) -> String {
        let mut text = String::new();
        let mut block = |lines: &str| {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(lines);
            text.push('\n');
        };
        if let Some(lead) = self.lead {
            block(lead);
        }
        for paragraph in &self.paragraphs {
            block(&paragraph.join("\n"));
        }
        if self.lists_choices {
            let listed: Vec<String> = self.choices.iter().map(|choice| format!("  • {choice}")).collect();
            block(&format!("{}\n{}", self.you_can_choose, listed.join("\n")));
        }
        if let (Some(open), Some(link)) = (self.open, &self.link) {
            block(&format!("{open}\n{link}"));
        }
        if let Some((label, command)) = &self.command {
            block(&format!("{label}\n{command}"));
        }
        if let Some(reply) = self.reply {
            block(reply);
        }
        // Mail programs leave out what follows this line when they quote.
        let mut foot = format!("-- \n{}", self.about);
        if let Some(personal) = &self.personal {
            let _ = write!(foot, "\n{personal}");
        }
        block(&foot);
        text
    }
}

/// The words above the letter's own, where its own do not say what it is.
fn lead(letter: &Letter, words: &Words) -> Option<&'static str> {
    match letter.purpose.as_str() {
        "reminder" => Some(words.reminder),
        "withdrawn" => Some(words.closed),
        "question" => Some(words.question),
        "escalation" => Some(words.escalation),
        "incident" => Some(words.incident),
        _ => None,
    }
}

/// Buttons that the page behind the link has; having seen a mail needs none.
fn choices(letter: &Letter, words: &Words) -> Vec<String> {
    let shown = |button: &&LetterButton| !matches!(button.press, Pressed::Acknowledge | Pressed::Claim);
    let label = |button: &LetterButton| match &button.press {
        Pressed::Choose { needs_reason: true, .. } => format!("{} ({})", button.label, words.with_reason),
        _ => button.label.clone(),
    };
    letter.buttons.iter().filter(shown).map(|button| one_line(&label(button))).collect()
}

fn is_choice(letter: &Letter) -> bool {
    letter.buttons.iter().any(|button| {
        matches!(
            button.press,
            Pressed::Choose { .. } | Pressed::Alternative { .. } | Pressed::Suggestion { .. }
        )
    })
}

/// Paragraphs and their lines.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        // Tabs stay; what else is invisible has no place in a mail.
        let line: String = line.chars().filter(|letter| !letter.is_control() || *letter == '\t').collect();
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        match all.last_mut().filter(|_| open) {
            Some(paragraph) => paragraph.push(line),
            None => all.push(vec![line]),
        }
        open = true;
    }
    all
}

/// The last line: what it is about, and as whom the reader gets it.
fn about(letter: &Letter, words: &Words) -> String {
    let reference = letter.reference.as_ref().filter(|reference| !letter.title.contains(*reference));
    let reference = reference.map_or_else(String::new, |reference| format!(" · {reference}"));
    one_line(&format!("{}{reference} · {} {}", letter.title, words.sent_to, letter.to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_different_letters_differ_and_fit_into_a_header() {
        assert_eq!(message_id("acme", "order-1:42", "acme.example"), "<order-1=3a42.acme@acme.example>");
        assert_ne!(message_id("a.b", "x:1", "d"), message_id("a=2eb", "x:1", "d"));
        assert!(message_id("é>\r\n", "x:1", "d").bytes().all(|byte| byte.is_ascii_graphic()));
    }

    #[test]
    fn nothing_ends_a_header() {
        assert_eq!(one_line("Order\r\nBcc: all@acme.example\t 1 "), "Order Bcc: all@acme.example 1");
        assert_eq!(one_line(&"x".repeat(1_000)).len(), 400);
    }

    #[test]
    fn paragraphs_are_kept_and_blank_lines_are_one() {
        assert_eq!(paragraphs("One\ntwo\n\n \nthree\u{7}\n"), [vec!["One", "two"], vec!["three"]]);
    }
}
