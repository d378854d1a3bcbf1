//! What banks take back: got from the buyer's credit, then of the sellers who were paid last, then from the tenant.

use super::{balance, balances, called, form, id_of, new_id};
use crate::{
    calls::Pair,
    consoles::{actions, treasurer_of_lumen},
    marketplace::count,
    support::{LUMEN, VELVET},
};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Uuid as SqlUuid};
use serde_json::json;
use tallyroom::{
    app::{
        disputes::{self, Claimed},
        ports::{Dispute, DisputeStage},
    },
    domain::{
        ids::TopUpId,
        money::{Currency, Money},
    },
};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// A payment of the buyer's, as far as a claim for it names one.
async fn top_up(pair: &Pair) -> TopUpId {
    let buyer = id_of(&pair.buyer.renewed().await).await;
    let added =
        "INSERT INTO top_ups (tenant_id, id, user_id, gateway, amount_minor, currency, state, created_at, updated_at)
        SELECT tenant_id, gen_random_uuid(), id, 'test', 1000, 'EUR', 'settled', created_at, created_at
        FROM users WHERE id = $1 RETURNING id";
    let known: Known = sql_query(added)
        .bind::<SqlUuid, _>(buyer.uuid())
        .get_result(&mut pair.app.database.superuser())
        .expect("a payment");
    TopUpId::from_uuid(known.id)
}

fn claim(top_up: Option<TopUpId>, reference: &str, minor: i64, stage: DisputeStage) -> Claimed {
    Claimed {
        account: None,
        top_up,
        claim: Dispute {
            reference: reference.to_owned(),
            charge: "ch_1".to_owned(),
            amount: Money::new(minor, Currency::parse("EUR").expect("a currency")),
            reason: "fraudulent".to_owned(),
            stage,
        },
    }
}

async fn tell(pair: &Pair, claimed: Claimed) {
    let scope = pair.app.scope(LUMEN).await;
    let told = disputes::chargeback(&pair.app.app, &scope, claimed).await;
    told.expect("written down");
    pair.audit().await;
}

/// What is held, what banks took, what lies at the gateway, and [`balances`].
fn books(pair: &Pair) -> ([i64; 3], [i64; 4]) {
    let of = ["disputed", "chargebacks", "gateway"].map(|kind| balance(pair, kind));
    (of, balances(pair))
}

const START: ([i64; 3], [i64; 4]) = ([0, 0, -1_000], [400, 480, 0, 120]);
/// Of 9.00 the wallet had 4.00; for 5.00 the seller does without 4.00, and 1.00 would be the tenant's.
const TAKEN: ([i64; 3], [i64; 4]) = ([400, -500, -100], [0, 80, 0, 120]);

#[tokio::test]
async fn what_a_bank_takes_is_held_and_comes_back_exactly() {
    let (pair, call) = called().await;
    let paid = top_up(&pair).await;
    assert_eq!(books(&pair), START);
    for _ in 0..3 {
        tell(&pair, claim(Some(paid), "dp_1", 900, DisputeStage::Open)).await;
        assert_eq!(books(&pair), TAKEN);
    }
    // Of the 6.00 that were paid 5.00 are with the bank: no more than 1.00 can be given back.
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let path = format!("/calls/{call}/refund");
    seller
        .form(&path, &form(&new_id(), "", "1.01", "confirm"))
        .await
        .expect(422);
    let shown = seller.get(&path).await.expect(200).text;
    assert!(shown.contains("€1.00"), "{shown}");
    drop(buyer);
    for _ in 0..2 {
        tell(&pair, claim(Some(paid), "dp_1", 900, DisputeStage::Won)).await;
        assert_eq!(books(&pair), START);
    }
    // Nothing that comes later changes it.
    tell(&pair, claim(Some(paid), "dp_1", 900, DisputeStage::Lost)).await;
    tell(&pair, claim(Some(paid), "dp_1", 900, DisputeStage::Open)).await;
    assert_eq!(books(&pair), START);
    assert_eq!(count(&pair.app, "chargebacks"), 1);
    seller
        .form(&path, &form(&new_id(), "5", "", "confirm"))
        .await
        .expect(303);
    assert_eq!(balances(&pair), [1_000, 0, 0, 0]);
}

