//! Two years under the virtual clock.

use super::{ADMIN, DAY, Shop, begin, pay, reminders, run_jobs, state, studio};
use crate::support::{LUMEN, PASSWORD, TestUser};
use futures::future::join_all;
use serde_json::{Value, json};
use tallyroom::app::subscriptions;

/// Everybody's sessions are over by then.
async fn come_back(shop: &mut Shop) {
    shop.pair.buyer = shop.pair.buyer.renewed().await;
    shop.pair.seller = shop.pair.seller.renewed().await;
    shop.pair
        .seller
        .put("/api/v1/selling/availability", json!({"hours": 12}))
        .await
        .expect(200);
    shop.admin = shop.app().anonymous(LUMEN);
    shop.admin.log_in(ADMIN, PASSWORD).await.expect(200);
    shop.owner.come_back(shop.app()).await;
}

/// Turns the clock to so many days after `start`, and a bit.
fn turn_to(shop: &Shop, start: i64, day: i64, ms: i64) {
    let wanted = start + day * DAY + ms;
    shop.app().clock.advance(wanted - shop.app().app.now().0);
}

/// Walks day by day; gives the days at which mails about the end went out.
async fn walk(shop: &Shop, start: i64, days: std::ops::RangeInclusive<i64>) -> Vec<i64> {
    let mut told = Vec::new();
    for day in days {
        let before = reminders(shop.app(), ADMIN).len();
        // Looking more often tells nobody twice.
        for later in [0, 61_000] {
            turn_to(shop, start, day, later);
            run_jobs(shop.app()).await;
        }
        let new = reminders(shop.app(), ADMIN).len() - before;
        told.extend(vec![day; new]);
    }
    told
}

#[tokio::test]
async fn two_years_with_one_payment_and_then_another() {
    let mut shop = Shop::open().await;
    let plan = shop.sell(studio()).await;
    let start = shop.app().app.now().0;
    assert_eq!(shop.subscription().await["state"], "grace", "time to subscribe in");
    shop.ring_and_cancel().await;
    pay(&shop.admin, &plan).await;
    let paid = shop.subscription().await;
    assert_eq!(
        (&paid["state"], &paid["plan"]["name"]),
        (&json!("paid"), &json!("Studio"))
    );
    assert_eq!(
        paid["expires_at"],
        json!(start + 365 * DAY),
        "from 15 January to 15 January"
    );
    assert_eq!(paid["stops_at"], json!(start + 372 * DAY));

    let answers = json!({"reply_to": "help@lumen.example"});
    shop.admin.patch("/api/v1/admin/settings", answers).await.expect(200);
    // The first mail was sent when subscriptions were switched on: nothing had been paid for.
    let told = walk(&shop, start, 1..=366).await;
    assert_eq!(told, [351, 362, 365], "14 and 3 days before, and on the day");
    let mail = &reminders(shop.app(), ADMIN)[0];
    assert_eq!((&mail["days"], &mail["plan"]), (&json!(14), &json!("Studio")));
    assert!(mail["link"].as_str().expect("a link").ends_with("/admin/subscription"));
    assert_eq!(shop.app().mails_to(ADMIN)[0].reply_to, "", "answers go to the platform");

    // Grace: everything goes on, up to the last minute; a call that runs then finishes.
    come_back(&mut shop).await;
    let on_site = shop.admin.get("/notifications").await.expect(200).text;
    assert!(on_site.contains("Your subscription ends on"));
    assert_eq!(shop.subscription().await["state"], "grace");
    shop.ring_and_cancel().await;
    assert_eq!(walk(&shop, start, 367..=371).await, [] as [i64; 0]);
    turn_to(&shop, start, 372, -60_000);
    come_back(&mut shop).await;
    let mut talk = shop.pair.live().await;
    talk.talk(90_000).await;
    assert_eq!(shop.subscription().await["state"], "stopped");
    talk.talk(60_000).await;
    let bill = talk.hang_up().await;
    assert_eq!(
        bill["charged_minor"], 360,
        "three started minutes, one begun after the stop"
    );

    refused(&shop).await;
    // Nothing renews by itself, and nobody is told again.
    assert_eq!(walk(&shop, start, 373..=730).await, [] as [i64; 0]);
    come_back(&mut shop).await;
    refused(&shop).await;
    assert_eq!(shop.book().await["total"], 1);

    pay(&shop.admin, &plan).await;
    shop.ring_and_cancel().await;
    let book = shop.book().await;
    let numbers: Vec<_> = book["items"].as_array().expect("items").iter().collect();
    assert_eq!(
        (&numbers[0]["invoice_no"], &numbers[1]["invoice_no"]),
        (&json!(2), &json!(1))
    );
    let (from, until) = (numbers[0]["from"].as_i64(), numbers[0]["until"].as_i64());
    assert_eq!(
        from,
        Some(shop.app().app.now().0),
        "grace and what wasn't paid for isn't made up for"
    );
    assert!(until.expect("an end") > start + 1_080 * DAY);
    shop.pair.audit().await;
}

