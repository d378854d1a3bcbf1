//! Work that is done later, and what happens when it can't be (law 8).

use crate::support::{LUMEN, TestApp};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Integer, sql_types::Nullable, sql_types::Text};
use serde_json::json;
use std::net::TcpListener;
use tallyroom::store::jobs;

#[derive(QueryableByName)]
struct Job {
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Nullable<Text>)]
    last_error: Option<String>,
    #[diesel(sql_type = Text)]
    link: String,
}

fn the_mail(app: &TestApp) -> Job {
    let query = sql_query("SELECT state, attempts, last_error, payload->>'link' AS link FROM jobs WHERE kind = 'mail'");
    query.get_result(&mut app.database.superuser()).expect("one mail")
}

#[tokio::test]
async fn without_a_mail_server_a_mail_is_tried_ever_more_slowly_until_somebody_must_look() {
    // Nobody listens there any more.
    let closed = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    let app = TestApp::start_with(|config| config.mail.smtp_url = format!("smtp://{closed}").into()).await;
    app.register(&app.anonymous(LUMEN), "ada@example.org", "Ada").await;
    let mut pause = 5_000;
    for attempt in 1..=14 {
        assert_eq!(app.jobs.run_due().await.expect("run"), 1, "attempt {attempt}");
        assert_eq!(app.jobs.run_due().await.expect("run"), 0, "not at once again");
        app.clock.advance(pause - 1);
        assert_eq!(app.jobs.run_due().await.expect("run"), 0, "not before its time");
        app.clock.advance(1);
        pause = (pause * 2).min(8 * 3_600_000);
    }
    let mail = the_mail(&app);
    assert_eq!((mail.state.as_str(), mail.attempts), ("dead", 14));
    assert!(mail.last_error.is_some(), "says why");
    app.clock.advance(365 * 24 * 3_600_000);
    assert_eq!(app.jobs.run_due().await.expect("run"), 0, "dead for good");
}

#[tokio::test]
async fn a_claimed_job_is_left_alone_until_its_lease_ends_and_then_done_once() {
    let app = TestApp::start().await;
    app.register(&app.anonymous(LUMEN), "ada@example.org", "Ada").await;
    let now = app.app.now();
    // A server that dies with it.
    let claimed = app
        .app
        .db
        .system(move |tx| jobs::claim(tx, now, now + 60_000, 16))
        .await;
    assert_eq!(claimed.expect("claimed").len(), 1);
    app.clock.advance(59_999);
    assert_eq!(app.jobs.run_due().await.expect("run"), 0, "somebody else's");
    app.clock.advance(1);
    assert_eq!(app.jobs.run_due().await.expect("run"), 1);
    assert_eq!(app.jobs.run_due().await.expect("run"), 0);
    let mail = the_mail(&app);
    assert_eq!(mail.state, "done");
    assert!(
        mail.link.ends_with("/verify?token="),
        "what is done keeps no token: {}",
        mail.link
    );
    let token = app.mailed_token("ada@example.org", "verify");
    app.anonymous(LUMEN)
        .post("/api/v1/verify", json!({ "token": token }))
        .await
        .expect(204);
}
