//! What a role of PostgreSQL needs that may read the views for auditors, and nothing else.
//!
//! Views answer with the rights of their owner, so the role needs none on the tables below them, and show the rows of the
//! tenants that `auditor_tenant` lists for the role. Invariant: nothing is granted that changes a row or shows the
//! content of messages, states or plans; a role that is limited to tenants sees no row of another.

use super::VIEWS;

/// The statements, for whoever owns the database; the role itself is theirs to make. Without tenants it sees all.
#[must_use]
pub fn grants(role: &str, tenants: &[String]) -> String {
    let name = format!("\"{}\"", role.replace('"', "\"\""));
    let mut readable: Vec<&str> = VIEWS.iter().map(|(name, _)| *name).collect();
    readable.extend(["audit_checkpoint", "audit_checkpoint_head"]);
    if tenants.is_empty() {
        // The tables themselves hold everybody's.
        readable.extend(["checkpoint", "checkpoint_head"]);
    }
    let listed: Vec<String> = match tenants {
        [] => vec![format!("({}, null)", literal(role))],
        tenants => tenants.iter().map(|tenant| format!("({}, {})", literal(role), literal(tenant))).collect(),
    };
    format!(
        "revoke all on all tables in schema public from {name};\n\
         grant usage on schema public to {name};\n\
         grant select on {} to {name};\n\
         delete from auditor_tenant where role = {};\n\
         insert into auditor_tenant (role, tenant) values {};\n\
         alter role {name} set default_transaction_read_only = on;\n",
        readable.join(", "),
        literal(role),
        listed.join(", ")
    )
}

/// A text in SQL, whatever is in it and however the server reads backslashes.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_a_name() {
        let granted = grants("eve\" superuser", &["o'neill".to_owned(), "a\\".to_owned()]);
        assert!(granted.contains("to \"eve\"\" superuser\";"), "{granted}");
        assert!(granted.contains("'o''neill'") && granted.contains("E'a\\\\'"), "{granted}");
        assert!(!granted.contains("null"), "{granted}");
    }

    #[test]
    fn a_role_for_some_tenants_reads_no_table() {
        assert!(grants("eve", &[]).contains("checkpoint, checkpoint_head to"));
        assert!(!grants("eve", &["acme".to_owned()]).contains(" checkpoint,"));
    }
}
