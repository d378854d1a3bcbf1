//! Web Push: what a push service gets, and what it may answer.

use super::{Chat, work};
use crate::support::{LUMEN, PASSWORD, PushService, Service, TestUser, subscription};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use tallyroom::domain::notification::MOST_DEVICES;

async fn chat(service: &PushService) -> Chat {
    let services = vec![service.origin.clone()];
    Chat::start(|config| {
        config.push.services = services;
        config.push.contact = "mailto:ops@example.org".to_owned();
    })
    .await
}

async fn subscribe(user: &TestUser, endpoint: &str) {
    user.put("/api/v1/me/push", subscription(endpoint)).await.expect(204);
}

#[tokio::test]
async fn only_the_browser_reads_it_and_the_service_knows_who_sends() {
    let service = PushService::start().await;
    let chat = chat(&service).await;
    subscribe(&chat.buyer, &format!("{}/send/1?x=y", service.origin)).await;
    chat.say("Secret words").await;
    work(&chat.app).await;
    let [sent] = service.sent().try_into().expect("one message");
    assert_eq!(sent.path, "/send/1?x=y");
    assert_eq!(
        (sent.headers["content-encoding"].as_str(), sent.headers["ttl"].as_str()),
        ("aes128gcm", "86400")
    );
    assert!(sent.body.len() < 4_096);
    let slip = sent.slip();
    assert_eq!(
        (slip["title"].as_str(), slip["body"].as_str()),
        (Some("LUMEN"), Some("Sol Seller wrote to you"))
    );
    assert!(!slip.to_string().contains("Secret words"));
    let link = slip["link"].as_str().expect("a link");
    let page = format!("/conversations/{}", chat.conversation);
    assert_eq!(chat.buyer.get(link).await.expect(303).header("location"), page);
    chat.buyer
        .get(slip["icon"].as_str().expect("an icon"))
        .await
        .expect(200);

    let shown = &sent.headers["authorization"];
    let (token, key) = shown
        .strip_prefix("vapid t=")
        .and_then(|rest| rest.split_once(", k="))
        .expect("VAPID");
    let public = chat.buyer.get("/api/v1/me/push").await.expect(200).json();
    assert_eq!(public["public_key"], key);
    let point = URL_SAFE_NO_PAD.decode(key).expect("base64");
    assert_eq!((point.len(), point[0]), (65, 4));
    let (x, y) = (
        URL_SAFE_NO_PAD.encode(&point[1..33]),
        URL_SAFE_NO_PAD.encode(&point[33..]),
    );
    let mut rules = Validation::new(Algorithm::ES256);
    // The test's clock isn't the machine's.
    rules.validate_exp = false;
    rules.set_audience(&[&service.origin]);
    let known = DecodingKey::from_ec_components(&x, &y).expect("a key");
    let claims = jsonwebtoken::decode::<Value>(token, &known, &rules)
        .expect("signed")
        .claims;
    assert_eq!(claims["sub"], "mailto:ops@example.org");
    let left = claims["exp"].as_i64().expect("an end") - chat.app.app.now().0 / 1_000;
    assert!((1..=86_400).contains(&left), "{left}");
}

#[tokio::test]
async fn a_browser_that_is_no_more_is_forgotten_and_a_busy_service_asked_again() {
    let service = PushService::start().await;
    let chat = chat(&service).await;
    subscribe(&chat.buyer, &format!("{}/1", service.origin)).await;
    service.behave(Service::Answers(503));
    chat.say("One").await;
    work(&chat.app).await;
    assert_eq!(service.sent().len(), 1);
    service.behave(Service::Answers(201));
    chat.app.clock.advance(60_000);
    work(&chat.app).await;
    assert_eq!(service.sent().len(), 2, "tried again");

    // Nobody is led on to another address.
    service.behave(Service::Answers(301));
    chat.say("Two").await;
    work(&chat.app).await;
    assert_eq!(service.sent().len(), 3);
    assert_eq!(
        chat.app.database.count("jobs WHERE kind = 'push' AND state = 'dead'"),
        1
    );

    service.behave(Service::Answers(410));
    chat.say("Three").await;
    work(&chat.app).await;
    assert_eq!(chat.app.database.count("push_subscriptions"), 0);
    chat.say("Four").await;
    work(&chat.app).await;
    assert_eq!(service.sent().len(), 4);

    // Nor is one kept that its service refuses, to be refused again and again.
    subscribe(&chat.buyer, &format!("{}/2", service.origin)).await;
    service.behave(Service::Answers(403));
    chat.say("Five").await;
    work(&chat.app).await;
    assert_eq!(chat.app.database.count("push_subscriptions"), 0);
    assert_eq!(
        chat.app.database.count("jobs WHERE kind = 'push' AND state = 'dead'"),
        1
    );

    // What was seen meanwhile isn't told any more.
    subscribe(&chat.buyer, &format!("{}/3", service.origin)).await;
    service.behave(Service::Answers(503));
    chat.say("Six").await;
    work(&chat.app).await;
    chat.buyer.form("/notifications/read", &[]).await.expect(303);
    chat.app.clock.advance(60_000);
    work(&chat.app).await;
    assert_eq!(service.sent().len(), 6);
}

