//! What goes back is borne by all who shared it.

use super::Split;
use crate::{
    calls::{Price, offer},
    documents::says,
    refunds::{balance, bank_claim, claim, decide, form, id_of, new_id, pay_out_of, tell, top_up},
};
use serde_json::json;
use tallyroom::app::ports::DisputeStage;
use uuid::Uuid;

/// 480 are the seller's part of five minutes: 30 % and 33.33 % of them are others'.
const SHARED: [i64; 3] = [177, 144, 159];

async fn called() -> (Split, Uuid) {
    let split = Split::new(Price::default()).await;
    let call = split.five_minutes().await;
    assert_eq!(split.parts().await, SHARED);
    (split, call)
}

async fn give(split: &Split, call: Uuid, minutes: &str) -> crate::support::Answer {
    let seller = split.pair.seller.renewed().await;
    let id = new_id();
    let path = format!("/calls/{call}/refund");
    let looked_at = seller.form(&path, &form(&id, minutes, "", "preview")).await;
    let given = seller.form(&path, &form(&id, minutes, "", "confirm")).await;
    assert_eq!(looked_at.status == 200, given.status == 303, "{}", looked_at.text);
    if given.status == 303 {
        says(&looked_at.text, &["Given back by those with whom you shared it"]);
    }
    given
}

#[tokio::test]
async fn in_however_many_steps_it_goes_back_each_keeps_their_part_of_the_rest() {
    let (split, call) = called().await;
    for (minutes, left) in [
        ("1", [384 - 115 - 127, 115, 127]),
        ("2", [192 - 57 - 63, 57, 63]),
        ("2", [0, 0, 0]),
    ] {
        give(&split, call, minutes).await.expect(303);
        assert_eq!(split.parts().await, left);
    }
    assert_eq!(balance(&split.pair, "wallet"), 1_000);
    let co = split.co.renewed().await;
    says(
        &co.get("/sell/earnings").await.expect(200).text,
        &["Share back to Sol Seller"],
    );
}

#[tokio::test]
async fn what_a_frozen_person_has_stays_where_it_is_unless_staff_decide() {
    let (split, call) = called().await;
    let admin = &split.admin;
    let freeze = format!("/api/v1/admin/users/{}/freeze", split.manager_id);
    admin.post(&freeze, json!({"reason": "Because"})).await.expect(204);
    give(&split, call, "1").await.expect(409);
    assert_eq!(split.parts().await, SHARED);
    let given = json!({"id": Uuid::now_v7(), "call_id": call, "amount_minor": 120, "reason": "Because"});
    admin.post("/api/v1/admin/refunds", given).await.expect(200);
    assert_eq!(split.parts().await, [384 - 115 - 127, 115, 127]);
}

#[tokio::test]
async fn after_a_payout_sellers_give_what_is_left_and_staff_let_them_owe() {
    let (split, call) = called().await;
    let (seller, co) = (
        id_of(&split.pair.seller.renewed().await).await,
        id_of(&split.co.renewed().await).await,
    );
    pay_out_of(&split.pair, seller, 177).await;
    // 35 of a minute are the seller's own.
    give(&split, call, "1").await.expect(409);
    assert_eq!(split.parts().await, [0, 144, 159]);
    let by_staff = |minor: i64| json!({"id": new_id(), "call_id": call, "amount_minor": minor, "reason": "Because"});
    split
        .admin
        .post("/api/v1/admin/refunds", by_staff(120))
        .await
        .expect(200);
    assert_eq!(split.parts().await, [-35, 115, 127]);
    // What went to the co-seller is with their bank: only staff make them owe.
    pay_out_of(&split.pair, co, 127).await;
    let refused = give(&split, call, "1").await.expect(409).text;
    says(&refused, &["A part of this went to others"]);
    split
        .admin
        .post("/api/v1/admin/refunds", by_staff(480))
        .await
        .expect(200);
    assert_eq!(split.parts().await, [-177, 0, -127]);
    assert_eq!(balance(&split.pair, "wallet"), 1_000);
}

#[tokio::test]
async fn a_dispute_holds_the_sellers_and_takes_from_all() {
    let (split, call) = called().await;
    let buyer = split.pair.buyer.renewed().await;
    let page = claim(&buyer, call, "3.60").await;
    // 2.88 are held of the seller, who owes for now what isn't there.
    assert_eq!(split.parts().await, [177 - 288, 144, 159]);
    decide(&split.admin, &page, 360).await.expect(204);
    assert_eq!(split.parts().await, [192 - 57 - 63, 57, 63]);
    assert_eq!(balance(&split.pair, "disputed"), 0);
    assert_eq!(decide(&split.admin, &page, 360).await.expect(409).code(), "over");
    assert_eq!(split.parts().await, [192 - 57 - 63, 57, 63]);
}

#[tokio::test]
async fn a_dispute_that_is_refused_changes_nothing() {
    let (split, call) = called().await;
    let page = claim(&split.pair.buyer.renewed().await, call, "3.60").await;
    decide(&split.admin, &page, 0).await.expect(204);
    assert_eq!(split.parts().await, SHARED);
}

#[tokio::test]
async fn what_a_bank_takes_for_good_is_taken_from_all() {
    let (split, _) = called().await;
    let paid = top_up(&split.pair).await;
    tell(&split.pair, bank_claim(Some(paid), "dp_1", 900, DisputeStage::Open)).await;
    // Of 9.00 the wallet had 4.00; of 5.00 4.00 are the seller's part.
    assert_eq!(split.parts().await, [177 - 400, 144, 159]);
    for _ in 0..2 {
        tell(&split.pair, bank_claim(Some(paid), "dp_1", 900, DisputeStage::Lost)).await;
        assert_eq!(split.parts().await, [80 - 24 - 26, 24, 26]);
    }
}

#[tokio::test]
async fn what_a_bank_gives_back_was_never_taken_from_others() {
    let (split, _) = called().await;
    let paid = top_up(&split.pair).await;
    for stage in [DisputeStage::Open, DisputeStage::Won] {
        tell(&split.pair, bank_claim(Some(paid), "dp_2", 900, stage)).await;
    }
    assert_eq!(split.parts().await, SHARED);
}

#[tokio::test]
async fn what_two_share_with_each_other_goes_back_at_once_and_to_the_cent() {
    let (mut split, call) = called().await;
    // The other way round: now the co-seller sells, and half of it is the seller's.
    split.pair.service = offer(&split.co.renewed().await, 120, json!({"kind": "minute"}), 0, 0).await;
    let path = format!("/api/v1/admin/sellers/{}/shares", split.co_id);
    let half = json!({"co_sellers": [{"seller_id": split.seller_id, "bp": 5_000}]});
    split.admin.put(&path, half).await.expect(204);
    split.pair.fund_for(&split.pair.buyer.renewed().await, 1_000).await;
    (split.pair.buyer, split.co) = (split.pair.buyer.renewed().await, split.co.renewed().await);
    std::mem::swap(&mut split.pair.seller, &mut split.co);
    let other = split.five_minutes().await;
    assert_eq!(split.parts().await, [177 + 240, 144, 159 + 240]);
    split.authenticator.step_up(&split.pair.app, &split.admin).await;
    let given = (0..8).flat_map(|_| [call, other]).map(|call| {
        let given = json!({"id": new_id(), "call_id": call, "amount_minor": 60, "reason": "Because"});
        split.admin.post("/api/v1/admin/refunds", given)
    });
    for answer in futures::future::join_all(given).await {
        answer.expect(200);
    }
    // 96 are left of both.
    assert_eq!(split.parts().await, [96 - 28 - 31 + 48, 28, 31 + 48]);
}
