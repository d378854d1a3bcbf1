//! What buyers claim back: held at once, decided by staff, returned once.

use super::{balance, balances, called, form, new_id, pay_out, told};
use crate::{
    calls::{Pair, Price, booked},
    consoles::{actions, admin_of_lumen, own_id, treasurer_of_lumen},
    support::{Authenticator, LUMEN, TestUser, VELVET},
};
use serde_json::{Value, json};
use uuid::Uuid;

const DAY: i64 = 24 * 3_600_000;

const QUEUE: &str = "/api/v1/admin/disputes";

/// The buyer claims so much; gives the path of the dispute's page.
pub async fn claim(buyer: &TestUser, call: Uuid, amount: &str) -> String {
    let path = format!("/calls/{call}/dispute");
    let fields = [("amount", amount), ("reason", "I couldn't hear anything.")];
    let opened = buyer.form(&path, &fields).await.expect(303);
    let page = opened.header("location").to_owned();
    assert!(page.starts_with("/disputes/"), "{page}");
    page
}

fn id_in(page: &str) -> &str {
    page.strip_prefix("/disputes/").expect("a dispute's page")
}

pub async fn decide(admin: &TestUser, page: &str, refund_minor: i64) -> crate::support::Answer {
    let path = format!("{QUEUE}/{}/decide", id_in(page));
    let decision = json!({"refund_minor": refund_minor, "reason": "The record shows two lost minutes."});
    admin.post(&path, decision).await
}

/// The same as [`balances`], with what is held.
fn held(pair: &Pair) -> (i64, [i64; 4]) {
    (balance(pair, "disputed"), balances(pair))
}

#[tokio::test]
async fn a_claim_is_held_answered_and_decided_in_part() {
    let (pair, call) = called().await;
    let admin = treasurer_of_lumen(&pair.app).await;
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let bill = buyer.get(&format!("/calls/{call}/bill")).await.expect(200).text;
    assert!(bill.contains(&format!("/calls/{call}/dispute")), "{bill}");
    let asked = buyer.get(&format!("/calls/{call}/dispute")).await.expect(200).text;
    assert!(
        asked.contains("5 minutes are left") && asked.contains("7 days to answer"),
        "{asked}"
    );
    let page = claim(&buyer, call, "3.60").await;
    // Of 3.60 the seller's part was 2.88.
    assert_eq!(held(&pair), (288, [400, 192, 0, 120]));
    pair.audit().await;
    // Sent twice it is the same one, and nothing else goes back meanwhile.
    assert_eq!(claim(&buyer, call, "3.60").await, page);
    assert_eq!(pair.app.database.count("disputes"), 1);
    let refund = format!("/calls/{call}/refund");
    let refused = seller
        .form(&refund, &form(&new_id(), "1", "", "confirm"))
        .await
        .expect(409);
    assert!(
        refused.text.contains("A dispute about this is open."),
        "{}",
        refused.text
    );
    let by_staff = json!({"id": new_id(), "call_id": call, "amount_minor": 1, "reason": "Because"});
    let refused = admin.post("/api/v1/admin/refunds", by_staff).await.expect(409);
    assert_eq!(refused.code(), "disputed");

    let shown = seller.get(&page).await.expect(200).text;
    assert!(
        shown.contains("€2.88") && shown.contains("I couldn") && shown.contains("value=\"answer\""),
        "{shown}"
    );
    seller
        .form(&page, &[("action", "answer"), ("answer", " ")])
        .await
        .expect(422);
    buyer
        .form(&page, &[("action", "answer"), ("answer", "Mine")])
        .await
        .expect(404);
    let words = [("action", "answer"), ("answer", "It was fine on my side.")];
    seller.form(&page, &words).await.expect(303);
    seller.form(&page, &words).await.expect(409);
    let seen = buyer.get(&page).await.expect(200).text;
    assert!(
        seen.contains("It was fine on my side.") && !seen.contains("value=\"answer\""),
        "{seen}"
    );

    let queue = admin.get(&format!("{QUEUE}?state=open")).await.expect(200).json();
    let line = &queue["items"][0];
    assert_eq!(
        (&line["state"], &line["asked_minor"], &line["held_minor"]),
        (&json!("answered"), &json!(360), &json!(288))
    );
    assert_eq!(
        admin.get(&format!("{QUEUE}?state=closed")).await.expect(200).json()["total"],
        0
    );
    decide(&admin, &page, 361).await.expect(422);
    decide(&admin, &page, -1).await.expect(422);
    let wordless = json!({"refund_minor": 0, "reason": ""});
    let path = format!("{QUEUE}/{}/decide", id_in(&page));
    admin.post(&path, wordless).await.expect(422);
    assert_eq!(held(&pair), (288, [400, 192, 0, 120]));
    decide(&admin, &page, 240).await.expect(204);
    assert_eq!(held(&pair), (0, [640, 288, 0, 72]));
    pair.audit().await;
    assert_eq!(decide(&admin, &page, 240).await.expect(409).code(), "over");
    assert_eq!(held(&pair), (0, [640, 288, 0, 72]));

    let seen = buyer.get(&page).await.expect(200).text;
    assert!(seen.contains("€2.40") && seen.contains("two lost minutes"), "{seen}");
    let bill = seller.get(&format!("/calls/{call}/bill")).await.expect(200).text;
    assert!(
        bill.contains("Given back after a dispute") && bill.contains("−€1.92"),
        "{bill}"
    );
    // One of each: opened to the seller and to staff, answered to the buyer, decided to both.
    let mails = "jobs WHERE kind = 'mail' AND payload->>'event' = 'dispute'";
    assert_eq!((pair.app.database.count(mails), told(&pair, "refund")), (5, 0));
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert!(actions(&log).contains(&"dispute.decided"), "{log}");
    // It was disputed once; what is left the seller can still give back.
    assert_eq!(
        buyer
            .get(&format!("/calls/{call}/dispute"))
            .await
            .expect(303)
            .header("location"),
        page
    );
    seller
        .form(&refund, &form(&new_id(), "", "3.60", "confirm"))
        .await
        .expect(303);
    assert_eq!(held(&pair), (0, [1_000, 0, 0, 0]));
    pair.audit().await;
}

