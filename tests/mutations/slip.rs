//! The slips: what hands do to a text, each kind at evenly spread places.
//!
//! Invariant: no random number takes part, so a slip that fails today fails tomorrow.

use std::collections::BTreeMap;

/// One spoiled file.
#[derive(Clone, Debug)]
pub struct Slip {
    /// The kind of slip.
    pub kind: Kind,
    /// The file it was made in.
    pub file: String,
    /// The whole text afterwards.
    pub text: String,
    /// The line it was made in, from 1, as the text is afterwards.
    pub line: u32,
    /// The line as it was.
    pub before: String,
    /// What is no longer there: a line, or all behind a cut.
    pub lost: String,
}

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A character is missing.
    LostCharacter,
    /// A letter is there twice.
    DoubledLetter,
    /// A letter is another one.
    WrongLetter,
    /// Two neighbouring letters changed places.
    SwappedLetters,
    /// Two neighbouring words changed places.
    SwappedWords,
    /// A word is missing.
    LostWord,
    /// A keyword is another word of everyday English.
    NearKeyword,
    /// A line is missing.
    LostLine,
    /// A line is there twice.
    DoubledLine,
    /// A line stands three lines further down.
    MovedLine,
    /// A brace is missing.
    LostBrace,
    /// A brace too many.
    StrayBrace,
    /// A quotation mark too many.
    StrayQuote,
    /// A text that does not end.
    UnclosedText,
    /// The file ends here.
    CutOff,
}

impl Kind {
    /// Whether it moves or takes more than a character or a word.
    pub fn is_large(self) -> bool {
        matches!(self, Self::LostLine | Self::DoubledLine | Self::MovedLine | Self::CutOff)
    }
}

/// All kinds, in the order of the table.
pub const KINDS: [Kind; 15] = [
    Kind::LostCharacter,
    Kind::DoubledLetter,
    Kind::WrongLetter,
    Kind::SwappedLetters,
    Kind::SwappedWords,
    Kind::LostWord,
    Kind::NearKeyword,
    Kind::LostLine,
    Kind::DoubledLine,
    Kind::MovedLine,
    Kind::LostBrace,
    Kind::StrayBrace,
    Kind::StrayQuote,
    Kind::UnclosedText,
    Kind::CutOff,
];

/// Keywords and what people write instead.
const NEAR: [(&str, &str); 24] = [
    ("step", "task"),
    ("owner", "owned by"),
    ("after", "afterwards"),
    ("deadline", "due"),
    ("when", "if"),
    ("is one of", "in"),
    ("option", "choice"),
    ("outcome", "result"),
    ("workflow", "process"),
    ("escalate", "escalation"),
    ("remind", "reminder"),
    ("tell", "notify"),
    ("ask", "question"),
    ("alternative", "option"),
    ("business days", "working days"),
    ("days", "dayz"),
    ("form", "fields"),
    ("input", "inputs"),
    ("use", "import"),
    ("role", "team"),
    ("reach", "contact"),
    ("expect", "assert"),
    ("complete", "finish"),
    ("level", "stage"),
];

/// Up to `places` slips of each kind over all files of an example, evenly spread.
pub fn slips(files: &BTreeMap<String, String>, places: usize) -> Vec<Slip> {
    let mut chosen = Vec::new();
    for kind in KINDS {
        let mut all = Vec::new();
        for (file, text) in files {
            all.extend(
                of_kind(kind, text).into_iter().map(|(at, spoiled)| slip(kind, file, text, at, spoiled)),
            );
        }
        // A file that ends early needs its other slips, too: a cut is possible at every character.
        let step = (all.len() as f64 / places as f64).max(1.0);
        let mut next = 0.0;
        for (number, slip) in all.into_iter().enumerate() {
            if number as f64 >= next {
                next += step;
                chosen.push(slip);
            }
        }
    }
    chosen
}

fn slip(kind: Kind, file: &str, text: &str, at: usize, spoiled: String) -> Slip {
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let before = text[start..].lines().next().unwrap_or_default().to_owned();
    let line = u32::try_from(text[..at].matches('\n').count() + 1).unwrap();
    let lost = if kind == Kind::CutOff { text[start..].to_owned() } else { before.clone() };
    Slip { kind, file: file.to_owned(), text: spoiled, line, before, lost }
}

