//! A sketch as text, one clause a line, as the formatter would write it.
//!
//! Invariant: every node's header stands two blanks deep and every option four, which `places` relies on.

use super::{
    Alternative, CHILD, Choice, Cond, Field, Input, Join, JoinKind, Kind, Ladder, Late, Node, Policy, Result,
    Sketch, Source,
};
use std::fmt::{self, Write};

const REGIONS: [&str; 3] = ["EU", "UK", "US"];

const PREAMBLE: &str = "role clerk \"Clerk\" { reach email }\n";
const ENUM: &str = "enum Region { EU, UK, US }\n";
const CHILD_TEXT: &str = "
workflow child \"Child\" {
  version 1
  process owner clerk
  decision c { owner clerk; option fine \"Fine\"; option bad \"Bad\" }
  outcome good \"Good\" after c.fine
  outcome evil \"Evil\" after c.bad
  step s { owner clerk; after c.fine, c.bad }
  outcome never_so \"Never\" after s
}

";

/// The text of a sketch.
pub fn write(sketch: &Sketch) -> String {
    let mut text = PREAMBLE.to_owned();
    let forms = sketch.nodes.iter().flat_map(|node| &node.form);
    if forms.chain(&sketch.inputs).any(|kind| *kind == Input::Region) {
        text += ENUM;
    }
    if sketch.nodes.iter().any(|node| matches!(node.kind, Kind::Run)) {
        text += CHILD_TEXT;
    }
    render(sketch, &mut text).unwrap();
    text
}

fn render(sketch: &Sketch, text: &mut String) -> fmt::Result {
    let waits: Vec<&Node> = sketch.nodes.iter().filter(|node| matches!(node.kind, Kind::Wait(_))).collect();
    writeln!(text, "system desk = console {{")?;
    writeln!(text, "  carries personal\n  field note: text")?;
    for wait in waits {
        let fields: Vec<String> =
            wait.form.iter().enumerate().map(|(at, kind)| format!("f{at}: {}", type_of(*kind))).collect();
        writeln!(text, "  event \"{}\" {{ {} }}", wait.name, fields.join(", "))?;
    }
    writeln!(text, "}}")?;
    for node in &sketch.nodes {
        if let Some(ladder) = &node.ladder {
            write_ladder(sketch, node, ladder, text)?;
        }
    }
    writeln!(text, "\nworkflow main \"Main\" {{\n  version 1\n  process owner clerk")?;
    let inputs = sketch.inputs.iter().enumerate();
    let inputs: String = inputs.map(|(at, kind)| format!("; i{at}: {}", type_of(*kind))).collect();
    writeln!(text, "  input {{ key: text key of desk{inputs} }}")?;
    for node in &sketch.nodes {
        write_node(sketch, node, text)?;
    }
    writeln!(text, "}}")?;
    if !sketch.policies.is_empty() {
        writeln!(text, "\npolicy rules \"Rules\" {{\n  applies to workflows main")?;
        for policy in &sketch.policies {
            writeln!(text, "  {}", policy_text(sketch, policy))?;
        }
        writeln!(text, "}}")?;
    }
    Ok(())
}

fn type_of(kind: Input) -> &'static str {
    match kind {
        Input::Region => "Region",
        Input::Flag => "bool",
        Input::Number => "number",
        Input::Names => "list of text",
    }
}

fn write_ladder(sketch: &Sketch, node: &Node, ladder: &Ladder, text: &mut String) -> fmt::Result {
    writeln!(text, "escalation ladder_{} {{\n  {}\n  level 1 {{", node.name, ladder.trigger)?;
    writeln!(text, "    ask clerk \"How does it go on?\" {{")?;
    for (at, alternative) in ladder.alternatives.iter().enumerate() {
        let outcome = |to: &usize| format!("outcome {}", sketch.nodes[*to].name);
        let action = match alternative {
            Alternative::Resume => "resume".to_owned(),
            Alternative::Extend => "extend deadline by 2 days".to_owned(),
            Alternative::Skip => "skip".to_owned(),
            Alternative::Complete => "complete".to_owned(),
            Alternative::Choose(option) => format!("choose o{option}"),
            Alternative::Outcome(to) => outcome(to),
            Alternative::SkipAndOutcome(to) => format!("skip; {}", outcome(to)),
            Alternative::CompleteAndOutcome(to) => format!("complete; {}", outcome(to)),
        };
        writeln!(text, "      alternative \"Way {at}\" {{ {action} }}")?;
    }
    writeln!(text, "    }}")?;
    if let Some(otherwise) = ladder.otherwise {
        writeln!(text, "    decide within 2 days otherwise \"Way {otherwise}\"")?;
    }
    writeln!(text, "  }}\n}}")
}

