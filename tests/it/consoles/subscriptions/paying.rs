//! Payments, whatever the gateway does, and the owner's book of them.

use super::{ADMIN, Shop, admin_of, begin, limits, pay, run_jobs, state, studio};
use crate::support::{LUMEN, TestUser, VELVET};
use diesel::{RunQueryDsl, sql_query};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

const SECOND: i64 = 1_000;

#[tokio::test]
async fn two_clicks_open_one_page_to_pay_on() {
    let shop = Shop::open().await;
    let plan = shop.sell(studio()).await;
    let click = || {
        shop.admin
            .post("/api/v1/admin/subscription/payments", json!({ "plan_id": plan }))
    };
    let answers = join_all((0..6).map(|_| click())).await;
    for answer in answers {
        let is_begun = answer.status == 409 && answer.code() == "payment_begun";
        assert!(answer.status.is_success() || is_begun, "{}", answer.text);
    }
    assert_eq!(shop.app().database.count("subscription_payments"), 1);
    assert_eq!(
        shop.app()
            .database
            .count("test_gateway_payments WHERE merchant IS NOT NULL"),
        1
    );
}

#[tokio::test]
async fn paid_once_however_often_it_is_looked_at_and_not_on_the_tenants_ledger() {
    let shop = Shop::open().await;
    let plan = shop.sell(studio()).await;
    let transfers = shop.app().database.count("ledger_transfers");
    let (id, page) = begin(&shop.admin, &plan).await;
    assert_eq!(
        begin(&shop.admin, &plan).await,
        (id.clone(), page.clone()),
        "the same one"
    );
    let html = shop.admin.get(&page).await.expect(200).text;
    assert!(html.contains("Tallyroom"), "the platform gets the money: {html}");
    shop.admin.form(&page, &[("choice", "succeed")]).await.expect(303);
    let all = join_all((0..6).map(|_| state(&shop.admin, &id))).await;
    assert!(all.iter().all(|state| *state == "settled"), "{all:?}");
    run_jobs(shop.app()).await;
    assert_eq!(shop.book().await["total"], 1);
    assert_eq!(shop.app().database.count("ledger_transfers"), transfers);

    let invoice = shop.book().await["items"][0].clone();
    assert_eq!(
        (&invoice["invoice_no"], &invoice["amount_minor"], &invoice["currency"]),
        (&json!(1), &json!(49_900), &json!("EUR"))
    );
    assert_eq!(invoice["tenant"]["slug"], "lumen");
    let own = format!("/api/v1/admin/subscription/invoices/{id}");
    let page = shop.admin.get(&own).await.expect(200).text;
    assert!(
        page.contains("Invoice 1") && page.contains("499.00") && page.contains("LUMEN"),
        "{page}"
    );
    let owners = format!("/api/platform/invoices/{id}");
    assert!(
        shop.owner
            .browser
            .get(&owners)
            .await
            .expect(200)
            .text
            .contains("Invoice 1")
    );
    for (who, invoice) in [(&shop.admin, &own), (&shop.owner.browser, &owners)] {
        let sent = who
            .request(Method::GET, &format!("{invoice}/pdf"))
            .send()
            .await
            .expect("an answer");
        assert_eq!(
            (sent.status().as_u16(), &sent.headers()["content-type"]),
            (200, &"application/pdf".parse().unwrap())
        );
        assert_eq!(
            sent.headers()["content-disposition"],
            "attachment; filename=\"invoice-1.pdf\""
        );
        let file = sent.bytes().await.expect("a file");
        let text = pdf_extract::extract_text_from_mem(&file).expect("a PDF");
        for said in ["Invoice 1", "LUMEN", "€499.00", "Total, paid"] {
            assert!(text.contains(said), "{said} isn't in {text}");
        }
    }
    let eve = admin_of(shop.app(), &shop.owner, VELVET, "eve@velvet.example").await;
    eve.get(&own).await.expect(404);
    eve.get(&format!("{own}/pdf")).await.expect(404);
    eve.get(&format!("/api/v1/admin/subscription/payments/{id}"))
        .await
        .expect(404);

    let log = shop.admin.get("/api/v1/admin/audit").await.expect(200).json();
    let written = super::super::actions(&log);
    assert_eq!(written[..2], ["subscription.paid", "subscription.begun"], "{written:?}");
}

#[tokio::test]
async fn a_declined_payment_buys_nothing_and_can_be_tried_again() {
    let shop = Shop::open().await;
    let plan = shop.sell(studio()).await;
    let (id, page) = begin(&shop.admin, &plan).await;
    shop.admin.form(&page, &[("choice", "decline")]).await.expect(303);
    assert_eq!(state(&shop.admin, &id).await, "declined");
    assert_eq!(shop.subscription().await["expires_at"], Value::Null);
    assert_eq!(shop.book().await["total"], 0);
    pay(&shop.admin, &plan).await;
    assert_eq!(
        shop.book().await["items"][0]["invoice_no"],
        1,
        "what was declined took no number"
    );
}

