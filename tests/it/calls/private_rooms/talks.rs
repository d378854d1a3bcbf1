//! What one comes into: free talks and paid ones.

use super::*;
use crate::consoles::own_id;
use serde_json::json;
use tallyroom_media_protocol::signaling::RoomRole;

#[tokio::test]
async fn whoever_has_the_password_is_in_at_once_and_a_free_room_moves_no_money() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    let transfers = pair.app.database.count("ledger_transfers");
    let visitor = pair.app.anonymous(LUMEN);
    let door = visitor.get(&room.path).await.expect(200).text;
    assert!(
        door.contains("Fireside") && door.contains("Sol Seller is here"),
        "{door}"
    );
    assert!(!door.contains("value=\"knock\""), "nobody opens to those who knock");
    room.enter(&visitor, "Vic Visitor", "not the password")
        .await
        .expect(422);
    let (call, user) = inside(&pair, room.enter(&visitor, "Vic Visitor", &room.password).await);
    assert_eq!(entered(&mut host).await, (call, "Vic Visitor".to_owned()));

    let mut page = Caller::open(&pair.app, &user).await;
    let joined = page.join(call).await.expect("joined");
    assert_eq!((joined.call.role, joined.call.free), (RoomRole::Visitor, true));
    assert_eq!(
        page.act("connect").await,
        Err("wrong_phase".to_owned()),
        "nobody has to"
    );
    host.join(call).await.expect("joined");
    page.phase(CallPhase::Live).await;
    let live = host.phase(CallPhase::Live).await;
    assert_eq!(
        (live.role, live.remaining_ms, live.charged_minor),
        (RoomRole::Seller, None, 0)
    );
    let extension = json!({ "minutes": 5 });
    let extend = format!("/api/v1/calls/{call}/extensions");
    assert_eq!(pair.seller.post(&extend, extension).await.expect(409).code(), "free");
    // Longer than no credit at all lasts.
    for _ in 0..60 {
        pair.app.clock.advance(2_000);
        let flows = [page.peer, host.peer].map(|peer| (peer, Some(0), Some(0)));
        let score = pair.node.report(&flows);
        let told = move |message: &ServerMessage| {
            matches!(message, ServerMessage::Quality { own, .. } if *own == Some(score)).then_some(())
        };
        host.wait("the report's score", told).await;
    }
    host.act("end").await.expect("ended");
    let over = page.phase(CallPhase::Ended).await;
    assert!(over.billable_ms >= 110_000, "how long it was is known: {over:?}");
    let seller = pair.seller.renewed().await;
    let bill = seller
        .get(&format!("/api/v1/calls/{call}/bill"))
        .await
        .expect(200)
        .json();
    assert_eq!((&bill["charged_minor"], &bill["lines"]), (&json!(0), &json!([])));
    let page = seller.get(&format!("/calls/{call}/bill")).await.expect(200).text;
    assert!(page.contains("Nothing was charged for it."), "{page}");
    assert!(
        page.contains("class=\"grace\"") && !page.contains("class=\"charged\""),
        "{page}"
    );
    assert_eq!(pair.app.database.count("ledger_transfers"), transfers);
    // Their page leads back to the door.
    let over = user.get(&format!("/calls/{call}")).await.expect(200).text;
    assert!(over.contains(&room.path), "{over}");
    pair.audit().await;
}

