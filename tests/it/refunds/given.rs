//! What sellers give back.

use super::{balance, balances, bill, called, five_minutes_of, form, lines, live_account, new_id, pay_out, told};
use crate::{
    calls::{Pair, Price, booked},
    consoles::{own_id, treasurer_of_lumen},
    support::{LUMEN, VELVET},
};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use serde_json::json;
use std::collections::HashSet;

#[tokio::test]
async fn a_seller_gives_minutes_back_and_then_all_of_it() {
    let (pair, call) = called().await;
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let path = format!("/calls/{call}/refund");
    let shown = seller.get(&path).await.expect(200).text;
    assert!(
        shown.contains("5 minutes are left") && shown.contains("€6.00"),
        "{shown}"
    );
    let id = new_id();
    let sure = seller
        .form(&path, &form(&id, "2", "", "preview"))
        .await
        .expect(200)
        .text;
    for part in ["€2.40", "€1.92", "€0.48", "€3.60", &id] {
        assert!(sure.contains(part), "{part}: {sure}");
    }
    let again = seller.form(&path, &form(&id, "2", "", "change")).await.expect(200).text;
    assert!(
        again.contains("The line was bad.") && !again.contains("value=\"confirm\""),
        "{again}"
    );
    assert_eq!(balances(&pair), [400, 480, 0, 120], "looking changes nothing");
    // Sent twice, it is given once.
    for _ in 0..2 {
        let done = seller.form(&path, &form(&id, "2", "", "confirm")).await.expect(303);
        assert_eq!(done.header("location"), format!("/calls/{call}/bill"));
    }
    assert_eq!(balances(&pair), [640, 288, 0, 72]);
    pair.audit().await;
    let wallet = buyer.get("/api/v1/wallet").await.expect(200).json();
    assert_eq!(lines(&wallet)[0], ("Refund: call with Sol Seller".to_owned(), 240));
    assert_eq!(wallet["lines"][0]["call_id"], call.to_string());
    let after = bill(&buyer, call).await;
    assert_eq!(
        (&after["charged_minor"], &after["refunded_minor"]),
        (&600.into(), &240.into())
    );
    let page = buyer.get(&format!("/calls/{call}/bill")).await.expect(200).text;
    assert!(
        page.contains("€3.60") && page.contains("The line was bad.") && !page.contains(&path),
        "{page}"
    );
    let page = seller.get(&format!("/calls/{call}/bill")).await.expect(200).text;
    assert!(
        page.contains("−€1.92") && page.contains("€2.88") && page.contains(&path),
        "{page}"
    );
    assert_eq!(told(&pair, "refund"), 2);
    assert_eq!(
        pair.app
            .database
            .count("jobs WHERE kind = 'mail' AND payload->>'event' = 'refund'"),
        2
    );

    let whole = form(&id, "", "3.60", "confirm");
    seller.form(&path, &whole).await.expect(303);
    assert_eq!(
        balances(&pair),
        [640, 288, 0, 72],
        "the id was used: nothing more goes back"
    );
    let other = new_id();
    seller
        .form(&path, &form(&other, "", "3,60", "confirm"))
        .await
        .expect(303);
    assert_eq!(
        balances(&pair),
        [1_000, 0, 0, 0],
        "the whole commission went back with the whole"
    );
    pair.audit().await;
    let last = new_id();
    let refused = seller
        .form(&path, &form(&last, "1", "", "confirm"))
        .await
        .expect(409)
        .text;
    assert!(refused.contains("Nothing is left to give back."), "{refused}");
}

/// A form's id is anybody's to write: it takes no other transfer's place, and hides behind none.
#[tokio::test]
async fn a_transfers_id_in_a_form_is_no_transfers_id() {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: String,
    }
    let (pair, call) = called().await;
    let seller = pair.seller.renewed().await;
    let row: Row = sql_query("SELECT id::text FROM ledger_transfers WHERE phase = 'direct' LIMIT 1")
        .get_result(&mut pair.app.database.superuser())
        .expect("a transfer");
    let path = format!("/calls/{call}/refund");
    seller.form(&path, &form(&row.id, "2", "", "confirm")).await.expect(303);
    assert_eq!(balances(&pair), [640, 288, 0, 72]);
    pair.audit().await;
}

/// What was paid out can't become somebody's credit again by the seller's doing: only staff decide on a debt.
#[tokio::test]
async fn after_the_payout_the_seller_gives_what_is_left_and_owes_only_by_staff() {
    let (pair, call) = called().await;
    let admin = treasurer_of_lumen(&pair.app).await;
    pay_out(&pair, 360).await;
    assert_eq!(balances(&pair), [400, 120, 0, 120]);
    let seller = pair.seller.renewed().await;
    let path = format!("/calls/{call}/refund");
    for action in ["preview", "confirm"] {
        let refused = seller
            .form(&path, &form(&new_id(), "", "1.51", action))
            .await
            .expect(409);
        assert!(
            refused.text.contains("you can give back up to 1.50 EUR."),
            "{}",
            refused.text
        );
    }
    assert_eq!(balances(&pair), [400, 120, 0, 120]);
    let id = new_id();
    let most = form(&id, "", "1.50", "confirm");
    seller.form(&path, &most).await.expect(303);
    seller.form(&path, &most).await.expect(303);
    assert_eq!(balances(&pair), [550, 0, 0, 90]);
    let refused = seller
        .form(&path, &form(&new_id(), "", "0.10", "confirm"))
        .await
        .expect(409);
    assert!(
        refused.text.contains("Nothing is left of what you earned"),
        "{}",
        refused.text
    );
    let rest = json!({"id": new_id(), "call_id": call, "amount_minor": 450, "reason": "It was promised."});
    admin.post("/api/v1/admin/refunds", rest).await.expect(200);
    assert_eq!(balances(&pair), [1_000, 0, -360, 0]);
    assert_eq!(balance(&pair, "bank"), 360);
    pair.audit().await;
}

