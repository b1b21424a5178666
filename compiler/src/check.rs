//! Names and types: from HIR to [`Typed`], with every finding of families 0, 5 and 6 that needs no proof.
//!
//! One entry per kind of declaration. A workflow pulls in everything it uses and checks it where it is used; what is
//! wrong with a declaration by itself is reported by its own check and only silences its users. Invariant: `Some`
//! comes back only if there is no error in the workflow or in anything it uses.

mod action;
mod aggregate;
mod blame;
mod calendar;
mod currency;
mod deadline;
mod declaration;
mod environment;
mod expr;
mod field;
mod findings;
mod given;
mod join;
mod ladder;
mod literal;
mod node;
mod operator;
mod path;
mod people;
mod policy;
mod redo;
mod system;
mod table;
mod test;
mod text;
mod workflow;

pub use declaration::declaration;
pub use policy::policy;
pub use test::{started_workflows, test, tested_workflow};

use crate::hir::{At, DeclarationKind, WorkflowDecl};
use crate::lint::clause_missing;
use crate::place::{DeclId, Place, Problem};
use crate::scope::Scope;
use crate::typed::{Field, Ladder, Mark, Reminder, Typed};
use findings::Findings;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use table::{Currencies, Tables};
use wf_plan::calendar::Zone;
use wf_plan::value::Currency;
use workflow::Outline;

/// Rounds in which currencies of `money` fields are found from each other; each finds at least one more; what is not found then is
/// reported as if nothing said it.
const CURRENCY_ROUNDS: usize = 16;

/// Checks a workflow. `None` where errors, here or in what it uses, make it unusable.
pub fn workflow(scope: &dyn Scope, id: DeclId) -> (Option<Typed>, Vec<Problem>) {
    let declaration = scope.declaration(id);
    let DeclarationKind::Workflow(source) = &declaration.kind else { return (None, Vec::new()) };
    let mut known = BTreeMap::new();
    let mut rounds = 0;
    loop {
        let mut checker = Checker::new(scope, id, known);
        checker.source = Some(source);
        checker.is_workflow = true;
        checker.has_process_owner = source.process_owner.is_some();
        checker.damaged = declaration.damaged;
        if declaration.damaged {
            checker.found.mark_broken();
        }
        let typed = checker.typed_workflow(declaration, source);
        known = std::mem::take(&mut checker.money.known);
        let before = known.len();
        known.extend(std::mem::take(&mut checker.money.learned));
        rounds += 1;
        if known.len() == before || rounds == CURRENCY_ROUNDS {
            return checker.finished(typed);
        }
    }
}

/// All that is known while one declaration is checked.
pub(crate) struct Checker<'a> {
    scope: &'a dyn Scope,
    /// The declaration that is checked.
    home: DeclId,
    source: Option<&'a WorkflowDecl>,
    is_workflow: bool,
    found: Findings,
    tables: Tables,
    money: Currencies,
    /// `money` fields whose currency is not written and not known yet.
    unpriced: Vec<(Place, At)>,
    inputs: Vec<Field>,
    outline: Vec<Outline<'a>>,
    /// Where each name stands in the outline.
    names: BTreeMap<&'a str, usize>,
    /// What leads where; made for the first `redo`.
    ways: OnceCell<redo::Ways>,
    /// The zone of the workflow's calendar.
    zone: Option<Zone>,
    /// Personal and secret data in the title.
    title_marks: Vec<Mark>,
    /// Some line of the workflow did not parse, so a name that is not there may stand in it.
    damaged: bool,
    has_process_owner: bool,
    asked_for_process_owner: bool,
    open_lets: Vec<DeclId>,
    open_records: Vec<DeclId>,
    open_calendars: Vec<DeclId>,
    open_messages: Vec<DeclId>,
    /// By the clause: what it made of nodes so far, so that nodes of which it makes the same have one together.
    shared_reminders: BTreeMap<Place, Vec<Arc<Reminder>>>,
    /// Likewise.
    shared_ladders: BTreeMap<Place, Vec<Arc<Ladder>>>,
}

impl<'a> Checker<'a> {
    fn new(scope: &'a dyn Scope, home: DeclId, known: BTreeMap<Place, Currency>) -> Self {
        Checker {
            scope,
            home,
            source: None,
            is_workflow: false,
            found: Findings::default(),
            tables: Tables::default(),
            money: Currencies { known, learned: BTreeMap::new() },
            unpriced: Vec::new(),
            inputs: Vec::new(),
            outline: Vec::new(),
            names: BTreeMap::new(),
            ways: OnceCell::new(),
            zone: None,
            title_marks: Vec::new(),
            damaged: false,
            has_process_owner: false,
            asked_for_process_owner: false,
            open_lets: Vec::new(),
            open_records: Vec::new(),
            open_calendars: Vec::new(),
            open_messages: Vec::new(),
            shared_reminders: BTreeMap::new(),
            shared_ladders: BTreeMap::new(),
        }
    }

    /// Looks at another declaration, which reports its own mistakes; they make this one unusable all the same.
    fn elsewhere<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        self.found.mute();
        let seen = look(self);
        self.found.unmute();
        seen
    }

    /// The typed workflow with its tables, and what was found.
    fn finished(mut self, typed: Option<Typed>) -> (Option<Typed>, Vec<Problem>) {
        self.report_unpriced();
        let broken = self.found.is_broken();
        let typed = typed.filter(|_| !broken).map(|typed| Typed {
            inputs: self.inputs,
            enums: self.tables.enums,
            records: self.tables.records,
            roles: self.tables.roles,
            channels: self.tables.channels,
            systems: self.tables.systems,
            calendars: self.tables.calendars,
            ..typed
        });
        (typed, self.found.into_problems())
    }

    fn report_unpriced(&mut self) {
        for (field, at) in std::mem::take(&mut self.unpriced) {
            // Inputs of other workflows and arguments of messages are priced where they are at home.
            if field.decl != self.home && !self.is_in_tables(field) {
                continue;
            }
            let place = Place { decl: field.decl, at };
            let problem =
                Problem::new(&clause_missing::RULE, place, "nothing says in which currency this is")
                    .with_help("write it, for example `money EUR`");
            self.found.report(problem);
        }
    }

    /// Whether a field of a record or system that this workflow uses stands at that place.
    fn is_in_tables(&self, field: Place) -> bool {
        let records = self.tables.records.iter().flat_map(|row| &row.fields);
        let fields = self.tables.systems.iter().flat_map(|row| &row.fields);
        let events = self.tables.systems.iter().flat_map(|row| &row.events).flat_map(|event| &event.fields);
        records.chain(fields).chain(events).any(|known| known.at == field)
    }
}
