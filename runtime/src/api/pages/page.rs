//! A page: what is shown, and its templates.
//!
//! Invariant: everything that comes from people or workflows is escaped by the template; the only style is ours, named
//! by its hash in the policy that goes out with every page, and nothing else is loaded or run.

use super::texts::Texts;
use crate::plans::Ready;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::Environment;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use wf_plan::plan::Program;
use wf_plan::value::{Currency, Field, Scalar};

const STYLE: &str = include_str!("style.css");

/// What a page shows, from top to bottom.
#[derive(Debug, Default, Serialize)]
pub struct Page {
    pub lang: &'static str,
    pub about: String,
    pub heading: String,
    /// Something was done: a tick stands before the heading.
    pub done: bool,
    pub lines: Vec<String>,
    pub problems: Vec<String>,
    pub facts: Vec<(String, String)>,
    pub form: Option<Form>,
    pub others: Vec<Other>,
    pub details: Vec<(String, String)>,
    pub details_title: &'static str,
    pub optional: &'static str,
    pub footer: &'static str,
    pub action: String,
}

/// The main form.
#[derive(Debug, Default, Serialize)]
pub struct Form {
    pub fields: Vec<FieldShown>,
    pub reason: Option<Reason>,
    pub buttons: Vec<Button>,
}

/// A text field for reasons.
#[derive(Debug, Default, Serialize)]
pub struct Reason {
    pub label: &'static str,
    pub hint: String,
    pub value: String,
    pub wrong: Option<String>,
}

/// A button that sends the form.
#[derive(Debug, Default, Serialize)]
pub struct Button {
    pub value: String,
    pub label: String,
    pub small: Option<String>,
    pub second: bool,
}

/// Something else that can be said, folded away.
#[derive(Debug, Default, Serialize)]
pub struct Other {
    pub value: &'static str,
    pub name: &'static str,
    pub title: &'static str,
    pub label: &'static str,
    pub hint: Option<&'static str>,
    pub button: &'static str,
    pub text: String,
    pub wrong: Option<&'static str>,
    pub open: bool,
}

/// A field of a form, as a browser asks for it.
#[derive(Debug, Default, Serialize)]
pub struct FieldShown {
    pub name: String,
    pub label: String,
    /// `text`, `date`, `datetime-local`, `email`, `tel`, `url`, `select`, `choice`, `textarea` or `money`.
    pub kind: &'static str,
    /// Which keys a phone shows.
    pub keys: Option<&'static str>,
    /// What a browser may fill in.
    pub fills: Option<&'static str>,
    pub hint: Option<&'static str>,
    pub unit: String,
    pub options: Vec<(String, String)>,
    pub optional: bool,
    pub value: String,
    pub wrong: Option<&'static str>,
}

impl FieldShown {
    /// A field of a plan's form.
    pub fn of(field: &Field, ready: &Ready, texts: &Texts) -> Self {
        let program = ready.program();
        let of = field.kind.of;
        let mut shown = Self {
            name: field.name.clone(),
            label: in_words(&field.name),
            kind: "text",
            hint: texts.hint(of, field.kind.list),
            optional: field.optional,
            ..Self::default()
        };
        if field.kind.list {
            shown.kind = "textarea";
            return shown;
        }
        match of {
            Scalar::Number => shown.keys = Some("decimal"),
            Scalar::Date => shown.kind = "date",
            Scalar::Moment => shown.kind = "datetime-local",
            Scalar::Email => (shown.kind, shown.fills) = ("email", Some("email")),
            Scalar::Phone => (shown.kind, shown.fills) = ("tel", Some("tel")),
            Scalar::Url => (shown.kind, shown.keys) = ("text", Some("url")),
            Scalar::Money(Currency(code)) => {
                shown.kind = "money";
                shown.unit = String::from_utf8_lossy(&code).into_owned();
            }
            Scalar::Bool => {
                shown.kind = "choice";
                shown.options =
                    vec![("yes".to_owned(), texts.yes.to_owned()), ("no".to_owned(), texts.no.to_owned())];
            }
            Scalar::Enum(id) => {
                shown.options = enum_options(program, id);
                shown.kind = if shown.options.len() <= 3 && !field.optional { "choice" } else { "select" };
            }
            Scalar::Record(_) => shown.kind = "textarea",
            Scalar::Text | Scalar::Duration | Scalar::File | Scalar::Person => {}
        }
        shown
    }
}

fn enum_options(program: &Program, id: wf_plan::plan::EnumId) -> Vec<(String, String)> {
    let values = program.enums.get(id.index()).map(|of| of.values.as_slice()).unwrap_or_default();
    values.iter().map(|value| (value.clone(), in_words(value))).collect()
}

/// `signed_on` as `Signed on`.
pub fn in_words(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    // Compiled-in templates compile: a test renders both.
    let _ = templates.add_template("page.html", include_str!("page.html"));
    let _ = templates.add_template("field.html", include_str!("field.html"));
    templates.add_global("style", STYLE);
    templates
});

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

impl Page {
    /// The page as an answer.
    pub fn response(&self, status: StatusCode) -> Response {
        let rendered = TEMPLATES
            .get_template("page.html")
            .and_then(|template| template.render(minijinja::value::Serde(self)));
        let mut response = match rendered {
            Ok(html) => (status, html).into_response(),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, self.heading.clone()).into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.lang));
        if let Ok(policy) = HeaderValue::from_str(&POLICY) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::pages::texts::ENGLISH;

    #[test]
    fn names_become_words() {
        assert_eq!(in_words("signed_on"), "Signed on");
        assert_eq!(in_words("è_pronto"), "È pronto");
        assert_eq!(in_words(""), "");
    }

    #[test]
    fn what_people_write_is_escaped_everywhere() {
        let evil = || "<script>\"'&".to_owned();
        let field = |kind| FieldShown {
            name: "a".to_owned(),
            label: evil(),
            kind,
            value: evil(),
            options: vec![(evil(), evil())],
            ..FieldShown::default()
        };
        let kinds = ["text", "select", "choice", "textarea", "money"];
        let page = Page {
            lang: ENGLISH.lang,
            about: evil(),
            heading: evil(),
            lines: vec![evil()],
            problems: vec![evil()],
            facts: vec![(evil(), evil())],
            details: vec![(evil(), evil())],
            form: Some(Form {
                fields: kinds.map(field).into(),
                reason: Some(Reason { label: "why", hint: evil(), value: evil(), wrong: Some(evil()) }),
                buttons: vec![Button { value: evil(), label: evil(), small: Some(evil()), second: true }],
            }),
            others: vec![Other { text: evil(), ..Other::default() }],
            ..Page::default()
        };
        let html =
            TEMPLATES.get_template("page.html").unwrap().render(minijinja::value::Serde(&page)).unwrap();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.matches("&lt;script&gt;").count() > 20, "{html}");
        assert!(html.contains("<select id=\"f-a\" name=\"f.a\" required"), "{html}");
    }
}
