//! Pages of instances and of trails: what the HTTP API asks most.
//!
//! Pages follow a key, not a count, so that nothing is lost or told twice while rows are added. Invariant: no query
//! here reads more rows than its limit.

use super::row::{InstanceRow, TrailRow};
use super::statement::Statement;
use super::{Store, failed, instance, journal};
use crate::error::Result;

/// Which instances.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Search {
    /// Only this workflow's.
    pub workflow: Option<String>,
    /// Only of this status.
    pub status: Option<String>,
    /// Only with this in their id, reference or title.
    pub text: Option<String>,
    /// Only those after this one, in the order of the list.
    pub after: Option<ListPlace>,
}

/// A place in the list of instances: it is ordered by start, newest first, then by id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListPlace {
    /// When that instance started.
    pub started_at_ms: i64,
    /// Its id.
    pub id: String,
}

impl Store {
    /// A page of instances, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn instances_page(&self, wanted: &Search, limit: i64) -> Result<Vec<InstanceRow>> {
        let pattern = wanted.text.as_deref().map(anywhere);
        let mark = match &wanted.text {
            // What is sealed is found by all of it, or not at all.
            Some(text) => Some(self.secret().await?.mark("reference", text)),
            None => None,
        };
        let after = wanted.after.as_ref();
        let page = Statement::new(
            instance::read!("instance" "instance
             where shard = $1 and tenant = $2 and ($3 is null or workflow = $3) and ($4 is null or status = $4)
               and ($5 is null or lower(id) like $5 escape '\\'
                    or title not like 'sealed:%' and lower(title) like $5 escape '\\'
                    or reference not like '~%' and lower(reference) like $5 escape '\\' or reference = $9)
               and started_at_ms <= coalesce($6, 9223372036854775807)
               and ($6 is null or started_at_ms < $6 or id > $7)
             order by started_at_ms desc, id limit $8"),
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(&wanted.workflow)
        .with(&wanted.status)
        .with(pattern)
        .with(after.map(|place| place.started_at_ms))
        .with(after.map(|place| place.id.clone()))
        .with(limit)
        .with(mark);
        // Words are looked for in every instance; the newest ones are at hand.
        let rows = if wanted.text.is_some() || wanted.status.is_some() || wanted.workflow.is_some() {
            self.database.read_long(page).await
        } else {
            page.all(&self.database).await
        };
        self.collected(rows)
    }

    /// A page of an instance's trail, from a sequence number on (that one left out).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn trail_page(&self, instance: &str, after: i64, limit: i64) -> Result<Vec<TrailRow>> {
        let rows = Statement::new(
            "select * from trail where shard = $1 and tenant = $2 and instance = $3 and sequence > $4
             order by sequence limit $5",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(instance)
        .with(after)
        .with(limit)
        .all(&self.database)
        .await;
        rows.and_then(|rows| rows.iter().map(journal::fact).collect())
            .map_err(|cause| failed("a trail was read", cause))
    }
}

/// A pattern for `like`: the text anywhere, its own wildcards taken literally.
fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::anywhere;

    #[test]
    fn wildcards_are_taken_literally() {
        assert_eq!(anywhere("50%_A"), "%50\\%\\_a%");
    }
}
