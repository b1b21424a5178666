//! For which inputs a condition that stands outside a workflow does not hold: what `unless` of a policy leaves.
//!
//! The values of each input it reads are cut finer than the model cuts them, so that the answer is the same for all
//! values of a piece; each piece lies in one cell of the model, or the model knows nothing of the input because no run
//! depends on it. Invariant: for the values of a [`Given`] the condition does not hold, whatever opaque tests say.

use super::Model;
use super::case::{Case, FieldKey};
use super::cells::{cells, compares};
use super::conditions::{Test, answer, test};
use super::layout::declared;
use super::logic::Logic;
use super::space::Formula;
use super::states::is_thing;
use crate::typed::policy::Excuse;
use crate::typed::{NodeKind, Operator, Typed};
use std::collections::BTreeMap;
use wf_plan::Value;
use wf_plan::plan::EnumId;
use wf_plan::value::Constant;

/// More combinations of values than this are not tried one by one: nothing is said then.
const MOST_COMBINATIONS: usize = 4096;

/// Values of inputs for which a condition does not hold.
#[derive(Clone)]
pub struct Given {
    /// Each input with a value that stands for its piece; [`Value::Missing`] where it is missing.
    pub values: Vec<(FieldKey, Value)>,
    /// The same in the model: the runs with such values.
    pub holds: Formula,
}

impl Given {
    /// A case of these runs with their values in it.
    #[must_use]
    pub fn filled_in(&self, mut case: Case) -> Case {
        for (key, value) in &self.values {
            case.values.retain(|(known, _)| known != key);
            if *value != Value::Missing {
                case.values.insert(0, (key.clone(), value.clone()));
            }
        }
        let told = self.values.iter().filter(|(_, value)| *value != Value::Missing).count();
        case.values_needed = case.values.len().min(case.values_needed + told);
        case
    }
}

impl Model {
    /// The inputs for which a condition is not true; empty where it always is, or where nothing is certain of it.
    #[must_use]
    pub fn unless(&self, typed: &Typed, excuse: &Excuse) -> Vec<Given> {
        let condition = in_words_of(typed, excuse, test(&excuse.condition));
        let fields = pieces(typed, &condition);
        let combinations: usize = fields.iter().map(|(_, values)| values.len().max(1)).product();
        if combinations > MOST_COMBINATIONS {
            return Vec::new();
        }
        let mut found = Vec::new();
        for number in 0..combinations {
            let values = combination(&fields, number);
            if answered(&condition, &values) != Answer::NotTrue {
                continue;
            }
            let holds = self.cells_of(typed, &values);
            found.push(Given { values: values.into_iter().collect(), holds });
        }
        found
    }

    /// The runs in which inputs have values of the same cells.
    fn cells_of(&self, typed: &Typed, values: &BTreeMap<FieldKey, Value>) -> Formula {
        let space = &self.space;
        let mut holds = space.constant(true);
        for field in &self.layout.fields {
            let Some(value) = values.get(&field.key) else { continue };
            let cuts = constants(typed, &field.key);
            let cell = field.cells.iter().position(|cell| is_same_cell(&cell.value, value, &cuts));
            let lies_there = cell.map_or(space.constant(false), |cell| is_thing(space, field.value, cell));
            holds = space.and(&holds, &lies_there);
        }
        holds
    }
}

/// What a condition comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    True,
    /// False, or it reads a missing value.
    NotTrue,
    Unknown,
}

fn answered(condition: &Test, values: &BTreeMap<FieldKey, Value>) -> Answer {
    match three_valued(condition, values) {
        None => Answer::Unknown,
        Some(Some(true)) => Answer::True,
        Some(_) => Answer::NotTrue,
    }
}

/// `None`: it cannot be told; `Some(None)`: something is missing. Read from left to right, as the interpreter does.
fn three_valued(condition: &Test, values: &BTreeMap<FieldKey, Value>) -> Option<Option<bool>> {
    match condition {
        Test::Constant(value) => Some(Some(*value)),
        Test::Field(key, comparisons, _) => Some(answer(comparisons, values.get(key)?)),
        Test::Missing(key, _) => Some(Some(*values.get(key)? == Value::Missing)),
        Test::NotEmpty(..) | Test::Opaque { .. } => None,
        Test::Not(inner) => Some(three_valued(inner, values)?.map(|value| !value)),
        Test::And(a, b) => match three_valued(a, values)? {
            Some(true) => three_valued(b, values),
            other => Some(other),
        },
        Test::Or(a, b) => match three_valued(a, values)? {
            Some(false) => three_valued(b, values),
            other => Some(other),
        },
    }
}

