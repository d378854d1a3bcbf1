//! Knocking, waiting at the door, and whom it holds.

use super::*;
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use tallyroom::{
    domain::{
        ids::UserId,
        private_room::{GONE_MS, LOST_MS, PAUSE_MS, UNSEEN_MS},
    },
    store::erase_person,
};

fn run(pair: &Pair, sql: &str) {
    let done = pair.app.database.superuser().batch_execute(sql);
    done.expect("done");
}

#[tokio::test]
async fn whoever_knocks_waits_for_the_hosts_word() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "knock").await;
    let visitor = pair.app.anonymous(LUMEN);
    room.enter(&visitor, "Vic", "whatever it is").await.expect(409);
    let unnamed = visitor.form(&room.path, &[("action", "knock"), ("name", " ")]).await;
    unnamed.expect(422);
    let visit = room.knock(&visitor, "Vic Visitor").await;
    assert_eq!(state(&visitor.get(&visit).await.expect(200)), "waiting");
    assert_eq!(state(&visitor.form(&visit, &[]).await.expect(200)), "waiting");
    let id = knocked(&mut host, "Vic Visitor").await;
    assert!(
        pair.seller
            .get("/sell/rooms")
            .await
            .expect(200)
            .text
            .contains("Vic Visitor")
    );
    let answer = |how: &str| format!("/api/v1/private-rooms/visits/{id}/{how}");
    pair.buyer.post(&answer("admit"), json!({})).await.expect(404);
    pair.seller.post(&answer("refuse"), json!({})).await.expect(204);
    assert_eq!(
        pair.seller.post(&answer("admit"), json!({})).await.expect(409).code(),
        "answered"
    );
    assert_eq!(state(&visitor.form(&visit, &[]).await.expect(200)), "refused");

    // Nobody rattles at the door: there is a pause.
    let again = pair.app.anonymous(LUMEN);
    let typed = [("action", "knock"), ("name", "Kim Knocks")];
    again.form(&room.path, &typed).await.expect(429);
    pair.app.clock.advance(PAUSE_MS);
    // Whoever has left isn't let in any more.
    let left = room.knock(&again, "Lee Left").await;
    assert_eq!(state(&again.form(&left, &[]).await.expect(200)), "waiting");
    let id = knocked(&mut host, "Lee Left").await;
    pair.app.clock.advance(GONE_MS);
    let admit = format!("/api/v1/private-rooms/visits/{id}/admit");
    assert_eq!(pair.seller.post(&admit, json!({})).await.expect(409).code(), "left");
    let visit = room.knock(&again, "Kim Knocks").await;
    let id = knocked(&mut host, "Kim Knocks").await;
    let admit = format!("/api/v1/private-rooms/visits/{id}/admit");
    pair.seller.post(&admit, json!({})).await.expect(204);
    host.ask(json!({ "type": "ping" }))
        .await
        .expect("the host is still there");
    // The page asks by script, and is led on.
    let asks = again
        .request(reqwest::Method::POST, &visit)
        .header("hx-request", "true");
    let led = Answer::of(asks).await.expect(200);
    let (call, _) = entered(&mut host).await;
    assert_eq!(led.header("hx-redirect"), format!("/calls/{call}"));
    let token = led.cookie("session").expect("a session");
    let user = TestUser::with_token(LUMEN, pair.app.address, &token);
    Caller::open(&pair.app, &user).await.join(call).await.expect("joined");
    // What a visit's page knows opens no other room's door.
    let other = make(&pair, "free", "knock").await;
    let token = visit.rsplit('/').next().expect("a token");
    let elsewhere = format!("{}/visits/{token}", other.path);
    again.form(&elsewhere, &[]).await.expect(404);
}

