//! Tests: the start and what happens behind it, line by line.
//!
//! Each statement keeps its own words, so that a report can show the line without the file. Invariant: a line that
//! speaks of several nodes where one would do is one statement for each of them, in order.

use super::Lowering;
use super::block::{Fits, Inside};
use crate::hir::{Name, TestDecl, TestStart, TestStatement, TestStatementKind, TestTarget};
use wf_lang::ast::{self, Kind, View};

impl Lowering {
    pub(super) fn test(&mut self, view: ast::Test<'_>) -> TestDecl {
        let mut test = TestDecl::default();
        let title = view.title().and_then(ast::Text::plain).unwrap_or_default();
        let inside = Inside { kind: "test", name: &title };
        for statement in self.sort_out(inside, view.statements(), test_fits) {
            match ast::TestAct::cast(statement) {
                Some(ast::TestAct::TestStart(start)) => test.start = self.test_start(start),
                Some(act) => self.test_act(act, &mut test.statements),
                None => {}
            }
        }
        test
    }

    fn test_start(&mut self, view: ast::TestStart<'_>) -> Option<crate::hir::Placed<TestStart>> {
        let workflow = self.needed(view.workflow()).map(|name| self.name(name))?;
        let date = self.maybe_name(view.date());
        let time = self.maybe_name(view.time());
        let with = self.with(view.with());
        let by = self.maybe_name(view.by().and_then(ast::ByClause::role));
        Some(self.placed(view.span(), TestStart { workflow, date, time, with, by }))
    }

    fn test_act(&mut self, act: ast::TestAct<'_>, statements: &mut Vec<TestStatement>) {
        let at = self.at(act.span());
        let by = self.maybe_name(act.by());
        let text = act.node().text().split_whitespace().collect::<Vec<_>>().join(" ");
        let kinds = match act {
            ast::TestAct::TestUnblock(view) => {
                self.targets(view.targets()).into_iter().map(TestStatementKind::Unblock).collect()
            }
            ast::TestAct::TestAcknowledge(view) => {
                self.targets(view.targets()).into_iter().map(TestStatementKind::Acknowledge).collect()
            }
            act => {
                let kind = match expects(act) {
                    true => self.expectation(act),
                    false => self.act(act, by.clone()),
                };
                self.needed(kind).into_iter().collect::<Vec<_>>()
            }
        };
        statements.extend(kinds.into_iter().map(|kind| {
            let by = by.clone().filter(|_| !keeps_who_acts(&kind));
            TestStatement { at, text: text.clone(), by, kind }
        }));
    }

    /// What people and systems do, and time that passes.
    fn act(&mut self, act: ast::TestAct<'_>, by: Option<Name>) -> Option<TestStatementKind> {
        Some(match act {
            ast::TestAct::TestComplete(view) => TestStatementKind::Complete {
                targets: self.targets(view.targets()),
                after: view.after().and_then(|after| self.duration(Some(after))),
                with: self.with(view.with()),
                by,
            },
            ast::TestAct::TestBlock(view) => {
                let target = self.target(view.target()?)?;
                let waiting_on = self.maybe_name(view.waiting_on());
                TestStatementKind::Block { target, reason: words(view.reason()), waiting_on }
            }
            ast::TestAct::TestSkip(view) => {
                TestStatementKind::Skip { target: self.target(view.target()?)?, reason: words(view.reason()) }
            }
            ast::TestAct::TestComment(view) => {
                TestStatementKind::Comment { target: self.target(view.target()?)?, text: words(view.text()) }
            }
            ast::TestAct::TestReassign(view) => {
                let target = self.target(view.target()?)?;
                TestStatementKind::Reassign { target, to: self.maybe_name(view.role())? }
            }
            ast::TestAct::TestChoose(view) => return self.choose(view, by),
            ast::TestAct::TestAnswer(view) => TestStatementKind::Answer { text: words(view.text()), by },
            ast::TestAct::TestCorrect(view) => {
                let field = self.path(view.field()?);
                TestStatementKind::Correct { field, value: self.maybe_expression(view.span(), view.value()) }
            }
            ast::TestAct::TestReopen(view) => TestStatementKind::Reopen(self.target(view.target()?)?.node),
            ast::TestAct::TestEvent(view) => {
                let (system, event) = view.system().zip(view.event())?;
                let (system, event) = (self.name(system), self.label(event));
                TestStatementKind::Event { system, event, with: self.with(view.with()) }
            }
            ast::TestAct::TestWait(view) => TestStatementKind::Wait(self.duration(view.duration())?),
            ast::TestAct::TestWaitUntil(view) => TestStatementKind::WaitUntil {
                date: self.maybe_name(view.date())?,
                time: self.maybe_name(view.time()),
            },
            _ => return None,
        })
    }

