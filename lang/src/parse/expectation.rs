//! Syntax errors in words: what was expected at a place, and what stands there.
//!
//! The grammar names rules; here each becomes something a process owner would say. Invariant: a message
//! never shows a rule's name.

use super::grammar::{self, Rule};
use super::statement::closest;
use pest::error::{Error, ErrorVariant, InputLocation};

/// What the grammar could not read.
pub(super) struct Failure {
    /// Where, as an offset in the slice.
    pub(super) at: usize,
    /// The length of what stands there.
    pub(super) length: usize,
    /// The message.
    pub(super) message: String,
    /// The short text at the place.
    pub(super) label: String,
    /// The word that was probably meant.
    pub(super) meant: Option<String>,
    /// The cure, where one is known.
    pub(super) help: Option<String>,
    /// Whether the grammar gave up for having been called too often.
    pub(super) gave_up: bool,
}

/// Puts the grammar's error into words. `behind` says what may follow the slice: the end of the line or `{`.
pub(super) fn explain(slice: &str, error: &Error<Rule>, behind: &str) -> Failure {
    let at = match error.location {
        InputLocation::Pos(at) => at,
        InputLocation::Span((at, _)) => at,
    };
    let (rules, gave_up): (&[Rule], bool) = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => (positives, false),
        ErrorVariant::CustomError { .. } => (&[], true),
    };
    let rest = slice.get(at..).unwrap_or("");
    if rules.contains(&Rule::unit) && found_word(rest) == "business" {
        return business_unit(at, rest);
    }
    let found = found_word(rest);
    let mut expected: Vec<String> = Vec::new();
    for phrase in rules.iter().map(|rule| phrase(*rule, behind)) {
        if !expected.contains(&phrase) {
            expected.push(phrase);
        }
    }
    let end = behind.to_owned();
    // The end is expected almost everywhere; it is worth saying only if nothing else is.
    if expected.len() > 1 {
        expected.retain(|phrase| *phrase != end);
    }
    // `is` is one of the operators, and a `(` is never the only cure.
    if expected.iter().any(|phrase| phrase == OPERATOR) {
        expected.retain(|phrase| phrase != "`is`");
    }
    if expected.len() > 1 {
        expected.retain(|phrase| phrase != "`(`");
    }
    expected.truncate(MOST_EXPECTATIONS);
    let meant = closest(found, rules.iter().flat_map(|rule| candidates(*rule)));
    // A word that begins an expected phrase is not misspelt: what follows it is wrong.
    let meant = meant.filter(|meant| *meant != found).map(str::to_owned);
    let found_phrase = if found.is_empty() { "the end of the line".to_owned() } else { format!("`{found}`") };
    let expected = or_list(&expected);
    let message = if rest.is_empty() {
        format!("something is missing here: expected {expected}")
    } else if expected == end {
        format!("{found_phrase} is too much here: expected {expected}")
    } else {
        format!("expected {expected}, found {found_phrase}")
    };
    Failure {
        at,
        length: found.len(),
        message,
        label: format!("expected {expected}"),
        help: meant.is_none().then(|| help(slice, at, found)).flatten(),
        meant,
        gave_up,
    }
}

/// `business` was read; what follows it is neither days nor hours.
fn business_unit(at: usize, rest: &str) -> Failure {
    let behind = rest.get("business".len()..).unwrap_or("");
    let blanks = behind.len() - behind.trim_start().len();
    let found = found_word(behind.trim_start());
    let label = "expected `business days` or `business hours`".to_owned();
    let message = match found {
        "" => format!("something is missing here: {label}"),
        _ => format!("{label}, found `business {found}`"),
    };
    let meant = closest(found, ["days", "hours"].into_iter()).map(str::to_owned);
    let at = at + "business".len() + blanks;
    Failure { at, length: found.len(), message, label, help: None, meant, gave_up: false }
}

const MOST_EXPECTATIONS: usize = 5;