fn write_outcome(
    sketch: &Sketch,
    node: &Node,
    any_time: Option<Option<usize>>,
    after: Option<String>,
    text: &mut String,
) -> fmt::Result {
    write!(text, "  outcome {}", node.name)?;
    match (any_time, &after) {
        (Some(until), _) => {
            write!(text, " at any time by clerk")?;
            if let Some(until) = until {
                write!(text, " until {}", sketch.nodes[until].name)?;
            }
        }
        (None, Some(after)) => write!(text, " after {after}")?,
        (None, None) => {}
    }
    if !node.reads.is_empty() {
        write!(text, " {{ note desk \"{}\" }}", reading(sketch, &node.reads))?;
    }
    writeln!(text)
}

fn write_node(sketch: &Sketch, node: &Node, text: &mut String) -> fmt::Result {
    let after = node.after.as_ref().map(|join| join_text(sketch, join, true));
    if let Kind::Outcome { any_time } = &node.kind {
        return write_outcome(sketch, node, *any_time, after, text);
    }
    let (keyword, is_work) = match &node.kind {
        Kind::Step => ("step", true),
        Kind::Decision { .. } => ("decision", true),
        Kind::Converge => ("converge", false),
        Kind::Wait(_) => ("wait", false),
        Kind::Pause => ("pause", false),
        Kind::Run | Kind::Outcome { .. } => ("run", false),
    };
    writeln!(text, "  {keyword} {} {{", node.name)?;
    let mut line = |line: String| writeln!(text, "    {line}");
    if is_work {
        line("owner clerk".to_owned())?;
    }
    match &node.kind {
        Kind::Wait(_) => line(format!("for desk \"{}\"", node.name))?,
        Kind::Pause => line("for 2 days".to_owned())?,
        Kind::Run => line("workflow child".to_owned())?,
        _ => {}
    }
    if let Some(after) = after {
        line(format!("after {after}"))?;
    }
    if let Some(when) = &node.when {
        line(format!("when {}", cond_text(sketch, when)))?;
    }
    if let Some(list) = node.for_each {
        line(format!("for each one in i{list}"))?;
    }
    if !matches!(node.kind, Kind::Converge | Kind::Pause) {
        match node.deadline_after {
            Some(of) => line(format!("deadline 3 days after {}", sketch.nodes[of].name))?,
            None => line("deadline 3 days".to_owned())?,
        }
    }
    if node.optional {
        line("optional".to_owned())?;
    }
    if is_work && !node.form.is_empty() {
        let fields: Vec<String> =
            node.form.iter().enumerate().map(|(at, kind)| format!("f{at}: {}", type_of(*kind))).collect();
        line(format!("form {{ {} }}", fields.join(", ")))?;
    }
    if !node.reads.is_empty() {
        line(format!("say \"{}\"", reading(sketch, &node.reads)))?;
    }
    if !node.reads_done.is_empty() {
        line(format!("on done {{ note desk \"{}\" }}", reading(sketch, &node.reads_done)))?;
    }
    if let Some((to, most, otherwise)) = node.redo {
        let names = (&sketch.nodes[to].name, &sketch.nodes[otherwise].name);
        line(format!("redo {} at most {} otherwise outcome {}", names.0, times(most), names.1))?;
    }
    if node.ladder.is_some() {
        line(format!("escalate ladder_{}", node.name))?;
    }
    write_ways(sketch, node, text)?;
    writeln!(text, "  }}")
}

