//! HTTP POST of a CloudEvent, signed as Standard Webhooks describe it (https://www.standardwebhooks.com).
//!
//! `webhook-signature: v1,BASE64(HMAC-SHA256(secret, "ID.TIMESTAMP.BODY"))`; the id is the idempotency key, and key and
//! body are the same in every attempt (`runtime/DELIVERY.md` describes the body). Invariant: 2xx is sent; 408, 425,
//! 429, 5xx and a broken connection may be tried again, whatever had been sent by then, because the receiver knows the
//! key; anything else is refused for good.

use super::{Channel, Delivered, Delivery, line_in_words};
use crate::config::Connection;
use crate::error::{Problem, Result};
use crate::letter::Letter;
use crate::moment;
use crate::trace;
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
    host: String,
    secret: Option<Vec<u8>>,
    patience: Duration,
    agent: Agent,
}

impl Webhook {
    /// A channel that posts where the configuration says.
    ///
    /// # Errors
    /// When the secret is not where the configuration says, or the URL is none.
    pub fn new(name: &str, connection: &Connection) -> Result<Self> {
        let secret = connection.secret(name)?.map(|text| secret_bytes(&text));
        let url = connection.url.clone().unwrap_or_default();
        let place: Option<ureq::http::Uri> = url.parse().ok();
        let host = place.as_ref().and_then(|place| Some(place.authority()?.as_str()));
        // A name and password in a URL are secrets, and the host is shown.
        let host = host.map(|host| host.rsplit_once('@').map_or(host, |(_, host)| host).to_owned());
        let host = host.ok_or_else(|| {
            Problem::input(format!("the `url` of `{name}` is no address: `{url}`"))
                .help("write it like `https://hooks.acme.example/slack`")
        })?;
        let timeout = Duration::from_secs(connection.timeout_seconds.clamp(1, 120));
        let agent = Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("wfrun/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self { url, host, secret, patience: timeout, agent })
    }

    /// Host and port it posts to.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Posts an event under a key.
    pub fn post(&self, key: &str, at: Moment, event: &Json) -> Delivered {
        let body = event.to_string();
        let timestamp = at.0.div_euclid(1000).to_string();
        let mut request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/cloudevents+json; charset=utf-8")
            .header("webhook-id", key)
            .header("webhook-timestamp", &timestamp);
        if let Some(trace) = trace::traceparent(&tracing::Span::current()) {
            request = request.header("traceparent", trace);
        }
        if let Some(secret) = &self.secret {
            request = request.header("webhook-signature", sign(secret, key, &timestamp, &body));
        }
        match request.send(&body) {
            Ok(response) => judged(response, at),
            Err(cause) => Delivered::down(format!("{}: {}", self.host, self.in_words(&cause))),
        }
    }
}

impl Webhook {
    fn in_words(&self, cause: &ureq::Error) -> String {
        match cause {
            ureq::Error::Io(cause) => line_in_words(cause, self.patience),
            ureq::Error::Timeout(_) => format!("no answer within {} s", self.patience.as_secs()),
            ureq::Error::HostNotFound => "there is no such host".to_owned(),
            other => other.to_string(),
        }
    }
}

impl Channel for Webhook {
    fn adapter(&self) -> &'static str {
        "webhook"
    }

    fn destination(&self) -> &str {
        &self.host
    }

    fn tells_repeats(&self) -> bool {
        true
    }

    fn deliver(&self, delivery: &Delivery) -> Delivered {
        self.post(&delivery.key, delivery.at, &message(delivery))
    }
}

/// What an event is about.
pub struct About<'a> {
    /// Idempotency key.
    pub key: &'a str,
    /// Whose instance.
    pub tenant: &'a str,
    /// Which instance.
    pub instance: &'a str,
    /// At which node.
    pub node: Option<&'a str>,
    /// When it was asked for.
    pub asked_at: Moment,
}

