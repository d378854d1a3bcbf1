//! What banks take back: got from the buyer's credit, then of the sellers who were paid last, then from the tenant.

use super::{balance, balances, called, five_minutes_of, form, id_of, live_account, new_id};
use crate::{
    calls::{Pair, Price},
    charges::charging,
    consoles::{actions, treasurer_of_lumen},
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
    store::ledger::{self, AccountKind, Transfer},
};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The payment that the buyer's credit came with.
pub async fn top_up(pair: &Pair) -> TopUpId {
    let credited = "SELECT id, at FROM ledger_transfers WHERE kind = 'top_up'";
    written_down(pair, credited).await
}

/// A payment of the buyer's that never came in.
async fn uncredited(pair: &Pair) -> TopUpId {
    written_down(
        pair,
        "SELECT gen_random_uuid() AS id, created_at AS at FROM tenants LIMIT 1",
    )
    .await
}

async fn written_down(pair: &Pair, of: &str) -> TopUpId {
    let buyer = id_of(&pair.buyer.renewed().await).await;
    let added = format!(
        "INSERT INTO top_ups (tenant_id, id, user_id, gateway, amount_minor, currency, state, created_at, updated_at)
        SELECT u.tenant_id, paid.id, u.id, 'test', 1000, 'EUR', 'settled', paid.at, paid.at
        FROM users u, ({of}) paid WHERE u.id = $1 RETURNING id"
    );
    let known: Known = sql_query(added)
        .bind::<SqlUuid, _>(buyer.uuid())
        .get_result(&mut pair.app.database.superuser())
        .expect("a payment");
    TopUpId::from_uuid(known.id)
}

