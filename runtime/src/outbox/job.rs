//! What to do for a row of the outbox: a letter with everything around it, an update, or an order inside the store.
//!
//! Invariant: what is sent under a key is the same in every attempt; links and tokens in it depend on the row alone.

use super::carriers::{Carriers, Settings};
use super::{key, key_of, needless};
use crate::channel::{Channel, Delivered, Delivery, Earlier, PageLink};
use crate::engine::Engine;
use crate::error::Result;
use crate::letter::{Letter, Route, SystemOrder};
use crate::link::{About, Link, ReplyToken};
use crate::plans::Ready;
use crate::store::row::{ClaimedRow, InstanceRow};
use crate::system::{Ordered, System};
use std::sync::Arc;
use wf_plan::Moment;

/// For how long a link in a letter is good; whoever is slower gets a newer letter, or asks for a link.
const LINK_MS: i64 = 30 * 86_400_000;

/// What jobs are made from.
pub(super) struct Office<'a> {
    pub engine: &'a Engine,
    pub carriers: &'a Carriers,
    pub link_key: &'a [u8],
    /// The plan of the row's instance, where it can be read.
    pub ready: Option<Arc<Ready>>,
    /// The instance as it stands, for letters that have not begun.
    pub instance: Option<Arc<InstanceRow>>,
}

/// What to do for a row.
pub(super) enum Job {
    /// It is carried by a channel or system.
    Carry(Arc<Carry>),
    /// It is an order to the store itself.
    Inside,
    /// After another letter of its instance, whose end it must know.
    After { number: i64 },
    /// There is nothing to do any more.
    Needless { why: String },
    /// What it calls for cannot be done any more.
    Stale { why: String, letter: Box<Letter> },
}

/// What a channel or system carries.
pub(super) enum Carry {
    Letter {
        channel: Arc<dyn Channel>,
        delivery: Box<Delivery>,
        settings: Settings,
        lane: String,
    },
    Update {
        system: Arc<dyn System>,
        ordered: Box<Ordered>,
        settings: Settings,
        lane: String,
    },
    /// The row cannot be read.
    Unreadable {
        why: String,
        settings: Settings,
    },
}

/// What to do for a row.
pub(super) async fn job(office: &Office<'_>, row: &ClaimedRow) -> Result<Job> {
    match row.kind.as_str() {
        "message" => match read::<Letter>(row) {
            Ok(letter) => {
                let (ready, instance) = (office.ready.as_deref(), office.instance.as_deref());
                Ok(match needless::why_not(ready, instance, row, &letter) {
                    Some(why) => Job::Stale { why, letter: Box::new(letter) },
                    None => carried(Ok(carry_letter(office, row, letter, None)), office),
                })
            }
            Err(why) => Ok(carried(Err(why), office)),
        },
        "withdraw" => match read::<Letter>(row) {
            Ok(letter) => change(office, row, letter).await,
            Err(why) => Ok(carried(Err(why), office)),
        },
        "update" => Ok(carried(read(row).map(|order| carry_update(office, row, order)), office)),
        _ => Ok(Job::Inside),
    }
}

fn read<T: serde::de::DeserializeOwned>(row: &ClaimedRow) -> Result<T, String> {
    serde_json::from_str(&row.body).map_err(|cause| cause.to_string())
}

fn carried(carry: Result<Carry, String>, office: &Office<'_>) -> Job {
    let settings = office.carriers.channel("console").1;
    Job::Carry(Arc::new(carry.unwrap_or_else(|why| Carry::Unreadable { why, settings })))
}

/// A letter that changes one sent before goes where that one went, once it is known where that was.
async fn change(office: &Office<'_>, row: &ClaimedRow, mut letter: Letter) -> Result<Job> {
    let Some(number) = letter.changes else {
        return Ok(carried(Ok(carry_letter(office, row, letter, None)), office));
    };
    let earlier = office.engine.store.earlier_letter(&row.instance, number).await?;
    let Some(earlier) = earlier else {
        return Ok(Job::Needless { why: "the letter it would change is gone".to_owned() });
    };
    match (earlier.status.as_str(), &earlier.channel) {
        ("sent", Some(channel)) => {
            letter.routes.retain(|route| route.channel == *channel);
            if letter.routes.is_empty() {
                letter.routes.push(Route { channel: channel.clone(), address: None });
            }
            let key = key(&row.instance, number, earlier.restorations);
            let earlier = Earlier { key, external_id: earlier.external_id };
            Ok(carried(Ok(carry_letter(office, row, letter, Some(earlier))), office))
        }
        ("waiting" | "sending", _) => Ok(Job::After { number }),
        // It may have arrived: then this one must, too.
        ("unknown", _) => Ok(carried(Ok(carry_letter(office, row, letter, None)), office)),
        _ => Ok(Job::Needless { why: "the letter it would change never arrived".to_owned() }),
    }
}

