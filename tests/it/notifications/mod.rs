//! What people are told, as they like, and nobody else.

mod push;

use crate::{
    calls::{Pair, Price},
    support::{Caller, LUMEN, TestApp, TestUser, VELVET, until_waiting},
};
use diesel::connection::SimpleConnection;
use serde_json::json;
use tallyroom::{
    config::Config,
    domain::{
        ids::{ConversationId, UserId},
        notification::{Event, KEPT_MS, MOST_KEPT},
    },
    store::{
        conversations,
        notifications::{self, News},
    },
};
use tallyroom_media_protocol::signaling::ServerMessage;

/// A buyer and a seller who can write to each other.
struct Chat {
    app: TestApp,
    buyer: TestUser,
    seller: TestUser,
    conversation: ConversationId,
}

impl Chat {
    async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::start_with(change).await;
        let (buyer, seller) = (
            app.bearer(LUMEN, "Bea Buyer").await,
            app.bearer(LUMEN, "Sol Seller").await,
        );
        let profile = json!({ "headline": "Answers", "about": "", "languages": ["en"] });
        seller.put("/api/v1/selling/profile", profile).await.expect(200);
        let conversation = conversation(&app, &buyer, &seller).await;
        Self {
            app,
            buyer,
            seller,
            conversation,
        }
    }

    /// The seller writes to the buyer.
    async fn say(&self, text: &str) {
        let path = format!("/api/v1/conversations/{}/messages", self.conversation);
        self.seller.post(&path, json!({ "text": text })).await.expect(201);
    }
}

async fn conversation(app: &TestApp, buyer: &TestUser, seller: &TestUser) -> ConversationId {
    let (buyer, seller, now) = (id(buyer).await, id(seller).await, app.app.now());
    let scope = app.scope(LUMEN).await;
    let begun = app
        .app
        .db
        .tenant(&scope, move |tx| conversations::of(tx, buyer, seller, now));
    begun.await.expect("a conversation")
}

async fn id(user: &TestUser) -> UserId {
    let me = user.get("/api/v1/me").await.expect(200).json();
    me["id"].as_str().expect("an id").parse().expect("an id")
}

/// Runs jobs until none is due.
async fn work(app: &TestApp) {
    while app.jobs.run_due().await.expect("the database") > 0 {}
}

fn unread(wanted: i64) -> impl Fn(&ServerMessage) -> Option<()> {
    move |message| matches!(message, ServerMessage::Notifications { unread, .. } if *unread == wanted).then_some(())
}

/// Addresses of the notifications that a page lists.
fn addresses(page: &str) -> Vec<String> {
    let rest = page.split("href=\"/notifications/").skip(1);
    rest.map(|rest| format!("/notifications/{}", rest.split('"').next().expect("an address")))
        .collect()
}

#[tokio::test]
async fn the_same_told_twice_at_once_is_unread_once() {
    let app = TestApp::start().await;
    let scope = app.scope(LUMEN).await;
    let (to, now) = (id(&app.bearer(LUMEN, "Ada").await).await, app.app.now());
    let tell = || {
        let news = News::of(Event::TopUp, "/wallet".to_owned());
        app.app
            .db
            .tenant(&scope, move |tx| notifications::put(tx, to, &news, now))
    };
    let (mut holder, mut watcher) = (app.database.superuser(), app.database.superuser());
    let hold = "BEGIN; LOCK TABLE notifications IN SHARE MODE";
    holder.batch_execute(hold).expect("held");
    let release = async {
        until_waiting(&mut watcher, 2).await;
        holder.batch_execute("COMMIT").expect("released");
    };
    let (one, other, ()) = tokio::join!(tell(), tell(), release);
    let (one, other) = (one.expect("told"), other.expect("told"));
    assert_eq!(one.0, other.0);
    assert_ne!(one.1, other.1, "one of them is new");
    assert_eq!(app.database.count("notifications"), 1);
}