pub fn claim(top_up: Option<TopUpId>, reference: &str, minor: i64, stage: DisputeStage) -> Claimed {
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

pub async fn tell(pair: &Pair, claimed: Claimed) {
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
    assert_eq!(pair.app.database.count("chargebacks"), 1);
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

/// What is lost was no sale: its tax isn't owed any more.
#[tokio::test]
async fn of_what_is_lost_the_tax_comes_off_the_tax() {
    let pair = Pair::new(Price::default()).await;
    charging(&pair, (0, 0), (1_900, true)).await;
    let call = five_minutes_of(&pair).await;
    let shared = || ["wallet", "earnings", "revenue", "tax"].map(|kind| balance(&pair, kind));
    assert_eq!(shared(), [400, 404, 101, 95]);
    let paid = top_up(&pair).await;
    // What is claimed and comes back changes nothing.
    tell(&pair, claim(Some(paid), "dp_20", 900, DisputeStage::Open)).await;
    tell(&pair, claim(Some(paid), "dp_20", 900, DisputeStage::Won)).await;
    assert_eq!(shared(), [400, 404, 101, 95]);
    // Of 6.00 that were paid 5.00 are lost, of 1.96 that aren't the seller's 1.63, and of 0.95 of tax 0.79.
    for stage in [DisputeStage::Open, DisputeStage::Lost, DisputeStage::Lost] {
        tell(&pair, claim(Some(paid), "dp_21", 900, stage)).await;
    }
    assert_eq!(shared(), [0, 404 - 337, 101 - 84, 95 - 79]);
    // The rest goes in two ways, and nothing is left of anything.
    let seller = pair.seller.renewed().await;
    let path = format!("/calls/{call}/refund");
    seller
        .form(&path, &form(&new_id(), "", "0.40", "confirm"))
        .await
        .expect(303);
    assert_eq!(balance(&pair, "wallet"), 40);
    tell(&pair, claim(Some(paid), "dp_22", 100, DisputeStage::Lost)).await;
    assert_eq!(shared(), [0, 0, 0, 0]);
    assert_eq!(balance(&pair, "chargebacks"), 0);
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
    assert_eq!(pair.app.database.count("chargebacks"), 3);
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

/// What never came in can't be taken out: a claim for it is written down, and waits for its money.
#[tokio::test]
async fn a_claim_for_what_was_never_credited_moves_nothing_until_it_is() {
    let (pair, _) = called().await;
    let paid = uncredited(&pair).await;
    for stage in [DisputeStage::Open, DisputeStage::Lost] {
        tell(&pair, claim(Some(paid), "dp_8", 900, stage)).await;
        assert_eq!(books(&pair), START);
    }
    assert_eq!(
        pair.app
            .database
            .count("chargebacks WHERE top_up_id IS NULL AND stage = 'lost'"),
        1
    );
    let buyer = id_of(&pair.buyer.renewed().await).await;
    let (scope, now) = (pair.app.scope(LUMEN).await, pair.app.app.now());
    let credited = pair.app.app.db.tenant(&scope, move |tx| {
        let euros = Currency::parse("EUR").expect("a currency");
        let transfer = Transfer {
            id: paid.uuid(),
            kind: "top_up",
            debit: ledger::account(tx, AccountKind::BuiltIn, euros, now)?,
            credit: ledger::account(tx, AccountKind::Wallet(buyer), euros, now)?,
            amount_minor: 1_000,
            at: now,
        };
        ledger::transfer(tx, &transfer)
    });
    credited.await.expect("credited");
    for _ in 0..2 {
        tell(&pair, claim(Some(paid), "dp_8", 900, DisputeStage::Lost)).await;
        assert_eq!(books(&pair), ([0, 0, -1_100], [500, 480, 0, 120]));
    }
    assert_eq!(pair.app.database.count("chargebacks WHERE top_up_id IS NOT NULL"), 1);
}

/// Nobody does without more than what their payment brought: the rest is between the tenant and its bank.
#[tokio::test]
async fn a_claim_takes_no_more_than_its_payment_brought() {
    let (pair, _) = called().await;
    let paid = top_up(&pair).await;
    pair.fund_for(&pair.buyer.renewed().await, 5_000).await;
    tell(&pair, claim(Some(paid), "dp_9", 2_500, DisputeStage::Open)).await;
    assert_eq!(books(&pair), ([0, -1_500, -3_500], [4_400, 480, 0, 120]));
    // Nor twice.
    tell(&pair, claim(Some(paid), "dp_10", 2_500, DisputeStage::Open)).await;
    assert_eq!(books(&pair), ([0, -4_000, -1_000], [4_400, 480, 0, 120]));
    let mut dollars = claim(Some(paid), "dp_11", 100, DisputeStage::Open);
    dollars.claim.amount = Money::new(100, Currency::parse("USD").expect("a currency"));
    tell(&pair, dollars).await;
    assert_eq!(balances(&pair), [4_400, 480, 0, 120], "of another currency");
}

/// What was paid with play money has nothing to do with the real money that is there by now.
#[tokio::test]
async fn a_claim_for_play_money_moves_nothing_once_money_is_real() {
    let (pair, _) = called().await;
    let paid = top_up(&pair).await;
    let admin = treasurer_of_lumen(&pair.app).await;
    live_account(&pair);
    admin.post("/api/v1/admin/go-live", json!({})).await.expect(204);
    pair.fund_for(&pair.buyer.renewed().await, 1_000).await;
    let before = books(&pair);
    for stage in [DisputeStage::Open, DisputeStage::Won] {
        tell(&pair, claim(Some(paid), "dp_12", 900, stage)).await;
        assert_eq!(books(&pair), before);
    }
    assert_eq!(pair.app.database.count("chargebacks WHERE stage = 'won'"), 1);
}

/// A part that a bank took and gave back rounds otherwise than without it: what is held for a dispute is enough all the same.
#[tokio::test]
async fn a_dispute_is_decided_to_the_cent_after_the_bank_gave_something_back() {
    let (pair, call) = called().await;
    let paid = top_up(&pair).await;
    let admin = treasurer_of_lumen(&pair.app).await;
    tell(&pair, claim(Some(paid), "dp_13", 403, DisputeStage::Open)).await;
    assert_eq!(books(&pair), ([3, -3, -597], [0, 477, 0, 120]));
    let buyer = pair.buyer.renewed().await;
    let fields = [("amount", "5.97"), ("reason", "I couldn't hear anything.")];
    let opened = buyer.form(&format!("/calls/{call}/dispute"), &fields).await.expect(303);
    let dispute = opened.header("location").trim_start_matches("/disputes/").to_owned();
    tell(&pair, claim(Some(paid), "dp_13", 403, DisputeStage::Won)).await;
    let decision = json!({"refund_minor": 597, "reason": "The record shows it."});
    let path = format!("/api/v1/admin/disputes/{dispute}/decide");
    admin.post(&path, decision).await.expect(204);
    assert_eq!(books(&pair), ([0, 0, -1_000], [997, 3, 0, 0]));
    pair.audit().await;
}
