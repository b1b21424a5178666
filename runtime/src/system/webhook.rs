//! Updates by HTTP POST, signed like messages.

use super::{Ordered, System};
use crate::channel::webhook::{About, event};
use crate::channel::{Delivered, Webhook};
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

    fn destination(&self) -> &str {
        self.webhook.host()
    }

    fn update(&self, ordered: &Ordered) -> Delivered {
        let order = &ordered.order;
        let about = About {
            key: &ordered.key,
            tenant: &ordered.tenant,
            instance: &order.instance,
            node: order.node.as_deref(),
            asked_at: ordered.asked_at,
        };
        let body = event("wf.record.update", &about, json!(order));
        self.webhook.post(&ordered.key, ordered.at, &body)
    }
}
