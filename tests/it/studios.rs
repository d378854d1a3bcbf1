//! Studios: opened and filled in the console, looked after from the site, and nobody else's to see.

use crate::{
    calls::{Pair, Price, offer},
    consoles::{actions, admin_of_lumen, id, joined, own_id},
    support::{Answer, Caller, LUMEN, TestApp, TestUser, VELVET},
};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: i64 = 24 * 3_600_000;

/// A studio with the pair's seller in it, and its manager; gives its id.
pub async fn in_a_studio(pair: &Pair, manager: &TestUser) -> String {
    let studio = "00000000-0000-4000-8000-00000000057d";
    let (tenant, manager, seller) = (
        pair.app.scope(LUMEN).await.tenant(),
        own_id(manager).await,
        own_id(&pair.seller).await,
    );
    let rows = format!(
        "INSERT INTO studios (tenant_id, id, name, created_at) VALUES ('{tenant}', '{studio}', 'North', now());
         INSERT INTO studio_managers (tenant_id, user_id, studio_id, created_at)
         VALUES ('{tenant}', '{manager}', '{studio}', now());
         INSERT INTO studio_sellers (tenant_id, seller_id, studio_id, created_at)
         VALUES ('{tenant}', '{seller}', '{studio}', now())"
    );
    pair.app.database.superuser().batch_execute(&rows).expect("a studio");
    studio.to_owned()
}

/// Opens a studio with a manager who has joined; gives its path in the console and the manager.
async fn opened(app: &TestApp, admin: &TestUser, name: &str) -> (String, TestUser) {
    let email = format!("{}@studio.example", name.to_lowercase().replace(' ', "-"));
    let answer = open(admin, name, &email).await.expect(201);
    (
        format!("/api/v1/admin/studios/{}", id(&answer)),
        joined(app, LUMEN, &email).await,
    )
}

async fn open(admin: &TestUser, name: &str, email: &str) -> Answer {
    let body = json!({"name": name, "manager_email": email, "manager_name": "Mara"});
    admin.post("/api/v1/admin/studios", body).await
}

async fn add(admin: &TestUser, studio: &str, seller: &str) -> Answer {
    let body = json!({"seller_id": seller});
    admin.post(&format!("{studio}/sellers"), body).await
}

/// Somebody who sells and is switched on, and their id.
async fn seller(app: &TestApp, host: &str, name: &str) -> (TestUser, String) {
    let user = app.bearer(host, name).await;
    offer(&user, 120, json!({"kind": "minute"}), 0, 0).await;
    let own = own_id(&user).await;
    (user, own)
}

fn names(list: &Value) -> Vec<&str> {
    let people = list.as_array().expect("people").iter();
    people.filter_map(|each| each["name"].as_str()).collect()
}

async fn logged(admin: &TestUser) -> Vec<String> {
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    let names = actions(&log).into_iter().filter(|action| action.starts_with("studio."));
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_studio_is_opened_and_its_manager_comes_by_mail() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let refused = open(&admin, " ", "mara@studio.example").await.expect(422);
    assert_eq!(refused.json()["error"]["field"], "name");
    let refused = open(&admin, "North", "nobody").await.expect(422);
    assert_eq!(refused.json()["error"]["field"], "manager_email");
    let (north, mara) = opened(&app, &admin, "North").await;
    let letter = app.letters("north@studio.example").pop().expect("a letter");
    assert_eq!(
        (&letter["letter"], &letter["task"]),
        (&json!("invite"), &json!("manage"))
    );

    let page = mara.get("/studio").await.expect(200).text;
    assert!(page.contains("North") && page.contains("href=\"/studio\""), "{page}");
    let mine = mara.get("/api/v1/studio").await.expect(200).json();
    assert_eq!((&mine["name"], &mine["sellers"]), (&json!("North"), &json!([])));
    let list = admin.get("/api/v1/admin/studios?q=nor").await.expect(200).json();
    assert_eq!((&list["total"], &list["items"][0]["managers"]), (&json!(1), &json!(1)));

    let taken = open(&admin, "NORTH", "other@studio.example").await.expect(422);
    assert_eq!(taken.json()["error"]["field"], "name");
    let busy = open(&admin, "South", "north@studio.example").await.expect(409);
    assert_eq!(busy.code(), "already_manager");
    // Nothing is half done.
    let list = admin.get("/api/v1/admin/studios").await.expect(200).json();
    assert_eq!(list["total"], 1);
    admin.patch(&north, json!({"name": "Nordlicht"})).await.expect(204);
    assert!(mara.get("/studio").await.expect(200).text.contains("Nordlicht"));
    assert_eq!(
        logged(&admin).await,
        ["studio.renamed", "studio.manager_added", "studio.created"]
    );
    let visitor = app.anonymous(LUMEN);
    assert_eq!(
        visitor.get("/studio").await.expect(303).header("location"),
        "/login?next=%2Fstudio"
    );
}

