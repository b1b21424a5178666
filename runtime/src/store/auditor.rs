//! What a role of PostgreSQL needs that may read the views for auditors, and nothing else.
//!
//! Views answer with the rights of their owner, so the role needs none on the tables below them. Invariant: nothing is
//! granted that changes a row or shows the content of messages, states or plans.

use super::VIEWS;

/// The statements, for whoever owns the database; the role itself is theirs to make.
#[must_use]
pub fn grants(role: &str) -> String {
    let role = format!("\"{}\"", role.replace('"', "\"\""));
    let mut readable: Vec<&str> = VIEWS.iter().map(|(name, _)| *name).collect();
    readable.extend(["checkpoint", "checkpoint_head"]);
    format!(
        "revoke all on all tables in schema public from {role};\n\
         grant usage on schema public to {role};\n\
         grant select on {} to {role};\n\
         alter role {role} set default_transaction_read_only = on;\n",
        readable.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_a_name() {
        assert!(grants("eve\" superuser").contains("to \"eve\"\" superuser\";"));
    }
}
