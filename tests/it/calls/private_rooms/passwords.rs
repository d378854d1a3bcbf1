//! Passwords: everybody's, one's own, and tried by machine.

use super::*;
use crate::support::VELVET;
use serde_json::json;
use tallyroom::domain::private_room::LOCK_MS;

#[tokio::test]
async fn passwords_open_their_own_room_only_and_are_never_shown_again() {
    let pair = Pair::new(Price::default()).await;
    let _page = Caller::open(&pair.app, &pair.seller).await;
    let (one, other) = (
        make(&pair, "free", "password").await,
        make(&pair, "free", "password").await,
    );
    let visitor = pair.app.anonymous(LUMEN);
    one.enter(&visitor, "Vic", &other.password).await.expect(422);
    let rooms = pair.seller.get("/sell/rooms").await.expect(200).text;
    assert!(!rooms.contains(&one.password) && !rooms.contains(&other.password));
    let hashed = "private_rooms WHERE password_hash LIKE '$argon2id$%'";
    assert_eq!(pair.app.database.count(hashed), 2);
    // At another tenant there is no such room, and nobody else's is one's own.
    let elsewhere = pair.app.anonymous(VELVET);
    elsewhere.get(&one.path).await.expect(404);
    one.enter(&elsewhere, "Vic", &one.password).await.expect(404);
    let profile = json!({ "headline": "Else", "about": "", "languages": ["en"] });
    pair.buyer.put("/api/v1/selling/profile", profile).await.expect(200);
    let theirs = [("action", "password"), ("room", one.id.as_str())];
    pair.buyer.form("/sell/rooms", &theirs).await.expect(404);
    // A new password ends the old one; a closed room's address leads nowhere.
    let page = one.host(&pair, "password", &[]).await.expect(200).text;
    let renewed = field(&page, "password").expect("told").1;
    one.enter(&visitor, "Vic", &one.password).await.expect(422);
    let own = [("password", "too short")];
    one.host(&pair, "password", &own).await.expect(422);
    other.host(&pair, "close", &[]).await.expect(303);
    visitor.get(&other.path).await.expect(404);
    other.enter(&visitor, "Vic", &other.password).await.expect(404);
    inside(&pair, one.enter(&visitor, "Vic", &renewed).await);
}

#[tokio::test]
async fn whoever_has_a_password_of_their_own_comes_under_their_name() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    let own = room.add(&pair, "Anna Known").await;
    let taken = room.host(&pair, "add", &[("name", "anna known")]).await.expect(422);
    assert!(taken.text.contains("somebody of that name"), "{}", taken.text);
    let visitor = pair.app.anonymous(LUMEN);
    // Neither everybody's password under her name, nor hers under another.
    room.enter(&visitor, "Anna Known", &room.password).await.expect(422);
    room.enter(&visitor, "Vic", &own).await.expect(422);
    let (call, _) = inside(&pair, room.enter(&visitor, " anna KNOWN ", &own).await);
    assert_eq!(entered(&mut host).await, (call, "Anna Known".to_owned()));
    pair.seller
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    room.host(&pair, "unlock", &[]).await.expect(303);
    // Another password, and none.
    let users = pair.seller.get("/sell/rooms").await.expect(200).text;
    let (_, rest) = users.split_once("name=\"user\" value=\"").expect("a user");
    let user = rest.split_once('"').expect("an id").0;
    let page = room.host(&pair, "renew", &[("user", user)]).await.expect(200).text;
    let renewed = field(&page, "password").expect("told").1;
    room.enter(&visitor, "Anna Known", &own).await.expect(422);
    room.host(&pair, "remove", &[("user", user)]).await.expect(303);
    room.enter(&visitor, "Anna Known", &renewed).await.expect(422);
    room.host(&pair, "drop_password", &[]).await.expect(303);
    room.host(&pair, "unlock", &[]).await.expect(303);
    room.enter(&visitor, "Vic", &room.password).await.expect(422);
}

#[tokio::test]
async fn passwords_tried_by_machine_are_slowed_then_locked_and_no_restart_forgets_it() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password_or_knock").await;
    let visitor = pair.app.anonymous(LUMEN);
    let mut slowed = 0;
    for nth in 0..10 {
        let name = format!("Guess {nth}");
        while room.enter(&visitor, &name, "no such password").await.status == 429 {
            slowed += 1;
            pair.app.clock.advance(1_000);
        }
    }
    assert_eq!(
        slowed,
        1 + 2 + 4 + 8 + 16 + 32 + 60,
        "each wait is twice the one before"
    );
    let told = |message: &ServerMessage| matches!(message, ServerMessage::RoomLocked { .. }).then_some(());
    host.wait("the lock", told).await;
    // Right or wrong: one can't tell.
    let wrong = room.enter(&visitor, "Vic", "no such password").await.expect(429);
    let right = room.enter(&visitor, "Vic", &room.password).await.expect(429);
    assert_eq!(wrong.text, right.text);
    let restarted = pair.app.another().await;
    let later = TestUser::anonymous(LUMEN, restarted);
    room.enter(&later, "Vic", &room.password).await.expect(429);
    room.knock(&visitor, "Vic").await;
    // The host opens it again; else it opens by itself.
    let page = pair.seller.get("/sell/rooms").await.expect(200).text;
    assert!(page.contains("tried by machine"), "{page}");
    room.host(&pair, "unlock", &[]).await.expect(303);
    host.ask(json!({"type": "ping"})).await.expect("still here");
    let (call, _) = inside(&pair, room.enter(&visitor, "Vic", &room.password).await);
    pair.seller
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    for _ in 0..20 {
        room.enter(&visitor, "Vic", "no such password").await;
        pair.app.clock.advance(60_000);
    }
    room.enter(&visitor, "Vic", &room.password).await.expect(429);
    pair.app.clock.advance(LOCK_MS);
    let _page = Caller::open(&pair.app, &pair.seller.renewed().await).await;
    inside(&pair, room.enter(&visitor, "Vic", &room.password).await);
}