#[tokio::test]
async fn nothing_goes_back_or_it_is_taken_back_and_the_money_returns_where_it_was() {
    let (pair, call) = called().await;
    let admin = admin_of_lumen(&pair.app).await;
    let factor = Authenticator::switched_on(&pair.app, &admin).await;
    let buyer = pair.buyer.renewed().await;
    // Paid out already: what is held becomes a debt, and the debt goes with it.
    pay_out(&pair, 480).await;
    let page = claim(&buyer, call, "6").await;
    assert_eq!(held(&pair), (480, [400, 0, -480, 120]));
    pair.audit().await;
    buyer.form(&page, &[("action", "withdraw")]).await.expect(303);
    assert_eq!(held(&pair), (0, [400, 0, 0, 120]));
    buyer.form(&page, &[("action", "withdraw")]).await.expect(409);
    // What was taken back can be opened again, three times in all.
    let page = claim(&buyer, call, "6").await;
    pair.app.clock.advance(8 * DAY);
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let late = seller.get(&page).await.expect(200).text;
    assert!(late.contains("The time to answer is over."), "{late}");
    let words = [("action", "answer"), ("answer", "Too late")];
    seller.form(&page, &words).await.expect(409);
    admin.post("/api/v1/session/refresh", json!({})).await.expect(200);
    assert_eq!(decide(&admin, &page, 0).await.expect(409).code(), "step_up_needed");
    factor.step_up(&pair.app, &admin).await;
    decide(&admin, &page, 0).await.expect(204);
    assert_eq!(held(&pair), (0, [400, 0, 0, 120]));
    pair.audit().await;
    let seen = buyer.get(&page).await.expect(200).text;
    assert!(seen.contains("nothing goes back"), "{seen}");
    assert_eq!(pair.app.database.count("refunds"), 0);
}

#[tokio::test]
async fn a_seller_agrees_and_eight_decisions_at_once_are_one() {
    let (pair, call) = called().await;
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let page = claim(&buyer, call, "1.20").await;
    buyer.form(&page, &[("action", "agree")]).await.expect(404);
    let tries = (0..8).map(|nth| {
        let (seller, buyer, page) = (seller.clone(), buyer.clone(), page.clone());
        async move {
            match nth % 2 {
                0 => seller.form(&page, &[("action", "agree")]).await.status.as_u16(),
                _ => buyer.form(&page, &[("action", "withdraw")]).await.status.as_u16(),
            }
        }
    });
    let mut answers = futures::future::join_all(tries).await;
    answers.sort_unstable();
    assert_eq!(answers, [303, 409, 409, 409, 409, 409, 409, 409]);
    let state = held(&pair);
    let agreed = (0, [520, 384, 0, 96]);
    assert!(state == agreed || state == (0, [400, 480, 0, 120]), "{state:?}");
    pair.audit().await;
}

