//! What sellers give back.

use super::{balance, balances, bill, called, form, lines, new_id, pay_out, told};
use crate::{
    calls::{Pair, Price, booked},
    marketplace::count,
    support::{LUMEN, VELVET},
};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
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
        count(&pair.app, "jobs WHERE kind = 'mail' AND payload->>'event' = 'refund'"),
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

#[tokio::test]
async fn after_the_payout_the_seller_owes_it() {
    let (pair, call) = called().await;
    pay_out(&pair).await;
    assert_eq!(balances(&pair), [400, 0, 0, 120]);
    let seller = pair.seller.renewed().await;
    let path = format!("/calls/{call}/refund");
    seller
        .form(&path, &form(&new_id(), "5", "", "confirm"))
        .await
        .expect(303);
    assert_eq!(balances(&pair), [1_000, 0, -480, 0]);
    assert_eq!(balance(&pair, "bank"), 480);
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
    assert_eq!(count(&pair.app, "refunds"), 1);
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
    assert_eq!(count(&pair.app, "refunds"), 0);
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
