//! `/sell/rooms`: a seller's private rooms.

use super::{
    flash::flash,
    lead_to, no_such_form, problem_or_conflict, profile_first, render, render_as,
    views::{Amount, Field, Message, PrivateRoomRow, PrivateRoomsPage, RoomUserRow, ServiceChoice, ToldPassword},
};
use crate::{
    app::{
        identity::Viewer,
        private_rooms::{self, Draft, Kept, Rooms},
    },
    domain::{
        ids::{PrivateRoomId, RoomUserId, RoomVisitId},
        private_room::{MOST_ROOMS, Opens},
        time::Moment,
    },
    error::Error,
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Form, ServiceConfig},
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change);
}

#[get("/sell/rooms")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    match private_rooms::list(&web.app, &viewer).await {
        Ok(rooms) => render(&site, Some(&viewer), &page(&site, rooms)),
        Err(refused) => profile_first(refused),
    }
}

/// One of the page's forms, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    action: String,
    room: String,
    user: String,
    visit: String,
    title: String,
    service: String,
    opens: String,
    cost: String,
    name: String,
    password: String,
}

impl Typed {
    fn room(&self) -> crate::error::Result<PrivateRoomId> {
        self.room.parse().map_err(|_| Error::not_found())
    }

    fn user(&self) -> crate::error::Result<RoomUserId> {
        self.user.parse().map_err(|_| Error::not_found())
    }

    fn visit(&self) -> crate::error::Result<RoomVisitId> {
        self.visit.parse().map_err(|_| Error::not_found())
    }
}

/// What was done: something to be told once, or a password that is shown only now.
enum Done {
    Flash(&'static str),
    Told(PrivateRoomId, ToldPassword),
}

#[post("/sell/rooms")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Form(typed): Form<Typed>) -> Result<HttpResponse> {
    let refused = match carry_out(&web, &viewer, &typed).await {
        Ok(Done::Flash(key)) => return Ok(lead_to("/sell/rooms", [flash(Tone::Success, key)])),
        Ok(Done::Told(room, told)) => {
            let mut page = page(&site, private_rooms::list(&web.app, &viewer).await?);
            let row = page.rooms.iter_mut().find(|row| row.id == room.uuid());
            if let Some(row) = row {
                row.told = Some(told);
            }
            return render(&site, Some(&viewer), &page);
        }
        Err(refused) => refused,
    };
    let (status, field, wrong) = problem_or_conflict(refused)?;
    let mut page = page(&site, private_rooms::list(&web.app, &viewer).await?);
    retype(&mut page, &typed, field, wrong);
    render_as(status, &site, Some(&viewer), &page)
}

async fn carry_out(web: &Web, viewer: &Viewer, typed: &Typed) -> crate::error::Result<Done> {
    let app = &web.app;
    let own = |(name, password)| ToldPassword {
        name: Some(name),
        password,
    };
    let shared = |password| ToldPassword { name: None, password };
    Ok(match typed.action.as_str() {
        "create" => {
            let draft = Draft {
                title: typed.title.clone(),
                service: typed.service.clone(),
                free: typed.cost == "free",
                opens: typed.opens.clone(),
                password: typed.password.clone(),
            };
            let (room, password) = private_rooms::create(app, viewer, draft).await?;
            match password {
                Some(password) => Done::Told(room, shared(password)),
                None => Done::Flash("rooms.made"),
            }
        }
        "change" => {
            private_rooms::change(app, viewer, typed.room()?, &typed.title, &typed.opens).await?;
            Done::Flash("done.saved")
        }
        "password" => {
            let room = typed.room()?;
            let password = private_rooms::renew(app, viewer, room, typed.password.clone()).await?;
            Done::Told(room, shared(password))
        }
        "drop_password" => {
            private_rooms::drop_password(app, viewer, typed.room()?).await?;
            Done::Flash("rooms.password_dropped")
        }
        "add" => {
            let room = typed.room()?;
            let added = private_rooms::add_user(app, viewer, room, &typed.name, typed.password.clone()).await?;
            Done::Told(room, own(added))
        }
        "renew" => {
            let (room, user) = (typed.room()?, typed.user()?);
            let renewed = private_rooms::renew_user(app, viewer, room, user, typed.password.clone()).await?;
            Done::Told(room, own(renewed))
        }
        "remove" => {
            private_rooms::remove_user(app, viewer, typed.room()?, typed.user()?).await?;
            Done::Flash("rooms.removed")
        }
        "admit" | "refuse" => {
            let admit = typed.action == "admit";
            private_rooms::answer(app, viewer, typed.visit()?, admit).await?;
            Done::Flash(if admit { "rooms.admitted" } else { "rooms.refused" })
        }
        "unlock" => {
            private_rooms::unlock(app, viewer, typed.room()?).await?;
            Done::Flash("rooms.unlocked")
        }
        "close" => {
            private_rooms::close(app, viewer, typed.room()?).await?;
            Done::Flash("rooms.closed")
        }
        _ => return Err(no_such_form()),
    })
}

/// What was typed comes back, with what is wrong beside its field.
fn retype(page: &mut PrivateRoomsPage, typed: &Typed, field: &str, wrong: Message) {
    if typed.action != "create" {
        page.problem_room = typed.room.parse::<Uuid>().ok();
        page.problem = Some(wrong);
        return;
    }
    page.title.value.clone_from(&typed.title);
    page.opens.value.clone_from(&typed.opens);
    page.free = typed.cost == "free";
    for service in &mut page.services {
        service.chosen = service.id.to_string() == typed.service;
    }
    match field {
        "title" => page.title.error = Some(wrong),
        "service" => page.service.error = Some(wrong),
        "opens" => page.opens.error = Some(wrong),
        "password" => page.password.error = Some(wrong),
        _ => page.problem = Some(wrong),
    }
}

fn page(site: &Site, rooms: Rooms) -> PrivateRoomsPage {
    let amount = |minor| Amount::new(minor, site.tenant.currency.code());
    PrivateRoomsPage {
        full: rooms.rooms.len() >= MOST_ROOMS,
        rooms: rooms.rooms.into_iter().map(|kept| row(site, kept)).collect(),
        services: rooms
            .services
            .into_iter()
            .map(|service| ServiceChoice {
                id: service.id.uuid(),
                title: service.title,
                rate: amount(service.rate_minor),
                chosen: false,
            })
            .collect(),
        ways: Opens::ALL.map(Opens::name).to_vec(),
        opens: Field::of(Opens::ALL[0].name()),
        ..PrivateRoomsPage::default()
    }
}

fn row(site: &Site, kept: Kept) -> PrivateRoomRow {
    let room = kept.room;
    PrivateRoomRow {
        id: room.id.uuid(),
        address: format!("{}/room/{}", site.origin(), room.slug),
        title: room.title,
        service_title: room.service_title,
        rate: (!room.free).then(|| Amount::new(room.rate_minor, site.tenant.currency.code())),
        opens: room.opens.name(),
        by_password: room.opens.by_password(),
        has_password: room.has_password,
        users: kept
            .users
            .into_iter()
            .map(|user| RoomUserRow {
                id: user.id.uuid(),
                name: user.name,
            })
            .collect(),
        waiting: kept
            .waiting
            .into_iter()
            .map(|visit| RoomUserRow {
                id: visit.id.uuid(),
                name: visit.name,
            })
            .collect(),
        locked_until: kept.locked_until.map(Moment::timestamp),
        told: None,
    }
}
