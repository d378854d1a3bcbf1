//! What is earned is shared as it is settled.

use super::Split;
use crate::{
    calls::Price,
    charges::charging_with,
    documents::says,
    marketplace::{ask, bookable, bookable_for},
    support::bought,
};
use serde_json::json;

const MONDAY: &str = "2027-01-18T09:00:00Z";
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn odd() -> Price {
    Price {
        rate_minor: 121,
        ..Price::default()
    }
}

#[tokio::test]
async fn a_call_is_shared_and_each_reads_what_is_theirs() {
    let split = Split::new(odd()).await;
    let call = split.five_minutes().await;
    // Of 6.05 4.84 are the seller's part: 30 % are 1.45, 33.33 % are 1.61, and the rest stays with the seller.
    assert_eq!(split.parts().await, [178, 145, 161]);
    assert_eq!(split.pair.app.database.count("earning_shares"), 2);

    let (seller, buyer) = (split.pair.seller.renewed().await, split.pair.buyer.renewed().await);
    let path = format!("/calls/{call}/bill");
    let bill = seller.get(&path).await.expect(200).text;
    says(&bill, &["Mara Manager", "€1.45", "Cora Co", "€1.61", "€1.78"]);
    let bill = buyer.get(&path).await.expect(200).text;
    assert!(!bill.contains("Mara") && !bill.contains("Cora"), "{bill}");
    let told = buyer.get(&format!("/api/v1/calls/{call}/bill")).await.expect(200).text;
    assert!(!told.contains("share"), "{told}");
    says(
        &seller.get("/sell/earnings").await.expect(200).text,
        &["studio’s share, to Mara Manager", "Shared with Cora Co", "€1.78"],
    );
    let (manager, co) = (split.manager.renewed().await, split.co.renewed().await);
    let page = co.get("/sell/earnings").await.expect(200).text;
    says(&page, &["Your share of what Sol Seller earned", "€1.61"]);
    assert!(!page.contains(&call.to_string()) && !page.contains("Bea"), "{page}");
    // Who manages and sells nothing has them, too, and is paid out once they were held for long enough.
    let page = manager.get("/sell/earnings").await.expect(200).text;
    says(&page, &["share of what Sol Seller earned", "€1.45"]);
    says(
        &manager.get("/studio").await.expect(200).text,
        &["/sell/earnings", "30 %"],
    );
    let standing = |page: &str| page.contains("Held") || page.contains("held");
    assert!(standing(&page), "{page}");
    split.pair.app.clock.advance(8 * DAY);
    let manager = manager.renewed().await;
    let fields = [
        ("action", "method"),
        ("kind", "iban"),
        ("holder", "Mara Manager"),
        ("iban", "DE89 3704 0044 0532 0130 00"),
    ];
    manager.form("/sell/earnings", &fields).await.expect(303);
    let id = uuid::Uuid::now_v7().to_string();
    // It is too little for a payout, not too much.
    let fields = [("action", "request"), ("id", id.as_str()), ("amount", "1.45")];
    let little = manager.form("/sell/earnings", &fields).await.expect(422).text;
    says(&little, &["At least", "are paid out at once"]);
    // Who has no share and sells nothing is led to where one begins.
    let buyer = split.pair.buyer.renewed().await;
    assert_eq!(
        buyer.get("/sell/earnings").await.expect(303).header("location"),
        "/sell/start"
    );
    buyer.form("/sell/earnings", &fields).await.expect(404);
}

#[tokio::test]
async fn an_order_with_fee_and_tax_is_shared_with_what_was_talked_of_it() {
    let split = Split::new(Price::default()).await;
    charging_with(&split.admin, (1_000, 0), (1_900, true)).await;
    let pair = &split.pair;
    let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
    let path = format!("/api/v1/selling/services/{}", service.as_str().expect("an id"));
    let booking = json!({"agreement": "pay_after_accept", "length_min": 2, "horizon_days": 14});
    let with = json!({"title": "Advice", "rate_minor": 100, "booking": booking,
        "addons": [{"title": "Notes", "price_minor": 500}]});
    pair.seller.put(&path, with).await.expect(200);
    let wanted = json!({"service_id": service, "start": MONDAY, "addons": ["Notes"]});
    let order = bought(&pair.buyer, &pair.seller, wanted).await;
    let mut talk = pair.launched(&order).await;
    talk.talk(60_000).await;
    talk.seller.act("end").await.expect("ended");
    let call = talk.call;
    talk.bill().await;
    // Of 3.50 2.80 are the seller's part, less 0.44 of tax in it: 2.36.
    assert_eq!(split.parts().await, [236 - 70 - 78, 70, 78]);
    let seller = pair.seller.renewed().await;
    says(
        &seller.get(&format!("/calls/{call}/bill")).await.expect(200).text,
        &["€0.70", "€0.78", "€0.88"],
    );
}

#[tokio::test]
async fn an_order_that_was_called_off_late_is_shared_too() {
    let split = Split::new(Price::default()).await;
    charging_with(&split.admin, (500, 30), (1_900, false)).await;
    let pair = &split.pair;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let order = ask(&pair.buyer, &service, MONDAY).await;
    let of = |verb: &str| format!("/api/v1/bookings/{}/{verb}", order["id"].as_str().expect("an id"));
    pair.seller.post(&of("accept"), json!({"round": 1})).await.expect(200);
    pair.fund(7_532).await;
    pair.buyer.post(&of("pay"), json!({})).await.expect(200);
    pair.app.clock.advance(60 * HOUR);
    let buyer = pair.buyer.renewed().await;
    buyer.post(&of("cancel"), json!({})).await.expect(200);
    // 24.00 are the seller's part.
    assert_eq!(split.parts().await, [2_400 - 720 - 799, 720, 799]);
}

#[tokio::test]
async fn tips_are_the_sellers_own() {
    let split = Split::new(Price::default()).await;
    let path = format!("/api/v1/sellers/{}/tips", split.seller_id);
    let tip = json!({"form": uuid::Uuid::now_v7(), "amount_minor": 300});
    split.pair.buyer.post(&path, tip).await.expect(201);
    assert_eq!(split.parts().await, [0, 0, 0]);
    assert_eq!(split.theirs(&split.seller_id, &["tips"]), 300);
}

#[tokio::test]
async fn whoever_is_frozen_gets_theirs_and_whoever_is_erased_doesnt() {
    let split = Split::new(Price::default()).await;
    let talk = split.pair.live().await;
    let because = json!({"reason": "Because"});
    for person in [&split.manager_id, &split.seller_id] {
        let path = format!("/api/v1/admin/users/{person}/freeze");
        split.admin.post(&path, because.clone()).await.expect(204);
    }
    let path = format!("/api/v1/admin/users/{}/erase", split.co_id);
    split.admin.post(&path, json!({})).await.expect(200);
    let shared = split
        .admin
        .get(&format!("/api/v1/admin/sellers/{}/shares", split.seller_id))
        .await;
    assert_eq!(shared.expect(200).json()["co_sellers"], json!([]));
    let mut talk = talk;
    talk.talk(299_000).await;
    let call = talk.call;
    talk.hang_up().await;
    assert_eq!(split.parts().await, [480 - 144, 144, 0]);
    // What staff give back comes out of a frozen account, too.
    let given = json!({"id": uuid::Uuid::now_v7(), "call_id": call, "amount_minor": 120, "reason": "Because"});
    split.admin.post("/api/v1/admin/refunds", given).await.expect(200);
    assert_eq!(split.parts().await, [384 - 115, 115, 0]);
}
