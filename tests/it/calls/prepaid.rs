//! Talks that were paid for before: begun by the seller, counted down, and never more than was paid.

use super::{Caller, Pair, Price, ServerMessage};
use crate::{
    marketplace::{ask, bookable_for},
    support::bought,
};
use serde_json::{Value, json};

const MONDAY: &str = "2027-01-18T09:00:00Z";

/// A booked and paid talk of so many minutes, at one euro a minute.
pub async fn booked(pair: &Pair, minutes: u32) -> String {
    let service = bookable_for(&pair.seller, "pay_after_accept", minutes).await;
    let wanted = json!({"service_id": service, "start": MONDAY});
    bought(&pair.buyer, &pair.seller, wanted).await
}

pub async fn order(pair: &Pair, id: &str) -> Value {
    let buyer = pair.buyer.renewed().await;
    buyer.get(&format!("/api/v1/bookings/{id}")).await.expect(200).json()
}

/// What the tenant's accounts of a kind hold together.
pub fn balance(pair: &Pair, kind: &str) -> i64 {
    let sum =
        format!("(SELECT generate_series(1, sum(balance_minor)) FROM ledger_accounts WHERE kind = '{kind}') minor");
    pair.app.database.count(&sum)
}

#[tokio::test]
async fn it_counts_down_what_was_paid_and_ends_at_zero() {
    let pair = Pair::new(Price::default()).await;
    let before = pair.spendable().await;
    let id = booked(&pair, 2).await;
    let mut talk = pair.launched(&id).await;
    let running = order(&pair, &id).await;
    assert_eq!(running["state"], "running");
    let cancel = format!("/api/v1/bookings/{id}/cancel");
    assert_eq!(pair.buyer.post(&cancel, json!({})).await.expect(409).code(), "begun");
    talk.talk(60_000).await;
    let view = talk.buyer.view("half of it", |view| view.billable_ms == 60_000).await;
    assert!(view.prepaid && view.available_minor.is_none());
    assert!(view.remaining_ms.is_some_and(|left| left <= 60_000), "{view:?}");
    // Money that comes into the wallet meanwhile is another matter.
    pair.fund(5_000).await;
    talk.talk(60_000).await;
    let bill = talk.bill().await;
    assert_eq!(
        (&bill["charged_minor"], &bill["billable_ms"]),
        (&json!(200), &json!(120_000))
    );
    let ended = order(&pair, &id).await;
    assert_eq!((&ended["outcome"], &ended["refund_minor"]), (&json!("held"), &json!(0)));
    assert_eq!(pair.spendable().await, before + 5_000 - 200);
    pair.audit().await;
}

#[tokio::test]
async fn a_buyer_who_goes_early_has_paid_for_all_and_one_who_is_left_has_not() {
    for (by_seller, refund) in [(false, 0), (true, 170)] {
        let pair = Pair::new(Price::default()).await;
        let before = pair.spendable().await;
        let id = booked(&pair, 2).await;
        let mut talk = pair.launched(&id).await;
        let call = talk.call;
        talk.talk(18_000).await;
        let bill = if by_seller {
            talk.seller.act("end").await.expect("ended");
            talk.bill().await
        } else {
            talk.hang_up().await
        };
        assert_eq!(bill["charged_minor"], 30);
        let ended = order(&pair, &id).await;
        assert_eq!(
            (&ended["outcome"], &ended["refund_minor"]),
            (&json!("held"), &json!(refund))
        );
        assert_eq!(pair.spendable().await, before - 200 + refund);
        // What wasn't used and is earned all the same stands on the bill, in the list of calls and in the figures.
        let buyer = pair.buyer.renewed().await;
        let bill = buyer
            .get(&format!("/api/v1/calls/{}/bill", call))
            .await
            .expect(200)
            .json();
        let extra = 200 - refund - 30;
        assert_eq!(
            (&bill["extra_minor"], &bill["extra_commission_minor"]),
            (&json!(extra), &json!(extra / 5))
        );
        let total = format!("€{}.{:02}", (200 - refund) / 100, (200 - refund) % 100);
        for page in [format!("/calls/{}/bill", call), "/calls".to_owned()] {
            let page = buyer.get(&page).await.expect(200);
            assert!(page.text.contains(&total), "{total}: {}", page.text);
        }
        // The commission is a fifth of what was earned in the end, rounded once.
        let (tenant, seller) = ((200 - refund) / 5, (200 - refund) * 4 / 5);
        assert_eq!(
            (balance(&pair, "revenue"), balance(&pair, "earnings")),
            (tenant, seller)
        );
        pair.audit().await;
    }
}