#[tokio::test]
async fn a_paid_room_wants_an_account_with_credit_and_charges_as_a_ring_does() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "service", "password").await;
    let nobody = pair.app.anonymous(LUMEN);
    assert!(nobody.get(&room.path).await.expect(200).text.contains("Log in"));
    let sent = room.enter(&nobody, "Vic", &room.password).await.expect(303);
    assert!(
        sent.header("location").starts_with("/login"),
        "{}",
        sent.header("location")
    );
    let own = room.enter(&pair.seller, "Sol", &room.password).await.expect(409);
    assert!(own.text.contains("your own room"), "{}", own.text);

    let came = room.enter(&pair.buyer, "Bea Buyer", &room.password).await.expect(303);
    let call: Uuid = came.header("location")["/calls/".len()..].parse().expect("a call");
    assert_eq!(entered(&mut host).await, (call, "Bea Buyer".to_owned()));
    let buyer = Caller::open(&pair.app, &pair.buyer).await;
    let mut talk = pair.connected(call, buyer, host).await;
    // The next one waits until it is over, whatever they know.
    let next = pair.app.bearer(LUMEN, "Nia Next").await;
    let visit = room.enter(&next, "Nia", &room.password).await.expect(303);
    let visit = visit.header("location").to_owned();
    assert_eq!(state(&next.form(&visit, &[]).await.expect(200)), "busy");
    talk.talk(30_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(bill["charged_minor"], 120, "{bill}");
    // Then they need credit, as for any call.
    let _page = Caller::open(&pair.app, &pair.seller.renewed().await).await;
    let stopped = next.form(&visit, &[]).await.expect(200);
    assert_eq!(state(&stopped), "stopped");
    assert!(stopped.text.contains("Add credit"), "{}", stopped.text);
    pair.fund_for(&next, 1_000).await;
    // Somebody else can't use what their page knows.
    pair.buyer.renewed().await.form(&visit, &[]).await.expect(404);
    let came = next.form(&visit, &[]).await.expect(303);
    assert!(came.header("location").starts_with("/calls/"));
}

#[tokio::test]
async fn further_visitors_of_a_free_talk_come_to_it_as_far_as_there_is_room() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    let first = pair.app.anonymous(LUMEN);
    let (call, user) = inside(&pair, room.enter(&first, "Fay First", &room.password).await);
    let mut page = Caller::open(&pair.app, &user).await;
    page.join(call).await.expect("joined");
    host.join(call).await.expect("joined");
    host.phase(CallPhase::Live).await;
    for nth in 0..4 {
        let name = format!("Visitor {nth}");
        let visitor = pair.app.anonymous(LUMEN);
        let (same, user) = inside(&pair, room.enter(&visitor, &name, &room.password).await);
        assert_eq!(same, call);
        let mut page = Caller::open(&pair.app, &user).await;
        let joined = page.join(call).await.expect("let in");
        assert_eq!(
            (joined.call.role, joined.call.phase),
            (RoomRole::Visitor, CallPhase::Live)
        );
        assert_eq!(joined.people.len(), 3 + nth);
        let send = json!({"type": "produce", "epoch": page.epoch, "transport": "t", "kind": "audio", "rtp": {}});
        page.ask(send).await.expect("sends");
        let sound = |message: &ServerMessage| match message {
            ServerMessage::Producer { producer } => Some(producer.peer),
            _ => None,
        };
        assert_eq!(host.wait("their sound", sound).await, page.peer);
    }
    // As many as may be: the next one waits, until the host has shown somebody out.
    let late = pair.app.anonymous(LUMEN);
    let visit = room.enter(&late, "Lou Late", &room.password).await.expect(303);
    let visit = visit.header("location").to_owned();
    assert_eq!(state(&late.form(&visit, &[]).await.expect(200)), "full");
    let guests = format!("/api/v1/calls/{call}/guests");
    let listed = pair.seller.get(&guests).await.expect(200).json();
    let one = listed["items"][0]["id"].as_str().expect("an id");
    pair.seller.delete(&format!("{guests}/{one}")).await.expect(204);
    let (same, _) = inside(&pair, late.form(&visit, &[]).await);
    assert_eq!(same, call);
    let ask = json!({"role": "visitor"});
    pair.seller.post(&guests, ask).await.expect(422);
}