/// The marketplace takes real money: what was paid before can't be given back or claimed any more, at these doors.
async fn is_gone_with_play_money(pair: &Pair, id: &str, of: &str, shown_at: &str) {
    let admin = treasurer_of_lumen(&pair.app).await;
    live_account(pair);
    admin.post("/api/v1/admin/go-live", json!({})).await.expect(204);
    assert_eq!(balances(pair), [0; 4]);
    pair.app.clock.advance(1);
    pair.fund_for(&pair.buyer.renewed().await, 1_000).await;
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let (refund, dispute) = (format!("{of}/refund"), format!("{of}/dispute"));
    let shown = seller.get(&refund).await.expect(200).text;
    assert!(
        shown.contains("This was paid with play money") && !shown.contains("name=\"amount\""),
        "{shown}"
    );
    let refused = seller
        .form(&refund, &form(&new_id(), "", "1", "confirm"))
        .await
        .expect(409);
    assert!(
        refused.text.contains("This was paid with play money"),
        "{}",
        refused.text
    );
    assert_eq!(buyer.get(&dispute).await.expect(303).header("location"), shown_at);
    let claim = [("amount", "1"), ("reason", "Nothing was heard.")];
    let refused = buyer.form(&dispute, &claim).await.expect(409);
    assert!(
        refused.text.contains("This was paid with play money"),
        "{}",
        refused.text
    );
    let by_staff = json!({"id": new_id(), id: of.rsplit('/').next(), "amount_minor": 1, "reason": "Because"});
    let refused = admin.post("/api/v1/admin/refunds", by_staff).await.expect(409);
    assert_eq!(refused.code(), "play_money");
    for person in [&seller, &buyer] {
        let page = person.get(shown_at).await.expect(200).text;
        assert!(!page.contains(&refund) && !page.contains(&dispute), "{page}");
    }
    assert_eq!(balances(pair), [1_000, 0, 0, 0]);
    assert_eq!(
        pair.app.database.count("refunds") + pair.app.database.count("disputes"),
        0
    );
    pair.audit().await;
}

