//! Showing who one is, where a tenant asks for it: what waits for it, who sees it, and that it goes.

use super::{go_available, service, start_selling};
use crate::{
    calls::{Pair, Price},
    consoles::{admin_of_lumen, own_id},
    support::{Answer, LUMEN, PNG, TestApp, TestUser, VELVET},
};
use diesel::connection::SimpleConnection as _;
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

const DAY: i64 = 24 * 3_600_000;
const QUEUE: &str = "/api/v1/admin/identity-checks";

async fn ask_for_it(app: &TestApp, selling: bool, buying: bool) -> TestUser {
    let admin = admin_of_lumen(app).await;
    let rules = json!({"before_selling": selling, "before_buying": buying});
    admin
        .put("/api/v1/admin/identity-rules", rules.clone())
        .await
        .expect(204);
    assert_eq!(
        admin.get("/api/v1/admin/identity-rules").await.expect(200).json(),
        rules
    );
    admin
}

/// As a browser's form sends files, each in a part of that name.
async fn send(user: &TestUser, files: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, file) in files {
        let head = format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"../x.php\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    let request = user.request(Method::POST, "/account/identity").body(body);
    Answer::of(request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge")).await
}

async fn send_both(user: &TestUser) -> Answer {
    send(user, &[("document", &PNG), ("selfie", &PNG)]).await
}

/// The id of the check that waits first.
async fn waiting(admin: &TestUser) -> String {
    let first = admin.get(QUEUE).await.expect(200).json()["items"][0].clone();
    assert_eq!(first["state"], "waiting", "{first}");
    first["id"].as_str().expect("an id").to_owned()
}

async fn work(app: &TestApp) {
    while app.jobs.run_due().await.expect("the database") > 0 {}
}

#[tokio::test]
async fn a_seller_shows_who_they_are_before_anything_is_on_the_site() {
    let app = TestApp::start().await;
    let admin = ask_for_it(&app, true, false).await;
    let sol = app.user(LUMEN, "Sol").await;
    let profile = [("action", "profile"), ("headline", "Knows things"), ("languages", "en")];
    sol.form("/sell/start", &profile).await.expect(303);
    let refused = sol
        .post("/api/v1/selling/services", service("Advice", 100))
        .await
        .expect(409);
    assert_eq!(refused.code(), "identity_check_needed");
    let mut draft = service("Advice", 100);
    draft["published"] = json!(false);
    let draft = sol.post("/api/v1/selling/services", draft).await.expect(201).json();
    let id = draft["id"].as_str().expect("an id");
    let publish = format!("/api/v1/selling/services/{id}/publish");
    assert_eq!(
        sol.post(&publish, json!({})).await.expect(409).code(),
        "identity_check_needed"
    );
    let hours = json!({"hours": 1});
    assert_eq!(
        sol.put("/api/v1/selling/availability", hours).await.expect(409).code(),
        "identity_check_needed"
    );
    // The steps say it, and every form leads there.
    let steps = sol.get("/sell/start").await.expect(200).text;
    assert!(
        steps.contains("Who you are")
            && steps.contains("href=\"/account/identity\"")
            && !steps.contains("value=\"publish\"")
    );
    for (path, form) in [
        ("/sell/start", vec![("action", "publish")]),
        ("/sell", vec![("action", "publish"), ("id", id)]),
    ] {
        assert_eq!(
            sol.form(path, &form).await.expect(303).header("location"),
            "/account/identity"
        );
    }
    let page = sol.get("/account/identity").await.expect(200).text;
    assert!(page.contains("before they sell") && page.contains("name=\"selfie\""));

    let sent = send_both(&sol).await.expect(303);
    assert_eq!(sent.header("location"), "/account/identity");
    let twice = send_both(&sol).await.expect(409).text;
    assert!(twice.contains("being looked at already"));
    assert!(
        sol.get("/account/identity")
            .await
            .expect(200)
            .text
            .contains("It is being looked at")
    );
    assert_eq!(
        sol.post(&publish, json!({})).await.expect(409).code(),
        "identity_check_needed"
    );

    // What was sent is made anew, sealed, and seen by staff who may, which is written down.
    assert_eq!(
        app.database
            .count("identity_pictures WHERE position('\\xffd8ff'::bytea in sealed) = 0"),
        2
    );
    let check = waiting(&admin).await;
    let shown = admin.get(&format!("{QUEUE}/{check}/document")).await.expect(200);
    assert_eq!(
        (shown.header("content-type"), shown.header("cache-control")),
        ("image/jpeg", "no-store")
    );
    admin.get(&format!("{QUEUE}/{check}/selfie")).await.expect(200);
    assert_eq!(app.database.count("audit_log WHERE action = 'identity.looked_at'"), 2);
    sol.get(&format!("{QUEUE}/{check}/document")).await.expect(403);
    app.user(VELVET, "Eve")
        .await
        .get(&format!("{QUEUE}/{check}/selfie"))
        .await
        .expect(403);

    // Declined with a reason, which is told; then another try.
    let decline = format!("{QUEUE}/{check}/decline");
    admin.post(&decline, json!({"reason": " "})).await.expect(422);
    admin
        .post(&decline, json!({"reason": "Too dark to read."}))
        .await
        .expect(204);
    assert_eq!(
        admin
            .post(&decline, json!({"reason": "Again"}))
            .await
            .expect(409)
            .code(),
        "check_decided"
    );
    work(&app).await;
    let page = sol.get("/account/identity").await.expect(200).text;
    assert!(page.contains("Too dark to read.") && page.contains("name=\"document\""));
    assert!(
        sol.get("/notifications")
            .await
            .expect(200)
            .text
            .contains("Too dark to read.")
    );
    app.clock.advance(1_000);
    send_both(&sol).await.expect(303);
    let check = waiting(&admin).await;
    admin
        .post(&format!("{QUEUE}/{check}/approve"), json!({}))
        .await
        .expect(204);
    work(&app).await;
    let told = |words: &str| {
        app.mails_to(&sol.email)
            .iter()
            .filter(|mail| mail.subject.contains(words))
            .count()
    };
    assert_eq!((told("couldn’t be seen"), told("You have shown who you are")), (1, 1));
    assert!(send_both(&sol).await.expect(409).text.contains("already"));
    sol.form("/sell/start", &[("action", "publish")]).await.expect(303);
    assert_eq!(app.database.count("services WHERE published"), 1);
    go_available(&sol, 1).await;

    // A week after the decision the pictures are gone; what was decided stays.
    app.clock.advance(7 * DAY - 2_000);
    work(&app).await;
    assert_eq!(app.database.count("identity_pictures"), 4);
    app.clock.advance(2_000);
    work(&app).await;
    assert_eq!(
        (
            app.database.count("identity_pictures"),
            app.database.count("identity_checks")
        ),
        (0, 2)
    );
}

#[tokio::test]
async fn a_buyer_shows_who_they_are_before_they_ring_book_or_order() {
    let pair = Pair::new(Price::default()).await;
    let admin = ask_for_it(&pair.app, false, true).await;
    let (buyer, seller) = (&pair.buyer, &pair.seller);
    let time = super::bookable(seller, "pay_after_accept").await;
    let letter =
        json!({"title": "A letter", "video_enabled": false, "fixed": {"price_minor": 100, "delivery_days": 1}});
    let letter = seller.post("/api/v1/selling/services", letter).await.expect(201).json()["id"].clone();
    let wishes = [
        (
            "/api/v1/bookings",
            json!({"service_id": time, "start": "2027-01-18T09:00:00Z"}),
        ),
        ("/api/v1/bookings", json!({"service_id": letter})),
        ("/api/v1/calls", json!({"service_id": pair.service})),
    ];
    for (path, wish) in &wishes {
        assert_eq!(
            buyer.post(path, wish.clone()).await.expect(409).code(),
            "identity_check_needed",
            "{path}"
        );
    }
    let (time, letter) = (time.as_str().expect("an id"), letter.as_str().expect("an id"));
    let sellers_page = format!("/sellers/{}", own_id(seller).await);
    for (path, form) in [
        (format!("/book/{time}"), vec![("start", "2027-01-18T09:00:00Z")]),
        (format!("/order/{letter}"), vec![("brief", "Please")]),
        (sellers_page, vec![("service", time)]),
    ] {
        let led = buyer.form(&path, &form).await.expect(303);
        assert_eq!(led.header("location"), "/account/identity", "{path}");
    }
    assert_eq!(pair.app.database.count("bookings"), 0);
    assert_eq!(pair.app.database.count("calls"), 0);
    send_both(buyer).await.expect(303);
    let check = waiting(&admin).await;
    admin
        .post(&format!("{QUEUE}/{check}/approve"), json!({}))
        .await
        .expect(204);
    for (path, wish) in &wishes[..2] {
        buyer.post(path, wish.clone()).await.expect(201);
    }
    // Whoever is erased leaves nothing of it.
    let erase = format!("/api/v1/admin/users/{}/erase", own_id(buyer).await);
    for order in buyer.get("/api/v1/bookings").await.expect(200).json()["items"]
        .as_array()
        .expect("items")
    {
        let cancel = format!("/api/v1/bookings/{}/cancel", order["id"].as_str().expect("an id"));
        buyer.post(&cancel, json!({})).await.expect(200);
    }
    admin.post(&erase, Value::Null).await.expect(200);
    assert_eq!(
        (
            pair.app.database.count("identity_pictures"),
            pair.app.database.count("identity_checks")
        ),
        (0, 0)
    );
}

#[tokio::test]
async fn what_is_no_picture_is_refused_beside_its_field_and_nothing_is_kept() {
    let app = TestApp::start().await;
    ask_for_it(&app, true, true).await;
    let sol = app.user(LUMEN, "Sol").await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>";
    for (files, words) in [
        (vec![("document", &PNG[..])], "Choose a file first."),
        (vec![("selfie", &PNG[..])], "Choose a file first."),
        (
            vec![("document", &b""[..]), ("selfie", &PNG[..])],
            "Choose a file first.",
        ),
        (
            vec![("document", &PNG[..]), ("selfie", &svg[..])],
            "no PNG, JPEG, WebP or GIF",
        ),
        (
            vec![("document", &b"%PDF-1.7"[..]), ("selfie", &PNG[..])],
            "no PNG, JPEG, WebP or GIF",
        ),
        (vec![("document", &PNG[..40]), ("selfie", &PNG[..])], "damaged"),
    ] {
        let page = send(&sol, &files).await.expect(422).text;
        assert!(page.contains(words), "{words}");
    }
    let large = vec![0; 8 * 1024 * 1024 + 1];
    let page = send(&sol, &[("document", &large), ("selfie", &PNG)])
        .await
        .expect(422)
        .text;
    assert!(page.contains("At most 8192 KB"));
    assert_eq!(
        (
            app.database.count("identity_checks"),
            app.database.count("identity_pictures")
        ),
        (0, 0)
    );
    // Nobody is asked for what isn't asked for.
    let velvet = app.user(VELVET, "Vic").await;
    start_selling(&velvet, "Sings", 100).await;
    assert!(
        velvet
            .get("/account/identity")
            .await
            .expect(200)
            .text
            .contains("doesn’t ask for it now")
    );
}

#[tokio::test]
async fn what_nobody_decides_or_can_look_at_ends_without_its_pictures_and_can_be_sent_again() {
    let app = TestApp::start().await;
    let admin = ask_for_it(&app, true, false).await;
    let (sol, mia) = (app.user(LUMEN, "Sol").await, app.user(LUMEN, "Mia").await);
    send_both(&sol).await.expect(303);
    send_both(&mia).await.expect(303);
    // As an archive brings it: without pictures.
    let moved = "DELETE FROM identity_pictures p USING identity_checks c, users u
        WHERE c.id = p.check_id AND u.id = c.user_id AND u.name = 'Sol'";
    app.database.superuser().batch_execute(moved).expect("moved");
    app.clock.advance(60_000);
    work(&app).await;
    let told = |user: &TestUser| {
        let mails = app.mails_to(&user.email);
        let about = mails
            .iter()
            .filter(|mail| mail.subject.contains("Please send them again"));
        about.count()
    };
    assert_eq!((told(&sol), told(&mia)), (1, 0));
    let page = sol.get("/account/identity").await.expect(200).text;
    assert!(
        page.contains("aren’t here any more") && page.contains("name=\"document\""),
        "{page}"
    );
    assert!(
        sol.get("/notifications")
            .await
            .expect(200)
            .text
            .contains("send them again")
    );
    assert_eq!(app.database.count("identity_checks WHERE state = 'lapsed'"), 1);
    let listed = admin.get(QUEUE).await.expect(200).json();
    let states: Vec<&str> = listed["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|check| check["state"].as_str().expect("a state"))
        .collect();
    assert_eq!(states, ["waiting", "lapsed"], "staff see what became of it");
    send_both(&sol).await.expect(303);

    // What nobody decides within thirty days.
    app.clock.advance(30 * DAY - 120_000);
    work(&app).await;
    assert_eq!((app.database.count("identity_pictures"), told(&mia)), (4, 0));
    app.clock.advance(60_000);
    work(&app).await;
    assert_eq!(
        (app.database.count("identity_pictures"), told(&mia), told(&sol)),
        (2, 1, 1)
    );
    app.clock.advance(60_000);
    work(&app).await;
    assert_eq!(
        (app.database.count("identity_pictures"), told(&mia), told(&sol)),
        (0, 1, 2)
    );
    let mia = mia.renewed().await;
    send_both(&mia).await.expect(303);
    assert_eq!(app.database.count("identity_checks WHERE state = 'waiting'"), 1);
}