#[tokio::test]
async fn push_is_a_choice_and_ends_with_the_session() {
    let service = PushService::start().await;
    let chat = chat(&service).await;
    let endpoint = format!("{}/1", service.origin);
    subscribe(&chat.buyer, &endpoint).await;
    let settings = "/account/notifications";
    chat.buyer.form(settings, &[("message.site", "on")]).await.expect(303);
    chat.say("One").await;
    work(&chat.app).await;
    assert_eq!(service.sent().len(), 0, "on the site only");
    chat.buyer.form(settings, &[("message.push", "on")]).await.expect(303);
    chat.say("Two").await;
    work(&chat.app).await;
    assert_eq!(service.sent().len(), 1, "push without the site");

    // Another person can't take it away; the same browser, used by somebody else, is theirs from then on.
    let forget = format!(
        "/api/v1/me/push?endpoint={}",
        endpoint.replace(':', "%3A").replace('/', "%2F")
    );
    chat.seller.delete(&forget).await.expect(204);
    assert_eq!(chat.app.database.count("push_subscriptions"), 1);
    let buyer = chat.app.anonymous(LUMEN);
    buyer.log_in(&chat.buyer.email, PASSWORD).await.expect(200);
    buyer.put("/api/v1/me/push", subscription(&endpoint)).await.expect(204);
    buyer.delete("/api/v1/session").await.expect(204);
    chat.say("Three").await;
    work(&chat.app).await;
    assert_eq!(service.sent().len(), 1, "signed out there");
    subscribe(&chat.buyer, &endpoint).await;
    chat.buyer.delete(&forget).await.expect(204);
    chat.say("Four").await;
    work(&chat.app).await;
    assert_eq!(
        (service.sent().len(), chat.app.database.count("push_subscriptions")),
        (1, 0)
    );
}

#[tokio::test]
async fn nothing_but_known_services_is_sent_to_and_browsers_are_few() {
    let service = PushService::start().await;
    let chat = chat(&service).await;
    for bad in [
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/",
        "https://fcm.googleapis.com.evil.example/",
        "file:///etc/passwd",
        "",
    ] {
        let refused = chat.buyer.put("/api/v1/me/push", subscription(bad)).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], "endpoint", "{bad}");
    }
    let good = format!("{}/1", service.origin);
    for (p256dh, auth) in [
        ("", ""),
        ("AAAA", "AAAA"),
        ("%%%", "!"),
        (&"B".repeat(87), "AAAAAAAAAAAAAAAAAAAAAA"),
    ] {
        let mut broken = subscription(&good);
        broken["keys"] = json!({ "p256dh": p256dh, "auth": auth });
        let refused = chat.buyer.put("/api/v1/me/push", broken).await.expect(422);
        assert_eq!(refused.json()["error"]["field"], "keys");
    }
    assert_eq!(chat.app.database.count("push_subscriptions"), 0);
    for number in 0..MOST_DEVICES + 3 {
        chat.app.clock.advance(1_000);
        subscribe(&chat.buyer, &format!("{}/{number}", service.origin)).await;
    }
    assert_eq!(chat.app.database.count("push_subscriptions"), MOST_DEVICES);
    assert_eq!(
        chat.app.database.count("push_subscriptions WHERE endpoint LIKE '%/2'"),
        0,
        "the oldest go"
    );
    // A list that has become shorter holds for browsers that were remembered before.
    let elsewhere = "UPDATE push_subscriptions SET endpoint = 'http://127.0.0.1:1/' || id";
    diesel::connection::SimpleConnection::batch_execute(&mut chat.app.database.superuser(), elsewhere).expect("moved");
    chat.say("Hello").await;
    work(&chat.app).await;
    assert_eq!(service.sent().len(), 0);
}
