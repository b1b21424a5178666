//! Traces for OpenTelemetry: a request, the transition it asks for, the commit it shares, the deliveries that follow.
//!
//! Off unless `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector; the other variables of OpenTelemetry are honoured as its
//! own library reads them. Spans go out in batches, as protobuf over HTTP, from a thread of their own. A letter keeps the
//! trace of the transition that asked for it, so that its delivery, minutes or days later, is part of the same trace, and
//! webhooks carry it on. Invariant: a span names routes, instances and channels, never a person or a value; and where
//! traces are off, nothing is kept and nothing is sent.

use crate::error::{Problem, Result};
use crate::store::row::Transition;
use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
};
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde::Deserialize;
use std::pin::Pin;
use std::time::Duration;
use tracing::field::Empty;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;

/// How long the collector may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Variables, one of which must name a collector.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// Traces of this process, on or off.
#[derive(Debug)]
pub struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Begins them where the environment names a collector.
    ///
    /// # Errors
    /// When what the environment says about it cannot be meant.
    pub fn begin() -> Result<Self> {
        let is_set = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
        let off = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        if off || !ENDPOINTS.iter().any(|name| is_set(name)) {
            return Ok(Self(None));
        }
        let wrong = || {
            Problem::input("what the environment says about traces cannot be meant")
                .help("`OTEL_EXPORTER_OTLP_ENDPOINT` is the address of a collector, such as `http://127.0.0.1:4318`")
        };
        let exporter = SpanExporter::builder().with_http().with_http_client(Collector::new()).build();
        let exporter = exporter.map_err(|cause| wrong().because(cause))?;
        let mut resource = Resource::builder();
        if !is_set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name("wfrun");
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        // Only what this program says of itself: libraries below it have much to tell.
        let ours = filter_fn(|about| about.target().starts_with("wf_runtime"));
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("wfrun")).with_filter(ours);
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
            .map_err(|cause| wrong().because(cause))?;
        Ok(Self(Some(provider)))
    }

    /// Sends what is left, and ends them.
    pub fn end(self) {
        if let Some(provider) = self.0 {
            // A collector that is gone is no reason to fail.
            let _ = provider.shutdown();
        }
    }
}

/// A request, as part of the trace that its sender began, if it did.
#[must_use]
pub fn request(method: &str, route: &str, traceparent: Option<&str>) -> Span {
    let span = info_span!(
        "request",
        otel.kind = "server",
        otel.name = format!("{method} {route}"),
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    continue_from(&span, traceparent);
    span
}

/// What was asked of the writer, from waiting in its queue to the answer.
#[must_use]
pub fn transition(instance: &str) -> Span {
    info_span!("transition", wf.instance = instance)
}

/// A commit that many transitions share.
pub fn commit<'a>(transitions: impl Iterator<Item = &'a Span>) -> Span {
    let span = info_span!(parent: None, "commit", wf.transitions = Empty);
    let mut count = 0_u64;
    for transition in transitions {
        count += 1;
        span.follows_from(transition.id());
    }
    span.record("wf.transitions", count);
    span
}

/// An attempt to deliver, as part of the trace of the transition that asked for it.
#[must_use]
pub fn delivery(letter: &str, channel: &str, body: &str) -> Span {
    let span =
        info_span!(parent: None, "delivery", otel.kind = "client", wf.letter = letter, wf.channel = channel);
    if !span.is_disabled() {
        let stamped: Stamped = serde_json::from_str(body).unwrap_or_default();
        continue_from(&span, stamped.trace.as_deref());
    }
    span
}

/// What a letter's order says about its trace.
#[derive(Default, Deserialize)]
struct Stamped {
    trace: Option<String>,
}

/// Notes in the orders of a transition of which trace they are.
pub fn stamp(span: &Span, transition: &mut Transition) {
    if transition.outbox.is_empty() || span.is_disabled() {
        return;
    }
    let Some(trace) = traceparent(span) else { return };
    for order in &mut transition.outbox {
        if let Some(open) = order.body.strip_suffix('}') {
            let comma = if open.trim_end().ends_with('{') { "" } else { "," };
            order.body = format!("{open}{comma}\"trace\":\"{trace}\"}}");
        }
    }
}

/// The header by which a trace is carried on (W3C Trace Context), where traces are on.
#[must_use]
pub fn traceparent(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let about = context.span().span_context().clone();
    about
        .is_valid()
        .then(|| format!("00-{}-{}-{:02x}", about.trace_id(), about.span_id(), about.trace_flags().to_u8()))
}

fn continue_from(span: &Span, traceparent: Option<&str>) {
    if let Some(context) = traceparent.filter(|_| !span.is_disabled()).and_then(context_of) {
        // Where it cannot be, the span begins a trace of its own.
        let _ = span.set_parent(context);
    }
}

fn context_of(traceparent: &str) -> Option<Context> {
    let mut parts = traceparent.trim().split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_long = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    if version.len() != 2
        || version == "ff"
        || !is_long(trace, 32)
        || !is_long(parent, 16)
        || !is_long(flags, 2)
    {
        return None;
    }
    let about = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(parent).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?),
        true,
        TraceState::default(),
    );
    about.is_valid().then(|| Context::new().with_remote_span_context(about))
}

/// The way to the collector: the HTTP client this program has already.
#[derive(Debug)]
struct Collector {
    agent: ureq::Agent,
}

impl Collector {
    fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("wfrun/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self { agent }
    }

    fn send(&self, request: axum::http::Request<Bytes>) -> Result<axum::http::Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let sent = self.agent.run(axum::http::Request::from_parts(head, body.to_vec()))?;
        let (head, mut body) = sent.into_parts();
        Ok(axum::http::Response::from_parts(head, body.read_to_vec()?.into()))
    }
}

impl HttpClient for Collector {
    // What `async_trait` would write; it blocks, on the thread that sends spans and does nothing else.
    fn send_bytes<'me, 'sent>(
        &'me self,
        request: axum::http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<axum::http::Response<Bytes>, HttpError>> + Send + 'sent>>
    where
        'me: 'sent,
        Self: 'sent,
    {
        Box::pin(async move { self.send(request) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_read_strictly() {
        let sound = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let context = context_of(sound).unwrap();
        assert_eq!(context.span().span_context().trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        for wrong in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c8031ZZ-b7ad6b7169203331-01",
        ] {
            assert!(context_of(wrong).is_none(), "{wrong}");
        }
    }
}