/// A CloudEvent 1.0 in JSON. It has no word of the present attempt, so that a repeat is the same to the byte.
#[must_use]
pub fn event(kind: &str, about: &About<'_>, data: Json) -> Json {
    let node = about.node.map_or_else(String::new, |node| format!("/{node}"));
    json!({
        "specversion": "1.0",
        "id": about.key,
        "source": format!("/{}", about.tenant),
        "type": kind,
        "subject": format!("{}{node}", about.instance),
        "time": moment::iso(about.asked_at),
        "datacontenttype": "application/json",
        "data": data,
    })
}

/// A letter as an event.
#[must_use]
pub fn message(delivery: &Delivery) -> Json {
    let letter = &delivery.letter;
    let mut data = json!({
        "channel": delivery.route.channel,
        "address": delivery.route.address,
        "letter": with_links(letter, delivery),
        "reply_token": delivery.reply_token,
        "link": delivery.link.as_ref().map(|link| &link.url),
        "link_expires": delivery.link.as_ref().map(|link| moment::iso(link.expires)),
    });
    if let (Some(earlier), Some(data)) = (&delivery.updates, data.as_object_mut()) {
        let earlier = json!({ "id": earlier.key, "external_id": earlier.external_id });
        data.insert("updates".to_owned(), earlier);
    }
    let about = About {
        key: &delivery.key,
        tenant: &delivery.tenant,
        instance: &letter.instance,
        node: letter.node.as_deref(),
        asked_at: delivery.asked_at,
    };
    event(if delivery.updates.is_some() { "wf.message.updated" } else { "wf.message" }, &about, data)
}

fn with_links(letter: &Letter, delivery: &Delivery) -> Json {
    let mut shown = json!(letter);
    let Some(link) = &delivery.link else { return shown };
    let buttons = shown.get_mut("buttons").and_then(Json::as_array_mut);
    for button in buttons.into_iter().flatten().filter_map(Json::as_object_mut) {
        button.insert("link".to_owned(), Json::from(link.url.as_str()));
    }
    shown
}

fn judged(mut response: ureq::http::Response<ureq::Body>, at: Moment) -> Delivered {
    let status = response.status().as_u16();
    let header = |name: &str| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.map(str::to_owned)
    };
    let after = header("retry-after").and_then(|value| retry_after(&value, at));
    let external_id = header("x-message-id").or_else(|| header("x-request-id"));
    let said = response.body_mut().with_config().limit(ANSWER_LIMIT).read_to_string().unwrap_or_default();
    let said: String = said.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let detail = format!("HTTP {status} {said}").trim_end().to_owned();
    match status {
        200..=299 => Delivered::Sent { external_id, detail },
        // It answers and is busy, or asks for this one later.
        408 | 425 | 429 => Delivered::TryAgain { why: detail, after, down: false },
        500..=599 => Delivered::TryAgain { why: detail, after, down: true },
        _ => Delivered::Refused { why: detail },
    }
}

/// `Retry-After`: seconds, or a date.
fn retry_after(value: &str, now: Moment) -> Option<Duration> {
    let value = value.trim();
    let after = match value.parse().map(Duration::from_secs) {
        Ok(after) => after,
        Err(_) => {
            let until = httpdate::parse_http_date(value).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
            let now = Duration::from_millis(u64::try_from(now.0).ok()?);
            until.saturating_sub(now)
        }
    };
    Some(after.min(LONGEST_RETRY_AFTER))
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

    #[test]
    fn retry_after_is_seconds_or_a_date_and_capped() {
        let noon = moment::parse("2026-03-02 12:00").unwrap();
        let seconds = |value| retry_after(value, noon).map(|after| after.as_secs());
        assert_eq!(seconds(" 120 "), Some(120));
        assert_eq!(seconds("Mon, 02 Mar 2026 12:01:30 GMT"), Some(90));
        assert_eq!(seconds("Mon, 02 Mar 2026 11:00:00 GMT"), Some(0), "a date of the past: at once");
        assert_eq!(seconds("999999999"), Some(24 * 3600));
        assert_eq!(seconds("Tue, 02 Mar 2027 12:00:00 GMT"), Some(24 * 3600));
        for wrong in ["", "soon", "-5", "1.5", "Mon, 99 Mar 2026 12:01:30 GMT"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
