//! What is personal in a plan: worked out once, when the plan is made ready.
//!
//! Fields are marked by the workflow's author; a record with a personal field is personal as a whole. A text made by the
//! process is personal when the code behind it reads a personal field or words that people wrote. Invariant: in doubt a
//! value is personal.

use super::HIDDEN;
use std::collections::BTreeSet;
use wf_plan::Value;
use wf_plan::node::{FieldRef, NodeKind};
use wf_plan::op::{Context, Op};
use wf_plan::plan::{CodeId, FieldIndex, NodeId, Program, SystemId};
use wf_plan::value::{Field, Scalar};
use wf_vm::State;
use wf_vm::state::Work;

/// Which fields and texts of a plan are personal.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Personal {
    /// Anything is: instances get a data subject, and are sealed.
    pub any: bool,
    /// The `one per` field is.
    pub one_per: bool,
    /// The title is made with personal values.
    pub title: bool,
    /// The reference is.
    pub reference: bool,
    inputs: Vec<bool>,
    forms: Vec<Vec<bool>>,
    events: Vec<Vec<Vec<bool>>>,
}

impl Personal {
    /// What is personal in a program.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        let marks = |fields: &[Field]| fields.iter().map(|field| is_personal(program, field)).collect();
        let events: Vec<Vec<Vec<bool>>> = program
            .systems
            .iter()
            .map(|system| system.events.iter().map(|event| marks(&event.fields)).collect())
            .collect();
        let forms = program.nodes.iter().map(|node| match &node.kind {
            NodeKind::Wait(wait) => {
                let of_system = events.get(wait.system.index());
                of_system.and_then(|events| events.get(usize::from(wait.event))).cloned().unwrap_or_default()
            }
            _ => marks(&node.form),
        });
        let mut personal = Self { inputs: marks(&program.inputs), forms: forms.collect(), ..Self::default() };
        personal.events = events;
        let one = |marks: &Vec<bool>| marks.contains(&true);
        // Events count where the workflow takes them: a wait's form is its event.
        personal.any = one(&personal.inputs) || personal.forms.iter().any(one);
        if personal.any {
            personal.one_per = program.one_per.is_some_and(|field| personal.input(field));
            personal.title = program.title.is_some_and(|code| personal.read_by(program, code, 0));
            personal.reference = program.reference.is_some_and(|code| personal.read_by(program, code, 0));
        }
        personal
    }

    /// Whether an input is personal.
    #[must_use]
    pub fn input(&self, field: FieldIndex) -> bool {
        self.inputs.get(field.index()).copied().unwrap_or(false)
    }

    /// The inputs, in order.
    #[must_use]
    pub fn inputs(&self) -> &[bool] {
        &self.inputs
    }

    /// The fields of a node's form, or of the event that a wait takes.
    #[must_use]
    pub fn form(&self, node: NodeId) -> &[bool] {
        self.forms.get(node.index()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The fields of a system's event.
    #[must_use]
    pub fn event(&self, system: SystemId, event: u16) -> &[bool] {
        let of_system = self.events.get(system.index());
        of_system.and_then(|events| events.get(usize::from(event))).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a field that can be corrected is personal.
    #[must_use]
    pub fn field(&self, field: FieldRef) -> bool {
        match field {
            FieldRef::Input(field) => self.input(field),
            FieldRef::Form(node, field) => self.form(node).get(field.index()).copied().unwrap_or(false),
        }
    }

    /// Whether a piece of code reads something personal.
    fn read_by(&self, program: &Program, code: CodeId, depth: u8) -> bool {
        let Some(code) = program.code.get(code.index()) else { return false };
        // Code refers to other code only backwards; the depth is a belt beside that.
        depth > 32
            || code.ops.iter().any(|op| match *op {
                Op::Input(field) => self.input(field),
                Op::Form(node, field) | Op::TotalOf(node, field) => self.field(FieldRef::Form(node, field)),
                Op::Event(_) | Op::Element | Op::Copy(_) => true,
                Op::Context(context) => {
                    matches!(context, Context::Title | Context::Reference | Context::BlockReason)
                }
                Op::AnyWhere(_, code) | Op::EveryWhere(_, code) | Op::CountWhere(_, code) => {
                    self.read_by(program, code, depth + 1)
                }
                _ => false,
            })
    }

    /// The texts among an instance's personal values: whoever finds one of them in other words seals those, too.
    #[must_use]
    pub fn texts(&self, state: &State) -> BTreeSet<String> {
        let mut texts = BTreeSet::new();
        gather(&state.inputs, &self.inputs, &mut texts);
        for (at, record) in state.nodes.iter().enumerate() {
            let marks = self.forms.get(at).map(Vec::as_slice).unwrap_or_default();
            for work in std::iter::once(&record.own).chain(&record.copies) {
                gather(&work.values, marks, &mut texts);
            }
        }
        for kept in &state.kept {
            gather(&kept.fields, self.event(kept.system, kept.event), &mut texts);
        }
        texts
    }

    /// Takes everything personal out of a state, for readers who may see where an instance stands and not about whom.
    pub fn hide(&self, state: &mut State) {
        blank(&mut state.inputs, &self.inputs);
        for (at, record) in state.nodes.iter_mut().enumerate() {
            let marks = self.forms.get(at).map(Vec::as_slice).unwrap_or_default();
            // What copies are for may come from a personal list.
            record.elements.iter_mut().for_each(|element| *element = Value::Text(HIDDEN.to_owned()));
            for work in std::iter::once(&mut record.own).chain(&mut record.copies) {
                hide_work(work, marks);
            }
        }
        for question in &mut state.questions {
            question.suggestions.iter_mut().for_each(|words| HIDDEN.clone_into(words));
        }
        for kept in &mut state.kept {
            blank(&mut kept.fields, self.event(kept.system, kept.event));
        }
    }
}

fn hide_work(work: &mut Work, marks: &[bool]) {
    blank(&mut work.values, marks);
    if let Some(blocked) = work.active.as_mut().and_then(|active| active.blocked.as_mut()) {
        HIDDEN.clone_into(&mut blocked.reason);
    }
}

fn blank(values: &mut [Value], marks: &[bool]) {
    for (value, personal) in values.iter_mut().zip(marks) {
        if *personal && *value != Value::Missing {
            *value = Value::Text(HIDDEN.to_owned());
        }
    }
}

fn gather(values: &[Value], marks: &[bool], texts: &mut BTreeSet<String>) {
    for (value, personal) in values.iter().zip(marks) {
        if *personal {
            texts_in(value, texts);
        }
    }
}

/// The texts in a value.
pub(super) fn texts_in(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::Text(text) if !text.trim().is_empty() => _ = texts.insert(text.trim().to_lowercase()),
        Value::Record(values) | Value::List(values) => {
            values.iter().for_each(|value| texts_in(value, texts));
        }
        _ => {}
    }
}

/// Whether an event of a system carries something personal, as a program declares it, or its key is personal.
#[must_use]
pub fn event_is_personal(program: &Program, system: &str, event: &str) -> bool {
    program.systems.iter().filter(|declared| declared.name == system).any(|declared| {
        let key = declared.key.and_then(|field| program.inputs.get(field.index()));
        let fields = declared.events.iter().filter(|declared| declared.name == event);
        key.is_some_and(|field| is_personal(program, field))
            || fields.flat_map(|declared| &declared.fields).any(|field| is_personal(program, field))
    })
}

/// Whether a field is personal, by itself or by a field of its record.
#[must_use]
pub fn is_personal(program: &Program, field: &Field) -> bool {
    let within = match field.kind.of {
        // A record holds no record that stands after it, so this ends.
        Scalar::Record(record) => program.records.get(record.index()),
        _ => None,
    };
    field.personal
        || within.is_some_and(|record| record.fields.iter().any(|field| is_personal(program, field)))
}
