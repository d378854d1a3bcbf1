//! Tips: from the page, the bill and the API, once a form, split exactly, and told to whom they are for.

use crate::{
    calls::{Pair, Price},
    consoles::{admin_of_lumen, own_id},
    support::{LUMEN, TestUser},
    wallet::audit,
};
use serde_json::{Value, json};
use tallyroom_media_protocol::signaling::ServerMessage;
use uuid::Uuid;

async fn balance(user: &TestUser) -> i64 {
    let wallet = user.get("/api/v1/wallet").await.expect(200).json();
    wallet["available_minor"].as_i64().expect("a number")
}

fn held(pair: &Pair, kind: &str) -> i64 {
    let sum = format!(
        "generate_series(1, (SELECT coalesce(sum(balance_minor), 0)::bigint FROM ledger_accounts WHERE kind = '{kind}'))"
    );
    pair.app.database.count(&sum)
}

fn wish(amount_minor: i64) -> Value {
    json!({ "form": Uuid::new_v4(), "amount_minor": amount_minor })
}

#[tokio::test]
async fn a_tip_goes_to_the_seller_once_and_they_are_told() {
    let pair = Pair::new(Price::default()).await;
    let seller = own_id(&pair.seller).await;
    let path = format!("/api/v1/sellers/{seller}/tips");
    let wanted = wish(250);
    let given = pair.buyer.post(&path, wanted.clone()).await.expect(201).json();
    assert_eq!(
        (&given["amount_minor"], &given["currency"]),
        (&json!(250), &json!("EUR"))
    );
    // The same form again, also at once, gives nothing more; with another amount it is refused.
    let again = (0..4).map(|_| pair.buyer.post(&path, wanted.clone()));
    for answer in futures::future::join_all(again).await {
        answer.expect(201);
    }
    let changed = json!({ "form": wanted["form"], "amount_minor": 300 });
    assert_eq!(
        pair.buyer.post(&path, changed).await.expect(409).code(),
        "given_already"
    );
    assert_eq!((balance(&pair.buyer).await, held(&pair, "tips")), (750, 250));
    assert_eq!(held(&pair, "revenue"), 0, "nothing is taken of it by default");
    let told = pair.seller.get("/notifications").await.expect(200).text;
    assert_eq!(told.matches("Bea Buyer gave you a tip of €2.50").count(), 1, "{told}");
    pair.app.jobs.run_due().await.expect("run");
    let mails = pair.app.mails_to(&pair.seller.email);
    let about = |mail: &&tallyroom::gateways::mail::ReceivedMail| format!("{mail:?}").contains("gave you a tip");
    assert_eq!(mails.iter().filter(about).count(), 1);
    let wallet = pair.buyer.get("/api/v1/wallet").await.expect(200).json();
    assert_eq!(
        (&wallet["lines"][0]["text"], &wallet["lines"][0]["amount_minor"]),
        (&json!("Tip"), &json!(-250))
    );
    let earnings = pair.seller.get("/sell/earnings").await.expect(200).text;
    assert!(earnings.contains("Tip from Bea Buyer"), "{earnings}");
    audit(&pair.app).await;
}

#[tokio::test]
async fn the_marketplaces_part_of_a_tip_is_exact_and_what_it_allows_is_kept_to() {
    let pair = Pair::new(Price::default()).await;
    let admin = admin_of_lumen(&pair.app).await;
    let seller = own_id(&pair.seller).await;
    let path = format!("/api/v1/sellers/{seller}/tips");
    let settings = json!({"policy": {"tip_commission_bp": 1_250, "most_tip": 8}});
    let now = admin.patch("/api/v1/admin/settings", settings).await.expect(200).json();
    assert_eq!(
        (&now["policy"]["tip_commission_bp"], &now["policy"]["most_tip"]),
        (&json!(1_250), &json!(8))
    );
    admin
        .patch("/api/v1/admin/settings", json!({"policy": {"most_tip": 0}}))
        .await
        .expect(422);
    pair.app.clock.advance(2_000);
    pair.buyer.post(&path, wish(333)).await.expect(201);
    assert_eq!(
        (held(&pair, "tips"), held(&pair, "revenue")),
        (292, 41),
        "the remainder is the seller's"
    );
    for amount in [-1, 0, 99, 801, i64::MAX, i64::MIN] {
        let refused = pair.buyer.post(&path, wish(amount)).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], "amount_minor");
        assert!(refused.text.contains("1.00 EUR to 8.00 EUR"), "{}", refused.text);
    }
    for body in [
        json!({}),
        json!({"form": "x", "amount_minor": 100}),
        json!({"form": Uuid::new_v4(), "amount_minor": 1.5}),
    ] {
        let refused = pair.buyer.post(&path, body.clone()).await;
        assert!(refused.status.is_client_error(), "{body}: {}", refused.status);
    }
    assert_eq!(pair.app.database.count("tips"), 1);
    audit(&pair.app).await;
}