#[tokio::test]
async fn a_call_that_was_paid_with_play_money_never_comes_back_as_real_money() {
    let (mut pair, call) = called().await;
    let of = format!("/calls/{call}");
    is_gone_with_play_money(&pair, "call_id", &of, &format!("{of}/bill")).await;
    // What is paid from now on can be given back.
    (pair.seller, pair.buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let call = five_minutes_of(&pair).await;
    let (seller, path) = (pair.seller.renewed().await, format!("/calls/{call}/refund"));
    seller
        .form(&path, &form(&new_id(), "5", "", "confirm"))
        .await
        .expect(303);
    assert_eq!(balances(&pair), [1_000, 0, 0, 0]);
    pair.audit().await;
}

#[tokio::test]
async fn an_order_that_was_paid_with_play_money_never_comes_back_as_real_money() {
    let pair = Pair::new(Price::default()).await;
    let order = booked(&pair, 2).await;
    let mut talk = pair.launched(&order).await;
    talk.talk(18_000).await;
    talk.hang_up().await;
    let of = format!("/conferences/{order}");
    is_gone_with_play_money(&pair, "booking_id", &of, &of).await;
}

#[tokio::test]
async fn a_seller_whose_money_is_frozen_gives_nothing_back() {
    let (pair, call) = called().await;
    let admin = treasurer_of_lumen(&pair.app).await;
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let user = format!("/api/v1/admin/users/{}", own_id(&seller).await);
    let reason = json!({"reason": "Looks odd"});
    admin.post(&format!("{user}/freeze"), reason).await.expect(204);
    let path = format!("/calls/{call}/refund");
    for action in ["preview", "confirm"] {
        let refused = seller.form(&path, &form(&new_id(), "1", "", action)).await.expect(409);
        assert!(refused.text.contains("Your earnings are frozen"), "{}", refused.text);
    }
    let claim = [("amount", "6"), ("reason", "Nothing was heard.")];
    let opened = buyer.form(&format!("/calls/{call}/dispute"), &claim).await.expect(303);
    let page = opened.header("location").to_owned();
    let refused = seller.form(&page, &[("action", "agree")]).await.expect(409);
    assert!(refused.text.contains("Your earnings are frozen"), "{}", refused.text);
    assert_eq!(balances(&pair), [400, 0, 0, 120]);
    admin.post(&format!("{user}/unfreeze"), json!({})).await.expect(204);
    seller.form(&page, &[("action", "agree")]).await.expect(303);
    assert_eq!(balances(&pair), [1_000, 0, 0, 0]);
    pair.audit().await;
}

#[tokio::test]
async fn eight_at_once_give_the_whole_back_once() {
    let (pair, call) = called().await;
    let seller = pair.seller.renewed().await;
    let path = format!("/calls/{call}/refund");
    let tries = (0..8).map(|_| {
        let (seller, path, id) = (seller.clone(), path.clone(), new_id());
        async move {
            seller
                .form(&path, &form(&id, "", "6.00", "confirm"))
                .await
                .status
                .as_u16()
        }
    });
    let mut answers = futures::future::join_all(tries).await;
    answers.sort_unstable();
    assert_eq!(answers, [303, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(balances(&pair), [1_000, 0, 0, 0]);
    assert_eq!(pair.app.database.count("refunds"), 1);
    pair.audit().await;
}

#[tokio::test]
async fn what_cant_be_is_said_beside_its_field() {
    let (pair, call) = called().await;
    let seller = pair.seller.renewed().await;
    let path = format!("/calls/{call}/refund");
    let id = new_id();
    for (minutes, amount, words) in [
        ("", "6.01", "That is more than what is left to give back."),
        ("", "0", "Give back more than nothing."),
        ("", "1.005", "This isn&#x27;t an amount."),
        ("", "-1", "This isn&#x27;t an amount."),
        ("", "", "Fill in how much."),
        ("6", "", "That is more time than is left to give back."),
        ("0", "", "Give back more than nothing."),
        ("1.5", "", "Whole minutes, please."),
        ("1", "1", "Fill in minutes or an amount, not both."),
    ] {
        for action in ["preview", "confirm"] {
            let refused = seller
                .form(&path, &form(&id, minutes, amount, action))
                .await
                .expect(422);
            let text = refused.text.replace('’', "&#x27;").replace("isn't", "isn&#x27;t");
            assert!(text.contains(words), "{minutes}/{amount}: {words}: {text}");
        }
    }
    let mut silent = form(&id, "1", "", "confirm");
    silent[3].1 = " ";
    let refused = seller.form(&path, &silent).await.expect(422).text;
    assert!(refused.contains("Say why"), "{refused}");
    seller
        .form(&path, &[("action", "confirm"), ("amount", "1")])
        .await
        .expect(422);
    // Nobody else gives it back, and nobody of another tenant sees it.
    pair.buyer.renewed().await.get(&path).await.expect(404);
    let stranger = pair.app.bearer(LUMEN, "Eve").await;
    stranger.form(&path, &form(&id, "1", "", "confirm")).await.expect(404);
    let elsewhere = pair.app.bearer(VELVET, "Vic").await;
    elsewhere.form(&path, &form(&id, "1", "", "confirm")).await.expect(404);
    assert_eq!(balances(&pair), [400, 480, 0, 120]);
    assert_eq!(pair.app.database.count("refunds"), 0);
}

#[tokio::test]
async fn an_order_and_its_talk_are_one_sum() {
    let pair = Pair::new(Price::default()).await;
    let order = booked(&pair, 2).await;
    let early = format!("/conferences/{order}/refund");
    let refused = pair.seller.renewed().await;
    refused.get(&early).await.expect(409);
    let mut talk = pair.launched(&order).await;
    let call = talk.call;
    talk.talk(18_000).await;
    talk.hang_up().await;
    // All of it is paid: two minutes at one euro.
    assert_eq!(balances(&pair), [800, 160, 0, 40]);
    let (seller, buyer) = (pair.seller.renewed().await, pair.buyer.renewed().await);
    let of_call = format!("/calls/{call}/refund");
    seller
        .form(&of_call, &form(&new_id(), "1", "", "confirm"))
        .await
        .expect(303);
    assert_eq!(balances(&pair), [900, 80, 0, 20]);
    let left = seller.get(&early).await.expect(200).text;
    assert!(left.contains("1 minute is left") && left.contains("€1.00"), "{left}");
    let too_much = form("0190a5f0-0000-7000-8000-000000000001", "", "1.01", "confirm");
    seller.form(&early, &too_much).await.expect(422);
    seller
        .form(&early, &form(&new_id(), "", "1", "confirm"))
        .await
        .expect(303);
    assert_eq!(balances(&pair), [1_000, 0, 0, 0]);
    pair.audit().await;
    let wallet = buyer.get("/api/v1/wallet").await.expect(200).json();
    let refunds: HashSet<_> = lines(&wallet).into_iter().take(2).collect();
    assert_eq!(refunds, HashSet::from([("Refund of a booking".to_owned(), 100)]));
    for page in [format!("/conferences/{order}"), format!("/calls/{call}/bill")] {
        let page = buyer.get(&page).await.expect(200).text;
        assert_eq!(page.matches("Given back by the seller").count(), 2, "{page}");
    }
    assert_eq!(bill(&buyer, call).await["refunded_minor"], 200);
}