fn carry_letter(office: &Office<'_>, row: &ClaimedRow, letter: Letter, updates: Option<Earlier>) -> Carry {
    let at_route = usize::try_from(row.route).unwrap_or_default();
    let route = letter.routes.get(at_route).cloned();
    let route = route.unwrap_or_else(|| Route { channel: "console".to_owned(), address: None });
    let (channel, settings) = office.carriers.channel(&route.channel);
    let lane = lane(channel.adapter(), &route.channel);
    let tenant = office.engine.store.tenant().name.clone();
    let reader = letter.person.as_ref().and_then(|person| office.engine.config.people.get(person));
    let token = ReplyToken { instance: row.instance.clone(), number: row.number };
    let delivery = Box::new(Delivery {
        key: key_of(row),
        link: link(office, row, &letter),
        reply_token: token.signed(&tenant, office.link_key).filter(|_| updates.is_none()),
        language: reader.and_then(|reader| reader.language.clone()).or_else(|| letter.language.clone()),
        tenant,
        route,
        asked_at: Moment(row.created_at_ms),
        at: office.engine.clock.now(),
        local: office.ready.as_ref().map(|ready| ready.local.clone()),
        updates,
        letter,
    });
    Carry::Letter { channel, delivery, settings, lane }
}

fn carry_update(office: &Office<'_>, row: &ClaimedRow, order: SystemOrder) -> Carry {
    let (system, settings) = office.carriers.system(&order.system);
    let lane = lane(system.adapter(), &order.system);
    let ordered = Box::new(Ordered {
        key: key_of(row),
        tenant: office.engine.store.tenant().name.clone(),
        order,
        asked_at: Moment(row.created_at_ms),
        at: office.engine.clock.now(),
        local: office.ready.as_ref().map(|ready| ready.local.clone()),
    });
    Carry::Update { system, ordered, settings, lane }
}

/// What is printed is printed in order, whichever channel it stands for.
fn lane(adapter: &str, name: &str) -> String {
    if adapter == "console" { "console".to_owned() } else { name.to_owned() }
}

/// The page on which a letter is answered, where the configuration says under which address people reach it.
fn link(office: &Office<'_>, row: &ClaimedRow, letter: &Letter) -> Option<PageLink> {
    let url = office.engine.config.public_url.as_ref()?;
    let about = match (letter.question, &letter.node) {
        _ if letter.buttons.is_empty() && !letter.free_text => return None,
        (Some(question), _) => About::Question(question),
        (None, Some(node)) => About::Node { node: node.clone(), copy: letter.copy, round: letter.round? },
        (None, None) => return None,
    };
    let expires = Moment(row.created_at_ms.saturating_add(LINK_MS));
    let link = Link {
        tenant: office.engine.store.tenant().name.clone(),
        instance: row.instance.clone(),
        about,
        person: acting_person(office, letter)?,
        expires_at_ms: expires.0,
    };
    let url = format!("{}/l/{}", url.trim_end_matches('/'), link.signed(office.link_key));
    Some(PageLink { url, expires })
}

/// As whom the reader acts: themselves, or the role that only they fill.
fn acting_person(office: &Office<'_>, letter: &Letter) -> Option<String> {
    if letter.person.is_some() {
        return letter.person.clone();
    }
    let (role, ready) = (letter.role.as_ref()?, office.ready.as_ref()?);
    let id = ready.program().role_named(role)?;
    (office.engine.people(ready).filling(id) == [role.clone()]).then(|| role.clone())
}

impl Carry {
    pub fn adapter(&self) -> &'static str {
        match self {
            Self::Letter { channel, .. } => channel.adapter(),
            Self::Update { system, .. } => system.adapter(),
            Self::Unreadable { .. } => "none",
        }
    }

    /// The channel or system, as the plan names it.
    pub fn name(&self) -> &str {
        match self {
            Self::Letter { delivery, .. } => &delivery.route.channel,
            Self::Update { ordered, .. } => &ordered.order.system,
            Self::Unreadable { .. } => "none",
        }
    }

    /// With whom it shares its place in the queue.
    pub fn lane(&self) -> &str {
        match self {
            Self::Letter { lane, .. } | Self::Update { lane, .. } => lane,
            Self::Unreadable { .. } => "none",
        }
    }

    /// What is down when it is down.
    pub fn destination(&self) -> &str {
        match self {
            Self::Letter { channel, .. } => channel.destination(),
            Self::Update { system, .. } => system.destination(),
            Self::Unreadable { .. } => "none",
        }
    }

    pub fn settings(&self) -> Settings {
        match self {
            Self::Letter { settings, .. }
            | Self::Update { settings, .. }
            | Self::Unreadable { settings, .. } => *settings,
        }
    }

    /// Whether the receiver sees one where the same key comes twice; systems that do not are not connected.
    pub fn tells_repeats(&self) -> bool {
        match self {
            Self::Letter { channel, .. } => channel.tells_repeats(),
            Self::Update { .. } | Self::Unreadable { .. } => true,
        }
    }

    /// The letter, where it is one.
    pub fn letter(&self) -> Option<&Letter> {
        match self {
            Self::Letter { delivery, .. } => Some(&delivery.letter),
            Self::Update { .. } | Self::Unreadable { .. } => None,
        }
    }

    /// Whether the receiver can be reached on another way after this one.
    pub fn has_route_after(&self, route: i64) -> bool {
        let next = usize::try_from(route).unwrap_or_default() + 1;
        matches!(self, Self::Letter { delivery, .. } if next < delivery.letter.routes.len())
    }

    /// Blocks until it is known what became of it.
    pub fn run(&self) -> Delivered {
        match self {
            Self::Letter { channel, delivery, .. } => channel.deliver(delivery),
            Self::Update { system, ordered, .. } => system.update(ordered),
            Self::Unreadable { why, .. } => {
                Delivered::Refused { why: format!("the order cannot be read: {why}") }
            }
        }
    }
}
