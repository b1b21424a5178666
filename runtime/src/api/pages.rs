//! The pages behind links: what a person sees and sends without a token, on a phone, without JavaScript.
//!
//! `GET` shows and changes nothing, however often a mail scanner follows the link; `POST` acts. What settles the task,
//! decision or question uses the link up; saying that work cannot go on does not. Invariant: a link that is wrong, used,
//! expired or overtaken changes nothing and says kindly what happened.

mod acting;
mod page;
mod task;
mod texts;

use super::fault::TOO_MANY;
use super::limits::Peer;
use super::read::read;
use super::site::{Site, TenantSite};
use crate::error::{Class, Problem};
use crate::link::{About, Link, fingerprint};
use crate::opened::Opened;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use page::Page;
use std::sync::Arc;
use texts::{Texts, filled, for_reader};
use wf_plan::Moment;

/// Bytes of a filled-in form.
const FORM_LIMIT: usize = 256 * 1024;

/// A link that was opened and holds.
#[derive(Debug)]
struct Visit {
    tenant: Arc<TenantSite>,
    link: Link,
    /// Under which name it is used up.
    fingerprint: String,
    opened: Opened,
    texts: &'static Texts,
    action: String,
}

/// What a form sent: names and values, in order.
type Sent = Vec<(String, String)>;

/// Shows what the link is for.
pub async fn show(State(site): State<Arc<Site>>, Path(link): Path<String>, request: Request) -> Response {
    let (headers, peer) = (request.headers().clone(), request.extensions().get::<Peer>().copied());
    drop(request);
    match visit(&site, &link, &headers, peer).await {
        Ok(visit) => match visit.closed().await {
            Ok(None) => task::page(&visit, &Vec::new()).response(StatusCode::OK),
            Ok(Some(page)) => page.response(StatusCode::GONE),
            Err(problem) => failed(&site, visit.texts, &problem),
        },
        Err(response) => *response,
    }
}

/// Does what the form says.
pub async fn act(State(site): State<Arc<Site>>, Path(link): Path<String>, request: Request) -> Response {
    let (headers, peer) = (request.headers().clone(), request.extensions().get::<Peer>().copied());
    let visit = match visit(&site, &link, &headers, peer).await {
        Ok(visit) => visit,
        Err(response) => return *response,
    };
    let sent: Option<Sent> = match read(request, FORM_LIMIT).await {
        Ok(bytes) if !bytes.contains(&0) => serde_urlencoded::from_bytes(&bytes).ok(),
        _ => None,
    };
    let Some(sent) = sent.filter(|sent| !sent.iter().any(|(_, value)| value.contains('\0'))) else {
        return plain(visit.texts, visit.texts.failed, visit.texts.failed_why)
            .response(StatusCode::BAD_REQUEST);
    };
    let done = match visit.closed().await {
        Ok(None) => acting::act(&visit, &sent).await,
        Ok(Some(page)) => Ok((StatusCode::GONE, page)),
        Err(problem) => Err(problem),
    };
    match done {
        Ok((status, page)) => {
            if status == StatusCode::OK {
                site.metrics.transition();
            }
            page.response(status)
        }
        Err(problem) => failed(&site, visit.texts, &problem),
    }
}

/// Opens a link; what cannot be opened is answered at once.
async fn visit(
    site: &Site,
    link: &str,
    headers: &HeaderMap,
    peer: Option<Peer>,
) -> Result<Visit, Box<Response>> {
    let accepts = headers.get(header::ACCEPT_LANGUAGE).and_then(|accepts| accepts.to_str().ok());
    let stranger = for_reader(None, accepts);
    // Links are opened by people; a program that tries many is slowed down.
    if site.limits.address(peer.as_ref()).is_err() {
        return Err(Box::new(plain(stranger, stranger.failed, stranger.busy).response(TOO_MANY.status)));
    }
    let invalid =
        || Box::new(plain(stranger, stranger.invalid, stranger.invalid_why).response(StatusCode::NOT_FOUND));
    let key_of = |tenant: &str| site.tenants.get(tenant).map(|tenant| tenant.link_key.as_slice());
    let opened = Link::open(link, key_of).ok_or_else(invalid)?;
    let tenant = site.tenants.get(&opened.tenant).ok_or_else(invalid)?;
    let language =
        tenant.engine.config.people.get(&opened.person).and_then(|person| person.language.as_deref());
    let texts = for_reader(language, accepts);
    match Opened::of(&tenant.engine, &opened.instance).await {
        Ok(instance) => Ok(Visit {
            tenant: Arc::clone(tenant),
            link: opened,
            fingerprint: fingerprint(link),
            opened: instance,
            texts,
            action: format!("/l/{link}"),
        }),
        Err(problem) if problem.class() == Class::NotFound => Err(invalid()),
        // The person it is about was erased: there is nothing to do any more, and nothing to be told.
        Err(problem) if problem.class() == Class::Refused => {
            Err(Box::new(plain(texts, texts.overtaken, texts.close_page).response(StatusCode::GONE)))
        }
        Err(problem) => Err(Box::new(failed(site, texts, &problem))),
    }
}