    fn choose(&mut self, view: ast::TestChoose<'_>, by: Option<Name>) -> Option<TestStatementKind> {
        if let Some(label) = view.alternative() {
            return Some(TestStatementKind::ChooseAlternative { label: self.label(label), by });
        }
        let target = view.target()?;
        let decision = self.maybe_name(target.name())?;
        let because = view.because().and_then(ast::Text::plain);
        let Some(option) = self.maybe_name(target.result()) else {
            return Some(TestStatementKind::End { outcome: decision, by, because });
        };
        Some(TestStatementKind::Choose { decision, option, by, because })
    }

    fn expectation(&mut self, act: ast::TestAct<'_>) -> Option<TestStatementKind> {
        Some(match act {
            ast::TestAct::ExpectState(view) => {
                let target = self.target(view.target()?)?;
                let state = self.maybe_name(view.state_token())?;
                let text = state.text.split_whitespace().collect::<Vec<_>>().join(" ");
                TestStatementKind::ExpectState { target, state: Name { text, ..state } }
            }
            ast::TestAct::ExpectAsks(view) => TestStatementKind::ExpectAsks {
                node: self.target(view.target()?)?.node,
                role: self.who_name(view.who()?)?,
                alternatives: self.count(view.alternatives()).map(|count| count.value),
            },
            ast::TestAct::ExpectMessage(view) => TestStatementKind::ExpectMessage {
                role: self.who_name(view.to()?)?,
                channel: self.maybe_name(view.via()),
                containing: view.containing().and_then(ast::Text::plain),
                times: self.count(view.times()).map(|count| count.value),
            },
            ast::TestAct::ExpectNoMessage(view) => {
                TestStatementKind::ExpectNoMessage(self.duration(view.duration())?)
            }
            ast::TestAct::ExpectDue(view) => {
                let target = self.target(view.target()?)?;
                if view.is_paused() {
                    return Some(TestStatementKind::ExpectDuePaused(target));
                }
                let date = self.maybe_name(view.date())?;
                TestStatementKind::ExpectDue { target, date, time: self.maybe_name(view.time()) }
            }
            ast::TestAct::ExpectField(view) => {
                let (system, field) = self.two_names(view.field()?)?;
                let value = self.maybe_expression(view.span(), view.value());
                TestStatementKind::ExpectSystem { system, field, value }
            }
            ast::TestAct::ExpectOutcome(view) => {
                let outcome = self.maybe_name(view.outcome())?;
                let within = view.within().and_then(|within| self.duration(Some(within)));
                TestStatementKind::ExpectOutcome { outcome, within }
            }
            ast::TestAct::ExpectNoOutcome(_) => TestStatementKind::ExpectNoOutcome,
            _ => return None,
        })
    }

    fn who_name(&mut self, who: ast::Who<'_>) -> Option<Name> {
        let mut path = self.who_path(who).into_iter();
        path.next().filter(|_| path.next().is_none())
    }

    fn targets<'t>(&mut self, targets: impl Iterator<Item = ast::Target<'t>>) -> Vec<TestTarget> {
        targets.filter_map(|target| self.target(target)).collect()
    }

    fn target(&mut self, target: ast::Target<'_>) -> Option<TestTarget> {
        let node = self.needed(target.name()).map(|name| self.name(name))?;
        let copy = target.copy().map(|copy| self.expression(copy));
        Some(TestTarget { node, copy })
    }
}

fn expects(act: ast::TestAct<'_>) -> bool {
    act.keyword().is_some_and(|keyword| keyword.text() == "expect")
}

/// Whether a kind of statement has a place of its own for `by ROLE`.
fn keeps_who_acts(kind: &TestStatementKind) -> bool {
    use TestStatementKind::{Answer, Choose, ChooseAlternative, Complete, End};
    matches!(kind, Complete { .. } | Choose { .. } | End { .. } | ChooseAlternative { .. } | Answer { .. })
}

fn words(text: Option<ast::Text<'_>>) -> String {
    text.and_then(ast::Text::plain).unwrap_or_default()
}

/// `claim` and `release` are read, but say nothing a test could see: whoever acts claims.
fn test_fits(kind: Kind) -> Fits {
    match kind {
        Kind::TestStart => Fits::Once,
        Kind::TestClaim | Kind::TestRelease => Fits::Never,
        kind if (Kind::TestStart..=Kind::ExpectNoOutcome).contains(&kind) => Fits::Often,
        _ => Fits::Never,
    }
}