/// Cures for mistakes that are made often.
fn help(slice: &str, at: usize, found: &str) -> Option<String> {
    let before = slice.get(..at)?.trim_end();
    if let Some(text) = join_help(before, found) {
        return Some(text.to_owned());
    }
    let text = match found {
        "-" => "put a blank on both sides of `-`",
        "==" | "=" => "write `is` to compare",
        "!" | "!=" => "write `is not` to compare",
        "&" | "&&" => "write `and`",
        "|" | "||" => "write `or`",
        "}" => "write `\\}` for a brace in a text",
        "\\" => "the escapes are `\\\"`, `\\\\`, `\\n`, `\\{` and `\\}`",
        "'" | "\u{201c}" | "\u{201d}" | "\u{201e}" => "put texts in straight quotation marks: `\"…\"`",
        "" if before.ends_with(',') => {
            "the comma at the line's end announces more: go on, indented, on the next line, or take it out"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// Cures for what people write who join nodes in their own words.
fn join_help(before: &str, found: &str) -> Option<&'static str> {
    let mut words = before.split(|c: char| c.is_whitespace() || c == '(').filter(|word| !word.is_empty());
    let is_after = matches!(words.next()?, "after" | "outcome")
        && (before.starts_with("after") || words.any(|word| word == "after"));
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next()?;
    match (last, found) {
        _ if !is_after => None,
        ("all", _) => Some(
            "`after a, b` waits for all of them; `after all taken of a, b` only for those that are started in this run",
        ),
        ("any", "of") if before.contains(',') => {
            Some("put the inner group in parentheses: `after a, (any of b, c)`")
        }
        ("any", _) => Some("write `after any of a, b` to go on with the first of them"),
        (_, "and") => Some("put a comma between them: `after a, b` waits for both"),
        (_, "or") => Some("write `after any of a, b` to go on with the first of them"),
        _ => None,
    }
}

/// What stands at the start of `rest`: a word, or one sign.
fn found_word(rest: &str) -> &str {
    let Some(first) = rest.chars().next() else { return "" };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_sign = |c: char| matches!(c, '=' | '!' | '&' | '|');
    let length = if is_word(first) {
        rest.find(|c| !is_word(c)).unwrap_or(rest.len())
    } else if is_sign(first) {
        rest.find(|c| !is_sign(c)).unwrap_or(rest.len())
    } else {
        first.len_utf8()
    };
    rest.get(..length.min(60)).unwrap_or_else(|| rest.get(..first.len_utf8()).unwrap_or(""))
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn or_list(phrases: &[String]) -> String {
    match phrases {
        [] => "something else".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What a rule reads, in words.
fn phrase(rule: Rule, behind: &str) -> String {
    if let Some(word) = grammar::keyword(rule) {
        return format!("`{word}`");
    }
    if rule == Rule::EOI {
        return behind.to_owned();
    }
    let words =
        phrase_of_part(rule).or_else(|| phrase_of_expression(rule)).or_else(|| phrase_of_clause(rule));
    match (words, grammar::symbol(rule)) {
        (Some(words), _) => words.to_owned(),
        (None, Some(sign)) => format!("`{sign}`"),
        (None, None) => word_of(rule).unwrap_or_else(|| "something else".to_owned()),
    }
}

/// Names, literals and other small parts.
fn phrase_of_part(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        // Outside of expressions a number with a fraction only begins a duration.
        Rule::duration | Rule::takes_range | Rule::number => "a duration such as `5 business days`",
        Rule::unit => "a unit such as `days` or `business days`",
        Rule::whole | Rule::signed | Rule::bare_duration => "a number",
        Rule::currency => "a currency such as `EUR`",
        Rule::money => "an amount such as `50_000 EUR`",
        Rule::name | Rule::name_list | Rule::enum_value | Rule::tagged_list => "a name",
        Rule::path | Rule::use_path | Rule::node_path | Rule::reach_item => "a name",
        Rule::use_list => "names in braces",
        Rule::text => "a text in quotation marks",
        Rule::interpolation | Rule::escape | Rule::text_piece | Rule::long_piece | Rule::s_quote => {
            "the text's closing quotation mark"
        }
        Rule::draft | Rule::message_use => "a text in quotation marks",
        Rule::who => "who it is: a role, `owner`, `process owner` or `starter`",
        Rule::owner_word | Rule::starter_word | Rule::process_owner_word => "a role or `owner`",
        Rule::waiting_on_word => "`waiting on`",
        Rule::date => "a date such as `2026-12-24`",
        Rule::yearly_date => "a month and a day such as `12-24`",
        Rule::time => "a time such as `09:00`",
        Rule::moment => "a date and a time such as `2026-12-24 09:00`",
        Rule::weekday | Rule::day_range => "a weekday such as `monday`",
        Rule::time_range => "hours such as `09:00 to 13:00`",
        Rule::type_ref | Rule::list_words => "a type such as `text`, `date` or `money EUR`",
        Rule::field | Rule::plain_field | Rule::parameter => "a field such as `signed_on: date`",
        Rule::optional_mark => "`?`",
        Rule::parameters | Rule::arguments => "a list in parentheses",
        Rule::assignment => "a value such as `name = value`",
        Rule::with | Rule::with_clause => "`with { … }`",
        _ => return None,
    })
}

/// Expressions and joins.
fn phrase_of_expression(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::disjunction
        | Rule::conjunction
        | Rule::not
        | Rule::comparison
        | Rule::sum
        | Rule::product
        | Rule::paren
        | Rule::list
        | Rule::record_literal
        | Rule::aggregate
        | Rule::boolean => "a value or a condition",
        Rule::or_operator
        | Rule::and_operator
        | Rule::comparison_operator
        | Rule::sum_operator
        | Rule::product_operator
        | Rule::missing_tail
        | Rule::one_of_tail => OPERATOR,
        Rule::join_any
        | Rule::join_all
        | Rule::join_count
        | Rule::join_all_taken
        | Rule::join_group
        | Rule::source => "the nodes it waits for, such as `contract` or `any of a, b`",
        _ => return None,
    })
}

/// Clauses and words of statements.
fn phrase_of_clause(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::target => "a node, `decision.option` or `step tagged …`",
        Rule::deadline_earlier
        | Rule::deadline_end_of
        | Rule::deadline_by
        | Rule::deadline_after
        | Rule::deadline_from_start => "a deadline such as `5 business days` or `by …`",
        Rule::event_word => "`start`, `done`, `skip`, `block` or `overdue`",
        Rule::state_word => "`active`, `waiting`, `blocked`, `done`, `skipped` or `not taken`",
        Rule::period_word => "a period such as `day` or `monday`",
        Rule::node_kind_word => "`step` or `decision`",
        Rule::keep_words => "`keep their version`",
        Rule::move_words => "`move to this version when compatible`",
        Rule::moved_clause => "`moved to the next working day`",
        Rule::paused_while => "`paused while …`",
        Rule::needs_reason => "`needs reason`",
        Rule::needs_count => "`needs` and a number",
        Rule::personal_mark => "`personal`",
        Rule::secret_mark => "`secret`",
        Rule::key_of => "`key of`",
        Rule::times_clause => "how many times",
        Rule::or_skipped => "`or skipped`",
        Rule::or_late => "`or late`",
        Rule::if_late_go_on => "`go on`",
        Rule::if_late_skip => "`skip`",
        _ => return None,
    })
}