#[tokio::test]
async fn who_has_an_account_manages_with_it_and_is_led_there() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let bob = app.user(LUMEN, "Bob").await;
    bob.get("/studio").await.expect(404);
    assert!(!bob.get("/").await.expect(200).text.contains("href=\"/studio\""));
    open(&admin, "North", &bob.email).await.expect(201);
    let letter = app.letters(&bob.email).pop().expect("a letter");
    assert!(
        letter["link"].as_str().expect("a link").ends_with("/studio"),
        "{letter}"
    );
    bob.get("/studio").await.expect(200);
    assert!(bob.get("/").await.expect(200).text.contains("href=\"/studio\""));
}

#[tokio::test]
async fn a_manager_sees_their_own_sellers_and_nobody_elses() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let (north, mara) = opened(&app, &admin, "North").await;
    let (south, _) = opened(&app, &admin, "South").await;
    let (ann, ann_id) = seller(&app, LUMEN, "Ann").await;
    let (_, sue_id) = seller(&app, LUMEN, "Sue").await;
    let (_, free_id) = seller(&app, LUMEN, "Free").await;
    let (_, foreign_id) = seller(&app, VELVET, "Foreign").await;
    add(&admin, &north, &ann_id).await.expect(204);
    add(&admin, &south, &sue_id).await.expect(204);
    add(&admin, &north, &foreign_id).await.expect(404);
    add(&admin, &north, &own_id(&mara).await).await.expect(404);

    let mine = || async { mara.get("/api/v1/studio").await.expect(200).json() };
    assert_eq!(names(&mine().await["sellers"]), ["Ann"]);
    assert_eq!(
        (
            &mine().await["sellers"][0]["presence"],
            &mine().await["sellers"][0]["switched_on"]
        ),
        (&json!("away"), &json!(true)),
        "switched on with no page open"
    );
    let page = Caller::open(&app, &ann).await;
    assert_eq!(mine().await["sellers"][0]["presence"], "available");
    for other in [&sue_id, &free_id, &foreign_id] {
        let path = format!("/api/v1/studio/sellers/{other}/availability");
        mara.delete(&path).await.expect(404);
        mara.form("/studio", &[("seller", other)]).await.expect(404);
    }
    let off = format!("/api/v1/studio/sellers/{ann_id}/availability");
    mara.delete(&off).await.expect(204);
    assert_eq!(mine().await["sellers"][0]["presence"], "away");
    // A second time changes nothing and is written down nowhere.
    mara.form("/studio", &[("seller", &ann_id)]).await.expect(303);
    assert_eq!(logged(&admin).await[0], "studio.switched_off");
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(log["items"][0]["actor"]["kind"], "member");
    assert_eq!(logged(&admin).await[1], "studio.seller_added");
    mara.put(&off, json!({"hours": 1})).await.expect(405);
    drop(page);

    // Who is taken off sees nothing from that moment on.
    let managers = format!("{north}/managers");
    let mara_path = format!("{managers}/{}", own_id(&mara).await);
    assert_eq!(admin.delete(&mara_path).await.expect(409).code(), "last_manager");
    let newcomer = json!({"email": "nils@studio.example", "name": "Nils"});
    admin.post(&managers, newcomer).await.expect(201);
    admin.delete(&mara_path).await.expect(204);
    mara.get("/studio").await.expect(404);
    mara.get("/api/v1/studio").await.expect(404);
    mara.delete(&off).await.expect(404);
    admin.delete(&mara_path).await.expect(404);
    assert!(!mara.get("/").await.expect(200).text.contains("href=\"/studio\""));
}

