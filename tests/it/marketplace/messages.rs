//! What both are told of a talk, each thing once, by mail, bell and push: through a mail server and a push service that
//! are away for an hour, and processes that die with what they were doing (requirement D4).

use super::{ask, bookable};
use crate::{
    calls::{Pair, Price},
    support::{PushService, Sent, Service, TestApp, TestUser},
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tallyroom::{
    gateways::{clock::SystemClock, mail::Mailbox},
    jobs::Runner,
    serve,
    store::jobs,
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

const MINUTE: i64 = 60_000;

/// A mail server that can be away: whoever calls then is hung up on.
struct Post {
    mailbox: Arc<Mailbox>,
    away: Arc<AtomicBool>,
    url: String,
}

impl Post {
    async fn open() -> Self {
        let (mailbox, behind) = Mailbox::start(Arc::new(SystemClock::default()))
            .await
            .expect("a mailbox");
        let behind = behind.trim_start_matches("smtp://").to_owned();
        let front = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", front.local_addr().expect("an address"));
        let away = Arc::new(AtomicBool::new(false));
        let is_away = away.clone();
        tokio::spawn(async move {
            while let Ok((mut caller, _)) = front.accept().await {
                if is_away.load(Ordering::SeqCst) {
                    continue;
                }
                let (behind, is_away) = (behind.clone(), is_away.clone());
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(&behind).await.expect("the mailbox");
                    // Connections that were kept open end as well.
                    let gone = async {
                        while !is_away.load(Ordering::SeqCst) {
                            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                        }
                    };
                    tokio::select! {
                        _ = copy_bidirectional(&mut caller, &mut server) => {}
                        () = gone => {}
                    }
                });
            }
        });
        Self { mailbox, away, url }
    }

    /// Subjects of the mails that somebody got.
    fn subjects(&self, person: &TestUser) -> Vec<String> {
        let mut mails = self.mailbox.mails();
        mails.retain(|mail| mail.to.contains(&person.email));
        mails.into_iter().map(|mail| mail.subject).collect()
    }
}

/// Another process on the same database.
async fn another(app: &TestApp) -> Runner {
    let config = (*app.app.config).clone();
    serve::assemble(config, app.clock.clone())
        .await
        .expect("the product")
        .jobs
}

/// A process claims what is due, and dies with it.
async fn die_with_what_is_due(app: &TestApp) {
    let now = app.app.now();
    let claimed = app.app.db.system(move |tx| jobs::claim(tx, now, now + MINUTE, 16));
    claimed.await.expect("claimed");
}

/// Both have a browser that is told things.
async fn with_push(app: TestApp, push: &PushService) -> Pair {
    let pair = Pair::at(app, Price::default()).await;
    for (person, path) in [(&pair.buyer, "/buyer"), (&pair.seller, "/seller")] {
        person.put("/api/v1/me/push", push.subscription(path)).await.expect(204);
    }
    pair.fund(10_000).await;
    pair
}

/// What the browser at a path was told, in order.
fn pushed(push: &PushService, path: &str) -> Vec<String> {
    let sent = push.sent().into_iter().filter(|sent| sent.path == path);
    sent.map(|sent| sent.slip()["body"].as_str().expect("a text").to_owned())
        .collect()
}