#[tokio::test]
async fn without_an_answer_it_can_be_begun_again() {
    let pair = Pair::new(Price::default()).await;
    let id = booked(&pair, 2).await;
    let launch = format!("/api/v1/bookings/{id}/launch");
    assert_eq!(
        pair.seller.post(&launch, json!({})).await.expect(409).code(),
        "not_available"
    );
    pair.buyer.post(&launch, json!({})).await.expect(403);
    let mut buyer = Caller::open(&pair.app, &pair.buyer).await;
    let first = pair.seller.post(&launch, json!({})).await.expect(201).json();
    assert_eq!(
        pair.seller.post(&launch, json!({})).await.expect(409).code(),
        "not_booked"
    );
    pair.app.clock.advance(45_000);
    buyer.wait("the end of the ring", super::ended_ring("missed")).await;
    for _ in 0..500 {
        if order(&pair, &id).await["state"] == "booked" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    buyer.forget();
    buyer.ask(json!({"type": "ping"})).await.expect("an answer");
    let second = pair.seller.post(&launch, json!({})).await.expect(201).json();
    assert_ne!(first["call_id"], second["call_id"]);
    let again = buyer.wait("a ring", |message| match message {
        ServerMessage::Ring { call, .. } => Some(*call),
        _ => None,
    });
    assert_eq!(json!(again.await), second["call_id"]);
    let path = format!("/api/v1/calls/{}/reject", second["call_id"].as_str().expect("an id"));
    pair.buyer.post(&path, json!({})).await.expect(204);
    for _ in 0..500 {
        if order(&pair, &id).await["state"] == "booked" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let ended = order(&pair, &id).await;
    assert_eq!((&ended["state"], &ended["paid"]), (&json!("booked"), &json!(true)));
    pair.audit().await;
}

#[tokio::test]
async fn whoever_stays_away_is_known_by_who_was_there() {
    for (buyer_here, seller_here, outcome, refund) in [
        (false, false, "both_missed", 200),
        (false, true, "buyer_missed", 0),
        (true, false, "seller_missed", 200),
        (true, true, "seller_missed", 200),
    ] {
        let pair = Pair::new(Price::default()).await;
        let before = pair.spendable().await;
        let id = booked(&pair, 2).await;
        // Monday, nine o'clock, and each minute after it.
        pair.app.clock.advance(69 * 3_600_000);
        let (buyer, seller) = (pair.buyer.renewed().await, pair.seller.renewed().await);
        let mut pages = Vec::new();
        for (here, person) in [(buyer_here, &buyer), (seller_here, &seller)] {
            if here {
                pages.push(Caller::open(&pair.app, person).await);
            }
        }
        for minute in 0..=10 {
            while pair.app.jobs.run_due().await.expect("the database") > 0 {}
            let stands = order(&pair, &id).await;
            assert_eq!(stands["state"] == "booked", minute < 10, "{minute}: {stands}");
            for _ in 0..3 {
                pair.app.clock.advance(20_000);
                for page in &mut pages {
                    page.ask(json!({"type": "ping"})).await.expect("an answer");
                }
            }
        }
        let ended = order(&pair, &id).await;
        assert_eq!(
            (&ended["outcome"], &ended["refund_minor"]),
            (&json!(outcome), &json!(refund))
        );
        assert_eq!(pair.spendable().await, before - 200 + refund);
        pair.audit().await;
    }
}

#[tokio::test]
async fn extras_are_paid_with_a_talk_and_cant_be_talked_away() {
    // Whoever ends it gets of the extras what they have got of the talk.
    for (by_seller, refund, earned, line) in [
        (false, 0, 700, ("Extra: ", "€5.00")),
        (true, 350, 350, ("Extras, for the part", "€2.50")),
    ] {
        let pair = Pair::new(Price::default()).await;
        let before = pair.spendable().await;
        let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
        let path = format!("/api/v1/selling/services/{}", service.as_str().expect("an id"));
        let booking = json!({"agreement": "pay_after_accept", "length_min": 2, "horizon_days": 14});
        let addons = json!([{"title": "Notes", "price_minor": 500}, {"title": "More", "price_minor": 900}]);
        let with = json!({"title": "Advice", "rate_minor": 100, "booking": booking, "addons": addons});
        pair.seller.put(&path, with).await.expect(200);
        let wanted = json!({"service_id": service, "start": MONDAY, "addons": ["Notes"]});
        let id = bought(&pair.buyer, &pair.seller, wanted).await;
        assert_eq!(order(&pair, &id).await["price_minor"], 700);
        assert_eq!((pair.spendable().await, balance(&pair, "order")), (before - 700, 700));
        pair.audit().await;
        let mut talk = pair.launched(&id).await;
        talk.talk(60_000).await;
        let view = talk.buyer.view("half of it", |view| view.billable_ms == 60_000).await;
        assert!(view.remaining_ms.is_some_and(|left| left <= 60_000), "{view:?}");
        if by_seller {
            talk.seller.act("end").await.expect("ended");
        } else {
            talk.buyer.act("end").await.expect("ended");
        }
        let page = format!("/calls/{}/bill", talk.call);
        let bill = talk.bill().await;
        assert_eq!(bill["charged_minor"], 100);
        let page = pair.buyer.renewed().await.get(&page).await.expect(200).text;
        assert!(page.contains(line.0) && page.contains(line.1), "{page}");
        let ended = order(&pair, &id).await;
        assert_eq!(
            (&ended["outcome"], &ended["refund_minor"]),
            (&json!("held"), &json!(refund))
        );
        assert_eq!(pair.spendable().await, before - earned);
        assert_eq!(balance(&pair, "order"), 0);
        pair.audit().await;
    }
}

#[tokio::test]
async fn the_money_for_extras_comes_back_with_the_rest() {
    let pair = Pair::new(Price::default()).await;
    let before = pair.spendable().await;
    let service = bookable_for(&pair.seller, "negotiated", 2).await;
    let path = format!("/api/v1/selling/services/{}", service.as_str().expect("an id"));
    let booking = json!({"agreement": "negotiated", "length_min": 2, "horizon_days": 14});
    let addons = json!([{"title": "Notes", "price_minor": 500}]);
    let with = json!({"title": "Advice", "rate_minor": 100, "booking": booking, "addons": addons});
    pair.seller.put(&path, with).await.expect(200);
    let form = [("minutes", "2"), ("addon", "Notes")];
    let book = format!("/book/{}", service.as_str().expect("an id"));
    let led = pair.buyer.form(&book, &form).await.expect(303);
    let at = led.header("location").to_owned();
    assert!(pair.buyer.get(&at).await.expect(200).text.contains("€7.00"));
    pair.buyer.form(&at, &[("action", "pay")]).await.expect(303);
    assert_eq!(pair.spendable().await, before - 700);
    pair.buyer.form(&at, &[("action", "cancel")]).await.expect(303);
    assert_eq!((pair.spendable().await, balance(&pair, "order")), (before, 0));
    pair.audit().await;
}

#[tokio::test]
async fn free_seconds_dont_make_what_was_paid_for_free() {
    let pair = Pair::new(Price::default()).await;
    let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
    let path = format!("/api/v1/selling/services/{}", service.as_str().expect("an id"));
    let booking = json!({"agreement": "pay_after_accept", "length_min": 2, "horizon_days": 14});
    let with = json!({"title": "Advice", "rate_minor": 100, "grace_seconds": 60, "booking": booking});
    pair.seller.put(&path, with).await.expect(200);
    let ordered = ask(&pair.buyer, &service, MONDAY).await;
    let id = ordered["id"].as_str().expect("an id").to_owned();
    let at = |verb: &str| format!("/api/v1/bookings/{id}/{verb}");
    pair.seller.post(&at("accept"), json!({"round": 1})).await.expect(200);
    pair.buyer.post(&at("pay"), json!({})).await.expect(200);
    let mut talk = pair.launched(&id).await;
    talk.talk(12_000).await;
    assert_eq!(talk.hang_up().await["charged_minor"], 20);
    assert_eq!(order(&pair, &id).await["outcome"], "held");
    pair.audit().await;
}

#[tokio::test]
async fn whoever_gives_up_what_rings_for_them_has_not_answered() {
    let pair = Pair::new(Price::default()).await;
    let id = booked(&pair, 2).await;
    pair.app.clock.advance(69 * 3_600_000);
    let (buyer, seller) = (pair.buyer.renewed().await, pair.seller.renewed().await);
    let mut pages = [
        Caller::open(&pair.app, &buyer).await,
        Caller::open(&pair.app, &seller).await,
    ];
    let launch = format!("/api/v1/bookings/{id}/launch");
    let call = seller.post(&launch, json!({})).await.expect(201).json()["call_id"].clone();
    let call = call.as_str().expect("an id");
    buyer
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    for _ in 0..=10 {
        while pair.app.jobs.run_due().await.expect("the database") > 0 {}
        for _ in 0..3 {
            pair.app.clock.advance(20_000);
            for page in &mut pages {
                page.ask(json!({"type": "ping"})).await.expect("an answer");
            }
        }
    }
    assert_eq!(order(&pair, &id).await["outcome"], "buyer_missed");
    pair.audit().await;
}
