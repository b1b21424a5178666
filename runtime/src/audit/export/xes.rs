//! XES (IEEE 1849-2016): one trace per instance, one event per fact, with the standard extensions for names, times,
//! people and life cycles, and the rest of the row as plain attributes.
//!
//! Invariant: whatever people typed, the file is well-formed XML 1.0.

use super::{Case, Chunk, Rows, activity, unwritten};
use crate::error::Result;
use crate::moment;
use crate::store::row::TrailRow;
use std::borrow::Cow;
use std::io::Write;
use wf_plan::Moment;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <global scope="trace">
    <string key="concept:name" value=""/>
  </global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
    <string key="lifecycle:transition" value="complete"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <classifier name="Activity and life cycle" keys="concept:name lifecycle:transition"/>
  <string key="lifecycle:model" value="standard"/>
"#;

/// Writes all rows.
///
/// # Errors
/// When the store fails or nothing can be written.
pub async fn write(rows: &mut Rows, out: &mut impl Write) -> Result<()> {
    out.write_all(HEAD.as_bytes()).map_err(unwritten)?;
    while let Some(chunk) = rows.next().await? {
        part(&chunk, out).map_err(unwritten)?;
    }
    out.write_all(b"</log>\n").map_err(unwritten)
}

fn part(chunk: &Chunk, out: &mut impl Write) -> std::io::Result<()> {
    if chunk.begins {
        out.write_all(b"  <trace>\n")?;
        trace(&chunk.case, out)?;
    }
    for fact in &chunk.facts {
        out.write_all(b"    <event>\n")?;
        event(fact, out)?;
        out.write_all(b"    </event>\n")?;
    }
    if chunk.ends { out.write_all(b"  </trace>\n") } else { Ok(()) }
}

fn trace(case: &Case, out: &mut impl Write) -> std::io::Result<()> {
    let row = &case.row;
    let texts = [
        ("concept:name", Some(&row.id)),
        ("workflow", Some(&row.workflow)),
        ("title", Some(&row.title)),
        ("reference", row.reference.as_ref()),
        ("status", Some(&row.status)),
        ("outcome", row.outcome.as_ref()),
        ("parent", row.parent.as_ref()),
        ("plan", Some(&row.plan_hash)),
    ];
    for (key, value) in texts {
        attribute(out, "    ", "string", key, value.map(String::as_str))?;
    }
    attribute(out, "    ", "int", "version", Some(&case.version.to_string()))
}

fn event(fact: &TrailRow, out: &mut impl Write) -> std::io::Result<()> {
    let activity = activity::of(fact);
    let inside = "      ";
    attribute(out, inside, "string", "concept:name", Some(&activity.name))?;
    attribute(out, inside, "date", "time:timestamp", Some(&moment::iso(Moment(fact.at_ms))))?;
    attribute(out, inside, "string", "lifecycle:transition", Some(activity.transition))?;
    let texts = [
        ("org:resource", fact.person.as_deref()),
        ("org:role", fact.role.as_deref()),
        ("fact", Some(fact.fact.as_str())),
        ("node", fact.node.as_deref()),
        ("channel", fact.channel.as_deref()),
        ("external_id", fact.external_id.as_deref()),
        ("offered", fact.alternatives_shown.as_deref()),
        ("chosen", fact.alternative_chosen.as_deref()),
        ("forced_reason", fact.forced_reason.as_deref()),
        ("detail", Some(fact.detail.as_str()).filter(|detail| !detail.is_empty())),
        ("source", fact.source.as_deref()),
        ("hash", Some(fact.hash.as_str())),
    ];
    for (key, value) in texts {
        attribute(out, inside, "string", key, value)?;
    }
    attribute(out, inside, "int", "row", Some(&fact.sequence.to_string()))?;
    attribute(out, inside, "int", "copy", fact.copy.map(|copy| copy.to_string()).as_deref())
}

fn attribute(
    out: &mut impl Write,
    inside: &str,
    kind: &str,
    key: &str,
    value: Option<&str>,
) -> std::io::Result<()> {
    match value {
        Some(value) => writeln!(out, "{inside}<{kind} key=\"{key}\" value=\"{}\"/>", escaped(value)),
        None => Ok(()),
    }
}

/// A text as the value of an attribute. What XML 1.0 cannot hold becomes U+FFFD.
fn escaped(text: &str) -> Cow<'_, str> {
    let plain = |letter: char| {
        !matches!(letter, '<' | '>' | '&' | '"' | '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
    };
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            other if plain(other) => escaped.push(other),
            _ => escaped.push('\u{fffd}'),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_trace_and_its_events() {
        let fact = TrailRow {
            person: Some("anna".to_owned()),
            detail: "less < more\u{0}".to_owned(),
            ..Case::fact_of_a_test(2, "completed", Some("pack"))
        };
        let case = Arc::new(Case::of_a_test());
        let chunk = Chunk { case, begins: true, events: Vec::new(), facts: vec![fact], ends: true };
        let mut out = Vec::new();
        part(&chunk, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in [
            "    <string key=\"concept:name\" value=\"order-1\"/>",
            "    <string key=\"reference\" value=\"O-&lt;1&gt;\"/>",
            "      <string key=\"concept:name\" value=\"pack\"/>",
            "      <date key=\"time:timestamp\" value=\"2026-03-02T09:00:00.002Z\"/>",
            "      <string key=\"lifecycle:transition\" value=\"complete\"/>",
            "      <string key=\"org:resource\" value=\"anna\"/>",
            "      <string key=\"detail\" value=\"less &lt; more\u{fffd}\"/>",
            "      <int key=\"row\" value=\"2\"/>",
        ] {
            assert!(text.lines().any(|there| there == line), "{line}\n{text}");
        }
        assert!(!text.contains("org:role"));
    }

    #[test]
    fn line_ends_survive_an_attribute() {
        assert_eq!(escaped("a\r\n\tb & \"c\""), "a&#13;&#10;&#9;b &amp; &quot;c&quot;");
    }
}