/// A seller can't make a debt by agreeing: who paid out what they earned leaves the decision to staff.
#[tokio::test]
async fn nobody_agrees_to_what_was_paid_out() {
    let (pair, call) = called().await;
    let admin = treasurer_of_lumen(&pair.app).await;
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    pay_out(&pair, 400).await;
    let page = claim(&buyer, call, "6").await;
    assert_eq!(held(&pair), (480, [400, 0, -400, 120]));
    let refused = seller.form(&page, &[("action", "agree")]).await.expect(409);
    assert!(
        refused.text.contains("is enough for 1.00 EUR of it."),
        "{}",
        refused.text
    );
    assert_eq!(held(&pair), (480, [400, 0, -400, 120]));
    decide(&admin, &page, 600).await.expect(204);
    assert_eq!(held(&pair), (0, [1_000, 0, -400, 0]));
    pair.audit().await;
}

#[tokio::test]
async fn only_within_the_window_that_the_tenant_sets() {
    let (pair, call) = called().await;
    let admin = treasurer_of_lumen(&pair.app).await;
    let rules = "/api/v1/admin/dispute-rules";
    assert_eq!(
        admin.get(rules).await.expect(200).json(),
        json!({"window_days": 14, "hold_sellers": true})
    );
    admin
        .put(rules, json!({"window_days": 0, "hold_sellers": true}))
        .await
        .expect(422);
    admin
        .put(rules, json!({"window_days": 181, "hold_sellers": true}))
        .await
        .expect(422);
    admin
        .put(rules, json!({"window_days": 2, "hold_sellers": true}))
        .await
        .expect(204);
    pair.app.clock.advance(2 * DAY);
    let buyer = pair.buyer.renewed().await;
    let path = format!("/calls/{call}/dispute");
    let bill = buyer.get(&format!("/calls/{call}/bill")).await.expect(200).text;
    assert!(!bill.contains(&path), "{bill}");
    assert_eq!(
        buyer.get(&path).await.expect(303).header("location"),
        format!("/calls/{call}/bill")
    );
    let fields = [("amount", "1"), ("reason", "Late")];
    buyer.form(&path, &fields).await.expect(409);
    assert_eq!(held(&pair), (0, [400, 480, 0, 120]));
}

#[tokio::test]
async fn what_is_known_is_kept_as_it_was_and_nobody_else_sees_it() {
    let pair = Pair::new(Price::default()).await;
    let order = booked(&pair, 2).await;
    let mut talk = pair.launched(&order).await;
    talk.talk(18_000).await;
    talk.hang_up().await;
    let admin = treasurer_of_lumen(&pair.app).await;
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let conversations = buyer.get("/api/v1/conversations").await.expect(200).json();
    let conversation = conversations["items"][0]["id"].as_str().expect("a conversation");
    let messages = format!("/api/v1/conversations/{conversation}/messages");
    buyer
        .post(&messages, json!({"text": "There was no sound"}))
        .await
        .expect(201);
    seller.post(&messages, json!({"text": "There was"})).await.expect(201);
    let path = format!("/conferences/{order}/dispute");
    let fields = [("minutes", "1"), ("reason", "No sound.")];
    let page = buyer
        .form(&path, &fields)
        .await
        .expect(303)
        .header("location")
        .to_owned();
    assert_eq!(held(&pair), (80, [800, 80, 0, 40]));
    seller
        .post(&messages, json!({"text": "Said afterwards"}))
        .await
        .expect(201);

    let evidence = format!("{QUEUE}/{}/evidence", id_in(&page));
    let known = admin.get(&evidence).await.expect(200).json();
    let texts: Vec<_> = known["messages"]
        .as_array()
        .expect("messages")
        .iter()
        .map(|said| &said["text"])
        .collect();
    assert_eq!(texts, ["There was no sound", "There was"]);
    assert_eq!(
        (&known["paid_minor"], &known["call"]["charged_minor"]),
        (&json!(200), &json!(30))
    );
    let span = |name: &str| known["call"][name][0][1].as_i64() > known["call"][name][0][0].as_i64();
    assert!(
        span("buyer_present") && span("seller_present") && span("billed"),
        "{known}"
    );
    let count_of = |name: &str| known[name].as_array().map_or(0, Vec::len);
    assert!(count_of("accepted") >= 4 && count_of("sign_ins") >= 4, "{known}");
    assert!(
        known["order"]["history"]
            .as_array()
            .is_some_and(|steps| steps.len() > 2),
        "{known}"
    );
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert!(actions(&log).contains(&"dispute.looked_at"), "{log}");

    // Neither the two themselves nor anybody else reads it; another tenant's staff find nothing.
    buyer.get(&evidence).await.expect(403);
    pair.app.bearer(LUMEN, "Eve").await.get(&page).await.expect(404);
    pair.app.bearer(VELVET, "Vic").await.get(&page).await.expect(404);
    // Whoever has a dispute isn't erased; afterwards nothing of it says who they were.
    let erase = format!("/api/v1/admin/users/{}/erase", own_id(&buyer).await);
    assert_eq!(admin.post(&erase, json!({})).await.expect(409).code(), "has_disputes");
    decide(&admin, &page, 100).await.expect(204);
    admin.post(&erase, json!({})).await.expect(200);
    assert_eq!(
        admin.get(&evidence).await.expect(200).json(),
        Value::Object(serde_json::Map::new())
    );
    assert_eq!(
        pair.app.database.count("disputes WHERE reason <> '' OR decision <> ''"),
        0
    );
    pair.audit().await;
}

