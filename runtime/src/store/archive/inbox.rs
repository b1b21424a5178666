//! Events of systems on their way out of the store, with the instances that got them.
//!
//! An event may have been given to several instances: it leaves with the last of them. Invariant: the newest event stays,
//! so that its number is not given out again.

use super::as_json;
use crate::error::Result;
use crate::store::database::Group;
use crate::store::statement::Failure;
use crate::store::{Store, failed};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// An event that may leave.
#[derive(Clone, PartialEq, Debug)]
pub struct LeavingEvent {
    /// Its number.
    pub number: i64,
    /// Its row as it is stored, with the name of its table.
    pub row: Map<String, Value>,
}

/// Events looked at in one go.
const PAGE: i64 = 1_000;

const GIVEN: &str = "select * from inbox
    where shard = $1 and tenant = $2 and status = 'given' and at_ms <= $3 and number > $4
    order by number limit $5";

const GO_ON_SQLITE: &str = "delete from inbox
    where shard = $1 and tenant = $2 and number = $3 and status = 'given'
      and number < (select max(number) from inbox n where n.shard = $1 and n.tenant = $2)
      and not exists (select 1 from json_each(inbox.given_to) g
                      where not exists (select 1 from archived a where a.shard = $1 and a.tenant = $2
                                                                   and a.instance = g.value))";

const GO_ON_POSTGRES: &str = "delete from inbox
    where shard = $1 and tenant = $2 and number = $3 and status = 'given'
      and number < (select max(number) from inbox n where n.shard = $1 and n.tenant = $2)
      and not exists (select 1 from json_array_elements_text(inbox.given_to::json) g(instance)
                      where not exists (select 1 from archived a where a.shard = $1 and a.tenant = $2
                                                                   and a.instance = g.instance))";

impl Store {
    /// The next events after a number that were given only to these instances or to ones that have left, up to a moment;
    /// and the number to go on after, while there are more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn events_to_leave(
        &self,
        leaving: &BTreeSet<&str>,
        up_to_ms: i64,
        after: i64,
    ) -> Result<(Vec<LeavingEvent>, Option<i64>)> {
        let told = |cause| failed("events were read", cause);
        let rows = self.own(GIVEN).with(up_to_ms).with(after).with(PAGE).all(&self.database).await;
        let rows = rows.map_err(told)?;
        let (mut all, mut last) = (Vec::new(), None);
        for row in &rows {
            let number: i64 = row.get("number").map_err(told)?;
            let given: String = row.get("given_to").map_err(told)?;
            let given: Vec<String> = serde_json::from_str(&given)
                .map_err(|cause| told(Failure::new(format!("event {number} is damaged: {cause}"))))?;
            last = Some(number);
            let mut leaves = true;
            for instance in given.iter().filter(|instance| !leaving.contains(instance.as_str())) {
                leaves = leaves && self.archived(instance).await?.is_some();
            }
            if leaves {
                all.push(LeavingEvent { number, row: as_json("inbox", row) });
            }
        }
        Ok((all, last.filter(|_| rows.len() == usize::try_from(PAGE).unwrap_or_default())))
    }

    /// Lets events go whose instances have left; one of which an instance stayed stays with it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn events_leave(&self, numbers: &[i64]) -> Result<()> {
        let text = self.database.either(GO_ON_SQLITE, GO_ON_POSTGRES);
        let mut group = Group::default();
        for number in numbers {
            group.then(self.own(text).with(*number));
        }
        let written = self.database.write_groups(vec![group]).await;
        written.map(drop).map_err(|cause| failed("events left for an archive", cause))
    }
}
