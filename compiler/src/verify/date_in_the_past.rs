//! WF307: something that is to happen on a date that was already past when this version was first built.
//!
//! Dates that are due or waited for. A date that values are compared with may well lie in the past, and the first date
//! of `starts every` is kept from version to version.

use crate::place::{Place, Problem};
use crate::subject::Subject;
use crate::typed::{Expr, ExprKind, LimitKind, NodeKind};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::Date;
use wf_plan::value::Constant;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF307",
    name: "date-in-the-past",
    severity: Severity::Warning,
    summary: "nothing is due or waited for on a date before this version was first built",
};

/// Fixed dates of deadlines and pauses before the date that `wf.lock` records.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(recorded) = subject.around.recorded else { return Vec::new() };
    let typed = subject.typed;
    let mut dates = Vec::new();
    for line in &typed.deadlines {
        dates.extend(
            line.limits
                .iter()
                .filter_map(|limit| by(&limit.kind))
                .map(|date| (date, "the deadline of", &typed.name)),
        );
    }
    for node in &typed.nodes {
        let limits = node.deadlines.iter().flat_map(|line| &line.limits);
        dates.extend(
            limits.filter_map(|limit| by(&limit.kind)).map(|date| (date, "the deadline of", &node.name)),
        );
        if let NodeKind::PauseUntil(until) = &node.kind {
            dates.extend(fixed(until).map(|date| (date, "the date that ends", &node.name)));
        }
    }
    let past = dates.into_iter().filter(|((date, _), ..)| *date < recorded);
    past.map(|((date, at), what, name)| {
        let version = typed.version;
        let message = format!(
            "{what} `{name}`, {date}, was past when version {version} was first built, on {recorded}"
        );
        Problem::new(&RULE, at, message)
            .with_help("write a date that is ahead, or count from the start: `deadline 5 business days`")
    })
    .collect()
}

fn by(limit: &LimitKind) -> Option<(Date, Place)> {
    match limit {
        LimitKind::By(moment) => fixed(moment),
        LimitKind::Within(..) | LimitKind::EndOf(..) => None,
    }
}

/// The date of an expression that is a date or a moment as written, and its place.
fn fixed(expr: &Expr) -> Option<(Date, Place)> {
    match &expr.kind {
        ExprKind::LocalMoment(date, _) => Some((*date, expr.at)),
        ExprKind::Constant(Constant::Date(date)) => Some((*date, expr.at)),
        ExprKind::StartOfDay(inner) | ExprKind::EndOfDay(inner) => fixed(inner),
        _ => None,
    }
}
