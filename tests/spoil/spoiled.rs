//! One text changed in a few places: words, lines, joins, and whole nodes copied many times.
//!
//! Words are exchanged for words that stand elsewhere in the same text, mostly behind the same word, so that what comes
//! out is often a workflow still. Invariant: the same dice give the same text; no text grows beyond `MOST_BYTES`.

/// Texts that grew beyond this are copied no further.
const MOST_BYTES: usize = 60_000;

/// Numbers from a seed (xorshift).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            dice.next();
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 11).unwrap() % end.max(1)
    }
}

pub fn spoiled(mut text: String, corpus: &[String], dice: &mut Dice) -> String {
    for _ in 0..=dice.below(6) {
        text = match dice.below(12) {
            0..=3 => another_word(&text, dice),
            4 => another_join(&text, dice),
            5 => without_line(&text, dice),
            6 => line_moved(&text, dice),
            7 => another_number(&text, dice),
            8 | 9 => nodes_copied(&text, dice),
            10 => line_of_another(&text, corpus, dice),
            _ => cut(&text, dice),
        };
    }
    text
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Where words stand.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (is_word(letter), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn replaced(text: &str, from: usize, to: usize, with: &str) -> String {
    format!("{}{with}{}", &text[..from], &text[to..])
}

/// A word exchanged for another: one that stands behind the same word elsewhere, or any.
fn another_word(text: &str, dice: &mut Dice) -> String {
    let words = words(text);
    if words.len() < 2 {
        return text.to_owned();
    }
    let at = 1 + dice.below(words.len() - 1);
    let word = |index: usize| &text[words[index].0..words[index].1];
    let same: Vec<usize> = (1..words.len()).filter(|other| word(other - 1) == word(at - 1)).collect();
    let other = match dice.below(4) {
        0 => dice.below(words.len()),
        _ => same[dice.below(same.len())],
    };
    replaced(text, words[at].0, words[at].1, word(other))
}

/// Another way to join what a node waits for.
fn another_join(text: &str, dice: &mut Dice) -> String {
    let joins: Vec<usize> = text.match_indices("after ").map(|(at, found)| at + found.len()).collect();
    if joins.is_empty() {
        return text.to_owned();
    }
    let at = joins[dice.below(joins.len())];
    let sources = &text[at..at + text[at..].find('\n').unwrap_or(text.len() - at)];
    let known = ["any of ", "all taken of ", "2 of ", "3 of "];
    let bare = known.iter().find_map(|join| sources.strip_prefix(join)).unwrap_or(sources);
    let nodes: Vec<usize> = ["step ", "decision ", "wait ", "converge "]
        .iter()
        .flat_map(|kind| text.match_indices(kind).map(|(at, found)| at + found.len()))
        .collect();
    let mut more = String::new();
    if !nodes.is_empty() && dice.below(2) == 0 {
        let from = nodes[dice.below(nodes.len())];
        let name: String = text[from..].chars().take_while(|letter| is_word(*letter)).collect();
        more = format!("{name}, ");
    }
    let join = ["", known[0], known[1], known[2], known[3]][dice.below(5)];
    replaced(text, at, at + sources.len(), &format!("{join}{more}{bare}"))
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn without_line(text: &str, dice: &mut Dice) -> String {
    let mut lines = lines(text);
    if !lines.is_empty() {
        lines.remove(dice.below(lines.len()));
    }
    lines.concat()
}

fn line_moved(text: &str, dice: &mut Dice) -> String {
    let mut lines = lines(text);
    if lines.len() > 1 {
        let line = lines.remove(dice.below(lines.len()));
        lines.insert(dice.below(lines.len()), line);
    }
    lines.concat()
}

fn line_of_another(text: &str, corpus: &[String], dice: &mut Dice) -> String {
    let mut own = lines(text);
    let others = lines(&corpus[dice.below(corpus.len())]);
    if !own.is_empty() && !others.is_empty() {
        own.insert(dice.below(own.len()), others[dice.below(others.len())]);
    }
    own.concat()
}

fn another_number(text: &str, dice: &mut Dice) -> String {
    let numbers: Vec<(usize, usize)> = words(text)
        .into_iter()
        .filter(|(from, to)| text[*from..*to].bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    if numbers.is_empty() {
        return text.to_owned();
    }
    let (from, to) = numbers[dice.below(numbers.len())];
    let with =
        ["0", "1", "2", "3", "7", "12", "100", "9999", "4294967296", "99999999999999999999"][dice.below(10)];
    replaced(text, from, to, with)
}

/// Nodes from one place to another, copied with new names up to 64 times: large workflows out of small ones.
fn nodes_copied(text: &str, dice: &mut Dice) -> String {
    let starts: Vec<usize> = ["\n  step ", "\n  decision ", "\n  wait ", "\n  converge "]
        .iter()
        .flat_map(|kind| text.match_indices(kind).map(|(at, _)| at + 1))
        .collect();
    if starts.is_empty() {
        return text.to_owned();
    }
    let mut chosen: Vec<usize> = (0..=dice.below(4)).map(|_| starts[dice.below(starts.len())]).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let blocks: Vec<&str> = chosen
        .iter()
        .map(|from| &text[*from..text[*from..].find("\n  }\n").map_or(text.len(), |end| from + end + 5)])
        .collect();
    let name = |block: &str| -> String { block.trim_start().split(' ').nth(1).unwrap_or("x").to_owned() };
    let names: Vec<String> = blocks.iter().map(|block| name(block)).collect();
    let times = 1 << dice.below(7);
    let mut copies = String::new();
    for copy in 0..times {
        for block in &blocks {
            let mut copied = String::new();
            let mut last = 0;
            for (from, to) in words(block) {
                let word = &block[from..to];
                copied.push_str(&block[last..to]);
                if names.iter().any(|name| name == word) {
                    copied.push_str(&format!("_{copy}"));
                }
                last = to;
            }
            copied.push_str(&block[last..]);
            copies.push_str(&copied);
        }
        if text.len() + copies.len() > MOST_BYTES {
            break;
        }
    }
    replaced(text, chosen[0], chosen[0], &copies)
}

fn cut(text: &str, dice: &mut Dice) -> String {
    let mut end = dice.below(text.len().max(1));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    match dice.below(3) {
        0 => text[..end].to_owned(),
        1 => {
            format!(
                "{}{}",
                &text[..end],
                ["{", "}", "\"", "(", "[", "\u{1F600}", "\0", "redo "][dice.below(8)]
            ) + &text[end..]
        }
        _ => text.to_owned(),
    }
}
