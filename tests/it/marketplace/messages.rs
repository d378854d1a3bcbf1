//! What both are told of a talk, each thing once: through a mail server that is away for an hour, and processes that die
//! with what they were doing (requirement D4).

use super::{ask, bookable, count};
use crate::{
    calls::{Pair, Price},
    support::{TestApp, TestUser},
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

#[tokio::test]
async fn each_message_comes_once_through_restarts_and_an_hour_without_mail() {
    let post = Post::open().await;
    let url = post.url.clone();
    let app = TestApp::start_with(|config| config.mail.smtp_url = url.into()).await;
    let pair = Pair::at(app, Price::default()).await;
    pair.fund(10_000).await;
    let service = bookable(&pair.seller, "pay_after_accept").await;
    let order = ask(&pair.buyer, &service, "2027-01-18T09:00:00Z").await;
    let path = |verb: &str| format!("/api/v1/bookings/{}/{verb}", order["id"].as_str().expect("an id"));
    pair.seller.post(&path("accept"), json!({"round": 1})).await.expect(200);
    pair.buyer.post(&path("pay"), json!({})).await.expect(200);

    // From an hour and a half before it on, minute by minute; the mails' server is away from then until nine, the time
    // when it should begin and nobody comes.
    let app = &pair.app;
    let from = i64::from(69 * 60 - 90) * MINUTE;
    app.clock.advance(from);
    post.away.store(true, Ordering::SeqCst);
    let mut process = another(app).await;
    for minute in 0..240 {
        if minute == 90 {
            post.away.store(false, Ordering::SeqCst);
        }
        match minute % 10 {
            3 => die_with_what_is_due(app).await,
            6 => process = another(app).await,
            _ => {}
        }
        while process.run_due().await.expect("the database") > 0 {}
        app.clock.advance(MINUTE);
        let sent = post.subjects(&pair.buyer).len();
        assert!(minute >= 90 || sent == 0, "{sent} mails came without a server");
    }
    for person in [&pair.buyer, &pair.seller] {
        let subjects = post.subjects(person);
        for told in ["is booked", "begins soon", "didn’t take place"] {
            let times = subjects.iter().filter(|subject| subject.contains(told)).count();
            assert_eq!(times, 1, "{told}: {subjects:?}");
        }
    }
    for what in ["booked", "soon", "missed"] {
        let told = format!("jobs WHERE kind = 'announce' AND payload->'params'->>'what' = '{what}'");
        assert_eq!(count(app, &told), 2, "{what}");
    }
    assert_eq!(count(app, "jobs WHERE state = 'dead'"), 0);
    pair.audit().await;
}

#[tokio::test]
async fn both_are_told_once_that_their_talk_ends_soon() {
    let pair = Pair::new(Price::default()).await;
    let order = crate::calls::booked(&pair, 3).await;
    let mut talk = pair.launched(&order).await;
    talk.talk(30_000).await;
    assert_eq!(
        count(
            &pair.app,
            "jobs WHERE kind = 'announce' AND payload->'params'->>'what' = 'ends_soon'"
        ),
        0
    );
    talk.talk(32_000).await;
    let told = "jobs WHERE kind = 'announce' AND payload->'params'->>'what' = 'ends_soon' AND payload->'params'->>'count' = '2'";
    for _ in 0..1_000 {
        if count(&pair.app, told) == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(count(&pair.app, told), 2);
    // The mark of one minute says it in the room only.
    talk.talk(62_000).await;
    assert_eq!(
        count(
            &pair.app,
            "jobs WHERE kind = 'announce' AND payload->'params'->>'what' = 'ends_soon'"
        ),
        2
    );
    talk.hang_up().await;
    pair.audit().await;
}
