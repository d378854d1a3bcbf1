//! Service fee and tax: shown before they are paid, frozen on the order, shared exactly, and given back in proportion.

use crate::{
    calls::{Pair, Price},
    consoles::{actions, treasurer_of_lumen},
    documents::{pdf, says, work},
    marketplace::{ask, bookable, bookable_for},
    support::{TestUser, bought},
};
use serde_json::{Value, json};
use uuid::Uuid;

const PATH: &str = "/api/v1/admin/charges";
const HOUR: i64 = 3_600_000;
const MONDAY: &str = "2027-01-18T09:00:00Z";

/// The marketplace's admin, who has set that.
pub async fn charging(pair: &Pair, fee: (u32, i64), tax: (u32, bool)) -> TestUser {
    let admin = treasurer_of_lumen(&pair.app).await;
    charging_with(&admin, fee, tax).await;
    admin
}

/// The same of an admin that is there.
pub async fn charging_with(admin: &TestUser, fee: (u32, i64), tax: (u32, bool)) {
    admin.put(PATH, charges(fee, tax)).await.expect(204);
}

fn charges((bp, fixed_minor): (u32, i64), (tax_bp, included): (u32, bool)) -> Value {
    json!({"service_fee": {"bp": bp, "fixed_minor": fixed_minor}, "tax": {"bp": tax_bp, "included": included}})
}

/// What the accounts of these kinds hold, each kind's together.
fn balances<const N: usize>(pair: &Pair, kinds: [&str; N]) -> [i64; N] {
    kinds.map(|kind| {
        let sum =
            format!("(SELECT generate_series(1, sum(balance_minor)) FROM ledger_accounts WHERE kind = '{kind}') minor");
        pair.app.database.count(&sum)
    })
}

fn id(order: &Value) -> String {
    order["id"].as_str().expect("an id").to_owned()
}

/// The text of the newest document of a kind, of the buyer's.
async fn newest(buyer: &TestUser, kind: &str) -> String {
    let told = buyer.get("/api/v1/documents").await.expect(200).json();
    let items = told["items"].as_array().expect("a list");
    let found = items.iter().find(|one| one["kind"] == kind).expect("one of that kind");
    pdf(buyer, &format!("/api/v1/documents/{}/pdf", id(found))).await.0
}