#[tokio::test]
async fn a_free_talk_begins_and_goes_on_without_whoever_came_first() {
    let pair = Pair::new(Price::default()).await;
    let mut host = Caller::open(&pair.app, &pair.seller).await;
    let room = make(&pair, "free", "password").await;
    let mut pages = Vec::new();
    let mut talk = None;
    for name in ["Fay First", "Sid Second", "Tea Third"] {
        let visitor = pair.app.anonymous(LUMEN);
        let (call, user) = inside(&pair, room.enter(&visitor, name, &room.password).await);
        assert_eq!(*talk.get_or_insert(call), call);
        let mut page = Caller::open(&pair.app, &user).await;
        let joined = page.join(call).await.expect("let in");
        assert_eq!(joined.call.phase, CallPhase::PreCheck);
        pages.push(page);
    }
    let call = talk.expect("a call");
    let [mut first, mut second, mut third] = <[Caller; 3]>::try_from(pages).ok().expect("three");
    // The first goes before the host is there, and only for themselves.
    first.act("end").await.expect("left");
    host.join(call).await.expect("joined");
    host.phase(CallPhase::Live).await;
    third.phase(CallPhase::Live).await;
    second.act("end").await.expect("left");
    drop(first);
    // Longer than anybody is waited for.
    for _ in 0..90 {
        pair.app.clock.advance(2_000);
        let flows = [third.peer, host.peer].map(|peer| (peer, Some(0), Some(0)));
        let score = pair.node.report(&flows);
        let told = move |message: &ServerMessage| {
            matches!(message, ServerMessage::Quality { own, .. } if *own == Some(score)).then_some(())
        };
        host.wait("the report's score", told).await;
    }
    assert_eq!(third.join(call).await.expect("again").call.phase, CallPhase::Live);
    // With the last one it is over.
    third.act("end").await.expect("ended");
    host.phase(CallPhase::Ended).await;
    let seller = pair.seller.renewed().await;
    let listed = seller.get("/api/v1/conversations").await.expect(200).json();
    assert_eq!(listed["items"], json!([]), "nobody can read a guest's conversation");
}

#[tokio::test]
async fn visitors_with_an_account_are_as_good_as_buyers_but_for_the_bill() {
    let pair = Pair::new(Price::default()).await;
    let (room, call, mut host, mut first) = with_buyer(&pair).await;
    let account = pair.app.bearer(LUMEN, "Sid Second").await;
    pair.fund_for(&account, 500).await;
    room.enter(&account, "Sid Second", &room.password).await.expect(303);
    let mut second = Caller::open(&pair.app, &account).await;
    second.join(call).await.expect("let in");
    // Each is told how good their line is.
    let score = pair
        .node
        .report(&[first.peer, second.peer, host.peer].map(|peer| (peer, Some(0), Some(0))));
    for page in [&mut first, &mut second, &mut host] {
        let both = (Some(score), Some(score));
        let told = move |message: &ServerMessage| match message {
            ServerMessage::Quality { own, other } => ((*own, *other) == both).then_some(()),
            _ => None,
        };
        page.wait("their quality", told).await;
    }
    // Each gives what they like, and sees only their own.
    let seller = own_id(&pair.seller).await;
    let tips = format!("/api/v1/sellers/{seller}/tips");
    for (who, gift, amount) in [(&pair.buyer, "flower", 100), (&account, "coffee", 300)] {
        let page = who.get(&format!("/calls/{call}")).await.expect(200).text;
        assert!(page.contains(&format!("/sellers/{seller}/tip?call={call}")), "{page}");
        assert!(page.contains(r#""may_report":true"#), "{page}");
        let wish = json!({"form": Uuid::new_v4(), "amount_minor": amount, "gift": gift, "call_id": call});
        who.post(&tips, wish).await.expect(201);
        let given = move |message: &ServerMessage| match message {
            ServerMessage::Tipped { gift: Some(given), .. } => (given == gift).then_some(()),
            _ => None,
        };
        host.wait("the gift", given).await;
    }
    // Two who met in a room can report each other, and nobody else a visitor of theirs.
    let report = json!({"fault": "harassment", "text": ""});
    let about = format!("/api/v1/people/{}/reports", own_id(&account).await);
    pair.buyer.post(&about, report.clone()).await.expect(201);
    let stranger = pair.app.bearer(LUMEN, "Stan Stranger").await;
    stranger.post(&about, report).await.expect(404);
    host.act("end").await.expect("ended");
    second.phase(CallPhase::Ended).await;
    let bill = format!("/calls/{call}/bill");
    let bill = pair.seller.renewed().await.get(&bill).await.expect(200).text;
    assert!(bill.contains("Flower") && bill.contains("Coffee"), "{bill}");
    // Whoever came without an account has nothing to give from.
    let guest = pair.app.anonymous(LUMEN);
    let (call, user) = inside(&pair, room.enter(&guest, "Gil Guest", &room.password).await);
    let page = user.get(&format!("/calls/{call}")).await.expect(200).text;
    assert!(
        !page.contains("/tip?call=") && page.contains(r#""may_report":false"#),
        "{page}"
    );
}
