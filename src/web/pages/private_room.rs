//! `/room/{slug}`: the door of a private room, and the page of whoever waits at it.

use super::{
    lead_to, no_body, reader_zone, render, render_as,
    views::{Amount, DoorPage, DoorState, Field, Message, VisitPage},
};
use crate::{
    app::{
        identity::{SignedIn, Viewer},
        private_rooms::{self, Caller, Door, Going, Inside},
    },
    error::{Error, Kind},
    store::private_rooms::PrivateRoom,
    web::{Result, Site, Web, doors, tokens},
};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(come).service(wait).service(go_in);
}

#[get("/room/{slug}")]
async fn show(web: Data<Web>, site: Site, viewer: Option<Viewer>, slug: Path<String>) -> Result<HttpResponse> {
    match private_rooms::show(&web.app, &site.scope, &slug).await {
        Ok(door) => render(&site, viewer.as_ref(), &page(&site, viewer.as_ref(), door)),
        Err(error) => gone(&site, viewer.as_ref(), error),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    action: String,
    name: String,
    password: String,
}

#[post("/room/{slug}")]
async fn come(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    slug: Path<String>,
    request: HttpRequest,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    let caller = Caller {
        user: viewer.as_ref().map(|viewer| viewer.user.id),
        name: typed.name.clone(),
        address: site.client,
    };
    let tried = if typed.action == "knock" {
        private_rooms::knock(&web.app, &site.scope, &slug, caller)
            .await
            .map(Some)
    } else {
        let tried = private_rooms::by_password(&web.app, &site.scope, &slug, caller, typed.password.clone()).await;
        tried.map(|(room, token, locked)| {
            if locked {
                doors::locked(&web, &site, &room);
            }
            token
        })
    };
    let refused = match tried {
        Ok(Some(token)) => {
            let going = going(&site, viewer.as_ref(), &request);
            let inside = doors::go_in(&web, &site, (&slug, &token), going).await;
            return match inside {
                Ok((_, _, Inside::In { call, signed, .. })) => {
                    let cookies = cookies(&web, signed)?;
                    Ok(lead_to(&format!("/calls/{call}"), cookies))
                }
                // Whatever stands in the way, the visit's page says it.
                _ => Ok(no_body(&format!("/room/{slug}/visits/{token}"))),
            };
        }
        Ok(None) => Error::field("password", "That name and password don't open this room."),
        Err(error) => error,
    };
    refuse(&web, &site, viewer.as_ref(), (&slug, &typed), refused).await
}

/// The door again, with what is wrong.
async fn refuse(
    web: &Web,
    site: &Site,
    viewer: Option<&Viewer>,
    (slug, typed): (&str, &Typed),
    refused: Error,
) -> Result<HttpResponse> {
    let (status, field) = match refused.kind {
        Kind::NotFound => return gone(site, viewer, refused),
        Kind::Invalid { field } => (StatusCode::UNPROCESSABLE_ENTITY, field.unwrap_or_default()),
        Kind::Conflict { .. } => (StatusCode::CONFLICT, ""),
        Kind::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, ""),
        _ => return Err(refused.into()),
    };
    let wrong = match refused.kind {
        Kind::TooMany { retry_after_s } => Message::new("door.too_often").with("count", retry_after_s),
        _ => Message::new(refused.public),
    };
    let door = private_rooms::show(&web.app, &site.scope, slug).await?;
    let mut page = page(site, viewer, door);
    page.name.value.clone_from(&typed.name);
    match field {
        "name" => page.name.error = Some(wrong),
        "password" => page.password.error = Some(wrong),
        _ => page.problem = Some(wrong),
    }
    render_as(status, site, viewer, &page)
}

#[derive(Deserialize)]
struct Visited {
    slug: String,
    token: String,
}

#[get("/room/{slug}/visits/{token}")]
async fn wait(web: Data<Web>, site: Site, viewer: Option<Viewer>, visited: Path<Visited>) -> Result<HttpResponse> {
    match private_rooms::standing(&web.app, &site.scope, &visited.slug, &visited.token).await {
        Ok((door, visit)) => {
            let state = match (visit.refused, visit.admitted.is_some()) {
                (true, _) => DoorState::Refused,
                (_, true) if !door.here => DoorState::Away,
                (_, true) => DoorState::Busy,
                _ => DoorState::Waiting,
            };
            let page = visit_page(&visited, Some(&door.room), state, None);
            render(&site, viewer.as_ref(), &page)
        }
        Err(error) => gone(&site, viewer.as_ref(), error),
    }
}