#[tokio::test]
async fn both_are_shown_before_they_are_paid_and_what_isnt_due_comes_back() {
    let pair = Pair::new(Price::default()).await;
    let admin = charging(&pair, (500, 30), (1_900, false)).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let page = format!("/book/{}", service.as_str().expect("an id"));
    let page = pair.buyer.get(&page).await.expect(200).text;
    says(&page, &["€60.00", "Service fee", "€3.30", "Tax", "€12.02", "€75.32"]);
    let order = ask(&pair.buyer, &service, MONDAY).await;
    let parts = ["price_minor", "fee_minor", "tax_minor", "total_minor"].map(|part| order[part].clone());
    assert_eq!(parts, [6_000, 330, 1_202, 7_532].map(|minor| json!(minor)));
    // What is changed later changes nothing of it.
    admin.put(PATH, charges((0, 0), (0, true))).await.expect(204);
    let of = |verb: &str| format!("/api/v1/bookings/{}/{verb}", id(&order));
    pair.seller.post(&of("accept"), json!({"round": 1})).await.expect(200);
    let own = format!("/conferences/{}", id(&order));
    let seller = pair.seller.get(&own).await.expect(200).text;
    assert!(seller.contains("€60.00") && !seller.contains("€75.32"));
    says(&pair.buyer.get(&own).await.expect(200).text, &["Pay €75.32"]);
    pair.fund(7_532).await;
    let before = pair.spendable().await;
    pair.buyer.post(&of("pay"), json!({})).await.expect(200);
    assert_eq!(pair.spendable().await, before - 7_532);
    assert_eq!(balances(&pair, ["order"]), [7_532]);
    pair.audit().await;

    // Half of the price is due, and half of what came on top.
    pair.app.clock.advance(60 * HOUR);
    let buyer = pair.buyer.renewed().await;
    says(&buyer.get(&own).await.expect(200).text, &["€37.66"]);
    let cancelled = buyer.post(&of("cancel"), json!({})).await.expect(200).json();
    assert_eq!(cancelled["refund_minor"], 3_766);
    assert_eq!(pair.spendable().await, before - 3_766);
    let kinds = ["order", "revenue", "earnings", "tax"];
    assert_eq!(balances(&pair, kinds), [0, 600 + 165, 2_400, 601]);
    pair.audit().await;
    work(&pair.app).await;
    let invoice = newest(&buyer, "invoice").await;
    says(&invoice, &["Due for cancelling late", "€30.00", "Service fee", "€1.65"]);
    says(&invoice, &["Tax, 19 %", "€6.01", "€37.66", "Without tax", "€31.65"]);

    // Of what goes back each gives their part, in however many steps.
    let seller = pair.seller.renewed().await;
    for amount in ["10.00", "27.66"] {
        let form = Uuid::now_v7().to_string();
        let give = [
            ("id", form.as_str()),
            ("amount", amount),
            ("reason", "Sorry"),
            ("action", "confirm"),
        ];
        seller.form(&format!("{own}/refund"), &give).await.expect(303);
        work(&pair.app).await;
        pair.audit().await;
        if amount == "10.00" {
            // 1,366 of 3,766 aren't the seller's, and 601 of those are tax.
            assert_eq!(balances(&pair, kinds), [0, 765 - 203, 2_400 - 638, 601 - 159]);
        }
    }
    assert_eq!(balances(&pair, kinds), [0, 0, 0, 0]);
    assert_eq!(pair.spendable().await, before);
    says(
        &newest(&pair.buyer.renewed().await, "credit_note").await,
        &["Tax in it, 19 %", "€4.42", "€27.66"],
    );
}

#[tokio::test]
async fn tax_that_is_in_the_price_comes_from_what_each_has_got_of_it() {
    let pair = Pair::new(Price::default()).await;
    charging(&pair, (1_000, 0), (1_900, true)).await;
    let before = pair.spendable().await;
    let service = bookable_for(&pair.seller, "pay_after_accept", 2).await;
    let path = format!("/api/v1/selling/services/{}", service.as_str().expect("an id"));
    let booking = json!({"agreement": "pay_after_accept", "length_min": 2, "horizon_days": 14});
    let addons = json!([{"title": "Notes", "price_minor": 500}, {"title": "More", "price_minor": 900}]);
    let with = json!({"title": "Advice", "rate_minor": 100, "booking": booking, "addons": addons});
    pair.seller.put(&path, with).await.expect(200);
    // What is ticked is counted in before anything is ordered.
    let book = format!("/book/{}?addon=Notes", service.as_str().expect("an id"));
    let page = pair.buyer.get(&book).await.expect(200).text;
    says(&page, &["€2.00", "€5.00", "€0.70", "€7.70", "With €1.22 of tax"]);
    let wanted = json!({"service_id": service, "start": MONDAY, "addons": ["Notes"]});
    let order = bought(&pair.buyer, &pair.seller, wanted).await;
    assert_eq!(pair.spendable().await, before - 770);
    let mut talk = pair.launched(&order).await;
    let call = talk.call;
    talk.talk(60_000).await;
    let view = talk.buyer.view("half of it", |view| view.billable_ms == 60_000).await;
    assert!(view.remaining_ms.is_some_and(|left| left <= 60_000), "{view:?}");
    talk.seller.act("end").await.expect("ended");
    let bill = talk.bill().await;
    // Half of the price of 7.00 is due, half of the fee of 0.70, and of the tax of 1.11 and 0.11 in them.
    let parts = ["charged_minor", "extra_minor", "tax_minor", "extra_commission_minor"].map(|part| bill[part].clone());
    assert_eq!(parts, [100, 285, 60, 129].map(|minor| json!(minor)));
    assert_eq!(pair.spendable().await, before - 385);
    let kinds = ["order", "revenue", "earnings", "tax"];
    assert_eq!(balances(&pair, kinds), [0, 70 - 11 + 30, 280 - 44, 55 + 5]);
    pair.audit().await;
    let (buyer, seller) = (pair.buyer.renewed().await, pair.seller.renewed().await);
    let path = format!("/calls/{}/bill", call);
    let page = buyer.get(&path).await.expect(200).text;
    says(&page, &["Service fee", "€0.35", "Tax in it", "€0.60", "€3.85"]);
    says(&buyer.get("/calls").await.expect(200).text, &["€3.85"]);
    // 2.36 of it are the seller's.
    says(
        &seller.get(&path).await.expect(200).text,
        &["€3.85", "€0.89", "€0.60", "€2.36"],
    );
    says(&seller.get("/calls").await.expect(200).text, &["€2.36"]);
    work(&pair.app).await;
    let invoice = newest(&buyer, "invoice").await;
    says(
        &invoice,
        &[
            "Service fee",
            "€3.85",
            "Without tax",
            "€3.25",
            "Tax in it, 19 %",
            "€0.60",
        ],
    );
    assert!(!invoice.contains("Tax, 19 %"), "{invoice}");
}

