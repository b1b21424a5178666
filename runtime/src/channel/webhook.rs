//! HTTP POST, signed as Standard Webhooks describe it (https://www.standardwebhooks.com).
//!
//! `webhook-signature: v1,BASE64(HMAC-SHA256(secret, "ID.TIMESTAMP.BODY"))`; the id is the idempotency key, the same
//! in every attempt. Invariant: 2xx is sent; 408, 425, 429, 5xx and a broken connection may be tried again; anything
//! else is refused for good.

use super::{Channel, Delivered, Delivery};
use crate::config::Connection;
use crate::error::{Problem, Result};
use crate::moment;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;
use std::time::Duration;
use ureq::Agent;
use wf_plan::Moment;

/// Bytes of an answer that are read: enough for a number or a sentence.
const ANSWER_LIMIT: u64 = 4_096;
/// No receiver may ask for a longer break than this: what is wrong that long wants a person.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Posts to a URL.
pub struct Webhook {
    url: String,
    secret: Option<Vec<u8>>,
    agent: Agent,
}

impl Webhook {
    /// A channel that posts where the configuration says.
    ///
    /// # Errors
    /// When the secret's environment variable is not set.
    pub fn new(name: &str, connection: &Connection) -> Result<Self> {
        let secret = match &connection.secret_env {
            None => None,
            Some(variable) => Some(secret_bytes(&std::env::var(variable).map_err(|_| {
                Problem::input(format!(
                    "the secret of `{name}` is missing: the variable `{variable}` is not set"
                ))
                .help(format!("set `{variable}` in the environment of wfrun"))
            })?)),
        };
        let timeout = Duration::from_secs(connection.timeout_seconds.clamp(1, 120));
        let agent = Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("wfrun/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self { url: connection.url.clone().unwrap_or_default(), secret, agent })
    }

    /// Posts a JSON body under a key.
    pub fn post(&self, key: &str, at: Moment, body: &Json) -> Delivered {
        let body = body.to_string();
        let timestamp = at.0.div_euclid(1000).to_string();
        let mut request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", key)
            .header("webhook-timestamp", &timestamp);
        if let Some(secret) = &self.secret {
            request = request.header("webhook-signature", sign(secret, key, &timestamp, &body));
        }
        match request.send(&body) {
            Ok(response) => judged(response),
            Err(cause) => Delivered::TryAgain { why: format!("{}: {cause}", self.url), after: None },
        }
    }
}

impl Channel for Webhook {
    fn adapter(&self) -> &'static str {
        "webhook"
    }

    fn deliver(&self, delivery: &Delivery) -> Delivered {
        let body = json!({
            "type": "wf.message",
            "timestamp": moment::iso(delivery.at),
            "data": { "channel": delivery.route.channel, "address": delivery.route.address, "letter": delivery.letter },
        });
        self.post(&delivery.key, delivery.at, &body)
    }
}

fn judged(mut response: ureq::http::Response<ureq::Body>) -> Delivered {
    let status = response.status();
    let header = |name: &str| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.map(str::to_owned)
    };
    let after = header("retry-after").and_then(|value| value.trim().parse().ok());
    let after = after.map(|seconds| Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER));
    let external_id = header("x-message-id").or_else(|| header("x-request-id"));
    let said = response.body_mut().with_config().limit(ANSWER_LIMIT).read_to_string().unwrap_or_default();
    let said: String = said.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let detail = format!("HTTP {} {said}", status.as_u16()).trim_end().to_owned();
    match status.as_u16() {
        200..=299 => Delivered::Sent { external_id, detail },
        408 | 425 | 429 | 500..=599 => Delivered::TryAgain { why: detail, after },
        _ => Delivered::Refused { why: detail },
    }
}

/// The bytes of a secret: base64 after `whsec_`, any other text as it is.
fn secret_bytes(text: &str) -> Vec<u8> {
    let coded = text.strip_prefix("whsec_").and_then(|coded| STANDARD.decode(coded).ok());
    coded.unwrap_or_else(|| text.as_bytes().to_vec())
}

/// The value of `webhook-signature`.
#[must_use]
pub fn sign(secret: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    for part in [id, ".", timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn signature_of_the_specification() {
        let secret = secret_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature =
            sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