const OPERATOR: &str = "an operator such as `is` or `and`";

/// The words of rules that are named after what they read: `all_word`, `at_most`, `when_clause`.
fn word_of(rule: Rule) -> Option<String> {
    let name = format!("{rule:?}");
    let word = name.strip_suffix("_word").or_else(|| name.strip_suffix("_clause"))?;
    Some(format!("`{}`", word.replace('_', " ")))
}

/// The words that a rule might have read, for "did you mean".
fn candidates(rule: Rule) -> Vec<&'static str> {
    if let Some(word) = grammar::keyword(rule) {
        return vec![word];
    }
    let words: &[&str] = match rule {
        Rule::unit => &["minutes", "hours", "days", "weeks", "months", "years", "business"],
        Rule::weekday => WEEKDAYS,
        Rule::period_word => {
            &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "day"]
        }
        Rule::event_word => &["start", "done", "skip", "block", "overdue"],
        Rule::state_word => &["active", "waiting", "blocked", "done", "skipped", "not"],
        Rule::node_kind_word => &["step", "decision"],
        Rule::urgent_word => &["urgent"],
        Rule::personal_mark => &["personal"],
        Rule::secret_mark => &["secret"],
        Rule::keep_words | Rule::move_words => &["keep", "move"],
        Rule::moved_clause => &["moved"],
        Rule::blocked_word => &["blocked"],
        Rule::paused_word => &["paused"],
        Rule::all_word => &["all"],
        Rule::any_word => &["any"],
        Rule::never_word => &["never"],
        Rule::deadline_word => &["deadline"],
        Rule::escalation_word => &["escalation"],
        Rule::reminder_word => &["reminder"],
        Rule::weekends_word => &["weekends"],
        Rule::holidays_word => &["holidays"],
        Rule::and_operator => &["and"],
        Rule::if_late_skip => &["skip"],
        Rule::if_late_go_on => &["go"],
        Rule::needs_reason => &["needs"],
        _ => &[],
    };
    words.to_vec()
}

const WEEKDAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