#[tokio::test]
async fn what_is_lost_is_the_sellers_and_the_tenants_part() {
    let (pair, _) = called().await;
    let paid = top_up(&pair).await;
    // Told in the wrong order: the end first.
    tell(&pair, claim(Some(paid), "dp_2", 900, DisputeStage::Lost)).await;
    let lost = ([0, 0, -100], [0, 80, 0, 20]);
    assert_eq!(books(&pair), lost);
    tell(&pair, claim(Some(paid), "dp_2", 900, DisputeStage::Open)).await;
    assert_eq!(books(&pair), lost);
    // Another claim finds 1.00 of the call and no wallet: the rest is the tenant's loss.
    tell(&pair, claim(Some(paid), "dp_3", 100_000, DisputeStage::Lost)).await;
    assert_eq!(books(&pair), ([0, -99_900, 99_900], [0, 0, 0, 0]));
}

#[tokio::test]
async fn who_bears_it_is_the_tenants_to_say_and_staff_see_what_is_known() {
    let (pair, call) = called().await;
    let admin = treasurer_of_lumen(&pair.app).await;
    let rules = json!({"window_days": 14, "hold_sellers": false});
    admin.put("/api/v1/admin/dispute-rules", rules).await.expect(204);
    let paid = top_up(&pair).await;
    tell(&pair, claim(Some(paid), "dp_4", 900, DisputeStage::Open)).await;
    assert_eq!(books(&pair), ([0, -500, -100], [0, 480, 0, 120]));
    // Nobody knows whose payment this one was.
    tell(&pair, claim(None, "dp_5", 50, DisputeStage::Open)).await;
    assert_eq!(books(&pair), ([0, -550, -50], [0, 480, 0, 120]));
    let scope = pair.app.scope(LUMEN).await;
    let nothing = disputes::chargeback(&pair.app.app, &scope, claim(None, "dp_6", 0, DisputeStage::Open));
    nothing.await.expect_err("a claim for nothing");
    let listed = admin
        .get("/api/v1/admin/chargebacks?sort=amount")
        .await
        .expect(200)
        .json();
    assert_eq!(listed["total"], 2);
    let line = &listed["items"][1];
    assert_eq!(
        (&line["buyer"], &line["wallet_minor"], &line["stage"]),
        (&json!("Bea Buyer"), &json!(400), &json!("open"))
    );
    let evidence = format!(
        "/api/v1/admin/chargebacks/{}/evidence",
        line["id"].as_str().expect("an id")
    );
    let known = admin.get(&evidence).await.expect(200).json();
    assert_eq!(known["charges"][0]["call"]["id"], call.to_string());
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert!(actions(&log).contains(&"dispute.looked_at"), "{log}");
    // Another tenant's claim of the same name is another one.
    let elsewhere = pair.app.scope(VELVET).await;
    let told = disputes::chargeback(&pair.app.app, &elsewhere, claim(None, "dp_4", 70, DisputeStage::Open));
    told.await.expect("written down");
    assert_eq!(count(&pair.app, "chargebacks"), 3);
}

#[tokio::test]
async fn eight_at_once_take_it_once() {
    let (pair, _) = called().await;
    let paid = top_up(&pair).await;
    let scope = pair.app.scope(LUMEN).await;
    let tries = (0..8).map(|_| {
        let told = claim(Some(paid), "dp_7", 900, DisputeStage::Open);
        disputes::chargeback(&pair.app.app, &scope, told)
    });
    for told in futures::future::join_all(tries).await {
        told.expect("written down");
    }
    assert_eq!(books(&pair), TAKEN);
    pair.audit().await;
}