impl Visit {
    /// A page of this visit with nothing on it but what it is about.
    fn blank(&self, heading: &str) -> Page {
        let instance = &self.opened.instance;
        let reference =
            instance.reference.as_ref().map_or_else(String::new, |reference| format!(" · {reference}"));
        Page {
            lang: self.texts.lang,
            about: format!("{}{reference}", instance.title),
            heading: heading.to_owned(),
            optional: self.texts.optional,
            details_title: self.texts.details,
            action: self.action.clone(),
            ..Page::default()
        }
    }

    /// Why there is nothing to do any more, if there is not.
    async fn closed(&self) -> Result<Option<Page>, Problem> {
        let (texts, store) = (self.texts, &self.tenant.engine.store);
        if store.is_link_used(&self.fingerprint).await? {
            let mut page = self.blank(texts.used);
            page.lines = vec![texts.used_why.to_owned(), texts.close_page.to_owned()];
            return Ok(Some(page));
        }
        if self.link.expires_at_ms <= self.tenant.engine.clock.now().0 {
            let until = texts.when(&self.opened.ready.local, Moment(self.link.expires_at_ms));
            let mut page = self.blank(texts.expired);
            page.lines = vec![filled(texts.expired_why, &[&until])];
            return Ok(Some(page));
        }
        let overtaken = match &self.link.about {
            About::Node { .. } => self.node_overtaken(),
            About::Question(number) => self.question_overtaken(*number).await?,
        };
        Ok(overtaken.map(|mut lines| {
            let mut page = self.blank(texts.overtaken);
            lines.push(texts.close_page.to_owned());
            page.lines = lines;
            page
        }))
    }

    fn node_overtaken(&self) -> Option<Vec<String>> {
        let About::Node { node, copy, round } = &self.link.about else { return None };
        let texts = self.texts;
        let place = self.opened.place(node).ok().map(|place| wf_vm::event::Place { copy: *copy, ..place });
        let seen = self.opened.view().nodes.iter().find(|seen| Some(seen.place) == place);
        let Some(seen) = seen else { return Some(Vec::new()) };
        if seen.state.is_live() && seen.round == *round {
            return None;
        }
        if seen.round != *round {
            return Some(vec![texts.new_round.to_owned()]);
        }
        let since = seen.since.map(|since| texts.when(&self.opened.ready.local, since)).unwrap_or_default();
        let people: Vec<String> = seen.done_by.iter().map(|person| self.full_name(person)).collect();
        let mut lines = Vec::new();
        if !people.is_empty() {
            lines.push(filled(texts.done_by, &[&people.join(", "), &since]));
        } else if !since.is_empty() {
            lines.push(filled(texts.settled, &[&since]));
        }
        if self.opened.instance.ended_at_ms.is_some() {
            lines.push(filled(texts.ended, &[&self.opened.instance.title]));
        }
        Some(lines)
    }

    async fn question_overtaken(&self, number: u32) -> Result<Option<Vec<String>>, Problem> {
        let is_open =
            |asked: &wf_vm::view::QuestionView| crate::transition::question_number(asked.id) == number;
        if self.opened.view().questions.iter().any(is_open) {
            return Ok(None);
        }
        let rows = self.tenant.engine.store.questions(&self.opened.instance.id, false).await?;
        let row = rows.into_iter().find(|row| row.number == i64::from(number));
        let answered = row.and_then(|row| Some((row.answered_by?, row.answer?)));
        Ok(Some(match answered {
            Some((who, what)) => vec![filled(self.texts.answered_by, &[&self.full_name(&who), &what])],
            None => vec![self.texts.question_closed.to_owned()],
        }))
    }

    fn full_name(&self, person: &str) -> String {
        self.tenant.engine.people(&self.opened.ready).full_name(person)
    }
}

/// A page with a heading and one line, for whoever it may be.
fn plain(texts: &'static Texts, heading: &str, line: &str) -> Page {
    Page { lang: texts.lang, heading: heading.to_owned(), lines: vec![line.to_owned()], ..Page::default() }
}

fn failed(site: &Site, texts: &'static Texts, problem: &Problem) -> Response {
    (site.log)(&format!("a link could not be served: {problem}"));
    plain(texts, texts.failed, texts.failed_why).response(StatusCode::SERVICE_UNAVAILABLE)
}