#[tokio::test]
async fn who_cannot_give_is_told_why_and_nothing_moves() {
    let pair = Pair::new(Price {
        credit_minor: 300,
        ..Price::default()
    })
    .await;
    // They have met: who never did can't be blocked.
    let (call, ..) = pair.ring().await;
    let cancel = format!("/api/v1/calls/{call}/cancel");
    pair.buyer.post(&cancel, json!({})).await.expect(204);
    let (seller, buyer) = (own_id(&pair.seller).await, own_id(&pair.buyer).await);
    let path = format!("/api/v1/sellers/{seller}/tips");
    let poor = pair.buyer.post(&path, wish(500)).await.expect(409);
    assert_eq!(poor.code(), "insufficient_credit");
    assert!(poor.text.contains("Add 2.00 EUR first"), "{}", poor.text);
    pair.seller.post(&path, wish(100)).await.expect(422);
    // Who doesn't sell gets no tips.
    pair.seller
        .post(&format!("/api/v1/sellers/{buyer}/tips"), wish(100))
        .await
        .expect(404);
    // Two at once can't give more than there is.
    let both = (0..2).map(|_| pair.buyer.post(&path, wish(200)));
    let codes: Vec<u16> = futures::future::join_all(both)
        .await
        .iter()
        .map(|one| one.status.as_u16())
        .collect();
    assert_eq!(codes.iter().filter(|code| **code == 201).count(), 1, "{codes:?}");
    assert_eq!((balance(&pair.buyer).await, held(&pair, "tips")), (100, 200));
    // Neither of two of whom one has blocked the other.
    pair.seller
        .put(&format!("/api/v1/people/{buyer}/block"), json!({}))
        .await
        .expect(204);
    let blocked = pair.buyer.post(&path, wish(100)).await;
    assert!([404, 409].contains(&blocked.status.as_u16()), "{}", blocked.status);
    assert_eq!(pair.app.database.count("tips"), 1);
    audit(&pair.app).await;
}

#[tokio::test]
async fn a_tip_in_a_call_and_one_after_it_are_on_its_bill() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let call = talk.call;
    let seller = own_id(&pair.seller).await;
    talk.talk(30_000).await;
    let in_it = json!({ "form": Uuid::new_v4(), "amount_minor": 200, "call_id": call });
    let path = format!("/api/v1/sellers/{seller}/tips");
    pair.buyer.post(&path, in_it).await.expect(201);
    let heard = talk.seller.wait("the tip", |message| match message {
        ServerMessage::Tipped {
            from_name,
            amount_minor,
            currency,
            gift: None,
        } => Some((from_name.clone(), *amount_minor, currency.clone())),
        _ => None,
    });
    assert_eq!(heard.await, ("Bea Buyer".to_owned(), 200, "EUR".to_owned()));
    // From the room the page opens in another tab, and leads nowhere while the call goes on.
    let page = format!("/sellers/{seller}/tip?call={call}");
    let room = pair.buyer.get(&format!("/calls/{call}")).await.expect(200).text;
    assert!(room.contains(&page), "{room}");
    let open = pair.buyer.get(&page).await.expect(200).text;
    assert!(open.contains("goes on in its own tab"), "{open}");
    let (id, call_id) = (Uuid::new_v4().to_string(), call.to_string());
    let fields = [("id", id.as_str()), ("call", &call_id), ("choice", "100")];
    let given = pair
        .buyer
        .form(&format!("/sellers/{seller}/tip"), &fields)
        .await
        .expect(303);
    assert!(
        given.header("location").ends_with(&page),
        "{}",
        given.header("location")
    );
    talk.hang_up().await;

    let bill = pair.buyer.get(&format!("/calls/{call}/bill")).await.expect(200).text;
    assert!(
        bill.contains(&page.replace('=', "&#x3D;")) && bill.contains("€2.00"),
        "{bill}"
    );
    let form = pair.buyer.get(&page).await.expect(200).text;
    assert!(
        form.contains("A tip for Sol Seller") && form.contains(&format!(r#"name="call" value="{call}""#)),
        "{form}"
    );
    let (id, call_id) = (Uuid::new_v4().to_string(), call.to_string());
    let typed = |amount: &'static str| {
        [
            ("id", id.clone()),
            ("call", call_id.clone()),
            ("amount", amount.to_owned()),
        ]
    };
    let give = async |amount| {
        let fields = typed(amount);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pair.buyer.form(&format!("/sellers/{seller}/tip"), &fields).await
    };
    let wrong = give("0.20").await.expect(422).text;
    assert!(wrong.contains("Choose between €1.00 and €500.00"), "{wrong}");
    let poor = give("300").await.expect(409).text;
    assert!(
        poor.contains("Add credit") && poor.contains("/wallet?next&#x3D;"),
        "{poor}"
    );
    for _ in 0..2 {
        let done = give("3.50").await.expect(303);
        assert!(done.header("location").ends_with(&format!("/calls/{call}/bill")));
    }
    for reader in [&pair.buyer, &pair.seller] {
        let bill = reader.get(&format!("/calls/{call}/bill")).await.expect(200).text;
        assert_eq!(
            (bill.matches("€2.00").count(), bill.matches("€3.50").count()),
            (1, 1),
            "{bill}"
        );
    }
    // A call isn't another's to tip for.
    let stranger = pair.app.bearer(LUMEN, "Sam Stranger").await;
    pair.fund_for(&stranger, 500).await;
    let theirs = json!({ "form": Uuid::new_v4(), "amount_minor": 200, "call_id": call });
    stranger.post(&path, theirs).await.expect(404);
    assert_eq!(held(&pair, "tips"), 650);
    audit(&pair.app).await;
}