#[tokio::test]
async fn an_answer_that_gets_lost_is_found_out_and_nobody_pays_twice() {
    let shop = Shop::open().await;
    let plan = shop.sell(studio()).await;
    let (id, page) = begin(&shop.admin, &plan).await;
    shop.admin.form(&page, &[("choice", "timeout")]).await.expect(303);
    assert_eq!(state(&shop.admin, &id).await, "unknown");
    let again = shop
        .admin
        .post("/api/v1/admin/subscription/payments", json!({ "plan_id": plan }))
        .await
        .expect(409);
    assert_eq!(again.code(), "payment_unknown");
    shop.app().clock.advance(12 * SECOND);
    run_jobs(shop.app()).await;
    assert_eq!(shop.book().await["total"], 0, "still silent");
    shop.app().clock.advance(12 * SECOND);
    run_jobs(shop.app()).await;
    assert_eq!(shop.book().await["total"], 1);
    assert_eq!(state(&shop.admin, &id).await, "settled");
    for _ in 0..3 {
        shop.app().clock.advance(60 * SECOND);
        run_jobs(shop.app()).await;
    }
    assert_eq!(shop.book().await["total"], 1);
}

#[tokio::test]
async fn who_never_comes_back_is_asked_about_until_the_page_runs_out() {
    let shop = Shop::open().await;
    let plan = shop.sell(studio()).await;
    let (id, page) = begin(&shop.admin, &plan).await;
    let mut waited = 0;
    while shop
        .app()
        .database
        .count("subscription_payments WHERE state = 'declined'")
        == 0
    {
        shop.app().clock.advance(300 * SECOND);
        waited += 300;
        run_jobs(shop.app()).await;
        assert!(waited < 3 * 3_600, "asked for ever");
    }
    assert!(waited >= 3_600, "the page could be used until then");
    shop.admin.log_in(ADMIN, crate::support::PASSWORD).await.expect(200);
    shop.admin.get(&page).await.expect(409);
    assert_eq!(state(&shop.admin, &id).await, "declined");
    assert_ne!(begin(&shop.admin, &plan).await.0, id);
}

#[tokio::test]
async fn payments_at_once_all_count_and_their_invoices_have_no_gaps() {
    let shop = Shop::open().await;
    let year = shop.sell(studio()).await;
    let start = shop.app().app.now().0;
    let mut month = studio();
    (month["name"], month["interval_months"]) = (json!("Month"), json!(1));
    let month = shop.offer(month).await;
    let eve = admin_of(shop.app(), &shop.owner, VELVET, "eve@velvet.example").await;
    let mut open: Vec<(&TestUser, String)> = Vec::new();
    for admin in [&shop.admin, &eve] {
        for plan in [&year, &month] {
            let (id, page) = begin(admin, plan).await;
            admin.form(&page, &[("choice", "succeed")]).await.expect(303);
            open.push((admin, id));
        }
    }
    let looked = open.iter().flat_map(|one| [one; 3]);
    let states = join_all(looked.map(|(admin, id)| state(admin, id))).await;
    assert!(states.iter().all(|state| *state == "settled"), "{states:?}");
    let book = shop.book().await;
    let mut numbers: Vec<_> = book["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|invoice| invoice["invoice_no"].as_i64().expect("a number"))
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4]);
    // A year and a month, whichever came first.
    assert_eq!(
        shop.subscription().await["expires_at"],
        json!(start + (365 + 31) * super::DAY)
    );
    let changed = "UPDATE subscriptions SET amount_minor = 0";
    sql_query(changed)
        .execute(&mut shop.app().database.superuser())
        .expect_err("the book is append-only");
}

#[tokio::test]
async fn what_costs_nothing_needs_no_gateway_and_what_isnt_offered_isnt_sold() {
    let shop = Shop::open().await;
    let mut free = studio();
    free["price_minor"] = json!(0);
    let plan = shop.sell(free).await;
    let body = json!({ "plan_id": plan });
    let path = "/api/v1/admin/subscription/payments";
    let paid = shop.admin.post(path, body.clone()).await.expect(201).json();
    assert_eq!(
        (&paid["state"], &paid["redirect_url"]),
        (&json!("settled"), &Value::Null)
    );
    assert_eq!(shop.subscription().await["state"], "paid");

    let change = format!("/api/platform/plans/{plan}");
    let owner = &shop.owner.browser;
    owner.patch(&change, json!({"offered": false})).await.expect(204);
    assert_eq!(
        shop.admin.post(path, body.clone()).await.expect(409).code(),
        "plan_not_offered"
    );
    assert_eq!(shop.subscription().await["offers"], json!([]));
    owner.patch(&change, json!({"offered": true})).await.expect(204);
    let nothing = json!({"plan_id": "00000000-0000-4000-8000-000000000000"});
    shop.admin.post(path, nothing).await.expect(404);

    // A tenant that is free of it pays nothing and is held to no limits.
    owner
        .patch(&change, json!({"limits": limits(json!({"staff": 0}))}))
        .await
        .expect(204);
    let free = format!("/api/platform/tenants/{}/subscription", shop.tenant);
    assert_eq!(owner.get(&free).await.expect(200).json()["free"], false);
    let marked = owner.patch(&free, json!({"free": true})).await.expect(200).json();
    assert_eq!((&marked["free"], &marked["state"]), (&json!(true), &json!("free")));
    owner.patch(&free, json!({"free": true})).await.expect(409);
    assert_eq!(
        shop.admin.post(path, body).await.expect(409).code(),
        "no_subscription_needed"
    );
    assert_eq!(shop.subscription().await["limits"]["staff"], Value::Null);
    let log = owner.get("/api/platform/audit").await.expect(200).json();
    assert!(super::super::actions(&log).contains(&"tenant.subscription"));
    assert_eq!(shop.app().anonymous(LUMEN).get("/").await.status, 200);
}