#[tokio::test]
async fn each_message_comes_once_through_restarts_and_an_hour_without_mail_and_push() {
    let (post, push) = (Post::open().await, PushService::start().await);
    let (url, services) = (post.url.clone(), vec![push.origin.clone()]);
    let app = TestApp::start_with(|config| {
        config.mail.smtp_url = url.into();
        config.push.services = services;
    })
    .await;
    let pair = with_push(app, &push).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    // It is noon; the talk is to begin at three. For the first hour and a half nobody takes what is to be told, and from
    // a quarter to two on, when both are to be reminded, for another hour.
    let away = |minute: usize| minute < 90 || (105..165).contains(&minute);
    post.away.store(true, Ordering::SeqCst);
    push.behave(Service::Away);
    let order = ask(&pair.buyer, &service, "2027-01-15T15:00:00Z").await;
    let path = |verb: &str| format!("/api/v1/bookings/{}/{verb}", order["id"].as_str().expect("an id"));
    pair.seller.post(&path("accept"), json!({"round": 1})).await.expect(200);
    pair.buyer.post(&path("pay"), json!({})).await.expect(200);

    let app = &pair.app;
    let mut process = another(app).await;
    let mut came = 0;
    for minute in 0..240 {
        post.away.store(away(minute), Ordering::SeqCst);
        push.behave(if away(minute) {
            Service::Away
        } else {
            Service::Answers(201)
        });
        match minute % 30 {
            3 | 13 | 23 => die_with_what_is_due(app).await,
            16 => process = another(app).await,
            _ => {}
        }
        while process.run_due().await.expect("the database") > 0 {}
        let all = post.subjects(&pair.buyer).len() + push.sent().len();
        assert!(!away(minute) || all == came, "something came while nobody took it");
        came = all;
        app.clock.advance(MINUTE);
    }
    let told = [
        (
            &pair.buyer,
            "/buyer",
            ["accepts your time", "is booked", "begins soon", "didn’t take place"],
        ),
        (
            &pair.seller,
            "/seller",
            ["asks for a time", "is booked", "begins soon", "didn’t take place"],
        ),
    ];
    for (person, path, told) in told {
        let (mails, slips) = (post.subjects(person), pushed(&push, path));
        for told in told {
            let times = |all: &[String]| all.iter().filter(|one| one.contains(told)).count();
            assert_eq!((times(&mails), times(&slips)), (1, 1), "{told}: {mails:?} {slips:?}");
        }
        assert_eq!(slips.len(), told.len(), "and nothing else: {slips:?}");
    }
    for what in ["booked", "soon", "missed"] {
        let told = format!("jobs WHERE kind = 'announce' AND payload->'params'->>'what' = '{what}'");
        assert_eq!(app.database.count(&told), 2, "{what}");
    }
    assert_eq!(app.database.count("jobs WHERE state = 'dead'"), 0);
    pair.audit().await;
}

/// Nobody can know whether a message arrived whose answer was lost, so it is sent again: that is at least once, by nature.
/// It is the same one then, told at the same time of the same thing: of one topic a push service keeps the last for a
/// browser that is away (RFC 8030), and a browser that has shown it leaves it as it is (`push-worker.js`, which
/// `tests/browser/notifications.spec.mjs` shows).
#[tokio::test]
async fn a_push_whose_answer_was_lost_is_the_same_again() {
    let push = PushService::start().await;
    let services = vec![push.origin.clone()];
    let app = TestApp::start_with(|config| config.push.services = services).await;
    let pair = with_push(app, &push).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    push.behave(Service::Mute);
    ask(&pair.buyer, &service, "2027-01-18T09:00:00Z").await;
    let app = &pair.app;
    while app.jobs.run_due().await.expect("the database") > 0 {}
    app.clock.advance(MINUTE);
    push.behave(Service::Answers(201));
    let process = another(app).await;
    while process.run_due().await.expect("the database") > 0 {}
    app.clock.advance(60 * MINUTE);
    while process.run_due().await.expect("the database") > 0 {}
    let [first, again] = push.sent().try_into().expect("one message, twice");
    assert_eq!(first.slip(), again.slip());
    let topic = |sent: &Sent| sent.headers["topic"].clone();
    assert_eq!(topic(&first), topic(&again));
    assert!(topic(&first).len() <= 32, "services take no longer ones");
    // Another order is another matter, and isn't swallowed.
    ask(&pair.buyer.renewed().await, &service, "2027-01-19T09:00:00Z").await;
    while process.run_due().await.expect("the database") > 0 {}
    let other = push.sent().pop().expect("a message");
    assert_eq!(push.sent().len(), 3);
    assert_ne!(
        (topic(&first), &first.slip()["id"]),
        (topic(&other), &other.slip()["id"])
    );
}

#[tokio::test]
async fn both_are_told_once_that_their_talk_ends_soon() {
    let pair = Pair::new(Price::default()).await;
    let order = crate::calls::booked(&pair, 3).await;
    let mut talk = pair.launched(&order).await;
    talk.talk(30_000).await;
    assert_eq!(
        pair.app
            .database
            .count("jobs WHERE kind = 'announce' AND payload->'params'->>'what' = 'ends_soon'"),
        0
    );
    talk.talk(32_000).await;
    let told = "jobs WHERE kind = 'announce' AND payload->'params'->>'what' = 'ends_soon' AND payload->'params'->>'count' = '2'";
    for _ in 0..1_000 {
        if pair.app.database.count(told) == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(pair.app.database.count(told), 2);
    // The mark of one minute says it in the room only.
    talk.talk(62_000).await;
    assert_eq!(
        pair.app
            .database
            .count("jobs WHERE kind = 'announce' AND payload->'params'->>'what' = 'ends_soon'"),
        2
    );
    talk.hang_up().await;
    pair.audit().await;
}