/// Where each slip of a kind is made, and the text afterwards.
fn of_kind(kind: Kind, text: &str) -> Vec<(usize, String)> {
    match kind {
        Kind::LostCharacter => letters(text, |letter| !letter.is_whitespace(), |_, _| String::new()),
        Kind::DoubledLetter => letters(text, char::is_alphanumeric, |letter, _| format!("{letter}{letter}")),
        Kind::WrongLetter => letters(text, char::is_alphabetic, |letter, _| neighbour(letter).to_string()),
        Kind::SwappedLetters => swapped_letters(text),
        Kind::SwappedWords => words(text, swapped),
        Kind::LostWord => words(text, |line, number| Some(without(line, number))),
        Kind::NearKeyword => near(text),
        Kind::LostLine => lines(text, |lines, number| {
            lines.remove(number);
        }),
        Kind::DoubledLine => lines(text, |lines, number| lines.insert(number, lines[number])),
        Kind::MovedLine => lines(text, |lines, number| {
            let line = lines.remove(number);
            lines.insert((number + 3).min(lines.len()), line);
        }),
        Kind::LostBrace => letters(text, |letter| "{}()".contains(letter), |_, _| String::new()),
        Kind::StrayBrace => ends_of_lines(text, &[" {", " }"]),
        Kind::StrayQuote => between_words(text),
        Kind::UnclosedText => letters(text, |letter| letter == '"', |_, _| String::new()),
        Kind::CutOff => letters(text, |_| true, |_, _| String::new())
            .into_iter()
            .map(|(at, _)| (at, text[..at].to_owned()))
            .collect(),
    }
}

fn letters(
    text: &str,
    wanted: impl Fn(char) -> bool,
    instead: impl Fn(char, usize) -> String,
) -> Vec<(usize, String)> {
    let places = text.char_indices().filter(|(_, letter)| wanted(*letter));
    places
        .map(|(at, letter)| {
            let after = &text[at + letter.len_utf8()..];
            (at, format!("{}{}{after}", &text[..at], instead(letter, at)))
        })
        .collect()
}

/// A quotation mark behind each blank between two words.
fn between_words(text: &str) -> Vec<(usize, String)> {
    let is_between = |at: &usize| !text[..*at].ends_with([' ', '\n']) && !text[..*at].is_empty();
    let blanks = text.match_indices(' ').map(|(at, _)| at).filter(is_between);
    blanks.map(|at| (at, format!("{} \"{}", &text[..at], &text[at + 1..]))).collect()
}

/// The key beside this one.
fn neighbour(letter: char) -> char {
    let rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let row = rows.iter().find(|row| row.contains(letter.to_ascii_lowercase()));
    let beside = row.and_then(|row| {
        let at = row.find(letter.to_ascii_lowercase())?;
        row[at + 1..].chars().next().or_else(|| row[..at].chars().last())
    });
    let beside = beside.unwrap_or('x');
    if letter.is_uppercase() { beside.to_ascii_uppercase() } else { beside }
}

fn swapped_letters(text: &str) -> Vec<(usize, String)> {
    let all: Vec<(usize, char)> = text.char_indices().collect();
    let pairs = all
        .windows(2)
        .filter(|pair| pair.iter().all(|(_, letter)| letter.is_alphabetic()) && pair[0].1 != pair[1].1);
    pairs
        .map(|pair| {
            let ((first, a), (second, b)) = (pair[0], pair[1]);
            (first, format!("{}{b}{a}{}", &text[..first], &text[second + b.len_utf8()..]))
        })
        .collect()
}

/// Each word of each line changed; `change` gets the words of the line and which one.
fn words(text: &str, change: impl Fn(&[&str], usize) -> Option<String>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = &line[..line.len() - line.trim_start().len()];
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut at = start;
        for (number, word) in words.iter().enumerate() {
            at += text[at..].find(word).unwrap();
            if let Some(changed) = change(&words, number) {
                let end = start + line.len();
                found.push((at, format!("{}{indent}{changed}\n{}", &text[..start], &text[end..])));
            }
            at += word.len();
        }
        start += line.len();
    }
    found
}

fn swapped(words: &[&str], number: usize) -> Option<String> {
    let mut words = words.to_vec();
    if words.get(number + 1)? == &words[number] {
        return None;
    }
    words.swap(number, number + 1);
    Some(words.join(" "))
}

fn without(words: &[&str], number: usize) -> String {
    let mut words = words.to_vec();
    words.remove(number);
    words.join(" ")
}

fn near(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let whole = |at: usize, word: &str| {
        let open = text[..at].ends_with([' ', '\n']);
        open && text[at + word.len()..].starts_with([' ', '\n', ','])
    };
    for (right, wrong) in NEAR {
        for (at, _) in text.match_indices(right).filter(|(at, _)| whole(*at, right)) {
            found.push((at, format!("{}{wrong}{}", &text[..at], &text[at + right.len()..])));
        }
    }
    found
}

fn lines(text: &str, change: impl Fn(&mut Vec<&str>, usize)) -> Vec<(usize, String)> {
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    let mut at = 0;
    let mut found = Vec::new();
    for (number, line) in all.iter().enumerate() {
        if !line.trim().is_empty() {
            let mut changed = all.clone();
            change(&mut changed, number);
            found.push((at, changed.concat()));
        }
        at += line.len();
    }
    found
}

fn ends_of_lines(text: &str, strays: &[&str]) -> Vec<(usize, String)> {
    let ends = text.match_indices('\n').map(|(at, _)| at).filter(|at| !text[..*at].ends_with('\n'));
    ends.enumerate()
        .map(|(number, at)| {
            let stray = strays[number % strays.len()];
            (at, format!("{}{stray}{}", &text[..at], &text[at..]))
        })
        .collect()
}
