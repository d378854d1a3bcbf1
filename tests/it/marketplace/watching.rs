//! "Tell me when available": once, by the ways one likes, whatever it is that makes the seller available.

use super::{go_available, start_selling};
use crate::{
    calls::{Pair, Price},
    consoles::{admin_of_lumen, own_id},
    support::{Caller, LUMEN, TestApp, TestUser, VELVET},
};
use diesel::connection::SimpleConnection;
use futures::future::join_all;
use serde_json::json;
use std::time::Duration;

const DAY: i64 = 86_400_000;

/// A seller with something published, and the address of their page's watch.
async fn seller(app: &TestApp) -> (TestUser, String) {
    let sol = app.bearer(LUMEN, "Sol").await;
    let (id, _) = start_selling(&sol, "Knows things", 120).await;
    (sol, format!("/api/v1/sellers/{id}/watch"))
}

/// How many notifications say that somebody is available.
fn told(app: &TestApp) -> i64 {
    app.database.count("notifications WHERE event = 'available'")
}

/// Does all that is due.
async fn work(app: &TestApp) {
    while app.jobs.run_due().await.expect("the database") > 0 {}
}

/// It happens a moment after what makes somebody available.
async fn until_told(app: &TestApp, wanted: i64) {
    for _ in 0..500 {
        work(app).await;
        if told(app) == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} were told, not {wanted}", told(app));
}