#[tokio::test]
async fn figures_are_those_of_the_tenants_dashboard() {
    let pair = Pair::new(Price::default()).await;
    let admin = admin_of_lumen(&pair.app).await;
    let (north, mara) = opened(&pair.app, &admin, "North").await;
    add(&admin, &north, &own_id(&pair.seller).await).await.expect(204);
    let (south, sid) = opened(&pair.app, &admin, "South").await;
    let (_, sue) = seller(&pair.app, LUMEN, "Sue").await;
    add(&admin, &south, &sue).await.expect(204);
    let mut talk = pair.live().await;
    talk.talk(90_000).await;
    let others = sid.get("/api/v1/studio").await.expect(200).json();
    assert_eq!((&others["calls"], names(&others["sellers"])), (&json!([]), vec!["Sue"]));
    assert_eq!(others["sellers"][0]["earned_minor"], 0);
    let mine = || async { mara.get("/api/v1/studio").await.expect(200).json() };
    let kept = || async {
        let dashboard = admin.get("/api/v1/admin/dashboard").await.expect(200).json();
        dashboard["revenue_minor"].as_i64().expect("a sum") - dashboard["commission_minor"].as_i64().expect("a sum")
    };
    // Two minutes have begun; both are in the books a moment later.
    while kept().await < 192 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let running = mine().await;
    assert_eq!(
        (&running["calls"][0]["seller_name"], &running["calls"][0]["buyer_name"]),
        (&json!("Sol Seller"), &json!("Bea Buyer"))
    );
    assert!(running["calls"][0]["rang_at"].is_string());
    assert_eq!(running["sellers"][0]["presence"], "in_call");
    assert_eq!(running["sellers"][0]["calls"], 0, "it counts when it ends");
    assert!(kept().await > 0);
    assert_eq!(running["sellers"][0]["earned_minor"], kept().await);
    assert!(
        mara.get("/studio")
            .await
            .expect(200)
            .text
            .contains("Sol Seller with Bea Buyer")
    );

    let bill = talk.hang_up().await;
    let ended = mine().await;
    assert_eq!(ended["calls"], json!([]));
    let sol = &ended["sellers"][0];
    assert_eq!((&sol["calls"], &sol["minutes"]), (&json!(1), &json!(2)));
    assert_eq!(sol["earned_minor"], bill["seller_minor"]);
    assert_eq!(sol["earned_minor"], kept().await);
    pair.app.clock.advance(31 * DAY);
    mara.log_in("north@studio.example", crate::support::PASSWORD)
        .await
        .expect(200);
    let sol = &mine().await["sellers"][0];
    assert_eq!((&sol["calls"], &sol["earned_minor"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_seller_is_in_one_studio_and_may_leave_it() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let (north, mara) = opened(&app, &admin, "North").await;
    let (south, _) = opened(&app, &admin, "South").await;
    let (ann, ann_id) = seller(&app, LUMEN, "Ann").await;
    ann.get("/api/v1/selling/studio").await.expect(404);
    assert!(!ann.get("/sell").await.expect(200).text.contains("leave_studio"));
    // Of two who are asked at once one has her.
    let both = tokio::join!(add(&admin, &north, &ann_id), add(&admin, &south, &ann_id));
    let mut answers = [both.0.status.as_u16(), both.1.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [204, 409]);
    for studio in [&north, &south] {
        assert_eq!(add(&admin, studio, &ann_id).await.expect(409).code(), "in_studio");
    }
    let mut removed = Vec::new();
    for studio in [&north, &south] {
        let path = format!("{studio}/sellers/{ann_id}");
        removed.push(admin.delete(&path).await.status.as_u16());
    }
    removed.sort_unstable();
    assert_eq!(removed, [204, 404]);
    add(&admin, &north, &ann_id).await.expect(204);
    let own = ann.get("/api/v1/selling/studio").await.expect(200).json();
    assert_eq!(own["name"], "North");
    let page = ann.get("/sell").await.expect(200).text;
    assert!(page.contains("North") && page.contains("leave_studio"));

    ann.form("/sell", &[("action", "leave_studio")]).await.expect(303);
    ann.get("/api/v1/selling/studio").await.expect(404);
    ann.delete("/api/v1/selling/studio").await.expect(404);
    assert_eq!(
        mara.get("/api/v1/studio").await.expect(200).json()["sellers"],
        json!([])
    );
    assert_eq!(logged(&admin).await[0], "studio.seller_left");
    app.anonymous(LUMEN)
        .get(&format!("/api/v1/sellers/{ann_id}"))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_closed_studio_lets_everybody_go() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let (north, mara) = opened(&app, &admin, "North").await;
    let (ann, ann_id) = seller(&app, LUMEN, "Ann").await;
    add(&admin, &north, &ann_id).await.expect(204);
    let inside = admin.get(&north).await.expect(200).json();
    assert_eq!(
        (names(&inside["sellers"]), names(&inside["managers"])),
        (vec!["Ann"], vec!["Mara"])
    );
    admin.post(&format!("{north}/close"), json!({})).await.expect(204);
    mara.get("/studio").await.expect(404);
    ann.get("/api/v1/selling/studio").await.expect(404);
    ann.get("/api/v1/selling/services").await.expect(200);
    let closed = admin.get(&north).await.expect(200).json();
    assert!(closed["closed_at"].is_number());
    assert_eq!((&closed["sellers"], &closed["managers"]), (&json!([]), &json!([])));
    assert_eq!(add(&admin, &north, &ann_id).await.expect(409).code(), "studio_closed");
    let again = admin.post(&format!("{north}/close"), json!({})).await;
    assert_eq!(again.expect(409).code(), "studio_closed");
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(log["items"][0]["before"]["managers"], json!(["north@studio.example"]));
    // Name and manager are free for another one.
    open(&admin, "North", "north@studio.example").await.expect(201);
    mara.get("/studio").await.expect(200);
}

#[tokio::test]
async fn who_is_erased_is_in_no_studio() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let (north, mara) = opened(&app, &admin, "North").await;
    let (_, ann_id) = seller(&app, LUMEN, "Ann").await;
    add(&admin, &north, &ann_id).await.expect(204);
    let mara_id = own_id(&mara).await;
    let erase = async |person: &str| {
        let path = format!("/api/v1/admin/users/{person}/erase");
        admin.post(&path, json!({})).await
    };
    erase(&ann_id).await.expect(200);
    // A studio keeps a manager.
    assert_eq!(erase(&mara_id).await.expect(409).code(), "last_manager");
    let newcomer = json!({"email": "zoe@studio.example", "name": "Zoe"});
    admin.post(&format!("{north}/managers"), newcomer).await.expect(201);
    erase(&mara_id).await.expect(200);
    let left = admin.get(&north).await.expect(200).json();
    assert_eq!((&left["sellers"], names(&left["managers"])), (&json!([]), vec!["Zoe"]));
    assert_eq!(add(&admin, &north, &ann_id).await.expect(409).code(), "suspended");
}