/// The fields of a condition, each with one value for every piece that the condition or the model tells apart.
fn pieces(typed: &Typed, condition: &Test) -> Vec<(FieldKey, Vec<Value>)> {
    let mut compared: BTreeMap<FieldKey, Vec<Constant>> = BTreeMap::new();
    for leaf in condition.leaves() {
        match leaf {
            Test::Field(key, comparisons, _) => {
                let own = comparisons.iter().map(|(_, constant)| constant.clone());
                compared.entry(key.clone()).or_default().extend(own);
            }
            Test::Missing(key, _) => drop(compared.entry(key.clone()).or_default()),
            _ => {}
        }
    }
    let enums: Vec<_> = typed.enums.iter().map(|declared| declared.value.clone()).collect();
    let mut found = Vec::new();
    for (key, mut own) in compared {
        own.extend(constants(typed, &key));
        let Some((kind, optional)) = declared(typed, &key) else { continue };
        let values: Vec<Value> =
            cells(kind, optional, &own, &enums).into_iter().map(|cell| cell.value).collect();
        if !values.is_empty() {
            found.push((key, values));
        }
    }
    found
}

/// What the conditions of a workflow compare a field with.
fn constants(typed: &Typed, key: &FieldKey) -> Vec<Constant> {
    let mut found = Vec::new();
    for node in &typed.nodes {
        let options = match &node.kind {
            NodeKind::Decision { options, .. } => options.as_slice(),
            _ => &[],
        };
        for condition in node.when.iter().chain(options.iter().filter_map(|option| option.when.as_ref())) {
            let tested = test(condition);
            for leaf in tested.leaves() {
                if let Test::Field(read, comparisons, _) = leaf
                    && read == key
                {
                    found.extend(comparisons.iter().map(|(_, constant)| constant.clone()));
                }
            }
        }
    }
    found
}

/// The values of one combination, by its number.
fn combination(fields: &[(FieldKey, Vec<Value>)], mut number: usize) -> BTreeMap<FieldKey, Value> {
    let mut chosen = BTreeMap::new();
    for (key, values) in fields {
        if let Some(value) = values.get(number % values.len().max(1)) {
            chosen.insert(key.clone(), value.clone());
        }
        number /= values.len().max(1);
    }
    chosen
}

/// Whether no comparison of the model tells two values apart.
fn is_same_cell(one: &Value, other: &Value, cuts: &[Constant]) -> bool {
    match (one, other) {
        (Value::Missing, Value::Missing) => true,
        (Value::Missing, _) | (_, Value::Missing) => false,
        (Value::Bool(_), _) | (Value::Enum(..), _) => one == other,
        (Value::List(one), Value::List(other)) => one.is_empty() == other.is_empty(),
        (Value::Text(_), _) => cuts
            .iter()
            .all(|cut| compares(Operator::Equal, one, cut) == compares(Operator::Equal, other, cut)),
        _ => cuts.iter().all(|cut| {
            [Operator::Less, Operator::Equal]
                .into_iter()
                .all(|operator| compares(operator, one, cut) == compares(operator, other, cut))
        }),
    }
}

/// The same condition with the workflow's own rows of enums: the excuse was read with rows of its own.
fn in_words_of(typed: &Typed, excuse: &Excuse, condition: Test) -> Test {
    let own = |id: EnumId| {
        let at = excuse.enums.get(id.index())?.at;
        let row = typed.enums.iter().position(|declared| declared.at == at)?;
        u16::try_from(row).ok().map(EnumId)
    };
    let inside = |test: Box<Test>| Box::new(in_words_of(typed, excuse, *test));
    match condition {
        Test::Field(key, mut comparisons, at) => {
            for (_, constant) in &mut comparisons {
                if let Constant::Enum(id, _) = constant
                    && let Some(row) = own(*id)
                {
                    *id = row;
                }
            }
            Test::Field(key, comparisons, at)
        }
        Test::Not(inner) => Test::Not(inside(inner)),
        Test::And(a, b) => Test::And(inside(a), inside(b)),
        Test::Or(a, b) => Test::Or(inside(a), inside(b)),
        leaf => leaf,
    }
}