#[tokio::test]
async fn a_gift_costs_what_it_says_and_is_shown_as_what_it_is() {
    let pair = Pair::new(Price::default()).await;
    let talk = pair.live().await;
    let (call, seller) = (talk.call, own_id(&pair.seller).await);
    let path = format!("/api/v1/sellers/{seller}/tips");
    let gift = |gift, amount| json!({"form": Uuid::new_v4(), "amount_minor": amount, "gift": gift, "call_id": call});
    let cheap = pair.buyer.post(&path, gift("bouquet", 100)).await.expect(422);
    assert_eq!(cheap.json()["error"]["field"], "gift");
    assert!(cheap.text.contains("15.00 EUR"), "{}", cheap.text);
    assert!(
        pair.buyer
            .post(&path, gift("castle", 100))
            .await
            .status
            .is_client_error()
    );
    assert_eq!(pair.app.database.count("tips"), 0);
    let given = pair.buyer.post(&path, gift("coffee", 300)).await.expect(201).json();
    assert_eq!(
        (&given["gift"], &given["amount_minor"]),
        (&json!("coffee"), &json!(300))
    );
    // By the form, too; a gift and an amount are two things.
    let page = format!("/sellers/{seller}/tip");
    let shown = pair.buyer.get(&page).await.expect(200).text;
    assert!(shown.contains("value=\"bouquet\""), "{shown}");
    assert!(shown.contains("value=\"200\" checked"), "{shown}");
    let form = Uuid::new_v4().to_string();
    let both = [("id", form.as_str()), ("choice", "cake"), ("amount", "30")];
    let both = pair.buyer.form(&page, &both).await.expect(422).text;
    assert!(
        both.contains("not both") && both.contains("value=\"cake\" checked"),
        "{both}"
    );
    for (typed, kind) in [("", "flower"), ("1.50", "200")] {
        let (form, call) = (Uuid::new_v4().to_string(), call.to_string());
        let fields = [
            ("id", form.as_str()),
            ("call", &call),
            ("choice", kind),
            ("amount", typed),
        ];
        pair.buyer.form(&page, &fields).await.expect(303);
    }
    assert_eq!(held(&pair, "tips"), 300 + 100 + 150);
    talk.hang_up().await;
    for reader in [&pair.buyer, &pair.seller] {
        let bill = reader.get(&format!("/calls/{call}/bill")).await.expect(200).text;
        let shown = |words: &str| bill.matches(words).count();
        assert_eq!((shown("Coffee"), shown("Flower"), shown("€1.50")), (1, 1, 1), "{bill}");
    }
    audit(&pair.app).await;
}