/// No new call by any door; what isn't a call goes on.
async fn refused(shop: &Shop) {
    let answer = shop.try_ring().await.expect(409);
    assert_eq!(answer.code(), "subscription_over");
    let browser: TestUser = shop.app().anonymous(LUMEN);
    browser.log_in(&shop.pair.buyer.email, PASSWORD).await.expect(200);
    let seller = shop.pair.seller.get("/api/v1/me").await.expect(200).json();
    let path = format!("/sellers/{}", seller["id"].as_str().expect("an id"));
    let page = browser
        .form(&path, &[("service", &shop.pair.service.to_string())])
        .await
        .expect(409);
    assert!(page.text.contains("takes no new calls at the moment"), "{}", page.text);
    assert!(page.text.contains("LUMEN"), "in the tenant's own look");
    let page = shop.app().anonymous(LUMEN).get(&path).await.expect(200);
    assert!(
        page.text.contains("LUMEN takes no new calls"),
        "said before anybody tries: {}",
        page.text
    );
    browser.get("/wallet").await.expect(200);
    let history: Value = shop.subscription().await;
    assert_eq!(history["state"], "stopped");
    assert_eq!(history["history"][0]["invoice_no"], 1, "and the way to pay is open");
    assert_eq!(history["offers"][0]["name"], "Studio");
}

#[tokio::test]
async fn however_many_processes_look_each_mail_goes_out_once() {
    let shop = Shop::open().await;
    let plan = shop.sell(studio()).await;
    pay(&shop.admin, &plan).await;
    turn_to(&shop, shop.app().app.now().0, 351, 0);
    let before = reminders(shop.app(), ADMIN).len();
    let all = join_all((0..8).map(|_| subscriptions::remind(&shop.app().app))).await;
    let told: usize = all.into_iter().map(|told| told.expect("looked")).sum();
    assert_eq!((told, reminders(shop.app(), ADMIN).len() - before), (1, 1));
}

#[tokio::test]
async fn paying_early_extends_and_moves_the_mails() {
    let shop = Shop::open().await;
    let plan = shop.sell(studio()).await;
    let start = shop.app().app.now().0;
    pay(&shop.admin, &plan).await;
    assert_eq!(walk(&shop, start, 1..=20).await, [] as [i64; 0]);
    shop.admin.log_in(ADMIN, PASSWORD).await.expect(200);
    let (id, page) = begin(&shop.admin, &plan).await;
    shop.admin.form(&page, &[("choice", "succeed")]).await.expect(303);
    assert_eq!(state(&shop.admin, &id).await, "settled");
    // 2028 has a 29th of February, before the second year's end.
    let ends = start + (365 + 366) * DAY;
    assert_eq!(shop.subscription().await["expires_at"], json!(ends));
    assert_eq!(walk(&shop, start, 21..=716).await, [] as [i64; 0]);
    assert_eq!(walk(&shop, start, 717..=732).await, [717, 728, 731]);
}
