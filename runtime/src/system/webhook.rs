//! Updates by HTTP POST, signed like messages.

use super::{Ordered, System};
use crate::channel::{Delivered, Webhook};
use crate::moment;
use serde_json::json;

/// A system behind a URL.
pub struct Posted {
    webhook: Webhook,
}

impl Posted {
    /// A system behind this webhook.
    #[must_use]
    pub fn new(webhook: Webhook) -> Self {
        Self { webhook }
    }
}

impl System for Posted {
    fn adapter(&self) -> &'static str {
        "webhook"
    }

    fn update(&self, ordered: &Ordered) -> Delivered {
        let body =
            json!({ "type": "wf.update", "timestamp": moment::iso(ordered.at), "data": ordered.order });
        self.webhook.post(&ordered.key, ordered.at, &body)
    }
}