/// What stands last: options, and what lateness does.
fn write_ways(sketch: &Sketch, node: &Node, text: &mut String) -> fmt::Result {
    let mut line = |line: String| writeln!(text, "    {line}");
    match &node.kind {
        Kind::Wait(Some(Late::Skip)) => line("if late skip".to_owned())?,
        Kind::Wait(Some(Late::GoOn)) => line("if late go on".to_owned())?,
        Kind::Wait(Some(Late::Outcome(to))) => line(format!("if late outcome {}", sketch.nodes[*to].name))?,
        Kind::Decision { options, if_late } => {
            for (at, option) in options.iter().enumerate() {
                line(option_text(sketch, at, option))?;
            }
            if let Some(option) = if_late {
                line(format!("if late choose o{option}"))?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn times(count: u16) -> String {
    if count == 1 { "1 time".to_owned() } else { format!("{count} times") }
}

fn option_text(sketch: &Sketch, at: usize, option: &Choice) -> String {
    let mut text = format!("option o{at} \"Option {at}\"");
    if let Some(when) = &option.when {
        text += &format!(" when {}", cond_text(sketch, when));
    }
    if option.needs > 1 {
        text += &format!(" needs {}", option.needs);
    }
    if let Some((to, most)) = option.redo {
        text += &format!(" redo {} at most {}", sketch.nodes[to].name, times(most));
    }
    text
}

fn join_text(sketch: &Sketch, join: &Join, outermost: bool) -> String {
    let sources: Vec<String> = join.sources.iter().map(|source| source_text(sketch, source)).collect();
    let list = sources.join(", ");
    let text = match join.kind {
        JoinKind::All => list,
        JoinKind::Any => format!("any of {list}"),
        JoinKind::AtLeast(count) => format!("{count} of {list}"),
        JoinKind::AllTaken => format!("all taken of {list}"),
    };
    if outermost { text } else { format!("({text})") }
}

fn source_text(sketch: &Sketch, source: &Source) -> String {
    match source {
        Source::Join(join) => join_text(sketch, join, false),
        Source::Node(node, result) => {
            let name = &sketch.nodes[*node].name;
            match result {
                Result::Bare => name.clone(),
                Result::Done => format!("{name}.done"),
                Result::Skipped => format!("{name}.skipped"),
                Result::Arrived => format!("{name}.arrived"),
                Result::Late => format!("{name}.late"),
                Result::Option(option) => format!("{name}.o{option}"),
                Result::Ended(outcome) => format!("{name}.{}", CHILD[*outcome]),
            }
        }
    }
}

fn field_text(sketch: &Sketch, field: Field) -> String {
    match field {
        Field::Input(at) => format!("i{at}"),
        Field::Form(node, at) => format!("{}.f{at}", sketch.nodes[node].name),
    }
}

fn reading(sketch: &Sketch, fields: &[Field]) -> String {
    fields.iter().map(|field| format!("{{{}}}", field_text(sketch, *field))).collect::<Vec<_>>().join(" ")
}

fn cond_text(sketch: &Sketch, cond: &Cond) -> String {
    let field = |field: &Field| field_text(sketch, *field);
    let inner = |cond: &Cond| match cond {
        Cond::And(..) | Cond::Or(..) => format!("({})", cond_text(sketch, cond)),
        _ => cond_text(sketch, cond),
    };
    match cond {
        Cond::Is(of, at) => format!("{} is {}", field(of), REGIONS[*at]),
        Cond::IsNot(of, at) => format!("{} is not {}", field(of), REGIONS[*at]),
        Cond::OneOf(of, one, other) => {
            format!("{} is one of {}, {}", field(of), REGIONS[*one], REGIONS[*other])
        }
        Cond::Flag(of) => field(of),
        Cond::Less(of, number) => format!("{} < {number}", field(of)),
        Cond::More(of, number) => format!("{} >= {number}", field(of)),
        Cond::Missing(of) => format!("{} is missing", field(of)),
        Cond::Not(cond) => format!("not ({})", cond_text(sketch, cond)),
        Cond::And(one, other) => format!("{} and {}", inner(one), inner(other)),
        Cond::Or(one, other) => format!("{} or {}", inner(one), inner(other)),
    }
}

fn policy_text(sketch: &Sketch, policy: &Policy) -> String {
    let source = |source: &Source| source_text(sketch, source);
    match policy {
        Policy::Before(first, then, skipped, late) => {
            let skipped = if *skipped { " or skipped" } else { "" };
            let late = if *late { " or late" } else { "" };
            format!("always {} before {}{skipped}{late}", source(first), source(then))
        }
        Policy::Never(one, other) => format!("never {} with {}", source(one), source(other)),
        Policy::LeadsTo(one, other) => format!("completing {} leads to {}", source(one), source(other)),
        Policy::EndsIn(outcomes) => {
            let names: Vec<&str> = outcomes.iter().map(|node| sketch.nodes[*node].name.as_str()).collect();
            format!("every run ends in outcome {}", names.join(", "))
        }
    }
}
