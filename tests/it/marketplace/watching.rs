//! "Tell me when available": once, by the ways one likes, whatever it is that makes the seller available.

use super::{count, go_available, start_selling};
use crate::{
    calls::{Pair, Price},
    support::{Caller, LUMEN, TestApp, TestUser, VELVET},
};
use diesel::connection::SimpleConnection;
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
    count(app, "notifications WHERE event = 'available'")
}

/// It happens a moment after what makes somebody available.
async fn until_told(app: &TestApp, wanted: i64) {
    for _ in 0..500 {
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
    assert!(shown.contains("Tell me when available"));
    bea.form(&format!("{page}/watch"), &[("wanted", "on")])
        .await
        .expect(303);
    bea.put(&path, json!({})).await.expect(204);
    let shown = bea.get(&page).await.expect(200).text;
    assert!(shown.contains("as soon as Sol is available") && !shown.contains("Tell me when available"));
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
    assert_eq!(told(&app), 0);
    let open = Caller::open(&app, &sol).await;
    until_told(&app, 1).await;
    while app.jobs.run_due().await.expect("the database") > 0 {}
    let mails = app.mails_to(&bea.email);
    let mail = mails.iter().find(|mail| mail.subject.contains("Sol is available now"));
    assert!(mail.expect("a mail").text.contains(&page), "{mails:?}");
    let bell = bea.get("/notifications").await.expect(200).text;
    assert!(bell.contains("Sol is available now"));
    assert!(
        app.mails_to(&max.email)
            .iter()
            .all(|mail| !mail.subject.contains("Sol"))
    );

    // Told is told.
    go_available(&sol, 5).await;
    drop(open);
    assert_eq!((told(&app), count(&app, "watches")), (1, 0));
    let refused = bea.put(&path, json!({})).await.expect(409);
    assert_eq!(refused.code(), "available");
    let refused = bea
        .form(&format!("{page}/watch"), &[("wanted", "on")])
        .await
        .expect(409);
    assert!(refused.text.contains("Sol is available now."));
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
    pair.seller
        .patch("/api/v1/me", json!({"time_zone": "Europe/Berlin"}))
        .await
        .expect(200);
    assert_eq!(count(app, "watches"), 1, "they want no calls");
    bea.get("/notifications").await.expect(200);
    bea.form("/notifications/read", &[]).await.expect(303);
    pair.seller
        .patch("/api/v1/me", json!({"do_not_disturb": false}))
        .await
        .expect(200);
    assert_eq!((told(app), count(app, "watches")), (2, 0));
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
    assert_eq!((told(&app), count(&app, "watches")), (0, 0));

    let many = format!(
        "INSERT INTO users (tenant_id, id, email, name, password_hash, verified_at, time_zone, language, created_at)
             SELECT '{tenant}', ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 's' || n || '@example.org', 'S', '', now(), 'UTC', 'en', now()
             FROM generate_series(1, 51) n;
         INSERT INTO sellers (tenant_id, user_id, created_at)
             SELECT '{tenant}', ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, now() FROM generate_series(1, 51) n",
        tenant = app.scope(LUMEN).await.tenant()
    );
    app.database.superuser().batch_execute(&many).expect("many");
    let bea = bea.renewed().await;
    for seller in (1..=50).map(silent) {
        bea.put(&format!("/api/v1/sellers/{seller}/watch"), json!({}))
            .await
            .expect(204);
    }
    let refused = bea
        .put(&format!("/api/v1/sellers/{}/watch", silent(51)), json!({}))
        .await
        .expect(409);
    assert_eq!(refused.code(), "too_many_watches");
}
