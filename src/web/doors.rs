//! Private rooms' doors, between pages and live calls: going in opens the call's room, and hosts hear who is at the door.

use super::{Result, site::Site, state::Web};
use crate::{
    app::private_rooms::{self, Going, Inside},
    store::{calls::Call, private_room_visits::Visit, private_rooms::PrivateRoom},
};
use tallyroom_media_protocol::signaling::ServerMessage;

/// Whoever's page hasn't asked for so long isn't told of any more, milliseconds.
const KNOCK_MS: i64 = 10_000;

/// Goes in, if it can be, and tells the host of who waits or has come.
pub(super) async fn go_in(
    web: &Web,
    site: &Site,
    (slug, token): (&str, &str),
    going: Going,
) -> Result<(PrivateRoom, Visit, Inside)> {
    let (room, visit, mut inside) =
        private_rooms::go_in(&web.app, (&site.scope, &site.tenant), (slug, token), going).await?;
    match &mut inside {
        Inside::Waiting => tell(web, site, &room, &knock(web, &room, &visit)),
        Inside::In { opened, .. } => {
            if let Some(call) = opened.take() {
                let message = entered(web, &room, &visit, &call);
                let id = call.id;
                web.live.registry.ring(site.scope, *call);
                if let Some(room) = web.live.registry.room(&site.scope, id) {
                    room.announce(message);
                }
            }
        }
        _ => {}
    }
    Ok((room, visit, inside))
}

/// Tells the host that passwords are tried by machine.
pub(super) fn locked(web: &Web, site: &Site, room: &PrivateRoom) {
    let room_title = room.title.clone();
    tell(web, site, room, &ServerMessage::RoomLocked { room_title });
}

fn tell(web: &Web, site: &Site, room: &PrivateRoom, message: &ServerMessage) {
    let people = web.live.registry.people();
    people.tell((site.tenant.id, room.host.id), message);
}

fn knock(web: &Web, room: &PrivateRoom, visit: &Visit) -> ServerMessage {
    let now = web.app.now();
    ServerMessage::Knock {
        visit: visit.id.uuid(),
        name: visit.name.clone(),
        room_title: room.title.clone(),
        until_ms: (now + KNOCK_MS).0,
        server_now_ms: now.0,
    }
}

fn entered(web: &Web, room: &PrivateRoom, visit: &Visit, call: &Call) -> ServerMessage {
    let now = web.app.now();
    ServerMessage::Entered {
        call: call.id.uuid(),
        visit: visit.id.uuid(),
        name: call.buyer.name.clone(),
        room_title: room.title.clone(),
        until_ms: (now + i64::from(call.terms.policy.pre_check_s) * 1_000).0,
        server_now_ms: now.0,
    }
}