/// The page of the visit asks again and again; as soon as it can be it leads into the call.
#[post("/room/{slug}/visits/{token}")]
async fn go_in(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    visited: Path<Visited>,
    Query(shown): Query<ShownState>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let going = going(&site, viewer.as_ref(), &request);
    let (room, state, problem) = match doors::go_in(&web, &site, (&visited.slug, &visited.token), going).await {
        Ok((_, _, Inside::In { call, signed, .. })) => {
            let cookies = cookies(&web, signed)?;
            return Ok(lead(&request, &format!("/calls/{call}"), cookies));
        }
        Ok((room, _, inside)) => (Some(room), state_of(&inside), None),
        Err(error) => {
            let error = error.0;
            match error.kind {
                // The door says that it is closed.
                Kind::NotFound if request.headers().contains_key("hx-request") => {
                    return Ok(lead(&request, &format!("/room/{}", visited.slug), Vec::new()));
                }
                Kind::NotFound => return gone(&site, viewer.as_ref(), error),
                Kind::Conflict { .. } => {
                    let door = private_rooms::show(&web.app, &site.scope, &visited.slug).await?;
                    (Some(door.room), DoorState::Stopped, Some(error))
                }
                _ => return Err(error.into()),
            }
        }
    };
    let page = visit_page(&visited, room.as_ref(), state, problem);
    if page.shown == shown.shown && request.headers().contains_key("hx-request") {
        // Nothing is put in the place of what one reads, or has the focus on.
        return Ok(HttpResponse::NoContent().finish());
    }
    render(&site, viewer.as_ref(), &page)
}

/// What the page says already.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ShownState {
    shown: String,
}

fn state_of(inside: &Inside) -> DoorState {
    match inside {
        Inside::Waiting | Inside::In { .. } => DoorState::Waiting,
        Inside::Refused => DoorState::Refused,
        Inside::Away => DoorState::Away,
        Inside::Busy => DoorState::Busy,
        Inside::Full => DoorState::Full,
    }
}

fn going(site: &Site, viewer: Option<&Viewer>, request: &HttpRequest) -> Going {
    let device = request.headers().get(header::USER_AGENT);
    Going {
        user: viewer.map(|viewer| viewer.user.id),
        zone_and_language: (
            reader_zone(site, viewer).name().to_owned(),
            site.frame.page.lang.clone(),
        ),
        device: device
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    }
}

fn cookies(web: &Web, signed: Option<Box<SignedIn>>) -> Result<Vec<actix_web::cookie::Cookie<'static>>> {
    let cookies = signed.map(|signed| tokens::cookies(web, &signed)).transpose()?;
    Ok(cookies.into_iter().flatten().collect())
}

/// Leads on; htmx would put the page that a redirect leads to into its target.
fn lead(request: &HttpRequest, to: &str, cookies: Vec<actix_web::cookie::Cookie<'static>>) -> HttpResponse {
    if !request.headers().contains_key("hx-request") {
        return lead_to(to, cookies);
    }
    let mut response = HttpResponse::Ok();
    response.insert_header(("hx-redirect", to));
    for cookie in cookies {
        response.cookie(cookie);
    }
    response.finish()
}

fn page(site: &Site, viewer: Option<&Viewer>, door: Door) -> DoorPage {
    let room = door.room;
    DoorPage {
        own: viewer.is_some_and(|viewer| viewer.user.id == room.host.id),
        sign_in: door.account && viewer.is_none(),
        takes_nobody: !door.takes,
        rate: (!room.free).then(|| Amount::new(room.rate_minor, site.tenant.currency.code())),
        slug: room.slug,
        title: room.title,
        host: room.host.name,
        service_title: room.service_title,
        here: door.here,
        by_password: room.opens.by_password(),
        by_knock: room.opens.by_knock(),
        name: Field::of(viewer.map(|viewer| viewer.user.name.clone()).unwrap_or_default()),
        ..DoorPage::default()
    }
}

fn visit_page(visited: &Visited, room: Option<&PrivateRoom>, state: DoorState, problem: Option<Error>) -> VisitPage {
    VisitPage {
        slug: visited.slug.clone(),
        token: visited.token.clone(),
        title: room.map(|room| room.title.clone()).unwrap_or_default(),
        host: room.map(|room| room.host.name.clone()).unwrap_or_default(),
        state,
        shown: match &problem {
            Some(problem) => format!("{}-{}", state.name(), problem.code()),
            None => state.name().to_owned(),
        },
        add_credit: problem
            .as_ref()
            .is_some_and(|problem| problem.code() == "insufficient_credit"),
        problem: problem.map(|problem| Message::new(problem.public)),
    }
}

/// An address that leads nowhere says so on a page of its own.
fn gone(site: &Site, viewer: Option<&Viewer>, error: Error) -> Result<HttpResponse> {
    if error.kind != Kind::NotFound {
        return Err(error.into());
    }
    let page = DoorPage {
        gone: Some(Message::new(error.public)),
        ..DoorPage::default()
    };
    render_as(StatusCode::NOT_FOUND, site, viewer, &page)
}