#[tokio::test]
async fn who_may_come_in_can_be_told_no_and_doesnt_stay_for_ever() {
    let pair = Pair::new(Price::default()).await;
    let room = make(&pair, "free", "password").await;
    let visitor = pair.app.anonymous(LUMEN);
    let visit = |came: Answer| came.expect(303).header("location").to_owned();
    let away = visit(room.enter(&visitor, "Vic", &room.password).await);
    assert_eq!(state(&visitor.form(&away, &[]).await.expect(200)), "away");
    // The page asks by script, and nothing is put in the place of what it says already.
    let asked = |shown: &str| {
        let path = format!("{away}?shown={shown}");
        let asks = visitor.request(reqwest::Method::POST, &path);
        Answer::of(asks.header("hx-request", "true"))
    };
    asked("away").await.expect(204);
    assert_eq!(state(&asked("busy").await.expect(200)), "away");
    // With another password those go who had the one before.
    let page = room.host(&pair, "password", &[]).await.expect(200).text;
    let password = field(&page, "password").expect("told").1;
    visitor.form(&away, &[]).await.expect(404);
    let away = visit(room.enter(&visitor, "Vic", &password).await);
    pair.app.clock.advance(UNSEEN_MS);
    visitor.form(&away, &[]).await.expect(404);
    let away = visit(room.enter(&visitor, "Vic", &password).await);
    room.host(&pair, "change", &[("title", "Fireside"), ("opens", "knock")])
        .await
        .expect(303);
    visitor.form(&away, &[]).await.expect(404);

    // A lost answer is given again, for a while.
    room.host(&pair, "change", &[("title", "Fireside"), ("opens", "password")])
        .await
        .expect(303);
    let away = visit(room.enter(&visitor, "Vic", &password).await);
    let _host = Caller::open(&pair.app, &pair.seller).await;
    let (call, _) = inside(&pair, visitor.form(&away, &[]).await);
    let (same, user) = inside(&pair, visitor.form(&away, &[]).await);
    assert_eq!(same, call);
    Caller::open(&pair.app, &user).await.join(call).await.expect("joined");
    pair.app.clock.advance(LOST_MS);
    let late = visitor.form(&away, &[]).await.expect(303);
    assert_eq!(late.cookie("session"), None);
}

#[tokio::test]
async fn a_room_whose_service_isnt_offered_takes_nobody() {
    let pair = Pair::new(Price::default()).await;
    let _host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    run(&pair, "UPDATE services SET published = false");
    let visitor = pair.app.anonymous(LUMEN);
    let door = visitor.get(&room.path).await.expect(200).text;
    assert!(door.contains("takes nobody right now"), "{door}");
    room.enter(&visitor, "Vic", &room.password).await.expect(409);
}

#[tokio::test]
async fn doors_hold_only_so_many_and_rooms_go_with_their_host() {
    let pair = Pair::new(Price::default()).await;
    let room = make(&pair, "free", "knock").await;
    let visitor = pair.app.anonymous(LUMEN);
    // The host isn't there: one may wait for them.
    let door = visitor.get(&room.path).await.expect(200).text;
    assert!(door.contains("isn’t here right now"), "{door}");
    // Of one network only so many: one person doesn't keep the others away.
    for nth in 0..2 {
        room.knock(&visitor, &format!("Knocker {nth}")).await;
    }
    let typed = [("action", "knock"), ("name", "One more")];
    visitor.form(&room.path, &typed).await.expect(409);
    // Others are at it from elsewhere: it is crowded.
    let elsewhere = "UPDATE private_room_visits SET network = sha256(id::text::bytea)";
    let crowd = |count: usize| {
        for nth in 0..count {
            let other = format!(
                "INSERT INTO private_room_visits
                     (tenant_id, id, room_id, token_hash, name, network, created_at, seen_at)
                 SELECT tenant_id, gen_random_uuid(), room_id, sha256('{nth}'), 'Other', '\\x00', created_at, seen_at
                 FROM private_room_visits ORDER BY created_at DESC, id LIMIT 1"
            );
            run(&pair, &other);
        }
    };
    run(&pair, elsewhere);
    crowd(8);
    visitor.form(&room.path, &typed).await.expect(409);
    // Those who have left wait no longer; they have knocked all the same, and many in a minute are too many.
    pair.app.clock.advance(30_000);
    for nth in 0..5 {
        room.knock(&visitor, &format!("Later {nth}")).await;
        run(&pair, elsewhere);
    }
    visitor.form(&room.path, &typed).await.expect(429);
    pair.app.clock.advance(30_000);
    room.knock(&visitor, "One more").await;
    for _ in 1..10 {
        make(&pair, "free", "knock").await;
    }
    let service = pair.service.to_string();
    let typed = [
        ("action", "create"),
        ("title", "Eleventh"),
        ("service", &service),
        ("opens", "knock"),
    ];
    pair.seller.form("/sell/rooms", &typed).await.expect(409);
    let unfit = [
        ("action", "create"),
        ("title", ""),
        ("service", &service),
        ("opens", "knock"),
    ];
    pair.seller.form("/sell/rooms", &unfit).await.expect(422);

    let me = pair.seller.get("/api/v1/me").await.expect(200).json();
    let host: UserId = me["id"].as_str().expect("an id").parse().expect("an id");
    let (scope, now) = (pair.app.scope(LUMEN).await, pair.app.app.now());
    let erased = pair
        .app
        .app
        .db
        .tenant(&scope, move |tx| erase_person::erase(tx, host, "Nobody", now));
    erased.await.expect("erased");
    for table in [
        "private_rooms",
        "private_room_visits",
        "private_room_users",
        "private_room_tries",
    ] {
        assert_eq!(pair.app.database.count(table), 0, "{table}");
    }
    visitor.get(&room.path).await.expect(404);
}