/// The id of a seller who says nothing of themselves.
fn silent(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

#[tokio::test]
async fn whoever_waits_is_told_once_when_the_seller_switches_on() {
    let app = TestApp::start().await;
    let (sol, path) = seller(&app).await;
    let (bea, max) = (app.user(LUMEN, "Bea").await, app.user(LUMEN, "Max").await);
    let page = path.trim_start_matches("/api/v1").trim_end_matches("/watch").to_owned();
    let shown = bea.get(&page).await.expect(200).text;
    assert!(shown.contains(r#"name="wanted" value="on""#));
    bea.form(&format!("{page}/watch"), &[("wanted", "on")])
        .await
        .expect(303);
    bea.put(&path, json!({})).await.expect(204);
    let shown = bea.get(&page).await.expect(200).text;
    assert!(shown.contains("as soon as Sol is available") && !shown.contains(r#"name="wanted" value="on""#));
    assert!(
        app.anonymous(LUMEN)
            .get(&page)
            .await
            .expect(200)
            .text
            .contains(&format!("/login?next={page}"))
    );
    max.put(&path, json!({})).await.expect(204);
    max.delete(&path).await.expect(204);

    // Switched on without a page open: nobody could ring.
    go_available(&sol, 4).await;
    work(&app).await;
    assert_eq!(told(&app), 0);
    let open = Caller::open(&app, &sol).await;
    until_told(&app, 1).await;
    work(&app).await;
    let mails = app.mails_to(&bea.email);
    let mail = mails.iter().find(|mail| mail.subject.contains("Sol is available now"));
    assert!(mail.is_some_and(|mail| mail.text.contains(&page)), "{mails:?}");
    let bell = bea.get("/notifications").await.expect(200).text;
    assert!(bell.contains("Sol is available now"));
    assert!(
        app.mails_to(&max.email)
            .iter()
            .all(|mail| !mail.subject.contains("Sol"))
    );

    // Told is told.
    go_available(&sol, 5).await;
    work(&app).await;
    drop(open);
    assert_eq!((told(&app), app.database.count("watches")), (1, 0));
    let refused = bea.put(&path, json!({})).await.expect(409);
    assert_eq!(refused.code(), "available");
    // The page itself says that they can be rung.
    bea.form(&format!("{page}/watch"), &[("wanted", "on")])
        .await
        .expect(303);
    assert_eq!(app.database.count("watches"), 0);
}

#[tokio::test]
async fn the_end_of_a_call_and_of_do_not_disturb_make_somebody_available_too() {
    let pair = Pair::new(Price::default()).await;
    let app = &pair.app;
    let bea = app.bearer(LUMEN, "Bea").await;
    let seller = pair.seller.get("/api/v1/me").await.expect(200).json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/api/v1/sellers/{seller}/watch");
    let (call, _buyer, _seller) = pair.ring().await;
    bea.put(&path, json!({})).await.expect(204);
    go_available(&pair.seller, 4).await;
    work(app).await;
    assert_eq!(told(app), 0, "they are in a call");
    pair.buyer
        .post(&format!("/api/v1/calls/{call}/cancel"), json!({}))
        .await
        .expect(204);
    until_told(app, 1).await;

    pair.seller
        .patch("/api/v1/me", json!({"do_not_disturb": true}))
        .await
        .expect(200);
    bea.put(&path, json!({})).await.expect(204);
    go_available(&pair.seller, 4).await;
    work(app).await;
    assert_eq!((told(app), app.database.count("watches")), (1, 1), "they want no calls");
    bea.form("/notifications/read", &[]).await.expect(303);
    pair.seller
        .patch("/api/v1/me", json!({"do_not_disturb": false}))
        .await
        .expect(200);
    work(app).await;
    assert_eq!((told(app), app.database.count("watches")), (2, 0));
}

#[tokio::test]
async fn who_waits_is_asked_no_more_than_they_said_and_not_for_ever() {
    let app = TestApp::start().await;
    let (sol, path) = seller(&app).await;
    let (bea, _open) = (app.user(LUMEN, "Bea").await, Caller::open(&app, &sol).await);
    assert!(
        sol.put(&path, json!({}))
            .await
            .expect(422)
            .text
            .contains("your own page")
    );
    let nobody = "/api/v1/sellers/00000000-0000-4000-8000-000000000099/watch";
    bea.put(nobody, json!({})).await.expect(404);
    bea.delete(nobody).await.expect(404);
    app.user(VELVET, "Eve").await.put(&path, json!({})).await.expect(404);
    app.anonymous(LUMEN).put(&path, json!({})).await.expect(401);

    // After a month they will have forgotten.
    bea.put(&path, json!({})).await.expect(204);
    app.clock.advance(31 * DAY);
    let sol = sol.renewed().await;
    let _open = Caller::open(&app, &sol).await;
    go_available(&sol, 4).await;
    work(&app).await;
    assert_eq!((told(&app), app.database.count("watches")), (0, 0));

    let many = format!(
        "INSERT INTO users (tenant_id, id, email, name, password_hash, verified_at, time_zone, language, created_at)
             SELECT '{tenant}', ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 's' || n || '@example.org', 'S', '', now(), 'UTC', 'en', now()
             FROM generate_series(1, 60) n;
         INSERT INTO sellers (tenant_id, user_id, created_at)
             SELECT '{tenant}', ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, now() FROM generate_series(1, 60) n",
        tenant = app.scope(LUMEN).await.tenant()
    );
    app.database.superuser().batch_execute(&many).expect("many");
    let bea = bea.renewed().await;
    let paths: Vec<String> = (1..=60)
        .map(|number| format!("/api/v1/sellers/{}/watch", silent(number)))
        .collect();
    for path in &paths[..45] {
        bea.put(path, json!({})).await.expect(204);
    }
    let at_once = paths[45..].iter().map(|path| bea.put(path, json!({})));
    let answers = join_all(at_once).await;
    let taken = answers.iter().filter(|answer| answer.status == 204).count();
    assert_eq!((taken, app.database.count("watches")), (5, 50));
    let refused = answers.into_iter().find(|answer| answer.status == 409);
    assert_eq!(refused.expect("one too many").code(), "too_many_watches");

    // Nobody waits for, or is, somebody who was erased.
    let admin = admin_of_lumen(&app).await;
    let path = format!("/api/v1/admin/users/{}/erase", own_id(&bea).await);
    admin.post(&path, json!({})).await.expect(200);
    assert_eq!(app.database.count("watches"), 0);
}

#[tokio::test]
async fn nobody_is_sent_to_a_seller_who_offers_nothing_or_a_page_that_went_to_sleep() {
    let app = TestApp::start().await;
    let sol = app.bearer(LUMEN, "Sol").await;
    let (id, service) = start_selling(&sol, "Knows things", 120).await;
    let (bea, path) = (app.user(LUMEN, "Bea").await, format!("/api/v1/sellers/{id}/watch"));
    let mut page = Caller::open(&app, &sol).await;
    bea.put(&path, json!({})).await.expect(204);
    let admin = admin_of_lumen(&app).await;
    let change = |what: &str| format!("/api/v1/admin/services/{service}/{what}");
    go_available(&sol, 4).await;
    admin.post(&change("unpublish"), json!({})).await.expect(204);
    work(&app).await;
    assert_eq!(
        (told(&app), app.database.count("watches")),
        (0, 1),
        "there is nothing to ring for"
    );
    admin.post(&change("publish"), json!({})).await.expect(204);
    work(&app).await;
    assert_eq!((told(&app), app.database.count("watches")), (1, 0));

    // A page that was away for a while and comes back, on the socket that it had.
    app.clock.advance(45_000);
    bea.form("/notifications/read", &[]).await.expect(303);
    bea.put(&path, json!({})).await.expect(204);
    work(&app).await;
    assert_eq!(app.database.count("watches"), 1, "away");
    page.ask(json!({"type": "join", "call": id}))
        .await
        .expect_err("no call");
    until_told(&app, 2).await;
}