#[tokio::test]
async fn a_call_that_is_paid_as_it_goes_has_the_tax_in_its_price() {
    let pair = Pair::new(Price::default()).await;
    charging(&pair, (1_000, 50), (1_900, false)).await;
    let before = pair.spendable().await;
    let mut talk = pair.live().await;
    let call = talk.call;
    talk.talk(299_000).await;
    let bill = talk.hang_up().await;
    assert_eq!((&bill["charged_minor"], &bill["tax_minor"]), (&json!(600), &json!(95)));
    assert_eq!(pair.spendable().await, before - 600, "no fee, and no tax on top");
    let kinds = ["revenue", "earnings", "tax"];
    let shared = balances(&pair, kinds);
    assert_eq!((shared.iter().sum::<i64>(), shared[2]), (600, 95));
    pair.audit().await;
    let seller = pair.seller.renewed().await;
    let earned = format!("€{}.{:02}", shared[1] / 100, shared[1] % 100);
    says(&seller.get("/calls").await.expect(200).text, &[&earned]);
    says(
        &seller.get(&format!("/calls/{}/bill", call)).await.expect(200).text,
        &[&earned, "€0.95"],
    );
    work(&pair.app).await;
    says(
        &newest(&pair.buyer.renewed().await, "invoice").await,
        &["€6.00", "Tax in it, 19 %", "€0.95"],
    );
    // All of it goes back, from all three.
    let give = [
        ("id", Uuid::now_v7().to_string()),
        ("amount", "6.00".to_owned()),
        ("reason", "Sorry".to_owned()),
        ("action", "confirm".to_owned()),
    ];
    let give: Vec<(&str, &str)> = give.iter().map(|(name, value)| (*name, value.as_str())).collect();
    seller.form(&format!("/calls/{}/refund", call), &give).await.expect(303);
    assert_eq!(balances(&pair, kinds), [0, 0, 0]);
    assert_eq!(pair.spendable().await, before);
    pair.audit().await;
}