#[tokio::test]
async fn a_message_lights_the_bell_and_reading_it_puts_it_out() {
    let chat = Chat::start(|_| {}).await;
    let mut page = Caller::open(&chat.app, &chat.buyer).await;
    let mut other = Caller::open(&chat.app, &chat.seller).await;
    chat.say("<b>Hello</b>").await;
    work(&chat.app).await;
    page.wait("the bell", unread(1)).await;
    // Once more, before it is read, is the same news.
    chat.app.clock.advance(60_000);
    chat.say("Are you there?").await;
    work(&chat.app).await;
    page.wait("the bell", unread(1)).await;
    let seen = chat.buyer.get("/").await.expect(200).text;
    assert!(seen.contains("<span data-bell-number>1</span>"));
    let list = chat.buyer.get("/notifications").await.expect(200).text;
    assert!(list.contains("Sol Seller wrote to you") && !list.contains("Hello"));
    let links = addresses(&list);
    assert_eq!(links.len(), 1);
    assert!(
        chat.buyer
            .get("/notifications/latest")
            .await
            .expect(200)
            .text
            .contains(&links[0])
    );
    // Texts are made when they are read: in the reader's language, with today's name.
    chat.buyer
        .patch("/api/v1/me", json!({"language": "de"}))
        .await
        .expect(200);
    chat.seller
        .patch("/api/v1/me", json!({"name": "Sol <i>"}))
        .await
        .expect(200);
    let german = chat.buyer.get("/notifications").await.expect(200).text;
    assert!(german.contains("Sol &lt;i&gt; hat Ihnen geschrieben"), "{german}");

    let led = chat.buyer.get(&links[0]).await.expect(303);
    assert_eq!(led.header("location"), format!("/conversations/{}", chat.conversation));
    page.wait("the bell", unread(0)).await;
    chat.say("Once more").await;
    let read = chat.buyer.get(led.header("location")).await.expect(200).text;
    assert!(read.contains("data-bell-count hidden"), "reading is seeing");
    chat.say("And again").await;
    chat.buyer.form("/notifications/read", &[]).await.expect(303);
    assert_eq!(chat.app.database.count("notifications WHERE read_at IS NULL"), 0);
    // Nobody else was told anything.
    work(&chat.app).await;
    other.ask(json!({ "type": "ping" })).await.expect("an answer");
    assert!(!other.has_heard(|message| matches!(message, ServerMessage::Notifications { .. })));
    let empty = chat.seller.get("/notifications").await.expect(200).text;
    assert!(addresses(&empty).is_empty());
    for (host, name) in [(LUMEN, "Eve"), (VELVET, "Zoe")] {
        let stranger = chat.app.bearer(host, name).await;
        stranger.get(&links[0]).await.expect(404);
        assert!(addresses(&stranger.get("/notifications").await.expect(200).text).is_empty());
    }
    assert_eq!(chat.app.database.count("notifications"), 3);
}

