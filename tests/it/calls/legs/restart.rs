//! Legs whose server died: call and leg are taken up again, in whichever order, and no block is paid twice.

use super::*;
use crate::support::ScriptedNode;

/// What a gap is bridged by.
const BRIDGED_MS: i64 = 5_000;

/// Waits until it is written that the two of each are gone, and what their rooms told each other because of that: two servers
/// mustn't write about one call.
async fn all_have_left(pair: &Pair, call: Uuid, leg: Uuid) {
    let written = format!("call_events WHERE call_id IN ('{call}', '{leg}')");
    let left = format!("{written} AND event->>'type' = 'leave'");
    let mut before = 0;
    for _ in 0..50 {
        // Longer than the books take for what came meanwhile.
        tokio::time::sleep(Duration::from_millis(600)).await;
        let now = pair.app.database.count(&written);
        if now == before && pair.app.database.count(&left) == 4 {
            return;
        }
        before = now;
    }
    panic!("not all have left: {} have", pair.app.database.count(&left));
}

/// The server dies while all three talk, and another one takes up what it finds `away_ms` later.
async fn dies(leg_first: bool, away_ms: i64) {
    let pair = buyer_pays(3_000).await;
    let provider = Provider::new(&pair).await;
    let mut three = joined(pair.live().await, provider).await;
    three.talk(70_000, true).await;
    let (call, leg, billable_ms) = (three.talk.call, three.leg, three.talk.billable_ms);
    let (user, service) = (three.provider.user.clone(), three.provider.service);
    let opening_minor = three.provider.opening_minor;
    pair.node.kill();
    drop(three);
    all_have_left(&pair, call, leg).await;
    let app = pair.app.restarted().await;
    app.clock.advance(away_ms);
    let later = "UPDATE calls SET rang_at = rang_at + interval '1 day'";
    let back = "UPDATE calls SET rang_at = rang_at - interval '1 day'";
    let second = if leg_first { call } else { leg };
    let mut database = app.database.superuser();
    database
        .batch_execute(&format!("{later} WHERE id = '{second}'"))
        .expect("put off");
    let taken = app.registry.recover(app.app.now()).await.expect("read");
    assert_eq!(taken, 1);
    if away_ms > BRIDGED_MS {
        // Once it answers again, the first room has said what it takes from the wallet.
        let first = if leg_first { leg } else { call };
        for _ in 0..2 {
            let path = format!("/api/v1/calls/{first}");
            pair.buyer.at(app.address).get(&path).await.expect(200);
        }
    }
    database
        .batch_execute(&format!("{back} WHERE id = '{second}'"))
        .expect("put back");
    assert_eq!(app.registry.recover(app.app.now()).await.expect("read"), 1);

    let again = Pair {
        node: ScriptedNode::connect(&app).await,
        buyer: pair.buyer.at(app.address),
        seller: pair.seller.at(app.address),
        service: pair.service,
        host: LUMEN,
        app,
    };
    let user = user.at(again.app.address);
    let mut pages = Vec::new();
    for user in [&again.buyer, &again.seller, &user] {
        let mut page = Caller::open(&again.app, user).await;
        page.join(call).await.expect("let in again");
        pages.push(page);
    }
    // A room whose call's room came later looks for it every second.
    again.app.clock.advance(1_000);
    let [mut buyer, seller, page] = <[Caller; 3]>::try_from(pages).unwrap_or_else(|_| panic!("three"));
    told(&mut buyer, "the leg", |known| known.id == leg).await;
    let talk = Talk {
        pair: &again,
        call,
        buyer,
        seller,
        billable_ms,
    };
    let provider = Provider {
        user,
        page,
        service,
        opening_minor,
    };
    let mut three = Three {
        talk,
        provider,
        leg,
        leg_ms: 70_000,
    };
    // A second more than the server was away nobody was there: that is bridged, as any gap of five seconds is.
    let bridged_ms = Some(away_ms + 1_000).filter(|gap| *gap <= BRIDGED_MS).unwrap_or(0);
    three.talk.billable_ms += bridged_ms;
    three.leg_ms += bridged_ms;
    three.flow(true).await;
    three.talk(60_000, true).await;
    let user = three.provider.user.clone();
    let whole = end(three.talk, leg).await;
    assert_eq!(
        (&whole["billable_ms"], &whole["charged_minor"]),
        (&json!(130_000 + bridged_ms), &json!(360))
    );
    let theirs = bill(&user, leg).await;
    assert_eq!(
        (&theirs["billable_ms"], &theirs["charged_minor"]),
        (&json!(130_000 + bridged_ms), &json!(270))
    );
    let lines = theirs["lines"].as_array().expect("lines");
    assert_eq!(lines.len(), 3, "{lines:#?}");
    again.audit().await;
}

#[tokio::test]
async fn a_restart_takes_up_the_call_and_then_its_leg() {
    dies(false, 4_000).await;
}

#[tokio::test]
async fn a_leg_is_taken_up_however_long_no_server_was_there() {
    dies(false, 130_000).await;
}

#[tokio::test]
async fn a_restart_takes_up_the_leg_and_then_its_call() {
    dies(true, 4_000).await;
}

#[tokio::test]
async fn a_leg_whose_call_ended_while_nobody_looked_ends_with_it() {
    let pair = buyer_pays(3_000).await;
    let provider = Provider::new(&pair).await;
    let mut three = joined(pair.live().await, provider).await;
    three.talk(20_000, true).await;
    let (call, leg) = (three.talk.call, three.leg);
    drop(three);
    all_have_left(&pair, call, leg).await;
    let app = pair.app.restarted().await;
    app.clock.advance(4_000);
    let mut database = app.database.superuser();
    let ended = format!(
        "UPDATE calls SET ended_at = rang_at + interval '40 seconds', end_reason = 'staff_ended' WHERE id = '{call}'"
    );
    database.batch_execute(&ended).expect("ended");
    assert_eq!(app.registry.recover(app.app.now()).await.expect("read"), 1);
    let theirs = bill(&pair.buyer.at(app.address), leg).await;
    assert_eq!(
        (&theirs["call"]["end_reason"], &theirs["charged_minor"]),
        (&json!("call_over"), &json!(RATE))
    );
}
