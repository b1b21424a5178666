//! `wfrun status`.

use super::context::Common;
use super::opened::open;
use super::screen::{BAD, BOLD, FAINT, GOOD, PRESS, WAITING, json, say};
use super::table::{Table, heading};
use crate::error::{Class, Problem, Result};
use crate::moment;
use crate::opened::Opened;
use crate::store::row::InstanceRow;
use crate::told::{self, state_in_words};
use crate::transition::question_number;
use clap::Args;
use wf_plan::Moment;
use wf_plan::node::NodeKind;
use wf_plan::plan::RoleId;
use wf_vm::state::NodeState;
use wf_vm::view::{Due, NodeView, QuestionView};

/// Shows where an instance stands.
///
/// Its nodes with owners and due dates, what each waits for, the decisions to take, the open questions with their
/// alternatives and the command that answers each, what time will do next, and what could not be delivered.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wfrun status onboarding-1\n  wfrun status ONB-1 --json")]
pub struct Status {
    /// The instance, by id or reference
    instance: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Status {
    pub async fn run(self, common: &Common) -> Result<()> {
        let opened = match open(common, &self.instance).await {
            Err(problem) if problem.class() == Class::Damaged => {
                return Err(explained(common, &self.instance, problem).await);
            }
            opened => opened?,
        };
        let undelivered = opened.engine.store.dead_letters(Some(&opened.instance.id)).await?;
        if self.json {
            json(&told::shown(&told::InstanceTold::of(&opened, &undelivered)));
            return Ok(());
        }
        say(&summary(&opened));
        for incident in opened.engine.store.incidents(Some(&opened.instance.id), false, 1).await? {
            say(&format!(
                "{BAD}set aside{BAD:#} since {}: {}\n{FAINT}time and events pass it by until `wfrun quarantine release {}`{FAINT:#}",
                moment::utc(Moment(incident.opened_at_ms)),
                incident.what,
                opened.instance.id
            ));
        }
        nodes(&opened).iter().for_each(|line| say(line));
        for node in opened.view().nodes.iter().filter(|node| node.state.is_live() && !node.options.is_empty())
        {
            decision(&opened, node).iter().for_each(|line| say(line));
        }
        for question in &opened.view().questions {
            asked(&opened, question).iter().for_each(|line| say(line));
        }
        if let Some(next) = opened.view().next_due {
            let late = next <= opened.engine.clock.now();
            let worker =
                if late { format!("  {WAITING}due: run `wfrun worker`{WAITING:#}") } else { String::new() };
            say(&format!(
                "\n{FAINT}time changes something next{FAINT:#} {}{worker}",
                opened.ready.local.full(next)
            ));
        }
        for (_, number, to, why) in undelivered {
            say(&format!("{BAD}not delivered{BAD:#} letter {number} to {to}: {why}"));
        }
        opened.engine.store.close().await;
        Ok(())
    }
}

/// Why an instance cannot even be shown, and what to do.
async fn explained(common: &Common, name: &str, problem: Problem) -> Problem {
    let since = async {
        let engine = common.engine().await?;
        let id = engine.find(name).await?.id;
        Ok::<_, Problem>(engine.store.incidents(Some(&id), false, 1).await?.into_iter().next())
    };
    match since.await {
        Ok(Some(incident)) => problem.help(format!(
            "it is set aside since {}; `wfrun audit verify` names what is damaged; once that is repaired: \
             `wfrun quarantine release {}`",
            moment::utc(Moment(incident.opened_at_ms)),
            incident.instance
        )),
        _ => problem,
    }
}

fn summary(opened: &Opened) -> String {
    let (view, local, instance) = (opened.view(), &opened.ready.local, &opened.instance);
    let program = opened.ready.program();
    let reference =
        instance.reference.as_ref().map_or_else(String::new, |reference| format!("  {reference}"));
    let started =
        view.started.map_or_else(String::new, |started| format!(", started {}", local.full(started)));
    let by = view.starter.as_ref().map_or_else(String::new, |starter| format!(" by {starter}"));
    format!(
        "{BOLD}{}{BOLD:#}{reference}  {}\n{FAINT}{}, version {}{started}{by}{FAINT:#}\n{}",
        instance.id,
        instance.title,
        program.label,
        program.version,
        standing(opened, instance)
    )
}

fn standing(opened: &Opened, instance: &InstanceRow) -> String {
    let local = &opened.ready.local;
    let ended = instance.ended_at_ms.map_or_else(String::new, |at| format!(", {}", local.full(Moment(at))));
    match (instance.status.as_str(), &instance.outcome) {
        ("running", _) => format!("{GOOD}running{GOOD:#}{}", due(opened, opened.view().due, ", due ")),
        (_, Some(name)) => {
            let label = opened
                .ready
                .program()
                .nodes
                .iter()
                .find(|node| node.name == *name)
                .map(|node| node.label.as_str());
            format!("{GOOD}ended: {}{GOOD:#} ({name}){ended}", label.unwrap_or(name))
        }
        (status, None) => format!("{WAITING}{status}{WAITING:#}{ended}"),
    }
}

fn due(opened: &Opened, due: Due, lead: &str) -> String {
    match due {
        Due::Never => String::new(),
        Due::Paused => format!("{lead}paused"),
        Due::At(moment) => format!("{lead}{}", opened.ready.local.full(moment)),
    }
}

fn nodes(opened: &Opened) -> Vec<String> {
    let mut table = Table::new(&["state", "node", "", "owner", "due", ""]);
    for node in &opened.view().nodes {
        let declared = opened.ready.program().nodes.get(node.place.node.index());
        let is_outcome = declared.is_some_and(|declared| matches!(declared.kind, NodeKind::Outcome(_)));
        if is_outcome && !node.state.is_done() {
            continue;
        }
        let name = match (node.place.copy, &node.element) {
            (Some(copy), Some(element)) => format!("{}:{} {element}", node.name, copy + 1),
            (Some(copy), None) => format!("{}:{}", node.name, copy + 1),
            (None, _) => node.name.clone(),
        };
        let overdue = if node.overdue { " overdue" } else { "" };
        let live = node.state.is_live();
        table.row(vec![
            format!("{}{overdue}", state_in_words(node)),
            name,
            node.label.clone(),
            if live { node.owner.clone() } else { node.done_by.join(", ") },
            if live { due(opened, node.due, "") } else { String::new() },
            note(opened, node),
        ]);
    }
    std::iter::once(String::new()).chain(table.lines("  ")).collect()
}

/// What a node waits for, or since when it is settled.
fn note(opened: &Opened, node: &NodeView) -> String {
    let program = opened.ready.program();
    let names = |nodes: &[wf_plan::plan::NodeId]| {
        let names =
            nodes.iter().filter_map(|node| program.nodes.get(node.index())).map(|node| node.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let round = if node.round > 1 { format!("round {}; ", node.round) } else { String::new() };
    let text = match node.state {
        NodeState::Waiting if !node.waits_for.is_empty() => format!("after {}", names(&node.waits_for)),
        NodeState::Blocked => {
            let whom = node.waiting_on.and_then(|role| program.roles.get(role.index()));
            let whom = whom.map_or_else(String::new, |role| format!("waiting on {}: ", role.name));
            format!("{whom}{}", node.block_reason.as_deref().unwrap_or_default())
        }
        NodeState::Active => {
            node.claimed_by.as_ref().map_or_else(String::new, |person| format!("claimed by {person}"))
        }
        state if state.is_settled() => {
            node.since.map_or_else(String::new, |since| opened.ready.local.full(since))
        }
        _ => String::new(),
    };
    format!("{round}{text}")
}

/// One person who may act, for the command that is shown.
fn somebody(opened: &Opened, roles: &[RoleId]) -> String {
    let people = opened.engine.people(&opened.ready);
    let first = roles.iter().flat_map(|role| people.reached(*role)).next();
    first.map_or_else(String::new, |person| format!(" --by {person}"))
}

fn decision(opened: &Opened, node: &NodeView) -> Vec<String> {
    let declared = opened.ready.program().nodes.get(node.place.node.index()).map(|node| &node.kind);
    let Some(NodeKind::Decision(decision)) = declared else { return Vec::new() };
    let mut lines = vec![heading(&format!("To decide: {} ({})", node.label, node.owner))];
    for option in node.options.iter().filter_map(|option| decision.options.get(usize::from(*option))) {
        let needs = if option.needs > 1 { format!("  needs {} people", option.needs) } else { String::new() };
        let reason = if option.needs_reason { "  needs --reason" } else { "" };
        lines.push(format!(
            "  {PRESS}{}.{}{PRESS:#}  {}{FAINT}{needs}{reason}{FAINT:#}",
            node.name, option.name, option.label
        ));
    }
    let by = somebody(opened, &node.owner_roles);
    lines.push(format!("  {FAINT}wfrun choose {} {}.OPTION{by}{FAINT:#}", opened.instance.id, node.name));
    lines
}

fn asked(opened: &Opened, question: &QuestionView) -> Vec<String> {
    let roles = question.asked.iter().filter_map(|role| opened.ready.program().roles.get(role.index()));
    let roles: Vec<&str> = roles.map(|role| role.name.as_str()).collect();
    let id = format!("{}/q{}", opened.instance.id, question_number(question.id));
    let expired =
        if question.expired { format!("  {BAD}nobody decided in time{BAD:#}") } else { String::new() };
    let mut lines = vec![
        heading(&format!("Question {id}: {}", question.text)),
        format!(
            "  {FAINT}about {}, asked of {} on {}{FAINT:#}{expired}",
            question.label,
            roles.join(", "),
            opened.ready.local.full(question.since)
        ),
    ];
    let all = question.alternatives.iter().chain(&question.suggestions).enumerate();
    lines.extend(all.map(|(at, label)| format!("  {PRESS}{}{PRESS:#}  {label}", at + 1)));
    let by = somebody(opened, &question.asked);
    lines.push(format!("  {FAINT}wfrun answer {id} NUMBER{by}   or --words \"…\"{FAINT:#}"));
    lines
}