#[tokio::test]
async fn people_are_told_as_they_like() {
    let chat = Chat::start(|_| {}).await;
    let settings = "/account/notifications";
    let news = |user: &TestUser| {
        let letters = chat.app.letters(&user.email);
        letters.iter().filter(|letter| letter["letter"] == "news").count()
    };
    let fresh = chat.buyer.get(settings).await.expect(200).text;
    assert!(fresh.contains(r#"name="message.site" value="on" checked"#));
    assert!(fresh.contains(r#"name="message.mail" value="on">"#));
    assert!(!fresh.contains("missed_call.site"), "a buyer misses no calls");
    assert!(
        chat.seller
            .get(settings)
            .await
            .expect(200)
            .text
            .contains("missed_call.site")
    );

    // By mail and nothing else; what isn't theirs to choose or doesn't exist isn't taken.
    let ticked = [
        ("message.mail", "on"),
        ("template_failed.push", "on"),
        ("none.such", "on"),
    ];
    chat.buyer.form(settings, &ticked).await.expect(303);
    let stored = "notification_preferences WHERE event = 'message'";
    assert_eq!(
        chat.app.database.count(stored),
        3,
        "all three differ from what holds without"
    );
    assert_eq!(
        chat.app
            .database
            .count("notification_preferences WHERE event = 'template_failed'"),
        0
    );
    let page = chat.buyer.get(settings).await.expect(200).text;
    assert!(page.contains(r#"name="message.mail" value="on" checked"#));
    chat.say("One").await;
    assert_eq!((chat.app.database.count("notifications"), news(&chat.buyer)), (0, 1));
    assert_eq!(chat.app.database.count("jobs WHERE kind = 'announce'"), 0);
    work(&chat.app).await;
    // Others are sent at the same time.
    let mails = chat.app.mails_to(&chat.buyer.email);
    let leads_there = format!("/conversations/{}", chat.conversation);
    let told: Vec<_> = mails.iter().filter(|mail| mail.text.contains(&leads_there)).collect();
    assert_eq!(told.len(), 1, "{mails:?}");
    assert_eq!(told[0].subject, "Sol Seller wrote to you");

    // As without any choice: nothing is stored.
    let back = [
        "message.site",
        "message.push",
        "review.site",
        "reply.site",
        "decision.site",
        "available.site",
        "available.push",
        "available.mail",
        "booking.site",
        "booking.push",
        "booking.mail",
        "recording.site",
        "recording.push",
        "recording.mail",
        "identity_check.site",
        "refund.site",
        "dispute.site",
        "top_up.site",
        "top_up.push",
    ];
    let back = back.map(|name| (name, "on"));
    chat.buyer.form(settings, &back).await.expect(303);
    assert_eq!(chat.app.database.count("notification_preferences"), 0);
    chat.say("Two").await;
    assert_eq!((chat.app.database.count("notifications"), news(&chat.buyer)), (1, 1));
    // A choice of one person's is no other's.
    chat.seller.form(settings, &[]).await.expect(303);
    chat.say("Three").await;
    assert_eq!(chat.app.database.count("notifications"), 1, "still the same, unread");
}

#[tokio::test]
async fn nobody_is_told_what_didnt_happen() {
    let chat = Chat::start(|_| {}).await;
    let path = format!("/api/v1/conversations/{}/messages", chat.conversation);
    let stranger = chat.app.bearer(LUMEN, "Eve").await;
    stranger.post(&path, json!({ "text": "Hello" })).await.expect(404);
    chat.seller.post(&path, json!({ "text": "" })).await.expect(422);
    assert_eq!(chat.app.database.count("notifications"), 0);
    // The last thing that is written fails: the message isn't there, and nobody is told of it.
    let broken = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
        CREATE TRIGGER fails BEFORE INSERT ON jobs FOR EACH ROW WHEN (NEW.kind = 'announce') EXECUTE FUNCTION fail()";
    chat.app.database.superuser().batch_execute(broken).expect("broken");
    chat.seller.post(&path, json!({ "text": "Hello" })).await.expect(500);
    assert_eq!(
        (
            chat.app.database.count("messages"),
            chat.app.database.count("notifications")
        ),
        (0, 0)
    );
}

#[tokio::test]
async fn a_call_that_nobody_took_and_a_rating_are_told() {
    let pair = Pair::new(Price::default()).await;
    let (_, _buyer, mut seller) = pair.ring().await;
    pair.app.clock.advance(120_000);
    seller.wait("the end of it", crate::calls::ended_ring("missed")).await;
    for _ in 0..1_000 {
        if pair.app.database.count("notifications") > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let told = pair.seller.get("/notifications").await.expect(200).text;
    assert!(told.contains("You missed a call from Bea Buyer"));
    let mut talk = pair.live().await;
    let call = talk.call;
    talk.talk(10_000).await;
    talk.hang_up().await;
    let rating = format!("/api/v1/calls/{call}/rating");
    pair.buyer.put(&rating, json!({ "stars": 4 })).await.expect(200);
    let told = pair.seller.get("/notifications").await.expect(200).text;
    assert!(told.contains("Bea Buyer rated your call with 4 stars"));
    assert_eq!(
        addresses(&pair.buyer.get("/notifications").await.expect(200).text).len(),
        0
    );
    // The mail about a missed call is a choice, too: it was sent before it could be chosen, and is sent unless it is not.
    let missed = |letters: &[serde_json::Value]| letters.iter().filter(|each| each["letter"] == "missed_call").count();
    assert_eq!(missed(&pair.app.letters(&pair.seller.email)), 1);
}

#[tokio::test]
async fn what_is_old_or_too_much_is_forgotten() {
    let chat = Chat::start(|_| {}).await;
    let (buyer, tenant) = (id(&chat.buyer).await, chat.app.scope(LUMEN).await.tenant());
    let many = format!(
        "INSERT INTO notifications (tenant_id, id, user_id, event, params, link, created_at)
         SELECT '{tenant}', gen_random_uuid(), '{buyer}', 'top_up', '{{}}', '/wallet?' || n, to_timestamp({} / 1000.0) - n * interval '1 day'
         FROM generate_series(1, 300) n",
        chat.app.app.now().0
    );
    chat.app.database.superuser().batch_execute(&many).expect("many");
    chat.say("Hello").await;
    assert_eq!(chat.app.database.count("notifications"), MOST_KEPT);
    // Jobs look at the calendar.
    work(&chat.app).await;
    let days = KEPT_MS / 86_400_000;
    assert_eq!(chat.app.database.count("notifications"), days + 1);
    let second = chat.buyer.get("/notifications?page=2").await.expect(200).text;
    assert_eq!(addresses(&second).len() as i64, days + 1 - 50);
}