#[tokio::test]
async fn a_category_and_a_seller_can_have_charges_of_their_own() {
    let pair = Pair::new(Price::default()).await;
    let admin = charging(&pair, (500, 0), (1_000, false)).await;
    let category = json!({"names": {"en": "Law"}, "warning_min": null});
    let category = id(&admin
        .post("/api/v1/admin/categories", category)
        .await
        .expect(201)
        .json());
    let own = json!({"commission_bp": 1_000, "service_fee": {"bp": 1_000, "fixed_minor": 0}, "tax": null});
    let of_category = format!("/api/v1/admin/categories/{category}/charges");
    admin.put(&of_category, own.clone()).await.expect(204);
    // Who writes the category anew leaves them as they are.
    let anew = json!({"names": {"en": "Law and order"}, "warning_min": 2});
    let path = format!("/api/v1/admin/categories/{category}");
    admin.put(&path, anew).await.expect(204);
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let path = format!("/api/v1/selling/services/{}", service.as_str().expect("an id"));
    let booking = json!({"agreement": "pay_after_accept", "length_min": 60, "horizon_days": 14});
    let filed = json!({"title": "Advice", "rate_minor": 100, "category_id": category, "booking": booking});
    pair.seller.put(&path, filed).await.expect(200);
    let order = ask(&pair.buyer, &service, MONDAY).await;
    assert_eq!((&order["fee_minor"], &order["tax_minor"]), (&json!(600), &json!(660)));

    let seller = id(&pair.seller.get("/api/v1/me").await.expect(200).json());
    let of_seller = format!("/api/v1/admin/sellers/{seller}/charges");
    let fee = json!({"bp": 0, "fixed_minor": 100});
    let theirs = json!({"commission_bp": 500, "service_fee": fee});
    for _ in 0..2 {
        admin.put(&of_seller, theirs.clone()).await.expect(204);
    }
    let all = admin.get(PATH).await.expect(200).json();
    assert_eq!(
        (&all["categories"][0]["name"], &all["categories"][0]["commission_bp"]),
        (&json!("Law and order"), &json!(1_000))
    );
    assert_eq!(
        (
            &all["sellers"][0]["name"],
            &all["sellers"][0]["service_fee"],
            &all["tax"]["bp"]
        ),
        (&json!("Sol Seller"), &fee, &json!(1_000))
    );
    let order = ask(&pair.buyer, &service, "2027-01-19T09:00:00Z").await;
    assert_eq!((&order["fee_minor"], &order["tax_minor"]), (&json!(100), &json!(610)));
    // Later they have nothing of their own any more; what was ordered keeps it.
    admin
        .put(&of_seller, json!({"commission_bp": null, "service_fee": null}))
        .await
        .expect(204);
    assert_eq!(admin.get(PATH).await.expect(200).json()["sellers"], json!([]));
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    let changes = actions(&log)
        .iter()
        .filter(|action| **action == "charges.changed")
        .count();
    assert_eq!(changes, 4, "the same again is no change");
    // Their share is theirs, too: 5 % of what is due goes to the marketplace, with the fee.
    pair.fund(10_000).await;
    let of = |verb: &str| format!("/api/v1/bookings/{}/{verb}", id(&order));
    pair.seller.post(&of("accept"), json!({"round": 1})).await.expect(200);
    pair.buyer.post(&of("pay"), json!({})).await.expect(200);
    pair.app.clock.advance(84 * HOUR);
    pair.buyer
        .renewed()
        .await
        .post(&of("cancel"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        balances(&pair, ["order", "revenue", "earnings", "tax"]),
        [0, 150 + 50, 2_850, 305]
    );
    pair.audit().await;
}

#[tokio::test]
async fn what_cant_be_charged_is_refused_and_changes_nothing() {
    let pair = Pair::new(Price::default()).await;
    let admin = charging(&pair, (500, 30), (1_900, false)).await;
    for (field, wrong) in [
        ("service_fee.bp", charges((10_001, 0), (0, false))),
        ("service_fee.fixed_minor", charges((0, -1), (0, false))),
        ("service_fee.fixed_minor", charges((0, 1_000_001), (0, false))),
        ("tax.bp", charges((0, 0), (10_001, true))),
    ] {
        let refused = admin.put(PATH, wrong).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field);
    }
    let nobody = format!("/api/v1/admin/sellers/{}/charges", Uuid::now_v7());
    admin
        .put(&nobody, json!({"commission_bp": 1, "service_fee": null}))
        .await
        .expect(404);
    let seller = id(&pair.seller.get("/api/v1/me").await.expect(200).json());
    let seller = format!("/api/v1/admin/sellers/{seller}/charges");
    let refused = admin
        .put(&seller, json!({"commission_bp": 10_001, "service_fee": null}))
        .await;
    assert_eq!(refused.expect(422).json()["error"]["field"], "commission_bp");
    let now = admin.get(PATH).await.expect(200).json();
    assert_eq!(
        (&now["service_fee"]["bp"], &now["tax"]["bp"], &now["sellers"]),
        (&json!(500), &json!(1_900), &json!([]))
    );
}