/// More time that was agreed to is what many disputes are about.
#[tokio::test]
async fn what_more_time_was_asked_for_and_agreed_to_is_known() {
    let pair = Pair::new(Price::default()).await;
    let order = booked(&pair, 2).await;
    let mut talk = pair.launched(&order).await;
    talk.talk(10_000).await;
    let more = format!("/api/v1/calls/{}/extensions", talk.call);
    for verb in ["decline", "accept"] {
        let asked = pair.seller.post(&more, json!({"minutes": 1})).await.expect(201).json();
        talk.talk(5_000).await;
        let answer = format!("{more}/{}/{verb}", asked["id"].as_str().expect("an id"));
        pair.buyer.post(&answer, json!({})).await.expect(200);
    }
    talk.hang_up().await;
    let admin = treasurer_of_lumen(&pair.app).await;
    let fields = [("minutes", "1"), ("reason", "I never agreed to that.")];
    let path = format!("/conferences/{order}/dispute");
    let opened = pair.buyer.renewed().await.form(&path, &fields).await.expect(303);
    let evidence = format!("{QUEUE}/{}/evidence", id_in(opened.header("location")));
    let known = admin.get(&evidence).await.expect(200).json();
    let stood = |nth: usize| {
        let of = |name: &str| known["extensions"][nth][name].clone();
        ["minutes", "asked_by", "agreed_by", "paid_minor", "state"].map(of)
    };
    let declined = [json!(1), json!("seller"), json!(null), json!(0), json!("declined")];
    let paid = [json!(1), json!("seller"), json!("buyer"), json!(100), json!("paid")];
    assert_eq!([stood(0), stood(1)], [declined, paid]);
    let at = |nth: usize, name: &str| known["extensions"][nth][name].as_i64();
    let waited = at(1, "agreed_at")
        .zip(at(1, "asked_at"))
        .map(|(agreed, asked)| agreed - asked);
    assert_eq!((waited, at(0, "agreed_at")), (Some(5_000), None));
}

#[tokio::test]
async fn staff_give_back_what_they_think_right_and_it_is_written_down() {
    let (pair, call) = called().await;
    let admin = treasurer_of_lumen(&pair.app).await;
    let charge = format!("/api/v1/admin/calls/{call}/charge");
    let before = admin.get(&charge).await.expect(200).json();
    assert_eq!((&before["left_minor"], &before["left_min"]), (&json!(600), &json!(5)));
    let wanted = json!({"id": new_id(), "call_id": call, "minutes": 2, "reason": "A fault of ours."});
    for _ in 0..2 {
        let given = admin
            .post("/api/v1/admin/refunds", wanted.clone())
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&given["amount_minor"], &given["commission_minor"]),
            (&json!(240), &json!(48))
        );
    }
    assert_eq!(balances(&pair), [640, 288, 0, 72]);
    pair.audit().await;
    let listed = admin.get("/api/v1/admin/refunds?q=bea").await.expect(200).json();
    assert_eq!(
        (&listed["total"], &listed["items"][0]["given_by"]),
        (&json!(1), &json!("staff"))
    );
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(
        actions(&log).iter().filter(|action| **action == "refund.given").count(),
        1
    );
    for (field, wrong) in [
        (
            "amount_minor",
            json!({"id": new_id(), "call_id": call, "amount_minor": 361, "reason": "x"}),
        ),
        (
            "both",
            json!({"id": new_id(), "call_id": call, "amount_minor": 1, "minutes": 1, "reason": "x"}),
        ),
        ("none", json!({"id": new_id(), "call_id": call, "reason": "x"})),
        ("no subject", json!({"id": new_id(), "minutes": 1, "reason": "x"})),
        (
            "no reason",
            json!({"id": new_id(), "call_id": call, "minutes": 1, "reason": ""}),
        ),
    ] {
        let refused = admin.post("/api/v1/admin/refunds", wrong).await;
        assert_eq!(refused.status.as_u16(), 422, "{field}: {}", refused.text);
    }
    assert_eq!(balances(&pair), [640, 288, 0, 72]);
}
