//! What people are told, and what they want to be told.

use super::{
    flash::flash,
    lead_to, no_body, render,
    views::{
        ChannelChoice, EventChoices, LatestNotifications, Message, NotificationRow, NotificationSettingsPage,
        NotificationsPage,
    },
};
use crate::{
    app::{identity::Viewer, notifications},
    domain::notification::{Channel, Event, Rule},
    store::notifications::Notification,
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// Entries of a page, and of what the bell opens.
const PAGE: usize = 50;
const LATEST: usize = 6;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(latest)
        .service(see_all)
        .service(open)
        .service(show_choices)
        .service(choose)
        .service(worker);
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    page: u32,
}

#[get("/notifications")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let page = shown.page.max(1);
    let (found, more) = notifications::list(&web.app, &viewer, page, PAGE).await?;
    let view = NotificationsPage {
        items: found.into_iter().filter_map(row).collect(),
        unread: viewer.unread > 0,
        older_url: more.then(|| format!("/notifications?page={}", page.saturating_add(1))),
    };
    render(&site, Some(&viewer), &view)
}

/// What the bell opens.
#[get("/notifications/latest")]
async fn latest(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    let (found, _) = notifications::list(&web.app, &viewer, 1, LATEST).await?;
    let items = found.into_iter().filter_map(row).collect();
    render(&site, Some(&viewer), &LatestNotifications { items })
}

#[post("/notifications/read")]
async fn see_all(web: Data<Web>, viewer: Viewer) -> Result<HttpResponse> {
    notifications::see_all(&web.app, &viewer).await?;
    Ok(no_body("/notifications"))
}

/// Leads to what a notification is about, which is seen thereby.
#[get("/notifications/{id}")]
async fn open(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    Ok(no_body(&notifications::open(&web.app, &viewer, *id).await?))
}

#[get("/account/notifications")]
async fn show_choices(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    let found = notifications::choices(&web.app, &viewer).await?;
    let choice = |event: Event, channel: Channel| ChannelChoice {
        channel: channel.name(),
        wanted: found.wishes.want(event, channel),
        always: event.rule(channel) == Rule::Always,
    };
    let line = |event: &Event| EventChoices {
        event: event.name(),
        channels: Channel::ALL.map(|channel| choice(*event, channel)).into(),
    };
    let view = NotificationSettingsPage {
        events: found.events.iter().map(line).collect(),
        push_key: web.app.push.public_key().to_owned(),
    };
    render(&site, Some(&viewer), &view)
}

#[post("/account/notifications")]
async fn choose(web: Data<Web>, viewer: Viewer, Form(ticked): Form<HashMap<String, String>>) -> Result<HttpResponse> {
    let named = |name: &String| {
        let (event, channel) = name.split_once('.')?;
        Some((Event::parse(event)?, Channel::parse(channel)?))
    };
    let wanted = ticked.keys().filter_map(named).collect();
    notifications::choose(&web.app, &viewer, wanted).await?;
    Ok(lead_to(
        "/account/notifications",
        [flash(Tone::Success, "account.saved")],
    ))
}

/// What a browser runs to show notifications. It is for all pages of the host, so it lives at the host's root.
#[get("/push-worker.js")]
async fn worker() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header(("cache-control", "no-cache"))
        .body(include_str!("../../../tenant_themes/default/page/push-worker.js"))
}

/// What is said of an event.
pub fn words(event: Event, params: Map<String, Value>) -> Message {
    // Of an order there is more than one thing to say.
    let what = params.get("what").and_then(Value::as_str);
    let what = what.map(|what| format!(".{what}")).unwrap_or_default();
    let message = Message::new(format!("notify.said.{}{what}", event.name()));
    params
        .into_iter()
        .fold(message, |message, (name, value)| message.with(&name, value))
}

fn row(found: Notification) -> Option<NotificationRow> {
    let event = found.event?;
    let symbol = match event {
        Event::MissedCall => "phone-missed",
        Event::Message => "message-square",
        Event::Review => "star",
        Event::Reply => "message-square",
        Event::Decision => "shield-check",
        Event::Available => "radio",
        Event::Booking => "calendar",
        Event::CalendarLost => "calendar-x",
        Event::IdentityCheck => "id-card",
        Event::Refund => "undo-2",
        Event::Dispute => "scale",
        Event::TopUp => "wallet",
        Event::Tip => "hand-coins",
        Event::Recording => "circle-dot",
        Event::Payout => "landmark",
        Event::TemplateFailed => "triangle-alert",
        Event::SubscriptionEnds => "calendar-clock",
    };
    Some(NotificationRow {
        id: found.id,
        symbol,
        message: words(event, found.params),
        at: found.at.timestamp(),
        unread: !found.read,
    })
}
